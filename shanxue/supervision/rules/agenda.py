"""What is put on the agenda of the next bulletin: only what is overdue, in a plain sentence with its evidence."""

from __future__ import annotations

from enum import StrEnum

from shanxue.base.lights import Light
from shanxue.plans.rules.calendar import write_day
from shanxue.plans.rules.settling import Settled

MOST_RECORDS = 10


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
