"""M1 and S1 in a browser: to whatever is due in one tap, by touch and by keys, at both widths (ux B7)."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from shanxue.activities.models import Attendance, Session
from shanxue.study.models import Note, SelfStudy
from tests.house import AT, House

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])


@pytest.fixture
def returned(house: House) -> list[Note]:
    """张三 has twelve notes that came back."""
    return [
        Note.objects.create(
            bureau=house.bureau, person=house.people["张三"], title=f"第{number}篇", state="退回修改",
            body="学党章", review="请补充体会。", key=f"00000000-0000-4000-8000-{number:012d}", saved_at=AT,
            submitted_at=AT, reviewed_at=AT, reviewed_by="李四", on=timezone.localdate() - timedelta(days=number),
        )
        for number in range(1, 13)
    ]  # fmt: skip


@WIDTHS
def test_any_due_item_is_one_tap_away(returned: list[Note], open_page: OpenPage, width: int) -> None:
    """ux M1: taps to any due item: 1. The whole row is the link, 44 px high or more."""
    page = open_page("member", width)
    row = page.get_by_role("link", name="修改笔记：第1篇")
    box = row.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    row.click()
    page.wait_for_url(f"**{reverse('study:note', args=[returned[0].pk])}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_what_does_not_fit_stands_behind_its_number(returned: list[Note], open_page: OpenPage, script: bool) -> None:
    """ux A1: twelve notes, three nearest, eight in their group; “全部” shows the rest; none is lost."""
    page = open_page("member", PHONE, script=script)
    expect(page.get_by_text("有 12 件要做。")).to_be_visible()
    nearest = page.locator("[aria-labelledby=nearest] .due-title").all_inner_texts()
    page.get_by_role("link", name="全部 9 件本周的").click()
    rest = page.locator(".due-title").all_inner_texts()
    assert len(nearest) == 3
    assert sorted(nearest + rest) == sorted(f"修改笔记：{note.title}" for note in returned)


def press_until(page: Page, text: str, key: str = "Tab", most: int = 60) -> None:
    """Press a key until what has the focus is, or belongs to, what carries this text."""
    for _ in range(most):
        page.keyboard.press(key)
        focused = page.evaluate(
            "(document.activeElement.labels && document.activeElement.labels[0] || document.activeElement).innerText"
        )
        if focused.strip().startswith(text):
            return
    raise AssertionError(f"the keyboard does not reach “{text}”")


@WIDTHS
def test_a_line_of_study_is_written_with_the_keyboard_alone(house: House, open_page: OpenPage, width: int) -> None:
    """WCAG 2.1.1: from the first page to a saved line with Tab, Enter and letters only."""
    page = open_page("member", width)
    page.bring_to_front()
    press_until(page, "记学习")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('study:log')}")
    press_until(page, "或者写下学了什么")
    page.keyboard.type("读党章")
    press_until(page, "保存")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已记下：读党章。")).to_be_visible()
    assert SelfStudy.objects.filter(person=house.people["张三"], title="读党章").count() == 1


@WIDTHS
def test_the_next_meeting_is_one_tap_from_the_desk(house: House, open_page: OpenPage, width: int) -> None:
    """ux S1: taps to start the next meeting: 1."""
    session = Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="主题党日", tier="支部集体学", topic="主题党日",
        on=timezone.localdate(), start_time=time(14, 30), place="三楼会议室", state="计划", noticed_at=AT,
    )  # fmt: skip
    Attendance.objects.create(
        session=session, person=house.people["张三"], unit=session.unit, mark="未记录", how="点名", recorded_at=AT,
        recorded_by="李四",
    )  # fmt: skip
    page = open_page("secretary", width)
    page.locator("section[aria-labelledby=next]").get_by_role("link", name="主题党日").click()
    page.wait_for_url(f"**{reverse('activities:roll_call', args=[session.pk])}")
    expect(page.get_by_text("张三", exact=True)).to_be_visible()
