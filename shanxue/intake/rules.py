"""Shapes of an import on its way in: file → sheets → tables → rows → plan. Plain Python; writes nothing.

``reading.py`` makes sheets, ``tables.py`` makes tables, a room's ``intake.py`` says what a kind of table holds,
``checking.py`` turns tables into a plan against the database, ``actions.py`` commits the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal


def name_column(index: int) -> str:
    """Write a 0-based column as its letters.

    >>> name_column(0), name_column(31), name_column(16383)
    ('A', 'AF', 'XFD')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True)
class Place:
    """Where in the file. ``row`` counts from 1 as the spreadsheet shows it; ``column`` is its letter."""

    sheet: str
    row: int | None = None
    column: str | None = None
    title: str | None = None

    def __str__(self) -> str:
        """Write 「工作表」第 27 行 B 列（姓名）."""
        row = f"第 {self.row} 行" if self.row else ""
        column = f" {self.column} 列" if self.column else ""
        title = f"（{self.title}）" if self.title else ""
        return f"「{self.sheet}」{row}{column}{title}".replace("」 ", "」")


@dataclass(frozen=True)
class Finding:
    """Something the clerk must settle (``question`` with choices, ``problem`` to mend) before the batch can commit."""

    code: str  # stable: unknown_unit, ambiguous_person, bad_date …
    place: Place
    message: str  # whole sentence: place, what is seen, what to do
    choices: tuple[str, ...] = ()  # a question's answers, in the order shown; empty for a problem
    answer_key: str = ""  # what an answer is remembered under; one answer settles every finding with the key


@dataclass(frozen=True)
class Changed:
    """A value tidied on the way in: 原值 → 新值."""

    place: Place
    before: str
    after: str


@dataclass(frozen=True)
class Skipped:
    """A line of the file that is not data, and why. ``excluded``: a person chose to leave it out."""

    sheet: str
    row: int
    reason: str
    excluded: bool = False


@dataclass(frozen=True)
class Merge:
    """A merged area, 0-based, all bounds included."""

    row: int
    column: int
    last_row: int
    last_column: int


@dataclass
class Sheet:
    """One worksheet as values: a rectangle from A1; row ``i`` is line ``i + 1`` of the file."""

    name: str
    rows: list[list[Cell]]
    merges: list[Merge] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()  # 1-based; they are read, and marked
    formulas_without_value: frozenset[tuple[int, int]] = frozenset()  # 0-based (row, column)
    images: frozenset[int] = frozenset()  # 0-based columns of embedded pictures
    coloured: tuple[tuple[int, int], ...] = ()  # 0-based cells that are empty but filled with a colour
    used_to: str = ""  # letter of the last used column when there are more than the limit; ``rows`` is then cut
    notes: list[str] = field(default_factory=list)  # sentences about the sheet: “扩展名是 .xlsx，内容是旧版 .xls …”


@dataclass(frozen=True)
class Workbook:
    name: str  # the file's name, for messages
    sha256: str
    format: Literal["xlsx", "xls", "csv"]
    sheets: tuple[Sheet, ...]
    epoch_1904: bool = False
    encoding: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One column a kind of table may have.

    ``parse`` takes (cell, context) and returns (value, original text when it was tidied else None); it raises
    ``ValueError`` with the message's tail (“2019.2.30”不是有效日期。) for a bad cell, or ``values.Doubt`` for a
    cell that only a person can read. Empty cells never reach it. Without ``parse`` the cell's text is the value.

    Names with a meaning for the reader: ``name`` and ``staff_no`` (who), ``unit``, ``on``, ``topic``,
    ``session_kind``, ``mark`` (a kind with ``on`` and ``mark`` also takes month matrices and one column per
    session), ``remark`` (gets what brackets behind a name held).
    """

    name: str
    title: str  # the word shown: 姓名
    synonyms: tuple[str, ...] = ()  # other headers that mean it, written without spaces and brackets
    required: bool = False
    first_wins: bool = False  # of several columns that mean it, the one whose word stands first here; no question
    parse: Callable[[Cell, Context], Any] | None = None
    show: Callable[[Any], str] | None = None  # how a value that was tidied is written, where not as it is kept


@dataclass(frozen=True)
class Context:
    """What a parser may need beyond the cell: the workbook's epoch, the year the tables speak of, today.

    ``find_tables`` sets ``answers``, ``epoch_1904``, ``year`` (when a table's own title names one) and ``full_milli``
    (when a header says 满分120) itself.
    """

    year: int | None
    today: date
    epoch_1904: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)  # answers given so far, by Finding.answer_key
    code_width: int | None = None  # digits of the staff numbers already known, when they all have as many
    people: frozenset[str] = frozenset()  # names and staff numbers already known (is 张三 a sample or a person?)
    full_milli: int = 100_000  # full marks of a score that names none


@dataclass(frozen=True)
class Kind:
    """A kind of spreadsheet that a room takes."""

    code: str  # roster, attendance, notes, plan, scores, hours, events, results, exemptions, transfers
    title: str  # 名册
    fields: tuple[Field, ...]
    needs: tuple[frozenset[str], ...] = ()  # recognised when, for some set, every field in it has a column
    marks: tuple[str, ...] = ()  # words in a title or sheet name that speak for this kind when columns leave doubt


@dataclass
class Row:
    """One data line: values by field (parsed; a missing or empty cell is absent, never 0 or "")."""

    number: int
    values: dict[str, Any]
    hidden: bool = False
    waits: tuple[str, ...] = ()  # answer keys of the table's questions that must be settled before the line is whole


@dataclass
class Table:
    """One table found on one sheet, with every line of it accounted for."""

    kind: str
    sheet: str
    columns: dict[str, int]  # field name → 0-based column
    header_rows: tuple[int, ...]  # 1-based
    rows: list[Row]
    # Said above the header, in the sheet's or the file's name (see above.py): title, topic, on, starts_at, ends_at,
    # place, unit, session_kind, year, month, host, recorder, full_milli. They count as columns for ``Kind.needs``.
    facts: Mapping[str, Any] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    questions: list[Finding] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # headers of columns that were not read and not kept
    unread_keys: dict[str, str] = field(default_factory=dict)  # such a header → answer key that names its field
    mark_columns: int = 0  # columns that are read as marks: days of a month, or one session each
    notes: list[str] = field(default_factory=list)
    stated_total: int | None = None  # 合计写 186
