"""Notes that passed, counted by day: for the lines of a year. Numbers only, each of them one query."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, QuerySet

from shanxue.base.periods import Period
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, list_stints, match_people

from ..models import Note
from ..rules import NoteState


def count_passed(actor: Actor, period: Period, unit: Unit | None = None) -> dict[date, int]:
    """Count the notes of each day that passed: of the people the actor reads, or of those who stand in one unit."""
    return dict(_pick(actor, period, unit).values_list("on").annotate(Count("pk")))


def count_passed_by_person(actor: Actor, period: Period) -> dict[int, int]:
    return dict(_pick(actor, period, None).values_list("person_id").annotate(Count("pk")))


def _pick(actor: Actor, period: Period, unit: Unit | None) -> QuerySet[Note]:
    found = Note.objects.filter(match_people(actor, "person"), bureau=actor.bureau, state=NoteState.PASSED)
    if unit is not None:
        found = found.filter(person__in=list_stints(unit, actor.on).order_by().values("person"))
    return found.filter(on__gte=period.from_on, on__lt=period.until_on).order_by()
