"""Files of question banks between upload and confirmation: kept on the house's own disk for a day, named by content."""

from __future__ import annotations

import hashlib
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from shanxue.base.errors import Refusal
from shanxue.intake.reading_limits import MAX_FILE_BYTES

KEPT = timedelta(days=1)
_ODD = re.compile(r"[\x00-\x1f/\\:*?\"<>|]")


def keep_upload(bureau_id: int, name: str, data: bytes, now: datetime) -> str:
    """Keep a file and return its digest; files left behind for more than a day go."""
    if len(data) > MAX_FILE_BYTES:
        size, most = len(data) / 1024 / 1024, MAX_FILE_BYTES // 1024 // 1024
        raise Refusal("file_too_large", f"文件有 {size:.1f} MB，超过 {most} MB。请分成几个文件后再传。")
    room = _open_room(bureau_id)
    for old in room.iterdir():
        if old.stat().st_mtime < (now - KEPT).timestamp():
            shutil.rmtree(old, ignore_errors=True)
    digest = hashlib.sha256(data).hexdigest()
    folder = room / digest
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / (_ODD.sub("_", name).strip(". ")[-80:] or "题库.xlsx")).write_bytes(data)
    return digest


def find_upload(bureau_id: int, digest: str) -> Path:
    """Find a kept file by its digest. Raises the refusal for one that is gone."""
    if re.fullmatch(r"[0-9a-f]{64}", digest):
        folder = _open_room(bureau_id) / digest
        found = next(iter(folder.iterdir()), None) if folder.is_dir() else None
        if found is not None:
            return found
    raise Refusal("upload_gone", "上传的文件已不在了（只保留一天）。请重新选择文件。", status=404)


def drop_upload(bureau_id: int, digest: str) -> None:
    shutil.rmtree(_open_room(bureau_id) / digest, ignore_errors=True)


def _open_room(bureau_id: int) -> Path:
    room = Path(settings.MEDIA_ROOT) / "question-banks" / str(bureau_id)
    room.mkdir(parents=True, exist_ok=True)
    return room
