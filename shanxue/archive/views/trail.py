"""The trail for the audit administrator (三员): its state, its entries, its head. Accounts only, no names."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.accounts.actions import CHAIN as ACCOUNTS
from shanxue.accounts.models import User
from shanxue.audit.actions import record_entry
from shanxue.audit.models import Entry
from shanxue.audit.queries import find_head, list_entries, read_algorithm
from shanxue.audit.rules import Algorithm, is_available
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import demand_power

from ..actions.algorithms import choose_algorithm, list_chains_of
from ..checks import verify_trail, write_heads
from ..forms.trail import AlgorithmForm, TrailForm
from ..queries import may_audit, may_choose_algorithm
from ..rules.verbs import name_subject, name_verb

PER_PAGE = 50
COMMAND_LINE = "命令行"


@login_required
@require_safe
def show_trail(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(may_audit(actor))
    assert actor.bureau is not None
    chain = actor.bureau.code
    form = TrailForm(request.GET or None)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = list_entries(
        chain, subject=chosen.get("subject", ""), from_at=_begin(chosen.get("from_on")),
        until_at=_begin(chosen.get("until_on"), days=1),
    )  # fmt: skip
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form, "found": page, "rows": _list_rows(list(page)), "head": find_head(chain),
        "query": query.urlencode(), "proof": verify_trail(chain) if request.GET.get("verify") else None,
    }  # fmt: skip
    return render(request, "archive/trail.html", context)


def _begin(day: date | None, days: int = 0) -> datetime | None:
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time()))


def _list_rows(entries: list[Entry]) -> list[tuple[Entry, str, str, str]]:
    """Each entry with the account, the act and its object in words; a name that is not an account is not shown."""
    written = {entry.actor for entry in entries}
    users = User.objects.filter(username__in=written).values_list("username", flat=True)
    named = dict(User.objects.filter(display_name__in=written).values_list("display_name", "username"))
    known = {COMMAND_LINE: COMMAND_LINE, **named, **{username: username for username in users}}
    return [
        (entry, known.get(entry.actor, "—"), name_verb(entry.verb), name_subject(entry.subject)) for entry in entries
    ]


@login_required
@require_POST
def export_head(request: HttpRequest) -> HttpResponse:
    """The head of the chain as a file to be kept elsewhere; that it was exported stands in the chain."""
    actor = demand_actor(request)
    demand_power(may_audit(actor))
    assert actor.bureau is not None
    chain, at = actor.bureau.code, timezone.now()
    head = find_head(chain)
    record_entry(
        chain=chain, actor=actor.user.username, at=at, verb="archive.export_head",
        subject=f"head:{head.seq if head else 0}",
    )  # fmt: skip
    answer = HttpResponse(write_heads([chain]), content_type="application/json; charset=utf-8")
    name = f"shanxue-head-{chain}-{timezone.localtime(at):%Y%m%d%H%M}.json"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_algorithm(request: HttpRequest) -> HttpResponse:
    """What each chain is hashed with now, and going over to another algorithm: said before, confirmed, recorded."""
    actor = demand_actor(request)
    demand_power(may_choose_algorithm(actor))
    chains = [(chain, read_algorithm(chain), find_head(chain)) for chain in list_chains_of(actor)]
    form = AlgorithmForm(request.POST or None, used={used for _chain, used, _head in chains})
    if request.method == "POST" and form.is_valid():
        algorithm = form.cleaned_data["algorithm"]
        choose_algorithm(actor, algorithm, at=timezone.now())
        messages.success(request, _("从下一条起用 %(name)s，这一步已记入留痕。") % {"name": algorithm.upper()})
        return redirect("archive:algorithm")
    page = {
        "form": form, "chains": chains, "accounts": ACCOUNTS, "may_switch": bool(form.fields["algorithm"].choices),  # type: ignore[attr-defined]
        "has_sm3": is_available(Algorithm.SM3),
    }  # fmt: skip
    return render(request, "archive/algorithm.html", page, status=400 if form.errors else 200)
