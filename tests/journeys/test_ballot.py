"""A ballot on a phone: a drawn code, a few taps; the secretary closes; the tally shows (rules 2.6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from shanxue.assessment.actions.ballots import cast_ballot, open_evaluation
from shanxue.orgs.queries import find_actor
from tests.house import AT, House, add_person

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ("张三", "李四", "孙七", "周八")


def test_a_member_votes_on_a_phone_and_the_secretary_counts(house: House, open_page: OpenPage) -> None:
    """The code behind # fills itself in; without a sign-in; the urn is counted once more on the page of votes."""
    for name in NAMES[2:]:
        add_person(house, name, "第一支部")
    today = timezone.localdate()
    secretary = find_actor(house.users["secretary"], today)
    evaluation = open_evaluation(
        secretary, house.units["第一支部"], year=today.year, written_until_on=today,
        meets_on=today + timedelta(days=1), at=AT,
    )  # fmt: skip
    desk = open_page("secretary", DESK, f"/evaluations/{evaluation.pk}/")
    desk.get_by_role("link", name="登记领票，开始投票").click()
    desk.get_by_label("凭票码投票").check()
    desk.get_by_role("button", name="开始投票").click()
    expect(desk.locator(".slip-code")).to_have_count(4)
    codes = desk.locator(".slip-code").all_inner_texts()
    for code in codes[1:]:
        cast_ballot(code, {house.people[name].pk: "合格" for name in NAMES})

    phone = open_page(None, PHONE, f"/vote/#{codes[0]}")
    expect(phone.get_by_label("票码")).to_have_value(codes[0])
    phone.get_by_role("button", name="打开选票").click()
    phone.get_by_role("group", name="张三").get_by_text("优秀", exact=True).click()
    phone.get_by_text("都评合格").click()
    phone.get_by_role("button", name="下一步：核对").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_text("票已投入票箱，可以关闭这一页。")).to_be_visible()

    desk.get_by_role("link", name="打印好了，回到评议").click()
    expect(desk.get_by_text("已投入 4 张。")).to_be_visible()
    desk.get_by_role("link", name="结束投票，计票").click()
    desk.get_by_label("监票人、计票人").fill("孙七、周八")
    desk.get_by_role("button", name="结束投票，计票").click()
    expect(desk.get_by_text("应发 4，实发 4，收回 4，有效 4。")).to_be_visible()
    expect(desk.get_by_role("row", name="张三")).to_contain_text("合格")
    expect(desk.get_by_text("票箱里的 16 条意见刚才又数了一遍，与公布的票数和校验值一致。")).to_be_visible()
