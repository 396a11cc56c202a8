"""The calendar feed: RFC 5545, one private address per person, revocable."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event
from pytest_django.fixtures import DjangoAssertNumQueries

from shanxue.activities.models import Attendance, Session
from shanxue.audit.actions import record_entry
from shanxue.audit.models import Entry
from shanxue.base.lights import Due, Light
from shanxue.home.actions import make_feed, revoke_feed
from shanxue.home.documents import write_calendar
from shanxue.home.models import CalendarFeed
from shanxue.home.rules.calendar import Appointment, collect_appointments
from shanxue.orgs.models import Grant
from tests.house import AT, House

Visit = Callable[[str | None], Client]

ZONE = ZoneInfo("Asia/Shanghai")
MEETING = Appointment(
    "session-7", "6月主题党日", "/sessions/7/", at=datetime(2026, 6, 12, 6, 30, tzinfo=UTC), minutes=90,
    place="三楼会议室", changed_at=datetime(2026, 6, 1, 1, 2, 3, tzinfo=UTC),
)  # fmt: skip
NOTE = Due("note-5", "笔记", "交 5 月学习笔记", "/study/notes/5/", Light.LATE, "已逾期 3 天", on=date(2026, 6, 9))


def write(*appointments: Appointment) -> bytes:
    return write_calendar(appointments, title="善学", domain="yc.shanxue", site="http://10.0.0.8", made_at=AT)


def read_events(text: bytes) -> list[Event]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


def test_a_meeting_is_an_event_with_beijing_time() -> None:
    """RFC 5545 3.6.1: DTSTART and DTEND with TZID, a stable UID, LOCATION, STATUS, LAST-MODIFIED; 3.6.5: VTIMEZONE."""
    text = write(MEETING).decode()
    assert "DTSTART;TZID=Asia/Shanghai:20260612T143000\r\n" in text
    assert "DTEND;TZID=Asia/Shanghai:20260612T160000\r\n" in text
    assert "UID:session-7@yc.shanxue\r\n" in text
    assert "LAST-MODIFIED:20260601T010203Z\r\n" in text
    assert "LOCATION:三楼会议室\r\n" in text
    assert "STATUS:CONFIRMED\r\n" in text
    assert "URL:http://10.0.0.8/sessions/7/\r\n" in text
    assert "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\n" in text


def test_a_cancelled_meeting_stays_and_says_so() -> None:
    """RFC 5545 3.8.1.11: the calendar shows it struck through and leaves the time free."""
    gone = Appointment("session-7", "6月主题党日", "/", at=MEETING.at, cancelled=True)
    event = read_events(write(gone))[0]
    assert (str(event["STATUS"]), str(event["TRANSP"]), "DTEND" in event) == ("CANCELLED", "TRANSPARENT", False)


def test_a_deadline_is_a_whole_day_and_says_nothing_of_how_somebody_stands() -> None:
    """A VTODO is not shown in a subscribed calendar on phones. The state (已逾期 3 天) stays out."""
    event = read_events(write(*collect_appointments([], [NOTE], 3)))[0]
    assert str(event["SUMMARY"]) == "交 5 月学习笔记（截止）"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 6, 9), date(2026, 6, 10))
    assert (str(event["UID"]), str(event["TRANSP"])) == ("note-5.3@yc.shanxue", "TRANSPARENT")
    assert "逾期" not in write(*collect_appointments([], [NOTE], 3)).decode()


def test_a_meeting_that_is_also_due_stands_in_the_calendar_once() -> None:
    row = Due("session-7", "会议", "6月主题党日", "/", Light.NEAR, "", at=MEETING.at)
    undated = Due("review", "审阅", "待审", "/", Light.NEAR, "")
    assert collect_appointments([MEETING], [row, undated], 3) == (MEETING,)


def test_an_absence_and_the_words_of_a_resolution_stay_out() -> None:
    """No personal result and no name of another person, whatever a row's title says."""
    absence = Due("absence-7", "请假", "写缺席说明：6月主题党日", "/", Light.NEAR, "", on=date(2026, 6, 26))
    task = Due("resolution-4", "决议", "请王五联系社区", "/", Light.NONE, "", on=date(2026, 6, 30))
    assert [one.title for one in collect_appointments([], [absence, task], 3)] == ["会议决议交办的事（截止）"]


