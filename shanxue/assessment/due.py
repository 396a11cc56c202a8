"""What the year's assessment asks: a branch to check, a member to look during the 公示, the office to go on."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor
from shanxue.orgs.rules import Line
from shanxue.plans.queries.workdays import read_calendar
from shanxue.plans.rules.calendar import write_short

from .models import Objection, Proceeding, Result
from .queries.proceedings import find_answer_day, list_appeals, match_checked, scope_proceedings
from .rules.appeals import AppealState
from .rules.proceedings import PUBLISHED, STEPS, Step

KIND = "考核"
NEAR_DAYS = 3


def _light(last: date | None, today: date) -> Light:
    if last is None:
        return Light.NEAR
    if today > last:
        return Light.LATE
    return Light.NEAR if (last - today).days <= NEAR_DAYS else Light.FINE


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """While a result of theirs is public: look at it, and until when one may appeal."""
    today = timezone.localdate(now)
    found = Proceeding.objects.filter(
        bureau=person.bureau_id, stage__in=PUBLISHED, appeal_until_on__gte=today,
        parts__frozen_run__results__person=person,
    ).distinct()  # fmt: skip
    return [
        Due(
            key=f"publicity-{one.pk}",
            kind=KIND,
            title=_("看%(title)s的公示和本人的结果") % {"title": one.title},
            href=reverse("assessment:mine"),
            light=_light(one.appeal_until_on, today),
            state=_("有意见的可申诉到%(day)s") % {"day": write_short(one.appeal_until_on)},
            on=one.appeal_until_on,
        )
        for one in found
        if one.appeal_until_on
    ]


def list_for_unit(unit: Unit, now: datetime) -> list[Due]:
    """While units check: how many of this one's people are not confirmed, and whether its own result is."""
    today = timezone.localdate(now)
    rows = []
    for one in Proceeding.objects.filter(bureau=unit.bureau_id, stage=Step.CHECK):
        results = Result.objects.filter(match_checked(unit), run__frozen_for__proceeding=one, confirmation__isnull=True)
        waiting = results.aggregate(people=Count("person"), own=Count("unit"))
        if waiting["people"] or waiting["own"]:
            rows.append(
                Due(
                    key=f"check-{one.pk}-{unit.pk}",
                    kind=KIND,
                    title=_("核对%(unit)s的%(title)s结果") % {"unit": _name_own(unit), "title": one.title},
                    href=reverse("assessment:check", args=[one.pk, unit.pk]),
                    light=_light(one.check_until_on, today),
                    state=_say_waiting(waiting["people"], waiting["own"]),
                    on=one.check_until_on,
                )
            )
    return rows


def _name_own(unit: Unit) -> str:
    return _("本支部") if unit.line == Line.PARTY else _("本部门")


def _say_waiting(people: int, own: int) -> str:
    if not people:
        return _("本单位的结果还没有确认")
    if not own:
        return _("%(count)d 人还没有确认") % {"count": people}
    return _("%(count)d 人和本单位的结果还没有确认") % {"count": people}


def list_for_office(actor: Actor, now: datetime) -> list[Due]:
    """What waits for the office: the step at hand, objections, and appeals by the day they are to be answered."""
    today = timezone.localdate(now)
    rows = []
    for one in scope_proceedings(actor).exclude(stage=Step.ARCHIVE):
        last = {Step.CHECK: one.check_until_on, Step.PUBLICITY: one.publicity_until_on}.get(Step(one.stage))
        place = STEPS.index(Step(one.stage)) + 1
        rows.append(
            Due(
                key=f"step-{one.pk}",
                kind=KIND,
                title=_("%(title)s：%(step)s") % {"title": one.title, "step": one.stage},
                href=reverse("assessment:proceeding", args=[one.pk]),
                light=_light(last, today),
                state=_("第 %(place)d 步，共 %(count)d 步") % {"place": place, "count": len(STEPS)},
                on=last,
            )
        )
        rows += _list_waiting(one, today)
    return rows


def _list_waiting(proceeding: Proceeding, today: date) -> list[Due]:
    rows = []
    waiting = Objection.objects.filter(proceeding=proceeding, answered_at__isnull=True).count()
    if waiting:
        rows.append(
            Due(
                key=f"objections-{proceeding.pk}",
                kind=KIND,
                title=_("答复支部异议"),
                href=reverse("assessment:checks", args=[proceeding.pk]),
                light=_light(proceeding.check_until_on, today),
                state=_("%(count)d 条等答复") % {"count": waiting},
                on=proceeding.check_until_on,
            )
        )
    appeals = list_appeals(proceeding, AppealState.ASKED)
    if appeals:
        calendar = read_calendar(proceeding.bureau)
        days = [day for appeal in appeals if (day := find_answer_day(appeal, calendar))]
        last = min(days, default=None)
        rows.append(
            Due(
                key=f"appeals-{proceeding.pk}",
                kind=KIND,
                title=_("答复申诉"),
                href=reverse("assessment:appeals"),
                light=_light(last, today),
                state=_("%(count)d 条等答复") % {"count": len(appeals)},
                on=last,
            )
        )
    return rows
