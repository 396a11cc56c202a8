"""Recording who was there: marks of a roll-call, sign-in by phone, guests, the end of roll-call, permits for codes.

The trail of presence is MarkEntry: one row for each thing that anybody said, kept for good, also what was refused. The
audit chain takes the end of the roll-call with the digest of its list, and each change after it; one link of the chain
per sign-in would make a whole crowd wait for one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone

from shanxue.accounts.models import User
from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor
from shanxue.plans.actions.planning import mark_item_held

from ..models import Attendance, Guest, MarkEntry, ScanPermit, Session
from ..queries.presence import (
    WRONG_CODE,
    Place,
    describe_held,
    describe_moment,
    match_guest,
    read_start,
    tell_present,
)
from ..rules import How, Mark, Outcome, SessionState
from ..rules.presence import (
    OPEN,
    PRESENT,
    Moment,
    Said,
    Verdict,
    describe_skew,
    digest_marks,
    judge_said,
    mark_arrival,
)

KEPT_COLUMNS = ["mark", "reason", "minutes_late", "asked_after", "how", "recorded_at", "recorded_by"]


@dataclass(frozen=True)
class Answer:
    """What became of one thing said."""

    key: UUID
    person_id: int
    outcome: Outcome
    sentence: str


@transaction.atomic
def take_marks(
    session: Session, said: Sequence[Said], *, actor: Actor, at: datetime, skew: timedelta = timedelta(0)
) -> list[Answer]:
    """Take what one device says of a session, in its order; one answer each, all written or none.

    A key that came before is answered with what became of it then. ``skew`` is our clock less the device's.
    """
    session = lock_roll(session)
    book = _open_book(session, said, actor, at, skew)
    answers = [book.take(one) for one in said]
    book.close()
    return answers


def lock_roll(session: Session) -> Session:
    """Hold a session so that two devices speak of it one after the other. Phones signing in do not wait here."""
    locked = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    locked.bureau, locked.unit = session.bureau, session.unit
    demand_open_year(locked.bureau_id, locked.on)
    return locked


def _open_book(session: Session, said: Sequence[Said], actor: Actor, at: datetime, skew: timedelta) -> _Book:
    people = {one.person_id for one in said}
    rows = Attendance.objects.filter(session=session, person__in=people).select_related("person")
    held = {row.person_id: row for row in rows.select_for_update(of=("self",)).order_by("pk")}
    told = MarkEntry.objects.filter(key__in=[one.key for one in said])
    others = people - held.keys()
    known = Person.objects.filter(bureau=session.bureau_id, pk__in=others).values_list("pk", flat=True)
    return _Book(
        session, actor, at, skew, describe_moment(session, at), held, {entry.key: entry for entry in told},
        held.keys() | set(known if others else ()),
    )  # fmt: skip


class _Book:
    """One batch while it is being taken: rows as they stand after each entry, and what is to be written at the end."""

    def __init__(
        self, session: Session, actor: Actor, at: datetime, skew: timedelta, moment: Moment,
        rows: dict[int, Attendance], told: dict[UUID, MarkEntry], known: set[int],
    ) -> None:  # fmt: skip
        self.session, self.actor, self.at, self.moment = session, actor, at, moment
        self.skew, self.rows, self.told, self.known = skew, rows, told, known
        self.entries: list[MarkEntry] = []
        self.changed: dict[int, Attendance] = {}

    def take(self, said: Said) -> Answer:
        if said.key in self.told:
            return self._repeat(said, self.told[said.key])
        row = self.rows.get(said.person_id)
        said = self._explain_offline(said)
        held = describe_held(row, self.moment.today) if row else None
        verdict = judge_said(said, held, self.moment)
        if said.person_id in self.known:  # nobody's entry is kept for a number that is no person of this bureau
            entry = self._note(said, verdict)
            self.told[said.key] = entry
            self.entries.append(entry)
        if verdict.changes and row is not None:
            self._change(row, said)
        return Answer(said.key, said.person_id, verdict.outcome, verdict.sentence)

    def _explain_offline(self, said: Said) -> Said:
        """What was said on the meeting's day and arrives later is late, and says why by itself."""
        local = timezone.localtime(said.said_at + self.skew)
        if said.because or self.moment.ended or not self.moment.is_late or local.date() != self.session.on:
            return said
        because = f"会上点名未能联网，设备记 {local.month}月{local.day}日 {local:%H:%M}"
        return Said(
            said.key, said.person_id, said.mark, said.seen, said.said_at, said.reason, said.minutes_late, because
        )

    def _repeat(self, said: Said, entry: MarkEntry) -> Answer:
        then = (entry.session_id, entry.person_id, entry.mark, entry.seen, entry.reason, entry.minutes_late)
        now = (self.session.pk, said.person_id, said.mark, said.seen, said.reason, said.minutes_late)
        if then != now or entry.by_id != self.actor.user.pk:
            sentence = "这条点名的编号已经用过，内容却不同，没有采纳。请重新点一次。"
            return Answer(said.key, said.person_id, Outcome.REFUSED, sentence)
        outcome = Outcome(entry.outcome)
        return Answer(said.key, said.person_id, outcome, "" if outcome == Outcome.TAKEN else entry.because)

    def _note(self, said: Said, verdict: Verdict) -> MarkEntry:
        words = [said.because if verdict.outcome == Outcome.TAKEN else verdict.sentence, describe_skew(self.skew)]
        return MarkEntry(
            session=self.session, person_id=said.person_id, key=said.key, mark=said.mark, seen=said.seen,
            reason=said.reason, minutes_late=said.minutes_late, how=self._how, said_at=said.said_at,
            received_at=self.at, by=self.actor.user, outcome=verdict.outcome,
            because="；".join(word for word in words if word)[:100],
        )  # fmt: skip

    @property
    def _how(self) -> How:
        return How.LATE_ENTRY if self.moment.is_late else How.ROLL_CALL

    def _change(self, row: Attendance, said: Said) -> None:
        before = row.mark
        row.mark, row.reason, row.minutes_late = said.mark, said.reason, said.minutes_late
        row.how, row.recorded_at, row.recorded_by = self._how, self.at, str(self.actor.user)
        row.asked_after = row.asked_after and said.mark == Mark.LEAVE
        self.changed[row.pk] = row
        if self.moment.ended:
            _record(
                self.session, self.actor.user, self.at, "correct_mark",
                {"person": row.person_id, "from": before, "to": said.mark, "because": said.because},
            )  # fmt: skip

    def close(self) -> None:
        same: dict[tuple[Any, ...], list[int]] = {}
        for row in self.changed.values():
            same.setdefault(tuple(getattr(row, name) for name in KEPT_COLUMNS), []).append(row.pk)
        for values, ids in same.items():  # all present: one statement for everybody
            Attendance.objects.filter(pk__in=ids).update(**dict(zip(KEPT_COLUMNS, values, strict=True)))
        MarkEntry.objects.bulk_create(self.entries)
        settle_waiting(self.session, {row.person_id: row.mark for row in self.changed.values()})


