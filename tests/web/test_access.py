"""Every address of the site against every role (DESIGN §8): the URL conf itself is the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from shanxue.assessment.models import Result
from tests.house import House

pytestmark = pytest.mark.django_db

ROLES = (None, "member", "secretary", "head", "office", "leader", "inspector", "system", "security", "auditor")
VISITOR, MEMBER, SECRETARY, HEAD = ROLES[:4]
READERS = {"secretary", "head", "office", "leader", "inspector"}
BUREAU = {"head", "office", "leader", "inspector"}  # head: a leader whose grant is one department
SIGNED_IN = set(ROLES[1:])
HAS_OWN = {"member", "secretary"}

# Who is answered with a page or sent to one of their own (200 or 302 within the site); everybody else is refused.
OPEN_TO = {
    "web:feedback": set(ROLES),
    "accounts:sign_in": set(ROLES),
    "accounts:large_type": set(),  # POST only
    "accounts:sign_out": set(),  # POST only
    "accounts:account": SIGNED_IN,
    "accounts:password": SIGNED_IN,
    "assessment:home": SIGNED_IN,
    "assessment:mine": HAS_OWN,
    "assessment:people": READERS,
    "assessment:person": {"member", "secretary", "head", "office", "leader", "inspector"},  # 张三
    "assessment:records": {"member", "secretary", "head", "office", "leader", "inspector"},  # 张三's
    "assessment:board": READERS,
    "assessment:unit": {"secretary", "office", "leader", "inspector"},  # 第一支部
    "assessment:lists": BUREAU,
    "assessment:schemes": SIGNED_IN,
    "assessment:scheme": SIGNED_IN,
    "assessment:trial": READERS,
}


def list_names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from list_names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name}"


def write_address(house: House, name: str) -> str:
    result = Result.objects.get(run=house.run, person=house.people["张三"])
    arguments: dict[str, list[object]] = {
        "assessment:person": [house.people["张三"].pk],
        "assessment:records": [result.pk, "A1"],
        "assessment:unit": [house.units["第一支部"].pk],
        "assessment:scheme": ["jiguan-2025"],
        "assessment:trial": ["jiguan-2025"],
    }
    return reverse(name, args=arguments.get(name, []))


def test_every_address_is_in_the_table() -> None:
    """A new page must say here who may open it."""
    names = {name for name in list_names(get_resolver().url_patterns) if not name.startswith("api-")}
    assert names - set(OPEN_TO) == set()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_exactly_its_pages(
    house: House, visit: Callable[[str | None], Client], role: str | None
) -> None:
    """Open ones answer 200 or lead on; others send a visitor to the sign-in and refuse anybody else with 403 or 404."""
    client = visit(role)
    opened = set()
    for name in OPEN_TO:
        address = write_address(house, name)
        answer = client.get(address)
        sent_to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith(
            reverse("accounts:sign_in")
        )
        if answer.status_code in (200, 302) and not sent_to_sign_in:
            opened.add(name)
        elif role is not None and name not in ("accounts:large_type", "accounts:sign_out"):
            assert answer.status_code in (403, 404), (name, answer.status_code)
    assert opened == {name for name, roles in OPEN_TO.items() if role in roles}


@pytest.mark.parametrize("role", ["system", "security", "auditor"])
def test_administrators_see_no_personal_result(house: House, visit: Callable[[str | None], Client], role: str) -> None:
    """三员分立: no page that an administrator can open names anybody who is assessed."""
    client = visit(role)
    for name, roles in OPEN_TO.items():
        if role in roles:
            text = client.get(write_address(house, name), follow=True).content.decode()
            assert [person for person in house.people if person in text] == []


def test_an_administrator_with_a_reading_power_still_sees_nothing(
    house: House, visit: Callable[[str | None], Client]
) -> None:
    """The powers exclude each other, even when somebody granted both by mistake."""
    from datetime import date

    from shanxue.orgs.models import Grant

    Grant.objects.create(user=house.users["system"], bureau=house.bureau, power="office", from_on=date(2025, 1, 1))
    assert visit("system").get(write_address(house, "assessment:person")).status_code == 404


def test_secretary_is_refused_the_neighbours_in_the_same_words_as_what_does_not_exist(
    house: House, visit: Callable[[str | None], Client]
) -> None:
    client = visit("secretary")
    foreign = client.get(reverse("assessment:person", args=[house.people["王五"].pk]))
    absent = client.get(reverse("assessment:person", args=[10**6]))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.context["refusal"].sentence == absent.context["refusal"].sentence
