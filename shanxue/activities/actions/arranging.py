"""Arranging sessions: draft, notice with its frozen list, changes after it, postponing, cancelling."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor, demand_leading
from shanxue.plans.models import Campaign, PlanItem
from shanxue.resources.models import Venue

from ..models import AgendaItem, Attendance, Session, SessionNote
from ..queries.arranging import draw_expected, find_home_units
from ..rules import How, Mark, SessionKind, SessionState, Tier
from ..rules.agenda import AgendaRow
from ..rules.expected import Listed, Place
from .venues import free_place, name_place, settle_booking

OPEN_MARKS = (Mark.UNRECORDED, Mark.EXEMPT, Mark.LEAVE)  # nobody has said who was there yet


@dataclass(frozen=True)
class Arrangement:
    """What is decided of one session before its notice. Times are Beijing time on ``on``; ``credit_milli`` 认定学时."""

    unit: Unit
    kind: SessionKind
    tier: Tier
    topic: str
    on: date
    start_time: time | None = None
    minutes: int | None = None
    place: str = ""
    venue: Venue | None = None
    credit_milli: int = 0
    host: Person | None = None
    recorder: Person | None = None
    plan_item: PlanItem | None = None
    campaign: Campaign | None = None
    notice: str = ""
    agenda: tuple[AgendaRow, ...] = ()
    late_entry: bool = False  # 补录: a session already held, entered afterwards


@dataclass(frozen=True)
class Noticed:
    """How many the notice expects, and how many are named apart."""

    expected: int
    apart: int


@transaction.atomic
def arrange_session(
    actor: Actor, arrangement: Arrangement, *, at: datetime, replaces: Session | None = None
) -> Session:
    """Draft a session: nobody is told and nobody is on its list before ``send_notice``.

    Raises Refusal ``session_past`` for a day gone by that is not a 补录, ``session_twice`` for one that stands already,
    ``booking_clash`` where its 阵地 is taken.
    """
    demand_leading(actor, arrangement.unit)
    _demand_day(arrangement, timezone.localdate(at))
    _demand_new(arrangement)
    session = Session(
        bureau=arrangement.unit.bureau, unit=arrangement.unit, state=SessionState.PLANNED, replaces=replaces,
        **_list_columns(arrangement),
    )  # fmt: skip
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError:  # two drafted it at the same moment
        raise _refuse_twice(arrangement, None) from None
    _write_agenda(session, arrangement.agenda)
    settle_booking(actor, session, late_entry=arrangement.late_entry, at=at)
    _record(actor, session, at, "arrange", {"topic": session.topic, "on": session.on.isoformat(), "kind": session.kind})
    return session


def _demand_day(arrangement: Arrangement, today: date) -> None:
    if arrangement.on < today and not arrangement.late_entry:
        raise Refusal(
            "session_past",
            f"{_write_day(arrangement.on)}已经过去。会议已经开过的，请勾选“补录”；还没有开的，请改日期。",
        )


def _demand_new(arrangement: Arrangement, *, but: Session | None = None) -> None:
    same = Session.objects.filter(
        unit=arrangement.unit, on=arrangement.on, kind=arrangement.kind, topic=arrangement.topic
    )
    found = same.exclude(pk=but.pk).first() if but else same.first()
    if found is not None:
        raise _refuse_twice(arrangement, found)


def _refuse_twice(arrangement: Arrangement, found: Session | None) -> Refusal:
    told = "已经有了" if found is None or found.state != SessionState.CANCELLED else "已经登记为取消"
    return Refusal(
        "session_twice",
        f"{arrangement.unit.name}{_write_day(arrangement.on)}的{arrangement.kind}“{arrangement.topic}”{told}，"
        "不用再建。确实是另一次的，请换一个主题写法。",
    )


def _write_day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _list_columns(arrangement: Arrangement | Session) -> dict[str, Any]:
    names = "kind tier topic on start_time minutes venue credit_milli host recorder plan_item campaign notice".split()
    columns = {name: getattr(arrangement, name) for name in names}
    return columns | {"place": name_place(arrangement.place, arrangement.venue)}


def _write_agenda(session: Session, rows: Sequence[AgendaRow]) -> None:
    session.agenda.all().delete()
    kept = [row for row in rows if not row.is_empty]
    AgendaItem.objects.bulk_create(
        AgendaItem(session=session, position=place, title=row.title, speaker_id=row.speaker_id, material=row.material)
        for place, row in enumerate(kept, start=1)
    )


def _record(actor: Actor, session: Session, at: datetime, verb: str, detail: dict[str, Any]) -> None:
    demand_open_year(session.bureau_id, session.on)
    record_entry(
        chain=session.bureau.code, actor=actor.user.username, at=at, verb=f"activities.{verb}",
        subject=f"session:{session.pk}", detail=detail,
    )  # fmt: skip


def lock_session(session: Session) -> Session:
    """Read a session again and hold it until the transaction ends."""
    found = Session.objects.select_for_update(of=("self",))
    return found.select_related("bureau", "unit", "booking", "venue").get(pk=session.pk)


@transaction.atomic
def send_notice(
    actor: Actor, session: Session, *, at: datetime, expected: Collection[int] | None = None, reason: str = ""
) -> Noticed:
    """Send the notice: the list as of the session's day becomes attendance rows (未记录, or 免 for those apart).

    ``expected`` names the people who are to come, where somebody changed the drawn list; that needs a reason, which is
    kept with each person changed. A second notice changes nothing and raises Refusal ``notice_sent``.
    """
    demand_leading(actor, session.unit)
    session = lock_session(session)
    if session.noticed_at is not None:
        raise Refusal("notice_sent", "通知已经发出，不用再发。要改名单或时间，请从会议页进入。")
    _demand_planned(session)
    drawn = {one.person_id: one for one in draw_expected(session)}
    wanted = _choose_expected(drawn, expected)
    changed = _list_changed(drawn, wanted)
    _demand_reason(changed, reason)
    noticed = _freeze(actor, session, drawn, wanted, at)
    _explain_changes(actor, session, changed, wanted, reason, at)
    session.noticed_at = at
    session.save(update_fields=["noticed_at"])
    _record(
        actor, session, at, "send_notice",
        {"expected": noticed.expected, "apart": noticed.apart, "changed": sorted(changed), "reason": reason},
    )  # fmt: skip
    return noticed


def _demand_planned(session: Session) -> None:
    if session.state == SessionState.CANCELLED:
        raise Refusal("session_cancelled", "这次会议已取消，不能再改。")
    if session.state == SessionState.POSTPONED:
        raise Refusal("session_postponed", "这次会议已延期，请在新的会议里改。")
    if session.roll_ended_at is not None or session.state == SessionState.HELD:
        raise Refusal("roll_ended", "点名已结束，名单和时间不能再改。")


def _choose_expected(drawn: dict[int, Listed], expected: Collection[int] | None) -> set[int]:
    if expected is None:
        return {person_id for person_id, one in drawn.items() if one.place == Place.EXPECTED}
    return set(expected)


def _list_changed(drawn: dict[int, Listed], wanted: set[int]) -> set[int]:
    """Whom somebody put on the list or took off it by hand. Choosing who takes part in a 培训 is not a change."""
    by_rule = {person_id for person_id, one in drawn.items() if one.place == Place.EXPECTED}
    if drawn and not by_rule:
        return {person_id for person_id in wanted if person_id not in drawn or drawn[person_id].place == Place.APART}
    return by_rule ^ wanted


def _demand_reason(changed: Collection[int], reason: str) -> None:
    if changed and not reason.strip():
        raise Refusal("list_changed", "名单有改动，请写一句原因。")


def _freeze(actor: Actor, session: Session, drawn: dict[int, Listed], wanted: set[int], at: datetime) -> Noticed:
    if not wanted:
        raise Refusal("nobody_expected", "应到名单是空的。请至少选一位参加人。")
    apart = {person_id for person_id, one in drawn.items() if one.place == Place.APART} - wanted
    add_to_list(actor, session, wanted, Mark.UNRECORDED, at)
    add_to_list(actor, session, apart, Mark.EXEMPT, at)
    SessionNote.objects.bulk_create(
        SessionNote(session=session, person_id=person_id, text=drawn[person_id].because, at=at, actor="")
        for person_id in sorted(apart)
    )
    return Noticed(len(wanted), len(apart))


def add_to_list(actor: Actor, session: Session, people: Collection[int], mark: Mark, at: datetime) -> None:
    """Write one attendance row for each person, with the branch that they stand in on the session's day.

    Whoever has a row already, from a spreadsheet, keeps it.
    """
    known = set(Person.objects.filter(bureau=session.bureau, pk__in=people).values_list("pk", flat=True))
    known -= set(session.attendances.values_list("person_id", flat=True))
    homes = find_home_units(known, session.on)
    Attendance.objects.bulk_create(
        Attendance(
            session=session, person_id=person_id, unit=homes.get(person_id, session.unit), mark=mark, how=How.LIST,
            recorded_at=at, recorded_by=str(actor.user),
        )
        for person_id in sorted(known)
    )  # fmt: skip


def _explain_changes(
    actor: Actor, session: Session, changed: Collection[int], wanted: Collection[int], reason: str, at: datetime
) -> None:
    SessionNote.objects.bulk_create(
        SessionNote(
            session=session, person_id=person_id, at=at, actor=str(actor.user),
            text=f"{'加入名单' if person_id in wanted else '移出名单'}：{reason.strip()}",
        )
        for person_id in sorted(changed)
    )  # fmt: skip


@transaction.atomic
def change_list(
    actor: Actor, session: Session, *, at: datetime, add: Collection[int], remove: Collection[int], reason: str
) -> None:
    """Put people on the list after the notice, or take them off it, each with the reason.

    Nobody whose presence has been recorded is taken off. Somebody apart (免) who is put on the list becomes 未记录.
    """
    demand_leading(actor, session.unit)
    session = lock_session(session)
    _demand_planned(session)
    rows = {row.person_id: row for row in session.attendances.select_related("person").select_for_update(of=("self",))}
    added = {person_id for person_id in add if person_id not in rows or rows[person_id].mark == Mark.EXEMPT}
    removed = {person_id for person_id in remove if person_id in rows and rows[person_id].mark != Mark.EXEMPT}
    _demand_reason(added | removed, reason)
    for person_id in sorted(removed):
        _demand_unrecorded(rows[person_id])
    exempt = [person_id for person_id in added if person_id in rows]
    session.attendances.filter(person__in=[*removed, *exempt]).delete()
    add_to_list(actor, session, added, Mark.UNRECORDED, at)
    _explain_changes(actor, session, added | removed, added, reason, at)
    detail = {"added": sorted(added), "removed": sorted(removed), "reason": reason}
    _record(actor, session, at, "change_list", detail)


def _demand_unrecorded(row: Attendance) -> None:
    if row.mark not in OPEN_MARKS:
        raise Refusal("mark_recorded", f"{row.person.name}已记为“{row.mark}”，不能移出名单。")


@transaction.atomic
def change_session(actor: Actor, session: Session, arrangement: Arrangement, *, at: datetime) -> list[str]:
    """Change what was arranged, on the same day; returns what people are told (after the notice), one sentence each.

    The day itself changes by ``postpone_session`` once the notice is out.
    """
    demand_leading(actor, session.unit)
    session = lock_session(session)
    _demand_planned(session)
    if session.noticed_at is not None:
        arrangement = replace(arrangement, on=session.on, kind=SessionKind(session.kind))
    elif arrangement.on != session.on:
        _demand_day(arrangement, timezone.localdate(at))
    _demand_new(arrangement, but=session)
    arrangement = replace(arrangement, place=name_place(arrangement.place, arrangement.venue))
    told = _describe_changes(session, arrangement) if session.noticed_at is not None else []
    columns = _list_columns(arrangement)
    for name, value in columns.items():
        setattr(session, name, value)
    session.save(update_fields=list(columns))
    _write_agenda(session, arrangement.agenda)
    settle_booking(actor, session, late_entry=arrangement.late_entry or session.on < timezone.localdate(at), at=at)
    if told:
        SessionNote.objects.create(session=session, text="；".join(told)[:200], at=at, actor=str(actor.user))
    _record(actor, session, at, "change_session", {"told": told})
    return told


def _describe_changes(session: Session, arrangement: Arrangement) -> list[str]:
    told = []
    if session.start_time != arrangement.start_time:
        told.append(f"时间由 {_write_time(session.start_time)} 改为 {_write_time(arrangement.start_time)}")
    if session.place != arrangement.place:
        told.append(f"地点由{session.place or '未定'}改为{arrangement.place or '未定'}")
    if session.topic != arrangement.topic:
        told.append(f"主题由“{session.topic}”改为“{arrangement.topic}”")
    return told


def _write_time(value: time | None) -> str:
    return f"{value:%H:%M}" if value else "未定"


@transaction.atomic
def postpone_session(
    actor: Actor, session: Session, *, on: date, start_time: time | None, minutes: int | None, place: str, reason: str,
    venue: Venue | None = None, at: datetime,
) -> Session:  # fmt: skip
    """Postpone: the old session stays with its reason, a new draft on another day takes its place.

    Its 阵地 is free again, and ``venue`` is booked for the new day. The new list is drawn for the new day when its own
    notice goes out; changes by hand are not carried over.
    """
    demand_leading(actor, session.unit)
    old = lock_session(session)
    _demand_changeable(old, "延期")
    reason = _demand_words(reason, "延期")
    if on == old.on:
        raise Refusal("same_day", "延期请选另一天。同一天改时间或地点，请用“改时间和内容”。")
    old.state, old.reason = SessionState.POSTPONED, reason
    old.save(update_fields=["state", "reason"])
    free_place(actor, old, at=at)
    arrangement = replace(
        read_arrangement(old), on=on, start_time=start_time, minutes=minutes, place=place, venue=venue,
        late_entry=False,
    )  # fmt: skip
    new = arrange_session(actor, arrangement, at=at, replaces=old)
    _record(actor, old, at, "postpone_session", {"to": on.isoformat(), "reason": reason, "new": new.pk})
    return new


def _demand_changeable(session: Session, act: str) -> None:
    if session.roll_ended_at is not None or session.state == SessionState.HELD:
        raise Refusal("roll_ended", f"这次会议已结束点名，不能{act}。考勤有误的，请在考勤里更正。")
    _demand_planned(session)


def _demand_words(reason: str, act: str) -> str:
    if not reason.strip():
        raise Refusal("no_reason", f"请写一句{act}的原因。")
    return reason.strip()


def read_arrangement(session: Session) -> Arrangement:
    """What was arranged for a session, to copy or to change."""
    agenda = tuple(AgendaRow(row.title, row.speaker_id, row.material) for row in session.agenda.order_by("position"))
    columns = _list_columns(session)
    columns |= {"kind": SessionKind(session.kind), "tier": Tier(session.tier)}
    return Arrangement(unit=session.unit, agenda=agenda, **columns)


@transaction.atomic
def cancel_session(actor: Actor, session: Session, *, reason: str, at: datetime) -> None:
    """Cancel with the reason. Those who were told see it on their list; a session whose roll-call ended stays held."""
    demand_leading(actor, session.unit)
    session = lock_session(session)
    _demand_changeable(session, "取消")
    session.state, session.reason = SessionState.CANCELLED, _demand_words(reason, "取消")
    session.save(update_fields=["state", "reason"])
    free_place(actor, session, at=at)
    _record(actor, session, at, "cancel_session", {"reason": session.reason})
