"""Finding the tables of a workbook, each with every line of it accounted for (ux D, cases 3–8, 22–27)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shanxue.intake.above import find_unit, is_key_value, is_unnamed, read_above, read_file_name
from shanxue.intake.answers import NOT_THIS_SHEET
from shanxue.intake.columns import Layout, choose_layout, read_layouts
from shanxue.intake.headers import SEARCH_ROWS, Grid, Vocabulary, plain_header
from shanxue.intake.lines import (
    AGAIN,
    HEADER,
    MEETING,
    NOTE,
    SIGNATURE,
    TITLE,
    TOTAL,
    Line,
    Lines,
    is_repeated,
    is_unit,
    looks_like_header,
)
from shanxue.intake.rules import Context, Finding, Kind, Place, Sheet, Skipped, Table, Workbook
from shanxue.intake.table_reading import TableReader
from shanxue.intake.unknown import read_unknown, skip_sheet
from shanxue.intake.values_text import show

_GENERIC = re.compile(
    r"(?:sheet|工作表|表)\s*\d*|第?[\d一二三四]+季度|[\d.\-年月日度上下半]+"
    r"|.*(?:汇总|总表|合计|说明|名册|考勤|明细|台账|成绩|登记表|统计|学时|计划).*",
    re.IGNORECASE,
)


def find_tables(workbook: Workbook, kinds: Sequence[Kind], context: Context, answers: Mapping[str, str]) -> list[Table]:
    """Find every table of the kinds given; a sheet in which none is found is one table of kind "" that says why.

    The lines of a sheet are those of its tables: each is a row's, or skipped with a reason. ``answers`` settle
    questions by their ``answer_key``.
    """
    context = replace(context, epoch_1904=workbook.epoch_1904, answers=answers)
    vocabulary = Vocabulary.build(kinds, answers)
    named = read_file_name(workbook.name, context)
    tables: list[Table] = []
    for sheet in workbook.sheets:
        tables += SheetTables(sheet, vocabulary, context, named).find()
    _name_units(tables)
    return tables


def _name_units(tables: Sequence[Table]) -> None:
    """Take a sheet's name for the unit: in a workbook with one sheet per unit, or when it plainly names one."""
    for table in tables:
        if not table.kind or "unit" in table.facts:
            continue
        alike = {other.sheet for other in tables if other.kind == table.kind}
        name = table.sheet.strip()
        unit = find_unit(name) or ("" if _GENERIC.fullmatch(name) or is_unnamed(name) else name)
        if unit and (is_unit(unit) or len(alike) > 1):
            table.facts = {**table.facts, "unit": unit}


