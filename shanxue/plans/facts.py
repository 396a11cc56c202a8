"""Plan items as facts."""

from __future__ import annotations

from collections.abc import Container
from typing import Literal

import polars as pl

from shanxue.base.frames import FACT_SCHEMA, shape_columns
from shanxue.orgs.facts import EVERY_COLUMN, Slice, read_rows


def read_plan(
    part: Slice, owner: Literal["person", "unit"] = "person", needed: Container[str] = EVERY_COLUMN
) -> pl.DataFrame:
    """Read plan items of a slice of people (or of units): one row per item, dated by the day it is due."""
    frame = read_rows(
        {"subject": f"{owner}_id", "ref": "id", "on": "COALESCE(due_on, done_on)", "kind": "kind", "mark": "state",
         "title": "title", "due_on": "due_on", "done_on": "done_on"},
        f"FROM plans_planitem WHERE bureau_id = {part.bureau_id} AND {owner}_id {part.within}",
        FACT_SCHEMA,
        needed=needed,
    )  # fmt: skip
    return shape_columns(frame.with_columns(amount=pl.lit(1000)), FACT_SCHEMA)
