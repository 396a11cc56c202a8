"""Plans in a browser: a year's plan from the bureau to one tap of a member, on the phone and at the desk."""

from __future__ import annotations

import re
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from shanxue.plans.models import Measure, Plan, PlanItem
from tests.house import AT, House

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def bureau_plan(house: House) -> Plan:
    """The bureau's approved plan of this year with two items for everybody."""
    year = timezone.localdate().year
    root = house.units["机关党委"]
    plan = Plan.objects.create(
        bureau=house.bureau, unit=root, year=year, title=f"{year}年度学习培训工作意见", state="已批准", decided_at=AT,
        decided_by="office",
    )  # fmt: skip
    measure = Measure.objects.create(plan=plan, position=1, name="三个保障")
    for title in ("全员法规学习", "年度党课"):
        PlanItem.objects.create(
            bureau=house.bureau, plan=plan, unit=root, measure=measure, title=title, kind="党课",
            due_on=date(year, 12, 31),
        )  # fmt: skip
    return plan


def accept(page: Page, path: str, width: int) -> None:
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    found = Axe().run(page, options=RULES)
    assert found.response["violations"] == [], (path, found.generate_report())


@pytest.mark.parametrize("script", [True, False])
def test_a_secretary_writes_the_branch_plan_in_four_taps(
    house: House, bureau_plan: Plan, open_page: OpenPage, script: bool
) -> None:
    """D2: 从空白开始 → 承接全部 → 提交审批; then the office: 批准. Each is one tap."""
    year = bureau_plan.year
    page = open_page("secretary", PHONE, f"/plans/?year={year}", script=script)
    page.get_by_role("button", name="从空白开始").click()
    page.get_by_role("button", name="承接全部 2 项").click()
    page.get_by_role("button", name="提交审批").click()
    expect(page.get_by_text("已提交审批。学习办公室审批后开始执行。")).to_be_visible()
    plan = Plan.objects.get(unit=house.units["第一支部"])
    office = open_page("office", DESK, f"/plans/{plan.pk}/", script=script)
    office.get_by_role("button", name="批准", exact=True).click()
    expect(office.get_by_text("已批准，从现在起按计划执行。")).to_be_visible()
    expect(office.get_by_text("承接：年度党课")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_member_ticks_an_item_in_one_tap(house: House, bureau_plan: Plan, open_page: OpenPage, script: bool) -> None:
    """A personal item is ticked by the member in one tap and counted at once."""
    plan = Plan.objects.create(
        bureau=house.bureau, person=house.people["张三"], year=bureau_plan.year, title="我的计划", state="已批准",
        decided_at=AT,
    )  # fmt: skip
    PlanItem.objects.create(
        bureau=house.bureau, plan=plan, person=plan.person, title="读一本法规书", due_on=date(plan.year, 12, 31)
    )
    page = open_page("member", PHONE, f"/plans/{plan.pk}/", script=script)
    page.get_by_role("button", name=re.compile("完成.*读一本法规书")).click()
    expect(page.get_by_text("“读一本法规书”已完成，今天。")).to_be_visible()
    expect(page.get_by_text("100%")).to_be_visible()


def test_measures_are_ordered_without_dragging(house: House, bureau_plan: Plan, open_page: OpenPage) -> None:
    """WCAG 2.5.7, D12: 上移 and 下移 with the keyboard; add below another."""
    Measure.objects.create(plan=bureau_plan, position=2, name="三个结合")
    page = open_page("office", DESK, f"/plans/{bureau_plan.pk}/measures/")
    page.get_by_role("button", name=re.compile("上移.*三个结合")).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tree-name").first).to_have_text("三个结合")
    page.get_by_role("link", name=re.compile("在下面加.*三个保障")).click()
    page.get_by_label("名称").fill("经费保障")
    page.get_by_label("修改原因").fill("会议补充")
    page.get_by_role("button", name="加上").click()
    expect(page.locator(".depth-1")).to_contain_text("经费保障")


def test_a_stale_form_keeps_the_typed_words(house: House, bureau_plan: Plan, open_page: OpenPage) -> None:
    """Bad input: two people editing one plan; the second saves knowingly with one tap more."""
    item = PlanItem.objects.get(title="年度党课")
    path = reverse("plans:item_edit", args=[item.pk])
    page = open_page("office", DESK, path)
    PlanItem.objects.filter(pk=item.pk).update(content="别人写的")
    page.get_by_label("内容").fill("我写的")
    page.get_by_label("修改原因").fill("明确内容")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("改过这里，你的修改还没有保存。")
    expect(page.get_by_label("内容")).to_have_value("我写的")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存“年度党课”。")).to_be_visible()
    item.refresh_from_db()
    assert item.content == "我写的"


def test_pages_of_plans_fit_and_pass_axe(house: House, bureau_plan: Plan, open_page: OpenPage) -> None:
    item = PlanItem.objects.get(title="年度党课")
    page = open_page("office", PHONE)
    for name, arguments in (
        ("plans:plans", []), ("plans:plan", [bureau_plan.pk]), ("plans:item", [item.pk]),
        ("plans:item_edit", [item.pk]), ("plans:texts", [bureau_plan.pk]), ("plans:measures", [bureau_plan.pk]),
        ("plans:history", [bureau_plan.pk]), ("plans:campaigns", []), ("plans:campaign_new", []),
    ):  # fmt: skip
        accept(page, reverse(name, args=arguments), PHONE)
