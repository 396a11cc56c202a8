"""A session's place (阵地): booked with it, moved with it, freed with it. A clash is a refusal, in words."""

from __future__ import annotations

from datetime import date, datetime, time

from shanxue.base.errors import Refusal
from shanxue.orgs.queries import Actor
from shanxue.resources.actions.venues import book_venue, free_booking, move_booking
from shanxue.resources.models import Venue
from shanxue.resources.rules.bookings import Slot, make_slot

from ..models import Session
from ..rules.clash import ASSUMED_MINUTES


def settle_booking(actor: Actor, session: Session, *, late_entry: bool, at: datetime) -> None:
    """Make the booking what the session now says: book its place, move the booking, or free it.

    A session entered after its day books nothing; it only says where it was held.
    """
    if session.venue is None:
        free_place(actor, session, at=at)
        return
    if late_entry:
        return
    slot = read_slot(session.on, session.start_time, session.minutes)
    if session.booking is not None:
        move_booking(actor, session.booking, session.venue.pk, session.topic, slot, at=at)
        return
    session.booking = book_venue(
        actor, session.venue.pk, session.unit, session.topic, slot, of_session=True, at=at
    )  # fmt: skip
    session.save(update_fields=["booking"])


def free_place(actor: Actor, session: Session, *, at: datetime) -> None:
    """Give the place back, where the session has one."""
    if session.booking is not None:
        free_booking(actor, session.booking.pk, with_session=True, at=at)
        session.booking = None
        session.save(update_fields=["booking"])


def read_slot(on: date, start: time | None, minutes: int | None) -> Slot:
    """The hours a session takes its place for, two where nobody says. Raises ``no_start``, ``booking_outside``."""
    if start is None:
        raise Refusal("no_start", "要预约阵地，请先写开始时间。")
    try:
        return make_slot(on, start, minutes or ASSUMED_MINUTES)
    except ValueError as error:
        raise Refusal("booking_outside", str(error)) from None


def name_place(place: str, venue: Venue | None) -> str:
    """What is written as the place: as typed; with a 阵地 its name, unless the text says where in it."""
    return place if venue is None or venue.name in place else venue.name
