"""K4: from the records of a quarter to an issued document, and what is refused on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanxue.activities.models import Attendance
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.bulletins.actions.drafting import (
    Edit,
    add_evidence,
    decide_figures,
    draft_bulletin,
    drop_draft,
    edit_document,
)
from shanxue.bulletins.actions.registry import void_number
from shanxue.bulletins.actions.signing import (
    answer_document,
    return_document,
    sign_document,
    submit_document,
    void_document,
    withdraw_document,
)
from shanxue.bulletins.due import list_for_actor, list_for_unit
from shanxue.bulletins.files import _locate
from shanxue.bulletins.models import DocumentNumber, Figure, NamedUnit, OfficialDocument
from shanxue.bulletins.queries.checks import check_document
from shanxue.bulletins.queries.documents import read_sections, tell_answer
from shanxue.bulletins.rules import DocumentState, Section
from shanxue.bulletins.volumes import list_tables
from shanxue.orgs.actions.closing import close_year
from shanxue.orgs.models import Grant
from shanxue.supervision.actions.agenda import put_on_agenda
from shanxue.supervision.queries.duties import list_duties
from tests.house import House, add_user

from .desk import NOW, TODAY, Desk, issue, open_desk, write_bulletin_of

pytestmark = pytest.mark.django_db
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


@pytest.fixture
def desk(house: House) -> Desk:
    return open_desk(house)


def refuse(act: Callable[[], object], code: str) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    assert refused.value.code == code
    return refused.value.sentence


def edit(desk: Desk, document: OfficialDocument, section: Section, text: str, **header: object) -> OfficialDocument:
    document.refresh_from_db()
    values = {"title": document.title, **header}
    return edit_document(desk.be("office"), document, Edit(values, {section: text}, document.revision), at=NOW)


def read(document: OfficialDocument, section: Section) -> str:
    return read_sections(document)[section].text


# The draft


def test_the_draft_has_three_sections_from_the_records(desk: Desk) -> None:
    """ux K4: 一、总体情况 二、存在问题 三、整改要求, every number a figure."""
    document = write_bulletin_of(desk, "2026q2")
    assert read(document, Section.OVERALL) == (
        "（一）任务完成\n应完成任务2项，按期完成1项，逾期未完成1项。2个单位中1个单位的任务都已完成。\n"
        "（二）会议和考勤\n召开会议和集体学习2次。\n应到3人次，实到2人次，到会率66.7%。\n"
        "（三）会议记录\n应有会议记录1份，已通过审核0份。"
    )
    assert read(document, Section.PROBLEMS).split("\n")[:2] == [
        "（一）部分任务逾期未完成",
        "截至6月30日，“支部党员大会”逾期未完成的有1个单位：第二支部。",
    ]
    assert "自印发之日起5日内向学习型党组织办公室说明" in read(document, Section.REQUIREMENTS)


def test_no_person_is_named_by_default(desk: Desk) -> None:
    """K4: names appear only by choice, units first."""
    document = write_bulletin_of(desk, "2026q2")
    text = "".join(section.text for section in read_sections(document).values()) + str(document.tables)
    assert [name for name in desk.house.people if name in text] == []
    edit(desk, document, Section.OPENING, "现通报如下：", named=["缺席未补学"])
    document.refresh_from_db()
    assert document.tables[1]["rows"] == [["王五", ["第二支部", "缺席 1 次，没有安排补学"]]]
    assert [one.person.name for one in document.named_persons.all()] == ["王五"]


def test_every_figure_keeps_the_rows_behind_it(desk: Desk) -> None:
    document = write_bulletin_of(desk, "2026q2")
    figure = Figure.objects.get(document=document, key="expected")
    first, second = desk.house.units["第一支部"].pk, desk.house.units["第二支部"].pk
    assert (figure.value, figure.rows) == (
        "3",
        [["第一支部", "1", f"sessions:{first}"], ["第二支部", "2", f"sessions:{second}"]],
    )


def test_a_quarter_without_records_makes_no_draft(desk: Desk) -> None:
    """ux K4, empty: the last bulletin is named."""
    sentence = refuse(lambda: draft_bulletin(desk.be("office"), None, "2025q4", at=NOW), "nothing_to_report")
    assert sentence == "2025年第四季度没有可通报的数据，还没有发过通报。"
    issue(desk, write_bulletin_of(desk, "2026q1"))
    sentence = refuse(lambda: draft_bulletin(desk.be("office"), None, "2025q4", at=NOW), "nothing_to_report")
    assert sentence == "2025年第四季度没有可通报的数据，最近一次通报：2026年第一季度。"


def test_a_period_that_has_not_begun_is_refused(desk: Desk) -> None:
    assert refuse(lambda: write_bulletin_of(desk, "2027q1"), "bad_period").startswith("请选一个已经开始的")
    assert refuse(lambda: write_bulletin_of(desk, "2026q9"), "bad_period").startswith("请选一个已经开始的")


def test_the_same_draft_is_not_made_twice(desk: Desk, visit: Callable[[str | None], Client]) -> None:
    """A repeated click leads to the draft that stands."""
    document = write_bulletin_of(desk, "2026q2")
    assert "已有一份没有签发的" in refuse(lambda: write_bulletin_of(desk, "2026q2"), "draft_twice")
    answer = visit("office").post(reverse("bulletins:new"), {"period": "2026q2", "unit": "0"})
    assert answer.headers["Location"] == reverse("bulletins:document", args=[document.pk])


def test_secretaries_and_leaders_do_not_draft(desk: Desk) -> None:
    for key in ("secretary", "leader"):
        assert refuse(lambda key=key: write_bulletin_of(desk, "2026q2", key), "office_only").startswith(
            "文件由学习办公室"
        )


def test_what_supervision_put_on_the_agenda_is_said_and_settled(desk: Desk) -> None:
    """列入通报: the point stands in 存在问题 with its evidence and waits no longer once the document is issued."""
    second = desk.house.units["第二支部"]
    late = [one for one in list_duties(second, TODAY) if one.light == "逾期"]
    assert put_on_agenda(desk.be("office"), late, at=NOW) == len(late) > 0
    document = write_bulletin_of(desk, "2026q1")
    assert "督查发现的问题\n第二支部2026年第三季度支部党员大会应于" in read(document, Section.PROBLEMS)
    issued = issue(desk, document)
    points = second.agenda_points.values_list("state", "bulletin")
    assert set(points) == {("已列入", f"bulletin-{issued.pk}")}
    void_document(desk.be("office"), issued, "发错范围", at=NOW)
    assert set(second.agenda_points.values_list("state", "bulletin")) == {("待列入", "")}


# Editing


def test_a_hand_written_number_is_told_apart(desk: Desk) -> None:
    document = write_bulletin_of(desk, "2026q2")
    edit(desk, document, Section.OVERALL, "这个季度应到5人次，实到2人次。")
    check = check_document(document, TODAY)
    assert [(one.label, one.written, one.value) for one in check.hand_made] == [("应到人次，不含免和未记录", "5", "3")]


def test_somebody_elses_edit_is_not_overwritten(desk: Desk) -> None:
    document = write_bulletin_of(desk, "2026q2")
    stale = Edit({"title": document.title}, {Section.OPENING: "一"}, document.revision)
    edit_document(desk.be("office"), document, stale, at=NOW)
    sentence = refuse(lambda: edit_document(desk.be("office"), document, stale, at=NOW), "stale_document")
    assert sentence == "你打开以后，别人改过这份文件。请先看新的，再写一次。"


def record_late(desk: Desk) -> None:
    """李四's colleague signs the list after all: one number more is known."""
    Attendance.objects.filter(session=desk.sessions["第一支部5月"], mark="未记录").update(mark="到")


