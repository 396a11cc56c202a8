"""What goes with a 件 and into the records: notices, sign-in sheets, receipts, the questions of each sitting (D10)."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from docx import Document
from openpyxl import load_workbook

from shanxue.activities.models import AgendaItem, SessionNote
from shanxue.archive.models import ArchiveYear
from shanxue.archive.paths import get_package
from shanxue.archive.proving import prove_package
from shanxue.archive.queries import list_pieces, read_volume
from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.exams.actions.sittings import hand_in, save_answer, start_sitting
from shanxue.exams.models import SittingAnswer
from shanxue.resources.actions.closing import close_fund
from shanxue.resources.actions.funds import Decision
from shanxue.resources.actions.spending import Bill, attach_receipt, pay
from shanxue.resources.models import Receipt
from shanxue.resources.uploads import keep_receipt
from tests.exams.office import add_paper, add_question, find_test
from tests.resources.rows import act_as, find, make_fund

from .conftest import NEXT_YEAR, NOTICED_AT, Year

pytestmark = pytest.mark.django_db
TOP = "shanxue-yc-2025/data"
MEETING = f"{TOP}/文件/0194-WS·2025-D30-XXQK-0001"
PDF = b"%PDF-1.4\n\xe5\x8f\x91\xe7\xa5\xa8\n%%EOF\n"
BOUGHT_AT = datetime(2025, 3, 4, 2, 0, tzinfo=UTC)


def open_sealed(sealed: ArchiveYear) -> zipfile.ZipFile:
    assert prove_package(get_package(sealed.package)).problems == []
    return zipfile.ZipFile(get_package(sealed.package))


def read_lines(body: bytes) -> list[str]:
    return [each.text for each in Document(io.BytesIO(body)).paragraphs if each.text]


def read_rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def find_archive(year: Year) -> ArchiveYear:
    return ArchiveYear.objects.select_related("bureau").get(bureau=year.house.bureau, year=2025)


# Meetings


def test_a_meeting_is_one_piece_with_its_notice_and_its_sheet(year: Year) -> None:
    """DA/T 22-2015: a document with its attachments is one 件; the notice says what was changed after it was sent."""
    AgendaItem.objects.create(session=year.session, position=1, title="领学条例", speaker=year.house.people["王五"])
    SessionNote.objects.create(
        session=year.session, text="地点由二楼学习室改为会议室", at=NOTICED_AT + timedelta(days=1), actor="王五"
    )
    with open_sealed(year.seal()) as package:
        names = sorted(name for name in package.namelist() if name.startswith(MEETING))
        notice = Document(io.BytesIO(package.read(f"{MEETING}/会议通知.docx")))
        sheet = Document(io.BytesIO(package.read(f"{MEETING}/签到表.docx")))
    assert names == [f"{MEETING}/{name}.docx" for name in ("会议记录", "会议通知", "签到表")]
    assert [tuple(cell.text for cell in row.cells) for row in notice.tables[0].rows] == [
        ("会议名称", "学习条例"),
        ("时　　间", "2025年5月12日 15:00"),
        ("地　　点", "会议室"),
        ("主 持 人", "待补充"),
        ("应到 2 人", "王五、赵六"),
        ("发出时间", "2025年5月8日 09:30"),
    ]
    assert [each.text for each in notice.paragraphs if each.text] == [
        "第二支部",
        "主题党日通知",
        "议程",
        "1. 领学条例（王五）",
        "发出以后的改动",
        "2025年5月9日 09:30　王五：地点由二楼学习室改为会议室。",
        "注：上面的表是改动以后的；发出时的样子，看每条改动里“由”后面的。",
    ]
    assert [cell.text for cell in sheet.tables[0].rows[1].cells] == ["1", "王五", "", "2", "赵六", ""]


@pytest.mark.parametrize(
    ("noticed_at", "lacking"),
    [(None, "没有发通知"), (datetime(2025, 5, 12, 16, 0, tzinfo=UTC), "补录，没有发通知")],
)
def test_where_no_notice_went_out_none_is_made_up(
    year: Year, visit: Callable[[str | None], Client], noticed_at: datetime | None, lacking: str
) -> None:
    """DESIGN 1: nothing is ever made up. It is told before sealing and stands in the catalogue."""
    year.session.noticed_at = noticed_at
    year.session.save()
    assert read_volume(find_archive(year)).count_lacking() == [(lacking, 1)]
    assert f"{lacking}：1 件" in visit("office").get("/archive/2025/check/").content.decode()
    with open_sealed(year.seal()) as package:
        book = load_workbook(io.BytesIO(package.read(f"{TOP}/归档文件目录.xlsx")))
        assert f"{MEETING}/会议通知.docx" not in package.namelist()
    assert book["归档文件目录"].cell(6, 9).value == f"{lacking}；页数待补充"


def test_many_meetings_are_read_together(year: Year, django_assert_num_queries: object) -> None:
    """Six queries and two more for a hundred meetings, not for each."""
    pieces = list_pieces(year.house.bureau, Period(year.session.on, year.session.on + timedelta(days=1)))
    meeting = next(piece for piece in pieces if piece.key == f"session-{year.session.pk}")
    with django_assert_num_queries(8):  # type: ignore[operator]
        first = [document.write() for document in meeting.documents]
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert [document.write() for document in meeting.documents] == first


# Receipts


@pytest.fixture
def receipt(year: Year) -> Receipt:
    """Bought on 4 March 2025 with a receipt; another payment has none; the year is carried over."""
    make_fund(year.house, 2025)
    office = act_as(year.house, on=BOUGHT_AT.date())
    for what in ("党史读本", "学习笔记本"):
        bill = Bill("新华书店", what, 90_000, BOUGHT_AT.date())
        payment = pay(office, find(year=2025).pk, bill, commitment_id=None, key=uuid4(), at=BOUGHT_AT)
        if what == "党史读本":
            kept = attach_receipt(office, payment.pk, keep_receipt(year.house.bureau.pk, "发票.pdf", PDF), at=BOUGHT_AT)
    close_fund(office, payment.purpose.fund_id, Decision("局党委会议", NEXT_YEAR.date(), "年度终了"), at=NEXT_YEAR)
    return kept


def locate(receipt: Receipt) -> object:
    return settings.MEDIA_ROOT / "receipts" / str(receipt.payment.purpose.fund.bureau_id) / f"{receipt.sha256}.pdf"


@pytest.mark.usefixtures("office")
def test_receipts_lie_with_the_account(year: Year, receipt: Receipt) -> None:
    """D11: the files themselves, in the account's 件, untouched by the conversion; a payment without one is told."""
    sealed = year.seal()
    account = sealed.pieces.get(key="fund-2025")
    with open_sealed(sealed) as package:
        assert [name.rpartition("/")[2] for name in account.files] == ["经费账目.xlsx", "凭据001_20250304_发票.pdf"]
        assert package.read(f"{TOP}/{account.files[1]}") == PDF
    assert account.remark == "局党委会议决定结转；1 笔付款没有凭据文件"


