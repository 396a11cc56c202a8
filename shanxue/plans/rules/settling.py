"""The state of each duty today: five lights with grace, who fulfilled it, and what was said of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import attrgetter
from typing import NamedTuple

from shanxue.base.lights import Light

from . import RemarkKind
from .calendar import write_day, write_short
from .expansion import Duty
from .fulfilment import Fulfilment, Record, RecordBook, Rejected, fulfil
from .slots import Piece, Slot

DAY = timedelta(days=1)
_BY_KEY = attrgetter("key")


@dataclass(frozen=True)
class Remark:
    """Something said of a duty (DutyRemark): 说明, 暂停 until a day (open), 改期 to a day."""

    duty: str
    kind: RemarkKind
    text: str
    on: date
    by: str
    until_on: date | None = None


class Settled(NamedTuple):
    """A duty as it stands on a day.

    ``sentence`` is the word beside the light; ``short`` what fits a cell (12天, 3天, 免). ``last_on`` is the day in the
    end, moved or not. ``asks``: something is left to do for it now.
    """

    duty: Duty
    light: Light
    sentence: str
    short: str
    done: str
    last_on: date
    records: tuple[Record, ...]
    rejected: tuple[Rejected, ...]
    remarks: tuple[Remark, ...]
    asks: bool

    def explain(self) -> tuple[Piece, ...]:
        """Say why it is this day: the rule's pieces, the subject's, then what was said since."""
        return (*self.duty.explain(), *(explain_remark(remark) for remark in self.remarks))


def explain_remark(remark: Remark) -> Piece:
    said = f"{remark.text}（{remark.by}，{write_day(remark.on)}）"
    if remark.kind == RemarkKind.MOVED and remark.until_on:
        return Piece("改期", f"改到{write_day(remark.until_on)}：{said}")
    if remark.kind == RemarkKind.PAUSE and remark.until_on:
        return Piece("暂停", f"暂停到{write_day(remark.until_on - DAY)}：{said}")
    return Piece(str(remark.kind), said)


def settle(
    duties: Iterable[Duty],
    records: Iterable[Record],
    remarks: Iterable[Remark],
    today: date,
    *,
    open_only: bool = False,
) -> list[Settled]:
    """Settle duties on a day, by key. Turns that have not begun by then are left out.

    Each record counts for one turn of an obligation only, the earliest that still takes it. ``open_only``: leave out
    the turns that are done and followed by another, as a board does not show them.
    """
    book = RecordBook(records)
    said = _sort_remarks(remarks)
    found: list[Settled] = []
    begun = [duty for duty in duties if duty.slot.period.from_on <= today]
    begun.sort(key=_BY_KEY)  # within a line the key follows the days
    counted: set[int] = set()  # of the line at hand: duties come line by line
    last = ""
    for at, duty in enumerate(begun):
        line = duty.line
        own = said.get(line, ()) if said else ()
        if own:
            own = tuple(remark for remark in own if remark.duty == duty.key or _reaches(remark, duty))
        slot = _move(duty.slot, own) if own else duty.slot
        if line != last:
            counted, last = set(), line
        outcome = fulfil(duty.subject, slot, book, counted)
        if not (open_only and outcome.met and _is_followed(begun, at)):
            found.append(_settle_one(duty, slot, outcome, own, today))
    return found


def _is_followed(duties: list[Duty], at: int) -> bool:
    """Whether the next duty is a later turn of the same; a cycle and its shares are not turns of each other."""
    if at + 1 == len(duties) or duties[at + 1].line != duties[at].line:
        return False
    return duties[at + 1].slot.tag[8:] == duties[at].slot.tag[8:]


def _sort_remarks(remarks: Iterable[Remark]) -> dict[str, tuple[Remark, ...]]:
    found: dict[str, tuple[Remark, ...]] = {}
    for remark in sorted(remarks, key=lambda one: one.on):
        line = remark.duty.rpartition("/")[0]
        found[line] = (*found.get(line, ()), remark)
    return found


def _settle_one(duty: Duty, slot: Slot, outcome: Fulfilment, said: tuple[Remark, ...], today: date) -> Settled:
    paused = "" if outcome.met else _find_pause(duty, slot, said, today)
    if outcome.met:
        light, sentence, short = _say_met(outcome, slot.last_on)
    elif paused:
        light, sentence, short = Light.PAUSED, f"暂停（{paused}）", "免"
    else:
        light, sentence, short = _say_open(slot, outcome, today)
    asks = light in (Light.NEAR, Light.LATE)
    return Settled(
        duty, light, sentence, short, outcome.done, slot.last_on, outcome.records, outcome.rejected, said, asks
    )


def _reaches(remark: Remark, duty: Duty) -> bool:
    """A pause on one turn holds for the following turns too, as far as it goes."""
    if remark.kind != RemarkKind.PAUSE or remark.until_on is None:
        return False
    turn = remark.duty.rpartition("/")[2][:8]
    return f"{duty.slot.period.from_on:%Y%m%d}" >= turn and duty.slot.period.from_on < remark.until_on


def _move(slot: Slot, said: tuple[Remark, ...]) -> Slot:
    moved = [remark.until_on for remark in said if remark.kind == RemarkKind.MOVED and remark.until_on]
    if not moved:
        return slot
    distance = moved[-1] - slot.last_on
    return replace(slot, last_on=moved[-1], grace_on=slot.grace_on + distance, near_on=slot.near_on + distance)


def _find_pause(duty: Duty, slot: Slot, said: tuple[Remark, ...], today: date) -> str:
    """Find why a duty is paused: today, or on its last day where that lies behind."""
    days = (min(today, slot.last_on), min(today, slot.grace_on))
    for pause in duty.pauses:
        if any(pause.holds(day) for day in days):
            return pause.why
    for remark in said:
        if remark.kind == RemarkKind.PAUSE and remark.until_on and days[0] < remark.until_on:
            return remark.text
    return ""


def _say_met(outcome: Fulfilment, last_on: date) -> tuple[Light, str, str]:
    if outcome.met_on is None or outcome.met_on <= last_on:
        return Light.FINE, f"已完成（{outcome.done}）", ""
    late = (outcome.met_on - last_on).days
    return Light.FINE, f"{write_short(outcome.met_on)}完成，晚{late}天", f"晚{late}天"


def _say_open(slot: Slot, outcome: Fulfilment, today: date) -> tuple[Light, str, str]:
    last_on, grace_on, near_on = slot.last_on, slot.grace_on, slot.near_on
    so_far = f"，{outcome.missing}" if outcome.missing and outcome.records else ""
    if today > grace_on:
        late = (today - grace_on).days
        if slot.rule.obligation.soft:
            return Light.NEAR, f"已过{late}天，一般要求，只作提示{so_far}", f"过{late}天"
        return Light.LATE, f"已逾期 {late} 天{so_far}", f"{late}天"
    if today > last_on:
        if slot.catch_up:
            return Light.NEAR, f"{outcome.missing}，{write_day(grace_on)}前可以补上", "可补"
        return Light.NEAR, f"宽限中（到 {write_short(grace_on)}）{so_far}", "宽限"
    if today >= near_on:
        left = (last_on - today).days
        words = f"还有 {left} 天" if left else "今天是最后一天"
        return Light.NEAR, f"{words}{so_far}", f"{left}天" if left else "今天"
    if outcome.records:
        return Light.FINE, f"进行中（{outcome.done}）", ""
    return Light.NONE, str(Light.NONE), ""
