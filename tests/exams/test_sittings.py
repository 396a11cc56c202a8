"""Sitting a paper: begin, save, hand in; what goes wrong, each with its sentence (ux M5, K36)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Q

from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.runs import run_scheme
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.exams.actions.bank import QuestionValues, save_question
from shanxue.exams.actions.papers import set_rule, withdraw_paper
from shanxue.exams.actions.sittings import hand_in, hand_in_overdue, save_answer, start_sitting
from shanxue.exams.models import Paper, Question, Score, Sitting
from shanxue.exams.queries.papers import list_results
from shanxue.exams.queries.sittings import find_own_test
from shanxue.exams.rules.papers import Draw
from shanxue.orgs.models import Stint
from shanxue.orgs.queries import find_actor
from tests.exams.office import add_paper, add_question, answer_all, begin, find_test
from tests.house import House

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 12, 1, 0, tzinfo=UTC)  # nine in the morning in China
MINUTE = timedelta(minutes=1)
TEST_SCHEME = """
[scheme]
code = "ceshi-2026"
title = "测试考核办法"
subject = "person"
window = { from = 2026-01-01, until = 2027-01-01 }
precision = 0.01
source = "《测试考核办法》"
[scheme.clauses]
"第一条" = "测试成绩100分，取最高的一次。"
[[item]]
code = "T1"
component = "成效"
title = "测试"
full = 100
clause = "第一条"
kind = "score"
count = { source = "scores", mark = ["参加"], attempts = "best" }
[[band]]
label = "合格"
from = 60
[[band]]
label = "不合格"
"""


@pytest.fixture
def questions(house: House) -> list[Question]:
    return [
        add_question(house, "党的最高理想是（　　）。"),
        add_question(house, "党员的权利有（　　）。", kind="多选题"),
        add_question(house, "预备期为一年。", kind="判断题"),
        add_question(house, "有____个意识。", kind="填空题"),
    ]


@pytest.fixture
def paper(house: House, questions: list[Question]) -> Paper:
    return add_paper(house, "第二季度测试", questions, NOW)


def refuse(act: object) -> tuple[str, int]:
    with pytest.raises(Refusal) as refused:
        act()  # type: ignore[operator]
    return refused.value.sentence, refused.value.status


def test_a_sitting_from_start_to_score(house: House, paper: Paper) -> None:
    """M5: answers saved one by one, all or nothing marked, one Score row the assessment counts (D6), two audit rows."""
    sitting = begin(house, "张三", paper, NOW)
    assert (sitting.attempt, sitting.ends_at) == (1, NOW + 20 * MINUTE)
    answer_all(sitting, [["A"], ["A"], ["A"], ["４"]], NOW + MINUTE)
    done = hand_in(sitting, actor="张三", at=NOW + 5 * MINUTE)
    assert list(done.answers.order_by("position").values_list("awarded_milli", flat=True)) == [2000, 0, 2000, 2000]
    score = Score.objects.get()
    assert (score.person.name, score.kind, score.title, score.attempt) == ("张三", "测试", "第二季度测试", 1)
    assert (score.score_milli, score.full_milli, score.on, score.mark) == (6000, 8000, date(2026, 6, 12), "参加")
    assert list(Entry.objects.order_by("seq").values_list("verb", flat=True)) == [
        "exams.start_sitting", "exams.hand_in",
    ]  # fmt: skip


def test_handing_in_twice_changes_nothing(house: House, paper: Paper) -> None:
    sitting = begin(house, "张三", paper, NOW)
    hand_in(sitting, actor="张三", at=NOW + MINUTE)
    again = hand_in(sitting, actor="张三", at=NOW + 2 * MINUTE)
    assert again.handed_in_at == NOW + MINUTE
    assert Score.objects.count() == 1


def test_a_question_changed_in_the_bank_never_alters_a_sitting(
    house: House, paper: Paper, questions: list[Question]
) -> None:
    """Sittings froze what was put."""
    sitting = begin(house, "张三", paper, NOW)
    values = QuestionValues("党章", "单选题", "改过的题（　　）", ["甲", "乙"], ["B"], "", "", "")
    save_question(house.bureau, questions[0], values, actor="office", at=NOW)
    save_answer(sitting, 1, ["A"], at=NOW + MINUTE)
    assert hand_in(sitting, actor="张三", at=NOW + MINUTE).answers.get(position=1).awarded_milli == 2000


def test_a_paper_by_rule_is_drawn_anew_and_recorded(house: House) -> None:
    for number in range(12):
        add_question(house, f"第{number}句对。", kind="判断题")
    paper = add_paper(house, "抽题测试", [], NOW, state="草稿", attempts=3)
    set_rule(paper, [Draw("党章", "判断题", 5, 2000)], actor="office", at=NOW)
    Paper.objects.update(state="已发布")
    drawn = []
    for seed in (1, 2, 1):
        sitting = begin(house, "张三", Paper.objects.get(), NOW, seed=seed)
        drawn.append(list(sitting.answers.order_by("position").values_list("question_id", flat=True)))
        assert sitting.seed == seed
        hand_in(sitting, actor="张三", at=NOW)
    assert drawn[0] == drawn[2] != drawn[1]


def test_a_paper_handed_in_after_time_keeps_what_was_answered(house: House, paper: Paper) -> None:
    """Bad input: handed in after time. The end is its time, and the score is of what was answered till then."""
    sitting = begin(house, "张三", paper, NOW)
    save_answer(sitting, 1, ["A"], at=NOW + MINUTE)
    done = hand_in(sitting, actor="张三", at=NOW + timedelta(hours=3))
    assert done.handed_in_at == NOW + 20 * MINUTE
    assert Score.objects.get().score_milli == 2000


def test_an_answer_after_time_is_refused_and_told(house: House, paper: Paper) -> None:
    sitting = begin(house, "张三", paper, NOW)
    end = sitting.ends_at
    assert save_answer(sitting, 1, ["A"], at=end + timedelta(seconds=30)).answered_count == 1
    assert refuse(lambda: save_answer(sitting, 2, ["A"], at=end + timedelta(seconds=31))) == (
        "时间到，已按现有作答交卷。", 409,
    )  # fmt: skip


def test_an_answer_kept_while_the_line_was_down_counts_until_the_end(house: House, paper: Paper) -> None:
    """“时间不多扣”: how long an answer waited on the device costs nothing; its own time is kept."""
    sitting = begin(house, "张三", paper, NOW)
    save_answer(sitting, 1, ["A"], at=sitting.ends_at, age_seconds=600)
    answer = sitting.answers.get(position=1)
    assert answer.answered_at == sitting.ends_at - timedelta(seconds=600)
    assert hand_in(sitting, actor="张三", at=sitting.ends_at).answers.get(position=1).awarded_milli == 2000


def test_whoever_looks_next_hands_in_what_is_over(house: House, paper: Paper) -> None:
    """No timer: the grace passes, then any read closes it, once."""
    sitting = begin(house, "张三", paper, NOW)
    save_answer(sitting, 1, ["A"], at=NOW)
    assert hand_in_overdue(Q(paper=paper), sitting.ends_at + timedelta(seconds=30)) == 0
    assert hand_in_overdue(Q(paper=paper), sitting.ends_at + timedelta(seconds=31)) == 1
    assert hand_in_overdue(Q(paper=paper), sitting.ends_at + timedelta(hours=1)) == 0
    assert Sitting.objects.get().handed_in_at == sitting.ends_at
    assert Score.objects.get().score_milli == 2000


@pytest.mark.django_db(transaction=True)
def test_the_assessment_closes_what_is_over_before_it_counts(house: House, paper: Paper) -> None:
    """Issue 3, item 8: everything recorded here flows into the assessment with no second entry (D6, K36)."""
    sitting = begin(house, "张三", paper, NOW)
    answer_all(sitting, [["A"], ["A", "C"], ["A"], ["三"]], NOW)
    run = run_scheme(
        house.bureau, load_scheme(TEST_SCHEME, "ceshi"), actor="office", at=sitting.ends_at + timedelta(hours=1)
    )
    assert Score.objects.get().score_milli == 6000
    assert run.results.get(person=house.people["张三"]).total_points == 7500


def test_two_devices_on_one_sitting(house: House, paper: Paper) -> None:
    """Both go on with the same attempt; the newest answer counts and the other page is told."""
    sitting = begin(house, "张三", paper, NOW)
    assert begin(house, "张三", paper, NOW + MINUTE).pk == sitting.pk
    save_answer(sitting, 1, ["A"], at=NOW + MINUTE, seen="")
    later = save_answer(sitting, 1, ["B"], at=NOW + 2 * MINUTE, seen="")
    assert later.sentence == "第 1 题 09:01 在另一个页面答过“A”，现在以这次的为准。"
    stale = save_answer(sitting, 1, ["C"], at=NOW + 3 * MINUTE, age_seconds=150, seen="")
    assert stale.sentence == "第 1 题 09:02 在另一个页面答过，保留那次的“B”。"
    assert sitting.answers.get(position=1).given == ["B"]


def test_two_devices_begin_in_the_same_moment(house: House, paper: Paper) -> None:
    """Both saw no running sitting; the second is given the first one's."""
    before = find_test(house, "张三", paper, NOW)
    first = start_sitting(before, house.people["张三"], seed=1, actor="张三", at=NOW)
    second = start_sitting(before, house.people["张三"], seed=2, actor="张三", at=NOW)
    assert first.pk == second.pk
    assert Sitting.objects.count() == 1


