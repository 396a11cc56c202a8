"""Arranging sessions: the form, the check page with the list, postponing, cancelling."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shanxue.base.days import name_day
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import (
    Actor,
    demand_power,
    find_led_unit,
    is_leading,
    is_office_for,
    list_stints,
    scope_led_units,
)
from shanxue.plans.models import PlanItem
from shanxue.plans.queries.planning import find_item, list_open_items
from shanxue.resources.queries.venues import list_open_venues

from ..actions.arranging import (
    Arrangement,
    arrange_session,
    cancel_session,
    change_list,
    change_session,
    postpone_session,
    send_notice,
)
from ..forms.arranging import (
    ArrangeForm,
    CancelForm,
    PostponeForm,
    count_minutes,
    describe_initial,
    find_end,
    read_agenda,
    read_day,
)
from ..models import Session
from ..queries.arranging import describe_holder, draw_expected, find_led_session
from ..queries.sessions import (
    find_last,
    find_people_named,
    is_late_entry,
    list_agenda,
    list_campaigns,
    list_clashes,
)
from ..rules import TIER_OF_KIND, Mark, SessionKind, SessionState, Tier
from ..rules.agenda import AgendaRow, move_row
from ..rules.expected import CHOSEN_KINDS, Listed, Place, describe_rule
from ..words import read_session_kind

MOST_LISTED = 300  # people of one group shown on the check page; others are named by hand
MOST_HOSTS = 200


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def arrange(request: HttpRequest) -> HttpResponse:
    """S2: from a plan item (``item``), from an earlier session (``copy``), or blank."""
    actor = demand_actor(request)
    demand_power(actor.leads)
    given = request.POST if request.method == "POST" else request.GET
    item = _find_led_item(actor, int(given["item"])) if given.get("item", "").isdecimal() else None
    copied = find_led_session(actor, int(given["copy"])) if given.get("copy", "").isdecimal() else None
    unit = _choose_unit(actor, given.get("unit", ""), item, copied)
    form = _build_form(actor, unit, request, _prefill(unit, item, copied, given))
    rows = read_agenda(request.POST) if request.method == "POST" else _copy_agenda(copied)
    page = {
        "unit": unit, "item": item, "units": list(scope_led_units(actor).order_by("path")),
        "open_items": list_open_items(unit, actor.on.year), "last": find_last(unit),
    }  # fmt: skip
    if request.method == "POST" and not request.POST.get("move") and form.is_valid():
        try:
            session = arrange_session(actor, _read_form(unit, form, rows, item), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("activities:notice", session.pk)
    return _show_form(request, form, rows, page)


def _find_led_item(actor: Actor, item_id: int) -> PlanItem:
    """An item of a unit the actor writes for: a session never fulfils somebody else's."""
    item = find_item(actor, item_id)
    if item.unit is None or not is_leading(actor, item.unit):
        raise refuse_missing("这一项计划")
    return item


def _choose_unit(actor: Actor, text: str, item: PlanItem | None, copied: Session | None) -> Unit:
    if item is not None and item.unit is not None:
        return item.unit
    if copied is not None:
        return copied.unit
    if text.isdecimal():
        return find_led_unit(actor, int(text))
    named = [grant.unit for grant in actor.leading_grants if grant.unit is not None]
    unit = named[0] if named else scope_led_units(actor).order_by("path").first()
    if unit is None:
        raise Refusal("no_unit", "还没有单位。先导入名册。", status=404)
    return unit


def _prefill(unit: Unit, item: PlanItem | None, copied: Session | None, given: Any) -> dict[str, Any]:
    """First values: the copied session, or the plan item with hour, place and people of the last one of its kind."""
    if copied is not None:
        return describe_initial(copied, on=None)
    asked = given.get("kind", "")
    kind = SessionKind(asked) if asked in {one.value for one in SessionKind} else None
    if item is not None and kind is None:
        kind = read_session_kind(item.kind) or read_session_kind(item.title)
    last = (find_last(unit, kind) if kind else None) or find_last(unit)
    kept = describe_initial(last, topic="", on=None, notice="", campaign="") if last else {}
    kept["kind"] = kind or (last.kind if last else SessionKind.THEME_DAY)
    if kept["kind"] != (last.kind if last else None):
        kept |= {"tier": "", "credit": None}
    if item is not None:
        kept |= {"topic": item.title, "on": item.due_on, "campaign": str(item.campaign_id or "")}
    return kept | ({"on": day} if (day := read_day(given.get("on", ""))) else {})


def _copy_agenda(session: Session | None) -> list[AgendaRow]:
    rows = (
        [] if session is None else [AgendaRow(one.title, one.speaker_id, one.material) for one in list_agenda(session)]
    )
    return rows or [AgendaRow(), AgendaRow()]


