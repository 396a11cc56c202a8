"""The example bureau's year under way: whatever the day, its records are whole and reach the assessment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shanxue.activities.models import Attendance, MeetingRecord, Session
from shanxue.assessment.models import Run
from shanxue.demo import EXAMPLE
from shanxue.demo.year import assess_so_far, load_year, move_to_year
from shanxue.plans.models import PlanItem
from shanxue.study.models import Note
from tests.people import TestBureau, make_bureau

pytestmark = pytest.mark.django_db(transaction=True)


def load(at: datetime) -> TestBureau:
    house = make_bureau()
    for number in range(8):
        house.add_person(f"1{number:02d}", f"党员{number}", house.second)
    load_year(house.bureau, at=at, progress=lambda *_: None)
    return house


@pytest.mark.parametrize("at", [datetime(2026, 11, 22, 4, tzinfo=UTC), datetime(2027, 1, 3, 4, tzinfo=UTC)])
def test_nothing_lies_in_the_future_and_every_session_has_its_list(at: datetime) -> None:
    """On any day of any year: only what was held is written, and 应到 are rows (D5)."""
    house = load(at)
    today = at.date()
    assert not Session.objects.filter(on__gte=today).exists()
    assert not Note.objects.filter(on__gte=today).exists()
    assert not Session.objects.filter(unit=house.first, attendances__isnull=True).exists()
    assert not PlanItem.objects.exclude(due_on__year=today.year).exists()


def test_the_year_so_far_reaches_the_schemes_with_no_second_entry() -> None:
    """Promise 1: sessions, notes and plans recorded here are what the lines count."""
    at = datetime(2026, 11, 22, 4, tzinfo=UTC)
    house = load(at)
    assess_so_far(house.bureau, EXAMPLE, actor="示例", at=at)
    person = house.people["张兰"]
    lines = {line.item: line for line in Run.objects.earliest("pk").results.get(person=person).lines.all()}
    present = Attendance.objects.filter(person=person, mark__in=["到", "迟到", "早退", "已补学"]).count()
    asked = Attendance.objects.filter(person=person).exclude(mark__in=["免", "未记录"]).count()
    assert lines["A1"].out_of_milli == asked * 1000
    assert lines["A1"].counted_milli is not None
    assert lines["A1"].counted_milli <= present * 1000
    passed = Note.objects.filter(person=person, state="通过").count()
    assert lines["N1"].counted_milli == passed * 1000


def test_recent_minutes_are_still_to_be_reviewed() -> None:
    """ux S4: a lived-in product has work lying on the desk."""
    load(datetime(2026, 11, 22, 4, tzinfo=UTC))
    states = set(MeetingRecord.objects.values_list("state", flat=True))
    assert {"待审核", "退回修改", "已通过"} <= states


def test_a_scheme_moves_to_another_year_but_for_the_document_it_rests_on() -> None:
    text = (Path(EXAMPLE) / "scheme.toml").read_text(encoding="utf-8")
    moved = move_to_year(text, 2027)
    assert 'code = "yccg-2027"' in moved
    assert f"window = {{ from = {date(2027, 1, 1)}, until = {date(2028, 1, 1)} }}" in moved
    assert "〔2025〕3号" in moved
