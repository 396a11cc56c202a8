"""Words and rules of inspections: what is open, what may be closed, and why not. Plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class InspectionKind(StrEnum):
    """督查 looks at the units below; 自查 is a unit's own."""

    FROM_ABOVE = "督查"
    SELF = "自查"


class InspectionState(StrEnum):
    PLANNED = "计划"
    RUNNING = "进行中"
    CLOSED = "已结束"
    DROPPED = "取消"


class Verdict(StrEnum):
    """What was found for one line of the checklist on one record."""

    MET = "符合"
    NOT_MET = "不符合"
    NOT_ASKED = "不适用"


class FindingState(StrEnum):
    OPEN = "整改中"
    CLOSED = "已销号"
    WITHDRAWN = "撤回"


class ActionState(StrEnum):
    """States of one rectification (整改措施)."""

    OPEN = "待整改"
    REPORTED = "待复核"
    RETURNED = "退回重改"
    DONE = "已完成"


class Recheck(StrEnum):
    PASSED = "通过"
    RETURNED = "退回重改"


class Carried(StrEnum):
    """What a self-check says of a finding from above."""

    MENDED = "已改好"
    STANDING = "仍存在"


@dataclass(frozen=True)
class Standing:
    """How one finding stands: its actions' states, and its parts below as (unit, state)."""

    actions: Sequence[str]
    parts: Sequence[tuple[str, str]]


def list_obstacles(standing: Standing) -> list[str]:
    """Say what keeps a finding from being closed: every action closed, and every part below (一级抓一级)."""
    if not standing.actions and not standing.parts:
        return ["还没有整改措施。先写明由谁、在什么时候前改。"]
    found = []
    open_count = sum(state != ActionState.DONE for state in standing.actions)
    if open_count:
        found.append(f"还有 {open_count} 项整改措施没有完成复核。")
    below = [unit for unit, state in standing.parts if state == FindingState.OPEN]
    if below:
        found.append(f"转交下级的还没有销号：{'、'.join(below)}。")
    return found


def list_end_obstacles(*, unchecked: int, open_findings: int, unanswered: int) -> list[str]:
    """Say what keeps an inspection from being closed."""
    found = []
    if unchecked:
        found.append(f"还有 {unchecked} 条记录没有查。")
    if unanswered:
        found.append(f"上次督查发现的问题还有 {unanswered} 个没有写自查结果。")
    if open_findings:
        found.append(f"还有 {open_findings} 个问题没有销号。")
    return found
