"""``shanxue import``: the contract of DESIGN §7."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from shanxue.intake.commands import add_import_arguments, run_import
from shanxue.intake.models import Batch
from shanxue.intake.reading import read_workbook
from shanxue.orgs.models import Person
from tests.intake.office import PEOPLE, ROSTER, dump, write

pytestmark = pytest.mark.django_db
KEYS = {
    "kind",
    "sheets",
    "rows_in_file",
    "rows",
    "added",
    "updated",
    "unchanged",
    "skipped",
    "excluded",
    "changed_values",
    "questions",
    "problems",
    "refused",
}
WRONG: list[Any] = ["0301", "张?", "第二支部", "正式党员"]


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    add_import_arguments(parser)
    return run_import(parser.parse_args([str(argument) for argument in arguments]))


def test_dry_run_describes_a_roster_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """DESIGN §7: one JSON object, exit 0, nothing written."""
    path = write(tmp_path / "名册.xlsx", [ROSTER, *PEOPLE], "在职党员")
    before = dump()
    assert run(path, "--dry-run", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said.keys() >= KEYS
    assert (said["kind"], said["sheets"], said["rows_in_file"], said["added"]) == ("roster", ["在职党员"], 5, 5)
    assert (said["questions"], said["problems"], said["skipped"], said["refused"]) == ([], [], [], None)
    assert said["rows"][3] == {
        "sheet": "在职党员",
        "row": 5,
        "staff_no": "0201",
        "name": "张敏",
        "unit": "第二支部",
        "department": "",
        "party_status": "正式党员",
        "staff_state": "在职",
        "rank_class": "",
        "role": "成员",
        "outcome": "added",
    }
    assert dump() == before


def test_problem_exits_1_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "名册.xlsx", [ROSTER, *PEOPLE, WRONG], "在职党员")
    assert run(path, "--yes", "--json") == 1
    said = json.loads(capsys.readouterr().out)
    (problem,) = said["problems"]
    assert (problem["sheet"], problem["row"], problem["column"]) == ("在职党员", 7, "B")
    assert (
        problem["message"] == "「在职党员」第 7 行 B 列（姓名）：“张?”里有丢失的字，导出时可能用了 GBK。请改正这个字。"
    )
    assert said["rows_in_file"] == said["added"] + said["blocked"] == 6
    assert (said["committed"], Person.objects.count()) == ([], 0)


def test_unreadable_file_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "表.xls"
    path.write_text("<html><table></table></html>", encoding="utf-8")
    assert run(path, "--json") == 2
    said = json.loads(capsys.readouterr().out)
    assert (said["refused"], said["rows_in_file"]) == ("这是网页另存的表，请在 WPS 里另存为 .xlsx。", 0)


def test_missing_file_is_refused_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "没有.xlsx") == 2
    assert "没有找到文件" in capsys.readouterr().err


def test_yes_commits_and_undo_takes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "名册.xlsx", [ROSTER, *PEOPLE], "在职党员")
    assert run(path, "--yes") == 0
    number = Batch.objects.get().id
    assert f"导入完成：新增 5 行，更新 0 行，不变 0 行（批次 {number}）。" in capsys.readouterr().out
    assert run(path, "--yes") == 0
    said = capsys.readouterr().out
    assert f"已导入（批次 {number}），内容相同，没有变化。" in said
    assert run("--undo", number) == 0
    assert (Person.objects.count(), Batch.objects.get().undone_at is not None) == (0, True)


def test_without_yes_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path / "名册.xlsx", [ROSTER, *PEOPLE])) == 0
    said = capsys.readouterr().out
    assert "新增支部 2 个：第一支部、第二支部" in said
    assert "加 --yes 写入" in said
    assert Person.objects.count() == 0


def test_answers_file_settles_questions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One answer settles every line with the question; both ways of writing it are read."""
    run(write(tmp_path / "名册.xlsx", [ROSTER, *PEOPLE]), "--yes")
    marks = [["日期", "会议类型", "工号", "所在支部", "考勤"], ["2025-06-12", "主题党日", "0201", "机关二支", "◎"]]
    path, answers = write(tmp_path / "考勤.xlsx", marks), tmp_path / "答复.toml"
    assert run(path, "--yes") == 1
    answers.write_text('"标记:◎" = "到"\n[单位]\n"机关二支" = "第二支部"\n', encoding="utf-8")
    assert run(path, "--yes", "--answers", answers) == 0
    assert Person.objects.get(staff_no="0201").attendances.get().mark == "到"
    answers.write_text("这不是 TOML", encoding="utf-8")
    assert run(path, "--answers", answers) == 2
    assert "不是有效的答复文件" in capsys.readouterr().err


def test_fix_table_is_the_clerks_own_sheet_with_a_column_more(tmp_path: Path) -> None:
    """K2 下载待改表: 原表＋问题列; nothing in it becomes a formula."""
    wrong = [ROSTER, *PEOPLE, WRONG, ["=1+1", "何静", "第二支部", "预备"]]
    path, fix = write(tmp_path / "名册.xlsx", wrong, "在职党员"), tmp_path / "待改.xlsx"
    assert run(path, "--dry-run", "--fix-table", fix) == 1
    (sheet,) = read_workbook(fix).sheets
    assert sheet.name == "在职党员"
    assert [row[:4] for row in sheet.rows] == [list(line) for line in wrong]
    assert [row[4] for row in sheet.rows] == [
        "问题",
        None,
        None,
        None,
        None,
        None,
        "「在职党员」第 7 行 B 列（姓名）：“张?”里有丢失的字，导出时可能用了 GBK。请改正这个字。",
        "「在职党员」第 8 行 D 列（党籍状态）：“预备”不在可选值里。请选一个。",
    ]


def test_several_files_are_one_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Attendance before its roster in the list: rosters are planned first whatever the order."""
    marks = [["日期", "会议类型", "工号", "姓名", "考勤"], ["2025-06-12", "主题党日", "0201", "张敏", "√"]]
    first = write(tmp_path / "考勤.xlsx", marks)
    second = write(tmp_path / "名册.xlsx", [ROSTER, *PEOPLE])
    assert run(first, second, "--yes", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert [file["kind"] for file in said["files"]] == ["attendance", "roster"]
    assert (said["added"], len(said["committed"])) == (6, 2)
