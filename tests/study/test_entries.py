"""Which entry is the same again, and which days may be written; drawing notes."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanxue.study.rules.entries import Entry, check_day, find_same, is_open
from shanxue.study.rules.outcomes import judge_outcome
from shanxue.study.rules.sampling import draw

EARLIER = [Entry("读党章", date(2026, 6, 3), "要守规矩"), Entry("读简史", date(2026, 6, 1))]


@pytest.mark.parametrize(
    ("entry", "same"),
    [
        (Entry("读党章", date(2026, 6, 3), "另一句"), EARLIER[0]),
        (Entry("读党章", date(2026, 6, 9), "要守规矩"), EARLIER[0]),
        (Entry("读党章", date(2026, 6, 9), "又有体会"), None),
        (Entry("读简史", date(2026, 6, 9)), None),
        (Entry("读准则", date(2026, 6, 3)), None),
    ],
)
def test_the_same_again_is_the_same_day_or_the_same_sentence(entry: Entry, same: Entry | None) -> None:
    """ux M4: reading on in one book on another day is not the same again."""
    assert find_same(entry, EARLIER) == same


def test_this_year_is_open_and_last_year_in_january() -> None:
    assert [is_open(date(2025, 12, 31), date(2026, month, 1)) for month in (1, 2)] == [True, False]
    assert is_open(date(2026, 1, 1), date(2026, 12, 31)) is True


def test_a_day_that_is_not_yet_and_a_year_that_is_closed_say_so() -> None:
    today = date(2026, 6, 12)
    assert check_day(date(2026, 6, 13), today) == "6月13日还没有到。请改成学习的那一天。"
    assert check_day(date(2025, 6, 13), today) == "2025年的记录已经不能再写。请改成今年的日期。"
    assert check_day(today, today) == ""


@given(st.integers(0, 60), st.integers(0, 80), st.integers(0, 10_000))
def test_a_draw_can_be_drawn_again_by_anybody(size: int, count: int, number: int) -> None:
    """offices §5 item 9: 随机抽查 with a recorded draw: the order of the notes makes no difference."""
    ids, seed = Random(number).sample(range(1, 10_000), size), str(number)
    drawn = draw(ids, count, seed)
    assert drawn == draw(reversed(ids), count, seed)
    assert len(drawn) == min(count, len(ids))
    assert set(drawn) <= set(ids)


def test_an_outcome_comes_as_far_as_what_is_written_of_it() -> None:
    """D14: research → adopted measure → evidence."""
    day = date(2026, 5, 1)
    assert [judge_outcome("", None, ""), judge_outcome("措施", day, ""), judge_outcome("措施", day, "依据")] == [
        "研究",
        "已采纳",
        "已见效",
    ]


@pytest.mark.parametrize(
    ("adopted_as", "adopted_on", "evidence", "sentence"),
    [
        ("措施", None, "", "采纳的措施和采纳日期要一起写。"),
        ("", date(2026, 5, 1), "", "采纳的措施和采纳日期要一起写。"),
        ("", None, "依据", "先写采纳的措施和日期，再写见效的依据。"),
    ],
)
def test_an_outcome_leaves_out_no_step(adopted_as: str, adopted_on: date | None, evidence: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        judge_outcome(adopted_as, adopted_on, evidence)
