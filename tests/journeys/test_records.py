"""Minutes in a browser (ux S4): from a finished roll-call to passed minutes, taps counted after the writing."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from shanxue.activities.models import MeetingRecord, Resolution, Session
from tests.activities.held_meeting import hold_meeting, write_record
from tests.house import House

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])
TEXT = "一、领学文件（李四）\n学了两份文件。\n二、交流发言\n张三发言。"


@pytest.fixture
def session(house: House) -> Session:
    return hold_meeting(house)


def open_record(open_page: OpenPage, key: str, width: int, session: Session, *, script: bool = True) -> Page:
    return open_page(key, width, reverse("activities:record", args=[session.pk]), script=script)


@pytest.mark.parametrize("script", [True, False])
@WIDTHS
def test_minutes_are_handed_in_with_one_tap_after_the_writing(
    session: Session, open_page: OpenPage, width: int, script: bool
) -> None:
    """ux S4, taps after writing: 2. Here 提交记录 is the one."""
    page = open_record(open_page, "secretary", width, session, script=script)
    expect(page.get_by_text("周七（请假，出差）")).to_be_visible()
    page.get_by_label("主要内容").fill(TEXT)
    page.get_by_role("button", name="提交记录").click()
    expect(page.get_by_text("记录已提交，等待审核。")).to_be_visible()
    assert session.record.state == "待审核"


def test_decisions_are_added_in_place_and_nothing_typed_is_lost(session: Session, open_page: OpenPage) -> None:
    page = open_record(open_page, "secretary", PHONE, session)
    page.get_by_label("主要内容").fill(TEXT)
    page.get_by_label("决议").nth(0).fill("整理学习台账")
    page.get_by_role("button", name="添加一条决议").click()
    page.locator("#id_d1-text").fill("组织书目共读")
    page.locator("#id_d1-responsible").select_option(label="张三")
    page.locator("#id_d1-due_on").fill("2026-06-30")
    expect(page.get_by_label("主要内容")).to_have_value(TEXT)
    page.get_by_role("button", name="删去第 1 条").click()
    page.get_by_role("button", name="提交记录").click()
    expect(page.get_by_role("link", name="组织书目共读")).to_be_visible()
    assert [row.text for row in Resolution.objects.all()] == ["组织书目共读"]


def test_enter_in_a_field_saves_and_removes_nothing(session: Session, open_page: OpenPage) -> None:
    page = open_record(open_page, "secretary", DESK, session)
    page.get_by_label("决议").nth(0).fill("整理学习台账")
    page.get_by_label("散会时间").press("Enter")
    expect(page.get_by_text("草稿已保存，还没有提交。")).to_be_visible()
    assert Resolution.objects.get().text == "整理学习台账"


@WIDTHS
def test_the_office_passes_from_the_list_in_two_taps(
    house: House, session: Session, open_page: OpenPage, width: int
) -> None:
    write_record(session, "待审核", "secretary", house)
    page = open_page("office", width, reverse("activities:records"))
    page.get_by_role("link", name="6月主题党日").click()
    page.get_by_role("button", name="通过").click()
    expect(page.get_by_text("“6月主题党日”的记录已通过。")).to_be_visible()


@WIDTHS
def test_a_member_reports_a_decision_as_done_in_one_tap(
    house: House, session: Session, open_page: OpenPage, width: int
) -> None:
    write_record(session, "已通过", "secretary", house)
    row = Resolution.objects.create(session=session, position=1, text="写小结", responsible=house.people["张三"])
    page = open_page("member", width, reverse("activities:resolution", args=[row.pk]))
    page.get_by_label("完成情况").fill("小结已交支部。")
    page.get_by_role("button", name="记为完成").click()
    expect(page.get_by_text("已记为完成，这一项不再出现在待办里。")).to_be_visible()


def test_axe_finds_nothing(house: House, session: Session, open_page: OpenPage) -> None:
    record = reverse("activities:record", args=[session.pk])
    row = Resolution.objects.create(session=session, position=1, text="写小结", responsible=house.people["张三"])
    page = open_record(open_page, "secretary", PHONE, session)
    found = [Axe().run(page).response["violations"]]
    MeetingRecord.objects.all().delete()
    write_record(session, "待审核", "secretary", house)
    for path in (record, reverse("activities:records"), reverse("activities:resolutions"),
                 reverse("activities:resolution", args=[row.pk])):  # fmt: skip
        office = open_page("office", PHONE, path)
        found.append(Axe().run(office).response["violations"])
        assert office.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for one in found for each in one] == []
