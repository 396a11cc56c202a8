"""通知 and 年度意见: written, attached, numbered and laid out by GB/T 9704-2012, checked from the .docx itself."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.document import Document as DocxDocument
from docx.oxml.ns import qn

from shanxue.base.periods import Period
from shanxue.base.volumes import Retention
from shanxue.bulletins.actions.drafting import draft_notice, draft_opinion
from shanxue.bulletins.actions.signing import attach_file, submit_document
from shanxue.bulletins.files import read_file
from shanxue.bulletins.holdings import export_person
from shanxue.bulletins.models import OfficialDocument
from shanxue.bulletins.rules import FileKind, Section
from shanxue.bulletins.volumes import list_pieces, list_tables
from shanxue.plans.models import Plan
from tests.house import House

from .desk import NOW, TODAY, Desk, issue, open_desk, write_bulletin_of
from .test_flow import edit, refuse
from .test_layout import find, read_font

pytestmark = pytest.mark.django_db
TITLE = "中共云川市示例局委员会关于报送学习安排的通知"
TEXT = """请各支部报送下半年学习安排。
一、报送内容
（一）集中学习
时间、主题、责任人。
二、时间要求
12月10日前报学习办公室。"""


@pytest.fixture
def desk(house: House) -> Desk:
    return open_desk(house)


def write_notice(desk: Desk, text: str = TEXT) -> OfficialDocument:
    return draft_notice(desk.be("office"), None, {"title": TITLE, "to": "各党支部："}, text, at=NOW)


def open_kept(document: OfficialDocument) -> DocxDocument:
    kept = document.files.get(kind=FileKind.BODY)
    return Document(io.BytesIO(read_file(document.bureau_id, kept.sha256)))


def approve_plan(house: House) -> Plan:
    plan = Plan.objects.create(
        bureau=house.bureau, unit=house.units["机关党委"], year=2026, title="云川市示例局2026年学习培训工作意见",
        guiding_idea="按上级要求，坚持学用结合。", assessment="年底考核。", state="已批准", decided_at=NOW,
    )  # fmt: skip
    plan.items.create(bureau=house.bureau, unit=house.units["第一支部"], title="专题学习", due_on=date(2026, 3, 31))
    return plan


def test_a_notice_is_laid_out_part_by_part(desk: Desk) -> None:
    """7.2 版头, 7.3 主体, 7.4 版记, in the order of the standard."""
    document = write_notice(desk)
    attach_file(desk.be("office"), document, "学习安排表.xlsx", b"table", at=NOW)
    attach_file(desk.be("office"), document, "书目.pdf", b"list", at=NOW)
    written = open_kept(issue(desk, document))
    order = []
    for paragraph in written.paragraphs:
        name = paragraph.style.name if paragraph.style is not None else ""
        if name != "公文空行" and name not in order:
            order.append(name)
    assert order == [
        "公文标志", "公文字号", "公文标题", "公文主送", "公文正文", "公文一级", "公文二级", "公文附件说明", "公文署名",
        "公文日期", "公文版记", "公文末行",
    ]  # fmt: skip
    told = {name: [each.text for each in find(written, name)] for name in order}
    assert told["公文标志"] == ["中共云川市示例局委员会文件"]
    assert told["公文字号"] == ["云示党〔2026〕1号"]
    assert told["公文标题"] == ["中共云川市示例局委员会", "关于报送学习安排的通知"]
    assert told["公文主送"] == ["各党支部："]
    assert told["公文一级"] == ["一、报送内容", "二、时间要求"]
    assert told["公文二级"] == ["（一）集中学习"]
    assert told["公文附件说明"] == ["附件：1. 学习安排表", "　　　2. 书目"]
    assert (told["公文署名"], told["公文日期"]) == (["中共云川市示例局委员会"], ["2026年11月20日"])
    assert told["公文版记"] == ["　中共云川市示例局委员会\t2026年11月20日印发"]


@pytest.mark.parametrize(
    ("style", "font"),
    [
        ("公文标题", ("方正小标宋简体", 22)), ("公文正文", ("仿宋_GB2312", 16)), ("公文一级", ("黑体", 16)),
        ("公文二级", ("楷体_GB2312", 16)), ("公文版记", ("仿宋_GB2312", 14)),
    ],
)  # fmt: skip
def test_a_notice_has_the_fonts_of_the_standard(desk: Desk, style: str, font: tuple[str, float]) -> None:
    assert read_font(open_kept(issue(desk, write_notice(desk))), style) == font


def test_a_notice_stands_on_the_page_of_the_standard(desk: Desk) -> None:
    """5.1, 5.2: A4, 版心 156 × 225 mm, red rule, date four characters in, 版记 at the foot."""
    written = open_kept(issue(desk, write_notice(desk)))
    section = written.sections[0]
    assert [round(one.mm) for one in (section.page_width, section.page_height)] == [210, 297]
    edges = (section.top_margin, section.left_margin, section.bottom_margin, section.right_margin)
    assert [round(one.mm) for one in edges] == [37, 28, 35, 26]
    rule = written.styles["公文字号"].element.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))
    assert rule.get(qn("w:color")) == "FF0000"
    assert written.styles["公文日期"].element.pPr.find(qn("w:ind")).get(qn("w:rightChars")) == "400"
    assert find(written, "公文版记")[0]._p.pPr.find(qn("w:framePr")).get(qn("w:yAlign")) == "bottom"


def test_an_empty_notice_is_not_handed_in(desk: Desk) -> None:
    document = write_notice(desk, " ")
    assert refuse(lambda: submit_document(desk.be("office"), document, at=NOW), "not_ready") == "正文还是空的。"


def test_without_a_code_there_is_no_number(desk: Desk) -> None:
    desk.house.bureau.letterhead.delete()
    sentence = refuse(lambda: submit_document(desk.be("office"), write_notice(desk), at=NOW), "not_ready")
    assert sentence == "还没有填机关代字，编不出发文字号。请到“发文设置”填写。"


def test_what_cannot_be_attached(desk: Desk) -> None:
    document = write_notice(desk)
    for name, data, code in (("脚本.exe", b"x", "file_kind"), ("空.pdf", b"", "file_empty")):
        refuse(lambda name=name, data=data: attach_file(desk.be("office"), document, name, data, at=NOW), code)
    big = b"x" * (20 * 1024 * 1024 + 1)
    sentence = refuse(lambda: attach_file(desk.be("office"), document, "大.pdf", big, at=NOW), "file_too_large")
    assert sentence == "“大.pdf”有 20.0 MB，超过 20 MB。"


def test_files_attached_to_a_bulletin_are_announced_after_its_tables(desk: Desk) -> None:
    """7.3.4: 附件说明 names every attachment; the table's own page bears its place."""
    document = write_bulletin_of(desk, "2026q1")
    attach_file(desk.be("office"), document, "书目.xlsx", b"x", at=NOW)
    written = open_kept(issue(desk, document))
    assert [each.text for each in find(written, "公文附件说明")] == [
        "附件：1. 2026年第一季度各单位学习情况表", "　　　2. 书目",
    ]  # fmt: skip
    assert [each.text for each in find(written, "公文附件序号")] == ["附件1"]


