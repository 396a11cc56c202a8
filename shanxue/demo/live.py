"""What lies on people's desks today: meetings announced, leave asked for, a test that is open, somebody moving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from shanxue.activities.actions.arranging import Arrangement, arrange_session, send_notice
from shanxue.activities.actions.records import Draft, pass_record, save_record, submit_record
from shanxue.activities.models import Leave, Session
from shanxue.activities.rules import LeaveReason, MakeUpForm, SessionKind, Tier
from shanxue.activities.rules.agenda import AgendaRow
from shanxue.activities.rules.records import Decision
from shanxue.exams.actions.bank import QuestionValues, save_question
from shanxue.exams.actions.papers import PaperValues, publish_paper, save_paper, set_rule
from shanxue.exams.models import Score
from shanxue.exams.rules import Counts, QuestionKind
from shanxue.exams.rules.papers import Draw
from shanxue.orgs.actions.moves import transfer_person
from shanxue.orgs.actions.people import ask_correction
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor
from shanxue.plans.models import Campaign

from .days import move_to_workday
from .sessions import Branch
from .texts import MINUTES, PLACES, QUESTIONS, RESOLUTIONS, THEMES

BANK = "党章党规"
AGENDA = (AgendaRow(title="领学文件"), AgendaRow(title="交流发言"), AgendaRow(title="讨论决议"))


def announce_meetings(
    office: Actor, secretary: Actor, branches: Sequence[Branch], campaign: Campaign, at: datetime
) -> None:
    """Next week's 主题党日 of every branch; for the secretary's own also one that begins within the hour."""
    today = timezone.localdate(at)
    own = next(branch for branch in branches if secretary.person and branch.secretary.pk == secretary.person.pk)
    for branch in branches:
        if all(person.pk in branch.exempt for person in branch.list_expected(SessionKind.THEME_DAY)):
            continue  # nothing is asked of anybody there (条例第23条)
        day = move_to_workday(today + timedelta(days=5 + branch.number % 3))
        who = secretary if branch is own else office
        topic = f"{THEMES[day.month - 1]}（{day.month}月{day.day}日）"
        session = _announce(who, branch, SessionKind.THEME_DAY, topic, day, time(14, 30), campaign, at)
        if branch is own:
            _ask_for_leave(branch, session, at)
    start = _find_start(at)
    soon = _announce(
        secretary, own, SessionKind.STUDY_DAY, "市容和环境卫生管理条例学习", start.date(), start.time(), campaign, at
    )
    _announce(office, branches[1], SessionKind.PARTY_MEETING, "补开支部党员大会", soon.on, time(9, 0), None, at)


def _find_start(at: datetime) -> datetime:
    """The next half hour of a working hour: today if the day still has one, else tomorrow morning."""
    local = timezone.localtime(at)
    start = (local + timedelta(minutes=60)).replace(minute=30 if local.minute < 30 else 0, second=0, microsecond=0)
    if start.date() == local.date() and 9 <= start.hour < 21:
        return start
    morning = local.date() if local.hour < 9 else local.date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(morning, time(9, 0)))


def _announce(
    who: Actor,
    branch: Branch,
    kind: SessionKind,
    topic: str,
    day: date,
    start: time,
    campaign: Campaign | None,
    at: datetime,
) -> Session:
    arrangement = Arrangement(
        unit=branch.unit,
        kind=kind,
        tier=Tier.BRANCH,
        topic=topic,
        on=day,
        start_time=start,
        minutes=120,
        place=PLACES[branch.number % len(PLACES)],
        credit_milli=2000,
        host=branch.secretary,
        recorder=branch.recorder,
        campaign=campaign,
        notice="请带笔记本，提前五分钟到场。",
        agenda=AGENDA,
    )
    session = arrange_session(who, arrangement, at=at)
    send_notice(who, session, at=at)
    return session


def _ask_for_leave(branch: Branch, session: Session, at: datetime) -> None:
    """Two members have asked; their secretary has not answered yet."""
    for stint, reason, text in zip(
        branch.stints[-2:], (LeaveReason.TRAVEL, LeaveReason.ON_SHIFT), ("去省里参加业务培训。", ""), strict=True
    ):
        Leave.objects.create(
            session=session,
            person=stint.person,
            reason=reason,
            text=text,
            make_up=MakeUpForm.SELF_STUDY,
            asked_at=at - timedelta(hours=3),
            after_event=False,
        )


def open_test(office: Actor, unit: Unit, people: Sequence[Person], at: datetime) -> None:
    """A bank of questions, a test open for two weeks, and the scores of the one in summer."""
    assert office.bureau is not None
    name = str(office.user)
    for kind, stem, options, answer, source in QUESTIONS:
        values = QuestionValues(
            bank=BANK, kind=kind, stem=stem, options=list(options), answer=list(answer), analysis="", source=source,
            difficulty="",
        )  # fmt: skip
        save_question(office.bureau, None, values, actor=name, at=at)
    year = timezone.localdate(at).year
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    paper = save_paper(
        office.bureau,
        None,
        PaperValues(
            unit=unit, statuses=[], title=f"{year}年党的基本知识测试", opens_at=midnight - timedelta(days=2),
            closes_at=midnight + timedelta(days=12, hours=18), minutes=30, attempts=2, counts=Counts.BEST,
            pass_milli=60_000,
        ),
        actor=name,
        at=at,
    )  # fmt: skip
    draws = (
        Draw(BANK, QuestionKind.SINGLE, 5, 10_000), Draw(BANK, QuestionKind.MULTIPLE, 2, 15_000),
        Draw(BANK, QuestionKind.TRUE_FALSE, 2, 10_000),
    )  # fmt: skip
    set_rule(paper, draws, actor=name, at=at)
    publish_paper(paper, actor=name, at=at)
    if timezone.localdate(at).month > 6:
        Score.objects.bulk_create(
            Score(
                bureau=office.bureau, person=person, title=f"{year}年上半年理论测试", on=date(year, 6, 18),
                score_milli=(68 + number * 7 % 31) * 1000,
            )
            for number, person in enumerate(people)
        )  # fmt: skip


def move_somebody(office: Actor, branches: Sequence[Branch], at: datetime) -> None:
    """Somebody moves to the first branch, which has not received them yet (条例第25条)."""
    stint = branches[3].stints[-1]
    transfer_person(office, stint, branches[0].unit, timezone.localdate(at), at=at)


def ask_to_correct(member: Actor, at: datetime) -> None:
    ask_correction(member, "职级类别", "县处级以上", "乡科级", at=at)


def write_minutes(secretary: Actor, office: Actor, branch: Branch, at: datetime) -> None:
    """The branch's minutes as they were written through the year: the last but one waits, the last is not written."""
    today = timezone.localdate(at)
    held = list(Session.objects.filter(unit=branch.unit, on__year=today.year, on__lt=today).order_by("on", "pk"))
    for place, session in enumerate(held[:-1]):
        written = timezone.make_aware(datetime.combine(session.on + timedelta(days=1), time(10, 0)))
        decisions: tuple[Decision, ...] = ()
        if session.kind == SessionKind.PARTY_MEETING:
            text, due = RESOLUTIONS[place % len(RESOLUTIONS)], session.on + timedelta(days=30)
            decisions = (Decision(text, branch.recorder.pk, due),)
        draft = Draft(content=MINUTES.format(topic=session.topic), decisions=decisions)
        record = save_record(secretary, session, draft, revision=0, at=written)
        record = submit_record(secretary, session, revision=record.revision, at=written)
        if place < len(held) - 2:
            pass_record(office, session, revision=record.revision, at=written + timedelta(days=1))
