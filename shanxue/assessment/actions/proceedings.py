"""The year's proceeding up to the freeze: opening, roster, cut-off, late records, 试算, freeze."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.exams.actions.sittings import hand_in_overdue
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.queries import Actor
from shanxue.plans.rules.calendar import write_day

from ..models import Confirmation, KeptFacts, LateRecord, Proceeding, ProceedingScheme, Run, SchemeVersion
from ..portions import find_latest_run
from ..queries.moves import find_moved
from ..queries.previews import list_lacks
from ..queries.proceedings import count_late
from ..queries.results import read_version
from ..rules.loading import load_scheme
from ..rules.proceedings import BEFORE_FREEZE, LateState, Step, write_late_sentence
from ..runs import Progress, keep_version, say_nothing
from ..yearly import Attempt, attempt_part, list_parts, note_late, store_attempt, take_snapshot
from .steps import begin_step, demand_keeping, demand_writing, record, write_step

SUBJECT_ORDER = {"person": 0, "branch": 1, "department": 2}


@transaction.atomic
def open_proceeding(actor: Actor, versions: Iterable[SchemeVersion], *, title: str, at: datetime) -> Proceeding:
    """Open the assessment of one window with the schemes that go together.

    Raises Refusal ``no_scheme``, ``windows_differ`` and ``already_open``.
    """
    demand_keeping(actor)
    assert actor.bureau is not None
    found = list(versions)
    if not found:
        raise Refusal("no_scheme", "试算需要三样：名册、细则、至少一项记录。还缺：细则。")
    windows = {read_version(version).window for version in found}
    if len(windows) > 1:
        raise Refusal("windows_differ", "选的细则考核期间不同，不能放在一起。请分开办理。")
    window = windows.pop()
    demand_open_year(actor.bureau.pk, window.last_on)
    try:
        with transaction.atomic():
            proceeding = Proceeding.objects.create(
                bureau=actor.bureau, title=title.strip() or "年度考核", from_on=window.from_on,
                until_on=window.until_on, opened_at=at, opened_by=str(actor.user),
            )  # fmt: skip
    except IntegrityError:
        span = f"{write_day(window.from_on)}起"
        raise Refusal("already_open", f"考核期间{span}的年度考核已经开始办理，不用再开。", status=409) from None
    for version in sorted(found, key=lambda one: (SUBJECT_ORDER.get(one.subject, 9), one.pk)):
        _add_part(proceeding, version)
    record_entry(
        chain=actor.bureau.code, actor=actor.user.username, at=at, verb="assessment.open_proceeding",
        subject=f"proceeding:{proceeding.pk}", detail={"schemes": [version.code for version in found]},
    )  # fmt: skip
    return proceeding


def _add_part(proceeding: Proceeding, version: SchemeVersion) -> None:
    ProceedingScheme.objects.update_or_create(
        proceeding=proceeding, code=version.code,
        defaults={"version": version, "place": SUBJECT_ORDER.get(version.subject, 9)},
    )  # fmt: skip


@transaction.atomic
def change_scheme(actor: Actor, proceeding: Proceeding, text: str, file_name: str, *, at: datetime) -> SchemeVersion:
    """Add a scheme, or replace the one of the same code, until the freeze. The cut-off is then to be set again.

    Raises Refusal with every problem of the text, ``frozen`` and ``windows_differ``.
    """
    demand_writing(actor, proceeding)
    scheme = load_scheme(text, file_name).scheme
    held = Proceeding.objects.select_for_update().get(pk=proceeding.pk)
    if held.stage not in BEFORE_FREEZE:
        raise Refusal("frozen", "结果已经冻结，细则不能再换。", status=409)
    if (scheme.window.from_on, scheme.window.until_on) != (held.from_on, held.until_on):
        raise Refusal("windows_differ", f"《{scheme.title}》的考核期间和这次考核不同，不能放在一起。")
    version = keep_version(proceeding.bureau, scheme, at)
    _add_part(held, version)
    if held.cutoff_at is not None:  # what was kept may lack what the new text counts
        KeptFacts.objects.filter(part__proceeding=held, run__isnull=True).delete()
        Proceeding.objects.filter(pk=held.pk).update(cutoff_at=None, stage=Step.CUTOFF)
    record(actor, held, "change_scheme", at, {"scheme": scheme.code, "sha256": version.sha256})
    proceeding.refresh_from_db()
    return version


@transaction.atomic
def sign_roster(actor: Actor, proceeding: Proceeding, turn: int, *, words: str, at: datetime) -> Proceeding:
    """Sign the roster off as checked. May be repeated until the freeze."""
    if begin_step(actor, proceeding, Step.ROSTER, turn):
        stage = Step.CUTOFF if proceeding.stage == Step.ROSTER else Step(proceeding.stage)
        write_step(actor, proceeding, Step.ROSTER, turn, stage=stage, at=at, words=words)
    return proceeding


def set_cutoff(
    actor: Actor, proceeding: Proceeding, turn: int, *, cutoff_at: datetime, at: datetime,
    progress: Progress = say_nothing,
) -> Proceeding:  # fmt: skip
    """Set the cut-off: records are kept as they were then. It may be moved until the freeze.

    Raises Refusal ``cutoff_ahead``, ``cutoff_before`` and those of ``begin_step`` (``frozen``).
    """
    if not begin_step(actor, proceeding, Step.CUTOFF, turn):
        return proceeding
    if cutoff_at > at:
        raise Refusal("cutoff_ahead", "截止时间还没有到。请到时再办，或者写现在以前的时间。")
    if timezone.localdate(cutoff_at) < proceeding.from_on:
        raise Refusal("cutoff_before", "截止时间在考核期间开始以前，请核对。")
    hand_in_overdue(Q(paper__bureau=proceeding.bureau), at)
    rows = take_snapshot(proceeding, cutoff_at, progress=progress)
    with transaction.atomic():
        KeptFacts.objects.filter(part__proceeding=proceeding, run__isnull=True).delete()
        KeptFacts.objects.bulk_create(rows, batch_size=100)
        LateRecord.objects.filter(proceeding=proceeding, state=LateState.OPEN).delete()
        LateRecord.objects.filter(proceeding=proceeding).update(stands=False)
        local = timezone.localtime(cutoff_at)
        words = f"截止到{write_day(local.date())} {local:%H:%M}"
        write_step(
            actor, proceeding, Step.CUTOFF, turn, stage=Step.TRIAL, at=at, words=words, cutoff_at=cutoff_at,
            detail={"cutoff_at": cutoff_at.isoformat(), "sha256": [row.sha256 for row in rows]},
        )  # fmt: skip
    return proceeding


def run_trial(
    actor: Actor, proceeding: Proceeding, turn: int, *, at: datetime, progress: Progress = say_nothing
) -> Proceeding:
    """试算: compute every scheme of the proceeding; any number of times until the freeze. Undecided records wait."""
    if not begin_step(actor, proceeding, Step.TRIAL, turn):
        return proceeding
    lacks = list_lacks(proceeding)
    if lacks:
        raise Refusal("lacking", f"试算需要三样：名册、细则、至少一项记录。还缺：{'、'.join(lacks)}。")
    if proceeding.cutoff_at is None:
        hand_in_overdue(Q(paper__bureau=proceeding.bureau), at)
    attempts = _attempt_people(proceeding, progress)
    with transaction.atomic():
        _store_all(proceeding, attempts, actor, at, progress)
        waiting = note_late(proceeding, [one.late for one in attempts], at=at)
        stage = Step.FREEZE if proceeding.stage == Step.TRIAL else Step(proceeding.stage)
        words = f"{_count_subjects(attempts)} 个考核对象"
        words += f"，截止后的记录 {waiting} 条待定，暂未计入" if waiting else ""
        write_step(actor, proceeding, Step.TRIAL, turn, stage=stage, at=at, words=words)
    return proceeding


def freeze(
    actor: Actor, proceeding: Proceeding, turn: int, *, at: datetime, reason: str = "",
    check_until_on: date | None = None, progress: Progress = say_nothing,
) -> Proceeding:  # fmt: skip
    """Freeze: what is computed now is what branches check, what is made public and, with decisions, what stands.

    After the first freeze only with a reason: a record corrected, a quota decided. Branches confirm again those whose
    result moved. Raises Refusal ``late_open``, ``no_reason``, ``no_deadline`` and those of ``begin_step``.
    """
    if not begin_step(actor, proceeding, Step.FREEZE, turn):
        return proceeding
    first = proceeding.frozen_at is None
    _demand_freeze_words(first, reason, check_until_on, timezone.localdate(at))
    attempts = _attempt_people(proceeding, progress)
    try:
        with transaction.atomic():
            formers = {part.pk: part.frozen_run for part in list_parts(proceeding)}
            _store_all(proceeding, attempts, actor, at, progress)
            if note_late(proceeding, [one.late for one in attempts], at=at):
                raise _LateOpenError
            for attempt in attempts:
                _pin(proceeding, attempt.part, formers.get(attempt.part.pk))
            write_step(
                actor, proceeding, Step.FREEZE, turn, stage=Step.CHECK if first else Step(proceeding.stage), at=at,
                words=reason.strip() or f"{_count_subjects(attempts)} 个考核对象", frozen_at=at,
                detail={"runs": [attempt.part.run_id for attempt in attempts]},
                **({"check_until_on": check_until_on} if first else {}),
            )  # fmt: skip
    except _LateOpenError:
        note_late(proceeding, [one.late for one in attempts], at=at)
        raise Refusal("late_open", write_late_sentence(count_late(proceeding)), status=409) from None
    return proceeding


class _LateOpenError(Exception):
    """Records came in after the cut-off and wait for a decision: what was computed is not stored."""


def _demand_freeze_words(first: bool, reason: str, check_until_on: date | None, today: date) -> None:
    if not first and not reason.strip():
        raise Refusal("no_reason", "结果已经冻结过，重新冻结请写明原因：哪条记录更正了，或者哪次会议决定了名额。")
    if first and (check_until_on is None or check_until_on < today):
        raise Refusal("no_deadline", "请写支部核对到哪一天为止，不早于今天。")


def _count_subjects(attempts: list[Attempt]) -> int:
    return sum(attempt.computed.subjects.height for attempt in attempts)


def _attempt_people(proceeding: Proceeding, progress: Progress) -> list[Attempt]:
    """Compute, outside any transaction, the schemes that rest on records alone."""
    parts = [part for part in list_parts(proceeding) if not read_version(part.version).members_scheme]
    return [_attempt(proceeding, part, None, progress) for part in parts]


def _attempt(proceeding: Proceeding, part: ProceedingScheme, members: Run | None, progress: Progress) -> Attempt:
    part.proceeding = proceeding
    return attempt_part(part, members, cut=proceeding.cutoff_at is not None, progress=progress)


def _store_all(proceeding: Proceeding, attempts: list[Attempt], actor: Actor, at: datetime, progress: Progress) -> None:
    """Store what was computed; then compute and store the schemes that rest on these results."""
    who = actor.user.username
    runs = {one.part.code: store_attempt(one, actor=who, at=at, progress=progress) for one in attempts}
    for part in list_parts(proceeding):
        needs = read_version(part.version).members_scheme
        if needs and part.code not in runs:
            members = runs.get(needs) or find_latest_run(proceeding.bureau, needs)
            attempt = _attempt(proceeding, part, members, progress)
            runs[part.code] = store_attempt(attempt, actor=who, at=at, progress=progress)
            attempts.append(attempt)


def _pin(proceeding: Proceeding, part: ProceedingScheme, former: Run | None) -> None:
    """Make a run the frozen one. What a branch confirmed stands for those whose result is the same as before."""
    part.frozen_run = part.run
    part.save(update_fields=["frozen_run"])
    if former is None or part.run is None:
        return
    owner = "person_id" if part.version.subject == "person" else "unit_id"
    moved = find_moved(former, part.run, owner)
    fresh = dict(part.run.results.values_list(owner, "pk"))
    old = Confirmation.objects.filter(result__run=former).select_related("result")
    kept = [row for row in old if getattr(row.result, owner) not in moved and getattr(row.result, owner) in fresh]
    Confirmation.objects.bulk_create(
        (
            Confirmation(
                proceeding=proceeding,
                result_id=fresh[getattr(row.result, owner)],
                at=row.at,
                by_name=row.by_name,
                words=row.words,
            )
            for row in kept
        ),
        batch_size=2000,
    )


@transaction.atomic
def decide_late(
    actor: Actor, proceeding: Proceeding, record_ids: Iterable[int], *, let_in: bool, reason: str, at: datetime
) -> int:
    """Decide on records that came in after the cut-off: one, or all of those named. They count from the next run on.

    Raises Refusal ``no_reason``, ``late_decided`` and ``settled``.
    """
    demand_writing(actor, proceeding)
    held = Proceeding.objects.select_for_update().get(pk=proceeding.pk)
    if held.settled_at is not None:
        raise Refusal("settled", f"{held.title}已经定档，截止后的记录不再决定。", status=409)
    if not reason.strip():
        raise Refusal("no_reason", "请写明计入或不计入的理由，一句话即可。")
    wanted = set(record_ids)
    rows = LateRecord.objects.filter(proceeding=held, pk__in=wanted)
    found = list(rows)
    if not wanted or len(found) < len(wanted):
        raise refuse_missing("这条截止后的记录")
    decided = next((row for row in found if row.state != LateState.OPEN), None)
    if decided is not None:
        raise Refusal("late_decided", f"这条记录{decided.decided_by}已决定{decided.state}，不用再办。", status=409)
    state = LateState.IN if let_in else LateState.OUT
    rows.filter(state=LateState.OPEN).update(
        state=state, reason=reason.strip()[:200], decided_by=str(actor.user), decided_at=at
    )
    record(actor, held, "decide_late", at, {"records": sorted(wanted), "state": str(state), "reason": reason.strip()})
    return len(found)
