"""A 简报 from the draft of its period: what was held, the practices the office chose, what is missing. Plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import FigureKind, Section
from .drafting import Wanted, write_day
from .drafts import Draft, FigureDraft, Row, join_paragraphs
from .facts import PeriodFacts
from .marking import Marked, mark


@dataclass(frozen=True)
class Practice:
    """An outcome of study that the office chose to tell of; whose it is stays out."""

    id: int
    unit: str
    title: str
    measure: str
    evidence: str


def write_briefing(draft: Draft, facts: PeriodFacts, practices: Sequence[Practice], wanted: Wanted) -> Draft:
    """Write the three parts of a 简报. Named units may answer, as those of a 通报."""
    problems = draft.sections[Section.PROBLEMS]
    if draft.evidence:
        answer = f"上述单位有不同意见的，自印发之日起{wanted.answer_days}日内向{wanted.office}说明。"
        problems = join_paragraphs([problems, mark(answer)])
    elif not facts.points:
        problems = mark(f"截至{write_day(facts.as_of)}，按现有资料，没有需要列出的问题。")
    figures = tuple(_show_unit(one) for one in practices)
    sections = {
        Section.OVERALL: draft.sections[Section.OVERALL],
        Section.PRACTICES: join_paragraphs([_tell(one) for one in practices]),
        Section.PROBLEMS: problems,
    }
    return replace(draft, sections=sections, figures=(*draft.figures, *figures))


def _show_unit(one: Practice) -> FigureDraft:
    row = Row(f"{one.unit}　{one.title}", one.measure, f"outcome:{one.id}")
    return FigureDraft(f"practice/{one.id}", "经验做法的单位", one.unit, FigureKind.UNITS, (row,))


def _tell(one: Practice) -> Marked:
    words = f"《{one.title.strip('《》')}》提出的做法已采纳：{one.measure.rstrip('。')}。"
    if one.evidence.strip():
        words += f"{one.evidence.strip().rstrip('。')}。"
    return mark("{}" + words.replace("{}", ""), (f"practice/{one.id}", one.unit))
