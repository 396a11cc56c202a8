"""K6 as pages: 归档 → 检查缺件 → 确认封卷, three taps; downloads are written down."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanxue.activities.models import MeetingRecord, Session
from shanxue.archive.models import ArchiveYear, PieceChoice
from shanxue.archive.tasks import seal
from shanxue.audit.models import Entry
from shanxue.jobs.models import Job

from .conftest import HELD_AT, Year

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


def test_three_taps_seal_a_year(year: Year, visit: Visit) -> None:
    """K6: 归档 2025 年 → 检查缺件 → 确认封卷; the work goes on behind the page."""
    client = visit("office")
    assert "归档 2025 年" in client.get("/archive/").content.decode()
    assert "可以归档 4 件，没有缺件。" in client.get("/archive/2025/").content.decode()
    check = client.get("/archive/2025/check/").content.decode()
    assert "没有缺件，4 件可以封卷。" in check
    assert "带缺件封卷的决定" not in check
    answer = client.post("/archive/2025/check/")
    job = Job.objects.get()
    assert answer.url == reverse("jobs:job", args=[job.pk])  # type: ignore[attr-defined]
    seal.func(job.pk, bureau_id=year.house.bureau.pk, year=2025, decision="", actor="赵六")
    job.refresh_from_db()
    assert (job.state, job.href) == ("完成", "/archive/2025/")
    page = client.get("/archive/2025/").content.decode()
    assert "已由赵六在" in page
    assert "0194-WS·2025-D30-XXQK-0001" in page
    assert client.get("/archive/2025/check/").status_code == 302


def test_gaps_are_listed_each_with_the_page_where_it_is_mended(year: Year, visit: Visit) -> None:
    MeetingRecord.objects.update(state="退回修改")
    client = visit("office")
    check = client.get("/archive/2025/check/").content.decode()
    assert "第二支部 5 月会议记录仍是“退回修改”，不能封卷。" in check
    assert f'href="{reverse("activities:record", args=[year.session.pk])}"' in check
    refused = client.post("/archive/2025/check/", {"decision": " "})
    assert refused.status_code == 409
    assert "补齐以后再封；确实补不了的，写明决定再封。" in refused.content.decode()
    assert Job.objects.count() == 0
    assert client.post("/archive/2025/check/", {"decision": "党委会同意"}).status_code == 302


def test_leaders_see_the_archive_and_seal_nothing(year: Year, visit: Visit) -> None:
    client = visit("leader")
    page = client.get("/archive/2025/").content.decode()
    assert "检查缺件" not in page
    assert client.post("/archive/2025/check/").status_code == 403
    assert client.post("/archive/2025/", {"fonds": "1"}).status_code == 403


def test_one_document_is_left_out_with_its_reason(year: Year, visit: Visit) -> None:
    client = visit("office")
    address = reverse("archive:piece", args=[2025, "results-2025"])
    assert "学习情况，按规定保管永久。" in client.get(address).content.decode()
    client.post(address, {"retention": "", "position": "", "left_out": "成绩另行立卷"})
    page = client.get("/archive/2025/").content.decode()
    assert "可以归档 3 件" in page
    assert "成绩另行立卷" in page
    assert PieceChoice.objects.get().left_out == "成绩另行立卷"
    assert client.get(reverse("archive:piece", args=[2025, "nobody-1"])).status_code == 404


def test_a_wrong_fonds_number_is_refused(year: Year, visit: Visit) -> None:
    answer = visit("office").post("/archive/2025/", {"fonds": "０１９４ 号"})
    assert answer.status_code == 400
    assert "全宗号只用数字、字母和短横，至多 16 位。" in answer.content.decode()


def test_a_download_is_written_down(year: Year, visit: Visit) -> None:
    sealed = year.seal()
    answer = visit("inspector").get("/archive/2025/package/bagit/")
    assert len(b"".join(answer.streaming_content)) == sealed.package_bytes  # type: ignore[attr-defined]
    entry = Entry.objects.get(verb="archive.download")
    assert (entry.actor, entry.detail) == ("u-inspector", {"kind": "bagit", "package": "shanxue-yc-2025.zip"})
    assert visit("inspector").get("/archive/2025/package/tar/").status_code == 404


def test_a_package_that_is_gone_is_said(year: Year, visit: Visit) -> None:
    sealed = year.seal()
    ArchiveYear.objects.filter(pk=sealed.pk).update(package="gone.zip")
    answer = visit("office").get("/archive/2025/package/bagit/")
    assert (answer.status_code, "请从备份里恢复" in answer.content.decode()) == (404, True)


def test_the_list_of_a_year_asks_the_same_questions_at_one_and_at_three_meetings(year: Year, visit: Visit) -> None:
    client = visit("office")
    client.get("/archive/2025/")
    with CaptureQueriesContext(connection) as one:
        client.get("/archive/2025/")
    for number in (1, 2):
        other = Session.objects.create(
            bureau=year.house.bureau, unit=year.house.units["第一支部"], kind="主题党日", tier="支部集体学",
            topic=f"第{number}次", on=year.session.on, state="已召开", roll_ended_at=HELD_AT,
        )  # fmt: skip
        MeetingRecord.objects.create(
            session=other, state="已通过", saved_at=HELD_AT, submitted_at=HELD_AT, reviewed_at=HELD_AT
        )
    with CaptureQueriesContext(connection) as three:
        assert "可以归档 6 件" in client.get("/archive/2025/").content.decode()
    assert len(three) == len(one)
