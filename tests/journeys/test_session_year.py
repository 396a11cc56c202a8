"""One meeting from the plan to its passed minutes, through every page on the way (issue 3, item 3)."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from shanxue.activities.models import Session
from shanxue.plans.models import PlanItem
from tests.house import House, add_person

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def arrange(page: Page) -> None:
    """From the plan item to the sent notice; 李四 chairs, 张三 takes the minutes."""
    page.get_by_role("link", name="安排会议").first.click()
    page.get_by_role("link", name="学习条例").first.click()
    page.get_by_label("开始时间").fill("00:00")
    page.get_by_label("结束时间").fill("01:30")
    page.get_by_label("地点").fill("三楼会议室")
    page.get_by_label("主持人").select_option(label="李四")
    page.get_by_label("记录人").select_option(label="张三")
    page.get_by_role("textbox", name="第 1 项").fill("领学条例")
    page.get_by_role("button", name="下一步：核对名单").click()
    page.get_by_role("button", name="发出通知").click()
    expect(page.get_by_role("status").first).to_contain_text("应到 3 人")


def call_roll(page: Page) -> None:
    """Everybody but 周七, who is away on duty."""
    page.get_by_role("link", name="点名").first.click()
    page.get_by_role("button", name="全部到齐").click()
    away = page.locator(".roll-row").filter(has_text="周七")
    away.locator("label", has_text=re.compile("^请假$")).click()
    away.get_by_text("更多").click()
    away.get_by_label("请假原因").select_option("出差")
    expect(page.locator("#sync")).to_contain_text("已上传")
    page.get_by_role("button", name="结束点名").click()
    expect(page.get_by_text("点名已结束：应到 3 人，到会 2 人。")).to_be_visible()


def test_from_plan_item_to_passed_minutes(house: House, open_page: OpenPage) -> None:
    """Entered once: nobody types who was there a second time, and what was decided is somebody's task."""
    today = timezone.localdate()
    add_person(house, "周七", "第一支部")
    PlanItem.objects.create(bureau=house.bureau, unit=house.units["第一支部"], title="学习条例", due_on=today)

    page = open_page("secretary", PHONE, reverse("activities:sessions"))
    arrange(page)
    member = open_page("member", PHONE)
    expect(member.get_by_role("link", name="学习条例")).to_be_visible()

    session = Session.objects.get()
    page.goto(reverse("activities:session", args=[session.pk]))
    call_roll(page)

    member.goto("/")
    member.get_by_role("link", name="交记录：学习条例").click()
    expect(member.get_by_text("周七（请假，出差）")).to_be_visible()
    member.get_by_label("主要内容").fill("一、领学条例\n逐条学了新修订的条例。")
    member.get_by_label("决议").first.fill("补齐学习台账")
    member.get_by_label("负责人").select_option(label="李四")
    member.get_by_label("期限").fill(today.isoformat())
    member.get_by_role("button", name="提交记录").click()
    expect(member.get_by_text("记录已提交，等待审核。")).to_be_visible()

    page.goto("/")
    page.get_by_role("link", name="审核记录：学习条例").first.click()
    page.get_by_role("button", name="通过").click()
    expect(page.get_by_text("“学习条例”的记录已通过。")).to_be_visible()

    page.goto(reverse("home:due"))
    page.get_by_role("link", name="补齐学习台账").click()
    page.get_by_label("完成情况").fill("台账已补齐。")
    page.get_by_role("button", name="记为完成").click()
    expect(page.get_by_text("已记为完成，这一项不再出现在待办里。")).to_be_visible()

    office = open_page("office", DESK, reverse("activities:records") + "?tab=已通过")
    office.get_by_role("link", name="学习条例").click()
    expect(office.get_by_text("逐条学了新修订的条例。")).to_be_visible()
    with office.expect_download() as sent:
        office.get_by_role("link", name="下载 .docx").click()
    assert sent.value.suggested_filename == f"{today:%Y%m%d}学习条例会议记录.docx"
