"""Planning an inspection, drawing its records, writing down what each line found, closing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, is_leading

from ..models import CarriedFinding, Checklist, Inspection, LineResult, Sample
from ..queries.inspecting import is_inspecting, list_inspection_obstacles, list_to_carry, may_conduct
from ..queries.sampling import list_population, name_drawn
from ..rules.checklists import CheckLine, pack_lines, read_checklist, unpack_lines
from ..rules.inspecting import Carried, InspectionKind, InspectionState, Verdict
from ..rules.sampling import MOST_DRAWN, Candidate, RecordKind, digest_population, draw

Answers = Mapping[int, tuple[str, str]]  # place of the line → (verdict, note)


@dataclass(frozen=True)
class Scope:
    """What an inspection looks at: this unit and all below, records of these kinds and days, how many of them."""

    unit: Unit
    period: Period
    records: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Plan:
    kind: InspectionKind
    title: str
    scope: Scope
    visit_on: date
    checklist: str  # its title
    text: str  # and its lines as written


def _demand_scope(actor: Actor, kind: InspectionKind, scope: Scope) -> None:
    if kind == InspectionKind.SELF and not is_leading(actor, scope.unit):
        raise Refusal("outside", f"“{scope.unit.name}”不归当前账号办理，不能替它自查。", status=403)
    if kind == InspectionKind.FROM_ABOVE and not is_inspecting(actor, scope.unit):
        raise Refusal("outside", f"“{scope.unit.name}”不在当前账号的检查范围内。请选自己负责检查的单位。", status=403)
    if not scope.records or not set(scope.records) <= set(RecordKind):
        raise Refusal("no_kind", "还没有选查哪些记录。至少选一种。")
    if not 1 <= scope.count <= MOST_DRAWN:
        raise Refusal("bad_count", f"一次抽 1 到 {MOST_DRAWN} 条。")


@transaction.atomic
def plan_inspection(actor: Actor, plan: Plan, *, at: datetime) -> Inspection:
    """Plan an inspection with a copy of its checklist. A self-check takes along what was found from above before."""
    assert actor.bureau is not None
    _demand_scope(actor, plan.kind, plan.scope)
    if plan.visit_on < actor.on:
        raise Refusal("visit_in_the_past", "检查日期不能早于今天。请填今天或以后的日期。")
    scope, lines = plan.scope, read_checklist(plan.text)
    inspection = Inspection.objects.create(
        bureau=actor.bureau, unit=scope.unit, kind=plan.kind, title=plan.title, from_on=scope.period.from_on,
        until_on=scope.period.until_on, visit_on=plan.visit_on, records=list(scope.records), count=scope.count,
        checklist=plan.checklist, lines=pack_lines(lines), planned_at=at, planned_by=str(actor.user)[:64],
    )  # fmt: skip
    if plan.kind == InspectionKind.SELF:
        found = [CarriedFinding(inspection=inspection, finding=one) for one in list_to_carry(scope.unit)]
        CarriedFinding.objects.bulk_create(found)
    _record(actor, inspection, "supervision.plan_inspection", at, title=plan.title, unit=scope.unit.code)
    return inspection


def _record(actor: Actor, inspection: Inspection, verb: str, at: datetime, **detail: object) -> None:
    record_entry(
        chain=inspection.bureau.code, actor=str(actor.user), at=at, verb=verb, subject=f"inspection:{inspection.pk}",
        detail=detail,
    )  # fmt: skip


def demand_conducting(actor: Actor, inspection: Inspection) -> None:
    if not may_conduct(actor, inspection):
        raise Refusal("not_conducting", "这次检查不由当前账号开展，只能查看。", status=403)


@transaction.atomic
def draw_sample(actor: Actor, inspection: Inspection, *, seed: int, at: datetime, mark: str = "") -> list[Sample]:
    """Draw the records once, by a seed anybody can draw the same ones with.

    ``mark`` is that of the population the drawer has seen; when records came or went since, it is refused.
    """
    demand_conducting(actor, inspection)
    period = Period(inspection.from_on, inspection.until_on)
    population = list_population(actor, inspection.unit, period, inspection.records)
    drawn = name_drawn(actor, draw(population, inspection.count, seed))
    digest = digest_population(population)
    if mark and mark != digest:
        raise Refusal(
            "population_moved", "抽取之后范围里的记录有增减，请按同一个种子重新抽取，看过再开始。", status=409
        )
    values = {
        "state": InspectionState.RUNNING, "seed": seed, "population_count": len(population), "population_mark": digest,
        "drawn_at": at, "drawn_by": str(actor.user)[:64],
    }  # fmt: skip
    if not Inspection.objects.filter(pk=inspection.pk, state=InspectionState.PLANNED).update(**values):
        now = Inspection.objects.get(pk=inspection.pk)
        if now.state == InspectionState.DROPPED:
            raise Refusal("inspection_dropped", "这次检查已经取消，不能再抽取。", status=409)
        raise Refusal("already_drawn", f"{now.drawn_by}已经抽过（种子 {now.seed}），按那一次检查。", status=409)
    inspection.refresh_from_db()
    samples = [_build_sample(inspection, number, one) for number, one in enumerate(drawn, 1)]
    Sample.objects.bulk_create(samples)
    _record(actor, inspection, "supervision.draw_sample", at, seed=seed, of=len(population), count=len(samples))
    return samples


def _build_sample(inspection: Inspection, number: int, one: Candidate) -> Sample:
    return Sample(
        inspection=inspection, position=number, kind=one.kind, ref=one.ref, unit_id=one.unit_id,
        person_id=one.person_id, on=one.on, title=one.title[:220],
    )  # fmt: skip


@transaction.atomic
def start_spot_check(actor: Actor, plan: Plan, *, seed: int, mark: str, at: datetime) -> Inspection:
    """A1: plan and draw in one step, from the very records that were shown."""
    inspection = plan_inspection(actor, plan, at=at)
    draw_sample(actor, inspection, seed=seed, mark=mark, at=at)
    return inspection


def list_lines(inspection: Inspection, kind: str) -> list[tuple[int, CheckLine]]:
    """List the lines of an inspection's checklist that are for records of this kind, each with its place."""
    return [(place, one) for place, one in enumerate(unpack_lines(inspection.lines)) if one.is_for(kind)]


