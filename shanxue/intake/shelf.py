"""Files between upload and confirmation: on the house's own disk, for a day, for whoever brought them (ux D0).

They lie in MEDIA_ROOT/uploads/<room>/<key>/<number>/<name>; backups leave ``uploads`` out.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from shanxue.base.errors import Refusal

from .reading_limits import MAX_FILE_BYTES

FOLDER = "uploads"
KEPT = timedelta(days=1)
UPLOAD_GONE = "上传的文件已不在了（只保留一天）。请重新选择文件。"
_ODD = re.compile(r"[\x00-\x1f/\\:*?\"<>|]")
_KEY = re.compile(r"[0-9A-Za-z_-]{16,64}")
_NOTES = "seen.json"


def plain_name(name: str) -> str:
    """Make a file's name safe to lie on the disk, without changing what can be read in it."""
    return _ODD.sub("_", name).strip(". ")[-80:] or "文件"


def check_size(size: int) -> None:
    """Refuse a file over the limit before it is read."""
    if size > MAX_FILE_BYTES:
        most = MAX_FILE_BYTES // 1024 // 1024
        raise Refusal("file_too_large", f"文件有 {size / 1024 / 1024:.1f} MB，超过 {most} MB。请分成几个文件后再传。")


def keep_files(room: str, key: str, files: Sequence[tuple[str, bytes]], now: datetime) -> None:
    """Keep files under a key, in their order; what was left behind for more than a day goes."""
    for _name, data in files:
        check_size(len(data))
    sweep_shelf(now)
    folder = _find_folder(room, key)
    shutil.rmtree(folder, ignore_errors=True)
    for number, (name, data) in enumerate(files):
        place = folder / f"{number:02d}"
        place.mkdir(parents=True)
        (place / plain_name(name)).write_bytes(data)


def list_files(room: str, key: str) -> list[Path]:
    """List the files kept under a key. Raises ``upload_gone`` when there are none."""
    folder = _find_folder(room, key)
    found = [path for place in sorted(folder.glob("[0-9][0-9]")) for path in place.iterdir()]
    if not found:
        raise Refusal("upload_gone", UPLOAD_GONE, status=404)
    return found


def drop_files(room: str, key: str) -> None:
    shutil.rmtree(_find_folder(room, key), ignore_errors=True)


def sweep_shelf(now: datetime) -> None:
    """Remove what has lain for more than a day."""
    oldest = (now - KEPT).timestamp()
    for folder in (Path(settings.MEDIA_ROOT) / FOLDER).glob("*/*"):
        if folder.is_dir() and folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def keep_notes(room: str, key: str, notes: dict[str, Any]) -> None:
    """Keep beside the files what the last preview rested on."""
    folder = _find_folder(room, key)
    if folder.is_dir():
        draft = folder / f"{_NOTES}.new"
        draft.write_text(json.dumps(notes, ensure_ascii=False), encoding="utf-8")
        draft.replace(folder / _NOTES)


def read_notes(room: str, key: str) -> dict[str, Any]:
    path = _find_folder(room, key) / _NOTES
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def keep_bytes(room: str, key: str, name: str, data: bytes) -> None:
    """Keep beside the files what was made of them; empty takes it away."""
    folder = _find_folder(room, key)
    if folder.is_dir():
        draft = folder / f"{name}.new"
        draft.write_bytes(data)
        draft.replace(folder / f"{name}.kept")


def read_bytes(room: str, key: str, name: str) -> bytes:
    """Read what was kept beside the files; empty when nothing was."""
    try:
        return (_find_folder(room, key) / f"{name}.kept").read_bytes()
    except OSError:
        return b""


def _find_folder(room: str, key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise Refusal("upload_gone", UPLOAD_GONE, status=404)
    return Path(settings.MEDIA_ROOT) / FOLDER / room / key
