"""What an import looks like: as JSON, as Chinese text, and as the clerk's own sheet with a 问题 column."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from .accounting import Account, count_file, count_tables
from .checking import FilePlan, Plan, TablePlan, list_questions
from .registry import open_registry
from .rules import Cell, Finding, Kind, Sheet, Skipped
from .values import show

SHEET_NAME_LIMIT = 31
TEMPLATE_NOTE = "说明：用不到的列可以删去，也可以空着；这一行不用删。从下一行起填写。"


def describe_plan(plan: Plan) -> dict[str, Any]:
    """Describe a plan as JSON (docs/operate.md). One file is one object; several are listed under ``files``."""
    if len(plan.files) == 1:
        return describe_file(plan.files[0])
    files = [describe_file(file) for file in plan.files]
    whole: dict[str, Any] = {"kind": next((file["kind"] for file in files if file["kind"]), ""), "files": files}
    for name in ("rows_in_file", "added", "updated", "unchanged", "blocked"):
        whole[name] = sum(file[name] for file in files)
    for name in ("sheets", "rows", "skipped", "excluded", "changed_values", "questions", "problems", "notes"):
        whole[name] = [entry for file in files for entry in file[name]]
    whole["refused"] = next((file["refused"] for file in files if file["refused"]), None)
    return whole


def describe_file(file: FilePlan) -> dict[str, Any]:
    tables = [planned for planned in file.tables if planned.kind.code]
    shape = _describe_tables(file.tables, count_file(file))
    described: dict[str, Any] = {
        "file": file.name,
        "sha256": file.sha256,
        "kind": name_kind(tables[0]) if tables else "",
        "sheets": list(file.sheets),
        **shape,
        "notes": [*file.notes, *dict.fromkeys(note for planned in file.tables for note in planned.notes)],
        "same_as": file.same_as,
        "refused": file.refused,
    }
    if len(tables) > 1:
        described["tables"] = [
            {
                "kind": name_kind(planned),
                "sheet": planned.sheet,
                **{k: v for k, v in _describe_tables([planned], count_tables([planned])).items() if isinstance(v, int)},
            }
            for planned in tables
        ]
    return described


def name_kind(planned: TablePlan) -> str:
    handler = open_registry().handlers.get(planned.kind.code)
    return handler.code if handler is not None else planned.kind.code


def _describe_tables(tables: Sequence[TablePlan], account: Account) -> dict[str, Any]:
    return {
        "rows_in_file": account.rows_in_file,
        "rows": [row for planned in tables for row in planned.shown],
        "added": account.added,
        "updated": account.updated,
        "unchanged": account.unchanged,
        "blocked": account.blocked,
        "skipped": [_describe_skipped(skip) for skip in account.skipped],
        "excluded": [_describe_skipped(skip) for skip in account.excluded],
        "changed_values": [
            {
                "sheet": changed.place.sheet,
                "row": changed.place.row,
                "column": changed.place.column,
                "title": changed.place.title,
                "from": changed.before,
                "to": changed.after,
            }
            for planned in tables
            for changed in planned.changed
        ],
        "questions": [_describe_finding(finding) for finding in list_questions(tables)],
        "problems": [_describe_finding(finding) for planned in tables for finding in planned.problems],
        "unread": sorted({title for planned in tables for title in planned.table.unread}),
    }


def _describe_skipped(skip: Skipped) -> dict[str, Any]:
    return {"sheet": skip.sheet, "row": skip.row, "reason": skip.reason}


def _describe_finding(finding: Finding) -> dict[str, Any]:
    place = finding.place
    described: dict[str, Any] = {
        "sheet": place.sheet,
        "row": place.row,
        "column": place.column,
        "title": place.title,
        "code": finding.code,
        "message": finding.message,
    }
    if finding.choices:
        described |= {"choices": list(finding.choices), "answer_key": finding.answer_key}
    return described


def write_lines(plan: Plan) -> Iterator[str]:
    """Write a plan for a person to read, file by file."""
    for file in plan.files:
        yield from _write_file(file)


def _write_file(file: FilePlan) -> Iterator[str]:
    if file.refused:
        yield f"{file.name}"
        yield f"  ▲ {file.refused}"
        return
    account = count_file(file)
    kinds = (
        "、".join(dict.fromkeys(planned.kind.title for planned in file.tables if planned.kind.code)) or "没有可读的表"
    )
    yield f"{file.name}（{kinds}）"
    yield (
        f"  文件内 {account.rows_in_file} 行：新增 {account.added}　更新 {account.updated}　不变 {account.unchanged}　"
        f"跳过 {len(account.skipped)}　排除 {len(account.excluded)}　待处理 {account.blocked}"
    )
    for note in _gather_notes([*file.notes, *(note for planned in file.tables for note in planned.notes)]):
        yield f"  {note}"
    yield from _write_tidied(file)
    unread = sorted({title for planned in file.tables for title in planned.table.unread})
    if unread:
        yield f"  未读取 {len(unread)} 列：不读、不存（{'、'.join(unread[:8])}{' 等' if len(unread) > 8 else ''}）"
    problems = [problem for planned in file.tables for problem in planned.problems]
    for finding in [*list_questions(file.tables), *problems]:
        yield f"  ▲ {finding.message}"
        if finding.choices:
            yield f"     可选：{' ／ '.join(finding.choices[:8])}{' ／ …' if len(finding.choices) > 8 else ''}"
            yield f'     答复写作："{finding.answer_key}" = "…"'


def _gather_notes(notes: Sequence[str]) -> Iterator[str]:
    """Write notes that begin alike in one line: 新增支部 3 个：甲、乙、丙."""
    groups: dict[str, list[str]] = {}
    for note in dict.fromkeys(notes):
        head, colon, tail = note.partition("：")
        groups.setdefault(head if colon and head.startswith("新增") else note, []).append(tail)
    for head, tails in groups.items():
        yield f"{head} {len(tails)} 个：{'、'.join(tails)}" if head.startswith("新增") else head


def _write_tidied(file: FilePlan) -> Iterator[str]:
    changed = [change for planned in file.tables for change in planned.changed]
    if changed:
        first = "；".join(f"{change.before or '空'} → {change.after}" for change in changed[:3])
        yield f"  自动整理 {len(changed)} 处（{first}{' …' if len(changed) > 3 else ''}）"
    reasons: dict[str, list[int]] = {}
    for skip in count_file(file).skipped:
        reasons.setdefault(skip.reason, []).append(skip.row)
    for reason, rows in reasons.items():
        shown = "、".join(map(str, rows[:6])) + (" …" if len(rows) > 6 else "")
        yield f"  跳过 {len(rows)} 行：{reason}（第 {shown} 行）"


def _list_findings(file: FilePlan) -> list[Finding]:
    return [finding for planned in file.tables for finding in (*planned.questions, *planned.problems)]


def write_fix_table(plan: Plan, path: Path) -> None:
    """Write 待改表: every sheet with something to settle as the clerk sent it, and a 问题 column behind it.

    Texts are written as texts, so that nothing in them becomes a formula.
    """
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        taken: set[str] = set()
        for file in plan.files:
            for sheet in file.workbook.sheets if file.workbook else ():
                findings = [finding for finding in _list_findings(file) if finding.place.sheet == sheet.name]
                if findings:
                    _write_sheet(book, sheet, findings, _name_sheet(sheet.name, taken), _find_header(file, sheet.name))
        if not taken:
            book.add_worksheet("没有问题").write_string(0, 0, "没有要处理的问题。")


def _find_header(file: FilePlan, sheet: str) -> int:
    """The 0-based line of a sheet's last header row."""
    rows = [number for planned in file.tables if planned.sheet == sheet for number in planned.table.header_rows]
    return max(rows, default=1) - 1


