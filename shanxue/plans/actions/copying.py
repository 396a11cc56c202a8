"""Last year's plan as this year's draft: texts, measures and items, dates a year on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shanxue.base.errors import Refusal
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor

from ..models import Measure, Plan, PlanItem
from ..rules import ItemState
from ..rules.planning import move_a_year
from .planning import create_plan, gather_texts, record_plan


@dataclass(frozen=True)
class Copied:
    """What a copy took along. ``undated``: titles without a day; ``left_out``: how many were 取消 or 计划外."""

    plan: Plan
    items: int
    undated: tuple[str, ...]
    left_out: int


@transaction.atomic
def copy_last_year(actor: Actor, owner: Unit | Person, year: int, *, at: datetime) -> Copied:
    """Begin a year's draft from the plan of the year before. Raises ``no_last_year``, ``plan_exists``."""
    whose = {"unit": owner} if isinstance(owner, Unit) else {"person": owner}
    source = Plan.objects.filter(year=year - 1, **whose).first()
    if source is None:
        raise Refusal("no_last_year", f"没有 {year - 1} 年的计划可以复制。请从空白开始。")
    plan = create_plan(actor, owner, year, title=source.title.replace(str(year - 1), str(year)), at=at)
    texts = gather_texts(source)
    plan.guiding_idea, plan.assessment = texts["guiding_idea"], texts["assessment"]
    plan.save(update_fields=["guiding_idea", "assessment"])
    for part in source.parts.all():
        plan.parts.filter(level=part.level).update(goals=part.goals, content=part.content)
    measures = _copy_measures(source, plan)
    kept = source.items.exclude(state__in=[ItemState.CANCELLED, ItemState.EXTRA]).order_by("due_on", "pk")
    items = [_copy_item(item, plan, measures) for item in kept]
    PlanItem.objects.bulk_create(items)
    undated = tuple(item.title for item in items if item.due_on is None)
    left_out = source.items.count() - len(items)
    record_plan(plan, actor, at, "copy_plan", {"from": source.pk, "items": len(items)})
    return Copied(plan, len(items), undated, left_out)


def _copy_measures(source: Plan, plan: Plan) -> dict[int, Measure]:
    """Copy the tree; returns the new measure by the old one's id."""
    copies: dict[int, Measure] = {}
    for old in source.measures.order_by("position"):
        copies[old.pk] = Measure.objects.create(plan=plan, position=old.position, name=old.name, text=old.text)
    for old in source.measures.filter(parent__isnull=False):
        copies[old.pk].parent = copies[old.parent_id or 0]
        copies[old.pk].save(update_fields=["parent"])
    return copies


def _copy_item(item: PlanItem, plan: Plan, measures: dict[int, Measure]) -> PlanItem:
    """The same item, open, a year on. What it carried out belongs to last year, so it has no parent yet."""
    return PlanItem(
        bureau=plan.bureau, plan=plan, person=plan.person, unit_id=item.unit_id, kind=item.kind, title=item.title,
        content=item.content, due_on=move_a_year(item.due_on), measure=measures.get(item.measure_id or 0),
    )  # fmt: skip
