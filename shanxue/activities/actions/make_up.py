"""Make-up: arranged for absences, reported by the person, confirmed by somebody else (K54)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.queries import Actor

from ..models import Attendance, MakeUp, MarkEntry, SessionNote
from ..queries.make_up import find_confirmable, find_own, find_rows, list_exempt
from ..rules import How, MakeUpForm, MakeUpState, Mark, Outcome
from ..rules.make_up import MISSED, refuse_make_up


@dataclass(frozen=True)
class Arranged:
    """How many make-ups were made, and the sentences about those passed over."""

    made: int
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """What is to be studied, in which form, and until when (included)."""

    form: MakeUpForm
    until_on: date
    material: str = ""


@transaction.atomic
def arrange_make_ups(actor: Actor, row_ids: Collection[int], task: Task, *, at: datetime) -> Arranged:
    """Give each ticked absence its make-up. Exempt people are passed over and named; nobody present gets one."""
    today = timezone.localdate(at)
    if task.until_on < today:
        raise Refusal("until_past", "完成期限要在今天或以后。")
    rows = find_rows(actor, row_ids)
    if not rows:
        raise Refusal("nobody_chosen", "请先选出要补学的人。")
    exempt = list_exempt({row.person_id for row in rows}, today)
    told = _tell_exempt([row for row in rows if row.person_id in exempt])
    made = 0
    for row in rows:
        if row.person_id in exempt:
            continue
        refused = _arrange_one(actor, row, task, at)
        told += [refused] if refused else []
        made += not refused
    return Arranged(made, tuple(told))


def _tell_exempt(rows: Sequence[Attendance]) -> list[str]:
    names = list(dict.fromkeys(row.person.name for row in rows))
    return [f"{len(names)} 人处于免考核状态，已跳过：{'、'.join(names)}。"] if names else []


def _arrange_one(actor: Actor, row: Attendance, task: Task, at: datetime) -> str:
    refused = refuse_make_up(row.person.name, Mark(row.mark))
    if refused:
        return refused
    known = MakeUp.objects.select_for_update().filter(session=row.session, person=row.person).first()
    if known is not None and known.state != MakeUpState.DROPPED:
        return f"{row.person.name}这次会议的补学已经安排过。"
    make_up = known or MakeUp(session=row.session, person=row.person)
    make_up.of_mark, make_up.form, make_up.material = row.mark, task.form, task.material.strip()
    make_up.until_on, make_up.state = task.until_on, MakeUpState.OPEN
    make_up.arranged_at, make_up.arranged_by = at, str(actor.user)
    make_up.save()
    _record(actor, make_up, at, "arrange_make_up", {"form": make_up.form, "until_on": task.until_on.isoformat()})
    return ""


@transaction.atomic
def report_make_up(actor: Actor, make_up_id: int, *, done_on: date, account: str, at: datetime) -> MakeUp:
    """Say that it is done: the day and one sentence. It then waits to be confirmed."""
    find_own(actor, make_up_id)
    make_up = _lock(make_up_id)
    if make_up.state != MakeUpState.OPEN:
        raise Refusal("make_up_reported", f"这项补学现在是“{make_up.state}”，不用再报。")
    if not account.strip():
        raise Refusal("no_account", "请写一句学了什么、有什么收获。")
    if done_on > timezone.localdate(at):
        raise Refusal("done_later", "完成日期不能晚于今天。")
    if done_on < make_up.session.on:
        raise Refusal("done_before", "完成日期不能早于会议那天。")
    make_up.done_on, make_up.account, make_up.state = done_on, account.strip(), MakeUpState.WAITING
    make_up.save(update_fields=["done_on", "account", "state"])
    _record(actor, make_up, at, "report_make_up", {"done_on": done_on.isoformat()})
    return make_up


@transaction.atomic
def confirm_make_up(actor: Actor, make_up_id: int, *, at: datetime) -> MakeUp:
    """Confirm what somebody else reported: the mark becomes 已补学; what it was stays in ``of_mark``."""
    find_confirmable(actor, make_up_id)
    make_up = _lock(make_up_id)
    _demand_other(actor, make_up)
    if make_up.state == MakeUpState.DONE:
        raise Refusal(
            "make_up_confirmed", f"{make_up.person.name}的这项补学，{make_up.confirmed_by}已经确认，不用再办。"
        )
    if make_up.state != MakeUpState.WAITING:
        raise Refusal("make_up_open", f"{make_up.person.name}还没有报完成，本人报过之后再确认。")
    row = Attendance.objects.select_for_update().get(session=make_up.session, person=make_up.person)
    if row.mark not in MISSED:
        raise Refusal("nothing_missed", refuse_make_up(make_up.person.name, Mark(row.mark)))
    _mark_made_up(actor, make_up, row, at)
    make_up.state, make_up.confirmed_at, make_up.confirmed_by = MakeUpState.DONE, at, str(actor.user)
    make_up.of_mark = row.mark if row.mark in MISSED else make_up.of_mark
    make_up.save(update_fields=["state", "confirmed_at", "confirmed_by", "of_mark"])
    _record(actor, make_up, at, "confirm_make_up", {"of_mark": make_up.of_mark})
    return make_up


def _mark_made_up(actor: Actor, make_up: MakeUp, row: Attendance, at: datetime) -> None:
    MarkEntry.objects.create(
        session=make_up.session, person=make_up.person, key=uuid4(), mark=Mark.MADE_UP, seen=row.mark,
        reason=row.reason, how=How.MAKE_UP, said_at=at, received_at=at, by=actor.user, outcome=Outcome.TAKEN,
    )  # fmt: skip
    Attendance.objects.filter(pk=row.pk).update(
        mark=Mark.MADE_UP, how=How.MAKE_UP, recorded_at=at, recorded_by=str(actor.user)
    )


@transaction.atomic
def return_make_up(actor: Actor, make_up_id: int, *, sentence: str, at: datetime) -> MakeUp:
    """Ask for more before confirming; the sentence is kept with the session and shown to the person."""
    find_confirmable(actor, make_up_id)
    make_up = _lock(make_up_id)
    _demand_other(actor, make_up)
    if make_up.state != MakeUpState.WAITING:
        raise Refusal("make_up_open", f"{make_up.person.name}的补学现在是“{make_up.state}”，不用退回。")
    if not sentence.strip():
        raise Refusal("no_reason", "请写一句要补充什么，本人会看到。")
    make_up.state = MakeUpState.OPEN
    make_up.save(update_fields=["state"])
    SessionNote.objects.create(
        session=make_up.session, person=make_up.person, text=f"补学请补充：{sentence.strip()}"[:200], at=at,
        actor=str(actor.user),
    )  # fmt: skip
    _record(actor, make_up, at, "return_make_up", {})
    return make_up


@transaction.atomic
def drop_make_up(actor: Actor, make_up_id: int, *, at: datetime) -> MakeUp:
    """Take a make-up back that was arranged by mistake and is not confirmed."""
    find_confirmable(actor, make_up_id)
    make_up = _lock(make_up_id)
    if make_up.state == MakeUpState.DONE:
        raise Refusal("make_up_confirmed", f"{make_up.person.name}的这项补学已经确认，不能取消。")
    make_up.state = MakeUpState.DROPPED
    make_up.save(update_fields=["state"])
    _record(actor, make_up, at, "drop_make_up", {})
    return make_up


def _demand_other(actor: Actor, make_up: MakeUp) -> None:
    if actor.person is not None and make_up.person_id == actor.person.pk:
        raise Refusal("own_make_up", "自己的补学要由别人确认，可以请学习办公室办理。")


def _lock(make_up_id: int) -> MakeUp:
    found = MakeUp.objects.select_for_update(of=("self",)).select_related("session__bureau", "person")
    return found.get(pk=make_up_id)


def _record(actor: Actor, make_up: MakeUp, at: datetime, verb: str, detail: dict[str, object]) -> None:
    demand_open_year(make_up.session.bureau_id, make_up.session.on)
    record_entry(
        chain=make_up.session.bureau.code, actor=actor.user.username, at=at, verb=f"activities.{verb}",
        subject=f"make_up:{make_up.pk}", detail=detail,
    )  # fmt: skip
