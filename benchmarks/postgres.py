"""A PostgreSQL of our own on a Unix socket, durable as in production, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_postgres() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return found[-1] if found else None


@contextmanager
def run_postgres() -> Iterator[str]:
    """Start one and give its address for SHANXUE_DATABASE; fsync stays on, as Debian sets it."""
    programs = find_postgres()
    assert programs is not None
    home = Path(tempfile.mkdtemp(prefix="shanxue-postgres."))
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    if as_postgres:
        shutil.chown(home, "postgres", "postgres")

    def run(program: str, *arguments: str) -> None:
        command = [*as_postgres, str(programs / program), "-D", str(home / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=home)

    run("initdb", "-U", "shanxue", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    run("pg_ctl", "-w", "-l", str(home / "log"), "-o", f"-k {home} -c listen_addresses=''", "start")
    try:
        yield f"postgresql://shanxue@/postgres?host={home}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)
