"""Accounts of people, opened and reset by the office: a password that is shown once and never stored in clear."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shanxue.accounts.actions import create_account, give_password
from shanxue.accounts.models import User
from shanxue.base.errors import Refusal

from ..models import Grant, Person, Unit
from ..queries import Actor, filter_in_force, find_party_unit
from ..rules import Role
from .grants import end_grant, grant_power, link_account
from .moves import demand_office

OFFICES_OWN = frozenset({Grant.Power.MEMBER, Grant.Power.SECRETARY})  # what the office gives, and may take back
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike on paper


def make_password() -> str:
    """A password to be read from paper: three groups of four letters and digits, about 59 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _demand_keeping(actor: Actor, person: Person) -> None:
    unit = find_party_unit(person)
    if unit is None:
        raise Refusal("no_party_unit", f"{person.name}还没有编入党组织。请先登记所在支部。")
    demand_office(actor, unit)


@transaction.atomic
def open_account(actor: Actor, person: Person, *, at: datetime) -> str:
    """Open an account with the staff number as its name, for the person's own matters; returns the password."""
    _demand_keeping(actor, person)
    if person.account_id is not None:
        raise Refusal("has_account", f"{person.name}已经有账号。忘记口令的，请重置口令。")
    if User.objects.filter(username=person.staff_no).exists():
        raise Refusal("account_exists", f"登录名 {person.staff_no} 已被别的账号使用，请联系系统管理员。")
    password, who = make_password(), actor.user.username
    user = create_account(
        username=person.staff_no, password=password, display_name=person.name, actor=who, at=at, must_change=True
    )
    link_account(person, user, actor=who, at=at)
    grant_power(
        user,
        bureau=person.bureau,
        power=Grant.Power.MEMBER,
        unit=None,
        from_on=timezone.localdate(at),
        actor=who,
        at=at,
    )
    return password


@transaction.atomic
def reset_password(actor: Actor, person: Person, *, at: datetime) -> str:
    """Give a person's account a new password, to be changed at the next sign-in; returns it."""
    _demand_keeping(actor, person)
    if person.account is None:
        raise Refusal("no_account", f"{person.name}还没有账号，请先开通。")
    if person.account.grants.filter(filter_in_force(timezone.localdate(at))).exclude(power__in=OFFICES_OWN).exists():
        raise Refusal("other_power", f"{person.name}的账号还有别的权限，口令请系统管理员重置。", status=403)
    password = make_password()
    give_password(person.account, password, actor=actor.user.username, at=at)
    return password


@transaction.atomic
def grant_secretary(actor: Actor, person: Person, unit: Unit, *, at: datetime) -> Grant:
    """Let somebody who holds a post in a unit write for it. Raises ``no_post``, ``no_account``."""
    demand_office(actor, unit)
    if person.account is None:
        raise Refusal("no_account", f"{person.name}还没有账号，请先开通。")
    posts = person.stints.filter(until_on__isnull=True, unit=unit).exclude(role=Role.MEMBER)
    if not posts.exists():
        raise Refusal("no_post", f"{person.name}在“{unit.name}”没有职务。请先登记职务，再授权。")
    return grant_power(
        person.account, bureau=unit.bureau, power=Grant.Power.SECRETARY, unit=unit, from_on=timezone.localdate(at),
        actor=actor.user.username, at=at,
    )  # fmt: skip


@transaction.atomic
def end_persons_grant(actor: Actor, person: Person, grant: Grant, *, at: datetime) -> None:
    """End a grant of a person's account from today on."""
    _demand_keeping(actor, person)
    if person.account_id is None or grant.user_id != person.account_id:
        raise Refusal("other_grant", "这项授权不是这个人的。")
    if grant.power not in OFFICES_OWN:
        label = Grant.Power(grant.power).label
        raise Refusal("other_power", f"“{label}”的授权由安全管理员办理。", status=403)
    end_grant(grant, until_on=timezone.localdate(at), actor=actor.user.username, at=at)
