"""How official documents write numbers and titles (GB/T 9704-2012). Plain Python."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

from .errors import Refusal

TITLE_WIDTH = 20  # characters of 2号 in a line of 156 mm
NUMERALS = "一二三四五六七八九十"


def tidy_number(number: str) -> str:
    """Write a 发文字号 as the standard asks: 〔2026〕, full year, no 第, no leading zero. Empty stays empty.

    Raises ``Refusal`` when it cannot be read as 机关代字〔年份〕发文顺序号.
    """
    if not number.strip():
        return ""
    found = re.fullmatch(
        r"([^\s\[\]()〔〕（）【】［］\d]+)[\[(〔（【［](\d{4})[\])〕）】］]第?0*([1-9]\d*)号?", number.replace(" ", "")
    )
    if not found:
        raise Refusal(
            "bad_document_number",
            f"发文字号“{number}”不完整。请写成“江城管〔2026〕8号”的样子：机关代字、四位年份、顺序号。",
        )
    return f"{found[1]}〔{found[2]}〕{found[3]}号"


def break_title(pieces: tuple[str, ...], width: int = TITLE_WIDTH) -> tuple[str, ...]:
    """Break a title between ``pieces`` into as few lines as fit, shaped as a trapezium or a diamond (GB/T 9704 7.3.1).

    No line breaks a piece, so no word is torn. A piece wider than a line stands on a line of its own.
    """
    pieces = tuple(piece for piece in pieces if piece)
    for lines in range(1, len(pieces) + 1):
        found = []
        for cuts in combinations(range(1, len(pieces)), lines - 1):
            edges = (0, *cuts, len(pieces))
            rows = tuple("".join(pieces[start:stop]) for start, stop in pairwise(edges))
            found.append((rows, tuple(measure_width(row) for row in rows)))
        fitting = [(rows, widths) for rows, widths in found if max(widths) <= 2 * width]
        if fitting:
            return min(fitting, key=lambda pair: (not _is_shapely(pair[1]), max(pair[1]) - min(pair[1])))[0]
    return pieces


def _is_shapely(widths: tuple[int, ...]) -> bool:
    """Lines that only grow, only shrink, or grow then shrink; lines all alike make a rectangle."""
    steps = [after - before for before, after in pairwise(widths)]
    if any(step == 0 for step in steps):
        return False
    turns = [step > 0 for step in steps]
    return turns == sorted(turns, reverse=True)


def measure_width(text: str) -> int:
    """Measure in half characters: letters and digits are half as wide as Chinese characters."""
    return sum(1 if letter.isascii() else 2 for letter in text)


def write_numeral(number: int) -> str:
    """Write 1 to 99 in Chinese: 12 is 十二."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return head + (NUMERALS[ones - 1] if ones else "")
