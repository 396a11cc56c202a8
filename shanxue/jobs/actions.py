"""Asking for long work, and doing it with its progress told.

A room puts its long work into ``tasks.py`` as ``@task()`` functions that call one action inside ``work_on``; the page
that asks calls ``start_job`` and leads to the job's page. Work is queued in the database (django-tasks) and done by a
worker process that is started when there is something to do and ends when there is nothing left.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks.base import Task

from shanxue.accounts.models import User
from shanxue.base.errors import Refusal

from .models import Job
from .queries import find_step_file, is_abandoned
from .rules import OPEN, JobState, Step

TELL_EVERY = 0.2  # seconds between two writings of how far a job is
Progress = Callable[[str, int, int], None]  # what is being done, how much of it, out of how much


def start_job(
    task: Task[..., Any], *, bureau_code: str, user: User, subject: str, title: str, href: str, at: datetime,
    **values: Any,
) -> Job:  # fmt: skip
    """Ask for long work; ``task`` is called with the job's id and ``values``. One's own, under way, is given back.

    Raises Refusal ``job_of_another`` when somebody else's work on the same subject is under way.
    """
    standing = Job.objects.filter(bureau_code=bureau_code, subject=subject, state__in=OPEN).first()
    if standing is not None and is_abandoned(standing):
        stop_job(standing, at=at)
        standing = None
    if standing is None:
        with contextlib.suppress(IntegrityError), transaction.atomic():
            job = Job.objects.create(
                bureau_code=bureau_code, subject=subject, title=title, user=user, href=href, state=JobState.WAITING,
                asked_at=at,
            )  # fmt: skip
            transaction.on_commit(partial(_send, task, job.pk, values))
            return job
        standing = Job.objects.get(bureau_code=bureau_code, subject=subject, state__in=OPEN)  # both pressed at once
    if standing.user_id != user.pk:
        raise Refusal("job_of_another", f"{standing.user}正在办“{title}”，请稍后再看结果。", status=409)
    return standing


def _send(task: Task[..., Any], job_id: int, values: dict[str, Any]) -> None:
    task.enqueue(job_id, **values)
    if settings.WORKER_COMMAND:
        subprocess.Popen(
            [sys.executable, *settings.WORKER_COMMAND], start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip


def stop_job(job: Job, *, at: datetime) -> None:
    """Say that a job's process is gone. Every job's work is one transaction, so nothing of it was written."""
    Job.objects.filter(pk=job.pk, state__in=OPEN).update(
        state=JobState.STOPPED, ended_at=at, sentence="这件事中断了，什么都没有写入。可以重新开始。"
    )


@contextlib.contextmanager
def work_on(job_id: int) -> Iterator[Progress]:
    """Do a job's work inside: gives the function that tells how far it is, and writes down how it ended.

    A refusal ends the job with its sentence. Anything else is written down as 出错 and raised.
    """
    now = timezone.now()
    begun = Job.objects.filter(pk=job_id, state=JobState.WAITING)
    if not begun.update(state=JobState.RUNNING, started_at=now, pid=os.getpid()):
        raise Refusal("job_not_waiting", "这件事已经有人在办，或者已经结束。", status=409)
    try:
        yield _tell_to(job_id)
    except Refusal as refusal:
        _end(job_id, JobState.REFUSED, refusal.sentence)
    except BaseException:
        _end(job_id, JobState.FAILED, "系统出了问题，什么都没有写入。可以重新开始；再不成，请把时间告诉管理员。")
        raise
    else:
        _end(job_id, JobState.DONE, "")
    finally:
        find_step_file(job_id).unlink(missing_ok=True)


def _end(job_id: int, state: JobState, sentence: str) -> None:
    ended_at = timezone.now()
    Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(
        state=state, sentence=sentence[:500], ended_at=ended_at
    )


def _tell_to(job_id: int) -> Progress:
    path, last = find_step_file(job_id), 0.0
    path.parent.mkdir(parents=True, exist_ok=True)

    def tell(text: str, done: int, total: int) -> None:
        nonlocal last
        if done < total and time.monotonic() - last < TELL_EVERY:
            return
        last = time.monotonic()
        draft = path.with_suffix(".draft")
        draft.write_text(Step(text, done, total).write(), encoding="utf-8")
        os.replace(draft, path)

    return tell
