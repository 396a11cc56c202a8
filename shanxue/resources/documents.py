"""The account of a year as a workbook (经费账目.xlsx). Texts are written as texts, whatever they begin with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from shanxue.base.lettering import measure_width

from .models import Carry, Commitment, Fund, Payment, Receipt
from .queries.funds import list_adjustments, list_leaves, list_purposes, sum_rows
from .rules import PaymentKind
from .rules.money import Balance

Cell = str | int | date
Line = Sequence[Cell]
MADE_AT = datetime(2000, 1, 1)  # noqa: DTZ001 - the same account gives the same bytes
FORMULA_STARTS = ("=", "+", "-", "@")


class Fen(int):
    """An amount in fen, shown as yuan."""


def write_account(fund: Fund) -> bytes:
    """Write 总账, 来源, 调整, 预订, 付款 and 结转 of one year, with sums that the rows add up to."""
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        title = f"{fund.bureau.name}{fund.year}年专项经费账目"
        book.set_properties({"title": title, "created": MADE_AT})
        style = _Style(book)
        for name, heads, rows in _list_sheets(fund):
            _write_sheet(book.add_worksheet(name), style, f"{title}·{name}", heads, list(rows))
    return target.getvalue()


class _Style:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        plain = {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter", "border": 1, "border_color": "#BFBFBF"}
        self.head: Format = book.add_format(
            plain | {"bold": True, "bg_color": "#E7ECF3", "align": "center", "text_wrap": True}
        )
        self.text: Format = book.add_format(plain | {"num_format": "@", "text_wrap": True})
        self.quoted: Format = book.add_format(plain | {"num_format": "@", "text_wrap": True, "quote_prefix": True})
        self.money: Format = book.add_format(plain | {"num_format": "#,##0.00_ ;-#,##0.00_ "})
        self.day: Format = book.add_format(plain | {"num_format": "yyyy-mm-dd", "align": "center"})
        self.number: Format = book.add_format(plain | {"num_format": "0_ "})


def _list_sheets(fund: Fund) -> Iterator[tuple[str, str, Iterator[Line]]]:
    yield "总账", "用途 上年结转 批准 调整 待付 已付 结转下年 剩余", _list_balances(fund)
    yield (
        "来源",
        "来源 金额 依据 登记人",
        ((one.name, Fen(one.amount_fen), one.document, one.actor) for one in fund.sources.order_by("pk")),
    )
    yield "调整", "决定日期 用途 针对 金额 会议 理由 登记人", (
        (one.decided_on, one.purpose.name, f"预订：{one.commitment.what}" if one.commitment else "批准数",
         Fen(one.amount_fen), one.meeting, one.reason, one.actor)
        for one in list_adjustments(fund)
    )  # fmt: skip
    yield (
        "预订",
        "日期 用途 供应单位 买什么 金额 已付 状态 登记人",
        (
            (
                one.on,
                one.purpose.name,
                one.supplier,
                one.what,
                Fen(one.amount_fen),
                Fen(one.paid_fen),
                one.state,
                one.actor,
            )
            for one in Commitment.objects.filter(purpose__fund=fund).select_related("purpose").order_by("on", "pk")
        ),
    )
    yield "付款", "日期 用途 种类 供应单位 内容 金额 凭证号 凭据 登记人", _list_payments(fund)
    yield "明细", "日期 种类 名称 数量 小计", (
        (payment.on, line.kind, line.name, line.quantity, Fen(line.amount_fen))
        for payment in _read_payments(fund) for line in payment.lines.all()
    )  # fmt: skip
    yield (
        "结转",
        "由 到 金额 登记人",
        (
            (f"{one.source.fund}·{one.source}", f"{one.target.fund}·{one.target}", Fen(one.amount_fen), one.actor)
            for purpose in list_leaves(fund)
            for one in Carry.objects.filter(source=purpose).select_related("source__fund", "target__fund")
        ),
    )


def _list_balances(fund: Fund) -> Iterator[Line]:
    rows = list_purposes(fund)
    for row in rows:
        yield ("　" * row.depth + row.purpose.name, *_write_balance(row.balance))
    yield ("合计", *_write_balance(sum_rows(rows)))


def _write_balance(balance: Balance) -> tuple[Fen, ...]:
    return tuple(
        Fen(fen)
        for fen in (
            balance.opening, balance.approved, balance.changed, balance.committed, balance.paid, balance.carried,
            balance.left,
        )
    )  # fmt: skip


def _read_payments(fund: Fund) -> list[Payment]:
    found = Payment.objects.filter(purpose__fund=fund).select_related("purpose").prefetch_related("lines", "receipts")
    return list(found.order_by("on", "pk"))


def _list_payments(fund: Fund) -> Iterator[Line]:
    for one in _read_payments(fund):
        sign = 1 if one.kind == PaymentKind.PAYMENT else -1
        receipts: list[Receipt] = list(one.receipts.all())
        kept = "；".join(f"{receipt.name}（{receipt.sha256[:12]}）" for receipt in receipts) or "没有"
        yield (
            one.on, one.purpose.name, one.kind, one.supplier, one.what, Fen(sign * one.amount_fen), one.number, kept,
            one.actor,
        )  # fmt: skip


def _write_sheet(sheet: Worksheet, style: _Style, title: str, heads: str, rows: list[Line]) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_header("&C&12" + title.replace("&", "&&"))
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    names = heads.split()
    for column, name in enumerate(names):
        texts = [name, *(_show(row[column]) for row in rows)]
        sheet.set_column(column, column, min(max(measure_width(text) for text in texts) + 3, 44))
        sheet.write_string(0, column, name, style.head)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _write_cell(sheet, number, column, value, style)


def _show(value: Cell) -> str:
    return f"{value / 100:,.2f}" if isinstance(value, Fen) else str(value)


def _write_cell(sheet: Worksheet, row: int, column: int, value: Cell, style: _Style) -> None:
    if isinstance(value, Fen):
        sheet.write_number(row, column, value / 100, style.money)
    elif isinstance(value, int):
        sheet.write_number(row, column, value, style.number)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style.day)  # noqa: DTZ001
    else:
        sheet.write_string(row, column, value, style.quoted if value[:1] in FORMULA_STARTS else style.text)