def settle_waiting(session: Session, marks: dict[int, str]) -> None:
    """Close what waited for the secretary once the secretary has spoken of the same people."""
    waiting = MarkEntry.objects.filter(session=session, outcome=Outcome.WAITING)
    came = [person_id for person_id, mark in marks.items() if mark in PRESENT]
    others = [person_id for person_id in marks if person_id not in came]
    if came:
        waiting.filter(person__in=came).update(outcome=Outcome.TAKEN)
    if others:
        waiting.filter(person__in=others).update(outcome=Outcome.REFUSED)


def _record(session: Session, user: User, at: datetime, verb: str, detail: dict[str, Any]) -> None:
    record_entry(
        chain=session.bureau.code, actor=user.username, at=at, verb=f"activities.{verb}",
        subject=f"session:{session.pk}", detail=detail,
    )  # fmt: skip


@transaction.atomic
def tick_agenda(session: Session, done: dict[int, bool]) -> None:
    """Tick points of the agenda, or take the tick away. Kept with the session; the minutes hold what was decided."""
    for wanted in (True, False):
        ids = [item_id for item_id, is_done in done.items() if is_done == wanted]
        if ids:
            session.agenda.filter(pk__in=ids).exclude(done=wanted).update(done=wanted)


@transaction.atomic
def end_roll_call(session: Session, *, actor: Actor, at: datetime, sure: bool) -> Session:
    """End roll-call: the session is held, later changes are 补录 with a reason.

    Raises Refusal ``unrecorded`` while something is unknown of somebody and whoever ends it was not asked (``sure``).
    The audit row holds the SHA-256 of the list, one line ``staff_no mark reason minutes`` per person by staff number.
    """
    session = lock_roll(session)
    if session.roll_ended_at is not None:
        raise Refusal("roll_ended", f"点名已在 {describe_moment(session, at).ended} 结束，不用再结束。")
    rows = list(
        session.attendances.order_by("person__staff_no").values_list(
            "person__staff_no", "mark", "reason", "minutes_late"
        )
    )
    if not rows:
        raise Refusal("nobody_expected", "应到名单是空的。到“安排会议”选择参加人。")
    unrecorded = sum(mark == Mark.UNRECORDED for _, mark, _, _ in rows)
    if unrecorded and not sure:
        raise Refusal("unrecorded", f"还有 {unrecorded} 人未记录。")
    session.state, session.roll_ended_at = SessionState.HELD, at
    session.save(update_fields=["state", "roll_ended_at"])
    if session.plan_item is not None:
        mark_item_held(session.plan_item, session.on, actor, at)
    detail = {"people": len(rows), "unrecorded": unrecorded, "sha256": digest_marks(rows)}
    _record(session, actor.user, at, "end_roll_call", detail)
    return session


