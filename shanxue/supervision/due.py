"""What the rules expect of a person and of a unit, as rows; and a unit's obligations as lights (ux M1, S1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.base.lights import Due
from shanxue.orgs.models import Person, Unit
from shanxue.plans.rules.settling import Settled

from .models import Reminder
from .queries.duties import list_open_reminders, list_shown

KIND = "任务"


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """List what the rules ask of a person now: what is near, late or was reminded of."""
    return _list_due(person, now)


def list_for_unit(unit: Unit, now: datetime) -> list[Due]:
    """List what the rules ask of a unit now. A row per duty, whatever was said of it."""
    return _list_due(unit, now)


def _list_due(subject: Unit | Person, now: datetime) -> list[Due]:
    shown = [one for one in list_shown(subject, timezone.localdate(now)) if one.asks]
    reminders = list_open_reminders(subject) if shown else {}
    return [_show(one, reminders.get(one.duty.key)) for one in shown]


def _show(settled: Settled, reminder: Reminder | None) -> Due:
    state = settled.sentence
    if reminder is not None:
        state = _("%(state)s · %(who)s已提醒，请回复") % {"state": state, "who": reminder.actor}
    return Due(
        key=f"duty-{settled.duty.key}",
        kind=KIND,
        title=_name(settled),
        href=reverse("supervision:duty", args=[settled.duty.key]),
        light=settled.light,
        state=state,
        on=settled.last_on,
    )


def _name(settled: Settled) -> str:
    slot = settled.duty.slot
    return f"{slot.rule.obligation.title}（{slot.label}）"


def list_lights(unit: Unit, today: date) -> list[Due]:
    """List every obligation of a unit with its light and its next last day, the most pressing first (S1)."""
    return show_lights(list_shown(unit, today))


def show_lights(shown: Iterable[Settled]) -> list[Due]:
    return [_show(one, None) for one in shown]
