"""A meeting to call the roll at: a fixed afternoon, a branch with its secretary, three people on the list."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shanxue.activities.models import Attendance, ScanPermit, Session
from shanxue.activities.rules import How, Mark
from tests.house import House, add_person


@dataclass
class Meeting:
    """A meeting of 第一支部."""

    house: House
    session: Session
    rows: dict[str, Attendance] = field(default_factory=dict)

    def address(self, name: str, *more: object) -> str:
        return reverse(f"activities:{name}", args=[self.session.pk, *more])

    def read(self, name: str) -> Attendance:
        return Attendance.objects.get(session=self.session, person=self.house.people[name])

    def person(self, name: str) -> int:
        return self.house.people[name].pk


def hold_meeting(house: House, *names: str, exempt: tuple[str, ...] = (), **values: Any) -> Meeting:
    """Set a meeting for 14:30 today (or as ``values`` say), with these people on its list."""
    now = timezone.localtime()
    session = Session.objects.create(
        **{
            "bureau": house.bureau, "unit": house.units["第一支部"], "kind": "主题党日", "tier": "支部集体学",
            "topic": "6月主题党日", "on": now.date(), "start_time": time(14, 30), "minutes": 90,
            "place": "三楼会议室", "state": "计划", "noticed_at": now - timedelta(days=3), **values,
        }
    )  # fmt: skip
    meeting = Meeting(house, session)
    for name in names:
        meeting.rows[name] = Attendance.objects.create(
            session=session, person=house.people[name], unit=house.units["第一支部"],
            mark=Mark.EXEMPT if name in exempt else Mark.UNRECORDED, how=How.LIST,
            recorded_at=now - timedelta(days=3), recorded_by="李四",
        )  # fmt: skip
    return meeting


def add_people(house: House, count: int) -> list[str]:
    """Add so many more members of 第一支部: 甲01, 甲02 …"""
    names = [f"甲{number:02d}" for number in range(1, count + 1)]
    for name in names:
        add_person(house, name, "第一支部")
    return names


def permit(house: House, unit: str = "第一支部") -> ScanPermit:
    return ScanPermit.objects.create(
        unit=house.units[unit],
        reason="支委会2025年12月同意",
        from_on=date(2025, 1, 1),
        at=timezone.now(),
        actor="office",
    )


def say(meeting: Meeting, name: str, mark: str, seen: str = "未记录", **values: Any) -> dict[str, Any]:
    return {
        "key": str(uuid4()), "person": meeting.person(name), "mark": mark, "seen": seen,
        "said_at": timezone.now().isoformat(), **values,
    }  # fmt: skip


def send(
    client: Client, meeting: Meeting, *marks: dict[str, Any], clock: timedelta = timedelta(0), **body: Any
) -> dict[str, Any]:
    """Send a batch as the page's script does; ``clock`` is how far the device's clock goes wrong."""
    sent = {"sent_at": (timezone.now() + clock).isoformat(), "marks": list(marks), **body}
    answer = client.post(
        meeting.address("sync"), json.dumps(sent), content_type="application/json", HTTP_ACCEPT="application/json"
    )
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def list_outcomes(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["outcome"], one["sentence"]) for one in answer["answers"]]
