"""The chain of one record from the plan to the score, read from what the rooms keep and from the trail (A2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from shanxue.activities.models import Attendance, MarkEntry, MeetingRecord, RecordReview, RecordVersion, Session
from shanxue.activities.queries.arranging import scope_sessions
from shanxue.activities.queries.rolls import fits_roll
from shanxue.activities.rules import How, Outcome
from shanxue.assessment.models import Result
from shanxue.assessment.queries.results import Shown, list_shown, scope_results
from shanxue.assessment.runs import gather_evidence
from shanxue.audit.models import Entry
from shanxue.audit.queries import list_history
from shanxue.base.errors import refuse_missing
from shanxue.base.points import format_scaled
from shanxue.intake.models import Batch
from shanxue.orgs.models import Bureau, Unit
from shanxue.orgs.queries import Actor, match_granted_units, match_people
from shanxue.plans.models import PlanItem
from shanxue.study.models import Note
from shanxue.study.rules import NoteState

from .rules.chains import OTHER_MARKS, Origin, Step, describe_late
from .rules.verbs import name_verb


@dataclass
class Chain:
    """One record's steps in order, what was changed afterwards, and what does not fit."""

    key: str  # session-12
    title: str
    unit: Unit | None
    steps: list[Step] = field(default_factory=list)
    changes: list[Step] = field(default_factory=list)
    problem: str = ""
    origin: Origin | None = None
    others: list[tuple[str, str]] = field(default_factory=list)  # key and name of records that belong to it
    person_id: int | None = None


def find_chain(actor: Actor, kind: str, pk: int) -> Chain:
    """Read the chain of one record that the actor may see, by its kind; the same words for absent and for foreign."""
    reader = READERS.get(kind)
    if reader is None or not actor.reads_others or actor.bureau is None:
        raise refuse_missing("这条记录")
    return reader(actor, pk)


# A session


def _read_session(actor: Actor, pk: int) -> Chain:
    units = match_granted_units(actor, "unit")
    found = scope_sessions(actor).filter(units).select_related("bureau", "unit", "plan_item__plan", "recorder")
    session = found.filter(pk=pk).first()
    if session is None:
        raise refuse_missing("这条记录")
    title = f"{session.unit.name}{session.kind}“{session.topic}”"
    chain = Chain(f"session-{pk}", title, session.unit)
    chain.steps += [_step_plan(session.plan_item), *_list_notice(session)]
    rows = list(session.attendances.select_related("person").order_by("person__staff_no"))
    chain.steps += _list_presence(session, rows)
    if session.roll_ended_at is not None:
        chain.steps.append(Step("考勤", session.roll_ended_at, "点名结束，名单的校验值记入留痕"))
        chain.problem = "" if fits_roll(session) else OTHER_MARKS
    chain.steps += _list_minutes(session)
    chain.changes = _list_changes(session.bureau, [f"session:{pk}"], LATER_ACTS)
    chain.origin = _find_origin(session.batch_id)
    chain.others = [(f"mark-{row.pk}", row.person.name) for row in rows]
    return chain


LATER_ACTS = ("correct_mark", "change_session", "change_list", "postpone_session", "cancel_session", "take_back_record",
              "remove_guest", "add_guest")  # fmt: skip


def _step_plan(item: PlanItem | None) -> Step:
    if item is None:
        return Step("计划", None, "没有对应的计划条目（计划外，或导入的记录）")
    plan = f"《{item.plan.title}》" if item.plan else "导入的计划"
    decided = item.plan.decided_at if item.plan else None
    return Step("计划", decided, f"{plan}：{item.title}", item.plan.decided_by if item.plan else "")


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
        for (how, who, _), found in groups.items()
    ]
    return sorted(steps, key=lambda step: _when(step.at)) + late


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
    return sorted(steps, key=lambda step: _when(step.at))


# One mark


