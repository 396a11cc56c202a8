"""Sealing a year of the example bureau's 620 people, and proving the package; PDF/A copies measured apart."""

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
from shanxue.archive.proving import prove_package
from shanxue.orgs.models import Bureau
bureau, year = Bureau.objects.get(), int(sys.argv[1])
at = datetime(year + 1, 1, 5, 2, 0, tzinfo=UTC)
set_fonds(bureau, year, "0194", actor="bench", at=at)
start = time.perf_counter()
sealed = seal_year(bureau, year, decision="按决定", actor="bench", at=at, progress=lambda *_: None)
seconds = time.perf_counter() - start
start = time.perf_counter()
proof = prove_package(get_package(sealed.package))
assert proof.problems == []
print(json.dumps({"seconds": seconds, "pieces": sealed.pieces.count(), "files": proof.files,
                  "megabytes": sealed.package_bytes / 1e6, "proving": time.perf_counter() - start}))
"""


def measure_archive(folder: Path) -> list[Figure]:
    """The imported year (lists and ledgers) and the year held here (hundreds of minutes), without and with PDF/A."""
    data = folder / "archive"
    environment = {**os.environ, "SHANXUE_DATA": str(data)}
    demo = [sys.executable, "-m", "shanxue.cli", "demo", "--no-serve"]
    subprocess.run(demo, check=True, capture_output=True, env=environment)
    year = _find_year(data)
    figures = [_measure(folder, data, year - 1, pdf=False), _measure(folder, data, year, pdf=False)]
    if shutil.which("soffice"):
        figures += [_measure(folder, data, year - 1, pdf=True), _measure(folder, data, year, pdf=True)]
    return figures


def _find_year(data: Path) -> int:
    import sqlite3

    database = sqlite3.connect(data / "shanxue.sqlite3")
    found = database.execute('SELECT MAX(substr("on", 1, 4)) FROM activities_session WHERE roll_ended_at IS NOT NULL')
    return int(found.fetchone()[0])


def _measure(folder: Path, data: Path, year: int, *, pdf: bool) -> Figure:
    """Seal a copy, so that each measurement begins from the same bureau."""
    work = folder / f"archive-{year}-{pdf}"
    shutil.copytree(data, work)
    environment = {**os.environ, "SHANXUE_DATA": str(work), "SHANXUE_OFFICE": "soffice" if pdf else ""}
    done = subprocess.run(
        [sys.executable, "-c", SEAL, str(year)], check=True, capture_output=True, text=True, env=environment
    )
    told = json.loads(done.stdout.splitlines()[-1])
    words = f"{told['pieces']} 件，{told['files']} 个文件，{told['megabytes']:.0f} MB；验证 {told['proving']:.1f} 秒"
    most = 20 if not pdf or told["pieces"] < 100 else None
    return Figure(f"封 {year} 年的卷{'，含 PDF/A' if pdf else ''}", told["seconds"], most, note=f"620 人，{words}")
