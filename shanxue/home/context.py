"""Who is reading and where they may go: for the frame around every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest

from shanxue.orgs.actors import get_actor

from .pages import Entry, list_entries


@dataclass(frozen=True)
class Link:
    """One link of the navigation. ``current``: this very page, or the section it belongs to."""

    href: str
    entry: Entry
    current: Literal["page", "true", ""]


def describe_actor(request: HttpRequest) -> dict[str, Any]:
    """Give every template the actor and the links of the main navigation."""
    actor = get_actor(request)
    return {"actor": actor, "nav_links": mark_links(list_entries(actor), request.path) if actor else []}


def mark_links(entries: tuple[Entry, ...], path: str) -> list[Link]:
    """Pair each entry with its address; the longest address that leads to ``path`` is the current section."""
    hrefs = [(entry.href, entry) for entry in entries]
    inside = [href for href, _ in hrefs if href == path or (href != "/" and path.startswith(href))]
    nearest = max(inside, key=len, default=None)
    return [Link(href, entry, _tell_current(href, nearest, path)) for href, entry in hrefs]


def _tell_current(href: str, nearest: str | None, path: str) -> Literal["page", "true", ""]:
    if href != nearest:
        return ""
    return "page" if href == path else "true"