def test_the_same_rows_give_the_same_bytes() -> None:
    """ETag and 304 need it: the clock of the asking plays no part."""
    assert write(MEETING) == write(MEETING)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120)


@given(WORDS, WORDS, st.integers(1, 600), st.integers(0, 5 * 366 * 24 * 60))
def test_whatever_is_written_is_read_back(title: str, place: str, minutes: int, later: int) -> None:
    """RFC 5545 3.1: no line longer than 75 octets, and no Chinese character cut in two by the folding."""
    at = (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=later)).astimezone(ZONE)
    text = write(Appointment("session-1", title, "/sessions/1/", at=at, minutes=minutes, place=place))
    lines = text.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert [line for line in lines if line != line.decode().encode()] == []
    event = read_events(text)[0]
    assert (str(event["SUMMARY"]), str(event.get("LOCATION", ""))) == (title, place)
    assert event["DTSTART"].dt == at
    assert event["DTEND"].dt == at + timedelta(minutes=minutes)


db = pytest.mark.django_db


def find_address(page: str) -> str:
    found = re.search(r'value="http://testserver(/calendar/[\w-]+\.ics)"', page)
    assert found is not None
    return found.group(1)


@db
def test_an_address_is_shown_once_and_opens_without_signing_in(house: House, visit: Visit) -> None:
    """Issue 3, 6: one private address per person; only the hash of 256 random bits is kept."""
    client = visit("member")
    assert "还没有日历地址。" in client.get(reverse("home:calendar")).content.decode()
    made = client.post(reverse("home:calendar"))
    address = find_address(made.content.decode())
    token = address.removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) == 43
    assert made.headers["Cache-Control"] == "no-store"
    assert token not in client.get(reverse("home:calendar")).content.decode()
    assert token not in str(list(CalendarFeed.objects.values()))
    answer = Client().get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert str(Calendar.from_ical(answer.content)["X-WR-CALNAME"]) == "善学"


@db
def test_an_unchanged_calendar_is_not_sent_again(house: House) -> None:
    path = reverse("home:feed", args=[make_feed(house.users["member"], house.bureau, at=AT)])
    first = Client().get(path)
    again = Client().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Cache-Control"] == "no-store"


@db
def test_unknown_revoked_replaced_and_left_are_answered_alike(house: House, visit: Visit) -> None:
    """Bad input: a stranger learns nothing from the answer, not even that an address once was somebody's."""
    sentence = "没有这个日历地址，或者它已经停用。登录后在“更多 → 日历订阅”可以生成新的地址。"

    def ask(token: str) -> tuple[int, str]:
        answer = Client().get(reverse("home:feed", args=[token]))
        return answer.status_code, answer.context["refusal"].sentence if answer.status_code != 200 else ""

    member, secretary = house.users["member"], house.users["secretary"]
    replaced = make_feed(member, house.bureau, at=AT)
    revoked = make_feed(member, house.bureau, at=AT)
    assert [ask("x" * 43), ask(replaced), ask(revoked)] == [(404, sentence), (404, sentence), (200, "")]
    visit("member").post(reverse("home:revoke_calendar"))
    left = make_feed(secretary, house.bureau, at=AT)
    person = house.people["李四"]
    person.left_on = date(2026, 1, 1)
    person.save(update_fields=["left_on"])
    assert [ask(revoked), ask(left)] == [(404, sentence), (404, sentence)]
    person.left_on = None
    person.save(update_fields=["left_on"])
    assert ask(left) == (200, "")
    Grant.objects.filter(user=secretary).update(until_on=date(2026, 1, 2))
    assert ask(left) == (404, sentence)


