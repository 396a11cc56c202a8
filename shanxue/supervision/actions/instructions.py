"""Writing an instruction to a unit (批示), and answering it: 已阅, 已办."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, demand_leading, scope_units

from ..models import Instruction
from ..queries.instructions import may_instruct
from ..rules.instructions import InstructionState


@transaction.atomic
def instruct(actor: Actor, unit: Unit, text: str, *, at: datetime) -> Instruction:
    """Write one sentence to a unit's secretary and the office. The same sentence again the same day does nothing."""
    if not scope_units(actor).filter(pk=unit.pk).exists():
        raise refuse_missing("这个单位")
    if not may_instruct(actor, unit):
        raise Refusal("not_leader_here", f"批示由“{unit.name}”的分管领导作出，当前账号没有这项权限。", status=403)
    text = " ".join(text.split())
    if not text:
        raise Refusal("instruction_empty", "请写一句批示，支部书记和学习办公室会看到。")
    Unit.objects.select_for_update().get(pk=unit.pk)  # two clicks at once must not write it twice
    same = Instruction.objects.filter(unit=unit, by=actor.user, text=text, at__date=actor.on).first()
    if same is not None:
        return same
    made = Instruction.objects.create(bureau=unit.bureau, unit=unit, text=text, at=at, by=actor.user)
    _record(actor, made, "instruct", at)
    return made


@transaction.atomic
def answer_instruction(actor: Actor, instruction: Instruction, *, done: bool, answer: str, at: datetime) -> bool:
    """Say 已阅, or 已办 with what was done. False when it was said before: a repeated click does nothing."""
    demand_leading(actor, instruction.unit)
    answer = " ".join(answer.split())
    if done and not answer:
        raise Refusal("instruction_answer_empty", "请写一句怎样办的，批示的领导会看到。")
    before = (InstructionState.GIVEN, InstructionState.READ) if done else (InstructionState.GIVEN,)
    state = InstructionState.DONE if done else InstructionState.READ
    changed = Instruction.objects.filter(pk=instruction.pk, state__in=before).update(
        state=state, answer=answer, answered_at=at, answered_by=str(actor.user)
    )
    if changed:
        _record(actor, instruction, "answer_instruction", at, state=str(state), answer=answer)
        return True
    if done and answer != Instruction.objects.values_list("answer", flat=True).get(pk=instruction.pk):
        raise Refusal("instruction_done", "这条批示已经有人办结，刚才写的没有保存。请看已有的办理结果。")
    return False


def _record(actor: Actor, instruction: Instruction, verb: str, at: datetime, **more: str) -> None:
    record_entry(
        chain=instruction.bureau.code, actor=actor.user.username, at=at, verb=f"supervision.{verb}",
        subject=f"instruction:{instruction.pk}",
        detail={"unit": instruction.unit.code, "text": instruction.text, **more},
    )  # fmt: skip
