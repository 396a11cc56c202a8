"""Make templates_docx/情况通报.docx: the layout of GB/T 9704-2012 with marks that documents.py fills.

Run ``python -m shanxue.bulletins.make_template`` after a change here and commit what it writes; a test compares.
Lengths are twips (1/20 pt), font sizes points. Clause numbers are those of GB/T 9704-2012.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt, RGBColor, Twips
from docx.table import Table

from .documents import CHARACTER, TABLE_STYLE, TEMPLATE, TEXT_WIDTH, save_document

# 5.1, 5.2.1: A4; 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm, hence 35 mm below and 26 mm on the right
PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
TOP, LEFT, BOTTOM, RIGHT = 2098, 1587, 1984, 1474
FOOTER = 1307  # 7.5: the page number starts 7 mm below the 版心 and is 14 pt high
LINE = 579  # 5.2.3: 22 lines in 225 mm
CHARACTER_SPACE = -842  # 28 characters of 16 pt in 156 mm: 15.794 pt each, in 1/4096 pt off the default size
# LibreOffice gives a character wider than its cell two cells. So lines and characters do not snap to the grid; the
# exact line height and this spacing (-0.25 pt) put 22 lines and 28 characters on a page in every program alike.
TIGHT = -5

KEPT_STYLES = ("Normal", "Default Paragraph Font", "Normal Table", "No List", "Table Grid", "Header", "Footer")

SONG, FANGSONG, HEI, KAI, TITLE = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
SUBSTITUTES = {FANGSONG: "仿宋", KAI: "楷体", TITLE: "华文中宋", HEI: "SimHei", SONG: "SimSun"}
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = 22, 16, 14, 10.5  # 2号, 3号, 4号, 5号


def build_template() -> DocxDocument:
    """Build the template from python-docx's empty document."""
    document = Document()
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.core_properties.title = "{{ 标题 }}"
    document.core_properties.language = "zh-CN"
    document.core_properties.created = document.core_properties.modified = datetime(2026, 1, 1, tzinfo=UTC)
    drop_extras(document)
    set_defaults(document)
    set_page(document)
    add_styles(document)
    write_head(document)
    write_body(document)
    write_attachments(document)
    write_imprint(document)
    write_page_numbers(document)
    return document


def drop_extras(document: DocxDocument) -> None:
    """Leave out what python-docx's empty document brings along: its picture, its many styles, their copies."""
    package = document.part.package
    for owner in (package, document.part):
        for key, relation in list(owner.rels.items()):
            if relation.reltype.endswith(("/thumbnail", "/stylesWithEffects", "/customXml", "/numbering")):
                del owner.rels[key]
    for style in list(document.styles):
        if style.name not in KEPT_STYLES:
            style.delete()


def set_fonts(properties: BaseOxmlElement, font: str) -> None:
    """Name one font for Chinese and for digits, in place of the theme's."""
    old = properties.find(qn("w:rFonts"))
    if old is not None:
        properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for region in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{region}"), font)
    properties.insert(0, fonts)


def set_defaults(document: DocxDocument) -> None:
    """3号仿宋 everywhere (5.2.2), text in Chinese, odd and even pages apart; substitutes for missing fonts."""
    styles = document.styles.element
    defaults = styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    set_fonts(defaults, FANGSONG)
    defaults.find(qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")
    normal = document.styles["Normal"]
    set_fonts(normal.element.get_or_add_rPr(), FANGSONG)
    normal.font.size = Pt(SIZE_3)
    normal.element.get_or_add_pPr().append(parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>'))
    normal.paragraph_format.widow_control = False  # pages are filled to the 22nd line
    normal.element.rPr.append(parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>'))
    document.settings.odd_and_even_pages_header_footer = True
    fonts = next(part for part in document.part.package.iter_parts() if part.partname.endswith("/fontTable.xml"))
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in SUBSTITUTES.items()
    )
    fonts._blob = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{entries}</w:fonts>'.encode()
    )


def set_page(document: DocxDocument) -> None:
    """Paper, margins and the grid of 22 lines by 28 characters."""
    section = document.sections[0]
    section.page_width, section.page_height = Twips(PAGE_WIDTH), Twips(PAGE_HEIGHT)
    section.top_margin, section.bottom_margin = Twips(TOP), Twips(BOTTOM)
    section.left_margin, section.right_margin = Twips(LEFT), Twips(RIGHT)
    section.header_distance, section.footer_distance, section.gutter = Twips(850), Twips(FOOTER), Twips(0)
    properties = section._sectPr
    for grid in properties.findall(qn("w:docGrid")):
        properties.remove(grid)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(LINE))
    grid.set(qn("w:charSpace"), str(CHARACTER_SPACE))
    properties.append(grid)


