"""Who was there: the roll of a meeting, one person's place in it, and which units may offer codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from shanxue.accounts.models import User
from shanxue.base.days import name_day
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.models import Person, Stint, Unit
from shanxue.orgs.queries import Actor, filter_in_force, scope_led_units
from shanxue.orgs.rules import Role

from ..models import AgendaItem, Attendance, Guest, MarkEntry, ScanPermit, Session, SessionNote
from ..rules import How, LeaveReason, Mark, Outcome, SessionState
from ..rules.presence import (
    Counts,
    Held,
    Moment,
    Opening,
    count_marks,
    describe_how,
    describe_late_entry,
)
from ..rules.quorum import describe_quorum
from .arranging import find_home_units, scope_led_sessions

WRONG_CODE = "口令不对"
FEW_MINUTES = timedelta(minutes=10)


@dataclass(frozen=True)
class RollRow:
    """One person of the list as the roll-call shows them. ``hints`` are whole sentences."""

    attendance: Attendance
    hints: tuple[str, ...]

    @property
    def person(self) -> Person:
        return self.attendance.person

    @property
    def mark(self) -> str:
        return self.attendance.mark

    @property
    def by(self) -> str:
        """By whom or what the mark stands: 扫码签到（14:26）."""
        return describe_how(describe_held(self.attendance, self.attendance.session.on))

    @property
    def state(self) -> str:
        """What is known and how: 扫码 14:26, 请假（出差）, 未记录."""
        return describe_state(self.attendance)


@dataclass(frozen=True)
class Roll:
    """Everything the roll-call page shows of one session."""

    session: Session
    rows: tuple[RollRow, ...]
    exempt: tuple[RollRow, ...]
    guests: tuple[Guest, ...]
    agenda: tuple[AgendaItem, ...]
    counts: Counts
    quorum: str
    waiting: int  # sign-ins and guests that wait for the secretary


def read_roll(session: Session) -> Roll:
    """Read a session's roll: five or six queries, however many people."""
    found = Attendance.objects.filter(session=session).select_related("person", "unit")
    attendances = list(found.order_by("person__staff_no", "pk"))
    for one in attendances:
        one.session = session
    waiting = list(MarkEntry.objects.filter(session=session, outcome=Outcome.WAITING).order_by("pk"))
    hints = _list_hints(session, attendances, waiting)
    rows = [RollRow(one, tuple(hints.get(one.person_id, ()))) for one in attendances]
    marks = [(row.mark, row.person.party_status) for row in rows]
    guests = list(Guest.objects.filter(session=session).order_by("confirmed", "pk"))
    return Roll(
        session,
        tuple(row for row in rows if not _was_exempt(row)),
        tuple(row for row in rows if _was_exempt(row)),
        tuple(guests),
        tuple(session.agenda.order_by("position")),
        count_marks(mark for mark, _ in marks),
        describe_quorum(session.kind, marks),
        len(waiting) + sum(not guest.confirmed for guest in guests),
    )


def _was_exempt(row: RollRow) -> bool:
    return row.mark == Mark.EXEMPT


def _list_hints(session: Session, attendances: list[Attendance], waiting: list[MarkEntry]) -> dict[int, list[str]]:
    """Sentences beside a name: why they stand here, what waits for the secretary, where they moved since the notice."""
    hints: dict[int, list[str]] = {}
    for note in SessionNote.objects.filter(session=session, person__isnull=False).order_by("pk"):
        hints.setdefault(note.person_id or 0, []).append(note.text)
    for entry in waiting:
        hints.setdefault(entry.person_id, []).append(
            f"{timezone.localtime(entry.received_at):%H:%M} {entry.because}，待确认"
        )
    homes = find_home_units([one.person_id for one in attendances], session.on)
    for one in attendances:
        home = homes.get(one.person_id)
        if home is not None and one.unit_id is not None and home.pk != one.unit_id and one.mark != Mark.EXEMPT:
            sentence = f"{one.person.name}在发出通知后转到{home.name}，仍算本次应到。"
            hints.setdefault(one.person_id, []).append(sentence)
    return hints


