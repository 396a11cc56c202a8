"""An office's own .docx templates on the house's disk: one file per kind of document, in place of the shipped one.

Uploaded ones lie in MEDIA_ROOT/templates/<bureau>/; a file in SHANXUE_DATA/templates/ holds for every bureau of the
machine that uploaded none. A backup carries both.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.conf import settings


def find_own_template(bureau_id: int, kind: str) -> Path | None:
    """Find the office's own template of a kind: the uploaded one, else the one laid into the data folder."""
    return next((path for path in (locate_uploaded(bureau_id, kind), locate_laid(kind)) if path.is_file()), None)


def locate_uploaded(bureau_id: int, kind: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "templates" / str(bureau_id) / f"{kind}模板.docx"


def find_laid_folder() -> Path:
    return Path(settings.DATA) / "templates"


def locate_laid(kind: str) -> Path:
    return find_laid_folder() / f"{kind}模板.docx"


def keep_template(bureau_id: int, kind: str, data: bytes) -> None:
    """Put an uploaded template in its place, whole or not at all."""
    path = locate_uploaded(bureau_id, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.chmod(draft, 0o640)
    os.replace(draft, path)


def drop_template(bureau_id: int, kind: str) -> None:
    locate_uploaded(bureau_id, kind).unlink(missing_ok=True)
