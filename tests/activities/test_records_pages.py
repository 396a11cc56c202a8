"""Pages of minutes: written, handed in, reviewed; and decisions as tasks. Screen S4 of ux.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shanxue.activities.models import Attendance, MakeUp, MeetingRecord, Resolution, Session
from shanxue.audit.models import Entry
from shanxue.orgs.models import Grant
from tests.house import House, add_user

from .held_meeting import MEETING_ON, WRITTEN, hold_meeting, write_record

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]
TEXT = "一、领学文件（李四）\n学了两份文件。\n二、交流发言\n张三发言。"


@pytest.fixture
def session(house: House) -> Session:
    return hold_meeting(house)


def write(client: Client, session: Session, act: str = "save", revision: int = 0, **values: Any) -> Any:
    rows = values.pop("rows", [])
    data = {"act": act, "revision": revision, "content": TEXT, "other": "", "rows": len(rows), **values}
    for number, row in enumerate(rows):
        data |= {f"d{number}-{name}": value for name, value in row.items()}
    return client.post(reverse("activities:record", args=[session.pk]), data)


def review(client: Client, session: Session, act: str, sentence: str = "", revision: int = 1) -> Any:
    data = {"act": act, "sentence": sentence, "revision": revision}
    return client.post(reverse("activities:record_review", args=[session.pk]), data)


def read(client: Client, session: Session) -> str:
    return client.get(reverse("activities:record", args=[session.pk])).content.decode()


def list_errors(answer: Any) -> list[str]:
    return list(answer.context["form"].non_field_errors())


def test_the_head_is_filled_from_session_and_roll_call(session: Session, visit: Visit) -> None:
    """ux S4: 主题·时间·地点·主持人·记录人·应到·实到·缺席人员及原因, all prefilled, in this order."""
    text = read(visit("secretary"), session)
    parts = re.findall(r"<d[td][^>]*>(.*?)</d[td]>", text, flags=re.DOTALL)
    facts = [" ".join(re.sub(r"<[^>]+>", "", part).split()) for part in parts]
    assert dict(zip(facts[::2], facts[1::2], strict=True)) == {
        "主题": "6月主题党日（第一支部 主题党日）",
        "时间": "2026年6月12日 14:30—16:00",
        "地点": "三楼会议室",
        "主持人": "李四",
        "记录人": "张三",
        "应到": "3 人",
        "实到": "2 人",
        "缺席及原因": "周七（请假，出差）",
        "补学措施": "周七：待补充",
        "列席": "无",
    }
    assert "要素完整 6/8" in text  # no make-up yet, nothing written
    assert "缺席 1 人，其中周七还没有补学安排。" in text


def test_the_head_follows_the_roll_call_until_it_is_handed_in(house: House, session: Session, visit: Visit) -> None:
    """Derived, not copied: one entry (DESIGN 1)."""
    client = visit("secretary")
    write(client, session)
    Attendance.objects.filter(session=session, person=house.people["周七"]).update(mark="到", reason="")
    text = read(client, session)
    assert "周七（请假，出差）" not in text
    assert client.get(reverse("activities:record", args=[session.pk])).context["head"].absent == []


def test_agenda_headings_stand_in_a_new_record_once(session: Session, visit: Visit) -> None:
    client = visit("secretary")
    assert "一、领学文件（李四）\n\n二、交流发言" in read(client, session)
    write(client, session, content="只写了一段。")
    assert "二、交流发言" not in read(client, session)


def test_handing_in_keeps_a_version_and_waits_for_review(session: Session, visit: Visit) -> None:
    answer = write(visit("secretary"), session, "submit")
    assert answer.status_code == 302
    record = session.record
    assert (record.state, record.revision, record.written_by) == ("待审核", 1, "李四")
    version = record.versions.get()
    assert (version.number, version.text["content"], version.text["head"]["place"]) == (1, TEXT, "三楼会议室")
    assert [entry.verb for entry in Entry.objects.filter(subject=f"session:{session.pk}").order_by("seq")] == [
        "activities.save_record",
        "activities.submit_record",
    ]


def test_a_draft_says_that_it_is_not_handed_in(session: Session, visit: Visit) -> None:
    answer = visit("secretary").post(
        reverse("activities:record", args=[session.pk]),
        {"act": "save", "revision": 0, "content": TEXT, "other": "茶歇。", "rows": 0}, follow=True,
    )  # fmt: skip
    assert [str(each) for each in answer.context["messages"]] == ["草稿已保存，还没有提交。"]
    assert (session.record.state, session.record.other) == ("草稿", "茶歇。")


def test_submitting_before_roll_call_has_ended_keeps_the_text(house: House, visit: Visit) -> None:
    session = hold_meeting(house, ended=False)
    client = visit("secretary")
    answer = write(client, session, "submit")
    assert answer.status_code == 302
    told = [str(each) for each in client.get(answer.headers["Location"]).context["messages"]]
    assert (session.record.state, session.record.content) == ("草稿", TEXT)
    assert told == ["文字已存为草稿。点名还没有结束，不能提交记录。先结束点名，参会情况会自动填好。"]


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("取消", "这次会议已取消，不用写记录。"), ("延期", "这次会议已延期，记录写在改期后的那次会议里。")],
)
def test_a_session_not_held_takes_no_record(house: House, visit: Visit, state: str, sentence: str) -> None:
    session = hold_meeting(house)
    Session.objects.filter(pk=session.pk).update(state=state)
    answer = write(visit("secretary"), session)
    assert (answer.status_code, list_errors(answer)) == (409, [sentence])
    assert not MeetingRecord.objects.exists()
    assert sentence in read(visit("secretary"), session)


def test_two_people_writing_one_record_keep_both_texts(session: Session, visit: Visit) -> None:
    """The second is shown both texts, nothing is overwritten; saving again is upon both."""
    write(visit("secretary"), session, content="李四写的。")
    member = visit("member")
    answer = write(member, session, content="张三写的。")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert list_errors(answer)[0].endswith("保存过这份记录，没有覆盖。两份文字都在下面，合并后再保存。")
    assert list_errors(answer)[0].startswith("李四")
    assert "李四写的。" in text
    assert "张三写的。" in text
    assert session.record.content == "李四写的。"
    assert write(member, session, content="合并的。", revision=1).status_code == 302
    session.record.refresh_from_db()
    assert (session.record.content, session.record.revision) == ("合并的。", 2)


def test_only_writers_write(house: House, session: Session, visit: Visit) -> None:
    """Secretary of the unit, the session's recorder, the office; a leader and others who were there only read."""
    for key in ("leader", "inspector"):
        answer = write(visit(key), session)
        assert answer.status_code == 403
        assert list_errors(answer) == ["“6月主题党日”的记录由支部书记、记录人和学习办公室填写，当前账号不能修改。"]
    session.recorder = None
    session.save()
    refused = write(visit("member"), session)
    assert refused.status_code == 403
    assert refused.context["refusal"].sentence == "这次会议的记录还没有通过审核。通过以后，可以在这里看。"
    assert not MeetingRecord.objects.exists()


