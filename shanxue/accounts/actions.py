"""Accounts: making one, and the two things its owner may change."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal

from .models import User

CHAIN = "accounts"  # accounts stand beside the bureaus; their trail is a chain of its own


@transaction.atomic
def create_account(
    *, username: str, password: str, display_name: str, actor: str, at: datetime, must_change: bool = False
) -> User:
    """Make an account that may do nothing yet: what it may see is granted in room orgs.

    ``must_change``: the password was chosen by somebody else and only leads to choosing one's own.
    """
    if User.objects.filter(username=username).exists():
        raise Refusal("account_exists", f"工号“{username}”已经有账号。")
    user = User(username=username, display_name=display_name, must_change_password=must_change)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refusal("weak_password", "口令不合要求：" + "".join(error.messages)) from error
    user.set_password(password)
    user.save()
    record_entry(chain=CHAIN, actor=actor, at=at, verb="accounts.create", subject=username)
    return user


@transaction.atomic
def switch_large_type(user: User, *, at: datetime) -> bool:
    """Turn 大字版 on or off for an account; returns what it is now."""
    user.large_type = not user.large_type
    user.save(update_fields=["large_type"])
    record_entry(
        chain=CHAIN, actor=user.username, at=at, verb="accounts.large_type", subject=user.username,
        detail={"on": user.large_type},
    )  # fmt: skip
    return user.large_type


@transaction.atomic
def change_password(user: User, password: str, *, at: datetime) -> None:
    """Set a checked new password; the old one was proved by the form."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    record_entry(chain=CHAIN, actor=user.username, at=at, verb="accounts.change_password", subject=user.username)


@transaction.atomic
def give_password(user: User, password: str, *, actor: str, at: datetime) -> None:
    """Set a password chosen by somebody else: the owner's sessions end, and it only leads to choosing an own one."""
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    record_entry(chain=CHAIN, actor=actor, at=at, verb="accounts.give_password", subject=user.username)


@transaction.atomic
def close_account(user: User, *, actor: str, at: datetime) -> None:
    """Close an account: nobody signs in with it and its open sessions end. Its records and grants stay as they are."""
    _switch_account(user, False, "accounts.close", actor, at)


@transaction.atomic
def reopen_account(user: User, *, actor: str, at: datetime) -> None:
    _switch_account(user, True, "accounts.reopen", actor, at)


def _switch_account(user: User, is_active: bool, verb: str, actor: str, at: datetime) -> None:
    """Open or close an account; one that is so already stays, so that a repeated click leaves no second entry."""
    if User.objects.filter(pk=user.pk, is_active=not is_active).update(is_active=is_active):
        record_entry(chain=CHAIN, actor=actor, at=at, verb=verb, subject=user.username)
    user.is_active = is_active


@transaction.atomic
def record_sign_in(user: User, *, at: datetime) -> None:
    record_entry(chain=CHAIN, actor=user.username, at=at, verb="accounts.sign_in", subject=user.username)
