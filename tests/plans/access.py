"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from shanxue.plans.models import Campaign, Measure, Plan, PlanItem
from shanxue.plans.rules import PlanState
from tests.house import AT, House
from tests.roles import HAS_OWN, LEADING, READERS

from . import institutions_access

READING: set[str | None] = {"member", *READERS}  # everybody with a power that is none of the 三员
OFFICE: set[str | None] = {"office"}

PLANNING_OPEN_TO: dict[str, set[str | None]] = {
    "plans:plans": READING,
    "plans:mine": HAS_OWN,
    "plans:start": set(),
    "plans:plan": READING,  # the bureau's, approved
    "plans:texts": OFFICE,
    "plans:submit": set(),
    "plans:withdraw": set(),
    "plans:take_over": OFFICE,
    "plans:history": READING,
    "plans:issue": OFFICE,
    "plans:plan_docx": READING,
    "plans:measures": OFFICE,
    "plans:measure": OFFICE,
    "plans:measure_move": set(),
    "plans:measure_drop": set(),
    "plans:item_new": OFFICE,
    "plans:item_extra": OFFICE,
    "plans:item": READING,
    "plans:item_edit": OFFICE,
    "plans:item_drop": set(),
    "plans:item_done": set(),
    "plans:item_postpone": set(),
    "plans:item_cancel": set(),
    "plans:item_reopen": set(),
    "plans:campaigns": READING,
    "plans:campaign_new": LEADING,
    "plans:campaign": READING,
    "plans:campaign_edit": OFFICE,
}
PLANNING_POST_ONLY = {
    "plans:start", "plans:submit", "plans:withdraw", "plans:measure_move", "plans:measure_drop", "plans:item_drop",
    "plans:item_done", "plans:item_postpone", "plans:item_cancel", "plans:item_reopen",
}  # fmt: skip


def make_plans(house: House) -> dict[str, list[object]]:
    """The bureau's approved plan with a measure, an item and a campaign of it."""
    root = house.units["机关党委"]
    plan = Plan.objects.create(
        bureau=house.bureau, unit=root, year=2026, title="2026年度学习培训工作意见", state=PlanState.APPROVED,
        decided_at=AT,
    )  # fmt: skip
    measure = Measure.objects.create(plan=plan, position=1, name="三个保障")
    campaign = Campaign.objects.create(
        bureau=house.bureau, unit=root, name="法规学习季", from_on="2026-03-01", until_on="2026-07-01"
    )
    item = PlanItem.objects.create(
        bureau=house.bureau, plan=plan, unit=root, measure=measure, campaign=campaign, title="二季度党课",
        due_on="2026-06-30",
    )  # fmt: skip
    arguments = dict.fromkeys(PLANNING_OPEN_TO, plan.pk)
    arguments |= dict.fromkeys([name for name in PLANNING_OPEN_TO if name.startswith("plans:measure")], measure.pk)
    arguments |= dict.fromkeys([name for name in PLANNING_OPEN_TO if name.startswith("plans:item")], item.pk)
    arguments |= {"plans:measures": plan.pk, "plans:item_new": plan.pk, "plans:item_extra": plan.pk}
    arguments |= {"plans:campaign": campaign.pk, "plans:campaign_edit": campaign.pk}
    bare = ("plans:plans", "plans:mine", "plans:start", "plans:campaigns", "plans:campaign_new")
    return {name: [] if name in bare else [pk] for name, pk in arguments.items()}


OPEN_TO: dict[str, set[str | None]] = {**PLANNING_OPEN_TO, **institutions_access.OPEN_TO}
POST_ONLY: set[str] = {*PLANNING_POST_ONLY, *institutions_access.POST_ONLY}


def make(house: House) -> dict[str, list[object]]:
    return make_plans(house) | institutions_access.make(house)
