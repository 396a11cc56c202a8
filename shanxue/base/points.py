"""Points and quantities as integers. Nothing in Shanxue adds or compares floating-point numbers.

*Points* are integers in units of the scheme's precision (precision 0.01: 90.00 is 9000). *Milli* values are
thousandths of a quantity (an hour, a mark, a day): 1.5 hours is 1500.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

MILLI = 1000


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide exactly and round half away from zero (四舍五入). ``denominator`` must be positive.

    >>> divide_half_up(5, 2), divide_half_up(-5, 2), divide_half_up(7, 3)
    (3, -3, 2)
    """
    if denominator <= 0:
        raise ValueError("denominator must be positive")
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


def scale_decimal(value: Decimal | int | str | float, scale: int) -> int:
    """Turn a written number into an integer of ``scale`` parts, half up.

    Floats pass through their shortest text, so 0.1 read from a spreadsheet is one tenth.

    >>> scale_decimal("89.995", 100), scale_decimal(0.1, 1000)
    (9000, 100)
    """
    try:
        exact = Decimal(str(value)) * scale
    except InvalidOperation as error:
        raise ValueError(f"not a number: {value!r}") from error
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def format_scaled(value: int, scale: int, *, trim: bool = False) -> str:
    """Write an integer of ``scale`` parts (a power of ten) as a decimal.

    >>> format_scaled(8995, 100), format_scaled(-50, 100), format_scaled(1500, 1000, trim=True)
    ('89.95', '-0.50', '1.5')
    """
    digits = len(str(scale)) - 1
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), scale)
    text = f"{whole}.{part:0{digits}d}" if digits else str(whole)
    if trim and digits:
        text = text.rstrip("0").rstrip(".")
    return sign + text if text.strip("0.") else text


def read_fraction(value: int | float | str) -> Fraction:
    """Read an exact fraction from a scheme: 0.85, "1/45" or 3.

    >>> read_fraction(0.85), read_fraction("1/45")
    (Fraction(17, 20), Fraction(1, 45))
    """
    return Fraction(str(value).replace(" ", ""))