def test_a_recorder_writes_this_session_only(house: House, session: Session, visit: Visit) -> None:
    other = hold_meeting(house, "另一次", recorder=house.people["李四"])
    assert write(visit("member"), session).status_code == 302
    assert write(visit("member"), other).status_code == 403


def test_a_member_reads_passed_minutes_without_reasons(house: House, session: Session, visit: Visit) -> None:
    """Reasons of leave are for those who write, review and inspect (个人信息保护法 28)."""
    add_user(house, "周七", Grant.Power.MEMBER, "第一支部", "周七")
    write(visit("secretary"), session, "submit")
    client = visit("周七")
    assert client.get(reverse("activities:record", args=[session.pk])).status_code == 403
    review(visit("office"), session, "pass")
    text = read(client, session)
    assert "学了两份文件。" in text
    assert "出差" not in text
    assert client.get(reverse("activities:minutes_docx", args=[session.pk])).status_code == 404


def test_the_session_is_asked_only_for_what_it_lacks(house: House, visit: Visit) -> None:
    """Nothing is asked twice (ux B0): host, place and time are there, the recorder is not."""
    session = hold_meeting(house, recorder=None)
    client = visit("secretary")
    form = client.get(reverse("activities:record", args=[session.pk])).context["form"]
    assert [field.name for field in form.asked] == ["recorder"]
    write(client, session, recorder=house.people["周七"].pk, end_time="16:30", place="别处")
    session.refresh_from_db()
    assert (session.recorder, session.minutes, session.place) == (house.people["周七"], 120, "三楼会议室")


