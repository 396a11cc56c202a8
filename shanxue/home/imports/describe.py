"""An import as its pages show it: what was read, what changes, what is skipped, what counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shanxue.intake.accounting import Account, count_file
from shanxue.intake.answers import LEAVE_OUT, NOT_THIS_SHEET, mark_question
from shanxue.intake.checking import FilePlan, Plan, TablePlan
from shanxue.intake.registry import open_registry
from shanxue.intake.rules import Changed, Sheet, Skipped, name_column
from shanxue.intake.values import show
from shanxue.intake.values_text import narrow, squeeze

SHOWN_VALUES = 3
SHOWN_CHANGES = 200
OUTCOME_WORDS = {"added": _("新增"), "updated": _("更新"), "unchanged": _("不变")}
HIDDEN = "读隐藏表"


def write_rows(rows: Iterable[int]) -> str:
    """Write line numbers with runs drawn together: 4、191–193."""
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return "、".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


@dataclass(frozen=True)
class Column:
    letter: str
    header: str
    field: str
    values: str


@dataclass(frozen=True)
class Unread:
    """A column that is not read. ``key``: it may be named on the page; columns of private data may not."""

    number: int
    header: str
    key: str
    choices: tuple[str, ...]


@dataclass
class SheetView:
    """One sheet with the tables found on it."""

    name: str
    hidden: bool
    taken: bool
    key: str
    tables: list[TableView] = field(default_factory=list)


@dataclass(frozen=True)
class TableView:
    kind: str
    header: str
    data: str
    columns: list[Column]
    unread: list[Unread]
    mark_columns: int


@dataclass
class FileView:
    name: str
    account: Account
    line_count: int
    header_count: int
    kinds: str
    where: str
    notes: list[str]
    sheets: list[SheetView]
    unread: list[str]
    encoding: str = ""
    refused: str = ""

    @property
    def is_side_by_side(self) -> bool:
        """Whether a line of the file holds more than one: a sheet printed in blocks."""
        return self.account.rows_in_file + self.header_count > self.line_count


def describe_files(plan: Plan) -> list[FileView]:
    numbers = iter(range(1000, 10**6))  # apart from those of the questions on the same page
    return [_describe_file(file, numbers) for file in plan.files]


def _describe_file(file: FilePlan, numbers: Any) -> FileView:
    sheets = file.workbook.sheets if file.workbook else ()
    tables = [planned for planned in file.tables if planned.kind.code]
    return FileView(
        name=file.name,
        account=count_file(file),
        line_count=sum(len(sheet.rows) for sheet in sheets if any(t.sheet == sheet.name for t in file.tables)),
        header_count=len({(planned.sheet, row) for planned in tables for row in planned.table.header_rows}),
        kinds="、".join(dict.fromkeys(planned.kind.title for planned in tables)),
        where=" · ".join(_say_where(planned) for planned in tables[:3]),
        notes=[*file.notes, *dict.fromkeys(note for planned in file.tables for note in planned.notes)],
        sheets=[_describe_sheet(file, sheet, numbers) for sheet in sheets],
        unread=sorted({title for planned in file.tables for title in planned.table.unread}),
        encoding=file.workbook.encoding if file.workbook else "",
        refused=file.refused or "",
    )


def _say_where(planned: TablePlan) -> str:
    view = _describe_table(planned, None, iter(range(10**6)))
    return f"工作表“{planned.sheet}” 表头第 {view.header} 行，数据第 {view.data or '—'} 行"


def _describe_sheet(file: FilePlan, sheet: Sheet, numbers: Any) -> SheetView:
    tables = [planned for planned in file.tables if planned.sheet == sheet.name]
    marked = mark_question(f"{NOT_THIS_SHEET}:{sheet.name}", file.mark)
    skipped = any(skip.excluded for planned in tables for skip in planned.table.skipped if not planned.kind.code)
    closed = sheet.hidden and not any(planned.kind.code or planned.open for planned in tables)
    return SheetView(
        name=sheet.name,
        hidden=sheet.hidden,
        taken=not skipped and not closed,
        key=f"{HIDDEN}:{sheet.name}" if sheet.hidden else marked,
        tables=[_describe_table(planned, sheet, numbers) for planned in tables if planned.kind.code],
    )


def _describe_table(planned: TablePlan, sheet: Sheet | None, numbers: Any) -> TableView:
    table, titles = planned.table, {known.name: known.title for known in planned.kind.fields}
    data = sorted({number for number, _who in planned.outcomes} or {row.number for row in table.rows})
    free = tuple(title for name, title in titles.items() if name not in table.columns)
    return TableView(
        kind=planned.kind.title,
        header=write_rows(table.header_rows),
        data=f"{data[0]}–{data[-1]}" if data else "",
        columns=[
            Column(
                name_column(at), _read_header(sheet, table.header_rows, at), titles[name],
                "、".join(_sample(sheet, data, at)),
            )
            for name, at in sorted(table.columns.items(), key=lambda pair: pair[1]) if name in titles
        ] if sheet else [],
        unread=[
            Unread(next(numbers), title, table.unread_keys.get(title, ""), free if title in table.unread_keys else ())
            for title in table.unread
        ] if sheet else [],
        mark_columns=table.mark_columns,
    )  # fmt: skip


def _read_header(sheet: Sheet | None, rows: Sequence[int], column: int) -> str:
    if sheet is None:
        return ""
    cells = (sheet.rows[row - 1][column] for row in rows if column < len(sheet.rows[row - 1]))
    return "/".join(dict.fromkeys(squeeze(show(cell)) for cell in cells if cell is not None))


def _sample(sheet: Sheet | None, rows: Sequence[int], column: int) -> list[str]:
    """The first different values of a column that is read."""
    if sheet is None:
        return []
    found: dict[str, None] = {}
    for row in rows[:200]:
        line = sheet.rows[row - 1]
        if column < len(line) and line[column] is not None:
            found.setdefault(show(line[column])[:20])
        if len(found) == SHOWN_VALUES:
            break
    return list(found)


# -- what changes on the way in ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tidied:
    """What was tidied: counts by sort, and the first of them one by one."""

    total: int
    sorts: list[tuple[str | Promise, int]]
    shown: list[Changed]


def gather_tidied(plan: Plan) -> Tidied:
    changed = [change for planned in plan.tables for change in planned.changed]
    sorts = Counter(_sort_change(change) for change in changed)
    return Tidied(len(changed), [(SORTS[sort], count) for sort, count in sorts.most_common()], changed[:SHOWN_CHANGES])


SORTS = {
    "spaces": _("去空格"), "width": _("全角转半角"), "unit": _("单位的写法"), "day": _("日期的写法"),
    "filled": _("补上空的"), "other": _("其他写法"),
}  # fmt: skip


def _sort_change(change: Changed) -> str:
    if not change.before:
        return "filled"
    if squeeze(change.before) == change.after:
        return "spaces"
    if squeeze(narrow(change.before)) == change.after:
        return "width"
    title = change.place.title or ""
    if any(word in title for word in ("支部", "部门", "单位", "组织")):
        return "unit"
    return "day" if any(word in title for word in ("日期", "时间", "时限", "年月")) else "other"


def group_skipped(skipped: Iterable[Skipped]) -> list[tuple[str, int, str]]:
    """Group skipped lines by reason: (reason, how many, which lines)."""
    groups: dict[tuple[str, str], list[int]] = {}
    for skip in skipped:
        groups.setdefault((skip.reason, skip.sheet), []).append(skip.row)
    return [(reason, len(rows), f"「{sheet}」第 {write_rows(rows)} 行") for (reason, sheet), rows in groups.items()]


@dataclass(frozen=True)
class Excluded:
    """A line left out, and the key by which it comes back; "" when an answer left it out."""

    where: str
    reason: str
    key: str


def list_excluded(plan: Plan) -> list[Excluded]:
    found = []
    for file in plan.files:
        for skip in count_file(file).excluded:
            key = mark_question(f"{LEAVE_OUT}:{skip.sheet}:{skip.row}", file.mark)
            where = f"{file.name}「{skip.sheet}」第 {skip.row} 行" if file.mark else f"「{skip.sheet}」第 {skip.row} 行"
            found.append(Excluded(where, skip.reason, key if key in plan.answers else ""))
    return found


# -- the lines as they will stand -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    where: str
    who: str
    unit: str
    more: str
    outcome: str | Promise
    key: str


def list_lines(plan: Plan) -> list[Line]:
    """List accepted lines, new and changed ones first."""
    rank = {"added": 0, "updated": 1, "unchanged": 2}
    found: list[tuple[int, Line]] = []
    several = len(plan.files) > 1
    for file in plan.files:
        for planned in file.tables:
            for row in planned.shown:
                where = f"「{row['sheet']}」第 {row['row']} 行"
                found.append((rank.get(row["outcome"], 3), Line(
                    where=f"{file.name}{where}" if several else where,
                    who=" ".join(str(row[name]) for name in ("staff_no", "name") if row.get(name)),
                    unit=str(row.get("unit") or ""),
                    more=" · ".join(_list_more(row)),
                    outcome=OUTCOME_WORDS.get(row["outcome"], ""),
                    key="" if file.same_as is not None else mark_question(
                        f"{LEAVE_OUT}:{planned.sheet}:{row['row']}", planned.mark
                    ),
                )))  # fmt: skip
    return [line for _rank, line in sorted(found, key=lambda pair: pair[0])]


def _list_more(row: dict[str, Any]) -> list[str]:
    plain = {"sheet", "row", "outcome", "staff_no", "name", "unit"}
    return [
        str(value) for name, value in row.items()
        if name not in plain and not name.endswith(("_milli", "_points", "_id")) and isinstance(value, str) and value
    ]  # fmt: skip


@dataclass(frozen=True)
class Totals:
    """Counts over all files; they add up to the lines of the files."""

    rows_in_file: int
    added: int
    updated: int
    unchanged: int
    skipped: int
    excluded: int
    blocked: int

    @property
    def taken(self) -> int:
        """The lines that are imported once nothing is open (W6 counts the unchanged among them)."""
        return self.added + self.updated + self.unchanged + self.blocked


def count_all(plan: Plan) -> Totals:
    accounts = [count_file(file) for file in plan.files]
    return Totals(
        sum(one.rows_in_file for one in accounts), sum(one.added for one in accounts),
        sum(one.updated for one in accounts), sum(one.unchanged for one in accounts),
        sum(len(one.skipped) for one in accounts), sum(len(one.excluded) for one in accounts),
        sum(one.blocked for one in accounts),
    )  # fmt: skip


def counts_people(plan: Plan) -> bool:
    """Whether what is imported are people, so that the button may count them."""
    kinds = {planned.kind.code for planned in plan.tables if planned.kind.code}
    return bool(kinds) and kinds == {"roster"}


@dataclass(frozen=True)
class KindView:
    code: str
    title: str
    columns: str


def list_kinds() -> list[KindView]:
    """The kinds of tables the importer takes, with the columns that tell them."""
    return [
        KindView(
            code, handler.kind.title,
            "、".join(_name_needs(handler.kind)),
        )
        for code, handler in open_registry().handlers.items()
    ]  # fmt: skip


def _name_needs(kind: Any) -> list[str]:
    first = kind.needs[0] if kind.needs else {one.name for one in kind.fields if one.required}
    return [one.title for one in kind.fields if one.name in first]
