"""Files of documents on the house's own disk, named by their content: what was signed is what is sent."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings

from shanxue.base.errors import Refusal

MAX_BYTES = 20 * 1024 * 1024
ALLOWED = (".docx", ".doc", ".xlsx", ".xls", ".pdf", ".wps", ".et", ".ofd", ".txt", ".csv", ".zip")
_ODD = re.compile(r"[\x00-\x1f/\\:*?\"<>|]")


def keep_file(bureau_id: int, data: bytes) -> str:
    """Write bytes under their digest and give it. Whole or not at all; the same bytes are kept once."""
    digest = hashlib.sha256(data).hexdigest()
    path = _locate(bureau_id, digest)
    try:
        if not path.exists():
            _write(path, data)
    except OSError as error:
        raise Refusal(
            "file_not_kept", "文件没有存下，磁盘可能满了。什么都没有改，请联系管理员后再试。", status=503
        ) from error
    return digest


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(draft, 0o640)
    os.replace(draft, path)


def read_file(bureau_id: int, digest: str) -> bytes:
    """Read kept bytes. Raises ``Refusal`` when they are gone or are no longer those that were kept."""
    data = b""
    with contextlib.suppress(OSError):
        data = _locate(bureau_id, digest).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise Refusal("file_damaged", "文件的校验值与登记时不同，没有下载。请从备份恢复这个文件。", status=409)
    return data


def name_file(name: str) -> str:
    """A file name as it may be stored. Raises ``Refusal`` for an ending that no office document has."""
    clean = _ODD.sub("_", name).strip(". ")[-100:]
    if not clean.lower().endswith(ALLOWED):
        raise Refusal("file_kind", f"“{name}”不能作附件。可以用：{'、'.join(one[1:] for one in ALLOWED)}。")
    return clean


def check_size(name: str, data: bytes) -> None:
    if len(data) > MAX_BYTES:
        size, most = len(data) / 1024 / 1024, MAX_BYTES // 1024 // 1024
        raise Refusal("file_too_large", f"“{name}”有 {size:.1f} MB，超过 {most} MB。")
    if not data:
        raise Refusal("file_empty", f"“{name}”是空文件。")


def _locate(bureau_id: int, digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "documents" / str(bureau_id) / digest[:2] / digest
