"""Units and people with what happened to them and when: the events from which duties follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from shanxue.orgs.rules import PartyStatus


@dataclass(frozen=True)
class Stay:
    """A stint. ``received_on``: the day the next unit took over; until then the former one answers (条例25)."""

    unit_id: int
    unit_name: str
    unit_kind: str
    role: str
    from_on: date | None = None
    until_on: date | None = None
    received_on: date | None = None
    of_party: bool = True

    def holds(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or self.until_on > day)


@dataclass(frozen=True)
class Pause:
    """Not asked in these days (免考核). ``until_on`` open."""

    why: str
    from_on: date | None = None
    until_on: date | None = None

    def holds(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or self.until_on > day)


@dataclass(frozen=True)
class Mark:
    """A milestone of somebody's record."""

    kind: str
    on: date
    rank_class: str = ""


class Post(NamedTuple):
    """Who holds a post in a unit; ordinary members (成员) hold none."""

    person_id: int
    role: str


@dataclass(frozen=True)
class Subject:
    """A unit or a person. Everything here is an event or a fact; nothing is counted yet.

    ``key`` is ``u12`` or ``p5``. ``size`` is how many 正式党员 a unit has today, ``headcount`` how many people;
    these and ``posts`` are read only where a rule asks about them.
    """

    key: str
    id: int
    name: str
    is_unit: bool
    unit_kind: str = ""
    from_on: date | None = None
    until_on: date | None = None
    size: int | None = None
    headcount: int = 0
    posts: tuple[Post, ...] = ()
    status: str = ""
    rank_class: str = ""
    staff_state: str = ""
    stays: tuple[Stay, ...] = field(default=())
    pauses: tuple[Pause, ...] = field(default=())
    marks: tuple[Mark, ...] = field(default=())

    def find_status(self, day: date) -> str:
        """Find the party status on a day: before the day of 转正 a full member was a probationary one."""
        joined = [mark.on for mark in self.marks if mark.kind == "接收为预备党员"]
        full = [mark.on for mark in self.marks if mark.kind == "转正"]
        members = (PartyStatus.FULL, PartyStatus.PROBATIONARY)
        if self.status in members and joined and day < min(joined):
            return PartyStatus.ACTIVIST
        if self.status == PartyStatus.FULL and full and day < min(full):
            return PartyStatus.PROBATIONARY
        return self.status

    def find_responsible(self, day: date) -> Stay | None:
        """Find the party unit that answers for a person on a day; who moved out stays with the former one.

        The former unit answers until the next has received the person: until ``received_on``, or where that is
        unknown until the next stint begins, or for good while there is none.
        """
        stays = sorted((stay for stay in self.stays if stay.of_party), key=_order)
        found: Stay | None = None
        for stay in stays:
            begun = stay.from_on is None or stay.from_on <= day
            if not begun:
                continue
            if found is not None and found.until_on and found.received_on and found.received_on > day:
                continue  # the former unit has not let go yet
            found = stay
        return found


def _order(stay: Stay) -> tuple[date, date, int]:
    return (stay.from_on or date.min, stay.until_on or date.max, stay.unit_id)
