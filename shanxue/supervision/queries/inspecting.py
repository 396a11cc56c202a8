"""Who inspects what, and what inspections found: lists and single rows by the same query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db.models import Exists, OuterRef, Q, QuerySet

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.models import Grant, Unit
from shanxue.orgs.queries import Actor, filter_in_force, is_leading, match_granted_units, order_units, scope_led_units
from shanxue.orgs.rules import Line

from ..models import CarriedFinding, Checklist, Finding, Inspection, Rectification, RectificationReport, Sample
from ..rules.checklists import CheckLine, unpack_lines
from ..rules.inspecting import (
    ActionState,
    FindingState,
    InspectionKind,
    InspectionState,
    Standing,
    Verdict,
    list_end_obstacles,
    list_obstacles,
)

Power = Grant.Power
INSPECTING = (Power.OFFICE, Power.INSPECTOR)
SHIPPED = Path(__file__).resolve().parents[3] / "checklists" / "xuexi-ducha.txt"
SHIPPED_TITLE = "学习督查检查表"
MOST_ENDED = 50


# Powers


def is_inspecting(actor: Actor, unit: Unit) -> bool:
    """Whether the actor inspects this unit: as inspector or office over it, or as secretary of a unit above it."""
    for grant in actor.reading_grants:
        if grant.bureau_id != unit.bureau_id or (grant.unit and not unit.path.startswith(grant.unit.path)):
            continue
        if grant.power in INSPECTING or (grant.power == Power.SECRETARY and grant.unit and grant.unit.pk != unit.pk):
            return True
    return False


def match_inspected_units(actor: Actor, field: str = "") -> Q:
    """Match rows whose unit the actor inspects."""
    prefix = f"{field}__" if field else ""
    found = Q(pk__in=[])
    for grant in actor.reading_grants:
        if grant.power in INSPECTING and grant.unit is None:
            return Q(pk__isnull=False)
        if grant.unit is None or grant.power not in (*INSPECTING, Power.SECRETARY):
            continue
        below = Q(**{f"{prefix}path__startswith": grant.unit.path})
        if grant.power == Power.SECRETARY:
            below &= ~Q(**{f"{prefix}path": grant.unit.path})
        found |= below
    return found


def list_inspected_units(actor: Actor) -> list[Unit]:
    """List the party units the actor may inspect that stand today, in the tree's order."""
    units = Unit.objects.filter(match_inspected_units(actor), filter_in_force(actor.on), bureau=actor.bureau)
    return order_units(units.filter(line=Line.PARTY))


def list_own_units(actor: Actor) -> list[Unit]:
    """List the party units that may look at themselves under this actor (自查)."""
    return order_units(scope_led_units(actor).filter(filter_in_force(actor.on), line=Line.PARTY))


def demand_inspecting(actor: Actor) -> list[Unit]:
    """Give the units the actor inspects; without any they are refused, and told when a grant has run out (A1)."""
    units = list_inspected_units(actor)
    if units:
        return units
    ended = Grant.objects.filter(user=actor.user, power=Power.INSPECTOR, until_on__lte=actor.on)
    last = ended.order_by("-until_on").first()
    if last is not None and last.until_on is not None and not actor.is_admin:
        day = last.until_on - timedelta(days=1)
        raise Refusal("grant_ended", f"你的授权到{day.month}月{day.day}日，已到期。", status=403)
    raise Refusal("no_power", "当前账号没有开展检查的权限。需要时请联系学习办公室。", status=403)


def may_conduct(actor: Actor, inspection: Inspection) -> bool:
    """Whether the actor carries this inspection out: from above, or for a self-check whoever leads the unit."""
    if inspection.kind == InspectionKind.SELF:
        return is_leading(actor, inspection.unit)
    return is_inspecting(actor, inspection.unit)


def may_recheck(actor: Actor, finding: Finding) -> bool:
    """Whether the actor looks again at what was done: whoever conducts, or answers for the unit that passed it down."""
    if finding.parent is not None and is_leading(actor, finding.parent.unit):
        return True
    return may_conduct(actor, finding.inspection) or is_inspecting(actor, finding.unit)


def may_withdraw(actor: Actor, finding: Finding) -> bool:
    """Whether the actor may take a finding back: whoever conducts, or passed the part down."""
    passed = finding.parent is not None and is_leading(actor, finding.parent.unit)
    return passed or may_conduct(actor, finding.inspection)


# Inspections


def scope_inspections(actor: Actor) -> QuerySet[Inspection]:
    """Inspections of units the actor reads. What is only planned from above is seen by those who inspect."""
    seen = ~Q(state=InspectionState.PLANNED) | Q(kind=InspectionKind.SELF) | match_inspected_units(actor, "unit")
    found = Inspection.objects.filter(match_granted_units(actor, "unit"), bureau=actor.bureau)
    return found.filter(seen).select_related("unit", "bureau")


