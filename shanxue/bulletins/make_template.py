"""Make templates_docx/*.docx: the layout of GB/T 9704-2012 with marks that documents.py and official.py fill.

Run ``python -m shanxue.bulletins.make_template`` after a change here and commit what it writes; a test compares.
Page, fonts and styles are those of base/paper.py. Clause numbers are those of GB/T 9704-2012.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from docx.document import Document as DocxDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from shanxue.base.paper import (
    CHARACTER,
    FANGSONG,
    HEAD_CELL,
    IMPRINT_STYLE,
    KAI,
    SIZE_3,
    TABLE_STYLE,
    TEXT_CELL,
    TEXT_WIDTH,
    add_style,
    fill_row,
    keep_row,
    pin_to_foot,
    repeat_row,
    save_document,
    start_document,
    write_lines,
)

from .documents import TEMPLATE

ISSUE_STYLE, MADE_STYLE = "简报期号", "简报编印"


def build_template() -> DocxDocument:
    """Build the template on an empty page."""
    document = start_document("{{ 标题 }}")
    write_head(document)
    write_body(document)
    write_attachments(document)
    write_imprint(document)
    return document


def write_head(document: DocxDocument) -> None:
    """版头 and title: two lines between mark and number, two below the red line, one above the addressees."""
    write_lines(
        document,
        ("公文标志", "{{ 发文机关标志 }}"),
        *[("", "")] * 2,
        ("公文字号", "{{ 发文字号 }}"),
        *[("", "")] * 2,
        ("", "{%p for 行 in 标题行 %}"),
        ("公文标题", "{{ 行 }}"),
        ("", "{%p endfor %}"),
        ("", "{%p if 稿别 %}"),
        ("公文稿别", "{{ 稿别 }}"),
        ("", "{%p endif %}"),
        ("", ""),
    )


def write_body(document: DocxDocument) -> None:
    """主体: addressees, three sections, 附件说明, 署名, 成文日期."""
    write_lines(document, ("公文主送", "{{ 主送机关 }}："), ("公文正文", "{{ 引言 }}"))
    for numeral, title in zip("一二三", ("总体情况", "存在问题", "整改要求"), strict=True):
        write_lines(
            document,
            ("公文一级", f"{numeral}、{title}"),
            *loop_blocks(title),
        )
    write_signature(document)


def loop_blocks(name: str) -> list[tuple[str, str]]:
    """Blocks of a section: a heading （一）, where there is one, and its paragraphs."""
    return [
        ("", f"{{%p for 段 in {name} %}}"),
        ("", "{%p if 段.标题 %}"),
        ("公文二级", "{{ 段.标题 }}"),
        ("", "{%p endif %}"),
        ("", "{%p for 句 in 段.正文 %}"),
        ("公文正文", "{{ 句 }}"),
        ("", "{%p endfor %}"),
        ("", "{%p endfor %}"),
    ]


def write_signature(document: DocxDocument) -> None:
    """附件说明, then 署名 over 成文日期 (7.3.5)."""
    write_attachment_notes(document)
    write_lines(
        document,
        *[("", "")] * 3,
        ("公文署名", "{{ 署名 }}"),
        ("公文日期", "{{ 成文日期 }}"),
    )
    for paragraph in document.paragraphs[-4:]:
        paragraph.paragraph_format.keep_with_next = paragraph.text != "{{ 成文日期 }}"


def write_attachment_notes(document: DocxDocument) -> None:
    """附件说明 one line below the text (7.3.4)."""
    write_lines(
        document,
        ("", "{%p if 附件说明 %}"),
        ("", ""),
        ("", "{%p endif %}"),
        ("", "{%p for 行 in 附件说明 %}"),
        ("公文附件说明", "{{ 行 }}"),
        ("", "{%p endfor %}"),
    )


def write_attachments(document: DocxDocument) -> None:
    """Each attachment starts a page: 附件1 in 黑体, title on the third line, a table whose head repeats (7.3.7)."""
    write_lines(
        document,
        ("", "{%p for 表 in 附件 %}"),
        ("公文附件序号", "{{ 表.标签 }}"),
        ("", ""),
        ("公文标题", "{{ 表.标题 }}"),
        ("", ""),
    )
    table = document.add_table(rows=4, cols=5)
    table.style = document.styles[TABLE_STYLE]
    table.autofit = False
    fill_row(table, 0, HEAD_CELL, "序号", "{{ 表.首列 }}", "{%tc for 头 in 表.列 %}", "{{ 头 }}", "{%tc endfor %}")
    fill_row(table, 1, TEXT_CELL, "{%tr for 行 in 表.行 %}")
    fill_row(
        table, 2, TEXT_CELL, "{{ 行.序号 }}", "{{ 行.名称 }}", "{%tc for 值 in 行.值 %}", "{{ 值 }}", "{%tc endfor %}"
    )
    fill_row(table, 3, TEXT_CELL, "{%tr endfor %}")
    keep_row(table, 0)
    keep_row(table, 2)
    repeat_row(table, 0)
    write_lines(document, ("公文表注", "{{ 表.说明 }}"), ("", "{%p endfor %}"))


def write_imprint(document: DocxDocument) -> None:
    """版记 at the foot of the last page: 抄送, then 印发机关 and 印发日期, each after one character (7.4)."""
    write_lines(
        document,
        ("", "{%p if 抄送 %}"),
        ("公文版记", "　抄送：{{ 抄送 }}。"),
        ("", "{%p endif %}"),
        ("公文版记", "　{{ 印发机关 }}\t{{ 印发日期 }}"),
        ("公文末行", ""),
    )
    pin_imprint(document)


def pin_imprint(document: DocxDocument) -> None:
    for paragraph in document.paragraphs[-6:]:
        if paragraph.style is not None and paragraph.style.name == IMPRINT_STYLE:
            pin_to_foot(paragraph)


def build_notice() -> DocxDocument:
    """A 通知: its own text between addressees and signature."""
    document = start_document("{{ 标题 }}")
    write_head(document)
    write_lines(document, ("公文主送", "{{ 主送机关 }}："), *loop_lines("正文"))
    write_signature(document)
    write_imprint(document)
    return document


def build_opinion() -> DocxDocument:
    """The year's plan as official document: each section with its text, and the table of what is arranged."""
    document = start_document("{{ 标题 }}")
    write_head(document)
    write_lines(
        document,
        ("公文主送", "{{ 主送机关 }}："),
        ("", "{%p for 节 in 各节 %}"),
        ("公文一级", "{{ 节.标题 }}"),
        *loop_lines("节.段"),
        ("", "{%p if 节.表 %}"),
    )
    table = document.add_table(rows=4, cols=4)
    table.style = document.styles[TABLE_STYLE]
    table.autofit = False
    fill_row(table, 0, HEAD_CELL, "完成时限", "事项", "类别", "责任单位")
    fill_row(table, 1, TEXT_CELL, "{%tr for 行 in 节.表 %}")
    fill_row(table, 2, TEXT_CELL, "{{ 行[0] }}", "{{ 行[1] }}", "{{ 行[2] }}", "{{ 行[3] }}")
    fill_row(table, 3, TEXT_CELL, "{%tr endfor %}")
    keep_row(table, 0)
    keep_row(table, 2)
    repeat_row(table, 0)
    write_lines(document, ("", "{%p endif %}"), ("", "{%p endfor %}"))
    write_signature(document)
    write_imprint(document)
    return document


