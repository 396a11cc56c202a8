"""Arranging a session: draft, notice, frozen list, changes after it (D5, ux S2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shanxue.activities.actions.arranging import (
    Arrangement,
    arrange_session,
    cancel_session,
    change_list,
    change_session,
    postpone_session,
    send_notice,
)
from shanxue.activities.due import list_for_person
from shanxue.activities.facts import read_attendance, read_sessions
from shanxue.activities.models import Attendance, Session
from shanxue.activities.queries.sessions import is_late_entry
from shanxue.activities.rules import SessionKind, Tier
from shanxue.activities.rules.clash import Span, describe_clash, is_overlapping
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.orgs.facts import Slice
from shanxue.orgs.models import Exemption, Stint
from shanxue.orgs.queries import Actor, find_actor
from shanxue.plans.models import PlanItem
from tests.house import House, add_person

from .conftest import Clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
TODAY = date(2026, 6, 8)
DAY = date(2026, 6, 12)


def act_as(house: House, key: str) -> Actor:
    return find_actor(house.users[key], TODAY)


def plan(house: House, unit: str = "第一支部", **values: object) -> Arrangement:
    given = {
        "unit": house.units[unit], "kind": SessionKind.THEME_DAY, "tier": Tier.BRANCH, "topic": "6月主题党日",
        "on": DAY, "start_time": time(14, 30), "minutes": 90, "place": "三楼会议室",
    }  # fmt: skip
    return Arrangement(**given | values)  # type: ignore[arg-type]


def arrange(house: House, key: str = "secretary", **values: object) -> Session:
    return arrange_session(act_as(house, key), plan(house, **values), at=NOW)


def list_marks(session: Session) -> dict[str, str]:
    rows = Attendance.objects.filter(session=session).select_related("person").order_by("person__staff_no")
    return {row.person.name: row.mark for row in rows}


def test_a_notice_freezes_the_people_of_the_branch_with_the_unit_of_that_day(house: House) -> None:
    """D5: 应到 is rows; 免考核 people are listed apart as 免."""
    add_person(house, "孙七", "第一支部")
    Exemption.objects.create(person=house.people["孙七"], category="年老体弱")
    session = arrange(house)
    assert list_marks(session) == {}
    noticed = send_notice(act_as(house, "secretary"), session, at=NOW)
    assert (noticed.expected, noticed.apart) == (2, 1)
    assert list_marks(session) == {"张三": "未记录", "李四": "未记录", "孙七": "免"}
    assert set(session.attendances.values_list("unit__name", flat=True)) == {"第一支部"}
    assert Entry.objects.filter(verb="activities.send_notice").count() == 1


def refuse(call: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.sentence


def notice(house: House, session: Session, key: str = "secretary", **values: object) -> None:
    send_notice(act_as(house, key), session, at=NOW, **values)  # type: ignore[arg-type]


def read_notes(session: Session) -> list[str]:
    return list(session.notes.order_by("pk").values_list("text", flat=True))


def test_each_apart_person_keeps_the_sentence_why(house: House) -> None:
    add_person(house, "孙七", "第一支部")
    Exemption.objects.create(person=house.people["孙七"], category="年老体弱")
    session = arrange(house)
    notice(house, session)
    assert read_notes(session) == ["免考核（年老体弱），不作硬性要求，来了照记。"]


def test_somebody_transferred_between_notice_and_session_stays_where_they_were(
    house: House, visit: Callable[[str], Client], clock: Clock
) -> None:
    """Issue 3, Bad input; offices §5 item 3: the list is frozen with the unit of the notice."""
    session = arrange(house)
    notice(house, session)
    stint = house.people["张三"].stints.get(unit=house.units["第一支部"])
    stint.until_on = date(2026, 6, 10)
    stint.save()
    Stint.objects.create(person=house.people["张三"], unit=house.units["第二支部"], from_on=date(2026, 6, 10))
    row = session.attendances.get(person=house.people["张三"])
    assert (row.unit, row.mark) == (house.units["第一支部"], "未记录")
    page = visit("secretary").get(reverse("activities:session", args=[session.pk])).content.decode()
    assert "张三在发出通知后转到第二支部，仍算本次应到。" in page


def test_a_new_session_on_a_past_day_is_refused_unless_it_is_entered_late(house: House) -> None:
    past = date(2026, 6, 1)
    assert refuse(lambda: arrange(house, on=past)) == (
        "6月1日已经过去。会议已经开过的，请勾选“补录”；还没有开的，请改日期。"
    )
    session = arrange(house, on=past, late_entry=True)
    notice(house, session)
    session.refresh_from_db()
    assert is_late_entry(session)


def test_the_same_session_twice_is_refused(house: House) -> None:
    """Unit, day, kind and topic make a session."""
    arrange(house)
    assert refuse(lambda: arrange(house)) == (
        "第一支部6月12日的主题党日“6月主题党日”已经有了，不用再建。确实是另一次的，请换一个主题写法。"
    )
    assert arrange(house, topic="6月主题党日（二）").pk


def test_a_notice_is_sent_once(house: House) -> None:
    session = arrange(house)
    notice(house, session)
    assert refuse(lambda: notice(house, session)) == "通知已经发出，不用再发。要改名单或时间，请从会议页进入。"
    assert session.attendances.count() == 2


def test_an_empty_list_is_not_sent(house: House) -> None:
    session = arrange(house, kind=SessionKind.TRAINING)
    assert refuse(lambda: notice(house, session)) == "应到名单是空的。请至少选一位参加人。"


def test_a_changed_list_needs_a_reason_which_stays_with_the_person(house: House) -> None:
    session = arrange(house)
    only = {house.people["李四"].pk}
    assert refuse(lambda: notice(house, session, expected=only)) == "名单有改动，请写一句原因。"
    notice(house, session, expected=only, reason="张三已借到省厅")
    assert list_marks(session) == {"李四": "未记录"}
    assert read_notes(session) == ["移出名单：张三已借到省厅"]
    assert Entry.objects.get(verb="activities.send_notice").detail["changed"] == [house.people["张三"].pk]


def test_choosing_who_takes_part_in_a_training_is_not_a_change(house: House) -> None:
    session = arrange(house, kind=SessionKind.TRAINING)
    notice(house, session, expected={house.people["张三"].pk})
    assert list_marks(session) == {"张三": "未记录"}


def test_the_list_changes_after_the_notice_but_not_for_whom_a_mark_is_recorded(house: House) -> None:
    add_person(house, "孙七", "第一支部")
    Exemption.objects.create(person=house.people["孙七"], category="年老体弱")
    session = arrange(house)
    notice(house, session)
    zhang, li, sun = (house.people[name].pk for name in ("张三", "李四", "孙七"))
    change_list(act_as(house, "secretary"), session, at=NOW, add={sun}, remove={zhang}, reason="本人要求参加")
    assert list_marks(session) == {"李四": "未记录", "孙七": "未记录"}
    session.attendances.filter(person=li).update(mark="到")
    change = partial(change_list, act_as(house, "secretary"), session, at=NOW, add=set(), remove={li}, reason="误列")
    assert refuse(change) == "李四已记为“到”，不能移出名单。"


def test_changed_time_and_place_are_told_after_the_notice_only(house: House) -> None:
    session, secretary = arrange(house), act_as(house, "secretary")
    moved = plan(house, start_time=time(15, 0), place="二楼会议室")
    assert change_session(secretary, session, plan(house, place="一楼大厅"), at=NOW) == []
    notice(house, session)
    told = change_session(secretary, session, moved, at=NOW)
    assert told == ["时间由 14:30 改为 15:00", "地点由一楼大厅改为二楼会议室"]
    assert list_for_person(house.people["张三"], NOW)[0].state == (
        "有改动：时间由 14:30 改为 15:00；地点由一楼大厅改为二楼会议室"
    )


def test_a_postponed_session_stays_with_its_reason_and_a_new_one_takes_its_place(house: House) -> None:
    """Planned against held: 延期 is shown apart."""
    session, secretary = arrange(house), act_as(house, "secretary")
    notice(house, session)
    postpone = partial(
        postpone_session, secretary, session, start_time=time(9, 0), minutes=60, place="三楼会议室", at=NOW
    )
    assert refuse(lambda: postpone(on=date(2026, 6, 15), reason=" ")) == "请写一句延期的原因。"
    assert refuse(lambda: postpone(on=DAY, reason="防汛")) == (
        "延期请选另一天。同一天改时间或地点，请用“改时间和内容”。"
    )
    new = postpone(on=date(2026, 6, 15), reason="防汛值守")
    session.refresh_from_db()
    assert (session.state, session.reason, new.replaces_id, new.state) == ("延期", "防汛值守", session.pk, "计划")
    assert [row.state for row in list_for_person(house.people["张三"], NOW)] == ["已延期：防汛值守"]


def test_a_cancelled_session_is_told_with_its_reason(house: House) -> None:
    session = arrange(house)
    notice(house, session)
    cancel_session(act_as(house, "secretary"), session, reason="并入全局大会", at=NOW)
    assert list_for_person(house.people["张三"], NOW)[0].state == "已取消：并入全局大会"
    assert refuse(lambda: arrange(house)) == (
        "第一支部6月12日的主题党日“6月主题党日”已经登记为取消，不用再建。确实是另一次的，请换一个主题写法。"
    )


def test_a_session_whose_roll_call_ended_is_not_cancelled(house: House) -> None:
    session = arrange(house)
    notice(house, session)
    Session.objects.filter(pk=session.pk).update(state="已召开", roll_ended_at=NOW)
    cancel = partial(cancel_session, act_as(house, "secretary"), session, reason="没有开", at=NOW)
    assert refuse(cancel) == "这次会议已结束点名，不能取消。考勤有误的，请在考勤里更正。"


def test_a_clash_is_told_and_does_not_stop_the_notice(house: House, visit: Callable[[str], Client]) -> None:
    """ux S2, with the exact sentence."""
    whole = arrange(
        house, "office", unit="机关党委", topic="全局干部大会", kind=SessionKind.TALK, start_time=time(14, 0)
    )
    notice(house, whole, "office")
    session = arrange(house, start_time=time(14, 0))
    page = visit("secretary").get(reverse("activities:notice", args=[session.pk])).content.decode()
    assert "6月12日 14:00 与“全局干部大会”时间重叠（2 人两边都应到）。" in page
    notice(house, session)
    assert session.attendances.count() == 2


@pytest.mark.parametrize(
    ("start", "minutes", "overlapping"),
    [(time(14, 0), 60, False), (time(15, 0), 60, True), (time(14, 0), 61, True), (time(16, 0), 60, False)],
)
def test_spans_are_half_open(start: time, minutes: int, overlapping: bool) -> None:
    own = Span("党课", DAY, time(15, 0), 60)
    assert is_overlapping(own, Span("大会", DAY, start, minutes)) is overlapping


def test_a_clash_with_a_session_of_unknown_length_says_what_was_assumed() -> None:
    own, other = Span("党课", DAY, time(15, 0), 60), Span("大会", DAY, time(14, 0), None)
    assert describe_clash(own, other, 7) == (
        "6月12日 15:00 与“大会”时间重叠（7 人两边都应到）。“大会”没有写时长，按2小时算。"
    )


def post(visit: Callable[[str], Client], name: str, key: str = "secretary", *arguments: object, **data: object) -> Any:
    return visit(key).post(reverse(f"activities:{name}", args=arguments), data)


def typed(house: House, **values: object) -> dict[str, object]:
    return {
        "unit": house.units["第一支部"].pk, "kind": "主题党日", "topic": "6月主题党日", "on": "2099-06-12",
        "start_time": "14:30", "end_time": "16:00", "place": "三楼会议室",
    } | values  # fmt: skip


def test_an_end_before_the_start_is_refused_and_nothing_typed_is_lost(
    house: House, visit: Callable[[str], Client]
) -> None:
    answer = post(visit, "arrange", **typed(house, end_time="14:00", agenda_title=["领学"], agenda_speaker=[""]))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "结束时间要晚于开始时间。" in page
    assert 'value="领学"' in page
    assert Session.objects.count() == 0


def test_the_form_keeps_the_agenda_in_its_order_and_leads_to_the_check_page(
    house: House, visit: Callable[[str], Client]
) -> None:
    answer = post(
        visit, "arrange",
        **typed(
            house, credit="1.5", agenda_title=["领学", "", "交流"],
            agenda_speaker=[str(house.people["李四"].pk), "", ""],
            agenda_material=["条例第三章", "", ""],
        ),
    )  # fmt: skip
    session = Session.objects.get()
    assert answer.headers["Location"] == reverse("activities:notice", args=[session.pk])
    assert (session.minutes, session.credit_milli, session.tier, session.state) == (90, 1500, "支部集体学", "计划")
    agenda = session.agenda.order_by("position").values_list("title", "speaker__name", "material")
    assert list(agenda) == [("领学", "李四", "条例第三章"), ("交流", None, "")]


def test_only_the_office_sets_the_tier(house: House, visit: Callable[[str], Client]) -> None:
    """D5: 党组集中学 is the office's to say."""
    post(visit, "arrange", "office", **typed(house, tier="党组集中学", topic="甲"))
    post(visit, "arrange", "secretary", **typed(house, tier="党组集中学", topic="乙"))
    assert dict(Session.objects.values_list("topic", "tier")) == {"甲": "党组集中学", "乙": "支部集体学"}


