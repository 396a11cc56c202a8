"""The board of duties and the rule book in a browser: the taps of ux B7, with and without JavaScript, and axe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from shanxue.plans.actions.institutions import adopt_institution
from shanxue.plans.queries.institutions import read_shipped_text
from shanxue.plans.rules.slots import find_period
from shanxue.supervision.models import Reminder
from tests.house import AT, House
from tests.supervision.rulebook import adopt, hold, last_quarter, name_key

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])


@pytest.fixture
def ruled(house: House) -> House:
    """第一支部 met in the last quarter and in this one; 第二支部 in neither. The shipped rules are in force too."""
    adopt(house.bureau)
    today = timezone.localdate()
    for code in ("dangyuan-jiaoyu", "zhongxinzu-jidu"):
        adopt_institution(
            house.bureau, text=read_shipped_text(code), from_on=today - timedelta(days=400), reason="局党委会",
            actor="赵六", at=AT,
        )  # fmt: skip
    for start in (last_quarter(today), find_period(today, "quarter").from_on):
        hold(house.units["第一支部"], start, people=(house.people["张三"],))
    hold(house.units["第一支部"], today, "主题党日", (house.people["张三"], house.people["李四"]), credit_milli=4000)
    return house


@pytest.mark.parametrize("script", [True, False])
def test_all_branches_that_lag_are_reminded_in_three_taps(ruled: House, open_page: OpenPage, script: bool) -> None:
    """B7 催办全部逾期支部: 只看要处理的 → 全选 → 提醒."""
    page = open_page("office", DESK, "/duties/", script=script)
    page.get_by_role("link", name="只看要处理的").click()
    page.get_by_role("link", name="全选").click()
    page.get_by_role("button", name="提醒所选支部").click()
    expect(page.get_by_role("status").filter(has_text="已提醒")).to_be_visible()
    assert Reminder.objects.filter(unit=ruled.units["第二支部"]).exists()


@WIDTHS
def test_why_a_branch_is_red_is_one_tap_away(ruled: House, open_page: OpenPage, width: int) -> None:
    """K1: the reason opens in place; a second tap closes it."""
    page = open_page("office", width, "/duties/")
    row = page.get_by_role("row").filter(has_text="第二支部")
    cell = row.locator("a", has_text="逾期").first
    cell.click()
    reason = page.locator(".reason-body")
    expect(reason).to_contain_text("第二支部 · ")
    cell.click()
    expect(reason).to_have_count(0)


def test_the_reason_is_a_page_without_javascript(ruled: House, open_page: OpenPage) -> None:
    page = open_page("office", PHONE, "/duties/", script=False)
    page.get_by_role("row").filter(has_text="第二支部").locator("a", has_text="逾期").first.click()
    expect(page.get_by_role("heading", name="为什么是这天")).to_be_visible()


@WIDTHS
def test_a_secretary_answers_from_the_first_page(ruled: House, open_page: OpenPage, width: int) -> None:
    """A reminder is answered in three taps: 回复这条提醒 → (typing) → 提交回复."""
    first = ruled.units["第一支部"]
    key = name_key(first, find_period(timezone.localdate(), "quarter").from_on)
    Reminder.objects.create(bureau=ruled.bureau, unit=first, duty=key, text="请补交记录。", at=AT, actor="赵六")
    page = open_page("secretary", width, f"/duties/unit/{first.pk}/")
    page.get_by_role("link", name="回复这条提醒").click()
    page.get_by_label("回复").fill("已经补交")
    page.get_by_role("button", name="提交回复").click()
    expect(page.get_by_text("已回复，这条提醒办结。")).to_be_visible()


def test_the_office_changes_a_number_and_sees_what_changes(ruled: House, open_page: OpenPage) -> None:
    """发布新版 → 核对改动 → 发布第2版."""
    page = open_page("office", DESK, "/plans/institutions/zhongxinzu-jidu/")
    page.get_by_role("link", name="发布新版").click()
    page.get_by_label("至少（次）").fill("2")
    page.get_by_label("修改的原因").fill("局党委会〔2026〕3号")
    page.get_by_role("button", name="核对改动").click()
    expect(page.get_by_role("table", name="改了什么")).to_contain_text("党委每季度至少2次中心组学习")
    page.get_by_role("button", name="发布第2版").click()
    expect(page.get_by_text("已发布第2版")).to_be_visible()


def test_the_pages_of_duties_have_no_faults(ruled: House, open_page: OpenPage) -> None:
    """axe finds nothing; no page is wider than the screen."""
    page = open_page("office", PHONE, "/duties/")
    first = ruled.units["第一支部"]
    key = name_key(first, last_quarter(timezone.localdate()))
    for path in (
        "/duties/", reverse("supervision:unit", args=[first.pk]), reverse("supervision:duty", args=[key]),
        "/duties/coverage/", "/plans/institutions/", "/plans/institutions/dangyuan-jiaoyu/",
        "/plans/institutions/dangyuan-jiaoyu/issue/", "/plans/institutions/shipped/", "/plans/workdays/",
    ):  # fmt: skip
        page.goto(path)
        check_page(page, path, PHONE)


def check_page(page: Page, path: str, width: int) -> None:
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == [], path
    if width == PHONE:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, path
