"""The part of an assessment that each subject can be given alone: facts to points, in any slice of the subjects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import narwhals as nw
import polars as pl

from shanxue.assessment.rules.scheme import Condition, Count, Item, Scheme, When, Who

from .arithmetic import LARGEST_MILLI, TooLargeError
from .counts import Frame, Tally
from .filters import (
    count_months,
    count_months_present,
    find_year,
    is_everybody,
    list_who_columns,
    match_exempt,
    match_joiner,
    match_who,
)
from .items import NONE, Names, Workshop, score_plain
from .notes import Mark
from .pieces import score_pieces

ASSESSED, EXEMPT, NEXT_YEAR, UNGRADED = 0, 1, 2, 3  # the column ``state``
OWN_RESULT = "学习考核"


@dataclass(frozen=True)
class Plan:
    """What the scored frame of a scheme holds beside its items: circles of subjects and leaves of gates, by column."""

    scheme: Scheme
    circles: Mapping[str, Who]
    leaves: Mapping[str, When]

    def name_circle(self, who: Who) -> str | None:
        """The boolean column of a circle; None: everybody."""
        return next((name for name, other in self.circles.items() if other == who), None)

    def name_leaf(self, when: When) -> str:
        return next(name for name, other in self.leaves.items() if other == when)


def plan_scheme(scheme: Scheme) -> Plan:
    """List the circles and conditions that need a column of their own, each once."""
    circles: list[Who] = []
    everyone = [item.who for item in scheme.items] + [band.who for band in scheme.bands]
    everyone += [gate.who for gate in scheme.gates] + [quota.of for quota in scheme.quotas]
    for who in everyone:
        if not is_everybody(who) and who not in circles:
            circles.append(who)
    leaves: list[When] = []
    for gate in scheme.gates:
        for leaf in _walk(gate.when):
            if leaf not in leaves and (leaf.count_from or leaf.share_over or leaf.prior_grades):
                leaves.append(leaf)
    return Plan(
        scheme,
        {f"circle{at}": who for at, who in enumerate(circles)},
        {f"leaf{at}": leaf for at, leaf in enumerate(leaves)},
    )


def _walk(when: When) -> list[When]:
    return [when, *(leaf for part in (*when.all_of, *when.any_of) for leaf in _walk(part))]


def list_group_columns(scheme: Scheme) -> list[str]:
    """The subject columns by which ranks and quotas are held apart."""
    ranked = [item.rank_within for item in scheme.items if item.kind == "rank" and item.rank_within]
    return sorted({*ranked, *(quota.per for quota in scheme.quotas if quota.per)})


def list_subject_columns(scheme: Scheme) -> list[str]:
    """The columns of SUBJECT_SCHEMA that the scheme reads."""
    whos = [scheme.who, *plan_scheme(scheme).circles.values()]
    tables = [item.table_column for item in scheme.items] + [t.by_column for item in scheme.items for t in item.targets]
    named = {name for who in whos for name in list_who_columns(who)} | {name for name in tables if name}
    return sorted({"subject", "exempt", "joined_on", *named, *list_group_columns(scheme)})


def score_subjects(scheme: Scheme, subjects: Any, facts: Mapping[str, Any]) -> pl.DataFrame:
    """Score a slice of subjects: one row each with the points, counts and marks of every item (see ``Names``).

    ``subjects`` and ``facts`` are lazy frames of one engine (Polars, DuckDB, Spark). Slices are concatenated and
    handed to ``grade_subjects`` together, because ranks and quotas need to see everybody.
    """
    plan = plan_scheme(scheme)
    frames = {source: nw.from_native(frame).lazy() for source, frame in facts.items()}
    shop = Workshop(scheme, frames, {component.name: component.weight for component in scheme.components})
    base = _prepare(plan, nw.from_native(subjects).lazy())
    tally = Tally(scheme.window, frames)
    holds = {name: _test_leaf(leaf, tally, scheme) for name, leaf in plan.leaves.items()}
    indexed = list(enumerate(scheme.items))
    scored = score_plain(shop, base, [(at, item) for at, item in indexed if item.per is None], tally)
    for unit, parts in groupby(
        sorted((p for p in indexed if p[1].per), key=lambda p: str(p[1].per)), lambda p: p[1].per
    ):
        pieces = score_pieces(shop, base, list(parts), str(unit))
        scored = scored.join(pieces, on="subject", how="left")
    columns: dict[str, nw.Expr] = {}
    for at, item in indexed:
        columns |= _adjust(plan, Names(at), item)
    columns |= holds
    scored = scored.with_columns(**columns) if columns else scored
    frame: pl.DataFrame = scored.select(*_list_columns(plan)).collect("polars").to_native()
    _ensure_counts_fit(frame)
    return frame.sort("subject")


def _prepare(plan: Plan, subjects: Frame) -> Frame:
    """Keep the scheme's subjects and the columns it reads; say who is exempt, who joined, who is in which circle."""
    scheme = plan.scheme
    frame = subjects.select(*list_subject_columns(scheme))
    if not is_everybody(scheme.who):
        frame = frame.filter(match_who(scheme.who))
    columns: dict[str, nw.Expr] = {name: match_who(who) for name, who in plan.circles.items()}
    joined = match_joiner(scheme.window)
    columns["joined"] = joined
    state = nw.lit(ASSESSED, dtype=nw.Int64)
    later = {"next_year": NEXT_YEAR, "no_grade": UNGRADED}.get(scheme.joiners.rule)
    if later is not None:
        state = nw.when(joined).then(nw.lit(later, dtype=nw.Int64)).otherwise(state)
    excluded = tuple(name for exempt in scheme.exempts if exempt.mode == "exclude" for name in exempt.categories)
    if excluded:
        state = nw.when(match_exempt(excluded)).then(nw.lit(EXEMPT, dtype=nw.Int64)).otherwise(state)
    columns["state"] = state
    if scheme.joiners.rule == "pro_rata":
        columns["_present"] = count_months_present(scheme.window)
    for at, item in enumerate(scheme.items):
        waived = _list_waivers(scheme, item)
        if waived:
            columns[f"_waived{at}"] = match_exempt(waived)
    return frame.with_columns(**columns)


