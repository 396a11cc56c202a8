"""Keeping places and their equipment; booking them. Who books holds the place, so that no two bookings overlap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor, demand_leading

from ..models import Booking, Equipment, PaymentLine, Venue
from ..queries.people import demand_office
from ..queries.venues import describe_hours, find_equipment, find_led_booking, find_venue, read_slot
from ..rules import BookingState, Condition, LineKind
from ..rules.bookings import Slot, describe_clash, find_fault
from .funds import record


@dataclass(frozen=True)
class Place:
    """What is written of a place."""

    name: str
    seats: int
    opens_at: time
    closes_at: time
    weekdays: str = "12345"
    longest_minutes: int = 240
    address: str = ""
    keeper: Person | None = None


@transaction.atomic
def save_venue(actor: Actor, venue_id: int | None, place: Place, *, at: datetime) -> Venue:
    """Write a place. Bookings made already stay as they are."""
    demand_office(actor)
    assert actor.bureau is not None
    if place.closes_at <= place.opens_at:
        raise Refusal("closes_early", "“关闭时间”要晚于“开放时间”。")
    same = Venue.objects.filter(bureau=actor.bureau, name=place.name)
    if (same.exclude(pk=venue_id) if venue_id else same).exists():
        raise Refusal("venue_known", f"已经有阵地“{place.name}”。请换一个名称。")
    venue = find_venue(actor, venue_id) if venue_id else Venue(bureau=actor.bureau)
    for name, value in vars(place).items():
        setattr(venue, name, value)
    venue.save()
    record(actor, "change_venue" if venue_id else "add_venue", f"venue:{venue.pk}", at, name=venue.name)
    return venue


@transaction.atomic
def end_venue(actor: Actor, venue_id: int, *, at: datetime) -> Venue:
    """Give a place up, or take it up again. One that is still booked is not given up."""
    demand_office(actor)
    venue, today = lock_venue(actor, venue_id), timezone.localdate(at)
    if venue.ended_on is None:
        ahead = venue.bookings.filter(on__gte=today, state=BookingState.BOOKED).count()
        if ahead:
            raise Refusal("venue_booked", f"{venue}以后还有 {ahead} 个预约。请先取消或改到别处。")
    venue.ended_on = None if venue.ended_on else today
    venue.save(update_fields=["ended_on"])
    record(actor, "end_venue" if venue.ended_on else "reopen_venue", f"venue:{venue.pk}", at)
    return venue


def lock_venue(actor: Actor, venue_id: int) -> Venue:
    """Hold a place until the transaction ends: bookings of one place are made one after the other."""
    venue = Venue.objects.select_for_update().filter(bureau=actor.bureau, pk=venue_id).first()
    if venue is None:
        raise refuse_missing("这个阵地")
    return venue


@transaction.atomic
def add_equipment(
    actor: Actor, venue_id: int, name: str, count: int, condition: Condition, *, line_id: int | None = None,
    at: datetime,
) -> Equipment:  # fmt: skip
    """Put equipment into a place, from a receipt line where money bought it."""
    demand_office(actor)
    venue, line = find_venue(actor, venue_id), _find_line(actor, line_id, count)
    if venue.equipment.filter(name=name, condition=condition).exists():
        raise Refusal("equipment_known", f"{venue}已登记“{name}”（{condition}）。请在那一行改数量。")
    item = Equipment.objects.create(
        venue=venue, name=name, count=count, condition=condition, checked_on=timezone.localdate(at), line=line
    )
    record(actor, "add_equipment", f"venue:{venue.pk}", at, name=name, count=count, condition=str(condition))
    return item


def _find_line(actor: Actor, line_id: int | None, count: int) -> PaymentLine | None:
    if line_id is None:
        return None
    found = PaymentLine.objects.select_for_update(of=("self",))
    line = found.filter(payment__purpose__fund__bureau=actor.bureau, pk=line_id).first()
    if line is None or line.kind != LineKind.EQUIPMENT:
        raise refuse_missing("这条设备明细")
    placed = line.equipment.aggregate(sum=Sum("count"))["sum"] or 0
    if placed + count > line.quantity:
        raise Refusal(
            "more_than_bought", f"“{line}”买了 {line.quantity} 件，已登记 {placed} 件，这次不能再登记 {count} 件。"
        )
    return line


@transaction.atomic
def check_equipment(
    actor: Actor, equipment_id: int, count: int, condition: Condition, *, at: datetime
) -> Equipment | None:
    """Write how many there are and how they are, as of today; 0 takes the row away."""
    demand_office(actor)
    item = find_equipment(actor, equipment_id)
    record(actor, "check_equipment", f"venue:{item.venue_id}", at, name=item.name, count=count,
           condition=str(condition))  # fmt: skip
    if count == 0:
        item.delete()
        return None
    item.count, item.condition, item.checked_on = count, condition, timezone.localdate(at)
    try:
        with transaction.atomic():
            item.save(update_fields=["count", "condition", "checked_on"])
    except IntegrityError:
        sentence = f"{item.venue}已另有一行“{item.name}”（{condition}）。请把数量并到那一行，这一行写 0。"
        raise Refusal("equipment_known", sentence) from None
    return item


@transaction.atomic
def book_venue(
    actor: Actor, venue_id: int, unit: Unit, what: str, slot: Slot, *, of_session: bool = False, at: datetime
) -> Booking:
    """Book a place for a unit. Refuses in words what is outside its hours, past, or taken by somebody else."""
    demand_leading(actor, unit)
    venue = lock_venue(actor, venue_id)
    known = Booking.objects.filter(
        venue=venue, unit=unit, what=what, on=slot.on, start_time=slot.start, end_time=slot.end,
        state=BookingState.BOOKED, of_session=of_session,
    ).first()  # fmt: skip
    if known is not None and not of_session:
        return known  # a second click
    _demand_free(venue, slot, at)
    booking = Booking.objects.create(
        venue=venue, unit=unit, what=what, on=slot.on, start_time=slot.start, end_time=slot.end,
        of_session=of_session, at=at, actor=str(actor.user),
    )  # fmt: skip
    record(actor, "book_venue", f"booking:{booking.pk}", at, venue=venue.pk, slot=str(slot))
    return booking


def _demand_free(venue: Venue, slot: Slot, at: datetime, *, but: Booking | None = None) -> None:
    fault = find_fault(slot, describe_hours(venue))
    if fault:
        raise Refusal("booking_outside", fault)
    today = timezone.localdate(at)
    if slot.on < today:
        raise Refusal("booking_past", f"{slot}已经过去，不能预约。")
    if venue.ended_on is not None and venue.ended_on <= slot.on:
        raise Refusal("venue_ended", f"{venue}已停用，请换一个地方。")
    taken = venue.bookings.filter(on=slot.on, state=BookingState.BOOKED).select_related("unit").order_by("start_time")
    for other in taken.exclude(pk=but.pk) if but else taken:
        if slot.overlaps(read_slot(other)):
            raise _refuse_clash(venue, other)


def _refuse_clash(venue: Venue, other: Booking) -> Refusal:
    sentence = describe_clash(venue.name, read_slot(other), other.unit.name, other.what)
    return Refusal("booking_clash", sentence, status=409)


@transaction.atomic
def move_booking(actor: Actor, booking: Booking, venue_id: int, what: str, slot: Slot, *, at: datetime) -> Booking:
    """Move a booking to another time, place or name; refused like a new one, and then nothing moved."""
    demand_leading(actor, booking.unit)
    venue = lock_venue(actor, venue_id)
    same = booking.venue_id == venue.pk and read_slot(booking) == slot and booking.state == BookingState.BOOKED
    if not same:
        _demand_free(venue, slot, at, but=booking)
    booking.venue, booking.what, booking.state = venue, what, BookingState.BOOKED
    booking.on, booking.start_time, booking.end_time = slot.on, slot.start, slot.end
    booking.save(update_fields=["venue", "what", "state", "on", "start_time", "end_time"])
    if not same:
        record(actor, "move_booking", f"booking:{booking.pk}", at, venue=venue.pk, slot=str(slot))
    return booking


@transaction.atomic
def free_booking(actor: Actor, booking_id: int, *, with_session: bool = False, at: datetime) -> Booking:
    """Call a booking off. One that belongs to a session goes only with it; a second click does nothing."""
    booking = find_led_booking(actor, booking_id)
    if booking.of_session and not with_session:
        raise Refusal("booking_of_session", f"这是会议“{booking.what}”的预约，请在会议里延期、改地点或取消。")
    freed = Booking.objects.filter(pk=booking.pk, state=BookingState.BOOKED).update(state=BookingState.FREED)
    if freed:
        record(actor, "free_booking", f"booking:{booking.pk}", at, venue=booking.venue_id)
    booking.state = BookingState.FREED
    return booking
