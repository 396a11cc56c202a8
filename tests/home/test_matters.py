"""What rooms put before a leader (settings.MATTERS): nobody is named, and no row hides another."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from shanxue.assessment.matters import list_matters as list_of_assessment
from shanxue.assessment.models import Appeal, Proceeding, Result
from shanxue.assessment.rules.proceedings import Step
from shanxue.bulletins.overview import build_overview, list_room_matters
from shanxue.orgs.queries import Actor, find_actor
from shanxue.supervision.actions.rectifying import Task, write_finding
from shanxue.supervision.matters import list_matters as list_of_supervision
from tests.house import AT, House
from tests.supervision.checks import NOW, add_chief, begin, get_actor, hold_six

pytestmark = pytest.mark.django_db
JULY = datetime(2026, 7, 1, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def act(house: House, key: str = "leader", on: date = date(2026, 7, 1)) -> Actor:
    return find_actor(house.users[key], on)


@pytest.fixture
def behind(house: House) -> House:
    """第一支部 was to put two things right by 10 June and has not said that it did."""
    hold_six(house)
    add_chief(house)
    inspection = begin(house)
    for sample, text in zip(
        inspection.samples.order_by("position"), ("决议没有落实情况", "没有写缺席原因"), strict=False
    ):
        write_finding(
            get_actor(house, "inspector"), inspection, house.units["第一支部"], text,
            Task("补写", date(2026, 6, 10)), at=NOW, sample=sample, line=0,
        )  # fmt: skip
    return house


def test_findings_past_their_day_are_a_row_for_each_unit(behind: House) -> None:
    """Issue 4, item 8: inspections' findings over deadline."""
    rows = list_of_supervision(act(behind), JULY)
    assert [(row.title, row.state) for row in rows] == [("第一支部有 2 项整改过了期限", "最早的期限是6月10日")]
    assert list_of_supervision(act(behind, "head"), JULY) == []
    assert list_of_supervision(act(behind), JULY - timedelta(days=21)) == []  # the last day itself is no delay


def test_appeals_over_term_are_counted_not_named(house: House) -> None:
    """K61: fifteen days where the scheme names no term; the fifteenth day is still in time."""
    result = Result.objects.get(run=house.run, person=house.people["张三"])
    Appeal.objects.create(result=result, item="P1", sentence="少计一项。", asked_at=JULY - timedelta(days=16))
    Appeal.objects.create(result=result, item="A1", sentence="少计一次。", asked_at=JULY - timedelta(days=15))
    rows = list_of_assessment(act(house), JULY)
    assert [(row.title, row.state) for row in rows] == [
        ("1 件申诉超过期限还没有答复", "最早的一件已等 16 天；细则没有写期限的，满 15 天提醒")
    ]  # fmt: skip


def test_a_step_of_the_assessment_past_its_day_waits_for_a_word(house: House) -> None:
    values = {"bureau": house.bureau, "from_on": date(2025, 1, 1), "until_on": date(2026, 1, 1), "opened_at": AT}
    Proceeding.objects.create(
        **values, title="2025年度学习考核", stage=Step.CHECK, opened_by="学习办公室", cutoff_at=AT, frozen_at=AT,
        check_until_on=date(2026, 6, 30),
    )  # fmt: skip
    assert [row.title for row in list_of_assessment(act(house), JULY)] == ["2025年度学习考核：支部核对"]
    assert list_of_assessment(act(house, on=date(2026, 6, 30)), JULY - timedelta(days=1)) == []


def test_rows_of_all_rooms_stand_beside_each_other(behind: House) -> None:
    """Adding one never hides another: the page has every row of every room, and every unit that is late."""
    result = Result.objects.get(run=behind.run, person=behind.people["张三"])
    Appeal.objects.create(result=result, item="P1", sentence="少计一项。", asked_at=JULY - timedelta(days=40))
    leader = act(behind)
    each = [row.key for name in settings.MATTERS for row in import_module(name).list_matters(leader, JULY)]
    assert len(each) == len(set(each)) >= 2
    assert [row.key for row in list_room_matters(leader, JULY)] == each
    page = build_overview(leader, JULY.date(), JULY)
    assert [row.key for row in page.matters][: len(each)] == each
    text = "".join(row.title + row.state for row in page.matters)
    assert [name for name in behind.people if name in text] == []
