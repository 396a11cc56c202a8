"""Reading plans at three tiers: whose a plan is, who sees it, who may write and decide, and its items.

Sessions stand in a room above: they are asked about through the item's own relation ``sessions``, never by import.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau, Person, Stint, Unit
from shanxue.orgs.queries import (
    Actor,
    filter_held,
    is_leading,
    is_office_for,
    leads_person,
    match_granted_units,
    match_people,
    order_units,
    scope_led_units,
)
from shanxue.orgs.rules import Line, UnitKind

from ..models import Measure, Plan, PlanChange, PlanItem
from ..rules import ItemState, PlanState
from ..rules.planning import OPEN_STATES, Kept, PlanTier, count_kept, order_tree

PLANNING_KINDS = (UnitKind.BRANCH, UnitKind.GENERAL_BRANCH, UnitKind.GROUP)
IN_FORCE = Q(plan__isnull=True) | Q(plan__state=PlanState.APPROVED)  # imported items belong to no plan and hold


def find_root(bureau: Bureau | None) -> Unit | None:
    """The unit above all others of the party line: the bureau's plan is its plan."""
    return Unit.objects.filter(bureau=bureau, line=Line.PARTY, parent__isnull=True).order_by("pk").first()


def tell_tier(plan: Plan) -> PlanTier:
    """Needs ``plan.unit`` loaded."""
    if plan.person_id is not None:
        return PlanTier.PERSON
    assert plan.unit is not None
    return PlanTier.BUREAU if plan.unit.parent_id is None and plan.unit.line == Line.PARTY else PlanTier.UNIT


def list_home_ids(person: Person | None, on: date) -> list[int]:
    """Ids of the units a person stands in on a day and of all above them: one query."""
    if person is None:
        return []
    paths = Stint.objects.filter(filter_held(on), person=person).values_list("unit__path", flat=True)
    return sorted({int(step) for path in paths for step in path.split("/") if step})


def scope_plans(actor: Actor) -> QuerySet[Plan]:
    """Plans the actor may read.

    The bureau's once approved by everybody; those of a unit by its readers, and by its people once approved; a
    person's own, and by others who may read that person once it has been submitted.
    """
    plans = Plan.objects.filter(bureau=actor.bureau).select_related("bureau", "unit", "person")
    if actor.is_admin or not actor.powers:
        return plans.none()
    approved = Q(state=PlanState.APPROVED) & (
        Q(unit__parent__isnull=True, unit__line=Line.PARTY) | Q(unit__in=list_home_ids(actor.person, actor.on))
    )
    units = Q(unit__isnull=False) & match_granted_units(actor, "unit")
    people = Q(person__isnull=False) & match_people(actor, "person_id")
    own = Q(person=actor.person) if actor.person is not None else Q(pk__in=[])
    return plans.filter(own | approved | units | (people & ~Q(state=PlanState.DRAFT)))


def find_plan(actor: Actor, plan_id: int) -> Plan:
    plan = scope_plans(actor).filter(pk=plan_id).first()
    if plan is None:
        raise refuse_missing("这份计划")
    return plan


def is_own(actor: Actor, plan: Plan) -> bool:
    return actor.person is not None and plan.person_id == actor.person.pk


def may_write(actor: Actor, plan: Plan) -> bool:
    """Whether the actor writes this plan: its own person, or who leads its unit."""
    if plan.person_id is not None:
        return actor.reads_own and is_own(actor, plan)
    assert plan.unit is not None
    return is_leading(actor, plan.unit)


def may_decide(actor: Actor, plan: Plan) -> bool:
    """Whether the actor approves this plan: the office for units, the secretary for people, nobody for themselves."""
    if plan.person_id is not None:
        return not is_own(actor, plan) and leads_person(actor, plan.person_id)
    assert plan.unit is not None
    return is_office_for(actor, plan.unit)


def list_items(plan: Plan, state: str = "") -> list[PlanItem]:
    """A plan's items by day (without a day last), each with what is above it and how many below carry it out."""
    items = plan.items.select_related("unit", "parent__plan", "parent__unit", "measure", "campaign").annotate(
        taken_count=Count("children"), taken_done=Count("children", filter=Q(children__state=ItemState.DONE))
    )
    found = items.filter(state=state) if state else items
    return sorted(found, key=lambda item: (item.due_on or item.done_on or date.max, item.pk))


def find_item(actor: Actor, item_id: int) -> PlanItem:
    """An item the actor may read: of a plan they may read, or of nobody's plan for a person or unit they may read."""
    loose = Q(plan__isnull=True) & (
        Q(unit__isnull=False) & match_granted_units(actor, "unit")
        | Q(person__isnull=False) & match_people(actor, "person_id")
    )
    items = PlanItem.objects.filter(Q(plan__in=scope_plans(actor).order_by()) | loose, bureau=actor.bureau, pk=item_id)
    related = ("bureau", "plan__unit", "plan__person", "unit", "person", "parent__plan", "measure", "campaign")
    item = items.select_related(*related).first() if not actor.is_admin else None
    if item is None:
        raise refuse_missing("这一项计划")
    return item


def may_write_item(actor: Actor, item: PlanItem) -> bool:
    """Whether the actor may change an item: who writes its plan; without a plan, the person or who leads the unit."""
    if item.plan is not None:
        return may_write(actor, item.plan)
    if item.unit is not None:
        return is_leading(actor, item.unit)
    own = actor.person is not None and item.person_id == actor.person.pk
    return own or leads_person(actor, item.person_id or 0)


