"""Who may do what in this room."""

from __future__ import annotations

from shanxue.base.errors import Refusal
from shanxue.orgs.models import Person
from shanxue.orgs.queries import Actor, demand_power


def demand_office(actor: Actor) -> None:
    """The office of the whole bureau keeps money, the shelf and the places."""
    if not actor.keeps_whole_office:
        raise Refusal("not_office", "这件事由学习办公室办理。需要时请联系学习办公室。", status=403)


def demand_money_reader(actor: Actor) -> None:
    """Money is read by the office, leaders and inspectors; receipts too."""
    demand_power(actor.reads_bureau)


def demand_visitor(actor: Actor) -> None:
    """The shelf and the places are open to everybody who studies or reads."""
    demand_power(actor.reads_own or actor.reads_others)


def demand_person(actor: Actor) -> Person:
    """Give the actor's own person row, for what one does for oneself."""
    demand_power(actor.reads_own)
    assert actor.person is not None
    return actor.person