def test_changed_figures_ask_which_numbers_to_use(desk: Desk) -> None:
    """ux K4: 草稿生成后有 n 个数字发生变化，已标出。用新数还是旧数？"""
    document = write_bulletin_of(desk, "2026q2")
    record_late(desk)
    check = check_document(document, TODAY)
    assert [(one.key, one.old, one.new) for one in check.changes] == [
        ("expected", "3", "4"), ("present", "2", "3"), ("presence", "66.7%", "75.0%"),
        ("unrecorded/count", "1", ""), ("unrecorded/units", "第一支部", ""),
        ("tables", "草稿里的附表", "按今天的记录，附表有变化"),
    ]  # fmt: skip
    sentence = refuse(lambda: submit_document(desk.be("office"), document, at=NOW), "figures_changed")
    assert sentence == "草稿生成后有 6 个数字发生变化，已标出。用新数还是旧数？"
    decide_figures(desk.be("office"), document, take_new=True, at=NOW)
    assert "应到4人次，实到3人次，到会率75.0%" in read(document, Section.OVERALL)
    assert "考勤没有记全" not in read(document, Section.PROBLEMS)
    assert submit_document(desk.be("office"), document, at=NOW).state == DocumentState.SUBMITTED


def test_old_numbers_may_stay_and_are_asked_about_once(desk: Desk) -> None:
    document = write_bulletin_of(desk, "2026q2")
    record_late(desk)
    decide_figures(desk.be("office"), document, take_new=False, at=NOW)
    document.refresh_from_db()
    assert check_document(document, TODAY).changes == []
    assert "应到3人次" in read(document, Section.OVERALL)
    assert Figure.objects.get(document=document, key="expected").seen == "4"


