"""How any step of a proceeding is begun and written down: once, by whoever saw the state it starts from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Grant
from shanxue.orgs.queries import Actor
from shanxue.plans.rules.calendar import write_day

from ..models import Proceeding, StepEntry
from ..rules.proceedings import MAY, Step

AMEND_INSTEAD = "有错的，在本人的成绩页按会议决定更正。"


def keeps_whole(actor: Actor) -> bool:
    """Whether the actor keeps the study office of the whole bureau, which runs the year's assessment."""
    return any(
        grant.power == Grant.Power.OFFICE and (grant.unit is None or grant.unit.parent_id is None)
        for grant in actor.leading_grants
    )


def demand_keeping(actor: Actor) -> None:
    if not keeps_whole(actor):
        raise Refusal("no_power", "年度考核由学习办公室办理，当前账号没有这项权限。", status=403)


def demand_writing(actor: Actor, proceeding: Proceeding) -> None:
    """Let only the office write, and only while the year is not sealed: ``no_power``, ``year_closed``."""
    demand_keeping(actor)
    demand_open_proceeding(proceeding)


def demand_open_proceeding(proceeding: Proceeding) -> None:
    demand_open_year(proceeding.bureau_id, proceeding.last_on, advice=AMEND_INSTEAD)


def begin_step(actor: Actor, proceeding: Proceeding, step: Step, turn: int) -> bool:
    """Check that a step may be done now by this actor. False: the same person has just done it, nothing to do.

    Raises Refusal ``no_power``, ``year_closed``, ``settled``, ``frozen``, ``not_yet`` and ``step_taken``.
    """
    demand_writing(actor, proceeding)
    if turn != proceeding.turn and _was_just_done(actor, proceeding, step, turn):
        return False
    if proceeding.stage not in MAY[step]:
        raise _refuse_stage(proceeding, step)
    if turn != proceeding.turn:
        raise _refuse_taken(proceeding)
    return True


def _was_just_done(actor: Actor, proceeding: Proceeding, step: Step, turn: int) -> bool:
    entry = proceeding.entries.filter(turn=turn + 1).first()
    return entry is not None and entry.step == step and entry.by == actor.user.username


def _refuse_stage(proceeding: Proceeding, step: Step) -> Refusal:
    if proceeding.settled_at is not None:
        day = write_day(timezone.localdate(proceeding.settled_at))
        return Refusal(
            "settled", f"{proceeding.title}已于{day}定档，不再改动。有错的，在本人的成绩页按会议决定更正。", status=409
        )
    if step == Step.CUTOFF and proceeding.frozen_at is not None:
        return Refusal("frozen", "结果已经冻结，数据截止不能再动。截止后的记录，请逐条决定计入或不计入。", status=409)
    if proceeding.frozen_at is not None and step in (Step.ROSTER, Step.TRIAL):
        return Refusal("frozen", f"结果已经冻结，不再办“{step}”。记录有更正的，请重新冻结，并写明原因。", status=409)
    return Refusal("not_yet", f"现在的一步是“{proceeding.stage}”，还不能办“{step}”。", status=409)


def _refuse_taken(proceeding: Proceeding) -> Refusal:
    entry = proceeding.entries.order_by("-turn").first()
    done = f"{entry.by_name}刚办了“{entry.step}”" if entry else "别的同志刚办过一步"
    return Refusal("step_taken", f"{done}，请看清现在的情况再办。这一次什么都没有改。", status=409)


def write_step(
    actor: Actor, proceeding: Proceeding, step: Step, turn: int, *, stage: Step, at: datetime, words: str = "",
    detail: dict[str, Any] | None = None, **fields: Any,
) -> StepEntry:  # fmt: skip
    """Write a step down inside the caller's transaction. Only one of two who began from the same turn succeeds."""
    moved = Proceeding.objects.filter(pk=proceeding.pk, turn=turn).update(turn=turn + 1, stage=stage, **fields)
    if not moved:
        raise _refuse_taken(proceeding)
    entry = StepEntry.objects.create(
        proceeding=proceeding, turn=turn + 1, step=step, at=at, by=actor.user.username, by_name=str(actor.user),
        words=words[:300],
    )  # fmt: skip
    record(actor, proceeding, "do_step", at, {"step": str(step), "words": words, **(detail or {})})
    proceeding.refresh_from_db()
    return entry


def record(actor: Actor, proceeding: Proceeding, verb: str, at: datetime, detail: dict[str, Any]) -> None:
    record_entry(
        chain=proceeding.bureau.code, actor=actor.user.username, at=at, verb=f"assessment.{verb}",
        subject=f"proceeding:{proceeding.pk}", detail=detail,
    )  # fmt: skip
