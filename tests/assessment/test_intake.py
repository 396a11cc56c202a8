"""Events, scorers' marks, votes and results from elsewhere, as offices write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shanxue.assessment.models import Event, PriorResult
from shanxue.intake.documents import describe_plan
from tests.intake.office import bring, bring_people, check, get_table, list_messages, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people(tmp_path: Path) -> None:
    bring_people(tmp_path)


def test_awards_of_people(tmp_path: Path) -> None:
    header = ["序号", "日期", "类别", "工号", "姓名", "事项", "级别", "备注"]
    bring(
        write(
            tmp_path / "e.xlsx",
            [["2025年表彰奖励台账"], header, [1, "2025-02-25", "表彰", "0101", "王伟", "征文奖", "省级", ""]],
        )
    )
    event = Event.objects.get()
    assert (event.kind, event.title, event.level, event.on, event.quantity_milli) == (
        "表彰",
        "征文奖",
        "省级",
        date(2025, 2, 25),
        None,
    )


def test_notices_of_branches(tmp_path: Path) -> None:
    """D3: events of a unit, told by its branch."""
    header = ["序号", "日期", "类别", "支部", "事项", "级别"]
    bring(
        write(
            tmp_path / "e.xlsx",
            [["2025年支部督查情况"], header, [1, "2025-10-11", "通报表扬", "第二支部", "经验交流", "局级"]],
        )
    )
    event = Event.objects.get()
    assert (event.unit.name if event.unit else "", event.person, event.kind) == ("第二支部", None, "通报表扬")


def test_table_title_names_the_kind_when_no_column_does(tmp_path: Path) -> None:
    path = write(
        tmp_path / "e.xlsx",
        [
            ["2025年通报批评登记表"],
            ["日期", "姓名", "工号", "事项", "级别"],
            ["2025-10-11", "王伟", "0101", "迟报", "局级"],
        ],
    )
    assert get_table(check(path)).notes == ["表里没有类别列，按“通报批评”登记。"]
    bring(path)
    assert Event.objects.get().kind == "通报批评"


def test_scorers_sheet_needs_reasons(tmp_path: Path) -> None:
    """K26, K63: marks name who gave them and why."""
    header = ["序号", "工号", "姓名", "类别", "自评分", "评分", "评分人", "理由", "日期"]
    lines = [
        [1, "0101", "王伟", "成效评议", 4.6, 4.5, "评议小组", "成果被采用", "2025-12-18"],
        [2, "0102", "李芳", "成效评议", 3, 3, "评议小组", "", "2025-12-18"],
    ]
    path = write(tmp_path / "e.xlsx", [["2025年学习成效评议打分表"], header, *lines], "打分")
    assert list_messages(check(path)) == ["「打分」第 4 行 F 列（评分）：打了 3 分，没有写理由。请补上理由。"]
    lines[1][7] = "参加课题"
    bring(write(tmp_path / "f.xlsx", [["2025年学习成效评议打分表"], header, *lines], "打分"))
    assert list(Event.objects.order_by("id").values_list("points_milli", "self_points_milli", "by", "reason")) == [
        (4500, 4600, "评议小组", "成果被采用"),
        (3000, 3000, "评议小组", "参加课题"),
    ]


def test_deduction_column_counts_down(tmp_path: Path) -> None:
    """学习型机关 考评细则: 扣分 with its 扣分原因."""
    header = ["支部", "考评项目", "考评内容", "扣分", "扣分原因", "检查人"]
    bring(
        write(
            tmp_path / "e.xlsx", [header, ["第一支部", "组织领导", "机构健全", 3, "机构不健全", "督查组"]], "检查评分"
        )
    )
    assert list(Event.objects.values_list("kind", "title", "points_milli", "reason", "by")) == [
        ("组织领导", "机构健全", -3000, "机构不健全", "督查组")
    ]


def test_votes_become_one_event_per_grade(tmp_path: Path) -> None:
    """2.6, K33: counts of 优秀/合格/基本合格/不合格 per person; no link from vote to voter."""
    header = ["工号", "姓名", "优秀", "合格", "基本合格", "不合格"]
    path = write(tmp_path / "v.xlsx", [["2025年民主评议党员测评票统计"], header, ["0101", "王伟", 20, 3, 1, 0]])
    assert describe_plan(check(path))["kind"] == "events"
    bring(path)
    assert list(Event.objects.order_by("id").values_list("kind", "mark", "quantity_milli")) == [
        ("民主评议票", "优秀", 20000),
        ("民主评议票", "合格", 3000),
        ("民主评议票", "基本合格", 1000),
        ("民主评议票", "不合格", 0),
    ]


def test_votes_by_rater_group(tmp_path: Path) -> None:
    header = ["日期", "类别", "工号", "姓名", "测评主体", "等次", "票数"]
    lines = [
        ["2025-12-10", "民主评议票", "0101", "王伟", group, "优秀", count]
        for group, count in (("党员", 20), ("群众", 7))
    ]
    bring(write(tmp_path / "v.xlsx", [header, *lines]))
    assert list(Event.objects.order_by("id").values_list("level", "mark", "quantity_milli")) == [
        ("党员", "优秀", 20000),
        ("群众", "优秀", 7000),
    ]


def test_last_years_results(tmp_path: Path) -> None:
    header = ["序号", "年度", "考核名称", "工号", "姓名", "得分", "等次"]
    bring(
        write(
            tmp_path / "r.xlsx", [["2024年度学习考核结果"], header, [1, 2024, "学习考核", "0101", "王伟", 95.5, "优秀"]]
        )
    )
    assert list(PriorResult.objects.values_list("year", "assessment", "total_milli", "grade", "proposed")) == [
        (2024, "学习考核", 95500, "优秀", False)
    ]


def test_proposed_grades_of_the_appraisal(tmp_path: Path) -> None:
    """D8: grades proposed in the personnel appraisal, which the gate then looks at."""
    header = ["序号", "工号", "姓名", "部门", "拟定等次"]
    bring(write(tmp_path / "r.xlsx", [["2025年度考核拟定等次名单"], header, [1, "0101", "王伟", "", "优秀"]]))
    assert list(PriorResult.objects.values_list("year", "assessment", "grade", "proposed")) == [
        (2025, "年度考核", "优秀", True)
    ]


def test_result_without_a_year_is_stopped(tmp_path: Path) -> None:
    path = write(tmp_path / "r.xlsx", [["工号", "姓名", "考核得分", "考核等次"], ["0101", "王伟", 95, "优秀"]], "结果")
    assert list_messages(check(path)) == ["「结果」第 2 行：没有写年度，标题里也没有。请补上年度。"]


def test_second_such_event_is_a_second_record_and_a_repeat_is_not(tmp_path: Path) -> None:
    """Two alike lines of one table are two facts; the same table again adds nothing."""
    header = ["类别", "工号", "姓名", "事项", "级别"]
    lines = [["表扬", "0101", "王伟", "志愿服务", "局级"]] * 2
    bring(write(tmp_path / "e.xlsx", [header, *lines], "表扬"))
    assert Event.objects.count() == 2
    assert check(write(tmp_path / "f.xlsx", [["表扬登记"], header, *lines], "表扬")).ledger.is_empty
