"""Names of the built files: ``make assets`` gives each its content's hash, so that a browser may keep it for good."""

from __future__ import annotations

import json
from functools import cache

from django.contrib.staticfiles import finders
from django.templatetags.static import static


@cache
def _read_names() -> dict[str, str]:
    found = finders.find("vendor/files.json")
    if not found:
        return {}  # assets are not built: pages work, plainly
    with open(found, encoding="utf-8") as file:
        names: dict[str, str] = json.load(file)
    return names


def find_asset(name: str) -> str:
    """Give the address of a built file by its plain name (``site.css``)."""
    return static(f"vendor/{_read_names().get(name, name)}")
