"""Minutes: what a page of them shows, who may write or review them, which wait for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Count, F, Q, QuerySet

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.models import Grant, Person, Unit
from shanxue.orgs.queries import Actor, filter_in_force, is_leading, match_granted_units, match_own

from ..models import (
    AgendaItem,
    Attendance,
    Guest,
    MakeUp,
    MeetingRecord,
    RecordReview,
    RecordVersion,
    Resolution,
    Session,
)
from ..rules import MakeUpState, RecordState, SessionState
from ..rules.records import (
    Agenda,
    Change,
    Decision,
    Element,
    Head,
    Presence,
    check_elements,
    describe_changes,
    list_changes,
    list_loose_decisions,
    may_review,
    prefill_content,
    unpack_head,
)
from .arranging import find_session

Part = TypeVar("Part", MakeUp, Attendance, Guest, AgendaItem, Resolution)
UNWRITTEN_DAYS = 366  # how far back a missing record is asked for
UNWRITTEN = "未写"
TABS = (RecordState.WAITING, RecordState.RETURNED, RecordState.PASSED, UNWRITTEN)


@dataclass(frozen=True)
class Access:
    """What one actor may do with one session's minutes."""

    reads_all: bool  # also unfinished minutes and reasons of absence
    leads: bool  # also calls the roll and arranges make-ups
    writes: bool
    reviews: bool
    keeps_office: bool


@dataclass(frozen=True)
class Minutes:
    """One session's minutes as a page or a document shows them.

    ``head`` is live while they are written, and the kept one once they were handed in; ``changes`` says how the
    attendance has moved since.
    """

    session: Session
    record: MeetingRecord | None
    access: Access
    head: Head
    agenda: tuple[Agenda, ...]
    content: str
    other: str
    resolutions: tuple[Resolution, ...]
    versions: tuple[RecordVersion, ...]
    reviews: tuple[RecordReview, ...]
    changes: tuple[Change, ...]

    @property
    def state(self) -> str:
        return self.record.state if self.record else UNWRITTEN

    @property
    def ended(self) -> bool:
        return self.session.state == SessionState.HELD

    @property
    def editable(self) -> bool:
        return self.access.writes and self.state in (UNWRITTEN, RecordState.DRAFT, RecordState.RETURNED)

    @property
    def elements(self) -> list[Element]:
        return check_elements(self.head, self.content, self.agenda, ended=self.ended)

    @property
    def loose(self) -> list[str]:
        return list_loose_decisions([describe_decision(row) for row in self.resolutions])

    @property
    def log(self) -> list[tuple[datetime, str]]:
        """What became of the minutes, oldest first: each time they were handed in and each review."""
        steps = [(one.at, f"{one.actor}提交第 {one.number} 稿") for one in self.versions]
        steps += [(one.at, f"{one.actor}：{one.state}{'，' if one.text else ''}{one.text}") for one in self.reviews]
        return sorted(steps)

    @property
    def told_changes(self) -> list[str]:
        return describe_changes(self.changes, self.state)


def describe_decision(row: Resolution) -> Decision:
    return Decision(row.text, row.responsible_id, row.due_on, row.pk)


# One session's minutes


def find_minutes(actor: Actor, session_id: int) -> Minutes:
    """Read one session's minutes. People who were only expected read them once they have passed."""
    session = _find_session(actor, session_id)
    record = MeetingRecord.objects.select_related("writer").filter(session=session).first()
    access = find_access(actor, session, record)
    if not access.reads_all and (record is None or record.state != RecordState.PASSED):
        raise Refusal("record_unfinished", "这次会议的记录还没有通过审核。通过以后，可以在这里看。", status=403)
    return read_minutes(session, record, access)


def _find_session(actor: Actor, session_id: int) -> Session:
    """The session's recorder finds it too without being on its list."""
    if actor.reads_own:
        taken = Session.objects.filter(recorder=actor.person, bureau=actor.bureau, pk=session_id)
        session = taken.select_related("bureau", "unit", "host", "recorder").first()
        if session is not None:
            return session
    return find_session(actor, session_id)


