"""Write tables as .xls, .xlsx, .csv and as an export's bare XML, the same bytes every time."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt  # type: ignore[import-untyped]

Cell = str | int | float | date | None
Line = Sequence[Cell]
FIXED = datetime(2025, 12, 31)  # noqa: DTZ001  a document property without a zone
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass
class Sheet:
    """Lines as they stand on the sheet. 0-based: ``headers`` the bold lines, ``merges`` two corners each."""

    name: str
    lines: list[Line]
    headers: frozenset[int] = frozenset()
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    narrow: bool = False  # a month matrix


def write_xlsx(path: Path, sheets: Sequence[Sheet]) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": FIXED, "author": "办公室"})
    bold = book.add_format({"bold": True, "border": 1, "align": "center"})
    day = book.add_format({"num_format": "yyyy/m/d"})
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), sheet, bold, day)
    book.close()


def _write_sheet(page: xlsxwriter.worksheet.Worksheet, sheet: Sheet, bold: object, day: object) -> None:
    page.set_column(0, 60, 4 if sheet.narrow else 14)
    for row, line in enumerate(sheet.lines):
        for column, value in enumerate(line):
            if value is None:
                continue
            if isinstance(value, date):
                page.write_datetime(row, column, value, day)
            else:
                page.write(row, column, value, bold if row in sheet.headers else None)
    for first, left, last, right in sheet.merges:
        _merge(page, sheet.lines[first][left], (first, left, last, right), bold, day)


def _merge(
    page: xlsxwriter.worksheet.Worksheet, value: Cell, area: tuple[int, int, int, int], bold: object, day: object
) -> None:
    page.merge_range(*area, "", bold)
    if isinstance(value, date):
        page.write_datetime(area[0], area[1], value, day)
    elif value is not None:
        page.write(area[0], area[1], value, bold)


def write_xls(path: Path, sheets: Sequence[Sheet]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    bold = xlwt.easyxf("font: bold on; align: horiz center")
    plain = xlwt.easyxf()
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        merged = {(first, left) for first, left, _, _ in sheet.merges}
        for row, line in enumerate(sheet.lines):
            for column, value in enumerate(line):
                if value is None or (row, column) in merged:
                    continue
                style = day if isinstance(value, date) else bold if row in sheet.headers else plain
                page.write(row, column, value, style)
        for first, left, last, right in sheet.merges:
            page.write_merge(first, last, left, right, sheet.lines[first][left], bold)
    book.save(str(path))


def write_csv(path: Path, lines: Sequence[Line], encoding: str) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        ["" if value is None else value.isoformat() if isinstance(value, date) else value for value in line]
        for line in lines
    )
    path.write_bytes(text.getvalue().encode(encoding))


def write_export(path: Path, sheet: Sheet) -> None:
    """Write a workbook as a web system exports it: inline strings, no dimension, no styles, no shared strings."""
    rows = "".join(
        f'<row r="{number}">{"".join(_write_inline(number, column, value) for column, value in enumerate(line))}</row>'
        for number, line in enumerate(sheet.lines, start=1)
    )
    spaces = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": _relate("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f"<workbook {spaces} "
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        f'<sheets><sheet name="{escape(sheet.name)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relate("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f"<worksheet {spaces}><sheetData>{rows}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            info = zipfile.ZipInfo(name, ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, head + body)


def _write_inline(row: int, column: int, value: Cell) -> str:
    if value is None:
        return ""
    letters = chr(65 + column)
    return f'<c r="{letters}{row}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def _relate(kind: str, target: str) -> str:
    base = "http://schemas.openxmlformats.org"
    return (
        f'<Relationships xmlns="{base}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{base}/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'
    )
