"""民主评议 of a branch: opening, writing, handing ballots out, casting, counting, opinions (rules 2.6, K33, K34).

``cast_ballot`` is the one write of the house without an actor, a time and an audit entry: any of them would tie a
vote to somebody. What it rests on and what it does not protect from is written in docs/ballots.md.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from shanxue.activities.queries.arranging import list_standing
from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor, demand_leading
from shanxue.orgs.rules import PartyStatus

from ..models import BallotCode, Evaluation, EvaluationMember, EvaluationReading, EvaluationRemark, Urn
from ..queries import ballots as queries
from ..rules.ballots import (
    CODE_LENGTH,
    CODE_LETTERS,
    DELEGATES,
    GRADES,
    LEAST_VOTERS,
    MEMBERS,
    Means,
    Stage,
    cast_slips,
    check_group,
    check_quorum,
    show_code,
)

VOTING_STATUSES = (PartyStatus.FULL, PartyStatus.PROBATIONARY)
SPLIT = " ，,、;；\n\r\t"


@transaction.atomic
def open_evaluation(
    actor: Actor, unit: Unit, *, year: int, written_until_on: date, meets_on: date, delegates: str = "", at: datetime
) -> Evaluation:
    """Open a year's 民主评议 of a branch: its 正式党员 are rated, 预备党员 and delegates only vote.

    ``delegates`` are staff numbers of 群众代表. Raises ``bad_days``, ``no_members``, ``held_before``, ``no_delegate``.
    """
    demand_leading(actor, unit)
    demand_open_year(unit.bureau_id, date(year, 12, 31))
    if written_until_on > meets_on:
        raise Refusal("bad_days", "自评和互评应当在评议会以前写完。请把截止日期改到评议会当天或以前。")
    standing = [one for one in list_standing(unit, actor.on) if one.status in VOTING_STATUSES]
    if not any(one.status == PartyStatus.FULL for one in standing):
        raise Refusal("no_members", f"{unit.name}现在没有正式党员，不能开展民主评议。请先核对名册。")
    try:
        with transaction.atomic():
            evaluation = Evaluation.objects.create(
                bureau=unit.bureau, unit=unit, year=year, written_until_on=written_until_on, meets_on=meets_on,
                vote_kind=queries.find_vote_kind(unit.bureau), opened_at=at, opened_by=str(actor.user)[:64],
            )  # fmt: skip
    except IntegrityError:
        raise Refusal("held_before", f"{unit.name}{year}年的民主评议已经开始，不用再开。", status=409) from None
    rows = [
        EvaluationMember(
            evaluation=evaluation, person_id=one.person_id, level=MEMBERS, status=one.status,
            rated=one.status == PartyStatus.FULL, apart=bool(one.exempt),
        )
        for one in standing
    ]  # fmt: skip
    listed = {one.person_id for one in standing}
    rows += [
        EvaluationMember(evaluation=evaluation, person=person, level=DELEGATES, status=person.party_status, rated=False)
        for person in _find_delegates(unit, delegates)
        if person.pk not in listed
    ]
    EvaluationMember.objects.bulk_create(rows)
    _record(actor, evaluation, at, "open_evaluation", {"year": year, "people": len(rows)})
    return evaluation


def _find_delegates(unit: Unit, written: str) -> list[Person]:
    for mark in SPLIT:
        written = written.replace(mark, " ")
    numbers = list(dict.fromkeys(written.split()))
    found = {person.staff_no: person for person in Person.objects.filter(bureau=unit.bureau, staff_no__in=numbers)}
    missing = [number for number in numbers if number not in found]
    if missing:
        raise Refusal("no_delegate", f"名册里没有工号 {'、'.join(missing)}。请核对群众代表的工号。")
    return [found[number] for number in numbers]


@transaction.atomic
def write_self(actor: Actor, evaluation_id: int, text: str, *, at: datetime) -> None:
    """Write or change one's own 个人自评 until ballots are handed out."""
    evaluation, row = _find_own(actor, evaluation_id)
    _demand_stage(evaluation, Stage.WRITING, "投票已经开始，自评不能再改。")
    if not row.rated:
        raise Refusal("not_rated", f"{row.status}参加评议和投票，不定等次，不用写自评。")
    if not text.strip():
        raise Refusal("no_words", "请写自评：一年来的学习、工作和不足。")
    row.self_text, row.self_on = text.strip()[:3000], timezone.localdate(at)
    row.save(update_fields=["self_text", "self_on"])
    _record(actor, evaluation, at, "write_self_appraisal", {"letters": len(row.self_text)})