def test_an_edited_section_only_changes_its_figures(desk: Desk) -> None:
    document = write_bulletin_of(desk, "2026q2")
    edit(desk, document, Section.OVERALL, "全局应到3人次，实到9人次，辛苦了。")
    record_late(desk)
    decide_figures(desk.be("office"), document, take_new=True, at=NOW)
    assert read(document, Section.OVERALL) == "全局应到4人次，实到9人次，辛苦了。"


def test_a_unit_is_not_named_without_evidence(desk: Desk) -> None:
    document = write_bulletin_of(desk, "2026q2")
    Attendance.objects.filter(mark="未记录").update(mark="到")
    desk.sessions["第一支部5月"].roll_ended_at = None
    desk.sessions["第一支部5月"].save()
    decide_figures(desk.be("office"), document, take_new=True, at=NOW)
    edit(desk, document, Section.PROBLEMS, read(document, Section.PROBLEMS) + "\n第一支部学习不够深入。")
    sentence = refuse(lambda: submit_document(desk.be("office"), document, at=NOW), "not_ready")
    assert sentence == "“第一支部”写进了正文，但没有依据。请写明依据，或者从正文里删去。"
    first = desk.house.units["第一支部"]
    empty = refuse(lambda: add_evidence(desk.be("office"), document, first, " ", at=NOW), "no_evidence")
    assert empty == "请写明点名“第一支部”的依据：哪一天、什么事。"
    add_evidence(desk.be("office"), document, first, "6月3日督查，笔记只有一篇", at=NOW)
    assert submit_document(desk.be("office"), document, at=NOW).state == DocumentState.SUBMITTED


def test_the_database_holds_no_name_without_evidence(desk: Desk) -> None:
    document = write_bulletin_of(desk, "2026q2")
    with pytest.raises(IntegrityError), transaction.atomic():
        NamedUnit.objects.filter(document=document).update(evidence=[])


def test_a_unit_deleted_from_the_text_is_not_named(desk: Desk) -> None:
    document = write_bulletin_of(desk, "2026q2")
    edit(desk, document, Section.PROBLEMS, "截至6月30日，考勤未记录1人次，涉及第一支部。")
    issued = issue(desk, document)
    assert [one.unit.name for one in issued.named_units.all()] == ["第一支部"]


# Signing


def test_a_second_person_signs_and_the_number_is_taken(desk: Desk) -> None:
    document = issue(desk, write_bulletin_of(desk, "2026q2"))
    kept = document.files.get()
    assert (str(document.number), document.state, document.issued_on) == ("云示党〔2026〕1号", "已签发", TODAY)
    assert kept.name == "云示党〔2026〕1号 中共云川市示例局委员会关于2026年第二季度学习情况的通报.docx"
    assert {one.answer_until_on for one in document.named_units.all()} == {date(2026, 11, 25)}
    entry = Entry.objects.filter(verb="bulletins.sign_document").get()
    assert entry.detail["sha256"] == kept.sha256


def test_the_drafter_does_not_sign(desk: Desk) -> None:
    document = submit_document(desk.be("office"), write_bulletin_of(desk, "2026q2"), at=NOW)
    sentence = refuse(lambda: sign_document(desk.be("office"), document, at=NOW), "signer_is_drafter")
    assert sentence == "起草或送签的人不能自己签发，请另一位同志签发。"
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficialDocument.objects.filter(pk=document.pk).update(signed_by=document.drafted_by)


def test_another_clerk_of_the_office_may_sign(desk: Desk) -> None:
    add_user(desk.house, "clerk", Grant.Power.OFFICE)
    assert issue(desk, write_bulletin_of(desk, "2026q2"), "clerk").state == DocumentState.ISSUED


def test_who_may_not_sign(desk: Desk) -> None:
    document = submit_document(desk.be("office"), write_bulletin_of(desk, "2026q2"), at=NOW)
    for key in ("secretary", "head", "inspector", "system", "member"):
        sentence = refuse(lambda key=key: sign_document(desk.be(key), document, at=NOW), "may_not_sign")
        assert sentence == "当前账号没有签发这份文件的权限。"


