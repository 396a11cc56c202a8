"""A sealed package proves itself without the house, and is read without it (RFC 8493, DA/T 48-2009)."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import bagit
import pytest
from defusedxml.ElementTree import fromstring
from docx import Document
from openpyxl import load_workbook

from shanxue.activities.models import Leave
from shanxue.archive.converting import count_pages
from shanxue.archive.packagers.eep import NAMESPACE, UNSIGNED, open_package
from shanxue.archive.paths import get_package
from shanxue.archive.proving import describe_package, prove_package
from shanxue.base.errors import Refusal
from shanxue.study.models import Note

from .conftest import HELD_AT, Year

pytestmark = pytest.mark.django_db
TOP = "shanxue-yc-2025"


@pytest.fixture
def package(year: Year) -> Path:
    return get_package(year.seal().package)


def unpack(package: Path, folder: Path) -> Path:
    with zipfile.ZipFile(package) as packed:
        packed.extractall(folder)
    return folder / TOP


def test_the_library_of_congress_finds_our_bag_valid(package: Path, tmp_path: Path) -> None:
    """A second opinion: the reference implementation of BagIt."""
    bag = bagit.Bag(str(unpack(package, tmp_path)))
    assert bag.validate()
    assert bag.info["Source-Organization"] == "云川市示例局"
    assert bag.info["Bagging-Date"] == "2026-01-05"


def test_one_changed_byte_names_the_file(package: Path, tmp_path: Path) -> None:
    folder = unpack(package, tmp_path)
    name = "data/文件/0194-WS·2025-D30-XXQK-0001/会议记录.docx"
    body = bytearray((folder / name).read_bytes())
    body[100] ^= 1
    (folder / name).write_bytes(body)
    assert describe_package(folder) == ([(f"“{name}”的校验值与封卷时不同，文件被改动过。", False)], False)


def test_one_changed_byte_inside_the_zip_names_the_file(package: Path) -> None:
    with zipfile.ZipFile(package) as packed:
        info = packed.getinfo(f"{TOP}/data/文件/0194-WS·2025-D30-XXQK-0001/会议记录.docx")
    body = bytearray(package.read_bytes())
    body[info.header_offset + 200 + len(info.filename.encode())] ^= 1
    package.write_bytes(body)
    problems = prove_package(package).problems
    assert problems == [f"“{info.filename.removeprefix(TOP + '/')}”的校验值与封卷时不同，文件被改动过。"]


def test_a_file_missing_or_too_much_is_named(package: Path, tmp_path: Path) -> None:
    folder = unpack(package, tmp_path)
    (folder / "data/说明.txt").unlink()
    (folder / "data/另外.txt").write_text("不在清单里", encoding="utf-8")
    assert prove_package(folder).problems == [
        "缺少文件“data/说明.txt”。", "多出一个清单里没有的文件“data/另外.txt”。",
    ]  # fmt: skip


def test_something_else_is_no_package(tmp_path: Path) -> None:
    (tmp_path / "照片.zip").write_bytes(b"PK no zip")
    with pytest.raises(Refusal) as refused:
        prove_package(tmp_path / "照片.zip")
    assert refused.value.sentence == "“照片.zip”不是归档包，或者已经损坏，打不开。"


def test_the_trail_proves_itself_with_the_lines_written_beside_it(package: Path, tmp_path: Path) -> None:
    """The verifier of 验证方法.txt runs as it stands, with nothing but Python."""
    folder = unpack(package, tmp_path) / "data" / "留痕"
    method = (folder / "验证方法.txt").read_text(encoding="utf-8-sig")
    (folder / "verify.py").write_text(method[method.index("import hashlib") :], encoding="utf-8")

    def run() -> str:
        return subprocess.run(
            [sys.executable, "verify.py"], cwd=folder, capture_output=True, text=True, check=False
        ).stdout.strip()  # fmt: skip

    assert run() == "完整"
    lines = (folder / "留痕.jsonl").read_bytes()
    (folder / "留痕.jsonl").write_bytes(lines.replace("赵六".encode(), "王五".encode(), 1))
    assert run() != "完整"


def test_the_catalogue_and_the_records_are_read_without_the_program(package: Path) -> None:
    with zipfile.ZipFile(package) as packed:
        book = load_workbook(io.BytesIO(packed.read(f"{TOP}/data/归档文件目录.xlsx")))
        rows = list(book["归档文件目录"].iter_rows(min_row=3, values_only=True))
        marks = packed.read(f"{TOP}/data/记录/attendance.csv").decode("utf-8-sig")
        lines = [json.loads(line) for line in packed.read(f"{TOP}/data/记录/attendance.jsonl").splitlines()]
        schema = json.loads(packed.read(f"{TOP}/data/记录/attendance.schema.json"))
        index = packed.read(f"{TOP}/data/index.html").decode()
    assert rows[0] == ("序号", "档号", "文号", "责任者", "题名", "日期", "密级", "页数", "备注")
    assert rows[3] == (
        "3", "0194-WS·2025-D30-XXQK-0001", "", "第二支部", "第二支部主题党日记录（学习条例）", "20250512", "", "",
        "页数待补充",
    )  # fmt: skip
    table = list(csv.DictReader(io.StringIO(marks)))
    assert [(row["工号"], row["姓名"], row["到会情况"]) for row in table] == [
        ("1003", "王五", "到"),
        ("1004", "赵六", "请假"),
    ]
    assert [(line["staff_no"], line["minutes_late"], line["on"]) for line in lines] == [
        ("1003", None, "2025-05-12"), ("1004", None, "2025-05-12"),
    ]  # fmt: skip
    assert schema["rows"] == 2
    assert schema["schema"]["fields"][1] == {"name": "on", "title": "日期", "type": "date"}
    assert 'href="文件/0194-WS·2025-D30-XXQK-0001/会议记录.docx"' in index


def test_without_libreoffice_the_package_says_that_there_is_no_pdf(package: Path) -> None:
    with zipfile.ZipFile(package) as packed:
        assert "没有 PDF 副本：封卷的机器上没有 LibreOffice" in packed.read(f"{TOP}/data/说明.txt").decode("utf-8-sig")
        assert [name for name in packed.namelist() if name.endswith(".pdf")] == []


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on this machine")
def test_with_libreoffice_every_document_has_a_pdf_a_and_its_pages(year: Year, settings: pytest.FixtureRequest) -> None:
    settings.OFFICE_PROGRAM = "soffice"  # type: ignore[attr-defined]
    sealed = year.seal()
    meeting = sealed.pieces.get(code="0194-WS·2025-D30-XXQK-0001")
    with zipfile.ZipFile(get_package(sealed.package)) as packed:
        bodies = [packed.read(f"{TOP}/data/{name}") for name in meeting.files if name.endswith(".pdf")]
    for body in bodies:
        assert b"<pdfaid:part>2</pdfaid:part>" in body.replace(b" ", b"").replace(b"\n", b"")
    assert [count_pages(body) for body in bodies] == [1, 1, 1]  # minutes, notice, sheet
    assert meeting.pages == 3
    assert sealed.pieces.filter(pages__isnull=True).count() == 0


def test_the_same_package_is_handed_out_byte_by_byte(year: Year, package: Path) -> None:
    archive = year.house.bureau.archive_years.get(year=2025)
    first, second = open_package(archive, package).read(), open_package(archive, package).read()
    assert first == second


def test_the_xml_of_one_document_holds_its_files_and_no_signature(year: Year, package: Path) -> None:
    """DA/T 48-2009: the skeleton of an EEP; what was not signed says so."""
    archive = year.house.bureau.archive_years.get(year=2025)
    with zipfile.ZipFile(open_package(archive, package)) as made:
        assert len(made.namelist()) == 4
        tree = fromstring(made.read("0194-WS·2025-D30-XXQK-0001.xml"))

    def read(path: str) -> str | None:
        found = tree.find("/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/")))
        return None if found is None else found.text

    content = "被签名对象/封装内容/文件实体块/文件实体"
    assert read(f"{content}/内容描述/档号") == "0194-WS·2025-D30-XXQK-0001"
    assert read(f"{content}/文件数据/文档/文件名") == "会议记录.docx"
    assert (read(f"{content}/文件数据/文档/编码/编码数据") or "").startswith("UEs")  # a zip, as every .docx is
    assert (read("电子签名/签名规则"), read("电子签名/签名结果")) == (UNSIGNED, None)


def test_no_text_written_for_the_secretary_is_archived(year: Year) -> None:
    """Titles of notes are listed, their texts and the sentences of a leave stay out of the package."""
    person = year.house.people["王五"]
    Note.objects.create(
        bureau=year.house.bureau, person=person, title="学条例有感", on=date(2025, 6, 1), state="通过",
        body="只写给书记看的话", submitted_at=HELD_AT, reviewed_at=HELD_AT,
    )  # fmt: skip
    Note.objects.create(
        bureau=year.house.bureau, person=person, title="还是草稿", on=date(2025, 6, 2), state="草稿", body="半句",
        saved_at=HELD_AT,
    )  # fmt: skip
    Leave.objects.create(
        session=year.session, person=person, reason="事假", text="送孩子上学", asked_at=HELD_AT, after_event=False
    )
    with zipfile.ZipFile(get_package(year.seal().package)) as packed:
        texts = [packed.read(name).decode("utf-8", "ignore") for name in packed.namelist() if "记录/" in name]
        name = next(name for name in packed.namelist() if name.endswith("笔记目录.docx"))
        table = Document(io.BytesIO(packed.read(name))).tables[0]
    listed = "".join(cell.text for row in table.rows for cell in row.cells)
    assert any("学条例有感" in text for text in texts)
    assert "学条例有感" in listed
    for secret in ("只写给书记看的话", "还是草稿", "送孩子上学"):
        assert [text for text in (*texts, listed) if secret in text] == []
