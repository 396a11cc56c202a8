"""Notes and recognised hours as facts."""

from __future__ import annotations

import polars as pl

from shanxue.base.frames import FACT_SCHEMA, shape_columns
from shanxue.orgs.facts import Slice, read_query


def read_notes(part: Slice) -> pl.DataFrame:
    """Read a slice of people's notes: one row per note; ``amount`` is characters, ``size`` pages (milli)."""
    frame = read_query(
        'SELECT person_id AS subject, id AS ref, "on", kind, state AS mark, grade AS level, title, '
        "characters * 1000 AS amount, pages * 1000 AS size "
        f"FROM study_note WHERE bureau_id = {part.bureau_id} AND person_id {part.within}"
    )
    return shape_columns(frame.with_columns(measure=pl.lit("字")), FACT_SCHEMA)


def read_hours(part: Slice) -> pl.DataFrame:
    """Read a slice of people's hours and credits: one row per entry; ``size`` is the share of the course done."""
    frame = read_query(
        'SELECT person_id AS subject, id AS ref, "on", kind, title, measure, amount_milli AS amount, '
        "done_milli AS size, from_on AS due_on, \"on\" AS done_on, passed AS flag, "
        "CASE WHEN passed IS NULL THEN '' WHEN passed THEN '通过' ELSE '未通过' END AS mark "
        f"FROM study_learninghours WHERE bureau_id = {part.bureau_id} AND person_id {part.within}"
    )
    return shape_columns(frame, FACT_SCHEMA)
