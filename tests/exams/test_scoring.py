"""Marking: exact, all or nothing, fill-ins compared as people read them (K36)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanxue.exams.rules.papers import Draw, draw_questions, find_shortages, pick_counting
from shanxue.exams.rules.scoring import clean_given, mark_answer, plain_text, write_answer
from shanxue.exams.rules.sittings import find_end, is_over, settle_answered_at, write_left

LETTERS = st.sets(st.sampled_from("ABCD")).map(sorted)
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@given(LETTERS.filter(bool), LETTERS, st.integers(1, 10**6))
def test_choices_are_all_or_nothing(right: list[str], given_letters: list[str], points: int) -> None:
    """A 多选题 with one option too few or too many earns nothing; never anything between."""
    put = {"kind": "多选题", "answer": right}
    assert mark_answer(put, given_letters, points) == (points if given_letters == right else 0)


@given(st.lists(st.tuples(LETTERS.filter(bool), LETTERS, st.integers(1, 5000)), max_size=30))
def test_the_score_is_the_sum_and_never_above_full(rows: list[tuple[list[str], list[str], int]]) -> None:
    awarded = [mark_answer({"kind": "多选题", "answer": right}, given, points) for right, given, points in rows]
    assert sum(awarded) == sum(points for right, given, points in rows if right == given)
    assert 0 <= sum(awarded) <= sum(points for _, _, points in rows)


@pytest.mark.parametrize("text", ["4", "４", " 四 ", "4或四", "四。"])
def test_a_blank_takes_each_accepted_wording(text: str) -> None:
    """D2: 4或四; width, spaces and punctuation do not matter."""
    assert mark_answer({"kind": "填空题", "answer": [["4或四", "4", "四"]]}, [text], 2000) == 2000


@pytest.mark.parametrize(("text", "held"), [("1.5", "15"), ("-3", "3"), ("50%", "50"), ("12:30", "1230"), ("", "甲")])
def test_a_blank_does_not_take_another_number(text: str, held: str) -> None:
    assert mark_answer({"kind": "填空题", "answer": [[held]]}, [text], 2000) == 0


def test_every_blank_must_be_right() -> None:
    put = {"kind": "填空题", "answer": [["上海"], ["1921", "一九二一"]]}
    assert mark_answer(put, ["上海", "一九二一"], 2000) == 2000
    assert mark_answer(put, ["上海", "1920"], 2000) == 0
    assert mark_answer(put, ["上海"], 2000) == 0
    assert mark_answer(put, None, 2000) == 0


@given(st.text(max_size=20))
def test_comparing_texts_is_stable(text: str) -> None:
    assert plain_text(plain_text(text)) == plain_text(text)
    assert plain_text(f"　{text} ") == plain_text(text)


def test_what_was_sent_is_brought_into_shape() -> None:
    assert clean_given("多选题", 4, 0, ["C", "A", "A"]) == ["A", "C"]
    assert clean_given("单选题", 4, 0, []) is None
    assert clean_given("填空题", 0, 2, ["上海 "]) == ["上海", ""]
    with pytest.raises(ValueError, match=r"^这道题没有这个选项。请刷新页面后再答。$"):
        clean_given("单选题", 2, 0, ["C"])
    with pytest.raises(ValueError, match=r"^这道题只能选一项。请刷新页面后再答。$"):
        clean_given("判断题", 2, 0, ["A", "B"])


def test_answers_in_words() -> None:
    assert write_answer({"kind": "判断题", "options": ["正确", "错误"]}, ["B"]) == "错误"
    assert write_answer({"kind": "多选题", "options": ["甲", "乙"]}, ["A", "B"]) == "A、B"
    assert write_answer({"kind": "填空题", "options": []}, [["4或四", "4", "四"], ["上海"]]) == "4 或 四；上海"
    assert write_answer({"kind": "填空题", "options": []}, ["5", ""]) == "5；"
    assert write_answer({"kind": "单选题", "options": []}, None) == "未答"


def test_a_drawing_is_told_by_its_seed() -> None:
    draws = (Draw("党章", "单选题", 5, 2000), Draw("党章", "判断题", 2, 1000))
    stock = {("党章", "单选题"): list(range(20)), ("党章", "判断题"): list(range(100, 110))}
    first = draw_questions(draws, stock, 7)
    assert first == draw_questions(draws, stock, 7)
    assert first != draw_questions(draws, stock, 8)
    assert len({number for number, _ in first}) == 7
    assert [points for _, points in first] == [2000] * 5 + [1000] * 2


def test_a_short_bank_is_told() -> None:
    draws = (Draw("党章", "单选题", 20, 2000),)
    assert find_shortages(draws, {("党章", "单选题"): 18}) == ["题库“党章”只有 18 道单选题，要抽 20 道。"]
    assert find_shortages(draws, {("党章", "单选题"): 20}) == []


def test_which_attempt_counts() -> None:
    """R55: three attempts, best counts; the last one where the paper says so; no mark is below any score."""
    scores = [(1, 80_000), (2, 90_000), (3, 60_000)]
    assert pick_counting(scores, "取最高") == (2, 90_000)
    assert pick_counting(scores, "取最后一次") == (3, 60_000)
    assert pick_counting([(1, None), (2, 0)], "取最高") == (2, 0)
    assert pick_counting([], "取最高") is None


def test_time_of_a_sitting() -> None:
    """Its minutes, but never after the paper closes; an answer on its way has 30 seconds."""
    assert find_end(NOON, NOON + timedelta(hours=3), 20) == NOON + timedelta(minutes=20)
    assert find_end(NOON, NOON + timedelta(minutes=5), 20) == NOON + timedelta(minutes=5)
    assert find_end(NOON, NOON + timedelta(hours=3), None) == NOON + timedelta(hours=3)
    assert not is_over(NOON, NOON + timedelta(seconds=30))
    assert is_over(NOON, NOON + timedelta(seconds=31))
    assert settle_answered_at(NOON, 90, NOON - timedelta(hours=1)) == NOON - timedelta(seconds=90)
    assert settle_answered_at(NOON, 10**9, NOON - timedelta(hours=1)) == NOON - timedelta(hours=1)
    assert settle_answered_at(NOON, -50, NOON - timedelta(hours=1)) == NOON
    lefts = [timedelta(seconds=40), timedelta(minutes=42), timedelta(hours=5), timedelta(days=3), timedelta(-1)]
    assert [write_left(NOON + left, NOON) for left in lefts] == [
        "还剩 40 秒", "还剩 42 分钟", "还剩 5 小时", "还剩 3 天", "还剩 0 秒",
    ]  # fmt: skip
