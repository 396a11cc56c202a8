"""What the pages of an import show: read and checked at once; for large files in the background, and kept beside them.

A kept look holds for the answers and the day it was made with. It lies on the house's own disk, signed, as long as the
files do. What is committed is read and checked anew, so that a look that has grown old is refused, never written.
"""

from __future__ import annotations

import hmac
import pickle
import tempfile
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.utils.crypto import salted_hmac

from shanxue.intake import shelf, uploads
from shanxue.intake.actions import Progress, say_nothing
from shanxue.intake.checking import Plan
from shanxue.intake.documents import write_fix_table
from shanxue.intake.models import Upload

from .causes import ABOUT_COLUMNS, AT_ONCE, MISSING_COLUMN, group_items, list_items
from .describe import (
    count_all,
    counts_people,
    describe_files,
    gather_tidied,
    group_skipped,
    list_excluded,
    list_lines,
)
from .words import say_answer

Look = dict[str, Any]
COLUMNS, ROWS = "columns", "check"  # also the names of their pages


def look_at(
    upload: Upload, step: str, *, bureau_name: str, today: date, keep: bool = False, progress: Progress = say_nothing
) -> Look:
    """Read the files and say what the page of a step shows. ``keep``: the page comes later, and finds it then."""
    only_tables = step == COLUMNS
    plan = uploads.plan_upload(
        upload, bureau_name=bureau_name, today=today, only_tables=only_tables, progress=progress
    )  # fmt: skip
    look = _show_columns(upload, plan) if only_tables else _show_rows(upload, plan)
    if keep:
        if look.get("open_count"):
            look["fix_table"] = make_fix_table(plan)
        content = pickle.dumps(look)
        seal = _seal(upload, step, today, content)
        shelf.keep_bytes(uploads.ROOM, upload.token, step, seal + content)
    return look


def find_look(upload: Upload, step: str, today: date) -> Look | None:
    """Find what was kept for a page; None when nothing was, or answers were given since."""
    kept = shelf.read_bytes(uploads.ROOM, upload.token, step)
    seal, content = kept[:32], kept[32:]
    if not kept or not hmac.compare_digest(seal, _seal(upload, step, today, content)):
        return None
    found: Look = pickle.loads(content)
    return found


def drop_look(upload: Upload) -> None:
    """Have the rows checked again, where their page was kept."""
    shelf.keep_bytes(uploads.ROOM, upload.token, ROWS, b"")


def _seal(upload: Upload, step: str, today: date, content: bytes) -> bytes:
    of = repr((upload.pk, step, today, sorted(upload.answers.items()))).encode()
    return salted_hmac("shanxue.imports.look", sha256(of).digest() + content, algorithm="sha256").digest()


def _show_columns(upload: Upload, plan: Plan) -> Look:
    items = [item for _code, item in list_items(plan, only=ABOUT_COLUMNS)]
    missing = [item for _code, item in list_items(plan, only=frozenset([MISSING_COLUMN, "unreadable"]))]
    uploads.remember_preview(upload, plan, {item.key: item.message for item in items if item.key})
    return {"files": describe_files(plan), "items": items, "missing": missing}


def _show_rows(upload: Upload, plan: Plan) -> Look:
    found = list_items(plan)
    files = describe_files(plan)
    asked = {item.key: item.message for _code, item in found if item.key}
    return {
        "files": files, "groups": group_items(found[:AT_ONCE]), "open_count": len(found),
        "hidden_count": max(len(found) - AT_ONCE, 0), "totals": count_all(plan), "in_people": counts_people(plan),
        "tidied": gather_tidied(plan), "excluded": list_excluded(plan), "is_empty": plan.ledger.is_empty,
        "skipped": group_skipped([skip for file in files for skip in file.account.skipped]),
        "remembered": [
            (key, say_answer(key), answer) for key in sorted(plan.answers.used)
            if (answer := plan.answers[key]) and key not in upload.answers
        ],
        "preview": uploads.remember_preview(upload, plan, asked), "lines": list_lines(plan),
    }  # fmt: skip


def make_fix_table(plan: Plan) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fix.xlsx"
        write_fix_table(plan, path)
        return path.read_bytes()
