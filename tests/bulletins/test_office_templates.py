"""One mechanism of replaceable templates for every kind of document: tried first, then used, then left again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.document import Document as DocxDocument
from docx.table import Table
from docx.text.paragraph import Paragraph

from shanxue.activities.documents import write_minutes, write_sign_in_sheet
from shanxue.activities.filled import SHIPPED as ACTIVITIES_SHIPPED
from shanxue.activities.filled import list_minutes_variables, list_sheet_variables, write_minutes_document
from shanxue.activities.make_template import main as make_activities_template
from shanxue.activities.meeting_files import READER
from shanxue.activities.models import MeetingRecord
from shanxue.activities.queries.records import read_head, read_minutes
from shanxue.base.filling import fill_template, open_template
from shanxue.bulletins.make_template import main as make_bulletins_template
from shanxue.bulletins.office import KINDS, list_names
from shanxue.bulletins.official import SHIPPED, write_document
from shanxue.web.office_templates import locate_laid
from tests.house import House

from .desk import NOW, Desk, open_desk, write_bulletin_of

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


@pytest.fixture
def desk(house: House) -> Desk:
    return open_desk(house)


def make_docx(*lines: str) -> bytes:
    document, buffer = Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(buffer)
    return buffer.getvalue()


def read_lines(data: bytes) -> list[str]:
    return [each.text for each in Document(io.BytesIO(data)).paragraphs if each.text]


def upload(client: Client, kind: str, data: bytes, name: str = "我们的.docx") -> str:
    answer = client.post(reverse("bulletins:template", args=[kind]), {"file": SimpleUploadedFile(name, data)})
    return answer.content.decode()


def find_tried(page: str) -> str:
    return page.partition('name="tried" value="')[2].partition('"')[0]


def test_an_own_template_is_tried_used_and_left(desk: Desk, visit: Visit) -> None:
    client = visit("office")
    page = upload(client, "情况通报", make_docx("{{ 标题 }}", "本单位自己的版式：{{ 发文字号 }}"))
    tried = find_tried(page)
    assert "模板填得上。先看样子，合适再启用。" in page
    sample = client.get(reverse("bulletins:template_sample", args=["情况通报"]), {"tried": tried})
    assert read_lines(sample.content) == ["关于2026年第一季度学习情况的通报", "本单位自己的版式：云示党〔2026〕8号"]
    document = write_bulletin_of(desk, "2026q1")
    assert len(read_lines(write_document(document))) > 10  # not used before somebody says so
    client.post(reverse("bulletins:use_template", args=["情况通报"]), {"tried": tried})
    assert read_lines(write_document(document)) == [document.title, "本单位自己的版式：云示党〔2026〕　号"]
    assert "本单位上传" in client.get(reverse("bulletins:templates")).content.decode()
    client.post(reverse("bulletins:leave_template", args=["情况通报"]))
    assert len(read_lines(write_document(document))) > 10


def test_a_template_in_the_data_folder_is_used(desk: Desk) -> None:
    path = locate_laid("情况通报")
    path.parent.mkdir(parents=True)
    path.write_bytes(make_docx("{{ 署名 }}"))
    assert read_lines(write_document(write_bulletin_of(desk, "2026q1"))) == ["中共云川市示例局委员会"]


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_template_that_names_an_unknown_variable_is_refused(desk: Desk, visit: Visit, kind: str) -> None:
    page = upload(
        visit("office"), kind, make_docx("{{ 单位 }}{{ 单位名 }}" if kind in ("会议记录", "签到表") else "{{ 单位名 }}")
    )
    assert "模板“我们的.docx”里的变量“单位名”没有内容可填。请改名或删去，变量名见 docs/documents.md。" in page
    assert find_tried(page) == ""


def test_an_unknown_variable_behind_a_condition_is_found_too(desk: Desk, visit: Visit) -> None:
    """Tried with everything and with empty lists, so neither branch goes unseen."""
    page = upload(visit("office"), "会议记录", make_docx("{% if 决议 %}有{% else %}{{ 没有 }}{% endif %}"))
    assert "变量“没有”没有内容可填" in page


def test_a_file_that_is_no_docx_is_refused(desk: Desk, visit: Visit) -> None:
    page = upload(visit("office"), "通知", b"not a zip", "通知.docx")
    assert "模板“通知.docx”打不开，可能不是 .docx 文件。" in page


def test_a_template_cannot_be_used_untried(desk: Desk, visit: Visit) -> None:
    answer = visit("office").post(reverse("bulletins:use_template", args=["通知"]), {"tried": "../../etc"})
    assert (answer.status_code, answer.context["refusal"].code) == (404, "not_found")


def test_going_back_from_the_shipped_one_is_told(desk: Desk, visit: Visit) -> None:
    answer = visit("office").post(reverse("bulletins:leave_template", args=["通知"]))
    assert answer.context["refusal"].sentence == "通知用的不是自己上传的模板，不用换回。"


def test_every_shipped_template_can_be_downloaded_and_fills(visit: Visit) -> None:
    client = visit("office")
    for kind in KINDS:
        shipped = client.get(reverse("bulletins:template_shipped", args=[kind])).content
        assert zipfile.is_zipfile(io.BytesIO(shipped))
        assert read_lines(client.get(reverse("bulletins:template_sample", args=[kind])).content)


def test_every_variable_is_in_the_manual() -> None:
    """docs/documents.md lists what templates may name."""
    manual = Path("docs/documents.md").read_text(encoding="utf8")
    for kind in KINDS.values():
        assert [name for name, _ in list_names(kind) if f"`{name}`" not in manual] == []


def test_the_shipped_templates_are_what_the_scripts_make(tmp_path: Path) -> None:
    for folder, make, names in (
        (SHIPPED, make_bulletins_template, ("通知", "年度意见", "简报")),
        (ACTIVITIES_SHIPPED, make_activities_template, ("会议记录", "签到表")),
    ):
        for name in names:
            make(tmp_path / f"{name}.docx")
            with zipfile.ZipFile(tmp_path / f"{name}.docx") as made, zipfile.ZipFile(folder / f"{name}.docx") as kept:
                assert {one: made.read(one) for one in made.namelist()} == {
                    one: kept.read(one) for one in kept.namelist()
                }


def read_parts(package: zipfile.ZipFile) -> dict[str, bytes]:
    return {name: package.read(name) for name in package.namelist()}


def list_everything(document: DocxDocument) -> Iterator[str]:
    """Texts of paragraphs and cells in the order they stand, empty ones left out."""
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Table):
            yield from (cell.text for row in block.rows for cell in row.cells)


def fill_shipped(kind: str, variables: dict[str, object]) -> list[str]:
    template = open_template(ACTIVITIES_SHIPPED / f"{kind}.docx")
    fill_template(template, variables, kind)
    return [text for text in list_everything(template.docx) if text]


def test_the_template_of_minutes_gives_what_the_house_draws(desk: Desk) -> None:
    session = desk.sessions["第一支部5月"]
    record = MeetingRecord.objects.create(
        session=session, content="学了两份文件。\n发了言。", other="下次带笔记。", saved_at=NOW
    )
    session.resolutions.create(position=1, text="整理台账", responsible=desk.house.people["张三"])
    minutes = read_minutes(session, record, READER)
    drawn = [text for text in list_everything(Document(io.BytesIO(write_minutes(minutes)))) if text]
    assert fill_shipped("会议记录", list_minutes_variables(minutes)) == drawn
    assert write_minutes_document(minutes) == write_minutes(minutes)


def test_the_template_of_sheets_gives_the_names_the_house_draws(desk: Desk) -> None:
    head = read_head(desk.sessions["第一支部5月"])
    drawn = [text for text in list_everything(Document(io.BytesIO(write_sign_in_sheet(head)))) if text]
    filled = fill_shipped("签到表", list_sheet_variables(head))
    upto = filled.index("列席：")
    assert filled[:upto] == drawn[: drawn.index("列席")]
