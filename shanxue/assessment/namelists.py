"""Lists of names that clauses lead to: 优秀, stopped by a clause (D8), reference for 选拔 and others (D9)."""

from __future__ import annotations

from dataclasses import dataclass

from shanxue.orgs.queries import Actor

from .models import Result
from .queries.results import Shown, list_graded, map_proposals
from .reports import note_gate
from .rules.figures import exceeds_limit
from .rules.pages import list_grades
from .rules.report import GateNote
from .rules.wording import describe_bands


@dataclass(frozen=True)
class Named:
    """Somebody on a list, with the clause that put them there; ``proposed`` is the grade proposed elsewhere."""

    result: Result
    gate: GateNote | None = None
    proposed: str = ""


@dataclass(frozen=True)
class NameList:
    code: str
    title: str
    people: tuple[Named, ...]
    sentence: str = ""


def build_lists(actor: Actor, shown: Shown) -> list[NameList]:
    """Build the lists of one run, each within the actor's scope, by branch and staff number: no ranks."""
    results = list_graded(actor, shown)
    gates = {gate.code: note_gate(shown.scheme, gate) for gate in shown.scheme.gates}
    held = [(result, gates[code]) for result in results for code in result.gates if code in gates]
    best = list_grades(shown.scheme)[:1]
    lists = (
        [
            NameList(
                "best",
                f"{best[0]}名单",
                tuple(Named(row) for row in results if row.grade == best[0]),
                describe_bands(shown.scheme),
            )
        ]
        if best
        else []
    )
    lists += _list_blocked(shown, held)
    references = dict.fromkeys(gate.list_name for gate in gates.values() if gate.list_name)
    for index, name in enumerate(references):
        named = tuple(Named(result, gate) for result, gate in held if gate.list_name == name)
        sentence = next((gate.sentence for gate in gates.values() if gate.list_name == name), "")
        lists.append(NameList(f"reference-{index}", name, named, sentence))
    return lists


def _list_blocked(shown: Shown, held: list[tuple[Result, GateNote]]) -> list[NameList]:
    """List those whose grade proposed in another assessment is better than a clause here allows."""
    proposals = map_proposals(shown)
    blocked: dict[str, list[Named]] = {}
    for result, gate in held:
        proposed = proposals.get(result.person_id or 0, {}).get(gate.target, "")
        if gate.target and exceeds_limit(proposed, gate.at_most):
            blocked.setdefault(gate.clause, []).append(Named(result, gate, proposed))
    return [
        NameList(f"blocked-{index}", f"被{clause}拦下的", tuple(rows), rows[0].gate.sentence if rows[0].gate else "")
        for index, (clause, rows) in enumerate(blocked.items())
    ]