def _read_mark(actor: Actor, pk: int) -> Chain:
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
    chain.steps += [_step_plan(session.plan_item), *_list_notice(session)]
    if row.how == How.LATE_ENTRY:
        chain.steps.append(_step_late(session, row, _read_reasons(session).get(row.person_id, "")))
    else:
        chain.steps.append(Step("考勤", row.recorded_at, f"{row.how}：{row.mark}", row.recorded_by))
    said = (
        MarkEntry.objects.filter(session=session, person=row.person).select_related("by").order_by("received_at", "pk")
    )
    chain.changes = [_step_said(session, one) for one in list(said)[1:]]
    subjects = [f"{name}:{one}" for name, one in _list_related(row)]
    chain.changes += _list_changes(session.bureau, subjects, ())
    chain.changes.sort(key=lambda step: _when(step.at))
    chain.steps += _list_effects(actor, row.person_id, session.on, {("attendance", pk), ("credits", -pk)})
    chain.origin = _find_origin(row.batch_id)
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


# What a record counts for


def _list_effects(actor: Actor, person_id: int, on: date | None, refs: set[tuple[str, int]]) -> list[Step]:
    """The lines of the newest results that count this very record: the filter of the count, without the sum."""
    shown = [one for one in list_shown(actor.bureau, "person") if on is not None and on in one.scheme.window]
    steps: list[Step] = []
    for one in shown:
        result = scope_results(actor).filter(run=one.run, person=person_id).first()
        if result is not None:
            steps += _list_lines(one, result, refs)
    return steps or [Step("计分", None, "现有的考核结果里没有用到这条记录")]


def _list_lines(shown: Shown, result: Result, refs: set[tuple[str, int]]) -> list[Step]:
    evidence = gather_evidence(result)
    titles = {item.code: item.title for item in shown.scheme.items}
    steps = []
    for line in result.lines.order_by("pk"):
        if line.item not in titles:
            continue
        used = {(fact["source"], fact["ref"]) for fact in evidence.list_rows(line.item)}
        if used & refs:
            points = "未计分" if line.awarded_points is None else format_scaled(line.awarded_points, shown.scheme.scale)
            text = f"计入《{shown.scheme.title}》{line.item}“{titles[line.item]}”，这一项得 {points}"
            steps.append(Step("计分", shown.run.at, text, shown.run.actor))
    return steps


# Notes, plan items, results


def _read_note(actor: Actor, pk: int) -> Chain:
    """Of a note only that it was handed in and reviewed: its text is not shown here to anybody."""
    notes = Note.objects.filter(match_people(actor, "person_id"), bureau=actor.bureau).exclude(state=NoteState.DRAFT)
    note = notes.select_related("person", "bureau", "plan_item__plan").filter(pk=pk).first()
    if note is None:
        raise refuse_missing("这条记录")
    chain = Chain(f"note-{pk}", f"{note.person.name}的{note.kind}“{note.title}”", None, person_id=note.person_id)
    chain.steps.append(_step_plan(note.plan_item))
    versions = note.versions.order_by("number")
    chain.steps += [Step("提交", one.at, f"提交第 {one.number} 稿，{len(one.body)} 字") for one in versions]
    if note.reviewed_at:
        chain.steps.append(Step("审阅", note.reviewed_at, note.state, note.reviewed_by))
    elif not versions:
        chain.steps.append(Step("提交", note.on, f"导入的笔记目录：{note.state}"))
    chain.steps += _list_effects(actor, note.person_id, note.on, {("notes", pk)})
    chain.changes = _list_changes(note.bureau, [f"note:{pk}"], ("take_back_note", "delete_note", "recommend_note"))
    chain.origin = _find_origin(note.batch_id)
    return chain


