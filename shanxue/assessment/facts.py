"""Every source a scheme may name, gathered from the rooms for one slice of subjects."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import datetime
from typing import Literal

import polars as pl

from shanxue.activities import facts as activities
from shanxue.activities.facts import list_entered_after as list_late_presence
from shanxue.activities.rules import Mark
from shanxue.base.frames import FACT_SCHEMA, shape_columns
from shanxue.exams.facts import list_imported as list_imported_scores
from shanxue.exams.facts import read_scores
from shanxue.intake.models import Batch
from shanxue.orgs.facts import EVERY_COLUMN, Slice, read_exemptions, read_rows
from shanxue.orgs.models import Bureau
from shanxue.plans.facts import list_imported as list_imported_plans
from shanxue.plans.facts import read_plan
from shanxue.study.facts import list_entered_after as list_late_study
from shanxue.study.facts import read_hours, read_notes, read_outcomes, read_self_study

from .engine.evidence import list_item_counts, list_sources, list_when_counts
from .engine.filters import list_columns
from .models import Event, PriorResult
from .rules.scheme import Scheme

Owner = Literal["person", "unit"]


def read_events(part: Slice, owner: Owner = "person") -> pl.DataFrame:
    """Read dated facts of a slice of people or units; ``amount`` is the quantity, one when none is written."""
    frame = read_rows(
        {
            "subject": f"{owner}_id",
            "ref": "id",
            "on": 'COALESCE("on", done_on, due_on)',
            "kind": "kind",
            "mark": "mark",
            "level": "level",
            "reason": "reason",
            "title": "title",
            "tier": '"by"',
            "amount": "COALESCE(quantity_milli, 1000)",
            "full": "self_points_milli",
            "points": "points_milli",
            "due_on": "due_on",
            "done_on": "done_on",
            "flag": "has_proof",
        },
        f"FROM assessment_event WHERE bureau_id = {part.bureau_id} AND {owner}_id {part.within}",
        FACT_SCHEMA,
    )
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
    part: Slice, scheme: Scheme, *, sessions: pl.DataFrame | None = None, narrow: bool = True,
    only: Container[str] = EVERY_COLUMN,
) -> dict[str, pl.LazyFrame]:  # fmt: skip
    """Read the sources a person scheme names for one slice, all or ``only`` some.

    ``sessions`` saves reading them again for every slice; ``narrow`` reads only the columns the scheme counts by.
    """
    needed = list_needed_columns(scheme) if narrow else {}
    readers: Mapping[str, Callable[[Container[str]], pl.DataFrame]] = {
        "attendance": lambda columns: _read_marks(part, scheme, sessions, columns),
        "notes": lambda columns: read_notes(part, columns),
        "hours": lambda columns: read_hours(part, columns),
        "credits": lambda _: _read_credits(part, sessions),
        "selfstudy": lambda _: read_self_study(part),
        "outcomes": lambda _: read_outcomes(part),
        "plan": lambda columns: read_plan(part, needed=columns),
        "scores": lambda _: read_scores(part),
        "events": lambda _: read_events(part),
        "prior": lambda _: read_prior(part),
    }
    return {
        source: readers[source](needed.get(source, EVERY_COLUMN)).lazy()
        for source in sorted(list_sources(scheme))
        if source in readers and source in only
    }


def list_needed_columns(scheme: Scheme) -> dict[str, frozenset[str]]:
    """Name the fact columns the scheme's counts read, for each of the large sources.

    A source that an item judges as a whole (tests, votes, scorers' marks) is not narrowed: it is small.
    """
    needed: dict[str, set[str]] = {}
    counts = [count for item in scheme.items for count in list_item_counts(item)]
    counts += [count for gate in scheme.gates for count in list_when_counts(gate.when)]
    for count in counts:
        columns = needed.setdefault(count.source, {"subject", "on"})
        columns.update(*(list_columns(condition) for condition in count.where))
        columns.update(MEASURE_COLUMNS.get(count.measure, ()))
        if count.once_per or count.attempts != "all":
            columns.update({"title", "amount", "full", "size", "mark"})
    whole = {count.source for item in scheme.items if item.kind in WHOLE_KINDS for count in list_item_counts(item)}
    return {source: frozenset(columns) for source, columns in needed.items() if source not in whole}


WHOLE_KINDS = {"score", "votes", "marks", "carry"}
MEASURE_COLUMNS = {
    "amount": ("amount", "measure", "kind", "mark"),
    "points": ("points",),
    "size": ("size",),
    "mean": ("amount", "full", "mark"),
    "least": ("amount", "mark"),
    "elapsed": ("due_on", "done_on"),
}


def _read_credits(part: Slice, sessions: pl.DataFrame | None) -> pl.DataFrame:
    """Recorded hours and the credit of attended sessions as one source."""
    if sessions is None:
        sessions = activities.read_sessions(part, attended=not part.is_whole)
    return pl.concat([read_hours(part), activities.read_credits(part, sessions)])


def _read_marks(part: Slice, scheme: Scheme, sessions: pl.DataFrame | None, needed: Container[str]) -> pl.DataFrame:
    if sessions is None:
        sessions = activities.read_sessions(part, attended=not part.is_whole)
    categories = [name for exempt in scheme.exempts if exempt.mode == "days" for name in exempt.categories]
    if not categories:
        return activities.read_attendance(part, sessions, needed)
    marks = activities.read_attendance(part, sessions)
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
    part: Slice, sources: Iterable[str], *, members: pl.DataFrame | None, subunits: pl.DataFrame | None,
    sessions: pl.DataFrame | None = None,
) -> dict[str, pl.LazyFrame]:  # fmt: skip
    """Read the sources a branch or department scheme names; ``members``/``subunits`` come from an earlier run."""
    wanted = set(sources)
    facts: dict[str, pl.DataFrame] = {}
    if wanted & {"attendance", "sessions"}:
        if sessions is None:
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


def list_entered_after(bureau: Bureau, at: datetime) -> dict[str, frozenset[int]]:
    """List what was entered after an instant, as ``ref`` by source, as far as the rooms keep when it was."""
    batches = list(Batch.objects.filter(bureau_code=bureau.code, at__gt=at).values_list("pk", flat=True))
    found: dict[str, frozenset[int]] = {}
    rooms = (
        list_late_presence(bureau.pk, at, batches), list_late_study(bureau.pk, at, batches),
        list_imported_scores(bureau.pk, batches), list_imported_plans(bureau.pk, batches),
    )  # fmt: skip
    for room in rooms:
        for source, refs in room.items():
            found[source] = found.get(source, frozenset()) | refs
    for source, table in (("events", Event), ("prior", PriorResult)):
        rows = table._default_manager.filter(bureau=bureau, batch_id__in=batches)
        found[source] = frozenset(rows.values_list("pk", flat=True))
    return found
