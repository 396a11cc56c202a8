"""The working days of 2025 (国务院办公厅的放假安排: holidays and the weekends worked in exchange)."""

from __future__ import annotations

from datetime import date, timedelta

YEAR = 2025


def _list_days(month: int, first: int, last_month: int, last: int) -> list[date]:
    start, end = date(YEAR, month, first), date(YEAR, last_month, last)
    return [start + timedelta(days=step) for step in range((end - start).days + 1)]


HOLIDAYS: dict[date, str] = {
    **dict.fromkeys(_list_days(1, 1, 1, 1), "元旦"),
    **dict.fromkeys(_list_days(1, 28, 2, 4), "春节"),
    **dict.fromkeys(_list_days(4, 4, 4, 6), "清明节"),
    **dict.fromkeys(_list_days(5, 1, 5, 5), "劳动节"),
    **dict.fromkeys(_list_days(5, 31, 6, 2), "端午节"),
    **dict.fromkeys(_list_days(10, 1, 10, 8), "国庆节"),
}
WORKED_WEEKENDS = {date(YEAR, 1, 26), date(YEAR, 2, 8), date(YEAR, 4, 27), date(YEAR, 9, 28), date(YEAR, 10, 11)}


def is_workday(day: date) -> bool:
    return day in WORKED_WEEKENDS or (day.weekday() < 5 and day not in HOLIDAYS)


def list_workdays(month: int) -> list[date]:
    day, found = date(YEAR, month, 1), []
    while day.month == month:
        if is_workday(day):
            found.append(day)
        day += timedelta(days=1)
    return found


def count_days(month: int) -> int:
    return (date(YEAR + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