@pytest.mark.parametrize(("damage", "word"), [(None, "不在了"), (b"%PDF-1.4 other", "被改动过")])
def test_a_receipt_that_is_gone_or_changed_stops_the_seal(
    year: Year, receipt: Receipt, damage: bytes | None, word: str
) -> None:
    """Named with its payment; uploading the same file again puts it right."""
    path = locate(receipt)
    path.unlink() if damage is None else path.write_bytes(damage)  # type: ignore[attr-defined]
    sentence = f"3月4日“党史读本”的凭据“发票.pdf”{word}，请从备份恢复，或重新上传。"
    volume = read_volume(find_archive(year))
    assert [(piece.missing, piece.href) for piece in volume.missing] == [
        (sentence, f"/resources/payments/{receipt.payment_id}/")
    ]
    with pytest.raises(Refusal) as refused:
        year.seal()
    assert refused.value.sentence == f"{sentence}补齐以后再封；确实补不了的，写明决定再封。"
    keep_receipt(year.house.bureau.pk, "发票.pdf", PDF)
    assert read_volume(find_archive(year)).missing == ()


def test_a_receipt_changed_between_the_check_and_the_packing_is_not_sealed(year: Year, receipt: Receipt) -> None:
    """The digest is compared again on the bytes that are packed; nothing half-done is left."""
    account = next(one for one in read_volume(find_archive(year)).placed if one.piece.key == "fund-2025")
    locate(receipt).write_bytes(b"%PDF-1.4 other")  # type: ignore[attr-defined]
    with pytest.raises(Refusal) as refused:
        account.piece.documents[1].write()
    assert refused.value.sentence == "凭据的文件被改动过。请从备份恢复，或重新上传。"


