"""Exact integer arithmetic as expressions: half up for every sign, no floating point, no silent overflow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import narwhals as nw

from shanxue.base.points import divide_half_up

LARGEST_MILLI = 4 * 10**9  # no count of one subject may reach four million (characters of a year's notes stay below)
LARGEST_INTEGER = 2**61  # half of what Int64 holds, because rounding doubles the numerator
FINE = 720720 * 10  # parts of a point unit kept inside periods and rater groups: exact for divisors up to 16
WHOLE_SCORE = 630_000_000  # parts of one test's full marks: exact for full marks of 50, 60, 70, 90, 100, 120, 150 …


class TooLargeError(ValueError):
    """A scheme's numbers could leave the range in which integers are exact."""


def round_half_up(numerator: nw.Expr, denominator: nw.Expr | int, *, signed: bool = True) -> nw.Expr:
    """Divide exactly and round half away from zero; ``denominator`` must be positive.

    The remainder is taken off and half a divisor added before dividing, so that an engine whose ``//`` goes through
    double precision (Spark) still gets the exact quotient.
    """
    if isinstance(denominator, int) and denominator == 1:
        return numerator
    size = numerator.abs() if signed else numerator
    doubled = size * 2 + denominator
    quotient = (doubled - doubled % (denominator * 2) + denominator) // (denominator * 2)
    if not signed:
        return quotient
    return nw.when(numerator < 0).then(-quotient).otherwise(quotient)


def guard_divisor(divisor: nw.Expr) -> nw.Expr:
    """Replace a divisor that is absent or not positive by one; the caller tells such rows apart."""
    return nw.when(divisor > 0).then(divisor).otherwise(nw.lit(1, dtype=nw.Int64))


def lower(value: nw.Expr, top: nw.Expr | int) -> nw.Expr:
    """The value, but not above ``top``; null stays null."""
    limit = nw.lit(top, dtype=nw.Int64) if isinstance(top, int) else top
    return nw.when(value > limit).then(limit).otherwise(value)


def lift(value: nw.Expr, bottom: nw.Expr | int) -> nw.Expr:
    """The value, but not below ``bottom``; null stays null."""
    limit = nw.lit(bottom, dtype=nw.Int64) if isinstance(bottom, int) else bottom
    return nw.when(value < limit).then(limit).otherwise(value)


@dataclass(frozen=True)
class Term:
    """``coefficient`` × ``column``, where the column holds integers of at most ``largest``."""

    coefficient: Fraction
    column: nw.Expr
    largest: int = LARGEST_MILLI


@dataclass(frozen=True)
class Grain:
    """The unit in which an item's points are written: ``per_point`` of them make one point of the scheme.

    ``fine`` grains are parts of a final unit: values inside periods, rounded again once at the end.
    """

    per_point: Fraction
    fine: bool = False

    def turn(self, points: Fraction) -> int:
        """Turn a constant into this grain, half up."""
        exact = points * self.per_point * (FINE if self.fine else 1)
        return divide_half_up(exact.numerator, exact.denominator)

    def settle(
        self, terms: Iterable[Term], constant: Fraction = Fraction(0), over: nw.Expr | None = None, *, most: int = 1
    ) -> nw.Expr:
        """Write (constant × over + Σ terms) ÷ over in this grain, rounded once, half up. ``over`` ≤ ``most``."""
        parts = [*terms]
        if constant:
            unit = over if over is not None else nw.lit(1, dtype=nw.Int64)
            parts.append(Term(constant, unit, most))
        if not parts:
            return nw.lit(0, dtype=nw.Int64)
        scaled = [part.coefficient * self.per_point for part in parts]
        shared = lcm(*(value.denominator for value in scaled))
        whole = [int(value * shared) for value in scaled]
        ensure_fits(sum(abs(value) * part.largest for value, part in zip(whole, parts, strict=True)))
        ensure_fits(shared * most * (FINE if self.fine else 1))
        numerator = sum_terms([part.column * value for value, part in zip(whole, parts, strict=True)])
        denominator: nw.Expr | int = shared if over is None else over * shared
        return self._divide(numerator, denominator)

    def _divide(self, numerator: nw.Expr, denominator: nw.Expr | int) -> nw.Expr:
        if not self.fine:
            return round_half_up(numerator, denominator)
        size = numerator.abs()
        rest = size % denominator
        value = (size - rest + denominator // 2) // denominator * FINE
        value = value + round_half_up(rest * FINE, denominator, signed=False)
        return nw.when(numerator < 0).then(-value).otherwise(value)


def sum_terms(terms: Sequence[nw.Expr]) -> nw.Expr:
    """Add columns that hold no nulls."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def ensure_fits(largest: int) -> None:
    """Refuse a computation whose integers could grow beyond ``LARGEST_INTEGER``."""
    if abs(largest) > LARGEST_INTEGER:
        raise TooLargeError(
            f"integers of up to {largest} would be needed; the scheme's numbers are too fine or too large"
        )
