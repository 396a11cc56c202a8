"""The list of sessions, and everything the page of one session shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shanxue.base.lights import Light
from shanxue.base.periods import add_months
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, match_granted_units, scope_people, scope_units
from shanxue.plans.models import Campaign
from shanxue.plans.rules import CampaignState

from ..models import AgendaItem, Attendance, MarkEntry, Session, SessionNote
from ..rules import Mark, SessionKind, SessionState
from ..rules.clash import Span, describe_clash, is_overlapping
from ..rules.leave import PRESENT
from ..rules.sessions import describe_state
from .arranging import find_home_units, scope_sessions

SPANS = ("month", "coming", "past", "year")
SHOWN = {
    "held": Q(state=SessionState.HELD),
    "planned": Q(state=SessionState.PLANNED),
    "postponed": Q(state=SessionState.POSTPONED),
    "cancelled": Q(state=SessionState.CANCELLED),
    "extra": Q(plan_item__isnull=True, state=SessionState.HELD),
}


@dataclass(frozen=True)
class Filter:
    """What the list is asked for; empty values ask for everything. ``span`` is one of SPANS."""

    today: date
    span: str = "month"
    unit: int | None = None
    kind: str = ""
    show: str = ""
    venue: int | None = None
    year: int | None = None  # of span "year", or of ``month``; None: this year
    month: int | None = None  # of span "month"; None: this month

    @property
    def of_year(self) -> int:
        return self.year or self.today.year

    @property
    def month_on(self) -> date:
        """The first day of the month that is asked for."""
        return date(self.of_year, self.month, 1) if self.month else self.today.replace(day=1)


@dataclass(frozen=True)
class Figures:
    """How many rows of a session carry which mark; 应到 leaves 免 out."""

    marks: dict[str, int] = field(default_factory=dict)

    @property
    def expected(self) -> int:
        return sum(self.marks.values()) - self.marks.get(Mark.EXEMPT, 0)

    @property
    def present(self) -> int:
        return sum(self.marks.get(mark, 0) for mark in PRESENT)


@dataclass(frozen=True)
class SessionRow:
    """One session of the list as this reader sees it; ``mark`` is the reader's own, "" when not on its list."""

    session: Session
    light: Light
    words: str
    figures: Figures
    mark: str


def filter_sessions(actor: Actor, chosen: Filter) -> QuerySet[Session]:
    found = _narrow(scope_sessions(actor), chosen)
    today, first, year = chosen.today, chosen.month_on, chosen.of_year
    if chosen.span == "coming":
        found = found.filter(on__gte=today)
    elif chosen.span == "past":
        found = found.filter(on__lt=today)
    elif chosen.span == "year":
        found = found.filter(on__gte=date(year, 1, 1), on__lt=date(year + 1, 1, 1))
    else:
        found = found.filter(on__gte=first, on__lt=add_months(first, 1))
    if chosen.show in SHOWN:
        found = found.filter(SHOWN[chosen.show])
    order = ("-on", "-start_time", "-pk") if chosen.span == "past" else ("on", "start_time", "pk")
    return found.select_related("unit").order_by(*order)


def _narrow(found: QuerySet[Session], chosen: Filter) -> QuerySet[Session]:
    if chosen.unit is not None:
        found = found.filter(unit=chosen.unit)
    if chosen.kind:
        found = found.filter(kind=chosen.kind)
    if chosen.venue is not None:
        found = found.filter(venue=chosen.venue)
    return found


def count_kept(actor: Actor, chosen: Filter) -> dict[str, int]:
    """Planned against held in the year, each apart: one query."""
    year = chosen.of_year
    found = _narrow(scope_sessions(actor), chosen).filter(on__gte=date(year, 1, 1), on__lt=date(year + 1, 1, 1))
    return found.aggregate(**{name: Count("pk", filter=condition) for name, condition in SHOWN.items()})


def describe_rows(actor: Actor, sessions: Iterable[Session], today: date) -> list[SessionRow]:
    """Two queries for any number of sessions."""
    listed = list(sessions)
    figures = count_figures(session.pk for session in listed)
    own = Attendance.objects.filter(session__in=listed, person=actor.person) if actor.person else []
    marks = {row.session_id: row.mark for row in own}
    return [
        SessionRow(one, *_tell(one, today), figures.get(one.pk, Figures()), marks.get(one.pk, "")) for one in listed
    ]


def _tell(session: Session, today: date) -> tuple[Light, str]:
    state = SessionState(session.state)
    return describe_state(state, noticed=session.noticed_at is not None, on=session.on, today=today)


def tell_state(session: Session, today: date) -> tuple[Light, str]:
    """The light of a session and its words."""
    return _tell(session, today)


def count_figures(session_ids: Iterable[int]) -> dict[int, Figures]:
    """Marks by session: one query."""
    found = Attendance.objects.filter(session__in=list(session_ids))
    figures: dict[int, Figures] = {}
    for row in found.values("session", "mark").annotate(times=Count("pk")).order_by():
        figures.setdefault(row["session"], Figures({})).marks[row["mark"]] = row["times"]
    return figures


def find_next(actor: Actor, today: date) -> Session | None:
    """The next session this reader is concerned with, for a page that has nothing to show."""
    found = scope_sessions(actor).filter(on__gte=today, state=SessionState.PLANNED)
    return found.order_by("on", "start_time", "pk").first()


def list_unit_choices(actor: Actor) -> list[Unit]:
    held = Session.objects.filter(unit=OuterRef("pk"))
    return list(scope_units(actor).filter(Exists(held)).order_by("path"))


