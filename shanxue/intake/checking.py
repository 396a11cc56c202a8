"""From tables to a plan against the database: nothing is written, every line of the file is accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from .answers import (
    OUT_OF_FILE,
    AnswerBook,
    FileAnswers,
    leaves_out,
    mark_question,
    name_excluder,
)
from .drafts import Ledger, Outcome
from .models import Batch, RememberedAnswer
from .registry import Handler, open_registry
from .rules import Changed, Context, Finding, Kind, Place, Row, Skipped, Table, Workbook, name_column
from .tables import find_tables


@dataclass
class OpenQuestion:
    """A question and every line that waits for its answer."""

    finding: Finding
    lines: set[int] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)  # lines that ask by themselves, for （共 n 处）

    def write(self) -> Finding:
        found = self.finding
        if len(self.asked) < 2 or "（共 " in found.message:
            return found
        return replace(found, message=f"{found.message}（共 {len(self.asked)} 处）")


@dataclass
class TablePlan:
    """What becomes of one table. A *line* is one row of it (a person's row of a month matrix is one line)."""

    file: str
    table: Table
    kind: Kind
    answers: Mapping[str, str]
    mark: str = ""  # which file the questions about one line are about, where several files have such a sheet
    shown: list[dict[str, Any]] = field(default_factory=list)
    outcomes: dict[tuple[int, str], set[Outcome]] = field(default_factory=dict)
    reasons: dict[tuple[int, str], str] = field(default_factory=dict)  # why a data line was skipped or excluded
    changed: list[Changed] = field(default_factory=list)
    open: dict[str, OpenQuestion] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sheet(self) -> str:
        return self.table.sheet

    @property
    def questions(self) -> list[Finding]:
        return list_questions([self])

    def place(self, row: Row | None, name: str | None = None) -> Place:
        """Where a field of a row stands; without a row, the sheet."""
        if row is None:
            return Place(self.sheet)
        column = self.table.columns.get(name) if name else None
        if name is None or column is None:
            return Place(self.sheet, row.number)
        title = next((known.title for known in self.kind.fields if known.name == name), None)
        return Place(self.sheet, row.number, name_column(column), title)

    def get_fact(self, name: str) -> Any:
        """What is said above the table, unless the table has a column for it: an empty cell is not the title's."""
        return None if name in self.table.columns else self.table.facts.get(name)

    def settle(self, row: Row, outcome: Outcome, **shown: Any) -> None:
        """Say what one row became; ``shown`` is the row as accepted, for the clerk to look at."""
        self._mark(row, outcome)
        if outcome in ("added", "updated", "unchanged"):
            self.shown.append({"sheet": self.sheet, "row": row.number, **shown, "outcome": outcome})

    def skip(self, row: Row, reason: str, *, excluded: bool = False) -> None:
        self._mark(row, "excluded" if excluded else "skipped")
        self.reasons.setdefault(_identify(row), reason)

    def tidy(self, row: Row, name: str, before: str, after: str) -> None:
        self.changed.append(Changed(self.place(row, name), before, after))

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def ask(
        self,
        row: Row | None,
        name: str | None,
        code: str,
        sentence: str,
        choices: Sequence[str],
        key: str,
        *,
        lines: Iterable[int] = (),
        free: bool = False,
    ) -> str | None:
        """Return the answer already given, or keep the question. ``free``: an answer outside the choices is taken.

        Every row that asks with the same key waits for the one answer. ``lines`` are further rows that wait.
        """
        key = mark_question(key, self.mark)
        answer = self.answers.get(key)
        if answer and (free or answer in choices):
            return str(answer)
        place = self.place(row, name)
        question = self.open.setdefault(
            key, OpenQuestion(Finding(code, place, f"{place}：{sentence}", tuple(choices), key))
        )
        question.lines.update(lines)
        if row is not None:
            question.lines.add(row.number)
            question.asked.add(row.number)
            self._mark(row, "blocked")
        return None

    def stop(self, row: Row | None, name: str | None, code: str, sentence: str) -> None:
        """Keep a problem: nothing of the import is written until it is mended."""
        place = self.place(row, name)
        self.problems.append(Finding(code, place, f"{place}：{sentence}"))
        if row is not None:
            self._mark(row, "blocked")

    def state(self, finding: Finding, row: Row | None = None) -> None:
        """Keep a problem whose sentence is already whole."""
        self.problems.append(finding)
        if row is not None:
            self._mark(row, "blocked")

    def _mark(self, row: Row, outcome: Outcome) -> None:
        self.outcomes.setdefault(_identify(row), set()).add(outcome)

    def list_fates(self) -> dict[tuple[int, str], Outcome]:
        """What each line became; one that is partly new and partly known is an update."""
        return {line: _combine(outcomes) for line, outcomes in self.outcomes.items()}


def _identify(row: Row) -> tuple[int, str]:
    """Tell lines apart: two people may share a line of a sheet printed in two blocks."""
    return row.number, str(row.values.get("staff_no") or row.values.get("name") or row.values.get("unit") or "")


def _combine(outcomes: set[Outcome]) -> Outcome:
    if "blocked" in outcomes:
        return "blocked"
    real = outcomes - {"skipped", "excluded"}
    if not real:
        return "excluded" if "excluded" in outcomes else "skipped"
    return next(iter(real)) if len(real) == 1 else "updated"


@dataclass
class FilePlan:
    """What becomes of one file. ``refused``: it could not be read at all; ``same_as``: it is in already."""

    name: str
    sha256: str = ""
    sheets: tuple[str, ...] = ()
    tables: list[TablePlan] = field(default_factory=list)
    refused: str | None = None
    same_as: int | None = None
    notes: list[str] = field(default_factory=list)
    workbook: Workbook | None = None
    mark: str = ""


def list_questions(tables: Iterable[TablePlan]) -> list[Finding]:
    """List the questions of several tables, each once: one answer settles it wherever it is asked."""
    found: dict[str, Finding] = {}
    places: Counter[str] = Counter()
    for planned in tables:
        for key, question in planned.open.items():
            found.setdefault(key, question.write())
            places[key] += 1
    return [
        question if places[key] == 1 else replace(question, message=f"{question.message}（{places[key]} 张表都有）")
        for key, question in found.items()
    ]


@dataclass
class Desk:
    """One import on the table: the files, the answers, what is known so far, what would be written."""

    bureau_code: str
    bureau_name: str
    today: date
    answers: AnswerBook
    files: list[FilePlan]
    ledger: Ledger = field(default_factory=Ledger)
    rooms: dict[str, Any] = field(default_factory=dict)  # each room's own memory of this import

    @property
    def tables(self) -> list[TablePlan]:
        return [table for file in self.files for table in file.tables if file.same_as is None]

    @property
    def open_count(self) -> int:
        """How many files, questions (each once) and problems must be settled before the import can be written."""
        tables = [table for file in self.files for table in file.tables]
        refused = sum(1 for file in self.files if file.refused)
        return refused + len(list_questions(tables)) + sum(len(table.problems) for table in tables)

    @property
    def is_open(self) -> bool:
        return self.open_count > 0


Plan = Desk


def plan_import(
    bureau_code: str,
    workbooks: Sequence[Workbook],
    answers: Mapping[str, str],
    today: date,
    *,
    bureau_name: str = "",
    refused: Sequence[tuple[str, str]] = (),
) -> Plan:
    """Check files against the database, all together: a roster and the year's attendance may come in one go.

    ``refused`` names files that could not be read, with their sentences. Writes nothing.
    """
    desk, remembered = _open_files(bureau_code, workbooks, answers, today, bureau_name, refused)
    return _plan_files(desk, remembered)


def look_at_tables(
    bureau_code: str,
    workbooks: Sequence[Workbook],
    answers: Mapping[str, str],
    today: date,
    *,
    bureau_name: str = "",
    refused: Sequence[tuple[str, str]] = (),
) -> Plan:
    """Find the tables of files and which column is what, without comparing any row with what is stored."""
    return _open_files(bureau_code, workbooks, answers, today, bureau_name, refused)[0]


def _open_files(
    bureau_code: str,
    workbooks: Sequence[Workbook],
    answers: Mapping[str, str],
    today: date,
    bureau_name: str,
    refused: Sequence[tuple[str, str]],
) -> tuple[Desk, dict[str, str]]:
    desk, remembered = _open_desk(bureau_code, bureau_name, answers, today)
    registry = open_registry()
    width, people = registry.describe_known(desk)
    context = Context(year=None, today=today, code_width=width, people=people)
    for workbook, mark in zip(workbooks, mark_files(workbooks), strict=True):
        seen = FileAnswers(desk.answers, mark)
        desk.files.append(_open_file(desk, workbook, find_tables(workbook, registry.kinds, context, seen), mark))
    desk.files += [FilePlan(name, refused=sentence) for name, sentence in refused]
    return desk, remembered


def plan_tables(
    bureau_code: str,
    found: Sequence[tuple[Workbook, Sequence[Table]]],
    answers: Mapping[str, str],
    today: date,
    *,
    bureau_name: str = "",
) -> Plan:
    """Check tables that have been found already, by file."""
    desk, remembered = _open_desk(bureau_code, bureau_name, answers, today)
    for workbook, tables in found:
        desk.files.append(_open_file(desk, workbook, tables))
    return _plan_files(desk, remembered)


def _open_desk(
    bureau_code: str, bureau_name: str, answers: Mapping[str, str], today: date
) -> tuple[Desk, dict[str, str]]:
    remembered = dict(RememberedAnswer.objects.filter(bureau_code=bureau_code).values_list("question", "answer"))
    return Desk(bureau_code, bureau_name, today, AnswerBook(remembered | dict(answers)), []), remembered


def _plan_files(desk: Desk, remembered: Mapping[str, str]) -> Plan:
    handlers = open_registry().handlers.values()
    for handler in handlers:
        _plan_kind(desk, handler)
    for handler in handlers:
        if handler.finish is not None and any(table.kind is handler.kind for table in desk.tables):
            handler.finish(desk)
    for file in desk.files:
        _account(file)
    _remember_answers(desk, remembered)
    return desk


def mark_files(workbooks: Sequence[Workbook]) -> list[str]:
    """Give each file a mark for the questions about its lines; none is needed where no other has such a sheet."""
    files = [{sheet.name for sheet in workbook.sheets} for workbook in workbooks]
    common = Counter(name for names in files for name in names)
    return [
        f"@{workbook.name}" if any(common[name] > 1 for name in names) else ""
        for workbook, names in zip(workbooks, files, strict=True)
    ]


def _open_file(desk: Desk, workbook: Workbook, tables: Sequence[Table], mark: str = "") -> FilePlan:
    registry = open_registry()
    file = FilePlan(
        workbook.name,
        workbook.sha256,
        tuple(sheet.name for sheet in workbook.sheets),
        notes=list(workbook.notes),
        workbook=workbook,
        mark=mark,
    )
    file.same_as = _find_same(desk, file)
    for table in tables:
        handler = registry.handlers.get(table.kind)
        kind = handler.kind if handler else Kind(table.kind, table.kind or "认不出的表", ())
        planned = TablePlan(workbook.name, table, kind, FileAnswers(desk.answers, mark), mark)
        planned.changed += table.changed
        planned.notes += table.notes
        planned.problems += table.problems
        for number, finding in enumerate(table.questions):
            key = mark_question(finding.answer_key, mark) or f"{finding.code}:{number}"
            finding = replace(finding, answer_key=mark_question(finding.answer_key, mark))
            lines = {finding.place.row} if finding.place.row else set()
            known = planned.open.setdefault(key, OpenQuestion(finding))
            known.lines |= lines
        file.tables.append(planned)
    return file


def _find_same(desk: Desk, file: FilePlan) -> int | None:
    """Find the batch that holds the same file already; 0 for a file that came twice in this very import."""
    twin = next((other for other in desk.files if other.sha256 == file.sha256), None)
    if twin is not None:
        file.notes.append(f"与“{twin.name}”内容完全相同，只读一份。")
        return 0
    batch = (
        Batch.objects.filter(bureau_code=desk.bureau_code, sha256=file.sha256, undone_at=None).order_by("id").first()
    )
    if batch is None:
        return None
    day = batch.at.astimezone()
    file.notes.append(f"这份文件 {day.month}月{day.day}日 已导入（批次 {batch.id}），内容相同，没有变化。")
    return batch.id


def _plan_kind(desk: Desk, handler: Handler) -> None:
    for index, file in enumerate(desk.files):
        desk.ledger.source = index
        for planned in file.tables:
            if planned.kind is not handler.kind:
                continue
            if file.same_as is not None:
                _leave_unchanged(planned)
            else:
                _plan_table(planned, desk, handler)


def _leave_unchanged(planned: TablePlan) -> None:
    planned.open.clear()
    planned.problems.clear()
    for row in planned.table.rows:
        planned.settle(row, "unchanged", **{name: write_value(value) for name, value in row.values.items()})


def _plan_table(planned: TablePlan, desk: Desk, handler: Handler) -> None:
    waiting = {line for question in planned.open.values() for line in question.lines}
    waiting |= {problem.place.row for problem in planned.problems if problem.place.row}
    for row in planned.table.rows:
        for key in (mark_question(key, planned.mark) for key in row.waits):
            if key in planned.open:
                planned.open[key].lines.add(row.number)
                waiting.add(row.number)
    out = {row.number for row in planned.table.rows if leaves_out(planned.answers, planned.sheet, row.number)}
    kept = [row for row in planned.table.rows if row.number not in waiting | out]
    for row in planned.table.rows:
        if row.number in out:
            planned.skip(row, name_excluder(planned.answers, planned.sheet, row.number), excluded=True)
        elif row.number in waiting:
            planned._mark(row, "blocked")
    planned.problems = [
        problem for problem in planned.problems if problem.place.row not in out or not problem.place.row
    ]
    planned.open = {
        key: question for key, question in planned.open.items() if not question.lines or question.lines - out
    }
    planned.table.rows = kept
    plan_row = handler.prepare(planned, desk)
    for row in kept:
        plan_row(row)


def write_value(value: Any) -> Any:
    """Write a parsed value for JSON: dates in ISO form, words and numbers as they are."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _account(file: FilePlan) -> None:
    """See to it that no line of a sheet that holds a table is left without a fate."""
    if file.workbook is None:
        return
    for sheet in file.workbook.sheets:
        tables = [planned for planned in file.tables if planned.sheet == sheet.name]
        if not tables:
            continue
        known = {number for planned in tables for number, _ in planned.outcomes}
        known |= {skip.row for planned in tables for skip in planned.table.skipped}
        known |= {number for planned in tables for number in planned.table.header_rows}
        for number, cells in enumerate(sheet.rows, start=1):
            if number not in known:
                empty = all(cell is None or str(cell).strip() == "" for cell in cells)
                reason = "空行" if empty else "没有可读的内容"
                tables[0].table.skipped.append(Skipped(sheet.name, number, reason))


def _remember_answers(desk: Desk, remembered: Mapping[str, str]) -> None:
    """Keep answers that were used and that hold beyond this file (those about one line do not)."""
    drafts = desk.ledger.load(RememberedAnswer, ("question", "answer"), bureau_code=desk.bureau_code)
    known = {draft.values["question"]: draft for draft in drafts}
    for question in sorted(desk.answers.used):
        answer = desk.answers[question]
        if not answer or remembered.get(question) == answer or question.split(":")[0] in OUT_OF_FILE:
            continue
        if question in known:
            desk.ledger.change(known[question], answer=answer)
        else:
            desk.ledger.create(RememberedAnswer, bureau_code=desk.bureau_code, question=question, answer=answer)
