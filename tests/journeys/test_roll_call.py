"""In the meeting (ux S3, W3) and at its door (ux M2, W2), in a browser: taps counted, the network cut and joined."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from shanxue.activities.models import AgendaItem, Attendance, MarkEntry
from shanxue.activities.rules.codes import find_window, write_wall_code, write_word
from tests.activities.meeting import Meeting, add_people, hold_meeting, permit
from tests.house import House, add_user

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SENT = "已上传"
UNSENT = "{} 条点名还没有上传，联网后自动上传。不要关闭此页。"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def meeting(house: House) -> Meeting:
    """Twenty members of 第一支部, a meeting just begun."""
    names = ["张三", "李四", *add_people(house, 18)]
    now = timezone.localtime()
    started = max(now - timedelta(minutes=3), now.replace(hour=0, minute=0, second=0))
    found = hold_meeting(house, *names, start_time=started.time().replace(microsecond=0))
    AgendaItem.objects.create(session=found.session, position=1, title="领学文件")
    return found


class Taps:
    """Counts what a finger does; typing is free."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, role: str, name: str, *, within: str | None = None) -> None:
        place = self.page.locator(within) if within else self.page
        place.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]
        self.count += 1

    def mark(self, meeting: Meeting, name: str, mark: str) -> None:
        row(self.page, meeting, name).locator("label", has_text=re.compile(f"^{mark}$")).click()
        self.count += 1


def row(page: Page, meeting: Meeting, name: str) -> object:
    return page.locator(f"[data-person='{meeting.person(name)}']")


def list_marks(meeting: Meeting) -> dict[str, int]:
    found: dict[str, int] = {}
    for mark in Attendance.objects.filter(session=meeting.session).values_list("mark", flat=True):
        found[mark] = found.get(mark, 0) + 1
    return found


def test_twenty_people_with_two_absent_take_four_taps(meeting: Meeting, open_page: OpenPage) -> None:
    """ux B7: 全部到齐, two changes, 结束点名 = 4 (goal ≤ 5)."""
    page = open_page("secretary", PHONE, meeting.address("roll_call"))
    taps = Taps(page)
    taps.on("button", "全部到齐")
    taps.mark(meeting, "甲03", "请假")
    taps.mark(meeting, "甲07", "缺席")
    taps.on("button", "结束点名")
    expect(page.get_by_text("点名已结束：应到 20 人，到会 18 人。")).to_be_visible()
    assert taps.count == 4
    assert list_marks(meeting) == {"到": 18, "请假": 1, "缺席": 1}
    meeting.session.refresh_from_db()
    assert (meeting.session.state, meeting.session.roll_ended_at is not None) == ("已召开", True)


def test_the_same_four_taps_work_without_javascript(meeting: Meeting, open_page: OpenPage) -> None:
    page = open_page("secretary", PHONE, meeting.address("roll_call"), script=False)
    taps = Taps(page)
    taps.on("button", "全部到齐")
    expect(page.get_by_text("已保存 20 条点名。")).to_be_visible()
    taps.mark(meeting, "甲03", "请假")
    taps.mark(meeting, "甲07", "缺席")
    taps.on("button", "结束点名")
    expect(page.get_by_text("点名已结束：应到 20 人，到会 18 人。")).to_be_visible()
    assert taps.count == 4
    assert list_marks(meeting) == {"到": 18, "请假": 1, "缺席": 1}


def test_ending_with_somebody_unrecorded_asks_once(meeting: Meeting, open_page: OpenPage) -> None:
    """A check page before what cannot be taken back (ux B0 law 5)."""
    page = open_page("secretary", PHONE, meeting.address("roll_call"))
    page.get_by_role("button", name="全部到齐").click()
    more = row(page, meeting, "甲05")
    more.get_by_text("更多").click()  # type: ignore[attr-defined]
    more.locator("label", has_text=re.compile("^未记录$")).click()  # type: ignore[attr-defined]
    page.get_by_role("button", name="结束点名").click()
    expect(page.get_by_text("还有 1 人未记录。")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="甲05")).to_be_visible()
    page.get_by_role("button", name="结束点名").click()
    expect(page.get_by_text("到会 19 人")).to_be_visible()
    assert list_marks(meeting) == {"到": 19, "未记录": 1}


