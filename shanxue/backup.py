"""One file that holds everything: the database as it stood at one moment, the files, and their hashes.

A backup is a zip: ``manifest.json`` (what it is, when, which migrations, sha256 of every part), the database
(``database.sqlite3``, or ``database.dump`` in PostgreSQL's own format), ``files/`` and ``templates/``, the office's own
templates laid into the data folder. The secret key is not in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from shanxue.base.errors import Refusal
from shanxue.intake.shelf import FOLDER as SHELF
from shanxue.web.office_templates import find_laid_folder

FORMAT = 1
MANIFEST = "manifest.json"
PARTS = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
CHUNK = 1 << 20


def write_backup(path: Path, *, at: datetime) -> dict[str, Any]:
    """Write a backup while the site runs; nothing stands at ``path`` before it is complete. Gives its manifest."""
    if path.exists():
        raise Refusal("backup_exists", f"“{path}”已经存在。请换一个文件名，备份不会覆盖旧文件。")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".shanxue-backup-", dir=path.parent) as folder:
        work = Path(folder)
        database = work / PARTS[connection.vendor]
        _copy_database(database)
        parts = {database.name: database, **dict(_list_files())}
        manifest = {
            "format": FORMAT,
            "made_at": at.isoformat(),
            "database": connection.vendor,
            "migrations": _list_migrations(),
            "folders": sorted(_locate_folders()),
            "sha256": {name: _hash_file(part) for name, part in parts.items()},
        }
        draft = work / "draft.zip"
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
            package.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True))
            for name, part in parts.items():
                package.write(part, name)
        os.replace(draft, path)
    return manifest


def restore_backup(path: Path, *, replace: bool) -> dict[str, Any]:
    """Put a backup in the place of the current database and files. The site must be stopped.

    Everything is unpacked and its hashes compared first; what stood there before stays beside it until then.
    """
    if not replace and _holds_records():
        raise Refusal("restore_over_records", "现在的数据库里已有记录。确定要用备份代替它的，加 --replace。")
    with tempfile.TemporaryDirectory(prefix=".shanxue-restore-", dir=_make_data()) as folder:
        manifest = _unpack(path, Path(folder))
        if connection.vendor == "sqlite":  # so that nothing of the former database is only in its log
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        _put_database(Path(folder) / PARTS[connection.vendor])
        for name, place in _locate_folders().items():
            if name in manifest.get("folders", ["files"]):  # an older backup holds no templates: those here stay
                _put_folder(Path(folder) / name, place)
    return manifest


def _make_data() -> Path:
    settings.DATA.mkdir(parents=True, exist_ok=True)
    return Path(settings.DATA)


def _holds_records() -> bool:
    if "orgs_bureau" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM orgs_bureau")
        return bool(cursor.fetchone()[0])


def _list_migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _locate_folders() -> dict[str, Path]:
    """The folders that go into a backup, by their name in it."""
    return {"files": Path(settings.MEDIA_ROOT), "templates": find_laid_folder()}


def _list_files() -> Iterator[tuple[str, Path]]:
    """List the files to keep; what was uploaded and not yet confirmed goes in a day and is left out."""
    for name, root in _locate_folders().items():
        for path in sorted(root.rglob("*")) if root.is_dir() else ():
            if path.is_file() and (name, path.relative_to(root).parts[0]) != ("files", SHELF):
                yield f"{name}/{path.relative_to(root).as_posix()}", path


def _copy_database(path: Path) -> None:
    """Copy one consistent state; readers and writers go on meanwhile."""
    if connection.vendor == "sqlite":
        source = sqlite3.connect(f"file:{connection.settings_dict['NAME']}?mode=ro", uri=True)
        target = sqlite3.connect(path)
        with target:
            source.backup(target, pages=4096)
        target.close()
        source.close()
    else:
        _run_postgres("pg_dump", "--format=custom", "--no-owner", f"--file={path}")


def _put_database(path: Path) -> None:
    if connection.vendor == "sqlite":
        place = Path(connection.settings_dict["NAME"])
        place.parent.mkdir(parents=True, exist_ok=True)
        for old in ("-wal", "-shm"):  # they belong to the database that goes
            place.with_name(place.name + old).unlink(missing_ok=True)
        os.replace(path, place)
    else:
        _run_postgres("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error",
                      path, dbname=True)  # fmt: skip


def _run_postgres(program: str, *arguments: object, dbname: bool = False) -> None:
    place = connection.settings_dict
    keys = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {**os.environ, **{name: str(place[key]) for name, key in keys.items() if place[key]}}
    if shutil.which(program) is None:
        raise Refusal("no_postgres_tools", f"这台机器没有 {program}。请安装 postgresql-client 后再试。")
    target = ["--dbname", str(place["NAME"])] if dbname else []
    done = subprocess.run(
        [program, *target, *map(str, arguments)], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refusal("postgres_failed", f"{program} 没有完成：{done.stderr.strip().splitlines()[-1]}")


def _put_folder(folder: Path, root: Path) -> None:
    former = root.with_name(f"{root.name}.former")
    shutil.rmtree(former, ignore_errors=True)
    if root.exists():
        os.replace(root, former)
    if folder.is_dir():
        root.parent.mkdir(parents=True, exist_ok=True)
        os.replace(folder, root)
    shutil.rmtree(former, ignore_errors=True)


def _unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup and prove it: every part named in the manifest is there, with its hash, and nothing else."""
    try:
        package = zipfile.ZipFile(path)
        manifest: dict[str, Any] = json.loads(package.read(MANIFEST))
        hashes: dict[str, str] = manifest["sha256"]
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Refusal("not_a_backup", f"“{path.name}”不是善学的备份文件，或者不完整。什么都没有改动。") from error
    with package:
        if manifest.get("format") != FORMAT or manifest.get("database") != connection.vendor:
            raise Refusal(
                "other_backup",
                f"“{path.name}”来自 {manifest.get('database')} 数据库，现在用的是 {connection.vendor}。"
                "请把 SHANXUE_DATABASE 设成同一种再恢复。",
            )
        for name, expected in hashes.items():
            if _unpack_part(package, name, folder) != expected:
                raise Refusal("backup_changed", f"备份里的“{name}”和登记的校验值不同，文件可能损坏。什么都没有改动。")
    return manifest


def _unpack_part(package: zipfile.ZipFile, name: str, folder: Path) -> str:
    target = (folder / name).resolve()
    if not target.is_relative_to(folder.resolve()):
        return ""  # a name that leads out of the folder is never ours
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with package.open(name) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, CHUNK)
    except (KeyError, zipfile.BadZipFile, OSError):
        return ""
    return _hash_file(target)


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return _hash_stream(file)


def _hash_stream(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := file.read(CHUNK):
        digest.update(block)
    return digest.hexdigest()
