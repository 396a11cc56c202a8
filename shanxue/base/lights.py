"""The five states of whatever is asked of somebody, and one row of what is due. Plain values, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Light(StrEnum):
    """States of a duty. Every page shows them as a shape with its word, never as colour alone (ux A3)."""

    NONE = "无记录"
    FINE = "正常"
    NEAR = "临近"
    LATE = "逾期"
    PAUSED = "暂停"


SHAPES = {Light.NONE: "○", Light.FINE: "●", Light.NEAR: "◐", Light.LATE: "▲", Light.PAUSED: "Ⅱ"}


@dataclass(frozen=True)
class Due:
    """One thing somebody is asked to do: one tappable row, complete in itself.

    ``key`` is stable and unique among one reader's rows (``session-12``), so that adding an item never hides another.
    ``on`` is the last day it may be done, ``at`` the instant it begins where it has one; neither: no date.
    ``state`` is the sentence under the title (还有 3 天 · 可补交); ``href`` leads straight to the act.
    """

    key: str
    kind: str  # 会议 笔记 测试 补学 计划 记录 审阅 请假 决议 …
    title: str
    href: str
    light: Light
    state: str
    on: date | None = None
    at: datetime | None = None
    place: str = ""
    minutes: int | None = None  # how long it lasts, for the calendar
