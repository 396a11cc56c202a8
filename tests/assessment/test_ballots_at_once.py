"""民主评议 with several people pressing at once: one of them counts, the others are told in words."""

from __future__ import annotations

import pytest

from shanxue.assessment.actions import ballots as actions
from shanxue.assessment.models import BallotCode, Evaluation, EvaluationMember, Urn
from shanxue.assessment.queries import ballots as queries
from shanxue.assessment.rules.ballots import Means
from shanxue.base.errors import Refusal
from tests.crowd import press_at_once
from tests.house import AT, House

from .test_ballots import FULL, act_as, branch, count, open_one, pick, start, vote

__all__ = ["branch"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_one_code_cast_three_times_at_once_is_one_ballot(branch: House) -> None:
    """K33: a code votes once, whoever presses first."""
    evaluation, codes = start(branch)
    grades = ("优秀", "合格", "不合格")
    said = press_at_once([lambda grade=grade: vote(branch, codes[0], grade) for grade in grades])  # type: ignore[misc]
    assert said == ["done", *["这张票已经投过。一张票只能投一次。"] * 2]
    slips = Urn.objects.get(evaluation=evaluation).slips
    assert (len(slips), len({grade for _level, _person, grade in slips})) == (6, 1)
    assert queries.count_turnout(evaluation).cast == 1


def test_different_codes_cast_at_once_are_all_in_the_urn(branch: House) -> None:
    evaluation, codes = start(branch)
    assert press_at_once([lambda code=code: vote(branch, code, "合格") for code in codes]) == ["done"] * 7  # type: ignore[misc]
    assert len(Urn.objects.get(evaluation=evaluation).slips) == 7 * 6


def test_the_last_ballot_taken_is_not_cast_twice_over(branch: House) -> None:
    """No more ballots than were taken, also when two slips of the pile are cast at once."""
    evaluation, codes = start(branch, Means.PHONE, *FULL[:4])
    for code in codes[:3]:
        vote(branch, code, "合格")
    said = press_at_once([lambda code=code: vote(branch, code, "合格") for code in codes[3:5]])  # type: ignore[misc]
    assert said == ["done", "投进的票已经和登记领票的人数一样多。请告诉书记补登领票的人，再投一次。"]
    assert BallotCode.objects.filter(used=True).count() == 4
    assert len(Urn.objects.get(evaluation=evaluation).slips) == 4 * 6


def test_handing_out_twice_at_once_prints_one_set_of_codes(branch: House) -> None:
    evaluation, secretary = open_one(branch), act_as(branch, "secretary")
    takers = pick(branch, *FULL)
    hand_out = [lambda: actions.hand_out(secretary, evaluation.pk, takers, Means.PHONE, at=AT)] * 2
    assert press_at_once(hand_out) == ["done", "这次投票已经开始，票已经发过。"]
    assert (BallotCode.objects.count(), Urn.objects.count()) == (7, 1)


def test_opening_one_evaluation_twice_at_once_opens_it_once(branch: House) -> None:
    assert press_at_once([lambda: open_one(branch)] * 2) == ["done", "第一支部2025年的民主评议已经开始，不用再开。"]
    assert (Evaluation.objects.count(), EvaluationMember.objects.count()) == (1, 7)


def test_a_ballot_cast_while_the_urn_is_opened_is_counted_or_refused(branch: House) -> None:
    """Opening while casting: the ballot stands in the count, or its code is told that the vote has ended."""
    evaluation, codes = start(branch)
    for code in codes[:3]:
        vote(branch, code, "合格")
    said = press_at_once([lambda: vote(branch, codes[3], "优秀"), lambda: count(branch, evaluation)])
    evaluation.refresh_from_db()
    assert evaluation.stage == "已计票"
    if said == ["done", "done"]:
        assert (evaluation.returned_count, len(Urn.objects.get().slips)) == (4, 24)
    else:
        assert said[0] == "done"
        assert said[1].startswith(("没有这个票码，或者这次投票已经结束。", "现在不在投票时间。"))
        assert (evaluation.returned_count, len(Urn.objects.get().slips)) == (3, 18)
    with pytest.raises(Refusal, match="没有这个票码"):
        vote(branch, codes[4], "合格")


def test_a_ballot_cast_while_the_vote_is_voided_is_gone_with_it(branch: House) -> None:
    evaluation, codes = start(branch)
    secretary = act_as(branch, "secretary")
    press_at_once(
        [
            lambda: vote(branch, codes[0], "优秀"),
            lambda: actions.restart_ballot(secretary, evaluation.pk, reason="票码打印不全", at=AT),
        ]
    )
    assert (Urn.objects.count(), BallotCode.objects.count()) == (0, 0)
