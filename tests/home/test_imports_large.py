"""K2 for large files: read, checked and written in the background, with a page that says how far it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shanxue.home.imports import views
from shanxue.intake import shelf, uploads
from shanxue.intake.models import Batch, Upload
from shanxue.jobs.models import Job
from shanxue.orgs.models import Person
from tests.home.desk import HEADER, KNOWN, NEW, Desk, write
from tests.intake.fixtures import write_encrypted, write_xls

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]


@pytest.fixture
def large(
    monkeypatch: pytest.MonkeyPatch, settings: Any, django_capture_on_commit_callbacks: Any, desk: Desk
) -> Callable[[str], str]:
    """Every file counts as large; opens a page, through the job that it leads to."""
    settings.WORKER_COMMAND = []
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    monkeypatch.setattr(uploads, "LONG_BYTES", 0)

    def go(step: str) -> str:
        page = reverse(f"imports:{step}", args=[Upload.objects.get().token])
        with django_capture_on_commit_callbacks(execute=True):
            answer = desk.client.get(page)
        if answer.status_code == 302:
            job = Job.objects.latest("pk")
            assert (answer["Location"], job.state, job.href) == (reverse("jobs:job", args=[job.pk]), "完成", page)
            assert "看结果" in desk.client.get(answer["Location"]).content.decode()
            answer = desk.client.get(page)
        return answer.content.decode()

    return go


def test_large_files_are_read_and_checked_in_the_background(
    desk: Desk, large: Callable[[str], str], tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    """K2: no page hangs while a large file is read; each page, when it is opened again, shows what was found."""
    faulty = ["3003", "周三", "执法支部", "正式党员"]
    with write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW, faulty]).open("rb") as file:
        columns = desk.client.post(reverse("imports:start"), {"tables": [file]})["Location"]
    assert "看一眼每一列读作什么，没有错就点下一步。" in large("columns")
    assert Job.objects.get().title == "读取和核对 名册.xlsx"
    upload = Upload.objects.get()
    check = reverse("imports:check", args=[upload.token])
    assert desk.client.post(columns, {"act": "next"})["Location"] == check
    assert "还有 1 处要处理，处理完才能导入。" in large("check")
    assert [large("check").count("还有 1 处要处理"), Job.objects.count()] == [1, 2]  # kept: opened again at once
    fix = desk.client.get(reverse("imports:fix", args=[upload.token]))
    assert fix["Content-Type"].endswith("spreadsheetml.sheet")
    uploads.keep_answers(upload, {"排除:在职党员:8": "由office排除"})
    assert "没有要处理的了。核对后确认导入 6 人。" in large("check")
    Person.objects.filter(staff_no="1002").update(staff_state="借调外出")
    preview = shelf.read_notes("imports", upload.token)["name"]
    with django_capture_on_commit_callbacks(execute=True):
        desk.client.post(check, {"act": "commit", "preview": preview})
    assert "预览之后有 1 人被改动，请重新检查" in large("check")
    preview = shelf.read_notes("imports", upload.token)["name"]
    desk.client.post(check, {"act": "commit", "preview": preview})
    assert Person.objects.filter(staff_no__in=["3001", "3002"]).count() == 2


def test_a_large_file_that_cannot_be_read_is_named_when_it_was_read(
    desk: Desk, large: Callable[[str], str], tmp_path: Path
) -> None:
    locked = write_encrypted(tmp_path / "密.xlsx", write_xls(tmp_path / "t.xls", {"a": [["姓名"]]}))
    with write(tmp_path / "名册.xlsx", [HEADER, *NEW]).open("rb") as good, locked.open("rb") as bad:
        desk.client.post(reverse("imports:start"), {"tables": [good, bad]})
    assert "密.xlsx：这个文件设了密码，去掉密码后再传。" in large("columns")
    assert "读不了的文件" in large("check")


def test_a_kept_page_that_somebody_changed_is_made_anew(
    desk: Desk, large: Callable[[str], str], tmp_path: Path
) -> None:
    """What is kept is signed: a changed byte is no page, and nothing of it is opened."""
    with write(tmp_path / "名册.xlsx", [HEADER, *NEW]).open("rb") as file:
        desk.client.post(reverse("imports:start"), {"tables": [file]})
    large("columns")
    (kept,) = (tmp_path / "media").rglob("columns.kept")
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    assert "看一眼每一列读作什么" in large("columns")
    assert Job.objects.count() == 2


def test_long_import_is_written_in_the_background(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """A page must not hang: many lines lead to the page that says how far it is, and from there to the result."""
    settings.WORKER_COMMAND = []
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    monkeypatch.setattr(views, "LONG_LINES", 5)
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    desk.settle_columns()
    with django_capture_on_commit_callbacks(execute=True):
        desk.commit()
    job = Job.objects.get()
    assert (job.state, job.title) == ("完成", "导入 名册.xlsx")
    assert "导入完成：新增 2 人，更新 0 人，不变 4 人。" in desk.client.get(job.href).content.decode()


def test_long_import_that_is_refused_says_why(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """D case 30 in the background too."""
    settings.WORKER_COMMAND = []
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    monkeypatch.setattr(views, "LONG_LINES", 5)
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    desk.settle_columns()
    Person.objects.filter(staff_no="1001").update(staff_state="借调外出")
    with django_capture_on_commit_callbacks(execute=True):
        desk.commit()
    job = Job.objects.get()
    assert (job.state, job.sentence) == ("未办", "预览之后有 1 人被改动，请重新检查（已保留你的选择）。")
    assert Batch.objects.count() == 0
