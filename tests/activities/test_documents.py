"""会议记录.docx and 签到表.docx: what stands in them, that they are always the same bytes, that they fit the paper."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.document import Document as DocxDocument
from docx.oxml.ns import qn

from shanxue.activities.documents import pair_names, write_minutes, write_sign_in_sheet
from shanxue.activities.models import Attendance, Guest, MeetingRecord, Resolution, Session
from shanxue.activities.queries.records import find_access, read_head, read_minutes
from shanxue.activities.rules.records import Head, Presence
from shanxue.orgs.queries import find_actor
from tests.house import House

from .held_meeting import hold_meeting, write_record

HEAD = Head(
    unit="第一支部", kind="主题党日", topic="6月主题党日", on=date(2026, 6, 12), start_time=time(14, 30), minutes=90,
    place="三楼会议室", host="李四", recorder="张三", people=(Presence(1, "张三", "到"), Presence(2, "赵六", "免")),
)  # fmt: skip


def list_crowd(size: int) -> Head:
    people = tuple(Presence(number, f"党员{number:03d}", "未记录") for number in range(1, size + 1))
    return replace(HEAD, people=(*people, Presence(0, "钱八", "免")))


def open_document(content: bytes) -> DocxDocument:
    return Document(io.BytesIO(content))


def list_lines(document: DocxDocument) -> list[str]:
    return [each.text for each in document.paragraphs if each.text.strip()]


def list_facts(document: DocxDocument) -> dict[str, str]:
    return {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}


@pytest.fixture
def session(house: House) -> Session:
    session = hold_meeting(house)
    Guest.objects.create(session=session, name="吴九（机关纪委）")
    write_record(
        session, "已通过", "secretary", house, content="一、领学文件（李四）\n学了两份文件。", other="下次带笔记。"
    )
    Resolution.objects.create(
        session=session, position=1, text="整理学习台账", responsible=house.people["张三"], due_on=date(2026, 6, 30)
    )
    return session


def write(house: House, session: Session) -> bytes:
    record = MeetingRecord.objects.get(session=session)
    access = find_access(find_actor(house.users["office"], date(2026, 6, 20)), session, record)
    return write_minutes(read_minutes(session, record, access))


@pytest.mark.django_db
def test_the_head_is_that_of_real_minutes(house: House, session: Session) -> None:
    """offices 4: 会议名称、时间（起止)、地点、主持人、记录人、出席人、列席人、缺席人(及原因); R63: 补学措施."""
    assert list_facts(open_document(write(house, session))) == {
        "会议名称": "6月主题党日",
        "时　　间": "2026年6月12日 14:30—16:00",
        "地　　点": "三楼会议室",
        "主 持 人": "李四",
        "记 录 人": "张三",
        "应到、实到": "应到 3 人，实到 2 人，缺席 1 人",
        "出　　席": "张三、李四",
        "列　　席": "吴九（机关纪委）",
        "缺席及原因": "周七（请假，出差）",
        "补学措施": "周七：待补充",
    }


@pytest.mark.django_db
def test_body_and_end_are_those_of_real_minutes(house: House, session: Session) -> None:
    """offices 4: 议程, body, decisions, 散会 on its own line, two signatures."""
    document = open_document(write(house, session))
    assert list_lines(document) == [
        "第一支部",
        "主题党日记录",
        "议程",
        "1. 领学文件（李四）",
        "2. 交流发言",
        "主要内容",
        "一、领学文件（李四）",
        "学了两份文件。",
        "决议",
        "其他",
        "下次带笔记。",
        "散会。",
        "主持人签字：　　　　　　　　记录人签字：",
    ]
    assert [[cell.text for cell in row.cells] for row in document.tables[1].rows] == [
        ["序号", "决议事项", "负责人", "期限"],
        ["1", "整理学习台账", "张三", "2026年6月30日"],
    ]


@pytest.mark.django_db
def test_a_draft_is_marked(house: House, session: Session) -> None:
    MeetingRecord.objects.update(state="待审核")
    assert "（未审核）" in list_lines(open_document(write(house, session)))


@pytest.mark.django_db
def test_the_same_minutes_are_the_same_bytes(house: House, session: Session) -> None:
    assert write(house, session) == write(house, session)


@pytest.mark.django_db
def test_control_characters_and_markup_do_not_break_the_file(house: House, session: Session) -> None:
    """docx must open: 0x07, a lone surrogate and an unfinished tag become harmless."""
    MeetingRecord.objects.update(content="第一段\x07<b>&\r\n\x0b第二段", other="\ufffe")
    Resolution.objects.update(text="整理\x01台账")
    Session.objects.update(topic="6月\x08主题党日")
    session.refresh_from_db()
    document = open_document(write(house, session))
    assert "第一段 <b>&" in list_lines(document)
    assert "第二段" in list_lines(document)
    assert document.tables[1].rows[1].cells[1].text == "整理 台账"


@pytest.mark.django_db
def test_very_long_text_is_written_whole(house: House, session: Session) -> None:
    MeetingRecord.objects.update(content="字" * 20_000)
    assert "字" * 20_000 in list_lines(open_document(write(house, session)))


@pytest.mark.django_db
def test_what_is_unknown_stays_to_be_filled_in(house: House, session: Session) -> None:
    """DESIGN 1: unknown stays 待补充."""
    Session.objects.update(start_time=None, minutes=None, place="", host=None)
    Attendance.objects.filter(mark="请假").update(reason="")
    session = Session.objects.select_related("unit").get()
    facts = list_facts(open_document(write(house, session)))
    assert [facts[name] for name in ("时　　间", "地　　点", "主 持 人", "缺席及原因")] == [
        "2026年6月12日（开始时间待补充）",
        "待补充",
        "待补充",
        "周七（请假，原因待补充）",
    ]


@pytest.mark.django_db
def test_a_document_is_sent_under_its_own_name(session: Session, visit: Callable[[str | None], Client]) -> None:
    answer = visit("secretary").get(reverse("activities:minutes_docx", args=[session.pk]))
    assert answer.headers["Content-Type"].endswith("wordprocessingml.document")
    assert "20260612" in answer.headers["Content-Disposition"]


@pytest.mark.django_db
def test_a_sheet_before_the_notice_is_refused(house: House, visit: Callable[[str | None], Client]) -> None:
    session = hold_meeting(house, ended=False)
    session.attendances.all().delete()
    answer = visit("secretary").get(reverse("activities:sign_in_sheet", args=[session.pk]))
    assert (answer.status_code, answer.context["refusal"].sentence) == (
        409,
        "应到名单还没有定，签到表上没有人。先发出通知，再打印签到表。",
    )


@pytest.mark.django_db
def test_the_sheet_lists_who_is_expected(house: House) -> None:
    session = hold_meeting(house, ended=False)
    Attendance.objects.filter(session=session, person=house.people["周七"]).update(mark="免")
    document = open_document(write_sign_in_sheet(read_head(session)))
    assert list_lines(document) == [
        "签到表",
        "会议名称：第一支部主题党日　6月主题党日",
        "时　　间：2026年6月12日 14:30—16:00",
        "地　　点：三楼会议室",
        "应　　到：2 人　　实到：　　　人　　缺席：　　　人",
        "不要求到会（来了可以签）：周七",
        "列席",
    ]
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["序号", "姓名", "签名", "序号", "姓名", "签名"],
        ["1", "张三", "", "2", "李四", ""],
    ]


def test_names_go_down_the_left_block_then_the_right_one() -> None:
    names = [str(number) for number in range(1, 6)]
    assert pair_names(names) == [((1, "1"), (4, "4")), ((2, "2"), (5, "5")), ((3, "3"), None)]


def test_a_longer_list_fills_page_after_page() -> None:
    pairs = pair_names([str(number) for number in range(1, 61)])
    assert (pairs[0], pairs[18]) == (((1, "1"), (19, "19")), ((37, "37"), (49, "49")))
    listed = sorted(number for left, right in pairs for number, _ in ((left, right) if right else (left,)))
    assert listed == list(range(1, 61))


def test_the_head_row_of_the_sheet_repeats() -> None:
    table = open_document(write_sign_in_sheet(list_crowd(60))).tables[0]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [row.height.twips if row.height else 0 for row in table.rows][1:3] == [500, 500]


@pytest.mark.parametrize(("size", "pages"), [(20, 1), (60, 2), (200, 5)])
def test_sheets_fit_a4(tmp_path: Path, size: int, pages: int) -> None:
    """20, 60 and 200 people; every name once, in LibreOffice's pages."""
    (tmp_path / "签到表.docx").write_bytes(write_sign_in_sheet(list_crowd(size)))
    office = shutil.which("soffice")
    assert office is not None
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "签到表.docx")], check=True, capture_output=True, timeout=120)
    content = (tmp_path / "签到表.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page[^s]", content)) == pages
