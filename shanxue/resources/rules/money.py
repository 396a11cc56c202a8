"""Money in fen (integers): how amounts are read and written, and what is left of a purpose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_FEN = 100_000_000_000  # 10 亿元: more is a slip of the pen
_WIDE = str.maketrans("０１２３４５６７８９．，－＋￥", "0123456789.,-+¥")
_YUAN = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?", re.ASCII)


def read_yuan(text: str, label: str, *, signed: bool = False) -> int:
    """Read an amount typed in yuan, as fen. ``label`` is the field's name for the sentence.

    Raises ValueError with the sentence: not a number, more than two decimals, negative, too large.

    >>> read_yuan("1,234.5", "金额"), read_yuan("￥45元", "金额"), read_yuan("-3", "金额", signed=True)
    (123450, 4500, -300)
    """
    plain = re.sub(r"\s", "", text.translate(_WIDE)).removeprefix("¥").removesuffix("元")
    found = _YUAN.fullmatch(plain)
    if found is None:
        raise ValueError(f"“{label}”写的“{text.strip()}”不是金额。请写成元，如 1,234.50。")
    part = found["part"] or ""
    if len(part) > 2:
        raise ValueError(f"“{label}”最多写两位小数（到分），“{text.strip()}”有 {len(part)} 位。")
    fen = int(found["whole"].replace(",", "")) * 100 + int(part.ljust(2, "0") or 0)
    if found["sign"] == "-" and fen and not signed:
        raise ValueError(f"“{label}”不能是负数。退款请在那一笔付款里登记。")
    if fen > MOST_FEN:
        raise ValueError(f"“{label}”超过 10 亿元，请核对。")
    return -fen if found["sign"] == "-" else fen


def write_yuan(fen: int) -> str:
    """Write fen as yuan with thousands separators.

    >>> write_yuan(123456789), write_yuan(-5), write_yuan(0)
    ('1,234,567.89', '-0.05', '0.00')
    """
    sign = "-" if fen < 0 else ""
    whole, part = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{part:02d}"


@dataclass(frozen=True)
class Balance:
    """The account of one purpose, or of several added up, in fen.

    ``committed`` is what open commitments still wait to be paid; ``carried`` what went to the next year.
    """

    opening: int = 0
    approved: int = 0
    changed: int = 0
    committed: int = 0
    paid: int = 0
    carried: int = 0

    @property
    def limit(self) -> int:
        """What may be spent: never more without a recorded decision (D11)."""
        return self.opening + self.approved + self.changed

    @property
    def left(self) -> int:
        return self.limit - self.committed - self.paid - self.carried

    def __add__(self, other: Balance) -> Balance:
        return Balance(
            self.opening + other.opening, self.approved + other.approved, self.changed + other.changed,
            self.committed + other.committed, self.paid + other.paid, self.carried + other.carried,
        )  # fmt: skip


def add_up(balances: Iterable[Balance]) -> Balance:
    return sum(balances, Balance())


def write_overdraft(purpose: str, balance: Balance, asked_fen: int) -> str:
    """Say what is left, what was asked, and what to do first."""
    left, short = balance.left, asked_fen - balance.left
    return (
        f"“{purpose}”还剩 {write_yuan(left)} 元，这一笔要 {write_yuan(asked_fen)} 元，超出 {write_yuan(short)} 元。"
        "请先登记追加或调剂的决定，再办这一笔。"
    )
