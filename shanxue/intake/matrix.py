"""Tables with a column per day of a month or per session (ux D cases 23, 24)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from shanxue.intake.above import SESSION_WORDS, find_days
from shanxue.intake.headers import Header
from shanxue.intake.rules import Cell
from shanxue.intake.values_text import narrow, squeeze

_DAY = re.compile(r"0?(\d{1,2})[日号]?[/]?\(?(?:星期|周)?[一二三四五六日天]?\)?")
_NUMBERED = re.compile(r"第[一二三四五六七八九十\d]{1,3}[次讲节期课场]|[一二三四五六七八九十\d]{1,3}[讲节]$")
_DATE = re.compile(
    r"((?:19|20)\d{2}\s*[年./\-]\s*)?(?<!\d)(1[0-2]|0?[1-9])\s*[月./\-]\s*(3[01]|[12]\d|0?[1-9])(?!\d)\s*[日号]?"
)
_WEEKDAY = re.compile(r"\(?(?:星期|周)[一二三四五六日天]\)?")
MIN_DAYS = 8
MANY_DAYS = 15


@dataclass(frozen=True)
class SessionColumn:
    """What the header of one column says of its session; ``on`` is None when it names no day."""

    column: int
    on: date | None
    topic: str = ""
    session_kind: str = ""
    day: int = 0  # of a month matrix
    lacks_year: bool = False  # it names month and day, and nothing says the year
    is_sparse: bool = False  # one of many bare days: a blank says nothing, not even that there was a session


def find_month_days(header: Header, taken: set[int]) -> dict[int, int]:
    """Find the day columns of a month matrix: column → day 1–31, by position.

    Weekends and holidays may stand in place of the day's number (六, 日, 国庆节), so the numbers vote for where
    day 1 is. Days that leave gaps (only workdays have columns) count by their number.
    """
    numbers = {c: day for c in range(len(header.paths)) if c not in taken and (day := _read_day(header, c))}
    if len(numbers) < MIN_DAYS:
        return {}
    votes: dict[int, int] = {}
    for column, day in numbers.items():
        votes[column - day + 1] = votes.get(column - day + 1, 0) + 1
    start = max(votes, key=lambda at: votes[at])
    if votes[start] == len(numbers):
        low = min(numbers)
        while low > start and low - 1 not in taken and not _is_other(header, low - 1):
            low -= 1
        last = min(_find_end(header, low, taken, max(numbers)), start + 31)
        return {column: column - start + 1 for column in range(low, last)}
    days = [numbers[column] for column in sorted(numbers)]
    return numbers if all(a < b for a, b in zip(days, days[1:], strict=False)) else {}


def _find_end(header: Header, start: int, taken: set[int], last: int) -> int:
    """Find where the days stop: at a column that is something else (合计, a field), or a blank behind ``last``."""
    for column in range(start, len(header.paths)):
        if column in taken or _is_other(header, column) or (column > last and not header.paths[column]):
            return column
    return len(header.paths)


def _is_other(header: Header, column: int) -> bool:
    text = squeeze("".join(header.paths[column]))
    return re.search(r"计|备注|说明|天数|次数|签|率|人$|姓名|序号|工号|支部|部门", text) is not None


def _read_day(header: Header, column: int) -> int:
    """Read a day's number from any line of a column's header (2 above 一 is the 2nd, a Monday)."""
    for part in header.paths[column]:
        found = _DAY.fullmatch(narrow(part))
        if found and 1 <= int(found[1]) <= 31:
            return int(found[1])
    return 0


def find_sessions(header: Header, taken: set[int], year: int | None) -> list[SessionColumn]:
    """Find the columns whose header names a session: a day (3月5日 主题党日) or a number (第二次集中学习)."""
    found = []
    for column, path in enumerate(header.paths):
        if column in taken or not path:
            continue
        session = read_session(column, path, header.cells[column], year)
        if session is not None:
            found.append(session)
    bare = [session for session in found if session.on and not session.topic and not session.session_kind]
    if len(bare) >= MANY_DAYS:
        found = [replace(session, is_sparse=True) if session in bare else session for session in found]
    return found


def read_session(column: int, path: tuple[str, ...], cell: Cell, year: int | None) -> SessionColumn | None:
    """Read one column's header, or None when it speaks of no session."""
    text = " ".join(path)
    match = None
    if isinstance(cell, datetime | date):
        on: date | None = cell.date() if isinstance(cell, datetime) else cell
        rest = " ".join(path[:-1])
    elif match := _DATE.search(narrow(text)):
        days = find_days(f"{match[1] or (str(year) + '年' if year else '')}{match[2]}月{match[3]}日", year)
        on, rest = (days[0] if days else None), narrow(text)[: match.start()] + " " + narrow(text)[match.end() :]
        if not days and year is not None:
            return None
    elif _NUMBERED.search(text):
        on, rest = None, text
    else:
        return None
    rest = _clean_topic(_WEEKDAY.sub(" ", rest))
    kind = next((word for word in SESSION_WORDS if word in rest), "")
    lacks_year = on is None and match is not None
    return SessionColumn(column, on, "" if rest == kind else rest, kind, lacks_year=lacks_year)


def _clean_topic(text: str) -> str:
    """Take off what the date left behind: empty or surrounding brackets, colons, commas."""
    text = re.sub(r"\(\s*\)", " ", text).strip(" :,、-/")
    if text.startswith("(") and text.endswith(")") and "(" not in text[1:]:
        text = text[1:-1]
    return text.strip(" :,、-/")


def date_column(column: SessionColumn, facts: dict[str, Any]) -> date | None:
    """The day of a session column; None when the header and the title leave it open or the month has no such day."""
    if not column.day:
        return column.on or facts.get("on")
    year, month = facts["year"], facts["month"]
    return date(year, month, column.day) if column.day <= calendar.monthrange(year, month)[1] else None
