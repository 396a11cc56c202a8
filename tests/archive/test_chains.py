"""A2 and A3: how a record came to be; evidence taken in the open; the trail's own page."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from docx import Document

from shanxue.activities.models import Attendance, MarkEntry
from shanxue.archive.actions.algorithms import switch_every_chain
from shanxue.archive.checks import verify_house
from shanxue.archive.models import Doubt, EvidenceExport
from shanxue.audit.actions import record_entry
from shanxue.audit.guard import remove_guard
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.intake.models import Batch
from shanxue.orgs.models import PersonReading

from .conftest import HELD_AT, Year

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


def open_chain(client: Client, kind: str, pk: int) -> str:
    answer = client.get(reverse("archive:chain", args=[kind, pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def enter_late(year: Year) -> Attendance:
    """王五's mark corrected six days after the meeting, with the reason."""
    row = year.session.attendances.get(person=year.house.people["王五"])
    late_at = datetime(2025, 5, 18, 2, 0, tzinfo=UTC)
    for mark, seen, how, at, because in (
        ("缺席", "未记录", "点名", HELD_AT, ""), ("到", "缺席", "补录", late_at, "会后核对签到表"),
    ):  # fmt: skip
        MarkEntry.objects.create(
            session=year.session, person=row.person, key=uuid4(), mark=mark, seen=seen, how=how, said_at=at,
            received_at=at, by=year.house.users["office"], outcome="采纳", because=because,
        )  # fmt: skip
    row.how, row.recorded_at, row.recorded_by = "补录", late_at, "赵六"
    row.save()
    return row


def test_a_late_entry_is_shown_as_late_with_its_reason(year: Year, visit: Visit) -> None:
    """ux A2: 补录，晚 6 天，原因…, never hidden; the former mark stays visible."""
    row = enter_late(year)
    client = visit("inspector")
    assert "王五：到。补录，晚 6 天，原因：会后核对签到表" in open_chain(client, "session", year.session.pk)
    page = open_chain(client, "mark", row.pk)
    assert "从“缺席”改为“到”。补录，晚 6 天，原因：会后核对签到表" in page
    assert PersonReading.objects.get(person=row.person).what == "证据链"


def test_a_record_that_nobody_changed_says_so(year: Year, visit: Visit) -> None:
    page = open_chain(visit("inspector"), "session", year.session.pk)
    assert "这条记录没有后续改动。" in page
    assert "没有对应的计划条目（计划外，或导入的记录）" in page
    assert "会议记录：已通过" in page


def test_a_mark_shows_the_line_it_counts_for(year: Year, visit: Visit) -> None:
    """From the plan to the score: the item whose count holds this very record."""
    row = year.session.attendances.get(person=year.house.people["王五"])
    page = open_chain(visit("office"), "mark", row.pk)
    assert "计入《机关学习考核办法》A1“到会”，这一项得 30.00" in page


def test_marks_changed_in_the_database_are_named(year: Year, visit: Visit) -> None:
    """docs/adr/0004: the digest at the end of roll-call is what finds it, here and in shanxue verify."""
    lines = "1003 到 - 0\n1004 请假 - 0"
    Entry.objects.create(
        chain="yc", seq=2, at=HELD_AT, actor="王五", verb="activities.end_roll_call", previous_hash="", hash="",
        subject=f"session:{year.session.pk}", detail={"sha256": hashlib.sha256(lines.encode()).hexdigest()},
    )  # fmt: skip
    assert "登记以后被改动过" not in open_chain(visit("inspector"), "session", year.session.pk)
    Attendance.objects.filter(mark="请假").update(mark="到")
    page = open_chain(visit("inspector"), "session", year.session.pk)
    assert "考勤与点名结束时登记的校验值不同，登记以后被改动过。" in page
    sentences = [sentence for sentence, fine in verify_house()[0] if not fine]
    assert "yc：2025年5月12日“学习条例”的考勤和点名结束时登记的校验值不同，被改动过。" in sentences


