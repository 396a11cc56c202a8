"""Words of notes and recorded hours. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class NoteState(StrEnum):
    WAITING = "待审"
    PASSED = "通过"
    RETURNED = "退回修改"


class Measure(StrEnum):
    """Units that hours and credits come in; the scheme says what one of each is worth (K11)."""

    CREDIT_HOUR = "学时"
    DAY = "天"
    HALF_DAY = "半天"
    HOUR = "小时"
    MINUTE = "分钟"
    CREDIT = "学分"
    TIMES = "次"
