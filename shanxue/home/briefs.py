"""Asking for the month's brief, and when it is put before whoever asked. Nothing is sent."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from shanxue.accounts.models import User
from shanxue.audit.actions import record_entry
from shanxue.base.periods import add_months
from shanxue.orgs.models import Bureau

from .models import BriefWish

SHOWN_DAYS = 10  # of a month, in which the brief of the month before is put before people


@transaction.atomic
def wish_for_briefs(user: User, bureau: Bureau, *, wanted: bool, at: datetime) -> bool:
    """Switch the brief on or off for oneself. False when it stood so already."""
    if wanted:
        changed = BriefWish.objects.get_or_create(user=user, defaults={"at": at})[1]
    else:
        changed = BriefWish.objects.filter(user=user).delete()[0] > 0
    if changed:
        verb = "home.want_briefs" if wanted else "home.end_briefs"
        record_entry(chain=bureau.code, actor=user.username, at=at, verb=verb, subject=user.username)
    return changed


def is_wanted(user: User) -> bool:
    return BriefWish.objects.filter(user=user).exists()


def find_new_month(user: User, today: date) -> date | None:
    """The month whose brief is put before this account today, or None. One query at most."""
    if today.day > SHOWN_DAYS or not is_wanted(user):
        return None
    return add_months(today.replace(day=1), -1)
