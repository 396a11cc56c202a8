"""待评分: items near the end of their stretch that a scorer has not given marks for, as rows."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Grant, Person
from shanxue.orgs.queries import Actor, find_actor

from .queries.scoring import SCORING_POWERS, Task, list_tasks
from .rules.scoring import is_asked

KIND = "评分"


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """What a person who scores for the office, or as a leader, has still to give."""
    scores = Grant.objects.filter(user__person=person, power__in=SCORING_POWERS).exists()
    if not scores or person.account is None:
        return []
    return list_matters(find_actor(person.account, timezone.localdate(now)), now)


def list_matters(actor: Actor, now: datetime) -> list[Due]:
    """One row per item in its season with somebody not scored. No row names anybody."""
    today = timezone.localdate(now)
    return [_build(task, now) for task in list_tasks(actor, today) if task.open and is_asked(task.term, today)]


def _build(task: Task, now: datetime) -> Due:
    last = task.term.last_on
    late = last < timezone.localdate(now)
    return Due(
        key=f"score-{task.shown.scheme.code}-{task.item.code}",
        kind=KIND,
        title=_("待评分：%(title)s") % {"title": task.item.title},
        href=reverse("assessment:score", args=[task.shown.scheme.code, task.item.code]),
        light=Light.LATE if late else Light.NEAR,
        state=_("还有 %(count)s 个没有评") % {"count": task.open},
        on=last,
    )
