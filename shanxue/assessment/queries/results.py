"""Reads of results, each scoped to the actor. The newest run of each scheme is what pages show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Count, Max, Q, QuerySet

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.models import Bureau, Person, Stint, Unit
from shanxue.orgs.queries import Actor, filter_in_force, match_granted_units, match_own, match_standing, scope_units
from shanxue.orgs.rules import Line, UnitKind

from ..models import Amendment, Appeal, PriorResult, Result, ResultLine, ResultReading, Run, SchemeVersion
from ..rules.appeals import AppealState
from ..rules.loading import load_scheme
from ..rules.pages import (
    ComponentView,
    Slot,
    State,
    align_components,
    list_components,
    list_grades,
    order_by_need,
    rate_total,
    show_grade,
)
from ..rules.scheme import Scheme, SubjectKind
from ..rules.wording import ClauseText

EVERYBODY = frozenset({"head", "component", "total", "bands", "quota", "process"})  # clauses of every subject
UNIT_KINDS: dict[str, tuple[UnitKind, ...]] = {
    "branch": (UnitKind.BRANCH, UnitKind.GENERAL_BRANCH),
    "department": (UnitKind.DEPARTMENT,),
}


@dataclass(frozen=True)
class Shown:
    """The newest run of one scheme, with the scheme read from the text it was run with."""

    run: Run
    scheme: Scheme

    @property
    def last_on(self) -> date:
        return self.scheme.window.until_on - timedelta(days=1)


@lru_cache(maxsize=64)
def _read_text(text: str, code: str) -> Scheme:
    return load_scheme(text, f"{code}.toml").scheme


def read_version(version: SchemeVersion) -> Scheme:
    """Read a stored scheme; texts never change, so a text is read once."""
    return _read_text(version.text, version.code)


def list_shown(bureau: Bureau | None, subject: SubjectKind | None = None) -> list[Shown]:
    """List the run of each scheme of a bureau that pages show: latest window first, then as they were run. One query.

    That is the newest one, until the year's proceeding froze one of the same window: from then on it is the frozen one.
    """
    frozen = Q(frozen_for__isnull=False)
    newest = Run.objects.filter(bureau=bureau).values("scheme__code").annotate(last=Max("id")).values("last")
    wanted = Run.objects.filter(Q(pk__in=newest) | frozen, bureau=bureau).annotate(is_frozen=Count("frozen_for"))
    chosen: dict[str, tuple[date, bool, Shown]] = {}
    for run in wanted.select_related("scheme", "bureau").order_by("id"):
        if subject not in (None, run.scheme.subject):
            continue
        shown = Shown(run, read_version(run.scheme))
        rank = (shown.scheme.window.until_on, bool(run.is_frozen))
        kept = chosen.get(run.scheme.code)
        if kept is None or rank >= kept[:2]:
            chosen[run.scheme.code] = (*rank, shown)
    found = sorted((one for _, _, one in chosen.values()), key=lambda shown: shown.run.pk)
    return sorted(found, key=lambda shown: shown.scheme.window.until_on, reverse=True)


def settle_results(run: Run, results: Iterable[Result]) -> list[Result]:
    """Let the amendments of a settled run show: each result carries the last one and what it says. One query.

    Only what is shown changes; the rows stay as they were frozen.
    """
    last = {row.result_id: row for row in Amendment.objects.filter(result__run=run).order_by("at", "pk")}
    rows = list(results)
    for result in rows:
        amendment = last.get(result.pk)
        result.amendment = amendment  # type: ignore[attr-defined]
        if amendment is not None:
            result.total_points, result.grade = amendment.new_points, amendment.new_grade
            result.gates = amendment.new_gates
    return rows


def pick_shown(found: list[Shown], code: str) -> Shown | None:
    """Pick the run of the scheme that was asked for; the first one when none was asked for."""
    if not code:
        return found[0] if found else None
    for shown in found:
        if shown.scheme.code == code:
            return shown
    raise refuse_missing("这份细则的结果")


def match_results(actor: Actor) -> Q:
    """Match the results an actor may see: their own; those listed under, or of, a unit granted to them; and those of
    people who stand there now."""
    if any(grant.unit_id is None for grant in actor.reading_grants):
        return Q()
    units = match_granted_units(actor, "home") | match_granted_units(actor, "unit")
    return match_own(actor, "person_id") | units | match_standing(actor, "person_id")


def scope_results(actor: Actor) -> QuerySet[Result]:
    """Results of the actor's bureau that the actor may see. 三员 see none."""
    if actor.is_admin:
        return Result.objects.none()
    return Result.objects.filter(match_results(actor), run__bureau=actor.bureau)


