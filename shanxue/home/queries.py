"""What the rooms give, read through one list of rooms. Nothing is decided here: rows come as each room made them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import ModuleType

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.accounts.models import User
from shanxue.activities import due as activities
from shanxue.activities.models import Session
from shanxue.activities.queries.arranging import find_home_units, scope_led_sessions
from shanxue.activities.queries.calendar import Meeting, list_meetings
from shanxue.activities.queries.make_up import list_exempt, list_make_ups, list_missed
from shanxue.activities.rules import MakeUpState, SessionState
from shanxue.archive import due as archive
from shanxue.assessment import ballot_due, score_due
from shanxue.assessment import due as assessment
from shanxue.base.errors import Refusal
from shanxue.base.lights import Due
from shanxue.base.periods import Period
from shanxue.bulletins import due as bulletins
from shanxue.exams import due as exams
from shanxue.orgs import due as orgs
from shanxue.orgs.models import Grant, Person, Unit
from shanxue.orgs.queries import Actor, find_actor, list_granted_units, scope_led_units
from shanxue.orgs.rules import Line
from shanxue.plans import due as plans
from shanxue.resources import due as resources
from shanxue.study import due as study
from shanxue.supervision import due as supervision

from . import due
from .models import CalendarFeed
from .rules.calendar import Appointment, collect_appointments, hash_token
from .rules.desk import Hand, Lack, gather_hands

NO_CALENDAR = "没有这个日历地址，或者它已经停用。登录后在“更多 → 日历订阅”可以生成新的地址。"
KEPT = timedelta(days=60)  # how far back a calendar still shows what was
# Their due.py, in the order of the line “今年学习”.
ROOMS: tuple[ModuleType, ...] = (
    plans, activities, study, exams, resources, supervision, assessment, ballot_due, score_due, orgs, bulletins,
    archive, due,
)  # fmt: skip


@dataclass(frozen=True)
class YearPart:
    """One part of the line “今年学习：计划 9/10　会议 17/20”."""

    words: str
    done: int
    of: int


def list_due_of_person(person: Person, now: datetime) -> list[Due]:
    """Rows of every room for one person, as the rooms gave them."""
    return [row for room in ROOMS for row in _call(room, "list_for_person", person, now)]


def list_due_of_unit(unit: Unit, now: datetime) -> list[Due]:
    """Rows of every room for a unit's secretary."""
    return [row for room in ROOMS for row in _call(room, "list_for_unit", unit, now)]


ANSWERED_BY_OFFICE = frozenset({"审批", "转接", "更正", "免考核"})  # what a unit's desk holds that the office answers


def list_due_of_office(actor: Actor, now: datetime) -> list[Due]:
    """Rows for the study office: what each room puts before it, and what waits for its answer at the top of a line."""
    rows = [row for room in ROOMS if hasattr(room, "list_for_office") for row in room.list_for_office(actor, now)]
    rows += [*supervision.list_for_checkers(actor), *bulletins.list_for_actor(actor, now)]
    for root in scope_led_units(actor).filter(parent__isnull=True, line=Line.PARTY).select_related("bureau"):
        asked = [*orgs.list_for_unit(root, now), *plans.list_for_unit(root, now)]
        rows += [row for row in asked if row.kind in ANSWERED_BY_OFFICE]
        rows += activities.list_reviews(root, now)
    return rows


def _call(room: ModuleType, name: str, subject: Person | Unit, now: datetime) -> Iterator[Due]:
    listing = getattr(room, name, None)  # a room may expect something of people only, or of units only
    return iter(listing(subject, now)) if listing else iter(())


def summarise_year(person: Person, year: int) -> list[YearPart]:
    """What the rooms count of one person's year; a room without a count for this person says nothing."""
    counts = (room.summarise_year(person, year) for room in ROOMS if hasattr(room, "summarise_year"))
    return [YearPart(*count) for count in counts if count is not None]


def find_home_unit(person: Person, on: date) -> Unit | None:
    """The party unit somebody stands in on a day."""
    return find_home_units([person.pk], on).get(person.pk)


def list_desks(actor: Actor) -> list[Unit]:
    """The units whose secretary this actor is, in the order they were granted."""
    return [] if actor.is_admin else list_granted_units(actor, [Grant.Power.SECRETARY])


def list_lights(unit: Unit, today: date) -> list[Due]:
    """The obligations of a unit as five-state lights with their next last day."""
    return supervision.list_lights(unit, today)


def find_next_session(actor: Actor, unit: Unit) -> Session | None:
    """The next meeting of a unit, or of one below it, whose roll is not yet called: from today on."""
    found = scope_led_sessions(actor).filter(
        unit__path__startswith=unit.path, state=SessionState.PLANNED, roll_ended_at__isnull=True, on__gte=actor.on
    )
    return found.order_by("on", "start_time", "pk").first()


def list_hands(unit: Unit, today: date) -> list[Hand]:
    """Who needs a hand in a unit: absences of a quarter that nothing is arranged for, and make-ups past their day.

    Whoever is exempt is not named (ux §0.1, 8). Three queries.
    """
    missed = list_missed(unit, Period(today - timedelta(days=activities.MISSED_DAYS), today + timedelta(days=1)))
    overdue = [one for one in list_make_ups(unit) if one.state == MakeUpState.OPEN and one.until_on < today]
    found = [(row.person, _("请假或缺席未安排补学"), row.session.on) for row in missed]
    found += [(one.person, _("补学过了期限"), one.until_on) for one in overdue]
    exempt = list_exempt([person.pk for person, _what, _on in found], today)
    return gather_hands(
        Lack(person.staff_no, person.name, what, on) for person, what, on in found if person.pk not in exempt
    )


def find_live_feed(user: User) -> CalendarFeed | None:
    """The account's address, of which only the day it was made is known here."""
    return CalendarFeed.objects.filter(user=user, revoked_at__isnull=True).first()


def find_feed(token: str, on: date) -> tuple[CalendarFeed, Person]:
    """Find whose calendar an address opens. Unknown, revoked, and of somebody who left or lost every power: one answer.

    Raises Refusal (404) in the same words for all of them.
    """
    found = CalendarFeed.objects.filter(token_sha256=hash_token(token), revoked_at__isnull=True, user__is_active=True)
    feed = found.select_related("user").first()
    actor = find_actor(feed.user, on) if feed else None
    person = actor.person if actor and actor.reads_own else None
    if feed is None or person is None or (person.left_on and person.left_on <= on):
        raise Refusal("no_calendar", NO_CALENDAR, status=404)
    return feed, person


def list_appointments(person: Person, now: datetime) -> tuple[Appointment, ...]:
    """Everything with a day that concerns one person: their meetings, and the last day of what is due."""
    meetings = (_enter_meeting(meeting) for meeting in list_meetings(person, now.date() - KEPT))
    return collect_appointments(meetings, list_due_of_person(person, now), person.pk)


def _enter_meeting(meeting: Meeting) -> Appointment:
    session = meeting.session
    zone = timezone.get_default_timezone()
    at = datetime.combine(session.on, session.start_time, zone) if session.start_time else None
    return Appointment(
        uid=f"session-{session.pk}", title=session.topic, href=reverse("activities:session", args=[session.pk]),
        at=at, on=None if at else session.on, minutes=session.minutes, place=session.place,
        cancelled=meeting.called_off, changed_at=meeting.changed_at,
    )  # fmt: skip