@dataclass(frozen=True)
class SignedIn:
    """What a phone is told: taken, already there (未采纳), or waiting; ``at`` and ``late`` as the row now says."""

    outcome: Outcome
    row_id: int
    at: datetime
    late: int | None = None
    sentence: str = ""


def sign_in(place: Place, how: How, *, proven: bool, user: User, at: datetime) -> SignedIn:
    """Record that somebody says of themselves that they are here: row and entry in one short transaction.

    The row changes only while nobody has said anything of this person, and roll-call is open; both are conditions of
    the UPDATE itself, so that a thousand phones need neither a lock nor a second look. A paper code (``proven`` false),
    or a word of the secretary that says otherwise, waits for the secretary.
    """
    starts_at = read_start(place.session)
    assert place.row_id is not None
    assert starts_at is not None
    mark, late = mark_arrival(timezone.localtime(starts_at), timezone.localtime(at))
    entry = MarkEntry(
        session_id=place.session.pk, person_id=place.person_id, key=uuid4(), mark=mark, seen=place.mark,
        minutes_late=late, how=how, said_at=at, received_at=at, by=user, outcome=Outcome.TAKEN,
    )  # fmt: skip
    if place.mark in PRESENT:
        return _repeat_sign_in(entry, place.row_id)
    if not proven or place.mark not in OPEN:
        return _wait_for_secretary(entry, place.row_id, proven)
    if _take_sign_in(entry, place.row_id, str(user)[:64]):
        return SignedIn(Outcome.TAKEN, place.row_id, at, late)
    return _sign_in_again(place, how, proven=proven, user=user, at=at)


