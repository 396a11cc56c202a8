"""Notes and recognised hours as facts."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime

import polars as pl
from django.db.models import Q

from shanxue.base.frames import FACT_SCHEMA, shape_columns
from shanxue.orgs.facts import EVERY_COLUMN, Slice, read_rows

from .models import LearningHours, Note, SelfStudy
from .rules import NoteState


def read_notes(part: Slice, needed: Container[str] = EVERY_COLUMN) -> pl.DataFrame:
    """Read a slice of people's notes: one row per note; ``amount`` is characters, ``size`` pages (milli)."""
    frame = read_rows(
        {"subject": "person_id", "ref": "id", "on": '"on"', "kind": "kind", "mark": "state", "level": "grade",
         "title": "title", "amount": "characters * 1000", "size": "pages * 1000"},
        f"FROM study_note WHERE bureau_id = {part.bureau_id} AND person_id {part.within} "
        f"AND state <> '{NoteState.DRAFT}'",
        FACT_SCHEMA,
        needed=needed,
    )  # fmt: skip
    return shape_columns(frame.with_columns(measure=pl.lit("字")), FACT_SCHEMA)


def read_hours(part: Slice, needed: Container[str] = EVERY_COLUMN) -> pl.DataFrame:
    """Read a slice of people's hours and credits: one row per entry; ``size`` is the share of the course done."""
    frame = read_rows(
        {"subject": "person_id", "ref": "id", "on": '"on"', "kind": "kind", "title": "title", "measure": "measure",
         "amount": "amount_milli", "size": "done_milli", "due_on": "from_on", "done_on": '"on"', "flag": "passed",
         "mark": "CASE WHEN passed IS NULL THEN '' WHEN passed THEN '通过' ELSE '未通过' END"},
        f"FROM study_learninghours WHERE bureau_id = {part.bureau_id} AND person_id {part.within}",
        FACT_SCHEMA,
        needed=needed,
    )  # fmt: skip
    return shape_columns(frame, FACT_SCHEMA)


def read_self_study(part: Slice) -> pl.DataFrame:
    """Read what a slice of people wrote of their own study: one row per entry. No time is kept, so none is counted."""
    frame = read_rows(
        {"subject": "person_id", "ref": "id", "on": '"on"', "title": "title",
         "kind": "COALESCE((SELECT m.kind FROM study_material m WHERE m.id = material_id), '')"},
        f"FROM study_selfstudy WHERE bureau_id = {part.bureau_id} AND person_id {part.within}",
        FACT_SCHEMA,
    )  # fmt: skip
    return shape_columns(frame.with_columns(amount=pl.lit(1000)), FACT_SCHEMA)


def read_outcomes(part: Slice) -> pl.DataFrame:
    """Read a slice of people's outcomes (D14): one row each, dated by its text; ``done_on`` is its recognition."""
    frame = read_rows(
        {"subject": "person_id", "ref": "id", "unit": "unit_id", "on": '"on"', "kind": "kind", "mark": "state",
         "title": "title", "done_on": "recognised_on"},
        f"FROM study_outcome WHERE bureau_id = {part.bureau_id} AND person_id {part.within}",
        FACT_SCHEMA,
    )  # fmt: skip
    return shape_columns(frame.with_columns(amount=pl.lit(1000)), FACT_SCHEMA)


def list_entered_after(bureau_id: int, at: datetime, batches: Sequence[int]) -> dict[str, frozenset[int]]:
    """List what was handed in, written or imported after an instant, as ``ref`` by source."""
    notes = Note.objects.filter(Q(submitted_at__gt=at) | Q(batch_id__in=batches), bureau=bureau_id)
    hours = LearningHours.objects.filter(bureau=bureau_id, batch_id__in=batches)
    own = SelfStudy.objects.filter(bureau=bureau_id, at__gt=at)
    imported = frozenset(hours.values_list("pk", flat=True))
    return {
        "notes": frozenset(notes.values_list("pk", flat=True)),
        "hours": imported,
        "credits": imported,
        "selfstudy": frozenset(own.values_list("pk", flat=True)),
    }
