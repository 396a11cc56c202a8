"""Plan items as facts."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Literal

import polars as pl

from shanxue.base.frames import FACT_SCHEMA, shape_columns
from shanxue.orgs.facts import EVERY_COLUMN, Slice, read_rows

from .models import PlanItem

IN_FORCE = "(plan_id IS NULL OR plan_id IN (SELECT id FROM plans_plan WHERE state = '已批准'))"
NOT_CARRIED = (
    "NOT EXISTS (SELECT 1 FROM plans_planitem own JOIN plans_plan p ON p.id = own.plan_id "
    "WHERE own.parent_id = plans_planitem.id AND own.unit_id = plans_planitem.unit_id AND p.state = '已批准')"
)


def read_plan(
    part: Slice, owner: Literal["person", "unit"] = "person", needed: Container[str] = EVERY_COLUMN
) -> pl.DataFrame:
    """Read plan items of a slice of people (or of units): one row per item, dated by the day it is due.

    Items of a plan count once it is approved. An item that its own unit carries out by one of its own plan is left
    out: the own item stands for both.
    """
    frame = read_rows(
        {"subject": f"{owner}_id", "ref": "id", "on": "COALESCE(due_on, done_on)", "kind": "kind", "mark": "state",
         "title": "title", "due_on": "due_on", "done_on": "done_on"},
        f"FROM plans_planitem WHERE bureau_id = {part.bureau_id} AND {owner}_id {part.within} "
        f"AND {IN_FORCE}{' AND ' + NOT_CARRIED if owner == 'unit' else ''}",
        FACT_SCHEMA,
        needed=needed,
    )  # fmt: skip
    return shape_columns(frame.with_columns(amount=pl.lit(1000)), FACT_SCHEMA)


def list_imported(bureau_id: int, batches: Sequence[int]) -> dict[str, frozenset[int]]:
    """List plan items of these imports."""
    rows = PlanItem.objects.filter(bureau=bureau_id, batch_id__in=batches)
    return {"plan": frozenset(rows.values_list("pk", flat=True))}
