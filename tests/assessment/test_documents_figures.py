"""Figures derived from a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shanxue.assessment.rules.figures import (
    Missing,
    Presence,
    count_presence,
    exceeds_limit,
    list_blocked,
    list_missing,
    tally_branches,
    tally_whole,
    write_percent,
    write_share,
)
from shanxue.assessment.rules.report import AttendanceCount, Part, ResultRow, write_quantity
from shanxue.assessment.rules.sentences import describe_grades

from .year_report import FIRST, GATE, LI, PEOPLE_SCHEME, RETIRED, SECOND, WANG, make_report


def test_tally_counts_every_person_once_and_means_the_graded() -> None:
    """(90.00 + 89.99 + 65.50 + 40.00 + 80.00) / 5 = 73.098, half up 73.10, without waiting and ungraded people."""
    part = make_report().main
    whole = tally_whole(part)
    assert (whole.people, whole.grades, whole.waiting, whole.mean) == (7, (1, 2, 1, 1, 1), 1, 7310)
    assert whole.people == sum(whole.grades) + whole.waiting


def test_branches_come_in_the_known_order_and_others_follow() -> None:
    report = replace(make_report(), branch_names=(RETIRED, FIRST))
    assert [tally.name for tally in tally_branches(report)] == [RETIRED, FIRST, SECOND]


def test_presence_counts_late_and_early_as_present_and_leaves_out_unrecorded() -> None:
    """未记录 is not 缺席; 已补学 is not 到 (DESIGN §4)."""
    marks = {"到": 5, "迟到": 1, "早退": 1, "请假": 1, "缺席": 1, "已补学": 1, "免": 4, "未记录": 3}
    assert count_presence(AttendanceCount("一", marks)) == Presence("一", 10, 7, 1, 3)


def test_presence_of_nobody_expected_is_no_data() -> None:
    assert count_presence(AttendanceCount("一", {"免": 4})).tenths is None


@pytest.mark.parametrize(
    ("tenths", "text"),
    [(1000, "100.0%"), (913, "91.3%"), (0, "0.0%"), (None, "")],
    ids=["all", "some", "none", "no data"],
)
def test_percent_always_shows_one_decimal(tenths: int | None, text: str) -> None:
    assert write_percent(tenths) == text


def test_share_is_half_up() -> None:
    """1 of 16 is 6.25 %, shown 6.3 %."""
    assert (write_share(1, 16), write_share(0, 0)) == ("6.3%", "")


@pytest.mark.parametrize(
    ("proposed", "at_most", "above"),
    [
        ("优秀", "称职", True),
        ("称职", "称职", False),
        ("基本称职", "称职", False),
        ("优秀", "合格", True),
        ("A", "称职", True),
        ("", "称职", False),
        ("不定等次", "称职", False),
    ],
)
def test_a_proposed_grade_is_held_against_the_limit(proposed: str, at_most: str, above: bool) -> None:
    """D8; grades on no common ladder are shown to a person rather than passed over."""
    assert exceeds_limit(proposed, at_most) is above


def test_only_those_proposed_above_the_limit_are_blocked() -> None:
    """D8: 李梅 is proposed 优秀, 张伟 称职, 赵敏 waits and no gate holds for her yet."""
    assert [(row.name, gate.clause, grade) for row, gate, grade in list_blocked(make_report().main)] == [
        ("李梅", "第九条", "优秀")
    ]


def test_missing_data_are_counted_by_item_and_branch_and_an_exempt_item_is_not_missing() -> None:
    assert list_missing(make_report().main) == (Missing("D1", "测试", 1, ((SECOND, 1),)),)


def test_nobody_graded_yet_is_said_without_shares() -> None:
    part = Part(PEOPLE_SCHEME, (ResultRow("1", "甲"),))
    assert describe_grades(part, "人") == "尚未评定等次；资料不全、待补充1人"


def test_a_gate_on_this_assessment_itself_blocks_nobody_elsewhere() -> None:
    own = replace(GATE, target="")
    assert list_blocked(Part(PEOPLE_SCHEME, (replace(LI, gates=(own,)), WANG))) == ()


def test_figures_speak_of_the_day_of_computing_when_the_year_is_not_over() -> None:
    report = replace(make_report(), computed_at=datetime(2025, 7, 2, 8, 0, tzinfo=UTC))
    assert (report.as_of, make_report().as_of) == (date(2025, 7, 2), date(2025, 12, 31))


def test_quantities_lose_needless_zeros_and_no_data_is_empty() -> None:
    assert [write_quantity(value) for value in (17000, 1500, 0, None)] == ["17", "1.5", "0", ""]
