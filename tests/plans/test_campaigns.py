"""Every number of a themed campaign opens exactly the rows that it counts (D13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from shanxue.activities.models import Session
from shanxue.plans.models import Campaign, PlanItem
from tests.house import House

pytestmark = pytest.mark.django_db


def test_a_campaigns_numbers_open_the_rows_they_count(house: House, visit: Callable[[str | None], Client]) -> None:
    """Personal items are in neither; cancelled sessions are among all of them, with their state."""
    unit = house.units["第一支部"]
    campaign = Campaign.objects.create(
        bureau=house.bureau, unit=unit, name="学党史", from_on=date(2026, 1, 1), until_on=date(2027, 1, 1)
    )
    for title, state in (("读书", "完成"), ("研讨", "未完成")):
        PlanItem.objects.create(bureau=house.bureau, unit=unit, campaign=campaign, title=title, state=state)
    PlanItem.objects.create(bureau=house.bureau, person=house.people["张三"], campaign=campaign, title="自读")
    for number, state in enumerate(("已召开", "取消", "计划"), start=1):
        Session.objects.create(
            bureau=house.bureau, unit=unit, campaign=campaign, kind="党课", tier="支部集体学", topic=state,
            on=date(2026, number, 10), state=state,
        )  # fmt: skip
    client, page = visit("office"), reverse("plans:campaign", args=[campaign.pk])
    (one,) = client.get(reverse("plans:campaigns")).context["campaigns"]
    shown = [(len(got["rows"]), len(got["sessions"])) for got in
             (client.get(page + query).context for query in ("", "?only=done", "?only=held"))]  # fmt: skip
    assert (one.item_count, one.session_count, one.held_count) == (2, 3, 1)
    assert shown == [(2, 3), (1, 3), (2, 1)]
