"""A session in a 阵地 books it; postponed, changed or cancelled, the booking moves or goes (issue 4, resources)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shanxue.activities.actions.arranging import (
    Arrangement,
    arrange_session,
    cancel_session,
    change_session,
    postpone_session,
    read_arrangement,
    send_notice,
)
from shanxue.activities.models import Attendance, Session
from shanxue.activities.rules import Mark, SessionKind, SessionState, Tier
from shanxue.activities.uses import list_uses
from shanxue.base.errors import Refusal
from shanxue.resources.actions.venues import free_booking
from shanxue.resources.models import Booking, Venue
from tests.house import House
from tests.resources.rows import act_as, count_queries, make_fund, make_venue, read, spend

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def day() -> date:
    """A Wednesday to come."""
    today = timezone.localdate()
    return today + timedelta(days=(2 - today.weekday()) % 7 + 7)


def plan(house: House, day: date, **changed: object) -> Arrangement:
    given = {
        "unit": house.units["第一支部"], "kind": SessionKind.THEME_DAY, "tier": Tier.BRANCH, "topic": "学党章",
        "on": day, "start_time": time(14), "minutes": 90, "venue": Venue.objects.get(name="四楼学习室"),
    }  # fmt: skip
    return Arrangement(**given | changed)  # type: ignore[arg-type]


def arrange(house: House, at: datetime, arrangement: Arrangement) -> Session:
    return arrange_session(act_as(house, "secretary", timezone.localdate(at)), arrangement, at=at)


def list_booked() -> list[tuple[date, time, time]]:
    return list(Booking.objects.filter(state="已预约").order_by("pk").values_list("on", "start_time", "end_time"))


def test_a_session_books_its_place_and_says_where(house: House, at: datetime, day: date) -> None:
    make_venue(house)
    session = arrange(house, at, plan(house, day))
    assert (session.place, session.booking, list_booked()) == (
        "四楼学习室", Booking.objects.get(), [(day, time(14), time(15, 30))],
    )  # fmt: skip
    assert (session.booking.unit, session.booking.what) == (house.units["第一支部"], "学党章")


def test_a_place_typed_beside_another_room_gives_way_to_the_room(house: House, at: datetime, day: date) -> None:
    make_venue(house)
    session = arrange(house, at, plan(house, day, place="三楼会议室"))
    assert session.place == "四楼学习室"
    other = arrange(house, at, plan(house, day, topic="学宪法", start_time=time(9), place="四楼学习室东侧"))
    assert other.place == "四楼学习室东侧"


def test_a_taken_place_is_refused_and_nothing_is_drafted(house: House, at: datetime, day: date) -> None:
    make_venue(house)
    arrange(house, at, plan(house, day))
    office = act_as(house, "office", timezone.localdate(at))
    other = plan(house, day, unit=house.units["第二支部"], topic="学宪法", start_time=time(15), minutes=None)
    with pytest.raises(Refusal) as refused:
        arrange_session(office, other, at=at)
    assert refused.value.sentence == (
        f"四楼学习室{day.month}月{day.day}日 14:00–15:30 已由第一支部预约（学党章）。请换时间，或换一个地方。"
    )
    assert Session.objects.count() == 1


def test_a_change_moves_the_booking_and_is_told(house: House, at: datetime, day: date) -> None:
    make_venue(house)
    session = arrange(house, at, plan(house, day))
    secretary = act_as(house, "secretary", timezone.localdate(at))
    send_notice(secretary, session, at=at)
    told = change_session(secretary, session, plan(house, day, start_time=time(15), minutes=60), at=at)
    assert (told, list_booked()) == (["时间由 14:00 改为 15:00"], [(day, time(15), time(16))])
    make_venue(house, "三楼会议室")
    moved = plan(house, day, start_time=time(15), minutes=60, venue=Venue.objects.get(name="三楼会议室"), place="")
    assert change_session(secretary, session, moved, at=at) == ["地点由四楼学习室改为三楼会议室"]
    assert Booking.objects.get().venue.name == "三楼会议室"
    change_session(secretary, session, plan(house, day, venue=None, place="操场"), at=at)
    assert (list_booked(), Session.objects.get().place) == ([], "操场")


def test_a_postponed_session_frees_the_place_and_books_it_anew(house: House, at: datetime, day: date) -> None:
    venue = make_venue(house)
    session = arrange(house, at, plan(house, day))
    secretary = act_as(house, "secretary", timezone.localdate(at))
    later = day + timedelta(days=1)
    new = postpone_session(secretary, session, on=later, start_time=time(9), minutes=60, place="", reason="防汛",
                           venue=venue, at=at)  # fmt: skip
    assert (list_booked(), new.booking.on) == ([(later, time(9), time(10))], later)  # type: ignore[union-attr]
    session.refresh_from_db()
    assert (session.state, session.booking, session.venue) == (SessionState.POSTPONED, None, venue)


def test_a_refused_new_place_leaves_the_old_session_as_it_was(house: House, at: datetime, day: date) -> None:
    venue = make_venue(house)
    session = arrange(house, at, plan(house, day))
    secretary = act_as(house, "secretary", timezone.localdate(at))
    saturday = day + timedelta(days=3)
    with pytest.raises(Refusal) as refused:
        postpone_session(secretary, session, on=saturday, start_time=time(9), minutes=60, place="", reason="防汛",
                         venue=venue, at=at)  # fmt: skip
    assert refused.value.sentence == "四楼学习室周六不开放，开放日：周一至周五。"
    session.refresh_from_db()
    assert (session.state, list_booked()) == (SessionState.PLANNED, [(day, time(14), time(15, 30))])


def test_a_cancelled_session_frees_its_place_and_only_it_may(house: House, at: datetime, day: date) -> None:
    make_venue(house)
    session = arrange(house, at, plan(house, day))
    secretary = act_as(house, "secretary", timezone.localdate(at))
    with pytest.raises(Refusal) as refused:
        free_booking(secretary, Booking.objects.get().pk, at=at)
    assert refused.value.sentence == "这是会议“学党章”的预约，请在会议里延期、改地点或取消。"
    cancel_session(secretary, session, reason="停电", at=at)
    assert list_booked() == []


def test_a_session_over_midnight_or_without_an_hour_books_nothing(house: House, at: datetime, day: date) -> None:
    make_venue(house)
    with pytest.raises(Refusal) as refused:
        arrange(house, at, plan(house, day, start_time=time(23)))
    assert refused.value.sentence == "预约不能跨过零点，请分成两天。"
    with pytest.raises(Refusal) as refused:
        arrange(house, at, plan(house, day, start_time=None))
    assert refused.value.sentence == "要预约阵地，请先写开始时间。"


def test_a_session_entered_afterwards_says_where_and_books_nothing(house: House, at: datetime) -> None:
    make_venue(house)
    past = timezone.localdate(at) - timedelta(days=3)
    session = arrange(house, at, plan(house, past, late_entry=True, start_time=None, minutes=None))
    assert (session.venue, session.booking, session.place) == (Venue.objects.get(), None, "四楼学习室")


def test_the_form_offers_the_places_and_keeps_what_was_typed(house: House, visit: Visit, day: date) -> None:
    client, unit = visit("secretary"), house.units["第一支部"]
    assert 'name="venue"' not in read(client, f"/sessions/new/?unit={unit.pk}")
    venue = make_venue(house)
    sent = {"unit": unit.pk, "kind": "主题党日", "topic": "学党章", "on": day.isoformat(), "start_time": "14:00",
            "end_time": "15:30", "venue": venue.pk, "place": "", "host": "", "recorder": "", "notice": ""}  # fmt: skip
    assert client.post("/sessions/new/", sent).status_code == 302
    session = Session.objects.get()
    answer = client.post("/sessions/new/", sent | {"topic": "学宪法"})
    assert answer.status_code == 400
    assert "已由第一支部预约（学党章）。请换时间，或换一个地方。" in answer.content.decode()
    assert f'<a href="/resources/venues/{venue.pk}/?week={day.isoformat()}">四楼学习室</a>' in read(
        client, f"/sessions/{session.pk}/"
    )
    answer = client.post(f"/sessions/{session.pk}/postpone/", {
        "on": (day + timedelta(days=1)).isoformat(), "start_time": "09:00", "end_time": "10:00", "venue": venue.pk,
        "place": "", "reason": "防汛",
    })  # fmt: skip
    assert answer.status_code == 302
    assert list_booked() == [(day + timedelta(days=1), time(9), time(10))]
    assert read_arrangement(Session.objects.get(state="计划")).venue == venue


def test_what_was_held_in_a_place_is_counted_and_listed(house: House, visit: Visit) -> None:
    """D11: what did the fund buy and who used it; each number leads to its rows."""
    venue, year = make_venue(house), timezone.localdate().year
    for number, state in enumerate((SessionState.HELD, SessionState.HELD, SessionState.CANCELLED)):
        session = Session.objects.create(
            bureau=house.bureau, unit=house.units["第一支部"], kind="主题党日", tier="支部集体学", venue=venue,
            topic=f"第{number}次", on=date(year, 1, 5 + number), state=state,
        )  # fmt: skip
        for name, mark in (("张三", Mark.PRESENT), ("李四", Mark.ABSENT), ("王五", Mark.EXEMPT)):
            Attendance.objects.create(
                session=session, person=house.people[name], mark=mark, how="点名", recorded_at=timezone.now()
            )
    use = list_uses(act_as(house, "leader", timezone.localdate()), year)[0]
    assert (use.held, use.expected, use.present) == (2, 4, 2)
    text = read(visit("leader"), "/resources/used/")
    assert f'<a href="/sessions/?when=year&amp;year={year}&amp;show=held&amp;venue={venue.pk}">2／4</a>' in text
    listed = read(visit("leader"), use.href)
    assert [name in listed for name in ("第0次", "第1次", "第2次")] == [True, True, False]


def test_the_page_of_uses_makes_the_same_queries_at_one_and_three_rows(house: House, visit: Visit) -> None:
    from shanxue.resources.actions.spending import Bought, add_line
    from shanxue.resources.rules import LineKind

    make_fund(house)
    make_venue(house)

    def add(number: int) -> None:
        payment = spend(house, 1000)
        for kind in LineKind:
            add_line(act_as(house), payment.pk, Bought(kind, f"{kind}{number}", 1, 100), at=payment.at)

    add(0)
    before = count_queries(visit("office"), "/resources/used/?year=2026")
    add(1)
    add(2)
    make_venue(house, "三楼")
    assert count_queries(visit("office"), "/resources/used/?year=2026") == before
