"""What this room leaves for the year's archive: the account of the fund (D10, D11)."""

from __future__ import annotations

from functools import partial

from django.urls import reverse
from django.utils import timezone

from shanxue.base.periods import Period
from shanxue.base.volumes import Column, Document, Piece, Retention, Series, Table
from shanxue.orgs.models import Bureau

from .documents import write_account
from .models import Fund
from .queries.funds import list_payments
from .rules import FundState, PaymentKind

PAYMENT_COLUMNS = (
    Column("on", "日期", "date"), Column("purpose", "用途"), Column("kind", "种类"), Column("supplier", "供应单位"),
    Column("what", "内容"), Column("amount_fen", "金额（分）", "number"), Column("number", "凭证号"),
)  # fmt: skip


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    """List the accounts of the years that the period touches; one that is not carried over yet cannot be sealed."""
    funds = Fund.objects.filter(bureau=bureau, year__gte=period.from_on.year, year__lte=_last_year(period))
    return [_describe(fund) for fund in funds.select_related("bureau").order_by("year")]


def _last_year(period: Period) -> int:
    return period.until_on.year - (period.until_on.month == 1 and period.until_on.day == 1)


def _describe(fund: Fund) -> Piece:
    closed = fund.state == FundState.CLOSED
    return Piece(
        key=f"fund-{fund.year}", series=Series.STUDY, title=f"{fund.bureau.name}{fund.year}年学习专项经费账目",
        responsible=fund.bureau.name, on=timezone.localdate(fund.closed_at) if fund.closed_at else None,
        retention=Retention.THIRTY_YEARS, remark=f"{fund.meeting}决定结转" if closed else "",
        missing="" if closed else f"{fund}还没有结转。请付清或取消预订后结转。",
        href="" if closed else reverse("resources:close_fund", args=[fund.pk]),
        documents=(Document("经费账目.xlsx", partial(write_account, fund)),),
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
