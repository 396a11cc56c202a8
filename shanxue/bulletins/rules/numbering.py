"""Headings （一）（二） of an edited section, and the numbers that documents bear. Plain Python."""

from __future__ import annotations

import re

from shanxue.base.lettering import write_numeral

from . import NumberStyle
from .marking import Marked, Span

HEADING = re.compile(r"^（[一二三四五六七八九十]+）")
LONGEST_HEADING = 30  # characters; a longer line that begins so is a sentence


def write_number(style: str, code: str, year: int, number: int | str) -> str:
    """Write a number as its series does; ``number`` may be a blank where it is not taken yet."""
    return f"{code}{year}年第{number}期" if style == NumberStyle.ISSUE else f"{code}〔{year}〕{number}号"


def is_heading(line: str) -> bool:
    return bool(HEADING.match(line)) and len(line) <= LONGEST_HEADING and not line.endswith(("。", "；", "："))


def number_headings(marked: Marked) -> Marked:
    """Number the headings of a section from （一） on; figures keep their places."""
    text, spans, at, number = "", [], 0, 0
    todo = list(marked.spans)
    for line in marked.text.split("\n"):
        shift = len(text) - at
        found = HEADING.match(line)
        written = line
        if found and is_heading(line):
            number += 1
            written = f"（{write_numeral(number)}）{line[found.end() :]}"
        while todo and todo[0].start < at + len(line):
            span = todo.pop(0)
            moved = shift + (len(written) - len(line))
            spans.append(Span(span.start + moved, span.stop + moved, span.key))
        text += written + "\n"
        at += len(line) + 1
    return Marked(text.removesuffix("\n"), tuple(spans))
