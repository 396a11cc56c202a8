"""What WCAG 2.2 asks that needs no browser to prove: nothing is asked twice, help stands in one place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
from django.test import Client
from django.urls import reverse

from shanxue.activities.models import Session
from tests.house import House

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]


def hold(house: House) -> Session:
    return Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="主题党日", tier="支部集体学", topic="5月主题党日",
        on=date(2026, 5, 12), start_time=time(14, 30), minutes=90, place="三楼会议室", host=house.people["李四"],
    )  # fmt: skip


@pytest.mark.parametrize("copies", [True, False])
def test_hour_and_place_of_the_last_meeting_are_offered_again(house: House, visit: Visit, copies: bool) -> None:
    """WCAG 2.2 3.3.7, ux B0 law 7: whether copied or begun anew, hour, length, place and host need no second typing."""
    session = hold(house)
    answer = visit("secretary").get(reverse("activities:arrange"), {"copy": session.pk} if copies else {})
    initial = answer.context["form"].initial
    offered = {name: initial[name] for name in ("kind", "start_time", "end_time", "place", "host")}
    assert offered == {
        "kind": "主题党日", "start_time": time(14, 30), "end_time": time(16), "place": "三楼会议室",
        "host": str(house.people["李四"].pk),
    }  # fmt: skip
    assert 'value="三楼会议室"' in answer.content.decode()


def test_a_form_sent_back_keeps_what_was_typed(house: House, visit: Visit) -> None:
    """WCAG 2.2 3.3.7: an error costs no second typing."""
    typed = {"unit": house.units["第一支部"].pk, "topic": "学习党章", "place": "党员活动室", "on": ""}
    answer = visit("secretary").post(reverse("activities:arrange"), typed)
    assert answer.status_code == 400
    text = answer.content.decode()
    assert 'value="学习党章"' in text
    assert 'value="党员活动室"' in text


@pytest.mark.parametrize("role", ["member", "secretary", "office", "leader", "system"])
def test_help_stands_in_the_same_place_on_every_page(house: House, visit: Visit, role: str) -> None:
    """WCAG 2.2 3.2.6 and 国办函〔2026〕12号: 投诉建议 is the first link of every page's foot."""
    client = visit(role)
    for name in ("home:home", "home:more", "accounts:account", "web:feedback"):
        page = client.get(reverse(name), follow=True).content.decode()
        foot = page.split('<footer class="site-foot">', 1)[1]
        assert foot.index(reverse("web:feedback")) == foot.index('href="') + len('href="')
