"""Scores from the office's own tables (ux D case 28)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shanxue.exams.models import Score
from shanxue.intake.accounting import count_file
from tests.intake.office import bring, bring_people, check, get_table, list_messages, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people(tmp_path: Path) -> None:
    bring_people(tmp_path)


def list_scores() -> list[tuple[object, ...]]:
    columns = ("person__staff_no", "title", "attempt", "score_milli", "full_milli", "mark")
    return list(Score.objects.order_by("person__staff_no", "attempt").values_list(*columns))


def test_scores_with_units_words_and_blanks(tmp_path: Path) -> None:
    """95分, ９５, 缺考, 免考, 作弊; a blank is no score and not zero."""
    above = [["2025年上半年理论测试成绩表"], ["考试名称：", "理论测试", "考试日期：", "2025年6月20日", "满分：", "100"]]
    header = ["序号", "姓名", "工号", "支部", "成绩"]
    marks = ["96分", "９５", "缺考", "免考", None]
    people = [("王伟", "0101"), ("李芳", "0102"), ("王伟", "0103"), ("张敏", "0201"), ("刘洋", "0202")]
    lines = [[i, name, number, "", mark] for i, ((name, number), mark) in enumerate(zip(people, marks, strict=True), 1)]
    path = write(tmp_path / "s.xlsx", [*above, header, *lines])
    assert [skip.reason for skip in count_file(check(path).files[0]).skipped if skip.row == 8] == [
        "没有成绩（不算 0 分）"
    ]
    bring(path)
    assert list_scores() == [
        ("0101", "理论测试", 1, 96000, 100000, "参加"),
        ("0102", "理论测试", 1, 95000, 100000, "参加"),
        ("0103", "理论测试", 1, None, 100000, "缺考"),
        ("0201", "理论测试", 1, None, 100000, "免考"),
    ]
    assert set(Score.objects.values_list("on", flat=True)) == {date(2025, 6, 20)}


def test_full_marks_of_a_column_and_attempts(tmp_path: Path) -> None:
    """105 of 120 is a score; 补考 is the second attempt."""
    header = ["工号", "姓名", "考试名称", "第几次", "满分", "成绩"]
    lines = [
        ["0101", "王伟", "法规", 1, 120, 65],
        ["0101", "王伟", "法规", "补考", 120, 105],
        ["0102", "李芳", "法规", 1, 120, "85/100"],
    ]
    bring(write(tmp_path / "s.xlsx", [header, *lines]))
    assert list_scores() == [
        ("0101", "法规", 1, 65000, 120000, "参加"),
        ("0101", "法规", 2, 105000, 120000, "参加"),
        ("0102", "法规", 1, 85000, 100000, "参加"),
    ]


def test_score_above_its_own_full_marks(tmp_path: Path) -> None:
    path = write(
        tmp_path / "s.xlsx", [["工号", "姓名", "考试名称", "满分", "成绩"], ["0101", "王伟", "法规", 50, 60]], "成绩"
    )
    assert list_messages(check(path)) == ["「成绩」第 2 行 E 列（成绩）：60 超过满分 50。"]


def test_one_column_for_each_quarter(tmp_path: Path) -> None:
    bring(
        write(
            tmp_path / "s.xlsx",
            [["工号", "姓名", "第一季度", "第二季度"], ["0101", "王伟", 90, "缺考"]],
            "季度测试成绩",
        )
    )
    assert sorted(Score.objects.values_list("title", "mark")) == [("第一季度测试", "参加"), ("第二季度测试", "缺考")]


def test_grade_words_are_given_a_number_by_the_clerk(tmp_path: Path) -> None:
    """The scale is chosen once; each word's worth is asked once."""
    path = write(tmp_path / "s.xlsx", [["工号", "姓名", "考试名称", "成绩"], ["0101", "王伟", "测试", "良好"]], "成绩")
    assert get_table(check(path)).questions[0].answer_key == "成绩等级"
    answers = {"成绩等级": "优秀·良好·一般·较差"}
    assert list_messages(check(path, answers)) == ["「成绩」第 2 行 D 列（成绩）：成绩写的是“良好”，按多少分登记？"]
    bring(path, answers | {"成绩折算:良好": "85"})
    assert list_scores() == [("0101", "测试", 1, 85000, 100000, "参加")]


def test_two_scores_of_one_attempt_are_stopped(tmp_path: Path) -> None:
    lines = [["工号", "姓名", "考试名称", "成绩"], ["0101", "王伟", "测试", 80], ["0101", "王伟", "测试", 90]]
    assert list_messages(check(write(tmp_path / "s.xlsx", lines, "成绩"))) == [
        "「成绩」第 3 行 D 列（成绩）：第 2 行已有这个人“测试”第 1 次的成绩。请删去一行，或写明是第几次。"
    ]
