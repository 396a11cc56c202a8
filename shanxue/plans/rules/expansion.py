"""From rules in force and what happened to units and people, to duties: a pure function, whatever the order of events.

Nothing is stored and nothing reset: a new period is a new duty, and each carries why it is due on the day it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from operator import attrgetter
from typing import NamedTuple

from shanxue.base.periods import Period

from .calendar import WorkCalendar, write_day
from .judging import judge_kind, judge_period
from .obligations import Deadline, Trigger
from .slots import Piece, Slot, build_slot, list_slots, move_to_workday
from .subjects import Pause, Stay, Subject
from .versions import Issue, Rule, list_rules
from .wording import describe_trigger

DAY = timedelta(days=1)
_BY_KEY = attrgetter("key")
EVENT_TRIGGERS = ("milestone", "role", "founded", "transfer")


class Duty(NamedTuple):  # a tuple, because a board makes thousands of them
    """One unit or person in one turn of an obligation.

    ``key``: institution/obligation/subject/turn, stable for good; ``line`` is the key without the turn.
    ``pieces``: what is true of this subject only; see
    ``explain`` for the whole. ``pauses`` are the exemptions that touch the turn.
    """

    key: str
    line: str
    subject: Subject
    slot: Slot
    pieces: tuple[Piece, ...] = ()
    pauses: tuple[Pause, ...] = ()

    @property
    def rule(self) -> Rule:
        return self.slot.rule

    def explain(self) -> tuple[Piece, ...]:
        """Say why it is this day (为什么是这天), piece by piece."""
        return (*self.slot.pieces, *self.pieces)


def expand(
    issues: Iterable[Issue], subjects: Iterable[Subject], window: Period, calendar: WorkCalendar, *, recent: int = 0
) -> list[Duty]:
    """List every duty whose turn touches the window, ordered by key.

    ``recent``: keep of each obligation of each subject only the last so many turns (0: all of them).
    """
    everybody = sorted(subjects, key=_BY_KEY)
    sides = {side: [subject for subject in everybody if subject.is_unit == side] for side in (True, False)}
    found: list[Duty] = []
    rules = list_rules(issues)
    for rule in rules:
        who = rule.obligation.who
        asked = [subject for subject in sides[who.of_units] if judge_kind(who, subject).asked]
        if not asked:
            continue
        slots = list_slots(rule, window, calendar)
        if recent:
            slots = _cut_slots(slots, recent)
        plain = [] if _runs_from_event(rule) else [subject for subject in asked if is_always_there(subject)]
        found += [
            Duty(f"{rule.line}/{subject.key}/{slot.tag}", f"{rule.line}/{subject.key}", subject, slot)
            for subject in plain
            for slot in slots
        ]
        if len(plain) < len(asked):
            there = {subject.key for subject in plain}
            for subject in asked:
                if subject.key not in there:
                    found += _expand_one(rule, subject, slots, window, calendar)
    if recent and any(rule.number > 1 for rule in rules):
        found = _keep_recent(found, recent)  # each version was cut by itself
    return sorted(found, key=_BY_KEY)


def _keep_recent(found: list[Duty], recent: int) -> list[Duty]:
    """Keep the last turns of each line; deadlines that run from events are all kept."""
    lines: dict[str, list[Duty]] = {}
    for duty in found:
        tail = duty.slot.tag[8:] or ("" if not _runs_from_event(duty.rule) else duty.slot.tag)
        lines.setdefault(duty.line + tail, []).append(duty)
    kept: list[Duty] = []
    for duties in lines.values():
        if len(duties) > recent:
            duties.sort(key=lambda duty: duty.slot.period.from_on)
        kept += duties[-recent:]
    return kept


def _cut_slots(slots: list[Slot], recent: int) -> list[Slot]:
    tails = {slot.tag[8:] for slot in slots}  # the shares of a cycle and the cycle itself are kept apart
    return [slot for tail in sorted(tails) for slot in [one for one in slots if one.tag[8:] == tail][-recent:]]


def _runs_from_event(rule: Rule) -> bool:
    demand = rule.obligation.demand
    return isinstance(demand, Deadline) and demand.trigger.kind in EVENT_TRIGGERS


def is_always_there(subject: Subject) -> bool:
    """Whether this is a unit without a first or last day: asked in every turn, with nothing to be said of it."""
    return subject.is_unit and subject.from_on is None and subject.until_on is None and not subject.pauses


def _expand_one(
    rule: Rule, subject: Subject, slots: list[Slot], window: Period, calendar: WorkCalendar
) -> Iterator[Duty]:
    demand = rule.obligation.demand
    if isinstance(demand, Deadline) and _runs_from_event(rule):
        yield from _expand_events(rule, demand, subject, window, calendar)
        return
    who = rule.obligation.who
    for slot in slots:
        if judge_period(who, subject, slot.period).asked:
            yield _build(subject, slot)


def _build(subject: Subject, slot: Slot, said: tuple[Piece, ...] = ()) -> Duty:
    line = f"{slot.rule.line}/{subject.key}"
    key = f"{line}/{slot.tag}"
    if subject.is_unit and subject.from_on is None:
        return Duty(key, line, subject, slot, said)
    pieces = (*said, *_explain_subject(subject, slot))
    return Duty(key, line, subject, slot, pieces, _find_pauses(subject, slot.period))


def _explain_subject(subject: Subject, slot: Slot) -> Iterator[Piece]:
    before = slot.period.from_on - timedelta(days=slot.period.days)
    if subject.from_on is not None and before < subject.from_on <= slot.period.from_on:
        began = "成立" if subject.is_unit else "入职"
        yield Piece("起计", f"{write_day(subject.from_on)}{began}，从第一个完整周期起计，这是第一期")
    for pause in _find_pauses(subject, slot.period):
        yield Piece("暂停", f"{_name_pause(pause)}，按免考核办理；规则没有写折算，其余日子仍按全期计")
    if not subject.is_unit:
        yield from _explain_moves(subject, slot.period)


def _explain_moves(subject: Subject, period: Period) -> Iterator[Piece]:
    """Say who answers for somebody who moved in these days (《中国共产党党员教育管理工作条例》第二十五条)."""
    for stay in sorted(subject.stays, key=lambda one: (one.from_on or date.min, one.unit_id)):
        if not stay.of_party or stay.until_on is None or stay.until_on not in period:
            continue
        received = _find_received(subject, stay)
        until = f"{write_day(received)}由新单位接收，此前" if received else "新单位尚未接收，"
        text = f"{write_day(stay.until_on)}转出{stay.unit_name}，{until}仍由{stay.unit_name}负责"
        yield Piece("责任单位", f"{text}（党员教育管理工作条例第二十五条）")


def _find_received(subject: Subject, stay: Stay) -> date | None:
    if stay.received_on is not None:
        return stay.received_on
    assert stay.until_on is not None
    later = [
        one.from_on
        for one in subject.stays
        if one.of_party and one is not stay and one.from_on and one.from_on >= stay.until_on
    ]
    return min(later) if later else None


def _find_pauses(subject: Subject, period: Period) -> tuple[Pause, ...]:
    found = [
        pause
        for pause in subject.pauses
        if (pause.from_on is None or pause.from_on < period.until_on)
        and (pause.until_on is None or pause.until_on > period.from_on)
    ]
    return tuple(sorted(found, key=lambda pause: (pause.from_on or date.min, pause.until_on or date.max, pause.why)))


def _name_pause(pause: Pause) -> str:
    start = write_day(pause.from_on) if pause.from_on else ""
    end = f"至{write_day(pause.until_on - DAY)}" if pause.until_on else "起"
    return f"{start}{end}{pause.why}" if start or pause.until_on else pause.why


def _expand_events(
    rule: Rule, demand: Deadline, subject: Subject, window: Period, calendar: WorkCalendar
) -> Iterator[Duty]:
    for day, what in list_triggers(demand.trigger, subject):
        slot = _build_event_slot(rule, demand, day, what, calendar)
        if not rule.is_in_force(day) or (rule.ended_on is not None and slot.period.until_on > rule.ended_on):
            continue
        if slot.period.from_on >= window.until_on or slot.period.until_on <= window.from_on:
            continue
        if subject.until_on is None or subject.until_on >= slot.period.until_on:
            yield _build(subject, slot)


def list_triggers(trigger: Trigger, subject: Subject) -> list[tuple[date, str]]:
    """List the days from which this deadline runs for a subject, each once, with what happened on it."""
    if trigger.kind == "founded":
        found: set[tuple[date | None, str]] = {(subject.from_on, "成立")}
    elif trigger.kind == "milestone":
        found = {(mark.on, mark.kind) for mark in subject.marks if mark.kind in trigger.words}
    elif trigger.kind == "role":
        held = [stay for stay in subject.stays if stay.role in trigger.words]
        found = {(stay.from_on, f"任{stay.unit_name}{stay.role}") for stay in held}
    else:
        found = {(stay.until_on, f"转出{stay.unit_name}") for stay in subject.stays if stay.of_party}
    days: dict[date, list[str]] = {}
    for day, what in sorted((day, what) for day, what in found if day is not None):
        days.setdefault(day, []).append(what)
    return [(day, "、".join(what)) for day, what in days.items()]


def _build_event_slot(rule: Rule, demand: Deadline, day: date, what: str, calendar: WorkCalendar) -> Slot:
    named = add_span(day, demand.months, demand.days)
    last, said = move_to_workday(named, demand.on_holiday, calendar)
    span = describe_trigger(demand.trigger, _write_span(demand))
    pieces = [Piece("起算", f"{write_day(day)}{what}"), Piece("期限", f"{span}：到{write_day(named)}"), *said]
    return build_slot(rule, Period(day, named + DAY), f"{write_day(day)}{what}", last, pieces, unit="year")


def _write_span(demand: Deadline) -> str:
    return (f"{demand.months}个月" if demand.months else "") + (f"{demand.days}天" if demand.days else "") + "内"


def add_span(day: date, months: int, days: int) -> date:
    """Find the last day of a span that began on a day: a month runs to the same date, or to the month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    end = min(day.day, (following - DAY).day)
    return date(year, month, end) + timedelta(days=days)
