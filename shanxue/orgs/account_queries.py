"""Accounts and grants of one bureau, as its three administrators see them. No result, no record of study."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from shanxue.accounts.actions import CHAIN
from shanxue.accounts.models import User
from shanxue.audit.models import Entry
from shanxue.base.errors import refuse_missing

from .models import Grant, Person
from .queries import ADMIN_POWERS, Actor, demand_power

VERBS = (
    "orgs.grant_power", "orgs.end_grant", "accounts.create", "accounts.give_password", "accounts.close",
    "accounts.reopen",
)  # fmt: skip


def demand_administrator(actor: Actor) -> None:
    demand_power(any(actor.administers(power) for power in ADMIN_POWERS) and actor.bureau is not None)


def scope_accounts(actor: Actor) -> QuerySet[User]:
    """Accounts with a grant or a person in the actor's bureau, and new ones that have neither anywhere."""
    if not any(actor.administers(power) for power in ADMIN_POWERS):
        return User.objects.none()
    grants, people = Grant.objects.filter(user=OuterRef("pk")), Person.objects.filter(account=OuterRef("pk"))
    here = Q(Exists(grants.filter(bureau=actor.bureau))) | Q(Exists(people.filter(bureau=actor.bureau)))
    return User.objects.filter(here | (~Q(Exists(grants)) & ~Q(Exists(people))))


def search_accounts(actor: Actor, *, words: str = "", power: str = "") -> QuerySet[User]:
    """Accounts by sign-in name or name, and by a power they hold today, with this bureau's grants."""
    found = scope_accounts(actor)
    if words:
        found = found.filter(Q(username__startswith=words) | Q(display_name__contains=words))
    if power:
        held = _list_in_force(actor).filter(user=OuterRef("pk"), power=power)
        found = found.filter(Exists(held))
    return found.prefetch_related(Prefetch("grants", _list_in_force(actor), to_attr="in_force")).order_by("username")


def _list_in_force(actor: Actor) -> QuerySet[Grant]:
    """Grants of the bureau that hold today or will hold later."""
    ends = Q(until_on__isnull=True) | Q(until_on__gt=actor.on)
    return Grant.objects.filter(ends, bureau=actor.bureau).select_related("unit").order_by("from_on", "pk")


def find_account(actor: Actor, user_id: int) -> User:
    user = scope_accounts(actor).filter(pk=user_id).first()
    if user is None:
        raise refuse_missing("这个账号")
    return user


def list_grants(actor: Actor, user: User) -> list[Grant]:
    """All grants of an account in the bureau, those in force first, then the ended ones, the latest first."""
    found = Grant.objects.filter(user=user, bureau=actor.bureau).select_related("unit").order_by("-from_on", "-pk")
    return sorted(found, key=lambda one: one.until_on is not None and one.until_on <= actor.on)


def find_grant(actor: Actor, user: User, grant_id: int) -> Grant:
    grant = Grant.objects.filter(pk=grant_id, user=user, bureau=actor.bureau).select_related("user", "bureau").first()
    if grant is None:
        raise refuse_missing("这项授权")
    return grant


def list_trail(actor: Actor, user: User | None = None) -> QuerySet[Entry]:
    """What was done to accounts and grants of the bureau, the latest first."""
    assert actor.bureau is not None
    found = Entry.objects.filter(chain__in=[actor.bureau.code, CHAIN], verb__in=VERBS)
    names = [user.username] if user else scope_accounts(actor).values("username")
    return found.filter(subject__in=names).order_by("-at", "-seq", "-pk")
