"""Sessions and marks from the office's own tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shanxue.activities.models import Attendance, Session
from tests.intake.fixtures import write_month_matrix
from tests.intake.office import bring, bring_people, check, get_table, list_messages, write

pytestmark = pytest.mark.django_db
LONG = [
    "会议日期",
    "会议类型",
    "学习主题",
    "工号",
    "姓名",
    "所在支部",
    "出勤情况",
    "请假事由",
    "迟到分钟",
    "认定学时",
    "备注",
]
JUNE = date(2025, 6, 12)


@pytest.fixture(autouse=True)
def _people(tmp_path: Path) -> None:
    bring_people(tmp_path)


def list_marks(staff_no: str) -> list[tuple[str, str, str, str]]:
    """A person's marks: day, unit whose session it was, mark, reason."""
    rows = (
        Attendance.objects.filter(person__staff_no=staff_no)
        .select_related("session__unit")
        .order_by("session__on", "id")
    )
    return [(row.session.on.isoformat(), row.session.unit.name, row.mark, row.reason) for row in rows]


def test_long_list_makes_one_session_and_its_marks(tmp_path: Path) -> None:
    """D5: one row per person and session, with credit hours, minutes late and the category of leave only."""
    lines = [
        LONG,
        [JUNE, "主题党日", "党章学习", "0101", "王伟", "第一支部", "到", "", "", 2, ""],
        [JUNE, "主题党日", "党章学习", "0102", "李芳", "第一支部", "迟到", "", 15, 2, ""],
        [JUNE, "主题党日", "党章学习", "0103", "王伟", "第一支部", "请假", "因感冒住院", "", 2, "事后补请假"],
    ]
    bring(write(tmp_path / "a.xlsx", lines))
    session = Session.objects.get()
    assert (session.unit.name, session.kind, session.tier, session.topic, session.credit_milli) == (
        "第一支部",
        "主题党日",
        "支部集体学",
        "党章学习",
        2000,
    )
    rows = Attendance.objects.order_by("person__staff_no").values_list("mark", "reason", "minutes_late", "asked_after")
    assert list(rows) == [("到", "", None, False), ("迟到", "", 15, False), ("请假", "病假", None, True)]
    assert "感冒" not in str(list(Attendance.objects.values()))


def test_make_up_is_kept_beside_the_leave_it_makes_up(tmp_path: Path) -> None:
    """已补学 never turns an absence into presence; the reason stays."""
    header = ["日期", "会议类型", "工号", "出勤情况", "请假原因", "是否补学"]
    lines = [
        header,
        [JUNE, "主题党日", "0101", "请假", "出差", "已补学"],
        [JUNE, "主题党日", "0102", "请假", "出差", "未补学"],
    ]
    bring(write(tmp_path / "a.xlsx", lines))
    assert (list_marks("0101")[0][2:], list_marks("0102")[0][2:]) == (("已补学", "出差"), ("请假", "出差"))


def test_make_up_list_sent_later_updates_the_marks(tmp_path: Path) -> None:
    bring(write(tmp_path / "a.xlsx", [["日期", "会议类型", "工号", "考勤"], [JUNE, "主题党日", "0101", "缺席"]]))
    bring(write(tmp_path / "b.xlsx", [["日期", "会议类型", "工号", "考勤"], [JUNE, "主题党日", "0101", "补学"]]))
    assert [row[2] for row in list_marks("0101")] == ["已补学"]
    plan = check(
        write(tmp_path / "c.xlsx", [["旧表"], ["日期", "会议类型", "工号", "考勤"], [JUNE, "主题党日", "0101", "缺席"]])
    )
    assert plan.ledger.is_empty


def test_month_matrix_makes_a_session_for_each_marked_day(tmp_path: Path) -> None:
    """Ux D case 24: days by position from the period in the title; days nobody marked are no sessions."""

    def line(name: str, number: str, **marks: str) -> list[object]:
        return [1, name, number, *(marks.get(f"d{day}") for day in range(1, 32))]

    path = write_month_matrix(
        tmp_path / "a.xlsx",
        lines=[line("李芳", "0102", d12="√", d26="病"), line("王伟", "0101", d12="×")],
    )
    bring(path)
    assert list_marks("0102") == [("2025-06-12", "第一支部", "到", ""), ("2025-06-26", "第一支部", "请假", "病假")]
    assert list_marks("0101") == [("2025-06-12", "第一支部", "缺席", "")]
    assert sorted(Session.objects.values_list("on", "kind")) == [(JUNE, "学习日"), (date(2025, 6, 26), "学习日")]


def test_session_list_and_matrix_are_one_session(tmp_path: Path) -> None:
    """Session identity: unit, day, kind, topic; a table without topics fits the day's only session."""
    ledger = [
        ["召开时间", "类型", "组织", "标题", "状态", "出席人数"],
        [JUNE, "主题党日", "第一支部", "党章学习", "已召开", 3],
    ]
    bring(write(tmp_path / "s.xlsx", ledger, "三会一课台账"))
    bring(write(tmp_path / "a.xlsx", [["日期", "会议类型", "工号", "考勤"], [JUNE, "主题党日", "0101", "到"]]))
    assert [(s.topic, s.attendances.count()) for s in Session.objects.all()] == [("党章学习", 1)]


