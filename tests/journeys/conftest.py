"""A real browser (Debian's Chromium) on a real server, with the built assets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.house import PASSWORD, House, build_house

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE, DESK = 390, 1280

OpenPage = Callable[..., Page]
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this thread; our code never does
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def house(transactional_db: None) -> House:
    return build_house()


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, house: House) -> Iterator[OpenPage]:
    """Open a page at a width, signed in as one of the house's users through the form; faults in the console fail."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_signed_in(key: str | None, width: int, path: str = "/", *, script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            locale="zh-CN",
            base_url=live_server.url,
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        if key is not None:
            page.goto("/accounts/sign-in/")
            page.get_by_label("工号").fill(f"u-{key}")
            page.get_by_label("口令").fill(PASSWORD)
            page.get_by_role("button", name="登录").click()
            page.wait_for_url(lambda address: "sign-in" not in address)
        if key is None or path != "/":
            page.goto(path)
        return page

    yield open_signed_in
    for context in contexts:
        context.close()
    assert faults == []
