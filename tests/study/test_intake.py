"""Notes and hours from the office's own tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from shanxue.intake.accounting import count_file
from shanxue.orgs.models import Person
from shanxue.study.models import LearningHours, Note
from tests.intake.office import bring, bring_people, check, get_table, list_messages, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people(tmp_path: Path) -> None:
    bring_people(tmp_path)


def test_reviewed_notes_keep_state_and_grade(tmp_path: Path) -> None:
    """D6 笔记: one per line, reviewed; 退回修改 stays apart."""
    header = ["序号", "工号", "姓名", "类别", "题目", "提交日期", "审阅结果", "等次", "字数"]
    lines = [
        [1, "0101", "王伟", "心得", "读党章", "2025/02/05", "通过", "优秀", 1200],
        [2, "0102", "李芳", "笔记", "党课笔记", "2025年3月", "退回修改", "", None],
    ]
    path = write(tmp_path / "n.xlsx", [["学习笔记心得审阅台账"], header, *lines])
    assert any("按当月最后一天" in change.after for change in get_table(check(path)).changed)
    bring(path)
    assert list(
        Note.objects.order_by("id").values_list("person__staff_no", "kind", "on", "state", "grade", "characters")
    ) == [
        ("0101", "心得", date(2025, 2, 5), "通过", "优秀", 1200),
        ("0102", "笔记", date(2025, 3, 31), "退回修改", "", None),
    ]


def test_notes_without_review_wait(tmp_path: Path) -> None:
    """Never made up: a list of what came in is 待审, and says so."""
    path = write(tmp_path / "n.xlsx", [["工号", "姓名", "题目", "字数"], ["0101", "王伟", "读书", 800]], "读书笔记")
    assert get_table(check(path)).notes == ["表里没有审阅结果，笔记按“待审”登记。"]
    bring(path)
    assert Note.objects.get().state == "待审"


def test_count_of_notes_makes_so_many(tmp_path: Path) -> None:
    header = ["工号", "姓名", "笔记篇数", "审阅情况"]
    path = write(tmp_path / "n.xlsx", [header, ["0101", "王伟", 3, "合格"], ["0102", "李芳", 0, "合格"]], "笔记统计")
    account = count_file(check(path).files[0])
    assert (account.added, [skip.reason for skip in account.skipped]) == (1, ["篇数为 0"])
    bring(path)
    assert list(Note.objects.values_list("person__staff_no", "state")) == [("0101", "通过")] * 3
    again = check(write(tmp_path / "m.xlsx", [["笔记统计"], header, ["0101", "王伟", 3, "合格"]], "笔记统计"))
    assert again.ledger.is_empty


def test_hours_keep_their_measure(tmp_path: Path) -> None:
    """K11: what one day is worth is the scheme's business; 半天, 2学时 and a column 单位 are read."""
    header = ["工号", "姓名", "培训类别", "培训名称", "开始日期", "结束日期", "数量", "单位", "是否合格"]
    lines = [
        ["0101", "王伟", "集中培训", "轮训班", "2025-05-13", "2025-05-14", 2, "天", "合格"],
        ["0102", "李芳", "集中培训", "轮训班", "2025-05-13", "2025-05-13", "半天", "", "不合格"],
        ["0103", "王伟", "网络培训", "网络课", "", "2025-11-28", "7.5学时", "", ""],
    ]
    bring(write(tmp_path / "h.xlsx", [["2025年集中培训学时登记表"], header, *lines]))
    rows = LearningHours.objects.order_by("id").values_list("kind", "measure", "amount_milli", "passed", "on")
    assert list(rows) == [
        ("集中培训", "天", 2000, True, date(2025, 5, 14)),
        ("集中培训", "半天", 1000, False, date(2025, 5, 13)),
        ("网络培训", "学时", 7500, None, date(2025, 11, 28)),
    ]


def test_columns_by_kind_become_entries(tmp_path: Path) -> None:
    """offices.md §3, 学时 summary (YP): one column per type."""
    bring(write(tmp_path / "h.xlsx", [["学号", "姓名", "必修学时", "选修学时"], ["0101", "王伟", 20, 10]]))
    assert list(LearningHours.objects.values_list("kind", "amount_milli")) == [("必修", 20000), ("选修", 10000)]


def test_days_beside_hours_count_once(tmp_path: Path) -> None:
    """Nothing counts twice: 天数 and 学时 of one course are one length; 学分 are a book of their own."""
    header = ["工号", "姓名", "培训名称", "天数", "学时", "学分"]
    bring(write(tmp_path / "h.xlsx", [header, ["0101", "王伟", "轮训班", 2, 16, 3]], "培训登记"))
    assert list(LearningHours.objects.values_list("measure", "amount_milli")) == [("学时", 16000), ("学分", 3000)]


def test_screen_time_is_not_read(tmp_path: Path) -> None:
    """Ux F1: 在线时长 is never an input."""
    path = write(tmp_path / "h.xlsx", [["工号", "姓名", "学时", "在线时长"], ["0101", "王伟", 3, 500]], "学时")
    assert get_table(check(path)).table.unread == ["在线时长"]


def test_course_that_ends_before_it_begins_is_stopped(tmp_path: Path) -> None:
    header = ["工号", "姓名", "培训名称", "开始日期", "结束日期", "学时"]
    path = write(tmp_path / "h.xlsx", [header, ["0101", "王伟", "轮训", "2025-05-14", "2025-05-13", 8]], "学时")
    assert list_messages(check(path)) == ["「学时」第 2 行 E 列（结束日期）：结束日期早于开始日期。请改正。"]


def test_notes_written_here_are_neither_doubled_nor_changed_by_a_spreadsheet(tmp_path: Path) -> None:
    """Promise 1, entered once: the system's own note wins; a draft nobody handed in is not what the table means."""
    person = Person.objects.get(staff_no="0101")
    at = datetime(2025, 2, 5, 1, 0, tzinfo=UTC)
    shared = {"bureau": person.bureau, "person": person, "kind": "心得"}
    Note.objects.create(**shared, title="读党章", on=date(2025, 2, 5), state="待审", key=uuid4(), submitted_at=at)
    Note.objects.create(**shared, title="读准则", state="草稿", key=uuid4())
    header = ["工号", "姓名", "类别", "题目", "提交日期", "审阅结果"]
    lines = [
        ["0101", "王伟", "心得", "读党章", "2025/02/05", "退回修改"],
        ["0101", "王伟", "心得", "读准则", "", "通过"],
    ]
    path = write(tmp_path / "n.xlsx", [header, *lines])
    assert list(get_table(check(path)).reasons.values()) == ["这篇是在系统里写的，以系统里的为准"]
    bring(path)
    assert [(note.title, note.state, note.key is None) for note in Note.objects.order_by("id")] == [
        ("读党章", "待审", False),
        ("读准则", "草稿", False),
        ("读准则", "通过", True),
    ]
