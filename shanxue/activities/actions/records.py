"""Writing minutes, handing them in, reviewing them, and reporting what was decided as done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.queries import Actor

from ..models import MeetingRecord, RecordReview, RecordVersion, Resolution, Session
from ..queries.records import (
    describe_decision,
    find_access,
    list_participants,
    list_resolutions,
    may_report,
    read_agenda,
    read_head,
)
from ..rules import RecordState, SessionState
from ..rules.records import (
    Decision,
    check_decision,
    demand_complete,
    demand_length,
    demand_returnable,
    demand_session,
    demand_waiting,
    demand_writable,
    pack_head,
)


@dataclass(frozen=True)
class Draft:
    """What somebody typed. ``facts`` are what the session still lacked: start_time, minutes, place, host, recorder."""

    content: str
    other: str = ""
    decisions: tuple[Decision, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


class StaleText(Refusal):
    """Somebody saved these minutes in between; ``record`` holds what they wrote."""

    def __init__(self, record: MeetingRecord, at: datetime) -> None:
        saved = timezone.localtime(record.saved_at)
        day = "今天" if saved.date() == timezone.localdate(at) else f"{saved.month}月{saved.day}日"
        super().__init__(
            "record_stale",
            f"{record.written_by}{day} {saved:%H:%M} 保存过这份记录，没有覆盖。两份文字都在下面，合并后再保存。",
            status=409,
        )
        self.record = record


@transaction.atomic
def save_record(actor: Actor, session: Session, draft: Draft, *, revision: int, at: datetime) -> MeetingRecord:
    """Save minutes as a draft. ``revision`` is the one the text was written upon: 0 for minutes just begun.

    Raises ``StaleText`` when somebody else saved since; nothing is overwritten then.
    """
    record = _open_record(actor, session, revision, at)
    _demand_draft(session, draft)
    _fill_session(session, draft.facts)
    record.content, record.other = draft.content, draft.other
    record.writer, record.written_by, record.saved_at = actor.user, str(actor.user), at
    record.revision += 1
    record.save()
    _write_decisions(session, draft.decisions)
    _record(actor, session, at, "save_record", {"revision": record.revision, "characters": len(draft.content)})
    return record


@transaction.atomic
def submit_record(actor: Actor, session: Session, *, revision: int, at: datetime) -> MeetingRecord:
    """Hand in the minutes as saved: what they say now, attendance and all, is kept as a version."""
    record = _open_record(actor, session, revision, at)
    session = _read_session(session)
    demand_complete(record.content, read_agenda(session), ended=session.state == SessionState.HELD)
    number = record.versions.count() + 1
    text = {
        "content": record.content,
        "other": record.other,
        "resolutions": [_pack_decision(row) for row in list_resolutions(session)],
        "head": pack_head(read_head(session)),
    }
    RecordVersion.objects.create(record=record, number=number, text=text, at=at, actor=str(actor.user))
    record.state, record.submitted_at = RecordState.WAITING, at
    record.save(update_fields=["state", "submitted_at"])
    _record(actor, session, at, "submit_record", {"version": number})
    return record


def _pack_decision(row: Resolution) -> dict[str, Any]:
    return {
        "text": row.text,
        "responsible": row.responsible.name if row.responsible else "",
        "due_on": row.due_on.isoformat() if row.due_on else None,
    }


@transaction.atomic
def take_back_record(actor: Actor, session: Session, *, at: datetime) -> MeetingRecord:
    """Take minutes back from the review, to change them."""
    record = _lock_record(session)
    if not find_access(actor, session, record).writes:
        raise _refuse_writing(session)
    demand_waiting(record.state)
    record.state = RecordState.DRAFT
    record.save(update_fields=["state"])
    _record(actor, session, at, "take_back_record", {"version": record.versions.count()})
    return record


@transaction.atomic
def pass_record(actor: Actor, session: Session, *, revision: int, at: datetime) -> MeetingRecord:
    """Pass the minutes that the reviewer read; refused when they are no longer the same."""
    record = _open_review(actor, session)
    demand_waiting(record.state)
    _demand_same(record, revision)
    return _decide(actor, record, RecordState.PASSED, "", at)


@transaction.atomic
def return_record(actor: Actor, session: Session, sentence: str, *, revision: int, at: datetime) -> MeetingRecord:
    """Return minutes to be changed, with one sentence. The office may also return what has passed."""
    record = _open_review(actor, session)
    demand_returnable(record.state, keeps_office=find_access(actor, session, record).keeps_office)
    _demand_same(record, revision)
    if not sentence.strip():
        raise Refusal("review_empty", "退回时请写一句话，说明要改什么。")
    return _decide(actor, record, RecordState.RETURNED, sentence.strip(), at)


@transaction.atomic
def finish_resolution(actor: Actor, resolution: Resolution, *, done_on: date, note: str, at: datetime) -> None:
    """Say that a decision was carried out, on which day and how."""
    resolution = (
        Resolution.objects.select_for_update(of=("self",)).select_related("session__unit").get(pk=resolution.pk)
    )
    session = resolution.session
    if not may_report(actor, resolution):
        raise Refusal("not_responsible", "这条决议由别人负责，只有负责人和书记可以填写完成情况。", status=403)
    if resolution.done_on is not None:
        day = f"{resolution.done_on.month}月{resolution.done_on.day}日"
        raise Refusal("resolution_done", f"这条决议已在 {day} 完成，不用再填。", status=409)
    if done_on > timezone.localdate(at):
        raise Refusal("resolution_future", "完成日期还没有到，请写今天或以前的日期。")
    if done_on < session.on:
        raise Refusal("resolution_early", f"完成日期在会议（{session.on.month}月{session.on.day}日）之前，请核对。")
    resolution.done_on, resolution.done_note = done_on, note
    resolution.save(update_fields=["done_on", "done_note"])
    _record(actor, session, at, "finish_resolution", {"resolution": resolution.pk, "done_on": done_on.isoformat()})


# Steps


def _record(actor: Actor, session: Session, at: datetime, verb: str, detail: dict[str, Any]) -> None:
    record_entry(
        chain=session.bureau.code, actor=actor.user.username, at=at, verb=f"activities.{verb}",
        subject=f"session:{session.pk}", detail=detail,
    )  # fmt: skip


def _refuse_writing(session: Session) -> Refusal:
    return Refusal(
        "not_writing", f"“{session.topic}”的记录由支部书记、记录人和学习办公室填写，当前账号不能修改。", status=403
    )


def _read_session(session: Session) -> Session:
    return Session.objects.select_related("bureau", "unit", "host", "recorder").get(pk=session.pk)


def _lock_record(session: Session) -> MeetingRecord:
    demand_open_year(session.bureau_id, session.on)
    record = MeetingRecord.objects.select_for_update(of=("self",)).filter(session=session).first()
    if record is None:
        raise Refusal("record_absent", "这次会议还没有记录。", status=404)
    return record


def _open_record(actor: Actor, session: Session, revision: int, at: datetime) -> MeetingRecord:
    """Hold the minutes for writing; of two who begin them at once, the second is told."""
    if not find_access(actor, session, None).writes:
        raise _refuse_writing(session)
    demand_session(session.state)
    demand_open_year(session.bureau_id, session.on)
    record, _ = MeetingRecord.objects.get_or_create(session=session, defaults={"saved_at": at})
    record = MeetingRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
    demand_writable(record.state)
    if record.revision != revision:
        raise StaleText(record, at)
    return record


def _demand_draft(session: Session, draft: Draft) -> None:
    demand_length(draft.content, "主要内容")
    demand_length(draft.other, "其他")
    for number, one in enumerate(draft.decisions, 1):
        wrong = check_decision(number, one, session.on)
        if wrong:
            raise Refusal("decision_wrong", wrong)
    known = {person.pk for person in list_participants(session)}
    known |= {row.responsible_id for row in session.resolutions.all() if row.responsible_id}
    if any(one.responsible_id not in known for one in draft.decisions if one.responsible_id):
        raise Refusal("responsible_unknown", "决议的负责人不在这次会议的名单里，请重新选。")


def _fill_session(session: Session, facts: dict[str, Any]) -> None:
    """Write what the session still lacked; what it already says is changed elsewhere, with everybody told."""
    names = [name for name, value in facts.items() if value not in (None, "")]
    for name in names:
        setattr(session, name, facts[name])
    if names:
        session.save(update_fields=names)


def _write_decisions(session: Session, decisions: Sequence[Decision]) -> None:
    """Write the decisions in their order. A row keeps its report of being done; one that was done is not removed."""
    rows = {row.pk: row for row in session.resolutions.all()}
    written = [one for one in decisions if one.text]
    gone = [row for pk, row in rows.items() if pk not in {one.pk for one in written}]
    for row in gone:
        if row.done_on is not None:
            raise Refusal("decision_done", f"决议“{row.text}”已经完成，不能删去。", status=409)
    Resolution.objects.filter(pk__in=[row.pk for row in gone]).delete()
    for position, one in enumerate(written, 1):
        row = rows.get(one.pk or 0) or Resolution(session=session)
        if one == describe_decision(row) and row.position == position:
            continue
        row.position, row.text, row.responsible_id, row.due_on = position, one.text, one.responsible_id, one.due_on
        row.save()


def _open_review(actor: Actor, session: Session) -> MeetingRecord:
    record = _lock_record(session)
    if not find_access(actor, session, record).reviews:
        own = record.writer_id == actor.user.pk
        sentence = "自己写的记录由别人审核。" if own else "支部的会议记录由学习办公室审核，当前账号不能审核这一份。"
        raise Refusal("not_reviewing", sentence, status=403)
    return record


def _demand_same(record: MeetingRecord, revision: int) -> None:
    if record.revision != revision:
        raise Refusal("record_changed", "这份记录在你打开后被改过，先看新版。", status=409)


def _decide(actor: Actor, record: MeetingRecord, state: RecordState, sentence: str, at: datetime) -> MeetingRecord:
    number = record.versions.count()
    RecordReview.objects.create(record=record, number=number, state=state, text=sentence, at=at, actor=str(actor.user))
    record.state, record.review, record.reviewed_at, record.reviewed_by = state, sentence, at, str(actor.user)
    record.save(update_fields=["state", "review", "reviewed_at", "reviewed_by"])
    verb = "pass_record" if state == RecordState.PASSED else "return_record"
    _record(actor, record.session, at, verb, {"version": number, "sentence": sentence})
    return record
