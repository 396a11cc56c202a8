"""Reading and proving the trail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Max, QuerySet

from .models import Entry
from .rules import GENESIS, Algorithm, ChainReport, Fault, hash_content, is_available, next_algorithm

COLUMNS = "seq, at, actor, verb, subject, detail, previous_hash, hash, algorithm"
BLOCK = 5000


class Stored(NamedTuple):
    """An entry as it stands in the database; ``at`` as it was hashed: UTC, ISO 8601."""

    seq: int
    at: str
    actor: str
    verb: str
    subject: str
    detail: Any
    previous_hash: str
    hash: str
    algorithm: str


@dataclass(frozen=True)
class Head:
    """The last entry of a chain on a day: kept elsewhere, it proves later that nothing before it was changed."""

    chain: str
    seq: int
    hash: str
    algorithm: str


def list_chains() -> list[str]:
    return list(Entry.objects.order_by("chain").values_list("chain", flat=True).distinct())


def stream_entries(chain: str, after: int = 0, until: int | None = None) -> Iterator[Stored]:
    """Read a chain's entries in order, in blocks by their number: a million of them need no memory.

    Bare values without model instances; nothing stays locked between blocks.
    """
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {COLUMNS} FROM audit_entry WHERE chain = %s AND seq > %s ORDER BY seq LIMIT {BLOCK}",
                [chain, after],
            )
            rows = cursor.fetchall()
        for row in rows:
            if until is not None and row[0] > until:
                return
            yield Stored(
                row[0], _write_at(row[1]), row[2], row[3], row[4], _read_detail(row[5]), row[6], row[7], row[8]
            )
        if len(rows) < BLOCK:
            return
        after = rows[-1][0]


def _write_at(value: Any) -> str:
    """SQLite gives the text that was stored, in UTC; PostgreSQL a time with its zone."""
    if isinstance(value, str):
        return value.replace(" ", "T", 1) + "+00:00"
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return str(value.astimezone(UTC).isoformat())


def _read_detail(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def verify_chain(chain: str, head: Head | None = None) -> ChainReport:
    """Recompute a chain from its first entry; stop at the first entry edited, removed or inserted.

    With a ``head`` exported earlier, also find a tail that was cut off and a chain rewritten from its beginning.
    """
    previous, count, algorithm = GENESIS, 0, str(Algorithm.SHA256)
    for entry in stream_entries(chain):
        seq, at, actor, verb, subject, detail, stated, hashed, used = entry
        fault = None
        if seq != count + 1:
            return ChainReport(chain, count, previous, count + 1, Fault.REMOVED, algorithm)
        if stated != previous:
            fault = Fault.UNLINKED
        elif used != algorithm or not is_available(used):
            fault = Fault.SWITCHED
        elif hashed != hash_content(used, [chain, seq, at, actor, verb, subject, detail, previous]):
            fault = Fault.EDITED
        elif head is not None and seq == head.seq and hashed != head.hash:
            fault = Fault.REWRITTEN
        if fault is not None:
            return ChainReport(chain, count, previous, seq, fault, algorithm)
        previous, count, algorithm = hashed, seq, next_algorithm(used, verb, detail)
    if head is not None and head.seq > count:
        return ChainReport(chain, count, previous, head.seq, Fault.CUT, algorithm)
    return ChainReport(chain, count, previous, None, None, algorithm)


def find_head(chain: str) -> Head | None:
    """The head of a chain as it stands now, without proving it."""
    last = Entry.objects.filter(chain=chain).order_by("-seq").first()
    return Head(chain, last.seq, last.hash, last.algorithm) if last else None


def read_algorithm(chain: str) -> str:
    """What the next entry of a chain is hashed with; a chain that has none yet begins with SHA-256."""
    last = Entry.objects.filter(chain=chain).order_by("-seq").first()
    return next_algorithm(last.algorithm, last.verb, last.detail) if last else str(Algorithm.SHA256)


def list_entries(chain: str, *, subject: str = "", from_at: datetime | None = None, until_at: datetime | None = None
                 ) -> QuerySet[Entry]:  # fmt: skip
    """Entries of a chain, the latest first; ``subject`` is a whole subject or its beginning, ``until_at`` open."""
    found = Entry.objects.filter(chain=chain)
    if subject:
        found = found.filter(subject__startswith=subject)
    if from_at is not None:
        found = found.filter(at__gte=from_at)
    if until_at is not None:
        found = found.filter(at__lt=until_at)
    return found.order_by("-seq")


def list_history(chain: str, subjects: Sequence[str]) -> list[Entry]:
    """Everything that was done to some subjects, in order: one query."""
    return list(Entry.objects.filter(chain=chain, subject__in=list(subjects)).order_by("seq"))


def find_last_entry(chain: str, subject: str) -> Entry | None:
    """The latest entry that speaks of a subject: who touched it last, and when."""
    return Entry.objects.filter(chain=chain, subject=subject).order_by("-seq").first()


def map_last_changes(chain: str, subjects: Sequence[str], verbs: Sequence[str]) -> dict[str, datetime]:
    """When one of these things was last done to each subject; one to which none was done is left out. One query."""
    found = Entry.objects.filter(chain=chain, subject__in=subjects, verb__in=verbs)
    return dict(found.values_list("subject").annotate(last=Max("at")))
