"""Objecting to a line of one's result, and answering. Computing is in ``runs.py``."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.queries import Actor
from shanxue.plans.rules.calendar import write_short

from ..evidence import describe_records, store_record
from ..models import Appeal, Result
from ..queries.proceedings import find_pinned
from ..queries.results import read_version, scope_appeals
from ..rules.appeals import AppealState
from ..runs import list_evidence

MOST_EVIDENCE = 200
IN_WRITING = "可以向学习办公室书面反映，由会议决定是否更正。"


@transaction.atomic
def file_appeal(actor: Actor, result: Result, item: str, sentence: str, *, at: datetime) -> Appeal:
    """Object to one line of one's own result. The records behind the line are attached as they stand now.

    Raises Refusal ``not_own``, ``no_words``, ``appeal_over`` (the proceeding's term is past) and ``appeal_open`` (the
    line waits for an answer already).
    """
    if actor.person is None or result.person_id != actor.person.pk:
        raise Refusal("not_own", "只能对本人的成绩申诉。", status=403)
    if not sentence.strip():
        raise Refusal("no_words", "请写一句：哪里不对，应当是什么。")
    _demand_open_window(result)
    _demand_term(result, timezone.localdate(at))
    if not result.lines.filter(item=item).exists():
        raise refuse_missing("这一项")
    records = describe_records(list_evidence(result, item), of_unit=False)[:MOST_EVIDENCE]
    evidence = [{**store_record(record), "on": record.on.isoformat() if record.on else None} for record in records]
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(
                result=result, item=item, sentence=sentence.strip()[:300], evidence=evidence, asked_at=at
            )
    except IntegrityError:
        raise Refusal("appeal_open", "这一项的申诉正在复核，不用再交。", status=409) from None
    _record(actor, appeal, at, "file_appeal", {"item": item})
    return appeal


def _demand_open_window(result: Result) -> None:
    """What the package of a sealed year says of an appeal stays as it was sealed."""
    window = read_version(result.run.scheme).window
    demand_open_year(result.run.bureau_id, window.last_on, advice=IN_WRITING)


def _demand_term(result: Result, today: date) -> None:
    """Refuse an appeal once the term of the year's proceeding is past (K61)."""
    proceeding = find_pinned(result.run)
    if proceeding is None:
        return
    if proceeding.settled_at is not None:
        day = write_short(timezone.localdate(proceeding.settled_at))
        raise Refusal("appeal_over", f"{proceeding.title}{day}已定档。{IN_WRITING}", status=409)
    last = proceeding.appeal_until_on
    if last is not None and today > last:
        raise Refusal("appeal_over", f"申诉期到{write_short(last)}，已过。{IN_WRITING}", status=409)


@transaction.atomic
def withdraw_appeal(actor: Actor, appeal_id: int, *, at: datetime) -> Appeal:
    appeal = _lock(actor, appeal_id)
    _demand_open_window(appeal.result)
    if actor.person is None or appeal.result.person_id != actor.person.pk:
        raise refuse_missing("这条申诉")
    _demand_open(appeal)
    appeal.state = AppealState.WITHDRAWN
    appeal.save(update_fields=["state"])
    _record(actor, appeal, at, "withdraw_appeal", {})
    return appeal


@transaction.atomic
def decide_appeal(actor: Actor, appeal_id: int, *, upheld: bool, decision: str, at: datetime) -> Appeal:
    """Answer an appeal as the second assessor: neither who appealed nor who ran the computation.

    Raises Refusal ``own_case``, ``own_run``, ``no_reason`` and ``appeal_decided``.
    """
    appeal = _lock(actor, appeal_id)
    if not actor.keeps_office:
        raise Refusal("no_power", "申诉由学习办公室复核。", status=403)
    if actor.person is not None and appeal.result.person_id == actor.person.pk:
        raise Refusal("own_case", "不能复核本人的申诉，请由另一位同志办理。", status=403)
    if appeal.result.run.actor == actor.user.username:
        raise Refusal("own_run", "这次结果由你计算，复核请由另一位同志办理。", status=403)
    _demand_open_window(appeal.result)
    _demand_open(appeal)
    if not decision.strip():
        raise Refusal("no_reason", "请写明理由，本人会看到。")
    appeal.state = AppealState.UPHELD if upheld else AppealState.DECLINED
    appeal.decided_at, appeal.decided_by, appeal.decision = at, str(actor.user), decision.strip()[:300]
    appeal.save(update_fields=["state", "decided_at", "decided_by", "decision"])
    _record(actor, appeal, at, "decide_appeal", {"upheld": upheld})
    return appeal


def _lock(actor: Actor, appeal_id: int) -> Appeal:
    appeal = (
        scope_appeals(actor)
        .select_for_update(of=("self",))
        .select_related("result__run__bureau", "result__run__scheme", "result__person")
        .filter(pk=appeal_id)
        .first()
    )
    if appeal is None:
        raise refuse_missing("这条申诉")
    return appeal


def _demand_open(appeal: Appeal) -> None:
    if appeal.state != AppealState.ASKED:
        who = f"{appeal.decided_by}已答复" if appeal.decided_by else "本人已撤回"
        raise Refusal("appeal_decided", f"这条申诉{who}（{appeal.state}），不用再办。", status=409)


def _record(actor: Actor, appeal: Appeal, at: datetime, verb: str, detail: dict[str, object]) -> None:
    record_entry(
        chain=appeal.result.run.bureau.code, actor=actor.user.username, at=at, verb=f"assessment.{verb}",
        subject=f"appeal:{appeal.pk}", detail=detail,
    )  # fmt: skip
