"""Putting overdue duties and findings on the agenda of the next bulletin, withdrawing and settling them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor
from shanxue.plans.rules.settling import Settled

from ..models import AgendaPoint, Finding
from ..queries.agenda import Nameable, list_nameable
from ..rules.agenda import PointState, list_evidence, may_be_named, write_point, write_title


@transaction.atomic
def put_on_agenda(actor: Actor, duties: Iterable[Settled], *, at: datetime) -> int:
    """Put overdue duties of units on the agenda; one that waits there already is not doubled. Gives how many are new.

    The sentence and its evidence are kept as they stand now, whatever is recorded later.
    """
    bureau = _hold_agenda(actor)
    late = [one for one in duties if may_be_named(one)]
    if not late:
        raise Refusal("nothing_late", "所选的没有逾期的任务，没有要列入通报的。还没有到期的，先提醒。")
    keys = [one.duty.key for one in late]
    waiting = AgendaPoint.objects.filter(bureau=bureau, duty__in=keys, state=PointState.WAITING)
    standing = set(waiting.values_list("duty", flat=True))
    new = [one for one in late if one.duty.key not in standing]
    AgendaPoint.objects.bulk_create(_build_point(bureau, one, str(actor.user), at) for one in new)
    _record_put(bureau, actor, at, {"duties": [one.duty.key for one in new]}, len(new))
    return len(new)


def _hold_agenda(actor: Actor) -> Bureau:
    """Let only the office pass, and two clerks at once one after the other."""
    assert actor.bureau is not None
    if not actor.keeps_office:
        raise Refusal("office_only", "列入通报由学习办公室办理。", status=403)
    return Bureau.objects.select_for_update(no_key=True).get(pk=actor.bureau.pk)


def _record_put(bureau: Bureau, actor: Actor, at: datetime, detail: dict[str, list[str]], count: int) -> None:
    if count:
        record_entry(
            chain=bureau.code, actor=str(actor.user), at=at, verb="supervision.put_on_agenda", subject=f"{count}",
            detail=detail,
        )  # fmt: skip


@transaction.atomic
def put_findings_on_agenda(actor: Actor, findings: Iterable[Finding], *, at: datetime) -> int:
    """Put findings on the agenda as they stand now; one that waits there is not doubled. Gives how many are new.

    Only what is open, or was put right too late; nothing that a unit found in its own self-check.
    """
    bureau = _hold_agenda(actor)
    keys = [one.pk for one in findings]
    held = Finding.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    named = list_nameable(bureau, list(held.select_related("inspection", "unit").order_by("pk")), actor.on)
    if not named:
        raise Refusal("nothing_to_name", "所选的问题不用列入通报：按期改好的、撤回的和本单位自查发现的都不列。")
    waiting = AgendaPoint.objects.filter(finding__in=keys, state=PointState.WAITING)
    standing = set(waiting.values_list("finding_id", flat=True))
    new = [one for one in named if one.finding.pk not in standing]
    AgendaPoint.objects.bulk_create(_build_found(bureau, one, str(actor.user), at) for one in new)
    _record_put(bureau, actor, at, {"findings": [str(one.finding.pk) for one in new]}, len(new))
    return len(new)


def _build_found(bureau: Bureau, one: Nameable, actor: str, at: datetime) -> AgendaPoint:
    return AgendaPoint(
        bureau=bureau, unit_id=one.finding.unit_id, finding=one.finding, title=one.title[:120],
        sentence=one.sentence, evidence=one.evidence, at=at, actor=actor[:64],
    )  # fmt: skip


def _build_point(bureau: Bureau, settled: Settled, actor: str, at: datetime) -> AgendaPoint:
    return AgendaPoint(
        bureau=bureau, unit_id=settled.duty.subject.id, duty=settled.duty.key, title=write_title(settled),
        sentence=write_point(settled), evidence=list_evidence(settled), at=at, actor=actor[:64],
    )  # fmt: skip


@transaction.atomic
def withdraw_point(actor: Actor, point: AgendaPoint, *, at: datetime) -> None:
    """Take a point off the agenda, as long as no bulletin has taken it."""
    if not actor.keeps_office:
        raise Refusal("office_only", "撤回由学习办公室办理。", status=403)
    _settle_one(point, PointState.WITHDRAWN, "", str(actor.user), at)
    record_entry(
        chain=point.bureau.code,
        actor=str(actor.user),
        at=at,
        verb="supervision.withdraw_point",
        subject=point.duty or point.where,
    )


@transaction.atomic
def settle_agenda_points(points: Iterable[AgendaPoint], bulletin_key: str, *, actor: str, at: datetime) -> None:
    """Mark points as taken by a bulletin: all or none. A point taken by another one, or withdrawn, stops it.

    ``bulletin_key`` is whatever names the document for good (its number, or ``bulletin-12``), at most 64 characters.
    """
    taken = list(points)
    for point in taken:
        _settle_one(point, PointState.TAKEN, bulletin_key, actor, at)
    if taken:
        record_entry(
            chain=taken[0].bureau.code, actor=actor, at=at, verb="supervision.settle_agenda_points",
            subject=bulletin_key, detail={"points": [point.where for point in taken]},
        )  # fmt: skip


def _settle_one(point: AgendaPoint, state: PointState, bulletin: str, actor: str, at: datetime) -> None:
    waiting = AgendaPoint.objects.filter(pk=point.pk, state=PointState.WAITING)
    if not waiting.update(state=state, bulletin=bulletin, settled_at=at, settled_by=actor[:64]):
        now = AgendaPoint.objects.get(pk=point.pk)
        raise Refusal("point_settled", f"“{now.sentence}”已由{now.settled_by}办理：{now.state}。", status=409)
    point.refresh_from_db()


@transaction.atomic
def release_agenda_points(bureau: Bureau, bulletin_key: str, *, actor: str, at: datetime) -> int:
    """Give back what a bulletin took that is not issued after all; of what waits again anyway nothing."""
    taken = AgendaPoint.objects.filter(bureau=bureau, bulletin=bulletin_key, state=PointState.TAKEN)
    waiting = AgendaPoint.objects.filter(bureau=bureau, state=PointState.WAITING)
    of_duty = waiting.filter(finding__isnull=True, duty=OuterRef("duty"))
    again = taken.filter(Exists(of_duty) | Exists(waiting.filter(finding=OuterRef("finding"))))
    back = taken.exclude(pk__in=list(again.values_list("pk", flat=True)))
    count = back.update(state=PointState.WAITING, bulletin="", settled_at=None, settled_by="")
    if count:
        record_entry(
            chain=bureau.code, actor=actor, at=at, verb="supervision.release_agenda_points", subject=bulletin_key,
            detail={"points": count},
        )  # fmt: skip
    return count
