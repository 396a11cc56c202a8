"""评分 by named scorers (K26) and 自评分、检查评分、扣分原因 (K63)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanxue.assessment.actions.scoring import Given, give_marks, score_self
from shanxue.assessment.models import Event, Result, ResultLine, SelfScore
from shanxue.assessment.queries.scoring import list_self_tasks, list_tasks
from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.rules.scoring import (
    Bounds,
    find_bounds,
    list_items,
    list_terms,
    pick_term,
    print_mark,
    read_mark,
)
from shanxue.assessment.runs import run_scheme
from shanxue.assessment.score_due import list_for_person, list_matters
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Grant
from shanxue.orgs.queries import Actor, find_actor
from tests.assessment.scoring_house import BRANCH_CODE, SCORED, SCORED_CODE, make_scored_branches, make_scored_run
from tests.house import AT, House, add_person, add_user

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


def act_as(house: House, key: str) -> Actor:
    return find_actor(house.users[key], AT.date())


def find(house: House, name: str) -> int:
    return house.people[name].pk


def see(house: House, name: str) -> str:
    """What the page would show of somebody's mark."""
    held = Event.objects.filter(person=house.people[name], source__startswith="score-").first()
    return print_mark(held.points_milli, held.reason) if held else ""


@pytest.fixture
def scored(house: House) -> House:
    make_scored_run(house)
    return house


def give(house: House, key: str, name: str, points: str, reason: str = "办法用到了工作上") -> int:
    return give_marks(
        act_as(house, key), SCORED_CODE, "E1", None, {find(house, name): Given(points, reason, see(house, name))}, at=AT
    )