def _list_waivers(scheme: Scheme, item: Item) -> tuple[str, ...]:
    waivers = [exempt for exempt in scheme.exempts if exempt.mode == "waive" and item.code in exempt.items]
    return tuple(name for exempt in waivers for name in exempt.categories)


def _adjust(plan: Plan, names: Names, item: Item) -> dict[str, nw.Expr]:
    """Take out what is waived, say who was counted pro rata, and who an item is not for."""
    scheme, points, marks = plan.scheme, nw.col(names.points), nw.col(names.marks)
    columns: dict[str, nw.Expr] = {}
    if scheme.joiners.rule == "pro_rata" and _has_number_target(item):
        noted = Mark.PRO_RATA if scheme.joiners.clause else Mark.PRO_RATA | Mark.SILENT
        fewer = nw.col("_present") < count_months(scheme.window)
        marks = marks + nw.when(fewer).then(int(noted)).otherwise(0)
        columns[names.marks] = marks
    if _list_waivers(scheme, item):
        waived = nw.col(f"_waived{names.at}")
        asked = item.full is not None
        nothing = NONE if asked else nw.lit(0, dtype=nw.Int64)
        noted = Mark.WAIVED | Mark.SCALED if asked else Mark.WAIVED
        columns[names.points] = nw.when(waived).then(nothing).otherwise(points)
        columns[names.marks] = nw.when(waived).then(int(noted)).otherwise(marks)
    circle = plan.name_circle(item.who)
    if circle is not None:
        columns[names.applies] = nw.col(circle)
    return columns


def _has_number_target(item: Item) -> bool:
    if item.per is not None:
        return False
    return item.kind == "quota" or (item.kind == "ratio" and isinstance(item.out_of, int))


def _test_leaf(leaf: When, tally: Tally, scheme: Scheme) -> nw.Expr:
    """Decide the part of a gate's condition that rests on facts alone."""
    if leaf.count_from is not None:
        count, milli = leaf.count_from
        return (tally.add(count) >= milli).fill_null(False)
    if leaf.share_over is not None:
        part, whole, share = leaf.share_over
        most, counted = tally.add(whole), tally.add(part)
        return ((counted * share.denominator > most * share.numerator) & (most > 0)).fill_null(False)
    assert leaf.prior_grades is not None
    years, grades = leaf.prior_grades
    held: nw.Expr = nw.lit(True)
    for back in range(1, years):
        year = str(find_year(scheme) - back)
        held = held & (tally.add(_count_prior(scheme, year, grades)) > 0)
    return held


def _count_prior(scheme: Scheme, year: str, grades: tuple[str, ...]) -> Count:
    where = (
        Condition("title", "in", (year,)),
        Condition("kind", "in", (scheme.name or OWN_RESULT,)),
        Condition("mark", "in", grades),
        Condition("flag", "is", False),
    )
    return Count("prior", where)


def _list_columns(plan: Plan) -> list[str]:
    names = ["subject", "state", "joined", *plan.circles, *plan.leaves, *list_group_columns(plan.scheme)]
    for at, item in enumerate(plan.scheme.items):
        own = Names(at)
        names += [own.points, own.counted, own.out_of, own.marks]
        names += [own.applies] if plan.name_circle(item.who) is not None else []
    return names


def _ensure_counts_fit(frame: pl.DataFrame) -> None:
    """Refuse counts beyond what the arithmetic was proven for."""
    columns = [name for name in frame.columns if name.startswith(("counted", "out_of"))]
    if columns and frame.height:
        largest = frame.select(pl.max_horizontal(pl.col(*columns).abs().max())).item()
        if largest is not None and largest > LARGEST_MILLI:
            raise TooLargeError(f"a count of {largest} thousandths is beyond the exact range")
