"""What people come for, in a browser: at 390 px and 1280 px, with and without JavaScript."""

from __future__ import annotations

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from shanxue.activities.models import Attendance, Session
from tests.house import AT, House

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])


@pytest.fixture
def year(house: House) -> House:
    """张三 was at two of three sessions; 王五 at one."""
    for month, marks in ((1, "到到"), (2, "到缺席"), (3, "请假缺席")):
        session = Session.objects.create(
            bureau=house.bureau,
            unit=house.units["第一支部"],
            kind="主题党日",
            tier="支部集体学",
            topic=f"{month}月主题党日",
            on=date(2025, month, 12),
        )
        first = marks[:1] if marks.startswith("到") else marks[:2]
        for name, mark in (("张三", first), ("王五", marks[len(first) :])):
            Attendance.objects.create(
                session=session,
                person=house.people[name],
                mark=mark,
                how="点名",
                recorded_at=AT,
                recorded_by="李书记",
            )
    return house


@WIDTHS
def test_a_member_opens_the_own_score_and_the_records_in_two_taps(year: House, open_page: OpenPage, width: int) -> None:
    """M6: one tap leads to the score; one more shows the records in place; a second tap closes them."""
    page = open_page("member", width)
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="我的成绩").click()
    expect(page.locator(".score-figure")).to_contain_text("86.5")
    link = page.get_by_role("link", name="看 3 条")
    link.click()
    records = page.locator(".line-records").nth(1)
    expect(records).to_contain_text("2025年1月12日")
    expect(records).to_contain_text("李书记")
    expect(link).to_have_attribute("aria-expanded", "true")
    expect(page).to_have_url(f"{page.url.split('/mine/')[0]}/mine/")
    link.click()
    expect(records).to_be_hidden()


@WIDTHS
def test_the_same_way_works_without_javascript(year: House, open_page: OpenPage, width: int) -> None:
    page = open_page("member", width, "/mine/", script=False)
    page.get_by_role("link", name="看 3 条").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("到会")
    expect(page.get_by_text("3月主题党日")).to_be_visible()


@WIDTHS
def test_the_office_goes_from_the_board_to_a_branch_to_a_person(year: House, open_page: OpenPage, width: int) -> None:
    """F6: from all branches to what is behind one person in two taps; the person sees who looked."""
    page = open_page("office", width, "/units/")
    expect(page.get_by_role("heading", level=1)).to_have_text("支部看板")
    page.get_by_role("link", name="第一支部").click()
    page.get_by_role("link", name="张三").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("张三")
    own = open_page("member", width, "/mine/")
    expect(own.get_by_role("listitem").filter(has_text="office")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_the_office_tries_a_line_and_sees_who_moves(year: House, open_page: OpenPage, script: bool) -> None:
    """试算: everybody is 待补充 without plan items; the page says the change and the distribution."""
    page = open_page("office", DESK, "/schemes/jiguan-2025/trial/", script=script)
    page.get_by_label("优秀（分以上）").fill("95")
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_text("优秀（分数线） 90 → 95 分以上")).to_be_visible()
    expect(page.get_by_role("table", name="等次分布")).to_contain_text("待补充")
    expect(page.get_by_label("优秀（分以上）")).to_have_value("95")


