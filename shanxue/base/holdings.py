"""What a room holds about one person, in words for that person (个人信息保护法第44、45条). Plain values, no Django.

A room with such records has a module ``holdings`` with ``export_person(person) -> list[Holding]`` and, where others'
readings are kept, ``list_readings(person) -> list[Reading]``; ``settings.HOLDINGS`` names the modules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

Cell = str | int | bool | date | datetime | None


@dataclass(frozen=True)
class Holding:
    """One table of a person's records: one row per record, cells as people write them."""

    title: str
    source: str  # where the records come from, and the rule that asks for them
    retention: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Reading:
    """That somebody else opened a person's record on a day."""

    on: date
    who: str
    what: str


def hold(title: str, source: str, retention: str, headers: str, rows: Iterable[Sequence[Cell]]) -> Holding:
    """Build a holding from raw rows; ``headers`` are separated by spaces."""
    names = tuple(headers.split())
    return Holding(title, source, retention, names, tuple(tuple(write_cell(cell) for cell in row) for row in rows))


def write_cell(value: Cell) -> str:
    """Write a value as people do; nothing held is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)
