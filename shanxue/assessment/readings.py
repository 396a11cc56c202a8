"""Who looked at a personal result: written down when somebody else opens it, shown to the person."""

from __future__ import annotations

from collections.abc import Iterable
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


@transaction.atomic
def record_readings(actor: Actor, results: Iterable[Result], *, at: datetime) -> int:
    """Write down that the actor saw the results of several people at once: as ``record_reading`` does, in one entry.

    Returns how many had not been written down today.
    """
    reader, own = actor.user.username, actor.person.pk if actor.person is not None else None
    others = [one for one in results if one.person_id is not None and one.person_id != own]
    today = timezone.localtime(at).date()
    known = set(
        ResultReading.objects.filter(result__in=others, reader=reader, at__date=today).values_list("result", flat=True)
    )
    fresh = [one for one in others if one.pk not in known]
    ResultReading.objects.bulk_create(
        (ResultReading(result=one, reader=reader, reader_name=str(actor.user), at=at) for one in fresh), batch_size=2000
    )
    if fresh and actor.bureau is not None:
        record_entry(
            chain=actor.bureau.code, actor=reader, at=at, verb="assessment.read_results",
            subject=f"run:{fresh[0].run_id}", detail={"results": [one.pk for one in fresh]},
        )  # fmt: skip
    return len(fresh)
