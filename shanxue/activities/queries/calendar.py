"""Meetings as a calendar needs them: of one person, within some days, with those called off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shanxue.audit.queries import map_last_changes
from shanxue.orgs.models import Person

from ..models import Session
from ..rules import Mark, SessionState

ARRANGING = ("arrange", "change_session", "send_notice", "postpone_session", "cancel_session")
CALLED_OFF = (SessionState.POSTPONED, SessionState.CANCELLED)


@dataclass(frozen=True)
class Meeting:
    """One session somebody is expected at. ``changed_at``: when its time, place or topic was last arranged."""

    session: Session
    called_off: bool
    changed_at: datetime | None


def list_meetings(person: Person, since: date) -> list[Meeting]:
    """Sessions from ``since`` on that expect this person, in order of time; whoever is exempt is not expected.

    Two queries. Imported sessions were never arranged here, so nobody knows when they changed.
    """
    expected = person.attendances.exclude(mark=Mark.EXEMPT).filter(session__on__gte=since)
    sessions = list(Session.objects.filter(pk__in=expected.values("session")).order_by("on", "start_time", "pk"))
    changes = map_last_changes(
        person.bureau.code,
        [f"session:{session.pk}" for session in sessions],
        [f"activities.{verb}" for verb in ARRANGING],
    )
    return [Meeting(session, session.state in CALLED_OFF, changes.get(f"session:{session.pk}")) for session in sessions]
