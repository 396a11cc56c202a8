"""Who may open this room's pages (tests/web/test_access.py). Each part of the room keeps a table of its own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tests.house import House

PARTS = [import_module(f"tests.activities.{path.stem}") for path in sorted(Path(__file__).parent.glob("access_*.py"))]
OPEN_TO: dict[str, set[str | None]] = {name: roles for part in PARTS for name, roles in part.OPEN_TO.items()}
POST_ONLY = {name for part in PARTS for name in getattr(part, "POST_ONLY", ())}


def make(house: House) -> dict[str, list[object]]:
    return {name: arguments for part in PARTS for name, arguments in part.make(house).items()}
