"""What is put on the agenda of the next bulletin, in a plain sentence with its evidence: duties that are overdue,
findings from above that are open or were put right too late.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shanxue.base.lights import Light
from shanxue.plans.rules.calendar import write_day
from shanxue.plans.rules.settling import Settled

from .inspecting import ActionState, FindingState, InspectionKind

MOST_RECORDS = 10
SOMEBODY = "有关同志"


class PointState(StrEnum):
    WAITING = "待列入"
    TAKEN = "已列入"
    WITHDRAWN = "撤回"


def may_be_named(settled: Settled) -> bool:
    """Only what is overdue is named in a bulletin; what may still be done in time is not."""
    return settled.light == Light.LATE and settled.duty.subject.is_unit


def write_title(settled: Settled) -> str:
    slot = settled.duty.slot
    return f"{slot.rule.obligation.title}（{slot.label}）"


def write_point(settled: Settled) -> str:
    """Write the sentence of a bulletin, without blame: what was due by when, and that there is no record of it."""
    slot, name = settled.duty.slot, settled.duty.subject.name
    due = write_day(settled.last_on)
    return f"{name}{slot.label}{slot.rule.obligation.title}应于{due}前完成，未按期完成（{settled.done}）。"


def list_evidence(settled: Settled) -> list[list[str]]:
    """List why it was due on that day, which records there were, and what the unit said of it."""
    found = [[piece.label, piece.text] for piece in settled.explain()]
    names = [f"{write_day(one.on)}{one.title or one.kind}" for one in settled.records[:MOST_RECORDS]]
    return [*found, ["记录", "；".join(names) if names else "这一期还没有记录"]]


@dataclass(frozen=True)
class FoundAction:
    """One thing to be done about a finding. ``done_on``: the day of the report that was passed."""

    text: str
    due_on: date
    state: str
    done_on: date | None

    @property
    def is_late(self) -> bool:
        return self.done_on is not None and self.done_on > self.due_on


@dataclass(frozen=True)
class Found:
    """A finding as a bulletin may speak of it. ``parts``: how it stands with each unit it was passed down to."""

    unit: str
    inspection: str
    kind: str
    number: int
    sentence: str
    state: str
    found_on: date
    actions: tuple[FoundAction, ...]
    parts: tuple[str, ...]

    def list_texts(self) -> list[str]:
        """What people wrote of it, in which names may stand."""
        return [self.sentence, *(one.text for one in self.actions)]


def may_name_found(found: Found) -> bool:
    """A finding from above that is open, or was put right after its day. What a unit found itself is not named."""
    if found.kind != InspectionKind.FROM_ABOVE or found.state == FindingState.WITHDRAWN:
        return False
    return found.state == FindingState.OPEN or any(one.is_late for one in found.actions)


def name_found(found: Found) -> str:
    return f"{found.inspection}问题{found.number}"


def write_found(found: Found, today: date, names: Collection[str]) -> str:
    """Write the sentence of a bulletin: what was found, by when it was to be put right, how far it is; no names."""
    said = hide_names(found.sentence.strip().rstrip("。"), names)
    return f"{found.unit}在“{found.inspection}”中查出的问题：{said}。{_tell_progress(found, today)}"


def _tell_progress(found: Found, today: date) -> str:
    due = f"整改期限{write_day(max(one.due_on for one in found.actions))}，" if found.actions else ""
    if found.state == FindingState.CLOSED:
        late = max((one for one in found.actions if one.is_late), key=lambda one: one.done_on or one.due_on)
        assert late.done_on is not None
        days = (late.done_on - late.due_on).days
        return f"整改期限{write_day(late.due_on)}，{write_day(late.done_on)}完成，逾期{days}天。"
    told = []
    if found.actions:
        done = sum(one.state == ActionState.DONE for one in found.actions)
        told.append(f"整改措施{len(found.actions)}项，完成{done}项")
    if found.parts:
        closed = sum(state == FindingState.CLOSED for state in found.parts)
        told.append(f"转交下级{len(found.parts)}个，销号{closed}个")
    return f"{due}截至{write_day(today)}，{'，'.join(told) or '还没有写整改措施'}。"


def list_found_evidence(found: Found, names: Collection[str]) -> list[list[str]]:
    """List when it was found, and each thing to be done with its day and how it stands."""
    rows = [["查出", f"{write_day(found.found_on)}，{found.inspection}，问题 {found.number}"]]
    for one in found.actions:
        done = f"，{write_day(one.done_on)}报告完成" if one.done_on else ""
        rows.append(["整改", f"{hide_names(one.text, names)}：{write_day(one.due_on)}前，{one.state}{done}"])
    return rows


def hide_names(text: str, names: Collection[str]) -> str:
    """Persons are named in a bulletin only by choice: each name becomes 有关同志, longer ones first."""
    for name in sorted((one for one in names if len(one) > 1), key=len, reverse=True):
        text = text.replace(name, SOMEBODY)
    return text
