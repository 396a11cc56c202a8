"""Everything that is promised about speed, measured in one run and printed beside the machine it ran on.

``python -m benchmarks [--people 10000,100000] [--only year,import,assess,pages,boards,crowd,audit,archive]``
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.machine import describe_machine
from benchmarks.table import Figure, print_figures

PARTS = ("year", "import", "assess", "pages", "boards", "crowd", "audit", "archive")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--people", default="10000,100000", help="sizes of the generated bureaus")
    parser.add_argument("--only", default=",".join(PARTS), help=f"which parts: {', '.join(PARTS)}")
    arguments = parser.parse_args()
    console = Console(highlight=False, width=150)
    console.print(describe_machine())
    figures: list[Figure] = []
    parts = arguments.only.split(",")
    with tempfile.TemporaryDirectory(prefix="shanxue-bench-") as folder:
        os.environ["SHANXUE_DATA"] = folder
        os.environ.pop("SHANXUE_DATABASE", None)
        if "year" in parts:
            from benchmarks.year import measure_year

            figures += measure_year(Path(folder))
        if "import" in parts:
            from benchmarks.imports import measure_imports

            figures += measure_imports(Path(folder))
        if "assess" in parts:
            from benchmarks.assessments import measure_assessments

            for people in map(int, arguments.people.split(",")):
                console.print(f"准备 {people:,} 人 …")
                figures += measure_assessments(Path(folder), people)
        if "pages" in parts:
            from benchmarks.pages import measure_pages

            console.print("准备 20,000 人的一年 …")
            figures += measure_pages(Path(folder))
        if "boards" in parts:
            from benchmarks.boards import measure_boards

            console.print("准备 500 个支部的一年 …")
            figures += measure_boards(Path(folder))
        if "crowd" in parts:
            from benchmarks.crowd import measure_crowd

            console.print("准备 30,000 人同时签到 …")
            figures += measure_crowd(Path(folder))
        if "audit" in parts:
            from benchmarks.audit import measure_audit

            console.print("准备 1,000,000 条留痕 …")
            figures += measure_audit(Path(folder))
        if "archive" in parts:
            from benchmarks.archive import measure_archive

            console.print("准备示例单位的两年 …")
            figures += measure_archive(Path(folder))
    print_figures(console, figures)


if __name__ == "__main__":
    main()
