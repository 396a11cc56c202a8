"""Reading .xls (Excel 97–2003): what calamine does not tell is taken from the records of its Workbook stream."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from shanxue.intake.reading_limits import MAX_COLUMNS, Deadline, check_rows, refuse, refuse_broken
from shanxue.intake.reading_styles import Styles, read_styles
from shanxue.intake.reading_xlsx import PASSWORD, read_sheets
from shanxue.intake.reading_xml import SheetScan
from shanxue.intake.rules import Sheet

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFA  # sector numbers from here on are marks, not sectors
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_FORMULA, _FILEPASS, _DATEMODE, _BOUNDSHEET, _XF, _FORMAT, _ROW = 0x06, 0x2F, 0x22, 0x85, 0xE0, 0x41E, 0x208
_MULRK, _BOOLERR, _BOF, _EOF = 0xBD, 0x205, 0x809, 0x0A
_VALUES = {0x203, 0x27E, 0xFD, 0x204, 0xD6, 0x205, 0x06}  # NUMBER, RK, LABELSST, LABEL, RSTRING, BOOLERR, FORMULA

Record = tuple[int, bytes]


def list_streams(data: bytes) -> dict[str, tuple[int, int]]:
    """List the streams of an OLE2 file: name → (first sector, size)."""
    try:
        shift = struct.unpack_from("<H", data, 30)[0]
        first = struct.unpack_from("<I", data, 48)[0]
        directory = _join(data, first, _read_table(data, shift), shift)
        found = {}
        for at in range(0, len(directory) - 127, 128):
            length = struct.unpack_from("<H", directory, at + 64)[0]
            if 2 <= length <= 64 and directory[at + 66] in (1, 2):
                name = directory[at : at + length - 2].decode("utf-16-le", "replace")
                found[name] = struct.unpack_from("<II", directory, at + 116)
        return found
    except (struct.error, IndexError) as error:
        raise refuse_broken() from error


def _read_table(data: bytes, shift: int) -> list[int]:
    """Read the sector allocation table: for each sector the next one."""
    size = 1 << shift
    sectors = list(struct.unpack_from("<109I", data, 76))
    more, count = struct.unpack_from("<II", data, 68)
    for _ in range(min(count, len(data) // size + 1)):
        if more >= _FREE:
            break
        block = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        sectors += block[:-1]
        more = block[-1]
    table: list[int] = []
    for sector in sectors:
        if sector < _FREE:
            table += struct.unpack_from(f"<{size // 4}I", data, (sector + 1) * size)
    return table


def _join(data: bytes, first: int, table: list[int], shift: int) -> bytes:
    pieces: list[bytes] = []
    size, sector = 1 << shift, first
    while sector < _FREE and len(pieces) <= len(table):
        pieces.append(data[(sector + 1) * size : (sector + 2) * size])
        sector = table[sector]
    return b"".join(pieces)


def read_stream(data: bytes, name: str) -> bytes:
    """Read a stream of ordinary size (small ones live elsewhere; a workbook is never small)."""
    first, size = list_streams(data)[name]
    shift = struct.unpack_from("<H", data, 30)[0]
    return _join(data, first, _read_table(data, shift), shift)[:size]


def list_records(stream: bytes, at: int) -> Iterator[Record]:
    """List records from a position to the end of its substream (charts inside are passed over)."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 1 and kind != _BOF:
            yield kind, body
        if depth <= 0:
            return


def read_xls(data: bytes, sha256: str, deadline: Deadline) -> tuple[list[Sheet], bool]:
    """Read every worksheet; also tell whether the workbook counts days from 1904."""
    names = list_streams(data)
    try:
        stream = read_stream(data, "Workbook" if "Workbook" in names else "Book")
        book = _Globals(stream)
        scans = {name: scan_records(stream, at, book.styles, deadline) for name, at in book.sheets.items()}
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise refuse_broken() from error
    for name, scan in scans.items():
        check_rows(name, scan.last_row)
        if scan.columns and max(scan.columns) >= MAX_COLUMNS:
            raise refuse("too_many_columns", f"「{name}」超过 {MAX_COLUMNS} 列。请删除右侧多余的列后再传。")
    return read_sheets(data, scans, book.styles, sha256, deadline), book.epoch_1904


class _Globals:
    """The workbook's own records: password, epoch, formats, and where the sheets start."""

    def __init__(self, stream: bytes) -> None:
        self.sheets: dict[str, int] = {}
        self.epoch_1904 = False
        codes: dict[int, str] = {}
        formats: list[int] = []
        for kind, body in list_records(stream, 0):
            if kind == _FILEPASS:
                raise refuse("password", PASSWORD)
            if kind == _DATEMODE:
                self.epoch_1904 = body[:1] == b"\x01"
            elif kind == _BOUNDSHEET and body[5] == 0:
                self.sheets[_read_text(body[6:], 1)] = struct.unpack_from("<I", body)[0]
            elif kind == _FORMAT:
                codes[struct.unpack_from("<H", body)[0]] = _read_text(body[2:], 2)
            elif kind == _XF:
                formats.append(struct.unpack_from("<H", body, 2)[0])
        self.styles: Styles = read_styles((number, codes.get(number, "")) for number in formats)


def _read_text(body: bytes, length_bytes: int) -> str:
    count = int.from_bytes(body[:length_bytes], "little")
    wide, text = body[length_bytes] & 1, body[length_bytes + 1 :]
    return text[: count * 2].decode("utf-16-le") if wide else text[:count].decode("latin-1")


def scan_records(stream: bytes, at: int, styles: Styles, deadline: Deadline) -> SheetScan:
    scan, content, telling = SheetScan(), set(), styles.telling
    for number, (kind, body) in enumerate(list_records(stream, at)):
        if number % 10_000 == 0:
            deadline.check()
        if kind == _ROW:
            row, grbit = struct.unpack_from("<H", body)[0], struct.unpack_from("<H", body, 12)[0]
            scan.last_element = max(scan.last_element, row + 1)
            if grbit & 0x20:
                scan.hidden_rows.add(row + 1)
            continue
        if kind == _MULRK:
            row, first = struct.unpack_from("<HH", body)
            cells = [(first + i, struct.unpack_from("<H", body, 4 + 6 * i)[0]) for i in range((len(body) - 6) // 6)]
        elif kind in _VALUES:
            row, column, style = struct.unpack_from("<HHH", body)
            cells = [(column, style)]
            state = _judge(kind, body)
            if state:
                scan.columns.add(column)
                scan.last_row = max(scan.last_row, row + 1)
                if state == "?":
                    scan.formulas_without_value.add((row, column))
                else:
                    scan.errors[row, column] = state
                continue
        else:
            continue
        if kind != _FORMULA or body[12:14] != b"\xff\xff" or body[6] not in (0, 3):
            content.add(row)  # a formula whose value is a text may show nothing: not counted on
        scan.last_row = max(scan.last_row, row + 1)
        scan.columns.update(column for column, _ in cells)
        scan.styled.update({(row, column): style for column, style in cells if style in telling})
    scan.content_rows = len(content)
    return scan


def _judge(kind: int, body: bytes) -> str:
    """Tell an error's text, "?" for a formula without a value, "" for a value."""
    if kind == _BOOLERR:
        return _ERRORS.get(body[6], "#N/A") if body[7] else ""
    if kind == _FORMULA and body[12:14] == b"\xff\xff":
        if body[6] == 2:
            return _ERRORS.get(body[8], "#N/A")
        if body[6] == 3:
            return "?"
    return ""
