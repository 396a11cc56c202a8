"""People in a browser: a transfer from the office to the receiving secretary, and what is held about me."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from shanxue.orgs.models import Grant, Transfer
from tests.house import House, add_user

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.mark.parametrize("script", [True, False])
def test_a_transfer_is_sent_and_received(house: House, open_page: OpenPage, script: bool) -> None:
    """条例第25条: the office sends in 3 taps from the person, the other secretary receives in 1; till then 待接收."""
    add_user(house, "second", Grant.Power.SECRETARY, "第二支部", "王五")
    page = open_page("office", DESK, f"/roster/{house.people['张三'].pk}/", script=script)
    page.get_by_role("link", name="转接", exact=True).click()
    page.get_by_label("从哪里转出").select_option(label="第一支部（成员）")
    page.get_by_label("转到哪里").select_option(label="　第二支部")
    page.get_by_label("转出日期").fill("2026-01-05")
    page.get_by_role("button", name="转接").click()
    expect(page.locator(".lead-sentence")).to_contain_text("等对方接收。接收以前由第一支部负责。")
    second = open_page("second", PHONE, "/roster/transfers/", script=script)
    second.get_by_label("接收日期").fill("2026-01-08")
    second.get_by_role("button", name="确认接收").click()
    expect(second.get_by_text("已接收张三，1月8日起由第二支部负责。")).to_be_visible()
    assert Transfer.objects.get().state == "已接收"


def test_a_member_sees_asks_to_correct_and_takes_the_records_along(house: House, open_page: OpenPage) -> None:
    """个人信息保护法第45、46条: everything on one page, a request in two taps, the copy in one."""
    page = open_page("member", PHONE, "/roster/mine/")
    page.get_by_role("link", name=re.compile("更正.*党籍状态")).click()
    page.get_by_label("应当是什么").fill("预备党员")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("党籍状态：正式党员 → 预备党员")).to_be_visible()
    page.locator("summary", has_text="任职经历").click()
    expect(page.get_by_role("table", name="任职经历")).to_contain_text("第一支部")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载表格").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_an_account_is_opened_and_its_password_shown_once(house: House, open_page: OpenPage) -> None:
    page = open_page("office", DESK, f"/roster/{house.people['王五'].pk}/")
    page.get_by_role("button", name="开通账号").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("一次性口令")
    assert len(page.locator(".password").inner_text()) == 14


def test_pages_of_people_fit_and_pass_axe(house: House, open_page: OpenPage) -> None:
    person = house.people["张三"].pk
    pages = {
        "office": [
            reverse("orgs:roster"), reverse("orgs:person", args=[person]), reverse("orgs:add"),
            reverse("orgs:deed", args=[person, "transfer"]), reverse("orgs:transfers"), reverse("orgs:corrections"),
        ],
        "member": [reverse("orgs:mine"), reverse("orgs:correct")],
    }  # fmt: skip
    for key, paths in pages.items():
        page = open_page(key, PHONE)
        for path in paths:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, path
            found = Axe().run(page, options=RULES)
            assert found.response["violations"] == [], (path, found.generate_report())
