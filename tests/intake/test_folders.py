"""A folder of files is one import: all of it or none of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shanxue.activities.models import Attendance
from shanxue.intake.folders import FolderReport, import_folder, read_answers
from shanxue.intake.models import Batch
from shanxue.orgs.models import Bureau, Person
from tests.intake.office import AT, PEOPLE, ROSTER, write

pytestmark = pytest.mark.django_db
MARKS = ["日期", "会议类型", "工号", "姓名", "考勤"]


def run(folder: Path) -> FolderReport:
    return import_folder(
        sorted(path for path in folder.iterdir() if path.suffix != ".toml"),
        bureau_code="default",
        bureau_name=None,
        actor="命令行",
        at=AT,
        today=date(2026, 1, 5),
        answers_path=folder / "答复.toml",
        progress=lambda *_: None,
    )


def write_year(folder: Path, mark: str = "√") -> None:
    """Attendance that sorts before its roster, and a lock file of somebody's open window."""
    write(folder / "1考勤.xlsx", [MARKS, ["2025-06-12", "主题党日", "0201", "张敏", mark]], "考勤")
    write(folder / "2名册.xlsx", [["滨江市城市管理局党员名册"], ROSTER, *PEOPLE], "在职党员")
    (folder / "~$2名册.xlsx").write_bytes(b"lock")


def test_folder_is_read_roster_first_whatever_the_names(tmp_path: Path) -> None:
    write_year(tmp_path)
    report = run(tmp_path)
    assert (report.findings, [batch.file_name for batch in report.batches]) == ((), ["1考勤.xlsx", "2名册.xlsx"])
    assert (Bureau.objects.get().name, Person.objects.count(), Attendance.objects.get().mark) == (
        "滨江市城市管理局",
        5,
        "到",
    )
    assert "2名册.xlsx：新增支部：第一支部" in report.notices


def test_one_finding_keeps_the_whole_folder_out(tmp_path: Path) -> None:
    """DESIGN §7: a problem names file, sheet, row and column, and nothing is written."""
    write_year(tmp_path, "◎")
    report = run(tmp_path)
    (finding,) = report.findings
    assert str(finding) == (
        "1考勤.xlsx：「考勤」第 2 行 E 列（考勤）：标记“◎”表示什么？可选：到／迟到／早退／请假／缺席／已补学／…。"
        '在 答复.toml 里写 "标记:◎" = "…"。'
    )
    assert (Bureau.objects.count(), Person.objects.count(), Batch.objects.count()) == (0, 0, 0)


def test_answers_beside_the_files_settle_findings(tmp_path: Path) -> None:
    write_year(tmp_path, "◎")
    (tmp_path / "答复.toml").write_text('# 问过书记\n"标记:◎" = "迟到"\n', encoding="utf-8")
    assert run(tmp_path).findings == ()
    assert Attendance.objects.get().mark == "迟到"


def test_unreadable_file_is_named_with_its_sentence(tmp_path: Path) -> None:
    write_year(tmp_path)
    (tmp_path / "3表.xls").write_text("<html><table></table></html>", encoding="utf-8")
    assert [str(finding) for finding in run(tmp_path).findings] == [
        "3表.xls：这是网页另存的表，请在 WPS 里另存为 .xlsx。"
    ]
    assert Person.objects.count() == 0


def test_same_file_twice_counts_once(tmp_path: Path) -> None:
    write_year(tmp_path)
    (tmp_path / "3考勤（副本）.xlsx").write_bytes((tmp_path / "1考勤.xlsx").read_bytes())
    report = run(tmp_path)
    assert "3考勤（副本）.xlsx：与“1考勤.xlsx”内容完全相同，只读一份。" in report.notices
    assert Attendance.objects.count() == 1


def test_answers_may_be_written_without_quotes_on_the_left(tmp_path: Path) -> None:
    path = tmp_path / "答复.toml"
    path.write_text('标记:△ = "请假"\n[单位]\n老干部支部 = "离退休支部"\n', encoding="utf-8")
    assert read_answers(path) == {"标记:△": "请假", "单位:老干部支部": "离退休支部"}
