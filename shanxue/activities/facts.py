"""Attendance and sessions as facts."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime

import polars as pl
from django.db.models import Q

from shanxue.base.frames import FACT_SCHEMA, shape_columns
from shanxue.orgs.facts import EVERY_COLUMN, Slice, read_rows, write_date

from .models import Attendance, Session
from .rules import Mark, SessionState

PRESENT = (Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY)
MARK_COLUMNS = {
    "session_id": "session_id", "ref": "id", "mark": "mark", "reason": "reason", "late_minutes": "minutes_late",
    "flag": "asked_after",
}  # fmt: skip
CAMPAIGN = "(SELECT c.name FROM plans_campaign c WHERE c.id = campaign_id)"  # D13
MARK_TYPES = {**FACT_SCHEMA, "session_id": pl.Int64}


def read_sessions(part: Slice, *, attended: bool) -> pl.DataFrame:
    """Read the bureau's sessions in the window, one row each; ``attended``: only those this slice's people had."""
    window = part.window
    condition = (
        f"AND id IN (SELECT session_id FROM activities_attendance WHERE person_id {part.within})" if attended else ""
    )
    return read_rows(
        {"session_id": "id", "unit_id": "unit_id", "kind": "kind", "tier": "tier", "title": "topic", "state": "state",
         "reason": "reason", "on": '"on"', "level": CAMPAIGN, "credit_milli": "credit_milli", "minutes": "minutes"},
        f"FROM activities_session WHERE bureau_id = {part.bureau_id} "
        f'AND "on" >= {write_date(window.from_on)} AND "on" < {write_date(window.until_on)} {condition}',
        {"session_id": pl.Int64, "unit_id": pl.Int64, "kind": pl.String, "tier": pl.String, "title": pl.String,
         "state": pl.String, "reason": pl.String, "level": pl.String, "on": pl.Date,
         "credit_milli": pl.Int64, "minutes": pl.Int64},
    )  # fmt: skip


def read_attendance(part: Slice, sessions: pl.DataFrame, needed: Container[str] = EVERY_COLUMN) -> pl.DataFrame:
    """Read a slice of people's marks at these sessions: one row per person and session."""
    if sessions.is_empty():
        return shape_columns(pl.DataFrame(), FACT_SCHEMA)
    first, last = _span(sessions)
    marks = read_rows(
        {"subject": "person_id", **MARK_COLUMNS},
        f"FROM activities_attendance WHERE person_id {part.within} AND session_id BETWEEN {first} AND {last}",
        MARK_TYPES,
        needed={"session_id", "mark"} | {name for name in MARK_COLUMNS if name in needed},
    )
    return _describe_marks(marks, sessions)


def read_unit_attendance(sessions: pl.DataFrame) -> pl.DataFrame:
    """Read marks by the unit the person stood in on the day: ``subject`` is that unit."""
    if sessions.is_empty():
        return shape_columns(pl.DataFrame(), FACT_SCHEMA)
    first, last = _span(sessions)
    marks = read_rows(
        {"subject": "unit_id", **MARK_COLUMNS},
        f"FROM activities_attendance WHERE session_id BETWEEN {first} AND {last} AND unit_id IS NOT NULL",
        MARK_TYPES,
    )
    return _describe_marks(marks, sessions)


def _span(sessions: pl.DataFrame) -> tuple[int, int]:
    ids = sessions["session_id"].sort()
    return int(ids[0]), int(ids[-1])


def _describe_marks(marks: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    # A session that is still to come, was put off or cancelled has a list already, but nobody was there or away.
    held = sessions.filter(pl.col("state") == str(SessionState.HELD)).drop("reason", "state")
    joined = marks.join(held, on="session_id", how="inner").with_columns(
        unit=pl.col("unit_id"),
        measure=pl.lit("学时"),
        amount=pl.col("credit_milli"),
        size=pl.col("minutes") * 1000,
    )
    return shape_columns(joined, FACT_SCHEMA)


def read_credits(part: Slice, sessions: pl.DataFrame) -> pl.DataFrame:
    """Read the 认定学时 that a slice's people earned by being at these sessions: one row per presence with credit.

    ``ref`` is the attendance row's id, negative: these facts stand beside recorded hours (条例20, 干部教育培训条例14).
    """
    marks = read_attendance(part, sessions)
    present = pl.col("mark").is_in([str(mark) for mark in PRESENT])
    credits = marks.filter(present & (pl.col("amount") > 0))
    return credits.with_columns(ref=-pl.col("ref"), mark=pl.lit(""), size=None, flag=None)


def read_session_facts(sessions: pl.DataFrame, marks_by_session: pl.DataFrame) -> pl.DataFrame:
    """Turn sessions into facts of the unit that held them; ``size`` is the share present, in thousandths, half up."""
    present = pl.col("mark").is_in([str(mark) for mark in PRESENT])
    expected = pl.col("mark") != str(Mark.EXEMPT)
    shares = marks_by_session.group_by("session_id").agg(
        present=(present * pl.col("count")).sum().cast(pl.Int64),
        expected=(expected * pl.col("count")).sum().cast(pl.Int64),
    )
    joined = sessions.join(shares, on="session_id", how="left").with_columns(
        subject=pl.col("unit_id"),
        unit=pl.col("unit_id"),
        ref=pl.col("session_id"),
        mark=pl.col("state"),
        measure=pl.lit("学时"),
        amount=pl.col("credit_milli"),
        size=pl.when(pl.col("expected") > 0).then(
            (2000 * pl.col("present") + pl.col("expected")) // (2 * pl.col("expected"))
        ),
    )
    return shape_columns(joined, FACT_SCHEMA)


def read_marks_by_session(bureau_id: int) -> pl.DataFrame:
    """Count marks per session and mark: session_id, mark, count."""
    return read_rows(
        {"session_id": "session_id", "mark": "mark", "count": "marks"},
        "FROM (SELECT a.session_id, a.mark, COUNT(*) AS marks FROM activities_attendance a "
        f"JOIN activities_session s ON s.id = a.session_id WHERE s.bureau_id = {int(bureau_id)} "
        "GROUP BY a.session_id, a.mark) AS counted",
        {"session_id": pl.Int64, "mark": pl.String, "count": pl.Int64},
    )


def list_entered_after(bureau_id: int, at: datetime, batches: Sequence[int]) -> dict[str, frozenset[int]]:
    """List what was entered or last changed after an instant, as ``ref`` by source: marks by when recorded."""
    marks = Attendance.objects.filter(session__bureau=bureau_id, recorded_at__gt=at).values_list("pk", flat=True)
    late = frozenset(marks)
    held = Session.objects.filter(Q(roll_ended_at__gt=at) | Q(batch_id__in=batches), bureau=bureau_id)
    return {
        "attendance": late,
        "credits": frozenset(-pk for pk in late),
        "sessions": frozenset(held.values_list("pk", flat=True)),
    }