def test_a_mark_names_its_author_and_reason_and_is_counted(scored: House) -> None:
    """K26: the event a scheme counts, dated inside its window; the engine counts it without a second entry."""
    assert give(scored, "office", "张三", "7.5") == 1
    event = Event.objects.get(kind="成效评议")
    assert (event.points_milli, event.by, event.reason, event.on) == (
        7500, "office", "办法用到了工作上", date(2025, 12, 31),
    )  # fmt: skip
    run = run_scheme(scored.bureau, load_scheme(SCORED, "scheme.toml"), actor="命令行", at=AT)
    assert run.results.get(person=scored.people["张三"]).total_points == 750
    assert run.results.get(person=scored.people["李四"]).total_points is None


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ("10.5", "“成效评议”的分应当是 0 到 10，张三写的是 10.5。"),
        ("-1", "“成效评议”的分应当是 0 到 10，张三写的是 -1。"),
        ("八", "张三的分“八”不是数字。"),
        ("NaN", "张三的分“NaN”写得太细，最多三位小数。"),
        ("1.2345", "张三的分“1.2345”写得太细，最多三位小数。"),
    ],
)
def test_marks_out_of_bounds_are_refused_in_words(scored: House, points: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        give(scored, "office", "张三", points)
    assert refused.value.sentence == sentence
    assert not Event.objects.filter(kind="成效评议").exists()


def test_a_scorer_without_a_reason_is_refused(scored: House) -> None:
    """K26 needs author and reason, full marks included: the engine would leave the mark out."""
    with pytest.raises(Refusal, match="请写张三的评分理由：为什么是这个分，扣在哪里。"):
        give(scored, "office", "张三", "10", " ")


def test_one_wrong_row_writes_none(scored: House) -> None:
    both = {find(scored, "张三"): Given("8", "好"), find(scored, "李四"): Given("11", "好")}
    with pytest.raises(Refusal):
        give_marks(act_as(scored, "office"), SCORED_CODE, "E1", None, both, at=AT)
    assert not Event.objects.filter(kind="成效评议").exists()


def test_the_author_may_change_a_mark_and_nobody_else(scored: House) -> None:
    give(scored, "office", "张三", "7")
    assert give(scored, "office", "张三", "7") == 0
    assert give(scored, "office", "张三", "8", "又核实了一件") == 1
    with pytest.raises(Refusal, match="张三已由office评分，不能改别人评的分。"):
        give(scored, "leader", "张三", "9")
    assert Event.objects.get(kind="成效评议").points_milli == 8000
    assert Entry.objects.filter(verb="assessment.give_marks").count() == 2


def test_who_scores_and_whom(scored: House) -> None:
    """Office and leaders within their grants; never themselves; secretaries, inspectors and members do not score."""
    assert [len(task.subjects) for task in list_tasks(act_as(scored, "office"), AT.date())] == [4]
    (task,) = list_tasks(act_as(scored, "head"), AT.date())
    assert [one.name for one in task.subjects] == ["张三", "王五"]
    for key in ("secretary", "inspector", "member"):
        assert list_tasks(act_as(scored, key), AT.date()) == []
        with pytest.raises(Refusal, match="没有找到这一项评分，或者没有查看它的权限。"):
            give(scored, key, "张三", "8")
    scored.people["王五"].account = scored.users["office"]
    scored.people["王五"].save()
    with pytest.raises(Refusal, match="没有找到这个考核对象"):
        give(scored, "office", "王五", "10")


def test_marks_from_a_spreadsheet_stand(scored: House) -> None:
    """Entered once: whoever a file brought a mark for is shown with it and not scored again."""
    Event.objects.create(
        bureau=scored.bureau, person=scored.people["张三"], kind="成效评议", on=date(2025, 12, 18), points_milli=9000,
        by="评议组", reason="成果明显",
    )  # fmt: skip
    with pytest.raises(Refusal, match="张三的分已从表格导入，由评议组评，不再评。"):
        give(scored, "office", "张三", "8")
    (task,) = list_tasks(act_as(scored, "office"), AT.date())
    assert (task.open, len(task.subjects)) == (3, 4)


def test_a_self_score_stands_beside_the_mark(scored: House) -> None:
    """K63: 自评分 by the person, 检查评分 by the scorer; afterwards the self-score is closed."""
    own = {find(scored, "张三"): Given("9.5", "完成两项成果")}
    assert score_self(act_as(scored, "member"), SCORED_CODE, "E1", None, own, at=AT) == 1
    give(scored, "office", "张三", "8", "一项没有依据，扣1.5分")
    event = Event.objects.get(kind="成效评议")
    assert (event.self_points_milli, event.points_milli) == (9500, 8000)
    with pytest.raises(Refusal, match="张三的分已经评过，自评分不能再改。"):
        score_self(act_as(scored, "member"), SCORED_CODE, "E1", None, own, at=AT)
    with pytest.raises(Refusal, match="没有找到这个考核对象"):
        score_self(act_as(scored, "member"), SCORED_CODE, "E1", None, {find(scored, "李四"): Given("9", "")}, at=AT)


def test_a_self_score_alone_counts_for_nothing(scored: House) -> None:
    own = {find(scored, "张三"): Given("9.5", "")}
    score_self(act_as(scored, "member"), SCORED_CODE, "E1", None, own, at=AT)
    with pytest.raises(Refusal, match="“成效评议”的分应当是 0 到 10，张三写的是 12。"):
        score_self(act_as(scored, "member"), SCORED_CODE, "E1", None, {find(scored, "张三"): Given("12", "")}, at=AT)
    run = run_scheme(scored.bureau, load_scheme(SCORED, "scheme.toml"), actor="命令行", at=AT)
    assert run.results.get(person=scored.people["张三"]).total_points is None


def test_a_secretary_scores_the_branch_itself(house: House) -> None:
    """自查评分 of a branch is its secretary's; the check is the office's."""
    make_scored_branches(house)
    (task,) = list_self_tasks(act_as(house, "secretary"), AT.date())
    assert [one.name for one in task.subjects] == ["第一支部"]
    unit = task.subjects[0].key
    score_self(act_as(house, "secretary"), BRANCH_CODE, "E1", None, {unit: Given("9", "")}, at=AT)
    assert SelfScore.objects.get().unit == house.units["第一支部"]
    give_marks(act_as(house, "office"), BRANCH_CODE, "E1", None, {unit: Given("8", "缺一份记录")}, at=AT)
    assert Event.objects.get(kind="成效评议", unit=house.units["第一支部"]).self_points_milli == 9000


def test_an_item_by_quarter_is_scored_once_in_each() -> None:
    """K35: each stretch has its own marks; the one under way is offered, after the year the last."""
    text = SCORED.replace("least = 0", 'per = "quarter"\ncombine = "mean"\nleast = 0')
    scheme = load_scheme(text, "scheme.toml").scheme
    (item,) = list_items(scheme)
    terms = list_terms(scheme, item)
    assert [one.last_on for one in terms] == [
        date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31),
    ]  # fmt: skip
    assert pick_term(terms, date(2025, 5, 1)).number == 1
    assert pick_term(terms, date(2026, 5, 1)).number == 3
    assert pick_term(terms, date(2024, 5, 1)).number == 0


