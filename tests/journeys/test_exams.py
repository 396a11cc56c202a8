"""M5 in a browser: two taps to start, each answer saved, a dropped line, two devices, time up; the office's bank."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from shanxue.exams.actions.sittings import hand_in
from shanxue.exams.models import Paper, Question, Score, Sitting
from shanxue.exams.uploads import keep_upload
from tests.exams.office import add_paper, add_question, answer_all, begin
from tests.house import House
from tests.intake.fixtures import write_xlsx
from tests.journeys.test_results import list_small_targets

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])
SCRIPTS = pytest.mark.parametrize("script", [True, False])


@pytest.fixture
def paper(house: House) -> Paper:
    """第二季度测试: a choice, several, a blank, true or false; two attempts."""
    questions = [
        add_question(house, "中国共产党的最高理想和最终目标是（　　）。", options=["实现共产主义", "实现小康"]),
        add_question(house, "党员享有的权利有（　　）。", kind="多选题", source="党章第四条", analysis="共八项。"),
        add_question(house, "“四个意识”有____个方面。", kind="填空题"),
        add_question(house, "预备党员的预备期为一年。", kind="判断题", source="党章第七条"),
    ]
    return add_paper(house, "第二季度测试", questions, timezone.now(), attempts=2, pass_milli=4000)


def start(open_page: OpenPage, width: int = PHONE, *, script: bool = True) -> Page:
    page = open_page("member", width, "/tests/", script=script)
    page.get_by_role("link", name="第二季度测试").click()
    page.get_by_role("button", name="开始答题").click()
    wait_for_question(page, 1)
    return page


def wait_for_question(page: Page, number: int) -> None:
    """Wait until a question is there with its script: a page cut off before that cannot keep an answer."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"第 {number} 题")
    page.wait_for_load_state("load")


def choose(page: Page, text: str) -> None:
    page.locator(".option", has_text=text).first.click()


@SCRIPTS
@WIDTHS
def test_a_test_is_begun_in_two_taps_and_handed_in(paper: Paper, open_page: OpenPage, width: int, script: bool) -> None:
    """ux M5: taps to start 2 (the row, 开始答题); one question per screen; the check page; the score with sources."""
    page = start(open_page, width, script=script)
    expect(page.get_by_role("heading", level=1)).to_contain_text("第 1 题，共 4 题")
    choose(page, "实现共产主义")
    page.get_by_role("button", name="下一题").click()
    choose(page, "实现共产主义")
    page.get_by_role("button", name="下一题").click()
    page.get_by_label("填空").fill("四")
    page.get_by_role("button", name="检查并交卷").click()
    expect(page.locator(".lead-sentence")).to_contain_text("还有 1 题未答")
    page.get_by_role("button", name="交卷").click()
    expect(page.locator(".score-figure")).to_contain_text("4 分，满分 8 分")
    expect(page.locator(".score-figure")).to_contain_text("及格")
    expect(page.locator(".wrong").first).to_contain_text("党章第四条")
    expect(page.get_by_text("还可答 1 次，取最高。")).to_be_visible()
    assert Score.objects.get().score_milli == 4000


def test_each_answer_is_saved_at_once_and_another_device_goes_on(paper: Paper, open_page: OpenPage) -> None:
    page = start(open_page)
    choose(page, "实现小康")
    expect(page.locator("#saved")).to_contain_text("已保存")
    other = open_page("member", DESK, "/tests/")
    other.get_by_role("link", name="第二季度测试").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("第 2 题，共 4 题")
    other.goto(f"{other.url}?q=1")
    expect(other.get_by_role("radio", name="实现小康")).to_be_checked()
    choose(other, "实现共产主义")
    expect(other.locator("#saved")).to_contain_text("已保存")
    choose(page, "实现共产主义")
    with page.expect_response(lambda answer: "given=B" in (answer.request.post_data or "")):
        choose(page, "实现小康")
    assert Sitting.objects.get().answers.get(position=1).given == ["B"]


