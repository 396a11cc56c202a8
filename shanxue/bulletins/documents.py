"""情况通报.docx: a composed bulletin poured into a template that the office can replace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx.document import Document as DocxDocument
from docx.shared import Twips
from docx.table import Table

from shanxue.assessment.rules.report import YearReport
from shanxue.base.filling import fill_template, open_template
from shanxue.base.paper import (
    DATE_STYLE,
    LINE,
    MARK_STYLE,
    SIGNATURE_STYLE,
    TABLE_STYLE,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    clean_text,
    fit_mark,
    name_style,
    place_signature,
    save_document,
)

from .rules.composing import compose_bulletin
from .rules.shapes import Attachment, Block, Bulletin, Choices

TEMPLATE = Path(__file__).parent / "templates_docx" / "情况通报.docx"
PLAN_WIDTHS = (1500, 3945, 1500, 1900)  # 时限 事项 类别 责任单位
SHARE_WIDTH = 740  # 100.0% on one line
TABLE_HEIGHT = TEXT_HEIGHT - 7 * LINE  # what an attachment's label, title, remark and 版记 leave of a page


def write_bulletin(
    report: YearReport, path: Path, *, choices: Choices | None = None, template_path: Path | None = None
) -> None:
    """Write 情况通报.docx. The same report, choices and template give the same bytes.

    ``template_path`` is an office's own template. Raises ``Refusal`` naming the variable or the place when it cannot
    be filled; nothing is written then.
    """
    bulletin = compose_bulletin(report, choices or Choices())
    template = open_template(template_path or TEMPLATE)
    fill_template(template, list_variables(bulletin, report), (template_path or TEMPLATE).name)
    fit_layout(template.docx)
    save_document(template.docx, path)


def list_variables(bulletin: Bulletin, report: YearReport) -> dict[str, Any]:
    """Everything a template may name. Kept in step with docs/documents.md by a test."""
    return list_bulletin_variables(bulletin, report.bureau_name, str(report.year))


def list_bulletin_variables(bulletin: Bulletin, bureau: str, year: str) -> dict[str, Any]:
    """The same for a 情况通报 that does not rest on a year's report."""
    labels = label_attachments(bulletin.attachments)
    return {
        "发文机关标志": clean_text(bulletin.mark),
        "发文字号": clean_text(bulletin.number),
        "标题": clean_text(bulletin.title),
        "标题行": [clean_text(line) for line in bulletin.title_lines],
        "稿别": bulletin.draft,
        "主送机关": clean_text(bulletin.to),
        "引言": clean_text(bulletin.opening),
        "总体情况": show_blocks(bulletin.overall),
        "存在问题": show_blocks(bulletin.problems),
        "整改要求": show_blocks(bulletin.requirements),
        "附件说明": [note for note, _ in labels],
        "附件": [show_attachment(table, label) for table, (_, label) in zip(bulletin.attachments, labels, strict=True)],
        "署名": clean_text(bulletin.issuer),
        "成文日期": bulletin.dated,
        "抄送": clean_text(bulletin.copies),
        "印发机关": clean_text(bulletin.printed_by),
        "印发日期": bulletin.printed,
        "单位名称": clean_text(bureau),
        "年度": year,
        "数字": bulletin.figures,
    }


def show_blocks(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    return [
        {"标题": clean_text(block.heading), "正文": [clean_text(text) for text in block.paragraphs]} for block in blocks
    ]


def label_attachments(attachments: tuple[Attachment, ...]) -> list[tuple[str, str]]:
    """The line of each attachment under 附件说明 and its label on its own page; a single one bears no number."""
    if len(attachments) == 1:
        return [(f"附件：{clean_text(attachments[0].title)}", "附件")]
    return [
        (f"{'附件：' if number == 1 else '　　　'}{number}. {clean_text(table.title)}", f"附件{number}")
        for number, table in enumerate(attachments, 1)
    ]


def show_attachment(table: Attachment, label: str) -> dict[str, Any]:
    return {
        "标签": label,
        "标题": clean_text(table.title),
        "首列": table.first,
        "列": list(table.columns),
        "行": [
            {
                "序号": "" if name == "合计" else str(number),
                "名称": clean_text(name),
                "值": [clean_text(v) for v in values],
            }
            for number, (name, values) in enumerate(table.rows, 1)
        ],
        "说明": table.remark,
    }


def fit_layout(document: DocxDocument) -> None:
    """Set what depends on the words: size of the 发文机关标志, place of the 署名, widths of table columns.

    Works by style names; a template without these styles is left as it is.
    """
    date = next((each.text for each in document.paragraphs if name_style(each) == DATE_STYLE), "")
    for paragraph in document.paragraphs:
        if name_style(paragraph) == MARK_STYLE:
            fit_mark(paragraph)
        elif name_style(paragraph) == SIGNATURE_STYLE:
            place_signature(paragraph, date)
    for table in document.tables:
        if table.style is not None and table.style.name == TABLE_STYLE:
            _fit_columns(table)


def _fit_columns(table: Table) -> None:
    """Give 序号 and the name what they need and share the rest alike; other tables by their own measure."""
    count = len(table.columns)
    heads = [cell.text for cell in table.rows[0].cells]
    if heads[0] == "序号":
        first, second = (500, 1800) if count > 10 else (560, 2100 if count > 6 else 3000)
        wide = [SHARE_WIDTH if count > 10 and head.endswith("率") else 0 for head in heads[2:]]
        rest = (TEXT_WIDTH - first - second - sum(wide)) // max(wide.count(0), 1)
        widths = [first, second, *(width or rest for width in wide)]
    else:
        widths = list(PLAN_WIDTHS) if count == len(PLAN_WIDTHS) else [TEXT_WIDTH // count] * count
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Twips(width)
    height = max(306, min(560, (TABLE_HEIGHT // len(table.rows))))
    for row in table.rows:
        row.height = Twips(height)
        for cell, width in zip(row._tr.tc_lst, widths, strict=False):
            cell.width = Twips(width)
