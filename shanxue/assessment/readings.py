"""Who looked at a personal result: written down when somebody else opens it, shown to the person."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.orgs.queries import Actor

from .models import Result, ResultReading


@transaction.atomic
def record_reading(actor: Actor, result: Result, *, at: datetime) -> ResultReading | None:
    """Write down that the actor opened somebody else's result: once per reader, result and day.

    Returns None when there is nothing to write: one's own result, a unit's result, or already written today.
    """
    own = actor.person is not None and result.person_id == actor.person.pk
    if result.person_id is None or own:
        return None
    reader = actor.user.username
    today = timezone.localtime(at).date()
    if result.readings.filter(reader=reader, at__date=today).exists():
        return None
    reading = ResultReading.objects.create(result=result, reader=reader, reader_name=str(actor.user), at=at)
    record_entry(
        chain=result.run.bureau.code, actor=reader, at=at, verb="assessment.read_result",
        subject=f"result:{result.pk}", detail={"person": result.person_id},
    )  # fmt: skip
    return reading
