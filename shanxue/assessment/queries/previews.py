"""The preview of a proceeding: everybody's result with grade, clauses, quota and last year's difference."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count

from shanxue.activities.models import Attendance
from shanxue.orgs.models import Person
from shanxue.orgs.queries import Actor
from shanxue.study.models import Note

from ..models import Event, PriorResult, Proceeding, ProceedingScheme, Result
from ..rules.pages import list_grades
from ..rules.wording import describe_gate
from .proceedings import list_scheme_parts, map_last_year, show_part
from .results import Row, Shown, list_rows, scope_results

ROWS_PER_PAGE = 100


@dataclass(frozen=True)
class PreviewRow:
    """One result; ``difference`` in points of the scheme against last year, None where one of the two is unknown."""

    row: Row
    gates: tuple[str, ...]
    last_year: PriorResult | None
    difference: int | None


@dataclass(frozen=True)
class Preview:
    part: ProceedingScheme
    shown: Shown
    parts: tuple[ProceedingScheme, ...]
    rows: tuple[PreviewRow, ...]
    pages: Page[Result]
    counts: tuple[tuple[str, int], ...]
    grade: str

    @property
    def is_people(self) -> bool:
        return self.shown.scheme.subject == "person"


def build_preview(actor: Actor, proceeding: Proceeding, *, code: str, grade: str, page: str | None) -> Preview | None:
    """Build the preview of one scheme's newest (or frozen) run; None while there is none."""
    parts = [part for part in list_scheme_parts(proceeding) if part.run_id]
    part = next((one for one in parts if one.code == code), parts[0] if parts else None)
    shown = show_part(part) if part else None
    if part is None or shown is None:
        return None
    results = scope_results(actor).filter(run=shown.run).select_related("person", "unit", "home")
    counts = dict(results.order_by().values_list("grade").annotate(Count("id")))
    order = list_grades(shown.scheme)
    chosen = results.filter(grade=grade) if grade else results
    pages = Paginator(chosen.order_by("home__code", "person__staff_no", "unit__code"), ROWS_PER_PAGE).get_page(page)
    last_year = map_last_year(proceeding, shown.scheme)
    sentences = {gate.code: describe_gate(shown.scheme, gate) for gate in shown.scheme.gates}
    rows = tuple(_build_row(row, shown, sentences, last_year) for row in list_rows(shown, pages.object_list))
    named = [(one, counts[one]) for one in (*order, *sorted(set(counts) - set(order))) if one in counts]
    return Preview(part, shown, tuple(parts), rows, pages, tuple(named), grade)


def _build_row(row: Row, shown: Shown, sentences: dict[str, str], last_year: dict[int, PriorResult]) -> PreviewRow:
    result = row.result
    former = last_year.get(result.person_id or result.unit_id or 0)
    difference = None
    if former is not None and former.total_milli is not None and result.total_points is not None:
        difference = result.total_points - former.total_milli * shown.scheme.scale // 1000
    gates = tuple(sentences[code] for code in result.gates if code in sentences)
    return PreviewRow(row, gates, former, difference)


def list_lacks(proceeding: Proceeding) -> list[str]:
    """What 试算 still needs of the three: roster, scheme, at least one record (ux K5)."""
    bureau = proceeding.bureau
    lacks = [] if Person.objects.filter(bureau=bureau).exists() else ["名册"]
    lacks += [] if proceeding.parts.exists() else ["细则"]
    has_records = (
        Attendance.objects.filter(session__bureau=bureau).exists()
        or Note.objects.filter(bureau=bureau).exists()
        or Event.objects.filter(bureau=bureau).exists()
    )
    return lacks if has_records else [*lacks, "至少一项记录"]
