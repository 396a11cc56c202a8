"""Outcomes of study (D14): one's own, a branch's, the bureau's."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.base.periods import Period
from shanxue.orgs.queries import Actor, match_own, match_people

from ..models import Outcome
from ..rules import OutcomeState
from .people import match_led_people


def scope_outcomes(actor: Actor) -> QuerySet[Outcome]:
    """Outcomes of people whose records the actor may see, newest first."""
    if not (actor.reads_own or actor.reads_others):
        return Outcome.objects.none()
    reach = match_people(actor, "person_id") if actor.reads_others else match_own(actor, "person_id")
    found = Outcome.objects.filter(reach, bureau=actor.bureau).select_related("person", "unit")
    return found.order_by("-on", "-pk")


def list_adopted(bureau_id: int, units: Collection[int], period: Period) -> list[Outcome]:
    """List the outcomes of these units whose measure was adopted in these days. One query."""
    found = Outcome.objects.filter(bureau=bureau_id, unit__in=units).exclude(state=OutcomeState.RESEARCH)
    in_days = found.filter(adopted_on__gte=period.from_on, adopted_on__lt=period.until_on)
    return list(in_days.select_related("unit").order_by("unit__path", "adopted_on", "pk"))


def find_outcome(actor: Actor, outcome_id: int) -> Outcome:
    outcome = scope_outcomes(actor).filter(pk=outcome_id).first()
    if outcome is None:
        raise refuse_missing("这项成果")
    return outcome


def scope_written(actor: Actor) -> QuerySet[Outcome]:
    """Outcomes that the actor may write in: their own, and those of people they lead."""
    reach = match_own(actor, "person_id") | match_led_people(actor, "person_id")
    return Outcome.objects.filter(reach, bureau=actor.bureau)


def may_write(actor: Actor, outcome: Outcome) -> bool:
    return scope_written(actor).filter(pk=outcome.pk).exists()
