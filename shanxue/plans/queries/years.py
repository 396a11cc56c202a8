"""A bureau's year at a glance for who writes how it counts: the items of its plan with what carries them out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from shanxue.orgs.models import Bureau

from ..models import Plan, PlanItem
from ..rules import PlanState
from ..rules.planning import describe_recurrence, name_series
from .planning import find_root, list_items


@dataclass(frozen=True)
class YearItem:
    """One item of the bureau's plan. ``carriers``: kinds of the units that carry it out by items of their own, ""
    for people; ``held``: (kind, tier) of the sessions arranged from it or from those items.
    """

    item: PlanItem
    recurrence: str
    carriers: frozenset[str]
    held: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class BureauYear:
    """The bureau's plan of a year (None: there is none) and how many approved plans stand below it, by unit kind."""

    plan: Plan | None
    items: tuple[YearItem, ...]
    plans_below: dict[str, int]  # "": of people


def read_year(bureau: Bureau, year: int) -> BureauYear:
    """Read the bureau's plan of a year, whatever its state: six queries, whatever its size."""
    root = find_root(bureau)
    plan = Plan.objects.filter(unit=root, year=year).first() if root is not None else None
    below = Plan.objects.filter(bureau=bureau, year=year, state=PlanState.APPROVED).exclude(unit=root)
    counts = below.order_by().values_list("unit__kind").annotate(number=Count("pk"))
    return BureauYear(
        plan, _list_items(plan) if plan is not None else (), {kind or "": number for kind, number in counts}
    )


def _list_items(plan: Plan) -> tuple[YearItem, ...]:
    items = list_items(plan)
    carriers: dict[int, set[str]] = defaultdict(set)
    for parent, kind in PlanItem.objects.filter(parent__plan=plan).values_list("parent_id", "unit__kind").distinct():
        carriers[parent or 0].add(kind or "")
    months: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for item in items:
        if item.due_on is not None:
            months[_alike(item)].append(item.due_on.month)
    held = _map_sessions(plan)
    return tuple(
        YearItem(item, describe_recurrence(months[_alike(item)]), frozenset(carriers[item.pk]),
                 frozenset(held[item.pk]))
        for item in items
    )  # fmt: skip


def _alike(item: PlanItem) -> tuple[object, ...]:
    return item.unit_id, name_series(item.kind, item.title)


def _map_sessions(plan: Plan) -> dict[int, set[tuple[str, str]]]:
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    rows = PlanItem.objects.filter(Q(plan=plan) | Q(parent__plan=plan), sessions__isnull=False)
    for pk, parent, kind, tier in rows.values_list("pk", "parent_id", "sessions__kind", "sessions__tier").distinct():
        found[pk].add((kind, tier))
        found[parent or 0].add((kind, tier))
    return found
