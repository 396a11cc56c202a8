"""Reading doubts and exports of evidence, and the records there are to choose from."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from shanxue.activities.models import Session
from shanxue.activities.queries.arranging import scope_sessions
from shanxue.activities.rules import SessionState
from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, match_granted_units

from .chains import Chain, find_chain
from .models import Doubt, EvidenceExport


def scope_doubts(actor: Actor) -> QuerySet[Doubt]:
    """Doubts about records of the units the actor reads."""
    found = Doubt.objects.filter(match_granted_units(actor, "unit"), bureau=actor.bureau)
    return found.select_related("unit").order_by("-at", "-pk")


def find_doubt(actor: Actor, pk: int) -> Doubt:
    doubt = scope_doubts(actor).filter(pk=pk).first()
    if doubt is None:
        raise refuse_missing("这个疑点")
    return doubt


def list_doubts_of(actor: Actor, key: str) -> list[Doubt]:
    return list(Doubt.objects.filter(bureau=actor.bureau, record=key).order_by("at", "pk"))


def list_open_doubts(unit: Unit) -> QuerySet[Doubt]:
    found = Doubt.objects.filter(unit__path__startswith=unit.path, bureau=unit.bureau_id, answered_at__isnull=True)
    return found.order_by("at", "pk")


def list_exports(actor: Actor) -> QuerySet[EvidenceExport]:
    """Exports that concern a unit the actor reads; the latest first."""
    mine = match_granted_units(actor, "units") | Q(actor=actor.user.username)
    return EvidenceExport.objects.filter(mine, bureau=actor.bureau).distinct().order_by("-at", "-pk")


def list_sessions(actor: Actor, *, unit: Unit | None, from_on: date, until_on: date) -> QuerySet[Session]:
    """Held sessions of the units the actor reads, to choose evidence from; ``until_on`` open."""
    found = scope_sessions(actor).filter(
        match_granted_units(actor, "unit"), state=SessionState.HELD, on__gte=from_on, on__lt=until_on
    )
    if unit is not None:
        found = found.filter(unit__path__startswith=unit.path)
    return found.select_related("unit").order_by("-on", "-pk")


def read_chains(actor: Actor, keys: list[str]) -> list[Chain]:
    """Read the chains of the records chosen, each once, in the order chosen."""
    chains = []
    for key in dict.fromkeys(keys):
        kind, _, number = key.rpartition("-")
        if not number.isdecimal():
            raise refuse_missing("这条记录")
        chains.append(find_chain(actor, kind, int(number)))
    return chains