def _name_sheet(name: str, taken: set[str]) -> str:
    plain = "".join("_" if character in "[]:*?/\\" else character for character in name)[:SHEET_NAME_LIMIT] or "Sheet"
    made, number = plain, 2
    while made.lower() in taken:
        tail = f"_{number}"
        made, number = plain[: SHEET_NAME_LIMIT - len(tail)] + tail, number + 1
    taken.add(made.lower())
    return made


def _write_sheet(book: Any, sheet: Sheet, findings: Sequence[Finding], name: str, header: int) -> None:
    page = book.add_worksheet(name)
    wrong = book.add_format({"bg_color": "#FFF1D6"})
    told = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#7A4100"})
    day = {True: book.add_format({"num_format": "yyyy-mm-dd", "bg_color": "#FFF1D6"}),
           False: book.add_format({"num_format": "yyyy-mm-dd"})}  # fmt: skip
    messages: dict[int, list[str]] = {}
    for finding in findings:
        messages.setdefault((finding.place.row or header + 1) - 1, []).append(finding.message)
    wide = max((len(row) for row in sheet.rows), default=0)
    for number, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            _write_cell(page, number, column, cell, wrong if number in messages else None, day[number in messages])
    page.write_string(header, wide, "\n".join(["问题", *messages.pop(header, [])]), told)
    for number, sentences in messages.items():
        page.write_string(number, wide, "\n".join(sentences), told)
    page.set_column(wide, wide, 60)
    page.freeze_panes(header + 1, 0)


def _write_cell(page: Any, row: int, column: int, cell: Cell, style: Any, day: Any) -> None:
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell, style)
    elif isinstance(cell, int | float):
        page.write_number(row, column, cell, style)
    elif isinstance(cell, datetime | date):
        page.write_datetime(row, column, cell, day)
    elif isinstance(cell, time | timedelta):
        page.write_string(row, column, show(cell), style)
    elif cell is not None:
        page.write_string(row, column, cell, style)


def write_template(kind: Kind) -> bytes:
    """Write an empty table of one kind: its headers, and below them what need not be deleted."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet(kind.title)
        bold = book.add_format({"bold": True, "bg_color": "#E3EEFD", "border": 1})
        for column, known in enumerate(kind.fields):
            page.write_string(0, column, known.title, bold)
            page.set_column(column, column, max(10, 2 * len(known.title) + 2))
        page.write_string(1, 0, TEMPLATE_NOTE)
        page.freeze_panes(1, 0)
    return content.getvalue()
