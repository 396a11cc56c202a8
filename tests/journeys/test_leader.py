"""The leader's page in a browser: taps to the cause of a red light, one sentence back, and one A4 on paper."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from shanxue.orgs.rules import UnitKind
from shanxue.plans.rules.slots import find_period
from shanxue.supervision.models import Instruction
from tests.house import House, add_unit
from tests.supervision.rulebook import adopt, hold, last_quarter

from .conftest import DESK, PHONE, OpenPage
from .test_quality import check_by_axe, check_layout

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ruled(house: House) -> House:
    """Thirty branches; every second one met, the others are late."""
    adopt(house.bureau)
    today = timezone.localdate()
    for number in range(3, 31):
        add_unit(house, f"城区第{number}党支部", UnitKind.BRANCH, "机关党委")
    branches = [unit for unit in house.units.values() if unit.kind == UnitKind.BRANCH]
    for unit in branches[::2]:
        for start in (last_quarter(today), find_period(today, "quarter").from_on):
            hold(unit, start, people=(house.people["张三"],))
    return house


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_cause_of_a_red_light_is_two_taps_away(ruled: House, open_page: OpenPage, width: int) -> None:
    """领导看红灯原因 2 taps: the branch, then the duty with why it is that day; a sentence goes back from between."""
    page = open_page("leader", width)
    expect(page.get_by_text("全局 30 个支部，15 个按期，15 个逾期；需要您过问 15 件。")).to_be_visible()
    assert check_layout(page, width) + check_by_axe(page) == []
    page.locator(".unit-lights").get_by_role("link", name="第二支部").click()  # tap 1
    page.get_by_role("link", name="支部党员大会").filter(has_text="逾期").click()  # tap 2
    expect(page.get_by_role("heading", name="为什么是这天")).to_be_visible()
    page.go_back()
    page.get_by_role("textbox", name="批示").fill("请月底前补开支部党员大会。")
    page.get_by_role("button", name="批示").click()
    expect(page.get_by_text("批示已送支部书记和学习办公室")).to_be_visible()
    assert Instruction.objects.get().unit == ruled.units["第二支部"]


def count_pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def test_thirty_branches_are_one_sheet_of_paper(ruled: House, open_page: OpenPage) -> None:
    """L1: one A4, with the sentence first; L2 is one sheet too."""
    page = open_page("leader", DESK)
    assert count_pages(page.pdf(prefer_css_page_size=True)) == 1
    page.emulate_media(media="print")
    expect(page.locator(".months").first).to_be_visible()
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    page.goto(reverse("home:unit_overview", args=[ruled.units["第二支部"].pk]))
    assert count_pages(page.pdf(prefer_css_page_size=True)) == 1
