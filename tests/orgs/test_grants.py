"""Giving and ending powers."""

from __future__ import annotations

from datetime import date

import pytest

from shanxue.audit.queries import verify_chain
from shanxue.base.errors import Refusal
from shanxue.orgs.actions import end_grant, grant_power
from shanxue.orgs.models import Grant
from shanxue.orgs.queries import find_actor
from tests.house import AT, House

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 1)


@pytest.mark.parametrize(("key", "power"), [("office", "system"), ("system", "office"), ("system", "auditor")])
def test_administrators_powers_stay_apart(house: House, key: str, power: str) -> None:
    """三员分立: an administrator holds one of the three powers and none that reads results."""
    with pytest.raises(Refusal) as refused:
        grant_power(
            house.users[key], bureau=house.bureau, power=Grant.Power(power), unit=None, from_on=DAY, actor="x", at=AT
        )
    assert refused.value.code == "powers_apart"


def test_a_second_branch_may_be_granted(house: House) -> None:
    grant_power(
        house.users["secretary"], bureau=house.bureau, power=Grant.Power.SECRETARY, unit=house.units["第二支部"],
        from_on=DAY, actor="office", at=AT,
    )  # fmt: skip
    actor = find_actor(house.users["secretary"], DAY)
    assert [grant.unit.name for grant in actor.grants if grant.unit] == ["第一支部", "第二支部"]


def test_an_ended_grant_no_longer_holds_and_is_on_the_trail(house: House) -> None:
    grant = house.users["office"].grants.get()
    end_grant(grant, until_on=DAY, actor="system", at=AT)
    assert find_actor(house.users["office"], DAY).reads_others is False
    assert verify_chain("yc").entries == 1
