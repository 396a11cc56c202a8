"""简报: from the records of a month to an issue with its number, and the .docx part by part (K4, offices §4)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from docx.oxml.ns import qn
from docx.shared import RGBColor

from shanxue.base.periods import Period
from shanxue.base.volumes import Retention
from shanxue.bulletins.actions.drafting import draft_bulletin
from shanxue.bulletins.actions.registry import begin_series
from shanxue.bulletins.actions.signing import void_document
from shanxue.bulletins.files import read_file
from shanxue.bulletins.models import DocumentNumber, Figure, OfficialDocument
from shanxue.bulletins.queries.checks import check_document
from shanxue.bulletins.rules import DocumentKind, FileKind, Section
from shanxue.bulletins.rules.periods import find_ended, list_briefing_periods, read_period
from shanxue.bulletins.volumes import list_pieces
from shanxue.study.models import Outcome
from shanxue.supervision.actions.agenda import put_on_agenda
from shanxue.supervision.queries.duties import list_duties
from tests.house import House

from .desk import NOW, TODAY, Desk, issue, open_desk, write_bulletin_of
from .test_flow import edit, read, refuse
from .test_layout import find, read_font
from .test_notices import open_kept

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


@pytest.fixture
def desk(house: House) -> Desk:
    return open_desk(house)


def write_briefing_of(desk: Desk, period: str = "2026m5") -> OfficialDocument:
    return draft_bulletin(desk.be("office"), None, period, at=NOW, kind=DocumentKind.BRIEFING)


def adopt_outcome(desk: Desk, on: date = date(2026, 5, 20)) -> Outcome:
    return Outcome.objects.create(
        bureau=desk.house.bureau, person=desk.house.people["张三"], unit=desk.house.units["第一支部"], on=on,
        title="窗口服务调研", state="已见效", adopted_as="午间不断岗", adopted_by="局办公会", adopted_on=on,
        evidence="5月等候时间减少一半",
    )  # fmt: skip


def test_a_briefing_says_what_was_held_and_what_is_missing(desk: Desk) -> None:
    """What was held, with figures; problems with their units; nothing about what nobody chose to tell of."""
    document = write_briefing_of(desk)
    assert (document.title, document.mark, document.issuer) == ("2026年5月学习情况", "学习简报", "学习型党组织办公室")
    assert read(document, Section.OVERALL) == (
        "（一）会议和考勤\n召开会议和集体学习2次。\n应到3人次，实到2人次，到会率66.7%。\n"
        "（二）会议记录\n应有会议记录1份，已通过审核0份。"
    )
    assert read(document, Section.PRACTICES) == ""
    assert read(document, Section.PROBLEMS).split("\n")[-1] == (
        "上述单位有不同意见的，自印发之日起5日内向学习型党组织办公室说明。"
    )
    assert Figure.objects.get(document=document, key="expected").value == "3"
    assert not document.parts.filter(section=Section.REQUIREMENTS).exists()


def test_the_office_chooses_the_practices_it_tells_of(desk: Desk, visit: Visit) -> None:
    """D14: an outcome of the period is written in once chosen, with its unit as a link and without its author."""
    outcome, _other = adopt_outcome(desk), adopt_outcome(desk, date(2026, 6, 2))
    document = write_briefing_of(desk)
    page = visit("office").get(reverse("bulletins:edit", args=[document.pk])).content.decode()
    assert page.count('name="practices"') == 1  # the other was adopted in June
    edit(desk, document, Section.OVERALL, read(document, Section.OVERALL), practices=[outcome.pk])
    said = "第一支部《窗口服务调研》提出的做法已采纳：午间不断岗。5月等候时间减少一半。"
    assert read(document, Section.PRACTICES) == said
    figure = Figure.objects.get(document=document, key=f"practice/{outcome.pk}")
    assert figure.rows == [["第一支部　窗口服务调研", "午间不断岗", f"outcome:{outcome.pk}"]]
    document.refresh_from_db()
    assert check_document(document, TODAY).obstacles == []
    edit(desk, document, Section.PRACTICES, said + "值得各支部借鉴。", practices=[outcome.pk])
    Outcome.objects.filter(pk=outcome.pk).delete()
    document.refresh_from_db()
    assert [one.key for one in check_document(document, TODAY).changes] == [f"practice/{outcome.pk}"]


def test_issues_are_numbered_by_themselves(desk: Desk) -> None:
    """第N期 within the year, beside the 发文字号; void with a reason keeps its issue."""
    first, second = issue(desk, write_briefing_of(desk)), issue(desk, write_bulletin_of(desk, "2026q2"))
    void_document(desk.be("office"), first, "数字有误", at=NOW)
    third = issue(desk, write_briefing_of(desk))
    assert [str(one.number) for one in (first, second, third)] == [
        "学习简报2026年第1期", "云示党〔2026〕1号", "学习简报2026年第2期",
    ]  # fmt: skip
    assert DocumentNumber.objects.get(document=first).state == "作废"
    assert refuse(lambda: desk.enter("纸质简报", 5, "学习简报"), "number_skipped").startswith("不能跳号")
    taken = refuse(lambda: desk.enter("纸质简报", 1, "学习简报"), "number_taken")
    assert taken == "学习简报2026年第1期已经用在《2026年5月学习情况》上，下一个号是 3 号。"


def test_issues_go_on_from_paper_and_the_register_says_so(desk: Desk, visit: Visit) -> None:
    begin_series(desk.be("office"), "学习简报", 2026, 6, at=NOW)
    client = visit("office")
    page = client.get(reverse("bulletins:register") + "?year=2026").content.decode()
    assert "学习简报的下一期是第 7 期。" in page
    assert "第 1—6 期见纸质登记簿。" in page
    assert str(issue(desk, write_briefing_of(desk)).number) == "学习简报2026年第7期"


def test_a_named_unit_answers_a_briefing_and_the_agenda_waits_for_the_bulletin(desk: Desk) -> None:
    """Its days as for a 通报; what the office put on the agenda is for the next 情况通报 only."""
    second = desk.house.units["第二支部"]
    put_on_agenda(desk.be("office"), [one for one in list_duties(second, TODAY) if one.light == "逾期"], at=NOW)
    issued = issue(desk, write_briefing_of(desk, "2026q2"))
    assert {one.answer_until_on for one in issued.named_units.all()} == {date(2026, 11, 25)}
    assert set(second.agenda_points.values_list("state", flat=True)) == {"待列入"}


def test_a_month_without_records_makes_no_briefing(desk: Desk) -> None:
    sentence = refuse(lambda: write_briefing_of(desk, "2026m7"), "nothing_to_report")
    assert sentence == "2026年7月没有可写的数据，还没有发过简报。"
    assert [read_period(code) for code in ("2026m0", "2026m13", "2026m06", "2026q10")] == [None] * 4
    day = date(2026, 1, 15)
    labels = [one.label for one in list_briefing_periods(day)][:4]
    assert labels == ["2026年1月", "2025年12月", "2025年11月", "2025年10月"]
    assert find_ended(list_briefing_periods(day), day).label == "2025年12月"


def test_the_parts_of_an_issue_stand_in_their_order(desk: Desk) -> None:
    """Red name, issue, who made it and when over a red rule, title, parts, attachment, 报 and 发 at the foot."""
    outcome, document = adopt_outcome(desk), write_briefing_of(desk)
    edit(
        desk, document, Section.OVERALL, read(document, Section.OVERALL), practices=[outcome.pk], copies="市直机关工委"
    )
    written = open_kept(issue(desk, document))
    order: list[str] = []
    for paragraph in written.paragraphs:
        name = paragraph.style.name if paragraph.style is not None else ""
        if name not in ("公文空行", *order):
            order.append(name)
    assert order == [
        "公文标志", "简报期号", "简报编印", "公文标题", "公文一级", "公文二级", "公文正文", "公文附件说明",
        "公文附件序号", "公文表注", "公文版记", "公文末行",
    ]  # fmt: skip
    told = {name: [each.text for each in find(written, name)] for name in order}
    assert (told["公文标志"], told["简报期号"]) == (["学习简报"], ["第1期"])
    assert told["简报编印"] == ["　学习型党组织办公室编\t2026年11月20日"]
    assert told["公文标题"] == ["2026年5月学习情况", "2026年5月各单位学习情况表"]
    assert told["公文一级"] == ["一、总体情况", "二、经验做法", "三、存在问题"]
    assert (told["公文附件说明"], told["公文附件序号"]) == (["附件：2026年5月各单位学习情况表"], ["附件"])
    assert told["公文版记"] == [
        "　报：市直机关工委。", "　发：各党支部、各部门。", "　学习型党组织办公室\t2026年11月20日印发",
    ]  # fmt: skip
    assert [cell.text for cell in written.tables[0].rows[1].cells][:3] == ["1", "第一支部", "—"]


def test_an_issue_keeps_page_fonts_and_red_rule(desk: Desk) -> None:
    """The page, type area and fonts of the other documents of the house (GB/T 9704 5.1, 5.2)."""
    written = open_kept(issue(desk, write_briefing_of(desk)))
    section = written.sections[0]
    edges = (section.top_margin, section.left_margin, section.bottom_margin, section.right_margin)
    assert [round(one.mm) for one in edges] == [37, 28, 35, 26]
    assert written.styles["公文标志"].font.color.rgb == RGBColor(255, 0, 0)
    assert read_font(written, "简报期号") == ("楷体_GB2312", 16)
    assert read_font(written, "简报编印") == ("仿宋_GB2312", 16)
    made = written.styles["简报编印"].element.pPr
    assert made.find(qn("w:pBdr")).find(qn("w:bottom")).get(qn("w:color")) == "FF0000"
    (tab,) = made.find(qn("w:tabs"))
    assert (tab.get(qn("w:val")), tab.get(qn("w:pos"))) == ("right", "8525")
    for paragraph in find(written, "公文版记"):
        assert paragraph._p.pPr.find(qn("w:framePr")).get(qn("w:yAlign")) == "bottom"


def test_parts_without_words_are_left_out(desk: Desk) -> None:
    written = open_kept(issue(desk, write_briefing_of(desk)))
    assert [each.text for each in find(written, "公文一级")] == ["一、总体情况", "二、存在问题"]


def test_the_pages_of_a_briefing(desk: Desk, visit: Visit) -> None:
    office = visit("office")
    assert "编简报" in office.get(reverse("bulletins:documents")).content.decode()
    drafted = office.post(reverse("bulletins:briefing_new"), {"period": "2026q2", "unit": "0"}, follow=True)
    page = drafted.content.decode()
    assert '<p class="official-issue">第　期</p>' in page
    assert "发：各党支部、各部门。" in page
    document = OfficialDocument.objects.get()
    again = office.post(reverse("bulletins:briefing_new"), {"period": "2026q2", "unit": "0"})
    assert again.headers["Location"] == reverse("bulletins:document", args=[document.pk])
    form = office.get(reverse("bulletins:edit", args=[document.pk])).content.decode()
    assert ("简报名称" in form, "机关代字" in form, "整改期限" in form) == (True, False, False)
    assert 'name="mark" value="学习简报" maxlength="20"' in form


def test_an_issue_is_filed_and_opens_in_libreoffice(desk: Desk, tmp_path: Path) -> None:
    """D10: one 件 with its issue, kept ten years; it opens in LibreOffice."""
    issued = issue(desk, write_briefing_of(desk))
    (piece,) = list_pieces(desk.house.bureau, Period(date(2026, 1, 1), date(2027, 1, 1)))
    assert (piece.number, piece.retention) == ("学习简报2026年第1期", Retention.TEN_YEARS)
    path = tmp_path / "简报.docx"
    path.write_bytes(read_file(issued.bureau_id, issued.files.get(kind=FileKind.BODY).sha256))
    office = shutil.which("soffice")
    assert office is not None
    command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
    assert path.with_suffix(".pdf").read_bytes()[:5] == b"%PDF-"
