"""Everything held about one person as a workbook or as JSON, for that person."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from shanxue.base.holdings import Holding, Reading, hold

WIDEST = 60
MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - fixed, so that equal contents are equal bytes


def list_tables(holdings: Sequence[Holding], readings: Sequence[Reading]) -> list[Holding]:
    """All tables of the export; who looked is the last."""
    rows = [(one.on, one.who, one.what) for one in readings]
    return [*holdings, hold("谁看过", "别人打开本人记录时自动记下", "不短于所说的记录", "日期 谁 看了什么", rows)]


def write_json(tables: Sequence[Holding]) -> bytes:
    """One object per table with its source and retention; rows as objects by header."""
    body: list[dict[str, Any]] = [
        {
            "表": table.title, "来源": table.source, "保存": table.retention,
            "记录": [dict(zip(table.headers, row, strict=True)) for row in table.rows],
        }
        for table in tables
    ]  # fmt: skip
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def write_xlsx(tables: Sequence[Holding]) -> bytes:
    """One sheet per table; every cell is text, so nothing in it is taken for a formula. Equal contents, equal bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": MADE})
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    cover = book.add_worksheet("说明")
    cover.write_row(0, 0, ("表", "来源", "保存多久", "记录数"), bold)
    cover.set_column(0, 0, 16)
    cover.set_column(1, 1, WIDEST, wrap)
    cover.set_column(2, 2, 32)
    for line, table in enumerate(tables, 1):
        cover.write_row(line, 0, (table.title, table.source, table.retention))
        cover.write_number(line, 3, len(table.rows))
        _write_sheet(book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", table.title)[:31]), table, bold)
    book.close()
    return buffer.getvalue()


def _write_sheet(sheet: Any, table: Holding, bold: Any) -> None:
    for column, header in enumerate(table.headers):
        sheet.write_string(0, column, header, bold)
        longest = max((len(row[column]) for row in table.rows), default=0)
        sheet.set_column(column, column, min(WIDEST, max(8, 2 * len(header), 2 * longest)))
    for line, row in enumerate(table.rows, 1):
        for column, text in enumerate(row):
            sheet.write_string(line, column, text[:32767])
    sheet.freeze_panes(1, 0)