def test_an_attachment_is_handed_out_as_it_came(desk: Desk, visit: Callable[[str | None], Client]) -> None:
    document, client = write_notice(desk), visit("office")
    file = SimpleUploadedFile("学习 安排.pdf", b"%PDF-1.7 body")
    client.post(reverse("bulletins:attach", args=[document.pk]), {"file": file})
    kept = document.files.get()
    address = reverse("bulletins:file", args=[document.pk, kept.pk])
    assert client.get(address).content == b"%PDF-1.7 body"
    assert visit("secretary").get(address).status_code == 404  # of a draft, nobody outside the office
    client.post(reverse("bulletins:detach", args=[document.pk, kept.pk]))
    assert document.files.count() == 0


def test_the_years_opinion_is_issued_without_typing_it_again(desk: Desk) -> None:
    """D2: the approved plan with 版头, number and table; the plan knows the day."""
    plan = approve_plan(desk.house)
    document = draft_opinion(desk.be("office"), plan, at=NOW)
    assert draft_opinion(desk.be("office"), plan, at=NOW).pk == document.pk
    written = open_kept(issue(desk, document))
    assert [each.text for each in find(written, "公文字号")] == ["云示党〔2026〕1号"]
    assert [each.text for each in find(written, "公文一级")] == ["一、指导思想", "二、工作安排", "三、考核办法和措施"]
    assert [cell.text for cell in written.tables[0].rows[0].cells] == ["完成时限", "事项", "类别", "责任单位"]
    assert [cell.text for cell in written.tables[0].rows[1].cells] == ["3月31日前", "专题学习", "", "第一支部"]
    plan.refresh_from_db()
    assert plan.issued_on == TODAY