def list_inspections(actor: Actor) -> list[Inspection]:
    """List what is planned and under way, then the latest that ended. One query each."""
    found = scope_inspections(actor)
    ended = (InspectionState.CLOSED, InspectionState.DROPPED)
    return [
        *found.exclude(state__in=ended).order_by("visit_on", "pk"),
        *found.filter(state__in=ended).order_by("-closed_at", "-pk")[:MOST_ENDED],
    ]


def find_inspection(actor: Actor, inspection_id: int) -> Inspection:
    inspection = scope_inspections(actor).filter(pk=inspection_id).first()
    if inspection is None:
        raise refuse_missing("这次检查")
    return inspection


def list_scope_units(inspection: Inspection) -> list[Unit]:
    """List the units an inspection covers, in the tree's order."""
    inside = Unit.objects.filter(path__startswith=inspection.unit.path, bureau=inspection.bureau)
    return order_units(inside.filter(line=inspection.unit.line))


def list_samples(inspection: Inspection) -> QuerySet[Sample]:
    return inspection.samples.select_related("unit").prefetch_related("results").order_by("position")


def find_sample(inspection: Inspection, sample_id: int) -> Sample:
    sample = list_samples(inspection).filter(pk=sample_id).first()
    if sample is None:
        raise refuse_missing("这条记录")
    return sample


def count_unmet(sample: Sample) -> int:
    """How many lines were not met; no query where the results were read with the samples."""
    return sum(one.verdict == Verdict.NOT_MET for one in sample.results.all())


@dataclass(frozen=True)
class LineRow:
    """One line of the checklist: on how many records it was met, and in what it was not, by record."""

    line: CheckLine
    met: int
    unmet: tuple[str, ...]


def list_line_rows(inspection: Inspection) -> list[LineRow]:
    """List the lines with what they found over all records. Two queries."""
    samples = list(list_samples(inspection))
    rows = []
    for place, line in enumerate(unpack_lines(inspection.lines)):
        found = [(one, result) for one in samples for result in one.results.all() if result.line == place]
        unmet = [f"第{one.position}条：{result.note}" for one, result in found if result.verdict == Verdict.NOT_MET]
        rows.append(LineRow(line, sum(result.verdict == Verdict.MET for _one, result in found), tuple(unmet)))
    return rows


def list_carried(inspection: Inspection) -> list[CarriedFinding]:
    found = inspection.carried.select_related("finding__inspection", "finding__unit")
    return list(found.order_by("finding__found_at", "finding_id"))


def list_to_carry(unit: Unit) -> QuerySet[Finding]:
    """Findings from above of a unit and those below that no self-check of it has looked at again yet."""
    carried = CarriedFinding.objects.filter(finding=OuterRef("pk")).exclude(inspection__state=InspectionState.DROPPED)
    found = Finding.objects.filter(~Exists(carried), unit__path__startswith=unit.path)
    return found.filter(inspection__kind=InspectionKind.FROM_ABOVE).exclude(state=FindingState.WITHDRAWN)


def list_inspection_obstacles(inspection: Inspection) -> list[str]:
    """Say what keeps an inspection from being closed. Three queries."""
    return list_end_obstacles(
        unchecked=inspection.samples.filter(revision=0).count(),
        open_findings=inspection.findings.filter(state=FindingState.OPEN).count(),
        unanswered=inspection.carried.filter(verdict="").count(),
    )


# Findings


def scope_findings(actor: Actor) -> QuerySet[Finding]:
    """Findings of units the actor reads: each level sees its own part and the parts below."""
    found = Finding.objects.filter(match_granted_units(actor, "unit"), inspection__bureau=actor.bureau)
    return found.select_related("inspection__unit", "inspection__bureau", "unit", "sample", "parent__unit")


def list_findings(actor: Actor, *, state: str = "", inspection: Inspection | None = None) -> list[Finding]:
    """List findings with their actions and parts, the open ones first. Three queries."""
    found = scope_findings(actor)
    if state:
        found = found.filter(state=state)
    if inspection is not None:
        found = found.filter(inspection=inspection)
    rows = found.prefetch_related("actions__unit", "parts__unit").order_by("inspection_id", "number")
    return sorted(rows, key=lambda one: one.state != FindingState.OPEN)


def find_finding(actor: Actor, finding_id: int) -> Finding:
    finding = scope_findings(actor).filter(pk=finding_id).first()
    if finding is None:
        raise refuse_missing("这个问题")
    return finding


