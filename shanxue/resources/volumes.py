"""What this room leaves for the year's archive: the account of the fund with its receipts (D10, D11)."""

from __future__ import annotations

from functools import partial

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from shanxue.base.periods import Period
from shanxue.base.volumes import Column, Document, Piece, Retention, Series, Table
from shanxue.orgs.models import Bureau

from .documents import write_account
from .models import Fund, Payment, Receipt
from .queries.funds import list_payments
from .rules import FundState, PaymentKind
from .uploads import find_damage, read_intact

PAYMENT_COLUMNS = (
    Column("on", "日期", "date"), Column("purpose", "用途"), Column("kind", "种类"), Column("supplier", "供应单位"),
    Column("what", "内容"), Column("amount_fen", "金额（分）", "number"), Column("number", "凭证号"),
)  # fmt: skip


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    """List the accounts of the years that the period touches; one that is not carried over yet cannot be sealed."""
    funds = Fund.objects.filter(bureau=bureau, year__gte=period.from_on.year, year__lte=_last_year(period))
    return [
        piece for fund in funds.select_related("bureau").order_by("year") for piece in _list_fund(fund)
    ]  # fmt: skip


def _last_year(period: Period) -> int:
    return period.until_on.year - (period.until_on.month == 1 and period.until_on.day == 1)


def _list_fund(fund: Fund) -> list[Piece]:
    """The account with its receipts; each receipt whose file is gone or changed is a gap of its own."""
    found = Receipt.objects.filter(payment__purpose__fund=fund).select_related("payment")
    receipts = list(found.order_by("payment__on", "payment_id", "pk"))
    damages = [(one, find_damage(fund.bureau_id, one.sha256, one.ending)) for one in receipts]
    intact = [one for one, damage in damages if not damage]
    return [_describe(fund, intact), *(_describe_gap(fund, one, damage) for one, damage in damages if damage)]


def _describe(fund: Fund, receipts: list[Receipt]) -> Piece:
    closed = fund.state == FundState.CLOSED
    bare = _filter_payments(fund).filter(receipts=None).count()
    return Piece(
        key=f"fund-{fund.year}", series=Series.STUDY, title=f"{fund.bureau.name}{fund.year}年学习专项经费账目",
        responsible=fund.bureau.name, on=timezone.localdate(fund.closed_at) if fund.closed_at else None,
        retention=Retention.THIRTY_YEARS, remark=f"{fund.meeting}决定结转" if closed else "",
        missing="" if closed else f"{fund}还没有结转。请付清或取消预订后结转。",
        lacking=f"{bare} 笔付款没有凭据文件" if bare else "",
        href="" if closed else reverse("resources:close_fund", args=[fund.pk]),
        documents=(
            Document("经费账目.xlsx", partial(write_account, fund)),
            *(_attach(fund, number, one) for number, one in enumerate(receipts, 1)),
        ),
    )  # fmt: skip


def _filter_payments(fund: Fund) -> QuerySet[Payment]:
    return Payment.objects.filter(purpose__fund=fund, kind=PaymentKind.PAYMENT)


def _attach(fund: Fund, number: int, receipt: Receipt) -> Document:
    """A receipt as an attachment, by the day of its payment; it is proved again while it is packed."""
    name = f"凭据{number:03d}_{receipt.payment.on:%Y%m%d}_{receipt.name}"
    return Document(name, partial(read_intact, fund.bureau_id, receipt.sha256, receipt.ending))


def _describe_gap(fund: Fund, receipt: Receipt, damage: str) -> Piece:
    payment = receipt.payment
    return Piece(
        key=f"receipt-{receipt.pk}", series=Series.STUDY, title=f"{payment.supplier}“{payment.what}”的凭据",
        responsible=fund.bureau.name, on=payment.on, retention=Retention.THIRTY_YEARS,
        missing=f"{payment.on.month}月{payment.on.day}日“{payment.what}”的凭据“{receipt.name}”{damage}，"
        "请从备份恢复，或重新上传。",
        href=reverse("resources:payment", args=[payment.pk]),
    )  # fmt: skip


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    """The payments as plain rows; what came back is negative."""
    years = range(period.from_on.year, _last_year(period) + 1)
    rows = (
        (one.on, one.purpose.name, one.kind, one.supplier, one.what,
         one.amount_fen if one.kind == PaymentKind.PAYMENT else -one.amount_fen, one.number)
        for year in years for one in list_payments(bureau, year)
    )  # fmt: skip
    return [Table("payments", "经费收支", PAYMENT_COLUMNS, rows)]
