"""M4 and S5 in a browser: the taps of ux B7, a lost connection, two devices, axe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from shanxue.study.models import Material, Note, Outcome, ReadingList, SelfStudy
from tests.house import House
from tests.study.rows import AT, hand_in, write_draft

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])
SCRIPTS = pytest.mark.parametrize("script", [True, False])
LONG = "".join(chr(0x4E00 + place) for place in range(300))


@pytest.fixture
def studied(house: House) -> House:
    """张三 has studied before; there is a book to read."""
    today = timezone.localdate()
    person, unit = house.people["张三"], house.units["第一支部"]
    for days, title in ((1, "读党章"), (2, "中国共产党简史第三章")):
        SelfStudy.objects.create(
            bureau=house.bureau, person=person, title=title, on=today - timedelta(days=days), at=AT
        )
    reading = ReadingList.objects.create(
        bureau=house.bureau, unit=unit, title="书目", from_on=today, until_on=today + timedelta(days=9)
    )
    reading.materials.add(Material.objects.create(bureau=house.bureau, kind="书", title="论党的自我革命"))
    return house


def type_in(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)


def save_now(page: Page) -> None:
    """Do at once what happens every ten seconds."""
    page.clock.run_for(10_000)


@SCRIPTS
@WIDTHS
def test_a_line_of_self_study_takes_three_taps(studied: House, open_page: OpenPage, width: int, script: bool) -> None:
    """ux B7: 记学习 → pick → 保存 = 3. The first tap led here."""
    page = open_page("member", width, "/study/", script=script)
    taps = 1
    expect(page.get_by_role("button", name="保存", exact=True)).to_be_in_viewport()
    page.get_by_text("读党章", exact=True).first.click()
    taps += 1
    page.get_by_role("button", name="保存", exact=True).click()
    taps += 1
    expect(page.get_by_text("已记下：读党章。")).to_be_visible()
    assert (taps, SelfStudy.objects.filter(title="读党章", on=timezone.localdate()).count()) == (3, 1)


@SCRIPTS
def test_search_offers_a_book_to_pick(studied: House, open_page: OpenPage, script: bool) -> None:
    page = open_page("member", PHONE, "/study/", script=script)
    page.get_by_text("上面没有？在书目里找，或者自己写").click()
    page.get_by_label("在书目里找").fill("革命")
    if not script:
        page.get_by_role("button", name="查找").click()
    page.locator("#found label").click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已记下：论党的自我革命。")).to_be_visible()


@SCRIPTS
@WIDTHS
def test_a_note_with_the_text_ready_takes_four_taps(
    studied: House, open_page: OpenPage, width: int, script: bool
) -> None:
    """ux B7: 记学习 → 笔记 → 粘贴 → 提交 = 4; a paste keeps its paragraphs."""
    page = open_page("member", width, "/study/", script=script)
    taps = 1
    page.get_by_role("link", name="笔记", exact=True).click()
    taps += 1
    page.get_by_label("正文").click()
    taps += 1
    page.get_by_label("正文").fill("重读党章有感\n\n　　守住规矩。")
    page.get_by_role("button", name="提交审阅").click()
    taps += 1
    expect(page.get_by_text("“重读党章有感”已提交，11 字，等待审阅。")).to_be_visible()
    assert (taps, Note.objects.get().body) == (4, "重读党章有感\n\n　　守住规矩。")


def test_text_survives_a_lost_connection_and_is_saved_once(studied: House, open_page: OpenPage) -> None:
    """ux M4: 没有保存成功，文字还在。重试; a save whose answer was lost is not a second note."""
    page = open_page("member", PHONE, "/accounts/")
    page.clock.install()
    page.goto("/study/notes/")
    lost = {"answers": 0}

    def lose_answer(route: Route) -> None:
        if lost["answers"] == 0:
            route.fetch()  # the server saves it, the answer gets lost
        lost["answers"] += 1
        route.abort()

    page.route("**/study/notes/save/", lose_answer)
    type_in(page, "正文", "写到一半，网断了。")
    save_now(page)
    expect(page.get_by_text("没有保存成功，文字还在。")).to_be_visible()
    expect(page.get_by_role("button", name="重试")).to_be_visible()
    type_in(page, "正文", "写到一半，网断了。接着写。")
    with page.expect_event("requestfailed"):
        save_now(page)
    page.unroute("**/study/notes/save/")
    with page.expect_response("**/study/notes/save/") as first:
        page.get_by_role("button", name="重试").click()
    assert first.value.status == 200
    with page.expect_response("**/study/notes/save/") as second:
        save_now(page)
    assert second.value.status == 200
    expect(page.locator("#saved")).to_contain_text("已保存")
    assert list(Note.objects.values_list("body", "revision")) == [("写到一半，网断了。接着写。", 2)]
    assert page.evaluate("localStorage.length") == 0


def test_text_that_never_reached_the_server_is_put_back_after_a_reload(studied: House, open_page: OpenPage) -> None:
    page = open_page("member", PHONE, "/accounts/")
    page.clock.install()
    page.goto("/study/notes/")
    page.route("**/study/notes/save/", lambda route: route.abort())
    type_in(page, "正文", "停电前写的。")
    save_now(page)
    expect(page.get_by_text("没有保存成功，文字还在。")).to_be_visible()
    page.unroute("**/study/notes/save/")
    page.goto("/study/notes/")
    expect(page.get_by_label("正文")).to_have_value("停电前写的。")
    expect(page.get_by_text("上次没有保存成功的文字，已放回下面。")).to_be_visible()
    page.get_by_role("button", name="提交审阅").click()
    expect(page.get_by_text("已提交")).to_be_visible()
    assert Note.objects.get().state == "待审"
    assert page.evaluate("localStorage.length") == 0


def test_writing_goes_on_after_the_session_expired(studied: House, open_page: OpenPage) -> None:
    """Bad input: saving after the session expired: the text stays, sign in beside it, it goes on by itself."""
    page = open_page("member", DESK, "/accounts/")
    page.clock.install()
    page.goto("/study/notes/")
    type_in(page, "正文", "写了很久。")
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    save_now(page)
    expect(page.get_by_text("登录已过期，文字还在这里。重新登录后会接着保存。")).to_be_visible()
    expect(page.get_by_role("link", name="重新登录（另开一页）")).to_be_visible()
    page.context.add_cookies([one for one in cookies if one["name"] == "sessionid"])  # type: ignore[misc]
    with page.expect_response("**/study/notes/save/") as saved:
        save_now(page)
    assert saved.value.status == 200
    expect(page.get_by_role("link", name="重新登录（另开一页）")).to_be_hidden()
    assert Note.objects.get().body == "写了很久。"


@WIDTHS
def test_two_devices_see_both_texts_and_choose(studied: House, open_page: OpenPage, width: int) -> None:
    """A stale save overwrites nothing: both texts stand side by side until somebody chooses."""
    note = write_draft(studied, body="起头。")
    here = open_page("member", width, "/accounts/")
    here.clock.install()
    here.goto(f"/study/notes/{note.pk}/")
    there = open_page("member", PHONE, f"/study/notes/{note.pk}/", script=False)
    type_in(there, "正文", "起头。手机上写的。")
    there.get_by_role("button", name="保存草稿").click()
    type_in(here, "正文", "起头。电脑上写的。")
    save_now(here)
    expect(here.get_by_role("heading", name="另一处保存的文字")).to_be_visible()
    expect(here.get_by_text("起头。手机上写的。", exact=True)).to_be_visible()
    expect(here.get_by_label("正文")).to_have_value("起头。电脑上写的。")
    assert Note.objects.get().body == "起头。手机上写的。"
    assert here.evaluate("document.documentElement.scrollWidth") <= width
    with here.expect_response("**/study/notes/save/") as saved:
        here.get_by_role("button", name="以这里的文字为准").click()
    assert saved.value.status == 200
    expect(here.get_by_role("heading", name="另一处保存的文字")).to_be_hidden()
    assert Note.objects.get().body == "起头。电脑上写的。"


@SCRIPTS
def test_reviewing_takes_one_tap_a_note(studied: House, open_page: OpenPage, script: bool) -> None:
    """ux S5: list left, text right; 通过，看下一篇, the next opens by itself."""
    for days, title in enumerate(("第一篇", "第二篇", "第三篇")):
        hand_in(studied, title=title, days=days)
    page = open_page("secretary", DESK, "/study/review/", script=script)
    for title in ("第一篇", "第二篇"):
        expect(page.get_by_role("heading", level=2, name=title)).to_be_visible()
        page.get_by_role("button", name="通过，看下一篇").click()
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.get_by_text("待审的都看完了。")).to_be_visible()
    assert set(Note.objects.values_list("state", flat=True)) == {"通过"}


def test_on_a_phone_the_list_comes_first_then_the_text(studied: House, open_page: OpenPage) -> None:
    hand_in(studied, title="第一篇")
    page = open_page("secretary", PHONE, "/study/review/")
    expect(page.get_by_role("heading", level=2, name="第一篇")).to_be_hidden()
    page.get_by_role("link", name="第一篇").click()
    expect(page.get_by_role("heading", level=2, name="第一篇")).to_be_visible()
    page.get_by_role("link", name="回到待审的笔记").click()
    expect(page.get_by_role("link", name="第一篇")).to_be_visible()


def test_no_page_of_study_scrolls_sideways_or_fails_axe(studied: House, open_page: OpenPage) -> None:
    """WCAG 2.2 AA by axe-core on the pages of this part, as those who use them see them."""
    earlier, note = hand_in(studied, body=LONG), hand_in(studied, body=LONG, days=1)
    draft = write_draft(studied)
    outcome = Outcome.objects.create(
        bureau=studied.bureau, person=studied.people["张三"], unit=studied.units["第一支部"], title="窗口办理时间调研",
        on=timezone.localdate(), state="已见效", adopted_as="午间不断档", adopted_on=timezone.localdate(),
        evidence="平均等候从 40 分钟减到 15 分钟。",
    )  # fmt: skip
    reading = ReadingList.objects.get()
    paths = {
        "member": ["/study/?q=革命", "/study/notes/", f"/study/notes/{draft.pk}/", f"/study/notes/{note.pk}/",
                   "/study/outcomes/new/"],
        "secretary": ["/study/review/", f"/study/review/{note.pk}/", f"/study/review/{note.pk}/beside/{earlier.pk}/",
                      "/study/review/draws/", f"/study/lists/{reading.pk}/", "/study/lists/new/"],
        "office": ["/study/materials/", "/study/outcomes/", f"/study/outcomes/{outcome.pk}/"],
    }  # fmt: skip
    for key, addresses in paths.items():
        page = open_page(key, PHONE)
        for path in addresses:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, path
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
            assert found.response["violations"] == [], (path, found.generate_report())
