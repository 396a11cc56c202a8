"""From a finding to its end: who puts it right by when, what was done, the second look, passed down and back up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, is_leading

from ..models import Finding, Inspection, Rectification, RectificationReport, Sample
from ..queries.inspecting import list_finding_obstacles, may_recheck, may_withdraw
from ..rules.inspecting import ActionState, FindingState, InspectionState, Recheck
from .inspecting import demand_conducting

ENDED = (InspectionState.CLOSED, InspectionState.DROPPED)


@dataclass(frozen=True)
class Task:
    """What is to be done by when."""

    text: str
    due_on: date


def _record(actor: Actor, finding: Finding, verb: str, at: datetime, **detail: object) -> None:
    record_entry(
        chain=finding.inspection.bureau.code, actor=str(actor.user), at=at, verb=f"supervision.{verb}",
        subject=f"finding:{finding.pk}", detail=detail,
    )  # fmt: skip


def _demand_day(actor: Actor, due_on: date) -> None:
    if due_on < actor.on:
        raise Refusal("due_in_the_past", "整改期限不能早于今天。请填今天或以后的日期。")


def _lock_open(finding: Finding) -> Finding:
    """Lock a finding that is still open: whoever comes second waits, and is told what was done meanwhile."""
    held = Finding.objects.select_for_update(no_key=True).get(pk=finding.pk)
    if held.state != FindingState.OPEN:
        raise Refusal("finding_closed", f"这个问题已由{held.closed_by}办理：{held.state}，不能再改。", status=409)
    return held


def _lock_inspection(inspection: Inspection) -> None:
    held = Inspection.objects.select_for_update(no_key=True).get(pk=inspection.pk)
    if held.state in ENDED:
        raise Refusal("inspection_ended", f"这次检查的状态是“{held.state}”，不能再写问题。", status=409)


@transaction.atomic
def write_finding(
    actor: Actor, inspection: Inspection, unit: Unit, sentence: str, task: Task | None, *, at: datetime,
    sample: Sample | None = None, line: int | None = None,
) -> Finding:  # fmt: skip
    """Write down a finding of a drawn record or of a unit in the scope; with the first thing to be done, if any."""
    demand_conducting(actor, inspection)
    if not unit.path.startswith(inspection.unit.path):
        raise Refusal("outside", f"“{unit.name}”不在这次检查的范围（{inspection.unit.name}）里。")
    if task is not None:
        _demand_day(actor, task.due_on)
    _lock_inspection(inspection)
    finding = Finding.objects.create(
        inspection=inspection, number=_find_number(inspection), unit=unit, sample=sample, line=line,
        sentence=sentence, found_at=at, found_by=str(actor.user)[:64],
    )  # fmt: skip
    if task is not None:
        _create_action(actor, finding, unit, task, at)
    _record(actor, finding, "write_finding", at, unit=unit.code, sentence=sentence)
    return finding


def _find_number(inspection: Inspection) -> int:
    return int(inspection.findings.aggregate(last=Max("number"))["last"] or 0) + 1


def _create_action(actor: Actor, finding: Finding, unit: Unit, task: Task, at: datetime) -> Rectification:
    return Rectification.objects.create(
        finding=finding, unit=unit, text=task.text, due_on=task.due_on, set_at=at, set_by=str(actor.user)[:64]
    )


@transaction.atomic
def set_action(actor: Actor, finding: Finding, task: Task, *, at: datetime) -> Rectification:
    """Set one thing to be done: by whoever inspects, or by the unit itself, which commits to it."""
    if not (may_recheck(actor, finding) or is_leading(actor, finding.unit)):
        raise Refusal("not_yours", "这个问题不归当前账号办理，只能查看。", status=403)
    _demand_day(actor, task.due_on)
    _lock_open(finding)
    action = _create_action(actor, finding, finding.unit, task, at)
    _record(actor, finding, "set_action", at, unit=finding.unit.code, text=task.text, due_on=task.due_on.isoformat())
    return action


@transaction.atomic
def pass_down(
    actor: Actor, finding: Finding, units: Sequence[Unit], sentence: str, task: Task, *, at: datetime
) -> list[Finding]:
    """Pass a finding down to units below as parts of it (一级抓一级); a unit that has its part gets no second."""
    if not is_leading(actor, finding.unit):
        raise Refusal("not_yours", "转交由这个问题的责任单位或者学习办公室办理。", status=403)
    outside = [unit.name for unit in units if not unit.path.startswith(finding.unit.path) or unit.pk == finding.unit_id]
    if outside:
        raise Refusal("outside", f"只能转交给“{finding.unit.name}”的下级：{'、'.join(outside)}不是。")
    if not units:
        raise Refusal("no_unit", "还没有选转交给哪些单位。")
    _demand_day(actor, task.due_on)
    inspection = finding.inspection
    _lock_inspection(inspection)
    _lock_open(finding)
    held = set(finding.parts.exclude(state=FindingState.WITHDRAWN).values_list("unit_id", flat=True))
    made = []
    for unit in units:
        if unit.pk not in held:
            part = Finding.objects.create(
                inspection=inspection, number=_find_number(inspection), unit=unit, parent=finding, sentence=sentence,
                found_at=at, found_by=str(actor.user)[:64],
            )  # fmt: skip
            _create_action(actor, part, unit, task, at)
            made.append(part)
    if not made:
        raise Refusal("passed_already", "所选的单位都已经转交过，没有重复转交。", status=409)
    _record(actor, finding, "pass_down", at, units=[part.unit.code for part in made], sentence=sentence)
    return made


@transaction.atomic
def report_action(actor: Actor, action: Rectification, text: str, *, at: datetime) -> RectificationReport:
    """Say what the unit has done; from then on somebody else looks again."""
    if not is_leading(actor, action.unit):
        raise Refusal("not_yours", f"这项整改由“{action.unit.name}”办理，不能替它报告。", status=403)
    _lock_open(action.finding)
    asking = Rectification.objects.filter(pk=action.pk, state__in=[ActionState.OPEN, ActionState.RETURNED])
    if not asking.update(state=ActionState.REPORTED):
        now = Rectification.objects.get(pk=action.pk)
        raise Refusal("action_reported", f"这项整改已经报过，现在是“{now.state}”，不用再报。", status=409)
    report = RectificationReport.objects.create(
        action=action, number=action.reports.count() + 1, text=text, at=at, user=actor.user
    )
    _record(actor, action.finding, "report_action", at, action=action.pk, text=text)
    return report


@transaction.atomic
def recheck_action(
    actor: Actor, action: Rectification, verdict: Recheck, answer: str, *, number: int, at: datetime
) -> None:
    """Look again at what was done (复核), never by who reported it; ``number`` is the report that was read."""
    if not may_recheck(actor, action.finding):
        raise Refusal("not_rechecking", "这项整改不由当前账号复核，只能查看。", status=403)
    if verdict == Recheck.RETURNED and not answer.strip():
        raise Refusal("answer_missing", "退回重改要写一句话，说明还差什么。")
    _lock_open(action.finding)
    report = action.reports.filter(number=number).first()
    if report is not None and report.user_id == actor.user.pk:
        raise Refusal("own_report", "自己报告的整改，要由另一位同志复核。", status=403)
    waiting = RectificationReport.objects.filter(action=action, number=number, verdict="")
    if not waiting.update(verdict=verdict, answer=answer.strip(), rechecked_at=at, rechecker=actor.user):
        words = (
            f"已由{report.rechecker}复核：{report.verdict}。" if report and report.rechecker else "还没有报告可以复核。"
        )
        raise Refusal("rechecked", f"这项整改{words}", status=409)
    done = verdict == Recheck.PASSED
    Rectification.objects.filter(pk=action.pk).update(
        state=ActionState.DONE if done else ActionState.RETURNED, done_at=at if done else None
    )
    _record(actor, action.finding, "recheck_action", at, action=action.pk, verdict=str(verdict), answer=answer)


@transaction.atomic
def close_finding(actor: Actor, finding: Finding, closing: str, *, at: datetime) -> None:
    """Close a finding (销号): every action looked at again, and every part below closed."""
    if not may_recheck(actor, finding):
        raise Refusal("not_rechecking", "这个问题不由当前账号销号，只能查看。", status=403)
    held = _lock_open(finding)
    obstacles = list_finding_obstacles(held)
    if obstacles:
        raise Refusal("finding_open", "还不能销号：" + "".join(obstacles))
    _end(actor, held, FindingState.CLOSED, closing, at)
    _record(actor, finding, "close_finding", at, closing=closing)


@transaction.atomic
def withdraw_finding(actor: Actor, finding: Finding, reason: str, *, at: datetime) -> None:
    """Take back what was written in error, with the reason; parts below are taken back first."""
    if not may_withdraw(actor, finding):
        raise Refusal("not_conducting", "撤回由写下这个问题的一方办理。", status=403)
    if not reason.strip():
        raise Refusal("reason_missing", "撤回要写明原因。")
    held = _lock_open(finding)
    if held.parts.filter(state=FindingState.OPEN).exists():
        raise Refusal("parts_open", "已经转交下级，先撤回转交的部分。")
    _end(actor, held, FindingState.WITHDRAWN, reason.strip(), at)
    _record(actor, finding, "withdraw_finding", at, reason=reason.strip())


def _end(actor: Actor, finding: Finding, state: FindingState, words: str, at: datetime) -> None:
    finding.state, finding.closing, finding.closed_at, finding.closed_by = state, words, at, str(actor.user)[:64]
    finding.save(update_fields=["state", "closing", "closed_at", "closed_by"])