# Written out, as in queries: the model's own way spends most of a crowd's second on building the same two sentences.
# The mark stands in the statement's own WHERE: PostgreSQL looks at it again after waiting for the row.
_TAKE = """
UPDATE activities_attendance
SET mark = %s, minutes_late = %s, how = %s, recorded_at = %s, recorded_by = %s, reason = ''
WHERE id = %s AND mark = %s
  AND EXISTS (SELECT 1 FROM activities_session WHERE id = %s AND roll_ended_at IS NULL)
"""
_NOTE = """
INSERT INTO activities_markentry (session_id, person_id, key, mark, seen, reason, minutes_late, how, said_at,
                                  received_at, by_id, outcome, because)
SELECT %s, %s, %s, %s, %s, '', %s, %s, %s, %s, %s, %s, ''
"""
_TAKE_AND_NOTE = f"WITH taken AS ({_TAKE} RETURNING id) {_NOTE} FROM taken"  # PostgreSQL: one way there and back


def _take_sign_in(entry: MarkEntry, row_id: int, name: str) -> bool:
    """Write the row and its entry, or neither when the row no longer says what was seen."""
    at = connection.ops.adapt_datetimefield_value(entry.received_at)
    late, session_id = entry.minutes_late, entry.session_id
    row: list[Any] = [entry.mark, late, entry.how, at, name, row_id, entry.seen, session_id]
    note: list[Any] = [
        session_id, entry.person_id, entry.key.hex, entry.mark, entry.seen, late, entry.how, at, at, entry.by_id,
        entry.outcome,
    ]  # fmt: skip
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_AND_NOTE, [*row, *note])
            return bool(cursor.rowcount == 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, row)
        if cursor.rowcount != 1:
            return False
        cursor.execute(_NOTE, note)
    return True


def _repeat_sign_in(entry: MarkEntry, row_id: int) -> SignedIn:
    entry.outcome, entry.because = Outcome.REFUSED, "已签到，不用再签"
    entry.save(force_insert=True)
    row = Attendance.objects.select_related("session").get(pk=row_id)
    return SignedIn(Outcome.REFUSED, row_id, row.recorded_at, row.minutes_late, tell_present(row))


def _wait_for_secretary(entry: MarkEntry, row_id: int, proven: bool) -> SignedIn:
    told = MarkEntry.objects.filter(session=entry.session_id, person=entry.person_id, outcome=Outcome.WAITING).first()
    if told is not None:
        since = f"{timezone.localtime(told.received_at):%H:%M}"
        sentence = f"你 {since} 的签到已记下，在等书记确认，不用再签。"
        return SignedIn(Outcome.WAITING, row_id, told.received_at, sentence=sentence)
    entry.outcome = Outcome.WAITING
    entry.because = "扫了现场码" if proven else "扫了纸质码"
    entry.save(force_insert=True)
    local = f"{timezone.localtime(entry.received_at):%H:%M}"
    sentence = f"名单上你记为“{entry.seen}”。已记下你 {local} 签到，由书记确认。"
    if not proven:
        sentence = f"已记下，{local}，由书记确认。纸上的码不会更换，所以要书记看一眼。"
    return SignedIn(Outcome.WAITING, row_id, entry.received_at, sentence=sentence)


def _sign_in_again(place: Place, how: How, *, proven: bool, user: User, at: datetime) -> SignedIn:
    """Somebody spoke of this person, or ended the roll-call, since the place was read a moment ago."""
    assert place.row_id is not None
    row = Attendance.objects.select_related("session").get(pk=place.row_id)
    if row.session.roll_ended_at is not None and row.mark not in PRESENT:
        raise Refusal("sign_in_closed", "签到已结束，可以告诉书记补录。")
    return sign_in(replace(place, session=row.session, mark=row.mark), how, proven=proven, user=user, at=at)


def note_wrong_word(place: Place, *, user: User, at: datetime) -> None:
    """Keep that somebody typed a wrong 会议口令: five in ten minutes and they wait."""
    MarkEntry.objects.create(
        session=place.session, person_id=place.person_id, key=uuid4(), mark=Mark.PRESENT, seen=Mark.UNRECORDED,
        how=How.CODE, said_at=at, received_at=at, by=user, outcome=Outcome.REFUSED, because=WRONG_CODE,
    )  # fmt: skip


