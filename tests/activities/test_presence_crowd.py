"""Two at the same moment: what the database itself must hold, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from shanxue.activities.models import MarkEntry
from shanxue.activities.rules.codes import find_window, write_wall_code
from tests.house import House

from .meeting import Meeting, hold_meeting, permit, say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]
Visit = Callable[[str | None], Client]
TIMES = 4


@pytest.fixture
def meeting(house: House) -> Meeting:
    permit(house)
    return hold_meeting(house, "张三", "李四")


def do_at_once(act: Callable[[], HttpResponse]) -> list[HttpResponse]:
    """Do one thing several times at the same moment, each with a connection of its own."""
    barrier, answers = Barrier(TIMES), []

    def run() -> None:
        try:
            barrier.wait(timeout=20)
            answers.append(act())
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_button_pressed_four_times_at_once_counts_once(meeting: Meeting, visit: Visit) -> None:
    """mod_attendance's sin was a check before an insert: here the UPDATE itself holds the condition."""
    client = visit("member")
    code = write_wall_code(settings.SECRET_KEY, meeting.session.pk, find_window(timezone.now().timestamp()))
    answers = do_at_once(
        lambda: client.post(meeting.address("check_in"), {"code": code}, headers={"HX-Request": "true"})
    )
    texts = [answer.content.decode() for answer in answers]
    assert sorted("不用再签" in text for text in texts) == [False, True, True, True]
    assert sorted(MarkEntry.objects.values_list("outcome", flat=True)) == ["未采纳", "未采纳", "未采纳", "采纳"]


def test_a_batch_sent_four_times_at_once_is_taken_once(meeting: Meeting, visit: Visit) -> None:
    client = visit("secretary")
    body = json.dumps({"sent_at": timezone.now().isoformat(), "marks": [say(meeting, "张三", "请假")]})
    answers = do_at_once(lambda: client.post(meeting.address("sync"), body, content_type="application/json"))
    assert [answer.json()["answers"][0]["outcome"] for answer in answers] == ["采纳"] * TIMES
    assert MarkEntry.objects.count() == 1
