"""Test scores as facts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from shanxue.base.frames import FACT_SCHEMA, shape_columns
from shanxue.orgs.facts import Slice, read_rows

from .models import Score


def read_scores(part: Slice) -> pl.DataFrame:
    """Read a slice of people's attempts: one row per attempt; ``size`` is the attempt's number (milli)."""
    frame = read_rows(
        {"subject": "person_id", "ref": "id", "on": '"on"', "kind": "kind", "title": "title", "mark": "mark",
         "amount": "score_milli", "full": "full_milli", "size": "attempt * 1000"},
        f"FROM exams_score WHERE bureau_id = {part.bureau_id} AND person_id {part.within}",
        FACT_SCHEMA,
    )  # fmt: skip
    return shape_columns(frame.with_columns(measure=pl.lit("分")), FACT_SCHEMA)


def list_imported(bureau_id: int, batches: Sequence[int]) -> dict[str, frozenset[int]]:
    """List scores of these imports. Tests taken here are scored when they close: no entry time."""
    rows = Score.objects.filter(bureau=bureau_id, batch_id__in=batches)
    return {"scores": frozenset(rows.values_list("pk", flat=True))}