def test_session_list_gives_its_topic_to_the_matrix_read_before(tmp_path: Path) -> None:
    bring(write(tmp_path / "a.xlsx", [["日期", "会议类型", "工号", "考勤"], [JUNE, "主题党日", "0101", "到"]]))
    ledger = [["召开时间", "类型", "组织", "标题", "状态"], [JUNE, "主题党日", "第一支部", "党章学习", "已召开"]]
    bring(write(tmp_path / "s.xlsx", ledger, "三会一课台账"))
    assert [(s.topic, s.attendances.count()) for s in Session.objects.all()] == [("党章学习", 1)]


def test_ledger_keeps_planned_postponed_and_cancelled_apart(tmp_path: Path) -> None:
    """offices.md §3, 三会一课年度台账 (PO): 类型,组织,标题,计划时间,状态."""
    header = ["类型", "组织", "标题", "计划时间", "状态", "台账状态", "出席人数", "材料数", "逾期落实项"]
    lines = [
        ["支委会", "第一支部", "一月支委会", date(2025, 1, 10), "已召开", "完整", 3, 1, 0],
        ["党课", "第一支部", "一季度党课", date(2025, 3, 10), "延期", "", None, None, None],
        ["党员大会", "第二支部", "一季度党员大会", date(2025, 3, 20), "取消", "", None, None, None],
    ]
    bring(write(tmp_path / "s.xlsx", [header, *lines], "台账"))
    assert list(Session.objects.order_by("on").values_list("kind", "state", "unit__name")) == [
        ("支委会", "已召开", "第一支部"),
        ("党课", "延期", "第一支部"),
        ("支部党员大会", "取消", "第二支部"),
    ]


def test_mark_belongs_to_the_branch_of_that_day(tmp_path: Path) -> None:
    """Transfers by date: marks before the move count for the former branch, also when the roster shows the new one."""
    moves = [
        ["工号", "姓名", "转出支部", "转入支部", "转出日期"],
        ["0101", "王伟", "第一支部", "第二支部", "2025-07-01"],
    ]
    bring(write(tmp_path / "t.xlsx", moves))
    rows = [
        ["日期", "会议类型", "工号", "考勤"],
        [JUNE, "主题党日", "0101", "到"],
        [date(2025, 7, 10), "主题党日", "0101", "到"],
    ]
    bring(write(tmp_path / "a.xlsx", rows))
    assert [row[:2] for row in list_marks("0101")] == [("2025-06-12", "第一支部"), ("2025-07-10", "第二支部")]
    units = Attendance.objects.order_by("session__on").values_list("unit__name", flat=True)
    assert list(units) == ["第一支部", "第二支部"]


def test_core_group_is_held_by_the_committee(tmp_path: Path) -> None:
    """D5: 党组集中学 is its own tier, held by the unit above all branches."""
    lines = [
        ["学习日期", "学习主题", "会议类型", "姓名", "工号", "出勤情况"],
        [JUNE, "专题研讨", "中心组学习", "张敏", "0201", "到"],
    ]
    bring(write(tmp_path / "a.xlsx", lines))
    session = Session.objects.get()
    assert (session.unit.name, session.tier, Attendance.objects.get().unit.name) == ("党委", "党组集中学", "第二支部")


def test_same_person_twice_at_one_session(tmp_path: Path) -> None:
    """Alike is one; different is for the clerk."""
    rows = [
        ["日期", "会议类型", "工号", "考勤"],
        [JUNE, "主题党日", "0101", "到"],
        [JUNE, "主题党日", "0101", "到"],
        [JUNE, "主题党日", "0101", "缺席"],
    ]
    plan = check(write(tmp_path / "a.xlsx", rows, "考勤"))
    assert list_messages(plan) == [
        "「考勤」第 4 行 D 列（考勤）：“王伟”同一次会议在第 2 行写“到”，这里写“缺席”。请改成一致，或删去一行。"
    ]
    assert get_table(plan).list_fates()[3, "0101"] == "skipped"


def test_two_tables_that_disagree_are_asked_about(tmp_path: Path) -> None:
    """Never the order of files decides."""
    rows = [["日期", "会议类型", "工号", "考勤"], [JUNE, "主题党日", "0101", "到"]]
    other = [["日期", "会议类型", "工号", "考勤"], [JUNE, "主题党日", "0101", "缺席"]]
    plan = check(write(tmp_path / "a.xlsx", rows), {}, write(tmp_path / "b.xlsx", other, "表二"))
    assert list_messages(plan) == [
        "「表二」第 2 行 D 列（考勤）：“王伟”2025-06-12 主题党日：另一张表写“到”，这里写“缺席”，以哪个为准？"
    ]
