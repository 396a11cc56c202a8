"""What sessions prove: held by a unit, attended by a person. Plain rows for supervision, many subjects at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from shanxue.orgs.models import Stint
from shanxue.orgs.queries import filter_in_force
from shanxue.orgs.rules import PartyStatus

from ..models import AgendaItem, Attendance, Session
from ..rules import Mark, SessionState
from ..rules.expected import COMMITTEE_ROLES
from ..rules.leave import PRESENT

Subjects = Sequence[int] | None  # None: the whole bureau


@dataclass(frozen=True)
class Wanted:
    """Sessions of some kinds (all of them when empty) in some days, both included."""

    kinds: frozenset[str]
    from_on: date
    until_on: date

    def match(self, prefix: str = "") -> Q:
        found = Q(**{f"{prefix}on__range": (self.from_on, self.until_on)})
        return found & Q(**{f"{prefix}kind__in": self.kinds}) if self.kinds else found


class Held(NamedTuple):
    """One session that was held."""

    id: int
    unit_id: int
    kind: str
    tier: str
    on: date
    topic: str
    minutes: int | None


def list_held(bureau_id: int, wanted: Iterable[Wanted], units: Subjects) -> list[Held]:
    """List the sessions held by units (of the whole bureau when ``None``). One query.

    Read through a bare cursor, and days as text: a board reads tens of thousands of rows, and there are few days.
    """
    columns = ("pk", "unit_id", "kind", "tier", "day", "topic", "minutes")
    rows = _match_held(bureau_id, wanted, units).annotate(day=Cast("on", CharField())).values_list(*columns)
    try:
        statement, values = rows.query.sql_with_params()
    except EmptyResultSet:  # no unit at all
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchall()
    make = Held._make
    return [make((*row[:4], _read_day(row[4]), *row[5:])) for row in found]


@lru_cache(maxsize=4096)
def _read_day(text: str) -> date:
    return date.fromisoformat(text)


def _match_held(bureau_id: int, wanted: Iterable[Wanted], units: Subjects) -> QuerySet[Session]:
    spans = list(wanted)
    if not spans:
        return Session.objects.none()
    found = Q()
    for one in spans:
        found |= one.match()
    whole = (min(one.from_on for one in spans), max(one.until_on for one in spans))  # lets the index find its end
    sessions = Session.objects.filter(found, bureau_id=bureau_id, on__range=whole, state=SessionState.HELD).order_by()
    return sessions if units is None else sessions.filter(unit_id__in=units)


def count_present(sessions: Sequence[int], of: str) -> dict[int, tuple[int, int]]:
    """Count who was there and who was due at these sessions, by session. 免 is not due; 未记录 is, but not there.

    ``of``: 应到, 正式党员 or 委员 (of the unit that held it). One query, none without sessions.
    """
    if not sessions:
        return {}
    rows = Attendance.objects.filter(session_id__in=sessions).exclude(mark=Mark.EXEMPT)
    if of == "正式党员":
        rows = rows.filter(person__party_status=PartyStatus.FULL)
    elif of == "委员":
        posts = Stint.objects.filter(
            person=OuterRef("person"), unit=OuterRef("session__unit"), role__in=COMMITTEE_ROLES
        )
        rows = rows.filter(Exists(posts))
    counted = (
        rows.order_by()
        .values_list("session_id")
        .annotate(present=Count("pk", filter=Q(mark__in=PRESENT)), due=Count("pk"))
    )
    return {session: (present, due) for session, present, due in counted}


def list_own_present(sessions: Sequence[int], on: date) -> dict[int, tuple[int, ...]]:
    """List who was at these sessions and stands in the unit that held it on a day, by session. One query at most."""
    if not sessions:
        return {}
    standing = Stint.objects.filter(filter_in_force(on), person=OuterRef("person"), unit=OuterRef("session__unit"))
    rows = Attendance.objects.filter(Exists(standing), session_id__in=sessions, mark__in=PRESENT)
    found: dict[int, list[int]] = {}
    for session, person in rows.order_by("person_id").values_list("session_id", "person_id"):
        found.setdefault(session, []).append(person)
    return {session: tuple(people) for session, people in found.items()}


def list_lectures(wanted: Iterable[Wanted], speakers: Sequence[int]) -> list[tuple[Held, int]]:
    """List the sessions at which these people spoke, wherever they were held, each with the speaker. One query.

    As with ``list_attended`` the bureau is not named, so that the database begins at the speakers.
    """
    if not speakers:
        return []
    found = Q(pk__in=[])
    for one in wanted:
        found |= one.match("session__")
    rows = AgendaItem.objects.filter(found, speaker_id__in=speakers, session__state=SessionState.HELD).order_by()
    columns = ("pk", "unit_id", "kind", "tier", "on", "topic", "minutes")
    return [
        (Held(*row[:-1]), row[-1])
        for row in rows.values_list(*(f"session__{name}" for name in columns), "speaker_id").distinct()
    ]


class Attended(NamedTuple):
    """One person at one session they came to. ``credit_milli``: 认定学时 × 1000."""

    person_id: int
    id: int
    kind: str
    tier: str
    on: date
    topic: str
    minutes: int | None
    credit_milli: int


def list_attended(wanted: Iterable[Wanted], people: Sequence[int]) -> list[Attended]:
    """List the sessions these people came to (到, 迟到, 早退). One query.

    The bureau is not named: it follows from the people, and naming it leads SQLite to begin at the sessions.
    """
    found = Q(pk__in=[])
    for one in wanted:
        found |= one.match("session__")
    rows = Attendance.objects.filter(found, person_id__in=people, mark__in=PRESENT, session__state=SessionState.HELD)
    columns = ("pk", "kind", "tier", "on", "topic", "minutes", "credit_milli")
    return [
        Attended(*row) for row in rows.order_by().values_list("person_id", *(f"session__{name}" for name in columns))
    ]
