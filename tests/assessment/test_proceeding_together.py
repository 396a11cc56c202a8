"""Steps that two clerks press at the same moment, and steps that go on without their page: real threads and workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from shanxue.assessment.actions.proceedings import freeze, run_trial
from shanxue.assessment.actions.settling import end_publicity, publish, settle
from shanxue.assessment.models import KeptFacts, PriorResult, Proceeding, Result, Run
from shanxue.assessment.queries.proceedings import list_scheme_parts
from shanxue.base.errors import Refusal
from shanxue.jobs.models import Job
from shanxue.jobs.rules import JobState
from tests.assessment.proceeding_house import BRANCHES, CUT, DAY, SCHEME, Desk, build_desk, cut
from tests.assessment.test_settling import confirm_all
from tests.assessment.test_views_proceedings import visit

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
WORKER = """
import os, signal, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection

def pull_the_plug(execute, sql, params, many, context):
    result = execute(sql, params, many, context)
    if sys.argv[1] and sql.startswith("INSERT INTO " + chr(34) + sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    return result

with connection.execute_wrapper(pull_the_plug):
    call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
"""


def press_at_once(desk: Desk, proceeding: Proceeding, step: Callable[..., object]) -> list[str]:
    """Let both clerks, who saw the same page, do a step at the same moment; say what each was told."""
    barrier, said = Barrier(2), []

    def press(key: str) -> None:
        try:
            seen, actor = Proceeding.objects.select_related("bureau").get(pk=proceeding.pk), desk.act_as(key)
            barrier.wait(timeout=20)
            step(actor, seen, seen.turn)
            said.append("已办")
        except Refusal as refusal:
            said.append(f"{refusal.code} {refusal.sentence[2:]}")
        finally:
            connection.close()

    threads = [Thread(target=press, args=(key,)) for key in ("office", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    proceeding.refresh_from_db()
    return sorted(said)


def test_two_clerks_at_the_same_moment_do_a_step_once() -> None:
    """Bad input: two clerks pressing the same step. Exactly one does it; the other reads who was before."""
    desk = build_desk()
    proceeding = cut(desk, desk.open(SCHEME, BRANCHES))
    run_trial(desk.act_as("office"), proceeding, proceeding.turn, at=CUT)

    def told(step: str) -> list[str]:
        return [f"step_taken 刚办了“{step}”，请看清现在的情况再办。这一次什么都没有改。", "已办"]

    def freeze_now(actor: object, seen: Proceeding, turn: int) -> None:
        freeze(actor, seen, turn, at=CUT, check_until_on=CUT.date() + 3 * DAY)  # type: ignore[arg-type]

    assert press_at_once(desk, proceeding, freeze_now) == told("冻结")
    parts = list_scheme_parts(proceeding)
    assert Run.objects.count() == 2 * len(parts)  # those of the 试算, and of one freeze
    assert [part.frozen_run_id == part.run_id for part in parts] == [True, True]
    confirm_all(desk, proceeding)
    assert press_at_once(
        desk, proceeding, lambda actor, seen, turn: publish(
            actor, seen, turn, publicity_days=None, appeal_days=None, at=CUT
        ),
    ) == told("公示")  # fmt: skip
    end_publicity(desk.act_as("office"), proceeding, proceeding.turn, at=CUT + 10 * DAY)
    assert press_at_once(
        desk, proceeding, lambda actor, seen, turn: settle(actor, seen, turn, at=CUT + 10 * DAY)
    ) == told("定档")  # fmt: skip
    assert PriorResult.objects.filter(year=2025, settled=True).count() == 6  # four people, two branches
    assert list(proceeding.entries.order_by("turn").values_list("turn", flat=True)) == list(range(1, 8))


def work(tmp_path: Path, killed_at: str = "") -> int:
    """Let a worker of its own do what waits; killed, where told so, once it wrote into a table."""
    place = settings.DATABASES["default"]
    address = (
        f"sqlite:{place['NAME']}" if place["ENGINE"].endswith("sqlite3")
        else f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}"
    )  # fmt: skip
    environment = {**os.environ, "SHANXUE_DATABASE": address, "SHANXUE_DATA": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-c", WORKER, killed_at], env=environment, check=False, timeout=120
    ).returncode


@override_settings(LARGE_BUREAU=4)
def test_a_large_bureau_is_computed_without_its_page(tmp_path: Path) -> None:
    """The steps of a large bureau, through their pages and a worker process: refused while another one is at it, killed
    midway it leaves the former state, and begun anew it ends as on a page."""
    desk = build_desk()
    proceeding = desk.open(SCHEME, BRANCHES)
    office = visit(desk, "office")

    def press(client: Client, name: str, **values: object) -> str:
        proceeding.refresh_from_db()
        answer = client.post(reverse(f"assessment:{name}", args=[proceeding.pk]), {"turn": proceeding.turn, **values})
        return str(answer.headers.get("Location") or answer.content.decode())

    press(office, "roster", words="")
    local = timezone.localtime(timezone.now() - timedelta(minutes=2))
    assert "/jobs/" in press(office, "cutoff", on=f"{local:%Y-%m-%d}", time=f"{local:%H:%M}")
    assert "/jobs/" in press(office, "preview")
    proceeding.refresh_from_db()
    assert (proceeding.stage, Run.objects.count()) == ("冻结", 2)  # here done at once

    until_on = f"{timezone.localdate() + timedelta(days=3):%Y-%m-%d}"
    with override_settings(TASKS=QUEUE):
        first = press(office, "freeze", check_until_on=until_on)
        said = press(visit(desk, "second"), "freeze", check_until_on=until_on)
        assert "周文正在办“2025年度学习考核：冻结”，请稍后再看结果。" in said
        before = (Run.objects.count(), Result.objects.count(), KeptFacts.objects.count(), proceeding.entries.count())
        assert work(tmp_path, "assessment_resultline") == -signal.SIGKILL
        proceeding.refresh_from_db()
        assert (proceeding.stage, proceeding.frozen_at) == ("冻结", None)
        after = (Run.objects.count(), Result.objects.count(), KeptFacts.objects.count(), proceeding.entries.count())
        assert after == before
        assert "这件事中断了，什么都没有写入。可以重新开始。" in office.get(first).content.decode()

        again = press(office, "freeze", check_until_on=until_on)
        assert (again != first, work(tmp_path)) == (True, 0)
    assert [job.state for job in Job.objects.order_by("pk")] == [
        JobState.DONE, JobState.DONE, JobState.STOPPED, JobState.DONE
    ]  # fmt: skip
    proceeding.refresh_from_db()
    assert (proceeding.stage, proceeding.frozen_at is None) == ("支部核对", False)
    people = Result.objects.filter(run=list_scheme_parts(proceeding)[0].frozen_run, person__isnull=False)
    assert dict(people.values_list("person__name", "total_points")) == {
        "李明": 10000, "张兰": 9000, "王强": 5000, "赵敏": 10000
    }  # fmt: skip
