"""What a record counts for: the items of the year's schemes whose own count holds it, and the lines it touched (A2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from shanxue.assessment.models import Result, ResultLine
from shanxue.assessment.queries.results import list_shown, scope_results, settle_results
from shanxue.assessment.tracing import Use, trace_records
from shanxue.base.errors import refuse_missing
from shanxue.base.points import format_scaled
from shanxue.orgs.queries import Actor

from ..rules.chains import Step


@dataclass(frozen=True)
class Traced:
    """Records as the facts name them, and whose they are.

    ``session_id`` where all of them are of one session; ``whole`` where the chain is of the session, and of nobody.
    """

    refs: frozenset[tuple[str, int]]
    people: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()
    session_id: int | None = None
    whole: bool = False


@dataclass(frozen=True)
class Touched:
    """One line that holds the record: whose, and what it gave."""

    result: Result
    line: ResultLine
    awarded: str
    full: str


def list_uses(actor: Actor, on: date | None, traced: Traced) -> list[Use]:
    """Every item of the results shown now that counts the records, whoever may see its points."""
    shown = [one for one in list_shown(actor.bureau) if on is not None and on in one.scheme.window]
    return [
        use
        for one in shown
        for use in trace_records(
            one, traced.refs, traced.people if one.scheme.subject == "person" else traced.units,
            session_id=traced.session_id,
        )
    ]  # fmt: skip


def list_effects(actor: Actor, key: str, on: date | None, traced: Traced) -> list[Step]:
    """Say what the records count for: points of one person or unit; of many people how many, linked to their lines."""
    steps = [_step_use(actor, key, use, traced.whole) for use in list_uses(actor, on, traced)]
    return steps or [Step("计分", None, "现有的考核结果里没有用到这条记录")]


def _step_use(actor: Actor, key: str, use: Use, whole: bool) -> Step:
    run, scheme, item = use.shown.run, use.shown.scheme, use.item
    text, personal = f"计入《{scheme.title}》{item.code}“{item.title}”", scheme.subject == "person"
    if len(use.subjects) == 1 and not (whole and personal):
        touched = list_touched(actor, use)
        whose = "" if personal else f"{touched[0].result.subject_name}" if touched else ""
        told = f"{whose}这一项得 {touched[0].awarded}" if touched else "涉及 1 项得分"
        return Step("计分", run.at, f"{text}，{told}", run.actor)
    href = reverse("archive:lines", args=[*_split(key), run.pk, item.code])
    many = f"{len(use.subjects)} {'人' if personal else '个单位'}的这一项用到它"
    return Step("计分", run.at, f"{text}，{many}", run.actor, href=href)


def _split(key: str) -> tuple[str, int]:
    kind, _dash, number = key.rpartition("-")
    return kind, int(number)


def list_touched(actor: Actor, use: Use) -> list[Touched]:
    """The lines that hold the records, of those whose results the actor may see, by staff number. Three queries."""
    owner = "person_id" if use.shown.scheme.subject == "person" else "unit_id"
    found = scope_results(actor).filter(run=use.shown.run, **{f"{owner}__in": use.subjects})
    results = settle_results(use.shown.run, found.select_related("person", "unit", "home", "run__bureau"))
    lines = {one.result_id: one for one in ResultLine.objects.filter(result__in=results, item=use.item.code)}
    rows = [_touch(result, lines[result.pk], use.shown.scheme.scale) for result in results if result.pk in lines]
    return sorted(rows, key=lambda row: _order(row.result))


def _order(result: Result) -> str:
    return result.person.staff_no if result.person else result.unit.code if result.unit else ""


def _touch(result: Result, line: ResultLine, scale: int) -> Touched:
    return Touched(result, line, _write(line.awarded_points, scale, "未计分"), _write(line.full_points, scale, "—"))


def _write(points: int | None, scale: int, nothing: str) -> str:
    return nothing if points is None else format_scaled(points, scale)


def find_use(uses: Sequence[Use], run_id: int, item: str) -> Use:
    for use in uses:
        if (use.shown.run.pk, use.item.code) == (run_id, item):
            return use
    raise refuse_missing("这一项")
