"""An institution as numbered clauses and the obligations read from them (K01–K10). Frozen values, no clock.

An obligation asks something (its *demand*, one of a closed list of kinds) of somebody (*who*) with a clause behind it.
Bounds: 不少于 and 以上 include the number, 过半 does not. Amounts are thousandths (milli) of their measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class QuorumOf(StrEnum):
    """Who is in the denominator of an attendance ratio (K04)."""

    EXPECTED = "应到"
    FULL = "正式党员"
    COMMITTEE = "委员"


@dataclass(frozen=True)
class Quorum:
    """Present over those due: more than (``strict``), or at least, ``ratio``."""

    ratio: Fraction
    strict: bool
    of: QuorumOf = QuorumOf.EXPECTED

    def is_met(self, present: int, due: int) -> bool:
        share = Fraction(present, due) if due else Fraction(0)
        return due > 0 and (share > self.ratio if self.strict else share >= self.ratio)


@dataclass(frozen=True)
class Event:
    """Which records count: their source and kinds, and how big one must be to count (K03, K04)."""

    source: str
    kinds: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    least_minutes: int | None = None
    least_characters: int | None = None
    by_roles: tuple[str, ...] = ()  # given by whoever holds this post in the unit, wherever it was held
    quorum: Quorum | None = None

    @property
    def is_bounded(self) -> bool:
        """Whether a record of the right kind may still not count."""
        return bool(self.least_minutes or self.least_characters or self.by_roles or self.quorum)


@dataclass(frozen=True)
class Quota:
    """An amount of something: 90 学时, 10000 字, 2 篇."""

    event: Event
    measure: str
    least_milli: int


@dataclass(frozen=True)
class Frequency:
    """K01: at least ``least`` times in each period."""

    event: Event
    period: str
    least: int


@dataclass(frozen=True)
class FixedDay:
    """K02: on one day of each month (nth weekday, or the same date) or week, which may move by ``shift_days``.

    ``nth``: 1–4, or -1 for the last; ``weekday`` 0 is Monday. ``on_holiday``: after, before or none.
    """

    event: Event
    period: str
    weekday: int | None = None
    nth: int = 1
    month_day: int | None = None
    shift_days: int = 0
    on_holiday: str = "after"


@dataclass(frozen=True)
class Attendance:
    """K04: the attendance of the unit's events over a period, all of them together or each by itself."""

    event: Event
    quorum: Quorum
    period: str
    each: bool = False


@dataclass(frozen=True)
class Amounts:
    """K05, K06, K09: amounts within a period; any one of them suffices (``any``: "or"), or all are asked."""

    quotas: tuple[Quota, ...]
    period: str
    any: bool


@dataclass(frozen=True)
class Cycle:
    """K07: amounts over several years, with a share due each year; what is missing may be caught up inside."""

    quotas: tuple[Quota, ...]
    years: int
    from_year: int
    yearly: Fraction | None = None
    catch_up: bool = True


@dataclass(frozen=True)
class Trigger:
    """What a deadline runs from or stands at (K08).

    ``kind``: milestone (words of MilestoneKind), role (taking up one of these posts), founded (the unit), transfer
    (moved out, until received), yearly (a day of each year), period_end (the last ``workdays`` of each period).
    """

    kind: str
    words: tuple[str, ...] = ()
    month: int | None = None
    day: int | None = None
    period: str = "quarter"
    workdays: int = 0


@dataclass(frozen=True)
class Deadline:
    """K08: something done within a span after an event, or by a fixed day."""

    event: Event
    trigger: Trigger
    least: int = 1
    months: int = 0
    days: int = 0
    on_holiday: str = "none"


@dataclass(frozen=True)
class PairClass:
    """Between whom: 委员 or 党员 on either side."""

    left: str
    right: str


@dataclass(frozen=True)
class Pairs:
    """K10: each person of the left class has talked at least ``least`` times with one of the right class."""

    event: Event
    classes: tuple[PairClass, ...]
    period: str
    least: int


Demand = Frequency | FixedDay | Attendance | Amounts | Cycle | Deadline | Pairs
KIND_NAMES = {
    "frequency": Frequency,
    "fixed_day": FixedDay,
    "attendance": Attendance,
    "hours": Amounts,
    "documents": Amounts,
    "cycle": Cycle,
    "deadline": Deadline,
    "pairs": Pairs,
}


def list_events(demand: Demand | None) -> list[Event]:
    """List what a demand looks at, whatever its kind."""
    if demand is None:
        return []
    if isinstance(demand, Amounts | Cycle):
        return [quota.event for quota in demand.quotas]
    return [demand.event]


@dataclass(frozen=True)
class Who:
    """Of whom: units of these kinds, or people with these attributes. Empty means every one."""

    of_units: bool
    unit_kinds: tuple[str, ...] = ()
    least_members: int | None = None
    statuses: tuple[str, ...] = ()
    rank_classes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    staff_states: tuple[str, ...] = ()


@dataclass(frozen=True)
class Obligation:
    """One thing asked. ``soft`` (一般、原则上): a shortfall is reported, never failed."""

    code: str
    title: str
    clause: str
    kind: str
    who: Who
    demand: Demand
    soft: bool = False
    grace_days: int = 0
    near_days: int | None = None
    note: str = ""  # what the clause leaves open and how it is read here


@dataclass(frozen=True)
class Clause:
    number: str
    text: str


@dataclass(frozen=True)
class Institution:
    """One version of a set of rules as it stands in its file."""

    code: str
    title: str
    source: str
    clauses: tuple[Clause, ...]
    obligations: tuple[Obligation, ...]
    certainty: str = ""
    from_on: date | None = None  # since when the rules themselves are in force, where the file knows
    until_on: date | None = None
