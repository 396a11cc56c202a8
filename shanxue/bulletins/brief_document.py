"""月度简报.docx: one A4 to carry into a meeting. Equal briefs are equal bytes."""

from __future__ import annotations

from collections.abc import Iterator

from docx.document import Document as DocxDocument

from shanxue.base.lettering import measure_width
from shanxue.base.paper import (
    FANGSONG,
    HEI,
    SIZE_4,
    TEXT_WIDTH,
    add_row,
    add_style,
    add_table,
    clean_text,
    pack_document,
    start_document,
    write_lines,
)

from .rules.brief import MOST_CHANGES, MOST_MATTERS, Brief, BriefUnit, cut, pick_rows

HEADING, TEXT, CELL, LEFT = "简报标题", "简报正文", "简报表文", "简报支部"
SMALL = 9  # 小五
LINE_WIDTHS = (1100, 2045, 2045, TEXT_WIDTH - 1100 - 2 * 2045)
UNIT_WIDTH = TEXT_WIDTH // 2
ROOMY, ONE_LINE = 20, 46  # with more units than this each has one line: half characters of 小五 in a cell


def write_brief_document(brief: Brief) -> bytes:
    document = start_document(f"{brief.title}{brief.month.year}年{brief.month.month}月")
    _add_styles(document)
    day = f"{brief.as_of.year}年{brief.as_of.month}月{brief.as_of.day}日"
    write_lines(
        document,
        ("公文标题", clean_text(brief.title)),
        (TEXT, f"{brief.month.year}年{brief.month.month}月　　数据截至{day}"),
        (HEADING, clean_text(brief.sentence)),
    )
    _write_units(document, brief)
    write_lines(document, (HEADING, "全年进度"))
    rows = [(line.name, line.month, line.last_month, line.year) for line in brief.lines]
    table = add_table(document, LINE_WIDTHS, (), ())
    for row in (("", "本月", "去年同月", "全年累计"), *rows):
        add_row(table, LINE_WIDTHS, CELL, row)
    _write_list(document, "与上月相比", cut(brief.changes, MOST_CHANGES, "个单位有变化"), "没有变化。")
    _write_list(document, "需要研究的事", cut(brief.matters, MOST_MATTERS, "件，见一页图"), "没有需要研究的事。")
    return pack_document(document)


def _add_styles(document: DocxDocument) -> None:
    add_style(document, HEADING, HEI, SIZE_4, "left", line=380, before=80)
    add_style(document, TEXT, FANGSONG, 10.5, "left", line=290)
    add_style(document, CELL, FANGSONG, SMALL, "center", line=240)
    add_style(document, LEFT, FANGSONG, SMALL, "left", line=240, left=40)


def _write_units(document: DocxDocument, brief: Brief) -> None:
    """Two columns, each read downwards; a shape and a word, so that black and white suffices."""
    units, rest = pick_rows(brief)
    half = (len(units) + 1) // 2
    width = ONE_LINE if len(units) > ROOMY else 2 * ONE_LINE
    table = add_table(document, (UNIT_WIDTH, TEXT_WIDTH - UNIT_WIDTH), (), ())
    for row in range(half):
        pair = [units[row], units[row + half] if row + half < len(units) else None]
        add_row(table, (UNIT_WIDTH, TEXT_WIDTH - UNIT_WIDTH), LEFT, [_write_unit(one, width) for one in pair])
    if rest:
        write_lines(document, (TEXT, rest))


def _write_unit(unit: BriefUnit | None, width: int) -> str:
    """Write one unit; what is wider than the cell ends in …, and stands whole on the page."""
    text = clean_text(f"{unit.shape} {unit.light}　{unit.name}　{unit.words}") if unit else ""
    if measure_width(text) <= width:
        return text
    while measure_width(text) > width - 2:
        text = text[:-1]
    return f"{text}…"


def _write_list(document: DocxDocument, heading: str, rows: tuple[str, ...], nothing: str) -> None:
    write_lines(document, (HEADING, heading), *_number(rows or (nothing,), numbered=bool(rows)))


def _number(rows: tuple[str, ...], *, numbered: bool) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(rows, 1):
        yield TEXT, clean_text(f"{number}. {row}" if numbered and not row.startswith("另有") else row)
