"""Reading data lines into rows: cells parsed, changes and problems listed, doubts gathered into questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shanxue.base.points import MILLI, scale_decimal
from shanxue.intake.columns import Layout
from shanxue.intake.headers import Grid
from shanxue.intake.matrix import SessionColumn, date_column
from shanxue.intake.rules import Cell, Changed, Context, Field, Finding, Place, Row, Table, name_column
from shanxue.intake.values_marks import Marked, parse_mark
from shanxue.intake.values_people import split_name, split_pair
from shanxue.intake.values_text import ERRORS, Doubt, Parsed, parse_text, show, squeeze

_ABSENT = object()
_FULL = re.compile(r"满分[:：]?(\d+(?:\.\d+)?)|(\d+)分制")
_CAPTION = re.compile(r"[(（【\[][^()（）【】\[\]]*[)）】\]]|[*＊★]")


@dataclass
class Doubts:
    """Doubtful cells that one answer settles."""

    doubt: Doubt
    place: Place
    count: int = 1


@dataclass
class RowReader:
    """Reads the data lines of one table; what it finds goes into ``table``."""

    grid: Grid
    layout: Layout
    context: Context
    table: Table
    first: int
    doubts: dict[str, Doubts] = field(default_factory=dict)
    marks: Counter[tuple[str, str]] = field(default_factory=Counter)
    serials: list[list[int]] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    raised: set[str] = field(default_factory=set)  # answer keys of the doubts in the line being read

    def __post_init__(self) -> None:
        self._fields: dict[str, Field] = {item.name: item for item in self.layout.kind.fields}
        self._contexts = {name: self._adapt(column) for name, column in self.layout.columns.items()}
        self._cache: dict[tuple[str, type, Cell], Parsed | ValueError] = {}
        self._sheet = self.grid.sheet
        self._wide = self._list_wide()
        self.serials = [[] for _ in self.layout.offsets]

    def _adapt(self, column: int) -> Context:
        """A header may say what full marks are."""
        found = _FULL.search(squeeze(self.layout.header.title(column)))
        full = scale_decimal(found[1] or found[2], MILLI) if found else self.table.facts.get("full_milli")
        return replace(self.context, full_milli=full) if full else self.context

    def _list_wide(self) -> list[tuple[SessionColumn, Mapping[str, Any]]]:
        """List the columns of sessions with what each adds to a row."""
        columns = self.layout.sessions or [SessionColumn(c, None, day=day) for c, day in self.layout.days.items()]
        found: list[tuple[SessionColumn, Mapping[str, Any]]] = []
        for column in columns:
            on = date_column(column, dict(self.table.facts))
            words = {"on": on, "topic": column.topic, "session_kind": column.session_kind}
            if on is not None or not column.day:
                found.append((column, {key: value for key, value in words.items() if value}))
        return found

    def place(self, row: int, column: int) -> Place:
        return Place(self._sheet.name, row + 1, name_column(column), self.caption(column))

    def caption(self, column: int) -> str:
        shift = next((o for o in self.layout.offsets if column - o in self.layout.columns.values()), 0)
        return _CAPTION.sub("", self.layout.header.title(column - shift)) or self.layout.header.title(column - shift)

    def read(self, row: int, group: str) -> list[Row]:
        """Read one line: usually one row, more with blocks side by side or one column per session.

        ``blocks`` then says which block each row stands in.
        """
        rows: list[Row] = []
        self.blocks = []
        self.raised.clear()
        for block, offset in enumerate(self.layout.offsets):
            self._read_serial(row, offset, block)
            values = self._read_values(row, offset)
            if not values:
                continue
            if group and "unit" in self._fields and "unit" not in values:
                values["unit"] = group
            for person in self._split_people(values):
                rows += self._spread(row, person) if self._wide else [self._make(row, person)]
            self.blocks += [block] * (len(rows) - len(self.blocks))
        if self.raised:
            for made in rows:
                made.waits = tuple(sorted(self.raised))
        return rows

    def _make(self, row: int, values: dict[str, Any]) -> Row:
        return Row(row + 1, values, row + 1 in self._sheet.hidden_rows)

    def _read_serial(self, row: int, offset: int, block: int) -> None:
        if self.layout.serial is not None:
            text = show(self.grid.rows[row][self.layout.serial + offset])
            if text.isdigit():
                self.serials[block].append(int(text))

    def _read_values(self, row: int, offset: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, column in self.layout.columns.items():
            at = column + offset
            cell = self._cell(row, at)
            value = self._parse(name, cell, row, at, values)
            if value is _ABSENT:
                continue
            if isinstance(value, Marked):
                self._put_mark(values, value, cell)
            else:
                values[name] = value
                if name == "name":
                    self._put_parts(values, cell, row, at)
        if beside := values.pop("", ""):
            name = "remark" if "remark" in self._fields else "name_remark"
            values[name] = "；".join(part for part in (values.get(name), beside) if part)
        return values

    def _cell(self, row: int, column: int) -> Cell:
        """The cell's value; a blank inside a merged area that began among the data has that area's value."""
        cell = self.grid.rows[row][column]
        owner = self.grid.owner.get((row, column)) if cell is None else None
        if owner and owner[0] >= self.first and owner[1] == column:
            return self.grid.rows[owner[0]][column]
        return cell

    def _parse(self, name: str, cell: Cell, row: int, column: int, values: Mapping[str, Any]) -> Any:
        if cell is None:
            if (row, column) in self._sheet.formulas_without_value:
                where = Place(self._sheet.name, row + 1, name_column(column))
                self._stop("formula", where, f"{where}是公式，没有算出的值，请在 WPS 里打开保存一次。")
            return _ABSENT
        if isinstance(cell, str):
            if "DISPIMG(" in cell[:20]:
                return _ABSENT
            if cell in ERRORS:
                place = self.place(row, column)
                self._stop("formula_error", place, f"{place}：{cell} 是公式出错。请改正后再传。")
                return _ABSENT
            if name == "mark" and squeeze(cell) == values.get("name"):
                return Marked("到")
        parsed = self._parse_cached(name, cell)
        if isinstance(parsed, Doubt):
            self._doubt(parsed, self.place(row, column))
            return _ABSENT
        if isinstance(parsed, ValueError):
            place = self.place(row, column)
            self._stop(f"bad_{name}", place, f"{place}：{parsed}")
            return _ABSENT
        if parsed.tidied_from is not None and not isinstance(parsed.value, Marked):
            shown = (self._fields[name].show or show_value)(parsed.value)
            self.table.changed.append(Changed(self.place(row, column), parsed.tidied_from, shown))
        return parsed.value

    def _parse_cached(self, name: str, cell: Cell) -> Parsed | ValueError:
        key = (name, type(cell), cell)
        found = self._cache.get(key)
        if found is None:
            item = self._fields[name]
            parse = item.parse or (parse_mark if name == "mark" else parse_text)
            try:
                value, before = parse(cell, self._contexts.get(name, self.context))
                found = Parsed(value, before)
            except ValueError as error:
                found = error
            self._cache[key] = found
        return found

    def _stop(self, code: str, place: Place, message: str) -> None:
        self.table.problems.append(Finding(code, place, message))

    def _doubt(self, doubt: Doubt, place: Place) -> None:
        self.raised.add(doubt.key)
        if doubt.key in self.doubts:
            self.doubts[doubt.key].count += 1
        else:
            self.doubts[doubt.key] = Doubts(doubt, place)

    def _put_mark(self, values: dict[str, Any], marked: Marked, cell: Cell) -> None:
        values["mark"] = marked.mark
        if marked.reason:
            values.setdefault("reason", marked.reason)
        if marked.minutes_late is not None:
            values["minutes_late"] = marked.minutes_late
        sign = show(cell).strip()
        signed = squeeze(sign) == values.get("name")
        self.marks["本人签名" if signed else sign, marked.mark + (f"（{marked.reason}）" if marked.reason else "")] += 1

    def _put_parts(self, values: dict[str, Any], cell: Cell, row: int, column: int) -> None:
        """Move what stood in brackets behind a name to the remark, and a number glued to it to the staff number."""
        if not isinstance(cell, str) or cell == values["name"]:
            return
        parts = split_name(cell)
        if parts.code and "staff_no" not in self.layout.columns:
            values["staff_no"] = parts.code
            self.table.changed.append(Changed(self.place(row, column), show(cell), f"工号 {parts.code}"))
        if parts.remark:
            values[""] = parts.remark
            self.table.changed.append(Changed(self.place(row, column), show(cell), f"备注：{parts.remark}"))

    def _split_people(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        name = values.get("name")
        if isinstance(name, str) and self.context.answers.get(f"两人:{name}") == "是两个人":
            return [values | {"name": part} for part in split_pair(name)]
        return [values]

    def _spread(self, row: int, values: dict[str, Any]) -> Iterator[Row]:
        """Make one row per session. In a month matrix a blank is nothing at all: not every day has a session."""
        for column, words in self._wide:
            at = column.column
            made = {**values, **words}
            cell = self.grid.rows[row][at]
            marked = self._parse("mark", cell, row, at, values)
            if isinstance(marked, Marked):
                self._put_mark(made, marked, cell)
            elif marked is not _ABSENT:
                made["mark"] = marked
            if "mark" in made or (not column.day and not column.is_sparse and cell is None):
                yield self._make(row, made)

    def find_strays(self, rows: list[int]) -> Iterator[tuple[int, int, int]]:
        """List day columns the month does not have that hold marks: (column, day, how many)."""
        known = {column.column for column, _ in self._wide}
        for column, day in self.layout.days.items():
            count = sum(self.grid.rows[row][column] is not None for row in rows)
            if column not in known and count:
                yield column, day, count

    def list_questions(self) -> list[Finding]:
        found = []
        for doubts in self.doubts.values():
            doubt, place = doubts.doubt, doubts.place
            many = f"（共 {doubts.count} 处）" if doubts.count > 1 else ""
            message = f"{place}：{doubt.message}{many}"
            found.append(Finding(doubt.code, place, message, doubt.choices, doubt.key))
        return found


def show_value(value: Any) -> str:
    """Write a parsed value for the list of changes."""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return " ".join(_show_part(value, name) for name in getattr(value, "_fields", ())).strip()
    return str(value)


def _show_part(value: Any, name: str) -> str:
    part = getattr(value, name)
    if part in (None, "", "参加"):
        return ""
    if name.endswith("milli") and isinstance(part, int):
        return f"{part / MILLI:g}" if name != "full_milli" else f"（满分 {part / MILLI:g}）"
    return str(part.isoformat(timespec="minutes")) if hasattr(part, "isoformat") else str(part)
