"""Builds the nasty files of ux D (and of offices.md §3) into a folder, each as small as shows its fault."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwt

Line = Sequence[Any]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "建国志强秀英丽华文博海燕雪梅春生永平"


def name_person(index: int) -> str:
    """Invent a typical name; the same index gives the same name."""
    return FAMILY[index % len(FAMILY)] + GIVEN[index // len(FAMILY) % len(GIVEN)] + GIVEN[index % len(GIVEN)]


def write_xlsx(
    path: Path,
    sheets: Mapping[str, Iterable[Line]],
    *,
    merges: Mapping[str, Sequence[str]] | None = None,
    hidden: Sequence[str] = (),
    hidden_rows: Mapping[str, Sequence[int]] | None = None,
    coloured: Mapping[str, Sequence[str]] | None = None,
    formats: Mapping[tuple[str, int], str] | None = None,
    epoch_1904: bool = False,
) -> Path:
    """Write lines as they are. ``merges``: areas by sheet; ``formats``: number format by (sheet, 0-based column)."""
    book = xlsxwriter.Workbook(path, {"date_1904": epoch_1904})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        shown = {c: book.add_format({"num_format": code}) for (of, c), code in (formats or {}).items() if of == name}
        for area in (merges or {}).get(name, ()):
            sheet.merge_range(area, None)
        for row, line in enumerate(lines):
            for column, cell in enumerate(line):
                if isinstance(cell, datetime):
                    sheet.write_datetime(row, column, cell, shown.get(column, moment))
                elif isinstance(cell, date):
                    sheet.write_datetime(row, column, cell, shown.get(column, day))
                elif isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif cell is not None:
                    sheet.write(row, column, cell, shown.get(column))
        red = book.add_format({"bg_color": "#FF0000"})
        for cell in (coloured or {}).get(name, ()):
            sheet.write_blank(cell, None, red)
        for row in (hidden_rows or {}).get(name, ()):
            sheet.set_row(row - 1, None, None, {"hidden": True})
        if name in hidden:
            sheet.hide()
    book.close()
    return path


def write_xls(
    path: Path,
    sheets: Mapping[str, Iterable[Line]],
    *,
    merges: Mapping[str, Sequence[tuple[int, int, int, int]]] | None = None,
) -> Path:
    """Write Excel 97–2003. ``merges``: 0-based (row, last row, column, last column)."""
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for name, lines in sheets.items():
        sheet = book.add_sheet(name, cell_overwrite_ok=True)
        for row, line in enumerate(lines):
            for column, cell in enumerate(line):
                if isinstance(cell, date):
                    sheet.write(row, column, cell, day)
                elif cell is not None:
                    sheet.write(row, column, cell)
        for area in (merges or {}).get(name, ()):
            sheet.merge(*area)
    book.save(str(path))
    return path


def write_raw_xlsx(
    path: Path, sheet_xml: str, *, name: str = "Sheet1", extra: Mapping[str, bytes] | None = None, shared: str = ""
) -> Path:
    """Zip a workbook with one worksheet whose XML is given; no styles, as some exporters write it."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType='
        '"application/xml"/><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type='
        f'"{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets><sheet name="{name}" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type='
        f'"{LINKS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet_xml,
    }
    if shared:
        parts["xl/sharedStrings.xml"] = shared
        parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
            "</Relationships>",
            f'<Relationship Id="rId2" Type="{LINKS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
        for part, data in (extra or {}).items():
            archive.writestr(part, data)
    return path


def write_sheet_xml(
    lines: Iterable[Line], *, dimension: str = "A1", numbers: Sequence[int] | None = None, prolog: str = ""
) -> str:
    """Write worksheet XML with inlineStr cells. ``numbers`` are the row numbers to claim."""
    rows = []
    for index, line in enumerate(lines):
        number = numbers[index] if numbers else index + 1
        cells = "".join(
            f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for column, cell in enumerate(line)
            if cell is not None
        )
        rows.append(f'<row r="{number}">{cells}</row>')
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/>'
        f"<sheetData>{''.join(rows)}</sheetData></worksheet>"
    )


def list_people(count: int, unit: str = "第一支部") -> list[list[Any]]:
    """Invent people as roster lines: name, staff number, unit."""
    return [[name_person(i), f"{i + 1:04d}", unit] for i in range(count)]


ROSTER_HEADER = ["姓名", "工号", "所在支部"]


def write_roster(
    path: Path, lines: Iterable[Line], *, header: Line = ROSTER_HEADER, above: Iterable[Line] = (), **how: Any
) -> Path:
    """Write a roster: lines above, header, lines."""
    return write_xlsx(path, {"名册": [*above, header, *lines]}, **how)


def write_daily_export(path: Path, rows: int = 717) -> Path:
    """Case 1: the daily export of a chat service: dimension A1, inlineStr throughout, two header lines, no styles."""
    lines: list[Line] = [
        ["每日统计表 统计日期：2025-10-01 至 2025-10-31"],
        ["报表生成时间：2025-11-03 09:12"],
        ["姓名", "部门", "工号", "日期", "上班1", None, "下班1"],
        [None, None, None, None, "打卡时间", "打卡结果", "打卡时间"],
    ]
    lines += [
        [
            name_person(i % 24),
            "第一支部",
            f"{i % 24 + 1:04d}",
            f"25-10-{i % 31 + 1:02d} 星期三",
            "08:25",
            "正常",
            "17:31",
        ]
        for i in range(rows - len(lines))
    ]
    xml = write_sheet_xml(lines)
    merges = "".join(
        f'<mergeCell ref="{area}"/>' for area in ("A1:G1", "A2:G2", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:F3")
    )
    xml = xml.replace("</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>")
    return write_raw_xlsx(path, xml, name="每日统计")


def write_month_matrix(
    path: Path,
    *,
    title: str = "第一支部2025年6月学习考勤表",
    header: Line | None = None,
    lines: Iterable[Line] = (),
    below: Iterable[Line] = (),
    **how: Any,
) -> Path:
    """Case 24: always 31 day columns behind 序号, 姓名 and 工号."""
    days = list(range(1, 32)) if header is None else list(header)
    above = [[title]] if title else []
    return write_xlsx(path, {"考勤": [*above, ["序号", "姓名", "工号", *days], *lines, *below]}, **how)


def write_encrypted(path: Path, template: Path) -> Path:
    """Write what a password makes of an .xlsx: an OLE2 file that holds EncryptedPackage, no Workbook."""
    data = bytearray(template.read_bytes())
    before, after = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    at = data.index(before)
    data[at : at + 64] = after.ljust(64, b"\x00")
    data[at + 64 : at + 66] = (len(after) + 2).to_bytes(2, "little")
    path.write_bytes(bytes(data))
    return path
