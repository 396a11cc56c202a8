"""Tests of a whole bureau in a period, counted by person."""

from __future__ import annotations

from django.db.models import Count

from shanxue.base.periods import Period

from ..models import Score
from ..rules import ScoreMark


def count_tests_by_person(bureau_id: int, period: Period) -> dict[int, int]:
    """Count the tests that each person took in the period, whatever the score; each test once. One query."""
    rows = Score.objects.filter(
        bureau=bureau_id, on__gte=period.from_on, on__lt=period.until_on, mark=ScoreMark.TAKEN, attempt=1
    )
    return dict(rows.order_by().values_list("person").annotate(Count("pk")))
