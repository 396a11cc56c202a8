"""The stories of ``docs/example.md`` in figures, worked out from the counts before any spreadsheet is read."""

from __future__ import annotations

from fractions import Fraction

import pytest

from examples.generator.people import Person, list_people
from examples.generator.sessions import mark_year

from .arithmetic import add_up, count_marks, list_excluded, round_half_up, work_out


def find(name: str) -> Person:
    return next(person for person in list_people() if person.name == name)


def list_points(name: str) -> dict[str, str]:
    return {
        code: "待补充" if value is None else f"{float(round_half_up(value)):.2f}"
        for code, value in work_out(find(name)).items()
    }


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("周明远", "90.00"),
        ("林晓岚", "90.00"),
        ("郝大鹏", "66.31"),
        ("沈佳怡", "97.45"),
        ("方雪梅", "88.71"),
        ("段海波", "80.50"),
        ("卢建平", "76.25"),
        ("宋丽华", "87.19"),
        ("陈思齐", "93.50"),
        ("苏文博", "93.50"),
        ("罗晓彤", "71.96"),
        ("许嘉宁", "89.07"),
        ("邓子涵", "87.17"),
        ("贾永昌", "85.05"),
    ],
)
def test_story_adds_up(name: str, total: str) -> None:
    points = add_up(find(name))
    assert points is not None
    assert f"{float(points):.2f}" == total


def test_zhou_mingyuan_stands_at_exactly_ninety() -> None:
    """20 + 30 + 18 + (9 + 8 + 3 + 2) = 90: 从 90 分起为优秀，包含本数."""
    values = work_out(find("周明远"))
    assert sum(value for value in values.values() if value is not None) == 90


def test_lin_xiaolan_stands_at_89_995_before_rounding() -> None:
    """25.5 ÷ 32 × 8 = 6.375 → 6.38: half up at the item makes 89.995 into 90.00."""
    values = work_out(find("林晓岚"))
    assert sum(value for value in values.values() if value is not None) == Fraction(89995, 1000)
    assert values["H1"] == Fraction(6375, 1000)
    assert list_points("林晓岚")["H1"] == "6.38"


def test_hao_dapeng_loses_the_item_at_the_third_absence() -> None:
    """K25: 4 − 3 × 1 would leave 1; the third absence zeroes the item."""
    assert count_marks(find("郝大鹏"))["缺席"] == 3
    assert work_out(find("郝大鹏"))["A2"] == 0


def test_shen_jiayi_reaches_the_cap_of_the_bonus() -> None:
    """K21: 3 + 3 + 2 = 8, held at 5."""
    assert find("沈佳怡").year.awards == ("省级", "省级", "市级")
    assert work_out(find("沈佳怡"))["B1"] == 5


def test_fourth_and_fifth_leader_tie_at_the_quota_line() -> None:
    """K45: 15 × 0.3 = 4.5 → 4 places; the fourth and the fifth have 93.50 each."""
    totals = sorted((add_up(person) or Fraction(0) for person in list_people() if person.is_leader), reverse=True)
    assert [f"{float(total):.2f}" for total in totals[:6]] == ["97.40", "95.78", "94.66", "93.50", "93.50", "86.96"]


def test_song_lihua_has_two_numbers_for_leave_and_make_up() -> None:
    """K54: 36 sessions, 31 there, 5 on leave of which 3 were made up; making up does not turn leave into presence."""
    marks = count_marks(find("宋丽华"))
    assert (marks["到"], marks["请假"], marks["已补学"]) == (31, 2, 3)
    assert work_out(find("宋丽华"))["A1"] == Fraction(24 * 31, 36)
    assert work_out(find("宋丽华"))["A4"] == Fraction(9, 10)


def test_xu_jianing_sits_in_both_branches() -> None:
    """条例 25: the former branch is responsible until 7 July, when the new one has received her."""
    branches = {each.session.branch for each in mark_year(find("许嘉宁"))}
    assert branches == {-1, 1, 12}


def test_deng_zihan_stays_with_the_former_branch() -> None:
    assert {each.session.branch for each in mark_year(find("邓子涵"))} == {-1, 22}


def test_luo_xiaotong_is_asked_only_from_september_on() -> None:
    """K52: joined on 1 September; 8 sessions of the branch and 4 of the bureau."""
    marks = mark_year(find("罗晓彤"))
    assert len(marks) == 12
    assert min(each.session.on.month for each in marks) == 9


def test_jiang_chenxi_waits_for_a_mark() -> None:
    """No data is not zero: without a test there is no total."""
    assert work_out(find("蒋晨曦"))["T1"] is None
    assert add_up(find("蒋晨曦")) is None


def test_tan_yuqin_is_not_asked_anything() -> None:
    assert find("谭玉琴").staff_no in list_excluded()
    assert mark_year(find("谭玉琴")) == ()
