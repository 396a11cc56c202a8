"""Every address of the site against every role (DESIGN §8): the URL conf itself is the list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from tests.house import House

pytestmark = pytest.mark.django_db

ROOMS_WITH_PAGES = (
    "web", "accounts", "jobs", "orgs", "plans", "resources", "activities", "study", "exams", "supervision",
    "assessment", "bulletins", "archive", "home",
)  # fmt: skip
ROLES = (None, "member", "secretary", "head", "office", "leader", "inspector", "system", "security", "auditor")
# Each room says in its tests/<room>/access.py who is answered with a page or sent to one of their own (200 or 302
# within the site); everybody else is refused. ``make(house)`` gives the arguments of its addresses.
TABLES = [import_module(f"tests.{room}.access") for room in ROOMS_WITH_PAGES]
OPEN_TO: dict[str, set[str | None]] = {name: set(roles) for table in TABLES for name, roles in table.OPEN_TO.items()}
# Pages on which administrators see whose account it is; no result stands there
NAMES_ACCOUNTS = {name for table in TABLES for name in getattr(table, "NAMES_ACCOUNTS", ())}
POST_ONLY = {name for table in TABLES for name in getattr(table, "POST_ONLY", ())}


@pytest.fixture
def addresses(house: House) -> dict[str, str]:
    """Build what the pages show, and write the address of each page of the table."""
    arguments: dict[str, list[object]] = {}
    for table in TABLES:
        arguments |= table.make(house)
    return {name: reverse(name, args=arguments.get(name, [])) for name in OPEN_TO}


def list_names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from list_names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name}"


@cache
def name_page(path: str) -> str:
    return resolve(path).view_name


def list_links(answer: HttpResponse) -> set[str]:
    """The addresses that a page has links to."""
    text = "" if answer.streaming else answer.content.decode(errors="ignore")
    return set(re.findall(r'<a [^>]*href="(/[^"?#]*)', text))


def test_every_address_is_in_the_table() -> None:
    """A new page must say here who may open it."""
    names = {name for name in list_names(get_resolver().url_patterns) if not name.startswith("api-")}
    assert names - set(OPEN_TO) == set()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_exactly_its_pages(
    addresses: dict[str, str], visit: Callable[[str | None], Client], role: str | None
) -> None:
    """Open ones answer 200 or lead on; others send a visitor to the sign-in and refuse anybody else with 403 or 404.

    No page of theirs has a link to one that refuses them.
    """
    client = visit(role)
    opened = set()
    doubtful: dict[str, str] = {}  # links to kinds of pages that the role opens for some rows only, by where they stand
    for name, address in addresses.items():
        answer = client.get(address)
        sent_to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith(
            reverse("accounts:sign_in")
        )
        if answer.status_code in (200, 302) and not sent_to_sign_in:
            opened.add(name)
            doubtful |= {path: name for path in list_links(answer) if role and role not in OPEN_TO[name_page(path)]}
        elif role is not None and name not in POST_ONLY:
            assert answer.status_code in (403, 404), (name, answer.status_code)
    assert opened == {name for name, roles in OPEN_TO.items() if role in roles}
    dead = [(name, path) for path, name in doubtful.items() if client.get(path).status_code in (403, 404)]
    assert [(name, path) for name, path in dead if name_page(path) != "archive:chain"] == []  # a chain is its unit's


@pytest.mark.parametrize("role", ["system", "security", "auditor"])
def test_administrators_see_no_personal_result(
    house: House, addresses: dict[str, str], visit: Callable[[str | None], Client], role: str
) -> None:
    """三员分立: no page that an administrator can open names anybody who is assessed."""
    client = visit(role)
    for name, roles in OPEN_TO.items():
        if role in roles:
            text = client.get(addresses[name], follow=True).content.decode()
            if name not in NAMES_ACCOUNTS:
                assert [person for person in house.people if person in text] == []


def test_an_administrator_with_a_reading_power_still_sees_nothing(
    house: House, visit: Callable[[str | None], Client]
) -> None:
    """The powers exclude each other, even when somebody granted both by mistake."""
    from datetime import date

    from shanxue.orgs.models import Grant

    Grant.objects.create(user=house.users["system"], bureau=house.bureau, power="office", from_on=date(2025, 1, 1))
    assert visit("system").get(reverse("assessment:person", args=[house.people["张三"].pk])).status_code == 404


def test_secretary_is_refused_the_neighbours_in_the_same_words_as_what_does_not_exist(
    house: House, visit: Callable[[str | None], Client]
) -> None:
    client = visit("secretary")
    foreign = client.get(reverse("assessment:person", args=[house.people["王五"].pk]))
    absent = client.get(reverse("assessment:person", args=[10**6]))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.context["refusal"].sentence == absent.context["refusal"].sentence