@WIDTHS
def test_large_type_is_one_tap_and_stays(year: House, open_page: OpenPage, width: int) -> None:
    """ux A3: root size 20 px, kept in the account."""
    page = open_page("member", width)
    page.get_by_role("button", name="大字版").click()
    expect(page.get_by_role("button", name="标准字")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    other = open_page("member", width)
    assert other.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"


def list_pages(house: House) -> list[tuple[str | None, str]]:
    branch = reverse("assessment:unit", args=[house.units["第一支部"].pk])
    person = reverse("assessment:person", args=[house.people["张三"].pk])
    return [
        (None, "/accounts/sign-in/"),
        (None, "/about/feedback/"),
        ("office", "/units/"),
        ("office", "/units/?line=department"),
        ("office", branch),
        ("office", person),
        ("office", "/people/?q=1"),
        ("office", "/lists/"),
        ("office", "/schemes/"),
        ("office", "/schemes/jiguan-2025/"),
        ("office", "/schemes/jiguan-2025/trial/"),
        ("office", "/accounts/"),
        ("office", "/accounts/password/"),
        ("office", "/nowhere/"),
        ("system", "/"),
    ]


def list_small_targets(page: Page) -> list[str]:
    """List links, buttons and fields smaller than 24 px either way (WCAG 2.5.8; links inside a sentence excepted)."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
        .filter(one => one.offsetParent && !one.closest('p, .skip') && !one.matches('.skip'))
        .map(one => [one, one.getBoundingClientRect()])
        .filter(([one, box]) => box.width < 24 || box.height < 24)
        .map(([one, box]) => `${one.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
    )
    return found


@pytest.mark.parametrize("large", [False, True])
@WIDTHS
def test_no_page_scrolls_sideways_is_hard_to_hit_or_fails_axe(
    year: House, open_page: OpenPage, width: int, large: bool
) -> None:
    """WCAG 2.2 AA by axe-core; nothing wider than the screen; targets of at least 24 px; also in 大字版."""
    for user in year.users.values():
        user.large_type = large
        user.save(update_fields=["large_type"])
    pages: dict[str | None, Page] = {}
    for key, path in list_pages(year):
        page = pages.setdefault(key, open_page(key, width))
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert list_small_targets(page) == [], path
        if large:
            continue  # larger, of the same colours and with the same names
        found = Axe().run(page, options={"runOnly": WCAG})
        assert found.response["violations"] == [], (path, found.generate_report())


@WIDTHS
def test_the_keyboard_reaches_the_content_first(year: House, open_page: OpenPage, width: int) -> None:
    """The first stop skips to the content, and is seen when it has the focus."""
    page = open_page("member", width)
    page.bring_to_front()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_print_leaves_the_frame_out_and_says_who_and_when(year: House, open_page: OpenPage) -> None:
    """ux A3: A4, no navigation, head with unit, day and who printed; tables stay tables on paper."""
    page = open_page("secretary", PHONE, reverse("assessment:unit", args=[year.units["第一支部"].pk]))
    page.emulate_media(media="print")
    expect(page.locator(".site-nav")).to_be_hidden()
    expect(page.locator(".brand-bar")).to_be_hidden()
    expect(page.locator(".print-head")).to_contain_text("云川市示例局 · 第一支部")
    expect(page.locator(".print-head")).to_contain_text("打印人 李四")
    assert page.evaluate("getComputedStyle(document.querySelector('.table tr')).display") == "table-row"


@WIDTHS
def test_a_member_appeals_in_three_taps_and_a_sentence(year: House, open_page: OpenPage, width: int) -> None:
    """ux B7 申诉: 我的成绩 → 申诉 → a sentence → 提交: three taps. The records are attached without being asked for."""
    page = open_page("member", width)
    taps = [
        page.get_by_role("link", name="我的成绩").first,
        page.get_by_role("link", name="申诉").filter(has_text="到会"),
        page.get_by_role("button", name="提交申诉"),
    ]
    taps[0].click()
    taps[1].click()
    expect(page.get_by_text("2月主题党日")).to_be_visible()
    page.get_by_label("哪里不对，应当是什么").fill("2月那次我到了，签到表上有签名。")
    assert Axe().run(page, options={"runOnly": WCAG}).response["violations"] == []
    taps[2].click()
    expect(page.get_by_role("status").first).to_contain_text("申诉已提交")
    assert len(taps) == 3
    page.get_by_role("link", name="到会", exact=True).click()
    expect(page.get_by_text("2月主题党日")).to_be_visible()
