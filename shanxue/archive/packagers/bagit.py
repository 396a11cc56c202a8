"""The sealed package as it is: BagIt (RFC 8493)."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from ..models import ArchiveYear

NAME = "学习档案"
TITLE = "归档包（BagIt，浏览器就能读）"


def open_package(archive: ArchiveYear, path: Path) -> BinaryIO:  # noqa: ARG001 - the shape packagers share
    return path.open("rb")
