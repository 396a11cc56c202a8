"""Money on the pages: entered, explained, with receipts that only money readers open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from shanxue.resources.models import Commitment, Fund, Payment, Purpose, Receipt
from tests.house import House

from .rows import AT, act_as, buy, count_queries, find, make_fund, order, read, spend

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def test_the_office_builds_a_fund_and_pays_from_it(house: House, visit: Visit) -> None:
    office, year = visit("office"), timezone.localdate().year
    office.post("/resources/fund/new/", {"year": year})
    fund = Fund.objects.get()
    office.post(f"/resources/fund/{fund.pk}/source/", {"name": "财政拨款", "amount": "50,000", "document": ""})
    office.post(f"/resources/fund/{fund.pk}/purpose/", {"name": "图书", "parent": "", "amount": "30,000.00"})
    purpose = Purpose.objects.get()
    sent = {"supplier": "新华书店", "what": "党史读本", "amount": "1,234.50", "on": timezone.localdate().isoformat(),
            "number": "记-12", "key": str(uuid4())}  # fmt: skip
    receipt = SimpleUploadedFile("发票.pdf", PDF, "application/pdf")
    office.post(f"/resources/purposes/{purpose.pk}/pay/", sent | {"receipt": receipt})
    payment = Payment.objects.get()
    assert (payment.amount_fen, payment.receipts.get().name) == (123_450, "发票.pdf")
    office.post(f"/resources/payments/{payment.pk}/",
                {"kind": "图书", "name": "党史读本", "quantity": "20", "amount": "1,234.50"})  # fmt: skip
    text = read(visit("leader"), "/resources/fund/")
    assert "还剩 28,765.50 元可用" in text
    assert "1,234.50" in text
    text = read(visit("inspector"), f"/resources/purposes/{purpose.pk}/")
    assert f'<a href="/resources/payments/{payment.pk}/">付款：党史读本（新华书店）</a>' in text


def test_what_is_typed_wrong_stays_and_is_named(house: House, visit: Visit) -> None:
    make_fund(house, timezone.localdate().year)
    purpose = Purpose.objects.get()
    sent = {"supplier": "新华书店", "what": "党史读本", "amount": "-12.345", "on": timezone.localdate().isoformat(),
            "key": str(uuid4())}  # fmt: skip
    answer = visit("office").post(f"/resources/purposes/{purpose.pk}/pay/", sent)
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "“金额（元）”最多写两位小数（到分），“-12.345”有 3 位。" in text
    assert 'value="党史读本"' in text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"MZ\x90\x00 a program", "“凭据”要用图片（JPG、PNG）或 PDF。请把原件扫描或拍照后再传。"),
        (b"", "“凭据”是空文件。请重新选择。"),
        (b"%PDF-" + b"0" * (10 * 1024 * 1024), "“凭据”有 10.0 MB，超过 10 MB。请扫描成黑白或缩小后再传。"),
    ],
    ids=["program", "empty", "large"],
)
def test_a_receipt_is_a_picture_or_a_pdf(house: House, visit: Visit, data: bytes, sentence: str) -> None:
    """Bad input: a receipt that is not a picture or PDF, whatever it is called."""
    make_fund(house)
    payment = spend(house, 100)
    file = SimpleUploadedFile("发票.pdf", data, "application/pdf")
    answer = visit("office").post(f"/resources/payments/{payment.pk}/receipt/", {"receipt": file})
    assert (answer.status_code, Receipt.objects.count()) == (400, 0)
    assert sentence in answer.content.decode()


def test_receipts_are_opened_by_money_readers_only(house: House, visit: Visit) -> None:
    make_fund(house)
    payment = spend(house, 100)
    for _ in range(2):
        file = SimpleUploadedFile("../发票:1.jpeg", b"\xff\xd8\xff\xe0 picture", "image/jpeg")
        visit("office").post(f"/resources/payments/{payment.pk}/receipt/", {"receipt": file})
    receipt = Receipt.objects.get()  # the same file twice is one
    path = f"/resources/receipts/{receipt.pk}/"
    answer = visit("inspector").get(path)
    assert (answer.content, answer.headers["Content-Type"]) == (b"\xff\xd8\xff\xe0 picture", "image/jpeg")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert [visit(key).get(path).status_code for key in ("member", "secretary", "system")] == [403, 403, 403]
    assert receipt.name == "发票_1.jpg"


def test_an_order_becomes_a_payment_with_what_it_said(house: House, visit: Visit) -> None:
    make_fund(house)
    commitment = order(house, 30_000)
    text = read(visit("office"), f"/resources/purposes/{commitment.purpose_id}/pay/?commitment={commitment.pk}")
    assert 'value="300.00"' in text
    assert 'value="新华书店"' in text
    answer = visit("office").post(f"/resources/commitments/{commitment.pk}/end/", follow=True)
    assert "这笔预订已取消，没有付的钱回到用途里。" in answer.content.decode()
    assert Commitment.objects.get().state == "已取消"


def test_the_close_is_checked_on_a_page_first(house: House, visit: Visit) -> None:
    fund = make_fund(house)
    commitment = order(house, 30_000)
    text = read(visit("office"), f"/resources/fund/{fund.pk}/close/")
    assert "剩余 9,700.00 元转入 2027 年，2026年专项经费从此不能再改。" in text
    assert f'<a href="/resources/commitments/{commitment.pk}/">党史读本</a>，300.00' in text


def test_the_account_page_makes_the_same_queries_at_one_and_three_rows(house: House, visit: Visit) -> None:
    fund = make_fund(house)
    line, commitment = buy(house), order(house, 100)
    paths = [f"/resources/fund/?year={fund.year}", f"/resources/purposes/{find().pk}/",
             f"/resources/payments/{line.payment_id}/", f"/resources/commitments/{commitment.pk}/",
             f"/resources/fund/{fund.pk}/close/"]  # fmt: skip
    before = [count_queries(visit("office"), path) for path in paths]
    from shanxue.resources.actions.funds import add_purpose
    from shanxue.resources.actions.spending import Bought, LineKind, add_line

    payment = Payment.objects.get()
    spend(house, 5_000)
    for place in range(2):
        add_purpose(act_as(house), fund.pk, f"用途{place}", 1000, None, at=AT + timedelta(0))
        order(house, 200, what=f"预订{place}")
    Payment.objects.filter(pk=payment.pk).update(amount_fen=100_000)
    for place in range(2):
        add_line(act_as(house), payment.pk, Bought(LineKind.BOOKS, f"书{place}", 1, 100), at=AT)
    assert [count_queries(visit("office"), path) for path in paths] == before
