"""Writing the trail. Every action of every room ends with one call here, inside its own transaction."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from .models import Entry

GENESIS = "0" * 64


def compute_hash(*, chain: str, seq: int, at: datetime, actor: str, verb: str, subject: str,
                 detail: dict[str, Any], previous_hash: str) -> str:  # fmt: skip
    """Hash an entry's content and its predecessor's hash (SHA-256 over canonical JSON)."""
    content = [chain, seq, at.astimezone(UTC).isoformat(), actor, verb, subject, detail, previous_hash]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def record_entry(*, chain: str, actor: str, at: datetime, verb: str, subject: str = "",
                 detail: dict[str, Any] | None = None) -> Entry:  # fmt: skip
    """Append one entry to a bureau's chain; it commits or vanishes with the caller's transaction."""
    if connection.vendor == "postgresql":  # two writers must not fork the chain; SQLite has one writer anyway
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"audit:{chain}"])
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
    )
    entry.hash = compute_hash(
        chain=chain, seq=entry.seq, at=at, actor=actor, verb=verb, subject=subject, detail=entry.detail,
        previous_hash=entry.previous_hash,
    )  # fmt: skip
    entry.save(force_insert=True)
    return entry
