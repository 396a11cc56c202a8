"""Retention of personal data: stated, carried out, apart from the archive (个人信息保护法 19)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from shanxue.activities.models import Leave
from shanxue.archive.actions.keeping import carry_out_retention
from shanxue.archive.bag import hash_file
from shanxue.archive.keeping import list_falling
from shanxue.archive.paths import get_package
from shanxue.archive.proving import prove_package
from shanxue.assessment.models import Appeal
from shanxue.assessment.models.proceedings import Proceeding
from shanxue.audit.models import Entry
from shanxue.orgs.models import PersonReading
from shanxue.resources.models import Suggestion
from shanxue.study.models import Note, NoteVersion

from .conftest import HELD_AT, Year

pytestmark = pytest.mark.django_db
OVER = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
SOON = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)


@pytest.fixture
def texts(year: Year) -> Year:
    """王五 and 张三 wrote a note each in 2025; 王五 asked for leave with a sentence."""
    for name in ("王五", "张三"):
        note = Note.objects.create(
            bureau=year.house.bureau, person=year.house.people[name], title="心得", on=date(2025, 6, 1), state="通过",
            body="写给书记的话", submitted_at=HELD_AT, reviewed_at=HELD_AT,
        )  # fmt: skip
        NoteVersion.objects.create(note=note, number=1, title="心得", body="写给书记的话", at=HELD_AT)
    Leave.objects.create(
        session=year.session, person=year.house.people["王五"], reason="事假", text="送孩子", asked_at=HELD_AT,
        after_event=False, state="已批", decided_at=HELD_AT, decided_by="赵六", decision="同意",
    )  # fmt: skip
    return year


def count_due(year: Year, at: datetime) -> dict[str, tuple[int, int]]:
    return {
        one.keeping.code: (one.due, one.spared) for one in list_falling(year.house.bureau, at) if one.due or one.spared
    }


def test_a_years_texts_stay_through_the_year_after(texts: Year) -> None:
    assert count_due(texts, SOON) == {}
    assert count_due(texts, OVER) == {"note_texts": (2, 0), "leave_texts": (1, 0)}


def test_retention_clears_texts_and_leaves_the_records(texts: Year) -> None:
    done = carry_out_retention(texts.house.bureau, actor="命令行", at=OVER)
    assert {one.keeping.code: one.due for one in done if one.due} == {"note_texts": 2, "leave_texts": 1}
    assert list(Note.objects.values_list("title", "body", "state")) == [("心得", "", "通过")] * 2
    assert list(NoteVersion.objects.values_list("body", flat=True)) == ["", ""]
    assert Leave.objects.values_list("reason", "text", "decision").get() == ("事假", "", "")
    assert Entry.objects.get(verb="archive.carry_out_retention").detail == {"note_texts": 2, "leave_texts": 1}
    carry_out_retention(texts.house.bureau, actor="命令行", at=OVER)
    assert Entry.objects.filter(verb="archive.carry_out_retention").count() == 1


def test_what_an_open_appeal_needs_is_not_touched(texts: Year) -> None:
    result = texts.house.run.results.get(person=texts.house.people["王五"])
    Appeal.objects.create(result=result, item="A1", sentence="少算一次", asked_at=OVER)
    assert count_due(texts, OVER) == {"note_texts": (1, 1), "leave_texts": (0, 1)}
    carry_out_retention(texts.house.bureau, actor="命令行", at=OVER)
    assert Note.objects.get(person=texts.house.people["王五"]).body == "写给书记的话"
    assert Note.objects.get(person=texts.house.people["张三"]).body == ""


def test_what_an_open_assessment_needs_is_not_touched(texts: Year) -> None:
    Proceeding.objects.create(
        bureau=texts.house.bureau, title="2025年度", from_on=date(2025, 1, 1), until_on=date(2026, 1, 1),
        opened_at=OVER, opened_by="赵六",
    )  # fmt: skip
    assert count_due(texts, OVER) == {"note_texts": (0, 2), "leave_texts": (0, 1)}


def test_retention_on_a_sealed_year_leaves_its_package_alone(texts: Year) -> None:
    """The archive's 永久、30年、10年 and the keeping of personal data are two things."""
    sealed = texts.seal()
    carry_out_retention(texts.house.bureau, actor="命令行", at=OVER)
    assert Note.objects.exclude(body="").count() == 0
    assert hash_file(get_package(sealed.package)) == sealed.package_sha256
    assert prove_package(get_package(sealed.package)).problems == []


def test_a_suggestion_goes_when_the_year_after_its_answer_is_over(year: Year) -> None:
    """D11: what was answered in 2025 stays through 2026; what waits for an answer stays."""
    for name, state, answered_at in (("旧书", "未采纳", HELD_AT), ("新书", "待答复", None), ("近书", "已到架", SOON)):
        Suggestion.objects.create(
            bureau=year.house.bureau, person=year.house.people["王五"], name=name, at=HELD_AT, state=state,
            answer="已有", answered_at=answered_at,
        )  # fmt: skip
    assert (count_due(year, SOON), count_due(year, OVER)) == ({}, {"suggestions": (1, 0)})
    carry_out_retention(year.house.bureau, actor="命令行", at=OVER)
    assert sorted(Suggestion.objects.values_list("name", flat=True)) == ["新书", "近书"]


def test_drafts_and_readings_have_times_of_their_own(year: Year) -> None:
    person = year.house.people["张三"]
    Note.objects.create(
        bureau=year.house.bureau, person=person, title="没写完", state="草稿", body="半句", saved_at=HELD_AT
    )
    PersonReading.objects.create(person=person, user=year.house.users["office"], on=date(2024, 1, 3), what="名册信息")
    assert count_due(year, datetime(2026, 5, 12, 0, 0, tzinfo=UTC)) == {}
    assert count_due(year, OVER) == {"note_drafts": (1, 0), "readings": (1, 0)}
    carry_out_retention(year.house.bureau, actor="命令行", at=OVER)
    assert (Note.objects.count(), PersonReading.objects.count()) == (0, 0)


def test_the_office_sees_what_falls_due_and_clears_it(texts: Year, visit: Callable[[str | None], Client]) -> None:
    Leave.objects.update(session=texts.session)
    texts.session.on = date(2020, 5, 12)
    texts.session.save()
    client = visit("office")
    page = client.get("/archive/retention/").content.decode()
    assert "条到期，核对下面各类以后清理。" in page
    client.post("/archive/retention/")
    assert Leave.objects.get().text == ""
    assert "现在没有到期的。" in client.get("/archive/retention/").content.decode()
    assert visit("leader").post("/archive/retention/").status_code == 403
