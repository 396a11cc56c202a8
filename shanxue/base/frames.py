"""Tables in memory: the one shape of a fact, and how slices of the database become Arrow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

FACT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "subject": pl.Int64,  # person id or unit id
    "ref": pl.Int64,  # id of the record in its own table: the evidence
    "unit": pl.Int64,  # unit in which it happened
    "on": pl.Date,
    "kind": pl.String,
    "tier": pl.String,
    "mark": pl.String,
    "level": pl.String,
    "reason": pl.String,
    "title": pl.String,
    "measure": pl.String,
    "amount": pl.Int64,  # milli: hours, characters, score, quantity, total
    "full": pl.Int64,  # milli: what the amount is out of (tests)
    "size": pl.Int64,  # milli: minutes of a session, pages of a note, share of a course done, share present
    "points": pl.Int64,  # milli: a scorer's marks
    "late_minutes": pl.Int64,
    "due_on": pl.Date,
    "done_on": pl.Date,
    "flag": pl.Boolean,  # leave asked for afterwards; course passed; proof attached
}

SUBJECT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "subject": pl.Int64,
    "code": pl.String,  # staff_no or unit code
    "name": pl.String,
    "home": pl.Int64,  # unit under which the result is listed (a person's branch; a unit's parent)
    "home_name": pl.String,
    "department": pl.String,
    "department_id": pl.Int64,
    "status": pl.String,
    "staff_state": pl.String,
    "rank_class": pl.String,
    "role": pl.String,
    "unit_kind": pl.String,
    "age": pl.Int64,
    "joined_on": pl.Date,
    "left_on": pl.Date,
    "exempt": pl.String,  # categories in force at the window's end, joined by "、"; "" if none
}


def shape_columns(frame: pl.DataFrame, schema: Mapping[str, Any]) -> pl.DataFrame:
    """Give a table exactly these columns in this order: what is absent becomes null."""
    if not frame.columns:
        return pl.DataFrame(schema=dict(schema))
    return frame.select(
        pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, dtype=kind).alias(name)
        for name, kind in schema.items()
    )
