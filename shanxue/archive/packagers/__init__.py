"""Formats that a sealed year is handed over in. Each is a module with NAME, TITLE and ``open_package``.

``open_package(archive, path)`` gives an open file: the zip to send, made from the sealed package at ``path``, whose
bytes are the same every time. ``settings.PACKAGERS`` names the modules; put your own beside them.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from django.conf import settings

from ..models import ArchiveYear


class Packager(Protocol):
    NAME: str  # in the name of the file
    TITLE: str  # what it is, for people

    def open_package(self, archive: ArchiveYear, path: Path) -> BinaryIO: ...


def list_packagers() -> list[tuple[str, Packager]]:
    return [(kind, cast(Packager, import_module(name))) for kind, name in settings.PACKAGERS.items()]


def find_packager(kind: str) -> Packager | None:
    return dict(list_packagers()).get(kind)
