"""Minutes and decisions among what is due (ux M1, S1)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shanxue.activities.due import list_for_person, list_for_unit
from shanxue.activities.models import MeetingRecord, Resolution
from shanxue.base.lights import Due
from tests.house import House

from .held_meeting import hold_meeting, write_record

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 13, 2, 0, tzinfo=UTC)


def list_keys(rows: list[Due]) -> list[str]:
    return [row.key for row in rows if row.kind in ("记录", "审阅")]


def test_minutes_are_asked_of_the_secretary_and_of_the_recorder(house: House) -> None:
    session = hold_meeting(house)
    assert list_keys(list_for_unit(house.units["第一支部"], NOW)) == [f"record-{session.pk}"]
    assert list_keys(list_for_person(house.people["张三"], NOW)) == [f"record-{session.pk}"]
    assert list_keys(list_for_person(house.people["李四"], NOW)) == []


def test_what_the_recorder_handed_in_is_the_secretarys_to_review(house: House) -> None:
    session = hold_meeting(house)
    write_record(session, "待审核", "member", house)
    assert list_keys(list_for_unit(house.units["第一支部"], NOW)) == [f"review-{session.pk}"]
    MeetingRecord.objects.update(writer=house.users["secretary"])
    assert list_keys(list_for_unit(house.units["第一支部"], NOW)) == []


def test_many_minutes_to_review_stand_in_one_row(house: House) -> None:
    """ux S1: 待审 with its number; the row leads to the list of all of them."""
    for day in range(1, 5):
        write_record(hold_meeting(house, f"第{day}次学习"), "待审核", "member", house)
    (row,) = [row for row in list_for_unit(house.units["第一支部"], NOW) if row.kind == "审阅"]
    assert (row.key, row.title) == ("reviews", "审核记录 4 份")
    assert row.href == "/sessions/records/?tab=%E5%BE%85%E5%AE%A1%E6%A0%B8"


def test_a_decision_is_a_task_once_the_minutes_are_handed_in_until_done(house: House) -> None:
    """Issue 3 item 3: resolutions that become tasks."""
    session = hold_meeting(house)
    record = write_record(session, "草稿", "secretary", house)
    row = Resolution.objects.create(
        session=session, position=1, text="写小结", responsible=house.people["李四"], due_on=date(2026, 6, 30)
    )
    person = house.people["李四"]
    assert list_keys(list_for_person(person, NOW)) == []
    record.submitted_at = NOW
    record.save()
    (task,) = list_for_person(person, NOW)
    assert (task.key, task.title, task.state, task.on) == (f"resolution-{row.pk}", "写小结", "还有 17 天", row.due_on)
    row.done_on = date(2026, 6, 20)
    row.save()
    assert list_for_person(person, NOW) == []
