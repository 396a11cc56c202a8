"""The subjects of an assessment with everything that is known of them, slice by slice, read from the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from shanxue.activities.facts import read_sessions
from shanxue.base.errors import Refusal
from shanxue.orgs.facts import EVERYONE, Slice, list_slices, read_people, read_units
from shanxue.orgs.models import Bureau
from shanxue.orgs.rules import UnitKind

from .engine import list_sources
from .facts import gather_person_facts, gather_unit_facts, turn_members_into_facts, turn_units_into_facts
from .models import Run
from .rules.loading import load_scheme
from .rules.scheme import Scheme

UNIT_KINDS = {
    "branch": (UnitKind.BRANCH, UnitKind.GENERAL_BRANCH),
    "department": (UnitKind.DEPARTMENT,),
}
PEOPLE_PER_SLICE = 10_000
Bounds = Sequence[tuple[int, int]]
NO_RESULTS: dict[str, pl.DataFrame | None] = {"members": None, "subunits": None}


@dataclass(frozen=True)
class Portion:
    """The subjects with ids from ``low`` to ``high`` (SUBJECT_SCHEMA) and their facts by source."""

    low: int
    high: int
    subjects: pl.DataFrame
    facts: Mapping[str, pl.LazyFrame]


def list_bounds(bureau: Bureau, scheme: Scheme) -> list[tuple[int, int]]:
    """Cut the subjects into slices. The outer ones are open, so that later ones belong to a slice too."""
    if scheme.subject != "person":
        return [(0, EVERYONE)]
    slices = list_slices(bureau.pk, scheme.window, PEOPLE_PER_SLICE)
    if not slices:
        raise Refusal("nobody_to_assess", "还没有人员，先导入名册。")
    starts = [0, *(part.low for part in slices[1:])]
    return [(low, high - 1) for low, high in zip(starts, [*starts[1:], EVERYONE + 1], strict=True)]


def read_portions(
    bureau: Bureau, scheme: Scheme, bounds: Bounds, *, narrow: bool = True, derived: bool = True,
    members: Run | None = None,
) -> Iterator[Portion]:  # fmt: skip
    """Read the records as they are now. ``narrow``: only the columns the scheme counts by.

    ``members``: the run whose results are the ``members`` and ``subunits`` facts; the newest one where none is given.
    ``derived`` False leaves these facts out: they are no records.
    """
    if scheme.subject != "person":
        yield _read_units(bureau, scheme, read_results(bureau, scheme, members) if derived else NO_RESULTS)
        return
    sessions = None
    if len(bounds) > 1 and list_sources(scheme) & {"attendance", "credits"}:
        sessions = read_sessions(Slice(bureau.pk, scheme.window, 0, EVERYONE), attended=False)
    for low, high in bounds:
        part = Slice(bureau.pk, scheme.window, low, high)
        facts = gather_person_facts(part, scheme, sessions=sessions, narrow=narrow)
        yield Portion(low, high, drop_absent(read_people(part), scheme), facts)


def _read_units(bureau: Bureau, scheme: Scheme, results: dict[str, pl.DataFrame | None]) -> Portion:
    part = Slice(bureau.pk, scheme.window, 0, EVERYONE)
    sources = list_sources(scheme)
    units = drop_absent(read_units(bureau.pk, UNIT_KINDS[scheme.subject]), scheme)
    facts = gather_unit_facts(part, sources, **results)
    return Portion(0, EVERYONE, units, facts)


def read_results(bureau: Bureau, scheme: Scheme, run: Run | None = None) -> dict[str, pl.DataFrame | None]:
    """Read the results of another scheme that a unit scheme rests on, as ``members`` and ``subunits`` facts."""
    sources = list_sources(scheme)
    needed = sources & {"members", "subunits"}
    if needed and run is None:
        run = find_members_run(bureau, scheme)
    found = dict(NO_RESULTS)
    if run is not None and "members" in needed:
        found["members"] = _read_members(scheme, run)
    if run is not None and "subunits" in needed:
        found["subunits"] = _read_subunits(run)
    return found


def find_members_run(bureau: Bureau, scheme: Scheme) -> Run:
    run = find_latest_run(bureau, scheme.members_scheme or "")
    if run is None:
        raise Refusal(
            "members_not_assessed",
            f"《{scheme.title}》要用“{scheme.members_scheme}”的结果，但它还没有试算。请先试算“{scheme.members_scheme}”。",
        )
    return run


def find_latest_run(bureau: Bureau, code: str) -> Run | None:
    """Find the newest run of a scheme in a bureau."""
    return Run.objects.filter(bureau=bureau, scheme__code=code).select_related("scheme").order_by("-at", "-id").first()


def drop_absent(subjects: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """Leave out those who came after the window or were gone before its end: there is nobody to assess."""
    came = pl.col("joined_on").is_null() | (pl.col("joined_on") < scheme.window.until_on)
    stayed = pl.col("left_on").is_null() | (pl.col("left_on") >= scheme.window.until_on)
    return subjects.filter(came & stayed)


def _read_members(scheme: Scheme, run: Run) -> pl.DataFrame:
    made = load_scheme(run.scheme.text, run.scheme.code).scheme
    rows = list(run.results.values_list("person_id", "total_points", "grade"))
    results = pl.DataFrame(rows, schema={"subject": pl.Int64, "total": pl.Int64, "grade": pl.String}, orient="row")
    people = read_people(Slice(run.bureau_id, made.window, 0, EVERYONE))
    return turn_members_into_facts(
        results, people, "home" if scheme.subject == "branch" else "department_id", made.scale
    )


def _read_subunits(run: Run) -> pl.DataFrame:
    made = load_scheme(run.scheme.text, run.scheme.code).scheme
    columns = ("unit_id", "unit__parent_id", "unit__name", "unit__kind", "total_points", "grade")
    return turn_units_into_facts(list(run.results.values_list(*columns)), made.scale)
