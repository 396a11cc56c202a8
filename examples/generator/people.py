"""Six hundred and twenty invented people, their branches, transfers and exemptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from .draw import draw, draw_between, is_drawn, pick
from .names import make_name
from .stories import STORIES, tell_year
from .units import BRANCHES, RETIRED
from .year import Year

LEADERS = 7  # 局领导, the first in the first branch


@dataclass(frozen=True)
class Person:
    """``branch`` is where the person stands at the year's end (an index of ``BRANCHES``)."""

    staff_no: str
    name: str
    woman: bool
    branch: int
    department: str
    role: str
    rank: str
    status: str
    state: str
    joined_on: date
    year: Year

    @property
    def is_leader(self) -> bool:
        return self.rank == "县处级以上"

    @property
    def is_retired(self) -> bool:
        return self.branch == RETIRED


@dataclass(frozen=True)
class Transfer:
    """``received_on`` is None while the new branch has not received the person: the former one stays responsible."""

    person: Person
    from_branch: int
    to_branch: int
    out_on: date
    received_on: date | None


@dataclass(frozen=True)
class Exemption:
    person: Person
    category: str
    from_on: date
    until_on: date | None
    approved_by: str


@cache
def list_people() -> tuple[Person, ...]:
    """List everybody in the order of the staff numbers."""
    taken = {story.name for story in STORIES.values()}
    return tuple(
        _make_person(branch, position, number, taken)
        for number, (branch, position) in enumerate(_list_places(), start=1)
    )


def _list_places() -> Iterator[tuple[int, int]]:
    for index, branch in enumerate(BRANCHES):
        for position in range(branch.size):
            yield index, position


def _make_person(branch: int, position: int, number: int, taken: set[str]) -> Person:
    story = STORIES.get((branch, position))
    name = story.name if story else make_name(number, taken)
    staff_no = f"{90000 + position + 1}" if branch == RETIRED else f"{number:05d}"
    rank = _tell_rank(branch, position)
    joined_on = _draw_joining(branch, position, staff_no)
    year = tell_year(branch, position, staff_no, leader=rank == "县处级以上", officer=rank == "乡科级")
    return Person(
        staff_no=staff_no,
        name=name,
        woman=is_drawn(38, "woman", staff_no),
        branch=branch,
        department=pick(BRANCHES[branch].departments, "department", staff_no),
        role=_tell_role(branch, position),
        rank=rank,
        status=_tell_status(branch, position, staff_no),
        state=_tell_state(branch, position, joined_on),
        joined_on=joined_on,
        year=year if story or joined_on.year < 2025 else _shorten(year, joined_on),
    )


