"""Counting a branch's ballots into votes that schemes read, and the 评定意见 that follow (rules 2.6, K33, K34)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.queries import Actor, demand_leading
from shanxue.orgs.rules import PartyStatus

from ..models import Evaluation, EvaluationMember, Event, Urn
from ..queries import ballots as queries
from ..rules.ballots import (
    BEST,
    GRADES,
    Means,
    Sheets,
    Stage,
    Tally,
    check_best,
    check_decision,
    check_sheets,
    check_votes,
    count_slips,
    digest_slips,
)
from .ballots import check_cast, find_for_writing, record_evaluation

MILLI = 1000


@transaction.atomic
def count_urn(actor: Actor, evaluation_id: int, *, tellers: str, at: datetime) -> Evaluation:
    """End a ballot by phone and count it: votes become events, codes are deleted, the urn stays for a recount."""
    evaluation = find_for_writing(actor, evaluation_id)
    _demand_voting(evaluation, Means.PHONE)
    check_cast(evaluation)
    urn = Urn.objects.select_for_update().get(evaluation=evaluation)
    turnout = queries.count_turnout(evaluation)
    sheets = Sheets(turnout.due, turnout.given, turnout.cast, turnout.cast)
    evaluation.slips_sha256 = digest_slips(urn.slips)
    _finish_count(actor, evaluation, sheets, count_slips(urn.slips), tellers, at)
    evaluation.codes.all().delete()
    return evaluation


@transaction.atomic
def count_paper(
    actor: Actor, evaluation_id: int, *, returned: int, valid: int, votes: Mapping[tuple[str, int], Mapping[str, int]],
    tellers: str, at: datetime,
) -> Evaluation:  # fmt: skip
    """Enter the count of paper ballots. 应发 and 实发 are known already: who is listed, and who took one.

    ``votes``: (rater group, person) → grade → count. Raises ``sheets_do_not_fit``, ``too_many_votes``.
    """
    evaluation = find_for_writing(actor, evaluation_id)
    _demand_voting(evaluation, Means.PAPER)
    turnout = queries.count_turnout(evaluation)
    sheets = Sheets(turnout.due, turnout.given, returned, valid)
    check_sheets(sheets)
    names = {row.person_id: row.person.name for row in queries.list_rated(evaluation)}
    given = Counter(evaluation.members.filter(has_ballot=True).values_list("level", flat=True))
    for (level, person), counts in votes.items():
        if person not in names:
            raise Refusal("not_rated", "票数里有不参加评定等次的人。请重新打开计票页。")
        check_votes(names[person], counts, min(valid, given[level]))
    together: Counter[int] = Counter()
    for (_level, person), counts in votes.items():
        together[person] += sum(counts.values())
    for person, total in together.items():
        check_votes(names[person], {BEST: total}, valid)
    tally = {key: Counter(counts) for key, counts in votes.items()}
    _finish_count(actor, evaluation, sheets, tally, tellers, at)
    return evaluation


def _demand_voting(evaluation: Evaluation, means: Means) -> None:
    if evaluation.stage != Stage.VOTING:
        said = "票还没有发，不能计票。" if evaluation.stage == Stage.WRITING else "这次投票已经计过票，结果不能再改。"
        raise Refusal("wrong_stage", said, status=409)
    if evaluation.means != means:
        raise Refusal("wrong_means", f"这次用的是{evaluation.means}，请从评议页进入计票。", status=409)


def _finish_count(
    actor: Actor, evaluation: Evaluation, sheets: Sheets, tally: Tally, tellers: str, at: datetime
) -> None:
    if not tellers.strip():
        raise Refusal("no_tellers", "请写监票人和计票人的姓名。")
    evaluation.stage, evaluation.tellers = Stage.COUNTED, tellers.strip()[:64]
    evaluation.due_count, evaluation.given_count = sheets.due, sheets.given
    evaluation.returned_count, evaluation.valid_count = sheets.returned, sheets.valid
    evaluation.counted_at, evaluation.counted_by = at, str(actor.user)[:64]
    queries.demand_clear_votes(evaluation)
    imported = queries.list_imported_votes(evaluation)
    kinds = sorted({event.kind for known in imported.values() for event in known.values()})
    evaluation.vote_kind = kinds[0] if kinds else evaluation.vote_kind  # as the file said, which may come again
    evaluation.save()
    _write_votes(evaluation, tally)
    detail: dict[str, object] = {"returned": sheets.returned, "valid": sheets.valid}
    if evaluation.slips_sha256:
        detail["slips_sha256"] = evaluation.slips_sha256
    record_evaluation(actor, evaluation, at, "count_ballots", detail)


def _write_votes(evaluation: Evaluation, tally: Tally) -> None:
    """Write votes as the events schemes count. What a spreadsheet brought already is taken over, never doubled."""
    imported = queries.list_imported_votes(evaluation)
    names = {row.person_id: row.person.name for row in queries.list_rated(evaluation)}
    new, source = [], queries.name_source(evaluation)
    for (level, person), votes in tally.items():
        known = imported.get((level, person), {})
        for grade in GRADES:
            event = known.get(grade)
            if event is not None:
                event.level, event.on = level, event.on or evaluation.meets_on  # undated it would count in any year
                _take_over(event, names[person], votes[grade], source)
            else:
                new.append(
                    Event(
                        bureau=evaluation.bureau,
                        person_id=person,
                        kind=evaluation.vote_kind,
                        on=evaluation.meets_on,
                        level=level,
                        mark=grade,
                        quantity_milli=votes[grade] * MILLI,
                        source=source,
                    )
                )
    Event.objects.bulk_create(new)


def _take_over(event: Event, name: str, count: int, source: str) -> None:
    held = (event.quantity_milli or 0) // MILLI
    if held != count:
        raise Refusal(
            "votes_differ",
            f"{name}的测评票已从表格导入，{event.mark} {held} 票，与这里的 {count} 票不同。请先核对是哪一个，再计票。",
        )
    event.source = source  # from now on its file is not taken back (intake/taken.py)
    event.save(update_fields=["source", "level", "on"])


@dataclass(frozen=True)
class Opinion:
    """What 支委会 or 党员大会 concluded on one person."""

    grade: str
    conduct: str
    reason: str = ""


@transaction.atomic
def give_opinions(actor: Actor, evaluation_id: int, opinions: Mapping[int, Opinion], *, at: datetime) -> Evaluation:
    """Write 评定意见 by person: votes and daily conduct, a reason where it departs, at most a third 优秀.

    Raises ``own_case``, ``decided_before``, ``no_grade``, ``no_conduct``, ``no_reason`` and ``too_many_best``. When
    the last one is written, the evaluation is settled and everybody reads their own.
    """
    evaluation = find_for_writing(actor, evaluation_id)
    demand_leading(actor, evaluation.unit)
    if evaluation.stage != Stage.COUNTED:
        said = "还没有计票，不能写评定意见。" if not evaluation.counted_at else "评定意见已经定下来，不能再改。"
        raise Refusal("wrong_stage", said, status=409)
    rated = {one.member.person_id: one for one in queries.list_standings(evaluation)}
    for person, opinion in opinions.items():
        if person not in rated:
            raise refuse_missing("这个人")
        _check_opinion(actor, evaluation, rated[person], opinion)
    members = [one.member for one in rated.values()]
    chosen = [opinions[one.person_id].grade if one.person_id in opinions else one.grade for one in members]
    check_best(chosen.count(BEST), sum(one.status == PartyStatus.FULL for one in members))
    for person, opinion in opinions.items():
        _write_opinion(actor, evaluation, rated[person].member, opinion, at)
    if all(chosen):
        evaluation.stage = Stage.DECIDED
        evaluation.save(update_fields=["stage"])
    record_evaluation(actor, evaluation, at, "give_opinions", {"people": sorted(opinions), "settled": all(chosen)})
    return evaluation


def _check_opinion(actor: Actor, evaluation: Evaluation, rated: queries.Rated, opinion: Opinion) -> None:
    member = rated.member
    if not queries.may_decide(actor, evaluation, member):
        raise Refusal("own_case", "不能评定本人。本人的评定意见请由学习办公室登记。", status=403)
    if member.grade:
        raise Refusal("decided_before", f"{member.person.name}的评定意见已经登记，不能再改。", status=409)
    check_decision(member.person.name, opinion.grade, rated.suggested, opinion.conduct, opinion.reason)


def _write_opinion(
    actor: Actor, evaluation: Evaluation, member: EvaluationMember, opinion: Opinion, at: datetime
) -> None:
    member.grade, member.conduct = opinion.grade, opinion.conduct.strip()[:500]
    member.reason, member.decided_at, member.decided_by = opinion.reason.strip()[:300], at, str(actor.user)[:64]
    member.save(update_fields=["grade", "conduct", "reason", "decided_at", "decided_by"])
    Event.objects.create(
        bureau=evaluation.bureau, person=member.person, kind=queries.OPINION_KIND,
        on=evaluation.meets_on, mark=opinion.grade, quantity_milli=MILLI, by=f"{evaluation.unit.name}"[:64],
        reason=member.reason[:200], source=f"{queries.name_source(evaluation)}-opinion",
    )  # fmt: skip
