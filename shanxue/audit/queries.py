"""Reading and proving the trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from .actions import GENESIS, compute_hash
from .models import Entry


@dataclass(frozen=True)
class ChainReport:
    """The outcome of walking one chain. ``broken_at`` is the first entry that does not fit, or None."""

    chain: str
    entries: int
    head: str
    broken_at: int | None


def list_chains() -> list[str]:
    return list(Entry.objects.order_by("chain").values_list("chain", flat=True).distinct())


def verify_chain(chain: str) -> ChainReport:
    """Recompute a chain from its first entry; stop at the first entry edited, removed or inserted."""
    previous, count = GENESIS, 0
    for entry in Entry.objects.filter(chain=chain).order_by("seq").iterator(chunk_size=5000):
        expected = compute_hash(
            chain=chain, seq=count + 1, at=entry.at, actor=entry.actor, verb=entry.verb, subject=entry.subject,
            detail=entry.detail, previous_hash=previous,
        )  # fmt: skip
        if entry.seq != count + 1 or entry.previous_hash != previous or entry.hash != expected:
            return ChainReport(chain, count, previous, count + 1)
        previous, count = entry.hash, count + 1
    return ChainReport(chain, count, previous, None)


def find_last_entry(chain: str, subject: str) -> Entry | None:
    """The latest entry that speaks of a subject: who touched it last, and when."""
    return Entry.objects.filter(chain=chain, subject=subject).order_by("-seq").first()


def map_last_changes(chain: str, subjects: Sequence[str], verbs: Sequence[str]) -> dict[str, datetime]:
    """When one of these things was last done to each subject; one to which none was done is left out. One query."""
    found = Entry.objects.filter(chain=chain, subject__in=subjects, verb__in=verbs)
    return dict(found.values_list("subject").annotate(last=Max("at")))
