"""Every source a scheme may name, gathered from the rooms for one slice of subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import polars as pl

from shanxue.activities import facts as activities
from shanxue.activities.rules import Mark
from shanxue.base.frames import FACT_SCHEMA, shape_columns
from shanxue.exams.facts import read_scores
from shanxue.orgs.facts import Slice, read_exemptions, read_rows
from shanxue.plans.facts import read_plan
from shanxue.study.facts import read_hours, read_notes

Owner = Literal["person", "unit"]


def read_events(part: Slice, owner: Owner = "person") -> pl.DataFrame:
    """Read dated facts of a slice of people or units; ``amount`` is the quantity, one when none is written."""
    frame = read_rows(
        {"subject": f"{owner}_id", "ref": "id", "on": 'COALESCE("on", done_on, due_on)', "kind": "kind", "mark": "mark",
         "level": "level", "reason": "reason", "title": "title", "tier": '"by"',
         "amount": "COALESCE(quantity_milli, 1000)", "full": "self_points_milli", "points": "points_milli", "due_on": "due_on", "done_on": "done_on",
         "flag": "has_proof"},
        f"FROM assessment_event WHERE bureau_id = {part.bureau_id} AND {owner}_id {part.within}",
        FACT_SCHEMA,
    )  # fmt: skip
    return shape_columns(frame, FACT_SCHEMA)


def read_prior(part: Slice, owner: Owner = "person") -> pl.DataFrame:
    """Read results decided elsewhere or earlier; ``title`` is the year, ``flag`` says it is only proposed."""
    frame = read_rows(
        {"subject": f"{owner}_id", "ref": "id", "kind": "assessment", "mark": "grade", "title": "year",
         "amount": "total_milli", "flag": "proposed"},
        f"FROM assessment_priorresult WHERE bureau_id = {part.bureau_id} AND {owner}_id {part.within}",
        FACT_SCHEMA,
    )  # fmt: skip
    return shape_columns(frame.with_columns(measure=pl.lit("分")), FACT_SCHEMA)


def gather_person_facts(
    part: Slice, sources: Iterable[str], *, exempt_days: Iterable[str] = ()
) -> dict[str, pl.LazyFrame]:
    """Read the sources a person scheme names for one slice. ``exempt_days``: categories whose days are 免 (K51)."""
    readers: Mapping[str, Callable[[], pl.DataFrame]] = {
        "attendance": lambda: _read_marks(part, tuple(exempt_days)),
        "notes": lambda: read_notes(part),
        "hours": lambda: read_hours(part),
        "plan": lambda: read_plan(part),
        "scores": lambda: read_scores(part),
        "events": lambda: read_events(part),
        "prior": lambda: read_prior(part),
    }
    return {source: readers[source]().lazy() for source in sources}


def _read_marks(part: Slice, categories: tuple[str, ...]) -> pl.DataFrame:
    marks = activities.read_attendance(part, activities.read_sessions(part, attended=not part.is_whole))
    if not categories:
        return marks
    spans = read_exemptions(part).filter(pl.col("category").is_in(categories))
    hit = (
        marks.select("subject", "ref", "on")
        .join(spans, on="subject", how="inner")
        .filter(
            (pl.col("from_on").is_null() | (pl.col("on") >= pl.col("from_on")))
            & (pl.col("until_on").is_null() | (pl.col("on") < pl.col("until_on")))
        )["ref"]
        .unique()
    )
    # A member who came although exempt was there: only what would count against them is lifted.
    asked = pl.col("mark").is_in([str(Mark.PRESENT), str(Mark.LATE), str(Mark.LEFT_EARLY), str(Mark.MADE_UP)])
    exempt = pl.col("ref").is_in(hit.implode()) & ~asked
    return marks.with_columns(mark=pl.when(exempt).then(pl.lit(str(Mark.EXEMPT))).otherwise("mark"))


def gather_unit_facts(
    part: Slice, sources: Iterable[str], *, members: pl.DataFrame | None, subunits: pl.DataFrame | None
) -> dict[str, pl.LazyFrame]:
    """Read the sources a branch or department scheme names; ``members``/``subunits`` come from an earlier run."""
    wanted = set(sources)
    facts: dict[str, pl.DataFrame] = {}
    if wanted & {"attendance", "sessions"}:
        sessions = activities.read_sessions(part, attended=False)
        if "attendance" in wanted:
            facts["attendance"] = activities.read_unit_attendance(sessions)
        if "sessions" in wanted:
            by_session = activities.read_marks_by_session(part.bureau_id)
            facts["sessions"] = activities.read_session_facts(sessions, by_session)
    if "plan" in wanted:
        facts["plan"] = read_plan(part, "unit")
    if "events" in wanted:
        facts["events"] = read_events(part, "unit")
    if "prior" in wanted:
        facts["prior"] = read_prior(part, "unit")
    empty = pl.DataFrame(schema=FACT_SCHEMA)
    for name, frame in (("members", members), ("subunits", subunits)):
        if name in wanted:
            facts[name] = empty if frame is None else frame
    return {source: facts.get(source, empty).lazy() for source in wanted}


def turn_members_into_facts(
    results: pl.DataFrame, subjects: pl.DataFrame, unit_column: Literal["home", "department_id"], scale: int
) -> pl.DataFrame:
    """Turn a person run into ``members`` facts of branches or departments: one row per person assessed.

    ``results``: subject, total, grade (the engine's); those excluded from the assessment are not members here.
    """
    joined = results.join(subjects, on="subject", how="inner").filter(
        pl.col(unit_column).is_not_null() & (pl.col("grade") != "免考核")
    )
    facts = joined.select(
        subject=pl.col(unit_column),
        ref=pl.col("subject"),
        unit=pl.col(unit_column),
        kind=pl.col("role"),
        mark=pl.col("grade"),
        level=pl.col("rank_class"),
        reason=pl.col("status"),
        title=pl.col("code"),
        measure=pl.lit("分"),
        amount=pl.col("total") * 1000 // scale,
    )
    return shape_columns(facts, FACT_SCHEMA)


def turn_units_into_facts(rows: list[tuple[int, int | None, str, str, int | None, str]], scale: int) -> pl.DataFrame:
    """Turn a unit run into ``subunits`` facts of the units above: (unit, parent, name, kind, total, grade) rows."""
    frame = pl.DataFrame(
        rows,
        schema={"ref": pl.Int64, "subject": pl.Int64, "title": pl.String, "kind": pl.String, "total": pl.Int64,
                "mark": pl.String},
        orient="row",
    )  # fmt: skip
    facts = frame.filter(pl.col("subject").is_not_null()).with_columns(
        unit=pl.col("ref"), measure=pl.lit("分"), amount=pl.col("total") * 1000 // scale
    )
    return shape_columns(facts, FACT_SCHEMA)
