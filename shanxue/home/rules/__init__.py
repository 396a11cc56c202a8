"""How what is due is put in order. Plain Python: rows in, an agenda out; every row that came in stands in it once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from shanxue.base.lights import Due, Light

NEAREST = 3  # ux M1: up to three nearest items
SHELF_ROWS = 8  # rows of one group before “全部 N 件” leads on
SOON_DAYS = 7


class Span(StrEnum):
    """The groups of ux M1, in the order in which they are shown."""

    LATE = "已逾期"
    WEEK = "本周"
    MONTH = "本月"
    LATER = "以后"


SPAN_CODES = {Span.LATE: "late", Span.WEEK: "week", Span.MONTH: "month", Span.LATER: "later"}


@dataclass(frozen=True)
class Shelf:
    """One group. ``rows`` are all of it, ``shown`` those that the page shows before “全部 N 件”."""

    span: Span
    rows: tuple[Due, ...]

    @property
    def code(self) -> str:
        return SPAN_CODES[self.span]

    @property
    def shown(self) -> tuple[Due, ...]:
        return self.rows[:SHELF_ROWS]

    @property
    def is_cut(self) -> bool:
        return len(self.rows) > SHELF_ROWS


@dataclass(frozen=True)
class Agenda:
    """The nearest rows, then all others by group. ``upcoming`` is the first dated row when none falls within 7 days."""

    nearest: tuple[Due, ...]
    shelves: tuple[Shelf, ...]
    late_count: int
    soon_count: int
    open_count: int  # all that is to be done: without what is paused (exempt, on leave, called off)
    upcoming: Due | None


def find_day(row: Due, now: datetime) -> date | None:
    """The local day a row is about: when it begins, else its last day. ``now`` carries the time zone."""
    return row.at.astimezone(now.tzinfo).date() if row.at else row.on


def find_span(row: Due, now: datetime) -> Span:
    """Only the room says that a row is late. A row without a day that needs something now belongs to this week."""
    if row.light == Light.LATE:
        return Span.LATE
    today = now.date()
    day = find_day(row, now)
    if day is None:
        return Span.WEEK if row.light == Light.NEAR else Span.LATER
    if day <= today + timedelta(days=6 - today.weekday()):
        return Span.WEEK
    return Span.MONTH if (day.year, day.month) <= (today.year, today.month) else Span.LATER


def sort_rows(rows: Iterable[Due], now: datetime) -> list[Due]:
    """By day, then hour, late ones without a day first, others without a day last."""

    def place(row: Due) -> tuple[date, float, str, str]:
        last = date.min if row.light == Light.LATE else date.max
        return (find_day(row, now) or last, row.at.timestamp() if row.at else 0.0, row.title, row.key)

    return sorted(rows, key=place)


def arrange_agenda(rows: Iterable[Due], now: datetime) -> Agenda:
    """Put rows in order: the three whose day lies nearest to today, then the rest by group (ux M1).

    Nothing is merged or left out: what one room gives never hides what another gave.
    """
    ordered = sort_rows(rows, now)
    chosen = sorted(range(len(ordered)), key=lambda at: (*_rank_nearness(ordered[at], now), at))[:NEAREST]
    rest = [row for at, row in enumerate(ordered) if at not in chosen]
    shelves = (Shelf(span, tuple(row for row in rest if find_span(row, now) == span)) for span in Span)
    late = [row for row in ordered if row.light == Light.LATE]
    open_rows = [row for row in ordered if row.light != Light.PAUSED]
    soon = [row for row in open_rows if row not in late and _measure_distance(row, now) <= SOON_DAYS]
    dated = (row for row in open_rows if (find_day(row, now) or date.min) > now.date())
    return Agenda(
        nearest=tuple(ordered[at] for at in chosen),
        shelves=tuple(shelf for shelf in shelves if shelf.rows),
        late_count=len(late),
        soon_count=len(soon),
        open_count=len(open_rows),
        upcoming=None if late or soon else next(dated, None),
    )


def _rank_nearness(row: Due, now: datetime) -> tuple[bool, int]:
    """What is paused comes after everything that is to be done."""
    return row.light == Light.PAUSED, _measure_distance(row, now)


def _measure_distance(row: Due, now: datetime) -> int:
    """Days between today and the row's day; without a day, what needs something now is as near as today."""
    day = find_day(row, now)
    if day is None:
        return 0 if row.light in (Light.LATE, Light.NEAR) else (date.max - date.min).days
    return abs((day - now.date()).days)


def find_shelf(agenda: Agenda, code: str) -> Shelf | None:
    """Find the group that “全部 N 件” leads to; None for a word that names no group with rows."""
    return next((shelf for shelf in agenda.shelves if shelf.code == code), None)
