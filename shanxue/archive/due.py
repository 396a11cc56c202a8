"""What this room asks of a unit: to explain a doubt about one of its records."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Person, Unit

from .inspecting import list_open_doubts

KIND = "疑点"


def list_for_person(person: Person, now: datetime) -> list[Due]:  # noqa: ARG001
    """Nobody is asked as a person: units explain."""
    return []


def list_for_unit(unit: Unit, now: datetime) -> list[Due]:  # noqa: ARG001 - the shape all rooms share
    return [
        Due(
            key=f"doubt-{one.pk}",
            kind=KIND,
            title=one.title,
            href=reverse("archive:doubt", args=[one.pk]),
            light=Light.NEAR,
            state=_("%(who)s：%(text)s") % {"who": one.actor, "text": one.text},
        )
        for one in list_open_doubts(unit)
    ]
