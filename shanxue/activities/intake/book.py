"""Sessions and marks in memory while files are checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.drafts import NOW, WRITER, Draft, Outcome
from shanxue.intake.matching import list_words
from shanxue.intake.rules import Row
from shanxue.intake.values import Month
from shanxue.orgs.directory import open_directory

from ..models import Attendance, Session
from ..rules import How, Mark, SessionKind, SessionState

Key = tuple[Any, date, str]  # unit, day, kind


@dataclass(frozen=True)
class Touched:
    """A session that stood already, the line of a ledger that speaks of it, and its state before that line."""

    planned: TablePlan
    row: Row
    session: Draft
    was: str


class Book:
    """The sessions and marks of the days that this import speaks of: two queries."""

    def __init__(self, desk: Desk) -> None:
        self.ledger = desk.ledger
        self._bureau = open_directory(desk)
        self.by_key: dict[Key, list[Draft]] = {}
        self.marks: dict[tuple[Any, Any], Draft] = {}
        self.planned_now: set[tuple[Any, Any]] = set()  # marks that a table of this import has set
        self.touched: list[Touched] = []
        days = list_days(desk)
        if days and self._bureau.bureau is not None and self._bureau.bureau.id is not None:
            self._load(self._bureau.bureau.id, min(days), max(days))

    def _load(self, bureau_id: int, first: date, last: date) -> None:
        span = (first, last)
        sessions = self.ledger.load(
            Session,
            list_words(
                "bureau_id unit_id kind tier topic on credit_milli minutes state reason start_time venue_id booking_id",
                "roll_ended_at replaces_id",
            ),
            bureau_id=bureau_id,
            on__range=span,
        )
        for session in sessions:
            self._index(session)
        marks = self.ledger.load(
            Attendance,
            list_words(
                "session_id person_id unit_id mark reason minutes_late asked_after how recorded_at", "recorded_by"
            ),
            session__bureau_id=bureau_id,
            session__on__range=span,
            person="person_id",
        )
        self.marks = {(mark.values["person_id"], mark.values["session_id"]): mark for mark in marks}

    def _index(self, session: Draft) -> None:
        values = session.values
        self.by_key.setdefault((values["unit_id"], values["on"], values["kind"]), []).append(session)

    def list_sessions(self, unit: Draft, day: date, kind: SessionKind) -> list[Draft]:
        return self.by_key.get((unit.key, day, str(kind)), [])

    def find_session(self, unit: Draft, day: date, kind: SessionKind, topic: str) -> Draft | None:
        """Find a session by unit, day, kind and topic; a side without a topic fits the only one of that day."""
        same_day = self.list_sessions(unit, day, kind)
        for session in same_day:
            if session.values["topic"] == topic:
                return session
        if len(same_day) == 1 and (topic == kind or same_day[0].values["topic"] == kind):
            return same_day[0]
        return None

    def open_session(
        self, unit: Draft, day: date, kind: SessionKind, topic: str, **columns: Any
    ) -> tuple[Draft, Outcome]:
        """Find or make a session; say whether it was added, updated or is unchanged. None columns say nothing."""
        known = {name: value for name, value in columns.items() if value is not None}
        topic = topic or str(kind)
        session = self.find_session(unit, day, kind, topic)
        if session is not None:
            if session.values["topic"] == kind != topic:
                known["topic"] = topic
            if "tier" in known and "credit_milli" not in known:
                known.pop("tier")  # a mark's table does not overrule what the session's own table says
            return session, "updated" if self.ledger.change(session, **known) else "unchanged"
        session = self.ledger.create(
            Session,
            bureau_id=self._bureau.need_bureau(),
            unit_id=unit,
            on=day,
            kind=kind,
            topic=topic,
            **{"state": SessionState.HELD, "credit_milli": 0, "reason": "", "minutes": None} | known,
        )
        self._index(session)
        return session, "added"

    def postpone(
        self, unit: Draft, day: date, kind: SessionKind, topic: str, *, held: Draft, reason: str
    ) -> Draft | None:
        """Say that a session planned for ``day`` was held on another one; None where none was planned."""
        planned = self.find_session(unit, day, kind, topic or str(kind))
        if planned is None or planned is held or planned.values["state"] != SessionState.PLANNED:
            return None
        on = held.values["on"]
        self.ledger.change(planned, state=SessionState.POSTPONED, reason=reason or f"改在{on.month}月{on.day}日召开")
        if held.id is None:
            self.ledger.change(held, replaces_id=planned)
        return planned

    def set_mark(
        self,
        session: Draft,
        person: Draft,
        *,
        unit: Draft | None,
        mark: Mark,
        reason: str,
        minutes_late: int | None,
        asked_after: bool,
        how: How,
    ) -> tuple[Outcome, Draft]:
        """Set one mark; make-up is never taken back by the leave or absence it makes up for."""
        key = (person.key, session.key)
        known = self.marks.get(key)
        if known is None:
            known = self.marks[key] = self.ledger.create(
                Attendance,
                session_id=session,
                person_id=person,
                unit_id=unit,
                mark=mark,
                reason=reason,
                minutes_late=minutes_late,
                asked_after=asked_after,
                how=how,
                recorded_at=NOW,
                recorded_by=WRITER,
            )
            return "added", known
        if known.values["mark"] == Mark.MADE_UP and mark in (Mark.LEAVE, Mark.ABSENT):
            mark = Mark.MADE_UP
        columns: dict[str, Any] = {"mark": mark}
        if reason or mark not in (Mark.LEAVE, Mark.MADE_UP):
            columns["reason"] = reason
        if minutes_late is not None or mark != Mark.LATE:
            columns["minutes_late"] = minutes_late
        if asked_after:
            columns["asked_after"] = True
        if not self.ledger.change(known, **columns):
            return "unchanged", known
        self.ledger.change(known, how=how, recorded_at=NOW, recorded_by=WRITER)
        return "updated", known


def open_book(desk: Desk) -> Book:
    if "activities" not in desk.rooms:
        desk.rooms["activities"] = Book(desk)
    book: Book = desk.rooms["activities"]
    return book


def list_days(desk: Desk) -> set[date]:
    """Every day that the sessions and marks of this import speak of."""
    days: set[date] = set()
    for planned in desk.tables:
        if planned.kind.code not in ("sessions", "attendance"):
            continue
        facts = planned.table.facts.get("on")
        days.update(
            day
            for day in (facts, *(row.values.get(name) for row in planned.table.rows for name in ("on", "planned_on")))
            if isinstance(day, date) and not isinstance(day, Month)
        )
    return days