class SheetTables:
    """Finds the tables of one sheet from top to bottom."""

    def __init__(self, sheet: Sheet, vocabulary: Vocabulary, context: Context, named: Mapping[str, Any]) -> None:
        self._sheet, self._vocabulary, self._context, self._named = sheet, vocabulary, context, named
        self._grid = Grid.build(sheet)
        self._answers = context.answers
        self._nearest: Layout | None = None  # the best header that lacks something

    def find(self) -> list[Table]:
        sheet = self._sheet
        if left_out := self._answers.get(f"{NOT_THIS_SHEET}:{sheet.name}"):
            return [skip_sheet(sheet, left_out, "", excluded=True)]
        if sheet.hidden and self._answers.get(f"读隐藏表:{sheet.name}") != "读取":
            return [skip_sheet(sheet, "隐藏的工作表", f"「{sheet.name}」是隐藏的工作表，没有读取。")]
        if sheet.used_to and not self._accepts_cut():
            return [self._ask_cut()]
        if not sheet.rows:
            return []
        tables: list[Table] = []
        first = 0
        while first < len(self._grid.rows):
            layout, facts, pairs = self._locate(first)
            if layout is None:
                break
            table, first = self._read(layout, facts, pairs, first, tables)
            tables.append(table)
        return tables or [read_unknown(self._grid, self._nearest, self._vocabulary, self._context, self._named)]

    def _accepts_cut(self) -> bool:
        return self._answers.get(f"行:列太多:{self._sheet.name}") == self._cut_choice()

    def _cut_choice(self) -> str:
        return f"只读前 {self._grid.width} 列（有内容）"

    def _ask_cut(self) -> Table:
        name, choice = self._sheet.name, self._cut_choice()
        table = skip_sheet(self._sheet, "列太多，没有读取", "")
        message = f"「{name}」使用到 {self._sheet.used_to} 列，超过 200 列。请删除右侧空白列后再传，或点“{choice}”。"
        table.questions.append(Finding("too_many_columns", Place(name), message, (choice,), f"行:列太多:{name}"))
        return table

    def _locate(self, first: int) -> tuple[Layout | None, dict[str, Any], bool]:
        """Find the next header at or below a line, and what is said above it."""
        looked = 0
        answer = re.fullmatch(r"第? ?(\d+) ?行?", self._answers.get(f"行:表头:{self._sheet.name}", ""))
        told = int(answer[1]) - 1 if answer else None
        for top in range(first, len(self._grid.rows)):
            if not self._grid.filled(top):
                continue
            looked += 1
            if looked > SEARCH_ROWS and told is None:
                break
            if (told is not None and told >= first and top != told) or not self._may_head(top):
                continue
            facts, pairs = self._read_facts(first, top)
            layouts = read_layouts(self._grid, top, self._vocabulary, self._context, facts)
            chosen = choose_layout(layouts, self._answers.get(f"行:种类:{self._sheet.name}:{top + 1}", ""))
            if chosen is not None:
                return chosen, facts, pairs
            if first == 0:
                self._remember_nearest(layouts)
        return None, {}, False

    def _may_head(self, top: int) -> bool:
        """Whether a line, or the one below it, names any column at all, and is no line of labels with values."""
        if is_key_value(self._grid, top):
            return False
        for row in (top, top + 1, top + 2):
            if row < len(self._grid.rows) and any(
                self._vocabulary.knows(plain_header(show(self._grid.rows[row][column])))
                for column in self._grid.filled(row)
            ):
                return True
        return False

    def _read_facts(self, first: int, top: int) -> tuple[dict[str, Any], bool]:
        facts, pairs = read_above(self._grid, first, top, self._context)
        return {**self._named, **facts, "sheet": self._sheet.name}, pairs

    def _remember_nearest(self, layouts: Sequence[Layout]) -> None:
        for layout in layouts:
            best = self._nearest
            if layout.columns and (best is None or self._rate(layout) > self._rate(best)):
                self._nearest = layout

    @staticmethod
    def _rate(layout: Layout) -> tuple[float, int]:
        return len(layout.columns) + 1.5 * layout.is_marked, -len(layout.missing)

    def _read(
        self, layout: Layout, facts: dict[str, Any], pairs: bool, first: int, before: Sequence[Table]
    ) -> tuple[Table, int]:
        """Read the table whose header was found; return it and where the next may begin."""
        rows = layout.header.rows
        lines, stop = self._split_lines(layout, rows[-1] + 1, facts)
        facts.pop("sheet", None)
        table = Table(
            layout.kind.code, self._sheet.name, {}, tuple(row + 1 for row in rows), [], facts,
            skipped=self._skip_above(first, rows[0], pairs),
        )  # fmt: skip
        table.skipped += [Skipped(self._sheet.name, row + 1, HEADER) for row in rows]
        context = replace(self._context, year=facts.get("year") or self._context.year)
        if before and self._is_other(layout, before[-1]):
            self._ask_other(table, lines, rows[0])
            if table.rows or table.questions or any(line.excluded for line in table.skipped):
                return table, stop
        TableReader(self._grid, layout, context, table, lines).read()
        self._ask_kind(table, layout)
        return table, stop

    def _skip_above(self, first: int, top: int, pairs: bool) -> list[Skipped]:
        """Account for the lines above a header."""
        skipped = []
        for row in range(first, top):
            reason = "空行"
            if self._grid.filled(row):
                reason = MEETING if pairs else TITLE if len(self._grid.filled(row)) == 1 else NOTE
            skipped.append(Skipped(self._sheet.name, row + 1, reason))
        return skipped

    def _split_lines(self, layout: Layout, start: int, facts: Mapping[str, Any]) -> tuple[dict[int, Line], int]:
        """Read what each line below a header is, up to where another table begins."""
        reader = Lines(self._grid, layout, start)
        lines: dict[int, Line] = {}
        end = start  # behind the last line that belongs to this table for sure
        for row in range(start, len(self._grid.rows)):
            if looks_like_header(self._grid, row, self._vocabulary.every):
                if is_repeated(self._grid, layout, row):
                    if self._says_more(end, row, facts):
                        return {at: line for at, line in lines.items() if at < end}, end
                    lines[row] = Line(AGAIN)
                    continue
                found = read_layouts(self._grid, row, self._vocabulary, self._context, {})
                if any(not other.missing for other in found):
                    return {at: line for at, line in lines.items() if at < end}, end
            line = lines[row] = reader.read(row)
            if line.reason in ("", TOTAL, SIGNATURE):
                end = row + 1
        return lines, len(self._grid.rows)

    def _says_more(self, first: int, top: int, facts: Mapping[str, Any]) -> bool:
        """Whether the lines before a repeated header speak of another session, unit or month."""
        new, _ = read_above(self._grid, first, top, self._context)
        keys = ("on", "topic", "unit", "month", "session_kind", "starts_at")
        return top > first and any(key in new and new[key] != facts.get(key) for key in keys)

    def _is_other(self, layout: Layout, before: Table) -> bool:
        """Whether a further table has another header than the one above (the same header again needs no question)."""
        last = before.header_rows[-1] - 1
        then = [plain_header(show(cell)) for cell in self._grid.rows[last]]
        now = [plain_header(show(cell)) for cell in self._grid.rows[layout.header.rows[-1]]]
        return then != now

    def _ask_other(self, table: Table, lines: Mapping[int, Line], top: int) -> None:
        key = f"行:另一张表:{self._sheet.name}:{top + 1}"
        answer = self._answers.get(key)
        if answer == "导入":
            return
        excluded = answer == "不导入"
        if not excluded:
            message = f"「{self._sheet.name}」第 {top + 1} 行起是另一张表，要导入吗？"
            place = Place(self._sheet.name, top + 1)
            table.questions.append(Finding("second_table", place, message, ("导入", "不导入"), key))
        reason = "另一张表，不导入" if excluded else "另一张表，等待回答"
        table.skipped += [
            Skipped(self._sheet.name, row + 1, line.reason or reason, excluded and not line.reason)
            for row, line in lines.items()
        ]

    def _ask_kind(self, table: Table, layout: Layout) -> None:
        """Ask when the header fits several kinds alike."""
        key = f"行:种类:{self._sheet.name}:{table.header_rows[0]}"
        if layout.is_tied and self._answers.get(key) is None:
            kinds = (layout.kind, *layout.is_tied)
            words = "，也像".join(kind.title for kind in kinds)
            message = f"「{self._sheet.name}」像{words}，按哪一种读？"
            place = Place(self._sheet.name, table.header_rows[0])
            table.questions.append(Finding("which_kind", place, message, tuple(kind.title for kind in kinds), key))
