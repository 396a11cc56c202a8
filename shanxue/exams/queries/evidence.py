"""What scores prove, for supervision: a test taken, whatever its score."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ..models import Score
from ..rules import ScoreMark


class Taken(NamedTuple):
    person_id: int
    id: int
    kind: str
    on: date
    title: str


def list_taken(people: Sequence[int], from_on: date, until_on: date) -> list[Taken]:
    """List tests these people took in these days, both included: the first attempt of each. One query."""
    rows = Score.objects.filter(person_id__in=people, on__range=(from_on, until_on), mark=ScoreMark.TAKEN, attempt=1)
    columns = ("person_id", "pk", "kind", "title", "on")
    return [
        Taken(person, pk, kind, on, title)
        for person, pk, kind, title, on in rows.order_by().values_list(*columns)
        if on is not None
    ]
