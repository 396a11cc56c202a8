"""Whether an obligation is asked of a subject, and if not, why not. Expansion and coverage both ask here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shanxue.base.periods import Period
from shanxue.orgs.rules import PartyStatus

from .calendar import write_day
from .obligations import Who
from .subjects import Subject


@dataclass(frozen=True)
class Verdict:
    """``asked``, or not and ``why``; ``unknown``: a fact is missing, so that it cannot be told."""

    asked: bool
    why: str = ""
    unknown: bool = False


ASKED = Verdict(True)


def judge_kind(who: Who, subject: Subject) -> Verdict:
    """Judge what does not change with time: the kind of unit and its size, rank class and staff state."""
    if who.of_units != subject.is_unit:
        return Verdict(False, "要求的是单位" if who.of_units else "要求的是人员")
    if subject.is_unit:
        return _judge_unit(who, subject)
    if who.staff_states and subject.staff_state not in who.staff_states:
        return Verdict(False, f"人员状态是{subject.staff_state}，要求的是{'、'.join(who.staff_states)}")
    if who.rank_classes and not subject.rank_class:
        return Verdict(False, "职级类别没有填写，补充后再判断", unknown=True)
    if who.rank_classes and subject.rank_class not in who.rank_classes:
        return Verdict(False, f"职级类别是{subject.rank_class}，要求的是{'、'.join(who.rank_classes)}")
    return ASKED


def _judge_unit(who: Who, subject: Subject) -> Verdict:
    if subject.unit_kind not in who.unit_kinds:
        return Verdict(False, f"是{subject.unit_kind}，要求的是{'、'.join(who.unit_kinds)}")
    if who.least_members is not None and subject.size is None:
        return Verdict(False, "正式党员人数还不知道，补充名册后再判断", unknown=True)
    if who.least_members is not None and (subject.size or 0) < who.least_members:
        return Verdict(False, f"正式党员{subject.size}人，不足{who.least_members}人，不要求")
    return ASKED


def judge_period(who: Who, subject: Subject, period: Period, word: str = "这一期") -> Verdict:
    """Judge one period: there from its first day to its last, and of the status and post asked on its first day.

    Whoever begins within a period counts from the first full one; rules that set a pro-rata part say so
    themselves, and none seen does.
    """
    if subject.from_on is not None and subject.from_on > period.from_on:
        began = "成立" if subject.is_unit else "入职"
        return Verdict(False, f"{write_day(subject.from_on)}{began}，从第一个完整周期起计，{word}不计")
    if subject.until_on is not None and subject.until_on < period.until_on:
        ended = "已撤销" if subject.is_unit else "已离开"
        return Verdict(False, f"{write_day(subject.until_on)}{ended}，{word}没有过完，不计")
    return ASKED if subject.is_unit else _judge_person(who, subject, period.from_on)


def _judge_person(who: Who, subject: Subject, day: date) -> Verdict:
    if who.statuses:
        status = subject.find_status(day)
        if status in ("", PartyStatus.UNKNOWN):
            return Verdict(False, "党籍状态待补充，补充后再判断", unknown=True)
        if status not in who.statuses:
            return Verdict(False, f"{write_day(day)}时是{status}，要求的是{'、'.join(who.statuses)}")
    if who.roles or who.unit_kinds:
        held = [stay for stay in subject.stays if stay.holds(day)]
        if not any(
            (not who.roles or stay.role in who.roles) and (not who.unit_kinds or stay.unit_kind in who.unit_kinds)
            for stay in held
        ):
            asked = "的".join(part for part in ("或".join(who.unit_kinds), "或".join(who.roles)) if part)
            return Verdict(False, f"{write_day(day)}时不任{asked}")
    return ASKED
