"""Sessions and attendance of many units in a period, counted for documents about all of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q

from shanxue.base.periods import Period

from ..models import Attendance, MakeUp, Session
from ..rules import MakeUpState, Mark, RecordState, SessionState
from ..rules.leave import PRESENT
from ..rules.make_up import MISSED


class SessionTotal(NamedTuple):
    """One session that was held. 应到 leaves 免 and 未记录 out. ``record``: the state of its minutes, if any."""

    id: int
    unit_id: int
    kind: str
    topic: str
    on: date
    roll_ended: bool
    record: str | None
    expected: int
    present: int


def list_session_totals(bureau_id: int, units: Iterable[int], period: Period) -> list[SessionTotal]:
    """List what these units held in a period, the oldest first. Two queries."""
    held = Session.objects.filter(
        bureau=bureau_id, unit__in=list(units), state=SessionState.HELD, on__gte=period.from_on, on__lt=period.until_on
    )
    marks: dict[int, dict[str, int]] = {}
    counted = Attendance.objects.filter(session__in=held.values("pk")).order_by()
    for session, mark, count in counted.values_list("session", "mark").annotate(Count("pk")):
        marks.setdefault(session, {})[mark] = count
    rows = held.order_by("on", "pk").annotate(record_state=F("record__state"))
    return [
        SessionTotal(
            row.pk, row.unit_id, row.kind, row.topic, row.on, row.roll_ended_at is not None, row.record_state,
            *_count(marks.get(row.pk, {})),
        )
        for row in rows
    ]  # fmt: skip


def _count(marks: dict[str, int]) -> tuple[int, int]:
    """应到 and 实到, as documents count them (docs/documents.md)."""
    apart = marks.get(Mark.EXEMPT, 0) + marks.get(Mark.UNRECORDED, 0)
    return sum(marks.values()) - apart, sum(marks.get(mark, 0) for mark in PRESENT)


class PresenceTotal(NamedTuple):
    """Attendance of one unit's people. ``missed``: 请假 and 缺席 for which no make-up is arranged."""

    expected: int = 0
    present: int = 0
    made_up: int = 0
    unrecorded: int = 0
    missed: int = 0


def count_presence_by_unit(bureau_id: int, period: Period) -> dict[int, PresenceTotal]:
    """Count by the branch that people stood in on the day of each session. Two queries."""
    rows = Attendance.objects.filter(
        session__bureau=bureau_id, session__state=SessionState.HELD,
        session__on__gte=period.from_on, session__on__lt=period.until_on, unit__isnull=False,
    ).order_by()  # fmt: skip
    marks: dict[int, dict[str, int]] = {}
    for unit, mark, count in rows.values_list("unit", "mark").annotate(Count("pk")):
        marks.setdefault(unit, {})[mark] = count
    arranged = MakeUp.objects.filter(session=OuterRef("session"), person=OuterRef("person"))
    open_rows = rows.filter(~Exists(arranged.exclude(state=MakeUpState.DROPPED)), mark__in=MISSED)
    missed = dict(open_rows.values_list("unit").annotate(Count("pk")))
    return {
        unit: PresenceTotal(
            *_count(found), found.get(Mark.MADE_UP, 0), found.get(Mark.UNRECORDED, 0), missed.get(unit, 0)
        )
        for unit, found in marks.items()
    }


class MissedPerson(NamedTuple):
    person_id: int
    name: str
    unit_id: int
    times: int


def list_missed_people(bureau_id: int, units: Iterable[int], period: Period) -> list[MissedPerson]:
    """List who was 缺席 without any make-up arranged, with how often, in staff-number order. One query."""
    arranged = MakeUp.objects.filter(session=OuterRef("session"), person=OuterRef("person"))
    rows = Attendance.objects.filter(
        ~Exists(arranged.exclude(state=MakeUpState.DROPPED)), Q(mark=Mark.ABSENT), session__bureau=bureau_id,
        session__state=SessionState.HELD, session__on__gte=period.from_on, session__on__lt=period.until_on,
        unit__in=list(units),
    )  # fmt: skip
    counted = rows.values_list("person", "person__name", "unit").annotate(times=Count("pk"))
    return [MissedPerson(*row) for row in counted.order_by("person__staff_no", "unit")]


def name_record_state(row: SessionTotal) -> str:
    """How the minutes stand: 已通过, 已交 or 未交; "" where none is asked (imported from a ledger, roll open)."""
    if row.record == RecordState.PASSED:
        return "已通过"
    if row.record in (RecordState.WAITING, RecordState.RETURNED):
        return "已交"
    return "未交" if row.roll_ended else ""
