"""Test scores as facts."""

from __future__ import annotations

import polars as pl

from shanxue.base.frames import FACT_SCHEMA, shape_columns
from shanxue.orgs.facts import Slice, read_query


def read_scores(part: Slice) -> pl.DataFrame:
    """Read a slice of people's attempts: one row per attempt; ``size`` is the attempt's number (milli)."""
    frame = read_query(
        'SELECT person_id AS subject, id AS ref, "on", kind, title, mark, score_milli AS amount, '
        "full_milli AS \"full\", attempt * 1000 AS size "
        f"FROM exams_score WHERE bureau_id = {part.bureau_id} AND person_id {part.within}"
    )
    return shape_columns(frame.with_columns(measure=pl.lit("分")), FACT_SCHEMA)
