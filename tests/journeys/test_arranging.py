"""S2, M3 and S6 in a browser, counting the taps of ux B7: a tap is a click, typing is free."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from shanxue.activities.models import Attendance, Leave, MakeUp, Session
from shanxue.plans.models import PlanItem
from tests.house import AT, House, add_person

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])


def hold(house: House, on: date, marks: dict[str, str], *, state: str = "已召开", topic: str = "") -> Session:
    session = Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="主题党日", tier="支部集体学", on=on, state=state,
        topic=topic or f"{on.month}月主题党日", start_time=time(14, 30), minutes=90, place="三楼会议室", noticed_at=AT,
    )  # fmt: skip
    for name, mark in marks.items():
        Attendance.objects.create(
            session=session, person=house.people[name], unit=house.units["第一支部"], mark=mark, how="点名",
            recorded_at=AT, recorded_by="李四",
        )  # fmt: skip
    return session


class Taps:
    """Counts what the hand does."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.count += 1

    def tick(self, text: str) -> None:
        self.page.get_by_text(text, exact=True).first.click()
        self.count += 1


@pytest.mark.parametrize("script", [True, False])
@WIDTHS
def test_a_secretary_goes_from_plan_item_to_sent_notice_in_four_taps(
    house: House, open_page: OpenPage, width: int, script: bool
) -> None:
    """ux S2: 安排会议 → the plan item → 核对名单 → 发出通知."""
    today = timezone.localdate()
    hold(house, today - timedelta(days=30), {"张三": "到", "李四": "到"})
    PlanItem.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], title="主题党日：学条例", due_on=today + timedelta(days=2)
    )
    taps = Taps(open_page("secretary", width, reverse("activities:sessions"), script=script))
    taps.press("link", "安排会议")
    taps.press("link", "主题党日：学条例")
    taps.press("button", "下一步：核对名单")
    taps.press("button", "发出通知")
    expect(taps.page.get_by_role("status").first).to_contain_text("通知已发出：应到 2 人")
    assert taps.count == 4
    session = Session.objects.get(topic="主题党日：学条例")
    assert (session.start_time, session.minutes, session.place) == (time(14, 30), 90, "三楼会议室")
    assert session.attendances.count() == 2


@pytest.mark.parametrize("script", [True, False])
@WIDTHS
def test_a_member_asks_for_leave_in_three_taps_from_the_meeting(
    house: House, open_page: OpenPage, width: int, script: bool
) -> None:
    """ux B7: item → 请假 → 原因 → 提交 = 4; the first tap is on the list of what is due."""
    session = hold(house, timezone.localdate() + timedelta(days=4), {"张三": "未记录", "李四": "未记录"}, state="计划")
    taps = Taps(open_page("member", width, reverse("activities:session", args=[session.pk]), script=script))
    taps.press("link", "请假")
    taps.tick("出差")
    taps.press("button", "提交请假")
    expect(taps.page.get_by_role("status").first).to_contain_text("请假已提交，李四书记会在")
    assert taps.count + 1 == 4
    assert Leave.objects.get().reason == "出差"


@WIDTHS
def test_a_secretary_arranges_make_up_for_five_people_in_eight_taps(
    house: House, open_page: OpenPage, width: int
) -> None:
    """ux B7: S6 filter → 5 ticks → 安排 → 确认."""
    for name in ("孙七", "周八", "吴九", "郑十"):
        add_person(house, name, "第一支部")
    names = ("张三", "孙七", "周八", "吴九", "郑十")
    hold(house, timezone.localdate() - timedelta(days=3), {"李四": "到"} | dict.fromkeys(names, "缺席"))
    taps = Taps(open_page("secretary", width, reverse("activities:make_up")))
    taps.press("link", "需要补学")
    for name in names:
        taps.tick(name)
    taps.press("button", "安排补学")
    taps.press("button", "确认安排")
    expect(taps.page.get_by_role("status").first).to_contain_text("已给 5 人次安排补学")
    assert taps.count == 8
    assert MakeUp.objects.count() == 5


@pytest.mark.parametrize("script", [True, False])
def test_the_agenda_is_ordered_by_buttons_and_nothing_typed_is_lost(
    house: House, open_page: OpenPage, script: bool
) -> None:
    """WCAG 2.5.7: no dragging; the rows move with or without JavaScript."""
    page = open_page("secretary", DESK, reverse("activities:arrange"), script=script)
    page.get_by_label("主题").fill("学习贯彻条例")
    page.locator("#agenda-title-1").fill("领学")
    page.locator("#agenda-title-2").fill("交流")
    page.get_by_role("button", name=re.compile(r"上移\s*第 2 项")).click()
    expect(page.locator("#agenda-title-1")).to_have_value("交流")
    expect(page.locator("#agenda-title-2")).to_have_value("领学")
    page.get_by_role("button", name="加一项").click()
    expect(page.locator("#agenda-title-3")).to_have_value("")
    page.get_by_role("button", name=re.compile(r"删除\s*第 1 项")).click()
    expect(page.locator("#agenda-title-1")).to_have_value("领学")
    expect(page.get_by_label("主题")).to_have_value("学习贯彻条例")
    assert page.get_by_text("▲").count() == 0


def test_axe_finds_nothing_on_the_pages_of_arranging(house: House, open_page: OpenPage) -> None:
    today = timezone.localdate()
    coming = hold(house, today + timedelta(days=4), {"张三": "未记录", "李四": "未记录"}, state="计划")
    held = hold(house, today - timedelta(days=4), {"张三": "缺席", "李四": "到"})
    draft = Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="党课", tier="支部集体学", topic="党课", state="计划",
        on=today + timedelta(days=4), start_time=time(15, 0),
    )  # fmt: skip
    Leave.objects.create(
        session=coming, person=house.people["张三"], reason="出差", asked_at=AT, after_event=False, make_up="自学"
    )
    make_up = MakeUp.objects.create(
        session=held, person=house.people["张三"], of_mark="缺席", form="自学", until_on=today, arranged_at=AT,
        arranged_by="李四",
    )  # fmt: skip
    of_draft, of_coming, of_held = ([one.pk] for one in (draft, coming, held))
    secretary = open_page("secretary", PHONE)
    member = open_page("member", PHONE)
    for page, name, arguments in (
        (secretary, "sessions", []), (secretary, "arrange", []), (secretary, "notice", of_draft),
        (secretary, "session", of_held), (secretary, "leaves", []), (secretary, "make_up", []),
        (secretary, "postpone", of_coming), (secretary, "cancel", of_coming), (member, "session", of_coming),
        (secretary, "leave", of_coming), (member, "my_leaves", []), (member, "my_make_up", [make_up.pk]),
    ):  # fmt: skip
        page.goto(reverse(f"activities:{name}", args=arguments))
        found = Axe().run(page)
        assert found.violations_count == 0, (name, found.generate_report())
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, name
