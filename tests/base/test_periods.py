"""Periods: lower bound in, upper bound out, and together they cover the window exactly."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanxue.base.periods import UNITS, Period, split_period


def test_split_period_cuts_a_year_into_quarters() -> None:
    quarters = list(split_period(Period(date(2025, 1, 1), date(2026, 1, 1)), "quarter"))
    assert [piece.from_on for piece in quarters] == [date(2025, m, 1) for m in (1, 4, 7, 10)]
    assert quarters[-1].until_on == date(2026, 1, 1)


def test_split_period_starts_the_year_where_the_scheme_does() -> None:
    """K14: Dec–Nov windows (R18, R35) have twelve months and a cut first half."""
    window = Period(date(2024, 12, 1), date(2025, 12, 1))
    assert len(list(split_period(window, "month"))) == 12
    assert next(split_period(window, "half")).days == 31


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(1, 800), st.sampled_from(UNITS))
def test_split_period_covers_every_day_once(start: date, days: int, unit: str) -> None:
    window = Period(start, start + timedelta(days=days))
    pieces = list(split_period(window, unit))
    assert sum(piece.days for piece in pieces) == window.days
    assert pieces[0].from_on == window.from_on
    assert all(a.until_on == b.from_on for a, b in zip(pieces, pieces[1:], strict=False))


def test_period_refuses_to_be_empty() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Period(date(2025, 1, 1), date(2025, 1, 1))
