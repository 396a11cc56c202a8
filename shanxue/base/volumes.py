"""What a room puts into the archive of a year (D10), one row per 件 (DA/T 22-2015), and its records as plain tables.

A room with such records has a module ``volumes`` with ``list_pieces(bureau, period) -> list[Piece]`` and, where its
rows are kept too, ``list_tables(bureau, period) -> list[Table]``; ``settings.VOLUMES`` names the modules. The archive
only arranges, numbers and seals what the rooms name. Plain values, no Django.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

Cell = str | int | bool | date | datetime | None


class Series(StrEnum):
    """The four series the source document asks for (D10)."""

    STUDY = "学习情况"
    TRAINING = "党员培训"
    ATTENDANCE = "学习考勤"
    BULLETINS = "情况通报"


class Retention(StrEnum):
    """保管期限 (国家档案局令第8号): how long a 件 is kept once it is archived."""

    PERMANENT = "永久"
    THIRTY_YEARS = "30年"
    TEN_YEARS = "10年"


@dataclass(frozen=True)
class Document:
    """One file of a 件: its name without a folder, and how its bytes are made when the volume is sealed."""

    name: str
    write: Callable[[], bytes]


@dataclass(frozen=True)
class Piece:
    """One 件: a document with its attachments. ``missing`` says in one sentence why it cannot be sealed yet, or "".

    ``lacking`` names what is not in it and will not come: told before sealing, and written into the catalogue.
    """

    key: str  # stable and unique in the bureau: record-12
    series: Series
    title: str  # 题名; the archive sets a supplied one in [ ]
    responsible: str  # 责任者
    on: date | None
    retention: Retention
    number: str = ""  # 文号
    secrecy: str = ""  # 密级
    remark: str = ""
    supplied_title: bool = False  # the document bears no title of its own
    missing: str = ""
    lacking: str = ""
    href: str = ""  # the page on which what is missing can be mended
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column of a record table. ``kind`` says what its cells are: text, number, date, time or flag."""

    name: str
    title: str
    kind: str = "text"


def make_columns(words: str) -> tuple[Column, ...]:
    """Make columns from ``name:title`` or ``name:title:kind``, separated by spaces.

    >>> make_columns("staff_no:工号 on:日期:date")[1]
    Column(name='on', title='日期', kind='date')
    """
    return tuple(Column(*word.split(":")) for word in words.split())


@dataclass(frozen=True)
class Table:
    """Records of one kind as they stand, one row per record.

    ``rows`` is best a generator: it is read once, when the table is written, and costs nothing where it is not.
    """

    name: str  # the file's name without ending: attendance
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Cell, ...]] = field(repr=False)