def describe_state(attendance: Attendance) -> str:
    """Say what is known of one person's presence and how it came to be known; late entries say how late."""
    mark, how = attendance.mark, attendance.how
    if mark in (Mark.UNRECORDED, Mark.EXEMPT):
        return str(mark)
    words = mark
    if attendance.minutes_late:
        words += f" {attendance.minutes_late} 分钟"
    if attendance.reason:
        words += f"（{attendance.reason}）"
    recorded = timezone.localtime(attendance.recorded_at)
    if how == How.LATE_ENTRY:
        return f"{words}，{describe_late_entry(attendance.session.on, recorded.date())}"
    day = "" if recorded.date() == attendance.session.on else f"{recorded.month}月{recorded.day}日 "
    return f"{words}，{how} {day}{recorded:%H:%M}"


def tell_present(attendance: Attendance) -> str:
    """Tell somebody that they are down as present already (ux M2)."""
    at = timezone.localtime(attendance.recorded_at)
    day = "" if at.date() == attendance.session.on else f"{at.month}月{at.day}日 "
    if attendance.how in (How.SCAN, How.CODE):
        return f"你在 {day}{at:%H:%M} 已签到，不用再签。"
    return f"{attendance.recorded_by}在 {day}{at:%H:%M} 已记你到会，不用再签。"


def describe_held(attendance: Attendance, today: date) -> Held:
    at = timezone.localtime(attendance.recorded_at)
    day = "" if at.date() == today else f"{name_day(at.date(), today)} "
    return Held(
        attendance.person.name, Mark(attendance.mark), LeaveReason(attendance.reason), attendance.minutes_late,
        How(attendance.how), f"{day}{at:%H:%M}", attendance.recorded_by,
    )  # fmt: skip


def describe_moment(session: Session, at: datetime) -> Moment:
    ended = session.roll_ended_at
    today = timezone.localdate(at)
    return Moment(session.on, SessionState(session.state), _write_ended(ended, today) if ended else "", today)


def _write_ended(ended: datetime, today: date) -> str:
    local = timezone.localtime(ended)
    return f"{local:%H:%M}" if local.date() == today else f"{local.month}月{local.day}日 {local:%H:%M}"


def read_start(session: Session) -> datetime | None:
    """The instant a session starts; None where no time was given."""
    if session.start_time is None:
        return None
    return timezone.make_aware(datetime.combine(session.on, session.start_time))


def describe_opening(session: Session) -> Opening:
    ended = timezone.localtime(session.roll_ended_at) if session.roll_ended_at else None
    return Opening(read_start(session), session.minutes, ended, SessionState(session.state))


@dataclass(frozen=True)
class Place:
    """Somebody's place at one session: their row on its list, or None for somebody who is not expected.

    ``permitted``: the unit may offer codes today. ``session`` holds only the columns that signing in reads.
    """

    session: Session
    person_id: int
    person_name: str
    row_id: int | None
    mark: str
    permitted: bool


# Written out: a crowd asks this, and building it anew costs ten times what the database needs to answer it.
_PLACE = """
SELECT s.id, s.bureau_id, s.unit_id, s.kind, s.topic, s."on", s.start_time, s.minutes, s.state, s.place,
       s.roll_ended_at,
       p.id AS of_person, p.name AS of_name, a.id AS of_row, a.mark AS of_mark,
       EXISTS (SELECT 1 FROM activities_scanpermit m WHERE m.unit_id = s.unit_id AND m.from_on <= %s
               AND (m.until_on IS NULL OR m.until_on > %s)) AS permitted
FROM activities_session s
JOIN orgs_person p ON p.bureau_id = s.bureau_id
LEFT JOIN activities_attendance a ON a.session_id = s.id AND a.person_id = p.id
WHERE s.id = %s AND p.account_id = %s
"""


def find_place(user: User, session_id: int, today: date) -> Place:
    """Read a person's place at a session of their bureau: one query.

    Raises the refusal for a session that does not exist or belongs to another bureau, or a user who is nobody's person.
    """
    day = connection.ops.adapt_datefield_value(today)
    for session in Session.objects.raw(_PLACE, [day, day, session_id, user.pk]):
        more = vars(session)  # what the query adds to the columns
        return Place(
            session, more["of_person"], more["of_name"], more["of_row"], more["of_mark"] or "", bool(more["permitted"])
        )
    raise refuse_missing("这次会议")


def find_own_attendance(place: Place) -> Attendance | None:
    found = Attendance.objects.filter(pk=place.row_id) if place.row_id else Attendance.objects.none()
    return found.select_related("session", "unit", "person").first()


def has_permit(unit_id: int, today: date) -> bool:
    """Whether a unit may offer codes on a day (off by default, ux §0.1)."""
    return ScanPermit.objects.filter(filter_in_force(today), unit=unit_id).exists()