def test_another_file_than_the_one_imported_is_told(year: Year, visit: Visit) -> None:
    body = "工号,姓名\n".encode()
    batch = Batch.objects.create(
        bureau_code="yc", kind="attendance", file_name="5月签到.csv", sha256=hashlib.sha256(body).hexdigest(),
        at=HELD_AT, actor="赵六",
    )  # fmt: skip
    year.session.batch_id = batch.pk
    year.session.save()
    address, client = reverse("archive:chain", args=["session", year.session.pk]), visit("inspector")
    same = client.post(address, {"file": SimpleUploadedFile("5月签到.csv", body)}).content.decode()
    other = client.post(address, {"file": SimpleUploadedFile("5月签到.csv", body + b"1")}).content.decode()
    assert "原始文件的校验值与登记时一样。" in same
    assert "原始文件的校验值与登记时不同。" in other


def test_a_doubt_is_seen_and_explained_by_the_unit(year: Year, visit: Visit) -> None:
    year.session.unit = year.house.units["第一支部"]
    year.session.save()
    address = reverse("archive:add_doubt", args=["session", year.session.pk])
    for _ in range(2):
        visit("inspector").post(address, {"text": "签到表上少一人。"})
    doubt = Doubt.objects.get()
    secretary = visit("secretary")
    assert "签到表上少一人。" in secretary.get("/").content.decode()
    page = reverse("archive:doubt", args=[doubt.pk])
    secretary.post(page, {"answer": "补签在第二页。"})
    doubt.refresh_from_db()
    assert (doubt.answer, doubt.answered_by) == ("补签在第二页。", "李四")
    again = secretary.post(page, {"answer": "再说一次"})
    assert (again.status_code, "这个疑点已由李四说明过。" in again.content.decode()) == (409, True)
    assert "补签在第二页。" in open_chain(visit("inspector"), "session", year.session.pk)
    assert visit("secretary").post(address, {"text": "书记不标记"}).status_code == 403


def test_evidence_without_a_purpose_is_refused_with_the_number_of_people(year: Year, visit: Visit) -> None:
    """ux A3: 包含 N 人信息，需要填写用途。"""
    client, key = visit("inspector"), f"session-{year.session.pk}"
    answer = client.post("/archive/evidence/", {"record": [key], "purpose": "  "})
    assert (answer.status_code, EvidenceExport.objects.count()) == (400, 0)
    assert "包含 2 人信息，需要填写用途。" in answer.content.decode()
    nothing = client.post("/archive/evidence/", {"purpose": "巡察"})
    assert (nothing.status_code, "还没有选中的记录。" in nothing.content.decode()) == (400, True)
    foreign = client.post("/archive/evidence/", {"record": ["session-999999"], "purpose": "巡察"})
    assert foreign.status_code == 404


def test_three_taps_take_evidence_with_a_watermark_in_every_file(year: Year, visit: Visit) -> None:
    """选中 → 填用途 → 生成; the export is logged, and seen by the unit and by the people in it."""
    client, key = visit("inspector"), f"session-{year.session.pk}"
    assert key in client.get("/archive/evidence/?month=2025-05").content.decode()
    answer = client.post("/archive/evidence/", {"record": [key], "purpose": "区委巡察组调阅"})
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        names = package.namelist()
        sums = dict(reversed(line.split("  ")) for line in package.read("sha256sums.txt").decode().splitlines())
        for name, digest in sums.items():
            body = package.read(name)
            assert hashlib.sha256(body).hexdigest() == digest
            if name.endswith(".csv"):
                rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
                assert all("inspector" in row["水印"] and "用途：区委巡察组调阅" in row["水印"] for row in rows)
        minutes = Document(io.BytesIO(package.read(f"{key}/会议记录.docx")))
        told = package.read("说明.txt").decode("utf-8-sig")
    assert sorted(names) == sorted(
        [f"{key}/证据链.csv", f"{key}/考勤.csv", f"{key}/会议记录.docx", "说明.txt", "清单.csv", "sha256sums.txt"]
    )
    section = minutes.sections[0]
    for header in (section.header, section.even_page_header):
        assert "用途：区委巡察组调阅" in header.paragraphs[0].text
    assert "inspector" in told
    made = EvidenceExport.objects.get()
    assert (made.people_count, made.purpose, made.units.get().name) == (2, "区委巡察组调阅", "第二支部")
    assert Entry.objects.get(verb="archive.export_evidence").detail["people"] == 2
    assert list(PersonReading.objects.values_list("what", flat=True)) == ["取证包", "取证包"]
    assert "区委巡察组调阅" in visit("office").get("/archive/evidence/taken/").content.decode()
    assert "区委巡察组调阅" not in visit("secretary").get("/archive/evidence/taken/").content.decode()  # 第一支部


