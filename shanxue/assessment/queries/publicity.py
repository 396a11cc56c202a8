"""What is made public (K60), the final numbers, and whom a clause puts on the ladder (K64)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from shanxue.orgs.queries import Actor

from ..models import Proceeding, Result
from ..rules.pages import list_grades, show_grade
from ..rules.proceedings import list_published_grades
from ..rules.scheme import Gate, LadderStep, Scheme
from ..rules.wording import describe_gate
from .proceedings import list_scheme_parts, show_part
from .results import Shown, scope_results, settle_results


@dataclass(frozen=True)
class Published:
    """The list of one scheme: the grades that are made public, and name, branch and grade of those who have them."""

    shown: Shown
    grades: tuple[str, ...]
    rows: tuple[tuple[str, str, str], ...]
    clause: str


def list_published(proceeding: Proceeding) -> list[Published]:
    """List what the 公示 shows. Two people of one name in one branch are told apart by their staff numbers' ends."""
    found = []
    for part in list_scheme_parts(proceeding):
        shown = show_part(part)
        if shown is None:
            continue
        grades = list_published_grades(shown.scheme, list_grades(shown.scheme))
        rows = Result.objects.filter(run=shown.run).select_related("person", "unit", "home")
        results = settle_results(shown.run, rows.filter(grade__in=grades) if not proceeding.settled_at else rows)
        kept = [row for row in results if row.grade in grades]
        kept.sort(key=lambda row: (grades.index(row.grade), row.home.code if row.home else "", _code(row)))
        found.append(Published(shown, grades, tuple(_name_rows(kept)), shown.scheme.process.publicity.clause))
    return found


def _code(row: Result) -> str:
    return row.person.staff_no if row.person else row.unit.code if row.unit else ""


def _name_rows(rows: list[Result]) -> list[tuple[str, str, str]]:
    names = Counter((row.person.name if row.person else "", row.home_id) for row in rows)
    told = []
    for row in rows:
        name = row.person.name if row.person else row.unit.name if row.unit else ""
        if row.person and names[name, row.home_id] > 1:
            name = f"{name}（工号尾号{row.person.staff_no[-2:]}）"
        told.append((name, row.home.name if row.home and row.person else "", row.grade))
    return told


@dataclass(frozen=True)
class FinalCount:
    shown: Shown
    grades: tuple[tuple[str, int], ...]


def count_final(proceeding: Proceeding) -> list[FinalCount]:
    """Count the results by grade as they stand, amendments included."""
    found = []
    for part in list_scheme_parts(proceeding):
        shown = show_part(part)
        if shown is None:
            continue
        results = settle_results(shown.run, Result.objects.filter(run=shown.run))
        numbers = Counter(show_grade(row.total_points, row.grade) for row in results)
        order = list_grades(shown.scheme)
        named = [*order, *sorted(set(numbers) - set(order))]
        found.append(FinalCount(shown, tuple((one, numbers[one]) for one in named if numbers[one])))
    return found


@dataclass(frozen=True)
class Measure:
    """One rung of the ladder of one scheme: the clause in words, and those whom it concerns most severely."""

    step: str
    sentence: str
    results: tuple[Result, ...]
    scheme: Scheme


def list_measures(actor: Actor, proceeding: Proceeding) -> list[Measure]:
    """List whom notices concern, the severest rung first; somebody on several rungs stands on the severest only."""
    order = [str(step) for step in LadderStep]
    found: list[Measure] = []
    for part in list_scheme_parts(proceeding):
        shown = show_part(part)
        if shown is None:
            continue
        gates = [gate for gate in shown.scheme.gates if gate.effect.notice]
        rows = scope_results(actor).filter(run=shown.run).exclude(gates=[]).select_related("person", "unit", "home")
        results = settle_results(shown.run, rows.order_by("home__code", "person__staff_no", "unit__code"))
        groups: dict[str, list[Result]] = {gate.code: [] for gate in gates}
        for result in results:
            held = [gate for gate in gates if gate.code in result.gates]
            if held:
                groups[max(held, key=lambda gate: _rank(gate, order)).code].append(result)
        found += [
            Measure(gate.effect.step or "", describe_gate(shown.scheme, gate), tuple(groups[gate.code]), shown.scheme)
            for gate in gates
        ]  # fmt: skip
    return sorted(found, key=lambda one: order.index(one.step) if one.step in order else -1, reverse=True)


def _rank(gate: Gate, order: list[str]) -> int:
    return order.index(gate.effect.step) if gate.effect.step in order else -1
