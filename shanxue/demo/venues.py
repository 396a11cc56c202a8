"""The example bureau's study places: two rooms, what stands in them, and the meetings held there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from django.utils import timezone

from shanxue.activities.actions.arranging import change_session, read_arrangement
from shanxue.activities.models import Session
from shanxue.activities.rules import SessionState
from shanxue.base.errors import Refusal
from shanxue.orgs.queries import Actor
from shanxue.resources.actions.venues import Place, add_equipment, book_venue, save_venue
from shanxue.resources.models import PaymentLine, Venue
from shanxue.resources.rules import Condition, LineKind
from shanxue.resources.rules.bookings import Slot

from .days import move_to_workday
from .texts import PLACES

ELSEWHERE = "一楼多功能厅"
ROOMS = (
    Place(PLACES[2], 32, time(8, 30), time(20), "1234567", 240, "主楼二楼东侧"),
    Place(PLACES[1], 60, time(8, 30), time(20), "1234567", 240, "主楼三楼"),
)
STANDING = {
    PLACES[2]: (("白板", 2, Condition.GOOD),),
    PLACES[1]: (("音响", 1, Condition.REPAIR), ("党旗", 1, Condition.GOOD)),
}


def keep_venues(office: Actor, secretary: Actor, *, at: datetime) -> None:
    """Write the rooms, put what was bought into the first, and let this year's meetings say where they were held."""
    assert office.bureau is not None
    rooms = [save_venue(office, None, place, at=at) for place in ROOMS]
    for line in PaymentLine.objects.filter(payment__purpose__fund__bureau=office.bureau, kind=LineKind.EQUIPMENT):
        add_equipment(office, rooms[0].pk, line.name, line.quantity, Condition.GOOD, line_id=line.pk, at=at)
    for room in rooms:
        for name, count, condition in STANDING[room.name]:
            add_equipment(office, room.pk, name, count, condition, at=at)
        Session.objects.filter(bureau=office.bureau, place=room.name, state=SessionState.HELD).update(venue=room)
        _book_planned(office, room, at)
    day = move_to_workday(timezone.localdate(at) + timedelta(days=2))
    unit = next(grant.unit for grant in secretary.leading_grants if grant.unit is not None)
    slot = Slot(day, time(10), time(11, 30))
    book_venue(secretary, rooms[0].pk, unit, "入党积极分子谈话", slot, at=at)


def _book_planned(office: Actor, room: Venue, at: datetime) -> None:
    """Meetings to come book the room they named; one that finds it taken goes to the hall downstairs."""
    today = timezone.localdate(at)
    found = Session.objects.filter(bureau=office.bureau, place=room.name, state=SessionState.PLANNED, on__gte=today)
    for session in found.select_related("unit", "venue").order_by("on", "start_time", "pk"):
        arrangement = read_arrangement(session)
        try:
            change_session(office, session, replace(arrangement, venue=room), at=at)
        except Refusal:
            change_session(office, session, replace(arrangement, place=ELSEWHERE), at=at)