def test_an_end_before_the_beginning_is_told_at_the_field(session: Session, visit: Visit) -> None:
    answer = write(visit("secretary"), session, end_time="13:00")
    assert answer.status_code == 400
    assert answer.context["form"].errors["end_time"] == ["散会时间在开始时间之前，请核对。"]
    assert "学了两份文件。" in answer.content.decode()


# Review


def test_the_office_passes_in_one_tap(session: Session, visit: Visit) -> None:
    write(visit("secretary"), session, "submit")
    answer = review(visit("office"), session, "pass")
    session.record.refresh_from_db()
    assert (answer.status_code, session.record.state, session.record.reviewed_by) == (302, "已通过", "office")


def test_a_return_needs_a_sentence_and_comes_back_to_the_writer(session: Session, visit: Visit) -> None:
    write(visit("secretary"), session, "submit")
    office = visit("office")
    empty = review(office, session, "return")
    assert (empty.status_code, empty.context["review"].non_field_errors()) == (
        400,
        ["退回时请写一句话，说明要改什么。"],
    )
    review(office, session, "return", "请写明讨论情况。")
    client = visit("secretary")
    assert "请写明讨论情况。" in read(client, session)
    assert write(client, session, "submit", 1, content="写明了。").status_code == 302
    session.record.refresh_from_db()
    assert (session.record.state, session.record.versions.count()) == ("待审核", 2)
    assert [(each.number, each.state, each.text) for each in session.record.reviews.all()] == [
        (1, "退回修改", "请写明讨论情况。"),
    ]


def test_passing_what_was_changed_meanwhile_is_refused(session: Session, visit: Visit) -> None:
    secretary = visit("secretary")
    write(secretary, session, "submit")
    secretary.post(reverse("activities:record_take_back", args=[session.pk]))
    write(secretary, session, "submit", 1, content="改过了。")
    answer = review(visit("office"), session, "pass", revision=1)
    assert (answer.status_code, answer.context["review"].non_field_errors()) == (
        409,
        ["这份记录在你打开后被改过，先看新版。"],
    )
    assert "改过了。" in answer.content.decode()
    assert session.record.state == "待审核"


def test_a_secretary_reviews_the_recorder_but_not_the_own(session: Session, visit: Visit) -> None:
    """The branch's own review for what the 记录人 wrote; what the secretary wrote goes to the office."""
    write(visit("member"), session, "submit")
    assert review(visit("secretary"), session, "pass").status_code == 302
    MeetingRecord.objects.filter(session=session).update(state="退回修改")
    write(visit("secretary"), session, "submit", 1)
    answer = review(visit("secretary"), session, "pass", revision=2)
    assert (answer.status_code, answer.context["review"].non_field_errors()) == (403, ["自己写的记录由别人审核。"])


def test_a_clerk_passes_the_own_record_only_while_alone(house: House, session: Session, visit: Visit) -> None:
    write(visit("office"), session, "submit")
    add_user(house, "second", Grant.Power.OFFICE)
    assert review(visit("office"), session, "pass").status_code == 403
    assert review(visit("second"), session, "pass").status_code == 302


def test_passed_text_is_read_only_until_the_office_returns_it(session: Session, visit: Visit) -> None:
    write(visit("secretary"), session, "submit")
    review(visit("office"), session, "pass")
    answer = write(visit("secretary"), session, revision=1, content="偷偷改。")
    assert (answer.status_code, list_errors(answer)) == (
        409,
        ["记录已通过，不能再改。需要更正时，请学习办公室退回修改。"],
    )
    assert review(visit("secretary"), session, "return", "再改改。").status_code == 403
    assert review(visit("office"), session, "return", "抽查发现缺讨论。").status_code == 302
    session.record.refresh_from_db()
    assert session.record.state == "退回修改"


