"""预备归档件: PDF/A copies made beforehand are used only for the very bytes they were made from (K6)."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from shanxue.archive.paths import get_package, hold_year, locate_prepared
from shanxue.archive.preparing import prepare_year, read_readiness
from shanxue.archive.queries import find_archive, read_volume
from shanxue.archive.tasks import prepare
from shanxue.backup import write_backup
from shanxue.base.errors import Refusal
from shanxue.jobs.models import Job

from .conftest import NEXT_YEAR, Year

pytestmark = pytest.mark.django_db


def count_calls(office: Path) -> int:
    calls = office.with_name("calls")
    return len(calls.read_text().splitlines()) if calls.exists() else 0


def prepare_now(year: Year) -> int:
    return prepare_year(year.house.bureau, 2025, progress=lambda *_: None)


def list_copies(year: Year) -> set[str]:
    return {path.stem for path in locate_prepared(year.house.bureau.code, 2025).glob("*.pdf")}


def test_sealing_converts_only_what_is_new(year: Year, office: Path) -> None:
    """Seven documents are made ready; one changes afterwards, and its copy is made of what it is now."""
    assert prepare_now(year) == 7
    assert (prepare_now(year), count_calls(office)) == (0, 7)
    year.record.content = "学习了条例，讨论了两个问题。"
    year.record.save()
    sealed = year.seal()
    assert count_calls(office) == 8
    with zipfile.ZipFile(get_package(sealed.package)) as package:
        for name in package.namelist():
            if name.endswith(".docx"):
                digest = hashlib.sha256(package.read(name)).hexdigest()
                copy = package.read(f"{name.removesuffix('.docx')}.pdf")
                assert copy == f"%PDF-1.4\n/Type /Page {digest}\n%%EOF\n".encode()


def test_copies_of_what_has_changed_go_and_all_go_with_the_seal(year: Year, office: Path) -> None:
    prepare_now(year)
    before = list_copies(year)
    year.record.content = "学习了条例，讨论了两个问题。"
    year.record.save()
    assert prepare_now(year) == 1
    assert len(before & list_copies(year)) == 6
    assert len(list_copies(year)) == 7
    year.seal()
    assert not locate_prepared(year.house.bureau.code, 2025).exists()


def test_a_copy_that_broke_off_is_none(year: Year, office: Path) -> None:
    """A killed conversion leaves half a file: it is not taken for a copy, and the next process clears it away."""
    office.write_text(office.read_text().replace("%%%%EOF", ""))
    assert prepare_now(year) == 7
    assert list_copies(year) == set()
    prepared = locate_prepared(year.house.bureau.code, 2025)
    leftover = prepared.parent / f".work-{prepared.name}-killed"
    leftover.mkdir()
    (leftover / "half.pdf").write_bytes(b"%PDF-1.4")
    prepare_now(year)
    assert sorted(path.name for path in prepared.parent.iterdir()) == [prepared.name]


def test_the_office_asks_for_it_on_the_check_page(
    year: Year, office: Path, visit: Callable[[str | None], Client]
) -> None:
    """K6: 检查缺件 → 预备归档件; the page then says how many copies lie ready."""
    client = visit("office")
    assert "7 个文件封卷时转成 PDF/A，每一千个大约一分钟。" in client.get("/archive/2025/check/").content.decode()
    answer = client.post("/archive/2025/prepare/")
    job = Job.objects.get()
    assert answer.url == reverse("jobs:job", args=[job.pk])  # type: ignore[attr-defined]
    prepare.func(job.pk, bureau_id=year.house.bureau.pk, year=2025)
    job.refresh_from_db()
    assert (job.state, job.title, job.href) == ("完成", "预备 2025 年的归档件", "/archive/2025/check/")
    assert "备好了 7 份；以后改动的，封卷时重新转。" in client.get("/archive/2025/check/").content.decode()


def test_nothing_is_made_ready_without_the_program_or_after_the_seal(year: Year) -> None:
    archive = find_archive(year.house.bureau, 2025)
    assert read_readiness(archive, read_volume(archive)) is None
    with pytest.raises(Refusal) as refused:
        prepare_now(year)
    assert refused.value.sentence == "2025 年的卷不用预备：没有装 LibreOffice，或者已经封好。"


def test_making_ready_and_sealing_exclude_each_other(year: Year, office: Path) -> None:
    with hold_year(year.house.bureau.code, 2025), pytest.raises(Refusal) as refused:
        prepare_now(year)
    assert refused.value.sentence == "2025 年的卷有人正在封，或者正在预备。请稍后刷新再看。"


def test_copies_are_in_no_backup(year: Year, office: Path, tmp_path: Path) -> None:
    """What can be made again is not kept twice."""
    prepare_now(year)
    write_backup(tmp_path / "out" / "backup.zip", at=NEXT_YEAR)
    with zipfile.ZipFile(tmp_path / "out" / "backup.zip") as backup:
        assert [name for name in backup.namelist() if name.endswith(".pdf")] == []
