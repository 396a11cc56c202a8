"""公示, the quotas a meeting decides, 定档 and what may still be amended after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.base.points import MILLI
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.queries import Actor
from shanxue.plans.queries.workdays import read_calendar
from shanxue.plans.rules.calendar import write_day, write_short

from ..models import Amendment, PriorResult, Proceeding, QuotaDecision, Result
from ..queries.proceedings import (
    QuotaView,
    find_pinned,
    list_open,
    list_scheme_parts,
    read_process,
)
from ..queries.results import read_version, settle_results
from ..rules.pages import EXCLUDED, list_grades
from ..rules.proceedings import Cause, Step, count_days, judge_gates
from ..rules.report import WAITING
from ..rules.scheme import Scheme, Term
from ..rules.wording import name_assessment
from ..yearly import look_for_late
from .steps import begin_step, demand_keeping, demand_writing, record, write_step

ROWS_PER_INSERT = 2000


def _refuse_open(actor: Actor, proceeding: Proceeding, step: Step, today: date) -> None:
    found = list_open(actor, proceeding, step, today)
    if found:
        raise Refusal("still_open", "".join(one.sentence for one in found), status=409)


def publish(
    actor: Actor, proceeding: Proceeding, turn: int, *, publicity_days: int | None, appeal_days: int | None,
    at: datetime,
) -> Proceeding:  # fmt: skip
    """Begin the 公示 (K60). Days come from the scheme; where it is silent, the office says how many.

    Looks once more for records that came in late. Raises Refusal ``still_open`` with everything that is, ``no_days``,
    and those of ``begin_step``.
    """
    if not begin_step(actor, proceeding, Step.PUBLICITY, turn):
        return proceeding
    look_for_late(proceeding, at=at)
    with transaction.atomic():
        _refuse_open(actor, proceeding, Step.PUBLICITY, timezone.localdate(at))
        _begin_publicity(actor, proceeding, turn, publicity_days, appeal_days, at)
    return proceeding


def _begin_publicity(
    actor: Actor, proceeding: Proceeding, turn: int, publicity_days: int | None, appeal_days: int | None, at: datetime
) -> None:
    today = timezone.localdate(at)
    process, calendar = read_process(proceeding), read_calendar(proceeding.bureau)
    publicity = _choose(process.publicity, publicity_days, "公示")
    appeal = _choose(process.appeal, appeal_days, "申诉期")
    until_on = count_days(today, publicity, calendar)
    appeal_on = max(until_on, count_days(today, appeal, calendar))
    words = f"公示到{write_short(until_on)}，可申诉到{write_short(appeal_on)}"
    write_step(
        actor, proceeding, Step.PUBLICITY, turn, stage=Step.PUBLICITY, at=at, words=words, publicity_from_on=today,
        publicity_until_on=until_on, appeal_until_on=appeal_on,
    )  # fmt: skip


def _choose(term: Term, days: int | None, name: str) -> Term:
    if term.days is not None:
        return term
    if days is None or days < 1:
        raise Refusal("no_days", f"细则没有写{name}几天，请填写，至少 1 天。")
    return Term(days, name == "申诉期")


@transaction.atomic
def end_publicity(actor: Actor, proceeding: Proceeding, turn: int, *, at: datetime) -> Proceeding:
    """Say that the 公示 is over. Raises Refusal ``still_public`` before its last day has passed."""
    if not begin_step(actor, proceeding, Step.APPEALS, turn):
        return proceeding
    last = proceeding.publicity_until_on
    if last is not None and timezone.localdate(at) <= last:
        raise Refusal("still_public", f"公示到{write_day(last)}，还没有满。", status=409)
    write_step(actor, proceeding, Step.APPEALS, turn, stage=Step.APPEALS, at=at)
    return proceeding


@transaction.atomic
def decide_quota(
    actor: Actor, proceeding: Proceeding, view: QuotaView, kept: Iterable[int], *, meeting: str, held_on: date,
    reason: str, at: datetime,
) -> QuotaDecision:  # fmt: skip
    """Record whom a meeting lets keep a grade whose quota was exceeded (K45). Counts from the next freeze.

    Raises Refusal ``too_many``, ``no_meeting``, ``meeting_ahead``, ``quota_decided`` and ``settled``.
    """
    demand_writing(actor, proceeding)
    held = Proceeding.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=proceeding.pk)
    if held.settled_at is not None:
        raise Refusal("settled", f"{held.title}已经定档，名额不再决定。", status=409)
    chosen = set(kept)
    known = {subject for subject, _, _ in view.case.holders}
    if not chosen <= known:
        raise refuse_missing("名单里的这个人")
    if len(chosen) > view.case.seats:
        raise Refusal(
            "too_many", f"选了 {len(chosen)} 人，{view.case.grade}名额是 {view.case.seats} 人，请减少 "
            f"{len(chosen) - view.case.seats} 人。",
        )  # fmt: skip
    if not meeting.strip() or not reason.strip():
        raise Refusal("no_meeting", "请写明哪次会议决定的和理由。")
    if held_on > timezone.localdate(at):
        raise Refusal("meeting_ahead", "会议日期还没有到，请核对。")
    try:
        with transaction.atomic():
            decision = QuotaDecision.objects.create(
                part=view.part, quota=view.case.quota, grade=view.case.grade, group=view.case.group,
                digest=view.case.digest, kept=sorted(chosen), meeting=meeting.strip()[:64], held_on=held_on,
                reason=reason.strip()[:200], by_name=str(actor.user), at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Refusal("quota_decided", "这个名额已经有会议决定，不用再记。", status=409) from None
    record(actor, held, "decide_quota", at, {"decision": decision.pk, "grade": decision.grade, "kept": sorted(chosen)})
    return decision


def settle(actor: Actor, proceeding: Proceeding, turn: int, *, at: datetime) -> Proceeding:
    """定档: the frozen results stand, nothing is computed again, and next year finds them as last year's.

    Looks once more for records that came in late. Raises Refusal ``still_open`` with everything that is, and those of
    ``begin_step``.
    """
    if not begin_step(actor, proceeding, Step.SETTLE, turn):
        return proceeding
    look_for_late(proceeding, at=at)
    with transaction.atomic():
        _refuse_open(actor, proceeding, Step.SETTLE, timezone.localdate(at))
        parts = list_scheme_parts(proceeding)
        replaced = sum(_carry_over(proceeding, read_version(part.version), part.frozen_run_id) for part in parts)
        write_step(
            actor, proceeding, Step.SETTLE, turn, stage=Step.ARCHIVE, at=at, settled_at=at,
            detail={"runs": [part.frozen_run_id for part in parts], "replaced_prior_results": replaced},
        )  # fmt: skip
    return proceeding


def _carry_over(proceeding: Proceeding, scheme: Scheme, run_id: int | None) -> int:
    """Write the results as last year's for the next one (K15, K47): entered once, by nobody's hand.

    Rows that were imported for the same year and assessment give way. Returns how many did.
    """
    owner = "person_id" if scheme.subject == "person" else "unit_id"
    rows = [
        row for row in Result.objects.filter(run=run_id).values_list(owner, "total_points", "grade")
        if row[1] is not None and row[2] not in (WAITING, EXCLUDED)
    ]  # fmt: skip
    former = PriorResult.objects.filter(
        bureau=proceeding.bureau, year=proceeding.year, assessment=name_assessment(scheme)[:32], proposed=False,
        **{f"{owner}__isnull": False},
    )  # fmt: skip
    replaced, _ = former.delete()
    PriorResult.objects.bulk_create(
        (
            PriorResult(
                bureau=proceeding.bureau, year=proceeding.year, assessment=name_assessment(scheme)[:32],
                total_milli=points * MILLI // scheme.scale, grade=grade, settled=True, **{owner: subject},
            )
            for subject, points, grade in rows
        ),
        batch_size=ROWS_PER_INSERT,
    )  # fmt: skip
    return replaced


@dataclass(frozen=True)
class Ruling:
    """What a meeting decided on a settled result."""

    points: int | None
    grade: str
    cause: Cause
    reason: str
    decided_by: str
    meeting: str
    held_on: date


@transaction.atomic
def amend_result(actor: Actor, result: Result, ruling: Ruling, *, seen: int, at: datetime) -> Amendment:
    """Add an amending row to a settled result: old, new, why, who decided, which meeting. Nothing is computed.

    It is a record of the day on which it is made, also once the result's own year is sealed: the sealed package stays
    as it is, and the volume of the year in which it is made takes the row.
    ``seen``: how many amendments the page showed. Raises Refusal ``not_settled``, ``own_case``, ``nothing_changes``,
    ``unknown_grade``, ``no_reason``, ``meeting_ahead`` and ``amended_meanwhile``.
    """
    demand_keeping(actor)
    held = Result.objects.select_for_update(of=("self",)).select_related("run__scheme", "run__bureau", "person").get(
        pk=result.pk
    )  # fmt: skip
    scheme = read_version(held.run.scheme)
    proceeding = find_pinned(held.run)
    if proceeding is None or proceeding.settled_at is None or not held.run.frozen_for.exists():
        raise Refusal("not_settled", "还没有定档。请更正记录后重新计算，不用更正结果。", status=409)
    demand_open_year(held.run.bureau_id, timezone.localdate(at))
    if actor.person is not None and held.person_id == actor.person.pk:
        raise Refusal("own_case", "不能更正本人的结果，请由另一位同志办理。", status=403)
    _demand_ruling(scheme, ruling, timezone.localdate(at))
    count = held.amendments.count()
    if count != seen:
        raise Refusal("amended_meanwhile", "这份结果刚有人更正过，请看清现在的结果再办。", status=409)
    settle_results(held.run, [held])
    if (held.total_points, held.grade) == (ruling.points, ruling.grade):
        raise Refusal("nothing_changes", "和现在的结果一样，没有要更正的。")
    traits = {} if held.person is None else {
        "status": held.person.party_status, "staff_state": held.person.staff_state,
        "rank_class": held.person.rank_class,
    }  # fmt: skip
    amendment = Amendment.objects.create(
        result=held, cause=ruling.cause, old_points=held.total_points, old_grade=held.grade, old_gates=held.gates,
        new_points=ruling.points, new_grade=ruling.grade,
        new_gates=judge_gates(scheme, held.gates, traits, ruling.points, ruling.grade),
        reason=ruling.reason.strip()[:300], decided_by=ruling.decided_by.strip()[:64],
        meeting=ruling.meeting.strip()[:64], held_on=ruling.held_on, by=actor.user, at=at,
    )  # fmt: skip
    _amend_prior(proceeding, scheme, held, ruling)
    record_entry(
        chain=held.run.bureau.code, actor=actor.user.username, at=at, verb="assessment.amend_result",
        subject=f"result:{held.pk}",
        detail={"amendment": amendment.pk, "old": [amendment.old_points, amendment.old_grade],
                "new": [ruling.points, ruling.grade]},
    )  # fmt: skip
    return amendment


def _demand_ruling(scheme: Scheme, ruling: Ruling, today: date) -> None:
    if ruling.grade not in list_grades(scheme):
        raise Refusal("unknown_grade", f"细则里没有“{ruling.grade}”这个等次，可以是{'、'.join(list_grades(scheme))}。")
    if not (ruling.reason.strip() and ruling.decided_by.strip() and ruling.meeting.strip()):
        raise Refusal("no_reason", "更正要写明理由、谁决定的、哪次会议。")
    if ruling.held_on > today:
        raise Refusal("meeting_ahead", "会议日期还没有到，请核对。")


def _amend_prior(proceeding: Proceeding, scheme: Scheme, result: Result, ruling: Ruling) -> None:
    points = None if ruling.points is None else ruling.points * MILLI // scheme.scale
    rows = PriorResult.objects.filter(
        bureau=proceeding.bureau, year=proceeding.year, assessment=name_assessment(scheme)[:32], settled=True,
        person=result.person_id, unit=result.unit_id,
    )  # fmt: skip
    if not rows.update(total_milli=points, grade=ruling.grade):
        PriorResult.objects.create(
            bureau=proceeding.bureau, year=proceeding.year, assessment=name_assessment(scheme)[:32], settled=True,
            person=result.person, unit=result.unit, total_milli=points, grade=ruling.grade,
        )  # fmt: skip
