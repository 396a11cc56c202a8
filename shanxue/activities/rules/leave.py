"""Leave before a session, or an explanation after it: reasons, when it is over, by when it is answered."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from . import LeaveReason, Mark

REASONS = (
    LeaveReason.TRAVEL, LeaveReason.SICK, LeaveReason.ON_SHIFT, LeaveReason.VACATION, LeaveReason.DUTY,
    LeaveReason.PERSONAL, LeaveReason.OTHER,
)  # fmt: skip
PRESENT = (Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY)
REPLY_DAYS = 3  # an explanation is answered within so many days (our choice: no rule seen says how many)


def has_ended(on: date, start: time | None, minutes: int | None, roll_ended: bool, now: datetime) -> bool:
    """Whether a session is over at ``now`` (local). Without a start it lasts until the end of its day."""
    if roll_ended or now.date() > on:
        return True
    if now.date() < on or start is None:
        return False
    ends_at = datetime.combine(on, start, now.tzinfo) + timedelta(minutes=minutes or 0)
    return now >= ends_at


def find_reply_day(on: date, after: bool, today: date) -> date:
    """The last day for an answer: the day before the session, its own day when that is near, or some days after it."""
    if after:
        return today + timedelta(days=REPLY_DAYS)
    return max(on - timedelta(days=1), today)


def refuse_leave(mark: Mark) -> str:
    """The sentence why nobody with this mark has leave to ask for; empty when they may ask."""
    if mark in PRESENT:
        return f"已记为“{mark}”，不用请假。记录有误的，请告诉书记。"
    if mark == Mark.EXEMPT:
        return "你在这次会议免考核，不用请假。"
    if mark == Mark.MADE_UP:
        return "这次会议已经补学，不用再说明。"
    return ""
