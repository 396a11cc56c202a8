"""What notes, outcomes and recognised hours prove, for supervision. Plain rows, many people at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from shanxue.orgs.models import Unit

from ..models import LearningHours, Note, Outcome
from ..rules import NoteState
from .people import match_people_of

COUNTED = (NoteState.WAITING, NoteState.PASSED)  # handed in; a draft is nobody's, a returned one is being mended


class Written(NamedTuple):
    """One note or outcome."""

    person_id: int
    id: int
    kind: str
    on: date
    title: str
    characters: int | None
    pages: int | None


class Recognised(NamedTuple):
    """One entry of recognised hours, in thousandths of its measure."""

    person_id: int
    id: int
    kind: str
    on: date
    title: str
    measure: str
    amount_milli: int


def list_written(people: Sequence[int], from_on: date, until_on: date) -> list[Written]:
    """List notes handed in in these days, both included. One query."""
    rows = Note.objects.filter(person_id__in=people, on__range=(from_on, until_on), state__in=COUNTED)
    columns = ("person_id", "pk", "kind", "on", "title", "characters", "pages")
    return [Written(*row) for row in rows.order_by().values_list(*columns)]


def list_written_under(unit: Unit, on: date, from_on: date, until_on: date) -> list[Written]:
    """List notes handed in in these days, both included, by people who stand on a day in a unit or below. One query."""
    rows = Note.objects.filter(match_people_of([unit], on, "person_id"), on__range=(from_on, until_on))
    columns = ("person_id", "pk", "kind", "on", "title", "characters", "pages")
    return [Written(*row) for row in rows.filter(state__in=COUNTED).order_by().values_list(*columns)]


def list_outcomes(people: Sequence[int], from_on: date, until_on: date) -> list[Written]:
    """List outcomes dated in these days. One query."""
    rows = Outcome.objects.filter(person_id__in=people, on__range=(from_on, until_on))
    return [Written(*row, None, None) for row in rows.order_by().values_list("person_id", "pk", "kind", "on", "title")]


def list_hours(people: Sequence[int], from_on: date, until_on: date) -> list[Recognised]:
    """List recognised hours dated in these days; a course that was not passed earns none. One query."""
    rows = LearningHours.objects.filter(person_id__in=people, on__range=(from_on, until_on)).exclude(passed=False)
    columns = ("person_id", "pk", "kind", "on", "title", "measure", "amount_milli")
    return [Recognised(*row) for row in rows.order_by().values_list(*columns)]
