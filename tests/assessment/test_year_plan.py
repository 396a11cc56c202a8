"""K3: the year's plan beside the rubric; which clause counts what, and what a clause counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanxue.activities.models import Session
from shanxue.assessment.actions.schemes import start_draft
from shanxue.assessment.queries.schemes import find_first_shipped, find_shipped
from shanxue.assessment.queries.year_plan import YearPlan, read_year_plan
from shanxue.assessment.rules.feeds import Feeder, list_fed
from shanxue.orgs.queries import find_actor
from shanxue.plans.models import Plan, PlanItem
from shanxue.plans.rules.planning import describe_recurrence, name_series
from tests.house import AT, House

Visit = Callable[[str | None], Client]


def name_fed(code: str, *feeders: Feeder) -> list[str]:
    scheme = find_shipped(code)
    return [scheme.items[at].code for at in list_fed(scheme, feeders)]


def test_what_counts_a_record_is_told_from_the_counts() -> None:
    """A session feeds attendance by tier and kind; a plan item the clause on its owner's plan, and no other."""
    session = Feeder("session", ("党课",), ("支部集体学",), frozenset({"branch"}))
    assert name_fed("jiguan-tongyong", session) == ["A1", "A2", "A3"]
    assert name_fed("jiguan-tongyong", Feeder("session", ("自学",), ("个人自学",))) == []
    assert name_fed("jiguan-zhibu", session) == ["M4", "A1"]
    of_committee = Feeder("session", ("党课",), ("支部集体学",), frozenset())
    assert name_fed("jiguan-zhibu", of_committee) == ["A1"]  # the party committee's own sessions are no branch's
    assert name_fed("jiguan-tongyong", Feeder("plan", owners=frozenset({"branch"}))) == []
    assert name_fed("jiguan-zhibu", Feeder("plan", owners=frozenset({"branch"}))) == ["P1"]
    assert name_fed("jiguan-tongyong", Feeder("plan", owners=frozenset({"person"}))) == ["P1"]
    assert name_fed("jiguan-tongyong", Feeder("credit")) == ["H1"]
    assert name_fed("jiguan-tongyong", Feeder("credit", ("网络培训",))) == []
    assert name_fed("jiguan-tongyong", Feeder("note")) == ["N1"]


@pytest.mark.parametrize(
    ("months", "words"),
    [([3, 6, 9, 12], "每季度一次"), ([1, 2, 9, 12], "全年 4 次"), (list(range(1, 13)), "每月一次"),
     ([5, 11], "每半年一次"), ([5, 6], "全年 2 次"), ([7], "")],
)  # fmt: skip
def test_how_often_something_stands_in_a_plan(months: list[int], words: str) -> None:
    assert describe_recurrence(months) == words


def test_items_are_one_of_a_series_where_their_title_names_the_kind() -> None:
    assert name_series("党课", "第二季度党课：条例解读") == "党课"
    assert name_series("活动", "岗位练兵交流") == "岗位练兵交流"


# With a bureau

pytestmark = pytest.mark.django_db


def add_plan(house: House, owner: str, **columns: object) -> Plan:
    columns |= {"state": "已批准", "decided_at": AT} if "state" not in columns else {}
    return Plan.objects.create(bureau=house.bureau, unit=house.units[owner], year=2025, title=f"{owner}计划", **columns)


def add_item(plan: Plan, kind: str, title: str, due_on: date | None, **columns: object) -> PlanItem:
    return PlanItem.objects.create(
        bureau=plan.bureau, plan=plan, unit=plan.unit, kind=kind, title=title, due_on=due_on, **columns
    )


def read(house: House) -> YearPlan:
    return read_year_plan(house.bureau, find_first_shipped())


def test_the_plan_stands_by_month_with_the_clauses_that_count_it(house: House) -> None:
    """Plan items by month with owner and recurrence, each saying which clause counts it."""
    plan = add_plan(house, "机关党委")
    for month in (3, 6, 9, 12):
        add_item(plan, "党课", f"{month}月党课", date(2025, month, 20))
    add_item(plan, "部署", "部署", date(2025, 2, 1))
    meeting = add_item(plan, "大会", "大会", None)
    Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="支部党员大会", tier="支部集体学", topic="大会",
        on=date(2025, 3, 1), plan_item=meeting, state="已召开",
    )  # fmt: skip
    add_plan(house, "第一支部")
    year = read(house)
    assert [month for month, _rows in year.months] == [2, 3, 6, 9, 12, 0]
    shown = {one.title: (one.said, one.recurrence, [number for number, _at in one.clauses]) for one in year.items}
    assert shown["3月党课"] == ("机关党委", "每季度一次", ["第三条", "第四条"])
    assert shown["部署"] == ("机关党委", "", [])
    assert shown["大会"] == ("机关党委", "", ["第三条", "第四条"])
    assert [one.title for one in year.list_feeding(1)] == ["3月党课", "6月党课", "9月党课", "12月党课", "大会"]
    assert [(one.title, one.said, one.clauses) for one in year.below] == [("支部计划", "已批准 1 份", ())]


def test_the_page_shows_both_and_asks_the_same_for_three_items_as_for_one(house: House, visit: Visit) -> None:
    draft = start_draft(find_actor(house.users["office"], date(2025, 6, 1)), "jiguan-tongyong", at=AT)
    client, address = visit("office"), reverse("assessment:scheme_draft", args=[draft.pk])
    assert "还没有 2025 年的年度工作意见。" in client.get(address).content.decode()

    def measure() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get(address)
        return len(caught)

    plan = add_plan(house, "机关党委", state="草稿")
    add_item(plan, "党课", "第一次党课", date(2025, 3, 20))
    one = measure()
    add_item(plan, "党课", "第二次党课", date(2025, 6, 20))
    add_item(plan, "测试", "法规测试", date(2025, 10, 20))
    assert measure() == one
    page = client.get(address).content.decode()
    assert "批准以后才计入" in page
    assert '<a href="#at-item:1">第三条</a>' in page
    assert "计入这一条的安排：2 项" in page
