"""Drawing some notes of many so that anybody can draw the same ones again. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def draw(ids: Iterable[int], count: int, seed: str) -> list[int]:
    """Draw ``count`` ids: those whose SHA-256 of ``seed:id`` comes first. Same ids and seed, same draw, any order."""
    return sorted(sorted(ids, key=lambda one: _place(seed, one))[:count])


def _place(seed: str, one: int) -> str:
    return hashlib.sha256(f"{seed}:{one}".encode()).hexdigest()
