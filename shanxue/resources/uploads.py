"""Receipts on the house's own disk: a picture or a PDF, recognised by its content and named by it."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from shanxue.base.errors import Refusal

MAX_RECEIPT_BYTES = 10 * 1024 * 1024
TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}
_STARTS = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"))
_ODD = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Kept:
    """A file as it is kept: its cleaned name, its digest, its ending by content, its bytes."""

    name: str
    sha256: str
    ending: str
    size: int


def keep_receipt(bureau_id: int, name: str, data: bytes) -> Kept:
    """Keep a receipt for good. Raises Refusal for one that is empty, too large, or neither picture nor PDF."""
    if not data:
        raise Refusal("receipt_empty", "“凭据”是空文件。请重新选择。")
    if len(data) > MAX_RECEIPT_BYTES:
        size, most = len(data) / 1024 / 1024, MAX_RECEIPT_BYTES // 1024 // 1024
        raise Refusal("receipt_too_large", f"“凭据”有 {size:.1f} MB，超过 {most} MB。请扫描成黑白或缩小后再传。")
    ending = next((ending for start, ending in _STARTS if data.startswith(start)), None)
    if ending is None:
        raise Refusal("receipt_type", "“凭据”要用图片（JPG、PNG）或 PDF。请把原件扫描或拍照后再传。")
    digest = hashlib.sha256(data).hexdigest()
    path = _find_path(bureau_id, digest, ending)
    if not path.exists() or hash_kept(path) != digest:  # gone or changed on the disk: put right by uploading it again
        _write_whole(path, data)
    stem = _ODD.sub("_", name).rpartition(".")[0].strip(". ")[-60:] or "凭据"
    return Kept(f"{stem}.{ending}", digest, ending, len(data))


def read_receipt(bureau_id: int, digest: str, ending: str) -> bytes:
    path = _find_path(bureau_id, digest, ending)
    if not path.is_file():
        raise Refusal("receipt_gone", "凭据的文件不在了。请从备份恢复，或重新上传。", status=404)
    return path.read_bytes()


def read_intact(bureau_id: int, digest: str, ending: str) -> bytes:
    """Read a receipt and prove it. Raises Refusal ``receipt_changed`` for one that is not what was uploaded."""
    data = read_receipt(bureau_id, digest, ending)
    if hashlib.sha256(data).hexdigest() != digest:
        raise Refusal("receipt_changed", "凭据的文件被改动过。请从备份恢复，或重新上传。", status=409)
    return data


def find_damage(bureau_id: int, digest: str, ending: str) -> str:
    """Say what is wrong with the file of a receipt; empty when it is what was uploaded."""
    path = _find_path(bureau_id, digest, ending)
    if not path.is_file():
        return "不在了"
    return "" if hash_kept(path) == digest else "被改动过"


def hash_kept(path: Path) -> str:
    stat = path.stat()
    return _hash_as_of(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=4096)
def _hash_as_of(path: Path, size: int, changed_ns: int) -> str:  # noqa: ARG001 - what a change of the file shows in
    """Pages that list many receipts read each file once, until it changes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _find_path(bureau_id: int, digest: str, ending: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "receipts" / str(bureau_id) / f"{digest}.{ending}"


def _write_whole(path: Path, data: bytes) -> None:
    """Write beside and rename: a file is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with open(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
