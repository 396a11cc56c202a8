"""An import from the first page to the last: files kept, answers given, written once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from shanxue.base.errors import Refusal, refuse_missing

from . import shelf
from .actions import Progress, commit_plan, say_nothing
from .checking import Plan, look_at_tables, plan_import
from .models import Batch, Upload
from .previews import count_moved, name_photograph, photograph
from .reading import is_leftover, read_workbook, recognise
from .rules import Workbook

ROOM = "imports"
NO_TABLE = "打开表格时留下的临时文件，不是表格。"
WITHOUT = "不导入文件"  # answer key 不导入文件:名册.jpg → go on without a file that could not be read
MAX_FILES = 90  # a year's folder; Django itself takes 100
MAX_BYTES = 60 * 1024 * 1024
LONG_BYTES = (
    400_000  # from here on reading and checking take seconds (some 15,000 lines of .xlsx): done in the background
)


def open_upload(
    bureau_code: str, owner: str, files: Sequence[tuple[str, bytes]], *, at: datetime
) -> tuple[Upload | None, list[tuple[str, str]]]:
    """Keep the files that can be read for the next pages; give too those that cannot, with their sentences.

    None when not one can be read: nothing is kept then. Large files are only recognised: ``plan_upload`` says what else
    cannot be read. Writes nothing into any record.
    """
    _refuse_many(files)
    token = secrets.token_urlsafe(16)
    named = [(name, data) for name, data in _name_apart(files) if not is_leftover(Path(name))]
    shelf.keep_files(ROOM, token, named, at)
    read = _recognise if sum(len(data) for _, data in named) > LONG_BYTES else read_workbook
    refused = _try_files(token, read) if named else [(name, NO_TABLE) for name, _ in files]
    if len(refused) == len(named) or not named:
        shelf.drop_files(ROOM, token)
        return None, refused
    bad = {name for name, _ in refused}
    if bad:
        shelf.keep_files(ROOM, token, [(name, data) for name, data in named if name not in bad], at)
    upload = Upload.objects.create(
        token=token, bureau_code=bureau_code, owner=owner, made_at=at, refused=refused,
        files=[name for name, _ in named if name not in bad],
    )  # fmt: skip
    return upload, refused


def _refuse_many(files: Sequence[tuple[str, bytes]]) -> None:
    if len(files) > MAX_FILES:
        raise Refusal("too_many_files", f"一次最多选 {MAX_FILES} 个文件，这次选了 {len(files)} 个。请分几次传。")
    size = sum(len(data) for _, data in files)
    if size > MAX_BYTES:
        most = MAX_BYTES // 1024 // 1024
        raise Refusal("upload_too_large", f"这次一共 {size / 1024 / 1024:.1f} MB，超过 {most} MB。请分几次传。")


def _name_apart(files: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Give each file a name of its own, so that a question can say which is meant."""
    named: dict[str, bytes] = {}
    for given, data in files:
        plain = shelf.plain_name(given)
        stem, dot, ending = plain.rpartition(".")
        name, number = plain, 2
        while name in named:
            name, number = (f"{stem} ({number}){dot}{ending}" if dot else f"{plain} ({number})"), number + 1
        named[name] = data
    return list(named.items())


def _recognise(path: Path) -> None:
    """Tell whether a file is a spreadsheet at all; what is in it is read later."""
    recognise(path, path.read_bytes())


def _try_files(token: str, read: Callable[[Path], object]) -> list[tuple[str, str]]:
    refused = []
    for path in shelf.list_files(ROOM, token):
        try:
            read(path)
        except Refusal as refusal:
            refused.append((path.name, refusal.sentence))
    return refused


def find_upload(bureau_code: str, owner: str, token: str) -> Upload:
    """Find one's own upload. Raises the same refusal for one that is not there and for somebody else's."""
    upload = Upload.objects.filter(bureau_code=bureau_code, owner=owner, token=token).first()
    if upload is None:
        raise refuse_missing("这次导入")
    return upload


def list_waiting(bureau_code: str, owner: str, *, now: datetime) -> list[Upload]:
    """List one's uploads that are not committed and whose files are still there, newest first."""
    found = Upload.objects.filter(bureau_code=bureau_code, owner=owner, done_at=None, made_at__gt=now - shelf.KEPT)
    return list(found.order_by("-pk"))


@transaction.atomic
def keep_answers(upload: Upload, answers: Mapping[str, str | None]) -> None:
    """Keep answers given on a page; None takes one back."""
    locked = Upload.objects.select_for_update().get(pk=upload.pk)
    kept = dict(locked.answers)
    for key, answer in answers.items():
        if answer is None:
            kept.pop(key, None)
        else:
            kept[key] = answer
    locked.answers = upload.answers = kept
    if locked.done_at is None:
        locked.save(update_fields=["answers"])


