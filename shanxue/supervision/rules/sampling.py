"""Drawing records at random so that anybody draws the same ones again from the same seed. Plain Python."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from random import Random
from typing import NamedTuple

from shanxue.base.errors import Refusal

MOST_DRAWN = 50
LONGEST_SEED = 12


class RecordKind(StrEnum):
    """What an inspection looks at."""

    SESSION = "会议"
    MINUTES = "会议记录"
    ATTENDANCE = "考勤"
    NOTE = "笔记"


class Candidate(NamedTuple):
    """One record that may be drawn. ``ref`` is the session, or the note; ``person_id`` whose note it is."""

    kind: str
    ref: int
    unit_id: int | None
    on: date
    title: str
    person_id: int | None = None


def read_seed(text: str) -> int:
    """Read a seed as it was typed. Raises Refusal for what is not a number."""
    seed = text.strip()
    if not (seed.isascii() and seed.isdecimal()) or len(seed) > LONGEST_SEED:
        raise Refusal("bad_seed", f"种子要填数字，最多 {LONGEST_SEED} 位，例如 20260612。")
    return int(seed)


def order_population(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Put what may be drawn into an order that depends on nothing but the records: kind, day, number."""
    kinds = list(RecordKind)
    return sorted(candidates, key=lambda one: (kinds.index(RecordKind(one.kind)), one.on, one.ref))


def digest_population(population: Sequence[Candidate]) -> str:
    """Give the mark of a population, by which a later draw knows whether it draws from the same records."""
    text = "\n".join(f"{one.kind}:{one.ref}" for one in order_population(population))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def draw(population: Iterable[Candidate], count: int, seed: int) -> list[Candidate]:
    """Draw ``count`` records: each gets a number of ``random.Random(seed)`` in order, the smallest are drawn.

    The sequence of ``Random.random`` is promised to stay the same between versions of Python; ``sample`` is not.
    Raises Refusal when there is nothing to draw from.
    """
    ordered = order_population(population)
    if not ordered:
        raise Refusal("nothing_to_draw", "所选范围没有记录。")
    chance = Random(seed)
    places = sorted((chance.random(), at) for at in range(len(ordered)))
    return [ordered[at] for at in sorted(at for _number, at in places[:count])]
