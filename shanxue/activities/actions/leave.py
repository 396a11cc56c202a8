"""Asking for leave, taking it back, and answering it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.queries import Actor

from ..models import Attendance, Leave, MarkEntry, Session
from ..queries.leave import find_decidable, find_row, is_over
from ..rules import How, LeaveReason, LeaveState, MakeUpForm, Mark, Outcome, SessionState
from ..rules.leave import refuse_leave

NOT_EXPECTED = "你不在这次会议的应到名单里，不用请假。"
ENDED = "会议已结束，改为提交缺席说明。"


@dataclass(frozen=True)
class Request:
    """What the person says: a category, a sentence without illness details, and how they would make it up."""

    reason: LeaveReason
    text: str = ""
    make_up: MakeUpForm | None = None
    as_explanation: bool = False  # the page they filled in said 缺席说明


@dataclass(frozen=True)
class Decided:
    """One answer. ``conflict`` says that the mark was left as it stood, and why; empty when leave became the mark."""

    leave: Leave
    conflict: str = ""


@transaction.atomic
def ask_leave(actor: Actor, session: Session, request: Request, *, at: datetime) -> Leave:
    """Ask for leave, or explain an absence once the session is over.

    Raises Refusal ``leave_ended`` when the session ended while the page for leave was open: nothing typed is lost, the
    page then offers the explanation.
    """
    row = demand_row(actor, session)
    if not request.reason:
        raise Refusal("no_leave_reason", "请先选一个原因。")
    after = is_over(session, at)
    if after and not request.as_explanation:
        raise Refusal("leave_ended", ENDED)
    assert actor.person is not None
    leave = Leave.objects.select_for_update().filter(session=session, person=actor.person).first()
    if leave is not None and leave.state in (LeaveState.ASKED, LeaveState.GRANTED):
        raise Refusal("leave_asked", f"这次会议的请假已经提交过，现在是“{leave.state}”，不用再交。")
    leave = leave or Leave(session=session, person=actor.person)
    leave.reason, leave.text, leave.make_up = request.reason, request.text.strip(), request.make_up or ""
    leave.asked_at, leave.after_event, leave.state = at, after, LeaveState.ASKED
    leave.decided_at, leave.decided_by, leave.decision = None, "", ""
    leave.save()
    _record(actor, leave, at, "ask_leave", {"reason": leave.reason, "after": after, "unit": row.unit_id})
    return leave


def demand_row(actor: Actor, session: Session) -> Attendance:
    """The actor's own place on the list, where there is something to ask leave for; otherwise the reason why not."""
    row = find_row(actor.person, session) if actor.person else None
    if row is None:
        raise Refusal("not_expected", NOT_EXPECTED, status=403)
    if session.state in (SessionState.CANCELLED, SessionState.POSTPONED):
        raise Refusal("session_off", f"这次会议已{session.state}，不用请假。")
    refused = refuse_leave(Mark(row.mark))
    if refused:
        raise Refusal("nothing_to_ask", refused)
    return row


@transaction.atomic
def withdraw_leave(actor: Actor, session: Session, *, at: datetime) -> None:
    """Take back one's own request before it is answered."""
    leave = Leave.objects.select_for_update().filter(session=session, person=actor.person).first()
    if leave is None or leave.state == LeaveState.WITHDRAWN:
        raise Refusal("no_leave", "没有可撤回的请假。")
    if leave.state != LeaveState.ASKED:
        raise Refusal("leave_decided", f"书记已答复（{leave.state}），不能撤回。情况有变的，请告诉书记。")
    leave.state = LeaveState.WITHDRAWN
    leave.save(update_fields=["state"])
    _record(actor, leave, at, "withdraw_leave", {})


@transaction.atomic
def decide_leave(actor: Actor, leave_id: int, *, granted: bool, sentence: str, at: datetime) -> Decided:
    """Answer one request. Granted, it becomes the mark 请假, unless the person was there: that stays, and is told.

    Raises Refusal ``leave_decided`` when somebody else answered first, and ``no_reason`` for a refusal without one.
    """
    find_decidable(actor, leave_id)
    leave = Leave.objects.select_for_update(of=("self",)).select_related("session__bureau", "person").get(pk=leave_id)
    _demand_waiting(leave)
    if not granted and not sentence.strip():
        raise Refusal("no_reason", "不同意的，请写一句理由，本人会看到。")
    leave.state = LeaveState.GRANTED if granted else LeaveState.DECLINED
    leave.decided_at, leave.decided_by, leave.decision = at, str(actor.user), sentence.strip()
    leave.save(update_fields=["state", "decided_at", "decided_by", "decision"])
    conflict = _mark_leave(actor, leave, at) if granted else ""
    _record(actor, leave, at, "decide_leave", {"granted": granted, "conflict": conflict})
    return Decided(leave, conflict)


def _demand_waiting(leave: Leave) -> None:
    if leave.state == LeaveState.WITHDRAWN:
        raise Refusal("leave_withdrawn", f"{leave.person.name}已撤回这条请假，不用再办。")
    if leave.state != LeaveState.ASKED:
        assert leave.decided_at is not None
        local = timezone.localtime(leave.decided_at)
        raise Refusal(
            "leave_decided",
            f"{leave.person.name}的请假，{leave.decided_by}在{local.month}月{local.day}日 {local:%H:%M} 已答复"
            f"（{leave.state}），不用再办。",
        )


def _mark_leave(actor: Actor, leave: Leave, at: datetime) -> str:
    """Write the mark 请假 and the log; returns what to tell when the mark stays as it is."""
    rows = Attendance.objects.select_for_update(of=("self",)).filter(session=leave.session, person=leave.person)
    row = rows.first()
    if row is None:
        return f"{leave.person.name}已不在应到名单里，考勤没有改。"
    takes = row.mark in (Mark.UNRECORDED, Mark.ABSENT, Mark.LEAVE)
    conflict = "" if takes else f"{leave.person.name}已记为“{row.mark}”，请假已通过，考勤没有改。"
    MarkEntry.objects.create(
        session=leave.session, person=leave.person, key=uuid4(), mark=Mark.LEAVE, seen=row.mark, reason=leave.reason,
        how=How.LEAVE, said_at=leave.asked_at, received_at=at, by=actor.user,
        outcome=Outcome.TAKEN if takes else Outcome.CONFLICT, because=conflict[:100],
    )  # fmt: skip
    if takes:
        row.mark, row.reason, row.how = Mark.LEAVE, leave.reason, How.LEAVE
        row.asked_after, row.minutes_late = leave.after_event, None
        row.recorded_at, row.recorded_by = at, str(actor.user)
        row.save(update_fields=["mark", "reason", "how", "asked_after", "minutes_late", "recorded_at", "recorded_by"])
    return conflict


def _record(actor: Actor, leave: Leave, at: datetime, verb: str, detail: dict[str, object]) -> None:
    demand_open_year(leave.session.bureau_id, leave.session.on)
    record_entry(
        chain=leave.session.bureau.code, actor=actor.user.username, at=at, verb=f"activities.{verb}",
        subject=f"leave:{leave.pk}", detail=detail,
    )  # fmt: skip
