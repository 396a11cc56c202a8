"""The year's plan and the institutions beside a scheme: which clause counts what, and what a clause counts (K3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from django.urls import reverse

from shanxue.activities.rules import TIER_OF_KIND, SessionKind, Tier
from shanxue.orgs.models import Bureau
from shanxue.orgs.rules import UnitKind
from shanxue.plans.models import Plan
from shanxue.plans.queries.institutions import list_institutions
from shanxue.plans.queries.years import BureauYear, YearItem, read_year
from shanxue.plans.rules.obligations import Obligation, list_events
from shanxue.plans.rules.wording import describe_obligation

from ..rules.feeds import Feeder, list_fed
from ..rules.scheme import Scheme

OWNER_OF_KIND = {
    "": "person", UnitKind.BRANCH: "branch", UnitKind.GENERAL_BRANCH: "branch", UnitKind.DEPARTMENT: "department",
}  # fmt: skip
TEST_KIND = "测试"
PLANS_BELOW = {"person": "个人计划", "branch": "支部计划", "department": "部门计划"}


@dataclass(frozen=True)
class Planned:
    """One thing of the year with the places, in the scheme, of the items that count it."""

    title: str
    said: str  # owner, or what the institution asks
    recurrence: str
    month: int  # 0: no day is named
    href: str
    fed: tuple[int, ...]
    clauses: tuple[tuple[str, int], ...]  # number (or title) and place of the first item of each clause of ``fed``


class Placed(TypedDict):
    fed: tuple[int, ...]
    clauses: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class YearPlan:
    """What stands beside the rubric: the plan by month, what recurs by rule, and the plans below."""

    year: int
    plan: Plan | None
    items: tuple[Planned, ...]
    duties: tuple[Planned, ...]
    below: tuple[Planned, ...]

    @property
    def months(self) -> list[tuple[int, list[Planned]]]:
        """Items by month; those without a day last."""
        return [
            (month, rows) for month in (*range(1, 13), 0) if (rows := [one for one in self.items if one.month == month])
        ]

    def list_feeding(self, at: int) -> list[Planned]:
        """What the item in this place of the scheme counts."""
        return [one for one in (*self.items, *self.below, *self.duties) if at in one.fed]


def read_year_plan(bureau: Bureau, scheme: Scheme) -> YearPlan:
    """Read plan and institutions of the year in which a scheme's window begins."""
    begins = scheme.window.from_on
    found = read_year(bureau, begins.year)
    return YearPlan(
        begins.year,
        found.plan,
        tuple(_show_item(scheme, one) for one in found.items),
        tuple(_list_duties(scheme, bureau, begins)),
        tuple(_list_below(scheme, found)),
    )


def _show_item(scheme: Scheme, one: YearItem) -> Planned:
    item = one.item
    owner = item.unit.kind if item.unit is not None else ""
    return Planned(
        title=item.title,
        said=item.unit.name if item.unit is not None else "",
        recurrence=one.recurrence,
        month=item.due_on.month if item.due_on else 0,
        href=reverse("plans:item", args=[item.pk]),
        **_place(scheme, _list_item_feeders(item.kind, {owner, *one.carriers}, one.held)),
    )


def _list_item_feeders(kind: str, owners: set[str], held: frozenset[tuple[str, str]]) -> Iterable[Feeder]:
    """An item is counted as a plan item of its owners, and by the sessions that were or will be held for it."""
    of = frozenset(OWNER_OF_KIND[one] for one in owners if one in OWNER_OF_KIND)
    yield Feeder("plan", (kind,), owners=of)
    if kind == TEST_KIND:
        yield Feeder("score")
    will_be = {(kind, str(find_tier(kind)))} if kind in set(SessionKind) else set()
    for session_kind, tier in sorted(held | will_be):
        yield Feeder("session", (session_kind,), (tier,), of)


def find_tier(kind: str) -> Tier:
    return TIER_OF_KIND.get(SessionKind(kind), Tier.BRANCH)


def _list_duties(scheme: Scheme, bureau: Bureau, begins: date) -> Iterable[Planned]:
    for shown in list_institutions(bureau):
        if shown.is_ended(begins):
            continue
        for one in shown.find_current(begins).loaded.institution.obligations:
            yield Planned(
                title=one.title,
                said=describe_obligation(one),
                recurrence="",
                month=0,
                href=reverse("plans:institution", args=[shown.row.code]),
                **_place(scheme, _list_duty_feeders(one)),
            )


def _list_duty_feeders(one: Obligation) -> Iterable[Feeder]:
    kinds = one.who.unit_kinds if one.who.of_units else ("",)
    owners = frozenset(OWNER_OF_KIND[kind] for kind in kinds if kind in OWNER_OF_KIND)
    for event in list_events(one.demand):
        tiers = event.tiers or tuple(str(find_tier(kind)) for kind in event.kinds if kind in set(SessionKind))
        if event.source in ("plan", "session", "credit", "note", "outcome", "score"):
            yield Feeder(event.source, event.kinds, tiers if event.source == "session" else (), owners)


def _list_below(scheme: Scheme, found: BureauYear) -> Iterable[Planned]:
    """The plans below the bureau's, by whose they are: their items are counted as plan items."""
    numbers: dict[str, int] = {}
    for kind, number in found.plans_below.items():
        owner = OWNER_OF_KIND.get(kind)
        if owner is not None:
            numbers[owner] = numbers.get(owner, 0) + number
    for owner, number in numbers.items():
        feeder = Feeder("plan", owners=frozenset({owner}))
        yield Planned(
            title=PLANS_BELOW[owner],
            said=f"已批准 {number} 份",
            recurrence="",
            month=0,
            href=reverse("plans:plans"),
            **_place(scheme, [feeder]),
        )


def _place(scheme: Scheme, feeders: Iterable[Feeder]) -> Placed:
    fed = list_fed(scheme, feeders)
    clauses: dict[str, int] = {}
    for at in fed:
        clauses.setdefault(scheme.items[at].clause or scheme.items[at].title, at)
    return {"fed": fed, "clauses": tuple(clauses.items())}
