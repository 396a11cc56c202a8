"""Who moved between two runs, on which lines, and by which records: a re-run explains itself (ux K5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from shanxue.orgs.queries import Actor

from ..evidence import Record, describe_records
from ..keeping import Difference
from ..models import Result, ResultLine, Run
from ..rules.pages import LineView, show_line
from ..rules.scheme import Scheme
from ..yearly import list_differences, pick_item
from .results import read_version, scope_results

RESULT_VALUES = ("total_points", "grade", "gates")
LINE_VALUES = ("item", "counted_milli", "out_of_milli", "awarded_points", "note")


def find_moved(before: Run, after: Run, owner: str) -> set[int]:
    """Find whose total, grade, gates or lines differ between two runs: a few set operations of the database."""
    found: set[int] = set()
    for one, other in ((before, after), (after, before)):
        totals = _list_totals(one, owner).difference(_list_totals(other, owner))
        lines = _list_lines(one, owner).difference(_list_lines(other, owner))
        found |= {row[0] for row in totals} | {row[0] for row in lines}
    gates = (dict(run.results.exclude(gates=[]).values_list(owner, "gates")) for run in (before, after))
    old, new = gates
    return found | {subject for subject in old.keys() | new.keys() if old.get(subject) != new.get(subject)}


def _list_totals(run: Run, owner: str):  # type: ignore[no-untyped-def]
    return run.results.order_by().values_list(owner, "total_points", "grade")


def _list_lines(run: Run, owner: str):  # type: ignore[no-untyped-def]
    return ResultLine.objects.filter(result__run=run).order_by().values_list(f"result__{owner}", *LINE_VALUES)


@dataclass(frozen=True)
class LineMove:
    """One line before and after; None where there was none. ``records``: what differs among the records it counts."""

    title: str
    before: LineView | None
    after: LineView | None
    records: tuple[tuple[str, Record], ...]  # (多了 or 少了, record)


@dataclass(frozen=True)
class Move:
    """One subject whose result differs. ``before`` or ``after`` None: not assessed in that run."""

    before: Result | None
    after: Result | None
    lines: tuple[LineMove, ...]

    @property
    def result(self) -> Result:
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def grade_moved(self) -> bool:
        return self.before is None or self.after is None or self.before.grade != self.after.grade


def list_moved_results(actor: Actor, before: Run, after: Run, *, grades_only: bool = False) -> list[tuple[int, bool]]:
    """List the subjects who moved, those whose grade moved first: (subject, grade moved), within the actor's scope."""
    owner = "person_id" if read_version(after.scheme).subject == "person" else "unit_id"
    moved = find_moved(before, after, owner)
    visible = scope_results(actor).filter(run__in=[before, after])
    grades: dict[int, set[str]] = defaultdict(set)
    runs: dict[int, set[int]] = defaultdict(set)
    for subject, grade, run_id in visible.values_list(owner, "grade", "run_id"):
        if subject in moved:
            grades[subject].add(grade)
            runs[subject].add(run_id)
    found = [(subject, len(grades[subject]) > 1 or len(runs[subject]) < 2) for subject in grades]
    return sorted((row for row in found if row[1] or not grades_only), key=lambda row: (not row[1], row[0]))


def explain_moves(before: Run, after: Run, subjects: Iterable[int]) -> list[Move]:
    """Say for each subject which lines changed and by which records. The same queries for any number of them."""
    wanted = list(subjects)
    old_scheme, scheme = read_version(before.scheme), read_version(after.scheme)
    owner = "person_id" if scheme.subject == "person" else "unit_id"
    results: dict[tuple[int, int], Result] = {}
    found = Result.objects.filter(Q(**{f"{owner}__in": wanted}), run__in=[before, after])
    for result in found.select_related("person", "unit", "home", "run"):
        results[result.run_id, getattr(result, owner)] = result
    lines: dict[int, dict[str, ResultLine]] = defaultdict(dict)
    for line in ResultLine.objects.filter(result__in=results.values()).order_by("pk"):
        lines[line.result_id][line.item] = line
    differences = list_differences(before, after, wanted)
    moves = []
    for subject in wanted:
        old, new = results.get((before.pk, subject)), results.get((after.pk, subject))
        told = _list_line_moves(
            (old_scheme, lines.get(old.pk, {}) if old else {}),
            (scheme, lines.get(new.pk, {}) if new else {}),
            differences.get(subject, []),
        )
        moves.append(Move(old, new, tuple(told)))
    return moves


def _list_line_moves(
    old: tuple[Scheme, Mapping[str, ResultLine]],
    new: tuple[Scheme, Mapping[str, ResultLine]],
    differences: list[Difference],
) -> list[LineMove]:
    found = []
    for item in dict.fromkeys((*new[1], *old[1])):
        was, now = old[1].get(item), new[1].get(item)
        if _values(was) == _values(now):
            continue
        before = show_line(old[0], was) if was else None
        after = show_line(new[0], now) if now else None
        shown = after or before
        assert shown is not None
        found.append(LineMove(shown.title, before, after, tuple(_list_records(old[0], new[0], item, differences))))
    return found


def _values(line: ResultLine | None) -> tuple[object, ...] | None:
    return tuple(getattr(line, name) for name in LINE_VALUES) if line else None


def _list_records(
    old_scheme: Scheme, scheme: Scheme, item: str, differences: list[Difference]
) -> list[tuple[str, Record]]:
    """The records that the line counts now and did not before, and the other way round."""
    facts = [("少了", row) for row in pick_item(old_scheme, item, [one for one in differences if one.before], "before")]
    facts += [("多了", row) for row in pick_item(scheme, item, [one for one in differences if one.after], "after")]
    shown = describe_records([row for _, row in facts], of_unit=False)
    return [(word, record) for (word, _), record in zip(facts, shown, strict=True)]
