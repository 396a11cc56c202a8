"""The rows of a lookup table: overlaps are refused or cut by a declared precedence, gaps are told."""

from __future__ import annotations

from itertools import pairwise

from shanxue.assessment.rules.counting import write_milli, write_number
from shanxue.assessment.rules.scheme import Range
from shanxue.base.toml_fields import Section


def read_ranges(section: Section, warnings: list[str]) -> tuple[Range, ...]:
    """Read ``ranges``, lowest first. ``to`` is included: it is turned into an open bound a thousandth above."""
    rows = []
    for part in section.take_sections("ranges"):
        row = _read_range(part)
        if row is not None:
            rows.append(row)
    precedence = section.take_choice("precedence", ("first", "last"), "")
    if not rows:
        if not section.has("ranges"):
            section.report("没有写 ranges（几分几档）。请写上，如 [{ from = 1, to = 2, points = 1 }]。")
        return ()
    clashes = _list_overlaps(rows)
    for one, other in clashes:
        words = f"{_write_range(one)}与{_write_range(other)}重叠"
        if precedence:
            first = "写在前面" if precedence == "first" else "写在后面"
            warnings.append(f"{section.where}的 ranges 里{words}，按 precedence 取{first}的一档。")
        else:
            section.report(f'的 ranges 里{words}。请改开，或写 precedence = "first"（取前档）或 "last"（取后档）。')
    if clashes:
        rows = _cut_overlaps(rows, precedence or "first")
    rows.sort(key=lambda row: row.from_milli)
    _tell_gaps(section, rows, warnings)
    return tuple(rows)


def _read_range(part: Section) -> Range | None:
    start, until, to = part.take_milli("from"), part.take_milli("until"), part.take_milli("to")
    points = part.take_number("points")
    if part.has("until") and part.has("to"):
        part.report("同时写了 until（不含本数）和 to（含本数）。请只留一个。")
    if points is None and not part.has("points"):
        part.report("没有写 points（得几分）。请写上。")
    part.finish(("from", "until", "to", "points"))
    end = to + 1 if to is not None else until
    start = start or 0
    if end is not None and end <= start:
        part.report("的上限不大于下限。请改正。")
        return None
    return None if points is None else Range(start, end, points)


def _write_range(row: Range) -> str:
    return f"“{write_bounds(row)}得{write_number(row.points)}分”"


def write_bounds(row: Range, unit: str = "") -> str:
    """Write a row's bounds: 7天至60天 where the end was written as included (``to``), 至不足60天 where it is open."""
    start, until = f"{write_milli(row.from_milli)}{unit}", row.until_milli
    if until is None:
        return f"{start}以上"
    included = until % 1000 == 1
    return f"{start}至{write_milli(until - 1)}{unit}" if included else f"{start}至不足{write_milli(until)}{unit}"


def _holds(row: Range, milli: int) -> bool:
    return row.from_milli <= milli and (row.until_milli is None or milli < row.until_milli)


def _list_overlaps(rows: list[Range]) -> list[tuple[Range, Range]]:
    return [
        (one, other)
        for at, one in enumerate(rows)
        for other in rows[at + 1 :]
        if _holds(one, other.from_milli) or _holds(other, one.from_milli)
    ]


def _cut_overlaps(rows: list[Range], precedence: str) -> list[Range]:
    """Give every value the first (or last) written row that holds it."""
    ordered = rows if precedence == "first" else rows[::-1]
    bounds = sorted({row.from_milli for row in rows} | {row.until_milli for row in rows if row.until_milli is not None})
    pieces: list[Range] = []
    for start, end in zip(bounds, [*bounds[1:], None], strict=True):
        row = next((row for row in ordered if _holds(row, start)), None)
        if row is None:
            continue
        if pieces and pieces[-1].until_milli == start and pieces[-1].points == row.points:
            start = pieces.pop().from_milli
        pieces.append(Range(start, end, row.points))
    return pieces


def _tell_gaps(section: Section, rows: list[Range], warnings: list[str]) -> None:
    for row, after in pairwise(rows):
        if row.until_milli is not None and row.until_milli < after.from_milli:
            last = write_milli(row.until_milli - 1) if row.until_milli % 1000 == 1 else write_milli(row.until_milli)
            warnings.append(
                f"{section.where}的 ranges 在{last}与{write_milli(after.from_milli)}之间没有分数，落在其间的得0分。"
            )