def test_signing_twice_does_nothing_and_a_second_signer_is_told(desk: Desk) -> None:
    document = issue(desk, write_bulletin_of(desk, "2026q2"))
    sign_document(desk.be("leader"), document, at=NOW)
    assert DocumentNumber.objects.count() == 1
    add_user(desk.house, "clerk", Grant.Power.OFFICE)
    sentence = refuse(lambda: sign_document(desk.be("clerk"), document, at=NOW), "already_issued")
    assert sentence == f"《{document.title}》已由leader签发，不用再签。"


def test_a_draft_is_not_signed(desk: Desk) -> None:
    document = write_bulletin_of(desk, "2026q2")
    assert "现在是草稿，还不能签发" in refuse(
        lambda: sign_document(desk.be("leader"), document, at=NOW), "not_submitted"
    )


def test_nothing_is_issued_with_figures_that_changed_unseen(desk: Desk) -> None:
    document = submit_document(desk.be("office"), write_bulletin_of(desk, "2026q2"), at=NOW)
    record_late(desk)
    sentence = refuse(lambda: sign_document(desk.be("leader"), document, at=NOW), "figures_changed")
    assert sentence == "送签后有 6 个数字发生变化。请退回办公室，由办公室定用新数还是旧数。"
    assert DocumentNumber.objects.count() == 0


def test_sent_back_with_a_reason_or_taken_back(desk: Desk) -> None:
    document = submit_document(desk.be("office"), write_bulletin_of(desk, "2026q2"), at=NOW)
    assert refuse(lambda: return_document(desk.be("leader"), document, "", at=NOW), "no_reason").startswith(
        "请写明退回"
    )
    return_document(desk.be("leader"), document, "第二段重写", at=NOW)
    document.refresh_from_db()
    assert (document.state, document.returned) == ("草稿", "第二段重写")
    submit_document(desk.be("office"), document, at=NOW)
    withdraw_document(desk.be("office"), document, at=NOW)
    document.refresh_from_db()
    assert (document.state, document.returned, document.submitted_by) == ("草稿", "", None)


def test_an_issued_document_never_changes(desk: Desk) -> None:
    """Neither by the actions nor past them: the database refuses."""
    document = issue(desk, write_bulletin_of(desk, "2026q2"))
    assert "已经已签发" in refuse(lambda: edit(desk, document, Section.OPENING, "改"), "not_a_draft")
    assert "已经已签发" in refuse(lambda: drop_draft(desk.be("office"), document, at=NOW), "not_a_draft")
    rows = (
        (OfficialDocument.objects.filter(pk=document.pk), {"title": "改"}),
        (OfficialDocument.objects.filter(pk=document.pk), {"state": "草稿"}),
        (document.parts.all(), {"text": "改"}), (document.figures.all(), {"value": "改"}),
        (document.files.all(), {"sha256": "0" * 64}), (DocumentNumber.objects.all(), {"number": 9}),
    )  # fmt: skip
    for found, values in rows:
        with pytest.raises(DatabaseError, match="is not changed"), transaction.atomic():
            found.update(**values)


def test_the_download_is_what_was_signed(desk: Desk, visit: Callable[[str | None], Client]) -> None:
    """Exactly those bytes, also after the records changed; a damaged file is not handed out."""
    document = issue(desk, write_bulletin_of(desk, "2026q2"))
    record_late(desk)
    client, address = visit("secretary"), reverse("bulletins:docx", args=[document.pk])
    kept = document.files.get()
    assert hashlib.sha256(client.get(address).content).hexdigest() == kept.sha256
    path = _locate(document.bureau_id, kept.sha256)
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    answer = client.get(address)
    assert (answer.status_code, answer.context["refusal"].sentence) == (
        409, "文件的校验值与登记时不同，没有下载。请从备份恢复这个文件。",
    )  # fmt: skip
    path.write_bytes(data)


def test_voiding_needs_a_reason_and_keeps_the_number(desk: Desk) -> None:
    document = issue(desk, write_bulletin_of(desk, "2026q2"))
    sentence = refuse(lambda: void_document(desk.be("office"), document, "", at=NOW), "no_reason")
    assert sentence == "请写明为什么作废。发文字号保留，不再使用。"
    void_document(desk.be("leader"), document, "数字有误", at=NOW)
    void_document(desk.be("leader"), document, "再点一次", at=NOW)
    number = DocumentNumber.objects.get()
    assert (str(number), number.state, number.reason) == ("云示党〔2026〕1号", "作废", "数字有误")
    again = issue(desk, write_bulletin_of(desk, "2026q2"))
    assert str(again.number) == "云示党〔2026〕2号"


# Answers


