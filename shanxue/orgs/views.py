"""Pages of the roster: who is where, one person, and what may be done about them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import refuse_missing
from shanxue.web.forms import act

from . import queries
from .actions import accounts, moves
from .actions.people import add_person as put_person
from .actions.people import record_reading
from .actors import demand_actor
from .deeds import DEEDS, Deed
from .forms import AddPersonForm, DeedForm, ReceiveForm, RosterForm
from .models import Grant, Person, Transfer
from .queries import Actor, demand_power, find_led_unit, find_person, is_office_for, leads_person
from .rules import Line, TransferState

PER_PAGE = 100


@login_required
@require_safe
def show_roster(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    units = queries.order_units(queries.scope_units(actor))
    form = RosterForm(request.GET or None, units=units)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    unit = next((one for one in units if one.pk == wanted.get("unit")), None)
    found = queries.list_roster(actor, unit=unit, state=wanted.get("state", ""), words=(wanted.get("q") or "").strip())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    places = queries.find_places(page.object_list, actor.on)
    query = request.GET.copy()
    query.pop("page", None)
    shown = {
        "form": form, "page": page, "query": query.urlencode(), "keeps": actor.keeps_office,
        "rows": [(person, places.get(person.pk, [])) for person in page.object_list],
    }  # fmt: skip
    return render(request, "orgs/roster.html", shown)


@login_required
@require_safe
def show_person(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = demand_actor(request)
    person = find_person(actor, person_id)
    if actor.person is not None and person.pk == actor.person.pk and not actor.reads_others:
        return redirect("orgs:mine")
    record_reading(actor, person, "名册信息", at=timezone.now())
    return render(request, "orgs/person.html", _describe_person(actor, person))


def _describe_person(actor: Actor, person: Person) -> dict[str, Any]:
    party = queries.find_party_unit(person)
    keeps = party is not None and is_office_for(actor, party)
    leads = keeps or leads_person(actor, person.pk)
    stints = list(person.stints.select_related("unit").order_by("-until_on", "-from_on", "-pk"))
    waiting = person.transfers.filter(state=TransferState.WAITING)
    account = person.account
    grants = list(account.grants.select_related("unit", "bureau").order_by("pk")) if account and keeps else []
    return {
        "person": person, "keeps": keeps, "leads": leads, "account": account, "grants": grants,
        "stints": sorted(stints, key=lambda one: (one.until_on is not None, one.unit.line != Line.PARTY)),
        "posts": [one for one in stints if one.until_on is None and one.role != "成员"] if account and keeps else [],
        "waiting": waiting.select_related("to_unit", "stint__unit").first(),
        "exemptions": list(person.exemptions.order_by("-from_on", "-pk")),
        "requests": list(person.exemption_requests.order_by("-pk")) if leads else [],
        "milestones": list(person.milestones.order_by("-on", "-pk")),
        "readings": list(person.readings.select_related("user").order_by("-on", "-pk")[:20]),
        "deeds": [(code, deed.title) for code, deed in DEEDS.items() if _may(deed, keeps, leads) and deed.when(person)],
        "on": actor.on, "offices_own": accounts.OFFICES_OWN,
    }  # fmt: skip


def _may(deed: Deed, keeps: bool, leads: bool) -> bool:
    return keeps if deed.by == "office" else leads and not keeps


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def do_deed(request: HttpRequest, person_id: int, code: str) -> HttpResponse:
    """One deed about one person: its form, and doing it."""
    actor = demand_actor(request)
    deed = DEEDS.get(code)
    if deed is None or not actor.leads:
        raise refuse_missing("这项办理")
    person = find_person(actor, person_id)
    party = queries.find_party_unit(person)
    keeps = actor.keeps_office if party is None else is_office_for(actor, party)
    demand_power(_may(deed, keeps, keeps or leads_person(actor, person.pk)) and deed.when(person))
    stints = list(person.stints.filter(until_on__isnull=True).select_related("unit", "person").order_by("pk"))
    units = queries.order_units(queries.scope_led_units(actor)) if "unit" in deed.form.base_fields else []
    form: DeedForm = deed.form(
        request.POST or None, person=person, stints=stints, units=units, initial=_prefill(request)
    )
    done = request.method == "POST" and form.is_valid() and act(form, lambda: deed.run(actor, form, timezone.now()))
    if done:
        messages.success(request, str(deed.said))
        return redirect("orgs:person", person.pk)
    page = {"person": person, "deed": deed, "form": form}
    return render(request, "orgs/deed.html", page, status=400 if form.errors else 200)


def _prefill(request: HttpRequest) -> dict[str, str]:
    return {"stint": request.GET["stint"]} if request.GET.get("stint", "").isdecimal() else {}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_person(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    units = queries.order_units(queries.scope_led_units(actor))
    parties = [unit for unit in units if unit.line == Line.PARTY]
    departments = [unit for unit in units if unit.line == Line.ADMIN]
    form = AddPersonForm(
        request.POST or None, parties=parties, departments=departments, initial={"joined_on": actor.on}
    )
    if request.method == "POST" and form.is_valid():
        values, by_id = form.cleaned_data, {unit.pk: unit for unit in units}
        made: list[Person] = []

        def put() -> None:
            made.append(
                put_person(
                    actor, values["staff_no"].strip(), values["name"].strip(), by_id[values["branch"]],
                    by_id.get(values["department"]), party_status=values["party_status"],
                    joined_on=values["joined_on"], at=timezone.now(),
                )
            )  # fmt: skip

        if act(form, put):
            messages.success(request, _("已把%(name)s编入名册。要登录的，在下面开通账号。") % {"name": values["name"]})
            return redirect("orgs:person", made[0].pk)
    return render(request, "orgs/add.html", {"form": form}, status=400 if form.errors else 200)


# -- transfers --------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def show_transfers(request: HttpRequest) -> HttpResponse:
    """Who is on the way: to be received here, and waiting elsewhere."""
    actor = demand_actor(request)
    demand_power(actor.leads)
    return _show_transfers(request, actor, None, None)


def _show_transfers(
    request: HttpRequest, actor: Actor, failed: Transfer | None, form: ReceiveForm | None
) -> HttpResponse:
    found = queries.scope_transfers(actor)
    rows = [
        (
            transfer,
            queries.is_leading(actor, transfer.to_unit),
            is_office_for(actor, transfer.stint.unit),
            form
            if failed and transfer.pk == failed.pk
            else ReceiveForm(prefix=f"t{transfer.pk}", initial={"on": actor.on}),
        )
        for transfer in found.filter(state=TransferState.WAITING).order_by("on", "pk")
    ]
    settled = found.exclude(state=TransferState.WAITING).order_by("-received_on", "-pk")[:30]
    return render(request, "orgs/transfers.html", {"rows": rows, "settled": settled}, status=400 if failed else 200)


def _find_transfer(actor: Actor, transfer_id: int) -> Transfer:
    transfer = queries.scope_transfers(actor).filter(pk=transfer_id).first()
    if transfer is None:
        raise refuse_missing("这次转接")
    return transfer


@login_required
@require_POST
def receive_transfer(request: HttpRequest, transfer_id: int) -> HttpResponse:
    actor = demand_actor(request)
    transfer = _find_transfer(actor, transfer_id)
    form = ReceiveForm(request.POST, prefix=f"t{transfer.pk}")
    if form.is_valid():
        day = form.cleaned_data["on"]
        if act(form, lambda: moves.receive_transfer(actor, transfer, day, at=timezone.now())):
            told = {"name": transfer.person.name, "unit": transfer.to_unit.name, "month": day.month, "day": day.day}
            messages.success(request, _("已接收%(name)s，%(month)d月%(day)d日起由%(unit)s负责。") % told)
            return redirect("orgs:transfers")
    return _show_transfers(request, actor, transfer, form)


@login_required
@require_POST
def withdraw_transfer(request: HttpRequest, transfer_id: int) -> HttpResponse:
    actor = demand_actor(request)
    transfer = _find_transfer(actor, transfer_id)
    moves.withdraw_transfer(actor, transfer, at=timezone.now())
    told = {"name": transfer.person.name, "unit": transfer.stint.unit.name}
    messages.success(request, _("已撤回，%(name)s仍在%(unit)s。") % told)
    return redirect("orgs:transfers")


# -- accounts ---------------------------------------------------------------------------------------------------------


@login_required
@require_POST
@sensitive_variables("password")
def give_account(request: HttpRequest, person_id: int) -> HttpResponse:
    """Open an account or reset its password; the password is on this answer and nowhere else."""
    actor = demand_actor(request)
    person = find_person(actor, person_id)
    opens = request.POST.get("deed") == "open"
    give = accounts.open_account if opens else accounts.reset_password
    password = give(actor, person, at=timezone.now())
    answer = render(request, "orgs/password.html", {"person": person, "password": password, "opens": opens})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def grant_secretary(request: HttpRequest, person_id: int, unit_id: int) -> HttpResponse:
    actor = demand_actor(request)
    person, unit = find_person(actor, person_id), find_led_unit(actor, unit_id)
    accounts.grant_secretary(actor, person, unit, at=timezone.now())
    told = {"name": person.name, "unit": unit.name}
    messages.success(request, _("%(name)s从今天起可以办理%(unit)s的事务。") % told)
    return redirect("orgs:person", person.pk)


@login_required
@require_POST
def end_grant(request: HttpRequest, person_id: int, grant_id: int) -> HttpResponse:
    actor = demand_actor(request)
    person = find_person(actor, person_id)
    grant = get_object_or_404(Grant, pk=grant_id, user=person.account_id, bureau=actor.bureau)
    accounts.end_persons_grant(actor, person, grant, at=timezone.now())
    messages.success(request, _("这项授权今天起结束。"))
    return redirect("orgs:person", person.pk)
