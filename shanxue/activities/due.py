"""What this room expects of a person and of a unit's secretary: meetings, leave, make-up, roll-call, minutes, tasks.

Rows only, already decided; ``home`` merges and sorts them. The number of queries does not depend on the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import quote

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from shanxue.base.days import name_day
from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Grant, Person, Unit

from .models import Attendance, Leave, MakeUp, MeetingRecord, Resolution, Session, SessionNote
from .queries.records import filter_open, list_reviewers
from .rules import LeaveState, MakeUpState, Mark, RecordState, SessionState
from .rules.leave import PRESENT
from .rules.make_up import MISSED
from .rules.sessions import NEAR_DAYS, describe_days

EXPLAINED_DAYS = 14  # an absence is offered for explanation so long
MISSED_DAYS = 92  # absences older than a quarter no longer ask for a make-up by themselves
MINUTES_DAYS = 7  # minutes not handed in after so many days are late
MOST_REVIEWS = 3  # more minutes than these stand in one row with their number


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """Meetings to come, absences to explain, make-ups and tasks of one person."""
    today = timezone.localdate(now)
    return [
        *_list_meetings(person, today),
        *_list_absences(person, today),
        *_list_own_make_ups(person, today),
        *_list_minutes(Session.objects.filter(recorder=person), today),
        *_list_tasks(filter_open(Resolution.objects.filter(responsible=person)), today),
    ]


def _list_meetings(person: Person, today: date) -> Iterator[Due]:
    """Whatever was noticed, from today on; a cancelled or postponed one stays until its day, so that nobody comes."""
    rows = Attendance.objects.filter(person=person, session__on__gte=today, session__noticed_at__isnull=False)
    rows = rows.filter(session__roll_ended_at__isnull=True).exclude(session__state=SessionState.HELD)
    listed = list(rows.exclude(mark__in=PRESENT).select_related("session").order_by("session__on", "pk"))
    changes = _find_changes([row.session_id for row in listed])
    asked = set(
        Leave.objects.filter(person=person, state=LeaveState.ASKED, session__on__gte=today).values_list(
            "session_id", flat=True
        )
    )
    for row in listed:
        light, state = _describe_meeting(row, changes.get(row.session_id), row.session_id in asked, today)
        yield _build_meeting(row.session, light, state)


def _find_changes(session_ids: list[int]) -> dict[int, str]:
    notes = SessionNote.objects.filter(session__in=session_ids, person__isnull=True).order_by("pk")
    return dict(notes.values_list("session_id", "text"))


def _describe_meeting(row: Attendance, change: str | None, asked: bool, today: date) -> tuple[Light, str]:
    session = row.session
    if session.state in (SessionState.CANCELLED, SessionState.POSTPONED):
        return Light.PAUSED, f"已{session.state}：{session.reason}"
    if row.mark == Mark.EXEMPT:
        return Light.PAUSED, "免考核，不作硬性要求"
    if row.mark == Mark.LEAVE:
        return Light.PAUSED, "已准假"
    light, state = describe_days(session.on, today)
    if change:
        return Light.NEAR, f"有改动：{change}"
    return light, f"{state} · 请假待答复" if asked else state


def _build_meeting(session: Session, light: Light, state: str) -> Due:
    start = session.start_time
    at = timezone.make_aware(datetime.combine(session.on, start)) if start else None
    return Due(
        f"session-{session.pk}", "会议", session.topic, _link("session", session.pk), light, state,
        on=session.on, at=at, place=session.place, minutes=session.minutes,
    )  # fmt: skip


def _link(name: str, *arguments: int) -> str:
    return reverse(f"activities:{name}", args=arguments)


def _list_absences(person: Person, today: date) -> Iterator[Due]:
    said = Leave.objects.filter(session=OuterRef("session"), person=person).exclude(state=LeaveState.WITHDRAWN)
    rows = Attendance.objects.filter(
        ~Exists(said), person=person, mark=Mark.ABSENT, session__on__gte=today - timedelta(days=EXPLAINED_DAYS)
    )
    for row in rows.select_related("session").order_by("session__on", "pk"):
        yield Due(
            f"absence-{row.session_id}", "请假", f"写缺席说明：{row.session.topic}", _link("leave", row.session_id),
            Light.NEAR, f"{name_day(row.session.on, today)}记为缺席，有原因的可以说明",
            on=row.session.on + timedelta(days=EXPLAINED_DAYS),
        )  # fmt: skip


def _list_own_make_ups(person: Person, today: date) -> Iterator[Due]:
    found = MakeUp.objects.filter(person=person, state=MakeUpState.OPEN).select_related("session")
    for one in found.order_by("until_on", "pk"):
        light, state = _describe_last_day(one.until_on, today, " · 还可补交")
        yield Due(
            f"make-up-{one.pk}", "补学", f"补学：{one.session.topic}（{one.form}）", _link("my_make_up", one.pk),
            light, state, on=one.until_on,
        )  # fmt: skip


def _describe_last_day(on: date, today: date, still: str = "") -> tuple[Light, str]:
    """Say how far away the last day is, or how long it has passed."""
    distance = (on - today).days
    if distance < 0:
        return Light.LATE, f"已逾期 {-distance} 天{still}"
    state = "今天是最后一天" if distance == 0 else f"还有 {distance} 天"
    return (Light.NEAR if distance <= NEAR_DAYS else Light.NONE), state


def _list_tasks(found: QuerySet[Resolution], today: date) -> Iterator[Due]:
    for one in found.select_related("session").order_by("due_on", "pk"):
        light, state = _describe_last_day(one.due_on, today) if one.due_on else (Light.NONE, "没有期限")
        yield Due(f"resolution-{one.pk}", "决议", one.text, _link("resolution", one.pk), light, state, on=one.due_on)


def list_for_unit(unit: Unit, now: datetime) -> list[Due]:
    """What the secretary of a unit has to do for it and for the units below it."""
    today = timezone.localdate(now)
    units = list(Unit.objects.filter(path__startswith=unit.path).values_list("pk", flat=True))
    return [
        *_list_unsent(units, today),
        *_list_rolls(units, today),
        *_list_minutes(Session.objects.filter(unit__in=units), today),
        *_list_reviews(unit, units, today),
        *_count_leaves(units, today),
        *_count_make_ups(unit, units, today),
        *_list_tasks(filter_open(Resolution.objects.filter(session__unit__in=units, responsible__isnull=True)), today),
    ]


def _list_unsent(units: list[int], today: date) -> Iterator[Due]:
    found = Session.objects.filter(unit__in=units, state=SessionState.PLANNED, noticed_at__isnull=True, on__gte=today)
    for session in found.order_by("on", "pk"):
        light, _ = describe_days(session.on, today)
        yield Due(
            f"notice-{session.pk}", "会议", f"发通知：{session.topic}", _link("notice", session.pk), light,
            f"{name_day(session.on, today)}开会，通知还没有发出", on=session.on,
        )  # fmt: skip


def _list_rolls(units: list[int], today: date) -> Iterator[Due]:
    """Roll-calls of today, and those that were never held."""
    found = Session.objects.filter(
        unit__in=units, state=SessionState.PLANNED, noticed_at__isnull=False, roll_ended_at__isnull=True, on__lte=today
    )
    for session in found.order_by("on", "start_time", "pk"):
        days = (today - session.on).days
        light, state = (Light.LATE, f"开过 {days} 天，还没有点名") if days else (Light.NEAR, "就在今天")
        start = session.start_time
        yield Due(
            f"roll-{session.pk}", "会议", f"点名：{session.topic}", _link("roll_call", session.pk), light, state,
            on=session.on, at=timezone.make_aware(datetime.combine(session.on, start)) if start else None,
            place=session.place, minutes=session.minutes,
        )  # fmt: skip


def _list_minutes(sessions: QuerySet[Session], today: date) -> Iterator[Due]:
    """Minutes to write or to mend, of sessions whose roll-call ended here: for the secretary and for the recorder."""
    done = MeetingRecord.objects.filter(session=OuterRef("pk"), state__in=(RecordState.WAITING, RecordState.PASSED))
    found = sessions.filter(~Exists(done), roll_ended_at__isnull=False)
    for session in found.select_related("record").order_by("on", "pk"):
        record = getattr(session, "record", None)
        returned = record is not None and record.state == RecordState.RETURNED
        last = session.on + timedelta(days=MINUTES_DAYS)
        light, _ = _describe_last_day(last, today)
        days = (today - session.on).days
        state = f"退回修改：{record.review}" if returned and record else f"会议已结束 {days} 天，记录还没有交"
        yield Due(
            f"record-{session.pk}", "记录", f"交记录：{session.topic}", _link("record", session.pk),
            Light.LATE if light is Light.LATE else Light.NEAR, state, on=last,
        )  # fmt: skip


def list_reviews(unit: Unit, now: datetime) -> list[Due]:
    """The minutes of a unit and those below it that wait to be reviewed there."""
    units = list(Unit.objects.filter(path__startswith=unit.path).values_list("pk", flat=True))
    return list(_list_reviews(unit, units, timezone.localdate(now)))


def _list_reviews(unit: Unit, units: list[int], today: date) -> Iterator[Due]:
    """Minutes that a recorder handed in; what a secretary wrote is the office's to review."""
    secretaries = [user for user, power in list_reviewers(unit, today) if power == Grant.Power.SECRETARY]
    found = MeetingRecord.objects.filter(session__unit__in=units, state=RecordState.WAITING)
    waiting = list(found.exclude(writer__in=secretaries).select_related("session").order_by("submitted_at", "pk"))
    if len(waiting) > MOST_REVIEWS:
        first = next((one.submitted_at for one in waiting if one.submitted_at), None)
        state = f"最早的 {name_day(timezone.localdate(first), today)}提交" if first else ""
        href = f"{_link('records')}?tab={quote(RecordState.WAITING)}"
        yield Due("reviews", "审阅", f"审核记录 {len(waiting)} 份", href, Light.NEAR, state)
        return
    for record in waiting:
        yield Due(
            f"review-{record.session_id}", "审阅", f"审核记录：{record.session.topic}",
            _link("record", record.session_id), Light.NEAR, f"{record.written_by}已提交",
        )  # fmt: skip


