"""Sitting a paper: begin, save each answer, hand in. No timer runs here: who looks next closes what is over.

Every verb leaves an audit row except saving one answer, which would write the chain twenty times a sitting; the
answer's own row says when it was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.db.models.functions import ExtractYear
from django.utils import timezone

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal
from shanxue.orgs.actions.closing import demand_open_year
from shanxue.orgs.models import Person
from shanxue.orgs.queries import match_closed

from ..models import Paper, Question, Score, Sitting, SittingAnswer
from ..queries.bank import read_stock
from ..queries.papers import list_drawn, name_moment
from ..queries.sittings import OwnTest
from ..rules import PaperState, QuestionKind, ScoreMark
from ..rules.papers import draw_questions, find_shortages, read_rule
from ..rules.scoring import clean_given, mark_answer, write_answer
from ..rules.sittings import GRACE, find_end, is_over, settle_answered_at
from ..rules.stems import count_blanks

TIME_UP = "时间到，已按现有作答交卷。"
SYSTEM = "系统"


def start_sitting(test: OwnTest, person: Person, *, seed: int, actor: str, at: datetime) -> Sitting:
    """Begin an attempt, or give the one that is running (on whatever device it was begun)."""
    if test.running is not None:
        return test.running
    demand_open_year(person.bureau_id, timezone.localdate(at))
    _refuse_start(test, at)
    try:
        with transaction.atomic():
            return _open_sitting(test.paper, person, seed, actor, at)
    except IntegrityError:  # begun on another device in this very moment
        running = Sitting.objects.filter(paper=test.paper, person=person, handed_in_at__isnull=True).first()
        if running is None:
            raise
        return running


def _refuse_start(test: OwnTest, at: datetime) -> None:
    paper = test.paper
    if paper.state == PaperState.CLOSED:
        raise Refusal("paper_withdrawn", "这份测试已收回，不能再开始。", status=409)
    if at < paper.opens_at:
        raise Refusal("paper_not_open", f"测试还没有开始，{name_moment(paper.opens_at)} 起可以答题。", status=409)
    if at >= paper.closes_at:
        raise Refusal("paper_closed", f"测试已于 {name_moment(paper.closes_at)} 结束，不能再开始。", status=409)
    if test.left <= 0:
        raise Refusal("attempts_used", f"可答 {paper.attempts} 次，已答 {test.used} 次，不能再答。", status=409)


def _open_sitting(paper: Paper, person: Person, seed: int, actor: str, at: datetime) -> Sitting:
    numbers = [
        Sitting.objects.filter(paper=paper, person=person).aggregate(last=Max("attempt"))["last"] or 0,
        Score.objects.filter(person=person, kind=paper.kind, title=paper.title).aggregate(last=Max("attempt"))["last"]
        or 0,
    ]
    sitting = Sitting.objects.create(
        paper=paper, person=person, attempt=max(numbers) + 1, started_at=at,
        ends_at=find_end(at, paper.closes_at, paper.minutes), seed=seed if paper.rule else None,
    )  # fmt: skip
    SittingAnswer.objects.bulk_create(
        SittingAnswer(sitting=sitting, question=question, position=position, points_milli=points, put=freeze(question))
        for position, (question, points) in enumerate(put_questions(paper, seed), 1)
    )
    record_entry(
        chain=person.bureau.code, actor=actor, at=at, verb="exams.start_sitting", subject=f"答题 {sitting.pk}",
        detail={"paper": paper.pk, "attempt": sitting.attempt, "seed": sitting.seed},
    )  # fmt: skip
    return sitting


def put_questions(paper: Paper, seed: int) -> list[tuple[Question, int]]:
    """Give the questions of one sitting with their points: drawn by rule and seed, or as chosen by hand."""
    draws = read_rule(paper.rule)
    if not draws:
        rows = paper.chosen.select_related("question").order_by("position", "pk")
        return [(row.question, row.points_milli) for row in rows]
    stock = read_stock(paper.bureau_id, [(draw.bank, draw.kind) for draw in draws])
    short = find_shortages(draws, {pair: len(ids) for pair, ids in stock.items()})
    if short:
        raise Refusal("bank_short", f"{short[0]}现在不能组卷，请联系学习办公室。", status=409)
    return list_drawn(draw_questions(draws, stock, seed))


def freeze(question: Question) -> dict[str, Any]:
    """Keep a question as it is put; later changes to the bank do not reach it."""
    names = ("kind", "stem", "options", "answer", "analysis", "source")
    return {name: getattr(question, name) for name in names}


@dataclass(frozen=True)
class Saved:
    """What became of one answer sent in. ``sentence`` speaks only when somebody should know."""

    answered_count: int
    answered_at: datetime
    sentence: str = ""


@transaction.atomic
def save_answer(
    sitting: Sitting, position: int, values: list[str], *, at: datetime, age_seconds: float = 0, seen: str | None = None
) -> Saved:
    """Keep an answer. The newest answer wins, by when it was given; one given on another device meanwhile is told.

    ``age_seconds``: how long ago it was given (kept on the device while the line was down); ``seen``: the
    ``answered_at`` the page knew of, empty for none, None to leave it uncompared.
    Raises ``Refusal``: ``handed_in``, ``time_up``, ``no_such_place``.
    """
    sitting = Sitting.objects.select_for_update(of=("self",)).select_related("paper").get(pk=sitting.pk)
    _demand_open(sitting)
    if sitting.handed_in_at is not None:
        raise Refusal("handed_in", f"{name_moment(sitting.handed_in_at)} 已交卷，这一题没有记入。", status=409)
    if is_over(sitting.ends_at, at):
        raise Refusal("time_up", TIME_UP, status=409)
    answer = sitting.answers.filter(position=position).first()
    if answer is None:
        raise Refusal("no_such_place", f"这份试卷没有第 {position} 题。请刷新页面后再答。", status=404)
    given = _clean(answer, values)
    given_at = settle_answered_at(at, age_seconds, sitting.started_at)
    former, former_at = answer.given, answer.answered_at
    sentence = ""
    if former_at is not None and seen is not None and former_at.isoformat() != seen and former != given:
        when = f"{timezone.localtime(former_at):%H:%M}"
        if former_at > given_at:
            kept = write_answer(answer.put, former)
            return Saved(_count(sitting), former_at, f"第 {position} 题 {when} 在另一个页面答过，保留那次的“{kept}”。")
        sentence = f"第 {position} 题 {when} 在另一个页面答过“{write_answer(answer.put, former)}”，现在以这次的为准。"
    if former != given or former_at is None:
        answer.given, answer.answered_at = given, given_at
        answer.save(update_fields=["given", "answered_at"])
    return Saved(_count(sitting), answer.answered_at or given_at, sentence)


def _demand_open(sitting: Sitting) -> None:
    demand_open_year(sitting.paper.bureau_id, timezone.localdate(sitting.ends_at))


def _clean(answer: SittingAnswer, values: list[str]) -> list[str] | None:
    put = answer.put
    blanks = max(count_blanks(put["stem"]), len(put["answer"])) if put["kind"] == QuestionKind.BLANK else 0
    try:
        return clean_given(put["kind"], len(put["options"]), blanks, values)
    except ValueError as error:
        raise Refusal("no_such_option", str(error)) from error


def _count(sitting: Sitting) -> int:
    return sitting.answers.filter(given__isnull=False).count()


@transaction.atomic
def hand_in(sitting: Sitting, *, actor: str, at: datetime) -> Sitting:
    """Mark a sitting and write its score, once. Handing in twice, or from two devices, changes nothing more."""
    sitting = (
        Sitting.objects.select_for_update(of=("self",)).select_related("paper", "person__bureau").get(pk=sitting.pk)
    )
    if sitting.handed_in_at is not None:
        return sitting
    _demand_open(sitting)
    answers = list(sitting.answers.all())
    for answer in answers:
        answer.awarded_milli = mark_answer(answer.put, answer.given, answer.points_milli)
    SittingAnswer.objects.bulk_update(answers, ["awarded_milli"])
    sitting.handed_in_at = min(at, sitting.ends_at)
    sitting.score = _write_score(sitting, answers)
    sitting.save(update_fields=["handed_in_at", "score"])
    record_entry(
        chain=sitting.person.bureau.code, actor=actor, at=at, verb="exams.hand_in", subject=f"答题 {sitting.pk}",
        detail={"paper": sitting.paper_id, "attempt": sitting.attempt, "score_milli": sitting.score.score_milli},
    )  # fmt: skip
    return sitting


def _write_score(sitting: Sitting, answers: list[SittingAnswer]) -> Score:
    """Write the row that the assessment counts. An attempt entered from paper meanwhile keeps its number."""
    paper, person = sitting.paper, sitting.person
    taken = set(
        Score.objects.filter(person=person, kind=paper.kind, title=paper.title).values_list("attempt", flat=True)
    )
    attempt = sitting.attempt if sitting.attempt not in taken else max(taken) + 1
    assert sitting.handed_in_at is not None
    return Score.objects.create(
        bureau_id=person.bureau_id, person=person, kind=paper.kind, title=paper.title, attempt=attempt,
        on=timezone.localdate(sitting.handed_in_at), mark=ScoreMark.TAKEN,
        score_milli=sum(answer.awarded_milli or 0 for answer in answers),
        full_milli=sum(answer.points_milli for answer in answers),
    )  # fmt: skip


def hand_in_overdue(where: Q, now: datetime) -> int:
    """Hand in, as they are, all sittings whose time is over; return how many. One query when there is none.

    What ended in a year that is sealed stays as it was sealed.
    """
    over = Sitting.objects.filter(where, handed_in_at__isnull=True, ends_at__lt=now - GRACE)
    open_years = over.annotate(year=ExtractYear("ends_at")).exclude(match_closed("paper__bureau", "year"))
    found = list(open_years.order_by("pk"))
    for sitting in found:
        hand_in(sitting, actor=SYSTEM, at=sitting.ends_at)
    return len(found)
