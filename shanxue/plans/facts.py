"""Plan items as facts."""

from __future__ import annotations

from typing import Literal

import polars as pl

from shanxue.base.frames import FACT_SCHEMA, shape_columns
from shanxue.orgs.facts import Slice, read_query


def read_plan(part: Slice, owner: Literal["person", "unit"] = "person") -> pl.DataFrame:
    """Read plan items of a slice of people (or of units): one row per item, dated by the day it is due."""
    frame = read_query(
        f'SELECT {owner}_id AS subject, id AS ref, COALESCE(due_on, done_on) AS "on", kind, state AS mark, title, '
        f"due_on, done_on FROM plans_planitem WHERE bureau_id = {part.bureau_id} AND {owner}_id {part.within}"
    )
    return shape_columns(frame.with_columns(amount=pl.lit(1000)), FACT_SCHEMA)
