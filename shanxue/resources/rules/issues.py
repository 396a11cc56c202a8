"""Which issues of a periodical are expected in a year, by how often it comes out."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

from . import Frequency

GRACE_DAYS = {Frequency.DAILY: 2, Frequency.WEEKLY: 5}  # the post takes a while before an issue counts as overdue
USUAL_GRACE_DAYS = 10
_DAYS: dict[Frequency, tuple[int, ...]] = {
    Frequency.TEN_DAYS: (1, 11, 21), Frequency.HALF_MONTHLY: (1, 16), Frequency.MONTHLY: (1,),
    Frequency.TWO_MONTHLY: (1,), Frequency.QUARTERLY: (1,),
}  # fmt: skip
_STEP = {Frequency.TWO_MONTHLY: 2, Frequency.QUARTERLY: 3}


def list_issues(frequency: Frequency, year: int, from_month: int = 1) -> list[tuple[int, date]]:
    """List the issues of a year as (number, day); numbers count from January, also when it begins in ``from_month``.

    >>> list_issues(Frequency.QUARTERLY, 2026, 5)
    [(3, datetime.date(2026, 7, 1)), (4, datetime.date(2026, 10, 1))]
    """
    days = enumerate(_list_days(frequency, year), 1)
    return [(number, day) for number, day in days if day.month >= from_month]


def _list_days(frequency: Frequency, year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    if frequency in (Frequency.DAILY, Frequency.WEEKLY):
        step = 1 if frequency == Frequency.DAILY else 7
        day = first if step == 1 else first + timedelta(days=-first.weekday() % 7)
        while day.year == year:
            yield day
            day += timedelta(days=step)
        return
    for month in range(1, 13, _STEP.get(frequency, 1)):
        for day_of_month in _DAYS[frequency]:
            yield date(year, month, min(day_of_month, calendar.monthrange(year, month)[1]))


def find_grace(frequency: Frequency) -> timedelta:
    return timedelta(days=GRACE_DAYS.get(frequency, USUAL_GRACE_DAYS))
