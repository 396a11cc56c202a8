"""Working days of China with 调休, as a value that the pure rules are handed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from .vocabulary import WEEKDAYS

DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkCalendar:
    """Days off and working weekends by name; ``known_years`` are those whose arrangement is known in full.

    ``off`` and ``on`` hold only what differs from Monday to Friday, with what to call it (春节, 国庆节调休).
    ``entered`` counts the days that the office entered for years that are not known.
    """

    off: Mapping[date, str] = field(default_factory=dict)
    on: Mapping[date, str] = field(default_factory=dict)
    known_years: frozenset[int] = frozenset()
    entered: Mapping[int, int] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        if day in self.on:
            return True
        return day not in self.off and day.weekday() < 5

    def find_next(self, day: date) -> date:
        """Find the first working day on or after a day."""
        while not self.is_workday(day):
            day += DAY
        return day

    def find_previous(self, day: date) -> date:
        while not self.is_workday(day):
            day -= DAY
        return day

    def list_last(self, until_on: date, count: int) -> list[date]:
        """List the last ``count`` working days before ``until_on`` (not included), in order."""
        found: list[date] = []
        day = until_on - DAY
        while len(found) < count:
            if self.is_workday(day):
                found.append(day)
            day -= DAY
        return found[::-1]

    def name_rest(self, day: date) -> str:
        """Say why a day is not worked: 国庆节放假, 周六."""
        if day in self.off:
            return self.off[day] if self.off[day].endswith("休") else f"{self.off[day]}放假"
        return f"周{WEEKDAYS[day.weekday()]}"

    def list_gaps(self, *days: date) -> Iterator[str]:
        """Say for each unknown year among these days what the count rests on instead."""
        for year in sorted({day.year for day in days} - self.known_years):
            if self.entered.get(year):
                yield f"按周一至周五和已录入的{self.entered[year]}天计，尚未录入完整的{year}年放假安排"
            else:
                yield f"按周一至周五计，尚未录入{year}年放假安排"


def write_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def write_short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def write_range(first: date, last: date) -> str:
    """Write a range of days, both included, the second year only where it differs."""
    return f"{write_day(first)}至{write_short(last) if last.year == first.year else write_day(last)}"
