"""What the assessment puts before a leader, as rows: appeals that wait too long. No row names anybody."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.base.lights import Due, Light
from shanxue.orgs.queries import Actor

from .queries.results import scope_appeals
from .rules.appeals import AppealState

APPEAL_TERM = timedelta(days=15)  # where no scheme says otherwise


def list_matters(actor: Actor, now: datetime) -> list[Due]:
    """One row for all appeals over their term. One query."""
    waiting = scope_appeals(actor).filter(state=AppealState.ASKED, asked_at__lt=now - APPEAL_TERM)
    asked = sorted(waiting.values_list("asked_at", flat=True))
    if not asked:
        return []
    days = (timezone.localdate(now) - timezone.localdate(asked[0])).days
    words = {"count": len(asked), "days": days}
    return [
        Due(
            key="appeals-over-term",
            kind="申诉",
            title=_("%(count)d 件申诉超过期限还没有答复") % words,
            href=reverse("assessment:appeals"),
            light=Light.LATE,
            state=_("最早的一件已等 %(days)d 天") % words,
        )
    ]
