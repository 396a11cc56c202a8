"""Meetings held and absences made up, counted by day: for the lines of a year. Numbers only, each of them one query."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q

from shanxue.base.periods import Period
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, match_granted_units

from ..models import Attendance, Session
from ..rules import Mark, SessionState


def count_held(actor: Actor, period: Period, unit: Unit | None = None) -> dict[date, int]:
    """Count the sessions held on each day by the units the actor reads, or by one of them and those below it."""
    found = Session.objects.filter(_match(actor, unit), bureau=actor.bureau, state=SessionState.HELD)
    found = found.filter(on__gte=period.from_on, on__lt=period.until_on)
    return dict(found.order_by().values_list("on").annotate(Count("pk")))


def count_held_by_unit(actor: Actor, period: Period) -> dict[int, int]:
    found = Session.objects.filter(_match(actor, None), bureau=actor.bureau, state=SessionState.HELD)
    found = found.filter(on__gte=period.from_on, on__lt=period.until_on)
    return dict(found.order_by().values_list("unit_id").annotate(Count("pk")))


def count_made_up(actor: Actor, period: Period, unit: Unit | None = None) -> dict[date, int]:
    """Count the absences that were made up (已补学), by the day of the session that was missed."""
    found = Attendance.objects.filter(_match(actor, unit), mark=Mark.MADE_UP, session__bureau=actor.bureau)
    found = found.filter(session__on__gte=period.from_on, session__on__lt=period.until_on)
    return dict(found.order_by().values_list("session__on").annotate(Count("pk")))


def count_made_up_by_unit(actor: Actor, period: Period) -> dict[int, int]:
    found = Attendance.objects.filter(_match(actor, None), mark=Mark.MADE_UP, session__bureau=actor.bureau)
    found = found.filter(session__on__gte=period.from_on, session__on__lt=period.until_on, unit__isnull=False)
    return dict(found.order_by().values_list("unit_id").annotate(Count("pk")))


def _match(actor: Actor, unit: Unit | None) -> Q:
    granted = match_granted_units(actor, "unit")
    return granted & Q(unit__path__startswith=unit.path) if unit is not None else granted


def count_coming(actor: Actor, period: Period) -> list[tuple[date, str, int]]:
    """Count what is planned in the coming days, by day and kind, in order. One query."""
    found = Session.objects.filter(_match(actor, None), bureau=actor.bureau, state=SessionState.PLANNED)
    found = found.filter(on__gte=period.from_on, on__lt=period.until_on)
    return list(found.values_list("on", "kind").annotate(times=Count("pk")).order_by("on", "kind"))