def test_bounds_come_from_the_item() -> None:
    """K26: from least to most, both included; R01 deducts −1 to −5."""
    scheme = load_scheme(SCORED, "scheme.toml").scheme
    assert find_bounds(scheme.items[0]) == Bounds(0, 10000)
    assert scheme.items[0].full == Fraction(10)
    assert Bounds(-5000, -1000).words == "-5 到 -1"
    assert read_mark("张三", "-2.5", Bounds(-5000, -1000), "问题扣分") == -2500


def test_what_waits_is_due_near_the_end_of_the_year(scored: House) -> None:
    """45 days before the window's end until 60 after it; numbers, no names."""

    def list_at(month: int, day: int, year: int = 2025) -> list[tuple[str, str, str]]:
        at = datetime(year, month, day, 4, tzinfo=UTC)
        return [(one.title, one.state, one.light) for one in list_matters(act_as(scored, "office"), at)]

    assert list_at(11, 1) == []
    assert list_at(12, 1) == [("待评分：成效评议", "还有 4 个没有评", "临近")]
    assert list_at(1, 5, 2026) == [("待评分：成效评议", "还有 4 个没有评", "逾期")]
    assert list_at(6, 1, 2026) == []
    add_user(scored, "chief", Grant.Power.LEADER, person="赵六")
    (row,) = list_for_person(scored.people["赵六"], AT)
    assert row.state == "还有 3 个没有评"
    assert list_for_person(scored.people["张三"], AT) == []


def test_scoring_on_the_page(scored: House, visit: Visit) -> None:
    client, address = visit("office"), reverse("assessment:score", args=[SCORED_CODE, "E1"])
    page = client.get(address).content.decode()
    assert "分值 0 到 10，还有 4 个没有评。" in page
    assert "第六条" in page
    key, other = find(scored, "张三"), find(scored, "李四")
    bad = client.post(address, {f"points-{key}": "8", f"reason-{key}": "", f"points-{other}": ""})
    assert (bad.status_code, "请写张三的评分理由" in bad.content.decode()) == (400, True)
    good = client.post(address, {f"points-{key}": "8", f"reason-{key}": "成果已采用"}, follow=True).content.decode()
    assert "已保存 1 个评分。" in good
    member = visit("member")
    assert member.get(reverse("assessment:scores")).status_code == 200
    assert "已评" in member.get(reverse("assessment:scores")).content.decode()


def test_the_table_asks_as_much_of_the_database_for_five_as_for_four(scored: House, visit: Visit) -> None:
    def measure() -> int:
        client, address = visit("office"), reverse("assessment:score", args=[SCORED_CODE, "E1"])
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            client.get(address)
        return len(caught)

    four = measure()
    person = add_person(scored, "孙七", "第二支部")
    run = Result.objects.filter(run__scheme__code=SCORED_CODE).latest("pk").run
    result = Result.objects.create(run=run, person=person, home=scored.units["第二支部"], total_points=None)
    ResultLine.objects.create(result=result, item="E1", full_points=1000)
    assert measure() == four
