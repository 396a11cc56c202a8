"""Sessions, single marks, and what was made up later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.activities.models import (
    Attendance,
    MakeUp,
    MarkEntry,
    MeetingRecord,
    RecordReview,
    RecordVersion,
    Session,
)
from shanxue.activities.queries.arranging import scope_sessions
from shanxue.activities.queries.rolls import fits_roll
from shanxue.activities.rules import How, Outcome
from shanxue.base.errors import refuse_missing
from shanxue.orgs.queries import Actor, match_granted_units, match_people

from ..rules.chains import OTHER_MARKS, Step, describe_late
from .effects import Traced, list_effects
from .shape import Chain, find_origin, list_changes, step_plan, when


def find_session(actor: Actor, pk: int) -> Session:
    units = match_granted_units(actor, "unit")
    found = scope_sessions(actor).filter(units).select_related("bureau", "unit", "plan_item__plan", "recorder")
    session = found.filter(pk=pk).first()
    if session is None:
        raise refuse_missing("这条记录")
    return session


def list_marks(session: Session) -> list[Attendance]:
    return list(session.attendances.select_related("person").order_by("person__staff_no"))


def read_session(actor: Actor, pk: int) -> Chain:
    session = find_session(actor, pk)
    title = f"{session.unit.name}{session.kind}“{session.topic}”"
    chain = Chain(f"session-{pk}", title, session.unit)
    chain.steps += [step_plan(session.plan_item), *_list_notice(session)]
    rows = list_marks(session)
    chain.steps += _list_presence(session, rows)
    if session.roll_ended_at is not None:
        chain.steps.append(Step("考勤", session.roll_ended_at, "点名结束，名单的校验值记入留痕"))
        chain.problem = "" if fits_roll(session) else OTHER_MARKS
    chain.steps += _list_minutes(session)
    chain.steps += list_effects(actor, chain.key, session.on, list_refs(session, rows))
    chain.changes = list_changes(session.bureau, [f"session:{pk}"], LATER_ACTS)
    chain.origin = find_origin(session.batch_id)
    chain.others = [(f"mark-{row.pk}", row.person.name) for row in rows]
    return chain


LATER_ACTS = ("correct_mark", "change_session", "change_list", "postpone_session", "cancel_session", "take_back_record",
              "remove_guest", "add_guest")  # fmt: skip


def _list_notice(session: Session) -> list[Step]:
    if session.noticed_at is None:
        return [Step("通知", None, "没有通过本系统发通知")]
    return [Step("通知", session.noticed_at, "发出通知，应到名单定下")]


def _list_presence(session: Session, rows: Iterable[Attendance]) -> list[Step]:
    """What was entered together in one step; what was entered late, each person apart with the reason."""
    because = _read_reasons(session)
    groups: dict[tuple[str, str, date], list[Attendance]] = defaultdict(list)
    late = []
    for row in rows:
        day = timezone.localdate(row.recorded_at)
        if row.how == How.LATE_ENTRY:
            late.append(_step_late(session, row, because.get(row.person_id, "")))
        else:
            groups[row.how, row.recorded_by, day].append(row)
    steps = [
        Step("考勤", max(row.recorded_at for row in found), f"{how} {len(found)} 人：{_count_marks(found)}", who)
        for (how, who, _day), found in groups.items()
    ]
    return sorted(steps, key=lambda step: when(step.at)) + late


def _step_late(session: Session, row: Attendance, because: str) -> Step:
    days = (timezone.localdate(row.recorded_at) - session.on).days
    text = f"{row.person.name}：{row.mark}。{describe_late(days, because)}"
    return Step("考勤", row.recorded_at, text, row.recorded_by, late=True)


def _read_reasons(session: Session) -> dict[int, str]:
    """Why each late entry was made, by person: the latest word that was taken."""
    entries = MarkEntry.objects.filter(session=session, how=How.LATE_ENTRY, outcome=Outcome.TAKEN)
    return dict(entries.order_by("received_at", "pk").values_list("person_id", "because"))


def _count_marks(rows: Iterable[Attendance]) -> str:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.mark] += 1
    return "，".join(f"{mark} {count}" for mark, count in counts.items())


def _list_minutes(session: Session) -> list[Step]:
    record = MeetingRecord.objects.filter(session=session).first()
    if record is None:
        return [Step("记录", None, "没有会议记录（导入的台账没有记录）" if session.batch_id else "还没有会议记录")]
    versions = RecordVersion.objects.filter(record=record).order_by("number")
    steps = [Step("记录", one.at, f"提交第 {one.number} 稿", one.actor) for one in versions]
    reviews = RecordReview.objects.filter(record=record).order_by("pk")
    steps += [
        Step("审核", one.at, f"第 {one.number} 稿：{one.state}{'，' if one.text else ''}{one.text}", one.actor)
        for one in reviews
    ]
    if not steps:
        steps = [Step("记录", record.submitted_at or record.saved_at, f"会议记录：{record.state}", record.written_by)]
        if record.reviewed_at:
            steps.append(Step("审核", record.reviewed_at, record.state, record.reviewed_by))
    return sorted(steps, key=lambda step: when(step.at))


# One mark


def read_mark(actor: Actor, pk: int) -> Chain:
    units = match_granted_units(actor, "unit") | match_granted_units(actor, "session__unit")
    rows = Attendance.objects.filter(units, session__bureau=actor.bureau)
    row = (
        rows.select_related("session__unit", "session__bureau", "session__plan_item__plan", "person")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise refuse_missing("这条记录")
    session = row.session
    chain = Chain(f"mark-{pk}", f"{row.person.name}：{session.topic}的考勤", session.unit, person_id=row.person_id)
    chain.steps += [step_plan(session.plan_item), *_list_notice(session)]
    if row.how == How.LATE_ENTRY:
        chain.steps.append(_step_late(session, row, _read_reasons(session).get(row.person_id, "")))
    else:
        chain.steps.append(Step("考勤", row.recorded_at, f"{row.how}：{row.mark}", row.recorded_by))
    said = (
        MarkEntry.objects.filter(session=session, person=row.person).select_related("by").order_by("received_at", "pk")
    )
    chain.changes = [_step_said(session, one) for one in list(said)[1:]]
    subjects = [f"{name}:{one}" for name, one in _list_related(row)]
    chain.changes += list_changes(session.bureau, subjects, ())
    chain.changes.sort(key=lambda step: when(step.at))
    chain.steps += list_effects(actor, chain.key, session.on, list_refs_of(session, [row]))
    chain.origin = find_origin(row.batch_id)
    chain.others = [(f"session-{session.pk}", session.topic)]
    return chain


def _step_said(session: Session, one: MarkEntry) -> Step:
    late = one.how == How.LATE_ENTRY
    days = (timezone.localdate(one.received_at) - session.on).days
    words = describe_late(days, one.because) if late else one.because
    outcome = "" if one.outcome == Outcome.TAKEN else f"（{one.outcome}）"
    text = f"从“{one.seen}”改为“{one.mark}”{outcome}{'。' if words else ''}{words}"
    return Step("改动", one.received_at, text, str(one.by), late)


def _list_related(row: Attendance) -> list[tuple[str, int]]:
    leaves = row.session.leaves.filter(person=row.person_id).values_list("pk", flat=True)
    make_ups = row.session.make_ups.filter(person=row.person_id).values_list("pk", flat=True)
    return [*(("leave", one) for one in leaves), *(("make_up", one) for one in make_ups)]


def list_refs(session: Session, rows: Sequence[Attendance]) -> Traced:
    """A whole session: its marks, the hours they earn, and the meeting of its unit."""
    traced = list_refs_of(session, rows)
    refs = traced.refs | {("sessions", session.pk)}
    return replace(traced, refs=refs, units=traced.units | {session.unit_id}, whole=True)


def list_refs_of(session: Session, rows: Sequence[Attendance]) -> Traced:
    """Some marks of a session, as the facts of those marked and of the units they stood in."""
    refs = {(source, ref) for row in rows for source, ref in (("attendance", row.pk), ("credits", -row.pk))}
    units = frozenset(row.unit_id for row in rows if row.unit_id is not None)
    return Traced(frozenset(refs), frozenset(row.person_id for row in rows), units, session.pk)


# One make-up


def read_make_up(actor: Actor, pk: int) -> Chain:
    """An absence, what was arranged for it, and that it was made up: the absence stays (K54)."""
    units = match_granted_units(actor, "session__unit") | match_people(actor, "person_id")
    found = MakeUp.objects.filter(units, session__bureau=actor.bureau)
    make_up = found.select_related("session__unit", "session__bureau", "person").filter(pk=pk).first()
    if make_up is None:
        raise refuse_missing("这条记录")
    session, who = make_up.session, make_up.person
    chain = Chain(f"makeup-{pk}", f"{who.name}：“{session.topic}”的补学", session.unit, person_id=who.pk)
    day = f"{session.on.month}月{session.on.day}日"
    chain.steps.append(Step("会议", session.on, f"{session.kind}“{session.topic}”（{day}），原来记为{make_up.of_mark}"))
    arranged = f"安排补学：{make_up.form}{f'，{make_up.material}' if make_up.material else ''}，{make_up.until_on} 前"
    chain.steps.append(Step("补学", make_up.arranged_at, arranged, make_up.arranged_by))
    if make_up.done_on:
        chain.steps.append(Step("补学", make_up.done_on, "本人报告已补学", late=make_up.done_on > make_up.until_on))
    if make_up.confirmed_at:
        chain.steps.append(Step("确认", make_up.confirmed_at, make_up.state, make_up.confirmed_by))
    rows = list(session.attendances.filter(person=who))
    chain.steps += list_effects(actor, chain.key, session.on, list_refs_of(session, rows))
    chain.changes = list_changes(session.bureau, [f"make_up:{pk}"], ("return_make_up", "drop_make_up"))
    chain.others = [*((f"mark-{row.pk}", _("考勤")) for row in rows), (f"session-{session.pk}", session.topic)]
    return chain
