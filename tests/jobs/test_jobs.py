"""Long work: done once, told while it lasts, ended in words, and never left open by a process that is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from shanxue.base.errors import Refusal
from shanxue.jobs.actions import start_job, work_on
from shanxue.jobs.models import Job
from shanxue.jobs.queries import find_step_file, is_abandoned, read_progress
from shanxue.jobs.rules import JobState, Step, read_step
from shanxue.orgs.models import Bureau
from tests.house import House
from tests.jobs.tasks import rename_bureau

pytestmark = pytest.mark.django_db(transaction=True)
Visit = Callable[[str | None], Client]


def ask(house: House, name: str, key: str = "office") -> Job:
    job = start_job(
        rename_bureau, bureau_code="yc", user=house.users[key], subject="rename", title="改单位名称", href="/more/",
        at=timezone.now(), name=name,
    )  # fmt: skip
    job.refresh_from_db()
    return job


@pytest.fixture
def house(transactional_db: None) -> House:
    from tests.house import build_house

    return build_house()


@pytest.mark.parametrize(
    ("name", "state", "sentence"),
    [
        ("新名称", JobState.DONE, ""),
        ("", JobState.REFUSED, "请写单位名称。"),
        ("坏", JobState.FAILED, "系统出了问题，什么都没有写入。可以重新开始；再不成，请把时间告诉管理员。"),
    ],
)
def test_work_ends_in_words(house: House, name: str, state: JobState, sentence: str) -> None:
    job = ask(house, name)
    assert (job.state, job.sentence, job.pid) == (state, sentence, os.getpid())
    assert Bureau.objects.get().name == (name if state == JobState.DONE else "云川市示例局")
    assert not find_step_file(job.pk).exists()


def open_job(house: House, **values: object) -> Job:
    more = {"state": JobState.RUNNING, "asked_at": timezone.now(), "pid": os.getpid(), **values}
    return Job.objects.create(
        bureau_code="yc", subject="rename", title="改单位名称", user=house.users["office"], href="/more/", **more
    )


def test_asking_twice_gives_the_same_work(house: House) -> None:
    standing = open_job(house)
    assert ask(house, "新名称").pk == standing.pk
    assert Job.objects.count() == 1


def test_somebody_elses_work_is_named(house: House) -> None:
    open_job(house)
    with pytest.raises(Refusal) as refused:
        ask(house, "新名称", key="secretary")
    assert refused.value.sentence == "office正在办“改单位名称”，请稍后再看结果。"


def find_dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_work_whose_process_is_gone_is_stopped_and_may_begin_anew(house: House, visit: Visit) -> None:
    """kill -9: what was begun is one transaction, so nothing of it was written, and the page says so."""
    gone = open_job(house, pid=find_dead_pid())
    page = visit("office").get(reverse("jobs:job", args=[gone.pk]))
    assert "这件事中断了，什么都没有写入。可以重新开始。" in page.content.decode()
    again = ask(house, "新名称")
    assert (again.state, Job.objects.get(pk=gone.pk).state) == (JobState.DONE, JobState.STOPPED)


def test_work_that_nobody_began_for_five_minutes_is_given_up(house: House) -> None:
    now = timezone.now()
    assert not is_abandoned(Job(state=JobState.WAITING, asked_at=now - timedelta(minutes=4)))
    assert is_abandoned(Job(state=JobState.WAITING, asked_at=now - timedelta(minutes=6)))


def test_the_page_says_how_far_it_is_and_leads_on(house: House, visit: Visit) -> None:
    job = open_job(house, state=JobState.WAITING)
    client, address = visit("office"), reverse("jobs:job", args=[job.pk])
    with work_on(job.pk) as tell:
        tell("正在写文件", 3, 12)
        assert read_progress(job) == Step("正在写文件", 3, 12)
        page = client.get(address).content.decode()
        assert 'value="25"' in page
        assert "正在写文件" in page
    line = client.get(address, headers={"HX-Request": "true"})
    assert line.headers["HX-Redirect"] == "/more/"
    assert visit("secretary").get(address).status_code == 404


def test_work_is_begun_once(house: House) -> None:
    job = open_job(house)
    with pytest.raises(Refusal, match="已经有人在办"), work_on(job.pk):
        raise AssertionError("begun twice")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"text": 1, "more": 2}'])
def test_half_a_step_tells_nothing(text: str) -> None:
    assert read_step(text) == Step()


def test_a_worker_does_what_waits_and_ends(house: House, tmp_path: Path) -> None:
    """The real queue and a process of its own, as ``serve`` starts it."""
    with override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}):
        job = ask(house, "新名称")
    assert job.state == JobState.WAITING
    place = settings.DATABASES["default"]
    address = (
        f"sqlite:{place['NAME']}" if place["ENGINE"].endswith("sqlite3")
        else f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}"
    )  # fmt: skip
    command = [sys.executable, "-m", "django", "db_worker", "--batch", "--no-startup-delay", "--verbosity", "0"]
    environment = {**os.environ, "SHANXUE_DATABASE": address, "SHANXUE_DATA": str(tmp_path)}
    subprocess.run(command, env=environment, check=True, timeout=60)
    job.refresh_from_db()
    assert (job.state, Bureau.objects.get().name) == (JobState.DONE, "新名称")
