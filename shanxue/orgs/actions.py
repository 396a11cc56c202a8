"""Writing who may do what, and which account is whose."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from shanxue.accounts.models import User
from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal

from .models import Bureau, Grant, Person, Unit


@transaction.atomic
def grant_power(
    user: User, *, bureau: Bureau, power: Grant.Power, unit: Unit | None, from_on: date, actor: str, at: datetime
) -> Grant:
    """Give a power over a unit and all below it (``None``: the whole bureau) from a day on, open-ended."""
    grant, made = Grant.objects.get_or_create(user=user, bureau=bureau, power=power, unit=unit, from_on=from_on)
    if made:
        record_entry(
            chain=bureau.code,
            actor=actor,
            at=at,
            verb="orgs.grant_power",
            subject=user.username,
            detail={"power": power.value, "unit": unit.code if unit else None, "from_on": from_on.isoformat()},
        )
    return grant


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
