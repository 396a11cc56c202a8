"""What supervision leaves for the archive of a year: the reminders and what was answered."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from shanxue.base.periods import Period
from shanxue.base.volumes import Cell, Piece, Table, make_columns
from shanxue.orgs.models import Bureau

from .models import Reminder

REMINDERS = make_columns(
    "duty:任务 unit:单位 staff_no:工号 name:姓名 text:提醒 at:何时:time actor:谁提醒 answer:回复 "
    "settled_at:回复时间:time"
)


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:  # noqa: ARG001 - the shape all rooms share
    return []


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    return [Table("reminders", "提醒和回复", REMINDERS, _list_reminders(bureau, period))]


def _list_reminders(bureau: Bureau, period: Period) -> Iterator[tuple[Cell, ...]]:
    columns = (
        "duty", "unit__name", "person__staff_no", "person__name", "text", "at", "actor", "answer", "settled_at",
    )  # fmt: skip
    found = Reminder.objects.filter(bureau=bureau).order_by("pk")
    for row in found.values_list(*columns).iterator():
        if timezone.localdate(row[5]) in period:
            yield row