def add_style(document: DocxDocument, name: str, font: str, size: float, align: str = "both", **spacing: int) -> Any:
    """Add a paragraph style. ``spacing``: before, after, line (exact), first, left, right (twips)."""
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.quick_style = True
    style.font.size = Pt(size)
    set_fonts(style.element.get_or_add_rPr(), font)
    if size == SIZE_3:
        tight = parse_xml(f'<w:spacing {nsdecls("w")} w:val="{TIGHT}"/>')
        style.element.rPr.insert_element_before(tight, "w:w", "w:kern", "w:position", "w:sz")
    properties = style.element.get_or_add_pPr()
    indents = {
        "firstLine": spacing.get("first", 0),
        "left": spacing.get("left", 0),
        "right": spacing.get("right", 0),
    }
    characters = {f"{side}Chars": width * 100 // CHARACTER for side, width in indents.items()}
    indent = " ".join(f'w:{key}="{value}"' for key, value in {**characters, **indents}.items() if value)
    for xml in (
        f'<w:spacing {nsdecls("w")} w:before="{spacing.get("before", 0)}" w:after="{spacing.get("after", 0)}" '
        f'w:line="{spacing.get("line", LINE)}" w:lineRule="exact"/>',
        f"<w:ind {nsdecls('w')} {indent}/>" if indent else "",
        f'<w:jc {nsdecls("w")} w:val="{align}"/>',
    ):
        if xml:
            properties.append(parse_xml(xml))
    return style


def add_styles(document: DocxDocument) -> None:
    """One style per part of the document, so that an office changes a font in one place."""
    red = RGBColor(0xFF, 0, 0)
    # 7.2.4: top edge of the mark 35 mm below the top of the 版心; a 60 pt line holds 48 pt characters
    mark = add_style(document, "公文标志", TITLE, 48, "center", before=1720, line=1200)
    mark.font.color.rgb = red
    number = add_style(document, "公文字号", FANGSONG, SIZE_3, "center", line=400)
    border = f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="16" w:space="11" w:color="FF0000"/></w:pBdr>'
    number.element.pPr.insert_element_before(parse_xml(border), "w:shd", "w:tabs", "w:spacing")  # 7.2.7: 4 mm below
    add_style(document, "公文标题", TITLE, SIZE_2, "center")
    add_style(document, "公文稿别", KAI, SIZE_3, "center")
    add_style(document, "公文主送", FANGSONG, SIZE_3)
    add_style(document, "公文正文", FANGSONG, SIZE_3, first=2 * CHARACTER)
    for name, font in (("公文一级", HEI), ("公文二级", KAI)):
        add_style(document, name, font, SIZE_3, first=2 * CHARACTER).paragraph_format.keep_with_next = True
    add_style(document, "公文附件说明", FANGSONG, SIZE_3, "left", left=2 * CHARACTER)
    add_style(document, "公文署名", FANGSONG, SIZE_3, "right", right=4 * CHARACTER)
    add_style(document, "公文日期", FANGSONG, SIZE_3, "right", right=4 * CHARACTER)
    label = add_style(document, "公文附件序号", HEI, SIZE_3, "left")
    label.paragraph_format.page_break_before = True
    add_style(document, "公文表头", HEI, SIZE_5, "center", line=300)
    add_style(document, "公文表文", FANGSONG, SIZE_5, "center", line=300)
    add_style(document, "公文表注", FANGSONG, SIZE_5, "left", line=300, before=60)
    add_imprint_style(document)
    add_style(document, "公文末行", FANGSONG, SIZE_5, line=20)
    add_style(document, "公文页码", SONG, SIZE_4, "left", line=280)
    add_style(document, "公文空行", FANGSONG, SIZE_3)
    grid = document.styles.add_style(TABLE_STYLE, WD_STYLE_TYPE.TABLE)
    grid.base_style = document.styles["Table Grid"]
    margins = "".join(f'<w:{side} w:w="28" w:type="dxa"/>' for side in ("left", "right"))
    grid.element.append(parse_xml(f"<w:tblPr {nsdecls('w')}><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"))


def add_imprint_style(document: DocxDocument) -> None:
    """Add 公文版记: rules as wide as the 版心, first and last 0.35 mm, between paragraphs 0.25 mm (7.4.1)."""
    properties = add_style(document, "公文版记", FANGSONG, SIZE_4, "left", line=440).element.pPr
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="{size}" w:space="1" w:color="000000"/>'
        for edge, size in (("top", 8), ("bottom", 8), ("between", 6))
    )
    tab = f'<w:tab w:val="right" w:pos="{TEXT_WIDTH - 280}"/>'
    for name, xml in (("pBdr", edges), ("tabs", tab)):
        element = parse_xml(f"<w:{name} {nsdecls('w')}>{xml}</w:{name}>")
        properties.insert_element_before(element, "w:spacing", "w:ind", "w:jc")