def test_a_late_entry_after_the_pass_is_shown(house: House, session: Session, visit: Visit) -> None:
    """ux A2: 补录 is marked, never hidden; what was passed stays as it was."""
    write(visit("secretary"), session, "submit")
    review(visit("office"), session, "pass")
    Attendance.objects.filter(session=session, person=house.people["周七"]).update(mark="到", reason="", how="补录")
    text = read(visit("secretary"), session)
    assert "通过后补录 1 人：周七 请假（出差） → 到。" in text
    assert "周七（请假，出差）" in text


# Decisions


def test_decisions_become_tasks_when_handed_in(house: House, session: Session, visit: Visit) -> None:
    row = {"text": "整理学习台账", "responsible": house.people["张三"].pk, "due_on": "2026-06-30"}
    write(visit("secretary"), session, rows=[row, {"text": "", "responsible": "", "due_on": ""}])
    member = visit("member")
    resolution = Resolution.objects.get()
    assert (resolution.text, resolution.responsible, resolution.due_on) == (
        "整理学习台账",
        house.people["张三"],
        date(2026, 6, 30),
    )
    assert list(member.get(reverse("activities:resolutions")).context["rows"]) == []
    write(visit("secretary"), session, "submit", 1, rows=[{**row, "pk": resolution.pk}])
    assert list(member.get(reverse("activities:resolutions")).context["rows"]) == [resolution]
    page = reverse("activities:resolution", args=[resolution.pk])
    assert member.post(page, {"done_on": "2026-06-20", "note": "台账已交支部。"}).status_code == 302
    resolution.refresh_from_db()
    assert (resolution.done_on, resolution.done_note) == (date(2026, 6, 20), "台账已交支部。")
    again = member.post(page, {"done_on": "2026-06-20", "note": "再一次。"})
    assert (again.status_code, list_errors(again)) == (409, ["这条决议已在 6月20日 完成，不用再填。"])


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2026-06-01", "完成日期在会议（6月12日）之前，请核对。"),
        ("2099-01-01", "完成日期还没有到，请写今天或以前的日期。"),
    ],
)
def test_a_day_that_cannot_be_is_refused(house: House, session: Session, visit: Visit, day: str, sentence: str) -> None:
    write_record(session, "待审核", "secretary", house)
    row = Resolution.objects.create(session=session, position=1, text="写小结", responsible=house.people["张三"])
    answer = visit("member").post(reverse("activities:resolution", args=[row.pk]), {"done_on": day, "note": "写了。"})
    assert (answer.status_code, list_errors(answer)) == (400, [sentence])


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            {"text": "", "due_on": "2026-06-30"},
            "第 1 条决议写了期限，没有写内容。请写上内容，或者删去这一条。",
        ),
        (
            {"text": "写小结", "due_on": "2026-06-01"},
            "第 1 条决议的期限 6月1日 在会议（6月12日）之前。请改期限。",
        ),
    ],
)
def test_a_wrong_decision_is_told_and_nothing_is_lost(
    session: Session, visit: Visit, row: dict[str, str], sentence: str
) -> None:
    answer = write(visit("secretary"), session, rows=[row])
    assert (answer.status_code, list_errors(answer)) == (400, [sentence])
    assert "学了两份文件。" in answer.content.decode()


def test_somebody_not_at_the_meeting_is_not_made_responsible(house: House, session: Session, visit: Visit) -> None:
    row = {"text": "写小结", "responsible": house.people["王五"].pk}
    answer = write(visit("secretary"), session, rows=[row])
    assert answer.status_code == 400
    assert answer.context["rows"][0].errors["responsible"] == ["请从这次会议的名单里选负责人。"]


