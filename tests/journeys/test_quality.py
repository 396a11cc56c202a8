"""What every page owes everybody: it fits, it can be hit, read aloud, reached by keys, printed (issue 3, “Quality”).

The list of pages is the rooms' own access tables, so a new page is walked as soon as it exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.house import House
from tests.web.test_access import OPEN_TO, POST_ONLY, TABLES

from .conftest import DESK, PHONE, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROLES = ("member", "secretary", "office", "leader", "inspector", "system", "security", "auditor")
OF_EVERY_ROLE = ("home:home", "home:more")  # they differ by who reads
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


class Stop(NamedTuple):
    """One page of the walk. ``template`` is what it is drawn with: two addresses of one form need one axe."""

    role: str
    name: str
    path: str
    template: str


Walk = list[Stop]


@pytest.fixture
def addresses(house: House) -> dict[str, str]:
    """The address of every page of the tables, with the rows that it shows."""
    arguments: dict[str, list[object]] = {}
    for table in TABLES:
        arguments |= table.make(house)
    return {name: reverse(name, args=arguments.get(name, [])) for name in OPEN_TO}


@pytest.fixture
def walk(house: House, addresses: dict[str, str]) -> Walk:
    """Each page once, by the first role that opens it; only what answers with a page of its own."""
    return list(share_out(house, addresses))


def share_out(house: House, addresses: dict[str, str]) -> Iterator[Stop]:
    clients = {role: Client() for role in ROLES}
    for role, client in clients.items():
        client.force_login(house.users[role], backend="django.contrib.auth.backends.ModelBackend")
    for name, may_open in OPEN_TO.items():
        readers = [role for role in ROLES if role in may_open and name not in POST_ONLY]
        path = addresses[name]
        for role in readers if name in OF_EVERY_ROLE else readers[:1]:
            answer = clients[role].get(path)
            if (
                answer.status_code == 200 and not answer.streaming and answer.content.startswith(b"<!doctype html>")
            ):  # no file, no fragment
                yield Stop(role, name, path, str(answer.templates[0].name))


SMALL_TARGETS = """() => {
  const least = (one) => one.matches('.btn-primary, .due-row, .site-nav a') ? 44 : 24;
  return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter(one => one.offsetParent && !one.closest('p, .skip, .visually-hidden, [aria-hidden=true]'))
    .map(one => one.matches('input[type=radio], input[type=checkbox]') && one.labels[0] ? one.labels[0] : one)
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width + 0.5 < 24 || box.height + 0.5 < least(one))
    .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${Math.round(box.width)}x${Math.round(box.height)}`);
}"""


def check_layout(page: Page, width: int) -> list[str]:
    """Nothing wider than the screen (1.4.10); targets of 24 px, ours of 44 for what a page is for (2.5.8)."""
    scroll_width = page.evaluate("document.documentElement.scrollWidth")
    wide = [f"{scroll_width} px wide"] if scroll_width > width else []
    return wide + page.evaluate(SMALL_TARGETS)


def check_by_axe(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{fault['id']}: {[node['html'][:120] for node in fault['nodes'][:3]]}" for fault in found]


def walk_pages(walk: Walk, open_page: OpenPage) -> str:
    """Open each page once, on a phone and then drawn as wide as a desk, and tell what was found, a line each."""
    pages: dict[str, Page] = {}
    findings = []
    seen: set[tuple[str, str]] = set()
    for stop in walk:
        page = pages.get(stop.role) or pages.setdefault(stop.role, open_page(stop.role, PHONE, "/about/feedback/"))
        page.goto(stop.path)
        found = check_layout(page, PHONE)
        kind = (stop.template, stop.role if stop.name in OF_EVERY_ROLE else "")
        if kind not in seen:
            found += check_by_axe(page)
        seen.add(kind)
        page.set_viewport_size({"width": DESK, "height": 844})
        found += check_layout(page, DESK)
        page.set_viewport_size({"width": PHONE, "height": 844})
        findings += [f"{stop.name} ({stop.role}): {fault}" for fault in found]
    return "\n".join(findings)


def test_every_page_fits_a_phone_and_a_desk_and_passes_axe(walk: Walk, open_page: OpenPage) -> None:
    """WCAG 2.2 AA by axe-core; 1.4.10 no scrolling sideways at 390 and 1280 px; 2.5.8 target size."""
    assert {stop.role for stop in walk} == set(ROLES)
    findings = walk_pages(walk, open_page)
    assert not findings, findings


FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getClientRects()[0] || one.getBoundingClientRect();
  const bar = document.querySelector('.site-nav');
  const look = getComputedStyle(one);
  const inside = bar && bar.contains(one);
  const onTop = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height, 40) / 2);
  return {
    what: one.outerHTML.slice(0, 90),
    seen: box.bottom > 0 && box.top < innerHeight,
    free: inside || one === onTop || one.contains(onTop) || onTop.contains(one),
    marked: one.matches('[type=date], [type=time]') || // the browser marks the part inside
      look.outlineStyle !== 'none' || look.boxShadow !== 'none',
    last: inside && one.closest('li') === bar.querySelector('li:last-child'),
  };
}"""
MOST_STOPS = 80


def follow_focus(page: Page) -> list[str]:
    """Press Tab through a page; list the stops that cannot be seen, lie under the bar, or show no focus."""
    page.bring_to_front()
    page.evaluate("scrollTo(0, 0)")
    faults = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            break
        faults += [f"{word}: {stop['what']}" for word in ("seen", "free", "marked") if not stop[word]]
    return faults


def test_what_has_the_focus_is_seen_above_the_bar_at_the_foot(addresses: dict[str, str], open_page: OpenPage) -> None:
    """WCAG 2.2 2.4.7 and 2.4.11: tabbing through the main pages of a phone, no stop lies under the fixed bar."""
    page = open_page("secretary", PHONE)
    faults = {}
    for name in ("home:home", "home:due", "activities:roll_call", "study:log", "assessment:mine"):
        page.goto(addresses[name])
        if found := follow_focus(page):
            faults[name] = found
    assert faults == {}


MAIN_PAGES = ("home:due", "home:more", "home:calendar", "assessment:mine")


def test_main_pages_fit_in_large_type(house: House, open_page: OpenPage) -> None:
    """适老化 2021: root size 20 px on a phone, and still nothing is wider than the screen or hard to hit."""
    house.users["member"].large_type = True
    house.users["member"].save(update_fields=["large_type"])
    page = open_page("member", PHONE)
    findings = {}
    for name in MAIN_PAGES:
        page.goto(reverse(name))
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
        findings[name] = check_layout(page, PHONE)
    assert findings == {name: [] for name in MAIN_PAGES}


def test_main_pages_print_without_the_frame(house: House, open_page: OpenPage) -> None:
    """ux A3: on paper no navigation; who printed it and when stands on top."""
    page = open_page("secretary", DESK)
    page.emulate_media(media="print")
    for name in (*MAIN_PAGES, "home:home"):
        page.goto(reverse(name))
        for part in (".site-nav", ".brand-bar", ".site-foot"):
            expect(page.locator(part)).to_be_hidden()
        expect(page.locator(".print-head")).to_contain_text("打印人 李四")


def test_signing_in_takes_a_pasted_password_and_asks_no_puzzle(house: House, open_page: OpenPage) -> None:
    """WCAG 2.2 3.3.8: paste and password managers work; nothing has to be remembered or solved besides."""
    page = open_page(None, PHONE, "/accounts/sign-in/")
    number, password = page.get_by_label("工号"), page.get_by_label("口令")
    expect(number).to_have_attribute("autocomplete", "username")
    expect(password).to_have_attribute("autocomplete", "current-password")
    number.fill("pasted-words")
    number.press("Control+a")
    number.press("Control+c")
    password.focus()
    page.keyboard.press("Control+v")
    expect(password).to_have_value("pasted-words")
    assert page.locator("input:visible").count() == 2
