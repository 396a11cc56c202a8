"""Files of the yearly assessment: 考核结果.xlsx for people, results.csv and lines.csv for machines.

Formula injection: the workbook holds texts as texts, whatever they begin with (no formula, no link is ever written).
The CSV files keep every value as it is, because programs read them; they are not meant to be opened by double click,
``docs/documents.md`` says so.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from .rules.report import Part, YearReport, write_quantity
from .rules.sentences import write_day
from .rules.sheets import Column, Share, Table, Value, build_distribution, build_tables, list_summary

RESULT_COLUMNS = ("staff_no", "name", "unit", "total", "grade", "rank_note", "gates")
LINE_COLUMNS = ("staff_no", "item", "counted", "out_of", "awarded", "full", "clause", "note")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS = 1_000_000  # of one sheet; a sheet ends at 1,048,576
WIDTH_SAMPLE = 2_000  # rows looked at to fit a column


def write_results(part: Part, path: Path) -> None:
    """Write results.csv: one row per subject, decimals as text, ``gates`` are sentences joined by ；."""
    rows = (
        (
            *(row.code, row.name, row.home, part.scheme.write_points(row.total), row.grade, row.rank_note),
            "；".join(gate.sentence or gate.clause for gate in row.gates),
        )
        for row in part.rows
    )
    _write_csv(path, RESULT_COLUMNS, rows)


def write_lines(part: Part, path: Path) -> None:
    """Write lines.csv: one row per subject and item; no data is an empty field, never 0."""
    points = part.scheme.write_points
    rows = (
        (
            *(line.code, line.item, write_quantity(line.counted), write_quantity(line.out_of)),
            *(points(line.awarded), points(line.full), line.clause, line.note),
        )
        for line in part.lines
    )
    _write_csv(path, LINE_COLUMNS, rows)


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_workbook(report: YearReport, path: Path) -> None:
    """Write 考核结果.xlsx: 汇总, 人员, 明细, 支部, 部门, 名单. The same report gives the same bytes."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        title = f"{report.bureau_name}{report.year}年度学习考核结果"
        book.set_properties({"title": title, "created": report.computed_at.replace(tzinfo=None)})
        style = Style(book)
        _write_summary(book.add_worksheet("汇总"), style, report, title)
        for table in build_tables(report):
            _write_table(book, style, table, title)


class Style:
    """The workbook's cell formats, made once each."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self.head = self.make(
            bold=True, border=1, border_color="#808080", bg_color="#E7ECF3", align="center", text_wrap=True
        )
        self.title = self.make(bold=True, font_size=16)
        self.label = self.make(bold=True, valign="top")
        self.sentence = self.make(text_wrap=True, valign="top")
        self.plain = self.make()
        self.blank = self.make_cell()
        self.share = self.make_cell(num_format="0.0%_ ")
        self.texts = {wrap: self.make_cell(num_format="@", text_wrap=wrap) for wrap in (False, True)}
        # someone who edits such a cell must not turn it into a formula
        self.quoted = {
            wrap: self.make_cell(num_format="@", text_wrap=wrap, quote_prefix=True) for wrap in (False, True)
        }
        self.numbers = {
            digits: self.make_cell(num_format=("0." + "0" * digits if digits else "0") + "_ ") for digits in range(7)
        }

    def make(self, **wishes: Any) -> Format:
        return self._book.add_format({"font_name": "宋体", "font_size": 10.5, "valign": "vcenter", **wishes})

    def make_cell(self, **wishes: Any) -> Format:
        return self.make(border=1, border_color="#BFBFBF", **wishes)


def write_cell(
    sheet: Worksheet, row: int, column: int, value: Value | Share, style: Style, *, wrap: bool = False
) -> None:
    """Write one value with the format its type asks for: texts as texts, numbers as numbers, no data as blank."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style.blank)
    elif isinstance(value, str):
        formats = style.quoted if value[0] in FORMULA_STARTS else style.texts
        sheet.write_string(row, column, value, formats[wrap])
    elif isinstance(value, Share):
        sheet.write_number(row, column, value.tenths / 1000, style.share)
    elif isinstance(value, Decimal):
        digits = min(max(0, -int(value.as_tuple().exponent)), len(style.numbers) - 1)
        sheet.write_number(row, column, float(value), style.numbers[digits])
    else:
        sheet.write_number(row, column, value, style.numbers[0])


