"""Official paper: the page of GB/T 9704-2012 and its parts, as plain functions on python-docx documents.

Lengths are twips (1/20 pt), font sizes points. Clause numbers are those of GB/T 9704-2012. A document begins with
``start_document`` and ends with ``pack_document`` or ``save_document``; in between, text is given a style by its name.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt, RGBColor, Twips
from docx.table import Table
from docx.text.paragraph import Paragraph

from .lettering import measure_width

# 5.1, 5.2.1: A4; 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm, hence 35 mm below and 26 mm on the right
PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
TOP, LEFT, BOTTOM, RIGHT = 2098, 1587, 1984, 1474
TEXT_WIDTH = 8845  # 156 mm
TEXT_HEIGHT = 12756  # 225 mm
FOOTER = 1307  # 7.5: the page number starts 7 mm below the 版心 and is 14 pt high
LINE = 579  # 5.2.3: 22 lines in 225 mm
CHARACTER = 320  # one character of 3号
CHARACTER_SPACE = -842  # 28 characters of 16 pt in 156 mm: 15.794 pt each, in 1/4096 pt off the default size
# LibreOffice gives a character wider than its cell two cells. So lines and characters do not snap to the grid; the
# exact line height and this spacing (-0.25 pt) put 22 lines and 28 characters on a page in every program alike.
TIGHT = -5

KEPT_STYLES = ("Normal", "Default Paragraph Font", "Normal Table", "No List", "Table Grid", "Header", "Footer")

SONG, FANGSONG, HEI, KAI, TITLE = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
SUBSTITUTES = {FANGSONG: "仿宋", KAI: "楷体", TITLE: "华文中宋", HEI: "SimHei", SONG: "SimSun"}
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = 22, 16, 14, 10.5  # 2号, 3号, 4号, 5号
MARK_STYLE, SIGNATURE_STYLE, DATE_STYLE, TABLE_STYLE = "公文标志", "公文署名", "公文日期", "公文表格"
IMPRINT_STYLE, EMPTY_STYLE = "公文版记", "公文空行"
HEAD_CELL, TEXT_CELL = "公文表头", "公文表文"
NARROWEST = 0.6  # least width of a character of the 发文机关标志, as a share of its height


def start_document(title: str) -> DocxDocument:
    """Start a document without text: page, fonts, styles and page numbers are set."""
    document = Document(io.BytesIO(_draw_paper()))
    document.core_properties.author = document.core_properties.comments = ""
    document.core_properties.title = clean_text(title)
    return document


@cache
def _draw_paper() -> bytes:
    """The empty official paper, drawn once: an archive writes hundreds of documents on it."""
    document = Document()
    document.core_properties.language = "zh-CN"
    document.core_properties.created = document.core_properties.modified = datetime(2026, 1, 1, tzinfo=UTC)
    drop_extras(document)
    set_defaults(document)
    set_page(document)
    add_styles(document)
    write_page_numbers(document)
    return pack_document(document)


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
    mark = add_style(document, MARK_STYLE, TITLE, 48, "center", before=1720, line=1200)
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
    add_style(document, SIGNATURE_STYLE, FANGSONG, SIZE_3, "right", right=4 * CHARACTER)
    add_style(document, DATE_STYLE, FANGSONG, SIZE_3, "right", right=4 * CHARACTER)
    label = add_style(document, "公文附件序号", HEI, SIZE_3, "left")
    label.paragraph_format.page_break_before = True
    add_style(document, HEAD_CELL, HEI, SIZE_5, "center", line=300)
    add_style(document, TEXT_CELL, FANGSONG, SIZE_5, "center", line=300)
    add_style(document, "公文表注", FANGSONG, SIZE_5, "left", line=300, before=60)
    add_imprint_style(document)
    add_style(document, "公文末行", FANGSONG, SIZE_5, line=20)
    add_style(document, "公文页码", SONG, SIZE_4, "left", line=280)
    add_style(document, EMPTY_STYLE, FANGSONG, SIZE_3)
    grid = document.styles.add_style(TABLE_STYLE, WD_STYLE_TYPE.TABLE)
    grid.base_style = document.styles["Table Grid"]
    margins = "".join(f'<w:{side} w:w="28" w:type="dxa"/>' for side in ("left", "right"))
    grid.element.append(parse_xml(f"<w:tblPr {nsdecls('w')}><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"))


def add_imprint_style(document: DocxDocument) -> None:
    """Add 公文版记: rules as wide as the 版心, first and last 0.35 mm, between paragraphs 0.25 mm (7.4.1)."""
    properties = add_style(document, IMPRINT_STYLE, FANGSONG, SIZE_4, "left", line=440).element.pPr
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="{size}" w:space="1" w:color="000000"/>'
        for edge, size in (("top", 8), ("bottom", 8), ("between", 6))
    )
    tab = f'<w:tab w:val="right" w:pos="{TEXT_WIDTH - 280}"/>'
    for name, xml in (("pBdr", edges), ("tabs", tab)):
        element = parse_xml(f"<w:{name} {nsdecls('w')}>{xml}</w:{name}>")
        properties.insert_element_before(element, "w:spacing", "w:ind", "w:jc")


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


def write_lines(document: DocxDocument, *lines: tuple[str, str]) -> None:
    """Append paragraphs: (style, text). Without a style: 公文空行, which also carries marks that vanish."""
    for style, text in lines:
        set_style(document.add_paragraph(text), style or EMPTY_STYLE)


def set_style(paragraph: Paragraph, name: str) -> None:
    """Give a paragraph one of our own styles, whose ids are their names: looking a name up costs more than the text."""
    paragraph._p.style = name


def fill_row(table: Table, row: int, style: str, *texts: str) -> None:
    """Fill a row from the left and centre its cells."""
    for cell, text in zip(table.rows[row].cells, texts, strict=False):
        cell.paragraphs[0].text = text
        cell.paragraphs[0].style = style
        cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:vAlign {nsdecls("w")} w:val="center"/>'))


def keep_row(table: Table, row: int) -> None:
    """Keep a row on one page."""
    table.rows[row]._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))


def repeat_row(table: Table, row: int) -> None:
    """Repeat a row of the head on every page that the table reaches."""
    table.rows[row]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))


def add_table(
    document: DocxDocument,
    widths: Sequence[int],
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    height: int = 0,
) -> Table:
    """Append a table of 5号 text whose head repeats; empty ``head``: none. ``height`` is a row's least height."""
    table: Table = document.add_table(rows=0, cols=len(widths))
    table.style = document.styles[TABLE_STYLE]
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Twips(width)
    for style, texts in ((HEAD_CELL, head), *((TEXT_CELL, row) for row in rows)):
        if texts:
            add_row(table, widths, style, texts, height)
    if head:
        repeat_row(table, 0)
    return table


