"""The register of 发文字号 as people read it."""

from __future__ import annotations

from dataclasses import dataclass

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor

from ..models import DocumentNumber, NumberSeries
from .documents import scope_documents, writes_scope


@dataclass(frozen=True)
class SeriesRows:
    """One series of a year with its numbers, the latest first."""

    series: NumberSeries
    numbers: list[DocumentNumber]

    @property
    def next(self) -> int:
        return self.series.last + 1


def list_years(bureau: Bureau) -> list[int]:
    found = NumberSeries.objects.filter(bureau=bureau).order_by("-year").values_list("year", flat=True)
    return list(dict.fromkeys(found))


def list_series(actor: Actor, year: int) -> list[SeriesRows]:
    """The series of a year: two queries."""
    series = list(NumberSeries.objects.filter(bureau=actor.bureau, year=year).order_by("code"))
    numbers: dict[int, list[DocumentNumber]] = {one.pk: [] for one in series}
    rows = DocumentNumber.objects.filter(series__in=series).select_related("document", "series").order_by("-number")
    for row in rows:
        numbers[row.series_id].append(row)
    return [SeriesRows(one, numbers[one.pk]) for one in series]


def list_readable(actor: Actor) -> set[int]:
    """The ids of the documents that the actor may open: titles in the register link only to those."""
    return set(scope_documents(actor).values_list("pk", flat=True))


def find_number(actor: Actor, number_id: int) -> DocumentNumber:
    found = DocumentNumber.objects.filter(series__bureau=actor.bureau, pk=number_id)
    row = found.select_related("series__bureau", "document").first()
    if row is None or not writes_scope(actor, None):
        raise refuse_missing("这个发文字号")
    return row
