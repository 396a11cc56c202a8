"""Pure rules of plans at three tiers: what may be edited, what counts as kept, how a year moves on (D2, D12)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from shanxue.base.errors import Refusal
from shanxue.base.lights import Light

from . import ItemState, PlanState

NEAR_DAYS = 7
AHEAD_DAYS = 30  # how far ahead a list of what is due looks
WRITING_MONTHS = 3  # a year's plan is asked for in its first quarter

EDITABLE = frozenset({PlanState.DRAFT, PlanState.RETURNED})
OPEN_STATES = (ItemState.OPEN, ItemState.POSTPONED)
MONTHS = tuple(range(1, 13))


class PlanTier(StrEnum):
    BUREAU = "年度工作意见"
    UNIT = "支部计划"
    PERSON = "个人计划"


ITEM_KINDS = tuple("中心组学习 支部党员大会 党课 主题党日 学习日 培训 读书 调研 测试 检查考核 其他".split())


@dataclass(frozen=True)
class Kept:
    """What became of a plan's items (计划兑现率): ``planned`` counts all but 计划外; 取消 is out of the rate."""

    planned: int
    done: int
    done_late: int  # of ``done``: after having been postponed
    open: int
    postponed: int
    cancelled: int
    extra: int

    @property
    def asked(self) -> int:
        """The denominator: planned and not cancelled."""
        return self.planned - self.cancelled

    @property
    def percent(self) -> int | None:
        """Whole per cent, half up; None while there is nothing to be kept."""
        return (self.done * 200 + self.asked) // (2 * self.asked) if self.asked else None


def count_kept(items: Iterable[tuple[str, str]]) -> Kept:
    """Count (state, reason) pairs; a done item that has a reason was postponed before."""
    counts = dict.fromkeys(ItemState, 0)
    late = 0
    for state, reason in items:
        counts[ItemState(state)] += 1
        late += state == ItemState.DONE and bool(reason)
    planned = sum(counts.values()) - counts[ItemState.EXTRA]
    return Kept(
        planned, counts[ItemState.DONE], late, counts[ItemState.OPEN], counts[ItemState.POSTPONED],
        counts[ItemState.CANCELLED], counts[ItemState.EXTRA],
    )  # fmt: skip


def judge_due(due_on: date | None, today: date) -> tuple[Light, str]:
    """Say how an open item stands on a day: its light and the sentence under its title."""
    if due_on is None:
        return Light.NONE, "没有写时限"
    left = (due_on - today).days
    if left < 0:
        return Light.LATE, f"已逾期 {-left} 天"
    if left == 0:
        return Light.NEAR, "今天到期"
    return (Light.NEAR if left <= NEAR_DAYS else Light.FINE), f"还有 {left} 天"


def judge_item(state: str, due_on: date | None, today: date) -> tuple[Light, str]:
    """The same for an item in any state; what is done or cancelled asks for nothing more."""
    if state == ItemState.DONE:
        return Light.FINE, "完成"
    if state == ItemState.CANCELLED:
        return Light.PAUSED, "取消"
    if state == ItemState.EXTRA:
        return Light.FINE, "计划外"
    light, words = judge_due(due_on, today)
    return light, f"延期，{words}" if state == ItemState.POSTPONED else words


def name_series(kind: str, title: str) -> str:
    """Name what an item is one of in its year: its kind where its title says so (第一季度党课), else itself."""
    return kind if kind and kind in title else title


def describe_recurrence(months: Sequence[int]) -> str:
    """Say how often something stands in a year's plan, from the month of each time: 每季度一次, 全年 3 次; "" once."""
    for word, length in (("每月", 1), ("每季度", 3), ("每半年", 6)):
        if sorted((month - 1) // length for month in months) == list(range(12 // length)):
            return f"{word}一次"
    return f"全年 {len(months)} 次" if len(months) > 1 else ""


def demand_within_year(day: date | None, year: int) -> None:
    if day is not None and day.year != year:
        raise Refusal(
            "outside_year",
            f"{day.year}年{day.month}月{day.day}日不在 {year} 年内。请改成 {year} 年的日期，"
            f"或列入 {day.year} 年的计划。",
        )


def move_a_year(day: date | None) -> date | None:
    """The same day a year on; None for no day and for 29 February, which the next year does not have."""
    if day is None or (day.month, day.day) == (2, 29):
        return None
    return day.replace(year=day.year + 1)


def lies_under(parents: Mapping[int, int | None], node: int, above: int) -> bool:
    """Whether ``node`` is ``above`` or stands below it in a tree given as id → parent's id."""
    at: int | None = node
    while at is not None:
        if at == above:
            return True
        at = parents.get(at)
    return False


def order_tree(rows: Sequence[tuple[int, int | None, int]]) -> list[tuple[int, int]]:
    """Order (id, parent's id, position) as read from top to bottom: (id, depth) pairs, children after their parent."""
    children: dict[int | None, list[tuple[int, int]]] = {}
    for node, parent, position in rows:
        children.setdefault(parent, []).append((position, node))
    found: list[tuple[int, int]] = []

    def walk(parent: int | None, depth: int) -> None:
        for _, node in sorted(children.get(parent, ())):
            found.append((node, depth))
            walk(node, depth + 1)

    walk(None, 0)
    return found


def digest_values(values: Mapping[str, Any]) -> str:
    """A short digest of what a form showed, to tell at saving whether somebody else changed it meanwhile."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def list_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of the entries that differ, in the order of ``before``."""
    return [name for name in before if before[name] != after.get(name)]


def is_writing_season(today: date) -> bool:
    return today.month <= WRITING_MONTHS


def list_window(today: date) -> tuple[date, date]:
    """The days whose open items are due work: from the year's beginning until 30 days ahead (both included)."""
    return date(today.year, 1, 1), today + timedelta(days=AHEAD_DAYS)
