"""Every unit × every obligation on one page (ux K1): which turn a cell shows, and how rows are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shanxue.base.lights import Light
from shanxue.plans.rules import RemarkKind
from shanxue.plans.rules.settling import Settled
from shanxue.plans.rules.subjects import Subject
from shanxue.plans.rules.versions import Rule

PRESSING = {Light.LATE: 0, Light.NEAR: 1, Light.NONE: 2, Light.FINE: 3, Light.PAUSED: 4}
KIND_ORDER = ("党支部", "党委", "党总支", "党小组", "部门", "局")


@dataclass(frozen=True)
class Row:
    """One unit; ``cells`` in the order of the section's columns, ``None`` where nothing is asked."""

    subject: Subject
    cells: tuple[Settled | None, ...]
    light: Light
    next_on: date | None

    @property
    def asks(self) -> bool:
        return any(cell is not None and cell.asks for cell in self.cells)

    @property
    def has_no_record(self) -> bool:
        return any(cell is not None and cell.light == Light.NONE for cell in self.cells)


@dataclass(frozen=True)
class Section:
    """The units of one kind and what is asked of them: ``columns`` are (line, title)."""

    kind: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Board:
    """``counts``: how many units stand at each light, by the most pressing of their duties."""

    sections: tuple[Section, ...]
    counts: Mapping[Light, int]

    @property
    def rows(self) -> list[Row]:
        return [row for section in self.sections for row in section.rows]


def is_explained(settled: Settled) -> bool:
    return any(remark.kind == RemarkKind.EXPLANATION for remark in settled.remarks)


def pick_turn(turns: Sequence[Settled]) -> Settled:
    """Of one obligation's turns (the oldest first) pick the one that matters: the first that still asks something
    and was not explained, else the current one.
    """
    for turn in turns[:-1]:
        if turn.asks and not is_explained(turn):
            return turn
    return turns[-1]


def group_turns(settled: Iterable[Settled]) -> dict[str, list[Settled]]:
    """Group by line; the shares of a cycle and the cycle are lines of their own, deadlines of events too."""
    lines: dict[str, list[Settled]] = {}
    for one in settled:
        lines.setdefault(name_line(one), []).append(one)
    for turns in lines.values():
        if len(turns) > 1:
            turns.sort(key=lambda turn: turn.duty.slot.period.from_on)
    return lines


def name_line(settled: Settled) -> str:
    return settled.duty.line + settled.duty.slot.tag[8:]


def pick_shown(settled: Iterable[Settled]) -> list[Settled]:
    """Pick the turn that matters of each line, the most pressing first, then by day."""
    shown = [pick_turn(turns) for turns in group_turns(settled).values()]
    return sorted(shown, key=lambda one: (PRESSING[one.light], one.last_on, one.duty.key))


def build_board(subjects: Sequence[Subject], rules: Sequence[Rule], settled: Iterable[Settled]) -> Board:
    """Lay units and obligations out by kind of unit. Every unit has a row, also one of which nothing is asked."""
    turns = group_turns(settled)
    sections = []
    kinds = sorted({subject.unit_kind for subject in subjects}, key=_rank_kind)
    for kind in kinds:
        own = [rule for rule in rules if kind in rule.obligation.who.unit_kinds]
        columns = _name_columns(own)
        rows = tuple(_build_row(one, columns, turns) for one in subjects if one.unit_kind == kind)
        sections.append(Section(kind, columns, rows))
    counts = Counter(row.light for section in sections for row in section.rows)
    return Board(tuple(sections), {light: counts[light] for light in Light})


def build_grid(subjects: Sequence[Subject], rules: Sequence[Rule], settled: Iterable[Settled]) -> Section:
    """Lay people and obligations out: one row each, one column per obligation that is asked of anybody here (ux S6)."""
    turns = group_turns(settled)
    asked = {one.duty.rule.line for found in turns.values() for one in found}
    columns = _name_columns([rule for rule in rules if rule.line in asked])
    return Section("", columns, tuple(_build_row(one, columns, turns) for one in subjects))


def _name_columns(rules: Sequence[Rule]) -> tuple[tuple[str, str], ...]:
    """Name each column by its obligation; where two institutions ask the same, by the institution too."""
    titles = Counter(rule.obligation.title for rule in rules)
    return tuple(
        (
            rule.line,
            f"{rule.obligation.title}（{rule.title}）" if titles[rule.obligation.title] > 1 else rule.obligation.title,
        )
        for rule in rules
    )


def _rank_kind(kind: str) -> tuple[int, str]:
    return (KIND_ORDER.index(kind) if kind in KIND_ORDER else len(KIND_ORDER), kind)


def _build_row(subject: Subject, columns: Sequence[tuple[str, str]], turns: Mapping[str, list[Settled]]) -> Row:
    cells = []
    for line, _title in columns:
        name = f"{line}/{subject.key}"
        found = turns.get(name) or turns.get(f"{name}y") or turns.get(f"{name}c")
        cells.append(pick_turn(found) if found else None)
    days = [cell.last_on for cell in cells if cell is not None and cell.light in (Light.NEAR, Light.LATE, Light.NONE)]
    return Row(subject, tuple(cells), find_row_light(cells), min(days) if days else None)


def find_row_light(cells: Iterable[Settled | None]) -> Light:
    """The most pressing light of a row: 无记录 only when nothing at all is known, 暂停 only when all is paused."""
    lights = {cell.light for cell in cells if cell is not None}
    for light in (Light.LATE, Light.NEAR):
        if light in lights:
            return light
    if lights == {Light.PAUSED}:
        return Light.PAUSED
    return Light.FINE if Light.FINE in lights else Light.NONE