def test_a_dropped_line_loses_no_answer(paper: Paper, open_page: OpenPage) -> None:
    """ux M5: “网络断开，已答的 2 题已保存，恢复后可继续，时间不多扣。”"""
    page = start(open_page)
    choose(page, "实现共产主义")
    expect(page.locator("#saved")).to_contain_text("已保存")
    page.get_by_role("button", name="下一题").click()
    wait_for_question(page, 2)
    page.context.set_offline(True)
    choose(page, "实现小康")
    sentence = "网络断开，已答的 2 题已保存，恢复后可继续，时间不多扣。"
    expect(page.locator("#saved")).to_have_text(sentence)
    page.get_by_role("button", name="下一题").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("第 2 题")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("已保存 ")
    page.get_by_role("button", name="下一题").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("第 3 题")
    assert Sitting.objects.get().answers.get(position=2).given == ["B"]


def test_an_answer_kept_on_the_device_survives_a_closed_page(paper: Paper, open_page: OpenPage) -> None:
    """The line was down when the page was closed: opened again on this device, the answer is there and is sent."""
    page = start(open_page)
    place, context = page.url, page.context
    context.set_offline(True)
    choose(page, "实现共产主义")
    expect(page.locator("#saved")).to_contain_text("网络断开")
    page.close()
    assert Sitting.objects.get().answers.get(position=1).given is None
    context.set_offline(False)
    again = context.new_page()
    again.goto(place)
    expect(again.locator("#saved")).to_contain_text("已保存 ")
    expect(again.get_by_role("radio", name="实现共产主义")).to_be_checked()
    assert Sitting.objects.get().answers.get(position=1).given == ["A"]


def test_time_up_hands_in_what_was_answered(paper: Paper, open_page: OpenPage) -> None:
    """ux M5: “时间到，已按现有作答交卷。” The page's own clock runs out; the server judges by its own."""
    page = open_page("member", PHONE, "/tests/")
    page.clock.install()
    page.get_by_role("link", name="第二季度测试").click()
    page.get_by_role("button", name="开始答题").click()
    choose(page, "实现共产主义")
    expect(page.locator("#saved")).to_contain_text("已保存")
    Sitting.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    page.clock.run_for(21 * 60 * 1000)
    expect(page.get_by_text("时间到，已按现有作答交卷。")).to_be_visible()
    expect(page.locator(".score-figure")).to_contain_text("2 分，满分 8 分")


def test_the_time_left_is_said_as_text_and_aloud_only_now_and_then(paper: Paper, open_page: OpenPage) -> None:
    """Time left as text, not only colour; polite at ten, five and one minute, not every second."""
    page = open_page("member", PHONE, "/tests/")
    page.clock.install()
    page.get_by_role("link", name="第二季度测试").click()
    page.get_by_role("button", name="开始答题").click()
    expect(page.locator("#left")).to_have_text("还剩 19 分钟")
    page.wait_for_load_state("load")  # the text comes with the page; the clock that counts on comes with the script
    page.clock.run_for(60_000)
    expect(page.locator("#left")).to_have_text("还剩 18 分钟")
    expect(page.locator("#left-said")).to_be_empty()
    page.clock.run_for(9 * 60_000)
    expect(page.locator("#left-said")).to_have_text("还剩 10 分钟")


def test_the_keyboard_alone_takes_a_test(paper: Paper, open_page: OpenPage) -> None:
    """Enter in a blank goes on, never back."""
    page = start(open_page, DESK)
    page.goto(f"{page.url}?q=3")
    page.get_by_label("填空").fill("4")
    page.get_by_label("填空").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("第 4 题")
    assert Sitting.objects.get().answers.get(position=3).given == ["4"]


