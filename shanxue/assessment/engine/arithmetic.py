"""Exact integer arithmetic as expressions: half up for every sign, no floating point, no silent overflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import narwhals as nw

from shanxue.base.points import divide_half_up

LARGEST_MILLI = 4 * 10**9  # no count of one subject may reach four million (characters of a year's notes stay below)
LARGEST_DOUBLE = 2**50  # below this a double holds an integer, its double and half of it exactly
LARGEST_INTEGER = 2**61  # half of what Int64 holds, because rounding doubles the numerator
FINE = 720720 * 10  # parts of a point unit kept inside periods and rater groups: exact for divisors up to 16
WHOLE_SCORE = 630_000_000  # parts of one test's full marks: exact for full marks of 50, 60, 70, 90, 100, 120, 150 …


class TooLargeError(ValueError):
    """A scheme's numbers could leave the range in which integers are exact."""


def round_half_up(
    numerator: nw.Expr, denominator: nw.Expr | int, *, signed: bool = True, largest: int | None = None
) -> nw.Expr:
    """Divide exactly and round half away from zero; ``denominator`` must be positive.

    Where the numerator may exceed 2^50 (``largest``; None: unknown) the remainder is taken off and half a divisor
    added before dividing, so that an engine whose ``//`` goes through double precision (Spark) is exact too.
    """
    if isinstance(denominator, int) and denominator == 1:
        return numerator
    size = numerator.abs() if signed else numerator
    doubled, divisor = size * 2 + denominator, denominator * 2
    if largest is None or largest > LARGEST_DOUBLE:
        doubled = doubled - doubled % divisor + denominator
    quotient = doubled // divisor
    return nw.when(numerator < 0).then(-quotient).otherwise(quotient) if signed else quotient


def guard_divisor(divisor: nw.Expr) -> nw.Expr:
    """Replace a divisor that is absent or not positive by one; the caller tells such rows apart."""
    return nw.when(divisor > 0).then(divisor).otherwise(1)


def lower(value: nw.Expr, top: nw.Expr | int) -> nw.Expr:
    """The value, but not above ``top``; null stays null."""
    return nw.when(value > top).then(top).otherwise(value)


def lift(value: nw.Expr, bottom: nw.Expr | int) -> nw.Expr:
    """The value, but not below ``bottom``; null stays null."""
    return nw.when(value < bottom).then(bottom).otherwise(value)


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
    keep: Callable[[nw.Expr, int], nw.Expr] | None = None  # writes an expression used more than once into a column

    def turn(self, points: Fraction) -> int:
        """Turn a constant into this grain, half up."""
        exact = points * self.per_point * (FINE if self.fine else 1)
        return divide_half_up(exact.numerator, exact.denominator)

    def settle(
        self,
        terms: Sequence[Term],
        constant: Fraction = Fraction(0),
        over: nw.Expr | None = None,
        *,
        most: int = 1,
        signed: bool = True,
        layer: int = 0,
    ) -> nw.Expr:
        """Write (constant × over + Σ terms) ÷ over in this grain, rounded once, half up.

        ``over`` lies in [1, most]. Not ``signed``: the terms are never negative together. ``layer``: see Tally.keep.
        """
        parts = [
            *terms,
            *([Term(constant, over if over is not None else nw.lit(1, dtype=nw.Int64), most)] if constant else []),
        ]
        if not parts:
            return nw.lit(0, dtype=nw.Int64)
        scaled = [part.coefficient * self.per_point for part in parts]
        shared = lcm(*(value.denominator for value in scaled))
        whole = [int(value * shared) for value in scaled]
        largest = sum(abs(value) * part.largest for value, part in zip(whole, parts, strict=True))
        ensure_fits(largest)
        ensure_fits(shared * most * (FINE if self.fine else 1))
        products = [_multiply(part.column, value) for value, part in zip(whole, parts, strict=True)]
        numerator, denominator = sum_terms(products), shared if over is None else _multiply(over, shared)
        if over is None and shared == 1 and not self.fine:
            return numerator
        if self.keep is not None:
            numerator = self.keep(numerator, layer)
            denominator = denominator if isinstance(denominator, int) else self.keep(denominator, layer)
        if not self.fine:
            return round_half_up(numerator, denominator, signed=signed, largest=max(largest, shared * most))
        return _divide_fine(numerator, denominator, signed=signed)


def _multiply(column: nw.Expr, value: int) -> nw.Expr:
    return column if value == 1 else column * value


def _divide_fine(numerator: nw.Expr, denominator: nw.Expr | int, *, signed: bool) -> nw.Expr:
    """Numerator × FINE ÷ denominator without forming the product: whole parts and the rest apart."""
    size = numerator.abs() if signed else numerator
    rest = size % denominator
    value = (size - rest + denominator // 2) // denominator * FINE
    value = value + round_half_up(rest * FINE, denominator, signed=False)
    return nw.when(numerator < 0).then(-value).otherwise(value) if signed else value


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
