"""What a year's assessment adds to the 通报 of that year: its own sentences, with every number marked as a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from shanxue.assessment.models import Run
from shanxue.assessment.reports import build_report, read_scheme
from shanxue.assessment.rules.figures import list_best, list_blocked
from shanxue.assessment.rules.report import Part, YearReport
from shanxue.orgs.models import Bureau, Person, Unit

from ..models import OfficialDocument
from ..rules import FigureKind, NamedChoice, Section
from ..rules.attachments import list_attachments
from ..rules.checking import find_names
from ..rules.drafting import Wanted
from ..rules.drafts import Draft, Evidence, FigureDraft, Row, join_paragraphs
from ..rules.marking import Marked, mark, mark_numbers
from ..rules.numbering import number_headings
from ..rules.overall import list_overall
from ..rules.periods import NamedPeriod
from ..rules.problems import list_lowest, list_problems
from ..rules.shapes import Block, Choices

TOLD_ALREADY = ("学习考勤", "到会情况")  # the period's own part says it with sessions behind


def add_year(draft: Draft, document: OfficialDocument, period: NamedPeriod, wanted: Wanted) -> Draft:
    """Add what the assessment of the year says; without one the draft stays as it is."""
    report = find_report(document.bureau, period)
    if report is None or document.unit is not None:
        return draft
    choices = Choices(
        office=wanted.office, due_on=wanted.due_on, named=frozenset(document.named),
        attendance_line=None if wanted.line_percent is None else wanted.line_percent * 10,
        attendance_clause=wanted.line_clause,
    )  # fmt: skip
    figures: list[FigureDraft] = []
    overall = list(_mark_blocks(list_overall(report), "year/overall", figures))
    pairs = [(problem, need) for problem, need in list_problems(report, choices) if "到会" not in problem.heading]
    problems = list(_mark_blocks([problem for problem, _ in pairs], "year/problem", figures))
    needs = [mark("\n".join((_bare(need.heading), *need.paragraphs))) for _, need in pairs]
    sections = dict(draft.sections)
    for section, added in ((Section.OVERALL, overall), (Section.PROBLEMS, problems), (Section.REQUIREMENTS, needs)):
        sections[section] = number_headings(_put_first(sections[section], added) if added else sections[section])
    return replace(
        draft, sections=sections, figures=(*draft.figures, *figures),
        evidence=(*draft.evidence, *_find_evidence(document.bureau, problems)),
        tables=(*draft.tables, *list_attachments(report, choices)),
        persons=(*draft.persons, *_list_named(document.bureau, report, choices)),
    )  # fmt: skip


def _bare(heading: str) -> str:
    return f"（一）{heading.partition('）')[2] or heading}"


def _put_first(section: Marked, added: Sequence[Marked]) -> Marked:
    """The assessment comes before the records; headings are numbered anew afterwards."""
    rest = section
    if section.text and not section.text.startswith("（"):
        rest = join_paragraphs([mark("（一）日常学习"), section])
    if section.text.startswith("截至") and "没有需要通报的问题" in section.text:
        rest = Marked()
    return join_paragraphs([*added, rest])


def _mark_blocks(blocks: Iterable[Block], prefix: str, figures: list[FigureDraft]) -> Iterator[Marked]:
    for place, block in enumerate(blocks, 1):
        name = block.heading.partition("）")[2] or block.heading
        if name in TOLD_ALREADY:
            continue
        lines = [mark(_bare(block.heading))]
        for number, sentence in enumerate(block.paragraphs, 1):
            marked = mark_numbers(sentence, f"{prefix}/{place}-{number}")
            row = Row("年度考核", sentence, "board")
            figures += [
                FigureDraft(
                    span.key, f"年度考核结果：{name}", sentence[span.start : span.stop], FigureKind.NUMBER, (row,)
                )
                for span in marked.spans
            ]
            lines.append(marked)
        yield join_paragraphs(lines)


def _find_evidence(bureau: Bureau, problems: Sequence[Marked]) -> list[Evidence]:
    """A unit that a sentence of the assessment names has that sentence as its evidence."""
    units = {unit.name: unit for unit in Unit.objects.filter(bureau=bureau)}
    found = []
    for problem in problems:
        heading, _, text = problem.text.partition("\n")
        for name in sorted(find_names(text, units), key=lambda one: units[one].path):
            found.append(
                Evidence(units[name].pk, name, "", f"年度考核：{heading.partition('）')[2]}", text[:300], "board")
            )
    return found


def _list_named(bureau: Bureau, report: YearReport, choices: Choices) -> Iterator[tuple[int, str]]:
    if report.people is None:
        return
    codes = list(_list_codes(report.people, choices))
    people = dict(
        Person.objects.filter(bureau=bureau, staff_no__in=[code for code, _ in codes]).values_list("staff_no", "pk")
    )
    for code, text in codes:
        if code in people:
            yield people[code], text


def _list_codes(part: Part, choices: Choices) -> Iterator[tuple[str, str]]:
    if NamedChoice.BEST in choices.named:
        yield from ((row.code, f"学习考核{row.grade}") for row in list_best(part))
    if NamedChoice.LIMITED in choices.named:
        yield from ((row.code, f"拟定{gate.target}{grade}，{gate.clause}") for row, gate, grade in list_blocked(part))
    if NamedChoice.LOWEST in choices.named:
        yield from ((row.code, f"学习考核{row.grade}") for row in list_lowest(part))


def find_report(bureau: Bureau, period: NamedPeriod) -> YearReport | None:
    """The report of the latest runs whose window is this year, one for each kind of subject."""
    runs: dict[str, Run] = {}
    codes = Run.objects.filter(bureau=bureau, scheme__text__contains=f"{period.period.from_on:%Y-%m-%d}")
    for run in codes.select_related("scheme").order_by("-at", "-pk"):
        if run.scheme.subject not in runs and read_scheme(run).window == period.period:
            runs[run.scheme.subject] = run
    order = [runs[subject] for subject in ("person", "branch", "department") if subject in runs]
    return build_report(bureau, order) if order else None