def find_result(actor: Actor, result_id: int) -> Result:
    """Raises the same refusal for a result that does not exist and for one the actor may not see."""
    found = scope_results(actor).select_related("run__scheme", "run__bureau", "person", "unit", "home")
    result = found.filter(pk=result_id).first()
    if result is None:
        raise refuse_missing("这份成绩")
    return settle_results(result.run, [result])[0]


def find_result_of(
    actor: Actor, shown: Shown, *, person_id: int | None = None, unit_id: int | None = None
) -> Result | None:
    """Find a subject's result in a run, or None when there is none that the actor may see."""
    wanted = Q(person_id=person_id) if person_id is not None else Q(unit_id=unit_id)
    found = scope_results(actor).filter(wanted, run=shown.run)
    result = found.select_related("person", "unit", "home").first()
    return settle_results(shown.run, [result])[0] if result else None


def list_lines(result: Result) -> list[ResultLine]:
    return list(result.lines.order_by("id"))


def list_readings(result: Result, limit: int = 20) -> list[ResultReading]:
    return list(result.readings.order_by("-at", "-id")[:limit])


def count_versions(run: Run) -> int:
    """Say which version of its scheme a run used: how many texts of that code there were by then."""
    return SchemeVersion.objects.filter(bureau_id=run.bureau_id, code=run.scheme.code, id__lte=run.scheme_id).count()


@dataclass(frozen=True)
class Row:
    """One result in a table, with its components."""

    result: Result
    components: tuple[ComponentView, ...]
    state: State
    parts: tuple[Slot, ...]  # the components under the columns of the scheme


def list_rows(shown: Shown, results: Iterable[Result]) -> list[Row]:
    """Join results with their lines: one query for all of them."""
    rows = settle_results(shown.run, results)
    lines: dict[int, list[ResultLine]] = defaultdict(list)
    for line in ResultLine.objects.filter(result__in=[row.pk for row in rows]).order_by("id"):
        lines[line.result_id].append(line)
    return [_build_row(shown.scheme, row, lines[row.pk]) for row in rows]


def _build_row(scheme: Scheme, result: Result, lines: list[ResultLine]) -> Row:
    components = list_components(scheme, lines)
    parts = align_components((one.name for one in scheme.components), components)
    return Row(result, components, rate_total(scheme, result.total_points, result.grade), parts)


def list_members(actor: Actor, shown: Shown, unit: Unit) -> list[Row]:
    """List the people of a unit with their results, those who need a hand first; within a grade by staff number.

    A branch's people are those listed under it; a department's are those who stood in it on the window's last day.
    """
    results = scope_results(actor).filter(_match_members(shown, unit), run=shown.run).select_related("person")
    rows = list_rows(shown, results.order_by("person__staff_no"))
    return sorted(rows, key=lambda row: order_by_need(shown.scheme, row.result.grade))


def _match_members(shown: Shown, unit: Unit) -> Q:
    if unit.line == Line.PARTY:
        return Q(home__path__startswith=unit.path)
    stints = Stint.objects.filter(filter_in_force(shown.last_on), unit__path__startswith=unit.path)
    return Q(person_id__in=stints.values("person_id"))


@dataclass(frozen=True)
class BoardRow:
    """One unit on the board: its own result where a scheme assesses units, and its people by grade."""

    unit: Unit
    row: Row | None
    people: dict[str, int]

    @property
    def state(self) -> State | None:
        return self.row.state if self.row else None