@db
def test_making_and_ending_an_address_are_on_the_trail(house: House) -> None:
    """Ending twice is no fault and leaves no second entry."""
    member = house.users["member"]
    make_feed(member, house.bureau, at=AT)
    make_feed(member, house.bureau, at=AT)
    assert [revoke_feed(member, house.bureau, at=AT), revoke_feed(member, house.bureau, at=AT)] == [True, False]
    assert list(Entry.objects.filter(chain="yc").order_by("seq").values_list("verb", "subject", "detail")) == [
        ("home.make_calendar", "u-member", {"replaced": False}),
        ("home.make_calendar", "u-member", {"replaced": True}),
        ("home.revoke_calendar", "u-member", {}),
    ]
    assert CalendarFeed.objects.filter(revoked_at__isnull=True).count() == 0


def hold(house: House, topic: str, on: date, *, mark: str = "未记录", **values: object) -> Session:
    session = Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="主题党日", tier="支部集体学", topic=topic, on=on,
        **{"state": "计划", "start_time": time(14, 30), "minutes": 90, "place": "三楼会议室", **values},
    )  # fmt: skip
    for name, said in (("张三", mark), ("李四", "未记录")):
        Attendance.objects.create(
            session=session, person=house.people[name], unit=house.units["第一支部"], mark=said, how="点名",
            recorded_at=AT, recorded_by="李四",
        )  # fmt: skip
    return session


@db
def test_the_feed_holds_ones_own_meetings_and_nobodys_name(house: House) -> None:
    """Meetings one is expected at, cancelled ones as such; not those one is exempt from; no mark, no other person."""
    today = timezone.localdate()
    kept = hold(house, "6月主题党日", today + timedelta(days=3), mark="请假")
    called_off = hold(house, "廉政党课", today + timedelta(days=4), state="取消", host=house.people["李四"])
    hold(house, "退役军人座谈", today + timedelta(days=5), mark="免")
    hold(house, "去年的会", today - timedelta(days=200), mark="缺席", state="已召开")
    record_entry(chain="yc", actor="u-secretary", at=AT, verb="activities.send_notice", subject=f"session:{kept.pk}")
    record_entry(
        chain="yc", actor="u-secretary", at=timezone.now(), verb="activities.roll_call", subject=f"session:{kept.pk}"
    )
    path = reverse("home:feed", args=[make_feed(house.users["member"], house.bureau, at=AT)])
    text = Client().get(path).content
    events = {str(event["UID"]): event for event in read_events(text) if str(event["UID"]).startswith("session-")}
    assert {uid: (str(event["SUMMARY"]), str(event["STATUS"])) for uid, event in events.items()} == {
        f"session-{kept.pk}@yc.shanxue": ("6月主题党日", "CONFIRMED"),
        f"session-{called_off.pk}@yc.shanxue": ("廉政党课", "CANCELLED"),
    }
    event = events[f"session-{kept.pk}@yc.shanxue"]
    assert event["DTSTART"].dt == datetime.combine(kept.on, time(14, 30), ZONE)
    assert event["LAST-MODIFIED"].dt == AT
    assert [word for word in ("张三", "李四", "王五", "赵六", "请假", "缺席") if word in text.decode()] == []


@db
def test_the_feed_asks_the_same_number_of_queries_for_one_meeting_and_for_three(
    house: House, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = reverse("home:feed", args=[make_feed(house.users["member"], house.bureau, at=AT)])
    today = timezone.localdate()
    hold(house, "第一次", today + timedelta(days=1))
    with CaptureQueriesContext(connection) as one:
        Client().get(path)
    for number in (2, 3):
        hold(house, f"第{number}次", today + timedelta(days=number))
    with django_assert_num_queries(len(one)):
        Client().get(path)
