"""The tree of measures that a bureau names itself (D12): add, rename, order, place. No dragging: 上移, 下移."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Max

from shanxue.base.errors import Refusal
from shanxue.orgs.queries import Actor

from ..models import Measure, Plan
from ..rules.planning import lies_under
from .planning import demand_editing, keep_change, lock_plan, record_plan


@transaction.atomic
def add_measure(
    actor: Actor, plan: Plan, parent: Measure | None, name: str, *, text: str = "", reason: str = "", at: datetime
) -> Measure:
    """Add a measure below another, or at the top, as the last of its siblings."""
    plan = lock_plan(plan)
    demand_editing(actor, plan, reason)
    measure = Measure.objects.create(plan=plan, parent=parent, position=_next(plan, parent), name=name, text=text)
    keep_change(plan, None, f"举措：{name}", {}, {"title": name, "content": text}, reason, actor, at)
    record_plan(plan, actor, at, "add_measure", {"measure": measure.pk, "name": name})
    return measure


def _next(plan: Plan, parent: Measure | None) -> int:
    last = plan.measures.filter(parent=parent).aggregate(last=Max("position"))["last"]
    return 1 if last is None else last + 1


@transaction.atomic
def save_measure(
    actor: Actor, measure: Measure, parent: Measure | None, name: str, text: str, *, reason: str = "", at: datetime
) -> None:
    """Rename a measure, change its text, or place it elsewhere. Raises ``measure_circle``."""
    plan = lock_plan(measure.plan)
    demand_editing(actor, plan, reason)
    parents = dict(plan.measures.values_list("pk", "parent_id"))
    if parent is not None and lies_under(parents, parent.pk, measure.pk):
        where = f"“{parent.name}”就是它自己" if parent.pk == measure.pk else f"“{parent.name}”在“{measure.name}”下面"
        raise Refusal("measure_circle", f"{where}，不能再把“{measure.name}”放到它的下面。请选别的位置。")
    before = {"title": measure.name, "content": measure.text}
    if measure.parent_id != (parent.pk if parent else None):
        measure.position = _next(plan, parent)
    measure.parent, measure.name, measure.text = parent, name, text
    measure.save(update_fields=["parent", "position", "name", "text"])
    keep_change(plan, None, f"举措：{name}", before, {"title": name, "content": text}, reason, actor, at)
    record_plan(plan, actor, at, "save_measure", {"measure": measure.pk, "name": name})


@transaction.atomic
def move_measure(actor: Actor, measure: Measure, way: Literal["up", "down"], *, at: datetime) -> None:
    """Change places with the sibling above or below. The order of an approved plan's measures needs no reason."""
    plan = lock_plan(measure.plan)
    demand_editing(actor, plan, "调整顺序")
    siblings = list(plan.measures.filter(parent=measure.parent_id).order_by("position", "pk"))
    at_now = next(index for index, one in enumerate(siblings) if one.pk == measure.pk)
    to = at_now + (-1 if way == "up" else 1)
    if not 0 <= to < len(siblings):
        return
    siblings[at_now], siblings[to] = siblings[to], siblings[at_now]
    for position, one in enumerate(siblings, 1):
        one.position = position
    Measure.objects.bulk_update(siblings, ["position"])
    record_plan(plan, actor, at, "move_measure", {"measure": measure.pk, "way": way})


@transaction.atomic
def drop_measure(actor: Actor, measure: Measure, *, reason: str = "", at: datetime) -> None:
    """Take a measure out. One with others below it stays: those have to go first."""
    plan = lock_plan(measure.plan)
    demand_editing(actor, plan, reason)
    below = measure.children.count()
    if below:
        raise Refusal("measure_has_children", f"“{measure.name}”下面还有 {below} 项。先移走或删去下面的。")
    keep_change(plan, None, f"举措：{measure.name}", {"title": measure.name}, {}, reason, actor, at)
    record_plan(plan, actor, at, "drop_measure", {"measure": measure.pk, "name": measure.name})
    measure.delete()
