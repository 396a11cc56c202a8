"""Leave: one's own, and what waits for an answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Grant, Person, Unit
from shanxue.orgs.queries import Actor, filter_in_force, match_led_units

from ..models import Attendance, Leave, Session
from ..rules import LeaveState, Mark, SessionState
from ..rules.leave import PRESENT, has_ended


def scope_decidable(actor: Actor) -> QuerySet[Leave]:
    """Leave asked by people of the units the actor writes for, or for sessions of those units; never one's own."""
    own_branch = Attendance.objects.filter(
        match_led_units(actor, "unit"), session=OuterRef("session"), person=OuterRef("person")
    )
    found = Leave.objects.filter(
        match_led_units(actor, "session__unit") | Q(Exists(own_branch)), session__bureau=actor.bureau
    )
    return found.exclude(person=actor.person) if actor.person else found


def find_decidable(actor: Actor, leave_id: int) -> Leave:
    leave = scope_decidable(actor).filter(pk=leave_id).first()
    if leave is None:
        raise refuse_missing("这条请假")
    return leave


def list_waiting(actor: Actor) -> QuerySet[Leave]:
    """What waits for an answer, the earliest session first."""
    found = scope_decidable(actor).filter(state=LeaveState.ASKED)
    return found.select_related("person", "session__unit").order_by("session__on", "asked_at", "pk")


def list_answered(actor: Actor, limit: int) -> list[Leave]:
    """The latest answers."""
    found = scope_decidable(actor).filter(state__in=(LeaveState.GRANTED, LeaveState.DECLINED))
    return list(found.select_related("person", "session__unit").order_by("-decided_at", "-pk")[:limit])


def count_granted(people: Iterable[int], year: int) -> dict[int, int]:
    """How often each has had leave in a year: told, not punished (K55). One query."""
    found = Leave.objects.filter(person__in=list(people), state=LeaveState.GRANTED, session__on__year=year)
    counted = found.values("person").annotate(times=Count("pk")).order_by()
    return {row["person"]: row["times"] for row in counted}


def find_row(person: Person, session: Session) -> Attendance | None:
    """The person's place on the list of a session."""
    return Attendance.objects.filter(person=person, session=session).select_related("unit").first()


def find_leave(person: Person, session: Session) -> Leave | None:
    return Leave.objects.filter(person=person, session=session).first()


def list_open_rows(person: Person, today: date) -> list[Attendance]:
    """The person's places at coming sessions, for which leave may be asked; the nearest first."""
    found = Attendance.objects.filter(
        person=person, mark=Mark.UNRECORDED, session__on__gte=today, session__state=SessionState.PLANNED
    )
    return list(found.select_related("session").order_by("session__on", "session__start_time", "pk"))


def list_own(person: Person, limit: int) -> list[Leave]:
    found = Leave.objects.filter(person=person).exclude(state=LeaveState.WITHDRAWN)
    return list(found.select_related("session").order_by("-session__on", "-pk")[:limit])


def is_over(session: Session, at: datetime) -> bool:
    """Whether asking now is an explanation afterwards (R59)."""
    roll_ended = session.roll_ended_at is not None or session.state == SessionState.HELD
    return has_ended(session.on, session.start_time, session.minutes, roll_ended, timezone.localtime(at))


def name_decider(unit: Unit | None, person: Person, on: date) -> str:
    """Who answers: the secretary of the person's branch, else the office. One query."""
    grants = Grant.objects.filter(filter_in_force(on), power=Grant.Power.SECRETARY, unit=unit)
    found = grants.exclude(user__person=person).select_related("user").order_by("pk").first() if unit else None
    return f"{found.user}书记" if found else "学习办公室"


def find_conflicts(leaves: Iterable[Leave]) -> dict[int, str]:
    """The mark of those who asked for leave and were there all the same, by leave. One query."""
    asked = {(leave.session_id, leave.person_id): leave.pk for leave in leaves}
    rows = Attendance.objects.filter(
        session__in={session for session, _ in asked}, person__in={person for _, person in asked}, mark__in=PRESENT
    )
    return {asked[key]: row.mark for row in rows if (key := (row.session_id, row.person_id)) in asked}
