"""Writing the trail. Every action of every room ends with one call here, inside its own transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from shanxue.base.errors import Refusal

from .models import Entry
from .queries import read_algorithm
from .rules import GENESIS, SWITCH, Algorithm, hash_content, is_available, next_algorithm


def compute_hash(*, chain: str, seq: int, at: datetime, actor: str, verb: str, subject: str,
                 detail: dict[str, Any], previous_hash: str, algorithm: str = Algorithm.SHA256) -> str:  # fmt: skip
    """Hash an entry's content and its predecessor's hash over canonical JSON."""
    content = [chain, seq, at.astimezone(UTC).isoformat(), actor, verb, subject, detail, previous_hash]
    return hash_content(algorithm, content)


@transaction.atomic
def record_entry(*, chain: str, actor: str, at: datetime, verb: str, subject: str = "",
                 detail: dict[str, Any] | None = None) -> Entry:  # fmt: skip
    """Append one entry to a bureau's chain; it commits or vanishes with the caller's transaction."""
    _lock_chain(chain)
    last = Entry.objects.filter(chain=chain).order_by("-seq").first()
    entry = Entry(
        chain=chain,
        seq=last.seq + 1 if last else 1,
        at=at,
        actor=actor,
        verb=verb,
        subject=subject,
        detail=detail or {},
        previous_hash=last.hash if last else GENESIS,
        algorithm=next_algorithm(last.algorithm, last.verb, last.detail) if last else Algorithm.SHA256,
    )
    entry.hash = compute_hash(
        chain=chain, seq=entry.seq, at=at, actor=actor, verb=verb, subject=subject, detail=entry.detail,
        previous_hash=entry.previous_hash, algorithm=entry.algorithm,
    )  # fmt: skip
    entry.save(force_insert=True)
    return entry


def _lock_chain(chain: str) -> None:
    """Two writers must not fork a chain; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"audit:{chain}"])


@transaction.atomic
def switch_algorithm(chain: str, algorithm: str, *, actor: str, at: datetime) -> Entry:
    """Hash what follows with another algorithm; the entry that says so is the last one of the former."""
    if not is_available(algorithm):
        raise Refusal("no_such_algorithm", f"这台机器没有 {algorithm.upper()} 算法，留痕没有改动。")
    _lock_chain(chain)
    former = read_algorithm(chain)
    if former == algorithm:
        raise Refusal("same_algorithm", f"留痕已经在用 {algorithm.upper()} 算法，不用再换。", status=409)
    detail = {"algorithm": algorithm, "from": former.upper(), "to": algorithm.upper()}
    return record_entry(chain=chain, actor=actor, at=at, verb=SWITCH, subject=algorithm, detail=detail)
