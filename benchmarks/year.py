"""The example year: files to results, in a process of its own as the office runs it."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.table import Figure, clock, read_peak_mb

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "chengguan-2025"


def measure_year(folder: Path) -> list[Figure]:
    command = [sys.executable, "-m", "shanxue.cli", "assess", str(EXAMPLE), "--out", str(folder / "结果")]
    seconds, _ = clock(lambda: subprocess.run(command, check=True, capture_output=True))
    return [
        Figure(
            "示例年度：文件到结果",
            seconds,
            15,
            peak_mb=read_peak_mb(resource.RUSAGE_CHILDREN),
            note="约 620 人，55 个文件",
        )
    ]
