"""The working-day calendar as a value: what the shipped data knows, and what the office entered on top."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache

import chinese_calendar
from chinese_calendar import constants

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau

from ..models import DayOverride
from ..rules.calendar import WorkCalendar


@cache
def read_shipped_calendar() -> WorkCalendar:
    """Read holidays and working weekends, for the years the package knows."""
    off = {day: chinese_calendar.Holiday(name).chinese for day, name in constants.holidays.items()}
    on = {day: f"{chinese_calendar.Holiday(name).chinese}调休" for day, name in constants.workdays.items()}
    return WorkCalendar(off, on, frozenset(day.year for day in constants.holidays))


def read_calendar(bureau: Bureau) -> WorkCalendar:
    """Read the bureau's calendar: its own days win over the shipped ones. One query."""
    rows = list(DayOverride.objects.filter(bureau=bureau).values_list("on", "is_workday", "source"))
    shipped = read_shipped_calendar()
    if not rows:
        return shipped
    return overlay_days(shipped, rows)


def overlay_days(shipped: WorkCalendar, rows: list[tuple[date, bool, str]]) -> WorkCalendar:
    off, on = dict(shipped.off), dict(shipped.on)
    for day, is_workday, source in rows:
        off.pop(day, None)
        on.pop(day, None)
        if is_workday and day.weekday() >= 5:
            on[day] = f"按{source}"
        elif not is_workday:
            off[day] = f"按{source}休"
    entered = Counter(day.year for day, _, _ in rows)
    return WorkCalendar(off, on, shipped.known_years, entered)


def list_overrides(bureau: Bureau) -> list[DayOverride]:
    """List the days entered here, the latest first."""
    return list(DayOverride.objects.filter(bureau=bureau).order_by("-on"))


def find_override(bureau: Bureau | None, day_id: int) -> DayOverride:
    day = DayOverride.objects.select_related("bureau").filter(bureau=bureau, pk=day_id).first()
    if day is None:
        raise refuse_missing("这一天")
    return day
