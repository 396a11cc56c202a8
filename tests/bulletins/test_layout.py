"""GB/T 9704-2012, part by part, from the XML of the written file."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as DocxDocument
from docx.oxml.ns import qn
from docx.shared import Emu, RGBColor
from docx.text.paragraph import Paragraph

from shanxue.assessment.documents import write_workbook
from shanxue.bulletins.documents import TEMPLATE, write_bulletin
from shanxue.bulletins.make_template import main as make_template
from shanxue.bulletins.rules.shapes import Choices
from tests.assessment.year_report import make_quiet_report, make_report

DECIDED = Choices(
    mark="中共江州市城市管理局委员会文件",
    issuer="中共江州市城市管理局委员会",
    number="江城管党[2026]第08号",
    issued_on=date(2026, 2, 3),
    copies="市直机关工委，市委组织部。",
    printed_by="中共江州市城市管理局委员会办公室",
    printed_on=date(2026, 2, 4),
)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write_bulletin(make_report(), tmp_path / "情况通报.docx", choices=DECIDED)
    return tmp_path / "情况通报.docx"


@pytest.fixture
def document(written: Path) -> DocxDocument:
    return Document(str(written))


def find(document: DocxDocument, style: str) -> list[Paragraph]:
    return [each for each in document.paragraphs if each.style is not None and each.style.name == style]


def read_font(document: DocxDocument, style: str) -> tuple[str, float]:
    properties = document.styles[style].element.rPr
    return properties.find(qn("w:rFonts")).get(qn("w:eastAsia")), document.styles[style].font.size.pt


def read_millimetres(twips: int) -> int:
    return round(twips / 1440 * 25.4)


def test_paper_margins_and_type_area(document: DocxDocument) -> None:
    """5.1, 5.2.1: A4, 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm."""
    section = document.sections[0]
    sizes = [round(length.mm) for length in (section.page_width, section.page_height)]
    edges = [section.top_margin, section.left_margin, section.bottom_margin, section.right_margin]
    assert sizes == [210, 297]
    assert [round(edge.mm) for edge in edges] == [37, 28, 35, 26]
    assert round(Emu(section.page_width - section.left_margin - section.right_margin).mm) == 156
    assert round(Emu(section.page_height - section.top_margin - section.bottom_margin).mm) == 225


def test_grid_of_22_lines_by_28_characters(document: DocxDocument) -> None:
    """5.2.3. The pitch fits 22 times and not 23 times; a character is 16 pt with its share of the grid."""
    grid = document.sections[0]._sectPr.find(qn("w:docGrid"))
    pitch = int(grid.get(qn("w:linePitch")))
    character = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    assert grid.get(qn("w:type")) == "linesAndChars"
    assert 12756 // pitch == 22
    assert int(8845 / 20 / character) == 28


def test_body_lines_keep_the_grid_without_snapping(document: DocxDocument) -> None:
    """22 exact lines and 28 characters also where the grid is not followed (LibreOffice)."""
    style = document.styles["公文正文"]
    spacing = style.element.pPr.find(qn("w:spacing"))
    tight = style.element.rPr.find(qn("w:spacing"))
    assert (spacing.get(qn("w:line")), spacing.get(qn("w:lineRule"))) == ("579", "exact")
    assert int(442.25 / (16 + int(tight.get(qn("w:val"))) / 20)) == 28
    indent = style.element.pPr.find(qn("w:ind"))
    assert indent.get(qn("w:firstLineChars")) == "200"


@pytest.mark.parametrize(
    ("style", "font"),
    [
        ("公文标志", ("方正小标宋简体", 48)),
        ("公文字号", ("仿宋_GB2312", 16)),
        ("公文标题", ("方正小标宋简体", 22)),
        ("公文主送", ("仿宋_GB2312", 16)),
        ("公文正文", ("仿宋_GB2312", 16)),
        ("公文一级", ("黑体", 16)),
        ("公文二级", ("楷体_GB2312", 16)),
        ("公文署名", ("仿宋_GB2312", 16)),
        ("公文附件序号", ("黑体", 16)),
        ("公文版记", ("仿宋_GB2312", 14)),
        ("公文页码", ("宋体", 14)),
    ],
)
def test_fonts_by_name_and_size(document: DocxDocument, style: str, font: tuple[str, float]) -> None:
    """5.2.2, 7.3.1, 7.3.3: 3号仿宋, 2号小标宋, 一、黑体 （一）楷体; 版记 and page numbers 4号."""
    assert read_font(document, style) == font


def test_fonts_have_substitutes(written: Path) -> None:
    """A machine without 仿宋_GB2312 takes 仿宋."""
    with zipfile.ZipFile(written) as package:
        assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/>' in package.read("word/fontTable.xml").decode()


def test_mark_is_red_on_one_line(document: DocxDocument) -> None:
    """7.2.4: 小标宋, red; 15 characters of 48 pt are narrowed to the 版心."""
    mark = find(document, "公文标志")[0]
    assert mark.text == "中共江州市城市管理局委员会文件"
    assert document.styles["公文标志"].font.color.rgb == RGBColor(255, 0, 0)
    scale = int(mark.runs[0]._r.rPr.find(qn("w:w")).get(qn("w:val")))
    assert 15 * 48 * scale / 100 < 442
    assert scale >= 60


def test_a_very_long_mark_is_also_made_smaller(tmp_path: Path) -> None:
    choices = replace(DECIDED, mark="中共江州市城市管理和综合行政执法局直属机关委员会文件")
    write_bulletin(make_report(), tmp_path / "长.docx", choices=choices)
    run = find(Document(str(tmp_path / "长.docx")), "公文标志")[0].runs[0]
    assert run.font.size is not None
    assert 25 * run.font.size.pt * int(run._r.rPr.find(qn("w:w")).get(qn("w:val"))) / 100 < 442


def test_number_stands_over_a_red_rule(document: DocxDocument) -> None:
    """7.2.5, 7.2.7: 〔2026〕 without leading zero; red rule 4 mm below (11 pt)."""
    assert find(document, "公文字号")[0].text == "江城管党〔2026〕8号"
    rule = document.styles["公文字号"].element.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))
    assert (rule.get(qn("w:color")), rule.get(qn("w:space"))) == ("FF0000", "11")


def test_parts_come_in_the_order_of_the_standard(document: DocxDocument) -> None:
    """7.2, 7.3."""
    order = []
    for paragraph in document.paragraphs:
        name = paragraph.style.name if paragraph.style is not None else ""
        if name != "公文空行" and name not in order:
            order.append(name)
    assert order == [
        *("公文标志", "公文字号", "公文标题", "公文主送", "公文正文", "公文一级", "公文二级"),
        *("公文附件说明", "公文署名", "公文日期", "公文附件序号", "公文表注", "公文版记", "公文末行"),
    ]


def test_sections_are_the_three_of_a_bulletin(document: DocxDocument) -> None:
    """offices §4."""
    assert [each.text for each in find(document, "公文一级")] == ["一、总体情况", "二、存在问题", "三、整改要求"]
    assert find(document, "公文主送")[0].text == "各党支部、各部门："


def test_title_lines_are_paragraphs(document: DocxDocument) -> None:
    assert [each.text for each in find(document, "公文标题")][:2] == [
        "中共江州市城市管理局委员会",
        "关于2025年度学习考核情况的通报",
    ]


def test_attachments_are_announced_and_start_pages(document: DocxDocument) -> None:
    """7.3.4, 7.3.7."""
    assert [each.text for each in find(document, "公文附件说明")] == [
        "附件：1. 2025年度各支部学习考核情况表",
        "　　　2. 2025年度各部门学习考核情况表",
        "　　　3. 2025年度支部考核得分表",
    ]
    assert [each.text for each in find(document, "公文附件序号")] == ["附件1", "附件2", "附件3"]
    assert document.styles["公文附件序号"].paragraph_format.page_break_before is True


def test_attachment_table_fills_the_type_area_and_repeats_its_head(document: DocxDocument) -> None:
    table = document.tables[0]
    assert [cell.text for cell in table.rows[2].cells] == [
        "2",
        "第二党支部",
        "4",
        "0",
        "1",
        "1",
        "1",
        "0",
        "1",
        "61.83",
        "67.8%",
    ]
    assert table.rows[4].cells[0].text == ""
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    grid = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.findall(qn("w:gridCol"))]
    assert len(grid) == 11
    assert read_millimetres(sum(grid)) == 156


def test_date_stands_four_characters_in_and_the_issuer_over_it(document: DocxDocument) -> None:
    """7.3.5: 右空四字; the 署名 is centred over the date."""
    assert find(document, "公文日期")[0].text == "2026年2月3日"
    indent = document.styles["公文日期"].element.pPr.find(qn("w:ind"))
    assert (indent.get(qn("w:rightChars")), indent.get(qn("w:right"))) == ("400", "1280")
    # 署名 13 characters, date 6 (digits are halves): 4 + (6 - 13) / 2 = half a character
    issuer = find(document, "公文署名")[0]._p.pPr.find(qn("w:ind"))
    assert (issuer.get(qn("w:rightChars")), issuer.get(qn("w:right"))) == ("50", "160")


def test_imprint_stands_at_the_foot_between_rules(document: DocxDocument) -> None:
    """7.4: 抄送 ends with a full stop; 印发机关 left, 印发日期 right; 4号; first and last rule thicker."""
    assert [each.text for each in find(document, "公文版记")] == [
        "　抄送：市直机关工委，市委组织部。",
        "　中共江州市城市管理局委员会办公室\t2026年2月4日印发",
    ]
    for paragraph in find(document, "公文版记"):
        frame = paragraph._p.pPr.find(qn("w:framePr"))
        assert (frame.get(qn("w:yAlign")), frame.get(qn("w:w"))) == ("bottom", "8845")
    rules = document.styles["公文版记"].element.pPr.find(qn("w:pBdr"))
    assert {each.tag.split("}")[1]: each.get(qn("w:sz")) for each in rules} == {
        "top": "8",
        "bottom": "8",
        "between": "6",
    }


def test_imprint_without_copies_has_no_empty_line(tmp_path: Path) -> None:
    write_bulletin(make_report(), tmp_path / "1.docx")
    assert [each.text for each in find(Document(str(tmp_path / "1.docx")), "公文版记")] == [
        "　江州市城市管理局\t2026年　月　日印发"
    ]


def test_page_numbers_right_on_odd_and_left_on_even_pages(document: DocxDocument) -> None:
    """7.5: — 1 —, 4号, one character in, 7 mm below the 版心."""
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer is True
    for footer, align, side in (
        (section.footer, "right", "rightChars"),
        (section.even_page_footer, "left", "leftChars"),
    ):
        paragraph = footer.paragraphs[0]
        assert paragraph.text == "— 1 —"
        assert [each.text for each in paragraph._p.iter(qn("w:instrText"))] == [" PAGE "]
        assert paragraph._p.pPr.find(qn("w:jc")).get(qn("w:val")) == align
        assert paragraph._p.pPr.find(qn("w:ind")).get(qn(f"w:{side}")) == "100"
    below = Emu(section.bottom_margin - section.footer_distance).mm - 14 / 72 * 25.4
    assert round(below) == 7


def test_draft_is_marked_until_number_and_date_are_there(tmp_path: Path) -> None:
    write_bulletin(make_report(), tmp_path / "1.docx")
    draft = Document(str(tmp_path / "1.docx"))
    assert [each.text for each in find(draft, "公文稿别")] == ["（送审稿）"]
    assert find(draft, "公文字号")[0].text == "××〔2026〕　号"


def test_a_quiet_year_is_written_too(tmp_path: Path) -> None:
    write_bulletin(make_quiet_report(), tmp_path / "1.docx")
    texts = [each.text for each in Document(str(tmp_path / "1.docx")).paragraphs]
    assert "截至2025年12月31日，按现有资料，没有需要通报的问题。" in texts


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    write_bulletin(make_report(), tmp_path / "1.docx", choices=DECIDED)
    write_bulletin(make_report(), tmp_path / "2.docx", choices=DECIDED)
    assert (tmp_path / "1.docx").read_bytes() == (tmp_path / "2.docx").read_bytes()


def test_the_shipped_template_is_what_the_script_makes(tmp_path: Path) -> None:
    make_template(tmp_path / "情况通报.docx")
    with zipfile.ZipFile(tmp_path / "情况通报.docx") as made, zipfile.ZipFile(TEMPLATE) as shipped:
        assert made.namelist() == shipped.namelist()
        assert {name: made.read(name) for name in made.namelist()} == {
            name: shipped.read(name) for name in shipped.namelist()
        }


def test_documents_open_in_libreoffice(written: Path, tmp_path: Path) -> None:
    """issue 2, item 6: it opens in LibreOffice."""
    write_workbook(make_report(), tmp_path / "考核结果.xlsx")
    office = shutil.which("soffice")
    assert office is not None
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run(
        [*command, str(written), str(tmp_path / "考核结果.xlsx")], check=True, capture_output=True, timeout=120
    )
    assert [(tmp_path / f"{name}.pdf").read_bytes()[:5] for name in ("情况通报", "考核结果")] == [b"%PDF-"] * 2
