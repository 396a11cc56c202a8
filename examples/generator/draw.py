"""Draws that depend on nothing but their key: no shared state, so adding a file never shifts another."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def draw(bound: int, *key: object) -> int:
    """Draw a whole number in [0, bound)."""
    text = "\x1f".join(map(str, ("云川", *key)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % bound


def draw_between(low: int, high: int, *key: object) -> int:
    """Draw a whole number, both ends included."""
    return low + draw(high - low + 1, *key)


def is_drawn(percent: float, *key: object) -> bool:
    """Say yes in about ``percent`` of a hundred keys."""
    return draw(10_000, *key) < percent * 100


def pick(options: Sequence[T], *key: object) -> T:
    return options[draw(len(options), *key)]


def choose(options: Sequence[T], count: int, *key: object) -> list[T]:
    """Choose ``count`` different ones, kept in their own order."""
    ranked = sorted(range(len(options)), key=lambda index: (draw(1 << 62, *key, index), index))
    return [options[index] for index in sorted(ranked[:count])]
