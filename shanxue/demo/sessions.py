"""The sessions held so far this year, who was there, and their minutes: written in bulk, as an import would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from django.db.models import Q
from django.utils import timezone

from shanxue.activities.models import AgendaItem, Attendance, MakeUp, MeetingRecord, Resolution, Session
from shanxue.activities.rules import (
    How,
    LeaveReason,
    MakeUpForm,
    MakeUpState,
    Mark,
    RecordState,
    SessionKind,
    SessionState,
    Tier,
)
from shanxue.orgs.models import Bureau, Exemption, Person, Stint, Unit
from shanxue.orgs.rules import PartyStatus, Role, StaffState, UnitKind
from shanxue.plans.models import Campaign

from .days import pick_workday
from .texts import CENTRE, LECTURES, MINUTES, PLACES, RESOLUTIONS, STUDIES, THEMES

QUARTERS = "一二三四"
WRITTEN_HERE = 1  # branches that write their minutes and notes here
COMMITTEE = (Role.SECRETARY, Role.DEPUTY, Role.COMMITTEE, Role.STUDY_COMMITTEE)
MARKS = (Mark.PRESENT,) * 92 + (Mark.LEAVE,) * 4 + (Mark.ABSENT,) * 2 + (Mark.LATE,) * 2
REASONS = (LeaveReason.TRAVEL, LeaveReason.DUTY, LeaveReason.SICK, LeaveReason.ON_SHIFT, LeaveReason.VACATION)


@dataclass
class Branch:
    """A branch as the year's sessions need it."""

    unit: Unit
    number: int
    stints: list[Stint] = field(default_factory=list)
    exempt: set[int] = field(default_factory=set)

    @property
    def secretary(self) -> Person:
        return next((stint.person for stint in self.stints if stint.role == Role.SECRETARY), self.stints[0].person)

    @property
    def recorder(self) -> Person:
        return next((stint.person for stint in self.stints if stint.role == Role.STUDY_COMMITTEE), self.secretary)

    def list_expected(self, kind: SessionKind) -> list[Person]:
        """Members of the branch; its committee for 支委会."""
        if kind == SessionKind.COMMITTEE_MEETING:
            return [stint.person for stint in self.stints if stint.role in COMMITTEE]
        party = (PartyStatus.FULL, PartyStatus.PROBATIONARY)
        return [stint.person for stint in self.stints if stint.person.party_status in party]


def list_branches(bureau: Bureau, year: int) -> list[Branch]:
    """Read every branch with the people who stand in it today."""
    units = Unit.objects.filter(bureau=bureau, kind=UnitKind.BRANCH).order_by("code")
    branches = {unit.pk: Branch(unit, number) for number, unit in enumerate(units)}
    stints = Stint.objects.filter(unit__in=branches, until_on__isnull=True, person__left_on__isnull=True)
    for stint in stints.select_related("person").order_by("person__staff_no"):
        branches[stint.unit_id].stints.append(stint)
    exempt = Exemption.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=date(year, 1, 1)), person__bureau=bureau
    ).values_list("person_id", flat=True)
    for branch in branches.values():
        branch.exempt = set(exempt)
    return [branch for branch in branches.values() if branch.stints]


def hold_year(bureau: Bureau, branches: Sequence[Branch], campaign: Campaign, today: date) -> None:
    """Write every session from January to yesterday with its attendance, minutes, resolutions and make-ups."""
    draw = Random(today.year)
    sessions = [*_plan_centre(bureau, today)]
    for branch in branches:
        sessions += _plan_branch(branch, campaign, today)
    Session.objects.bulk_create(sessions)
    by_unit = {branch.unit.pk: branch for branch in branches}
    marks: list[Attendance] = []
    for session in sessions:
        holder = by_unit.get(session.unit_id)
        expected = holder.list_expected(SessionKind(session.kind)) if holder else _list_leaders(branches)
        marks += _mark_session(session, expected, holder.exempt if holder else set(), draw)
    Attendance.objects.bulk_create(marks, batch_size=2000)
    _write_agenda(sessions)
    _write_minutes([session for session in sessions if _writes_on_paper(by_unit.get(session.unit_id))], today)
    _make_up(marks, sessions, today)