def _build_form(actor: Actor, unit: Unit, request: HttpRequest, initial: dict[str, Any]) -> ArrangeForm:
    people = _list_hosts(unit, actor.on)
    return ArrangeForm(
        request.POST if request.method == "POST" else None, initial=initial, people=people,
        campaigns=list_campaigns(unit), sets_tier=is_office_for(actor, unit),
        venues=list_open_venues(unit.bureau, actor.on),
    )  # fmt: skip


def _list_hosts(unit: Unit, on: date) -> list[Person]:
    """Who may chair and take notes: the unit's people, in a big unit only those who stand in it directly."""
    stints = list_stints(unit, on)
    if stints[: MOST_HOSTS + 1].count() > MOST_HOSTS:
        stints = stints.filter(unit=unit)[:MOST_HOSTS]
    return list({stint.person_id: stint.person for stint in stints}.values())


def _read_form(unit: Unit, form: ArrangeForm, rows: list[AgendaRow], item: PlanItem | None) -> Arrangement:
    given = form.cleaned_data
    kind = SessionKind(given["kind"])
    allowed = {person.pk for person in form.people.values()}
    agenda = [row if row.speaker_id in allowed else AgendaRow(row.title, None, row.material) for row in rows]
    return Arrangement(
        unit=unit, kind=kind, topic=given["topic"], on=given["on"], start_time=given["start_time"],
        tier=Tier(given["tier"]) if given.get("tier") else TIER_OF_KIND.get(kind, Tier.BRANCH),
        minutes=form.read_minutes(), place=given["place"], venue=form.venues.get(given.get("venue") or ""),
        credit_milli=int((given["credit"] or 0) * 1000),
        host=form.people.get(given["host"]), recorder=form.people.get(given["recorder"]),
        campaign=form.campaigns.get(given.get("campaign") or ""), plan_item=item, notice=given["notice"],
        agenda=tuple(agenda), late_entry=given.get("late_entry", False),
    )  # fmt: skip


