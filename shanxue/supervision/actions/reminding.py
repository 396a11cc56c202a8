"""Reminding units and people of duties, asking for an explanation, answering, and speaking of a duty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor
from shanxue.plans.actions.institutions import remark_duty
from shanxue.plans.rules import RemarkKind
from shanxue.plans.rules.settling import Settled

from ..models import Reminder
from ..queries.duties import Found, may_explain


@dataclass(frozen=True)
class Reminded:
    """What became of a round of reminders: new ones, those asked before, and how many were reminded."""

    made: int
    standing: int
    subjects: int


def write_reminder(settled: Settled) -> str:
    """Say what is missing and what to do, without blame (ux B8)."""
    slot = settled.duty.slot
    title = slot.rule.obligation.title
    if settled.duty.subject.is_unit:
        return f"{slot.label}{title}还没有完成（{settled.sentence}）。如已召开，请补交记录；如未召开，请写明安排。"
    return f"{slot.label}{title}还没有完成（{settled.sentence}）。如有困难，回复书记即可。"


def write_question(settled: Settled) -> str:
    """Ask for the reason and for what is arranged; nothing is taken for granted."""
    slot = settled.duty.slot
    return f"请说明{slot.label}{slot.rule.obligation.title}没有完成的原因和安排（{settled.sentence}）。"


@transaction.atomic
def remind(bureau: Bureau, duties: Iterable[Settled], *, actor: str, at: datetime, text: str = "") -> Reminded:
    """Write one reminder for each duty that still asks something; one that stands unanswered is not doubled."""
    new, standing = _pick_new(bureau, duties, Q())
    Reminder.objects.bulk_create(_build(bureau, one, text or write_reminder(one), None, actor, at) for one in new)
    return _tell(bureau, "supervision.remind", new, standing, actor, at)


@transaction.atomic
def ask_explanation(
    bureau: Bureau, duties: Iterable[Settled], *, until_on: date, actor: str, at: datetime, today: date, text: str = ""
) -> Reminded:
    """Ask whoever answers for these duties to explain by a day; what was asked and is not answered is not doubled."""
    if until_on < today:
        raise Refusal("day_in_the_past", "答复期限不能早于今天。请填今天或以后的日期。")
    new, standing = _pick_new(bureau, duties, Q(answer_until_on__isnull=False))
    Reminder.objects.bulk_create(_build(bureau, one, text or write_question(one), until_on, actor, at) for one in new)
    return _tell(bureau, "supervision.ask_explanation", new, standing, actor, at)


def _pick_new(bureau: Bureau, duties: Iterable[Settled], kind: Q) -> tuple[list[Settled], int]:
    """Pick the duties that ask something and of which nothing of this kind stands open, and count the others."""
    Bureau.objects.select_for_update(no_key=True).get(pk=bureau.pk)  # two clerks at once: one after the other
    asking = [one for one in duties if one.asks]
    keys = [one.duty.key for one in asking]
    open_ones = Reminder.objects.filter(kind, bureau=bureau, duty__in=keys, settled_at__isnull=True)
    standing = set(open_ones.values_list("duty", flat=True))
    return [one for one in asking if one.duty.key not in standing], len(standing)


def _build(
    bureau: Bureau, settled: Settled, text: str, until_on: date | None, actor: str, at: datetime
) -> Reminder:  # fmt: skip
    subject = settled.duty.subject
    return Reminder(
        bureau=bureau, unit_id=subject.id if subject.is_unit else None,
        person_id=None if subject.is_unit else subject.id, duty=settled.duty.key, text=text, answer_until_on=until_on,
        at=at, actor=actor,
    )  # fmt: skip


def _tell(bureau: Bureau, verb: str, new: list[Settled], standing: int, actor: str, at: datetime) -> Reminded:
    subjects = {one.duty.subject.key for one in new}
    if new:
        record_entry(
            chain=bureau.code, actor=actor, at=at, verb=verb, subject=f"{len(subjects)}",
            detail={"duties": [one.duty.key for one in new]},
        )  # fmt: skip
    return Reminded(len(new), standing, len(subjects))


@transaction.atomic
def answer_reminder(reminder: Reminder, *, text: str, actor: str, at: datetime) -> None:
    """Answer a reminder: it and whatever else stands open about the duty are settled; the answer explains the duty."""
    standing = Reminder.objects.filter(bureau=reminder.bureau, duty=reminder.duty, settled_at__isnull=True)
    if not standing.filter(pk=reminder.pk).update(settled_at=at, answer=text):
        raise Refusal("reminder_settled", "这条提醒已经回复过。要补充，请在任务页写说明。")
    standing.update(settled_at=at, answer=text)
    remark_duty(
        reminder.bureau, duty=reminder.duty, unit=reminder.unit, person=reminder.person, kind=RemarkKind.EXPLANATION,
        text=text, until_on=None, actor=actor, at=at,
    )  # fmt: skip
    record_entry(
        chain=reminder.bureau.code, actor=actor, at=at, verb="supervision.answer_reminder", subject=reminder.duty,
        detail={"answer": text},
    )  # fmt: skip


@transaction.atomic
def speak_of(actor: Actor, found: Found, *, kind: RemarkKind, text: str, until_on: date | None, at: datetime) -> None:
    """Explain, pause or move a duty. The secretary or the person explains; only the office pauses or moves.

    An explanation also answers the reminders that stand open about the duty.
    """
    if not may_explain(actor, found.unit, found.person):
        raise Refusal("not_your_duty", "这项任务不归当前账号办理，不能替别人写说明。", status=403)
    if kind != RemarkKind.EXPLANATION:
        _check_pause(actor, found, until_on)
    assert actor.bureau is not None
    key, by = found.settled.duty.key, str(actor.user)
    remark_duty(
        actor.bureau, duty=key, unit=found.unit, person=found.person, kind=kind, text=text, until_on=until_on,
        actor=by, at=at,
    )  # fmt: skip
    Reminder.objects.filter(bureau=actor.bureau, duty=key, settled_at__isnull=True).update(settled_at=at, answer=text)


def _check_pause(actor: Actor, found: Found, until_on: date | None) -> None:
    if not actor.keeps_office:
        raise Refusal("office_only", "暂停和改期由学习办公室办理。可以先写说明，办公室会看到。", status=403)
    if until_on is None:
        raise Refusal("no_day", "请填日期：暂停到哪天，或者改到哪天。")
    if until_on < actor.on:
        raise Refusal("day_in_the_past", "日期不能早于今天。请填今天或以后的日期。")
    if found.settled.light == Light.FINE and found.settled.duty.slot.last_on < actor.on:
        raise Refusal("already_done", "这项任务已经完成，不用暂停或改期。")
