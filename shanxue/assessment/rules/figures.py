"""Figures that the year's documents state, derived from a report and from nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from shanxue.base.points import divide_half_up, format_scaled

from .report import UNGRADED, WAITING, AttendanceCount, GateNote, Part, ResultRow, YearReport

PRESENT = ("到", "迟到", "早退")
NOT_EXPECTED = ("免", "未记录")  # 未记录 is no data: neither present nor absent
LADDERS = (("优秀", "称职", "基本称职", "不称职"), ("优秀", "合格", "基本合格", "不合格"))
WITHOUT_GRADE = ("不定等次", "不确定等次")  # 试用期、预备党员: no grade is proposed at all (rules 2.5, 2.6)


@dataclass(frozen=True)
class Tally:
    """The people of one unit: how many were to be assessed, how many hold each grade, their mean."""

    name: str
    people: int
    grades: tuple[int, ...]  # aligned with the heads of ``list_grades``
    waiting: int
    mean: int | None  # points of the people's scheme, half up, of those who are graded
    excluded: int = 0


@dataclass(frozen=True)
class Presence:
    """Attendance of one branch. Make-up is a number of its own and never turns an absence into presence."""

    name: str
    expected: int
    present: int
    made_up: int
    unrecorded: int

    @property
    def tenths(self) -> int | None:
        """Tenths of a percent present, half up; ``None`` when nobody was expected."""
        return divide_half_up(self.present * 1000, self.expected) if self.expected else None


def list_grades(part: Part) -> tuple[str, ...]:
    """List the grades to show: the scheme's from best to lowest, then others found, an empty one as 不定等次."""
    found = {show_grade(row) for row in part.rows} - set(part.scheme.grades) - {WAITING}
    return part.scheme.grades + tuple(sorted(found))


def show_grade(row: ResultRow) -> str:
    """Word a grade for people: an empty one is 不定等次 unless the total is missing too (待补充)."""
    return row.grade or (WAITING if row.total is None else UNGRADED)


def tally_people(part: Part, rows: Iterable[ResultRow], name: str, excluded: int = 0) -> Tally:
    """Count ``rows`` by grade. The mean covers those who hold one of the scheme's grades."""
    rows = tuple(rows)
    counts = Counter(show_grade(row) for row in rows)
    totals = [row.total for row in rows if row.total is not None and row.grade in part.scheme.grades]
    mean = divide_half_up(sum(totals), len(totals)) if totals else None
    grades = tuple(counts[grade] for grade in list_grades(part))
    return Tally(name, len(rows), grades, counts[WAITING], mean, excluded)


def tally_whole(part: Part, name: str = "合计") -> Tally:
    """Count everybody."""
    return tally_people(part, part.rows, name, len(part.excluded))


def tally_branches(report: YearReport) -> tuple[Tally, ...]:
    """One tally per branch of the people, in the report's order; branches without anyone assessed are shown too."""
    part = report.people
    if part is None:
        return ()
    return tuple(
        tally_people(
            part,
            (row for row in part.rows if row.home == name),
            name or "未编入支部",
            sum(person.home == name for person in part.excluded),
        )
        for name in order_names(report.branch_names, (row.home for row in part.rows))
    )


def tally_departments(report: YearReport) -> tuple[Tally, ...]:
    """One tally per department of the people; people of no department are not made into one."""
    part = report.people
    if part is None:
        return ()
    names = order_names(report.department_names, (row.department for row in part.rows if row.department))
    return tuple(tally_people(part, (row for row in part.rows if row.department == name), name) for name in names)


def order_names(known: Iterable[str], found: Iterable[str]) -> tuple[str, ...]:
    """Keep the known order, then append names met only in rows, each once."""
    return tuple(dict.fromkeys([*known, *found]))


def count_presence(count: AttendanceCount) -> Presence:
    """Sum up the marks of one branch: 实到 is 到, 迟到 and 早退; 免 and 未记录 are not in 应到."""
    expected = sum(number for mark, number in count.marks.items() if mark not in NOT_EXPECTED)
    present = sum(count.marks.get(mark, 0) for mark in PRESENT)
    return Presence(count.branch, expected, present, count.marks.get("已补学", 0), count.marks.get("未记录", 0))


def add_presence(rows: Iterable[Presence], name: str = "合计") -> Presence:
    """Add several branches up."""
    rows = tuple(rows)
    return Presence(
        name,
        sum(row.expected for row in rows),
        sum(row.present for row in rows),
        sum(row.made_up for row in rows),
        sum(row.unrecorded for row in rows),
    )


def write_percent(tenths: int | None) -> str:
    """Write tenths of a percent: 913 is 91.3%, 1000 is 100.0%; no data is an empty text."""
    return "" if tenths is None else f"{format_scaled(tenths, 10)}%"


def write_share(part: int, whole: int) -> str:
    """Write a share of people with one decimal, half up; nobody at all is an empty text."""
    return write_percent(divide_half_up(part * 1000, whole)) if whole else ""


def list_best(part: Part) -> tuple[ResultRow, ...]:
    """List those who hold the best grade (优秀名单)."""
    return tuple(row for row in part.rows if part.scheme.grades and row.grade == part.scheme.grades[0])


def list_blocked(part: Part) -> tuple[tuple[ResultRow, GateNote, str], ...]:
    """List whose proposed grade elsewhere is better than a gate here allows (D8): row, gate, proposed grade."""
    return tuple(
        (row, gate, row.proposed[gate.target])
        for row in part.rows
        for gate in row.gates
        if gate.target in row.proposed and exceeds_limit(row.proposed[gate.target], gate.at_most)
    )


def exceeds_limit(proposed: str, at_most: str) -> bool:
    """Say whether a grade is above a limit. Grades on no common ladder count as above: a person must look."""
    if not proposed or not at_most or proposed == at_most or proposed in WITHOUT_GRADE:
        return False
    for ladder in LADDERS:
        if proposed in ladder and at_most in ladder:
            return ladder.index(proposed) < ladder.index(at_most)
    return True


def list_references(part: Part) -> dict[str, tuple[tuple[ResultRow, GateNote], ...]]:
    """Group the people that clauses name as a reference (D9: 选拔任用、民主评议) by the name of the list."""
    lists: dict[str, list[tuple[ResultRow, GateNote]]] = {}
    for row in part.rows:
        for gate in row.gates:
            if gate.list_name:
                lists.setdefault(gate.list_name, []).append((row, gate))
    return {name: tuple(rows) for name, rows in lists.items()}


@dataclass(frozen=True)
class Missing:
    """An item without data: how many subjects wait for it, per home."""

    item: str
    title: str
    subjects: int
    homes: tuple[tuple[str, int], ...]  # most first


def list_missing(part: Part) -> tuple[Missing, ...]:
    """List the items that somebody has no data for, in the order the lines show them. 免 is not missing."""
    homes = {row.code: row.home for row in part.rows}
    titles: dict[str, str] = {}
    counts: dict[str, Counter[str]] = {}
    for line in part.lines:
        if line.awarded is None and "免" not in line.note.split("；"):
            titles.setdefault(line.item, line.title or line.item)
            counts.setdefault(line.item, Counter())[homes.get(line.code, "")] += 1
    return tuple(
        Missing(item, title, counts[item].total(), tuple(counts[item].most_common())) for item, title in titles.items()
    )