def find_own_minutes(actor: Actor, session_id: int) -> Minutes:
    """Read minutes in full for whoever writes, reviews or inspects them; nobody else finds them."""
    minutes = find_minutes(actor, session_id)
    if not minutes.access.reads_all:
        raise refuse_missing("这份记录")
    return minutes


def find_sheet(actor: Actor, session_id: int) -> tuple[Session, Head]:
    """Read what a sign-in sheet lists; before the notice nobody is on the list."""
    session = _find_session(actor, session_id)
    if not find_access(actor, session, None).reads_all:
        raise refuse_missing("这次会议的签到表")
    head = read_head(session)
    if not head.people:
        raise Refusal("nobody_listed", "应到名单还没有定，签到表上没有人。先发出通知，再打印签到表。", status=409)
    return session, head


def read_minutes(session: Session, record: MeetingRecord | None, access: Access) -> Minutes:
    return _compose(
        session, record, access, live=read_head(session), agenda=read_agenda(session),
        versions=tuple(record.versions.order_by("number")) if record else (),
        resolutions=tuple(list_resolutions(session)),
        reviews=tuple(record.reviews.order_by("pk")) if record else (),
    )  # fmt: skip


def read_passed_minutes(sessions: Sequence[Session], access: Access) -> list[Minutes]:
    """Read the minutes of many sessions, each with its ``record``, as documents show them: without the reviews.

    Six queries.
    """
    heads = read_heads(sessions)
    points = _group(AgendaItem.objects.select_related("speaker").order_by("position"), sessions)
    decided = _group(Resolution.objects.select_related("responsible").order_by("position", "pk"), sessions)
    versions: dict[int, list[RecordVersion]] = defaultdict(list)
    for version in RecordVersion.objects.filter(record__session__in=sessions).order_by("number"):
        versions[version.record_id].append(version)
    return [
        _compose(
            one, one.record, access, live=heads[one.pk], agenda=describe_agenda(points[one.pk]),
            versions=tuple(versions[one.record.pk]), resolutions=tuple(decided[one.pk]), reviews=(),
        )
        for one in sessions
    ]  # fmt: skip


def _compose(
    session: Session, record: MeetingRecord | None, access: Access, *, live: Head, agenda: tuple[Agenda, ...],
    versions: tuple[RecordVersion, ...], resolutions: tuple[Resolution, ...], reviews: tuple[RecordReview, ...],
) -> Minutes:  # fmt: skip
    kept = versions[-1] if versions and record and record.state in (RecordState.WAITING, RecordState.PASSED) else None
    head = unpack_head(kept.text["head"]) if kept else live
    return Minutes(
        session=session,
        record=record,
        access=access,
        head=head,
        agenda=agenda,
        content=record.content if record else prefill_content(agenda),
        other=record.other if record else "",
        resolutions=resolutions,
        versions=versions,
        reviews=reviews,
        changes=tuple(list_changes(head, live)) if kept else (),
    )


def list_resolutions(session: Session) -> QuerySet[Resolution]:
    return session.resolutions.select_related("responsible").order_by("position", "pk")


def read_agenda(session: Session) -> tuple[Agenda, ...]:
    return describe_agenda(session.agenda.select_related("speaker").order_by("position"))


def describe_agenda(rows: Iterable[AgendaItem]) -> tuple[Agenda, ...]:
    return tuple(Agenda(row.title, row.speaker.name if row.speaker else "") for row in rows)


def read_head(session: Session) -> Head:
    """Read the head of the minutes from the session and its roll-call, as they are now. Three queries."""
    return read_heads([session])[session.pk]


def read_heads(sessions: Sequence[Session]) -> dict[int, Head]:
    """Read the heads of many sessions, by session. Three queries."""
    plans = _group(MakeUp.objects.exclude(state=MakeUpState.DROPPED), sessions)
    marks = _group(Attendance.objects.select_related("person").order_by("person__staff_no"), sessions)
    guests = _group(Guest.objects.filter(confirmed=True).order_by("pk"), sessions)
    return {one.pk: _describe_head(one, marks[one.pk], plans[one.pk], guests[one.pk]) for one in sessions}


