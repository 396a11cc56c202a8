"""The machine a figure came from."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path


def describe_machine() -> str:
    """Say processor, cores, memory and versions in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cpuinfo = Path("/proc/cpuinfo")
    names = [
        line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
    ]
    return (
        f"{names[0] if names else platform.machine()}，{os.cpu_count()} 核，{memory:.0f} GiB；"
        f"Python {platform.python_version()}，SQLite {sqlite3.sqlite_version}，Polars {version('polars')}，"
        f"Narwhals {version('narwhals')}；负载 {os.getloadavg()[0]:.1f}"
    )
