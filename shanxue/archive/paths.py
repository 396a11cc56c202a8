"""Where sealed packages lie: beside the house's other files, so that a backup holds them. What is only made ready, and
can be made again, lies outside them.
"""

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


def locate_prepared(code: str, year: int) -> Path:
    """The folder of a year's PDF/A copies made before it is sealed; it need not exist."""
    return Path(settings.DATA) / "prepared" / f"{code}-{year}"


@contextmanager
def hold_year(code: str, year: int) -> Iterator[None]:
    """Let one process at a time seal a year or make it ready. The lock is the system's: it ends with the process.

    Raises Refusal ``sealing`` while another is at it.
    """
    with (get_folder() / f".{code}-{year}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refusal("sealing", f"{year} 年的卷有人正在封，或者正在预备。请稍后刷新再看。", status=409) from error
        yield