def test_a_named_unit_answers_within_its_days(desk: Desk, visit: Callable[[str | None], Client]) -> None:
    document = issue(desk, write_bulletin_of(desk, "2026q2"))
    first = desk.house.units["第一支部"]
    named = document.named_units.get(unit=first)
    assert [row.title for row in list_for_unit(first, NOW)] == [f"对《{document.title}》的说明"]
    assert refuse(lambda: answer_document(desk.be("secretary"), named, " ", at=NOW), "no_answer").startswith(
        "请写明情况"
    )
    answer_document(desk.be("secretary", date(2026, 11, 25)), named, "5月10日的签到表已补登。", at=NOW)
    assert list_for_unit(first, NOW) == []
    page = visit("leader").get(reverse("bulletins:document", args=[document.pk])).content.decode()
    assert "5月10日的签到表已补登。" in page
    again = refuse(lambda: answer_document(desk.be("secretary"), named, "另外", at=NOW), "answered")
    assert again == "“第一支部”已经说明过。要补充，请联系学习型党组织办公室。"


def test_an_answer_after_its_days_stays_late(desk: Desk, visit: Callable[[str | None], Client]) -> None:
    """K4: each named unit has its days; what comes later is kept and shown as late, what does not come is said too."""
    document = issue(desk, write_bulletin_of(desk, "2026q2"))
    first, second = (document.named_units.get(unit=desk.house.units[name]) for name in ("第一支部", "第二支部"))
    late = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
    assert [tell_answer(first, day) for day in (date(2026, 11, 25), date(2026, 11, 26))] == ["可以说明", "没有说明"]
    answer_document(desk.be("secretary", date(2026, 11, 26)), first, "签到表已补登。", at=late)
    answer_document(desk.be("office"), second, "没有不同意见。", at=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert [tell_answer(one, date(2026, 12, 1)) for one in (first, second)] == ["逾期说明", "按期说明"]
    page = visit("leader").get(reverse("bulletins:document", args=[document.pk])).content.decode()
    assert page.count("的期限：</span>签到表已补登。") == 1
    tables = {table.name: list(table.rows) for table in list_tables(desk.house.bureau, YEAR)}
    assert [(row[2], row[-1]) for row in tables["bulletin-answers"]] == [
        ("第一支部", "逾期说明"), ("第二支部", "按期说明"),
    ]  # fmt: skip


def test_a_sealed_year_keeps_its_documents_as_they_are(desk: Desk) -> None:
    """D10: neither voided nor answered nor numbered once the year is sealed."""
    document = issue(desk, write_bulletin_of(desk, "2026q2"))
    entered = desk.enter("纸质通知", 2)
    close_year(desk.house.bureau, 2026, actor="档案员", at=NOW)
    named = document.named_units.get(unit=desk.house.units["第一支部"])
    office = "仍要说明的，请直接联系学习型党组织办公室。"
    sealed = "2026 年已经封卷，那一年的记录不能再改。"
    for act, advice in (
        (lambda: void_document(desk.be("office"), document, "错", at=NOW), "要更正的，另发一份文件。"),
        (
            lambda: answer_document(desk.be("secretary"), named, "说明", at=NOW),
            office,
        ),
        (lambda: void_number(desk.be("office"), entered, "错", at=NOW), "需要说明的，请写在今年的记录里。"),
        (lambda: desk.enter("又一份", 3), "需要说明的，请写在今年的记录里。"),
    ):
        assert refuse(act, "year_closed") == sealed + advice


def test_nobody_answers_for_another_branch(desk: Desk, visit: Callable[[str | None], Client]) -> None:
    named = issue(desk, write_bulletin_of(desk, "2026q2")).named_units.get(unit=desk.house.units["第二支部"])
    assert refuse(lambda: answer_document(desk.be("secretary"), named, "说明", at=NOW), "not_leading").startswith(
        "说明由"
    )
    assert visit("secretary").get(reverse("bulletins:answer", args=[named.pk])).status_code == 404


def test_what_waits_stands_before_whoever_may_sign(desk: Desk) -> None:
    document = submit_document(desk.be("office"), write_bulletin_of(desk, "2026q2"), at=NOW)
    assert [row.title for row in list_for_actor(desk.be("leader"), NOW)] == [f"签发《{document.title}》"]
    assert list_for_actor(desk.be("office"), NOW) == []
    assert list_for_actor(desk.be("head"), NOW) == []


def test_the_list_asks_the_same_of_the_database_at_one_and_at_three_rows(
    desk: Desk, visit: Callable[[str | None], Client]
) -> None:
    client, address = visit("leader"), reverse("bulletins:documents")
    counts = []
    for periods in (("2026q1",), ("2026q2", "2026h1")):
        for period in periods:
            issue(desk, write_bulletin_of(desk, period))
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
