"""M5 page by page without JavaScript; what is due; the same number of queries at one row and at three."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shanxue.base.lights import Light
from shanxue.exams.actions.sittings import hand_in, save_answer
from shanxue.exams.due import list_for_person, list_for_unit, summarise_year
from shanxue.exams.models import Paper, Score, Sitting
from shanxue.orgs.models import Exemption
from tests.exams.office import add_paper, add_question, answer_all, begin
from tests.exams.test_sittings import NOW
from tests.house import House

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]


def make_paper(house: House, title: str = "第二季度测试", now: datetime | None = None, **values: object) -> Paper:
    questions = [
        add_question(house, f"{title}甲（　　）"),
        add_question(house, f"{title}有____个", kind="填空题"),
        add_question(house, f"{title}对", kind="判断题", analysis="写在第三条"),
    ]
    return add_paper(house, title, questions, now or timezone.now(), **values)


def test_a_test_from_the_list_to_the_score_without_javascript(visit: Visit, house: House) -> None:
    """M5: what is asked stands first; each button saves; the check page counts what is open; wrong ones say why."""
    paper = make_paper(house, attempts=1)
    member = visit("member")
    assert "有 1 份测试要答。" in member.get(reverse("exams:tests")).content.decode()
    before = member.get(reverse("exams:test", args=[paper.pk])).content.decode()
    for words in ("3 题，满分 6 分", "20 分钟，开始后计时", "1 次，还可答 1 次", "取最高"):
        assert words in before
    place = member.post(reverse("exams:test", args=[paper.pk])).headers["Location"]
    sitting = Sitting.objects.get()
    first = member.get(place).content.decode()
    assert "第 1 题，共 3 题" in first
    assert "还剩 19 分钟" in first or "还剩 20 分钟" in first
    onward = member.post(place, {"position": 1, "given": "B", "seen": "", "go": "2"}).headers["Location"]
    assert onward == f"{place}?q=2"
    check = member.post(
        place, {"position": 2, "given": " 四 ", "seen": "", "go": "check"}, follow=True
    ).content.decode()
    assert "还有 1 题未答" in check
    result = member.post(reverse("exams:check", args=[sitting.pk]), follow=True).content.decode()
    assert "<strong>2</strong>" in result
    assert "没有答对的 2 题" in result
    assert "党章总纲" in result
    assert "写在第三条" in result
    assert "现在没有要答的测试。" in member.get(reverse("exams:tests")).content.decode()


def test_the_right_answers_wait_until_no_attempt_is_left(visit: Visit, house: House) -> None:
    paper = make_paper(house, attempts=2)
    member = visit("member")
    for shown in (False, True):
        now = timezone.now()
        sitting = begin(house, "张三", paper, now)
        hand_in(sitting, actor="张三", at=now)
        page = member.get(reverse("exams:result", args=[sitting.pk])).content.decode()
        assert ("正确答案</dt>" in page) is shown


def test_time_up_while_answering_hands_in_and_says_so(visit: Visit, house: House) -> None:
    """Bad input: “时间到，已按现有作答交卷。”"""
    paper = make_paper(house)
    member = visit("member")
    place = member.post(reverse("exams:test", args=[paper.pk])).headers["Location"]
    Sitting.objects.update(ends_at=timezone.now() - timedelta(minutes=1))
    answer = member.post(place, {"position": 1, "given": "A", "seen": "", "go": "2"}, follow=True)
    assert "时间到，已按现有作答交卷。" in answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("exams:result", args=[Sitting.objects.get().pk])
    assert Score.objects.get().score_milli == 0


def test_the_script_is_answered_in_json(visit: Visit, house: House) -> None:
    paper = make_paper(house)
    member = visit("member")
    member.post(reverse("exams:test", args=[paper.pk]))
    place = reverse("exams:answer", args=[Sitting.objects.get().pk])
    saved = member.post(
        place, {"position": 1, "given": "A", "seen": "", "age": "3.5"}, headers={"accept": "application/json"}
    )
    assert (saved.json()["answered"], saved.json()["warns"]) == (1, False)
    assert saved.json()["said"].startswith("已保存 ")
    wrong = member.post(place, {"position": "x"}, headers={"accept": "application/json"})
    assert (wrong.status_code, wrong.json()["sentence"]) == (400, "没有收到题号。请刷新页面后再答。")
    hand_in(Sitting.objects.get(), actor="张三", at=timezone.now())
    late = member.post(place, {"position": 1, "given": "A"}, headers={"accept": "application/json"})
    assert (late.status_code, late.json()["code"]) == (409, "handed_in")


def test_nobody_opens_another_persons_sitting(visit: Visit, house: House) -> None:
    sitting = begin(house, "张三", make_paper(house), timezone.now())
    for name in ("sitting", "check", "result"):
        assert visit("secretary").get(reverse(f"exams:{name}", args=[sitting.pk])).status_code == 404
    assert visit("secretary").post(reverse("exams:answer", args=[sitting.pk]), {"position": 1}).status_code == 404


def test_what_is_due_for_a_person(house: House) -> None:
    """A running sitting first, then by deadline; adding an item never hides another (ux A1 on Moodle)."""
    make_paper(house, "近", NOW, closes_at=NOW + timedelta(days=2), attempts=2)
    far = make_paper(house, "远", NOW, closes_at=NOW + timedelta(days=20))
    make_paper(house, "未开始", NOW, opens_at=NOW + timedelta(hours=1))
    make_paper(house, "二支部", NOW, unit="第二支部")
    person = house.people["张三"]
    rows = list_for_person(person, NOW)
    assert [(row.title, row.state, row.light, row.on) for row in rows] == [
        ("近", "3 题 · 可答 2 次", Light.NEAR, date(2026, 6, 14)),
        ("远", "3 题 · 可答 1 次", Light.FINE, date(2026, 7, 2)),
    ]
    sitting = begin(house, "张三", far, NOW)
    assert [(row.title, row.state) for row in list_for_person(person, NOW)] == [
        ("远", "正在答题，还剩 20 分钟"), ("近", "3 题 · 可答 2 次"),
    ]  # fmt: skip
    assert list_for_person(person, NOW)[0].href == reverse("exams:sitting", args=[sitting.pk])
    assert [row.title for row in list_for_person(person, NOW + timedelta(hours=1))] == ["未开始", "近"]
    assert Score.objects.get().title == "远"


def test_below_the_pass_mark_another_attempt_is_still_asked(house: House) -> None:
    paper = make_paper(house, "补考", NOW, attempts=2, pass_milli=4000)
    hand_in(begin(house, "张三", paper, NOW), actor="张三", at=NOW)
    assert [row.state for row in list_for_person(house.people["张三"], NOW)] == ["未到及格线，3 题 · 可答 1 次"]
    second = begin(house, "张三", paper, NOW)
    answer_all(second, [["A"], ["4"], ["A"]], NOW)
    hand_in(second, actor="张三", at=NOW)
    assert list_for_person(house.people["张三"], NOW) == []


def test_nothing_is_asked_of_somebody_exempt(house: House) -> None:
    """K51: 免考核 is an exemption, not a red light; the secretary is not told either."""
    make_paper(house, "测试", NOW, unit="第一支部")
    Exemption.objects.create(person=house.people["张三"], category="病休", from_on=date(2026, 1, 1))
    assert list_for_person(house.people["张三"], NOW) == []
    assert [row.state for row in list_for_unit(house.units["第一支部"], NOW)] == ["还有 1 天结束，1 人未答"]


def test_what_is_due_for_a_secretary(house: House) -> None:
    """Tests that close within a week and are not taken by all of the branch, also those of the committee above."""
    paper = make_paper(house, "全局", NOW, closes_at=NOW + timedelta(days=3))
    make_paper(house, "还早", NOW, closes_at=NOW + timedelta(days=30))
    make_paper(house, "别的支部", NOW, unit="第二支部")
    branch = house.units["第一支部"]
    assert [(row.title, row.state) for row in list_for_unit(branch, NOW)] == [("测试：全局", "还有 3 天结束，2 人未答")]
    for name in ("张三", "李四"):
        hand_in(begin(house, name, paper, NOW), actor=name, at=NOW)
    assert list_for_unit(branch, NOW) == []


def test_the_line_of_the_year(house: House) -> None:
    person = house.people["张三"]
    assert summarise_year(person, 2026) is None
    papers = [make_paper(house, f"第{number}季度测试", NOW) for number in (1, 2, 3)]
    for paper in papers[:2]:
        hand_in(begin(house, "张三", paper, NOW), actor="张三", at=NOW)
    assert summarise_year(person, 2026) == ("测试", 2, 3)
    assert summarise_year(person, 2025) is None


def count(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        act()
    return len(captured)


def list_visits(house: House, visit: Visit, paper: Paper, sitting: Sitting) -> dict[str, Callable[[], object]]:
    office, member = visit("office"), visit("member")
    places = {
        name: reverse(f"exams:{name}", args=args)
        for name, args in (("papers", []), ("bank", []), ("paper", [paper.pk]), ("paper_results", [paper.pk]))
    }
    own = {
        name: reverse(f"exams:{name}", args=args)
        for name, args in (("tests", []), ("test", [paper.pk]), ("sitting", [sitting.pk]), ("check", [sitting.pk]))
    }
    found: dict[str, Callable[[], object]] = {
        name: (lambda place=place: office.get(place)) for name, place in places.items()
    }
    found |= {name: (lambda place=place: member.get(place)) for name, place in own.items()}
    found["due person"] = lambda: list_for_person(house.people["张三"], timezone.now())
    found["due unit"] = lambda: list_for_unit(house.units["第一支部"], timezone.now())
    found["year"] = lambda: summarise_year(house.people["张三"], timezone.now().year)
    return found


def test_queries_do_not_grow_with_the_rows(visit: Visit, house: House) -> None:
    """At one row and at three (questions, papers, people who took it) every page puts the same number of queries."""
    paper = make_paper(house, "一", attempts=9)
    sitting = begin(house, "张三", paper, timezone.now())
    visits = list_visits(house, visit, paper, sitting)
    for act in visits.values():
        act()
    before = {name: count(act) for name, act in visits.items()}
    for title in ("二", "三"):
        more = make_paper(house, title)
        for name in ("李四", "王五"):
            answer_all(begin(house, name, more, timezone.now()), [["A"]], timezone.now())
            hand_in(more.sittings.get(person=house.people[name]), actor=name, at=timezone.now())
            Exemption.objects.get_or_create(person=house.people[name], category="病休")
    for name in ("李四", "王五"):
        hand_in(begin(house, name, paper, timezone.now()), actor=name, at=timezone.now())
    save_answer(sitting, 1, ["A"], at=timezone.now())
    visits["paper"]()  # that somebody's score is seen is written down at the first look of a day
    assert {name: count(act) for name, act in visits.items()} == before
