"""发文登记: no gap, no double, also with two people at once; void with a reason keeps its number."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from python_calamine import CalamineWorkbook

from shanxue.bulletins.actions.registry import begin_series, void_number
from shanxue.bulletins.actions.signing import answer_document, sign_document, submit_document, withdraw_document
from shanxue.bulletins.models import DocumentNumber, NumberSeries, OfficialDocument
from shanxue.orgs.models import Grant
from tests.crowd import press_at_once
from tests.house import House, add_user

from .desk import NOW, Desk, issue, open_desk, write_bulletin_of
from .test_flow import refuse

pytestmark = pytest.mark.django_db
TITLE = "中共云川市示例局委员会关于2026年第一季度学习情况的通报"


@pytest.fixture
def desk(house: House) -> Desk:
    return open_desk(house)


def test_numbers_follow_each_other(desk: Desk) -> None:
    """机关代字〔年〕号, GB/T 9704 7.2.5: one series for the year, whoever takes the number."""
    numbers = [issue(desk, write_bulletin_of(desk, "2026q1")).number, desk.enter("纸质通知", 2)]
    numbers.append(issue(desk, write_bulletin_of(desk, "2026q2")).number)
    assert [str(one) for one in numbers] == ["云示党〔2026〕1号", "云示党〔2026〕2号", "云示党〔2026〕3号"]


def test_a_number_is_not_taken_twice(desk: Desk) -> None:
    issue(desk, write_bulletin_of(desk, "2026q1"))
    sentence = refuse(lambda: desk.enter("纸质通知", 1), "number_taken")
    assert sentence == (
        "云示党〔2026〕1号已经用在《中共云川市示例局委员会关于2026年第一季度学习情况的通报》上，下一个号是 2 号。"
    )
    series = NumberSeries.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        DocumentNumber.objects.create(series=series, number=1, title="重号", on=desk.on, at=NOW, actor="办公室")


def test_no_number_is_skipped(desk: Desk) -> None:
    assert refuse(lambda: desk.enter("纸质通知", 5), "number_skipped") == "不能跳号：云示党〔2026〕的下一个号是 1 号。"


def test_the_register_goes_on_from_paper(desk: Desk) -> None:
    begin_series(desk.be("office"), "云示党", 2026, 14, at=NOW)
    assert str(issue(desk, write_bulletin_of(desk, "2026q1")).number) == "云示党〔2026〕15号"
    sentence = refuse(lambda: begin_series(desk.be("office"), "云示党", 2026, 20, at=NOW), "series_begun")
    assert sentence == "云示党〔2026〕已经在这里编过号，不能再改起始号。"
    assert refuse(lambda: desk.enter("纸质通知", 3), "number_taken") == (
        "云示党〔2026〕3号在纸质登记簿上已经用过，下一个号是 16 号。"
    )


def test_a_failed_signature_uses_no_number(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    """What fails after the number was taken gives it back: the next one takes the same."""
    document = submit_document(desk.be("office"), write_bulletin_of(desk, "2026q1"), at=NOW)
    good = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = tmp_path / "a file, no folder"
    settings.MEDIA_ROOT.write_text("")
    sentence = refuse(lambda: sign_document(desk.be("leader"), document, at=NOW), "file_not_kept")
    assert sentence == "文件没有存下，磁盘可能满了。什么都没有改，请联系管理员后再试。"
    settings.MEDIA_ROOT = good
    assert str(sign_document(desk.be("leader"), document, at=NOW).number) == "云示党〔2026〕1号"


def test_a_number_on_paper_is_voided_with_a_reason(desk: Desk) -> None:
    entered = desk.enter("纸质通知", 1)
    assert refuse(lambda: void_number(desk.be("office"), entered, " ", at=NOW), "no_reason") == "请写明为什么作废。"
    void_number(desk.be("office"), entered, "没有印发", at=NOW)
    entered.refresh_from_db()
    assert (entered.state, entered.reason) == ("作废", "没有印发")
    assert str(desk.enter("另一份", 2)) == "云示党〔2026〕2号"


def test_a_documents_number_is_voided_with_the_document(desk: Desk) -> None:
    number = issue(desk, write_bulletin_of(desk, "2026q1")).number
    sentence = refuse(lambda: void_number(desk.be("office"), number, "错", at=NOW), "void_the_document")
    assert sentence == "这个号对应一份文件，请在文件页作废。"


def test_a_code_is_only_characters(desk: Desk, visit: Callable[[str | None], Client]) -> None:
    values = {"code": "云示党〔2026〕", "number": "1", "title": "通知", "on": "2026-11-20"}
    text = visit("office").post(reverse("bulletins:enter_number"), values).content.decode()
    assert "机关代字只写字，不写年份、括号和数字，如“江城管”。" in text


def test_the_register_is_exported(desk: Desk, visit: Callable[[str | None], Client]) -> None:
    begin_series(desk.be("office"), "云示党", 2026, 2, at=NOW)
    issue(desk, write_bulletin_of(desk, "2026q1"))
    void_number(desk.be("office"), desk.enter("纸质通知", 4), "没有印发", at=NOW)
    data = visit("leader").get(reverse("bulletins:register_xlsx") + "?year=2026").content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == "云示党〔2026〕1—2号见纸质登记簿"
    assert [row[0] for row in rows[2:]] == ["云示党〔2026〕3号", "云示党〔2026〕4号"]
    assert rows[2][2:] == ["2026-11-20", "情况通报", "leader", "使用", ""]
    assert rows[3][2:] == ["2026-11-20", "纸质登记", "", "作废", "没有印发"]


def test_the_page_shows_the_next_number(desk: Desk, visit: Callable[[str | None], Client]) -> None:
    issue(desk, write_bulletin_of(desk, "2026q1"))
    text = visit("head").get(reverse("bulletins:register") + "?year=2026").content.decode()
    assert "云示党的下一个号是 2 号。" in text


@pytest.mark.django_db(transaction=True)
def test_two_people_issuing_at_once_get_two_numbers_without_a_gap(house: House) -> None:
    """On SQLite and on PostgreSQL: the row of the series is held until the first has finished."""
    desk = open_desk(house)
    codes = ("2026q1", "2026q2", "2026h1", "2026q3")
    desk.house.units["第二支部"].sessions.create(
        bureau=house.bureau, kind="主题党日", tier="支部集体学", topic="三季度", on=date(2026, 8, 1), state="已召开"
    )
    documents = [submit_document(desk.be("office"), write_bulletin_of(desk, code), at=NOW) for code in codes]
    said = press_at_once([lambda one=one: sign_document(desk.be("leader"), one, at=NOW) for one in documents])  # type: ignore[misc]
    assert said == ["done"] * 4
    assert sorted(DocumentNumber.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert NumberSeries.objects.get().last == 4


@pytest.mark.django_db(transaction=True)
def test_two_people_signing_one_document_sign_it_once(house: House) -> None:
    """The one who pressed twice is told nothing, another signer who was first."""
    desk = open_desk(house)
    add_user(house, "clerk", Grant.Power.OFFICE)
    document = submit_document(desk.be("office"), write_bulletin_of(desk, "2026q1"), at=NOW)
    said = press_at_once([lambda key=key: sign_document(desk.be(key), document, at=NOW) for key in ("leader", "clerk")])  # type: ignore[misc]
    document.refresh_from_db()
    assert said == ["done", f"《{document.title}》已由{document.signed_by}签发，不用再签。"]
    again = press_at_once([lambda: sign_document(desk.be(str(document.signed_by)), document, at=NOW)] * 2)
    assert again == ["done", "done"]
    assert DocumentNumber.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_number_entered_by_two_clerks_is_taken_once(house: House) -> None:
    """Bad input: a number taken twice, at the same moment, also by a document that is being issued."""
    desk = open_desk(house)
    document = submit_document(desk.be("office"), write_bulletin_of(desk, "2026q1"), at=NOW)
    said = press_at_once([lambda: desk.enter("纸质通知", 1), lambda: desk.enter("纸质通知", 1)])
    assert said == ["done", "云示党〔2026〕1号已经用在《纸质通知》上，下一个号是 2 号。"]
    said = press_at_once([lambda: desk.enter("又一份", 2), lambda: sign_document(desk.be("leader"), document, at=NOW)])
    numbers = {one.title: one.number for one in DocumentNumber.objects.all()}
    if said == ["done", "done"]:
        assert (numbers["又一份"], numbers[document.title]) == (2, 3)
    else:
        assert said[1] == f"云示党〔2026〕2号已经用在《{document.title}》上，下一个号是 3 号。"
        assert numbers[document.title] == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_done_to_one_document_at_once_is_done_once(house: House) -> None:
    """Drafting twice, handing in while it is thrown away, signing while it is taken back, answering twice."""
    desk = open_desk(house)
    said = press_at_once([lambda: write_bulletin_of(desk, "2026q1")] * 2)
    assert said[1:] == [f"《{TITLE}》已有一份没有签发的，请接着写那一份，或者先删去它。"]
    document = submit_document(desk.be("office"), OfficialDocument.objects.get(), at=NOW)
    said = press_at_once(
        [
            lambda: sign_document(desk.be("leader"), document, at=NOW),
            lambda: withdraw_document(desk.be("office"), document, at=NOW),
        ]
    )
    document.refresh_from_db()
    if document.state == "已签发":
        assert said == ["done", "只有送签中的文件可以取回。"]
    else:
        assert said == ["done", f"《{TITLE}》现在是草稿，还不能签发。"]
        document = issue(desk, document)
    named = document.named_units.get(unit=house.units["第一支部"])
    answers = [lambda word=word: answer_document(desk.be("secretary"), named, word, at=NOW) for word in "甲乙"]  # type: ignore[misc]
    assert press_at_once(answers)[1] == "“第一支部”已经说明过。要补充，请联系学习型党组织办公室。"
