"""Proving a trail of a million entries, in a process of its own as ``shanxue verify`` runs it."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Figure, clock

ENTRIES = 1_000_000


def measure_audit(folder: Path) -> list[Figure]:
    data = folder / "audit"
    data.mkdir()
    environment = {**os.environ, "SHANXUE_DATA": str(data)}
    prepare = [sys.executable, "-c", "from shanxue.cli import set_up; set_up(migrate=True)"]
    start, _ = clock(lambda: subprocess.run(prepare, check=True, env=environment))
    fill_chain(data / "shanxue.sqlite3", ENTRIES)
    command = [sys.executable, "-m", "shanxue.cli", "verify"]
    seconds, done = clock(lambda: subprocess.run(command, check=True, capture_output=True, text=True, env=environment))
    assert f"{ENTRIES} 条留痕完整" in done.stdout, done.stdout
    return [Figure("验证 1,000,000 条留痕", seconds, 20, note=f"含启动；启动和建库 {start:.1f} 秒")]


def fill_chain(path: Path, entries: int) -> None:
    """Fill a migrated SQLite database with one chain, written as the house writes it."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    database.executemany(
        "INSERT INTO audit_entry (chain, seq, at, actor, verb, subject, detail, previous_hash, hash, algorithm) "
        "VALUES ('bench', ?, ?, ?, ?, ?, ?, ?, ?, 'sha256')",
        _list_entries(entries),
    )
    database.commit()
    database.close()


def _list_entries(entries: int) -> Iterator[tuple[object, ...]]:
    encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
    previous = "0" * 64
    for seq in range(1, entries + 1):
        moment = f"2026-03-{seq % 28 + 1:02d} 02:{seq % 60:02d}:00.{seq % 1_000_000:06d}"
        if moment.endswith(".000000"):  # as Python writes a whole second
            moment = moment[:-7]
        detail = {"person": seq % 620, "from": "未记录", "to": "到", "because": "会后核对签到表"}
        content = ["bench", seq, moment.replace(" ", "T") + "+00:00", "00008", "activities.correct_mark",
                   f"session:{seq % 900}", detail, previous]  # fmt: skip
        digest = hashlib.sha256(encode(content).encode()).hexdigest()
        yield seq, moment, content[3], content[4], content[5], json.dumps(detail), previous, digest
        previous = digest
