"""Make templates_docx/情况通报.docx: the layout of GB/T 9704-2012 with marks that documents.py fills.

Run ``python -m shanxue.bulletins.make_template`` after a change here and commit what it writes; a test compares.
Page, fonts and styles are those of base/paper.py. Clause numbers are those of GB/T 9704-2012.
"""

from __future__ import annotations

from pathlib import Path

from docx.document import Document as DocxDocument

from shanxue.base.paper import (
    HEAD_CELL,
    IMPRINT_STYLE,
    TABLE_STYLE,
    TEXT_CELL,
    fill_row,
    keep_row,
    pin_to_foot,
    repeat_row,
    save_document,
    start_document,
    write_lines,
)

from .documents import TEMPLATE


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
            ("", f"{{%p for 段 in {title} %}}"),
            ("", "{%p if 段.标题 %}"),
            ("公文二级", "{{ 段.标题 }}"),
            ("", "{%p endif %}"),
            ("", "{%p for 句 in 段.正文 %}"),
            ("公文正文", "{{ 句 }}"),
            ("", "{%p endfor %}"),
            ("", "{%p endfor %}"),
        )
    write_lines(
        document,
        ("", "{%p if 附件说明 %}"),
        ("", ""),
        ("", "{%p endif %}"),
        ("", "{%p for 行 in 附件说明 %}"),
        ("公文附件说明", "{{ 行 }}"),
        ("", "{%p endfor %}"),
        *[("", "")] * 3,
        ("公文署名", "{{ 署名 }}"),
        ("公文日期", "{{ 成文日期 }}"),
    )
    for paragraph in document.paragraphs[-4:]:
        paragraph.paragraph_format.keep_with_next = paragraph.text != "{{ 成文日期 }}"


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
    for paragraph in document.paragraphs[-5:]:
        if paragraph.style is not None and paragraph.style.name == IMPRINT_STYLE:
            pin_to_foot(paragraph)


def main(path: Path = TEMPLATE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_document(build_template(), path)


if __name__ == "__main__":
    main()