def test_nobody_arranges_for_a_unit_of_others(house: House, visit: Callable[[str], Client]) -> None:
    data = typed(house, unit=house.units["第二支部"].pk)
    assert post(visit, "arrange", **data).status_code == 404
    assert refuse(lambda: arrange(house, unit="第二支部")) == (
        "当前账号没有替“第二支部”办理的权限。需要时请联系学习办公室。"
    )


def test_a_plan_item_and_the_last_session_fill_the_form(house: House, visit: Callable[[str], Client]) -> None:
    """ux S2: nothing is asked twice."""
    earlier = arrange(house, topic="5月主题党日", host=house.people["李四"])
    item = PlanItem.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], title="主题党日：学条例", due_on=date(2026, 6, 30)
    )
    answer = visit("secretary").get(reverse("activities:arrange"), {"item": item.pk})
    initial = answer.context["form"].initial
    assert (initial["topic"], initial["on"], initial["kind"]) == ("主题党日：学条例", date(2026, 6, 30), "主题党日")
    assert (initial["start_time"], initial["end_time"], initial["place"]) == (time(14, 30), time(16, 0), "三楼会议室")
    assert initial["host"] == str(house.people["李四"].pk)
    copied = visit("secretary").get(reverse("activities:arrange"), {"copy": earlier.pk}).context["form"].initial
    assert (copied["topic"], copied["on"]) == ("5月主题党日", None)


