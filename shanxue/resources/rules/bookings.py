"""When a place may be booked: within one day, within its hours, not too long, never twice at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

WEEKDAYS = "一二三四五六日"
PAST_MIDNIGHT = "预约不能跨过零点，请分成两天。"


@dataclass(frozen=True)
class Slot:
    """Some hours of one day, half-open: 9:00–11:00 and 11:00–12:00 do not overlap."""

    on: date
    start: time
    end: time

    @property
    def minutes(self) -> int:
        return _count(self.end) - _count(self.start)

    def overlaps(self, other: Slot) -> bool:
        return self.on == other.on and self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        return f"{self.on.month}月{self.on.day}日 {self.start:%H:%M}–{self.end:%H:%M}"


@dataclass(frozen=True)
class Hours:
    """When a place is open: from–until on these ISO weekdays (digits), at most so many minutes at once."""

    name: str
    opens: time
    closes: time
    weekdays: str
    longest_minutes: int


def _count(value: time) -> int:
    return value.hour * 60 + value.minute


def make_slot(on: date, start: time, minutes: int) -> Slot:
    """A slot of so many minutes. Raises ValueError with the sentence when it would pass midnight."""
    total = _count(start) + minutes
    if total >= 24 * 60:
        raise ValueError(PAST_MIDNIGHT)
    return Slot(on, start, time(total // 60, total % 60))


def find_fault(slot: Slot, hours: Hours) -> str:
    """Say what is wrong with a slot of a place, "" when nothing is.

    >>> find_fault(Slot(date(2026, 6, 1), time(22), time(1)), Hours("室", time(8), time(18), "12345", 240))
    '预约不能跨过零点，请分成两天。'
    """
    if slot.end == slot.start:
        return "结束时间要晚于开始时间。"
    if slot.end < slot.start:
        return PAST_MIDNIGHT
    if str(slot.on.isoweekday()) not in hours.weekdays:
        return f"{hours.name}周{WEEKDAYS[slot.on.weekday()]}不开放，开放日：{write_weekdays(hours.weekdays)}。"
    if slot.start < hours.opens or slot.end > hours.closes:
        return f"{hours.name}的开放时间是 {hours.opens:%H:%M}–{hours.closes:%H:%M}，{slot}超出了。"
    if slot.minutes > hours.longest_minutes:
        return f"{hours.name}一次最长 {write_minutes(hours.longest_minutes)}，这里要 {write_minutes(slot.minutes)}。"
    return ""


def describe_clash(venue: str, taken: Slot, unit: str, what: str) -> str:
    """Say who has the place at that time."""
    return f"{venue}{taken} 已由{unit}预约（{what}）。请换时间，或换一个地方。"


def write_weekdays(digits: str) -> str:
    """Write ISO weekdays as people do.

    >>> write_weekdays("12345"), write_weekdays("1234567"), write_weekdays("67")
    ('周一至周五', '每天', '周六、周日')
    """
    days = sorted({int(digit) for digit in digits})
    if days == list(range(1, 8)):
        return "每天"
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"周{WEEKDAYS[days[0] - 1]}至周{WEEKDAYS[days[-1] - 1]}"
    return "、".join(f"周{WEEKDAYS[day - 1]}" for day in days)


def write_minutes(minutes: int) -> str:
    """Write a length.

    >>> write_minutes(90), write_minutes(240), write_minutes(45)
    ('1 小时 30 分钟', '4 小时', '45 分钟')
    """
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} 小时"] * bool(hours) + [f"{rest} 分钟"] * bool(rest)
    return " ".join(parts)


def list_week(day: date) -> list[date]:
    """The seven days of a day's week, Monday first."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=step) for step in range(7)]
