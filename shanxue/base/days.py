"""Days as people speak of them."""

from __future__ import annotations

from datetime import date

WEEKDAYS = "一二三四五六日"


def name_day(day: date, today: date) -> str:
    """Name a day as seen from ``today``: 今天, 明天, 昨天, 周五 within a week, else 6月12日; the year if another."""
    distance = (day - today).days
    near = {0: "今天", 1: "明天", -1: "昨天"}
    if distance in near:
        return near[distance]
    if 1 < distance < 7:
        same_week = day.isocalendar()[:2] == today.isocalendar()[:2]
        return f"{'' if same_week else '下'}周{WEEKDAYS[day.weekday()]}"
    month = f"{day.month}月{day.day}日"
    return month if day.year == today.year else f"{day.year}年{month}"
