"""How a session stands, in one light and a few words."""

from __future__ import annotations

from datetime import date

from shanxue.base.lights import Light

from . import SessionState

NEAR_DAYS = 3


def describe_state(state: SessionState, *, noticed: bool, on: date, today: date) -> tuple[Light, str]:
    """Planned against held: 延期 and 取消 are shown as what they are, never as 已召开."""
    if state == SessionState.HELD:
        return Light.FINE, "已召开"
    if state in (SessionState.POSTPONED, SessionState.CANCELLED):
        return Light.PAUSED, f"已{state}"
    if on < today:
        return Light.LATE, "还没有点名" if noticed else "还没有记录"
    if not noticed:
        return Light.NEAR if (on - today).days <= NEAR_DAYS else Light.NONE, "通知还没有发出"
    return describe_days(on, today)


def describe_days(on: date, today: date) -> tuple[Light, str]:
    """Say how near a coming day is."""
    distance = (on - today).days
    if distance == 0:
        return Light.NEAR, "就在今天"
    if distance <= NEAR_DAYS:
        return Light.NEAR, f"还有 {distance} 天"
    return Light.NONE, "未开始"