def _count_leaves(units: list[int], today: date) -> Iterator[Due]:
    own = Attendance.objects.filter(session=OuterRef("session"), person=OuterRef("person"), unit__in=units)
    waiting = Leave.objects.filter(Q(session__unit__in=units) | Exists(own), state=LeaveState.ASKED)
    days = list(waiting.order_by("session__on").values_list("session__on", flat=True))
    if days:
        first = next((day for day in days if day >= today), days[0])
        light = Light.NEAR if first <= today + timedelta(days=NEAR_DAYS) else Light.NONE
        state = f"最近的一次会议在{name_day(first, today)}"
        yield Due("leaves", "请假", f"答复请假 {len(days)} 条", _link("leaves"), light, state)


def _count_make_ups(unit: Unit, units: list[int], today: date) -> Iterator[Due]:
    rows = Attendance.objects.filter(
        unit__in=units, mark__in=MISSED, session__on__gte=today - timedelta(days=MISSED_DAYS), session__on__lte=today,
        session__state=SessionState.HELD,
    )  # fmt: skip
    arranged = MakeUp.objects.filter(session=OuterRef("session"), person=OuterRef("person")).exclude(
        state=MakeUpState.DROPPED
    )
    missed = rows.filter(~Exists(arranged)).count()
    if missed:
        href = f"{_link('make_up')}?unit={unit.pk}&show=needs"
        yield Due("missed", "补学", f"安排补学 {missed} 人次", href, Light.NEAR, "近三个月请假或缺席，还没有安排")
    own = Attendance.objects.filter(session=OuterRef("session"), person=OuterRef("person"), unit__in=units)
    reported = MakeUp.objects.filter(Exists(own), state=MakeUpState.WAITING).count()
    if reported:
        href = f"{_link('make_up')}?unit={unit.pk}"
        yield Due("make-ups", "补学", f"确认补学 {reported} 项", href, Light.NEAR, "本人已报完成，等你确认")


def summarise_year(person: Person, year: int) -> tuple[str, int, int] | None:
    """会议: how often present, of how many sessions held that expected the person and know whether they came."""
    rows = Attendance.objects.filter(person=person, session__on__year=year, session__state=SessionState.HELD).exclude(
        mark__in=(Mark.EXEMPT, Mark.UNRECORDED)
    )
    marks = list(rows.values_list("mark", flat=True))
    return ("会议", sum(mark in PRESENT for mark in marks), len(marks)) if marks else None
