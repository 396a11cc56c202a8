"""Points are integers; half goes away from zero (四舍五入), always by integer arithmetic."""

from __future__ import annotations

import doctest
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanxue.base import points
from shanxue.base.points import divide_half_up, format_scaled, read_fraction, scale_decimal


def test_points_examples_hold() -> None:
    assert doctest.testmod(points).failed == 0


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_divide_half_up_agrees_with_decimal_rounding(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    doubled = Decimal(int(exact * 2 * denominator)) / (2 * denominator)
    assert divide_half_up(numerator, denominator) == int(doubled.quantize(Decimal(1), ROUND_HALF_UP))


@given(st.integers(-(10**9), 10**9), st.sampled_from([1, 10, 100, 1000]))
def test_format_scaled_reads_back_to_the_same_number(value: int, scale: int) -> None:
    assert scale_decimal(format_scaled(value, scale), scale) == value


def test_scale_decimal_rounds_89995_up_and_refuses_words() -> None:
    """rules.md §6.8: 0.1 read from a spreadsheet is one tenth, and 89.995 to hundredths is 90.00."""
    assert scale_decimal(89.995, 100) == 9000
    assert scale_decimal(0.1, 1000) == 100
    with pytest.raises(ValueError, match="not a number"):
        scale_decimal("优秀", 100)


def test_read_fraction_is_exact() -> None:
    assert read_fraction(0.85) == Fraction(17, 20)
    assert read_fraction("1/45") == Fraction(1, 45)
