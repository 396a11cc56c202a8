"""What a number format and a fill say that a value does not: 000000 shows zeros, yyyy"年"m"月" shows no day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from shanxue.intake.rules import Cell

_PADDED = re.compile(r'(?:"([^"]*)")?(0{2,})')
_LITERALS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_BUILT_IN_MONTHS = {17, 27, 57}  # mmm-yy; yyyy"年"m"月" in Chinese Excel


@dataclass(frozen=True)
class Styles:
    """Cell styles (by their index in the file) that change what a cell means."""

    padded: dict[int, tuple[str, int]] = field(default_factory=dict)  # text in front, number of digits
    months: frozenset[int] = frozenset()
    coloured: frozenset[int] = frozenset()

    @property
    def telling(self) -> frozenset[int]:
        return self.months | self.padded.keys()


def read_styles(cell_formats: Iterable[tuple[int, str]], coloured: frozenset[int] = frozenset()) -> Styles:
    """Sort out cell formats, given in the file's order as (number format id, format code or "")."""
    padded, months = {}, set()
    for index, (number, code) in enumerate(cell_formats):
        match = _PADDED.fullmatch(code.split(";")[0])
        if match:
            padded[index] = (match[1] or "", len(match[2]))
        if number in _BUILT_IN_MONTHS or shows_month_only(code):
            months.add(index)
    return Styles(padded, frozenset(months), coloured)


def shows_month_only(code: str) -> bool:
    """Tell whether a date format shows year and month and no day.

    >>> shows_month_only('yyyy"年"m"月"'), shows_month_only('yyyy"年"m"月"d"日"'), shows_month_only("h:mm")
    (True, False, False)
    """
    plain = _LITERALS.sub("", code.split(";")[0]).lower()
    return "y" in plain and "m" in plain and not set("dhs") & set(plain)


def show_cell(value: Cell, style: int, styles: Styles) -> Cell:
    """Turn a value into the text that its format shows, for the two formats that tell more than the value."""
    if style in styles.padded and isinstance(value, int | float) and not isinstance(value, bool):
        front, digits = styles.padded[style]
        return f"{front}{int(value):0{digits}d}" if value == int(value) else value
    if style in styles.months and isinstance(value, date):
        return f"{value.year}年{value.month}月"
    return value