def scope_rows(actor: Actor, session: Session) -> QuerySet[Attendance]:
    """The rows of a session that this reader may see: all of a unit they read, their units' people, or their own."""
    rows = Attendance.objects.filter(session=session)
    if any(grant.unit is None or session.unit.path.startswith(grant.unit.path) for grant in actor.reading_grants):
        return rows
    own = Q(person=actor.person) if actor.reads_own else Q(pk__in=[])
    return rows.filter(match_granted_units(actor, "unit") | own)


@dataclass(frozen=True)
class PersonRow:
    """One person of the list: the mark, the sentences beside the name, and everything said of their presence."""

    attendance: Attendance
    hints: tuple[str, ...]
    entries: tuple[MarkEntry, ...]


def describe_people(session: Session, rows: Iterable[Attendance]) -> list[PersonRow]:
    """Add to each row why somebody stands there and how the mark came to be: three queries for any number of rows."""
    listed = list(rows)
    people = [row.person_id for row in listed]
    hints: dict[int, list[str]] = {}
    for note in SessionNote.objects.filter(session=session, person__in=people).order_by("pk"):
        hints.setdefault(note.person_id or 0, []).append(f"{note.text}（{note.actor}）" if note.actor else note.text)
    _add_moves(session, listed, hints)
    entries: dict[int, list[MarkEntry]] = {}
    for entry in MarkEntry.objects.filter(session=session, person__in=people).select_related("by").order_by("pk"):
        entries.setdefault(entry.person_id, []).append(entry)
    return [
        PersonRow(row, tuple(hints.get(row.person_id, ())), tuple(entries.get(row.person_id, ()))) for row in listed
    ]


def _add_moves(session: Session, rows: list[Attendance], hints: dict[int, list[str]]) -> None:
    homes = find_home_units([row.person_id for row in rows], session.on)
    for row in rows:
        home = homes.get(row.person_id)
        if home is not None and row.unit_id is not None and home.pk != row.unit_id:
            hints.setdefault(row.person_id, []).append(f"{row.person.name}在发出通知后转到{home.name}，仍算本次应到。")


def list_agenda(session: Session) -> list[AgendaItem]:
    return list(session.agenda.select_related("speaker").order_by("position"))


def is_late_entry(session: Session) -> bool:
    """Whether the session was entered after its day (补录), which is always said."""
    return session.noticed_at is not None and timezone.localdate(session.noticed_at) > session.on


def list_changes(session: Session) -> list[SessionNote]:
    """What people were told after the notice, the latest first."""
    return list(session.notes.filter(person__isnull=True).order_by("-pk"))


def list_clashes(session: Session, expected: set[int]) -> list[str]:
    """Sentences about other sessions at the same time that expect some of the same people. Two queries."""
    if session.start_time is None:
        return []
    own = _measure(session, session.start_time)
    others = Session.objects.filter(
        bureau=session.bureau, on=session.on, start_time__isnull=False,
        state__in=(SessionState.PLANNED, SessionState.HELD),
    ).exclude(pk=session.pk)  # fmt: skip
    overlapping = [
        (other, span)
        for other in others.order_by("start_time", "pk")
        if other.start_time is not None and is_overlapping(own, span := _measure(other, other.start_time))
    ]
    shared = _count_shared([other.pk for other, _ in overlapping], expected)
    return [
        describe_clash(own, span, shared.get(other.pk, 0))
        for other, span in overlapping
        if shared.get(other.pk) or (other.unit_id == session.unit_id and other.noticed_at is None)
    ]


def _measure(session: Session, start: time) -> Span:
    return Span(session.topic, session.on, start, session.minutes)


def _count_shared(session_ids: list[int], expected: set[int]) -> dict[int, int]:
    """How many of the expected people each of these sessions expects too."""
    rows = Attendance.objects.filter(session__in=session_ids).exclude(mark=Mark.EXEMPT)
    shared: dict[int, int] = {}
    for session_id, person_id in rows.values_list("session_id", "person_id"):
        if person_id in expected:
            shared[session_id] = shared.get(session_id, 0) + 1
    return shared


def find_last(unit: Unit, kind: SessionKind | None = None) -> Session | None:
    """The unit's last session (of a kind), from which the next one takes its hour, place and people."""
    found = Session.objects.filter(unit=unit).exclude(state=SessionState.CANCELLED)
    if kind is not None:
        found = found.filter(kind=kind)
    return found.select_related("unit", "host", "recorder").order_by("-on", "-pk").first()


def list_campaigns(unit: Unit) -> list[Campaign]:
    """Running campaigns of a unit and of those above it."""
    above = [int(part) for part in unit.path.strip("/").split("/")]
    return list(Campaign.objects.filter(unit__in=above, state=CampaignState.RUNNING).order_by("from_on", "pk"))


def find_people_named(actor: Actor, text: str) -> tuple[set[int], list[str]]:
    """Find people by 工号 or 姓名, separated by spaces or commas; a sentence for each word that is not one person."""
    words = text.replace("，", " ").replace("、", " ").replace(",", " ").replace("；", " ").split()
    if not words:
        return set(), []
    people = list(scope_people(actor).filter(Q(staff_no__in=words) | Q(name__in=words)))
    found: set[int] = set()
    told = []
    for word in words:
        same = [one for one in people if word in (one.staff_no, one.name)]
        if len(same) == 1:
            found.add(same[0].pk)
        elif same:
            told.append(f"有 {len(same)} 位“{word}”，请改填工号。")
        else:
            told.append(f"没有找到“{word}”。请核对姓名或工号。")
    return found, told
