"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from tests.house import House
from tests.roles import EVERYBODY, SIGNED_IN

OPEN_TO: dict[str, set[str | None]] = {
    "accounts:sign_in": EVERYBODY,
    "accounts:large_type": set(),
    "accounts:sign_out": set(),
    "accounts:account": SIGNED_IN,
    "accounts:password": SIGNED_IN,
}
POST_ONLY = {"accounts:large_type", "accounts:sign_out"}


def make(house: House) -> dict[str, list[object]]:
    return {}
