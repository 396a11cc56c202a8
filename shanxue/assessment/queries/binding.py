"""Proposals that a clause does not allow (D8), a person's own lists (D7, D9), and department results (D3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from shanxue.orgs.models import Person
from shanxue.orgs.queries import Actor

from ..models import GateNotice, ListReading, Result
from ..reports import note_gate
from ..rules.binding import NoticeKind, find_lacking
from ..rules.figures import exceeds_limit
from ..rules.pages import LineView, list_grades
from ..rules.report import GateNote
from ..rules.wording import describe_bands
from .results import Row, Shown, list_graded, list_rows, map_proposals, scope_results


@dataclass(frozen=True)
class Blocked:
    """One proposed grade that one clause does not allow, with what was done about it."""

    result: Result
    gate: GateNote
    code: str  # the gate's
    proposed: str
    lacking: LineView | None
    told: GateNotice | None = None
    decided: GateNotice | None = None


@dataclass(frozen=True)
class OwnList:
    """A list that names somebody, with the clause and sentence that put them there."""

    title: str
    clause: str
    sentence: str
    notices: tuple[GateNotice, ...] = ()


def list_blocked(actor: Actor, shown: Shown) -> list[Blocked]:
    """List the proposals above what a clause allows, by branch and staff number. The same queries for any number."""
    found = _find_blocked(shown, list_graded(actor, shown), map_proposals(shown))
    rows = {row.result.pk: row for row in list_rows(shown, {one.pk: one for one, *_ in found}.values())}
    notices = _map_notices(shown, (result for result, *_ in found))
    blocked = []
    for result, code, gate, proposed in found:
        done = notices.get((result.person_id, gate.clause, gate.target), {})
        lines = [line for part in rows[result.pk].components for line in part.lines]
        told, decided = done.get(NoticeKind.TOLD), done.get(NoticeKind.DECIDED)
        blocked.append(Blocked(result, gate, code, proposed, find_lacking(lines), told, decided))
    return blocked


def _find_blocked(
    shown: Shown, results: Iterable[Result], proposals: Mapping[int, Mapping[str, str]]
) -> list[tuple[Result, str, GateNote, str]]:
    gates = {gate.code: note_gate(shown.scheme, gate) for gate in shown.scheme.gates}
    found = []
    for result in results:
        for code in result.gates:
            gate = gates.get(code)
            proposed = proposals.get(result.person_id or 0, {}).get(gate.target, "") if gate else ""
            if gate and gate.target and exceeds_limit(proposed, gate.at_most):
                found.append((result, code, gate, proposed))
    return found


def _map_notices(shown: Shown, results: Iterable[Result]) -> dict[tuple[int | None, str, str], dict[str, GateNotice]]:
    people = [result.person_id for result in results]
    notices: dict[tuple[int | None, str, str], dict[str, GateNotice]] = defaultdict(dict)
    for one in GateNotice.objects.filter(person__in=people, scheme_code=shown.scheme.code):
        notices[one.person_id, one.clause, one.assessment][one.kind] = one
    return notices


def list_own(shown: Shown, result: Result) -> list[OwnList]:
    """List where a clause puts one person: the best grade, the reference lists, and a proposal that is stopped."""
    best = list_grades(shown.scheme)[:1]
    lists = [OwnList(f"{grade}名单", "", describe_bands(shown.scheme)) for grade in best if result.grade == grade]
    for gate in shown.scheme.gates:
        if gate.code in result.gates and gate.effect.list_name:
            note = note_gate(shown.scheme, gate)
            lists.append(OwnList(note.list_name, note.clause, note.sentence))
    proposals = map_proposals(shown, result.person_id)
    for _result, _code, note, proposed in _find_blocked(shown, [result], proposals):
        done = _map_notices(shown, [result]).get((result.person_id, note.clause, note.target), {})
        title = f"拟评{note.target}{proposed}，受条款限制"
        lists.append(OwnList(title, note.clause, note.sentence, tuple(done.values())))
    return lists


def list_departments(actor: Actor, shown: Shown) -> list[Row]:
    """List the department results in scope for 部门绩效 (D3), by code."""
    results = scope_results(actor).filter(run=shown.run, unit__isnull=False).select_related("unit")
    return list_rows(shown, results.order_by("unit__code"))


def list_list_readings(person: Person, run_id: int | None = None) -> list[ListReading]:
    """Who read lists that named somebody, latest first."""
    found = ListReading.objects.filter(run__bureau=person.bureau_id).order_by("-on", "-pk")
    if run_id is not None:
        found = found.filter(run=run_id)
    return [one for one in found if person.pk in one.people]


def find_list_reading(run_id: int, reader: str, on: date) -> ListReading | None:
    return ListReading.objects.filter(run=run_id, reader=reader, on=on).first()
