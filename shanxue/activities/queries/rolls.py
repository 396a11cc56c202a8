"""Whether the marks of a roll-call are still those its end was recorded with (docs/adr/0004)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from shanxue.audit.models import Entry
from shanxue.orgs.models import Bureau

from ..models import Attendance, Session
from ..rules.presence import digest_marks

BLOCK = 500


def check_rolls(bureau: Bureau) -> Iterator[tuple[Session, bool]]:
    """Walk the roll-calls that ended and were not corrected since: each with whether its marks fit the digest.

    A list with a mark entered later (补录, 补学, 请假) has entries of its own in the trail and is left to them.
    """
    ended = dict(
        Entry.objects.filter(chain=bureau.code, verb="activities.end_roll_call").values_list(
            "subject", "detail__sha256"
        )
    )
    later = Attendance.objects.filter(recorded_at__gt=F("session__roll_ended_at")).values("session")
    found = Session.objects.filter(bureau=bureau, roll_ended_at__isnull=False).exclude(pk__in=later).order_by("pk")
    sessions = [one for one in found if f"session:{one.pk}" in ended]
    for start in range(0, len(sessions), BLOCK):
        block = sessions[start : start + BLOCK]
        marks: dict[int, list[tuple[str, str, str, int | None]]] = {}
        rows = Attendance.objects.filter(session__in=block).order_by("session_id", "person__staff_no")
        columns = ("session_id", "person__staff_no", "mark", "reason", "minutes_late")
        for session_id, staff_no, mark, reason, late in rows.values_list(*columns):
            marks.setdefault(session_id, []).append((staff_no, mark, reason, late))
        for session in block:
            yield session, digest_marks(marks.get(session.pk, [])) == ended[f"session:{session.pk}"]


def fits_roll(session: Session) -> bool:
    """Whether one session's marks fit the digest of its roll-call; one that cannot be told fits."""
    if Attendance.objects.filter(session=session, recorded_at__gt=session.roll_ended_at).exists():
        return True
    entry = Entry.objects.filter(
        chain=session.bureau.code, verb="activities.end_roll_call", subject=f"session:{session.pk}"
    ).first()  # fmt: skip
    rows = session.attendances.order_by("person__staff_no")
    columns = ("person__staff_no", "mark", "reason", "minutes_late")
    return entry is None or digest_marks(rows.values_list(*columns)) == entry.detail["sha256"]
