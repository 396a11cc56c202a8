"""Reading .xlsx: the zip is checked, the XML is scanned for what calamine does not tell, calamine gives the values."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Iterator
from typing import IO
from zlib import error as ZlibError

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from shanxue.intake.reading_limits import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNPACKED_BYTES,
    Deadline,
    check_row_count,
    check_rows,
    refuse,
    refuse_broken,
    refuse_unpacked,
)
from shanxue.intake.reading_styles import Styles, show_cell
from shanxue.intake.reading_xml import SheetScan, list_blank_strings, list_elements, read_style_part, scan_sheet
from shanxue.intake.rules import Cell, Merge, Sheet, name_column

PASSWORD = "这个文件设了密码，去掉密码后再传。"
_BOOK = "xl/workbook.xml"
_STYLES = "xl/styles.xml"
_STRINGS = "xl/sharedStrings.xml"


def read_xlsx(data: bytes, sha256: str, deadline: Deadline) -> tuple[list[Sheet], bool]:
    """Read every worksheet; also tell whether the workbook counts days from 1904."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive, deadline)
            book = Package(archive, deadline)
            scans = {name: book.scan(part) for name, part in book.sheets.items()}
            for name, scan in scans.items():
                check_rows(name, scan.last_row)
            return read_sheets(data, scans, book.styles, sha256, deadline, book.rescan), book.epoch_1904
    except (zipfile.BadZipFile, ZlibError, KeyError, ValueError, EOFError, NotImplementedError) as error:
        raise refuse_broken() from error


def check_archive(archive: zipfile.ZipFile, deadline: Deadline, *, saved_as: str = ".xlsx") -> None:
    """Refuse what would not fit: by the sizes stated, then by unpacking every part that will be read."""
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise refuse("password", PASSWORD)
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise refuse_unpacked()
    unpacked = 0
    for part in parts:
        if not part.filename.lower().endswith((".xml", ".rels", ".bin")):
            continue
        with archive.open(part) as stream:
            head = stream.read(4096)
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise refuse("hostile", f"这个文件的内容不正常，已停止读取。请在 WPS 里另存为 {saved_as} 再传。")
            unpacked += len(head)
            while chunk := stream.read(1 << 20):
                unpacked += len(chunk)
                deadline.check()
                if unpacked > MAX_UNPACKED_BYTES:
                    raise refuse_unpacked()


class Package:
    """The parts of one .xlsx that matter here."""

    def __init__(self, archive: zipfile.ZipFile, deadline: Deadline) -> None:
        self._archive, self._deadline = archive, deadline
        self._names = {name.lstrip("/").lower(): name for name in archive.namelist()}
        links = self._read_links()
        self.sheets: dict[str, str] = {}
        self.epoch_1904 = False
        with self._open(_BOOK) as stream:
            for name, attributes in list_elements(stream, deadline):
                if name == "workbookPr":
                    self.epoch_1904 = attributes.get("date1904") in ("1", "true")
                elif name == "sheet" and attributes.get("id", "") in links:
                    self.sheets[attributes["name"]] = links[attributes["id"]]
        self.styles = Styles()
        if _STYLES in self._names:
            with self._open(_STYLES) as stream:
                self.styles = read_style_part(stream, deadline)

    def _read_links(self) -> dict[str, str]:
        """Map relation ids of the workbook's worksheets to the names of parts."""
        with self._open("xl/_rels/workbook.xml.rels") as stream:
            found = list_elements(stream, self._deadline)
        return {
            attributes["Id"]: posixpath.normpath(posixpath.join("/xl", attributes["Target"])).lstrip("/")
            for name, attributes in found
            if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet")
        }

    def _open(self, part: str) -> IO[bytes]:
        return self._archive.open(self._names[part.lower()])

    def scan(self, part: str, blank_strings: frozenset[str] = frozenset()) -> SheetScan:
        with self._open(part) as stream:
            return scan_sheet(stream, self.styles, self._deadline, blank_strings)

    def rescan(self, sheet: str) -> SheetScan:
        """Scan again, not counting cells whose shared string is empty: slower, and only needed on a mismatch."""
        blank: frozenset[str] = frozenset()
        if _STRINGS.lower() in self._names:
            with self._open(_STRINGS) as stream:
                blank = list_blank_strings(stream, self._deadline)
        return self.scan(self.sheets[sheet], blank)


Rescan = Callable[[str], SheetScan]


