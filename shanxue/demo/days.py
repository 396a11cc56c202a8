"""Working days of a year, for meetings that happen when people are at work."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar


def is_workday(day: date) -> bool:
    """Whether people work that day; for a year the calendar does not know yet, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def pick_workday(year: int, month: int, number: int) -> date:
    """Pick the ``number``-th working day of a month, counted from 0; the last one where it has fewer."""
    first = date(year, month, 1)
    days = [day for day in (first + timedelta(days=n) for n in range(31)) if day.month == month and is_workday(day)]
    return days[min(number, len(days) - 1)]


def move_to_workday(day: date) -> date:
    """Give the day itself or the next working day after it."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day
