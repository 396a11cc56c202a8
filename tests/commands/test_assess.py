"""``shanxue assess DIR --out OUT`` as DESIGN §7 has it: complete or not at all, and the same every time."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.commands.folder import ROSTER, SCHEME, list_marks, make_folder, run_command, start_command, write_sheet

WRITTEN = ["lines.csv", "results.csv", "run.json", "情况通报.docx", "考核结果.xlsx"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "2025")


def read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def list_visible(path: Path) -> list[str]:
    return sorted(child.name for child in path.iterdir() if not child.name.startswith("."))


def test_assess_writes_every_total_with_its_lines(folder: Path, tmp_path: Path) -> None:
    """DESIGN §5, D8. 李明 60 + 30×3/3 = 90, just 优秀. 张兰 60 + 30×1/3 − 3 = 67. 王强: three absences zero 考勤."""
    code, said = run_command("assess", folder, "--out", tmp_path / "out", data=tmp_path / "data")
    assert (code, list_visible(tmp_path / "out")) == (0, WRITTEN), said
    gate = "按《机关学习考核办法》第九条，学习考核未达优秀的，年度考核不评优秀。"
    assert read(tmp_path / "out" / "results.csv") == [
        "staff_no,name,unit,total,grade,rank_note,gates",
        "001,李明,第一党支部,90.00,优秀,,",
        f"002,张兰,第一党支部,67.00,合格,,{gate}",
        f"003,王强,第一党支部,60.00,合格,,{gate}",
    ]
    lines = [line.split(",")[:7] for line in read(tmp_path / "out" / "lines.csv")[1:]]
    assert lines == [
        ["001", "A1", "3", "3", "30.00", "30.00", "第五条"],
        ["001", "A2", "0", "", "0.00", "", "第六条"],
        ["002", "A1", "1", "3", "10.00", "30.00", "第五条"],
        ["002", "A2", "1", "", "-3.00", "", "第六条"],
        ["003", "A1", "0", "3", "0.00", "30.00", "第五条"],
        ["003", "A2", "3", "", "0.00", "", "第六条"],
    ]


def test_assess_twice_gives_the_same_digests_whatever_the_files_are_called(folder: Path, tmp_path: Path) -> None:
    run_command("assess", folder, "--out", tmp_path / "a", data=tmp_path / "data")
    (folder / "名册.xlsx").rename(folder / "乙.xlsx")
    (folder / "考勤.xlsx").rename(folder / "甲.xlsx")
    run_command("assess", folder, "--out", tmp_path / "b", data=tmp_path / "data")
    first, second = (json.loads((tmp_path / name / "run.json").read_text()) for name in "ab")
    assert first["digests"] == second["digests"]
    assert first["files"] == second["files"]
    assert (tmp_path / "a" / "results.csv").read_bytes() == (tmp_path / "b" / "results.csv").read_bytes()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["工号", "称呼", "所在支部"], ["001", "李明", "第一党支部"]], "姓名"),
        ([*ROSTER, ["004", "赵?", "第一党支部", "正式党员"]], "「表」第 5 行 B 列（姓名）：“赵?”里有丢失的字"),
        ([*ROSTER, ["003", "王强", "第二党支部", "正式党员"]], "第 4 行和第 5 行都是工号 003"),
    ],
)
def test_assess_names_file_sheet_row_and_column_and_writes_nothing(
    folder: Path, tmp_path: Path, rows: list[list[str]], sentence: str
) -> None:
    """ux D cases 7, 10, 20; DESIGN §7: exits 2."""
    write_sheet(folder / "名册.xlsx", rows)
    code, said = run_command("assess", folder, "--out", tmp_path / "out", data=tmp_path / "data")
    assert code == 2
    assert "名册.xlsx" in said
    assert sentence in said
    assert not (tmp_path / "out").exists()


def test_assess_tells_which_branch_it_does_not_know(folder: Path, tmp_path: Path) -> None:
    """ux D case 21: attendance of a branch that no roster names."""
    rows = [[cell if cell != "第一党支部" else "执法一大队支部" for cell in row] for row in list_marks()]
    for row in rows[1:]:
        row[0] = ""
    write_sheet(folder / "考勤.xlsx", rows)
    code, said = run_command("assess", folder, "--out", tmp_path / "out", data=tmp_path / "data")
    assert code == 2
    assert "“执法一大队支部”没有找到" in said
    assert "考勤.xlsx" in said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('kind = "ratio"', 'kind = "ratoi"'), "ratoi"),
        (('label = "优秀"\nfrom = 90', 'label = "优秀"; from = 90'), "行"),
        (('source = "attendance", mark = ["缺席"]', 'source = "在线时长"'), "在线时长"),
        (('mark = ["缺席"]', 'mark = ["旷课"]'), "旷课"),
    ],
)
def test_assess_refuses_a_wrong_scheme_before_it_reads_a_file(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    folder = make_folder(tmp_path / "2025", scheme=SCHEME.replace(*change))
    code, said = run_command("assess", folder, "--out", tmp_path / "out", data=tmp_path / "data")
    assert code == 2
    assert "scheme.toml" in said
    assert sentence in said
    assert not (tmp_path / "out").exists()


def test_assess_says_what_is_missing_from_the_folder(tmp_path: Path) -> None:
    code, said = run_command("assess", tmp_path / "无", "--out", tmp_path / "out", data=tmp_path / "data")
    assert (code, "没有找到文件夹" in said) == (2, True)
    (tmp_path / "空").mkdir()
    code, said = run_command("assess", tmp_path / "空", "--out", tmp_path / "out", data=tmp_path / "data")
    assert (code, "里没有 scheme.toml" in said) == (2, True)
    (tmp_path / "空" / "scheme.toml").write_text(SCHEME, encoding="utf-8")
    code, said = run_command("assess", tmp_path / "空", "--out", tmp_path / "out", data=tmp_path / "data")
    assert (code, "里没有 .xls、.xlsx 或 .csv 文件" in said) == (2, True)


def test_assess_does_not_read_its_own_results(folder: Path, tmp_path: Path) -> None:
    for _ in range(2):
        code, said = run_command("assess", folder, "--out", folder / "结果", data=tmp_path / "data")
        assert code == 0, said
    inputs = json.loads((folder / "结果" / "run.json").read_text())["inputs"]
    assert [one["file"] for one in inputs] == ["名册.xlsx", "考勤.xlsx"]


def test_assess_refuses_to_write_among_the_spreadsheets(folder: Path, tmp_path: Path) -> None:
    code, said = run_command("assess", folder, "--out", folder, data=tmp_path / "data")
    assert (code, "结果不能写进放表格的文件夹本身" in said) == (2, True)
    assert list_visible(folder) == ["scheme.toml", "名册.xlsx", "考勤.xlsx"]


def test_assess_leaves_other_files_in_the_results_folder_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "会议记录.txt").write_text("留着", encoding="utf-8")
    run_command("assess", folder, "--out", tmp_path / "out", data=tmp_path / "data")
    assert list_visible(tmp_path / "out") == sorted([*WRITTEN, "会议记录.txt"])


@pytest.mark.parametrize("word", ["读取", "核对", "写入记录", "计算", "写出"])
def test_assess_killed_at_any_step_leaves_former_results_as_they_were(folder: Path, tmp_path: Path, word: str) -> None:
    """Pulling the plug: the process is killed the moment it says what it is doing."""
    run_command("assess", folder, "--out", tmp_path / "out", data=tmp_path / "data")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    heads, *rows = list_marks()
    write_sheet(folder / "考勤.xlsx", [heads, *([*row[:6], "到"] for row in rows)])
    with start_command("assess", folder, "--out", tmp_path / "out", data=tmp_path / "data") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if word in line:
                process.send_signal(signal.SIGKILL)
                break
    assert process.wait() == -signal.SIGKILL
    after = {name: (tmp_path / "out" / name).read_bytes() for name in list_visible(tmp_path / "out")}
    assert after == before


def test_assess_interrupted_says_so(folder: Path, tmp_path: Path) -> None:
    with start_command("assess", folder, "--out", tmp_path / "out", data=tmp_path / "data") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "读取" in line:
                process.send_signal(signal.SIGINT)
                break
        said = process.stderr.read()
    assert (process.wait(), "已中断，没有写下任何结果" in said) == (130, True)
