"""What this room asks: of a person to bring a book back, of the office to lend, answer, and carry a year over."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Person
from shanxue.orgs.queries import Actor, find_actor

from .models import Fund, Loan
from .queries.funds import list_open_years
from .queries.shelf import count_waiting, list_own_loans, scope_loans
from .rules.shelf import NEAR_DAYS


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """List the books somebody has at home, by the day they are due."""
    today = timezone.localdate(now)
    rows = [_describe(loan, today) for loan in list_own_loans(person)]
    if person.account is not None:
        rows += list_for_office(find_actor(person.account, today), now)
    return rows


def list_for_office(actor: Actor, now: datetime) -> list[Due]:
    """List what waits for the office of the bureau: wishes, suggestions, books that are late, a year to carry over."""
    if not actor.keeps_whole_office or actor.bureau is None:
        return []
    today = timezone.localdate(now)
    requests, suggestions = count_waiting(actor.bureau)
    late = scope_loans(actor).filter(due_on__lt=today).count()
    loans, wishes = reverse("resources:loans"), reverse("resources:suggestions")
    rows = [
        Due("borrow-requests", "借阅", "借书给申请的同志", loans, Light.NEAR, f"{requests} 人等着借")
        if requests
        else None,
        Due("suggestions", "荐购", "答复荐购", wishes, Light.NEAR, f"{suggestions} 条待答复") if suggestions else None,
        Due("late-loans", "借阅", "催还过期的书", loans, Light.NEAR, f"{late} 册过期没有还") if late else None,
    ]
    return [row for row in rows if row is not None] + [_describe_year(fund) for fund in list_open_years(actor)]


def _describe_year(fund: Fund) -> Due:
    href = reverse("resources:close_fund", args=[fund.pk])
    return Due(f"fund-{fund.year}", "经费", f"结转{fund}", href, Light.NEAR, "这一年已经过完，还没有结转")


def describe_loan(loan: Loan, today: date) -> tuple[Light, str]:
    """Say how a loan stands: 还有 12 天, 今天到期, 过期 3 天."""
    days = (loan.due_on - today).days
    if days < 0:
        return Light.LATE, f"过期 {-days} 天"
    if days == 0:
        return Light.NEAR, "今天到期"
    return (Light.NEAR if days <= NEAR_DAYS else Light.FINE), f"还有 {days} 天"


def _describe(loan: Loan, today: date) -> Due:
    light, words = describe_loan(loan, today)
    return Due(
        key=f"loan-{loan.pk}", kind="还书", title=f"还书：《{loan.copy.title}》", href=reverse("resources:mine"),
        light=light, state=words, on=loan.due_on,
    )  # fmt: skip