def _read_item(actor: Actor, pk: int) -> Chain:
    units = Q(unit__isnull=False) & match_granted_units(actor, "unit")
    people = Q(person__isnull=False) & match_people(actor, "person_id")
    items = PlanItem.objects.filter(units | people, bureau=actor.bureau)
    item = items.select_related("bureau", "plan", "unit", "person").filter(pk=pk).first()
    if item is None:
        raise refuse_missing("这条记录")
    whose = item.unit.name if item.unit else item.person.name if item.person else ""
    chain = Chain(f"item-{pk}", f"{whose}的计划“{item.title}”", item.unit, person_id=item.person_id)
    chain.steps.append(_step_plan(item))
    if item.done_on:
        chain.steps.append(Step("完成", item.done_on, item.state))
    sessions = Session.objects.filter(plan_item=item).order_by("on", "pk")
    chain.steps += [Step("会议", one.on, f"{one.kind}“{one.topic}”：{one.state}") for one in sessions]
    chain.changes = _list_changes(item.bureau, [f"plan-item:{pk}"], ())
    changes = item.changes.order_by("pk")
    chain.changes += [Step("改动", one.at, f"{one.what}，原因：{one.reason}", one.actor) for one in changes]
    if item.person_id:
        chain.steps += _list_effects(actor, item.person_id, item.due_on or item.done_on, {("plan", pk)})
    chain.origin = _find_origin(item.batch_id)
    return chain


def _read_result(actor: Actor, pk: int) -> Chain:
    result = scope_results(actor).select_related("run__bureau", "run__scheme", "person", "unit").filter(pk=pk).first()
    if result is None:
        raise refuse_missing("这条记录")
    shown = next((one for one in list_shown(actor.bureau) if one.run.pk == result.run_id), None)
    whose = result.person.name if result.person else result.unit.name if result.unit else ""
    chain = Chain(f"result-{pk}", f"{whose}的考核结果", result.unit, person_id=result.person_id)
    run = result.run
    chain.steps.append(Step("细则", run.scheme.at, f"《{run.scheme.title}》，校验值 {run.scheme.sha256[:16]}…"))
    chain.steps.append(Step("计分", run.at, f"计算结果，输入的校验值 {run.inputs_sha256[:16]}…", run.actor))
    if shown is not None:
        total = "待补充" if result.total_points is None else format_scaled(result.total_points, shown.scheme.scale)
        chain.steps.append(Step("结果", run.at, f"得分 {total}，{result.grade or '不定等次'}"))
    appeals = result.appeals.order_by("pk")
    for one in appeals:
        chain.changes.append(Step("申诉", one.asked_at, f"{one.item}：{one.sentence}"))
        if one.decided_at:
            chain.changes.append(Step("申诉", one.decided_at, f"{one.state}：{one.decision}", one.decided_by))
    return chain


READERS: dict[str, Callable[[Actor, int], Chain]] = {
    "session": _read_session, "mark": _read_mark, "note": _read_note, "item": _read_item, "result": _read_result,
}  # fmt: skip


# Shared


def _list_changes(bureau: Bureau, subjects: list[str], acts: tuple[str, ...]) -> list[Step]:
    """What the trail says was done to some subjects; of the acts given, or all of them when none is given."""
    entries = list_history(bureau.code, subjects) if subjects else []
    return [_step_entry(one) for one in entries if not acts or one.verb.partition(".")[2] in acts]


def _step_entry(entry: Entry) -> Step:
    detail = entry.detail
    change = f"，从“{detail['from']}”改为“{detail['to']}”" if {"from", "to"} <= detail.keys() else ""
    because = detail.get("because") or detail.get("reason") or ""
    return Step(
        "改动", entry.at, f"{name_verb(entry.verb)}{change}{f'，原因：{because}' if because else ''}", entry.actor
    )


def _find_origin(batch_id: int | None) -> Origin | None:
    batch = Batch.objects.filter(pk=batch_id).first() if batch_id else None
    return Origin(batch.file_name, batch.sha256) if batch else None


def _when(at: date | datetime | None) -> float:
    if isinstance(at, datetime):
        return at.timestamp()
    return datetime(at.year, at.month, at.day, tzinfo=timezone.get_current_timezone()).timestamp() if at else 0.0
