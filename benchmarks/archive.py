"""Sealing a year of the example bureau's 620 people, and proving the package.

Measured from pressing 确认封卷 to the sealed package, in three ways: without PDF/A; with PDF/A and nothing made ready,
so that every document is converted meanwhile; with PDF/A after 预备归档件, whose own time is a figure too. The promise
of 20 s holds for the first and the last.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.table import Figure

SEAL = """
import json, sys, time
from datetime import UTC, date, datetime
from shanxue.cli import set_up
set_up()
from shanxue.archive.actions.sealing import seal_year, set_fonds
from shanxue.archive.paths import get_package
from shanxue.archive.preparing import prepare_year
from shanxue.archive.proving import prove_package
from shanxue.orgs.models import Bureau
bureau, year = Bureau.objects.get(), int(sys.argv[1])
at = datetime(year + 1, 1, 5, 2, 0, tzinfo=UTC)
set_fonds(bureau, year, "0194", actor="bench", at=at)
preparing = 0.0
if sys.argv[2] == "prepared":
    start = time.perf_counter()
    prepare_year(bureau, year, progress=lambda *_: None)
    preparing = time.perf_counter() - start
start = time.perf_counter()
sealed = seal_year(bureau, year, decision="按决定", actor="bench", at=at, progress=lambda *_: None)
seconds = time.perf_counter() - start
start = time.perf_counter()
proof = prove_package(get_package(sealed.package))
assert proof.problems == []
print(json.dumps({"seconds": seconds, "pieces": sealed.pieces.count(), "files": proof.files,
                  "megabytes": sealed.package_bytes / 1e6, "proving": time.perf_counter() - start,
                  "preparing": preparing}))
"""


WAYS = {"plain": "", "converting": "，含 PDF/A，事先没有预备", "prepared": "，含 PDF/A，已经预备"}


def measure_archive(folder: Path) -> list[Figure]:
    """The imported year (lists and ledgers) and the year held here (hundreds of meetings), in each way."""
    data = folder / "archive"
    environment = {**os.environ, "SHANXUE_DATA": str(data)}
    demo = [sys.executable, "-m", "shanxue.cli", "demo", "--no-serve"]
    subprocess.run(demo, check=True, capture_output=True, env=environment)
    year = _find_year(data)
    ways = WAYS if shutil.which("soffice") else ("plain",)
    return [figure for one in (year - 1, year) for way in ways for figure in _measure(folder, data, one, way)]


def _find_year(data: Path) -> int:
    import sqlite3

    database = sqlite3.connect(data / "shanxue.sqlite3")
    found = database.execute('SELECT MAX(substr("on", 1, 4)) FROM activities_session WHERE roll_ended_at IS NOT NULL')
    return int(found.fetchone()[0])


def _measure(folder: Path, data: Path, year: int, way: str) -> list[Figure]:
    """Seal a copy, so that each measurement begins from the same bureau."""
    work = folder / f"archive-{year}-{way}"
    shutil.copytree(data, work)
    environment = {**os.environ, "SHANXUE_DATA": str(work), "SHANXUE_OFFICE": "" if way == "plain" else "soffice"}
    done = subprocess.run(
        [sys.executable, "-c", SEAL, str(year), way], check=True, capture_output=True, text=True, env=environment
    )
    told = json.loads(done.stdout.splitlines()[-1])
    shutil.rmtree(work)
    words = f"{told['pieces']} 件，{told['files']} 个文件，{told['megabytes']:.0f} MB；验证 {told['proving']:.1f} 秒"
    most = 20 if way != "converting" or told["pieces"] < 100 else None
    found = [Figure(f"封 {year} 年的卷{WAYS[way]}", told["seconds"], most, note=f"620 人，{words}")]
    if way == "prepared":
        found.append(Figure(f"预备 {year} 年的归档件", told["preparing"], None, note="在后台，封卷以前"))
    return found
