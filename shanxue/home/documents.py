"""The calendar file (RFC 5545), read by calendar programs on phones and desks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

from .rules.calendar import Appointment

ZONE = ZoneInfo("Asia/Shanghai")
PRODUCT = "-//shanxue//calendar//ZH"


def write_calendar(
    appointments: Iterable[Appointment], *, title: str, domain: str, site: str, made_at: datetime
) -> bytes:
    """Write one calendar. The same appointments give the same bytes: the clock of the asking plays no part.

    ``domain`` ends each UID, ``site`` (``http://host``) begins each link, ``made_at`` stands for the last change of
    entries that know none.
    """
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", title)
    calendar.add("X-WR-TIMEZONE", ZONE.key)
    calendar.add("REFRESH-INTERVAL", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT6H")
    calendar.add_component(Timezone.from_tzid(ZONE.key, first_date=date(2000, 1, 1), last_date=date(2038, 1, 1)))
    for appointment in appointments:
        calendar.add_component(_write_event(appointment, domain, site, made_at))
    text: bytes = calendar.to_ical(sorted=False)
    return text


def _write_event(appointment: Appointment, domain: str, site: str, made_at: datetime) -> Event:
    """A deadline is an event of a whole day, not a VTODO: phones and web mail show no VTODO of a subscribed calendar,
    and a reminder that nobody sees is none. It leaves the day free (TRANSPARENT)."""
    changed_at = (appointment.changed_at or made_at).astimezone(UTC).replace(microsecond=0)
    event = Event()
    event.add("UID", f"{appointment.uid}@{domain}")
    event.add("DTSTAMP", changed_at)
    event.add("LAST-MODIFIED", changed_at)
    event.add("SUMMARY", appointment.title)
    event.add("URL", f"{site}{appointment.href}")
    if appointment.place:
        event.add("LOCATION", appointment.place)
    event.add("STATUS", "CANCELLED" if appointment.cancelled else "CONFIRMED")
    _write_time(event, appointment)
    return event


def _write_time(event: Event, appointment: Appointment) -> None:
    if appointment.at:
        begins_at = appointment.at.astimezone(ZONE)
        event.add("DTSTART", begins_at)
        if appointment.minutes:
            event.add("DTEND", begins_at + timedelta(minutes=appointment.minutes))
        event.add("TRANSP", "TRANSPARENT" if appointment.cancelled else "OPAQUE")
    elif appointment.on:
        event.add("DTSTART", appointment.on)
        event.add("DTEND", appointment.on + timedelta(days=1))
        event.add("TRANSP", "TRANSPARENT")
