"""Words of plans. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class ItemState(StrEnum):
    """Planned against held: 延期, 取消 and 计划外 are shown apart, never folded into 完成."""

    OPEN = "未完成"
    DONE = "完成"
    POSTPONED = "延期"
    CANCELLED = "取消"
    EXTRA = "计划外"