def test_an_answer_after_another_device_handed_in(house: House, paper: Paper) -> None:
    sitting = begin(house, "张三", paper, NOW)
    hand_in(sitting, actor="张三", at=NOW + 5 * MINUTE)
    assert refuse(lambda: save_answer(sitting, 1, ["A"], at=NOW + 6 * MINUTE)) == (
        "6月12日 09:05 已交卷，这一题没有记入。", 409,
    )  # fmt: skip


def test_an_answer_for_a_position_that_is_not_there(house: House, paper: Paper) -> None:
    sitting = begin(house, "张三", paper, NOW)
    assert refuse(lambda: save_answer(sitting, 99, ["A"], at=NOW)) == ("这份试卷没有第 99 题。请刷新页面后再答。", 404)
    assert refuse(lambda: save_answer(sitting, 1, ["H"], at=NOW)) == ("这道题没有这个选项。请刷新页面后再答。", 400)


def test_starting_before_opening_and_after_closing(house: House, questions: list[Question]) -> None:
    later = add_paper(house, "以后", questions, NOW, opens_at=NOW + timedelta(hours=1))
    past = add_paper(house, "以前", questions, NOW, closes_at=NOW - timedelta(hours=1))
    assert refuse(lambda: begin(house, "张三", later, NOW)) == ("测试还没有开始，6月12日 10:00 起可以答题。", 409)
    assert refuse(lambda: begin(house, "张三", past, NOW)) == ("测试已于 6月12日 08:00 结束，不能再开始。", 409)