def test_a_plan_that_is_not_approved_is_not_issued(desk: Desk) -> None:
    plan = approve_plan(desk.house)
    plan.state = "草稿"
    sentence = refuse(lambda: draft_opinion(desk.be("office"), plan, at=NOW), "plan_not_approved")
    assert sentence == "全局的年度工作意见批准以后，才能作为文件印发。"


def test_documents_open_in_libreoffice(desk: Desk, tmp_path: Path) -> None:
    paths = []
    for document in (write_notice(desk), draft_opinion(desk.be("office"), approve_plan(desk.house), at=NOW)):
        issued = issue(desk, document)
        kept = issued.files.get(kind=FileKind.BODY)
        paths.append(tmp_path / f"{document.kind}.docx")
        paths[-1].write_bytes(read_file(issued.bureau_id, kept.sha256))
    office = shutil.which("soffice")
    assert office is not None
    command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), *map(str, paths)], check=True, capture_output=True, timeout=120
    )
    assert [path.with_suffix(".pdf").read_bytes()[:5] for path in paths] == [b"%PDF-"] * 2


def test_what_the_room_leaves_for_the_archive(desk: Desk) -> None:
    """D10: one 件 per issued document with its file; what waits for a signature is missing."""
    issue(desk, write_bulletin_of(desk, "2026q1"))
    notice = issue(desk, write_notice(desk))
    waiting = submit_document(desk.be("office"), write_bulletin_of(desk, "2026q2"), at=NOW)
    period = Period(date(2026, 1, 1), date(2027, 1, 1))
    pieces = list_pieces(desk.house.bureau, period)
    assert [(one.number, one.retention, one.missing) for one in pieces] == [
        ("云示党〔2026〕1号", Retention.THIRTY_YEARS, ""),
        ("云示党〔2026〕2号", Retention.TEN_YEARS, ""),
        ("", Retention.THIRTY_YEARS, f"《{waiting.title}》送签后还没有签发。"),
    ]
    assert pieces[1].documents[0].write() == read_file(notice.bureau_id, notice.files.get().sha256)
    tables = {table.name: list(table.rows) for table in list_tables(desk.house.bureau, period)}
    assert [row[0] for row in tables["document-numbers"]] == ["云示党〔2026〕1号", "云示党〔2026〕2号"]
    assert [row[2] for row in tables["bulletin-answers"]] == ["第一支部", "第二支部"]


def test_a_person_sees_that_an_office_named_them(desk: Desk) -> None:
    document = write_bulletin_of(desk, "2026q2")

    edit(desk, document, Section.OPENING, "现通报如下：", named=["缺席未补学"])
    document.refresh_from_db()
    issue(desk, document)
    held = export_person(desk.house.people["王五"])[0]
    assert held.rows == ((document.title, "云示党〔2026〕1号", "2026-11-20", "缺席 1 次，没有安排补学"),)
    assert export_person(desk.house.people["张三"])[0].rows == ()
