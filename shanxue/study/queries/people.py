"""Whose records these are: where somebody stands, and whose records somebody answers for."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from shanxue.base.errors import Refusal
from shanxue.orgs.models import Person, Stint, Unit
from shanxue.orgs.queries import Actor, filter_in_force, match_led_units
from shanxue.orgs.rules import Line

EVERYTHING = ~Q(pk__in=[])  # unlike an empty Q, it still matches everything when another is joined to it by “or”


def demand_person(actor: Actor) -> Person:
    """Give who is asking as somebody with records of their own; 三员 and accounts without a person have none."""
    if not actor.reads_own or actor.person is None:
        raise Refusal("no_person", "当前账号没有对应的人员，不能记学习。需要时请联系学习办公室。", status=403)
    return actor.person


def demand_leader(actor: Actor) -> None:
    """Refuse somebody who leads no unit at all."""
    if not actor.leads:
        raise Refusal("not_leading", "这一页由支部书记和学习办公室使用。需要时请联系学习办公室。", status=403)


def match_led_people(actor: Actor, person_field: str) -> Q:
    """Match rows of people who stand, on the actor's day, in a unit the actor writes for.

    Until the next unit has received someone who moved, the former unit answers for them (条例第25条).
    """
    if any(grant.unit_id is None for grant in actor.leading_grants):
        return EVERYTHING
    if not actor.leads:
        return Q(pk__in=[])
    held = filter_in_force(actor.on) | Q(received_on__gt=actor.on)
    return Q(Exists(Stint.objects.filter(held & match_led_units(actor, "unit"), person=OuterRef(person_field))))


def match_people_of(units: QuerySet[Unit] | list[Unit], on: date, person_field: str) -> Q:
    """Match rows of people who stand on a day in one of these units or below."""
    under = Q(pk__in=[])
    for unit in units:
        under |= Q(unit__path__startswith=unit.path)
    held = filter_in_force(on) | Q(received_on__gt=on)
    return Q(Exists(Stint.objects.filter(held & under, person=OuterRef(person_field))))


def list_homes(person: Person, on: date) -> list[Unit]:
    """List the units somebody stands in on a day, the party line first."""
    stints = person.stints.filter(filter_in_force(on)).select_related("unit").order_by(F("from_on").desc(), "pk")
    return sorted((stint.unit for stint in stints), key=lambda unit: unit.line != Line.PARTY)


def list_above(units: list[Unit]) -> set[int]:
    """List the ids of these units and of all above them."""
    return {int(part) for unit in units for part in unit.path.split("/") if part}
