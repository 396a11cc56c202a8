"""Leaders' instructions (批示), scoped to who asks: whoever reads a unit reads what was written to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, Power, match_granted_units, match_led_units

from ..models import Instruction
from ..rules.instructions import ASKED_FOR, InstructionState

OPEN_STATES = (InstructionState.GIVEN, InstructionState.READ)


def may_instruct(actor: Actor, unit: Unit) -> bool:
    """Whether the actor is a leader of this unit; no query."""
    return any(
        grant.power == Power.LEADER and (grant.unit is None or unit.path.startswith(grant.unit.path))
        for grant in actor.reading_grants
        if grant.bureau_id == unit.bureau_id
    )


def scope_instructions(actor: Actor) -> QuerySet[Instruction]:
    found = Instruction.objects.filter(match_granted_units(actor, "unit"), bureau=actor.bureau)
    return found.select_related("unit__bureau", "by")


def find_instruction(actor: Actor, instruction_id: int) -> Instruction:
    found = scope_instructions(actor).filter(pk=instruction_id).first()
    if found is None:
        raise refuse_missing("这条批示")
    return found


def list_instructions(actor: Actor, unit: Unit | None = None) -> list[Instruction]:
    """List what was written to a unit and to those below it, or to all units one reads; what is open stands first."""
    found = scope_instructions(actor)
    if unit is not None:
        found = found.filter(unit__path__startswith=unit.path)
    return sorted(found.order_by("-at", "-pk")[:200], key=lambda one: one.state == InstructionState.DONE)


def list_open_instructions(unit: Unit) -> list[Instruction]:
    """List what a unit's secretary has still to do something about, the oldest first. One query."""
    found = Instruction.objects.filter(unit=unit, state__in=OPEN_STATES).select_related("by")
    return list(found.order_by("at", "pk"))


def list_kept_instructions(actor: Actor) -> list[Instruction]:
    """List what was written to the units the actor keeps the office of and is not done, the oldest first."""
    if not actor.keeps_office:
        return []
    found = Instruction.objects.filter(match_led_units(actor, "unit"), bureau=actor.bureau, state__in=OPEN_STATES)
    return list(found.select_related("unit", "by").order_by("at", "pk"))


def find_instructed(actor: Actor, now: datetime) -> set[int]:
    """Find the units that were written to lately, so that nobody is asked the same twice. One query."""
    found = Instruction.objects.filter(match_granted_units(actor, "unit"), bureau=actor.bureau, at__gt=now - ASKED_FOR)
    return set(found.values_list("unit_id", flat=True))


def count_open(instructions: Iterable[Instruction]) -> int:
    return sum(one.state != InstructionState.DONE for one in instructions)
