"""Long work of the assessment, done without its page: cut-off, 试算 and freeze of a large bureau."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from shanxue.accounts.models import User
from shanxue.jobs.actions import work_on
from shanxue.orgs.models import Person
from shanxue.orgs.queries import Actor, find_actor

from .actions.proceedings import freeze, run_trial, set_cutoff
from .models import Proceeding


def is_large(proceeding: Proceeding) -> bool:
    """Whether a page would wait too long; a smaller bureau is computed while it waits."""
    least: int = settings.LARGE_BUREAU
    return Person.objects.filter(bureau=proceeding.bureau_id)[:least].count() >= least


def _find(user_id: int, proceeding_id: int, at: datetime) -> tuple[Actor, Proceeding]:
    actor = find_actor(User.objects.get(pk=user_id), timezone.localdate(at))
    return actor, Proceeding.objects.select_related("bureau").get(pk=proceeding_id)


@task()
def cut_off_later(job_id: int, user_id: int, proceeding_id: int, turn: int, cutoff_at: str) -> None:
    now = timezone.now()
    with work_on(job_id) as progress:
        actor, proceeding = _find(user_id, proceeding_id, now)
        set_cutoff(
            actor, proceeding, turn, cutoff_at=datetime.fromisoformat(cutoff_at), at=now, progress=progress
        )  # fmt: skip


@task()
def try_later(job_id: int, user_id: int, proceeding_id: int, turn: int) -> None:
    now = timezone.now()
    with work_on(job_id) as progress:
        actor, proceeding = _find(user_id, proceeding_id, now)
        run_trial(actor, proceeding, turn, at=now, progress=progress)


@task()
def freeze_later(
    job_id: int, user_id: int, proceeding_id: int, turn: int, reason: str, check_until_on: str | None
) -> None:
    now = timezone.now()
    with work_on(job_id) as progress:
        actor, proceeding = _find(user_id, proceeding_id, now)
        until_on = date.fromisoformat(check_until_on) if check_until_on else None
        freeze(actor, proceeding, turn, at=now, reason=reason, check_until_on=until_on, progress=progress)
