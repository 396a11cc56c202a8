"""Writing who may do what, and which account is whose."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from shanxue.accounts.models import User
from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal

from ..models import Bureau, Grant, Person, Unit
from ..queries import ADMIN_POWERS


@transaction.atomic
def grant_power(
    user: User, *, bureau: Bureau, power: Grant.Power, unit: Unit | None, from_on: date, actor: str, at: datetime,
    until_on: date | None = None,
) -> Grant:  # fmt: skip
    """Give a power over a unit and all below it (``None``: the whole bureau) from a day on; ``until_on`` is open.

    Refused when it would join one of the 三员 powers with another of them or with a power that reads results.
    """
    _keep_apart(user, power, from_on)
    grant, made = Grant.objects.get_or_create(
        user=user, bureau=bureau, power=power, unit=unit, from_on=from_on, defaults={"until_on": until_on}
    )
    if made:
        record_entry(
            chain=bureau.code,
            actor=actor,
            at=at,
            verb="orgs.grant_power",
            subject=user.username,
            detail={
                "power": power.value,
                "unit": unit.code if unit else None,
                "from_on": from_on.isoformat(),
                "until_on": until_on.isoformat() if until_on else None,
            },
        )
    return grant


def _keep_apart(user: User, power: Grant.Power, from_on: date) -> None:
    others = user.grants.filter(Q(until_on__isnull=True) | Q(until_on__gt=from_on)).exclude(power=power)
    held = {Grant.Power(other) for other in others.values_list("power", flat=True)}
    mixed = held if power in ADMIN_POWERS else held & ADMIN_POWERS
    if mixed:
        names = "、".join(sorted(other.label for other in mixed))
        raise Refusal(
            "powers_apart",
            f"“{user.username}”已有“{names}”的权限，不能再给“{power.label}”：三员权限彼此分开，也不查看考核结果。请另开账号。",
        )


@transaction.atomic
def end_grant(grant: Grant, *, until_on: date, actor: str, at: datetime) -> None:
    """Let a grant end: it no longer holds on ``until_on``."""
    if until_on < grant.from_on:
        raise Refusal("grant_ends_early", f"权限从 {grant.from_on} 起，不能早于这一天结束。")
    grant.until_on = until_on
    grant.save(update_fields=["until_on"])
    record_entry(
        chain=grant.bureau.code, actor=actor, at=at, verb="orgs.end_grant", subject=grant.user.username,
        detail={"power": grant.power, "until_on": until_on.isoformat()},
    )  # fmt: skip


@transaction.atomic
def link_account(person: Person, user: User, *, actor: str, at: datetime) -> None:
    """Say that an account is this person's. Refused when the account or the person already has another."""
    if Person.objects.filter(account=user).exclude(pk=person.pk).exists() or person.account_id not in {None, user.pk}:
        raise Refusal("account_taken", f"“{person.name}”或者账号“{user.username}”已经和别人绑定。")
    person.account = user
    person.save(update_fields=["account"])
    record_entry(
        chain=person.bureau.code, actor=actor, at=at, verb="orgs.link_account", subject=person.staff_no,
        detail={"account": user.username},
    )  # fmt: skip