# Tests


def test_what_everybody_was_asked_is_recorded_and_not_what_they_answered(year: Year) -> None:
    """D10; docs/privacy.md: answers are kept for a year, the questions and their order for as long as the package."""
    now = datetime(2025, 6, 12, 1, 0, tzinfo=UTC)
    house = year.house
    ask = add_question(house, "党的最高理想是（　　）。")
    fill = add_question(house, "党徽由（　　）组成。", kind="填空题", answer=[["镰刀和锤头"]])
    paper = add_paper(house, "党章测试", [fill, ask], now)
    for name in ("王五", "张三"):
        sitting = start_sitting(find_test(house, name, paper, now), house.people[name], seed=1, actor=name, at=now)
        save_answer(sitting, 1, [f"{name}的回答"], at=now)
        hand_in(sitting, actor=name, at=now)
        ask.stem = "党的最高理想和最终目标是（　　）。"
        ask.save()
    with open_sealed(year.seal()) as package:
        put = read_rows(package.read(f"{TOP}/记录/put_questions.csv"))
        versions = {row["题目版本"]: row for row in read_rows(package.read(f"{TOP}/记录/questions.csv"))}
        every = b"".join(package.read(name) for name in package.namelist() if "/记录/" in name).decode()
    assert [(row["工号"], row["第几次"], row["题号"], versions[row["题目版本"]]["题目"]) for row in put] == [
        ("1001", "1", "1", "党徽由（　　）组成。"),
        ("1001", "1", "2", "党的最高理想和最终目标是（　　）。"),
        ("1003", "1", "1", "党徽由（　　）组成。"),
        ("1003", "1", "2", "党的最高理想是（　　）。"),
    ]
    assert len(versions) == 3
    told = versions[put[1]["题目版本"]]
    assert (told["选项"], told["答案"]) == ("A. 实现共产主义　B. 实现小康　C. 实现富裕　D. 实现强国", "A")
    assert "的回答" not in every


def test_questions_cleared_in_time_are_told(year: Year) -> None:
    """docs/privacy.md: a year after the assessment the rows go; the 件 of a drawn paper says so."""
    now = datetime(2025, 6, 12, 1, 0, tzinfo=UTC)
    house = year.house
    add_question(house, "党的最高理想是（　　）。")
    rule = [{"bank": "党章", "kind": "单选题", "count": 1, "points_milli": 1000}]
    paper = add_paper(house, "党章测试", [], now, rule=rule)
    sitting = start_sitting(find_test(house, "王五", paper, now), house.people["王五"], seed=7, actor="王五", at=now)
    hand_in(sitting, actor="王五", at=now)
    assert read_volume(find_archive(year)).count_lacking() == []
    SittingAnswer.objects.all().delete()
    assert read_volume(find_archive(year)).count_lacking() == [("1 次答题的题目已到期清理", 1)]
