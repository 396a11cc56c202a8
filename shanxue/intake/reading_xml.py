"""The XML inside an .xlsx, streamed: what calamine does not tell (counts, formulas, errors, hidden rows, colours).

A document type is refused outright, so no entity is ever expanded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Protocol
from xml.parsers import expat

from shanxue.intake.reading_limits import Deadline, refuse, refuse_broken
from shanxue.intake.reading_styles import Styles, read_styles

_CHUNK = 1 << 18
Start = Callable[[str, dict[str, str]], None]


@dataclass
class SheetScan:
    """What the XML of one worksheet says; cells are 0-based (row, column), rows 1-based."""

    content_rows: int = 0  # <row> elements that hold a value
    last_row: int = 0  # last 1-based row that holds a value
    last_element: int = 0  # last 1-based row there is a <row> element for
    columns: set[int] = field(default_factory=set)  # 0-based columns that hold a value
    hidden_rows: set[int] = field(default_factory=set)
    formulas_without_value: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    styled: dict[tuple[int, int], int] = field(default_factory=dict)
    coloured: list[tuple[int, int]] = field(default_factory=list)


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def parse_stream(stream: Readable, start: Start, deadline: Deadline, **handlers: Callable[..., None]) -> None:
    """Feed XML to ``start(local name, attributes)`` and to other expat handlers given by name."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    local: dict[str, str] = {}

    def begin(name: str, attributes: dict[str, str]) -> None:
        short = local.get(name)
        if short is None:
            short = local[name] = name.rpartition(" ")[2]
        start(short, attributes)

    parser.StartElementHandler = begin
    for name, handler in handlers.items():
        setattr(parser, name, handler)
    try:
        while chunk := stream.read(_CHUNK):
            deadline.check()
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise refuse_broken() from error


def _refuse_doctype(*_: object) -> None:
    raise refuse("hostile", "这个文件的内容不正常，已停止读取。请在 WPS 里另存为 .xlsx 再传。")


def list_elements(stream: IO[bytes], deadline: Deadline) -> list[tuple[str, dict[str, str]]]:
    """List the elements of a small part in document order; attributes by local name."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((name, {key.rpartition(" ")[2]: value for key, value in attributes.items()}))

    parse_stream(stream, start, deadline)
    return found


def list_blank_strings(stream: IO[bytes], deadline: Deadline) -> frozenset[str]:
    """List the indexes (as text) of shared strings that show nothing."""
    blank: set[str] = set()
    count = 0
    text = ""

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal count, text
        if name == "si":
            if count and not text:
                blank.add(str(count - 1))
            count, text = count + 1, ""

    def characters(data: str) -> None:
        nonlocal text
        text += data.strip()

    parse_stream(stream, start, deadline, CharacterDataHandler=characters)
    return frozenset(blank | ({str(count - 1)} if count and not text else set()))


class SheetReader:
    """Walks through one worksheet's XML and fills a ``SheetScan``."""

    def __init__(self, styles: Styles, blank_strings: frozenset[str]) -> None:
        self.scan = SheetScan()
        self._styles, self._telling, self._blank = styles, styles.telling, blank_strings
        self._columns: dict[str, int] = {}
        self._row = 0
        self._row_has_value = False
        self._cell: tuple[int, int] = (0, -1)
        self._type, self._style, self._value = "", 0, ""
        self._has_formula = self._open = self._listen = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._close_cell()
            self._open_cell(attributes)
        elif name == "v" or name == "t":
            self._listen = self._open
        elif name == "f":
            self._has_formula, self._listen = True, False
        elif name == "row":
            self._close_row()
            self._row = int(attributes.get("r") or self._row + 1)
            self._cell = (self._row - 1, -1)
            self.scan.last_element = max(self.scan.last_element, self._row)
            if attributes.get("hidden") in ("1", "true"):
                self.scan.hidden_rows.add(self._row)
        elif name == "rPh":
            self._listen = False
        elif name == "sheetData" or name == "mergeCells":
            self._close_row()

    def characters(self, data: str) -> None:
        if self._listen:
            self._value += data

    def end(self, name: str) -> None:
        self._listen = False
        if name.endswith("sheetData"):
            self._close_row()

    def _open_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r", "")
        letters = reference.rstrip("0123456789")
        column = self._columns.get(letters) if letters else self._cell[1] + 1
        if column is None:
            column = self._columns[letters] = read_letters(letters)
        self._cell = (self._row - 1, column)
        self._type = attributes.get("t", "")
        style = attributes.get("s")
        self._style = int(style) if style else 0
        self._value, self._has_formula, self._open = "", False, True

    def _close_cell(self) -> None:
        if not self._open:
            return
        self._open = False
        scan = self.scan
        if self._type == "e":
            scan.errors[self._cell] = self._value or "#N/A"
            scan.columns.add(self._cell[1])
            scan.last_row = max(scan.last_row, self._row)
        elif self._value.strip() and not (self._type == "s" and self._value in self._blank):
            self._row_has_value = True
            scan.columns.add(self._cell[1])
            if self._style in self._telling:
                scan.styled[self._cell] = self._style
        elif self._has_formula and self._type != "str":
            scan.formulas_without_value.add(self._cell)
            scan.columns.add(self._cell[1])
            scan.last_row = max(scan.last_row, self._row)
        elif self._style in self._styles.coloured:
            scan.coloured.append(self._cell)

    def _close_row(self) -> None:
        self._close_cell()
        if self._row_has_value:
            self.scan.content_rows += 1
            self.scan.last_row = max(self.scan.last_row, self._row)
        self._row_has_value = False


