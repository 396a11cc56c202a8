"""发文登记.xlsx: one line per number. Every cell is text, so nothing in it is taken for a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

from .queries.registry import SeriesRows

HEADS = ("发文字号", "标题", "成文日期", "文种", "签发人", "状态", "作废原因")
WIDTHS = (20, 48, 14, 12, 12, 8, 30)


def write_register(year: int, series: Sequence[SeriesRows]) -> bytes:
    """Write the numbers of a year in their order."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 - fixed, so that equal contents are equal bytes
    bold, wrap = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(f"{year}年发文登记")
    for column, (head, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        sheet.write_string(0, column, head, bold)
        sheet.set_column(column, column, width, wrap)
    sheet.repeat_rows(0)
    sheet.set_paper(9)
    sheet.set_landscape()
    line = 1
    for one in series:
        if one.series.first > 1:
            before = one.series.write(f"1—{one.series.first - 1}") + "见纸质登记簿"
            sheet.write_string(line, 0, before, wrap)
            line += 1
        for number in reversed(one.numbers):
            document = number.document
            cells = (
                str(number), number.title, number.on.isoformat(), document.kind if document else "纸质登记",
                str(document.signed_by) if document else "", number.state, number.reason,
            )  # fmt: skip
            for column, cell in enumerate(cells):
                sheet.write_string(line, column, cell, wrap)
            line += 1
    book.close()
    return buffer.getvalue()
