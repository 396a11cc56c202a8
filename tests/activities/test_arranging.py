"""Arranging a session: draft, notice, frozen list, changes after it (D5, ux S2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from shanxue.activities.actions.arranging import Arrangement, arrange_session, send_notice
from shanxue.activities.models import Attendance, Session
from shanxue.activities.rules import SessionKind, Tier
from shanxue.audit.models import Entry
from shanxue.orgs.models import Exemption
from shanxue.orgs.queries import Actor, find_actor
from tests.house import House, add_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
TODAY = date(2026, 6, 8)
DAY = date(2026, 6, 12)


def act_as(house: House, key: str) -> Actor:
    return find_actor(house.users[key], TODAY)


def plan(house: House, unit: str = "第一支部", **values: object) -> Arrangement:
    given = {
        "unit": house.units[unit], "kind": SessionKind.THEME_DAY, "tier": Tier.BRANCH, "topic": "6月主题党日",
        "on": DAY, "start_time": time(14, 30), "minutes": 90, "place": "三楼会议室",
    }  # fmt: skip
    return Arrangement(**given | values)  # type: ignore[arg-type]


def arrange(house: House, key: str = "secretary", **values: object) -> Session:
    return arrange_session(act_as(house, key), plan(house, **values), at=NOW)


def list_marks(session: Session) -> dict[str, str]:
    rows = Attendance.objects.filter(session=session).select_related("person").order_by("person__staff_no")
    return {row.person.name: row.mark for row in rows}


def test_a_notice_freezes_the_people_of_the_branch_with_the_unit_of_that_day(house: House) -> None:
    """D5: 应到 is rows; 免考核 people are listed apart as 免."""
    add_person(house, "孙七", "第一支部")
    Exemption.objects.create(person=house.people["孙七"], category="年老体弱")
    session = arrange(house)
    assert list_marks(session) == {}
    noticed = send_notice(act_as(house, "secretary"), session, at=NOW)
    assert (noticed.expected, noticed.apart) == (2, 1)
    assert list_marks(session) == {"张三": "未记录", "李四": "未记录", "孙七": "免"}
    assert set(session.attendances.values_list("unit__name", flat=True)) == {"第一支部"}
    assert Entry.objects.filter(verb="activities.send_notice").count() == 1
