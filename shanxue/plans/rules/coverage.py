"""Who is in the cycle of each obligation and who is not, and why not: nobody falls out in silence (ILIAS 8210)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shanxue.base.periods import Period

from .calendar import WorkCalendar, write_day
from .expansion import EVENT_TRIGGERS, list_triggers
from .judging import judge_kind, judge_period
from .obligations import Deadline
from .slots import Slot, list_slots
from .subjects import Subject
from .versions import Issue, Rule, list_rules


class Health(StrEnum):
    """Where a subject stands in the cycle of an obligation."""

    IN = "在内"
    PAUSED = "暂停"
    LATER = "以后起计"
    OUT = "不要求"
    UNKNOWN = "待补充"


@dataclass(frozen=True)
class Place:
    """One subject × one obligation. ``why`` is empty only for 在内."""

    subject: Subject
    rule: Rule
    health: Health
    why: str = ""


def cover(
    issues: Iterable[Issue],
    subjects: Iterable[Subject],
    on: date,
    calendar: WorkCalendar,
    *,
    of_units: bool | None = None,
) -> list[Place]:
    """List every subject × every obligation in force on a day: exactly one place each.

    ``of_units``: only what is asked of units, or only what is asked of people.
    """
    everybody = sorted(subjects, key=lambda subject: subject.key)
    rules = [rule for rule in list_rules(issues) if rule.is_in_force(on)]
    if of_units is not None:
        rules = [rule for rule in rules if rule.obligation.who.of_units == of_units]
    return [place for rule in rules for place in _cover(rule, everybody, on, calendar)]


def _cover(rule: Rule, subjects: list[Subject], on: date, calendar: WorkCalendar) -> Iterator[Place]:
    slots = list_slots(rule, Period(on, on + timedelta(days=1)), calendar)
    for subject in subjects:
        yield _place(rule, subject, slots, on)


def _place(rule: Rule, subject: Subject, slots: list[Slot], on: date) -> Place:
    who = rule.obligation.who
    verdict = judge_kind(who, subject)
    if not verdict.asked:
        return Place(subject, rule, Health.UNKNOWN if verdict.unknown else Health.OUT, verdict.why)
    demand = rule.obligation.demand
    if isinstance(demand, Deadline) and demand.trigger.kind in EVENT_TRIGGERS:
        if not list_triggers(demand.trigger, subject):
            return Place(subject, rule, Health.LATER, "没有起算的事：发生之后起计")
        return _check_pauses(subject, rule, on)
    if not slots:
        return Place(subject, rule, Health.LATER, f"制度自{write_day(rule.from_on)}起执行，从下一个完整周期起计")
    verdicts = [judge_period(who, subject, slot.period, slot.label) for slot in slots]
    if any(verdict.asked for verdict in verdicts):
        return _check_pauses(subject, rule, on)
    first = verdicts[0]
    later = subject.from_on is not None and subject.from_on > slots[0].period.from_on
    health = Health.UNKNOWN if first.unknown else Health.LATER if later else Health.OUT
    return Place(subject, rule, health, first.why)


def _check_pauses(subject: Subject, rule: Rule, on: date) -> Place:
    for pause in subject.pauses:
        if pause.holds(on):
            end = f"，到{write_day(pause.until_on)}恢复" if pause.until_on else ""
            return Place(subject, rule, Health.PAUSED, f"{pause.why}{end}")
    return Place(subject, rule, Health.IN)
