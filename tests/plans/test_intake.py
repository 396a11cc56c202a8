"""Plan items of persons and of units from the office's own tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shanxue.plans.intake import read_state
from shanxue.plans.models import PlanItem
from shanxue.plans.rules import ItemState
from tests.intake.office import bring, bring_people, check, write


@pytest.mark.django_db
def test_items_of_a_person(tmp_path: Path) -> None:
    """D6 学习计划: done when the table says so; a day of completion says so too."""
    bring_people(tmp_path)
    header = ["序号", "工号", "姓名", "计划项目", "完成时限", "完成日期", "完成情况"]
    lines = [
        [1, "0101", "王伟", "精读党章", date(2025, 3, 31), date(2025, 3, 14), "完成"],
        [2, "0101", "王伟", "调研", date(2025, 9, 30), None, "未完成"],
        [3, "0101", "王伟", "讲党课", "2025年11月", date(2025, 11, 3), ""],
    ]
    bring(write(tmp_path / "p.xlsx", [["2025年个人学习计划完成情况"], header, *lines]))
    assert list(
        PlanItem.objects.order_by("id").values_list("title", "due_on", "done_on", "state", "person__staff_no")
    ) == [
        ("精读党章", date(2025, 3, 31), date(2025, 3, 14), "完成", "0101"),
        ("调研", date(2025, 9, 30), None, "未完成", "0101"),
        ("讲党课", date(2025, 11, 30), date(2025, 11, 3), "完成", "0101"),
    ]


@pytest.mark.django_db
def test_items_of_a_branch(tmp_path: Path) -> None:
    bring_people(tmp_path)
    header = ["序号", "责任支部", "类别", "工作任务", "完成时限", "完成日期", "完成情况"]
    line = [1, "第一党支部", "支部党员大会", "一季度党员大会", date(2025, 3, 31), date(2025, 4, 2), "延期"]
    bring(write(tmp_path / "p.xlsx", [["2025年党支部学习计划任务分解表"], header, line]))
    item = PlanItem.objects.get()
    assert (item.unit.name if item.unit else "", item.person, item.kind, item.state) == (
        "第一支部",
        None,
        "支部党员大会",
        "延期",
    )


@pytest.mark.django_db
def test_later_table_updates_the_same_item(tmp_path: Path) -> None:
    bring_people(tmp_path)
    header = ["工号", "姓名", "计划项目", "完成时限", "完成情况"]
    bring(write(tmp_path / "p.xlsx", [header, ["0101", "王伟", "精读党章", date(2025, 3, 31), "未完成"]], "学习计划"))
    path = write(tmp_path / "q.xlsx", [header, ["0101", "王伟", "精读党章", date(2025, 3, 31), "完成"]], "学习计划")
    assert [row["outcome"] for row in check(path).files[0].tables[0].shown] == ["updated"]
    bring(path)
    assert list(PlanItem.objects.values_list("state", flat=True)) == ["完成"]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("已完成", ItemState.DONE),
        ("√", ItemState.DONE),
        ("100%", ItemState.DONE),
        ("未完成", ItemState.OPEN),
        ("正在推进", ItemState.OPEN),
        ("延期", ItemState.POSTPONED),
        ("取消", ItemState.CANCELLED),
        ("计划外", ItemState.EXTRA),
        ("？", None),
    ],
)
def test_read_state(text: str, state: ItemState | None) -> None:
    assert read_state(text) is state
