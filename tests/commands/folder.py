"""A small folder as an office would have it, and the command run as the office runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import xlsxwriter

# DESIGN §5's illustration, one key per line.
SCHEME = """\
[scheme]
code = "jiguan-2025"
title = "机关学习考核办法"
subject = "person"
window = { from = 2025-01-01, until = 2026-01-01 }
precision = 0.01
base = 60

[[item]]
code = "A1"
component = "考勤"
title = "到会"
full = 30
clause = "第五条"
kind = "ratio"
count = { source = "attendance", tier = ["支部集体学"], mark = ["到", "迟到", "已补学"] }
out_of = { source = "attendance", tier = ["支部集体学"], mark_not = ["免"] }

[[item]]
code = "A2"
component = "考勤"
title = "无故缺席"
clause = "第六条"
kind = "deduct_each"
count = { source = "attendance", mark = ["缺席"] }
each = 3
floor = -10
zero_from = 3

[[band]]
label = "优秀"
from = 90

[[band]]
label = "合格"

[[gate]]
clause = "第九条"
when = { grade_below = "优秀" }
effect = { target = "年度考核", at_most = "称职" }
"""
ROSTER = [
    ["工号", "姓名", "所在支部", "党籍状态"],
    ["001", "李明", "第一党支部", "正式党员"],
    ["002", "张兰", "第一党支部", "正式党员"],
    ["003", "王强", "第一党支部", "正式党员"],
]
SESSIONS = ["2025-03-05", "2025-04-02", "2025-05-07"]
MARKS = {"李明": "到 到 到", "张兰": "到 请假 缺席", "王强": "缺席 缺席 缺席"}


def write_sheet(path: Path, rows: list[list[str]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("表")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def list_marks() -> list[list[str]]:
    rows = [["工号", "姓名", "所在支部", "日期", "会议类型", "主题", "考勤"]]
    for row in ROSTER[1:]:
        for day, mark in zip(SESSIONS, MARKS[row[1]].split(), strict=True):
            rows.append([row[0], row[1], row[2], day, "主题党日", f"{day[5:7]}月主题党日", mark])
    return rows


def make_folder(path: Path, *, scheme: str = SCHEME) -> Path:
    path.mkdir()
    (path / "scheme.toml").write_text(scheme, encoding="utf-8")
    write_sheet(path / "名册.xlsx", ROSTER)
    write_sheet(path / "考勤.xlsx", list_marks())
    return path


def start_command(*arguments: str | Path, data: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "SHANXUE_DATA": str(data), "SHANXUE_DATABASE": f"sqlite:{data / 'shanxue.sqlite3'}"}
    return subprocess.Popen(
        [sys.executable, "-m", "shanxue.cli", *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_command(*arguments: str | Path, data: Path) -> tuple[int, str]:
    """Run ``shanxue`` to its end; return its exit code and everything it said."""
    with start_command(*arguments, data=data) as process:
        said, complained = process.communicate()
    return process.returncode, said + complained
