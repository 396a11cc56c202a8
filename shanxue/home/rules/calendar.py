"""What goes into somebody's calendar: when, where and what, never how it went and never another person's name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from shanxue.base.lights import Due

PERSONAL = frozenset({"请假"})  # asks for words about an absence: whoever sees the calendar need not know of it
OWN_WORDS = {"决议": "会议决议交办的事"}  # instead of a text in which people may be named


@dataclass(frozen=True)
class Appointment:
    """One entry of the calendar. ``at``: begins at an instant; else ``on``: the whole day.

    ``uid`` stays the same however often the entry changes (RFC 5545 3.8.4.7). ``minutes`` is None where nobody said
    how long it takes: then the entry has no end, rather than an invented one.
    """

    uid: str
    title: str
    href: str
    at: datetime | None = None
    on: date | None = None
    minutes: int | None = None
    place: str = ""
    cancelled: bool = False
    changed_at: datetime | None = None


def collect_appointments(
    meetings: Iterable[Appointment], rows: Iterable[Due], person_id: int
) -> tuple[Appointment, ...]:
    """Meetings first, then the last day of everything else that has one; a meeting is never entered twice."""
    entered = {meeting.uid: meeting for meeting in meetings}
    for row in rows:
        if row.key not in entered and row.kind not in PERSONAL and (row.at or row.on):
            uid = f"{row.key}.{person_id}"
            entered[uid] = _note_deadline(row, uid)
    return tuple(entered.values())


def _note_deadline(row: Due, uid: str) -> Appointment:
    """The sentence of the row's state stays out: it says how somebody stands, and changes every day."""
    words = OWN_WORDS.get(row.kind, row.title)
    title = words if row.at else f"{words}（截止）"
    return Appointment(uid, title, row.href, row.at, None if row.at else row.on, row.minutes, row.place)


def hash_token(token: str) -> str:
    """What is kept of a private address: the SHA-256 of its 256 random bits, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()
