"""Places, what stands in them, and who has them when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor, match_led_units

from ..models import Booking, Equipment, Venue
from ..rules import BookingState
from ..rules.bookings import Hours, Slot, list_week


@dataclass(frozen=True)
class Day:
    """One day of a place's week: whether it opens, and its bookings by hour."""

    on: date
    opens: bool
    bookings: tuple[Booking, ...]


def describe_hours(venue: Venue) -> Hours:
    return Hours(venue.name, venue.opens_at, venue.closes_at, venue.weekdays, venue.longest_minutes)


def read_slot(booking: Booking) -> Slot:
    return Slot(booking.on, booking.start_time, booking.end_time)


def scope_venues(actor: Actor) -> QuerySet[Venue]:
    """Every place of the bureau, those given up last."""
    return Venue.objects.filter(bureau=actor.bureau).select_related("keeper").order_by("ended_on", "name")


def list_open_venues(bureau: Bureau, on: date) -> list[Venue]:
    """Places that may be booked on a day."""
    found = Venue.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), bureau=bureau)
    return list(found.order_by("name"))


def find_venue(actor: Actor, venue_id: int) -> Venue:
    venue = scope_venues(actor).filter(pk=venue_id).first()
    if venue is None:
        raise refuse_missing("这个阵地")
    return venue


def find_equipment(actor: Actor, equipment_id: int) -> Equipment:
    found = Equipment.objects.filter(venue__bureau=actor.bureau, pk=equipment_id).select_related("venue")
    item = found.first() if actor.keeps_whole_office else None
    if item is None:
        raise refuse_missing("这件设备")
    return item


def list_equipment(venue: Venue) -> list[Equipment]:
    return list(venue.equipment.select_related("line__payment").order_by("name", "condition"))


def list_days(venue: Venue, day: date) -> list[Day]:
    """The week of a day: one query."""
    days = list_week(day)
    found = venue.bookings.filter(state=BookingState.BOOKED, on__range=(days[0], days[-1])).select_related("unit")
    by_day: dict[date, list[Booking]] = {}
    for booking in found.order_by("start_time"):
        by_day.setdefault(booking.on, []).append(booking)
    return [Day(on, str(on.isoweekday()) in venue.weekdays, tuple(by_day.get(on, ()))) for on in days]


def list_today(actor: Actor) -> dict[int, list[Booking]]:
    """Today's bookings by place: one query for the list of places."""
    found = Booking.objects.filter(venue__bureau=actor.bureau, on=actor.on, state=BookingState.BOOKED)
    by_venue: dict[int, list[Booking]] = {}
    for booking in found.select_related("unit").order_by("start_time"):
        by_venue.setdefault(booking.venue_id, []).append(booking)
    return by_venue


def list_upcoming(actor: Actor) -> list[Booking]:
    """Bookings of units the actor writes for, from today on."""
    found = Booking.objects.filter(
        match_led_units(actor, "unit"), venue__bureau=actor.bureau, on__gte=actor.on, state=BookingState.BOOKED
    )
    return list(found.select_related("unit", "venue").order_by("on", "start_time")[:50])


def find_led_booking(actor: Actor, booking_id: int) -> Booking:
    found = Booking.objects.filter(match_led_units(actor, "unit"), venue__bureau=actor.bureau, pk=booking_id)
    booking = found.select_related("unit", "venue").first()
    if booking is None:
        raise refuse_missing("这个预约")
    return booking
