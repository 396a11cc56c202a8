"""Files of question banks between upload and confirmation, named by content (``intake/shelf.py`` keeps them)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from shanxue.intake.shelf import drop_files, keep_files, list_files


def keep_upload(bureau_id: int, name: str, data: bytes, now: datetime) -> str:
    """Keep a file and return its digest; files left behind for more than a day go."""
    digest = hashlib.sha256(data).hexdigest()
    keep_files(_name_room(bureau_id), digest, [(name or "题库.xlsx", data)], now)
    return digest


def find_upload(bureau_id: int, digest: str) -> Path:
    """Find a kept file by its digest. Raises the refusal for one that is gone."""
    return list_files(_name_room(bureau_id), digest)[0]


def drop_upload(bureau_id: int, digest: str) -> None:
    drop_files(_name_room(bureau_id), digest)


def _name_room(bureau_id: int) -> str:
    return f"question-banks-{bureau_id}"