def _shorten(year: Year, joined_on: date) -> Year:
    """Cut a newcomer's year to the months served: plan items, notes and the first test fall away."""
    share = 13 - joined_on.month
    return replace(
        year,
        plan_on_time=max(1, round(5 * share / 12)),
        plan_late=0,
        plan_open=0,
        leave=(),
        made_up=0,
        notes_passed=max(1, share // 2),
        notes_returned=0,
        notes_excellent=0,
        first_test=year.first_test if joined_on.month <= 5 else "",
        courses=tuple(course for course in year.courses if course.on >= joined_on.isoformat()),
        prior="",
        proposed="不定等次",
    )


def _tell_rank(branch: int, position: int) -> str:
    if branch == RETIRED:
        return ""
    if (branch == 0 and position <= LEADERS) or (1 <= branch <= 7 and position == 0):
        return "县处级以上"
    if position <= 4 or (branch == 0 and position <= 11):
        return "乡科级"
    return "工勤" if 18 <= branch <= 21 and position >= 17 else "科级以下"


def _tell_role(branch: int, position: int) -> str:
    place = position - LEADERS if branch == 0 else position
    return {0: "书记", 1: "副书记", 2: "学习委员", 3: "委员"}.get(place, "成员")


NEWCOMERS = {(4, 15), (1, 19), (3, 20), (8, 18), (10, 24), (13, 23), (16, 22), (18, 15), (22, 21), (24, 12)}
POSTED = {(2, 15): "挂职", (5, 16): "挂职", (11, 18): "借调外出", (15, 19): "借调外出", (20, 14): "借调外出"}
SICK = {(4, 10), (12, 17), (19, 15), (23, 11)}
OLD = tuple((RETIRED, position) for position in (6, 9, 11, 14, 15, 17, 18, 20, 22))


def _draw_joining(branch: int, position: int, staff_no: str) -> date:
    story = STORIES.get((branch, position))
    if story and story.joined_on:
        return story.joined_on
    if (branch, position) in NEWCOMERS:
        return date(2025, 3 + draw(7, "new month", staff_no), 1 + draw(20, "new day", staff_no))
    early = (1968, 1992) if branch == RETIRED else (2002, 2022)
    return date(
        draw_between(*early, "joined", staff_no), 1 + draw(12, "month", staff_no), 1 + draw(28, "day", staff_no)
    )


def _tell_status(branch: int, position: int, staff_no: str) -> str:
    told = position <= 4 or (branch, position) in STORIES or branch in (0, RETIRED)
    if told and (branch, position) not in NEWCOMERS:
        return "正式党员"
    if (branch, position) in NEWCOMERS:
        return (
            pick(("预备党员", "正式党员", "入党积极分子"), "status", staff_no)
            if (branch, position) != (4, 15)
            else "预备党员"
        )
    if branch >= 10 and is_drawn(7, "masses", staff_no):
        return "群众"
    return (
        "预备党员"
        if is_drawn(5, "status", staff_no)
        else "入党积极分子"
        if is_drawn(3, "active", staff_no)
        else "正式党员"
    )


def _tell_state(branch: int, position: int, joined_on: date) -> str:
    if branch == RETIRED:
        return "离退休"
    if (branch, position) in POSTED:
        return POSTED[branch, position]
    return "试用期" if joined_on.year == 2025 else "在职"


def find_person(branch: int, position: int) -> Person:
    places = list(_list_places())
    return list_people()[places.index((branch, position))]


MOVES = (
    ((12, 13), 1, date(2025, 6, 30), date(2025, 7, 7)),
    ((6, 12), 2, date(2025, 4, 11), date(2025, 4, 18)),
    ((14, 17), 17, date(2025, 8, 15), date(2025, 8, 20)),
    ((23, 9), 22, date(2025, 3, 31), date(2025, 4, 7)),
    ((18, 13), 20, date(2025, 9, 12), date(2025, 9, 22)),
)


@cache
def list_transfers() -> tuple[Transfer, ...]:
    """List the year's transfers between branches; the last one has left and has not been received."""
    received = [
        Transfer(find_person(*place), origin, place[0], out_on, received_on)
        for place, origin, out_on, received_on in MOVES
    ]
    return (*received, Transfer(find_person(22, 8), 22, 24, date(2025, 11, 20), None))


@cache
def list_exemptions() -> tuple[Exemption, ...]:
    """List the exemptions of the year: categories and days, never a diagnosis."""
    old = [Exemption(find_person(*place), "年老体弱", date(2025, 1, 1), None, "离退休支部委员会") for place in OLD]
    sick = [
        Exemption(
            find_person(*place),
            "长期病休",
            date(2025, 2 + draw(4, "sick", place), 1),
            date(2025, 7 + draw(4, "well", place), 1),
            BRANCHES[place[0]].name,
        )
        for place in sorted(SICK)
    ]
    posted = [
        Exemption(find_person(*place), "借调挂职", date(2025, 4, 1), date(2026, 1, 1), "组织人事处")
        for place in sorted(POSTED)
    ]
    retired = [
        Exemption(find_person(RETIRED, position), "离退休", date(2025, 1, 1), None, "离退休支部委员会")
        for position in range(BRANCHES[RETIRED].size)
        if (RETIRED, position) not in OLD
    ]
    return (*old, *retired, *sick, *posted)


def locate(person: Person, on: date) -> int:
    """Tell the branch responsible for a person on a day: the former one until the new one has received (条例 25)."""
    for transfer in list_transfers():
        if transfer.person is person and transfer.received_on and on < transfer.received_on:
            return transfer.from_branch
    return person.branch
