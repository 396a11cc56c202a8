"""What supervision puts before a leader beside units that are late: rectifications past their day, a row per unit."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.base.days import name_day
from shanxue.base.lights import Due, Light
from shanxue.orgs.queries import Actor, match_granted_units

from .models import Rectification
from .rules.inspecting import ActionState, FindingState


def list_matters(actor: Actor, now: datetime) -> list[Due]:
    """One query. What was reported waits for a second look and is not the unit's delay."""
    today = timezone.localdate(now)
    late = Rectification.objects.filter(
        match_granted_units(actor, "unit"), unit__bureau=actor.bureau, due_on__lt=today,
        state__in=[ActionState.OPEN, ActionState.RETURNED], finding__state=FindingState.OPEN,
    )  # fmt: skip
    rows = late.values_list("unit_id", "unit__name").annotate(Count("pk"), Min("due_on")).order_by("unit__code")
    return [
        Due(
            key=f"rectification-{unit_id}",
            kind="整改",
            title=_("%(unit)s有 %(count)d 项整改过了期限") % {"unit": name, "count": count},
            href=reverse("supervision:findings"),
            light=Light.LATE,
            state=_("最早的期限是%(day)s") % {"day": name_day(first, today)},
            on=first,
        )
        for unit_id, name, count, first in rows
    ]