def test_rows_are_added_and_removed_without_javascript(session: Session, visit: Visit) -> None:
    client = visit("secretary")
    rows = [{"text": "第一"}, {"text": "第二"}]
    more = write(client, session, "add", rows=rows)
    assert [row["text"].value() for row in more.context["rows"]] == ["第一", "第二", ""]
    fewer = write(client, session, "remove-0", rows=rows)
    assert [row["text"].value() for row in fewer.context["rows"]] == ["第二"]
    assert "学了两份文件。" in fewer.content.decode()
    assert not MeetingRecord.objects.exists()


def test_a_finished_decision_is_not_removed(house: House, session: Session, visit: Visit) -> None:
    write_record(session, "退回修改", "secretary", house)
    Resolution.objects.create(session=session, position=1, text="写小结", done_on=MEETING_ON)
    answer = write(visit("secretary"), session, revision=1)
    assert (answer.status_code, list_errors(answer)) == (409, ["决议“写小结”已经完成，不能删去。"])


def test_only_who_answers_or_leads_reports_a_decision(house: House, session: Session, visit: Visit) -> None:
    write_record(session, "已通过", "secretary", house)
    row = Resolution.objects.create(session=session, position=1, text="写小结", responsible=house.people["李四"])
    page = reverse("activities:resolution", args=[row.pk])
    assert visit("member").get(page).status_code == 404
    answer = visit("leader").post(page, {"done_on": "2026-06-20", "note": "代写。"})
    assert list_errors(answer) == ["这条决议由别人负责，只有负责人和书记可以填写完成情况。"]


# Lists


def test_minutes_are_listed_by_what_is_to_be_done(house: House, visit: Visit) -> None:
    """owip: 待审核／退回／已通过／未写."""
    yesterday = timezone.localdate() - timedelta(days=1)
    for topic, state in (("甲", "待审核"), ("乙", "退回修改"), ("丙", "已通过"), ("丁", None)):
        session = hold_meeting(house, topic)
        Session.objects.filter(pk=session.pk).update(on=yesterday)
        if state:
            write_record(session, state, "secretary", house)
    client = visit("office")
    address = reverse("activities:records")
    for tab, topic in (("待审核", "甲"), ("退回修改", "乙"), ("已通过", "丙"), ("未写", "丁")):
        page = client.get(address, {"tab": tab, "year": yesterday.year})
        assert dict(page.context["tabs"])[tab] == 1
        assert [getattr(row, "session", row).topic for row in page.context["rows"]] == [topic]
    assert client.get(address).context["tab"] == "待审核"
    assert visit("secretary").get(address).context["tab"] == "退回修改"


@pytest.mark.parametrize("tab", ["待审核", "退回修改", "已通过", "未写"])
def test_a_longer_list_makes_no_more_queries(
    house: House, visit: Visit, django_assert_num_queries: DjangoAssertNumQueries, tab: str
) -> None:
    client = visit("office")
    yesterday = timezone.localdate() - timedelta(days=1)
    address = reverse("activities:records")

    def add(topic: str) -> None:
        session = hold_meeting(house, topic)
        Session.objects.filter(pk=session.pk).update(on=yesterday)
        if tab != "未写":
            write_record(session, tab, "secretary", house)

    add("一")
    with django_assert_num_queries(9):
        client.get(address, {"tab": tab, "year": yesterday.year})
    add("二")
    add("三")
    with django_assert_num_queries(9):
        client.get(address, {"tab": tab, "year": yesterday.year})


def test_more_people_and_decisions_make_no_more_queries(
    house: House, visit: Visit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session = hold_meeting(house)
    write_record(session, "待审核", "member", house)
    client = visit("secretary")
    for number in (1, 2, 3):
        person = house.people[("张三", "李四", "周七")[number - 1]]
        Resolution.objects.create(session=session, position=number, text=f"决议{number}", responsible=person)
        MakeUp.objects.create(
            session=session, person=person, of_mark="请假", form="自学", until_on=MEETING_ON, arranged_at=WRITTEN,
            arranged_by="李四",
        )  # fmt: skip
        if number != 2:
            with django_assert_num_queries(15):
                client.get(reverse("activities:record", args=[session.pk]))
            with django_assert_num_queries(6):
                client.get(reverse("activities:resolutions"))
