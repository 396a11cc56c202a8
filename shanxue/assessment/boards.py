"""The board: every unit of one line on one page, those who need a hand first, with a sentence that sums it up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _

from shanxue.orgs.queries import Actor

from .queries import results as queries
from .queries.results import BoardRow, Shown
from .rules.counting import write_percent
from .rules.pages import EMPTY, STATES, State, Thresholds, find_thresholds, list_grades
from .rules.report import UNGRADED
from .rules.scheme import SubjectKind

NEED = {"▲": 0, "◐": 1, "○": 2, "●": 3, "Ⅱ": 4}


@dataclass(frozen=True)
class Board:
    """``columns``: components of the units' own scheme; ``grades``: those of the people's. Both may be empty."""

    shown: Shown | None
    people: Shown | None
    rows: tuple[BoardRow, ...]
    unit_count: int
    states: tuple[tuple[State, int], ...]
    columns: tuple[str, ...]
    grades: tuple[str, ...]
    thresholds: Thresholds | None
    needing: int
    only_needing: bool

    @property
    def heads(self) -> tuple[tuple[str, int | None], ...]:
        """The columns with their full marks, where the first unit that has a result names them."""
        first = next((row.row for row in self.rows if row.row), None)
        full = {part.name: part.full for part in first.components} if first else {}
        return tuple((name, full.get(name)) for name in self.columns)

    @property
    def good(self) -> str:
        return write_percent(self.thresholds.good) if self.thresholds else ""

    @property
    def near(self) -> str:
        return write_percent(self.thresholds.near) if self.thresholds else ""


def build_board(actor: Actor, line: SubjectKind, *, only_needing: bool) -> Board:
    """Build the board of branches or departments from the newest runs. Units, not people, and no ranks."""
    found = queries.list_shown(actor.bureau)
    shown = next((one for one in found if one.scheme.subject == line), None)
    people = next((one for one in found if one.scheme.subject == "person"), None)
    rows = queries.list_board(actor, line, shown, people)
    counts = Counter(row.state or EMPTY for row in rows)
    wanting = [row for row in rows if _needs_hand(row)]
    listed = wanting if only_needing else rows
    return Board(
        shown=shown,
        people=people,
        rows=tuple(sorted(listed, key=_order_by_need)),
        unit_count=len(rows),
        states=tuple((state, counts[state]) for state in STATES if counts[state]) if shown else (),
        columns=tuple(one.name for one in shown.scheme.components) if shown else (),
        grades=_list_people_grades(people, rows) if people else (),
        thresholds=find_thresholds(shown.scheme) if shown else None,
        needing=len(wanting),
        only_needing=only_needing,
    )


def _needs_hand(row: BoardRow) -> bool:
    """Say whether a unit's total is not 正常, or one of its components is 未达 or 无记录."""
    if row.row is None:
        return False
    return row.row.state.shape in "▲◐○" or any(part.state.shape in "▲○" for part in row.row.components)


def _list_states(row: BoardRow) -> list[State]:
    return [row.row.state, *(component.state for component in row.row.components)] if row.row else []


def _order_by_need(row: BoardRow) -> tuple[int, int, int, str]:
    """Worst overall light first, then by how many components are 未达 and how many 临近; within that by code."""
    shapes = Counter(state.shape for state in _list_states(row))
    return NEED[(row.state or EMPTY).shape], -shapes["▲"], -shapes["◐"], row.unit.code


def _list_people_grades(people: Shown, rows: list[BoardRow]) -> tuple[str, ...]:
    grades = list_grades(people.scheme)
    found = {grade for row in rows for grade in row.people}
    return (*grades, *sorted(found - set(grades)))


def list_people(board: Board, row: BoardRow) -> list[tuple[str, int]]:
    """List a unit's people by grade, best first, grades that nobody holds left out."""
    return [(grade or UNGRADED, row.people[grade]) for grade in board.grades if row.people.get(grade)]


def describe_board(board: Board, word: str) -> str:
    """Sum the board up: 26 个支部，20 个正常，4 个临近，2 个未达。"""
    parts = [_("%(count)s 个%(word)s") % {"count": board.unit_count, "word": word}]
    parts += [_("%(count)s 个%(state)s") % {"count": count, "state": state.word} for state, count in board.states]
    return "，".join(parts) + "。"
