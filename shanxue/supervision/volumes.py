"""What supervision leaves for the archive of a year: inspections with their findings; reminders and their answers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.urls import reverse
from django.utils import timezone

from shanxue.base.periods import Period
from shanxue.base.volumes import Cell, Document, Piece, Retention, Series, Table, make_columns
from shanxue.orgs.models import Bureau

from .documents import write_inspection
from .models import Finding, Inspection, Reminder
from .rules.inspecting import InspectionState

REMINDERS = make_columns(
    "duty:任务 unit:单位 staff_no:工号 name:姓名 text:提醒 at:何时:time actor:谁提醒 answer:回复 "
    "settled_at:回复时间:time"
)


FINDINGS = make_columns(
    "inspection:检查 number:序号:number unit:责任单位 sentence:问题 state:状态 found_at:何时:time found_by:谁写的 "
    "closing:销号说明 closed_at:办结时间:time"
)


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    """One 件 per inspection that was drawn; as long as it is not closed it cannot be sealed."""
    found = Inspection.objects.filter(bureau=bureau, drawn_at__isnull=False).select_related("unit").order_by("drawn_at")
    return [_describe(one) for one in found if one.drawn_at and timezone.localdate(one.drawn_at) in period]


def _describe(inspection: Inspection) -> Piece:
    assert inspection.drawn_at is not None
    ended = inspection.state == InspectionState.CLOSED
    return Piece(
        key=f"inspection-{inspection.pk}", series=Series.STUDY, title=inspection.title,
        responsible=inspection.unit.name, on=timezone.localdate(inspection.closed_at or inspection.drawn_at),
        retention=Retention.THIRTY_YEARS,
        missing="" if ended else f"“{inspection.title}”还没有结束，不能封卷。",
        href=reverse("supervision:inspection", args=[inspection.pk]),
        documents=(Document("检查情况.docx", partial(write_inspection, inspection)),),
    )  # fmt: skip


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    return [
        Table("reminders", "提醒和回复", REMINDERS, _list_reminders(bureau, period)),
        Table("findings", "督查问题和整改", FINDINGS, _list_findings(bureau, period)),
    ]


def _list_findings(bureau: Bureau, period: Period) -> Iterator[tuple[Cell, ...]]:
    columns = (
        "inspection__title", "number", "unit__name", "sentence", "state", "found_at", "found_by", "closing",
        "closed_at",
    )  # fmt: skip
    found = Finding.objects.filter(inspection__bureau=bureau).order_by("inspection_id", "number")
    for row in found.values_list(*columns).iterator():
        if timezone.localdate(row[5]) in period:
            yield row


def _list_reminders(bureau: Bureau, period: Period) -> Iterator[tuple[Cell, ...]]:
    columns = (
        "duty", "unit__name", "person__staff_no", "person__name", "text", "at", "actor", "answer", "settled_at",
    )  # fmt: skip
    found = Reminder.objects.filter(bureau=bureau).order_by("pk")
    for row in found.values_list(*columns).iterator():
        if timezone.localdate(row[5]) in period:
            yield row
