"""Which kind of table a header belongs to, and which column is which field (ux D cases 7, 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shanxue.intake.blocks import find_blocks
from shanxue.intake.headers import PRIVATE, Grid, Header, Vocabulary, build_header, is_serial, list_depths, plain_header
from shanxue.intake.matrix import SessionColumn, find_month_days, find_sessions
from shanxue.intake.rules import Context, Field, Finding, Kind, Place, name_column
from shanxue.intake.values_dates import read_year

FACT_FIELDS = frozenset({"topic", "on", "unit", "session_kind", "place", "year", "month"})  # stand in for a column


@dataclass
class Layout:
    """A header read as one kind of table."""

    kind: Kind
    header: Header
    columns: dict[str, int] = field(default_factory=dict)
    rivals: dict[str, list[int]] = field(default_factory=dict)  # field → columns that claim it alike
    sessions: list[SessionColumn] = field(default_factory=list)
    days: dict[int, int] = field(default_factory=dict)
    offsets: list[int] = field(default_factory=lambda: [0])
    serial: int | None = None
    missing: frozenset[str] = frozenset()
    need: int = 0  # how many fields the satisfied need has
    is_marked: bool = False  # a word in title or sheet name speaks for the kind
    is_tied: list[Kind] = field(default_factory=list)

    @property
    def fields(self) -> set[str]:
        wide = {"on", "mark"} if self.days or self.sessions else set()
        return self.columns.keys() | wide

    @property
    def score(self) -> tuple[float, int]:
        return len(self.fields) + 1.5 * self.is_marked + (2 if self.days or self.sessions else 0), self.need

    @property
    def used(self) -> set[int]:
        base = set(self.columns.values()) | ({self.serial} if self.serial is not None else set())
        moved = {column + offset for column in base for offset in self.offsets}
        return moved | set(self.days) | {session.column for session in self.sessions}


def match_columns(
    kind: Kind, header: Header, vocabulary: Vocabulary, context: Context, facts: Mapping[str, Any]
) -> Layout:
    """Read a header as a given kind of table."""
    layout = Layout(kind, header)
    claims = _collect_claims(kind, header, vocabulary)
    end = len(header.paths)
    if "name" in claims:
        layout.offsets, end = find_blocks(header, [column for column, _ in sorted(claims["name"])])
    for name, found in claims.items():
        inside = [(column, rank) for column, rank in found if column < end]
        best = min((rank for _, rank in inside), default=None)
        columns = [column for column, rank in inside if rank == best]
        if columns:
            layout.columns[name] = columns[0]
            if len(columns) > 1:
                layout.rivals[name] = columns
    layout.serial = next((c for c, path in enumerate(header.paths[:end]) if path and is_serial(path[-1])), None)
    if {"on", "mark"} <= {item.name for item in kind.fields} and "mark" not in layout.columns:
        taken = {column for found in claims.values() for column, _ in found}
        layout.days = find_month_days(header, taken | ({layout.serial} if layout.serial is not None else set()))
        if not layout.days and "on" not in layout.columns:
            layout.sessions = find_sessions(header, taken, facts.get("year") or read_year(context))
    _judge(layout, facts)
    return layout


def _collect_claims(kind: Kind, header: Header, vocabulary: Vocabulary) -> dict[str, list[tuple[int, int]]]:
    """List for each field the columns that claim it, with rank 0 for the plainest claim."""
    claims: dict[str, list[tuple[int, int]]] = {}
    table = vocabulary.words[kind.code]
    for column, path in enumerate(header.paths):
        if not path or PRIVATE.search("".join(path)):
            continue
        for rank, name in enumerate(header.names(column)[:2]):
            found = vocabulary.find(kind, name)
            if found:
                claims.setdefault(found, []).append((column, rank + (0 if name in table else 2)))
                break
    return claims


def _judge(layout: Layout, facts: Mapping[str, Any]) -> None:
    """See which need of the kind is met; else what the nearest one lacks."""
    known = {item.name for item in layout.kind.fields}
    there = layout.fields | (facts.keys() & known & FACT_FIELDS)
    must = frozenset(item.name for item in layout.kind.fields if item.required)
    needs = [need | must for need in layout.kind.needs] or [must or frozenset(known)]
    met = [need for need in needs if need <= there and need & layout.fields]
    layout.need = max((len(need) for need in met), default=0)
    if not met:
        layout.missing = min((need - there or need for need in needs), key=len)
    words = f"{facts.get('title', '')}{facts.get('sheet', '')}"
    layout.is_marked = any(word in words for word in layout.kind.marks)


def choose_layout(layouts: Sequence[Layout], answer: str) -> Layout | None:
    """Choose among the layouts that lack nothing; note the other kinds that fit as well."""
    whole = [layout for layout in layouts if not layout.missing]
    for layout in whole:
        if layout.kind.title == answer:
            return layout
    if not whole:
        return None
    best = max(whole, key=lambda layout: layout.score)
    best.is_tied = [other.kind for other in whole if other.score == best.score and other.kind is not best.kind]
    return best


def read_layouts(
    grid: Grid, top: int, vocabulary: Vocabulary, context: Context, facts: Mapping[str, Any]
) -> list[Layout]:
    """Read a line as the top of a header of every kind, with the depth its merged areas suggest first."""
    layouts: list[Layout] = []
    for depth in list_depths(grid, top):
        header = build_header(grid, top, depth)
        found = [match_columns(kind, header, vocabulary, context, facts) for kind in vocabulary.kinds]
        if any(not layout.missing for layout in found):
            return found
        layouts += found
    return layouts


def describe_missing(sheet: str, layout: Layout) -> Finding:
    """Say which column was not found, and which columns there are."""
    titles = {item.name: item.title for item in layout.kind.fields}
    lacking = "".join(f"“{titles[item.name]}”" for item in layout.kind.fields if item.name in layout.missing)
    row = layout.header.rows[-1] + 1
    seen = "、".join(
        layout.header.title(column) for column in range(len(layout.header.paths)) if layout.header.paths[column]
    )
    return Finding(
        "missing_column",
        Place(sheet, row),
        f"「{sheet}」没有找到{lacking}列。第 {row} 行的列名是：{seen}。请改正列名，或补上这一列。",
    )


def describe_rivals(sheet: str, layout: Layout, name: str) -> Finding:
    """Ask which of several columns is meant."""
    columns = layout.rivals[name]
    title = next(item.title for item in layout.kind.fields if item.name == name)
    words = tuple(write_column(layout.header, column) for column in columns)
    message = f"「{sheet}」{'和 '.join(words)}都像{title}，用哪一列？"
    return Finding("rival_columns", Place(sheet, layout.header.rows[-1] + 1), message, words, rival_key(layout, name))


def _rank_word(item: Field, title: str) -> int:
    """Where a header stands in a field's list of words; behind them all when it is only like one."""
    words = [plain_header(word) for word in (item.title, *item.synonyms)]
    plain = plain_header(title)
    return words.index(plain) if plain in words else len(words)


