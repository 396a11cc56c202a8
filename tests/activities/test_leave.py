"""Leave and explanations: asked, answered, counted and not punished (ux M3, K55, R59)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shanxue.activities.actions.leave import Request, ask_leave, decide_leave, withdraw_leave
from shanxue.activities.models import Leave, MarkEntry, Session
from shanxue.activities.queries.leave import name_decider
from shanxue.activities.rules import LeaveReason, MakeUpForm
from shanxue.activities.rules.leave import find_reply_day
from shanxue.base.errors import Refusal
from shanxue.orgs.queries import Actor, find_actor
from tests.house import House, add_person, add_user

from .conftest import Clock
from .meeting import Meeting, hold_meeting

pytestmark = pytest.mark.django_db
AWAY = Request(LeaveReason.TRAVEL, "参加培训", MakeUpForm.SELF_STUDY)
AFTER = Request(LeaveReason.ON_SHIFT, as_explanation=True)


@pytest.fixture
def meeting(house: House, clock: Clock) -> Meeting:
    """Tomorrow's meeting, looked at in the afternoon of the 11th of June."""
    clock.go(10, 0, days=-1)
    return hold_meeting(house, "张三", "李四", on=date(2026, 6, 12))


def act(house: House, key: str) -> Actor:
    return find_actor(house.users[key], timezone.localdate())


def ask(meeting: Meeting, key: str = "member", request: Request = AWAY) -> Leave:
    return ask_leave(act(meeting.house, key), meeting.session, request, at=timezone.now())