def plan_upload(
    upload: Upload, *, bureau_name: str, today: date, only_tables: bool = False, progress: Progress = say_nothing
) -> Plan:
    """Read the kept files again and check them against the database as it is now; writes no record.

    ``only_tables``: find the tables and their columns, compare no row with what is stored.
    """
    workbooks = _read_kept(upload, progress)
    now = "查找表格和列" if only_tables else "核对人员、单位和已有的记录"
    progress(now, len(upload.files), len(upload.files) + 1)
    refused = [(name, sentence) for name, sentence in upload.refused if not upload.answers.get(f"{WITHOUT}:{name}")]
    answers = {key: answer for key, answer in upload.answers.items() if not key.startswith(f"{WITHOUT}:")}
    look = look_at_tables if only_tables else plan_import
    return look(upload.bureau_code, workbooks, answers, today, bureau_name=bureau_name, refused=refused)


def is_long(upload: Upload) -> bool:
    """Whether reading and checking the files takes longer than a page should."""
    return sum(path.stat().st_size for path in shelf.list_files(ROOM, upload.token)) > LONG_BYTES


def _read_kept(upload: Upload, progress: Progress) -> list[Workbook]:
    """Read the files kept; one that cannot be read is noted with its sentence, the others are read all the same."""
    known = {name for name, _sentence in upload.refused}
    paths = [path for path in shelf.list_files(ROOM, upload.token) if path.name not in known]
    workbooks, unread = [], []
    for number, path in enumerate(paths):
        progress(f"读取 {path.name}", number, len(upload.files) + 1)
        try:
            workbooks.append(read_workbook(path))
        except Refusal as refusal:
            unread.append((path.name, refusal.sentence))
    if unread:
        upload.refused = [*upload.refused, *unread]
        upload.save(update_fields=["refused"])
    return workbooks


def remember_preview(upload: Upload, plan: Plan, asked: Mapping[str, str]) -> str:
    """Keep what a shown plan rests on and which questions it asked; give its name, which the commit brings back."""
    taken = photograph(plan.ledger)
    name = name_photograph(taken)
    before = shelf.read_notes(ROOM, upload.token).get("asked", {})
    lines = sum(len(planned.table.rows) for planned in plan.tables)
    shelf.keep_notes(ROOM, upload.token, {"name": name, "seen": taken, "asked": {**before, **asked}, "lines": lines})
    return name


def count_lines(upload: Upload) -> int:
    """How many data lines the last preview showed: whether the commit is long work."""
    return int(shelf.read_notes(ROOM, upload.token).get("lines", 0))


def read_asked(upload: Upload) -> dict[str, str]:
    """Give the questions shown so far, by key."""
    found: dict[str, str] = shelf.read_notes(ROOM, upload.token).get("asked", {})
    return found


def refuse_moved_since(upload: Upload, plan: Plan, preview: str) -> None:
    """Refuse when what the plan relies on is not what the preview showed (ux D case 30)."""
    taken = photograph(plan.ledger)
    if name_photograph(taken) == preview:
        return
    notes: dict[str, Any] = shelf.read_notes(ROOM, upload.token)
    people, others = count_moved(notes["seen"], taken) if notes.get("name") == preview else (0, 0)
    what = f"{people} 人" if people else f"{others} 处记录" if others else "记录"
    raise Refusal("changed_since_preview", f"预览之后有 {what}被改动，请重新检查（已保留你的选择）。", status=409)


@transaction.atomic
def commit_upload(
    upload: Upload, plan: Plan, *, actor: str, at: datetime, progress: Progress = say_nothing
) -> list[Batch]:
    """Write the plan of an upload, once: a repeated click finds the batches of the first. Drop the files afterwards.

    Raises what ``commit_plan`` raises; the upload then stays as it was.
    """
    locked = Upload.objects.select_for_update().get(pk=upload.pk)
    if locked.done_at is not None:
        return list(Batch.objects.filter(pk__in=locked.batches).order_by("pk"))
    batches = commit_plan(plan, actor=actor, at=at, progress=progress)
    locked.done_at, locked.batches, locked.answers = at, sorted(batch.pk for batch in batches), {}
    locked.save(update_fields=["done_at", "batches", "answers"])
    return batches


def drop_upload(upload: Upload) -> None:
    """Remove an upload that is not wanted any more, or the files of one that is committed."""
    Upload.objects.filter(pk=upload.pk, done_at=None).delete()
    shelf.drop_files(ROOM, upload.token)


def sweep_uploads(now: datetime) -> None:
    """Remove uploads that nobody committed within a day, with their files."""
    for upload in Upload.objects.filter(done_at=None, made_at__lt=now - shelf.KEPT):
        drop_upload(upload)
    shelf.sweep_shelf(now)
