"""What becomes of a proposal that a clause does not allow (D8), and which line of a result lacks most. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from .pages import LineView


class NoticeKind(StrEnum):
    """What the office did about a grade that a clause does not allow. Neither changes a grade."""

    TOLD = "已告知人事处"
    DECIDED = "另行研究"


def find_lacking(lines: Iterable[LineView]) -> LineView | None:
    """Find the line furthest below its full marks; one without data lacks all of them. The first of equals."""
    short = [(line.full - (line.points or 0), line) for line in lines if line.full]
    widest = max((gap for gap, _line in short), default=0)
    return next((line for gap, line in short if gap == widest), None) if widest > 0 else None
