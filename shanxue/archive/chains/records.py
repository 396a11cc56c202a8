"""Notes, plan items, scores, outcomes and results."""

from __future__ import annotations

from django.db.models import Q

from shanxue.activities.models import Session
from shanxue.assessment.queries.results import list_shown, scope_results
from shanxue.base.errors import refuse_missing
from shanxue.base.points import MILLI, format_scaled
from shanxue.exams.models import Score, Sitting
from shanxue.orgs.queries import Actor, match_granted_units, match_people
from shanxue.plans.models import PlanItem
from shanxue.study.models import Note
from shanxue.study.queries.outcomes import find_outcome
from shanxue.study.rules import NoteState

from ..rules.chains import Step
from .effects import Traced, list_effects
from .shape import Chain, find_origin, list_changes, step_plan


def read_note(actor: Actor, pk: int) -> Chain:
    """Of a note only that it was handed in and reviewed: its text is not shown here to anybody."""
    notes = Note.objects.filter(match_people(actor, "person_id"), bureau=actor.bureau).exclude(state=NoteState.DRAFT)
    note = notes.select_related("person", "bureau", "plan_item__plan").filter(pk=pk).first()
    if note is None:
        raise refuse_missing("这条记录")
    chain = Chain(f"note-{pk}", f"{note.person.name}的{note.kind}“{note.title}”", None, person_id=note.person_id)
    chain.steps.append(step_plan(note.plan_item))
    versions = note.versions.order_by("number")
    chain.steps += [Step("提交", one.at, f"提交第 {one.number} 稿，{len(one.body)} 字") for one in versions]
    if note.reviewed_at:
        chain.steps.append(Step("审阅", note.reviewed_at, note.state, note.reviewed_by))
    elif not versions:
        chain.steps.append(Step("提交", note.on, f"导入的笔记目录：{note.state}"))
    chain.steps += list_effects(actor, chain.key, note.on, _trace(note.person_id, ("notes", pk)))
    chain.changes = list_changes(note.bureau, [f"note:{pk}"], ("take_back_note", "delete_note", "recommend_note"))
    chain.origin = find_origin(note.batch_id)
    return chain


def read_item(actor: Actor, pk: int) -> Chain:
    units = Q(unit__isnull=False) & match_granted_units(actor, "unit")
    people = Q(person__isnull=False) & match_people(actor, "person_id")
    items = PlanItem.objects.filter(units | people, bureau=actor.bureau)
    item = items.select_related("bureau", "plan", "unit", "person").filter(pk=pk).first()
    if item is None:
        raise refuse_missing("这条记录")
    whose = item.unit.name if item.unit else item.person.name if item.person else ""
    chain = Chain(f"item-{pk}", f"{whose}的计划“{item.title}”", item.unit, person_id=item.person_id)
    chain.steps.append(step_plan(item))
    if item.done_on:
        chain.steps.append(Step("完成", item.done_on, item.state))
    sessions = Session.objects.filter(plan_item=item).order_by("on", "pk")
    chain.steps += [Step("会议", one.on, f"{one.kind}“{one.topic}”：{one.state}") for one in sessions]
    chain.changes = list_changes(item.bureau, [f"plan-item:{pk}"], ())
    changes = item.changes.order_by("pk")
    chain.changes += [Step("改动", one.at, f"{one.what}，原因：{one.reason}", one.actor) for one in changes]
    traced = Traced(frozenset({("plan", pk)}), _only(item.person_id), _only(item.unit_id))
    chain.steps += list_effects(actor, chain.key, item.due_on or item.done_on, traced)
    chain.origin = find_origin(item.batch_id)
    return chain


