"""What an assessment has taken over is not taken back with the file that brought it."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from shanxue.base.errors import Refusal
from shanxue.intake.undoing import Undo
from shanxue.plans.rules.calendar import write_day

from ..models import Evaluation, Event, PriorResult, Proceeding

SEVERAL = 3  # ballots named in one sentence


def refuse_taken(undo: Undo, at: datetime, actor: str) -> None:  # noqa: ARG001 (the shape of every room's look)
    """Refuse to take back votes that a ballot has counted, and records that a frozen result rests on."""
    _refuse_counted(undo)
    _refuse_frozen(undo)


def _refuse_counted(undo: Undo) -> None:
    events = Event.objects.filter(pk__in=undo.list_rows(Event), source__startswith="evaluation-")
    numbers = {int(source.rpartition("-")[2]) for source in events.values_list("source", flat=True).distinct()}
    if not numbers:
        return
    found = Evaluation.objects.filter(pk__in=numbers).select_related("unit").order_by("unit__path", "pk")
    names = [f"{one.unit}{one.year}年民主评议" for one in found]
    told = "、".join(names[:SEVERAL]) + (f"等 {len(names)} 次" if len(names) > SEVERAL else "")
    raise Refusal(
        "batch_counted",
        f"批次 {undo.batch.pk} 的测评票已由{told}计票采用，不能撤销。票数有误的，请按会议决定在考核里更正。",
        status=409,
    )


def _refuse_frozen(undo: Undo) -> None:
    """A result frozen after the import rests on it when the records are of its window, or of no day at all."""
    frozen = Proceeding.objects.filter(bureau__code=undo.batch.bureau_code, frozen_at__gte=undo.batch.at)
    undated = Event.objects.filter(pk__in=undo.list_rows(Event), on=None, done_on=None, due_on=None).exists()
    years = set(PriorResult.objects.filter(pk__in=undo.list_rows(PriorResult)).values_list("year", flat=True))
    for proceeding in frozen.order_by("-frozen_at"):
        if undated or _counts(proceeding, undo.days) or {proceeding.year, proceeding.year - 1} & years:
            raise _refuse(undo, proceeding)


def _counts(proceeding: Proceeding, days: set[date]) -> bool:
    return any(proceeding.from_on <= day < proceeding.until_on for day in days)


def _refuse(undo: Undo, proceeding: Proceeding) -> Refusal:
    assert proceeding.frozen_at is not None
    on = write_day(timezone.localdate(proceeding.frozen_at))
    way = (
        "结果已经定档，要更正的请按会议决定在“更正”里办理。" if proceeding.settled_at
        else "有误的记录请逐条更正，再写明原因重新冻结。"
    )  # fmt: skip
    return Refusal(
        "batch_counted",
        f"批次 {undo.batch.pk} 的记录已计入“{proceeding.title}”{on}冻结的结果，不能撤销。{way}",
        status=409,
    )
