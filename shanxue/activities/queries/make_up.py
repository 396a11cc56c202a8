"""Progress of a branch: people by session, what is missed, and what waits to be confirmed (ux S6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.base.lights import Light
from shanxue.base.periods import Period
from shanxue.orgs.models import Exemption, Person, Unit
from shanxue.orgs.queries import Actor, filter_in_force, match_led_units

from ..models import Attendance, Leave, MakeUp, Session, SessionNote
from ..rules import MakeUpState, Mark, SessionState
from ..rules.leave import PRESENT
from ..rules.make_up import MISSED, SHAPES

OPEN_STATES = (MakeUpState.OPEN, MakeUpState.WAITING)


@dataclass(frozen=True)
class Cell:
    """One person at one session; ``mark`` is empty where they were not expected."""

    label: str
    mark: str
    light: Light


@dataclass(frozen=True)
class PersonProgress:
    """One person's sessions, in the order of the heads. 实到 and 已补学 are two numbers, never one."""

    person: Person
    cells: list[Cell]

    @property
    def present(self) -> int:
        return sum(cell.mark in PRESENT for cell in self.cells)

    @property
    def expected(self) -> int:
        return sum(cell.mark not in ("", Mark.EXEMPT) for cell in self.cells)

    @property
    def made_up(self) -> int:
        return sum(cell.mark == Mark.MADE_UP for cell in self.cells)


@dataclass(frozen=True)
class Progress:
    """Names down, sessions across."""

    sessions: list[Session]
    rows: list[PersonProgress]


def scope_rows(actor: Actor) -> QuerySet[Attendance]:
    """Attendance of people who stood, on the day, in a unit that the actor writes for."""
    return Attendance.objects.filter(match_led_units(actor, "unit"), session__bureau=actor.bureau)


def list_rows(unit: Unit, period: Period) -> QuerySet[Attendance]:
    """Rows of a unit's people at sessions held in the period."""
    units = Unit.objects.filter(path__startswith=unit.path).values("pk")
    return Attendance.objects.filter(
        unit__in=units, session__state=SessionState.HELD,
        session__on__gte=period.from_on, session__on__lt=period.until_on,
    )  # fmt: skip


def read_progress(unit: Unit, period: Period) -> Progress:
    """Two queries."""
    rows = list(list_rows(unit, period).select_related("person").order_by("person__staff_no", "person_id"))
    held = Session.objects.filter(pk__in={row.session_id for row in rows}).order_by("on", "start_time", "pk")
    sessions = list(held)
    marks: dict[Person, dict[int, str]] = {}
    for row in rows:
        marks.setdefault(row.person, {})[row.session_id] = row.mark
    return Progress(sessions, [PersonProgress(one, _list_cells(sessions, known)) for one, known in marks.items()])


def _list_cells(sessions: list[Session], known: dict[int, str]) -> list[Cell]:
    marks = [(one, known.get(one.pk, "")) for one in sessions]
    return [Cell(f"{one.on.month}/{one.on.day} {one.kind}", mark, SHAPES.get(mark, Light.NONE)) for one, mark in marks]


def list_missed(unit: Unit, period: Period) -> list[Attendance]:
    """请假 and 缺席 for which no make-up is arranged, the oldest session first."""
    arranged = MakeUp.objects.filter(session=OuterRef("session"), person=OuterRef("person")).exclude(
        state=MakeUpState.DROPPED
    )
    found = list_rows(unit, period).filter(~Exists(arranged), mark__in=MISSED)
    return list(found.select_related("person", "session").order_by("session__on", "person__staff_no", "pk"))


def list_make_ups(unit: Unit) -> list[MakeUp]:
    """Open and waiting make-ups of the unit's people; what waits to be confirmed first."""
    row = Attendance.objects.filter(
        session=OuterRef("session"), person=OuterRef("person"),
        unit__in=Unit.objects.filter(path__startswith=unit.path).values("pk"),
    )  # fmt: skip
    found = MakeUp.objects.filter(Exists(row), state__in=OPEN_STATES)
    rows = list(found.select_related("person", "session").order_by("until_on", "person__staff_no", "pk"))
    return sorted(rows, key=lambda one: one.state != MakeUpState.WAITING)


def find_rows(actor: Actor, row_ids: Iterable[int]) -> list[Attendance]:
    """The rows ticked, of those the actor writes for, in the order of the list."""
    found = scope_rows(actor).filter(pk__in=list(row_ids)).select_related("person", "session__bureau", "unit")
    return list(found.order_by("session__on", "person__staff_no", "pk"))


def list_exempt(people: Iterable[int], today: date) -> set[int]:
    """Who of these people is exempt today. One query."""
    found = Exemption.objects.filter(filter_in_force(today), person__in=list(people))
    return set(found.values_list("person_id", flat=True))


def list_offers(rows: Iterable[Attendance]) -> dict[tuple[int, int], str]:
    """How people offered to make it up when they asked for leave, by session and person. One query."""
    keys = {(row.session_id, row.person_id) for row in rows}
    found = Leave.objects.filter(
        session__in={session for session, _ in keys}, person__in={person for _, person in keys}
    ).exclude(make_up="")
    offers = {(leave.session_id, leave.person_id): leave.make_up for leave in found}
    return {key: form for key, form in offers.items() if key in keys}


def find_own(actor: Actor, make_up_id: int) -> MakeUp:
    found = MakeUp.objects.filter(pk=make_up_id, person=actor.person if actor.reads_own else None)
    make_up = found.select_related("session__unit", "person").first()
    if make_up is None:
        raise refuse_missing("这项补学")
    return make_up


def scope_confirmable(actor: Actor) -> QuerySet[MakeUp]:
    """Make-ups of people of the units the actor writes for."""
    row = Attendance.objects.filter(
        match_led_units(actor, "unit"), session=OuterRef("session"), person=OuterRef("person")
    )
    return MakeUp.objects.filter(Exists(row), session__bureau=actor.bureau)


def find_confirmable(actor: Actor, make_up_id: int) -> MakeUp:
    make_up = scope_confirmable(actor).filter(pk=make_up_id).first()
    if make_up is None:
        raise refuse_missing("这项补学")
    return make_up


def list_returned(make_up: MakeUp) -> list[SessionNote]:
    """What was asked for before it is confirmed, the latest first."""
    found = SessionNote.objects.filter(session=make_up.session, person=make_up.person, at__gte=make_up.arranged_at)
    return list(found.filter(text__startswith="补学").order_by("-pk"))
