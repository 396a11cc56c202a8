"""Making and ending the private address of somebody's calendar."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from shanxue.accounts.models import User
from shanxue.audit.actions import record_entry
from shanxue.orgs.models import Bureau

from .models import CalendarFeed
from .rules.calendar import hash_token

TOKEN_BYTES = 32  # 256 bits: nobody guesses an address


@transaction.atomic
def make_feed(user: User, bureau: Bureau, *, at: datetime) -> str:
    """Give the account a new address and end the one before. Returns the token: it is kept nowhere."""
    User.objects.select_for_update().get(pk=user.pk)  # two clicks at once must not leave two addresses
    replaced = _end_feeds(user, at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    CalendarFeed.objects.create(user=user, token_sha256=hash_token(token), made_at=at)
    record_entry(
        chain=bureau.code, actor=user.username, at=at, verb="home.make_calendar", subject=user.username,
        detail={"replaced": bool(replaced)},
    )  # fmt: skip
    return token


@transaction.atomic
def revoke_feed(user: User, bureau: Bureau, *, at: datetime) -> bool:
    """End the account's address. False when there was none: asking twice is no fault."""
    ended = _end_feeds(user, at)
    if ended:
        record_entry(chain=bureau.code, actor=user.username, at=at, verb="home.revoke_calendar", subject=user.username)
    return bool(ended)


def _end_feeds(user: User, at: datetime) -> int:
    return CalendarFeed.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)
