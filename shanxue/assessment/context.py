"""Who is reading and where they may go: for the frame around every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from shanxue.orgs.actors import get_actor
from shanxue.orgs.models import Grant
from shanxue.orgs.queries import Actor, list_granted_units


@dataclass(frozen=True)
class Link:
    href: str
    text: str
    icon: str


def describe_actor(request: HttpRequest) -> dict[str, Any]:
    """Give every template the actor and the links of the main navigation."""
    actor = get_actor(request)
    return {"actor": actor, "nav_links": list_links(actor) if actor else []}


def list_links(actor: Actor) -> list[Link]:
    """List where this actor's powers lead, at most five so that a phone's foot holds them."""
    links = []
    if actor.reads_bureau:
        links.append(Link(reverse("assessment:board"), _("看板"), "board"))
    elif actor.reads_others:
        links += [
            Link(reverse("assessment:unit", args=[unit.pk]), _("本支部"), "board")
            for unit in list_granted_units(actor, [Grant.Power.SECRETARY])[:1]
        ]
    if actor.reads_own:
        links.append(Link(reverse("assessment:mine"), _("我的成绩"), "score"))
    if actor.reads_others:
        links.append(Link(reverse("assessment:people"), _("找人"), "people"))
    if actor.reads_bureau:
        links.append(Link(reverse("assessment:lists"), _("名单"), "lists"))
    if actor.bureau:
        links.append(Link(reverse("assessment:schemes"), _("细则"), "rules"))
    return links
