"""Periods of the calendar. Lower bounds are included, upper bounds are open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

UNITS = ("day", "week", "month", "quarter", "half", "year")


@dataclass(frozen=True, order=True)
class Period:
    """The days from ``from_on`` up to, and not including, ``until_on``."""

    from_on: date
    until_on: date

    def __post_init__(self) -> None:
        if self.from_on >= self.until_on:
            raise ValueError("a period must hold at least one day")

    def __contains__(self, day: date) -> bool:
        return self.from_on <= day < self.until_on

    @property
    def last_on(self) -> date:
        return self.until_on - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.until_on - self.from_on).days


def add_months(day: date, months: int) -> date:
    """Move a first-of-month ``day`` by whole months."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def split_period(window: Period, unit: str) -> Iterator[Period]:
    """Cut a window into calendar weeks (Monday first), months, quarters, half-years or years, in order.

    The first and last pieces are cut to the window. ``unit`` is one of ``UNITS``.
    """
    start = window.from_on
    while start < window.until_on:
        stop = min(_end_piece(start, unit), window.until_on)
        yield Period(start, stop)
        start = stop


def _end_piece(start: date, unit: str) -> date:
    if unit == "day":
        return start + timedelta(days=1)
    if unit == "week":
        return start + timedelta(days=7 - start.weekday())
    length = {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]
    first = date(start.year, (start.month - 1) // length * length + 1, 1)
    return add_months(first, length)
