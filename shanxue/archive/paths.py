"""Where sealed packages lie: beside the house's other files, so that a backup holds them."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from shanxue.base.errors import Refusal


def get_folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "archive"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def get_package(name: str) -> Path:
    return get_folder() / name


@contextmanager
def hold_year(code: str, year: int) -> Iterator[None]:
    """Let one clerk at a time seal a year. The lock is the operating system's: it ends with the process.

    Raises Refusal ``sealing`` while somebody else is at it.
    """
    with (get_folder() / f".{code}-{year}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refusal("sealing", f"有人正在封 {year} 年的卷。请稍后刷新，看封卷的结果。", status=409) from error
        yield
