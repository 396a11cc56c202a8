"""What every value parser shares: what a parser returns and raises, and texts made comparable."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from shanxue.intake.rules import Cell, Context

_NOTHING = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20, 0x2212: 0x2D, 0x2013: 0x2D}
_SPACES = re.compile(r"\s+")
ERRORS = ("#REF!", "#DIV/0!", "#N/A", "#NAME?", "#VALUE!", "#NUM!", "#NULL!")
YES, NO = "是", "不是"


class Parsed(NamedTuple):
    """A value, and the text it was tidied from (None when the cell said it as it is)."""

    value: Any
    tidied_from: str | None = None


class Doubt(ValueError):
    """A cell that only a person can read: a question with choices. One answer settles every cell with the key.

    ``message`` is the question's tail (25-10-01 是 2025 年吗？); ``key`` is where ``Context.answers`` holds the answer.
    """

    def __init__(self, code: str, message: str, choices: tuple[str, ...], key: str) -> None:
        super().__init__(message)
        self.code, self.message, self.choices, self.key = code, message, choices, key


def show(cell: Cell) -> str:
    """Write a cell as the clerk sees it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, timedelta):
        minutes = int(cell.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02d}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def strip_invisible(text: str) -> str:
    """Drop zero-width marks, trim, and make every run of spaces (also 　 and NBSP) one space."""
    return _SPACES.sub(" ", text.translate(_NOTHING)).strip()


def narrow(text: str) -> str:
    """Write full-width digits, letters and signs half-width. For codes, dates and numbers; never for names.

    >>> narrow("０１２（Ａ）")
    '012(A)'
    """
    return text.translate(_HALF)


@lru_cache(maxsize=8192)
def squeeze(text: str) -> str:
    """Drop every space and zero-width mark and narrow the rest.

    >>> squeeze(" 合　 计 ")
    '合计'
    """
    return _SPACES.sub("", narrow(text.translate(_NOTHING)))


def tidy(cell: Cell, value: Any, plain: str) -> Parsed:
    """Pair a value with the cell's own text when that differs from ``plain``, the usual way to write the value."""
    before = show(cell)
    return Parsed(value, before if isinstance(cell, str) and before != plain else None)


def ask_yes(context: Context, code: str, message: str, key: str) -> bool:
    """Return the answer to a yes-no question, or raise the question."""
    answer = context.answers.get(key)
    if answer not in (YES, NO):
        raise Doubt(code, message, (YES, NO), key)
    return answer == YES


def parse_text(cell: Cell, _context: Context) -> Parsed:
    """Read a text as it is, trimmed. The wording is not touched (no full-width conversion)."""
    text = show(cell)
    value = "\n".join(strip_invisible(line) for line in text.splitlines()).strip()
    return Parsed(value, text if value != text.strip() else None)


def parse_word(cell: Cell, _context: Context) -> Parsed:
    """Read a short word of a fixed list (党籍状态, 类型): no spaces, full-width signs narrowed."""
    text = show(cell)
    value = squeeze(text)
    return Parsed(value, text if value != text else None)
