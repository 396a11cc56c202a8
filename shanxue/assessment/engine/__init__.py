"""The assessment engine: facts → counts → items → components → total → gates → bands → quotas → lines.

``score_subjects`` gives each subject its points (any slice, any engine that Narwhals speaks to); ``grade_subjects``
does what needs the whole group. ``assess`` is both. total = base + Σ awarded over all lines, always.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from shanxue.assessment.rules.scheme import Scheme

from .arithmetic import TooLargeError
from .evidence import list_sources, select_evidence
from .grades import add_final_gates, add_grades
from .lines import write_gates, write_lines, write_results
from .quotas import add_ranks, apply_quotas
from .scoring import plan_scheme, score_subjects
from .totals import Seated, Sheet, add_totals

__all__ = [
    "Assessed", "Seated", "TooLargeError", "assess", "grade_subjects", "list_sources", "score_subjects",
    "select_evidence",
]  # fmt: skip

OVERFLOW_SCHEMA = {"subject": pl.Int64, "quota": pl.Int64, "group": pl.String, "seats": pl.Int64, "beyond": pl.Boolean,
                   "tied": pl.Boolean}  # fmt: skip


@dataclass(frozen=True)
class Assessed:
    """An assessment as three tables, each in the order of subjects.

    results: subject, total (points; null when nothing could be computed), grade, rank (dense; null without a grade),
    rank_note. lines: subject, item, counted and out_of (milli), awarded and full (points), note. gates: subject, gate
    (code) for each gate that holds. overflows: one row per subject who reached a grade whose quota was exceeded
    (quota: its place, group, seats, beyond: moved down by the scheme's own order, tied: equals across the line).
    """

    results: pl.DataFrame
    lines: pl.DataFrame
    gates: pl.DataFrame
    overflows: pl.DataFrame


def assess(scheme: Scheme, subjects: pl.LazyFrame, facts: Mapping[str, pl.LazyFrame]) -> Assessed:
    """Assess all subjects at once. Sources that ``facts`` lacks count as empty."""
    return grade_subjects(scheme, score_subjects(scheme, subjects, facts))


def grade_subjects(
    scheme: Scheme, scored: pl.DataFrame, seated: Mapping[tuple[int, str], Seated] | None = None
) -> Assessed:
    """Grade the whole group from the rows of ``score_subjects`` (slices concatenated, any order).

    ``seated``: decisions on exceeded quotas by the quota's place and group; without one the scheme's order holds.
    """
    sheet = Sheet(plan_scheme(scheme), scored.sort("subject").with_columns(_all=pl.lit(0)), seated=seated or {})
    add_totals(sheet)
    add_grades(sheet)
    apply_quotas(sheet)
    add_final_gates(sheet)
    add_ranks(sheet)
    empty = pl.DataFrame(schema=OVERFLOW_SCHEMA)
    overflows = pl.concat([empty, *sheet.overflows]).sort("quota", "group", "subject")
    return Assessed(write_results(sheet), write_lines(sheet), write_gates(sheet), overflows)
