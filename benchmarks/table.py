"""Figures and the table they are printed in."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.table import Table

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One measured thing. ``most_seconds`` is what is promised; ``floor_seconds`` the bare scan of the same records."""

    what: str
    seconds: float
    most_seconds: float | None = None
    floor_seconds: float | None = None
    peak_mb: float | None = None
    most_mb: float | None = None
    note: str = ""


def clock(action: Callable[[], T], *, times: int = 1) -> tuple[float, T]:
    """Run an action and return its best time in seconds with its last result."""
    best, result = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        result = action()
        best = min(best, time.perf_counter() - start)
    return best, result  # type: ignore[return-value]


def read_peak_mb(who: int = resource.RUSAGE_SELF) -> float:
    return resource.getrusage(who).ru_maxrss / 1000


def print_figures(console: Console, figures: list[Figure]) -> None:
    table = Table("项目", "秒", "承诺", "倍于裸扫描", "峰值 MB", "承诺 MB", "说明")
    for figure in figures:
        kept = figure.most_seconds is None or figure.seconds <= figure.most_seconds
        table.add_row(
            figure.what,
            f"{figure.seconds:.3f}" + ("" if kept else " ✗"),
            "" if figure.most_seconds is None else f"≤ {figure.most_seconds:g}",
            "" if figure.floor_seconds is None else f"{figure.seconds / figure.floor_seconds:.1f}",
            "" if figure.peak_mb is None else f"{figure.peak_mb:.0f}",
            "" if figure.most_mb is None else f"≤ {figure.most_mb:g}",
            figure.note,
        )
    console.print(table)
