"""``shanxue backup`` and ``restore``: one file, proved before anything is replaced (DESIGN §7, §8)."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from shanxue.audit.actions import record_entry
from shanxue.audit.queries import verify_chain
from shanxue.backup import restore_backup, write_backup
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Bureau, Person
from shanxue.web.office_templates import drop_template, find_own_template, keep_template, locate_laid
from tests.people import TestBureau, make_bureau

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(settings: Settings, tmp_path: Path) -> TestBureau:
    settings.DATA = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "data" / "files"
    receipt = settings.MEDIA_ROOT / "2026" / "收据.pdf"
    receipt.parent.mkdir(parents=True)
    receipt.write_bytes(b"receipt")
    house = make_bureau()
    record_entry(chain=house.bureau.code, actor="办公室", at=AT, verb="test.made")
    return house


@pytest.fixture
def backup(house: TestBureau, tmp_path: Path) -> Path:
    path = tmp_path / "善学备份.zip"
    write_backup(path, at=AT)
    return path


def test_restore_brings_back_records_files_and_the_trail(house: TestBureau, backup: Path, settings: Settings) -> None:
    """What was removed after the backup is there again, and what was added is not."""
    Person.objects.filter(name="张兰").delete()
    house.add_person("099", "新来的", house.second)
    (settings.MEDIA_ROOT / "2026" / "收据.pdf").write_bytes(b"changed")
    (settings.MEDIA_ROOT / "多余.txt").write_text("x")
    manifest = restore_backup(backup, replace=True)
    assert manifest["made_at"] == AT.isoformat()
    assert sorted(Person.objects.values_list("name", flat=True)) == ["张兰", "李明", "王强", "赵敏"]
    files = sorted(path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())
    assert files == ["收据.pdf"]
    assert (settings.MEDIA_ROOT / "2026" / "收据.pdf").read_bytes() == b"receipt"
    report = verify_chain(house.bureau.code)
    assert (report.entries, report.broken_at) == (1, None)


def test_templates_uploaded_and_laid_into_the_folder_come_back(
    house: TestBureau, settings: Settings, tmp_path: Path
) -> None:
    """Both kinds of an office's own templates are in a backup; a template laid in afterwards goes with the restore."""
    keep_template(house.bureau.pk, "通知", b"uploaded")
    laid = locate_laid("情况通报")
    laid.parent.mkdir(parents=True)
    laid.write_bytes(b"laid")
    write_backup(tmp_path / "b.zip", at=AT)
    laid.write_bytes(b"changed")
    locate_laid("签到表").write_bytes(b"later")
    drop_template(house.bureau.pk, "通知")
    restore_backup(tmp_path / "b.zip", replace=True)
    found = [find_own_template(house.bureau.pk, kind) for kind in ("通知", "情况通报", "签到表")]
    assert [path.read_bytes() if path else None for path in found] == [b"uploaded", b"laid", None]


def test_a_backup_from_before_templates_were_kept_leaves_those_here(
    house: TestBureau, backup: Path, tmp_path: Path
) -> None:
    older = tmp_path / "旧.zip"
    with zipfile.ZipFile(backup) as before, zipfile.ZipFile(older, "w") as after:
        for part in before.namelist():
            content = before.read(part)
            if part == "manifest.json":
                manifest = json.loads(content)
                del manifest["folders"]
                content = json.dumps(manifest).encode()
            after.writestr(part, content)
    locate_laid("通知").parent.mkdir(parents=True)
    locate_laid("通知").write_bytes(b"laid")
    restore_backup(older, replace=True)
    assert locate_laid("通知").read_bytes() == b"laid"


def test_restore_over_records_needs_to_be_said(house: TestBureau, backup: Path) -> None:
    with pytest.raises(Refusal) as refused:
        restore_backup(backup, replace=False)
    assert refused.value.sentence == "现在的数据库里已有记录。确定要用备份代替它的，加 --replace。"


def test_a_backup_changed_by_one_byte_is_refused_and_nothing_moves(
    house: TestBureau, backup: Path, tmp_path: Path
) -> None:
    name = "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"
    changed = tmp_path / "改过.zip"
    with zipfile.ZipFile(backup) as before, zipfile.ZipFile(changed, "w") as after:
        for part in before.namelist():
            content = before.read(part)
            after.writestr(part, content[:-1] + bytes([content[-1] ^ 1]) if part == name else content)
    Person.objects.filter(name="张兰").delete()
    with pytest.raises(Refusal) as refused:
        restore_backup(changed, replace=True)
    assert refused.value.sentence == f"备份里的“{name}”和登记的校验值不同，文件可能损坏。什么都没有改动。"
    assert not Person.objects.filter(name="张兰").exists()


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + b"\0" * 18])
def test_another_file_is_refused(house: TestBureau, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "别的.zip"
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        restore_backup(path, replace=True)
    assert refused.value.sentence == "“别的.zip”不是善学的备份文件，或者不完整。什么都没有改动。"
    assert Bureau.objects.count() == 1


def test_a_backup_never_overwrites_a_file(backup: Path) -> None:
    with pytest.raises(Refusal) as refused:
        write_backup(backup, at=AT)
    assert refused.value.code == "backup_exists"


def test_a_name_that_leads_out_of_the_folder_is_refused(house: TestBureau, backup: Path, tmp_path: Path) -> None:
    """A hostile package cannot write beside its folder."""
    import json

    hostile = tmp_path / "外.zip"
    with zipfile.ZipFile(hostile, "w") as package:
        manifest = {"format": 1, "database": connection.vendor, "sha256": {"../外面.txt": "0" * 64}}
        package.writestr("manifest.json", json.dumps(manifest))
        package.writestr("../外面.txt", "x")
    with pytest.raises(Refusal) as refused:
        restore_backup(hostile, replace=True)
    assert refused.value.code == "backup_changed"
    assert not (tmp_path / "data" / "外面.txt").exists()
