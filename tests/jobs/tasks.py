"""Long work for the tests: counts, is refused, or fails."""

from __future__ import annotations

from django_tasks import task

from shanxue.base.errors import Refusal
from shanxue.jobs.actions import work_on
from shanxue.orgs.models import Bureau


@task()
def rename_bureau(job_id: int, name: str) -> None:
    """Write a name; an empty one is refused, “坏” fails."""
    with work_on(job_id) as tell:
        tell("正在改名", 1, 2)
        if not name:
            raise Refusal("no_name", "请写单位名称。")
        if name == "坏":
            raise ValueError(name)
        Bureau.objects.update(name=name)
        tell("正在改名", 2, 2)
