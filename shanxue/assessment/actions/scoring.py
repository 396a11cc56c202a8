"""Giving marks as a named scorer, and scoring oneself (K26, K63). Marks become the events that schemes count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.queries import Actor

from ..models import Event, SelfScore
from ..queries.scoring import Subject, Task, find_self_task, find_task
from ..rules.scoring import check_reason, find_bounds, read_mark


@dataclass(frozen=True)
class Given:
    """One mark as typed, and its reason."""

    points: str
    reason: str


@transaction.atomic
def give_marks(
    actor: Actor, code: str, item: str, number: int | None, given: Mapping[int, Given], *, at: datetime
) -> int:
    """Give or change marks by result id; each within the item's bounds, with the scorer's name and a reason.

    Returns how many were written. Raises ``out_of_bounds``, ``no_reason``, ``scored_by_another``, ``imported_mark``.
    """
    today = timezone.localdate(at)
    task = find_task(actor, code, item, number, today)
    _demand_open_task(task)
    subjects = {one.result.pk: one for one in task.subjects}
    changed: dict[str, object] = {}
    for result_id, one in given.items():
        if result_id not in subjects:
            raise refuse_missing("这个考核对象")
        subject = subjects[result_id]
        points = read_mark(subject.name, one.points, find_bounds(task.item), task.item.title)
        check_reason(subject.name, one.reason)
        if _write_mark(actor, task, subject, points, one.reason.strip()[:200], today):
            changed[str(result_id)] = points
    if changed:
        _record(actor, task, at, "give_marks", changed)
    return len(changed)


def _write_mark(actor: Actor, task: Task, subject: Subject, points: int, reason: str, today: date) -> bool:
    scorer, held = str(actor.user)[:64], subject.mark
    if subject.imported:
        raise Refusal(
            "imported_mark", f"{subject.name}的分已从表格导入，由{subject.imported[0].by or '评分人'}评，不再评。"
        )
    if held is not None:
        if held.by != scorer:
            raise Refusal("scored_by_another", f"{subject.name}已由{held.by}评分，不能改别人评的分。", status=409)
        if (held.points_milli, held.reason) == (points, reason):
            return False
        held.points_milli, held.reason = points, reason
        held.save(update_fields=["points_milli", "reason"])
        return True
    own = subject.self_score
    try:
        with transaction.atomic():
            Event.objects.create(
                bureau=task.shown.run.bureau, person=subject.result.person, unit=subject.result.unit, kind=task.kind,
                title=task.item.title[:200], on=min(today, task.term.last_on), points_milli=points,
                self_points_milli=own.points_milli if own else None, by=scorer, reason=reason, source=task.source,
            )  # fmt: skip
    except IntegrityError:
        raise Refusal("scored_by_another", f"{subject.name}刚刚由别人评了分。请刷新后再看。", status=409) from None
    return True


@transaction.atomic
def score_self(
    actor: Actor, code: str, item: str, number: int | None, given: Mapping[int, Given], *, at: datetime
) -> int:
    """Write self-scores by result id, until the scorer has given a mark. A self-score needs no reason, only bounds."""
    task = find_self_task(actor, code, item, number, timezone.localdate(at))
    _demand_open_task(task)
    subjects = {one.result.pk: one for one in task.subjects}
    changed: dict[str, object] = {}
    for result_id, one in given.items():
        if result_id not in subjects:
            raise refuse_missing("这个考核对象")
        subject = subjects[result_id]
        points = read_mark(subject.name, one.points, find_bounds(task.item), task.item.title)
        if subject.is_scored:
            raise Refusal("scored_before", f"{subject.name}的分已经评过，自评分不能再改。", status=409)
        SelfScore.objects.update_or_create(
            source=task.source, person=subject.result.person, unit=subject.result.unit,
            defaults={
                "bureau": task.shown.run.bureau, "points_milli": points, "reason": one.reason.strip()[:200],
                "by": str(actor.user)[:64], "at": at,
            },
        )  # fmt: skip
        changed[str(result_id)] = points
    if changed:
        _record(actor, task, at, "score_self", changed)
    return len(changed)


def _demand_open_task(task: Task) -> None:
    demand_open_year(task.shown.run.bureau_id, task.term.last_on, task.shown.scheme.window.last_on)


def _record(actor: Actor, task: Task, at: datetime, verb: str, points: dict[str, object]) -> None:
    record_entry(
        chain=task.shown.run.bureau.code, actor=actor.user.username, at=at, verb=f"assessment.{verb}",
        subject=task.source[:80], detail={"points": points},
    )  # fmt: skip
