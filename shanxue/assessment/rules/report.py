"""One year's assessment as the documents need it: plain values, filled from a run's rows, read by every writer.

Points are integers in units of the part's scheme (``SchemeNote.scale``), quantities are milli, ``None`` is no data.
Everything the documents say beyond these values (distributions, means, lists) is derived by ``figures.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from shanxue.base.points import MILLI, format_scaled

WAITING = "待补充"  # the grade of someone whose data are incomplete
UNGRADED = "不定等次"  # how an empty grade is shown


@dataclass(frozen=True)
class SchemeNote:
    """What a document says about the scheme it rests on. ``grades`` go from best to lowest."""

    code: str
    title: str
    subject: str  # person, branch, department
    scale: int  # 100: two decimals
    grades: tuple[str, ...]
    components: tuple[str, ...] = ()  # names, in the scheme's order
    component_full: tuple[int | None, ...] = ()  # points, aligned with ``components``
    clauses: Mapping[str, str] = field(default_factory=dict)  # 第九条 → its text
    source: str = ""
    sha256: str = ""

    def write_points(self, points: int | None) -> str:
        """Write points with the scheme's decimals; no data is an empty text, never a zero."""
        return "" if points is None else format_scaled(points, self.scale)


@dataclass(frozen=True)
class GateNote:
    """A gate that holds for someone. ``target`` "" is this assessment itself, otherwise the one it limits (D8)."""

    clause: str
    sentence: str
    target: str = ""
    at_most: str = ""  # best grade the target assessment may still give
    list_name: str = ""  # D9: the reference list this puts the person on


@dataclass(frozen=True)
class ResultRow:
    """One person or unit. ``home`` is the branch a person is listed under, or a unit's parent."""

    code: str  # staff_no, or unit code
    name: str
    home: str = ""
    department: str = ""
    total: int | None = None
    grade: str = ""
    rank_note: str = ""
    gates: tuple[GateNote, ...] = ()
    components: tuple[int | None, ...] = ()  # subtotals, aligned with ``SchemeNote.components``
    proposed: Mapping[str, str] = field(default_factory=dict)  # other assessment → grade proposed there


@dataclass(frozen=True)
class LineRow:
    """One item of one subject: why the total is what it is."""

    code: str
    name: str
    item: str
    title: str = ""
    component: str = ""
    counted: int | None = None  # milli
    out_of: int | None = None  # milli
    awarded: int | None = None  # points
    full: int | None = None  # points
    clause: str = ""
    note: str = ""
    words: str = ""  # the formula in words


@dataclass(frozen=True)
class Excluded:
    """Someone on the roster who is not assessed, and under which clause."""

    code: str
    name: str
    home: str
    reason: str


@dataclass(frozen=True)
class Part:
    """The results of one scheme: persons, branches or departments. Rows come in the order they are to be shown."""

    scheme: SchemeNote
    rows: tuple[ResultRow, ...] = ()
    lines: tuple[LineRow, ...] = ()
    excluded: tuple[Excluded, ...] = ()


@dataclass(frozen=True)
class AttendanceCount:
    """How often each mark was given to the people of one branch within the window (mark → how many)."""

    branch: str
    marks: Mapping[str, int]


@dataclass(frozen=True)
class YearReport:
    """Everything the year's documents are written from. A part is ``None`` when no scheme of that subject was run."""

    bureau_name: str
    year: int
    from_on: date
    until_on: date  # open
    computed_at: datetime
    people: Part | None = None
    branches: Part | None = None
    departments: Part | None = None
    branch_names: tuple[str, ...] = ()  # in the order they are to be shown; others found in rows follow
    department_names: tuple[str, ...] = ()
    attendance: tuple[AttendanceCount, ...] = ()
    policies: tuple[str, ...] = ()  # 细则未规定，按…
    notices: tuple[str, ...] = ()  # what the reader must know about the data, whole sentences
    digests: Mapping[str, str] = field(default_factory=dict)  # 输入数据 → sha256 …

    @property
    def main(self) -> Part:
        """The part of the main scheme: persons if they were assessed, else branches, else departments."""
        part = self.people or self.branches or self.departments
        if part is None:
            raise ValueError("a report needs at least one part")
        return part

    @property
    def parts(self) -> tuple[tuple[str, Part], ...]:
        """The parts there are, each with the Chinese word for its subjects."""
        words = (("人员", self.people), ("支部", self.branches), ("部门", self.departments))
        return tuple((word, part) for word, part in words if part is not None)

    @property
    def as_of(self) -> date:
        """The last day the figures speak of: the window's last day, or the day of computing if that is earlier."""
        return min(self.until_on - timedelta(days=1), self.computed_at.date())


def write_quantity(milli: int | None) -> str:
    """Write thousandths without needless zeros; no data is an empty text."""
    return "" if milli is None else format_scaled(milli, MILLI, trim=True)