def refuse(call: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.sentence


def decide(meeting: Meeting, leave: Leave, key: str = "secretary", granted: bool = True, sentence: str = "") -> Any:
    return decide_leave(act(meeting.house, key), leave.pk, granted=granted, sentence=sentence, at=timezone.now())


def test_granted_leave_becomes_the_mark_with_its_category(meeting: Meeting) -> None:
    decide(meeting, ask(meeting))
    row = meeting.read("张三")
    assert (row.mark, row.reason, row.how, row.asked_after) == ("请假", "出差", "请假", False)
    entry = MarkEntry.objects.get()
    assert (entry.mark, entry.seen, entry.outcome) == ("请假", "未记录", "采纳")


def test_leave_needs_a_reason(meeting: Meeting) -> None:
    assert refuse(lambda: ask(meeting, request=Request(LeaveReason.NONE))) == "请先选一个原因。"


def test_the_form_asks_for_a_reason_and_keeps_the_text(meeting: Meeting, visit: Callable[[str], Client]) -> None:
    answer = visit("member").post(meeting.address("leave"), {"text": "下乡"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "请先选一个原因。" in page
    assert 'value="下乡"' in page


def test_leave_after_the_event_becomes_an_explanation_with_the_text_kept(
    meeting: Meeting, visit: Callable[[str], Client], clock: Clock
) -> None:
    """Issue 3, Bad input; ux M3: the button changes, the text stays; R59 tells the two apart."""
    data = {"reason": "值班", "text": "替班", "make_up": ""}
    clock.go(16, 0, days=1)
    answer = visit("member").post(meeting.address("leave"), data)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "会议已结束，改为提交缺席说明。" in page
    assert "提交缺席说明" in page
    assert 'value="替班"' in page
    visit("member").post(meeting.address("leave"), data | {"as_explanation": "1"})
    assert Leave.objects.get().after_event


def test_an_explanation_that_is_accepted_is_leave_asked_afterwards(meeting: Meeting, clock: Clock) -> None:
    clock.go(18, 0, days=1)
    meeting.session.attendances.update(mark="缺席")
    decide(meeting, ask(meeting, request=AFTER))
    row = meeting.read("张三")
    assert (row.mark, row.reason, row.asked_after) == ("请假", "值班", True)


def test_somebody_not_expected_has_no_leave_to_ask(house: House, meeting: Meeting) -> None:
    """Issue 3, Bad input."""
    add_user(house, "wang", "secretary", "第一支部", "王五")
    assert refuse(lambda: ask(meeting, "wang")) == "你不在这次会议的应到名单里，不用请假。"


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        ("到", "已记为“到”，不用请假。记录有误的，请告诉书记。"),
        ("免", "你在这次会议免考核，不用请假。"),
        ("已补学", "这次会议已经补学，不用再说明。"),
    ],
)
def test_what_is_settled_needs_no_leave(meeting: Meeting, mark: str, sentence: str) -> None:
    meeting.session.attendances.update(mark=mark)
    assert refuse(lambda: ask(meeting)) == sentence


def test_a_cancelled_session_needs_no_leave(meeting: Meeting) -> None:
    Session.objects.update(state="取消")
    meeting.session.refresh_from_db()
    assert refuse(lambda: ask(meeting)) == "这次会议已取消，不用请假。"


def test_leave_is_asked_once(meeting: Meeting) -> None:
    ask(meeting)
    assert refuse(lambda: ask(meeting)) == "这次会议的请假已经提交过，现在是“待批”，不用再交。"


def test_leave_is_withdrawn_before_the_answer_only(house: House, meeting: Meeting) -> None:
    withdraw = partial(withdraw_leave, act(house, "member"), meeting.session)
    leave = ask(meeting)
    withdraw(at=timezone.now())
    assert refuse(lambda: decide(meeting, leave)) == "张三已撤回这条请假，不用再办。"
    decide(meeting, ask(meeting))
    assert refuse(lambda: withdraw(at=timezone.now())) == "书记已答复（已批），不能撤回。情况有变的，请告诉书记。"


def test_two_clerks_answer_one_leave_and_the_second_is_told(meeting: Meeting) -> None:
    """Issue 3, Bad input."""
    leave = ask(meeting)
    decide(meeting, leave, "secretary")
    assert refuse(lambda: decide(meeting, leave, "office", granted=False, sentence="不行")) == (
        "张三的请假，李四在6月11日 10:00 已答复（已批），不用再办。"
    )
    assert meeting.read("张三").mark == "请假"


def test_a_refusal_says_why(meeting: Meeting) -> None:
    leave = ask(meeting)
    assert refuse(lambda: decide(meeting, leave, granted=False)) == "不同意的，请写一句理由，本人会看到。"
    decide(meeting, leave, granted=False, sentence="当天要表决，请参加")
    assert meeting.read("张三").mark == "未记录"
    assert ask(meeting).state == "待批"


def test_leave_never_overwrites_presence(meeting: Meeting) -> None:
    """ux S3: a conflict is told, not guessed away."""
    leave = ask(meeting)
    meeting.session.attendances.update(mark="到")
    assert decide(meeting, leave).conflict == "张三已记为“到”，请假已通过，考勤没有改。"
    assert meeting.read("张三").mark == "到"
    assert MarkEntry.objects.get().outcome == "冲突"


def test_nobody_answers_the_own_leave(house: House, meeting: Meeting, visit: Callable[[str], Client]) -> None:
    leave = ask(meeting, "secretary")
    assert refuse(lambda: decide(meeting, leave, "secretary")) == "没有找到这条请假，或者没有查看它的权限。"
    assert name_decider(house.units["第一支部"], house.people["李四"], date(2026, 6, 11)) == "学习办公室"
    assert decide(meeting, leave, "office").leave.state == "已批"


def test_the_answer_says_who_replies_and_by_when(meeting: Meeting, visit: Callable[[str], Client]) -> None:
    """ux B8: 请假已提交，李书记会在 6月11日前回复。"""
    data = {"reason": "病假", "text": "", "make_up": "自学"}
    page = visit("member").post(meeting.address("leave"), data, follow=True).content.decode()
    assert "请假已提交，李四书记会在今天内回复。" in page


@pytest.mark.parametrize(
    ("on", "after", "day"),
    [
        (date(2026, 6, 12), False, date(2026, 6, 11)),
        (date(2026, 6, 8), False, date(2026, 6, 8)),
        (date(2026, 6, 5), True, date(2026, 6, 11)),
    ],
)
def test_an_answer_comes_before_the_session_or_within_days(on: date, after: bool, day: date) -> None:
    assert find_reply_day(on, after, date(2026, 6, 8)) == day


def test_several_are_answered_at_once_and_counted(
    house: House, meeting: Meeting, visit: Callable[[str], Client]
) -> None:
    """K55: how often somebody had leave is told to who answers; it costs nothing."""
    add_person(house, "孙七", "第一支部")
    add_user(house, "sun", "member", "第一支部", "孙七")
    other = hold_meeting(house, "张三", "孙七", on=date(2026, 6, 13), topic="党课")
    decide(meeting, ask(meeting))
    first, second = ask(other), ask(other, "sun")
    page = visit("secretary").get(reverse("activities:leaves"))
    assert page.context["times"] == {house.people["张三"].pk: 1}
    data = {"leave": [first.pk, second.pk], "answer": "grant"}
    answered = visit("secretary").post(reverse("activities:leaves"), data, follow=True).content.decode()
    assert "已通过：张三、孙七。本人会在会议页看到。" in answered
    assert [other.read(name).mark for name in ("张三", "孙七")] == ["请假", "请假"]


def test_nothing_ticked_is_told(meeting: Meeting, visit: Callable[[str], Client]) -> None:
    answer = visit("secretary").post(reverse("activities:leaves"), {"answer": "grant"})
    assert "请先选出要答复的请假。" in answer.content.decode()


def test_without_a_session_there_is_nothing_to_ask_leave_for(house: House, visit: Callable[[str], Client]) -> None:
    """ux M3, empty state."""
    assert "没有可请假的会议。" in visit("member").get(reverse("activities:my_leaves")).content.decode()


def test_neighbours_do_not_see_the_leave(house: House, meeting: Meeting, visit: Callable[[str], Client]) -> None:
    ask(meeting)
    add_user(house, "wang", "secretary", "第二支部", "王五")
    page = visit("wang").get(reverse("activities:leaves"))
    assert page.context["waiting"] == []


@pytest.mark.parametrize(("key", "page"), [("secretary", "leaves"), ("member", "my_leaves")])
def test_the_pages_of_leave_ask_the_same_number_of_queries_for_one_and_three(
    house: House, clock: Clock, visit: Callable[[str], Client], key: str, page: str
) -> None:
    client, counts = visit(key), []
    for number in (1, 2, 3):
        held = hold_meeting(house, "张三", on=clock.at.date() + timedelta(days=number), topic=f"第{number}次")
        ask(held)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"activities:{page}"))
        counts.append(len(queries))
    assert counts[0] == counts[2]
