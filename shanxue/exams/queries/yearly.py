"""Tests taken, summed by day: for the lines of a year. Numbers only, each of them one query."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Count, QuerySet, Sum

from shanxue.base.periods import Period
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, list_stints, match_people

from ..models import Score
from ..rules import ScoreMark


class Taken(NamedTuple):
    """The scores of one day out of one full mark: how many, and their sum. No mark is no score."""

    on: date
    full_milli: int
    times: int
    sum_milli: int


class TestSum(NamedTuple):
    """One test of a period in the same way."""

    title: str
    on: date
    full_milli: int
    times: int
    sum_milli: int


def sum_taken(actor: Actor, period: Period, unit: Unit | None = None) -> list[Taken]:
    rows = _pick(actor, period, unit).values_list("on", "full_milli").annotate(Count("pk"), Sum("score_milli"))
    return [Taken(*row) for row in rows]


def sum_tests(actor: Actor, period: Period) -> list[TestSum]:
    """Sum each test of the period, in order of time."""
    rows = _pick(actor, period, None).values_list("title", "on", "full_milli")
    return [TestSum(*row) for row in rows.annotate(Count("pk"), Sum("score_milli")).order_by("on", "title")]


def _pick(actor: Actor, period: Period, unit: Unit | None) -> QuerySet[Score]:
    found = Score.objects.filter(match_people(actor, "person"), bureau=actor.bureau, mark=ScoreMark.TAKEN)
    if unit is not None:
        found = found.filter(person__in=list_stints(unit, actor.on).order_by().values("person"))
    found = found.filter(on__gte=period.from_on, on__lt=period.until_on, score_milli__isnull=False)
    return found.order_by()
