"""The files one meeting leaves for the archive: 会议记录, and as its attachments 会议通知 and 签到表.

DA/T 22-2015: one meeting is one 件, a document with its attachments is one 件.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from .documents import write_notice
from .filled import write_minutes_document, write_sheet_document
from .models import Session, SessionNote
from .queries.records import Access, Minutes, read_passed_minutes

READER = Access(reads_all=True, leads=False, writes=False, reviews=False, keeps_office=False)
AT_ONCE = 100  # meetings read together: six queries for all of them


def was_announced(session: Session) -> bool:
    """Whether a notice went out: the list of a 补录 is confirmed after the day, and nobody was told of anything."""
    return session.noticed_at is not None and timezone.localdate(session.noticed_at) <= session.on


@dataclass(frozen=True)
class _Meeting:
    minutes: Minutes
    changes: Sequence[SessionNote]  # what was changed after the notice, as people were told


class Folder:
    """The meetings of one class, read many at a time in the order in which they are written."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = ids
        self.places = {session_id: place for place, session_id in enumerate(ids)}
        self.open: dict[int, _Meeting] = {}

    def write_minutes(self, session_id: int) -> bytes:
        return write_minutes_document(self._read(session_id).minutes)

    def write_notice(self, session_id: int) -> bytes:
        meeting = self._read(session_id)
        return write_notice(meeting.minutes, meeting.changes)

    def write_sheet(self, session_id: int) -> bytes:
        minutes = self._read(session_id).minutes
        return write_sheet_document(minutes.session.bureau_id, minutes.head)

    def _read(self, session_id: int) -> _Meeting:
        if session_id not in self.open:
            place = self.places[session_id]
            self.open = _read_meetings(self.ids[place : place + AT_ONCE])
        return self.open[session_id]


def _read_meetings(ids: Sequence[int]) -> dict[int, _Meeting]:
    names = ("bureau", "unit", "host", "recorder", "record")
    sessions = list(Session.objects.filter(pk__in=ids).select_related(*names))
    changes: dict[int, list[SessionNote]] = defaultdict(list)
    for note in SessionNote.objects.filter(session__in=ids, person=None).order_by("at", "pk"):
        changes[note.session_id].append(note)
    found = read_passed_minutes(sessions, READER)
    return {one.session.pk: _Meeting(one, changes[one.session.pk]) for one in found}