@transaction.atomic
def write_remarks(actor: Actor, evaluation_id: int, texts: Mapping[int, str], *, at: datetime) -> int:
    """Write what one says to others (互评), by name; an emptied text is taken back. Returns how many stand now."""
    evaluation, row = _find_own(actor, evaluation_id)
    _demand_stage(evaluation, Stage.WRITING, "投票已经开始，互评不能再改。")
    rated = set(evaluation.members.filter(rated=True).values_list("person_id", flat=True))
    for about, text in texts.items():
        if about == row.person_id:
            raise Refusal("own_remark", "对自己的意见写在自评里。")
        if about not in rated:
            raise refuse_missing("这个人")
        if text.strip():
            EvaluationRemark.objects.update_or_create(
                evaluation=evaluation, author=row.person, about_id=about,
                defaults={"text": text.strip()[:500], "on": timezone.localdate(at)},
            )  # fmt: skip
        else:
            evaluation.remarks.filter(author=row.person, about=about).delete()
    standing = evaluation.remarks.filter(author=row.person).count()
    _record(actor, evaluation, at, "write_remarks", {"count": standing})
    return standing


@dataclass(frozen=True)
class SlipSheet:
    """The codes of one rater group as they are printed, mixed; kept nowhere in this form."""

    level: str
    codes: tuple[str, ...]


@transaction.atomic
def hand_out(
    actor: Actor, evaluation_id: int, takers: Collection[int], means: Means, *, at: datetime
) -> list[SlipSheet]:
    """Tick off who took a ballot, all at once, and begin the vote. By phone, give the codes to print: once.

    Raises ``voting_began``, ``no_quorum`` (more than half of those with a vote), and ``too_few_voters`` by phone.
    """
    evaluation = find_for_writing(actor, evaluation_id)
    _demand_stage(evaluation, Stage.WRITING, "这次投票已经开始，票已经发过。")
    members = queries.list_members(evaluation)
    given = [row for row in members if row.person_id in takers]
    voting = [row for row in members if row.status == PartyStatus.FULL and row.level == MEMBERS]
    due = [row for row in voting if not row.apart or row.person_id in takers]
    check_quorum(len(due), sum(row.person_id in takers for row in voting))
    if means == Means.PHONE:
        for level, count in Counter(row.level for row in given).items():
            check_group(level, count)
    evaluation.members.filter(person__in=[row.person_id for row in given]).update(has_ballot=True)
    evaluation.stage, evaluation.means = Stage.VOTING, means
    evaluation.save(update_fields=["stage", "means"])
    sheets = _make_codes(evaluation, members) if means == Means.PHONE else []
    _record(actor, evaluation, at, "hand_out_ballots", {"means": means, "given": len(given)})
    return sheets


def _make_codes(evaluation: Evaluation, members: Iterable[EvaluationMember]) -> list[SlipSheet]:
    """One code for everybody expected, so that whoever comes late still draws from a mixed pile."""
    Urn.objects.create(evaluation=evaluation, slips=[])
    sheets = []
    for level, count in Counter(row.level for row in members).items():
        codes = ["".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(count)]
        rows = [BallotCode(digest=queries.digest_code(code), evaluation=evaluation, level=level) for code in codes]
        BallotCode.objects.bulk_create(sorted(rows, key=lambda row: row.digest))
        secrets.SystemRandom().shuffle(codes)
        sheets.append(SlipSheet(level, tuple(show_code(code) for code in codes)))
    return sheets


@transaction.atomic
def add_takers(actor: Actor, evaluation_id: int, takers: Collection[int], *, at: datetime) -> int:
    """Tick off those who came late and took a ballot."""
    evaluation = find_for_writing(actor, evaluation_id)
    _demand_stage(evaluation, Stage.VOTING, "现在不在投票时间，不能补登领票。")
    found = evaluation.members.filter(person__in=takers, has_ballot=False)
    if evaluation.means == Means.PHONE:
        before = Counter(evaluation.members.filter(has_ballot=True).values_list("level", flat=True))
        for level, count in Counter(found.values_list("level", flat=True)).items():
            check_group(level, before[level] + count)
    added = found.update(has_ballot=True)
    if added:
        _record(actor, evaluation, at, "hand_out_ballots", {"means": evaluation.means, "given": added})
    return added


@transaction.atomic
def cast_ballot(typed: str, choices: Mapping[int, str]) -> None:
    """Put the ballot of a drawn code into the urn, taken apart. Nobody's name, no time, no audit entry.

    ``choices``: person → grade; whoever is left out is 弃权. Raises ``no_such_code``, ``code_used``, ``not_voting``,
    ``not_rated``, ``no_grade``, ``empty_ballot`` and ``more_than_given``.
    """
    code = queries.find_code(typed)
    evaluation = Evaluation.objects.select_for_update(of=("self",)).get(pk=code.evaluation_id)
    _demand_open(evaluation)
    if evaluation.stage != Stage.VOTING:
        raise Refusal("not_voting", "现在不在投票时间。", status=409)
    check_choices(evaluation, choices)
    given = evaluation.members.filter(has_ballot=True, level=code.level).count()
    if evaluation.codes.filter(used=True, level=code.level).count() >= given:
        raise Refusal("more_than_given", "投进的票已经和登记领票的人数一样多。请告诉书记补登领票的人，再投一次。")
    if not BallotCode.objects.filter(pk=code.pk, used=False).update(used=True):
        raise Refusal("code_used", "这张票已经投过。一张票只能投一次。", status=409)
    urn = Urn.objects.select_for_update().get(evaluation=evaluation)
    urn.slips = cast_slips(urn.slips, code.level, choices)
    urn.save(update_fields=["slips"])