def list_board(actor: Actor, line: SubjectKind, shown: Shown | None, people: Shown | None) -> list[BoardRow]:
    """List the units of one line in the actor's scope, in the order of their codes. The same queries for any number."""
    units = list(scope_units(actor).filter(kind__in=UNIT_KINDS[line]).order_by("code"))
    rows: dict[int | None, Row] = {}
    if shown is not None:
        results = scope_results(actor).filter(run=shown.run, unit__in=units)
        rows = {row.result.unit_id: row for row in list_rows(shown, results)}
    counts = count_people(actor, people, line) if people is not None else {}
    return [BoardRow(unit, rows.get(unit.pk), counts.get(unit.pk, {})) for unit in units]


def count_people(actor: Actor, shown: Shown, line: SubjectKind) -> dict[int, dict[str, int]]:
    """Count people by grade per branch (home) or department (where they stood on the window's last day)."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    results = scope_results(actor).filter(run=shown.run)
    if line == "branch":
        for home, grade, number in results.values_list("home_id", "grade").annotate(Count("id")).order_by("home_id"):
            found[home][grade] = number
        for home, old, new in _list_regraded(results):
            found[home][old] = found[home].get(old, 0) - 1
            found[home][new] = found[home].get(new, 0) + 1
        return found
    stood = Stint.objects.filter(filter_in_force(shown.last_on), unit__kind__in=UNIT_KINDS["department"])
    places = dict(stood.filter(unit__bureau=shown.run.bureau).values_list("person_id", "unit_id"))
    amended = dict(
        Amendment.objects.filter(result__in=results).order_by("at", "pk").values_list("result__person_id", "new_grade")
    )
    for person_id, stored in results.values_list("person_id", "grade"):
        place, grade = places.get(person_id), amended.get(person_id, stored)
        if place is not None:
            found[place][grade] = found[place].get(grade, 0) + 1
    return found


def _list_regraded(results: QuerySet[Result]) -> list[tuple[int, str, str]]:
    """List results whose grade was amended: home, frozen grade, grade now."""
    rows = Amendment.objects.filter(result__in=results).select_related("result").order_by("at", "pk")
    last = {row.result_id: row for row in rows}
    return [(row.result.home_id or 0, row.result.grade, row.new_grade) for row in last.values()]


def find_department(person: Person, on: date) -> Unit | None:
    """Find the department somebody stands in on a day."""
    stints = person.stints.filter(filter_in_force(on), unit__line=Line.ADMIN).select_related("unit")
    stint = stints.order_by("-from_on", "-id").first()
    return stint.unit if stint else None


class Extent(NamedTuple):
    """How many subjects a rule reaches, and in how many units they are listed."""

    subjects: int
    homes: int


NOBODY = Extent(0, 0)


@dataclass(frozen=True)
class Reach:
    """How far a scheme's rules reach in one computation: per item (with data), per gate, and in all."""

    everybody: Extent
    items: dict[str, Extent]
    gates: dict[str, Extent]


def measure_reach(run: Run) -> Reach:
    """Count whom each clause concerns. Numbers only: nothing here names anybody."""
    lines = ResultLine.objects.filter(result__run=run, awarded_points__isnull=False)
    items = lines.values_list("item").annotate(Count("id"), Count("result__home", distinct=True)).order_by("item")
    gates: dict[str, list[int | None]] = defaultdict(list)
    for codes, home in run.results.exclude(gates=[]).values_list("gates", "home_id"):
        for code in codes:
            gates[code].append(home)
    everybody = run.results.aggregate(subjects=Count("pk"), homes=Count("home", distinct=True))
    return Reach(
        Extent(**everybody),
        {item: Extent(*counts) for item, *counts in items},
        {code: Extent(len(found), len({*found} - {None})) for code, found in gates.items()},
    )


def list_graded(actor: Actor, shown: Shown) -> list[Result]:
    """List results in scope with whom they are of, by branch and staff number."""
    found = scope_results(actor).filter(run=shown.run).select_related("person", "unit", "home")
    return settle_results(shown.run, found.order_by("home__code", "person__staff_no", "unit__code"))


