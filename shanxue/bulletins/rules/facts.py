"""What the records of a period say, as plain values: everything a 情况通报 of a period is drafted from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum


class DutyOutcome(StrEnum):
    """What became of a duty whose last day lies in the period."""

    DONE = "按期完成"
    DONE_LATE = "逾期后完成"
    LATE = "逾期未完成"
    OPEN = "未到期"
    PAUSED = "暂停"


DONE = (DutyOutcome.DONE, DutyOutcome.DONE_LATE)


@dataclass(frozen=True)
class DutyFact:
    """One duty of one unit. ``line`` names the obligation, ``key`` the duty, ``sentence`` how it stands today."""

    unit_id: int
    unit: str
    line: str
    key: str
    title: str
    label: str
    outcome: DutyOutcome
    sentence: str


@dataclass(frozen=True)
class SessionFact:
    """One session that was held. ``record``: whether its minutes are 已通过, 已交, or 未交; "" when none is asked."""

    id: int
    unit_id: int
    unit: str
    kind: str
    topic: str
    on: date
    expected: int
    present: int
    record: str


@dataclass(frozen=True)
class UnitFacts:
    """One branch: the attendance of its people in the period, and what they wrote and took."""

    id: int
    name: str
    kind: str
    expected: int = 0
    present: int = 0
    made_up: int = 0
    unrecorded: int = 0
    missed: int = 0  # 请假 and 缺席 for which nothing is arranged
    notes: int = 0
    notes_passed: int = 0
    tests_taken: int = 0


@dataclass(frozen=True)
class PointFact:
    """A point that the office put on the agenda of the next 通报."""

    id: int
    unit_id: int
    unit: str
    text: str
    href: str


@dataclass(frozen=True)
class PersonFact:
    """Somebody whom the office chose to name, with what is said of them."""

    id: int
    name: str
    unit: str
    text: str


@dataclass(frozen=True)
class PeriodFacts:
    """``label``: 2026年第三季度. ``scope``: 全局, or the unit it is confined to. ``until_on`` open."""

    bureau: str
    scope: str
    label: str
    from_on: date
    until_on: date
    today: date
    units: tuple[UnitFacts, ...] = ()
    duties: tuple[DutyFact, ...] = ()
    sessions: tuple[SessionFact, ...] = ()
    points: tuple[PointFact, ...] = ()
    persons: tuple[PersonFact, ...] = field(default=())

    @property
    def as_of(self) -> date:
        """The last day the figures speak of."""
        return min(self.until_on - timedelta(days=1), self.today)

    @property
    def is_empty(self) -> bool:
        """Nothing at all is known of these days: duties alone, of which there is no record, are no data."""
        told = any(unit.expected or unit.unrecorded or unit.notes or unit.tests_taken for unit in self.units)
        return not (self.sessions or self.points or told or any(duty.outcome in DONE for duty in self.duties))
