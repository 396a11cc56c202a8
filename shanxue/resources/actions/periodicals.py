"""Newspapers and journals: what was ordered, which issues came, which were missed and asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.queries import Actor

from ..models import Issue, PaymentLine, Subscription
from ..queries.people import demand_office
from ..queries.shelf import find_subscription
from ..rules import Frequency, IssueState, LineKind
from ..rules.issues import list_issues
from .funds import record


@dataclass(frozen=True)
class Order:
    """A subscription of one year; ``from_month`` is the first month it comes in."""

    name: str
    year: int
    frequency: Frequency
    code: str = ""
    copies: int = 1
    place: str = ""
    from_month: int = 1
    line_id: int | None = None


@transaction.atomic
def subscribe(actor: Actor, order: Order, *, at: datetime) -> Subscription:
    """Enter a subscription with every issue it is to bring."""
    demand_office(actor)
    assert actor.bureau is not None
    if Subscription.objects.filter(bureau=actor.bureau, name=order.name, year=order.year).exists():
        raise Refusal("subscribed_already", f"{order.year}年已登记《{order.name}》。份数有误的，请从这份报刊进入更改。")
    line = _find_line(actor, order.line_id)
    subscription = Subscription.objects.create(
        bureau=actor.bureau, name=order.name, year=order.year, frequency=order.frequency, code=order.code,
        copies=order.copies, place=order.place, line=line,
    )  # fmt: skip
    issues = list_issues(order.frequency, order.year, order.from_month)
    Issue.objects.bulk_create(
        Issue(subscription=subscription, number=number, expected_on=day) for number, day in issues
    )
    record(actor, "subscribe", f"subscription:{subscription.pk}", at, name=order.name, issues=len(issues))
    return subscription


def _find_line(actor: Actor, line_id: int | None) -> PaymentLine | None:
    if line_id is None:
        return None
    line = PaymentLine.objects.filter(payment__purpose__fund__bureau=actor.bureau, pk=line_id).first()
    if line is None or line.kind != LineKind.PERIODICALS:
        raise refuse_missing("这条报刊明细")
    return line


@transaction.atomic
def change_subscription(
    actor: Actor, subscription_id: int, *, code: str, copies: int, place: str, at: datetime
) -> Subscription:
    demand_office(actor)
    subscription = find_subscription(actor, subscription_id)
    subscription.code, subscription.copies, subscription.place = code, copies, place
    subscription.save(update_fields=["code", "copies", "place"])
    record(actor, "change_subscription", f"subscription:{subscription.pk}", at, copies=copies)
    return subscription


@transaction.atomic
def tick_issues(actor: Actor, subscription_id: int, issues: Collection[int], state: IssueState, *, at: datetime) -> int:
    """Write of some issues that they came, that they are missing, or that it is open again; returns how many changed.

    An issue that lies ahead is never written as missing.
    """
    demand_office(actor)
    subscription, today = find_subscription(actor, subscription_id), timezone.localdate(at)
    found = subscription.issues.filter(pk__in=issues).exclude(state=state)
    if state == IssueState.MISSED:
        found = found.filter(expected_on__lte=today)
    settled = None if state == IssueState.EXPECTED else today
    changed = found.update(state=state, settled_on=settled)
    if changed:
        record(actor, "tick_issues", f"subscription:{subscription.pk}", at, state=str(state), count=changed)
    return changed


@transaction.atomic
def claim_issues(actor: Actor, subscription_id: int, *, at: datetime) -> int:
    """Note that the post was asked for everything missing, once a day; returns how many issues."""
    demand_office(actor)
    subscription, today = find_subscription(actor, subscription_id), timezone.localdate(at)
    missed = subscription.issues.filter(state=IssueState.MISSED).exclude(claimed_on=today)
    claimed = missed.update(claimed_on=today, claims=F("claims") + 1)
    if claimed:
        record(actor, "claim_issues", f"subscription:{subscription.pk}", at, count=claimed)
    return claimed
