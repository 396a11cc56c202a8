"""Importing: five thousand roster rows, and a year of thirty-six thousand marks, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import xlsxwriter

from benchmarks.table import Figure, clock

MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, capture_output=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
BRANCHES, SESSIONS = 100, 36


def measure_imports(folder: Path) -> list[Figure]:
    roster, marks = folder / "名册.xlsx", folder / "考勤.xlsx"
    _write(roster, _list_people(5000))
    _write(marks, _list_marks(1000))
    data = folder / "import"
    data.mkdir()
    start, _ = _run(["-c", "import django; from shanxue.cli import set_up; set_up(migrate=True)"], data)
    people_seconds, people_mb = _run(["-m", "shanxue.cli", "import", str(roster), "--yes"], data)
    marks_seconds, marks_mb = _run(["-m", "shanxue.cli", "import", str(marks), "--yes"], data)
    note = f"含启动；启动和建库 {start:.1f} 秒"
    return [
        Figure("导入名册 5,000 行", people_seconds, 3, peak_mb=people_mb, most_mb=200, note=note),
        Figure("导入考勤 36,000 条", marks_seconds, 10, peak_mb=marks_mb, note="一张长表，1,000 人 × 36 次"),
    ]


def _run(arguments: list[str], data: Path) -> tuple[float, float]:
    environment = {**os.environ, "SHANXUE_DATA": str(data)}
    command = [sys.executable, "-c", MEASURE, sys.executable, *arguments]
    seconds, done = clock(lambda: subprocess.run(command, check=True, capture_output=True, text=True, env=environment))
    return seconds, int(done.stdout) / 1000


def _write(path: Path, rows: list[list[str]]) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def _list_people(count: int) -> list[list[str]]:
    people = [
        [f"{n:05d}", f"甲{n}", f"第{n % BRANCHES + 1}党支部", "正式党员", "在职", "成员"] for n in range(1, count + 1)
    ]
    return [["工号", "姓名", "所在支部", "党籍状态", "人员状态", "党内职务"], *people]


def _list_marks(count: int) -> list[list[str]]:
    rows = [["工号", "姓名", "所在支部", "日期", "会议类型", "主题", "考勤"]]
    for n in range(1, count + 1):
        branch = f"第{n % BRANCHES + 1}党支部"
        for k in range(SESSIONS):
            day = f"2025-{k // 3 + 1:02d}-{k % 3 * 9 + 3:02d}"
            rows.append(
                [f"{n:05d}", f"甲{n}", branch, day, "主题党日", f"第{k + 1}次", "到" if (n + k) % 11 else "缺席"]
            )
    return rows
