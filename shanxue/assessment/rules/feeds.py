"""Which clauses count what a plan or an institution asks for, told from the scheme's own counts. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .scheme import Condition, Count, Item, Scheme
from .wording import list_counts

# what somebody is asked to do → the sources of facts in which it then stands
SOURCES_OF = {
    "plan": ("plan",),
    "session": ("attendance", "sessions", "credits"),
    "credit": ("hours", "credits"),
    "note": ("notes",),
    "outcome": ("outcomes",),
    "score": ("scores",),
}
OWN_SOURCES = ("plan", "sessions")  # counted of whoever it belongs to; the others of whoever takes part


@dataclass(frozen=True)
class Feeder:
    """Records that something will bring: what they are (a key of ``SOURCES_OF``), of which kinds and tiers (none
    named: any), and of which subjects of schemes they are the own.
    """

    what: str
    kinds: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    owners: frozenset[str] = frozenset()  # person, branch, department


def list_fed(scheme: Scheme, feeders: Iterable[Feeder]) -> tuple[int, ...]:
    """List the items, by their place in the scheme, that count records of any of these feeders."""
    given = tuple(feeders)
    return tuple(at for at, item in enumerate(scheme.items) if _counts_any(scheme, item, given))


def _counts_any(scheme: Scheme, item: Item, feeders: tuple[Feeder, ...]) -> bool:
    return any(_counts(scheme, count, feeder) for count in list_counts(item) for feeder in feeders)


def _counts(scheme: Scheme, count: Count, feeder: Feeder) -> bool:
    if count.source not in SOURCES_OF[feeder.what]:
        return False
    if count.source in OWN_SOURCES and scheme.subject not in feeder.owners:
        return False
    named = {"kind": feeder.kinds, "tier": feeder.tiers}
    return all(_may_meet(test, named[test.column]) for test in count.where if test.column in named)


def _may_meet(test: Condition, words: tuple[str, ...]) -> bool:
    """Whether a record with one of these words, or with a word not known yet, may meet a test."""
    if not words:
        return True
    return any((word in test.value) == (test.op == "in") for word in words)
