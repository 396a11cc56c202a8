"""Words of this room (D11): money, books and periodicals, places. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class FundState(StrEnum):
    """A fund is kept during its year and carried over once; after that nothing of it changes."""

    OPEN = "执行中"
    CLOSED = "已结转"


class CommitmentState(StrEnum):
    OPEN = "执行中"
    SETTLED = "已结清"
    CANCELLED = "已取消"


class PaymentKind(StrEnum):
    """What moved money: out, back from the supplier, or an entry that was wrong and is taken back whole."""

    PAYMENT = "付款"
    REFUND = "退款"
    REVERSAL = "冲销"


class LineKind(StrEnum):
    """What a line of a receipt bought."""

    BOOKS = "图书"
    PERIODICALS = "报刊"
    EQUIPMENT = "设备"
    TRAINING = "培训"
    OTHER = "其他"


class CopyState(StrEnum):
    SHELF = "在架"
    LENT = "借出"
    LOST = "遗失"
    WITHDRAWN = "注销"


class RequestState(StrEnum):
    """What became of somebody's wish to borrow a title."""

    WAITING = "等待"
    LENT = "已借到"
    TAKEN_BACK = "已撤回"


class SuggestionState(StrEnum):
    ASKED = "待答复"
    ADOPTED = "已采纳"
    DECLINED = "未采纳"
    ARRIVED = "已到架"


class Frequency(StrEnum):
    """How often a periodical comes out; the issues expected follow from it."""

    DAILY = "日报"
    WEEKLY = "周刊"
    TEN_DAYS = "旬刊"
    HALF_MONTHLY = "半月刊"
    MONTHLY = "月刊"
    TWO_MONTHLY = "双月刊"
    QUARTERLY = "季刊"


class IssueState(StrEnum):
    EXPECTED = "待到"
    RECEIVED = "已到"
    MISSED = "缺期"


class Condition(StrEnum):
    """How a piece of equipment is."""

    GOOD = "完好"
    REPAIR = "待修"
    SCRAPPED = "报废"


class BookingState(StrEnum):
    BOOKED = "已预约"
    FREED = "已取消"