def test_the_auditor_sees_accounts_and_acts_and_exports_the_head(year: Year, visit: Visit) -> None:
    client = visit("auditor")
    year.seal()
    page = client.get("/archive/trail/?verify=1").content.decode()
    assert "yc：2 条留痕完整" in page
    assert "封卷" in page
    assert "赵六" not in page
    assert "没有符合的留痕。" in client.get("/archive/trail/?subject=session").content.decode()
    body = client.post("/archive/trail/head/").content.decode()
    assert '"seq": 3' in body  # the entry of the export itself
    assert Entry.objects.filter(verb="archive.export_head").count() == 1


def test_the_security_administrator_goes_over_to_sm3(year: Year, visit: Visit) -> None:
    """GB/T 32905: said before it is done, confirmed, an entry of the chain, and proved across the switch."""
    client, address = visit("security"), reverse("archive:algorithm")
    record_entry(chain="yc", actor="u-office", at=HELD_AT, verb="archive.set_fonds")
    page = client.get(address).content.decode()
    assert ("SHA-256" in page, "以前的留痕不重算" in page) == (True, True)
    hasty = client.post(address, {"algorithm": "sm3"})
    assert (hasty.status_code, Entry.objects.filter(verb="audit.switch_algorithm").exists()) == (400, False)
    answer = client.post(address, {"algorithm": "sm3", "sure": "on"}, follow=True)
    assert "从下一条起用 SM3，这一步已记入留痕。" in answer.content.decode()
    switches = Entry.objects.filter(verb="audit.switch_algorithm").order_by("chain")
    assert [(one.chain, one.actor, one.algorithm) for one in switches] == [
        ("accounts", "u-security", "sha256"), ("yc", "u-security", "sha256"),
    ]  # fmt: skip
    last = record_entry(chain="yc", actor="u-office", at=HELD_AT, verb="archive.set_fonds")
    assert (last.algorithm, verify_house()[1]) == ("sm3", True)
    page = visit("auditor").get(reverse("archive:trail") + "?verify=1").content.decode()
    assert ("用 SM3 一条接一条" in page, "换留痕的算法" in page) == (True, True)
    again = client.post(address, {"algorithm": "sm3", "sure": "on"})
    assert (again.status_code, Entry.objects.filter(verb="audit.switch_algorithm").count()) == (400, 2)
    remove_guard(connection)
    Entry.objects.filter(pk=last.pk).update(actor="别人")
    assert [text for text, fine in verify_house()[0] if not fine] == [
        f"yc：第 {last.seq} 条留痕的内容和它的校验值不符，这一条被改动过。"
    ]


def test_the_command_switches_every_chain_once(year: Year) -> None:
    record_entry(chain="accounts", actor="u-office", at=HELD_AT, verb="accounts.sign_in")
    assert switch_every_chain("sm3", actor="命令行", at=HELD_AT) == ["accounts", "yc"]
    with pytest.raises(Refusal) as refused:
        switch_every_chain("sm3", actor="命令行", at=HELD_AT)
    assert refused.value.sentence == "留痕已经在用 SM3 算法，不用再换。"
    assert verify_house()[1]
