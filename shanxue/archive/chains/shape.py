"""What a chain is, and the steps that several kinds of records share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from shanxue.audit.models import Entry
from shanxue.audit.queries import list_history
from shanxue.intake.models import Batch
from shanxue.orgs.models import Bureau, Unit
from shanxue.plans.models import PlanItem

from ..rules.chains import Origin, Step
from ..rules.verbs import name_verb


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


def step_plan(item: PlanItem | None) -> Step:
    if item is None:
        return Step("计划", None, "没有对应的计划条目（计划外，或导入的记录）")
    plan = f"《{item.plan.title}》" if item.plan else "导入的计划"
    decided = item.plan.decided_at if item.plan else None
    return Step("计划", decided, f"{plan}：{item.title}", item.plan.decided_by if item.plan else "")


def list_changes(bureau: Bureau, subjects: list[str], acts: tuple[str, ...]) -> list[Step]:
    """What the trail says was done to some subjects; of the acts given, or all of them when none is given."""
    entries = list_history(bureau.code, subjects) if subjects else []
    return [step_entry(one) for one in entries if not acts or one.verb.partition(".")[2] in acts]


def step_entry(entry: Entry) -> Step:
    detail = entry.detail
    change = f"，从“{detail['from']}”改为“{detail['to']}”" if {"from", "to"} <= detail.keys() else ""
    because = detail.get("because") or detail.get("reason") or ""
    return Step(
        "改动", entry.at, f"{name_verb(entry.verb)}{change}{f'，原因：{because}' if because else ''}", entry.actor
    )


def find_origin(batch_id: int | None) -> Origin | None:
    batch = Batch.objects.filter(pk=batch_id).first() if batch_id else None
    return Origin(batch.file_name, batch.sha256) if batch else None


def when(at: date | datetime | None) -> float:
    if isinstance(at, datetime):
        return at.timestamp()
    return datetime(at.year, at.month, at.day, tzinfo=timezone.get_current_timezone()).timestamp() if at else 0.0
