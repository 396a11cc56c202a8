"""Study places (阵地, D11): booked within their hours, never twice at once, and with the sessions held in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from shanxue.base.errors import Refusal
from shanxue.resources.actions import venues
from shanxue.resources.models import Booking, Equipment, Venue
from shanxue.resources.rules import Condition, LineKind
from shanxue.resources.rules.bookings import Slot, make_slot
from tests.house import House

from .rows import AT, act_as, buy, count_queries, make_fund, make_venue, read, today
from .test_funds import refuse

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]
FRIDAY = date(2026, 12, 4)


def book(house: House, start: time, end: time, on: date = FRIDAY, key: str = "secretary") -> Booking:
    unit = house.units["第一支部" if key == "secretary" else "第二支部"]
    return venues.book_venue(act_as(house, key), Venue.objects.get().pk, unit, "支部学习", Slot(on, start, end), at=AT)


def test_a_clash_names_the_other_booking(house: House) -> None:
    """Bad input: clash. Half-open: one may begin when the other ends."""
    make_venue(house)
    book(house, time(9), time(11))
    assert refuse(lambda: book(house, time(10, 30), time(12), key="office"), "booking_clash") == (
        "四楼学习室12月4日 09:00–11:00 已由第一支部预约（支部学习）。请换时间，或换一个地方。"
    )
    book(house, time(11), time(12), key="office")
    book(house, time(9), time(11), on=date(2026, 12, 7), key="office")


@pytest.mark.parametrize(
    ("on", "start", "end", "sentence"),
    [
        (FRIDAY, time(17), time(1), "预约不能跨过零点，请分成两天。"),
        (FRIDAY, time(9), time(9), "结束时间要晚于开始时间。"),
        (FRIDAY, time(7), time(9), "四楼学习室的开放时间是 08:30–18:00，12月4日 07:00–09:00超出了。"),
        (FRIDAY, time(9), time(14), "四楼学习室一次最长 4 小时，这里要 5 小时。"),
        (date(2026, 12, 5), time(9), time(10), "四楼学习室周六不开放，开放日：周一至周五。"),
        (date(2026, 12, 2), time(9), time(10), "12月2日 09:00–10:00已经过去，不能预约。"),
    ],
)
def test_a_booking_outside_the_rules_is_refused(house: House, on: date, start: time, end: time, sentence: str) -> None:
    """Bad input: over midnight, outside the hours, too long, past."""
    make_venue(house)
    with pytest.raises(Refusal) as refused:
        book(house, start, end, on=on)
    assert refused.value.sentence == sentence
    assert Booking.objects.count() == 0


def test_a_session_that_would_pass_midnight_is_refused_too() -> None:
    with pytest.raises(ValueError, match="预约不能跨过零点，请分成两天。"):
        make_slot(FRIDAY, time(23), 60)
    assert str(make_slot(FRIDAY, time(9), 90)) == "12月4日 09:00–10:30"


def test_what_is_typed_stays_with_the_sentence(house: House, visit: Visit) -> None:
    venue, day = make_venue(house), today() + timedelta(days=1)
    sent = {"unit": house.units["第一支部"].pk, "what": "支部学习", "on": day.isoformat(), "start_time": "22:00",
            "end_time": "01:00"}  # fmt: skip
    answer = visit("secretary").post(f"/resources/venues/{venue.pk}/book/", sent)
    assert answer.status_code == 400
    assert "预约不能跨过零点，请分成两天。" in answer.content.decode()
    other = visit("secretary").post(f"/resources/venues/{venue.pk}/book/", sent | {"unit": house.units["第二支部"].pk})
    assert (other.status_code, Booking.objects.count()) == (400, 0)


def test_a_booking_is_called_off_by_whose_it_is(house: House, visit: Visit) -> None:
    make_venue(house)
    booking, other = book(house, time(9), time(10)), book(house, time(10), time(11), key="office")
    assert visit("secretary").post(f"/resources/bookings/{other.pk}/cancel/").status_code == 404
    for _ in range(2):
        visit("secretary").post(f"/resources/bookings/{booking.pk}/cancel/")
    assert [one.state for one in Booking.objects.order_by("pk")] == ["已取消", "已预约"]
    book(house, time(9), time(10), key="office")


def test_a_second_click_books_once(house: House) -> None:
    make_venue(house)
    assert {book(house, time(9), time(10)).pk for _ in range(2)} == {Booking.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_two_who_book_at_once_do_not_share_the_place(house: House) -> None:
    make_venue(house)
    barrier, said = Barrier(2), []

    def run(key: str, start: time) -> None:
        try:
            barrier.wait(timeout=20)
            book(house, start, time(11), key=key)
            said.append("已预约")
        except Refusal as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in (("secretary", time(9)), ("office", time(10)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(said), Booking.objects.count()) == (["booking_clash", "已预约"], 1)


TIMES = st.times(min_value=time(8, 30), max_value=time(18)).map(lambda value: value.replace(second=0, microsecond=0))


@given(one=st.tuples(TIMES, TIMES), other=st.tuples(TIMES, TIMES))
def test_overlap_is_sharing_a_minute(one: tuple[time, time], other: tuple[time, time]) -> None:
    def list_minutes(span: tuple[time, time]) -> set[int]:
        start, end = (value.hour * 60 + value.minute for value in span)
        return set(range(start, end))

    a, b = sorted(one), sorted(other)
    shared = bool(list_minutes((a[0], a[1])) & list_minutes((b[0], b[1])))
    if a[0] < a[1] and b[0] < b[1]:
        assert Slot(FRIDAY, *a).overlaps(Slot(FRIDAY, *b)) == shared


def test_the_database_keeps_a_booking_within_its_day(house: House) -> None:
    make_venue(house)
    booking = book(house, time(9), time(10))
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(end_time=time(1))


def test_equipment_comes_from_a_receipt_and_is_checked(house: House, visit: Visit) -> None:
    make_fund(house)
    venue, line, office = make_venue(house), buy(house, kind=LineKind.EQUIPMENT, quantity=3), visit("office")
    sent = {"venue": venue.pk, "name": "投影仪", "count": "2", "condition": "完好"}
    assert 'value="党史读本"' in read(office, f"/resources/lines/{line.pk}/place/")
    office.post(f"/resources/lines/{line.pk}/place/", sent)
    item = Equipment.objects.get()
    assert (item.line, item.count) == (line, 2)
    answer = office.post(f"/resources/lines/{line.pk}/place/", sent | {"name": "幕布"})
    assert "“党史读本”买了 3 件，已登记 2 件，这次不能再登记 2 件。" in answer.content.decode()
    venues.add_equipment(act_as(house), venue.pk, "投影仪", 1, Condition.REPAIR, at=AT)
    answer = office.post(f"/resources/equipment/{item.pk}/", {"count": "2", "condition": "待修"})
    assert "四楼学习室已另有一行“投影仪”（待修）。请把数量并到那一行，这一行写 0。" in answer.content.decode()
    office.post(f"/resources/equipment/{item.pk}/", {"count": "0", "condition": "完好"})
    assert [(one.condition, one.count) for one in Equipment.objects.all()] == [("待修", 1)]


def test_a_place_is_kept_by_the_office_and_given_up_when_free(house: House, visit: Visit) -> None:
    sent = {"name": "四楼学习室", "address": "主楼四楼", "seats": "40", "keeper": house.people["赵六"].staff_no,
            "opens_at": "08:30", "closes_at": "18:00", "weekdays": list("12345"), "longest_minutes": "240"}  # fmt: skip
    office = visit("office")
    office.post("/resources/venues/new/", sent)
    venue = Venue.objects.get()
    assert (venue.keeper, venue.weekdays) == (house.people["赵六"], "12345")
    answer = office.post("/resources/venues/new/", sent)
    assert "已经有阵地“四楼学习室”。请换一个名称。" in answer.content.decode()
    answer = office.post(f"/resources/venues/{venue.pk}/edit/", sent | {"closes_at": "08:00"})
    assert "“关闭时间”要晚于“开放时间”。" in answer.content.decode()
    booking = book(house, time(9), time(10))
    assert refuse(lambda: venues.end_venue(act_as(house), venue.pk, at=AT), "venue_booked") == (
        "四楼学习室以后还有 1 个预约。请先取消或改到别处。"
    )
    venues.free_booking(act_as(house), booking.pk, at=AT)
    venues.end_venue(act_as(house), venue.pk, at=AT)
    assert refuse(lambda: book(house, time(9), time(10)), "venue_ended") == "四楼学习室已停用，请换一个地方。"


def test_everybody_sees_the_week_and_leaders_of_units_book(house: House, visit: Visit) -> None:
    venue = make_venue(house)
    book(house, time(9), time(10, 30))
    path = f"/resources/venues/{venue.pk}/?week=2026-12-01"
    text = read(visit("member"), path)
    assert "11月30日—12月6日" in text
    assert "09:00–10:30</strong> 第一支部 · 支部学习" in text
    assert "预约这一天" not in text
    assert "预约这一天" in read(visit("secretary"), path)
    assert visit("member").get(f"/resources/venues/{venue.pk}/book/").status_code == 403
    assert "12月6日" not in read(visit("member"), f"/resources/venues/{venue.pk}/?week=nonsense") or today() > FRIDAY


def test_places_make_the_same_queries_at_one_and_three_rows(house: House, visit: Visit) -> None:
    venue = make_venue(house)
    book(house, time(9), time(10))
    venues.add_equipment(act_as(house), venue.pk, "投影仪", 1, Condition.GOOD, at=AT)
    paths = ["/resources/venues/", f"/resources/venues/{venue.pk}/?week=2026-12-04"]
    before = [count_queries(visit("secretary"), path) for path in paths]
    for place in range(2):
        book(house, time(13 + place), time(14 + place))
        venues.add_equipment(act_as(house), venue.pk, f"椅{place}", 1, Condition.GOOD, at=AT)
    for name in ("三楼", "二楼"):
        make_venue(house, name)
    assert [count_queries(visit("secretary"), path) for path in paths] == before