def test_the_check_page_sends_with_a_person_added_by_name(house: House, visit: Callable[[str], Client]) -> None:
    session = arrange(house, "office")
    shown = f"{house.people['张三'].pk},{house.people['李四'].pk}"
    data = {"shown": shown, "expected": shown.split(","), "who": "王五", "reason": "与第二支部联学"}
    answer = post(visit, "notice", "office", session.pk, **data)
    assert answer.status_code == 302
    assert list_marks(session) == {"张三": "未记录", "李四": "未记录", "王五": "未记录"}
    assert session.attendances.get(person=house.people["王五"]).unit == house.units["第二支部"]


def test_an_unknown_name_is_refused_in_words(house: House, visit: Callable[[str], Client]) -> None:
    session = arrange(house)
    answer = post(visit, "notice", "secretary", session.pk, who="王五", reason="联学")
    assert "没有找到“王五”。请核对姓名或工号。" in answer.content.decode()
    assert session.attendances.count() == 0


def test_a_person_whose_tick_is_taken_away_leaves_the_list_with_the_reason(
    house: House, visit: Callable[[str], Client]
) -> None:
    session = arrange(house)
    zhang, li = house.people["张三"].pk, house.people["李四"].pk
    data = {"shown": f"{zhang},{li}", "expected": [li]}
    refused = post(visit, "notice", "secretary", session.pk, **data)
    assert "名单有改动，请写一句原因。" in refused.content.decode()
    post(visit, "notice", "secretary", session.pk, **data, reason="长期出差")
    assert list_marks(session) == {"李四": "未记录"}


