"""Amounts: typed as yuan, kept as fen, written with thousands separators (D11)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanxue.resources.forms.money import BillForm
from shanxue.resources.rules.money import MOST_FEN, read_yuan, write_yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1234.5", 123450),
        ("1,234.50", 123450),
        ("￥45", 4500),
        ("45.00元", 4500),
        ("０．０１", 1),
        ("0", 0),
        (" 7 ", 700),
    ],
)
def test_yuan_is_read_as_fen(text: str, fen: int) -> None:
    assert read_yuan(text, "金额") == fen


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("12.345", "“金额”最多写两位小数（到分），“12.345”有 3 位。"),
        ("-5", "“金额”不能是负数。退款请在那一笔付款里登记。"),
        ("一百", "“金额”写的“一百”不是金额。请写成元，如 1,234.50。"),
        ("1,23", "“金额”写的“1,23”不是金额。请写成元，如 1,234.50。"),
        ("10000000000", "“金额”超过 10 亿元，请核对。"),
    ],
)
def test_what_is_no_amount_is_refused_by_name(text: str, sentence: str) -> None:
    """Bad input: negative, three decimals, words."""
    with pytest.raises(ValueError, match="金额") as refused:
        read_yuan(text, "金额")
    assert str(refused.value) == sentence


@given(st.integers(-MOST_FEN, MOST_FEN))
def test_what_is_written_is_read_back(fen: int) -> None:
    assert read_yuan(write_yuan(fen), "金额", signed=True) == fen


def test_the_form_names_the_field() -> None:
    form = BillForm({"supplier": "新华书店", "what": "书", "amount": "12.345", "on": "2026-12-03", "key": "x"})
    assert form.errors["amount"] == ["“金额（元）”最多写两位小数（到分），“12.345”有 3 位。"]
    form = BillForm({"supplier": "新华书店", "what": "书", "amount": "0", "on": "2026-12-03"})
    assert form.errors["amount"] == ["“金额（元）”要大于 0。"]
