"""This year's plans at three tiers, a campaign under way, and which items are done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from shanxue.activities.models import Session
from shanxue.activities.rules import SessionKind
from shanxue.orgs.models import Bureau, Unit
from shanxue.orgs.rules import PartyStatus
from shanxue.plans.models import Campaign, Measure, Plan, PlanItem, PlanPart
from shanxue.plans.rules import CampaignState, ItemState, PlanState

from .days import move_to_workday
from .sessions import Branch
from .texts import PERSONAL_ITEMS, PLAN_ASSESSMENT, PLAN_GUIDING, PLAN_ITEMS, PLAN_MEASURES, PLAN_PARTS

HELD_BY = {"大会": SessionKind.PARTY_MEETING, "党课": SessionKind.LECTURE}


def run_campaigns(bureau: Bureau, root: Unit, today: date) -> Campaign:
    """One campaign that ended in summer and one that is under way; gives the latter."""
    if today.month >= 7:
        Campaign.objects.create(
            bureau=bureau,
            unit=root,
            name="党纪学习教育",
            content="逐章学习纪律处分条例，结合岗位查找风险点。",
            from_on=date(today.year, 4, 1),
            until_on=date(today.year, 7, 1),
            state=CampaignState.CLOSED,
            result="各支部开展集体学习两次以上，梳理岗位风险点四十一处，修订内部规定三项。",
        )
    return Campaign.objects.create(
        bureau=bureau,
        unit=root,
        name="城市管理法规学习季",
        content="学习行政处罚法、市容和环境卫生管理条例，开展案例讨论和知识测试。",
        from_on=date(today.year, max(1, today.month - 2), 1),
        until_on=date(today.year + 1, 1, 1),
    )


def plan_year(bureau: Bureau, root: Unit, branches: Sequence[Branch], campaign: Campaign, today: date) -> None:
    """Plans of the bureau, of every branch and of every member, approved in January."""
    above = _plan_bureau(bureau, root, campaign, today)
    items: list[PlanItem] = []
    for branch in branches:
        plan = _approve(bureau, today, title=f"{branch.unit.name}{today.year}年学习计划", unit=branch.unit)
        items += [
            _make_item(plan, today, month, kind, title, unit=branch.unit, parent=above[title])
            for month, kind, title in PLAN_ITEMS
        ]
        for stint in branch.stints:
            if stint.person.party_status in (PartyStatus.FULL, PartyStatus.PROBATIONARY):
                own = _approve(
                    bureau, today, title=f"{stint.person.name}{today.year}年个人学习计划", person=stint.person
                )
                items += [
                    _make_item(own, today, month, "自学", title, person=stint.person) for month, title in PERSONAL_ITEMS
                ]
    PlanItem.objects.bulk_create(items, batch_size=1000)


def link_sessions(branches: Sequence[Branch], today: date) -> None:
    """Tie the meetings that were held to the plan items they carried out, and mark those done."""
    items = PlanItem.objects.filter(unit__in=[branch.unit for branch in branches], due_on__year=today.year)
    sessions = Session.objects.filter(unit__in=[branch.unit for branch in branches], on__year=today.year)
    held: dict[tuple[int, str, int], Session] = {
        (session.unit_id, session.kind, (session.on.month - 1) // 3): session for session in sessions.order_by("on")
    }
    changed_items, changed_sessions = [], []
    for item in items:
        if item.kind not in HELD_BY or item.due_on is None or item.unit_id is None:
            continue
        session = held.get((item.unit_id, HELD_BY[item.kind], (item.due_on.month - 1) // 3))
        if session:
            item.state, item.done_on, session.plan_item = ItemState.DONE, session.on, item
            changed_items.append(item)
            changed_sessions.append(session)
    PlanItem.objects.bulk_update(changed_items, ["state", "done_on"], batch_size=500)
    Session.objects.bulk_update(changed_sessions, ["plan_item"], batch_size=500)


def _plan_bureau(bureau: Bureau, root: Unit, campaign: Campaign, today: date) -> dict[str, PlanItem]:
    plan = _approve(bureau, today, title=f"{bureau.name}{today.year}年度学习培训工作意见", unit=root)
    plan.guiding_idea, plan.assessment, plan.issued_on = PLAN_GUIDING, PLAN_ASSESSMENT, date(today.year, 1, 15)
    plan.save()
    PlanPart.objects.bulk_create(
        PlanPart(plan=plan, level=level, goals=goals, content=content) for level, (goals, content) in PLAN_PARTS.items()
    )
    for position, (name, text, below) in enumerate(PLAN_MEASURES, 1):
        measure = Measure.objects.create(plan=plan, position=position, name=name, text=text)
        for place, (title, sentence) in enumerate(below, 1):
            Measure.objects.create(plan=plan, parent=measure, position=place, name=title, text=sentence)
    items = [_make_item(plan, today, month, kind, title, unit=root) for month, kind, title in PLAN_ITEMS]
    for item in items:
        item.campaign = campaign if item.kind in ("法规", "测试") else None
    return {item.title: item for item in PlanItem.objects.bulk_create(items)}


def _approve(bureau: Bureau, today: date, *, title: str, **owner: Any) -> Plan:
    at = timezone.make_aware(datetime.combine(date(today.year, 1, 12), time(10, 0)))
    return Plan.objects.create(
        bureau=bureau,
        year=today.year,
        title=title,
        state=PlanState.APPROVED,
        submitted_at=at,
        decided_at=at,
        decided_by="学习办公室",
        **owner,
    )


def _make_item(plan: Plan, today: date, month: int, kind: str, title: str, **owner: Any) -> PlanItem:
    """An item due near its month's end; done when that is over, but for one in nine."""
    due = move_to_workday(date(today.year, month, 26))
    number = (owner["person"].pk if "person" in owner else owner["unit"].pk) + month
    done = due < today and kind not in HELD_BY and number % 9 != 0
    return PlanItem(
        bureau_id=plan.bureau_id,
        plan=plan,
        kind=kind,
        title=title,
        due_on=due,
        state=ItemState.DONE if done else ItemState.OPEN,
        done_on=due if done else None,
        **owner,
    )