def test_a_member_sees_the_own_state_and_nobody_elses(house: House, visit: Callable[[str], Client]) -> None:
    session = arrange(house)
    notice(house, session)
    page = visit("member").get(reverse("activities:session", args=[session.pk])).content.decode()
    assert "应到。" in page
    assert "李四" not in page.replace("李四书记", "")
    assert "应到名单" not in page


def test_a_draft_is_not_seen_by_members(house: House, visit: Callable[[str], Client]) -> None:
    session = arrange(house)
    assert visit("member").get(reverse("activities:session", args=[session.pk])).status_code == 404


def test_figures_open_their_rows(house: House, visit: Callable[[str], Client]) -> None:
    session = arrange(house)
    notice(house, session)
    session.attendances.filter(person=house.people["张三"]).update(mark="迟到")
    address = reverse("activities:session", args=[session.pk])
    present = visit("secretary").get(address, {"mark": "实到"}).context["rows"]
    unrecorded = visit("secretary").get(address, {"mark": "未记录"}).context["rows"]
    assert [row.attendance.person.name for row in present] == ["张三"]
    assert [row.attendance.person.name for row in unrecorded] == ["李四"]


def test_planned_against_held_is_counted_apart(house: House, visit: Callable[[str], Client]) -> None:
    today = timezone.localdate()
    for topic, state in (("甲", "已召开"), ("乙", "延期"), ("丙", "取消"), ("丁", "计划"), ("戊", "已召开")):
        Session.objects.create(
            bureau=house.bureau, unit=house.units["第一支部"], kind="党课", tier="支部集体学", topic=topic, state=state,
            on=today, plan_item=_add_item(house) if topic == "戊" else None,
        )  # fmt: skip
    answer = visit("secretary").get(reverse("activities:sessions"), {"when": "year", "show": "extra"})
    assert answer.context["kept"] == {"held": 2, "planned": 1, "postponed": 1, "cancelled": 1, "extra": 1}
    assert [row.session.topic for row in answer.context["rows"]] == ["甲"]