def add_long_table(
    document: DocxDocument, widths: Sequence[int], head: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Append a table like ``add_table``'s with thousands of cells, written as one piece of XML."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    lines = [_write_long_row(widths, HEAD_CELL, head, "<w:tblHeader/>")]
    lines.extend(_write_long_row(widths, TEXT_CELL, row, "") for row in rows)
    style = document.styles[TABLE_STYLE].style_id
    xml = (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(lines)}</w:tbl>'
    )
    document.element.body.insert_element_before(parse_xml(xml), "w:sectPr")


def _write_long_row(widths: Sequence[int], style: str, texts: Sequence[str], mark: str) -> str:
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'<w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{escape(clean_text(text))}</w:t></w:r>'
        "</w:p></w:tc>"
        for width, text in zip(widths, texts, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{mark}</w:trPr>{cells}</w:tr>"


def add_row(table: Table, widths: Sequence[int], style: str, texts: Sequence[str], height: int = 0) -> None:
    """Append a row that stays on one page. Line breaks in a text stay line breaks."""
    row = table.add_row()
    if height:
        row.height = Twips(height)
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
    for cell, width, text in zip(row.cells, widths, texts, strict=True):
        cell.width = Twips(width)
        paragraph = cell.paragraphs[0]
        paragraph.text = clean_lines(text)
        set_style(paragraph, style)
        cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:vAlign {nsdecls("w")} w:val="center"/>'))


def fit_mark(paragraph: Paragraph) -> None:
    """Narrow the characters so that the mark stays on one line; below the narrowest, make them smaller."""
    style = paragraph.style
    size = style.font.size.pt if style is not None and style.font.size is not None else 48.0
    wide = measure_width(paragraph.text) / 2 * size
    share = (TEXT_WIDTH / 20 - size / 4) / wide if wide else 1.0
    if share >= 1:
        return
    for run in paragraph.runs:
        if share < NARROWEST:
            run.font.size = Pt(int(size * share / NARROWEST))
        scale = OxmlElement("w:w")
        scale.set(qn("w:val"), str(int(max(share, NARROWEST) * 100)))
        size_mark = run._r.get_or_add_rPr().find(qn("w:sz"))
        if size_mark is not None:
            size_mark.addprevious(scale)
        else:
            run._r.get_or_add_rPr().append(scale)


def place_signature(paragraph: Paragraph, date: str) -> None:
    """Centre the 署名 over the 成文日期, which stands four characters from the right (GB/T 9704 7.3.5)."""
    halves = max(0, 8 + (measure_width(date) - measure_width(paragraph.text)) // 2)
    paragraph.paragraph_format.right_indent = Twips(halves * CHARACTER // 2)
    # the style's indent in characters would win over the length
    paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn("w:rightChars"), str(halves * 50))


def name_style(paragraph: Paragraph) -> str:
    """Name a paragraph's style; empty without one."""
    return str(paragraph.style.name) if paragraph.style is not None else ""


def pin_to_foot(paragraph: Paragraph) -> None:
    """Put a paragraph of the 版记 at the foot of its page (7.4)."""
    place = 'w:wrap="around" w:vAnchor="margin" w:hAnchor="margin" w:xAlign="left" w:yAlign="bottom"'
    # in the paragraph, not in its style: LibreOffice takes frames from paragraphs only
    frame = f'<w:framePr {nsdecls("w")} w:w="{TEXT_WIDTH}" {place}/>'
    paragraph._p.get_or_add_pPr().append(parse_xml(frame))


def write_list(
    title: str, widths: Sequence[int], head: Sequence[str], rows: Iterable[Sequence[str]], *, notes: Iterable[str] = ()
) -> bytes:
    """Write a document that is one list: its title, the table, and a line for each note. ``widths`` fill the 版心."""
    document = start_document(title)
    write_lines(document, ("公文标题", clean_text(title)), ("", ""))
    add_long_table(document, widths, head, rows)
    write_lines(document, *(("公文表注", clean_text(note)) for note in notes))
    return pack_document(document)


def save_document(document: DocxDocument, path: Path) -> None:
    """Save with fixed times inside the package, so that equal contents are equal bytes."""
    path.write_bytes(pack_document(document))


def pack_document(document: DocxDocument) -> bytes:
    """Pack a document to be sent: equal contents are equal bytes."""
    buffer, result = io.BytesIO(), io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as packed, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as written:
        for name in packed.namelist():
            written.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), packed.read(name), zipfile.ZIP_DEFLATED)
    return result.getvalue()


def clean_text(text: str) -> str:
    """Keep a text on its line and inside XML: control characters and line breaks become spaces."""
    return re.sub(r"[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]+", " ", text)


def clean_lines(text: str) -> str:
    """Keep a text inside XML, line by line: of the control characters only the line break stays."""
    return "\n".join(clean_text(line) for line in text.splitlines())


def split_lines(text: str) -> list[str]:
    """Split a typed text into its paragraphs, without empty ones and without what XML cannot hold."""
    return [line for line in (clean_text(each).strip(" \u3000") for each in text.splitlines()) if line]
