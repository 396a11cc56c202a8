"""What finished plan items prove, for supervision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ..models import PlanItem
from ..rules import ItemState


class Finished(NamedTuple):
    """One finished item of a unit (``person_id`` is None) or of a person."""

    unit_id: int | None
    person_id: int | None
    id: int
    kind: str
    on: date
    title: str


def list_finished(
    bureau_id: int, from_on: date, until_on: date, *, units: Sequence[int] | None, people: Sequence[int] | None
) -> list[Finished]:
    """List items finished in these days, both included, of units (``None``: all of the bureau) or of people."""
    rows = PlanItem.objects.filter(bureau_id=bureau_id, state=ItemState.DONE, done_on__range=(from_on, until_on))
    if people is not None:
        rows = rows.filter(person_id__in=people)
    else:
        rows = rows.filter(unit__isnull=False) if units is None else rows.filter(unit_id__in=units)
    columns = ("unit_id", "person_id", "pk", "kind", "title", "done_on")
    return [
        Finished(unit, person, pk, kind, on, title)
        for unit, person, pk, kind, title, on in rows.order_by().values_list(*columns)
        if on is not None
    ]
