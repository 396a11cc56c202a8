"""Long work of this room."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from shanxue.jobs.actions import work_on
from shanxue.orgs.models import Bureau

from .actions.sealing import seal_year
from .preparing import prepare_year


@task()
def seal(job_id: int, bureau_id: int, year: int, decision: str, actor: str) -> None:
    """Seal a year; the page that asked waits with a line that says how far it is."""
    with work_on(job_id) as tell:
        bureau = Bureau.objects.get(pk=bureau_id)
        seal_year(bureau, year, decision=decision, actor=actor, at=timezone.now(), progress=tell)


@task()
def prepare(job_id: int, bureau_id: int, year: int) -> None:
    """Make the PDF/A copies of a year before it is sealed."""
    with work_on(job_id) as tell:
        prepare_year(Bureau.objects.get(pk=bureau_id), year, progress=tell)
