"""The shelf on a phone (issue 4, resources): find a book, ask for it, see when it is due."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from shanxue.base.days import name_day
from shanxue.resources.actions.lending import lend
from shanxue.resources.models import BorrowRequest
from shanxue.resources.rules.shelf import find_due_day
from tests.house import House
from tests.resources.rows import act_as, put_on_shelf

from .conftest import PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False])
def test_a_member_finds_a_book_asks_for_it_and_sees_the_loan(house: House, open_page: OpenPage, script: bool) -> None:
    """Find, open, ask: three taps; the keeper lends at the desk; the due day stands on 我的借阅 and among 待办."""
    for name in ("中国共产党简史", "民法典释义"):
        put_on_shelf(house, name)
    page = open_page("member", PHONE, "/resources/shelf/", script=script)
    page.get_by_label("书名、作者、出版社或编号").fill("简史")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_text("民法典释义")).to_have_count(0)
    page.get_by_role("link", name="中国共产党简史").click()
    expect(page.get_by_text("在架 1 册，可以借。")).to_be_visible()
    page.get_by_role("button", name="申请借阅").click()
    expect(page.get_by_text("已申请，请到学习办公室取书。")).to_be_visible()
    assert BorrowRequest.objects.get().person == house.people["张三"]
    today, at = timezone.localdate(), timezone.now()
    lend(act_as(house, "office", today), "00001", house.people["张三"].staff_no, at=at)
    page.get_by_role("navigation", name="位置").get_by_role("link", name="书架").click()
    page.get_by_role("link", name="我的借阅").click()
    day = name_day(find_due_day(today), today)
    expect(page.get_by_text(f"借着 1 册，最近一册{day}到期。")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("link", name="还书：《中国共产党简史》")).to_be_visible()