def _group(rows: QuerySet[Part], sessions: Sequence[Session]) -> dict[int, list[Part]]:
    """Rows that belong to sessions, by session. One query."""
    found: dict[int, list[Part]] = defaultdict(list)
    for row in rows.filter(session__in=[one.pk for one in sessions]):
        found[row.session_id].append(row)
    return found


def _describe_head(
    session: Session, marks: Sequence[Attendance], plans: Sequence[MakeUp], guests: Sequence[Guest]
) -> Head:
    make_ups = {row.person_id: row for row in plans}
    people = []
    for row in marks:
        plan = make_ups.get(row.person_id)
        words = "" if plan is None else f"{plan.form}，{write_day(plan.until_on)}前（{plan.state}）"
        was = plan.of_mark if plan else ""
        people.append(Presence(row.person_id, row.person.name, row.mark, row.reason, row.how, was, words))
    return Head(
        unit=session.unit.name, kind=session.kind, topic=session.topic, on=session.on, start_time=session.start_time,
        minutes=session.minutes, place=session.place, credit_milli=session.credit_milli,
        host=session.host.name if session.host else "", recorder=session.recorder.name if session.recorder else "",
        people=tuple(people), guests=tuple(one.name for one in guests),
    )  # fmt: skip


def write_day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def list_participants(session: Session) -> list[Person]:
    """Everybody on the session's list or its guest, who may be made responsible for a decision. Two queries."""
    people = [row.person for row in session.attendances.select_related("person").order_by("person__staff_no")]
    guests = session.guests.filter(person__isnull=False).select_related("person").order_by("pk")
    return people + [row.person for row in guests if row.person is not None]


# Who may do what


def find_access(actor: Actor, session: Session, record: MeetingRecord | None) -> Access:
    leads = is_leading(actor, session.unit)
    writes = leads or is_recorder(actor, session)
    keeps = leads and actor.keeps_office
    return Access(
        reads_all=writes or reads_unit(actor, session.unit),
        leads=leads,
        writes=writes,
        reviews=leads and record is not None and _may_review(actor, session, record),
        keeps_office=keeps,
    )


def is_recorder(actor: Actor, session: Session) -> bool:
    return actor.reads_own and actor.person is not None and session.recorder_id == actor.person.pk


def reads_unit(actor: Actor, unit: Unit) -> bool:
    return any(
        grant.bureau_id == unit.bureau_id and (grant.unit is None or unit.path.startswith(grant.unit.path))
        for grant in actor.reading_grants
    )


def _may_review(actor: Actor, session: Session, record: MeetingRecord) -> bool:
    held = list_reviewers(session.unit, actor.on)
    writer = record.writer_id
    offices = {user for user, power in held if power == Grant.Power.OFFICE}
    return may_review(
        keeps_office=actor.user.pk in offices,
        is_secretary=(actor.user.pk, Grant.Power.SECRETARY) in held,
        is_writer=writer == actor.user.pk,
        writer_is_secretary=(writer, Grant.Power.SECRETARY) in held,
        others=bool(offices - {actor.user.pk}),
    )


def list_reviewers(unit: Unit, on: date) -> set[tuple[int, str]]:
    """List who keeps the office or is secretary over a unit on a day: (user id, power). One query."""
    above = [int(part) for part in unit.path.strip("/").split("/")]
    over = Q(unit__isnull=True) | Q(unit__in=above)
    grants = Grant.objects.filter(
        filter_in_force(on), over, bureau=unit.bureau_id, power__in=(Grant.Power.OFFICE, Grant.Power.SECRETARY)
    )
    return set(grants.values_list("user_id", "power"))


# Lists


