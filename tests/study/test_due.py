"""What study puts on somebody's list, and on the desk of who reads a branch's notes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shanxue.base.lights import Due, Light
from shanxue.base.periods import Period
from shanxue.orgs.facts import EVERYONE, Slice
from shanxue.study import due
from shanxue.study.actions.review import Verdict, review_note
from shanxue.study.facts import read_notes
from shanxue.study.models import Material, ReadingList, SelfStudy
from tests.house import House

from .rows import AT, act_as, hand_in, write_draft

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 20, 2, 0, tzinfo=UTC)


def add_list(house: House, unit: str, until_on: date, *titles: str) -> ReadingList:
    reading = ReadingList.objects.create(
        bureau=house.bureau, unit=house.units[unit], title="二季度书目", from_on=date(2026, 4, 1), until_on=until_on
    )
    for title in titles:
        reading.materials.add(Material.objects.create(bureau=house.bureau, kind="书", title=title))
    return reading


def test_a_person_is_told_of_returned_notes_lists_that_end_and_drafts_that_lie(house: House) -> None:
    person = house.people["张三"]
    back = hand_in(house, title="读党章")
    review_note(act_as(house, "secretary"), back.pk, Verdict.RETURN, "写到岗位。", revision=back.revision, at=AT)
    old = write_draft(house, title="没写完")
    write_draft(house, title="昨天的", at=NOW - timedelta(days=1))
    reading = add_list(house, "机关党委", date(2026, 6, 30), "甲书", "乙书", "丙书")
    SelfStudy.objects.create(
        bureau=house.bureau, person=person, title="甲书", on=date(2026, 5, 1), at=AT,
        material=Material.objects.get(title="甲书"),
    )  # fmt: skip
    add_list(house, "第二支部", date(2026, 6, 30), "别的支部")
    add_list(house, "第一支部", date(2026, 12, 30), "还早")
    assert due.list_for_person(person, NOW) == [
        Due(f"note-{back.pk}", "笔记", "修改笔记：读党章", f"/study/notes/{back.pk}/", Light.NEAR,
            "退回修改：写到岗位。"),
        Due(f"note-{old.pk}", "笔记", "写完笔记：没写完", f"/study/notes/{old.pk}/", Light.NONE,
            "草稿，6月3日写到这里"),
        Due(f"reading-{reading.pk}", "书目", "二季度书目", f"/study/lists/{reading.pk}/", Light.NEAR,
            "还有 2 项没有记录", on=date(2026, 6, 30)),
    ]  # fmt: skip


def test_a_list_read_to_the_end_is_spoken_of_no_more(house: House) -> None:
    add_list(house, "第一支部", date(2026, 6, 30), "甲书")
    SelfStudy.objects.create(
        bureau=house.bureau, person=house.people["张三"], title="甲书", on=date(2026, 5, 1), at=AT,
        material=Material.objects.get(),
    )  # fmt: skip
    assert due.list_for_person(house.people["张三"], NOW) == []
    assert len(due.list_for_person(house.people["李四"], NOW)) == 1


def test_a_unit_is_told_how_many_notes_wait_in_one_row(house: House) -> None:
    unit = house.units["第一支部"]
    assert due.list_for_unit(unit, NOW) == []
    hand_in(house)
    hand_in(house, "李四", days=2)
    hand_in(house, "王五")
    write_draft(house)
    assert due.list_for_unit(unit, NOW) == [
        Due(f"notes-of-{unit.pk}", "审阅", "待审笔记 2 篇", "/study/review/", Light.NEAR, "最早的 6月3日交")
    ]


def test_the_year_is_summed_up_as_passed_of_handed_in(house: House) -> None:
    person = house.people["张三"]
    assert due.summarise_year(person, 2026) is None
    passed = hand_in(house)
    review_note(act_as(house, "secretary"), passed.pk, Verdict.PASS, "", revision=passed.revision, at=AT)
    hand_in(house)
    write_draft(house)
    assert due.summarise_year(person, 2026) == ("笔记", 1, 2)


def test_due_makes_the_same_queries_at_one_and_three_rows(house: House) -> None:
    person, unit, counts = house.people["张三"], house.units["第一支部"], []
    for rows in (1, 2):
        for number in range(rows):
            write_draft(house)
            hand_in(house)
            add_list(house, "第一支部", date(2026, 6, 30), f"{rows}{number}书")
        with CaptureQueriesContext(connection) as made:
            due.list_for_person(person, NOW)
            due.list_for_unit(unit, NOW)
            due.summarise_year(person, 2026)
        counts.append(len(made))
    assert counts == [5, 5]


def test_a_draft_is_no_fact_and_a_note_handed_in_counts_from_its_first_day(house: House) -> None:
    """D6: what the assessment reads needs no second entry; drafts, also those taken back, are nobody's record."""
    write_draft(house)
    note = hand_in(house)
    part = Slice(house.bureau.pk, Period(date(2026, 1, 1), date(2027, 1, 1)), 0, EVERYONE)
    facts = read_notes(part).select("ref", "on", "mark", "amount").rows()
    assert facts == [(note.pk, date(2026, 6, 3), "待审", 42_000)]
