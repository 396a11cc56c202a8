"""Progress and make-up: an absence stays an absence, both numbers are shown (ux S6, K54, offices §5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shanxue.activities.actions.make_up import (
    Arranged,
    Task,
    arrange_make_ups,
    confirm_make_up,
    drop_make_up,
    report_make_up,
    return_make_up,
)
from shanxue.activities.due import list_for_person, list_for_unit, summarise_year
from shanxue.activities.models import Attendance, MakeUp
from shanxue.activities.rules import MakeUpForm
from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.orgs.models import Exemption
from shanxue.orgs.queries import Actor, find_actor
from tests.house import House

from .conftest import Clock
from .meeting import Meeting, add_people, hold_meeting

pytestmark = pytest.mark.django_db
TASK = Task(MakeUpForm.SELF_STUDY, date(2026, 7, 1), "《条例》第三章")


@pytest.fixture
def meeting(house: House, clock: Clock) -> Meeting:
    """Held on the 10th of June; 张三 was absent, 李四 was there."""
    held = hold_meeting(house, "张三", "李四", on=date(2026, 6, 10), state="已召开", roll_ended_at=clock.at)
    mark(held, "张三", "缺席")
    mark(held, "李四", "到")
    return held


def mark(meeting: Meeting, name: str, word: str) -> None:
    Attendance.objects.filter(session=meeting.session, person=meeting.house.people[name]).update(mark=word)


def act(house: House, key: str) -> Actor:
    return find_actor(house.users[key], timezone.localdate())


def arrange(meeting: Meeting, *names: str, key: str = "secretary", task: Task = TASK) -> Arranged:
    rows = [meeting.read(name).pk for name in names]
    return arrange_make_ups(act(meeting.house, key), rows, task, at=timezone.now())


def report(meeting: Meeting, done_on: date = date(2026, 6, 12), account: str = "通读了第三章。") -> MakeUp:
    make_up = MakeUp.objects.get()
    return report_make_up(act(meeting.house, "member"), make_up.pk, done_on=done_on, account=account, at=timezone.now())


def refuse(call: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.sentence


def test_an_absence_is_made_up_and_stays_an_absence(house: House, meeting: Meeting) -> None:
    """offices §5 item 1: arranged → done → confirmed by a second person → closed."""
    assert arrange(meeting, "张三") == Arranged(1)
    report(meeting)
    assert meeting.read("张三").mark == "缺席"
    confirm_make_up(act(house, "secretary"), MakeUp.objects.get().pk, at=timezone.now())
    make_up, row = MakeUp.objects.get(), meeting.read("张三")
    assert (row.mark, row.how, row.recorded_by) == ("已补学", "补学", "李四")
    assert (make_up.of_mark, make_up.state, make_up.confirmed_by) == ("缺席", "已完成", "李四")
    assert summarise_year(house.people["张三"], 2026) == ("会议", 0, 1)


def test_exempt_people_are_passed_over_and_named(house: House, meeting: Meeting) -> None:
    """ux S6: 2 人处于免考核状态，已跳过。"""
    names = add_people(house, 2)
    other = hold_meeting(house, *names, "张三", on=date(2026, 6, 9), topic="党课", state="已召开")
    for name in (*names, "张三"):
        mark(other, name, "缺席")
    for name in names:
        Exemption.objects.create(person=house.people[name], category="因病")
    arranged = arrange(other, *names, "张三")
    assert arranged == Arranged(1, ("2 人处于免考核状态，已跳过：甲01、甲02。",))


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("到", "张三已记为“到”，不用补学。"),
        ("已补学", "张三这次会议已补学，不用再安排。"),
        ("未记录", "张三这次会议还没有考勤记录，先记考勤再安排补学。"),
    ],
)
def test_there_is_nothing_to_make_up_for_somebody_present(meeting: Meeting, word: str, sentence: str) -> None:
    """Issue 3, item 3: make-up for somebody present."""
    mark(meeting, "张三", word)
    assert arrange(meeting, "张三") == Arranged(0, (sentence,))


def test_a_make_up_is_arranged_once(meeting: Meeting) -> None:
    arrange(meeting, "张三")
    assert arrange(meeting, "张三").told == ("张三这次会议的补学已经安排过。",)


def test_the_last_day_is_not_past(meeting: Meeting) -> None:
    past = Task(MakeUpForm.ESSAY, date(2026, 6, 1))
    assert refuse(lambda: arrange(meeting, "张三", task=past)) == "完成期限要在今天或以后。"


def test_people_of_others_are_not_arranged_for(house: House, meeting: Meeting) -> None:
    other = hold_meeting(house, "王五", topic="第二支部党课", unit=house.units["第二支部"])
    Attendance.objects.filter(session=other.session).update(unit=house.units["第二支部"], mark="缺席")
    assert refuse(lambda: arrange(other, "王五")) == "请先选出要补学的人。"


@pytest.mark.parametrize(
    ("done_on", "account", "sentence"),
    [
        (date(2026, 6, 12), " ", "请写一句学了什么、有什么收获。"),
        (date(2026, 6, 13), "学了", "完成日期不能晚于今天。"),
        (date(2026, 6, 9), "学了", "完成日期不能早于会议那天。"),
    ],
)
def test_a_report_says_what_and_when(meeting: Meeting, done_on: date, account: str, sentence: str) -> None:
    arrange(meeting, "张三")
    assert refuse(lambda: report(meeting, done_on, account)) == sentence


def test_nobody_confirms_the_own_make_up(house: House, meeting: Meeting) -> None:
    mark(meeting, "李四", "请假")
    arrange(meeting, "李四", key="office")
    MakeUp.objects.update(state="待确认", done_on=date(2026, 6, 12), account="学了")
    make_up = MakeUp.objects.get()
    confirm = partial(confirm_make_up, make_up_id=make_up.pk, at=timezone.now())
    assert refuse(lambda: confirm(act(house, "secretary"))) == "自己的补学要由别人确认，可以请学习办公室办理。"
    assert confirm(act(house, "office")).of_mark == "请假"


def test_only_what_was_reported_is_confirmed_and_only_once(house: House, meeting: Meeting) -> None:
    arrange(meeting, "张三")
    confirm = partial(confirm_make_up, act(house, "secretary"), make_up_id=MakeUp.objects.get().pk, at=timezone.now())
    assert refuse(confirm) == "张三还没有报完成，本人报过之后再确认。"
    report(meeting)
    confirm()
    assert refuse(confirm) == "张三的这项补学，李四已经确认，不用再办。"


def test_presence_found_meanwhile_needs_no_make_up(house: House, meeting: Meeting) -> None:
    arrange(meeting, "张三")
    report(meeting)
    mark(meeting, "张三", "到")
    make_up = MakeUp.objects.get()
    confirm = partial(confirm_make_up, act(house, "secretary"), make_up.pk, at=timezone.now())
    assert refuse(confirm) == "张三已记为“到”，不用补学。"
    drop_make_up(act(house, "secretary"), make_up.pk, at=timezone.now())
    assert MakeUp.objects.get().state == "取消"


def test_more_may_be_asked_for_and_the_person_sees_the_sentence(
    house: House, meeting: Meeting, visit: Callable[[str], Client]
) -> None:
    arrange(meeting, "张三")
    make_up = report(meeting)
    back = partial(return_make_up, act(house, "secretary"), make_up.pk, at=timezone.now())
    assert refuse(lambda: back(sentence="")) == "请写一句要补充什么，本人会看到。"
    back(sentence="写明学了哪几条")
    page = visit("member").get(reverse("activities:my_make_up", args=[make_up.pk])).content.decode()
    assert "补学请补充：写明学了哪几条" in page


def test_the_page_confirms_several_and_says_so(house: House, meeting: Meeting, visit: Callable[[str], Client]) -> None:
    arrange(meeting, "张三")
    report(meeting)
    data = {"make_up": [MakeUp.objects.get().pk], "act": "confirm", "unit": house.units["第一支部"].pk}
    page = visit("secretary").post(reverse("activities:decide_make_up"), data, follow=True).content.decode()
    assert "已确认 1 项补学；缺席的记录保留，另记“已补学”。" in page


def test_the_member_reports_in_one_sentence(meeting: Meeting, visit: Callable[[str], Client]) -> None:
    arrange(meeting, "张三")
    address = reverse("activities:my_make_up", args=[MakeUp.objects.get().pk])
    data = {"account": "读完了第三章", "done_on": "2026-06-12"}
    page = visit("member").post(address, data, follow=True).content.decode()
    assert "已报完成，等书记确认；确认后记为“已补学”。" in page
    assert visit("secretary").get(address).status_code == 404


def test_the_grid_shows_presence_and_make_up_as_two_numbers(
    house: House, meeting: Meeting, visit: Callable[[str], Client]
) -> None:
    mark(meeting, "张三", "已补学")
    progress = visit("secretary").get(reverse("activities:make_up")).context["progress"]
    counted = {row.person.name: (row.present, row.made_up, row.expected) for row in progress.rows}
    assert counted == {"张三": (0, 1, 1), "李四": (1, 0, 1)}


def test_a_branch_without_absences_is_told_so(house: House, clock: Clock, visit: Callable[[str], Client]) -> None:
    page = visit("secretary").get(reverse("activities:make_up")).content.decode()
    assert "本支部目前没有需要补学的同志。" in page


def test_nobody_ticked_leads_back_with_the_sentence(meeting: Meeting, visit: Callable[[str], Client]) -> None:
    page = visit("secretary").get(reverse("activities:arrange_make_up"), follow=True).content.decode()
    assert "请先选出要补学的人。" in page


@pytest.mark.parametrize("show", ["", "needs"])
def test_progress_asks_the_same_number_of_queries_for_one_and_three(
    house: House, meeting: Meeting, visit: Callable[[str], Client], show: str
) -> None:
    client, counts = visit("secretary"), []
    for number in (1, 2, 3):
        held = hold_meeting(house, "张三", "李四", on=date(2026, 6, number), topic=f"第{number}次", state="已召开")
        held.session.attendances.update(mark="缺席")
        arrange(held, "李四")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("activities:make_up"), {"show": show})
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_what_is_due_for_the_member_and_the_secretary(house: House, meeting: Meeting, clock: Clock) -> None:
    """M1 and S1: one row each, tappable, with its day."""
    coming = hold_meeting(house, "张三", on=date(2026, 6, 14), topic="党课")
    own = {row.key: (row.title, row.light, row.state) for row in list_for_person(house.people["张三"], clock.at)}
    assert own == {
        f"session-{coming.session.pk}": ("党课", Light.NEAR, "还有 2 天"),
        f"absence-{meeting.session.pk}": (
            "写缺席说明：6月主题党日", Light.NEAR, "6月10日记为缺席，有原因的可以说明",
        ),
    }  # fmt: skip
    keys = [row.key for row in list_for_unit(house.units["第一支部"], clock.at)]
    assert keys == [f"record-{meeting.session.pk}", "missed"]
    arrange(meeting, "张三")
    clock.go(9, 0, days=22)
    row = next(row for row in list_for_person(house.people["张三"], clock.at) if row.kind == "补学")
    assert (row.light, row.state, row.on) == (Light.LATE, "已逾期 3 天 · 还可补交", date(2026, 7, 1))


def test_an_unheld_roll_call_is_late_for_the_secretary(house: House, clock: Clock) -> None:
    hold_meeting(house, "张三", on=date(2026, 6, 10))
    row = list_for_unit(house.units["第一支部"], clock.at)[0]
    assert (row.title, row.light, row.state) == ("点名：6月主题党日", Light.LATE, "开过 2 天，还没有点名")


def test_what_is_due_takes_the_same_number_of_queries_and_hides_nothing(house: House, clock: Clock) -> None:
    """A1 (Moodle's bug): adding an item never hides another."""
    counts, seen = [], []
    for number in (1, 2, 3):
        held = hold_meeting(house, "张三", on=clock.at.date() + timedelta(days=number), topic=f"第{number}次")
        past = hold_meeting(house, "张三", on=date(2026, 6, number), topic=f"过去{number}", state="已召开")
        past.session.attendances.update(mark="缺席")
        MakeUp.objects.create(
            session=past.session, person=house.people["张三"], of_mark="缺席", form="自学",
            until_on=date(2026, 7, number), arranged_at=clock.at, arranged_by="李四",
        )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            rows = list_for_person(house.people["张三"], clock.at)
            list_for_unit(house.units["第一支部"], clock.at)
        counts.append(len(queries))
        seen.append({row.key for row in rows})
        assert f"session-{held.session.pk}" in seen[-1]
    assert counts[0] == counts[2]
    assert seen[0] < seen[1] < seen[2]
