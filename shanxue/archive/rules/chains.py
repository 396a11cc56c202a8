"""How one record came to be, step by step (A2): what is late says so, what was changed is never hidden. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

NO_CHANGES = "这条记录没有后续改动。"
OTHER_FILE = "原始文件的校验值与登记时不同。"
SAME_FILE = "原始文件的校验值与登记时一样。"
OTHER_MARKS = "考勤与点名结束时登记的校验值不同，登记以后被改动过。"

WAYS = {"finding": "从检查到销号", "payment": "从批准到使用", "document": "从起草到说明"}


def name_way(key: str) -> str:
    """What a chain leads from and to, by its record's key.

    >>> name_way("session-12"), name_way("payment-3")
    ('从计划到计分', '从批准到使用')
    """
    return WAYS.get(key.rpartition("-")[0], "从计划到计分")


@dataclass(frozen=True)
class Step:
    """One step: its stage, when, what, by whom. ``late`` marks what was entered or done after its day."""

    stage: str  # 计划 通知 考勤 记录 审核 计分 改动 导入
    at: date | datetime | None
    text: str
    who: str = ""
    late: bool = False
    href: str = ""  # the page of what it speaks of


@dataclass(frozen=True)
class Origin:
    """The file a record was imported from."""

    name: str
    sha256: str


def describe_late(days: int, because: str) -> str:
    """Say that something was entered late, and why (ux A2).

    >>> describe_late(6, "会后核对签到表")
    '补录，晚 6 天，原因：会后核对签到表'
    """
    reason = f"，原因：{because}" if because else "，没有写原因"
    return f"补录，晚 {days} 天{reason}" if days > 0 else f"补录，当天{reason}"