def write_lines(document: DocxDocument, *lines: tuple[str, str]) -> None:
    """Append paragraphs: (style, text). Without a style: 公文空行, which also carries marks that vanish."""
    for style, text in lines:
        document.add_paragraph(text, style or "公文空行")


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
    fill_row(table, 0, "公文表头", "序号", "{{ 表.首列 }}", "{%tc for 头 in 表.列 %}", "{{ 头 }}", "{%tc endfor %}")
    fill_row(table, 1, "公文表文", "{%tr for 行 in 表.行 %}")
    fill_row(
        table, 2, "公文表文", "{{ 行.序号 }}", "{{ 行.名称 }}", "{%tc for 值 in 行.值 %}", "{{ 值 }}", "{%tc endfor %}"
    )
    fill_row(table, 3, "公文表文", "{%tr endfor %}")
    for row in (table.rows[0], table.rows[2]):
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    write_lines(document, ("公文表注", "{{ 表.说明 }}"), ("", "{%p endfor %}"))


def fill_row(table: Table, row: int, style: str, *texts: str) -> None:
    """Fill a row from the left and centre its cells."""
    for cell, text in zip(table.rows[row].cells, texts, strict=False):
        cell.paragraphs[0].text = text
        cell.paragraphs[0].style = style
        cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:vAlign {nsdecls("w")} w:val="center"/>'))


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
    place = 'w:wrap="around" w:vAnchor="margin" w:hAnchor="margin" w:xAlign="left" w:yAlign="bottom"'
    for paragraph in document.paragraphs[-5:]:
        if paragraph.style is not None and paragraph.style.name == "公文版记":
            # in the paragraph, not in its style: LibreOffice takes frames from paragraphs only
            frame = f'<w:framePr {nsdecls("w")} w:w="{TEXT_WIDTH}" {place}/>'
            paragraph._p.get_or_add_pPr().append(parse_xml(frame))


def write_page_numbers(document: DocxDocument) -> None:
    """— 1 — in 4号, odd pages right and even pages left, one character from the edge (7.5)."""
    section = document.sections[0]
    for footer, side, align in ((section.footer, "right", "right"), (section.even_page_footer, "left", "left")):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = "公文页码"
        properties = paragraph._p.get_or_add_pPr()
        properties.append(parse_xml(f'<w:ind {nsdecls("w")} w:{side}Chars="100" w:{side}="280"/>'))
        properties.append(parse_xml(f'<w:jc {nsdecls("w")} w:val="{align}"/>'))
        paragraph.add_run("— ")
        for xml in (
            '<w:fldChar w:fldCharType="begin"/>',
            '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>1</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        ):
            paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{xml}</w:r>"))
        paragraph.add_run(" —")


def main(path: Path = TEMPLATE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_document(build_template(), path)


if __name__ == "__main__":
    main()
