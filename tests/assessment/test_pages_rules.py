"""Pure values of the pages: lights, next grade, order of need, what may be turned."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest

from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.rules.pages import (
    EMPTY,
    GOOD,
    NEAR,
    PAUSED,
    SHORT,
    NextGrade,
    Thresholds,
    find_next_grade,
    find_reached_grade,
    find_thresholds,
    list_components,
    matches_who,
    order_by_need,
    rate_share,
    rate_total,
)
from shanxue.assessment.rules.scheme import Who
from shanxue.assessment.rules.trial import change_scheme, list_knobs
from tests.house import SCHEME

SHEET = load_scheme(SCHEME, "scheme.toml").scheme


@dataclass
class Line:
    item: str
    awarded_points: int | None
    full_points: int | None
    note: str = ""
    counted_milli: int | None = None
    out_of_milli: int | None = None


def test_thresholds_come_from_the_schemes_own_bands() -> None:
    """A default is never silent: 正常 from 良好 (80 of 100), 临近 from 合格 (60)."""
    assert find_thresholds(SHEET) == Thresholds(Fraction(4, 5), "良好", Fraction(3, 5), "合格")


@pytest.mark.parametrize(
    ("points", "full", "state"),
    [(80, 100, GOOD), (79, 100, NEAR), (60, 100, NEAR), (59, 100, SHORT), (0, 100, SHORT), (None, 100, EMPTY)],
)
def test_lights_include_their_lower_line(points: int | None, full: int, state: object) -> None:
    """以上 includes the number; no data is not zero."""
    assert rate_share(points, full, find_thresholds(SHEET)) == state


@pytest.mark.parametrize(("points", "state"), [(200, GOOD), (0, GOOD), (-100, NEAR)])
def test_additions_without_full_marks_are_near_only_when_negative(points: int, state: object) -> None:
    assert rate_share(points, None, find_thresholds(SHEET)) == state


@pytest.mark.parametrize(
    ("total", "grade", "state"),
    [(8000, "良好", GOOD), (7999, "合格", NEAR), (5999, "不合格", SHORT), (3000, "待补充", EMPTY), (None, "", EMPTY),
     (0, "免考核", PAUSED)],
)  # fmt: skip
def test_a_total_is_rated_by_the_same_lines(total: int | None, grade: str, state: object) -> None:
    assert rate_total(SHEET, total, grade) == state


@pytest.mark.parametrize(
    ("total", "found"),
    [
        (8650, NextGrade("优秀", 9000, 350)),
        (8999, NextGrade("优秀", 9000, 1)),
        (9000, None),
        (5999, NextGrade("合格", 6000, 1)),
        (None, None),
    ],
)
def test_the_next_grade_is_the_nearest_line_above(total: int | None, found: NextGrade | None) -> None:
    """M6: distance to the next grade; bands are half-open."""
    assert find_next_grade(SHEET, total, {}) == found


def test_the_reached_grade_is_that_of_the_total_alone() -> None:
    assert [find_reached_grade(SHEET, total, {}) for total in (9000, 8999, 0, None)] == ["优秀", "良好", "不合格", ""]


def test_who_tests_every_named_column() -> None:
    who = Who(columns={"status": ("正式党员",)}, columns_not={"staff_state": ("离退休",)})
    assert matches_who(who, {"status": "正式党员", "staff_state": "在职"}) is True
    assert matches_who(who, {"status": "正式党员", "staff_state": "离退休"}) is False
    assert matches_who(who, {"status": "预备党员", "staff_state": "在职"}) is False


def test_need_begins_with_what_is_missing_and_ends_with_the_exempt() -> None:
    grades = ["优秀", "免考核", "合格", "", "待补充", "不合格", "良好"]
    ordered = sorted(grades, key=lambda grade: order_by_need(SHEET, grade))
    assert ordered == ["待补充", "不合格", "合格", "良好", "优秀", "", "免考核"]


def test_components_add_their_lines_and_adjustments_keep_the_sum() -> None:
    """total = base + Σ lines, adjusting lines included."""
    lines = [
        Line("P1", 3000, 4000),
        Line("A1", 6000, 6000),
        Line("=考勤", -500, None, "封顶"),
        Line("=合计", -100, None),
    ]
    views = list_components(SHEET, lines)
    assert [(view.name, view.points) for view in views] == [("学习计划", 3000), ("考勤", 5500), ("合计调整", -100)]
    assert sum(view.points or 0 for view in views) == 8400
    assert [line.title for line in views[1].lines] == ["到会", "考勤调整"]


def test_an_exempt_component_is_paused_and_an_empty_one_has_no_points() -> None:
    views = list_components(SHEET, [Line("P1", 4000, 4000, "免"), Line("A1", None, 6000, "无数据")])
    assert [(view.state, view.points) for view in views] == [(PAUSED, 4000), (EMPTY, None)]


def test_knobs_are_full_marks_and_lines() -> None:
    assert [(knob.code, knob.value) for knob in list_knobs(SHEET)] == [
        ("full:P1", "40"),
        ("full:A1", "60"),
        ("band:优秀", "90"),
        ("band:良好", "80"),
        ("band:合格", "60"),
    ]


def test_the_same_numbers_give_the_same_scheme() -> None:
    assert change_scheme(SHEET, {knob.code: knob.value for knob in list_knobs(SHEET)}) == SHEET