@transaction.atomic
def check_record(actor: Actor, sample: Sample, answers: Answers, *, revision: int, at: datetime) -> None:
    """Write down what every line found on one record; ``revision`` is the one the form was opened with."""
    inspection = Inspection.objects.select_for_update(no_key=True).select_related("unit", "bureau").get(
        pk=sample.inspection_id
    )  # fmt: skip
    demand_conducting(actor, inspection)
    _demand_running(inspection)
    results = [_build_result(sample, place, line, answers) for place, line in list_lines(inspection, sample.kind)]
    held = Sample.objects.filter(pk=sample.pk, revision=revision)
    if not held.update(revision=revision + 1, checked_at=at, checked_by=str(actor.user)[:64]):
        now = Sample.objects.get(pk=sample.pk)
        raise Refusal("checked_meanwhile", f"{now.checked_by}刚刚查过这条记录，先看查到的结果，再改。", status=409)
    LineResult.objects.filter(sample=sample).delete()
    LineResult.objects.bulk_create(results)
    unmet = [one.line for one in results if one.verdict == Verdict.NOT_MET]
    _record(actor, inspection, "supervision.check_record", at, position=sample.position, unmet=unmet)


def _build_result(sample: Sample, place: int, line: CheckLine, answers: Answers) -> LineResult:
    verdict, note = answers.get(place, ("", ""))
    if verdict not in list(Verdict):
        raise Refusal("line_missing", f"“{line.item}”还没有选结果：符合、不符合或不适用。")
    note = note.strip()
    if verdict == Verdict.NOT_MET and not note:
        raise Refusal("note_missing", f"“{line.item}”不符合，请写明是什么情况。")
    if len(note) > 200:
        raise Refusal("note_too_long", f"“{line.item}”的情况有 {len(note)} 个字，最多 200 个。")
    return LineResult(sample=sample, line=place, verdict=verdict, note=note)


def _demand_running(inspection: Inspection) -> None:
    if inspection.state != InspectionState.RUNNING:
        raise Refusal("not_running", f"这次检查的状态是“{inspection.state}”，不能再改。", status=409)


