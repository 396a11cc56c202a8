"""A question bank's file, read: spreadsheet or Word document, told by content."""

from __future__ import annotations

from pathlib import Path

from shanxue.base.errors import Refusal
from shanxue.intake.reading import read_workbook
from shanxue.intake.reading_word import BROKEN, WordFile, is_word, read_word
from shanxue.intake.rules import Cell, Sheet, Workbook

from .rules.lines import Line, read_lines
from .rules.questions import Reading, finish_reading
from .rules.sheets import read_sheets


def read_bank(path: Path, name: str, bank: str, excluded: frozenset[str] = frozenset()) -> Reading:
    """Read a file. ``name`` is what the clerk calls it; ``bank`` is used where the file names none.

    ``excluded`` holds the keys of entries that the clerk leaves out.

    Raises ``Refusal`` for a file that cannot be read at all.
    """
    if path.stat().st_size and is_word(data := path.read_bytes()):
        return finish_reading(_read_document(read_word(name, data), bank or Path(name).stem[:60]), excluded)
    workbook = _read_sheets(path)
    reading = read_sheets(workbook.sheets, bank or _name_bank(name, workbook.sheets))
    reading.notes += workbook.notes
    return finish_reading(reading, excluded)


def _read_sheets(path: Path) -> Workbook:
    try:
        return read_workbook(path)
    except Refusal as refusal:
        if refusal.code == "file_broken" and path.suffix.lower() == ".docx":
            raise Refusal(refusal.code, BROKEN) from refusal
        raise


def _name_bank(name: str, sheets: tuple[Sheet, ...]) -> str:
    """Name a bank by the file, unless several sheets (or one with a name of its own) name theirs."""
    named = [sheet for sheet in sheets if not sheet.name.lower().startswith("sheet")]
    return "" if named else Path(name).stem[:60]


def _read_document(file: WordFile, bank: str) -> Reading:
    lines = [Line(line.paragraph, line.text, line.lost) for line in file.lines]
    reading = read_lines(lines, file.name, bank)
    if file.tables:
        tables = [Sheet(f"表 {number}", _widen(rows)) for number, rows in enumerate(file.tables, 1)]
        more = read_sheets(tables, bank)
        reading.entries += more.entries
        reading.line_count += more.line_count
        reading.unread += more.unread
    return reading


def _widen(rows: list[list[str]]) -> list[list[Cell]]:
    return [[text or None for text in row] for row in rows]