def count_wrong_words(session_id: int, person_id: int, at: datetime) -> int:
    """Count the wrong 会议口令 that somebody typed in the last ten minutes."""
    found = MarkEntry.objects.filter(session=session_id, person=person_id, because=WRONG_CODE, outcome=Outcome.REFUSED)
    return found.filter(received_at__gt=at - FEW_MINUTES).count()


def find_secretary_name(unit_id: int, on: date) -> str:
    """Name who to turn to: the unit's secretary on the day; "" when nobody is."""
    found = Person.objects.filter(
        Exists(Stint.objects.filter(filter_in_force(on), person=OuterRef("pk"), unit=unit_id, role=Role.SECRETARY))
    )
    return found.order_by("pk").values_list("name", flat=True).first() or ""


def find_attendance(session: Session, person_id: int) -> Attendance:
    found = Attendance.objects.filter(session=session, person=person_id).select_related("person", "unit", "session")
    attendance = found.first()
    if attendance is None:
        raise refuse_missing("这个人在本次会议的记录")
    return attendance


def list_entries(attendance: Attendance) -> list[MarkEntry]:
    """Everything that was said of one person's presence at one session, the first thing first."""
    found = MarkEntry.objects.filter(session=attendance.session_id, person=attendance.person_id)
    return list(found.select_related("by").order_by("received_at", "pk"))


def match_guest(session: Session, words: str) -> Person | str:
    """Find whom the secretary means by a staff number or a name; the bare name for somebody from outside.

    Raises Refusal for a name that several people bear, and for somebody who is on the list anyway.
    """
    people = Person.objects.filter(bureau=session.bureau_id)
    found = list(people.filter(staff_no=words)[:1]) or list(people.filter(name=words, left_on__isnull=True)[:2])
    if len(found) > 1:
        raise Refusal("name_of_several", f"本单位有几位“{words}”，请改填工号。")
    if not found:
        return words
    if Attendance.objects.filter(session=session, person=found[0]).exclude(mark=Mark.EXEMPT).exists():
        raise Refusal("guest_expected", f"{found[0].name}在应到名单里，直接点名即可。")
    return found[0]


def list_permits(actor: Actor) -> QuerySet[ScanPermit]:
    """Permits of the units the actor writes for, those in force first."""
    units = scope_led_units(actor)
    return ScanPermit.objects.filter(unit__in=units).select_related("unit").order_by("-from_on", "unit__code", "-pk")


def find_permit(actor: Actor, permit_id: int) -> ScanPermit:
    permit = list_permits(actor).filter(pk=permit_id).first()
    if permit is None:
        raise refuse_missing("这条会议签到的开通记录")
    return permit


def list_units_below(unit: Unit) -> list[Unit]:
    """A unit and all below it, as they stand."""
    return list(Unit.objects.filter(path__startswith=unit.path).order_by("path"))


@dataclass(frozen=True)
class Standing:
    """Where a roll stands, for a device that asks again and again: four queries, whatever the number of people."""

    rows: list[dict[str, object]]
    counts: Counts
    quorum: str
    waiting: int  # sign-ins and guests that wait for the secretary


def find_led_roll(actor: Actor, session_id: int) -> Session:
    """The session of ``find_led_session`` with only what marking needs: fifty devices ask this every few seconds."""
    found = scope_led_sessions(actor).filter(pk=session_id).select_related("bureau", "unit")
    session = found.first()
    if session is None:
        raise refuse_missing("这次会议")
    return session


def read_standing(session: Session) -> Standing:
    found = Attendance.objects.filter(session=session).select_related("person").order_by("pk")
    attendances = list(found)
    for one in attendances:
        one.session = session
    waiting = MarkEntry.objects.filter(session=session, outcome=Outcome.WAITING).count()
    guests = Guest.objects.filter(session=session, confirmed=False).count()
    rows: list[dict[str, object]] = [
        {"person": one.person_id, "mark": one.mark, "reason": one.reason, "late": one.minutes_late,
         "how": one.how, "state": describe_state(one), "by": describe_how(describe_held(one, session.on))}
        for one in attendances
    ]  # fmt: skip
    marks = [(one.mark, one.person.party_status) for one in attendances]
    return Standing(
        rows, count_marks(mark for mark, _ in marks), describe_quorum(session.kind, marks), waiting + guests
    )
