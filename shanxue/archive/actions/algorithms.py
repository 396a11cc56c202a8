"""What the trail is hashed with: SHA-256, or SM3 (GB/T 32905) where national algorithms are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from shanxue.accounts.actions import CHAIN as ACCOUNTS
from shanxue.audit.actions import switch_algorithm
from shanxue.audit.queries import list_chains, read_algorithm
from shanxue.base.errors import Refusal
from shanxue.orgs.queries import Actor, Power, demand_power


def list_chains_of(actor: Actor) -> list[str]:
    """The chains an administrator's bureau writes: its own, and that of the accounts."""
    assert actor.bureau is not None
    return [actor.bureau.code, ACCOUNTS]


def choose_algorithm(actor: Actor, algorithm: str, *, at: datetime) -> list[str]:
    """Switch the chains of the security administrator's bureau; returns those that were switched.

    The audit administrator, who proves the trail, does not say what it is made with (三员分立).
    """
    demand_power(actor.administers(Power.SECURITY_ADMIN))
    return switch_chains(list_chains_of(actor), algorithm, actor=actor.user.username, at=at)


def switch_every_chain(algorithm: str, *, actor: str, at: datetime) -> list[str]:
    """Switch every chain on this machine, those of the bureaus and that of the accounts."""
    return switch_chains(list_chains(), algorithm, actor=actor, at=at)


@transaction.atomic
def switch_chains(chains: Sequence[str], algorithm: str, *, actor: str, at: datetime) -> list[str]:
    """Switch those of some chains that use another algorithm, all or none; refused where none does."""
    changing = [chain for chain in chains if read_algorithm(chain) != algorithm]
    if not changing:
        raise Refusal("same_algorithm", f"留痕已经在用 {algorithm.upper()} 算法，不用再换。", status=409)
    for chain in changing:
        switch_algorithm(chain, algorithm, actor=actor, at=at)
    return changing