def _add_item(house: House) -> PlanItem:
    return PlanItem.objects.create(bureau=house.bureau, unit=house.units["第一支部"], title="党课")


@pytest.mark.parametrize("key", ["secretary", "member", "office"])
def test_the_list_asks_the_same_number_of_queries_for_one_and_three_sessions(
    house: House, visit: Callable[[str], Client], key: str
) -> None:
    client, counts = visit(key), []
    for number in (1, 2, 3):
        session = arrange(house, topic=f"第{number}次", on=timezone.localdate() + timedelta(days=1), late_entry=True)
        notice(house, session)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("activities:sessions"), {"when": "coming"})
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_the_page_of_a_session_asks_the_same_for_one_and_three_people(
    house: House, visit: Callable[[str], Client]
) -> None:
    client, counts = visit("office"), []
    for number, names in ((1, ["张三"]), (3, ["张三", "李四", "王五"])):
        session = arrange(house, "office", topic="培训", kind=SessionKind.TRAINING, on=DAY + timedelta(number))
        notice(house, session, "office", expected={house.people[name].pk for name in names}, reason="选派")
        for page in ("session", "notice"):
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(f"activities:{page}", args=[session.pk]))
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


@pytest.mark.django_db(transaction=True)
def test_a_meeting_put_off_is_no_fact_of_attendance(house: House) -> None:
    """K04: nobody was there or away at a session that was not held."""
    session = arrange(house, on=date(2025, 6, 12), late_entry=True)
    notice(house, session)
    zhang = house.people["张三"].pk
    part = Slice(house.bureau.pk, Period(date(2025, 1, 1), date(2026, 1, 1)), zhang, zhang)
    assert read_attendance(part, read_sessions(part, attended=True)).height == 0
    Session.objects.filter(pk=session.pk).update(state="已召开")
    assert read_attendance(part, read_sessions(part, attended=True)).height == 1


def test_a_session_never_fulfils_the_plan_item_of_others(house: House, visit: Callable[[str], Client]) -> None:
    item = PlanItem.objects.create(bureau=house.bureau, unit=house.units["第二支部"], title="党课")
    assert visit("secretary").get(reverse("activities:arrange"), {"item": item.pk}).status_code == 404


def test_the_committee_and_its_branches_are_each_in_their_own_place(house: House) -> None:
    """D5: a member of the core group counts for the branch they stand in."""
    Stint.objects.create(person=house.people["李四"], unit=house.units["机关党委"], role="书记")
    session = arrange(house, "office", unit="机关党委", kind=SessionKind.CORE_GROUP, tier=Tier.COMMITTEE)
    notice(house, session, "office")
    assert list_marks(session) == {"李四": "未记录"}
    assert session.attendances.get().unit == house.units["第一支部"]


def test_marks_that_a_spreadsheet_brought_stay(house: House) -> None:
    session = arrange(house)
    Attendance.objects.create(
        session=session, person=house.people["张三"], unit=house.units["第一支部"], mark="到", how="导入",
        recorded_at=NOW, recorded_by="导入",
    )  # fmt: skip
    notice(house, session)
    assert list_marks(session) == {"张三": "到", "李四": "未记录"}
