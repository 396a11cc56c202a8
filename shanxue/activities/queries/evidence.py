"""What sessions prove: held by a unit, attended by a person. Plain rows for supervision, many subjects at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from shanxue.orgs.models import Stint
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
    """List the sessions held by units (of the whole bureau when ``None``). One query."""
    rows = _match_held(bureau_id, wanted, units).values_list("pk", "unit_id", "kind", "tier", "on", "topic", "minutes")
    return [Held(*row) for row in rows]


def _match_held(bureau_id: int, wanted: Iterable[Wanted], units: Subjects) -> QuerySet[Session]:
    found = Q(pk__in=[])
    for one in wanted:
        found |= one.match()
    sessions = Session.objects.filter(found, bureau_id=bureau_id, state=SessionState.HELD).order_by()
    return sessions if units is None else sessions.filter(unit_id__in=units)


def count_present(bureau_id: int, wanted: Iterable[Wanted], units: Subjects, of: str) -> dict[int, tuple[int, int]]:
    """Count who was there and who was due at these sessions, by session. 免 is not due; 未记录 is, but not there.

    ``of``: 应到, 正式党员 or 委员 (of the unit that held it). One query.
    """
    rows = Attendance.objects.filter(session__in=_match_held(bureau_id, wanted, units)).exclude(mark=Mark.EXEMPT)
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


def list_present_people(bureau_id: int, wanted: Iterable[Wanted], units: Subjects) -> dict[int, tuple[int, ...]]:
    """List who was at these sessions, by session. One query."""
    rows = Attendance.objects.filter(session__in=_match_held(bureau_id, wanted, units), mark__in=PRESENT)
    found: dict[int, list[int]] = {}
    for session, person in rows.order_by("person_id").values_list("session_id", "person_id"):
        found.setdefault(session, []).append(person)
    return {session: tuple(people) for session, people in found.items()}


def list_lectures(bureau_id: int, wanted: Iterable[Wanted], speakers: Sequence[int]) -> list[tuple[Held, int]]:
    """List the sessions at which these people spoke, wherever they were held, each with the speaker. One query."""
    found = Q(pk__in=[])
    for one in wanted:
        found |= one.match("session__")
    columns = ("pk", "unit_id", "kind", "tier", "on", "topic", "minutes")
    rows = AgendaItem.objects.filter(
        found, speaker_id__in=speakers, session__bureau_id=bureau_id, session__state=SessionState.HELD
    )
    return [
        (Held(*row[:-1]), row[-1])
        for row in rows.order_by().values_list(*(f"session__{name}" for name in columns), "speaker_id").distinct()
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


def list_attended(bureau_id: int, wanted: Iterable[Wanted], people: Sequence[int]) -> list[Attended]:
    """List the sessions these people came to (到, 迟到, 早退). One query."""
    found = Q(pk__in=[])
    for one in wanted:
        found |= one.match("session__")
    rows = Attendance.objects.filter(
        found, person_id__in=people, mark__in=PRESENT, session__bureau_id=bureau_id, session__state=SessionState.HELD
    )
    columns = ("pk", "kind", "tier", "on", "topic", "minutes", "credit_milli")
    return [
        Attended(*row) for row in rows.order_by().values_list("person_id", *(f"session__{name}" for name in columns))
    ]
