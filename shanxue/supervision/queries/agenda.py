"""What waits for the next bulletin, and what earlier ones took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, TextField, Value, prefetch_related_objects
from django.utils import timezone

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau, Person
from shanxue.orgs.queries import Actor, match_granted_units

from ..models import AgendaPoint, Finding
from ..rules.agenda import (
    Found,
    FoundAction,
    PointState,
    list_found_evidence,
    may_name_found,
    name_found,
    write_found,
)
from ..rules.inspecting import FindingState, Recheck

MOST_SETTLED = 100


def list_agenda_points(bureau: Bureau) -> list[AgendaPoint]:
    """List what waits for the next bulletin of a bureau, by unit and duty. One query."""
    waiting = AgendaPoint.objects.filter(bureau=bureau, state=PointState.WAITING)
    return list(waiting.select_related("unit", "bureau").order_by("unit__code", "duty"))


def list_shown_points(actor: Actor) -> tuple[list[AgendaPoint], list[AgendaPoint]]:
    """List the points of the units the actor reads: those that wait, and the latest of those settled. Two queries."""
    found = AgendaPoint.objects.filter(match_granted_units(actor, "unit"), bureau=actor.bureau)
    found = found.select_related("unit", "finding")
    waiting = found.filter(state=PointState.WAITING).order_by("unit__code", "duty")
    settled = found.exclude(state=PointState.WAITING).order_by("-settled_at", "-pk")
    return list(waiting), list(settled[:MOST_SETTLED])


def find_point(actor: Actor, point_id: int) -> AgendaPoint:
    found = AgendaPoint.objects.filter(match_granted_units(actor, "unit"), bureau=actor.bureau, pk=point_id)
    point = found.select_related("unit", "bureau").first()
    if point is None:
        raise refuse_missing("这一条")
    return point


@dataclass(frozen=True)
class Nameable:
    """A finding that may be named, with its sentence and evidence as they would be kept now."""

    finding: Finding
    title: str
    sentence: str
    evidence: list[list[str]]


def list_nameable(bureau: Bureau, findings: Sequence[Finding], today: date) -> list[Nameable]:
    """List those of the findings that a bulletin may name, in their order. Four queries for any number of them."""
    prefetch_related_objects(findings, "actions__reports", "parts")
    found = [(one, describe_found(one)) for one in findings]
    named = [(one, facts) for one, facts in found if may_name_found(facts)]
    names = _list_names_in(bureau, [said for _, facts in named for said in facts.list_texts()]) if named else set()
    return [
        Nameable(one, name_found(facts), write_found(facts, today, names), list_found_evidence(facts, names))
        for one, facts in named
    ]


def _list_names_in(bureau: Bureau, texts: Sequence[str]) -> set[str]:
    """Names of the bureau's people that stand in these texts. One query, however many people there are."""
    if not texts:
        return set()
    text = Value("\n".join(texts), output_field=TextField())
    found = Person.objects.filter(bureau=bureau).annotate(text=text).filter(text__contains=F("name"))
    return set(found.values_list("name", flat=True))


def list_told_points(bureau: Bureau, today: date) -> list[tuple[AgendaPoint, str]]:
    """List what waits with the sentence a bulletin of today would say.

    A duty's stays as it was put; a finding's is written from how it stands today, and is left out once it was put
    right in time. Five queries.
    """
    points = list_agenda_points(bureau)
    findings = Finding.objects.filter(agenda_points__in=points).select_related("inspection", "unit").order_by("pk")
    told = {one.finding.pk: one.sentence for one in list_nameable(bureau, list(findings), today)}
    sentences = [(point, told.get(point.finding_id, "") if point.finding_id else point.sentence) for point in points]
    return [(point, sentence) for point, sentence in sentences if sentence]


def describe_found(finding: Finding) -> Found:
    """Say how a finding stands; no query where its actions, their reports and its parts were read with it."""
    actions = []
    for action in finding.actions.all():
        passed = [timezone.localdate(one.at) for one in action.reports.all() if one.verdict == Recheck.PASSED]
        actions.append(FoundAction(action.text, action.due_on, action.state, max(passed, default=None)))
    parts = tuple(one.state for one in finding.parts.all() if one.state != FindingState.WITHDRAWN)
    inspection = finding.inspection
    return Found(
        finding.unit.name, inspection.title, inspection.kind, finding.number, finding.sentence, finding.state,
        timezone.localdate(finding.found_at), tuple(actions), parts,
    )  # fmt: skip


def find_last_point(finding: Finding) -> AgendaPoint | None:
    """The latest point of a finding that was not withdrawn: whether it waits, or was written into a bulletin."""
    return finding.agenda_points.exclude(state=PointState.WITHDRAWN).order_by("-at", "-pk").first()