@transaction.atomic
def answer_carried(actor: Actor, carried: CarriedFinding, verdict: Carried, note: str, *, at: datetime) -> None:
    """Say in a self-check how a finding from above stands now."""
    demand_conducting(actor, carried.inspection)
    _demand_open(Inspection.objects.select_for_update(no_key=True).get(pk=carried.inspection_id))
    if verdict == Carried.STANDING and not note.strip():
        raise Refusal("note_missing", "仍存在的，请写明现在的情况和安排。")
    carried.verdict, carried.note, carried.at, carried.actor = verdict, note.strip()[:200], at, str(actor.user)[:64]
    carried.save(update_fields=["verdict", "note", "at", "actor"])
    _record(
        actor, carried.inspection, "supervision.answer_carried", at, finding=carried.finding_id, verdict=str(verdict)
    )


def _demand_open(inspection: Inspection) -> None:
    if inspection.state in (InspectionState.CLOSED, InspectionState.DROPPED):
        raise Refusal("not_running", f"这次检查的状态是“{inspection.state}”，不能再改。", status=409)


@transaction.atomic
def close_inspection(actor: Actor, inspection: Inspection, conclusion: str, *, at: datetime) -> None:
    """Close an inspection once every record is looked at and every finding closed."""
    demand_conducting(actor, inspection)
    held = Inspection.objects.select_for_update(no_key=True).get(pk=inspection.pk)
    _demand_running(held)
    obstacles = list_inspection_obstacles(held)
    if obstacles:
        raise Refusal("inspection_open", "这次检查还不能结束：" + "".join(obstacles))
    held.state, held.conclusion, held.closed_at, held.closed_by = (
        InspectionState.CLOSED, conclusion.strip(), at, str(actor.user)[:64],
    )  # fmt: skip
    held.save(update_fields=["state", "conclusion", "closed_at", "closed_by"])
    _record(actor, inspection, "supervision.close_inspection", at, conclusion=held.conclusion)


@transaction.atomic
def drop_inspection(actor: Actor, inspection: Inspection, *, at: datetime) -> None:
    """Call off an inspection that was only planned."""
    demand_conducting(actor, inspection)
    if inspection.findings.exists():
        raise Refusal("has_findings", "这次检查已经写了问题，不能取消。")
    planned = Inspection.objects.filter(pk=inspection.pk, state=InspectionState.PLANNED)
    if not planned.update(state=InspectionState.DROPPED, closed_at=at, closed_by=str(actor.user)[:64]):
        raise Refusal("not_planned", "这次检查已经开始或者取消了，不能再取消。", status=409)
    _record(actor, inspection, "supervision.drop_inspection", at)


@transaction.atomic
def save_checklist(
    actor: Actor, checklist: Checklist | None, *, title: str, text: str, revision: int, at: datetime
) -> Checklist:
    """Write the office's own checklist. Inspections that were planned keep the lines they were planned with."""
    assert actor.bureau is not None
    if not actor.keeps_office:
        raise Refusal("office_only", "检查表由学习办公室维护。", status=403)
    lines = read_checklist(text)
    others = Checklist.objects.exclude(pk=checklist.pk) if checklist else Checklist.objects
    if others.filter(bureau=actor.bureau, title=title).exists():
        raise Refusal("title_taken", f"已经有一份“{title}”。请换一个名称。")
    who = str(actor.user)[:64]
    if checklist is None:
        saved = Checklist.objects.create(bureau=actor.bureau, title=title, text=text, saved_at=at, saved_by=who)
    else:
        held = Checklist.objects.filter(pk=checklist.pk, revision=revision)
        if not held.update(title=title, text=text, revision=revision + 1, saved_at=at, saved_by=who):
            raise Refusal("checklist_moved", "这份检查表在你打开后被别人改过，先看新版，再改。", status=409)
        saved = Checklist.objects.get(pk=checklist.pk)
    record_entry(
        chain=actor.bureau.code, actor=who, at=at, verb="supervision.save_checklist", subject=title,
        detail={"lines": len(lines)},
    )  # fmt: skip
    return saved