def test_more_attempts_than_allowed(house: House, questions: list[Question]) -> None:
    """R55: a score entered from paper is an attempt too."""
    paper = add_paper(house, "两次", questions, NOW, attempts=2)
    Score.objects.create(bureau=house.bureau, person=house.people["张三"], title="两次", attempt=1, score_milli=3000)
    sitting = begin(house, "张三", paper, NOW)
    assert sitting.attempt == 2
    hand_in(sitting, actor="张三", at=NOW)
    assert refuse(lambda: begin(house, "张三", paper, NOW)) == ("可答 2 次，已答 2 次，不能再答。", 409)


def test_a_score_entered_while_somebody_sits_keeps_its_number(house: House, paper: Paper) -> None:
    sitting = begin(house, "张三", paper, NOW)
    Score.objects.create(
        bureau=house.bureau, person=house.people["张三"], title=paper.title, attempt=1, score_milli=70_000
    )
    hand_in(sitting, actor="张三", at=NOW)
    assert list(Score.objects.order_by("attempt").values_list("attempt", "score_milli")) == [(1, 70_000), (2, 0)]


def test_a_paper_withdrawn_while_somebody_sits_it(house: House, paper: Paper) -> None:
    """The sitting goes on to its end; nobody else begins."""
    sitting = begin(house, "张三", paper, NOW)
    withdraw_paper(paper, actor="office", at=NOW + MINUTE)
    save_answer(sitting, 1, ["A"], at=NOW + 2 * MINUTE)
    assert hand_in(sitting, actor="张三", at=NOW + 3 * MINUTE).score.score_milli == 2000  # type: ignore[union-attr]
    assert refuse(lambda: begin(house, "李四", paper, NOW + MINUTE)) == ("这份测试已收回，不能再开始。", 409)


def test_a_paper_for_others_is_refused_like_one_that_is_not_there(house: House, questions: list[Question]) -> None:
    """Not in scope: another branch's paper, or one for 预备党员 only."""
    sentence = ("没有找到这份测试，或者没有查看它的权限。", 404)
    actor = find_actor(house.users["member"], NOW.date())
    for paper in (
        add_paper(house, "二支部", questions, NOW, unit="第二支部"),
        add_paper(house, "预备党员", questions, NOW, statuses=["预备党员"]),
        add_paper(house, "草稿", questions, NOW, state="草稿"),
    ):
        assert refuse(lambda paper=paper: find_own_test(actor, paper.pk, NOW)) == sentence
    assert refuse(lambda: find_own_test(actor, 10**6, NOW)) == sentence


def test_somebody_who_moved_away_finishes_what_was_begun(house: House, questions: list[Question]) -> None:
    paper = add_paper(house, "一支部", questions, NOW, unit="第一支部")
    sitting = begin(house, "张三", paper, NOW)
    Stint.objects.filter(person=house.people["张三"], unit=house.units["第一支部"]).update(until_on=date(2026, 6, 12))
    save_answer(sitting, 1, ["A"], at=NOW + MINUTE)
    assert hand_in(sitting, actor="张三", at=NOW + MINUTE).score is not None


def test_results_are_never_in_the_order_of_scores(house: House, paper: Paper) -> None:
    """ux §0.1: no leaderboard; names in staff-number order."""
    for name, given in (("王五", [["A"]]), ("张三", [["B"]])):
        sitting = begin(house, name, paper, NOW)
        answer_all(sitting, given, NOW)
        hand_in(sitting, actor=name, at=NOW)
    rows = list_results(find_actor(house.users["office"], NOW.date()), paper, NOW.date())
    assert [(row.person.name, row.state, row.score_milli) for row in rows] == [
        ("张三", "已答", 0), ("李四", "未答", None), ("王五", "已答", 2000), ("赵六", "未答", None),
    ]  # fmt: skip
    own = list_results(find_actor(house.users["secretary"], NOW.date()), paper, NOW.date())
    assert [row.person.name for row in own] == ["张三", "李四"]