def read_sheets(
    data: bytes,
    scans: dict[str, SheetScan],
    styles: Styles,
    sha256: str,
    deadline: Deadline,
    rescan: Rescan | None = None,
) -> list[Sheet]:
    """Read values with calamine and join them with what the scan found. Works for .xls as for .xlsx.

    The bytes are given, not the path: by a path calamine would go by the extension.
    """
    sheets = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for meta in book.sheets_metadata:
                if meta.typ != SheetTypeEnum.WorkSheet:
                    continue
                deadline.check()
                scan = scans.get(meta.name) or SheetScan()
                merges: list[Merge] = []
                if scan.columns and max(scan.columns) >= MAX_COLUMNS:
                    values = read_cut(data, meta.name, scan)
                else:
                    values, merges = read_values(book.get_sheet_by_name(meta.name))
                    check_counts(meta.name, values, scan, sha256, rescan)
                sheet = join_sheet(meta.name, values, merges, scan, styles)
                sheet.hidden = meta.visible != SheetVisibleEnum.Visible
                sheets.append(sheet)
    except PasswordError as error:
        raise refuse("password", PASSWORD) from error
    except (CalamineError, OSError) as error:
        raise refuse_broken() from error
    except BaseException as error:
        # A Rust panic arrives as an exception that is no Exception.
        if type(error).__name__ == "PanicException":
            raise refuse_broken() from error
        raise
    return sheets


def read_values(sheet: CalamineSheet) -> tuple[list[list[Cell]], list[Merge]]:
    values: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    areas = sheet.merged_cell_ranges or []
    return values, [Merge(*first, *last) for first, last in areas]


def check_counts(name: str, values: list[list[Cell]], scan: SheetScan, sha256: str, rescan: Rescan | None) -> None:
    read = sum(any(cell != "" and str(cell).strip() for cell in row) for row in values)
    in_file = scan.content_rows
    if in_file != read and rescan is not None:
        in_file = rescan(name).content_rows
    check_row_count(name, in_file, read, sha256)


def read_cut(data: bytes, name: str, scan: SheetScan) -> list[list[Cell]]:
    """Read only the leading columns that hold something, streaming: the full rectangle could be gigabytes."""
    from openpyxl import load_workbook

    width = count_leading(scan.columns)
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        sheet = book[name]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=scan.last_row, max_col=width, values_only=True)
        return [[_fill(cell) for cell in row] for row in rows]
    finally:
        book.close()


def count_leading(columns: set[int]) -> int:
    """Count the columns from the first on that hold something, a gap of one being allowed; at most the limit."""
    width = 0
    for column in sorted(columns):
        if column - width > 1 or column >= MAX_COLUMNS:
            break
        width = column + 1
    return max(width, 1)


def _fill(cell: object) -> Cell:
    return "" if cell is None else cell  # type: ignore[return-value]


def join_sheet(name: str, values: list[list[Cell]], merges: list[Merge], scan: SheetScan, styles: Styles) -> Sheet:
    """Put the values and the scan together: empty cells are None, whole numbers int, errors their text."""
    used = max(scan.columns) if scan.columns else -1
    wide = used >= MAX_COLUMNS
    width = max([len(row) for row in values] + [min(used + 1, MAX_COLUMNS) if not wide else 0], default=0)
    # Rows that hold only formats count as lines of the file, as far as the limit goes.
    height = max(len(values), scan.last_row, scan.last_element if scan.last_element <= MAX_ROWS else 0)
    rows: list[list[Cell]] = [tidy_row(row, width) for row in values]
    rows += [[None] * width for _ in range(height - len(rows))]
    for (row, column), style in scan.styled.items():
        if row < len(rows) and column < width:
            rows[row][column] = show_cell(rows[row][column], style, styles)
    for (row, column), text in scan.errors.items():
        if row < len(rows) and column < width:
            rows[row][column] = text
    return Sheet(
        name=name,
        rows=rows,
        merges=list(_clip(merges, height, width)),
        hidden_rows=frozenset(scan.hidden_rows),
        formulas_without_value=frozenset(scan.formulas_without_value),
        images=frozenset(_find_images(rows)),
        coloured=tuple(cell for cell in scan.coloured if cell[0] < height and cell[1] < width),
        used_to=name_column(used) if wide else "",
    )


def tidy_row(row: list[Cell], width: int) -> list[Cell]:
    tidied = [_tidy(cell) for cell in row]
    return tidied + [None] * (width - len(tidied))


def _tidy(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return cell if cell and not is_blank(cell) else None
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell


def is_blank(text: str) -> bool:
    """Tell whether a text shows nothing: spaces of any width, zero-width marks."""
    return not text.strip().strip("\u200b\u200c\u200d\u2060\ufeff \u00a0\u3000\t\r\n")


def _clip(merges: list[Merge], height: int, width: int) -> Iterator[Merge]:
    for area in merges:
        if area.row < height and area.column < width:
            yield Merge(area.row, area.column, min(area.last_row, height - 1), min(area.last_column, width - 1))


def _find_images(rows: list[list[Cell]]) -> set[int]:
    return {
        column
        for row in rows
        for column, cell in enumerate(row)
        if isinstance(cell, str) and cell[:1] in "=_D" and "DISPIMG(" in cell[:20]
    }