def test_the_office_brings_a_bank_in_and_publishes_a_paper(house: House, open_page: OpenPage, tmp_path: Path) -> None:
    """From the office's Excel to a published test: 选文件 → 上传 → 确认 = 3 taps, then the paper by rule."""
    head = [
        "题目（必填）",
        "试题类型（必填）",
        "正确答案（必填）",
        "分类（必填）",
        "难度（必填）",
        "解析",
        "选项A",
        "选项B",
    ]
    rows = [[f"第{number}条说的是（ A ）", "单选题", "A", "党章", "易", "", "甲", "乙"] for number in range(6)]
    path = write_xlsx(tmp_path / "题库.xlsx", {"题库": [head, *rows]})
    page = open_page("office", DESK, reverse("exams:bank_import"))
    page.get_by_label("题库文件").set_input_files(path)
    page.get_by_role("button", name="上传，看预览").click()
    expect(page.locator(".as-member").first).to_contain_text("第0条说的是（\u3000\u3000）")
    page.get_by_role("button", name="确认导入 6 题").click()
    expect(page.get_by_role("status").first).to_contain_text("导入完成：新增 6 题")
    page.goto(reverse("exams:new_paper"))
    page.get_by_label("名称").fill("季度测试")
    now = timezone.localtime()
    page.get_by_label("开始时间").fill(f"{now:%Y-%m-%dT%H:%M}")
    page.get_by_label("结束时间").fill(f"{now + timedelta(days=3):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="保存，去选题").click()
    page.get_by_label("党章 单选题抽几道").fill("20")
    page.get_by_label("党章 单选题每题几分").fill("5")
    page.get_by_role("button", name="保存规则，去检查").click()
    expect(page.get_by_role("alert")).to_contain_text("题库“党章”只有 6 道单选题，要抽 20 道。")
    page.get_by_role("link", name=re.compile("更改 ?题目")).click()
    page.get_by_label("党章 单选题抽几道").fill("5")
    page.get_by_role("button", name="保存规则，去检查").click()
    page.get_by_role("button", name="发布给 4 人").click()
    expect(page.get_by_role("status").first).to_contain_text("“季度测试”已发布，4 人参加")
    assert Question.objects.count() == 6


def list_places(house: House, paper: Paper) -> list[tuple[str, str]]:
    now = timezone.now()
    draft = add_paper(house, "第三季度测试", list(Question.objects.all()), now, state="草稿")
    done = add_paper(house, "第一季度测试", list(Question.objects.all()), now)
    taken = begin(house, "张三", done, now)
    answer_all(taken, [["B"]], now)
    hand_in(taken, actor="张三", at=now)
    running = begin(house, "张三", paper, now)
    table = "题目,题型,答案,选项A,选项B\n甲是（ A ）,单选题,A,一,二\n乙是,单选题,E,一,二\n有____个,填空题,四,,\n"
    digest = keep_upload(house.bureau.pk, "题库.csv", table.encode(), now)
    own = [
        ("tests", []),
        ("test", [paper.pk]),
        ("sitting", [running.pk]),
        ("check", [running.pk]),
        ("result", [taken.pk]),
    ]
    office = [
        ("papers", []), ("new_paper", []), ("paper", [paper.pk]), ("paper", [draft.pk]), ("paper_rule", [draft.pk]),
        ("paper_choose", [draft.pk]), ("publish", [draft.pk]), ("bank", []), ("new_question", []), ("bank_import", []),
        ("bank_preview", [digest]),
        ("question", [Question.objects.latest("pk").pk]),
    ]  # fmt: skip
    return [
        (key, reverse(f"exams:{name}", args=args))
        for key, names in (("member", own), ("office", office))
        for name, args in names
    ]


@pytest.mark.parametrize("large", [False, True])
@WIDTHS
def test_no_page_scrolls_sideways_is_hard_to_hit_or_fails_axe(
    house: House, paper: Paper, open_page: OpenPage, width: int, large: bool
) -> None:
    for user in house.users.values():
        user.large_type = large
        user.save(update_fields=["large_type"])
    pages: dict[str, Page] = {}
    for key, path in list_places(house, paper):
        page = pages.setdefault(key, open_page(key, width))
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert list_small_targets(page) == [], path
        if large or width == DESK:
            continue  # the same sheet as on the phone
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert found.response["violations"] == [], (path, found.generate_report())