def build_briefing() -> DocxDocument:
    """A 简报 as offices lay it out: its red name, the issue, who made it over a red rule; 报 and 发 at the foot."""
    document = start_document("{{ 标题 }}")
    add_style(document, ISSUE_STYLE, KAI, SIZE_3, "center")
    copy_rule(document, add_style(document, MADE_STYLE, FANGSONG, SIZE_3, "left", line=400))
    write_lines(
        document,
        ("公文标志", "{{ 发文机关标志 }}"),
        ("", ""),
        (ISSUE_STYLE, "{{ 期号 }}"),
        ("", ""),
        (MADE_STYLE, "　{{ 署名 }}编\t{{ 成文日期 }}"),
        *[("", "")] * 2,
        ("", "{%p for 行 in 标题行 %}"),
        ("公文标题", "{{ 行 }}"),
        ("", "{%p endfor %}"),
        ("", "{%p if 稿别 %}"),
        ("公文稿别", "{{ 稿别 }}"),
        ("", "{%p endif %}"),
        ("", ""),
        ("", "{%p for 部分 in 各部分 %}"),
        ("公文一级", "{{ 部分.标题 }}"),
        *loop_blocks("部分.段"),
        ("", "{%p endfor %}"),
    )
    write_attachment_notes(document)
    write_attachments(document)
    lines = ("　报：{{ 抄送 }}。", "　发：{{ 主送机关 }}。", "　{{ 印发机关 }}\t{{ 印发日期 }}")
    write_lines(
        document,
        ("", "{%p if 抄送 %}"),
        ("公文版记", lines[0]),
        ("", "{%p endif %}"),
        *(("公文版记", line) for line in lines[1:]),
        ("公文末行", ""),
    )
    pin_imprint(document)
    return document


def copy_rule(document: DocxDocument, style: Any) -> None:
    """Give a style the red rule below 发文字号 and a date at the right edge of the 版心."""
    rule = deepcopy(document.styles["公文字号"].element.pPr.find(qn("w:pBdr")))
    tab = parse_xml(f'<w:tabs {nsdecls("w")}><w:tab w:val="right" w:pos="{TEXT_WIDTH - CHARACTER}"/></w:tabs>')
    for element in (rule, tab):
        style.element.pPr.insert_element_before(element, "w:spacing", "w:ind", "w:jc")


def loop_lines(name: str) -> list[tuple[str, str]]:
    """Lines of a free text in the style of their level (7.3.3)."""
    return [
        ("", f"{{%p for 行 in {name} %}}"),
        ("", "{%p if 行.级 == '一级' %}"),
        ("公文一级", "{{ 行.文 }}"),
        ("", "{%p elif 行.级 == '二级' %}"),
        ("公文二级", "{{ 行.文 }}"),
        ("", "{%p else %}"),
        ("公文正文", "{{ 行.文 }}"),
        ("", "{%p endif %}"),
        ("", "{%p endfor %}"),
    ]


BUILDERS = {"情况通报": build_template, "通知": build_notice, "年度意见": build_opinion, "简报": build_briefing}


def main(path: Path = TEMPLATE) -> None:
    """Make one template, named by its file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_document(BUILDERS[path.stem](), path)


if __name__ == "__main__":
    for name in BUILDERS:
        main(TEMPLATE.with_name(f"{name}.docx"))
