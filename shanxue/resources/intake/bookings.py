"""Bookings in memory while a ledger of sessions is checked: given back, changed, or refused as at the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from shanxue.intake.drafts import Draft, Ledger
from shanxue.intake.matching import list_words

from ..models import Booking, Venue
from ..queries.venues import read_slot
from ..rules import BookingState
from ..rules.bookings import Hours, Slot, describe_clash, find_fault


@dataclass(frozen=True)
class Taken:
    """A booking of the days that the import speaks of, with who has it."""

    draft: Draft
    unit: str

    @property
    def slot(self) -> Slot:
        values = self.draft.values
        return Slot(values["on"], values["start_time"], values["end_time"])


class Bookings:
    """The bookings of some days and the places they are in: three queries."""

    def __init__(self, ledger: Ledger, bureau_id: int, first: date, last: date) -> None:
        self.ledger = ledger
        rows = ledger.load(
            Booking, list_words("venue_id what on start_time end_time state"), venue__bureau_id=bureau_id,
            on__range=(first, last), state=BookingState.BOOKED,
        )  # fmt: skip
        units = dict(Booking.objects.filter(pk__in=[row.id for row in rows]).values_list("pk", "unit__name"))
        self.taken = {row.id: Taken(row, units[row.id]) for row in rows if row.id is not None}
        hours = list_words("name opens_at closes_at weekdays longest_minutes")
        self.hours = {
            venue.id: Hours(*(venue.values[name] for name in hours))
            for venue in ledger.load(Venue, hours, bureau_id=bureau_id)
        }  # fmt: skip

    def free(self, booking_id: int) -> None:
        taken = self.taken.pop(booking_id, None)
        if taken is not None:
            self.ledger.change(taken.draft, state=BookingState.FREED)

    def change(self, booking_id: int, what: str, slot: Slot) -> str:
        """Give a booking its new name and length; say in words why that cannot be, "" when it is done."""
        taken = self.taken.get(booking_id)
        if taken is None:
            return ""
        fault = "" if slot == taken.slot else self._find_fault(taken, slot)
        if not fault:
            self.ledger.change(taken.draft, what=what, start_time=slot.start, end_time=slot.end)
        return fault

    def _find_fault(self, taken: Taken, slot: Slot) -> str:
        venue_id = taken.draft.values["venue_id"]
        hours = self.hours[venue_id]
        others = (one for one in self.taken.values() if one is not taken and one.draft.values["venue_id"] == venue_id)
        clash = next((one for one in others if slot.overlaps(one.slot)), None)
        fault = find_fault(slot, hours)
        if not fault and clash is not None:
            fault = describe_clash(hours.name, clash.slot, clash.unit, clash.draft.values["what"])
        return fault


def lock_places(booking_ids: Iterable[int]) -> None:
    """Hold the places of bookings until the transaction ends: nobody books them meanwhile."""
    places = Booking.objects.filter(pk__in=list(booking_ids)).values("venue")
    list(Venue.objects.select_for_update().filter(pk__in=places).order_by("pk"))


def find_lost(former: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Which bookings cannot be as they were before an import, each with the sentence who has the place now.

    ``former``: booking → its former columns. Holds the places.
    """
    lock_places(former)
    lost: dict[int, str] = {}
    for booking in Booking.objects.filter(pk__in=list(former)).select_related("venue").order_by("pk"):
        for name, value in former[booking.pk].items():
            setattr(booking, name, time.fromisoformat(value) if name.endswith("_time") else value)
        if booking.state != BookingState.BOOKED:
            continue
        slot = read_slot(booking)
        others = booking.venue.bookings.filter(on=booking.on, state=BookingState.BOOKED).exclude(pk__in=list(former))
        for other in others.select_related("unit"):
            if slot.overlaps(read_slot(other)):
                lost[booking.pk] = describe_clash(booking.venue.name, read_slot(other), other.unit.name, other.what)
    return lost
