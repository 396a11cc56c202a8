"""民主评议 of the example bureau: last year's settled from its tellers' sheet, this year's open in one branch."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from django.utils import timezone

from shanxue.assessment.actions.ballots import hand_out, open_evaluation, write_remarks, write_self
from shanxue.assessment.actions.opinions import Opinion, count_paper, give_opinions
from shanxue.assessment.models import Evaluation, EvaluationMember
from shanxue.assessment.queries.ballots import list_imported_votes, list_standings
from shanxue.assessment.rules.ballots import BEST, GRADES, Means, limit_best
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor

from .days import move_to_workday

CONDUCT = (
    "按时参加集中学习，笔记认真，工作中肯担当。",
    "学习主动，能联系岗位实际，乐于帮助同志。",
    "遵守纪律，完成任务扎实，交流发言还可以更主动。",
)
SELF = (
    "一年来能按时参加支部学习，读完了推荐书目中的三本，结合岗位写了两篇笔记。"
    "不足是联系群众不够经常，明年准备每月下一次一线。"
)


def hold_evaluations(member: Actor, secretary: Actor, office: Actor, unit: Unit, at: datetime) -> None:
    """Settle last year's evaluation of the secretary's branch, and open this year's for its members to write."""
    today = timezone.localdate(at)
    settle_last_year(secretary, office, unit, date(today.year - 1, 12, 10), at)
    meets_on = move_to_workday(today + timedelta(days=12))
    evaluation = open_evaluation(
        secretary, unit, year=today.year, written_until_on=move_to_workday(today + timedelta(days=7)),
        meets_on=max(meets_on, move_to_workday(today + timedelta(days=7))), at=at,
    )  # fmt: skip
    write_self(secretary, evaluation.pk, SELF, at=at)
    if member.person is not None:
        write_remarks(secretary, evaluation.pk, {member.person.pk: "业务熟，学习上还可以更主动一些。"}, at=at)


def settle_last_year(secretary: Actor, office: Actor, unit: Unit, meets_on: date, at: datetime) -> Evaluation:
    """Last year's paper ballots: the counts the office's spreadsheet brought, and opinions that follow them."""
    evaluation = open_evaluation(
        secretary, unit, year=meets_on.year, written_until_on=meets_on, meets_on=meets_on, at=at
    )
    takers = list(evaluation.members.values_list("person_id", flat=True))
    hand_out(secretary, evaluation.pk, takers, Means.PAPER, at=at)
    imported = list_imported_votes(evaluation)
    votes = {
        key: Counter({grade: (event.quantity_milli or 0) // 1000 for grade, event in known.items()})
        for key, known in imported.items()
    }
    most = max((sum(one.values()) for one in votes.values()), default=0)
    evaluation = count_paper(
        secretary, evaluation.pk, returned=most, valid=most, votes=votes, tellers="支部推选的监票人、计票人", at=at
    )
    rated = list_standings(evaluation)
    best = sorted(rated, key=lambda one: (-one.votes[0], one.member.person.staff_no))[: limit_best(len(rated))]
    chosen = {one.member.pk for one in best if one.suggested == BEST}
    opinions = {
        one.member.person_id: _form_opinion(one.member, one.suggested, one.member.pk in chosen, number)
        for number, one in enumerate(rated)
    }
    own = secretary.person.pk if secretary.person else 0
    give_opinions(secretary, evaluation.pk, {key: one for key, one in opinions.items() if key != own}, at=at)
    return give_opinions(office, evaluation.pk, {key: one for key, one in opinions.items() if key == own}, at=at)


def _form_opinion(member: EvaluationMember, suggested: str, chosen: bool, number: int) -> Opinion:
    conduct = CONDUCT[(member.person_id + number) % len(CONDUCT)]
    if chosen:
        return Opinion(BEST, conduct)
    if suggested == BEST:
        return Opinion(GRADES[1], conduct, "优秀名额为正式党员的三分之一，按票数和日常表现综合研究。")
    return Opinion(suggested or GRADES[1], conduct)