def test_marks_wait_on_the_device_and_are_sent_once(meeting: Meeting, open_page: OpenPage) -> None:
    """ux S3: offline marks are queued and said; on reconnection each counts once."""
    page = open_page("secretary", PHONE, meeting.address("roll_call"))
    expect(page.locator("#sync")).to_have_text(SENT)
    page.context.set_offline(True)
    taps = Taps(page)
    for name, mark in (("甲01", "到"), ("甲02", "请假"), ("甲03", "缺席")):
        taps.mark(meeting, name, mark)
    expect(page.locator("#sync")).to_have_text(UNSENT.format(3))
    assert list_marks(meeting) == {"未记录": 20}
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#sync")).to_have_text(SENT)
    assert list_marks(meeting) == {"未记录": 17, "到": 1, "请假": 1, "缺席": 1}
    assert MarkEntry.objects.count() == 3


def test_a_lost_answer_does_not_double_a_mark(meeting: Meeting, open_page: OpenPage) -> None:
    """The server took it, the answer never came: the same key is sent again."""
    page = open_page("secretary", PHONE, meeting.address("roll_call"))
    expect(page.locator("#sync")).to_have_text(SENT)

    def take_and_lose(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    page.route("**/sync/", take_and_lose)
    Taps(page).mark(meeting, "甲01", "缺席")
    expect(page.locator("#sync")).to_have_text(UNSENT.format(1))
    assert list_marks(meeting) == {"未记录": 19, "缺席": 1}
    page.unroute("**/sync/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#sync")).to_have_text(SENT)
    assert MarkEntry.objects.count() == 1


def test_a_closed_page_keeps_its_marks_until_it_is_opened_again(meeting: Meeting, open_page: OpenPage) -> None:
    page = open_page("secretary", PHONE, meeting.address("roll_call"))
    expect(page.locator("#sync")).to_have_text(SENT)
    page.context.set_offline(True)
    Taps(page).mark(meeting, "甲01", "请假")
    expect(page.locator("#sync")).to_have_text(UNSENT.format(1))
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(meeting.address("roll_call"))
    expect(again.locator("#sync")).to_have_text(SENT)
    assert list_marks(meeting) == {"未记录": 19, "请假": 1}


def test_who_was_signed_out_signs_in_and_the_marks_are_sent(meeting: Meeting, open_page: OpenPage) -> None:
    page = open_page("secretary", PHONE, meeting.address("roll_call"))
    expect(page.locator("#sync")).to_have_text(SENT)
    page.context.clear_cookies(name="sessionid")
    Taps(page).mark(meeting, "甲01", "请假")
    expect(page.locator("#sync")).to_contain_text("登录已过期，1 条点名还在这台设备上。")
    page.get_by_role("link", name="重新登录，再自动上传").click()
    page.get_by_label("工号").fill("u-secretary")
    page.get_by_label("口令").fill("study-2026-ok")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#sync")).to_have_text(SENT)
    assert list_marks(meeting) == {"未记录": 19, "请假": 1}


def test_a_conflict_is_shown_and_settled(meeting: Meeting, house: House, open_page: OpenPage) -> None:
    """ux S3: 张三 signed in by phone meanwhile; the secretary's leave is not guessed over it, a reason is asked for."""
    page = open_page("secretary", PHONE, meeting.address("roll_call"))
    expect(page.locator("#sync")).to_have_text(SENT)
    page.context.set_offline(True)
    Taps(page).mark(meeting, "张三", "请假")
    now = timezone.now()
    Attendance.objects.filter(session=meeting.session, person=house.people["张三"]).update(
        mark="到", how="扫码", recorded_at=now, recorded_by="张三"
    )
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    asked = page.locator(".roll-ask")
    expect(asked).to_contain_text(f"张三已由扫码签到（{timezone.localtime(now):%H:%M}），你改为请假，请选原因。")
    asked.get_by_label("请假的原因").select_option("出差")
    asked.get_by_role("button", name="改为请假").click()
    expect(asked).to_have_count(0)
    expect(page.locator("#sync")).to_have_text(SENT)
    held = meeting.read("张三")
    assert (held.mark, held.reason, held.how) == ("请假", "出差", "点名")
    outcomes = MarkEntry.objects.order_by("pk").values_list("mark", "outcome")
    assert list(outcomes) == [("请假", "冲突"), ("请假", "采纳")]


