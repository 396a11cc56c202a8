"""What a preview rested on, as short digests, so that the commit can tell whether anything has moved since."""

from __future__ import annotations

import hashlib
from typing import Any

from .drafts import Ledger

Photograph = dict[str, dict[str, list[str]]]  # table and columns → row id → [whose row it is, digest of the row]


def photograph(ledger: Ledger) -> Photograph:
    """Write down everything a plan has read: no values, only digests of rows."""
    taken: Photograph = {}
    for load in ledger.loads:
        rows = taken.setdefault(f"{load.rows.model._meta.label}:{load.person_column}", {})
        for row in load.snapshot:
            owner = "" if load.person_column is None else str(row[load.person_column])
            digest = hashlib.blake2b(repr(row).encode(), digest_size=8).hexdigest()
            known = rows.get(str(row[0]))
            rows[str(row[0])] = [owner, digest if known is None or digest in known[1] else known[1] + digest]
    return taken


def name_photograph(taken: Photograph) -> str:
    """Give one digest for the whole, to be carried by the form that commits."""
    whole = hashlib.blake2b(digest_size=16)
    for table in sorted(taken):
        whole.update(table.encode())
        for number, (owner, digest) in sorted(taken[table].items()):
            whole.update(f"|{number}:{owner}:{digest}".encode())
    return whole.hexdigest()


def count_moved(before: Any, now: Photograph) -> tuple[int, int]:
    """Count persons and other rows that are not as they were: new, gone or different."""
    people: set[str] = set()
    others = 0
    for table in {*before, *now}:
        old, new = before.get(table, {}), now.get(table, {})
        for number in {*old, *new}:
            if old.get(number) == new.get(number):
                continue
            owner = (new.get(number) or old[number])[0]
            if owner:
                people.add(owner)
            else:
                others += 1
    return len(people), others
