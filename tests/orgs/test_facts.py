"""Facts are read the same through Arrow and through the open transaction."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from django.db import transaction

from shanxue.activities.models import Attendance
from shanxue.assessment.facts import gather_person_facts, gather_unit_facts
from shanxue.assessment.rules.scheme import Count, Exempt, Item, Scheme
from shanxue.base.frames import FACT_SCHEMA, SUBJECT_SCHEMA
from shanxue.base.periods import Period
from shanxue.orgs.facts import Slice, list_slices, read_people, read_units
from shanxue.orgs.models import Exemption, Stint
from tests.people import TestBureau, make_bureau

pytestmark = pytest.mark.django_db(transaction=True)
WINDOW = Period(date(2025, 1, 1), date(2026, 1, 1))


@pytest.fixture
def house() -> TestBureau:
    house = make_bureau()
    house.hold_session(house.first, date(2025, 3, 5), {"李明": "到", "张兰": "请假", "王强": "缺席"})
    house.hold_session(house.first, date(2025, 4, 2), {"李明": "到", "张兰": "已补学"})
    house.hold_session(house.first, date(2024, 12, 31), {"李明": "到"})
    return house


def make_scheme(*exempt_days: str) -> Scheme:
    item = Item("A1", "到会", "考勤", "第五条", "award_each", count=Count("attendance"))
    exempts = (Exempt(exempt_days, "days"),) if exempt_days else ()
    return Scheme("t", "办法", "person", WINDOW, 100, "", {}, (item,), (), (), exempts=exempts)


def read_marks(house: TestBureau, *exempt_days: str) -> list[tuple[str, str]]:
    part = list_slices(house.bureau.pk, WINDOW, 100)[0]
    frame = gather_person_facts(part, make_scheme(*exempt_days), narrow=False)["attendance"].collect()
    assert dict(frame.schema) == {
        name: kind() if isinstance(kind, type) else kind for name, kind in FACT_SCHEMA.items()
    }
    names = {person.pk: name for name, person in house.people.items()}
    return sorted((names[subject], mark) for subject, mark in frame.select("subject", "mark").iter_rows())


def test_attendance_facts_hold_only_the_window(house: TestBureau) -> None:
    assert read_marks(house) == [
        ("张兰", "已补学"), ("张兰", "请假"), ("李明", "到"), ("李明", "到"), ("王强", "缺席"),
    ]  # fmt: skip


def test_facts_inside_a_transaction_see_what_is_not_committed(house: TestBureau) -> None:
    outside = read_marks(house)
    with transaction.atomic():
        assert read_marks(house) == outside
        Attendance.objects.filter(mark="缺席").delete()
        assert ("王强", "缺席") not in read_marks(house)
        transaction.set_rollback(True)
    assert read_marks(house) == outside


def test_exempt_days_lift_an_absence_but_not_a_presence(house: TestBureau) -> None:
    """K51, 条例 23: 不作硬性要求; who came all the same was there."""
    for name in ("王强", "李明"):
        Exemption.objects.create(
            person=house.people[name], category="长期病休", from_on=date(2025, 3, 1), until_on=date(2025, 4, 1)
        )
    marks = read_marks(house, "长期病休")
    assert ("王强", "免") in marks
    assert marks.count(("李明", "到")) == 2


def test_people_stand_where_they_stood_on_the_last_day(house: TestBureau) -> None:
    """K53: a transfer in July moves the result to the second branch; one in 2026 does not."""
    zhang = house.people["张兰"]
    Stint.objects.filter(person=zhang, unit=house.first).update(until_on=date(2025, 7, 1))
    Stint.objects.create(person=zhang, unit=house.second, from_on=date(2025, 7, 1), until_on=date(2026, 2, 1))
    Stint.objects.create(person=zhang, unit=house.first, from_on=date(2026, 2, 1))
    people = read_people(list_slices(house.bureau.pk, WINDOW, 100)[0])
    assert people.columns == list(SUBJECT_SCHEMA)
    row = people.filter(pl.col("name") == "张兰").row(0, named=True)
    assert (row["home_name"], row["department"], row["role"]) == ("第二党支部", "办公室", "成员")


def test_unit_facts_count_marks_where_they_happened(house: TestBureau) -> None:
    part = Slice(house.bureau.pk, WINDOW, 0, 2**62)
    facts = gather_unit_facts(part, ["attendance", "sessions"], members=None, subunits=None)
    assert facts["attendance"].collect()["subject"].to_list() == [house.first.pk] * 5
    sessions = facts["sessions"].collect().sort("on")
    assert sessions.select("mark", "size").rows() == [("已召开", 333), ("已召开", 500)]


def test_read_units_lists_branches_with_their_parent(house: TestBureau) -> None:
    units = read_units(house.bureau.pk, ["党支部"])
    assert units.select("code", "home_name").rows() == [("D01", "局党委"), ("D02", "局党委")]
