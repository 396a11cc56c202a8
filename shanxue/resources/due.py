"""What this room asks of a person: to bring a book back."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Person

from .models import Loan
from .queries.shelf import list_own_loans
from .rules.shelf import NEAR_DAYS


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """List the books somebody has at home, by the day they are due."""
    today = timezone.localdate(now)
    return [_describe(loan, today) for loan in list_own_loans(person)]


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
