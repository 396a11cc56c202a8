"""Reading one table whose header is known: rows, samples, continuations, totals, colours, leading zeros."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shanxue.intake.blocks import find_gaps
from shanxue.intake.columns import Layout, settle_rivals
from shanxue.intake.headers import PRIVATE, Grid, is_serial
from shanxue.intake.lines import TOTAL, Line, judge_sample
from shanxue.intake.rows import RowReader
from shanxue.intake.rules import Changed, Context, Finding, Place, Row, Sheet, Skipped, Table, name_column
from shanxue.intake.values_marks import read_legend
from shanxue.intake.values_people import parse_code, restore_zeros
from shanxue.intake.values_text import show

SAME, NOT_SAME = "是同一个人", "不是同一个人"
REAL, SAMPLE = "是真实人员", "是示例"
FILL, KEEP = "补齐", "不补"


class WithLegend(dict[str, str]):
    """Answers with the table's own legend behind them; asking goes on to the answers, which may count what is used."""

    def __init__(self, answers: Mapping[str, str], legend: Mapping[str, str]) -> None:
        super().__init__(legend)
        self._answers = answers

    def get(self, key: str, default: Any = None) -> Any:
        found = self._answers.get(key)
        return super().get(key, default) if found is None else found


@dataclass
class TableReader:
    grid: Grid
    layout: Layout
    context: Context
    table: Table
    lines: Mapping[int, Line]
    _waiting: list[tuple[int, int]] = field(default_factory=list)  # (line, line above) of blank ids

    def read(self) -> None:
        table, name = self.table, self.grid.sheet.name
        first = self.layout.header.rows[-1] + 1 if self.layout.header.rows else min(self.lines, default=0)
        findings, notes = settle_rivals(name, self.grid, self.layout, self.context.answers, first)
        table.questions += findings
        table.notes += [*self.grid.sheet.notes, *notes]
        table.columns = dict(self.layout.columns)
        table.unread, table.unread_keys = list_unread(self.layout, self.grid.sheet)
        table.mark_columns = len(self.layout.days) or len(self.layout.sessions)
        if self.layout.days and not self._know_month():
            return
        legend = self._read_legend()
        if legend:
            self.context = replace(self.context, answers=WithLegend(self.context.answers, legend))
        reader = RowReader(self.grid, self.layout, self.context, table, first)
        self._read_lines(reader)
        table.questions += reader.list_questions()
        self._check_required(reader)
        self._ask_continuations(reader)
        self._restore_zeros()
        self._check_sessions(reader)
        self._note(reader)

    def _know_month(self) -> bool:
        """See that a month matrix says its month; else ask, and leave its lines waiting."""
        facts, name = dict(self.table.facts), self.grid.sheet.name
        answer = self.context.answers.get(f"行:月份:{name}", "")
        if answer:
            year, month = answer.split("-")
            facts |= {"year": int(year), "month": int(month)}
        if "month" in facts and "year" not in facts and self.context.year is not None:
            facts["year"] = self.context.year
        self.table.facts = facts
        if "year" in facts and "month" in facts:
            return True
        years = (facts["year"],) if "year" in facts else (self.context.year or self.context.today.year,)
        months = (facts["month"],) if "month" in facts else range(1, 13)
        choices = tuple(f"{year}-{month:02d}" for year in years for month in months)
        message = f"「{name}」没有写明是哪一年哪一月，请选择。"
        self.table.questions.append(Finding("which_month", Place(name), message, choices, f"行:月份:{name}"))
        self._skip_all("等待回答年月")
        return False

    def _skip_all(self, reason: str) -> None:
        self.table.skipped += [
            Skipped(self.grid.sheet.name, row + 1, line.reason or reason) for row, line in self.lines.items()
        ]

    def _read_legend(self) -> dict[str, str]:
        """Read the signs a line above or below the data explains."""
        legend: dict[str, str] = {}
        top = self.layout.header.rows[0] if self.layout.header.rows else 0
        begun = min((s.row - 1 for s in self.table.skipped), default=0)
        noted = [row for row, line in self.lines.items() if line.reason]
        for row in [*range(begun, top), *noted]:
            text = " ".join(show(self.grid.rows[row][column]) for column in self.grid.filled(row))
            legend |= {f"标记:{sign}": word for sign, word in read_legend(text).items()}
        return legend

    def _read_lines(self, reader: RowReader) -> None:
        group, since = "", 0
        first_data = True
        before: Row | None = None
        stacked: list[tuple[int, Row]] = []  # (block, row): the blocks of a printed sheet follow one another
        for row, line in sorted(self.lines.items()):
            if line.group:
                group = line.group if "unit" not in self.layout.columns else ""
            if line.reason:
                self._skip(row, line.reason)
                if line.reason == TOTAL:
                    whole = show(self.grid.rows[row][self.grid.filled(row)[0]])
                    counted = {row.number for _, row in stacked} if len(self.layout.offsets) == 1 else stacked
                    self._compare_heads(row, line.heads, len(counted) - (since if "小计" in whole else 0))
                    since = len(counted)
                continue
            if first_data:
                sample = self._settle_sample(row)
                if sample:
                    self._skip(row, sample)
                    continue
                first_data = False
            rows = reader.read(row, group)
            if not rows:
                self._skip(row, "这一行没有标记" if self.layout.days else "没有可读的内容")
                continue
            rows = self._continue_person(rows, before, reader)
            if rows:
                stacked += zip(reader.blocks, rows, strict=True)
                before = rows[0]
            else:
                self._skip(row, "编号为空，等待回答")
        self.table.rows += [row for _, row in sorted(stacked, key=lambda item: item[0])]

    def _skip(self, row: int, reason: str) -> None:
        self.table.skipped.append(Skipped(self.grid.sheet.name, row + 1, reason))

    def _settle_sample(self, row: int) -> str:
        """Tell whether a first line is a sample: the reason to skip it, or "" for a person."""
        verdict = judge_sample(self.grid, self.layout, row, self.context.people)
        if verdict != "maybe":
            return "示例行" if verdict else ""
        name, key = self.grid.sheet.name, f"行:示例:{self.grid.sheet.name}:{row + 1}"
        answer = self.context.answers.get(key)
        if answer in (REAL, SAMPLE):
            return "示例行" if answer == SAMPLE else ""
        who = show(self.grid.rows[row][self.layout.columns["name"]]) if "name" in self.layout.columns else ""
        message = f"「{name}」第 {row + 1} 行像示例（{who}），是真实人员吗？"
        self.table.questions.append(Finding("sample", Place(name, row + 1), message, (REAL, SAMPLE), key))
        return "像示例，等待回答"

    def _continue_person(self, rows: list[Row], before: Row | None, reader: RowReader) -> list[Row]:
        """Deal with a line that names nobody: by the answer, the person above; unanswered it waits (no rows)."""
        ids = [name for name in ("staff_no", "name") if name in self.layout.columns]
        values = rows[0].values
        if not ids or before is None or any(name in values for name in ids):
            return rows
        answer = self.context.answers.get(self._continue_key())
        if answer == SAME:
            person = {key: before.values[key] for key in ("staff_no", "name", "unit") if key in before.values}
            return [replace(row, values=person | row.values) for row in rows]
        if answer == NOT_SAME or any(p.place.row == rows[0].number for p in self.table.problems):
            return rows
        if any(doubts.place.row == rows[0].number for doubts in reader.doubts.values()):
            return rows
        self._waiting.append((rows[0].number, before.number))
        return []

    def _continue_key(self) -> str:
        return f"行:续行:{self.grid.sheet.name}"

    def _ask_continuations(self, reader: RowReader) -> None:
        if not self._waiting:
            return
        number, above = self._waiting[0]
        column = next(self.layout.columns[name] for name in ("staff_no", "name") if name in self.layout.columns)
        many = f"（共 {len(self._waiting)} 处）" if len(self._waiting) > 1 else ""
        name = self.grid.sheet.name
        message = f"「{name}」第 {number} 行{reader.caption(column)}为空，是与第 {above} 行同一个人吗？{many}"
        place = Place(name, number, name_column(column), reader.caption(column))
        self.table.questions.append(Finding("continuation", place, message, (SAME, NOT_SAME), self._continue_key()))

    def _check_required(self, reader: RowReader) -> None:
        """Stop at a required cell that is empty (unless it is already spoken of)."""
        spoken = {(p.place.row, p.place.column) for p in self.table.problems}
        doubted = {d.place.row for d in reader.doubts.values() if d.count == 1}
        many = {d.doubt.key for d in reader.doubts.values() if d.count > 1}
        for item in self.layout.kind.fields:
            column = self.layout.columns.get(item.name)
            if not item.required or column is None or (many and item.name != "name"):
                continue
            for row in self.table.rows:
                if item.name in row.values or row.number in doubted or len(self.layout.offsets) > 1:
                    continue
                place = reader.place(row.number - 1, column)
                if (place.row, place.column) not in spoken:
                    spoken.add((place.row, place.column))
                    self.table.problems.append(Finding("empty_cell", place, f"{place}：没有填。请补上。"))

    def _compare_heads(self, row: int, heads: int | None, read: int) -> None:
        if heads is None:
            return
        if "小计" not in show(self.grid.rows[row][self.grid.filled(row)[0]]):
            self.table.stated_total = heads
        key = f"行:合计:{self.grid.sheet.name}:{row + 1}"
        choice = f"按读到的 {read} 行"
        if heads != read and self.context.answers.get(key) != choice:
            place = Place(self.grid.sheet.name, row + 1)
            message = f"{place}：合计写 {heads}，读到 {read} 行，请核对。"
            self.table.questions.append(Finding("total_differs", place, message, (choice,), key))

    def _restore_zeros(self) -> None:
        """Ask whether codes that lost their leading zeros get them back, once per column."""
        for item in self.layout.kind.fields:
            if item.name not in self.layout.columns or not (item.parse is parse_code or item.name == "staff_no"):
                continue
            codes = [row.values[item.name] for row in self.table.rows if isinstance(row.values.get(item.name), str)]
            width = find_width(codes, self.context.code_width if item.name == "staff_no" else None)
            short = {code: full for code in codes if width and (full := restore_zeros(code, width))}
            if short and width:
                self._settle_zeros(item.name, width, short)

    def _settle_zeros(self, name: str, width: int, short: Mapping[str, str]) -> None:
        column, sheet = self.layout.columns[name], self.grid.sheet.name
        key = f"补零:{width}"
        answer = self.context.answers.get(key)
        place = Place(sheet, None, name_column(column), self.layout.header.title(column))
        rows = [row for row in self.table.rows if row.values.get(name) in short]
        if answer == FILL:
            for row in rows:
                before = row.values[name]
                row.values[name] = short[before]
                self.table.changed.append(Changed(replace(place, row=row.number), before, short[before]))
        elif answer != KEEP:
            code, full = next(iter(short.items()))
            count = len({row.number for row in rows})
            title = self.layout.header.title(column)
            where = f"「{sheet}」{name_column(column)} 列{title}"
            message = f"{where}少了前导零，按 {width} 位补齐吗？（{code} → {full}，共 {count} 处）"
            self.table.questions.append(Finding("leading_zeros", place, message, (FILL, KEEP), key))

    def _check_sessions(self, reader: RowReader) -> None:
        """Stop at marks on a day the month does not have, and at session columns without a day."""
        name, facts = self.grid.sheet.name, self.table.facts
        rows = [row for row, line in self.lines.items() if not line.reason]
        for column, day, count in reader.find_strays(rows):
            place = Place(name, None, name_column(column))
            message = f"{place}是 {facts['month']} 月 {day} 日，没有这一天，但有 {count} 个标记。请改正。"
            self.table.problems.append(Finding("no_such_day", place, message))
        seen: dict[tuple[object, str, str], int] = {}
        for session in self.layout.sessions:
            if session.on is not None:
                first = seen.setdefault((session.on, session.topic, session.session_kind), session.column)
                if first != session.column:
                    place = Place(name, self.layout.header.rows[-1] + 1, name_column(session.column))
                    both = f"{name_column(first)} 列和 {name_column(session.column)} 列"
                    message = (
                        f"「{name}」{both}都是 {session.on.isoformat()}，分不清是哪一次。请在列名里写明日期和内容。"
                    )
                    self.table.problems.append(Finding("same_session", place, message))
            if session.lacks_year:
                self._ask_year(session.column)
            elif session.on is None and "on" not in facts:
                place = Place(name, self.layout.header.rows[-1] + 1, name_column(session.column))
                title = self.layout.header.title(session.column)
                where = f"「{name}」{name_column(session.column)} 列“{title}”"
                message = f"{where}没有写日期。请在列名里写上日期，如“3月5日 主题党日”。"
                self.table.problems.append(Finding("no_date", place, message))

    def _ask_year(self, column: int) -> None:
        """Ask once which year the days in the header belong to."""
        if any(finding.code == "no_year" for finding in self.table.questions):
            return
        name, title, today = self.grid.sheet.name, self.layout.header.title(column), self.context.today
        message = f"「{name}」{name_column(column)} 列“{title}”没有写年份，是哪一年？"
        place = Place(name, self.layout.header.rows[-1] + 1, name_column(column))
        years = tuple(f"{today.year - back}年" for back in (0, 1))
        self.table.questions.append(Finding("no_year", place, message, years, "行:年份"))

    def _note(self, reader: RowReader) -> None:
        """Say what the clerk should know and need not answer."""
        table, sheet = self.table, self.grid.sheet
        if reader.marks:
            counts = "，".join(
                f"{sign} → {mark}（{n} 处）" for (sign, mark), n in reader.marks.most_common() if sign != mark
            )
            table.notes += [f"标记：{counts}。"] if counts else []
        coloured = self._count_coloured()
        if coloured:
            table.notes.append(f"「{sheet.name}」有 {coloured} 个单元格只用颜色区分，颜色读不出来，请写成文字。")
        table.notes += [
            f"「{sheet.name}」{name_column(column)} 列是嵌入图片，不读取。" for column in sorted(sheet.images)
        ]
        hidden = sorted({row.number for row in table.rows if row.hidden})
        if hidden:
            shown = "、".join(map(str, hidden[:10])) + ("等" if len(hidden) > 10 else "")
            table.notes.append(f"「{sheet.name}」第 {shown} 行是隐藏或筛选掉的，已经读取（共 {len(hidden)} 行）。")
        serials = [number for block in reader.serials for number in block]
        if len(self.layout.offsets) > 1 and (gaps := find_gaps(sorted(serials))):
            words = "，".join(f"{a} 之后是 {b}" for a, b in gaps[:3])
            table.notes.append(f"「{sheet.name}」序号不连续：{words}。请核对是否少了人。")

    def _count_coloured(self) -> int:
        """Count empty coloured cells where a mark could stand; whole coloured lines and columns are only decoration."""
        columns = set(self.layout.days) | {session.column for session in self.layout.sessions}
        columns |= {self.layout.columns[name] for name in ("mark",) if name in self.layout.columns}
        rows = {row for row, line in self.lines.items() if not line.reason}
        cells = [(row, column) for row, column in self.grid.sheet.coloured if column in columns and row in rows]
        by_row, by_column = Counter(row for row, _ in cells), Counter(column for _, column in cells)
        empty_in_column = {c: sum(self.grid.rows[row][c] is None for row in rows) for c in by_column}
        full_rows = {row for row, n in by_row.items() if len(columns) > 1 and n == len(columns)}
        full = {
            c
            for c, n in by_column.items()
            if len(columns) > 1 and len(rows) > 2 and n == empty_in_column[c] == len(rows)
        }
        return sum(row not in full_rows and column not in full for row, column in cells)


def list_unread(layout: Layout, sheet: Sheet) -> tuple[list[str], dict[str, str]]:
    """List the headers of columns that are not read, and for those that may be named the key of the answer."""
    used, header = layout.used, layout.header
    columns = [
        c
        for c, path in enumerate(header.paths)
        if path and c not in used and not is_serial(path[-1]) and c not in sheet.images
    ]
    keys = {
        header.title(c): f"列名:{names[0]}"
        for c in columns
        if (names := header.names(c)) and not PRIVATE.search("".join(header.paths[c]))
    }
    return [header.title(c) for c in columns], keys


def find_width(codes: list[str], known: int | None) -> int | None:
    """Say how many digits codes have: as known, or as those in the same column that kept a leading zero."""
    if known is not None:
        return known
    kept = {len(code) for code in codes if code.startswith("0") and code.isdigit() and len(code) > 1}
    if len(kept) != 1:
        return None
    width = kept.pop()
    return width if all(len(code) <= width for code in codes) else None