def map_proposals(shown: Shown, person_id: int | None = None) -> dict[int, dict[str, str]]:
    """Map people (or one of them) to the grades proposed for the run's year elsewhere (D8): assessment → grade."""
    proposals: dict[int, dict[str, str]] = defaultdict(dict)
    rows = PriorResult.objects.filter(bureau=shown.run.bureau, year=shown.last_on.year, proposed=True)
    rows = rows.filter(person__isnull=False)
    if person_id is not None:
        rows = rows.filter(person=person_id)
    for owner, assessment, grade in rows.values_list("person_id", "assessment", "grade"):
        proposals[owner][assessment] = grade
    return proposals


def demand_shown(shown: Shown | None) -> Shown:
    if shown is None:
        raise Refusal("not_assessed", "还没有计分。导入名册和记录、放好细则并试算之后，这里就有结果。", status=404)
    return shown


def map_homes(actor: Actor, shown: Shown, people: Iterable[Person]) -> dict[int, Unit | None]:
    """Map people to the branch their result is listed under."""
    wanted = [person.pk for person in people]
    found = scope_results(actor).filter(run=shown.run, person_id__in=wanted).select_related("home")
    return {result.person_id: result.home for result in found if result.person_id is not None}


def count_grades(scheme: Scheme, results: Iterable[Result]) -> list[tuple[str, int]]:
    """Count results by grade, best first, then the others that occur."""
    numbers = Counter(show_grade(result.total_points, result.grade) for result in results)
    grades = list_grades(scheme)
    return [(grade, numbers[grade]) for grade in (*grades, *sorted(set(numbers) - set(grades)))]


@dataclass(frozen=True)
class ClauseRow:
    """A clause with how many subjects it concerns; None where that cannot be counted.

    ``anchor`` is the clause's number at its first row, so that a link to 第五条 lands there; "" at the others.
    """

    clause: ClauseText
    extent: Extent | None
    anchor: str


def join_reach(scheme: Scheme, clauses: Iterable[ClauseText], reach: Reach | None) -> list[ClauseRow]:
    """Join clauses with their reach: items and gates by their place; parts, quotas and terms concern everybody."""
    rows, met = [], {""}
    for clause in clauses:
        extent = _find_extent(scheme, clause.place, reach) if reach is not None else None
        rows.append(ClauseRow(clause, extent, "" if clause.number in met else clause.number))
        met.add(clause.number)
    return rows


def _find_extent(scheme: Scheme, place: str, reach: Reach) -> Extent | None:
    kind, _, name = place.partition(":")
    if kind == "item":
        return reach.items.get(scheme.items[int(name)].code, NOBODY)
    if kind == "gate":
        return reach.gates.get(scheme.gates[int(name)].code, NOBODY)
    return reach.everybody if kind in EVERYBODY else None


def scope_appeals(actor: Actor) -> QuerySet[Appeal]:
    """Appeals against results that the actor may see."""
    return Appeal.objects.filter(result__in=scope_results(actor))


def find_appeal(actor: Actor, appeal_id: int) -> Appeal:
    found = scope_appeals(actor).select_related("result__run__scheme", "result__person", "result__home")
    appeal = found.filter(pk=appeal_id).first()
    if appeal is None:
        raise refuse_missing("这条申诉")
    return appeal


def list_appeals(actor: Actor, state: AppealState | None) -> list[Appeal]:
    """Appeals of the whole bureau that the actor may see, the longest waiting first."""
    found = scope_appeals(actor).select_related("result__run__scheme", "result__person", "result__home")
    if state is not None:
        found = found.filter(state=state)
    return list(found.order_by("asked_at", "pk"))


def list_appeals_of(person: Person, scheme_code: str) -> list[Appeal]:
    """What somebody appealed under one scheme, in whichever run: an answer outlives the computation it was about."""
    found = Appeal.objects.filter(result__person=person, result__run__scheme__code=scheme_code)
    return list(found.order_by("-asked_at", "-pk"))
