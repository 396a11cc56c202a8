"""Sheets in which no table was recognised: what is missing, or which column is what (ux D cases 7, 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shanxue.intake.columns import Layout, choose_layout, describe_missing, match_columns
from shanxue.intake.headers import PRIVATE, Grid, Header, Vocabulary
from shanxue.intake.lines import BLANK, NOTE, TITLE, Lines, first_values
from shanxue.intake.rules import Context, Finding, Place, Sheet, Skipped, Table, name_column
from shanxue.intake.table_reading import TableReader, list_unread
from shanxue.intake.values_text import show

NOT_READ = "不读"
NO_HEADER = "没有表头"


def skip_sheet(sheet: Sheet, reason: str, note: str, *, excluded: bool = False) -> Table:
    """Account for a sheet that is not read; ``excluded``: by somebody's choice."""
    table = Table("", sheet.name, {}, (), [], notes=[note] if note else [])
    for number, row in enumerate(sheet.rows, start=1):
        blank = all(cell is None for cell in row)
        table.skipped.append(Skipped(sheet.name, number, BLANK if blank else reason, excluded and not blank))
    return table


def read_unknown(
    grid: Grid, nearest: Layout | None, vocabulary: Vocabulary, context: Context, named: Mapping[str, Any]
) -> Table:
    """Say what a sheet lacks, or ask what its columns are, or note that it holds no table."""
    sheet = grid.sheet
    told = context.answers.get(f"行:表头:{sheet.name}", "")
    if nearest is not None and told != NO_HEADER and (len(nearest.columns) >= 2 or nearest.is_marked):
        table = skip_sheet(sheet, "没有找到需要的列，没有读取", "")
        table.kind = nearest.kind.code
        table.header_rows = tuple(row + 1 for row in nearest.header.rows)
        table.columns = dict(nearest.columns)
        table.unread, table.unread_keys = list_unread(nearest, sheet)
        table.problems.append(describe_missing(sheet.name, nearest))
        return table
    body = [row for row in range(len(grid.rows)) if len(grid.filled(row)) >= 2]
    if len(body) < 2:
        return skip_sheet(sheet, "没有表格", f"「{sheet.name}」没有表格，没有读取。")
    if nearest is not None and told != NO_HEADER:
        return _ask_row(grid)
    return ask_headers(grid, body[0], vocabulary, context, named)


def _ask_row(grid: Grid) -> Table:
    """Ask which line is the header, showing the first six."""
    name = grid.sheet.name
    table = skip_sheet(grid.sheet, "等待回答表头", "")
    rows = range(min(6, len(grid.rows)))
    shown = "；".join(
        f"第 {row + 1} 行：" + "、".join(show(grid.rows[row][c]) for c in grid.filled(row)[:8]) for row in rows
    )
    choices = tuple(f"第 {row + 1} 行" for row in rows) + (NO_HEADER,)
    message = f"「{name}」表头是第几行？{shown}。"
    table.questions.append(Finding("which_header", Place(name), message, choices, f"行:表头:{name}"))
    return table


def ask_headers(grid: Grid, first: int, vocabulary: Vocabulary, context: Context, named: Mapping[str, Any]) -> Table:
    """Read a table without header by the answers given; ask for the columns not yet named."""
    name = grid.sheet.name
    columns = [column for column in range(grid.width) if first_values(grid, column, first, 1)]
    keys = {column: f"无表头:{len(columns)}列:{name_column(column)}" for column in columns}
    answers = {column: context.answers.get(key, "") for column, key in keys.items()}
    titles = {item.title for kind in vocabulary.kinds for item in kind.fields}
    if all(answer in titles or answer == NOT_READ for answer in answers.values()):
        read = _read_named(grid, first, answers, vocabulary, context, named)
        if read is not None:
            return read
    table = skip_sheet(grid.sheet, "等待回答列名", "")
    choices = tuple(dict.fromkeys(item.title for kind in vocabulary.kinds for item in kind.fields)) + (NOT_READ,)
    for column in columns:
        values = first_values(grid, column, first)
        shown = "、".join(map(show, values)) if not _is_private(values) else "（不显示）"
        place = Place(name, None, name_column(column))
        message = f"「{name}」没有表头，{name_column(column)} 列是什么？前 {len(values)} 个值：{shown}"
        table.questions.append(Finding("no_header", place, message, choices, keys[column]))
    return table


def _is_private(values: list[Any]) -> bool:
    """Whether a column holds what looks like ID or phone numbers; they are not shown."""
    texts = [show(value) for value in values]
    return any((len(t) == 18 and t[:17].isdigit()) or (len(t) == 11 and t.isdigit() and t[0] == "1") for t in texts)


def _read_named(
    grid: Grid,
    first: int,
    answers: Mapping[int, str],
    vocabulary: Vocabulary,
    context: Context,
    named: Mapping[str, Any],
) -> Table | None:
    """Read the lines with the columns as named; None when they make no table of any kind."""
    paths: list[tuple[str, ...]] = [() for _ in range(grid.width)]
    for column, answer in answers.items():
        if answer != NOT_READ and not PRIVATE.search(answer):
            paths[column] = (answer,)
    header = Header((), paths, [None] * grid.width)
    layout = choose_layout([match_columns(kind, header, vocabulary, context, named) for kind in vocabulary.kinds], "")
    if layout is None:
        return None
    table = Table(layout.kind.code, grid.sheet.name, {}, (), [], dict(named))
    for row in range(first):
        reason = TITLE if len(grid.filled(row)) == 1 else NOTE if grid.filled(row) else BLANK
        table.skipped.append(Skipped(grid.sheet.name, row + 1, reason))
    reader = Lines(grid, replace(layout, header=Header((first,), paths, [None] * grid.width)), first)
    lines = {row: reader.read(row) for row in range(first, len(grid.rows))}
    TableReader(grid, layout, context, table, lines).read()
    return table