def may_finish_item(actor: Actor, item: PlanItem) -> bool:
    """Whether the actor may say that an item is done: also who leads the unit responsible for it."""
    return may_write_item(actor, item) or (item.unit is not None and is_leading(actor, item.unit))


def find_upper_plan(plan: Plan, on: date) -> Plan | None:
    """The approved plan of the same year just above: of the nearest unit above that has one, up to the bureau's."""
    if plan.unit is not None:
        above = [int(step) for step in plan.unit.path.split("/") if step][:-1]
    else:
        above = list_home_ids(plan.person, on)
    found = Plan.objects.filter(unit__in=above, year=plan.year, state=PlanState.APPROVED).select_related("unit")
    return max(found, key=lambda one: len(one.unit.path) if one.unit else 0, default=None)


def list_takeable(plan: Plan, upper: Plan) -> list[PlanItem]:
    """Open items of the plan above that concern this level and that this plan does not carry out yet.

    They concern a unit when it, or a unit above it, is responsible; they concern a person when any unit above is.
    """
    taken = plan.items.filter(parent__isnull=False).values("parent")
    items = upper.items.filter(state__in=OPEN_STATES).exclude(pk__in=taken).select_related("unit", "campaign")
    if plan.unit is not None:
        ids = [int(step) for step in plan.unit.path.split("/") if step]
        items = items.filter(unit__in=ids)
    return list(items.order_by("due_on", "pk"))


def list_open_items(unit: Unit, year: int) -> list[PlanItem]:
    """Open items of the year for which this unit is responsible and no session is planned yet, by day.

    Items of a plan above that the unit carries out by an item of its own are left out: the own item stands for them.
    """
    return list(scope_open_items(unit).filter(due_on__year=year).order_by("due_on", "pk"))


def scope_open_items(unit: Unit) -> QuerySet[PlanItem]:
    arranged = PlanItem.objects.filter(pk=OuterRef("pk"), sessions__state="计划")
    carried = PlanItem.objects.filter(parent=OuterRef("pk"), unit=unit)
    return (
        PlanItem.objects.filter(IN_FORCE, unit=unit, state__in=OPEN_STATES)
        .exclude(Exists(arranged))
        .exclude(Exists(carried))
        .select_related("plan", "parent", "campaign", "measure")
    )


def list_plans(actor: Actor, year: int, state: str = "") -> list[tuple[Plan, Kept]]:
    """Plans of units and the actor's own of a year with what was kept; ``state``: of people too, only in that state."""
    plans = scope_plans(actor).filter(year=year)
    if state:
        plans = plans.filter(state=state)
    elif actor.person is not None:
        plans = plans.filter(Q(unit__isnull=False) | Q(person=actor.person))
    else:
        plans = plans.filter(unit__isnull=False)
    found = sorted(plans, key=_rank_plan)
    kept = count_kept_of(found)
    return [(plan, kept[plan.pk]) for plan in found]


def _rank_plan(plan: Plan) -> tuple[bool, bool, str]:
    """The bureau's first, then units by code, then people by staff number."""
    owner = plan.unit.code if plan.unit is not None else (plan.person.staff_no if plan.person is not None else "")
    return plan.unit is None, plan.unit is None or plan.unit.parent_id is not None, owner


def count_kept_of(plans: Iterable[Plan]) -> dict[int, Kept]:
    """What was kept of each plan: one query for all."""
    ids = [plan.pk for plan in plans]
    rows: dict[int, list[tuple[str, str]]] = {pk: [] for pk in ids}
    for plan_id, state, reason in PlanItem.objects.filter(plan__in=ids).values_list("plan_id", "state", "reason"):
        rows[plan_id or 0].append((state, reason))
    return {pk: count_kept(pairs) for pk, pairs in rows.items()}


def list_years(actor: Actor) -> list[int]:
    return sorted(set(scope_plans(actor).order_by().values_list("year", flat=True)), reverse=True)


def list_unplanned_units(actor: Actor, year: int) -> list[Unit]:
    """Units the actor writes for without a plan of the year: the party's root and its branches, in tree order."""
    wanted = Q(kind__in=PLANNING_KINDS[:2]) | Q(parent__isnull=True)
    units = scope_led_units(actor).filter(wanted, line=Line.PARTY)
    closed = Q(until_on__isnull=False, until_on__lte=actor.on)
    return order_units(units.exclude(closed).exclude(plans__year=year))


def list_changes(plan: Plan) -> list[PlanChange]:
    return list(plan.changes.select_related("item").order_by("-at", "-pk"))


def list_measures(plan: Plan) -> list[tuple[Measure, int]]:
    """The tree of measures as read from top to bottom, each with its depth."""
    measures = {measure.pk: measure for measure in plan.measures.annotate(item_count=Count("items"))}
    rows = [(one.pk, one.parent_id, one.position) for one in measures.values()]
    return [(measures[pk], depth) for pk, depth in order_tree(rows)]


def list_responsible_units(plan: Plan) -> list[Unit]:
    """Units that may answer for an item: of the whole tree for the bureau's plan, else the unit and those below."""
    units = Unit.objects.filter(bureau=plan.bureau_id)
    if tell_tier(plan) is PlanTier.UNIT and plan.unit is not None:
        units = units.filter(path__startswith=plan.unit.path)
    return order_units(units)


def list_held_sessions(item: PlanItem) -> list[tuple[int, str, date, str]]:
    """Sessions arranged from an item: (id, topic, day, state), by day."""
    rows = PlanItem.objects.filter(pk=item.pk, sessions__isnull=False)
    found = rows.values_list("sessions__pk", "sessions__topic", "sessions__on", "sessions__state")
    return sorted(found, key=lambda row: (row[2], row[0]))
