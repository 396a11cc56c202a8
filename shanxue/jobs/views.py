"""The page of one job: a line that says how far it is, renewed by itself, and the way on when it has ended."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shanxue.accounts.models import User

from .actions import stop_job
from .queries import find_job, is_abandoned, read_progress
from .rules import OPEN, JobState


@login_required
@require_safe
def show_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far a job is: a page, or for htmx the line alone; one that is done leads on to its outcome."""
    job = find_job(cast(User, request.user), job_id)
    if is_abandoned(job):
        stop_job(job, at=timezone.now())
        job.refresh_from_db()
    page = {"job": job, "open": job.state in OPEN, "done": job.state == JobState.DONE, "step": read_progress(job)}
    fragment = request.headers.get("HX-Request") == "true"
    answer = render(request, "jobs/line.html" if fragment else "jobs/job.html", page)
    if fragment and job.state == JobState.DONE:
        answer.headers["HX-Redirect"] = job.href
    return answer
