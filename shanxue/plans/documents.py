"""The issued document of a plan (年度学习培训工作意见, D2) on official paper. Equal contents are equal bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docx.document import Document as DocxDocument

from shanxue.base.lettering import measure_width
from shanxue.base.paper import (
    DATE_STYLE,
    SIGNATURE_STYLE,
    add_table,
    clean_text,
    pack_document,
    place_signature,
    split_lines,
    start_document,
    write_lines,
)

from .models import Measure, Plan, PlanItem
from .queries.planning import list_items, list_measures, tell_tier
from .rules import ItemState, Level, PlanState
from .rules.planning import PlanTier

HEADING, SUBHEADING, BODY = "公文一级", "公文二级", "公文正文"
NUMERALS = "一二三四五六七八九十"
WIDTHS = (1500, 3945, 1500, 1900)  # 时限 事项 类别 责任单位, of the 版心's 8845
MOST_NUMBERED = len(NUMERALS)


def write_plan(plan: Plan) -> bytes:
    """Write a plan as it stands; marked 送审稿 until it is approved. Cancelled and unplanned items are left out."""
    document = start_document(plan.title)
    write_lines(document, *(("公文标题", line) for line in _split_title(plan)))
    if plan.state != PlanState.APPROVED:
        write_lines(document, ("公文稿别", "（送审稿）"))
    write_lines(document, ("", ""))
    number = 0
    for heading, lines, items in list_sections(plan):
        if not lines and not items:
            continue
        write_lines(document, (HEADING, f"{NUMERALS[number]}、{heading}"), *lines)
        number += 1
        if items:
            add_table(
                document, WIDTHS, ("完成时限", "事项", "类别", "责任单位"), [write_row(item, plan) for item in items]
            )
    _sign(document, plan)
    return pack_document(document)


Line = tuple[str, str]
TITLE_WIDTH = 38  # half characters of 2号 on one line, less one character's room at either side


def _split_title(plan: Plan) -> list[str]:
    """A title too long for one line is broken after the name of the bureau, never inside a word (GB/T 9704 7.3.1)."""
    title, name = clean_text(plan.title), clean_text(plan.bureau.name)
    if measure_width(title) <= TITLE_WIDTH or not title.startswith(name) or title == name:
        return [title]
    return [name, title.removeprefix(name)]


def list_sections(plan: Plan) -> Iterator[tuple[str, Sequence[Line], Sequence[PlanItem]]]:
    """The sections in order: heading, lines of text with their styles, items of the table behind."""
    items = [one for one in list_items(plan) if one.state not in (ItemState.CANCELLED, ItemState.EXTRA)]
    yield "指导思想", _write_body(plan.guiding_idea), ()
    yield "目标和内容", list(_write_parts(plan)), ()
    yield "主要举措", list(_write_measures(list_measures(plan))), ()
    yield "工作安排", [(BODY, f"全年安排 {len(items)} 项，按时限列出如下。")] if items else [], items
    yield "考核办法和措施", _write_body(plan.assessment), ()


def _write_body(text: str) -> list[Line]:
    return [(BODY, line) for line in split_lines(text)]


def _write_parts(plan: Plan) -> Iterator[Line]:
    """Goals and content at each level that says something, in the order of the three levels."""
    parts = {part.level: part for part in plan.parts.all()}
    told = [parts[level] for level in Level if level in parts and (parts[level].goals or parts[level].content)]
    for number, part in enumerate(told):
        yield SUBHEADING, f"（{NUMERALS[number]}）{part.level}"
        for label, text in (("目标：", part.goals), ("学习内容：", part.content)):
            for place, line in enumerate(split_lines(text)):
                yield BODY, f"{label if place == 0 else ''}{line}"


def _write_measures(measures: Sequence[tuple[Measure, int]]) -> Iterator[Line]:
    """The tree with the numbers official papers use: （一）, 1., （1）; deeper ones as the third."""
    counters: list[int] = []
    for measure, depth in measures:
        counters = [*counters[:depth], counters[depth] + 1 if len(counters) > depth else 1]
        name, text = clean_text(measure.name), split_lines(measure.text)
        number = counters[-1]
        if depth == 0:
            yield SUBHEADING, f"（{NUMERALS[number - 1] if number <= MOST_NUMBERED else number}）{name}"
            yield from ((BODY, line) for line in text)
        else:
            label = f"{number}.{name}" if depth == 1 else f"（{number}）{name}"
            yield BODY, f"{label}。{''.join(text)}" if text else f"{label}。"


def write_row(item: PlanItem, plan: Plan) -> tuple[str, str, str, str]:
    """One line of 工作安排: by when, what, which kind, whose."""
    day = f"{item.due_on.month}月{item.due_on.day}日前" if item.due_on else "待定"
    whose = item.unit.name if item.unit else (plan.person.name if plan.person else "")
    return day, item.title, item.kind, whose


def _sign(document: DocxDocument, plan: Plan) -> None:
    """署名 and 成文日期: the day it goes out, else an empty day; never made up."""
    tier = tell_tier(plan)
    whose = plan.person.name if plan.person else (plan.unit.name if plan.unit else "")
    signer = f"{plan.bureau.name}{whose}" if tier is PlanTier.BUREAU else whose
    issued = plan.issued_on
    day = f"{issued.year}年{issued.month}月{issued.day}日" if issued else f"{plan.year}年　月　日"
    write_lines(document, ("", ""), (SIGNATURE_STYLE, clean_text(signer)), (DATE_STYLE, day))
    place_signature(document.paragraphs[-2], day)
