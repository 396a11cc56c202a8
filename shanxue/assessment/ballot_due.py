"""What a 民主评议 asks of a member and of the branch's secretary, as rows of what is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanxue.activities.rules.sessions import describe_days
from shanxue.base.lights import Due, Light
from shanxue.orgs.models import Person, Unit

from .models import Evaluation, EvaluationMember
from .queries.ballots import list_open_for
from .rules.ballots import Means, Stage

KIND = "评议"


def list_for_person(person: Person, now: datetime) -> list[Due]:
    """自评 to write, a vote that is open, an opinion to read. Whether somebody voted is not known here either."""
    today = timezone.localdate(now)
    return [due for row in list_open_for(person.pk, today) for due in _list_own(row, today)]


def _list_own(row: EvaluationMember, today: date) -> Iterator[Due]:
    evaluation = row.evaluation
    if evaluation.stage == Stage.WRITING and row.rated and not row.self_text:
        light, state = describe_days(evaluation.written_until_on, today)
        href = reverse("assessment:evaluation_self", args=[evaluation.pk])
        yield Due(
            f"evaluation-{evaluation.pk}-self", KIND, _("写个人自评"), href, light, state,
            on=evaluation.written_until_on,
        )  # fmt: skip
    if evaluation.stage == Stage.VOTING:
        state = _describe_vote(row)
        yield _build(evaluation, "vote", _("%(year)s年民主测评投票"), Light.NEAR, state)
    if evaluation.stage == Stage.DECIDED and row.grade and row.seen_on is None:
        yield _build(
            evaluation, "opinion", _("%(year)s年民主评议的评定意见"), Light.NEAR, _("评定意见已出，请看一看")
        )  # fmt: skip


def _describe_vote(row: EvaluationMember) -> str:
    if not row.has_ballot:
        return _("请向书记领票")
    if row.evaluation.means == Means.PHONE:
        return _("领票已登记，计票以前都可以投")
    return _("领票已登记，请填好投进票箱")


def list_for_unit(unit: Unit, now: datetime) -> list[Due]:
    """The next step of the unit's evaluation, for its secretary."""
    today = timezone.localdate(now)
    found = Evaluation.objects.filter(unit=unit).exclude(stage=Stage.DECIDED).order_by("year")
    return [_show_step(one, today) for one in found]


def _show_step(evaluation: Evaluation, today: date) -> Due:
    if evaluation.stage == Stage.WRITING:
        light, state = describe_days(evaluation.meets_on, today)
        title = _("%(year)s年民主评议：登记领票，开始投票")
        return _build(evaluation, "step", title, light, state, on=evaluation.meets_on)
    if evaluation.stage == Stage.VOTING:
        return _build(evaluation, "step", _("%(year)s年民主评议：结束投票，计票"), Light.NEAR, _("正在投票"))
    return _build(evaluation, "step", _("%(year)s年民主评议：写评定意见"), Light.NEAR, _("已经计票"))


def _build(evaluation: Evaluation, part: str, title: str, light: Light, state: str, *, on: date | None = None) -> Due:
    return Due(
        f"evaluation-{evaluation.pk}-{part}", KIND, title % {"year": evaluation.year},
        reverse("assessment:evaluation", args=[evaluation.pk]), light, state, on=on,
    )  # fmt: skip
