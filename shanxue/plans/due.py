"""What plans expect of a person and of a unit's secretary. Constant number of queries; rows only, already decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Person, Stint, Unit
from shanxue.orgs.queries import filter_held
from shanxue.orgs.rules import Line, PartyStatus

from .models import Plan, PlanItem
from .queries.planning import IN_FORCE, PLANNING_KINDS, scope_open_items
from .rules import ItemState, PlanState
from .rules.planning import OPEN_STATES, is_writing_season, judge_due, list_window

MEMBERS = (PartyStatus.FULL, PartyStatus.PROBATIONARY)
TO_WRITE = {PlanState.DRAFT: "还是草稿，写好后提交", PlanState.RETURNED: "已退回修改，改好后再提交"}


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """Personal items due within 30 days or overdue this year, and the own plan while it is to be written."""
    today = timezone.localdate(now)
    first, last = list_window(today)
    items = PlanItem.objects.filter(IN_FORCE, person=person, state__in=OPEN_STATES, due_on__range=(first, last))
    rows = _show_items(items.order_by("due_on", "pk"), today)
    plan = Plan.objects.filter(person=person, year=today.year).first()
    if plan is not None and plan.state == PlanState.RETURNED:
        rows.insert(0, _show_plan(plan, "个人学习计划", f"{TO_WRITE[PlanState.RETURNED]}：{plan.decision}"))
    elif is_writing_season(today) and person.party_status in MEMBERS and person.left_on is None:
        if plan is not None and plan.state == PlanState.DRAFT:
            rows.append(_show_plan(plan, "个人学习计划", TO_WRITE[PlanState.DRAFT]))
        elif plan is None and not person.plan_items.filter(due_on__year=today.year).exists():
            rows.append(
                Due(
                    f"plan-{today.year}",
                    "计划",
                    f"写{today.year}年个人学习计划",
                    reverse("plans:mine"),
                    Light.NEAR,
                    "还没有写",
                )
            )
    return rows


def _show_items(items: Iterable[PlanItem], today: date, words: str = "") -> list[Due]:
    rows = []
    for item in items:
        light, state = judge_due(item.due_on, today)
        told = "，".join(part for part in (state, "延期过" if item.state == ItemState.POSTPONED else "", words) if part)
        rows.append(
            Due(
                f"plan-item-{item.pk}",
                "计划",
                item.title,
                reverse("plans:item", args=[item.pk]),
                light,
                told,
                item.due_on,
            )
        )
    return rows


def _show_plan(plan: Plan, title: str, state: str) -> Due:
    href = reverse("plans:plan", args=[plan.pk])
    return Due(f"plan-{plan.pk}", "计划", f"{title}（{plan.year}年）", href, Light.NEAR, state)


def list_for_unit(unit: Unit, now: datetime) -> list[Due]:
    """The unit's items without a session within 30 days or overdue, its plan to write, and plans to approve.

    The root of the party line approves the plans of units, a branch those of its people.
    """
    today = timezone.localdate(now)
    first, last = list_window(today)
    items = scope_open_items(unit).filter(due_on__range=(first, last)).order_by("due_on", "pk")
    rows = _show_waiting(unit, today) + _show_items(items, today, "还没有安排")
    plan = Plan.objects.filter(unit=unit, year=today.year).first()
    is_root = unit.parent_id is None and unit.line == Line.PARTY
    title = "年度学习培训工作意见" if is_root else "支部学习计划"
    if plan is not None and plan.state in TO_WRITE:
        rows.insert(0, _show_plan(plan, title, TO_WRITE[PlanState(plan.state)]))
    elif plan is None and is_writing_season(today) and (is_root or unit.kind in PLANNING_KINDS[:2]):
        href = f"{reverse('plans:plans')}?year={today.year}"
        rows.insert(0, Due(f"plan-unit-{unit.pk}", "计划", f"写{today.year}年{title}", href, Light.NEAR, "还没有写"))
    return rows


def _show_waiting(unit: Unit, today: date) -> list[Due]:
    """Plans that wait for this unit's approval, counted in one row: one query."""
    waiting = Plan.objects.filter(bureau=unit.bureau_id, year=today.year, state=PlanState.SUBMITTED)
    if unit.parent_id is None and unit.line == Line.PARTY:
        count, what = waiting.filter(unit__isnull=False).count(), "单位计划"
    else:
        people = Stint.objects.filter(filter_held(today), unit__path__startswith=unit.path)
        count, what = waiting.filter(person__in=people.values("person")).count(), "个人计划"
    if not count:
        return []
    href = f"{reverse('plans:plans')}?year={today.year}&state={PlanState.SUBMITTED}"
    return [Due(f"plans-waiting-{unit.pk}", "审批", f"{count} 份{what}等待审批", href, Light.NEAR, "等你审批")]


def summarise_year(person: Person, year: int) -> tuple[str, int, int] | None:
    """Done and asked items of a person's year (计划 9/10); None without any. Cancelled and unplanned ones are out."""
    out = (ItemState.CANCELLED, ItemState.EXTRA)
    counts = PlanItem.objects.filter(IN_FORCE, person=person, due_on__year=year).aggregate(
        done=Count("pk", filter=Q(state=ItemState.DONE)), asked=Count("pk", filter=~Q(state__in=out))
    )
    return ("计划", counts["done"], counts["asked"]) if counts["asked"] else None