def test_two_secretaries_see_each_other(meeting: Meeting, house: House, open_page: OpenPage) -> None:
    add_user(house, "deputy", "secretary", "第一支部")
    first = open_page("secretary", PHONE, meeting.address("roll_call"))
    second = open_page("deputy", PHONE, meeting.address("roll_call"))
    Taps(first).mark(meeting, "甲01", "缺席")
    expect(first.locator("#sync")).to_have_text(SENT)
    second.evaluate("window.dispatchEvent(new Event('online'))")
    expect(row(second, meeting, "甲01").get_by_label("缺席")).to_be_checked()  # type: ignore[attr-defined]
    expect(second.locator("[data-count='absent']")).to_have_text("1")


def test_signing_in_is_one_tap_after_the_scan(meeting: Meeting, house: House, open_page: OpenPage) -> None:
    """ux B7: 签到 (logged in) = 1 tap."""
    permit(house)
    code = write_wall_code(settings.SECRET_KEY, meeting.session.pk, find_window(timezone.now().timestamp()))
    page = open_page("member", PHONE, reverse("activities:scan", args=[code]))
    assert meeting.read("张三").mark == "未记录"
    taps = Taps(page)
    taps.on("button", "确认签到")
    expect(page.locator("#answer")).to_contain_text("已签到，")
    expect(page.locator("#answer")).to_contain_text(f"编号 QD-{timezone.localdate():%m%d}-")
    expect(page.get_by_role("button", name="确认签到")).to_have_count(0)
    assert (taps.count, meeting.read("张三").mark, meeting.read("张三").how) == (1, "到", "扫码")


def test_who_is_not_signed_in_comes_back_to_the_code(meeting: Meeting, house: House, open_page: OpenPage) -> None:
    permit(house)
    code = write_wall_code(settings.SECRET_KEY, meeting.session.pk, find_window(timezone.now().timestamp()))
    page = open_page(None, PHONE, reverse("activities:scan", args=[code]))
    page.get_by_label("工号").fill("u-member")
    page.get_by_label("口令").fill("study-2026-ok")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name="确认签到").click()
    expect(page.locator("#answer")).to_contain_text("已签到，")


def test_the_word_of_the_wall_is_enough_without_javascript(meeting: Meeting, house: House, open_page: OpenPage) -> None:
    permit(house)
    page = open_page("member", PHONE, meeting.address("check_in"), script=False)
    word = write_word(settings.SECRET_KEY, meeting.session.pk, find_window(timezone.now().timestamp()))
    page.get_by_label("会议口令（会场屏幕上的 4 位数字）").fill(word)
    page.get_by_role("button", name="确认签到").click()
    expect(page.locator("#answer")).to_contain_text("已签到，")
    assert meeting.read("张三").how == "口令"


def test_a_lost_connection_at_the_door_names_the_other_way(meeting: Meeting, house: House, open_page: OpenPage) -> None:
    permit(house)
    code = write_wall_code(settings.SECRET_KEY, meeting.session.pk, find_window(timezone.now().timestamp()))
    page = open_page("member", PHONE, reverse("activities:scan", args=[code]))
    page.context.set_offline(True)
    page.get_by_role("button", name="确认签到").click()
    expect(page.locator("#said")).to_have_text("没有连上网络。可以请书记点名，效果相同。")
    page.context.set_offline(False)
    page.get_by_role("button", name="确认签到").click()
    expect(page.locator("#answer")).to_contain_text("已签到，")


@pytest.mark.parametrize(("width", "large"), [(PHONE, False), (PHONE, True), (DESK, False)])
def test_pages_fit_the_screen_and_pass_axe(
    meeting: Meeting, house: House, open_page: OpenPage, width: int, large: bool
) -> None:
    """WCAG 2.2 AA by axe-core, nothing wider than the screen, marks at least 44 px high."""
    permit(house)
    for user in house.users.values():
        user.large_type = large
        user.save(update_fields=["large_type"])
    code = write_wall_code(settings.SECRET_KEY, meeting.session.pk, find_window(timezone.now().timestamp()))
    visits = [
        ("secretary", meeting.address("roll_call")), ("secretary", meeting.address("scan_panel")),
        ("secretary", meeting.address("late_mark", meeting.person("张三"))),
        ("member", reverse("activities:scan", args=[code])), ("office", reverse("activities:scan_permits")),
    ]  # fmt: skip
    pages: dict[str, Page] = {}
    for key, path in visits:
        page = pages.setdefault(key, open_page(key, width))
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page, options=RULES)
        assert found.response["violations"] == [], (path, found.generate_report())
    page = pages["secretary"]
    page.goto(meeting.address("roll_call"))
    box = row(page, meeting, "甲01").locator("label span").first.bounding_box()  # type: ignore[attr-defined]
    assert box["height"] >= 44
