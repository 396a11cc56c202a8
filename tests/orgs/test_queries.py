"""Which rows an actor may see: the list and the check are one query."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Q

from shanxue.base.errors import Refusal
from shanxue.orgs.models import Grant, Stint, Unit
from shanxue.orgs.queries import (
    Actor,
    find_actor,
    find_person,
    match_granted_units,
    scope_people,
    scope_units,
    search_people,
)
from tests.house import House, add_unit

pytestmark = pytest.mark.django_db

TODAY = date(2026, 1, 6)


def act(house: House, key: str, on: date = TODAY) -> Actor:
    return find_actor(house.users[key], on)


def name_people(actor: Actor) -> list[str]:
    return [person.name for person in scope_people(actor).order_by("staff_no")]


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("member", ["张三"]),
        ("secretary", ["张三", "李四"]),
        ("head", ["张三", "王五"]),
        ("office", ["张三", "李四", "王五", "赵六"]),
        ("leader", ["张三", "李四", "王五", "赵六"]),
        ("inspector", ["张三", "李四", "王五", "赵六"]),
        ("system", []),
        ("security", []),
        ("auditor", []),
    ],
)
def test_scope_people_by_role(house: House, key: str, names: list[str]) -> None:
    assert name_people(act(house, key)) == names


def test_scope_units_reaches_below_the_granted_unit_only(house: House) -> None:
    from shanxue.orgs.rules import UnitKind

    add_unit(house, "第一支部第一小组", UnitKind.GROUP, "第一支部")
    names = scope_units(act(house, "secretary")).order_by("code").values_list("name", flat=True)
    assert list(names) == ["第一支部", "第一支部第一小组"]


def test_a_path_that_begins_alike_is_another_unit(house: House) -> None:
    """Paths end each id with a slash: a grant on 3/ never reaches 31/."""
    house.units["第二支部"].path = house.units["第一支部"].path.rstrip("/") + "1/"
    house.units["第二支部"].save()
    assert name_people(act(house, "secretary")) == ["张三", "李四"]


def test_grants_hold_from_the_first_day_until_the_open_end(house: House) -> None:
    Grant.objects.filter(user=house.users["secretary"]).update(from_on=date(2026, 1, 1), until_on=date(2026, 1, 6))
    assert name_people(act(house, "secretary", date(2025, 12, 31))) == []
    assert name_people(act(house, "secretary", date(2026, 1, 1))) == ["张三", "李四"]
    assert name_people(act(house, "secretary", date(2026, 1, 6))) == []


def test_the_former_branch_answers_until_the_next_one_has_received(house: House) -> None:
    """条例第25条: whoever moved stays with the former unit until received."""
    stint = Stint.objects.get(person=house.people["张三"], unit=house.units["第一支部"])
    stint.until_on, stint.received_on = date(2026, 1, 1), date(2026, 1, 20)
    stint.save()
    assert name_people(act(house, "secretary", date(2026, 1, 19))) == ["张三", "李四"]
    assert name_people(act(house, "secretary", date(2026, 1, 20))) == ["李四"]


def test_find_person_refuses_whom_the_list_leaves_out(house: House) -> None:
    assert find_person(act(house, "secretary"), house.people["张三"].pk).name == "张三"
    with pytest.raises(Refusal) as refused:
        find_person(act(house, "secretary"), house.people["王五"].pk)
    assert (refused.value.code, refused.value.status) == ("not_found", 404)


def test_search_people_stays_within_the_scope(house: House) -> None:
    assert [person.name for person in search_people(act(house, "office"), "10", 10)] == ["张三", "李四", "王五", "赵六"]
    assert [person.name for person in search_people(act(house, "secretary"), "五", 10)] == []
    assert [person.name for person in search_people(act(house, "office"), "五", 10)] == ["王五"]


def test_a_grant_over_the_whole_bureau_is_not_narrowed_by_an_or(house: House) -> None:
    """Everything or something is everything."""
    found = Unit.objects.filter(match_granted_units(act(house, "inspector"), "") | Q(name="第一支部"))
    assert found.count() == len(house.units)
