"""The list of sessions, and the page of one: everything that is read."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_safe

from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power, is_leading

from ..forms.arranging import find_end
from ..models import Attendance, Leave, Session
from ..queries.arranging import describe_holder, find_session
from ..queries.leave import find_leave, is_over
from ..queries.sessions import (
    SHOWN,
    SPANS,
    Figures,
    Filter,
    count_figures,
    count_kept,
    describe_people,
    describe_rows,
    filter_sessions,
    find_next,
    is_late_entry,
    list_agenda,
    list_changes,
    list_unit_choices,
    scope_rows,
    tell_state,
)
from ..rules import LeaveState, Mark, SessionKind, SessionState
from ..rules.expected import describe_rule
from ..rules.leave import PRESENT

SPAN_WORDS = (("month", _l("本月")), ("coming", _l("将来")), ("past", _l("过去")), ("year", _l("全年")))
SHOWN_WORDS = (
    ("held", _l("已召开")), ("extra", _l("其中计划外")), ("planned", _l("未召开")), ("postponed", _l("延期")),
    ("cancelled", _l("取消")),
)  # fmt: skip
COUNTED_MARKS = (Mark.LEAVE, Mark.ABSENT, Mark.MADE_UP, Mark.UNRECORDED, Mark.EXEMPT)
OPEN_LEAVE = (LeaveState.ASKED, LeaveState.GRANTED)
PRESENT_WORD = "实到"  # 到, 迟到 and 早退 together
ROWS_PER_PAGE = 30
PEOPLE_PER_PAGE = 100


@login_required
@require_safe
def show_sessions(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_own or actor.reads_others)
    chosen = _read_filter(request, actor)
    page = Paginator(filter_sessions(actor, chosen), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    rows = describe_rows(actor, page.object_list, chosen.today)
    return render(
        request, "activities/sessions.html",
        {
            "chosen": chosen, "page": page, "rows": rows, "kept": count_kept(actor, chosen), "kinds": list(SessionKind),
            "units": list_unit_choices(actor) if actor.reads_others else [], "leads": actor.leads,
            "next": find_next(actor, chosen.today) if not rows else None, "own": actor.person is not None,
            "spans": SPAN_WORDS, "counted": SHOWN_WORDS, "chosen_query": _write_query(chosen),
        },
    )  # fmt: skip


def _write_query(chosen: Filter) -> str:
    """What is kept of the filter when another span is opened."""
    given = {"unit": chosen.unit or "", "kind": chosen.kind, "venue": chosen.venue or "", "year": chosen.year or ""}
    return "".join(f"&{urlencode({name: value})}" for name, value in given.items() if value)


def _read_filter(request: HttpRequest, actor: Actor) -> Filter:
    given = request.GET
    span, show, kind, unit = (given.get(name, "") for name in ("when", "show", "kind", "unit"))
    venue, year, month = given.get("venue", ""), given.get("year", ""), given.get("month", "")
    return Filter(
        today=actor.on,
        span=span if span in SPANS else "month",
        unit=int(unit) if unit.isdecimal() else None,
        kind=kind if kind in {one.value for one in SessionKind} else "",
        show=show if show in SHOWN else "",
        venue=int(venue) if venue.isdecimal() else None,
        year=int(year) if year.isdecimal() and 2000 <= int(year) <= 2100 else None,
        month=int(month) if month.isdecimal() and 1 <= int(month) <= 12 and span == "month" else None,
    )


@login_required
@require_safe
def show_session(request: HttpRequest, session_id: int) -> HttpResponse:
    actor = demand_actor(request)
    session = find_session(actor, session_id)
    visible = scope_rows(actor, session)
    mark = request.GET.get("mark", "")
    own = visible.filter(person=actor.person).first() if actor.person else None
    leave = find_leave(actor.person, session) if actor.person and own else None
    at = timezone.now()
    page: dict[str, Any] = {
        "session": session, "state": tell_state(session, actor.on), "leads": is_leading(actor, session.unit),
        "figures": count_figures([session.pk]).get(session.pk, Figures()), "agenda": list_agenda(session),
        "changes": list_changes(session), "own": own, "leave": leave, "mark": mark, "counted": COUNTED_MARKS,
        "rule": describe_rule(SessionKind(session.kind), describe_holder(session.unit)),
        "replaced_by": Session.objects.filter(replaces=session).first(), "late_entry": is_late_entry(session),
        "planned": session.state == SessionState.PLANNED, "over": is_over(session, at),
        "end_time": find_end(session.start_time, session.minutes),
    }  # fmt: skip
    page["links"] = _list_links(actor, session, own, leave, leads=page["leads"])
    if actor.reads_others:
        people = _filter_mark(visible, mark).select_related("person", "unit").order_by("person__staff_no", "pk")
        page["people"] = Paginator(people, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
        page["rows"] = describe_people(session, page["people"].object_list)
    return render(request, "activities/session.html", page)


def _filter_mark(rows: QuerySet[Attendance], mark: str) -> QuerySet[Attendance]:
    if mark == PRESENT_WORD:
        return rows.filter(mark__in=PRESENT)
    return rows.filter(mark=mark) if mark in {one.value for one in Mark} else rows


def _list_links(
    actor: Actor, session: Session, own: Attendance | None, leave: Leave | None, *, leads: bool
) -> dict[str, str]:
    """Where this reader goes from the session; a name that is missing is not for them or not for now."""
    names: list[str] = []
    off = session.state in (SessionState.POSTPONED, SessionState.CANCELLED)
    if own is not None and not off:
        if own.mark in (Mark.UNRECORDED, Mark.ABSENT) and (leave is None or leave.state not in OPEN_LEAVE):
            names.append("leave")
        if own.mark == Mark.UNRECORDED and session.on == actor.on and session.roll_ended_at is None:
            names.append("check_in")
    if leads and session.noticed_at is not None and not off:
        names += ["roll_call", "sign_in_sheet"]
    if session.state == SessionState.HELD and (leads or actor.reads_others):
        names.append("record")
    return {name: reverse(f"activities:{name}", args=[session.pk]) for name in names}