def list_picked_findings(actor: Actor, keys: Sequence[int], inspection_id: int | None) -> list[Finding]:
    """List findings that were picked one by one, or all of an inspection, by number. One query."""
    picked = Q(pk__in=keys) | Q(inspection_id=inspection_id) if inspection_id is not None else Q(pk__in=keys)
    return list(scope_findings(actor).filter(picked).order_by("inspection_id", "number"))


def find_action(actor: Actor, action_id: int) -> Rectification:
    """Find one rectification of a finding the actor reads."""
    found = Rectification.objects.filter(finding__in=scope_findings(actor), pk=action_id)
    action = found.select_related("unit", "finding__inspection__unit", "finding__inspection__bureau", "finding__unit",
                                  "finding__parent__unit").first()  # fmt: skip
    if action is None:
        raise refuse_missing("这项整改措施")
    return action


def list_actions(finding: Finding) -> list[Rectification]:
    return list(finding.actions.select_related("unit").prefetch_related("reports__user", "reports__rechecker")
                .order_by("due_on", "pk"))  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One part of a finding that was passed down, with how far its actions are."""

    finding: Finding
    done: int
    of: int


def list_parts(finding: Finding) -> list[Part]:
    """List the parts below with their state. Two queries."""
    rows = finding.parts.exclude(state=FindingState.WITHDRAWN).select_related("unit").prefetch_related("actions")
    return [
        Part(one, sum(action.state == ActionState.DONE for action in one.actions.all()), len(one.actions.all()))
        for one in rows.order_by("unit__code")
    ]


def describe_standing(finding: Finding) -> Standing:
    """Read how a finding stands. Two queries."""
    parts = finding.parts.exclude(state=FindingState.WITHDRAWN).order_by("unit__code")
    return Standing(
        list(finding.actions.values_list("state", flat=True)), list(parts.values_list("unit__name", "state"))
    )


def list_finding_obstacles(finding: Finding) -> list[str]:
    return list_obstacles(describe_standing(finding))


def list_lower_units(actor: Actor, unit: Unit) -> list[Unit]:
    """List the units directly and further below one that the actor writes for, to which a finding may be passed."""
    below = scope_led_units(actor).filter(filter_in_force(actor.on), path__startswith=unit.path, line=unit.line)
    return order_units(below.exclude(pk=unit.pk))


def list_waiting_reports(actor: Actor) -> list[RectificationReport]:
    """List reports that wait to be looked at again and that this actor may look at: not the own ones. One query."""
    checked = match_inspected_units(actor, "action__finding__unit")
    for grant in actor.leading_grants:
        if grant.unit is not None:
            checked |= Q(action__finding__parent__unit__path__startswith=grant.unit.path)
    found = RectificationReport.objects.filter(checked, verdict="", action__finding__inspection__bureau=actor.bureau)
    found = found.filter(action__finding__state=FindingState.OPEN).exclude(user=actor.user)
    return list(found.select_related("action__unit", "action__finding", "user").order_by("at", "pk"))


# What waits for a unit


def list_asked_actions(unit: Unit) -> list[Rectification]:
    """List what a unit is to put right and has not reported, or got back. One query."""
    asking = Rectification.objects.filter(unit=unit, state__in=[ActionState.OPEN, ActionState.RETURNED])
    return list(asking.filter(finding__state=FindingState.OPEN).order_by("due_on", "pk"))


def list_unanswered_findings(unit: Unit) -> list[Finding]:
    """List a unit's findings without anything to be done yet and without parts. One query."""
    findings = Finding.objects.filter(unit=unit, state=FindingState.OPEN, actions__isnull=True, parts__isnull=True)
    return list(findings.order_by("found_at", "pk"))


def list_passed_reports(unit: Unit) -> list[RectificationReport]:
    """List the reports on parts a unit has passed down, that wait to be looked at again. One query."""
    waiting = RectificationReport.objects.filter(action__finding__parent__unit=unit, verdict="")
    return list(waiting.select_related("action__unit", "user").order_by("at", "pk"))


def list_own_checks(unit: Unit) -> list[Inspection]:
    """List a unit's self-checks that are planned or under way. One query."""
    open_ones = (InspectionState.PLANNED, InspectionState.RUNNING)
    checks = Inspection.objects.filter(unit=unit, kind=InspectionKind.SELF, state__in=open_ones)
    return list(checks.order_by("visit_on", "pk"))


# Checklists


def list_checklists(actor: Actor) -> list[Checklist]:
    return list(Checklist.objects.filter(bureau=actor.bureau).order_by("title"))


def find_checklist(actor: Actor, checklist_id: int) -> Checklist:
    checklist = Checklist.objects.filter(bureau=actor.bureau, pk=checklist_id).first()
    if checklist is None:
        raise refuse_missing("这份检查表")
    return checklist


def read_shipped_checklist() -> str:
    """Read the checklist that comes with the product."""
    return SHIPPED.read_text(encoding="utf-8")
