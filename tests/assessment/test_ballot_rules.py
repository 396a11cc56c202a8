"""The pure rules of 民主评议 (rules 2.6): the urn, the third, quorum, and the grade the votes suggest."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanxue.assessment.rules.ballots import (
    GRADES,
    Sheets,
    cast_slips,
    check_quorum,
    check_sheets,
    count_slips,
    digest_slips,
    limit_best,
    read_code,
    show_code,
    suggest_grade,
)
from shanxue.base.errors import Refusal


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(GRADES)), max_size=40), st.randoms(use_true_random=False))
def test_the_urn_forgets_the_order(marks: list[tuple[int, str]], shuffled: random.Random) -> None:
    """The same ballots in any order make the same urn and digest, and the count is theirs."""
    one: list[list[object]] = []
    for person, grade in marks:
        one = cast_slips(one, "党员", {person: grade})
    other: list[list[object]] = []
    mixed = list(marks)
    shuffled.shuffle(mixed)
    for person, grade in mixed:
        other = cast_slips(other, "党员", {person: grade})
    assert (one, digest_slips(one)) == (other, digest_slips(other))
    expected = Counter(marks)
    counted = {(person, grade): n for (_, person), votes in count_slips(one).items() for grade, n in votes.items()}
    assert counted == dict(expected)


def test_rules_in_numbers() -> None:
    """More than half, a third rounded down, the grade more than half reach, codes as people type them."""
    assert [limit_best(count) for count in (2, 3, 11, 12)] == [0, 1, 3, 4]
    assert suggest_grade({"优秀": 7, "合格": 5}) == "优秀"
    assert suggest_grade({"优秀": 6, "合格": 6}) == "合格"
    assert suggest_grade({"不合格": 1}) == "不合格"
    assert suggest_grade({}) == ""
    check_quorum(6, 4)
    with pytest.raises(Refusal):
        check_quorum(0, 0)
    check_sheets(Sheets(7, 6, 6, 5))
    assert read_code(" abcde-fghjk ") == "ABCDEFGHJK"
    assert show_code("ABCDEFGHJK") == "ABCDE-FGHJK"
