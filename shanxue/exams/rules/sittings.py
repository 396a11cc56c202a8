"""Time of a sitting. The clock runs on while the line is down; saving late costs nothing until the end with its grace.

Decided so: an answer counts in full whenever it arrives up to the end and its grace, however long it waited on the
device; one that arrives later does not count, even if it was given before the end, because nobody could prove when.
"""

from __future__ import annotations

from datetime import datetime, timedelta

GRACE = timedelta(seconds=30)  # an answer on its way when the time ends still counts


def find_end(started_at: datetime, closes_at: datetime, minutes: int | None) -> datetime:
    """Give the last moment of a sitting: its minutes, but never after the paper closes."""
    return closes_at if minutes is None else min(started_at + timedelta(minutes=minutes), closes_at)


def is_over(ends_at: datetime, now: datetime) -> bool:
    """Whether not even an answer on its way may count any more."""
    return now > ends_at + GRACE


def write_left(ends_at: datetime, now: datetime) -> str:
    """Write the time left: 还剩 42 分钟; in days and hours where it is long.

    >>> from datetime import datetime, timedelta
    >>> write_left(datetime(2026, 6, 1, 10), datetime(2026, 6, 1, 9, 18))
    '还剩 42 分钟'
    """
    seconds = max(int((ends_at - now).total_seconds()), 0)
    if seconds < 60:
        return f"还剩 {seconds} 秒"
    minutes = seconds // 60
    if minutes < 120:
        return f"还剩 {minutes} 分钟"
    hours = minutes // 60
    return f"还剩 {hours} 小时" if hours < 48 else f"还剩 {hours // 24} 天"


def settle_answered_at(now: datetime, age_seconds: float, started_at: datetime) -> datetime:
    """Tell when an answer was given that was kept on the device: by its age, so the device's clock does not matter."""
    return max(now - timedelta(seconds=max(age_seconds, 0)), started_at)
