"""三员: the system administrator makes accounts, the security administrator grants, and nobody both."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from shanxue.accounts import actions as accounts
from shanxue.accounts.models import User
from shanxue.base.errors import Refusal

from ..models import Bureau, Grant, Unit
from ..queries import ADMIN_POWERS, Actor
from .accounts import make_password
from .grants import end_grant, grant_power

Power = Grant.Power
FIRST_ACCOUNTS = (  # the first three, made where the machine stands
    ("sysadmin", "系统管理员", Power.SYSTEM_ADMIN),
    ("secadmin", "安全管理员", Power.SECURITY_ADMIN),
    ("auditor", "审计管理员", Power.AUDIT_ADMIN),
)


def _demand(actor: Actor, power: Power) -> Bureau:
    if not actor.administers(power) or actor.bureau is None:
        raise Refusal("no_power", f"这件事由{power.label}办理，当前账号没有这项权限。", status=403)
    return actor.bureau


@transaction.atomic
def make_account(actor: Actor, username: str, display_name: str, *, at: datetime) -> tuple[User, str]:
    """Make an account that may do nothing yet; gives it with its one-time password."""
    _demand(actor, Power.SYSTEM_ADMIN)
    password = make_password()
    try:
        with transaction.atomic():
            user = accounts.create_account(
                username=username, password=password, display_name=display_name, actor=actor.user.username, at=at,
                must_change=True,
            )  # fmt: skip
    except IntegrityError as error:  # two pressed at once
        raise Refusal("account_exists", f"工号“{username}”已经有账号。", status=409) from error
    return user, password


@transaction.atomic
def renew_password(actor: Actor, user: User, *, at: datetime) -> str:
    """Give an account a new one-time password and end its sessions; one's own is changed on its own page."""
    _demand(actor, Power.SYSTEM_ADMIN)
    if user.pk == actor.user.pk:
        raise Refusal("own_account", "自己的口令请在“修改口令”里换。")
    password = make_password()
    accounts.give_password(user, password, actor=actor.user.username, at=at)
    return password


def close_account(actor: Actor, user: User, *, at: datetime) -> None:
    _demand(actor, Power.SYSTEM_ADMIN)
    if user.pk == actor.user.pk:
        raise Refusal("own_account", "不能停用自己的账号，请另一位系统管理员办理。")
    accounts.close_account(user, actor=actor.user.username, at=at)


def reopen_account(actor: Actor, user: User, *, at: datetime) -> None:
    _demand(actor, Power.SYSTEM_ADMIN)
    accounts.reopen_account(user, actor=actor.user.username, at=at)


@transaction.atomic
def give_grant(
    actor: Actor, user: User, *, power: Power, unit: Unit | None, from_on: date, until_on: date | None, at: datetime
) -> Grant:
    """Give somebody else a power from today or a later day on; ``until_on`` is the first day it no longer holds."""
    bureau = _demand(actor, Power.SECURITY_ADMIN)
    user = User.objects.select_for_update().get(pk=user.pk)  # two who grant at once see each other's grant
    if user.pk == actor.user.pk:
        raise Refusal("own_grant", "不能给自己授权，请另一位安全管理员办理。")
    if not user.is_active:
        raise Refusal("account_closed", f"账号“{user.username}”已停用，不能授权。")
    _refuse_days(timezone.localdate(at), from_on, until_on)
    if power in ADMIN_POWERS and unit is not None:
        raise Refusal("grant_whole_bureau", f"{power.label}的权限不分单位，请选“全局”。")
    if power == Power.SECRETARY and unit is None:
        raise Refusal("grant_needs_unit", "支部书记的授权要写明是哪个单位。")
    _refuse_standing(user, bureau, power, unit, from_on, until_on)
    return grant_power(
        user, bureau=bureau, power=power, unit=unit, from_on=from_on, until_on=until_on, actor=actor.user.username,
        at=at,
    )  # fmt: skip


def _refuse_days(today: date, from_on: date, until_on: date | None) -> None:
    if from_on < today:
        raise Refusal("grant_from_past", "授权从今天或者以后的日子起，不能倒填。")
    if until_on is not None and until_on <= from_on:
        raise Refusal("grant_span", "结束的日子要晚于开始的日子。")


def _refuse_standing(
    user: User, bureau: Bureau, power: Power, unit: Unit | None, from_on: date, until_on: date | None
) -> None:
    overlaps = Q(until_on__isnull=True) | Q(until_on__gt=from_on)
    if until_on is not None:
        overlaps &= Q(from_on__lt=until_on)
    standing = user.grants.filter(overlaps, bureau=bureau, power=power, unit=unit).order_by("from_on").first()
    if standing is not None:
        day = standing.from_on
        raise Refusal(
            "grant_standing",
            f"“{user.username}”已有这项授权（{day.year}年{day.month}月{day.day}日起），不用再给。",
            status=409,
        )


@transaction.atomic
def end_given_grant(actor: Actor, grant: Grant, *, until_on: date, at: datetime) -> None:
    """Let somebody else's grant end today or later. One that has ended already stays as it is."""
    _demand(actor, Power.SECURITY_ADMIN)
    grant = Grant.objects.select_for_update(of=("self",)).select_related("bureau", "user").get(pk=grant.pk)
    if grant.user_id == actor.user.pk:
        raise Refusal("own_grant", "不能结束自己的授权，请另一位安全管理员办理。")
    today = timezone.localdate(at)
    if grant.until_on is not None and grant.until_on <= today:
        raise Refusal("grant_ended", "这项授权已经结束。", status=409)
    if until_on < today:
        raise Refusal("grant_ends_past", "授权从今天或者以后的日子起结束，不能倒填。")
    end_grant(grant, until_on=until_on, actor=actor.user.username, at=at)


@transaction.atomic
def open_administrators(bureau: Bureau, *, actor: str, at: datetime) -> list[tuple[str, str, str]]:
    """Make the first three administrators of a bureau: (sign-in name, what it is for, one-time password).

    Refused when a security administrator is there already: who may grant decides then.
    """
    today = timezone.localdate(at)
    held = Grant.objects.filter(bureau=bureau, power=Power.SECURITY_ADMIN, user__is_active=True)
    if held.filter(Q(until_on__isnull=True) | Q(until_on__gt=today)).exists():
        raise Refusal("has_administrators", f"“{bureau.name}”已有安全管理员，请由安全管理员在网站上授权。")
    made = []
    for username, name, power in FIRST_ACCOUNTS:
        if User.objects.filter(username=username).exists():
            username = f"{username}-{bureau.code}"
        password = make_password()
        user = accounts.create_account(
            username=username, password=password, display_name=name, actor=actor, at=at, must_change=True
        )
        grant_power(user, bureau=bureau, power=power, unit=None, from_on=today, actor=actor, at=at)
        made.append((username, name, password))
    return made
