"""Reading jobs: one's own, and how far a running one is."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from shanxue.accounts.models import User
from shanxue.base.errors import refuse_missing

from .models import Job
from .rules import JobState, Step, read_step

PATIENCE = timedelta(minutes=5)  # how long a worker may take to begin


def find_job(user: User, job_id: int) -> Job:
    """Find a job the user asked for; anybody else's is as missing as one that does not exist."""
    job = Job.objects.filter(user=user, pk=job_id).first()
    if job is None:
        raise refuse_missing("这件事的进度")
    return job


def find_step_file(job_id: int) -> Path:
    """Where a job writes how far it is."""
    return Path(settings.DATA) / "jobs" / f"{job_id}.json"


def read_progress(job: Job) -> Step:
    try:
        return read_step(find_step_file(job.pk).read_text(encoding="utf-8"))
    except OSError:
        return Step()


def is_abandoned(job: Job) -> bool:
    """Whether the process of an open job is gone, or never came."""
    if job.state == JobState.WAITING:
        return timezone.now() - job.asked_at > PATIENCE
    return job.state == JobState.RUNNING and not _is_alive(job.pid)


def _is_alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not Path(f"/proc/{pid}/stat").exists() or ") Z " not in Path(f"/proc/{pid}/stat").read_text()