def read_result(actor: Actor, pk: int) -> Chain:
    result = scope_results(actor).select_related("run__bureau", "run__scheme", "person", "unit").filter(pk=pk).first()
    if result is None:
        raise refuse_missing("这条记录")
    shown = next((one for one in list_shown(actor.bureau) if one.run.pk == result.run_id), None)
    whose = result.person.name if result.person else result.unit.name if result.unit else ""
    chain = Chain(f"result-{pk}", f"{whose}的考核结果", result.unit, person_id=result.person_id)
    run = result.run
    chain.steps.append(Step("细则", run.scheme.at, f"《{run.scheme.title}》，校验值 {run.scheme.sha256[:16]}…"))
    chain.steps.append(Step("计分", run.at, f"计算结果，输入的校验值 {run.inputs_sha256[:16]}…", run.actor))
    if shown is not None:
        total = "待补充" if result.total_points is None else format_scaled(result.total_points, shown.scheme.scale)
        chain.steps.append(Step("结果", run.at, f"得分 {total}，{result.grade or '不定等次'}"))
    appeals = result.appeals.order_by("pk")
    for one in appeals:
        chain.changes.append(Step("申诉", one.asked_at, f"{one.item}：{one.sentence}"))
        if one.decided_at:
            chain.changes.append(Step("申诉", one.decided_at, f"{one.state}：{one.decision}", one.decided_by))
    return chain


def read_score(actor: Actor, pk: int) -> Chain:
    """A test's result: from the sitting or the imported table to the item it counts for."""
    found = Score.objects.filter(match_people(actor, "person_id"), bureau=actor.bureau)
    score = found.select_related("person", "bureau", "sitting__paper").filter(pk=pk).first()
    if score is None:
        raise refuse_missing("这条记录")
    chain = Chain(f"score-{pk}", f"{score.person.name}的{score.kind}“{score.title}”", None, person_id=score.person_id)
    sitting: Sitting | None = getattr(score, "sitting", None)
    if sitting is not None:
        chain.steps.append(Step("测试", sitting.paper.opens_at, f"《{sitting.paper.title}》开放答题"))
        chain.steps.append(
            Step("答题", sitting.started_at, f"第 {sitting.attempt} 次，卷号 {sitting.seed or '（手工组卷）'}")
        )
        chain.steps.append(Step("交卷", sitting.handed_in_at, _write_score(score)))
    else:
        chain.steps.append(Step("成绩", score.on, f"导入的成绩，第 {score.attempt} 次：{_write_score(score)}"))
    chain.steps += list_effects(actor, chain.key, score.on, _trace(score.person_id, ("scores", pk)))
    chain.origin = find_origin(score.batch_id)
    return chain


def _write_score(score: Score) -> str:
    if score.score_milli is None:
        return score.mark
    return f"{score.mark}，{_trim(score.score_milli)} / {_trim(score.full_milli)}"


def _trim(milli: int) -> str:
    return format_scaled(milli, MILLI, trim=True)


def read_outcome(actor: Actor, pk: int) -> Chain:
    """学用结合 (D14): research, the measure adopted from it, that it works, and that it was recognised."""
    outcome = find_outcome(actor, pk)
    title = f"{outcome.person.name}的{outcome.kind}“{outcome.title}”"
    chain = Chain(f"outcome-{pk}", title, outcome.unit, person_id=outcome.person_id)
    chain.steps.append(Step("研究", outcome.on, f"{outcome.kind}“{outcome.title}”"))
    if outcome.adopted_on:
        chain.steps.append(Step("采纳", outcome.adopted_on, outcome.adopted_as, outcome.adopted_by))
    if outcome.evidence:
        chain.steps.append(Step("见效", None, outcome.evidence))
    if outcome.recognised_on:
        chain.steps.append(Step("认定", outcome.recognised_on, outcome.state, outcome.recognised_by))
    elif outcome.declined:
        chain.steps.append(Step("认定", None, f"暂不认定：{outcome.declined}"))
    chain.steps += list_effects(actor, chain.key, outcome.on, _trace(outcome.person_id, ("outcomes", pk)))
    chain.changes = list_changes(outcome.bureau, [f"outcome:{pk}"], ("change_outcome", "decline_outcome"))
    return chain


def _trace(person_id: int, ref: tuple[str, int]) -> Traced:
    return Traced(frozenset({ref}), frozenset({person_id}))


def _only(pk: int | None) -> frozenset[int]:
    return frozenset() if pk is None else frozenset({pk})
