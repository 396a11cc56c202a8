"""Shares as documents write them. Plain Python."""

from __future__ import annotations

from fractions import Fraction
from math import floor


def write_rate(part: int, whole: int) -> str:
    """Write a share in tenths of a percent, half up; nothing to divide by is no rate."""
    if not whole:
        return "—"
    tenths = floor(Fraction(part * 1000, whole) + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}%"
