"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from tests.house import House

OPEN_TO: dict[str, set[str | None]] = {}


def make(house: House) -> dict[str, list[object]]:
    return {}
