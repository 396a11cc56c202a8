"""Make templates_docx/*.docx: what an office takes as a beginning for its own 会议记录 and 签到表.

Run ``python -m shanxue.activities.make_template`` after a change here and commit what it writes; a test compares, and
compares what they give with what documents.py draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docx.document import Document as DocxDocument

from shanxue.base.paper import TEXT_CELL, TEXT_WIDTH, add_table, save_document, start_document, write_lines

from .documents import FACT, LABEL, LABEL_WIDTH, SHEET_ROW, SHEET_WIDTHS, SIGNATURES, VALUE, add_record_styles
from .filled import MINUTES, SHEET, SHIPPED

Row = Sequence[str]


def build_minutes() -> DocxDocument:
    """会议记录 with marks, in the order of the drawn one."""
    document = start_document("{{ 会议名称 }}会议记录")
    add_record_styles(document)
    write_lines(
        document,
        ("公文标题", "{{ 单位 }}"),
        ("公文标题", "{{ 类型 }}记录"),
        ("", "{%p if 稿别 %}"),
        ("公文稿别", "{{ 稿别 }}"),
        ("", "{%p endif %}"),
        ("", ""),
    )
    widths = (LABEL_WIDTH, TEXT_WIDTH - LABEL_WIDTH)
    rows = (("{%tr for 行 in 情况 %}", ""), ("{{ 行.栏目 }}", "{{ 行.内容 }}"), ("{%tr endfor %}", ""))
    _add_marks(document, widths, (), rows, (LABEL, VALUE))
    write_lines(
        document,
        ("", ""),
        ("", "{%p if 议程 %}"),
        ("公文一级", "议程"),
        ("", "{%p endif %}"),
        ("", "{%p for 行 in 议程 %}"),
        ("公文正文", "{{ 行 }}"),
        ("", "{%p endfor %}"),
        ("公文一级", "主要内容"),
        ("", "{%p for 行 in 主要内容 %}"),
        ("", "{%p if 行.级 == '二级' %}"),
        ("公文二级", "{{ 行.文 }}"),
        ("", "{%p else %}"),
        ("公文正文", "{{ 行.文 }}"),
        ("", "{%p endif %}"),
        ("", "{%p endfor %}"),
        ("公文一级", "决议"),
        ("", "{%p if 决议 %}"),
    )
    marks = tuple(f"{{{{ 行[{place}] }}}}" for place in range(4))
    decided = (("{%tr for 行 in 决议 %}", "", "", ""), marks, ("{%tr endfor %}", "", "", ""))
    wide = (700, TEXT_WIDTH - 700 - 1500 - 1900, 1500, 1900)
    _add_marks(document, wide, ("序号", "决议事项", "负责人", "期限"), decided, (TEXT_CELL,) * 4)
    write_lines(
        document,
        ("公文末行", ""),
        ("", "{%p else %}"),
        ("公文正文", "无。"),
        ("", "{%p endif %}"),
        ("", "{%p if 其他 %}"),
        ("公文一级", "其他"),
        ("", "{%p endif %}"),
        ("", "{%p for 行 in 其他 %}"),
        ("公文正文", "{{ 行 }}"),
        ("", "{%p endfor %}"),
        ("公文正文", "散会。"),
        ("", ""),
        ("公文正文", SIGNATURES),
        ("", "{%p for 行 in 附注 %}"),
        ("公文表注", "注：{{ 行 }}"),
        ("", "{%p endfor %}"),
    )
    return document


def build_sheet() -> DocxDocument:
    """签到表 with marks: names two by two, empty lines for guests."""
    document = start_document("{{ 会议名称 }}签到表")
    add_record_styles(document)
    write_lines(
        document,
        ("公文标题", "签到表"),
        ("", "{%p for 行 in 事项 %}"),
        (FACT, "{{ 行 }}"),
        ("", "{%p endfor %}"),
    )
    marks = ("{{ 行.左序号 }}", "{{ 行.左姓名 }}", "", "{{ 行.右序号 }}", "{{ 行.右姓名 }}", "")
    rows = (("{%tr for 行 in 名单 %}", *[""] * 5), marks, ("{%tr endfor %}", *[""] * 5))
    _add_marks(document, SHEET_WIDTHS, ("序号", "姓名", "签名") * 2, rows, (TEXT_CELL,) * 6)
    write_lines(
        document,
        ("", "{%p if 不要求到会 %}"),
        ("公文表注", "不要求到会（来了可以签）：{{ 不要求到会 | join('、') }}"),
        ("", "{%p endif %}"),
        ("公文表注", "列席：{{ 列席 | join('、') }}"),
    )
    return document


def _add_marks(
    document: DocxDocument, widths: Sequence[int], head: Row, rows: Sequence[Row], styles: Sequence[str]
) -> None:
    table = add_table(document, tuple(widths), tuple(head), [tuple(row) for row in rows], height=SHEET_ROW)
    for row in table.rows[1 if head else 0 :]:
        for cell, style in zip(row.cells, styles, strict=True):
            cell.paragraphs[0].style = style


BUILDERS = {MINUTES: build_minutes, SHEET: build_sheet}


def main(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_document(BUILDERS[path.stem](), path)


if __name__ == "__main__":
    for name in BUILDERS:
        main(SHIPPED / f"{name}.docx")