def _show_form(request: HttpRequest, form: ArrangeForm, rows: list[AgendaRow], page: dict[str, Any]) -> HttpResponse:
    """Show the form again, with the agenda as the button said; what was typed stays."""
    move = request.POST.get("move", "")
    if move:
        rows = move_row(rows, move)
        form.errors.clear()
    status = 400 if form.errors else 200
    page |= {"form": form, "agenda": rows or [AgendaRow()], "speakers": list(form.people.values()), "moved": move}
    return render(request, "activities/arrange.html", page, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Change time, place and content; after the notice people see what was changed."""
    actor = demand_actor(request)
    session = find_led_session(actor, session_id)
    form = _build_form(actor, session.unit, request, describe_initial(session))
    _offer_former(form, session)
    rows = read_agenda(request.POST) if request.method == "POST" else _copy_agenda(session)
    if request.method == "POST" and not request.POST.get("move") and form.is_valid():
        arrangement = _read_form(session.unit, form, rows, session.plan_item)
        try:
            told = change_session(actor, session, arrangement, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            text = _("已改：%(what)s。应到的人会在待办里看到。") % {"what": "；".join(told)} if told else _("已保存。")
            messages.success(request, text)
            return redirect("activities:session" if session.noticed_at else "activities:notice", session.pk)
    return _show_form(request, form, rows, {"session": session, "unit": session.unit})


def _offer_former(form: ArrangeForm, session: Session) -> None:
    """Keep the host and recorder on offer who have left the unit since; fix the day once the notice is out."""
    for name, person in (("host", session.host), ("recorder", session.recorder)):
        if person is not None and str(person.pk) not in form.people:
            form.people[str(person.pk)] = person
            field: Any = form.fields[name]
            field.choices = [*field.choices, (str(person.pk), person.name)]
    if session.noticed_at is not None:
        for name in ("on", "kind"):
            form.fields[name].disabled = True
        form.fields["on"].help_text = _("通知已经发出；改日期请用“延期”。")
        del form.fields["late_entry"]
        form.needs_start = not is_late_entry(session)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check_notice(request: HttpRequest, session_id: int) -> HttpResponse:
    """The check page before the notice, and afterwards the page on which the list is changed."""
    actor = demand_actor(request)
    session = find_led_session(actor, session_id)
    listed = draw_expected(session)
    refusals: list[str] = []
    if request.method == "POST":
        try:
            return _send_or_change(request, actor, session, listed)
        except Refusal as refusal:
            refusals = [refusal.sentence]
    on_list = _find_on_list(session, listed)
    groups = _group_listed(listed, on_list, session)
    page = {
        "session": session, "leads": True, "groups": groups, "refusals": refusals, "late_entry": session.on < actor.on,
        "rule": describe_rule(SessionKind(session.kind), describe_holder(session.unit)),
        "chosen_kind": SessionKind(session.kind) in CHOSEN_KINDS, "agenda": list_agenda(session),
        "clashes": list_clashes(session, on_list), "reason": request.POST.get("reason", ""),
        "who": request.POST.get("who", ""), "added": _read_ids(request, "add"), "left_out": _read_left_out(request),
        "end_time": find_end(session.start_time, session.minutes), "sent": session.noticed_at is not None,
        "closed": session.state != SessionState.PLANNED,
    }  # fmt: skip
    return render(request, "activities/notice.html", page, status=400 if refusals else 200)


def _find_on_list(session: Session, listed: list[Listed]) -> set[int]:
    """Who is expected: by the rows once the notice is out, before that by the rule."""
    if session.noticed_at is not None:
        return set(session.attendances.exclude(mark=Mark.EXEMPT).values_list("person_id", flat=True))
    return {one.person_id for one in listed if one.place == Place.EXPECTED}


def _group_listed(listed: list[Listed], on_list: set[int], session: Session) -> dict[str, Any]:
    drawn = {one.person_id for one in listed}
    strangers = session.attendances.exclude(person__in=drawn).exclude(mark=Mark.EXEMPT).select_related("person")
    groups = {
        "expected": [one for one in listed if one.person_id in on_list],
        "apart": [one for one in listed if one.person_id not in on_list and one.place == Place.APART],
        "outside": [one for one in listed if one.person_id not in on_list and one.place != Place.APART],
    }
    shown: dict[str, Any] = {name: people[:MOST_LISTED] for name, people in groups.items()}
    shown |= {f"{name}_count": len(people) for name, people in groups.items()}
    others = list(strangers.order_by("person__staff_no")) if session.noticed_at is not None else []
    shown["ids"] = ",".join(str(one.person_id) for one in [*shown["expected"], *others])
    return shown | {"others": others, "expected_count": len(groups["expected"]) + len(others), "most": MOST_LISTED}


def _read_ids(request: HttpRequest, name: str) -> set[int]:
    return {int(text) for text in request.POST.getlist(name) if text.isdecimal()}


def _read_left_out(request: HttpRequest) -> set[int]:
    """Whose tick was taken away: of those shown (``shown``), so that nobody who joined meanwhile is taken off."""
    shown = {int(text) for text in request.POST.get("shown", "").split(",") if text.isdecimal()}
    return shown - _read_ids(request, "expected")


def _send_or_change(request: HttpRequest, actor: Actor, session: Session, listed: list[Listed]) -> HttpResponse:
    named, told = find_people_named(actor, request.POST.get("who", ""))
    if told:
        raise Refusal("name_unclear", "".join(told))
    drawn = {one.person_id for one in listed}
    add = (_read_ids(request, "add") & drawn) | named
    remove = _read_left_out(request) - named
    if request.POST.get("add_all"):
        add |= {one.person_id for one in listed if one.place == Place.OUTSIDE}
    reason = request.POST.get("reason", "")
    at = timezone.now()
    if session.noticed_at is not None:
        change_list(actor, session, at=at, add=add, remove=remove, reason=reason)
        messages.success(request, _("名单已改，原因记在各人名下。"))
        return redirect("activities:session", session.pk)
    wanted = ({one.person_id for one in listed if one.place == Place.EXPECTED} | add) - remove
    noticed = send_notice(actor, session, at=at, expected=wanted, reason=reason)
    messages.success(request, _describe_sent(session, noticed.expected, noticed.apart, actor.on))
    return redirect("activities:session", session.pk)


def _describe_sent(session: Session, expected: int, apart: int, today: date) -> str:
    count = _("应到 %(count)s 人") % {"count": expected}
    if apart:
        count += _("，免 %(count)s 人") % {"count": apart}
    if session.on < today:
        return _("名单已定，记为补录：%(count)s。接着点名。") % {"count": count}
    day = name_day(session.on, today)
    return _("通知已发出：%(count)s，%(day)s会出现在他们的待办里。") % {"count": count, "day": f"{day}的会议"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def postpone(request: HttpRequest, session_id: int) -> HttpResponse:
    actor = demand_actor(request)
    session = find_led_session(actor, session_id)
    initial = describe_initial(session, on=None)
    form = PostponeForm(
        request.POST if request.method == "POST" else None, initial=initial,
        venues=list_open_venues(session.bureau, actor.on),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        minutes = count_minutes(given["start_time"], given["end_time"]) if given["end_time"] else None
        try:
            new = postpone_session(
                actor, session, on=given["on"], start_time=given["start_time"], minutes=minutes, place=given["place"],
                reason=given["reason"], venue=form.venues.get(given.get("venue") or ""), at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已记为延期。请核对新的名单，再发出通知。"))
            return redirect("activities:notice", new.pk)
    page = {"form": form, "session": session}
    return render(request, "activities/postpone.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, session_id: int) -> HttpResponse:
    actor = demand_actor(request)
    session = find_led_session(actor, session_id)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_session(actor, session, reason=form.cleaned_data["reason"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("会议已取消，应到的人会在待办里看到原因。"))
            return redirect("activities:session", session.pk)
    page = {"form": form, "session": session, "count": _count_expected(session)}
    return render(request, "activities/cancel.html", page, status=400 if form.errors else 200)


def _count_expected(session: Session) -> int:
    return session.attendances.exclude(mark=Mark.EXEMPT).count()