class FilledCells:
    """A worksheet's XML without the cells that hold only a format, which may be millions (out to column XFD).

    ``coloured`` gathers those of the first 702 columns whose style is filled.
    """

    _EMPTY = re.compile(rb'<c r="[A-Z]+[0-9]+"[^<>]*/>')
    _STYLED = re.compile(rb'<c r="([A-Z]{1,2})([0-9]+)" s="([0-9]+)"\s*/>')

    def __init__(self, stream: IO[bytes], coloured_styles: frozenset[int]) -> None:
        self._stream, self._rest = stream, b""
        self._styles = {str(style).encode() for style in coloured_styles}
        self.coloured: list[tuple[int, int]] = []

    def read(self, size: int) -> bytes:
        while chunk := self._stream.read(size):
            chunk = self._rest + chunk
            cut = chunk.rfind(b"<")
            self._rest, chunk = (chunk[cut:], chunk[:cut]) if cut > 0 else (b"", chunk)
            if self._styles:
                self.coloured += [
                    (int(row) - 1, read_letters(letters.decode()))
                    for letters, row, style in self._STYLED.findall(chunk)
                    if style in self._styles
                ]
            if chunk := self._EMPTY.sub(b"", chunk):
                return chunk
        rest, self._rest = self._rest, b""
        return rest


def scan_sheet(
    stream: IO[bytes], styles: Styles, deadline: Deadline, blank_strings: frozenset[str] = frozenset()
) -> SheetScan:
    reader = SheetReader(styles, blank_strings)
    cells = FilledCells(stream, styles.coloured)
    parse_stream(cells, reader.start, deadline, CharacterDataHandler=reader.characters, EndElementHandler=reader.end)
    reader.scan.coloured += cells.coloured
    return reader.scan


def read_letters(letters: str) -> int:
    """Read a column's letters as a 0-based number.

    >>> read_letters("A"), read_letters("XFD")
    (0, 16383)
    """
    number = 0
    for letter in letters.replace("$", "").upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def read_style_part(stream: IO[bytes], deadline: Deadline) -> Styles:
    """Read styles.xml: number formats and fills of the cell formats (cellXfs)."""
    codes: dict[int, str] = {}
    fills: list[bool] = []
    formats: list[tuple[int, int]] = []
    section = ""
    for name, attributes in list_elements(stream, deadline):
        if name in ("numFmts", "fills", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs", "borders", "fonts"):
            section = name
        elif name == "numFmt" and section == "numFmts":
            codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif section == "fills" and name == "patternFill":
            fills.append(attributes.get("patternType") not in (None, "none", "gray125"))
        elif section == "fills" and name == "gradientFill":
            fills.append(True)
        elif section == "fills" and name == "fgColor" and fills:
            fills[-1] = fills[-1] and not _is_white(attributes)
        elif section == "cellXfs" and name == "xf":
            formats.append((int(attributes.get("numFmtId", 0)), int(attributes.get("fillId", 0))))
    coloured = frozenset(i for i, (_, fill) in enumerate(formats) if fill < len(fills) and fills[fill])
    return read_styles(((number, codes.get(number, "")) for number, _ in formats), coloured)


def _is_white(colour: dict[str, str]) -> bool:
    return (
        colour.get("rgb", "").upper()[-6:] == "FFFFFF"
        or colour.get("indexed") in ("1", "9", "64", "65")
        or (colour.get("theme") == "0" and "tint" not in colour)
    )
