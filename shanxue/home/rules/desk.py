"""What a secretary has before them (ux S1). Plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from shanxue.base.lights import Due, Light

from . import Span, find_day, find_span, sort_rows

WAITING_KINDS = frozenset(
    {"审阅", "请假", "说明", "审批", "转接", "更正", "免考核"}
)  # what waits for the secretary's answer


@dataclass(frozen=True)
class Desk:
    """What a secretary has before them: this week with what is late, and what comes after. ``first`` is undone.

    ``waiting`` are those rows of ``now`` that wait for an answer, named once more by themselves (ux S1).
    """

    now: tuple[Due, ...]
    later: tuple[Due, ...]
    late_count: int

    @property
    def first(self) -> Due | None:
        return self.now[0] if self.now else None

    @property
    def waiting(self) -> tuple[Due, ...]:
        return tuple(row for row in self.now if row.kind in WAITING_KINDS)


def _is_asked(row: Due, now: datetime) -> bool:
    """What has no day is to be done now, unless all is well with it."""
    return find_day(row, now) is None and row.light not in (Light.FINE, Light.PAUSED)


def arrange_desk(rows: Iterable[Due], now: datetime) -> Desk:
    """Put a secretary's rows in order (ux S1): late ones, this week's and those without a day; then the rest."""
    spans = [(row, find_span(row, now)) for row in sort_rows(rows, now)]
    undone = [
        row for row, span in spans if span in (Span.LATE, Span.WEEK) or _is_asked(row, now)
    ]  # fmt: skip
    return Desk(
        now=tuple(undone),
        later=tuple(row for row, _ in spans if row not in undone),
        late_count=sum(span == Span.LATE for _, span in spans),
    )


@dataclass(frozen=True)
class Lack:
    """One thing that still stands open with one person since a day: an absence, a make-up past its last day."""

    staff_no: str
    name: str
    what: str
    on: date


@dataclass(frozen=True)
class Hand:
    """Somebody who needs a hand: with what, since when. Ordered by staff number: this is no ranking."""

    name: str
    words: str
    since_on: date


def gather_hands(lacks: Iterable[Lack]) -> list[Hand]:
    """Put together what stands open with each person: “请假或缺席未安排补学 2 次”, since the earliest."""
    found: dict[str, list[Lack]] = {}
    for lack in lacks:
        found.setdefault(lack.staff_no, []).append(lack)
    return [_describe_hand(found[staff_no]) for staff_no in sorted(found)]


def _describe_hand(lacks: list[Lack]) -> Hand:
    counts: dict[str, int] = {}
    for lack in lacks:
        counts[lack.what] = counts.get(lack.what, 0) + 1
    words = "，".join(f"{what} {count} 次" for what, count in counts.items())
    return Hand(lacks[0].name, words, min(lack.on for lack in lacks))
