"""Giving marks as a named scorer, and scoring oneself (K26, K63). Marks become the events that schemes count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.base.points import MILLI, format_scaled
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor

from ..models import Event, SelfScore
from ..queries.scoring import Subject, Task, find_self_task, find_task
from ..rules.scoring import check_reason, find_bounds, print_mark, read_mark


@dataclass(frozen=True)
class Given:
    """One mark as typed, its reason, and the mark that stood on the page (``rules.scoring.print_mark``)."""

    points: str
    reason: str
    seen: str = ""


@transaction.atomic
def give_marks(
    actor: Actor, code: str, item: str, number: int | None, given: Mapping[int, Given], *, at: datetime
) -> int:
    """Give or change marks by the subject's id; each within the item's bounds, with the scorer's name and a reason.

    What the page did not change stays as it is by now. Returns how many were written. Raises ``out_of_bounds``,
    ``no_reason``, ``scored_by_another``, ``mark_changed``, ``imported_mark``.
    """
    _take_turns(actor)
    today = timezone.localdate(at)
    task = find_task(actor, code, item, number, today)
    demand_open_task(task)
    subjects = {one.key: one for one in task.subjects}
    changed: dict[str, object] = {}
    for key, one in given.items():
        if key not in subjects:
            raise refuse_missing("这个考核对象")
        subject = subjects[key]
        points = read_mark(subject.name, one.points, find_bounds(task.item), task.item.title)
        check_reason(subject.name, one.reason)
        if _write_mark(actor, task, subject, points, one, today):
            changed[str(key)] = points
    if changed:
        _record(actor, task, at, "give_marks", changed)
    return len(changed)


def _take_turns(actor: Actor) -> None:
    """Whoever scores at the same moment, in another window or as another scorer, comes after and sees this."""
    if actor.bureau is not None:
        Bureau.objects.select_for_update(no_key=True).get(pk=actor.bureau.pk)


def _is_new(subject: Subject, held: Event | SelfScore | None, typed: str, seen: str) -> bool:
    """Whether a typed mark is to be written. Raises ``mark_changed`` where it would replace one nobody saw."""
    now = "" if held is None else print_mark(held.points_milli, held.reason)
    if typed in (seen, now):
        return False
    if now != seen:
        raise Refusal(
            "mark_changed",
            f"{subject.name}的分在别处改过了，刚才填的没有保存。现在是：{_say_mark(held)}。请核对后再保存。",
            status=409,
        )
    return True


def _say_mark(held: Event | SelfScore | None) -> str:
    if held is None or held.points_milli is None:
        return "没有评分"
    return f"{format_scaled(held.points_milli, MILLI, trim=True)}分，{held.reason}".rstrip("，")


def _write_mark(actor: Actor, task: Task, subject: Subject, points: int, given: Given, today: date) -> bool:
    scorer, held, reason = str(actor.user)[:64], subject.mark, given.reason.strip()[:200]
    if subject.imported:
        raise Refusal(
            "imported_mark", f"{subject.name}的分已从表格导入，由{subject.imported[0].by or '评分人'}评，不再评。"
        )
    if held is not None and held.by != scorer:
        raise Refusal("scored_by_another", f"{subject.name}已由{held.by}评分，不能改别人评的分。", status=409)
    if not _is_new(subject, held, print_mark(points, reason), given.seen):
        return False
    if held is not None:
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
        raise Refusal("scored_by_another", f"{subject.name}刚刚已经评了分。请刷新后再看。", status=409) from None
    return True


@transaction.atomic
def score_self(
    actor: Actor, code: str, item: str, number: int | None, given: Mapping[int, Given], *, at: datetime
) -> int:
    """Write self-scores by the subject's id, until the scorer has given a mark. They need no reason, only bounds."""
    _take_turns(actor)
    task = find_self_task(actor, code, item, number, timezone.localdate(at))
    demand_open_task(task)
    subjects = {one.key: one for one in task.subjects}
    changed: dict[str, object] = {}
    for key, one in given.items():
        if key not in subjects:
            raise refuse_missing("这个考核对象")
        subject, reason = subjects[key], one.reason.strip()[:200]
        points = read_mark(subject.name, one.points, find_bounds(task.item), task.item.title)
        if subject.is_scored:
            raise Refusal("scored_before", f"{subject.name}的分已经评过，自评分不能再改。", status=409)
        if not _is_new(subject, subject.self_score, print_mark(points, reason), one.seen):
            continue
        SelfScore.objects.update_or_create(
            source=task.source, person=subject.result.person, unit=subject.result.unit,
            defaults={
                "bureau": task.shown.run.bureau, "points_milli": points, "reason": reason,
                "by": str(actor.user)[:64], "at": at,
            },
        )  # fmt: skip
        changed[str(key)] = points
    if changed:
        _record(actor, task, at, "score_self", changed)
    return len(changed)


def demand_open_task(task: Task) -> None:
    """Refuse to write on an item whose stretch or whole window lies in a sealed year."""
    demand_open_year(task.shown.run.bureau_id, task.term.last_on, task.shown.scheme.window.last_on)


def _record(actor: Actor, task: Task, at: datetime, verb: str, points: dict[str, object]) -> None:
    record_entry(
        chain=task.shown.run.bureau.code, actor=actor.user.username, at=at, verb=f"assessment.{verb}",
        subject=task.source[:80], detail={"points": points},
    )  # fmt: skip
