"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from shanxue.jobs.models import Job
from tests.house import AT, House

OPEN_TO: dict[str, set[str | None]] = {"jobs:job": {"office"}}  # who asked for the work


def make(house: House) -> dict[str, list[object]]:
    job = Job.objects.create(
        bureau_code="yc", subject="archive/seal/2026", title="归档 2026 年", user=house.users["office"], href="/more/",
        state="未办", sentence="第二支部 5 月会议记录仍是“退回修改”，不能封卷。", asked_at=AT, ended_at=AT,
    )  # fmt: skip
    return {"jobs:job": [job.pk]}