def scope_records(actor: Actor) -> QuerySet[MeetingRecord]:
    found = match_granted_units(actor, "session__unit")
    return MeetingRecord.objects.filter(found, session__bureau=actor.bureau)


def list_records(actor: Actor, tab: str, year: int) -> QuerySet[MeetingRecord]:
    """Minutes of a tab: what waits longest first; passed ones of one year, newest session first."""
    found = scope_records(actor).filter(state=tab).select_related("session__unit")
    if tab != RecordState.PASSED:
        return found.order_by("submitted_at", "pk")
    passed = found.filter(session__on__gte=date(year, 1, 1), session__on__lt=date(year + 1, 1, 1))
    return passed.order_by("-session__on", "-session_id")


def list_handed_in(actor: Actor, unit: Unit, from_on: date, until_on: date) -> QuerySet[MeetingRecord]:
    """Minutes ever handed in of sessions held in these days, both included, by a unit and those below it."""
    found = scope_records(actor).filter(session__unit__path__startswith=unit.path, submitted_at__isnull=False)
    return found.filter(session__on__range=(from_on, until_on)).order_by("session__on", "session_id")


def list_unwritten(actor: Actor, today: date) -> QuerySet[Session]:
    """Sessions whose roll-call has ended and whose minutes are not yet handed in, oldest first."""
    return filter_unwritten(
        Session.objects.filter(match_granted_units(actor, "unit"), bureau=actor.bureau), today
    ).select_related("unit", "record")


def filter_unwritten(sessions: QuerySet[Session], today: date) -> QuerySet[Session]:
    """Keep sessions held here (not imported from a ledger) without minutes that were ever handed in."""
    written = Q(record__isnull=True) | Q(record__state=RecordState.DRAFT)
    since = today - timedelta(days=UNWRITTEN_DAYS)
    held = sessions.filter(written, state=SessionState.HELD, roll_ended_at__isnull=False, on__gte=since)
    return held.order_by("on", "pk")


def count_tabs(actor: Actor, year: int, today: date) -> dict[str, int]:
    """Count what each tab holds: two queries."""
    in_year = Q(session__on__gte=date(year, 1, 1), session__on__lt=date(year + 1, 1, 1))
    counted = scope_records(actor).filter(Q(state__in=[RecordState.WAITING, RecordState.RETURNED]) | in_year)
    states = dict(counted.order_by().values_list("state").annotate(Count("pk")))
    return {tab: states.get(tab, 0) for tab in TABS} | {UNWRITTEN: list_unwritten(actor, today).count()}


# Decisions as tasks


def scope_resolutions(actor: Actor) -> QuerySet[Resolution]:
    """Decisions of minutes that were handed in: of units the actor reads, and the actor's own."""
    found = Resolution.objects.filter(
        match_granted_units(actor, "session__unit") | match_own(actor, "responsible"),
        session__bureau=actor.bureau,
        session__record__submitted_at__isnull=False,
    )
    return found.select_related("session__unit", "session__bureau", "session__record", "responsible")


def find_resolution(actor: Actor, resolution_id: int) -> Resolution:
    found = scope_resolutions(actor).filter(pk=resolution_id).first()
    if found is None:
        raise refuse_missing("这条决议")
    return found


def filter_open(resolutions: QuerySet[Resolution]) -> QuerySet[Resolution]:
    """Keep what is not done; before the minutes are handed in nothing is decided yet."""
    return resolutions.filter(done_on__isnull=True, session__record__submitted_at__isnull=False)


def list_open_resolutions(actor: Actor) -> QuerySet[Resolution]:
    """Decisions not done yet, those with the nearest day first."""
    return filter_open(scope_resolutions(actor)).order_by(F("due_on").asc(nulls_last=True), "session__on", "pk")


def may_report(actor: Actor, resolution: Resolution) -> bool:
    """Whether the actor says that a decision is carried out: whoever answers for it, or who leads the unit."""
    own = actor.reads_own and actor.person is not None and resolution.responsible_id == actor.person.pk
    return own or is_leading(actor, resolution.session.unit)
