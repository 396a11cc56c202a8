"""Points as a person types them. Plain Python."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from shanxue.base.errors import Refusal

MOST_POINTS = 1_000_000


def read_points(text: str, scale: int) -> int:
    """Turn typed points into integers of a scheme's scale. Raises Refusal ``not_points``."""
    try:
        value = Decimal(text.strip()) * scale
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value != value.to_integral_value() or abs(value) > MOST_POINTS * scale:
        places = len(str(scale)) - 1
        raise Refusal("not_points", f"总分请写数字，如 86.5，最多 {places} 位小数。")
    return int(value)
