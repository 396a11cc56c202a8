"""Reading, checking and writing an import in the background; writing it on the page."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from shanxue.base.errors import Refusal
from shanxue.intake import uploads
from shanxue.intake.actions import Progress, say_nothing
from shanxue.intake.models import Upload
from shanxue.jobs.actions import work_on
from shanxue.jobs.models import Job
from shanxue.orgs.models import Bureau

from .looking import drop_look, look_at


def commit_as_shown(
    upload: Upload, preview: str, *, bureau_name: str, actor: str, at: datetime, progress: Progress = say_nothing
) -> None:
    """Write an upload exactly as its preview showed it, then drop its files. Raises what stops it."""
    today = timezone.localdate(at)
    plan = uploads.plan_upload(upload, bureau_name=bureau_name, today=today, progress=progress)
    try:
        uploads.refuse_moved_since(upload, plan, preview)
        uploads.commit_upload(upload, plan, actor=actor, at=at, progress=progress)
    except Refusal:
        drop_look(upload)  # the next page shows how things stand now
        raise
    uploads.drop_upload(upload)


@task()
def look_in_background(job_id: int, upload_id: int, step: str) -> None:
    """Read and check large files; the page of the step then shows what came of it."""
    with work_on(job_id) as tell:
        upload = Upload.objects.get(pk=upload_id)
        name = Bureau.objects.get(code=upload.bureau_code).name
        look_at(upload, step, bureau_name=name, today=timezone.localdate(), keep=True, progress=tell)


@task()
def commit_in_background(job_id: int, upload_id: int, preview: str) -> None:
    """Commit a long import; the one who asked sees how far it is."""
    with work_on(job_id) as tell:
        upload, job = Upload.objects.get(pk=upload_id), Job.objects.select_related("user").get(pk=job_id)
        if upload.done_at is None:
            name = Bureau.objects.get(code=upload.bureau_code).name
            commit_as_shown(
                upload, preview, bureau_name=name, actor=job.user.username, at=timezone.now(), progress=tell
            )
