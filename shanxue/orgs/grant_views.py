"""Pages of the three administrators: accounts (system), grants (security), what was done to both (audit)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.accounts.models import User
from shanxue.base.errors import Refusal

from . import account_queries as queries
from .account_words import say_entries
from .actions import administering
from .actors import demand_actor
from .grant_forms import AccountForm, EndForm, GiveForm, SearchForm
from .models import Grant, Unit
from .queries import Actor, demand_power, order_units

PER_PAGE = 50
TRAIL_SHOWN = 20
Power = Grant.Power


@login_required
@require_safe
def show_accounts(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    queries.demand_administrator(actor)
    form = SearchForm(request.GET or None)
    found = Paginator(queries.search_accounts(actor, **form.read()), PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    page = {"form": form, "page": found, "query": query.urlencode(), **_say_part(actor)}
    return render(request, "orgs/accounts.html", page)


def _say_part(actor: Actor) -> dict[str, bool]:
    return {
        "makes": actor.administers(Power.SYSTEM_ADMIN),
        "gives": actor.administers(Power.SECURITY_ADMIN),
        "audits": actor.administers(Power.AUDIT_ADMIN),
    }


@login_required
@require_safe
def show_account(request: HttpRequest, user_id: int) -> HttpResponse:
    actor = demand_actor(request)
    return _show(request, actor, queries.find_account(actor, user_id))


def _show(request: HttpRequest, actor: Actor, user: User, failed: GiveForm | None = None) -> HttpResponse:
    part, own = _say_part(actor), user.pk == actor.user.pk
    page = {
        "account": user, "own": own, **part,
        "grants": [
            (grant, EndForm(prefix=f"g{grant.pk}", initial={"until_on": actor.on}), _holds(grant, actor))
            for grant in queries.list_grants(actor, user)
        ],
        "form": failed or (_offer(actor) if part["gives"] and not own and user.is_active else None),
        "trail": say_entries(queries.list_trail(actor, user)[:TRAIL_SHOWN]) if part["audits"] else [],
    }  # fmt: skip
    return render(request, "orgs/account.html", page, status=400 if failed else 200)


def _holds(grant: Grant, actor: Actor) -> bool:
    return grant.until_on is None or grant.until_on > actor.on


def _offer(actor: Actor, data: object = None) -> GiveForm:
    units = order_units(Unit.objects.filter(bureau=actor.bureau))
    return GiveForm(data, units=units, initial={"from_on": actor.on})


@login_required
@require_POST
def give(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a power to an account; what the rules refuse is said on the form, with what was typed."""
    actor = demand_actor(request)
    demand_power(actor.administers(Power.SECURITY_ADMIN))
    user, form = queries.find_account(actor, user_id), _offer(actor, request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            administering.give_grant(
                actor, user, power=Power(values["power"]), unit=form.get_unit(), from_on=values["from_on"],
                until_on=values["until_on"], at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已授权：%(power)s。") % {"power": Power(values["power"]).label})
            return redirect("grants:account", user.pk)
    return _show(request, actor, user, form)


@login_required
@require_POST
def end(request: HttpRequest, user_id: int, grant_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.administers(Power.SECURITY_ADMIN))
    user = queries.find_account(actor, user_id)
    grant = queries.find_grant(actor, user, grant_id)
    form = EndForm(request.POST, prefix=f"g{grant.pk}")
    if not form.is_valid():
        raise Refusal("no_day", _("请写明从哪天起结束。"))
    administering.end_given_grant(actor, grant, until_on=form.cleaned_data["until_on"], at=timezone.now())
    day = form.cleaned_data["until_on"]
    messages.success(request, _("这项授权到%(month)s月%(day)s日结束。") % {"month": day.month, "day": day.day})
    return redirect("grants:account", user.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("password")
def new_account(request: HttpRequest) -> HttpResponse:
    """Make an account; its one-time password is on this answer and nowhere else."""
    actor = demand_actor(request)
    demand_power(actor.administers(Power.SYSTEM_ADMIN))
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            user, password = administering.make_account(
                actor, values["username"], values["display_name"].strip(), at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error("username", refusal.sentence)
        else:
            return _tell_password(request, user, password, opens=True)
    return render(request, "orgs/account_new.html", {"form": form}, status=400 if form.errors else 200)


def _tell_password(request: HttpRequest, user: User, password: str, *, opens: bool) -> HttpResponse:
    page = {"account": user, "password": password, "opens": opens}
    answer = render(request, "orgs/account_password.html", page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
@sensitive_variables("password")
def renew_password(request: HttpRequest, user_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.administers(Power.SYSTEM_ADMIN))
    user = queries.find_account(actor, user_id)
    password = administering.renew_password(actor, user, at=timezone.now())
    return _tell_password(request, user, password, opens=False)


@login_required
@require_POST
def switch(request: HttpRequest, user_id: int) -> HttpResponse:
    """Close an account, or open it again."""
    actor = demand_actor(request)
    demand_power(actor.administers(Power.SYSTEM_ADMIN))
    user = queries.find_account(actor, user_id)
    if request.POST.get("act") == "open":
        administering.reopen_account(actor, user, at=timezone.now())
        messages.success(request, _("账号已恢复使用，口令不变。"))
    else:
        administering.close_account(actor, user, at=timezone.now())
        messages.success(request, _("账号已停用，不能再登录；已有的登录已经退出，记录都保留。"))
    return redirect("grants:account", user.pk)


@login_required
@require_safe
def show_trail(request: HttpRequest) -> HttpResponse:
    """What was done to accounts and grants, for the audit administrator."""
    actor = demand_actor(request)
    demand_power(actor.administers(Power.AUDIT_ADMIN))
    found = Paginator(queries.list_trail(actor), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "orgs/account_trail.html", {"page": found, "trail": say_entries(found)})