def measure_text(text: str) -> int:
    """Measure a text in half-width columns: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def _set_page(sheet: Worksheet, title: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_header("&C&12" + title.replace("&", "&&"))
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _write_table(book: xlsxwriter.Workbook, style: Style, table: Table, title: str) -> None:
    """Write one table, on further sheets (明细2 …) when it outgrows one."""
    rows = list(table.rows())
    for number, start in enumerate(range(0, max(len(rows), 1), MOST_ROWS), 1):
        name = table.name if number == 1 else f"{table.name}{number}"
        write_sheet(book.add_worksheet(name), style, table, rows[start : start + MOST_ROWS], f"{title}·{name}")


def write_sheet(
    sheet: Worksheet, style: Style, table: Table, rows: list[tuple[Value | Share, ...]], title: str
) -> None:
    _set_page(sheet, title)
    for index, column in enumerate(table.columns):
        sheet.set_column(index, index, _fit_width(column, [row[index] for row in rows[:WIDTH_SAMPLE]]))
    sheet.freeze_panes(1, table.frozen_columns)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(table.columns) - 1)
    sheet.set_row(0, 30)
    for index, column in enumerate(table.columns):
        sheet.write_string(0, index, column.title, style.head)
    if not rows:
        sheet.write_string(1, 0, table.empty, style.plain)
    for number, row in enumerate(rows, 1):
        for index, value in enumerate(row):
            write_cell(sheet, number, index, value, style, wrap=table.columns[index].wrap)


def _fit_width(column: Column, values: list[Value | Share]) -> int:
    """Fit a column to its longest text, within bounds; the head may break into two lines and keeps its filter arrow."""
    longest = max((measure_text(str(value)) for value in values if isinstance(value, str | int | Decimal)), default=0)
    head = (measure_text(column.title) + 1) // 2 if len(column.title) > 4 else measure_text(column.title)
    return min(max(longest + 2, head + 4, 9), column.most * 2 + 2)


def _write_summary(sheet: Worksheet, style: Style, report: YearReport, title: str) -> None:
    """汇总: the sentence first, then grades, then what the figures rest on."""
    _set_page(sheet, title)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 9, 13)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, title, style.title)
    row = _write_sentences(sheet, style, 2, list_summary(report))
    for word, part in report.parts:
        for index, cells in enumerate(build_distribution(part, word)):
            for column, value in enumerate(cells):
                if index == 0:
                    sheet.write_string(row, column, str(value), style.head)
                else:
                    write_cell(sheet, row, column, value, style)
            row += 1
        row += 1
    _write_sentences(sheet, style, row, list_grounds(report))


def _write_sentences(sheet: Worksheet, style: Style, row: int, pairs: Iterable[tuple[str, str]]) -> int:
    """Write sentences over the merged width, each as high as its text needs; return the next free row."""
    for label, sentence in pairs:
        sheet.set_row(row, 16 * max(1, -(-measure_text(sentence) // 112)) + 2)
        sheet.merge_range(row, 1, row, 9, "", style.sentence)
        if label:
            sheet.write_string(row, 0, label, style.label)
        sheet.write_string(row, 1, sentence, style.sentence)
        row += 1
    return row + 1


def list_grounds(report: YearReport) -> Iterable[tuple[str, str]]:
    """Say what the figures rest on: window, schemes with their digests, inputs, and when it was computed."""
    last = report.as_of
    yield "考核期间", f"{write_day(report.from_on)}至{write_day(last)}"
    for word, part in report.parts:
        scheme = part.scheme
        yield f"{word}考核细则", f"{scheme.title}（{scheme.code}）{scheme.source}"
        if scheme.sha256:
            yield "", f"细则校验值 {scheme.sha256}"
        yield from (("", f"{number}　{text}") for number, text in scheme.clauses.items())
    yield "计算时间", f"{write_day(report.computed_at.date())} {report.computed_at:%H:%M}"
    yield from ((name, value) for name, value in report.digests.items())
