"""What this room puts before a person: the month's brief, for whoever asked for it (ux L3)."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Person

from .briefs import find_new_month


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """At the month's start, one row for whoever asked for the brief."""
    month = find_new_month(person.account, timezone.localdate(now)) if person.account else None
    if month is None:
        return []
    return [
        Due(
            key=f"brief-{month:%Y%m}",
            kind="简报",
            title=_("%(month)d 月学习情况简报") % {"month": month.month},
            href=reverse("home:briefs"),
            light=Light.NONE,
            state=_("可以下载"),
        )
    ]