def _writes_on_paper(branch: Branch | None) -> bool:
    """All branches but the first hand their minutes in on paper; the office enters that they passed."""
    return branch is not None and branch.number >= WRITTEN_HERE


def _plan_branch(branch: Branch, campaign: Campaign, today: date) -> Iterator[Session]:
    for month in range(1, today.month + 1):
        for kind, topic, day in _list_month(branch, today.year, month):
            if day < today and not _is_left_out(branch.number, kind, month):
                yield _make_session(branch, kind, topic, day, campaign)


def _list_month(branch: Branch, year: int, month: int) -> Iterator[tuple[SessionKind, str, date]]:
    shift = branch.number % 3
    yield SessionKind.COMMITTEE_MEETING, f"{month}月支委会", pick_workday(year, month, 2 + shift)
    yield SessionKind.THEME_DAY, THEMES[month - 1], pick_workday(year, month, 6 + shift)
    if month in (3, 6, 9, 12):
        yield (
            SessionKind.PARTY_MEETING,
            f"第{'一二三四'[month // 3 - 1]}季度支部党员大会",
            pick_workday(year, month, 12),
        )
    if month in (2, 5, 8, 11):
        yield SessionKind.LECTURE, LECTURES[month // 3 % 4], pick_workday(year, month, 13)
    if month % 2 == 0:
        yield SessionKind.STUDY_DAY, STUDIES[month // 2 - 1], pick_workday(year, month, 16)


def _is_left_out(number: int, kind: SessionKind, month: int) -> bool:
    """A few branches miss something, as branches do."""
    return (
        (number == 1 and kind == SessionKind.PARTY_MEETING and month >= 9)
        or (number == 10 and kind == SessionKind.THEME_DAY and month == 10)
        or (number % 9 == 4 and kind == SessionKind.LECTURE and month >= 8)
        or (number == 25 and kind == SessionKind.COMMITTEE_MEETING)
    )


def _make_session(branch: Branch, kind: SessionKind, topic: str, day: date, campaign: Campaign) -> Session:
    noticed = timezone.make_aware(datetime.combine(day - timedelta(days=3), time(9, 0)))
    of_campaign = kind == SessionKind.THEME_DAY and campaign.from_on <= day < campaign.until_on
    minutes = 60 if kind == SessionKind.COMMITTEE_MEETING else 120
    return Session(
        bureau_id=branch.unit.bureau_id,
        unit=branch.unit,
        kind=kind,
        tier=Tier.BRANCH,
        topic=topic,
        on=day,
        start_time=time(14, 30),
        minutes=minutes,
        place=PLACES[branch.number % len(PLACES)],
        credit_milli=0 if kind == SessionKind.COMMITTEE_MEETING else 2000,
        state=SessionState.HELD,
        host=branch.secretary,
        recorder=branch.recorder,
        campaign=campaign if of_campaign else None,
        noticed_at=noticed,
        roll_ended_at=timezone.make_aware(datetime.combine(day, time(16, 30))),
    )


def _plan_centre(bureau: Bureau, today: date) -> Iterator[Session]:
    """党组集中学: the committee's centre group, once a quarter."""
    committee = Unit.objects.filter(bureau=bureau, kind=UnitKind.COMMITTEE).first()
    for quarter, topic in enumerate(CENTRE):
        day = pick_workday(today.year, quarter * 3 + 2, 9)
        if committee and day < today:
            yield Session(
                bureau=bureau,
                unit=committee,
                kind=SessionKind.CORE_GROUP,
                tier=Tier.COMMITTEE,
                topic=topic,
                on=day,
                start_time=time(9, 0),
                minutes=180,
                place=PLACES[0],
                credit_milli=4000,
                state=SessionState.HELD,
                noticed_at=timezone.make_aware(datetime.combine(day - timedelta(days=7), time(9, 0))),
                roll_ended_at=timezone.make_aware(datetime.combine(day, time(12, 0))),
            )


def _list_leaders(branches: Sequence[Branch]) -> list[Person]:
    return [branch.secretary for branch in branches[:10]]


def _mark_session(session: Session, expected: Sequence[Person], exempt: set[int], draw: Random) -> list[Attendance]:
    at = timezone.make_aware(datetime.combine(session.on, time(14, 35)))
    rows = []
    for person in expected:
        away = person.pk in exempt or person.staff_state in (StaffState.SECONDED_OUT, StaffState.HELD_POST)
        mark = Mark.EXEMPT if away else draw.choice(MARKS)
        rows.append(
            Attendance(
                session=session,
                person=person,
                unit_id=session.unit_id,
                mark=mark,
                reason=draw.choice(REASONS) if mark == Mark.LEAVE else LeaveReason.NONE,
                minutes_late=10 if mark == Mark.LATE else None,
                how=How.ROLL_CALL,
                recorded_at=at,
                recorded_by=str(session.host or "学习办公室"),
            )
        )
    return rows


def _write_agenda(sessions: Sequence[Session]) -> None:
    points = ("领学文件", "交流发言", "讨论决议")
    AgendaItem.objects.bulk_create(
        [
            AgendaItem(session=session, position=position, title=title, done=True)
            for session in sessions
            for position, title in enumerate(points, 1)
        ],
        batch_size=2000,
    )


def _write_minutes(sessions: Sequence[Session], today: date) -> None:
    """Minutes of all but the last days; one is waiting for review, one went back."""
    fresh = today - timedelta(days=3)
    written = [session for session in sessions if session.on < fresh]
    latest = sorted(written, key=lambda session: (session.on, session.unit_id))[-12:]
    waiting = {id(session) for session in latest[:-2]}
    returned = {id(session) for session in latest[-2:]}
    records, resolutions = [], []
    for session in written:
        at = timezone.make_aware(datetime.combine(session.on + timedelta(days=1), time(10, 0)))
        state = RecordState.PASSED
        if id(session) in waiting:
            state = RecordState.WAITING
        elif id(session) in returned:
            state = RecordState.RETURNED
        reviewed = state in (RecordState.PASSED, RecordState.RETURNED)
        records.append(
            MeetingRecord(
                session=session,
                content=MINUTES.format(topic=session.topic),
                state=state,
                revision=1,
                saved_at=at,
                written_by=str(session.recorder or ""),
                submitted_at=at,
                reviewed_at=at + timedelta(days=1) if reviewed else None,
                reviewed_by="学习办公室" if reviewed else "",
                review="请补写讨论发言的要点。" if state == RecordState.RETURNED else "",
            )
        )
        if session.kind == SessionKind.PARTY_MEETING:
            due = session.on + timedelta(days=30)
            done = due - timedelta(days=5)
            resolutions.append(
                Resolution(
                    session=session,
                    position=1,
                    text=RESOLUTIONS[session.on.month % 3],
                    responsible=session.recorder,
                    due_on=due,
                    done_on=done if done < today else None,
                    done_note="已完成" if done < today else "",
                )
            )
    MeetingRecord.objects.bulk_create(records, batch_size=1000)
    Resolution.objects.bulk_create(resolutions)


def _make_up(marks: Sequence[Attendance], sessions: Sequence[Session], today: date) -> None:
    """Most absences of former months are made up; those of the last weeks are still open or wait for a word."""
    days = {session.pk: session.on for session in sessions}
    changed, rows = [], []
    for number, row in enumerate(mark for mark in marks if mark.mark in (Mark.LEAVE, Mark.ABSENT)):
        day = days[row.session_id]
        done = (today - day).days > 45
        if number % 3 == 0:
            continue
        at = timezone.make_aware(datetime.combine(day + timedelta(days=2), time(9, 0)))
        rows.append(
            MakeUp(
                session_id=row.session_id,
                person_id=row.person_id,
                of_mark=row.mark,
                form=MakeUpForm.SELF_STUDY,
                material="会议学习材料",
                until_on=day + timedelta(days=30),
                arranged_at=at,
                arranged_by=row.recorded_by,
                state=MakeUpState.DONE if done else MakeUpState.OPEN,
                done_on=day + timedelta(days=14) if done else None,
                account="已自学会议材料，要点记在笔记里。" if done else "",
                confirmed_at=at + timedelta(days=14) if done else None,
                confirmed_by=row.recorded_by if done else "",
            )
        )
        if done:
            row.mark, row.how = Mark.MADE_UP, How.MAKE_UP
            changed.append(row)
    MakeUp.objects.bulk_create(rows, batch_size=1000)
    Attendance.objects.bulk_update(changed, ["mark", "how"], batch_size=500)