def rival_key(layout: Layout, name: str) -> str:
    words = "|".join(plain_header(layout.header.title(column)) for column in layout.rivals[name])
    return f"选列:{name}:{words}"


def write_column(header: Header, column: int) -> str:
    """Write D 列“工作证号”."""
    return f"{name_column(column)} 列“{header.title(column)}”"


def settle_rivals(
    sheet: str, grid: Grid, layout: Layout, answers: Mapping[str, str], first: int
) -> tuple[list[Finding], list[str]]:
    """Settle fields that several columns claim: by an answer, by contents, else by a question.

    Columns that hold the same, or of which only one holds anything, need no question. A field that no need names
    (备注) takes the first column that holds something, and the others are noted.
    """
    findings, notes = [], []
    needed = frozenset().union(*layout.kind.needs) | {item.name for item in layout.kind.fields if item.required}
    for name, columns in list(layout.rivals.items()):
        contents = {column: [row[column] for row in grid.rows[first:]] for column in columns}
        filled = [column for column in columns if any(cell is not None for cell in contents[column])] or columns[:1]
        layout.columns[name] = filled[0]
        answer = answers.get(rival_key(layout, name), "")
        chosen = [column for column in columns if answer and write_column(layout.header, column) == answer]
        if chosen:
            layout.columns[name] = chosen[0]
        elif len(filled) > 1 and any(contents[column] != contents[filled[0]] for column in filled):
            item = next(item for item in layout.kind.fields if item.name == name)
            if item.first_wins:
                filled.sort(key=lambda column: _rank_word(item, layout.header.title(column)))
                layout.columns[name] = filled[0]
            if not item.first_wins and (name in needed or name in ("name", "staff_no")):
                findings.append(describe_rivals(sheet, layout, name))
            else:
                words = "、".join(write_column(layout.header, column) for column in filled[1:])
                notes.append(f"「{sheet}」{words}与{write_column(layout.header, filled[0])}是同一项，没有读取。")
    return findings, notes
