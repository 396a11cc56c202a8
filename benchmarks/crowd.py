"""A crowd confirming presence: 30,000 members signed in, 50 secretaries calling the roll, one server, both databases.

Server, database and load share one machine. Latency is counted from the moment a request was due, not from when a
connection was free, so that waiting is not hidden. Afterwards every request is looked for in the database.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.postgres import find_postgres, run_postgres
from benchmarks.table import Figure

PEOPLE = 30_000
PHASES = ((500, 0.5), (1000, None))  # requests a second, promised p99 in seconds


def measure_crowd(folder: Path, people: int = PEOPLE) -> list[Figure]:
    """Measure on SQLite, and on PostgreSQL where Debian's is installed, each in a process of its own."""
    figures = _run_child("SQLite", folder / "crowd-sqlite", people, {})
    if find_postgres() is None:
        return [*figures, Figure("PostgreSQL：没有安装，未测", 0.0)]
    with run_postgres() as address:
        return figures + _run_child("PostgreSQL", folder / "crowd-postgres", people, {"SHANXUE_DATABASE": address})


def _run_child(name: str, folder: Path, people: int, more: dict[str, str]) -> list[Figure]:
    folder.mkdir()
    environment = {**os.environ, "SHANXUE_DATA": str(folder), **more}
    command = [sys.executable, "-m", "benchmarks.crowd", name, str(people)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [Figure(**figure) for figure in json.loads(done.stdout.splitlines()[-1])]


def main(name: str, people: int) -> None:
    """Fill, serve, load and check in this process's own database; the last line printed is the figures as JSON."""
    from shanxue.cli import set_up

    set_up(migrate=True)
    from benchmarks.crowd_bureau import check_phase, fill_crowd, list_jobs, measure_commits

    members, meetings = fill_crowd(people, len(PHASES))
    figures: list[dict[str, Any]] = []
    commits, commit_p99 = measure_commits()
    figures.append({"what": f"{name}：单行提交（无网页）", "seconds": 1 / commits,
                    "note": f"{commits:,.0f}/s，p99 {commit_p99 * 1000:.1f} 毫秒"})  # fmt: skip
    with _serve("benchmarks.empty_view:application") as port:
        empty = _load({"port": port, "path": "/empty/", "seconds": 5})
    figures.append({"what": f"{name}：同一服务器的空页面", "seconds": empty["p50"],
                    "note": f"{empty['rate']:,.0f}/s，p99 {empty['p99'] * 1000:.1f} 毫秒"})  # fmt: skip
    with _serve("shanxue.wsgi:application") as port:
        for (rate, promised), sessions in zip(PHASES, meetings, strict=True):
            told = _load({"port": port, "rate": rate, **list_jobs(members, sessions)})
            found = check_phase(sessions, told)
            figures.append({
                "what": f"{name}：{people:,} 人签到，每秒 {rate}，p99", "seconds": told["p99"],
                "most_seconds": promised,
                "note": f"{told['seconds']:.1f} 秒，达到 {told['rate']:,.0f}/s，p50 {told['p50'] * 1000:.1f} 毫秒；"
                        f"50 位书记点名 p99 {told['roll_p99'] * 1000:.0f} 毫秒；差错 {told['errors']}；{found}",
            })  # fmt: skip
    print(json.dumps(figures))


@contextmanager
def _serve(application: str) -> Iterator[int]:
    """Start the server as ``shanxue serve`` does, on a free port; stop it afterwards."""
    from shanxue.cli import list_server_arguments

    port = _find_port()
    server = subprocess.Popen(list_server_arguments("127.0.0.1", port, application))
    try:
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def _find_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _load(plan: dict[str, Any]) -> dict[str, Any]:
    """Drive the server from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.crowd_load"]
    done = subprocess.run(command, input=json.dumps(plan), stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
