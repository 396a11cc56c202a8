"""What the assessment puts before a leader, as rows: appeals over their term, steps past their day. Nobody is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.base.lights import Due, Light
from shanxue.orgs.queries import Actor
from shanxue.plans.queries.workdays import read_calendar

from .due import list_for_office
from .models import Appeal
from .queries.proceedings import find_answer_day
from .queries.results import scope_appeals
from .rules.appeals import AppealState

TERM = timedelta(days=15)  # after which an appeal is brought up whose scheme names no term; the row says so


def list_matters(actor: Actor, now: datetime) -> list[Due]:
    late_steps = [row for row in list_for_office(actor, now) if row.key.startswith("step-") and row.light == Light.LATE]
    return [*_list_appeals(actor, timezone.localdate(now)), *late_steps]


def _list_appeals(actor: Actor, today: date) -> Iterator[Due]:
    """One row for all appeals over the term of their scheme (K61). Two queries, however many appeals wait."""
    waiting = scope_appeals(actor).filter(state=AppealState.ASKED).select_related("result__run__scheme")
    found = list(waiting.order_by("asked_at"))
    late = list(_pick_late(actor, found, today)) if found else []
    if late:
        words = {"count": len(late), "days": (today - timezone.localdate(late[0][0].asked_at)).days}
        state = _("最早的一件已等 %(days)d 天") % words
        if any(last is None for _appeal, last in late):
            state += _("；细则没有写期限的，满 %(days)d 天提醒") % {"days": TERM.days}
        yield Due(
            key="appeals-over-term",
            kind="申诉",
            title=_("%(count)d 件申诉超过期限还没有答复") % words,
            href=reverse("assessment:appeals"),
            light=Light.LATE,
            state=state,
        )


def _pick_late(actor: Actor, appeals: list[Appeal], today: date) -> Iterator[tuple[Appeal, date | None]]:
    """Pick the appeals over their term, each with the term's last day; None: the scheme names none."""
    assert actor.bureau is not None
    calendar = read_calendar(actor.bureau)
    for appeal in appeals:
        last = find_answer_day(appeal, calendar)
        if today > (last or timezone.localdate(appeal.asked_at) + TERM):
            yield appeal, last