def check_choices(evaluation: Evaluation, choices: Mapping[int, str]) -> None:
    """Refuse a ballot that says nothing, names somebody who is not rated, or an unknown grade."""
    rated = set(evaluation.members.filter(rated=True).values_list("person_id", flat=True))
    if not choices:
        raise Refusal("empty_ballot", "这张票一个人也没有评。请至少评一个人，或者把票交还给监票人。")
    if set(choices) - rated:
        raise Refusal("not_rated", "票上有不参加评定等次的人。请从投票页重新投。")
    if set(choices.values()) - set(GRADES):
        raise Refusal("no_grade", "等次只有优秀、合格、基本合格和不合格。请重新选。")


def check_cast(evaluation: Evaluation) -> None:
    """Refuse to count an urn in which a group's result would show who voted how."""
    for level in sorted(set(evaluation.codes.values_list("level", flat=True))):
        cast = evaluation.codes.filter(level=level, used=True).count()
        if 0 < cast < LEAST_VOTERS:
            raise Refusal(
                "too_few_cast",
                f"“{level}”只收回 {cast} 张票，计出来就等于公开。请等更多人投票，或者作废重投，改用纸质票。",
            )
    if not evaluation.codes.filter(used=True).exists():
        raise Refusal("nothing_cast", "还没有收回一张票，不能计票。")


@transaction.atomic
def restart_ballot(actor: Actor, evaluation_id: int, *, reason: str, at: datetime) -> None:
    """Void the ballot that is under way: codes, urn and ticks are deleted, and nobody will have seen its votes."""
    evaluation = find_for_writing(actor, evaluation_id)
    _demand_stage(evaluation, Stage.VOTING, "现在不在投票时间，没有可以作废的票。")
    if not reason.strip():
        raise Refusal("no_reason", "请写作废重投的原因。")
    evaluation.codes.all().delete()
    Urn.objects.filter(evaluation=evaluation).delete()
    evaluation.members.update(has_ballot=False)
    evaluation.stage, evaluation.means = Stage.WRITING, ""
    evaluation.save(update_fields=["stage", "means"])
    _record(actor, evaluation, at, "void_ballot", {"reason": reason.strip()[:300]})


@transaction.atomic
def acknowledge(actor: Actor, evaluation_id: int, *, at: datetime) -> None:
    """Say that one has read one's own opinion; a second press changes nothing."""
    evaluation, row = _find_own(actor, evaluation_id)
    _demand_stage(evaluation, Stage.DECIDED, "评定意见还没有定下来。")
    if evaluation.members.filter(pk=row.pk, seen_on__isnull=True).update(seen_on=timezone.localdate(at)):
        _record(actor, evaluation, at, "read_opinion", {})


@transaction.atomic
def record_evaluation_reading(actor: Actor, evaluation: Evaluation, *, at: datetime) -> None:
    """Keep that somebody opened the votes and opinions of a branch, once per reader and day."""
    _, made = EvaluationReading.objects.get_or_create(
        evaluation=evaluation, reader=actor.user.username, on=timezone.localdate(at),
        defaults={"reader_name": str(actor.user)[:64]},
    )  # fmt: skip
    if made:
        _record(actor, evaluation, at, "read_evaluation", {})


def find_for_writing(actor: Actor, evaluation_id: int) -> Evaluation:
    """Find and lock an evaluation of a unit the actor writes for, in a year that is not sealed."""
    evaluation = queries.find_led_evaluation(actor, evaluation_id, lock=True)
    _demand_open(evaluation)
    return evaluation


def _demand_open(evaluation: Evaluation) -> None:
    demand_open_year(evaluation.bureau_id, date(evaluation.year, 12, 31))


def _find_own(actor: Actor, evaluation_id: int) -> tuple[Evaluation, EvaluationMember]:
    evaluation = queries.find_evaluation(actor, evaluation_id)
    _demand_open(evaluation)
    row = queries.find_own_row(actor, evaluation)
    if row is None:
        raise refuse_missing("本人在这次民主评议里的记录")
    return evaluation, row


def _demand_stage(evaluation: Evaluation, stage: Stage, sentence: str) -> None:
    if evaluation.stage != stage:
        raise Refusal("wrong_stage", sentence, status=409)


def _record(actor: Actor, evaluation: Evaluation, at: datetime, verb: str, detail: dict[str, object]) -> None:
    record_entry(
        chain=evaluation.bureau.code, actor=actor.user.username, at=at, verb=f"assessment.{verb}",
        subject=f"evaluation:{evaluation.pk}", detail=detail,
    )  # fmt: skip


def record_evaluation(actor: Actor, evaluation: Evaluation, at: datetime, verb: str, detail: dict[str, object]) -> None:
    """Write the audit entry of one verb on an evaluation."""
    _record(actor, evaluation, at, verb, detail)
