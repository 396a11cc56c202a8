"""Which days of self-study may still be written, and which entry is the same again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

GRACE_MONTHS = 1  # last year stays open in January, until the year's assessment is prepared


@dataclass(frozen=True)
class Entry:
    """One line of self-study: what, when, one sentence."""

    title: str
    on: date
    gain: str = ""


def is_open(on: date, today: date) -> bool:
    """Whether an entry of that day may still be written, changed or taken away."""
    return on.year == today.year or (on.year == today.year - 1 and today.month <= GRACE_MONTHS)


def check_day(on: date, today: date) -> str:
    """Say in words why a day cannot be written; empty when it can."""
    if on > today:
        return f"{on.month}月{on.day}日还没有到。请改成学习的那一天。"
    if not is_open(on, today):
        return f"{on.year}年的记录已经不能再写。请改成今年的日期。"
    return ""


def find_same(entry: Entry, earlier: Iterable[Entry]) -> Entry | None:
    """Find an entry that says the same: same thing on the same day, or with the same sentence on another day.

    Reading on in the same book on another day is an entry of its own, not the same again.
    """
    for one in earlier:
        if one.title == entry.title and (one.on == entry.on or (entry.gain and one.gain == entry.gain)):
            return one
    return None