@transaction.atomic
def ask_as_guest(place: Place, *, user: User, at: datetime) -> Guest:
    """Enter somebody who is not expected as a guest for the secretary to confirm; a second time changes nothing."""
    person = Person.objects.get(pk=place.person_id)
    guest, made = Guest.objects.get_or_create(
        session=place.session, person=person, defaults={"name": person.name, "confirmed": False}
    )
    if made:
        _record(place.session, user, at, "ask_as_guest", {"person": person.pk})
    return guest


@transaction.atomic
def add_guest(session: Session, words: str, *, actor: Actor, at: datetime) -> Guest:
    """Add a guest (列席) by staff number or name: somebody of the bureau, or a name from outside."""
    session = lock_roll(session)
    found = match_guest(session, words)
    if isinstance(found, Person):
        guest, _ = Guest.objects.update_or_create(
            session=session, person=found, defaults={"name": found.name, "confirmed": True}
        )
    elif session.guests.filter(person__isnull=True, name=found).exists():
        raise Refusal("guest_twice", f"{found}已经在列席里。")
    else:
        guest = Guest.objects.create(session=session, name=found)
    _record(session, actor.user, at, "add_guest", {"guest": guest.pk, "person": guest.person_id})
    return guest


@transaction.atomic
def confirm_guest(session: Session, guest_id: int, *, actor: Actor, at: datetime) -> str:
    """Confirm somebody who asked to be entered; returns the name."""
    guest = _find_guest(session, guest_id)
    guest.confirmed = True
    guest.save(update_fields=["confirmed"])
    _record(session, actor.user, at, "confirm_guest", {"guest": guest.pk, "person": guest.person_id})
    return guest.name


@transaction.atomic
def remove_guest(session: Session, guest_id: int, *, actor: Actor, at: datetime) -> str:
    """Take a guest off the list; returns the name."""
    guest = _find_guest(session, guest_id)
    _record(session, actor.user, at, "remove_guest", {"guest": guest.pk, "person": guest.person_id, "name": guest.name})
    guest.delete()
    return guest.name


def _find_guest(session: Session, guest_id: int) -> Guest:
    guest = Guest.objects.filter(session=session, pk=guest_id).first()
    if guest is None:
        raise Refusal("no_guest", "这位列席人员已经不在名单里。", status=404)
    return guest


@transaction.atomic
def give_permits(
    units: Sequence[Unit], reason: str, *, from_on: date, until_on: date | None, actor: Actor, at: datetime
) -> int:
    """Let units offer codes at their meetings, with the written reason; returns how many began to.

    A unit that has a permit in force on the first day keeps the one it has.
    """
    running = ScanPermit.objects.filter(unit__in=units, from_on__lte=from_on).exclude(until_on__lte=from_on)
    having = set(running.values_list("unit_id", flat=True))
    new = [unit for unit in units if unit.pk not in having]
    if not new:
        raise Refusal("permitted", "所选单位已经开通会议签到，不用再开通。")
    ScanPermit.objects.bulk_create(
        ScanPermit(unit=unit, reason=reason, from_on=from_on, until_on=until_on, at=at, actor=str(actor.user))
        for unit in new
    )
    record_entry(
        chain=new[0].bureau.code, actor=actor.user.username, at=at, verb="activities.give_permits",
        subject=f"unit:{new[0].pk}", detail={"units": [unit.pk for unit in new], "reason": reason},
    )  # fmt: skip
    return len(new)


@transaction.atomic
def end_permit(permit: ScanPermit, *, actor: Actor, at: datetime) -> None:
    """End a permit from today on; one that has not begun never does."""
    today = timezone.localdate(at)
    if permit.until_on is not None and permit.until_on <= today:
        raise Refusal("permit_ended", f"{permit.unit.name}的会议签到已经停用。")
    permit.until_on = max(today, permit.from_on)
    permit.save(update_fields=["until_on"])
    record_entry(
        chain=permit.unit.bureau.code, actor=actor.user.username, at=at, verb="activities.end_permit",
        subject=f"unit:{permit.unit_id}", detail={"permit": permit.pk},
    )  # fmt: skip
