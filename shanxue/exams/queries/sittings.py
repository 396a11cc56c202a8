"""A person's own tests and sittings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Person, Stint
from shanxue.orgs.queries import Actor, filter_in_force

from ..models import Paper, Score, Sitting, SittingAnswer
from ..rules import PaperState
from ..rules.papers import pick_counting
from .papers import count_questions, fits_status, list_chain, list_exempt, measure_paper


@dataclass(frozen=True)
class OwnTest:
    """One paper as its taker sees it. ``used``: attempts taken here or entered from paper."""

    paper: Paper
    question_count: int
    full_milli: int
    used: int
    running: Sitting | None
    score: Score | None  # the attempt that counts
    exempt: bool

    @property
    def left(self) -> int:
        return max(self.paper.attempts - self.used - (1 if self.running else 0), 0)

    def is_open(self, now: datetime) -> bool:
        """Whether an attempt may begin now, as far as the paper goes."""
        return self.paper.state == PaperState.OPEN and self.paper.opens_at <= now < self.paper.closes_at

    @property
    def passed(self) -> bool | None:
        if self.score is None or self.score.score_milli is None or self.paper.pass_milli is None:
            return None
        return self.score.score_milli >= self.paper.pass_milli

    @property
    def is_asked(self) -> bool:
        """Whether the person still has something to do: answer at all, go on, or pass."""
        if self.exempt:
            return self.running is not None
        return self.running is not None or (self.left > 0 and (self.used == 0 or self.passed is False))


def list_own_units(person: Person, on: date) -> list[int]:
    """List the ids of the units somebody stands in on a day, and of all above them."""
    held = filter_in_force(on) | Q(from_on__lte=on, received_on__gt=on)
    paths = Stint.objects.filter(held, person=person).values_list("unit__path", flat=True)
    return sorted({number for path in paths for number in list_chain(path)})


def list_own_tests(person: Person, now: datetime, on: date, *, every: bool = False) -> list[OwnTest]:
    """List the papers open to a person now, soonest end first: five queries. ``every``: also those over or to come."""
    papers = count_questions(
        Paper.objects.filter(unit__in=list_own_units(person, on), bureau=person.bureau_id)
        .exclude(state=PaperState.DRAFT).select_related("unit")
    )  # fmt: skip
    sat = list(Sitting.objects.filter(person=person).select_related("paper"))
    running = {sitting.paper_id: sitting for sitting in sat if sitting.handed_in_at is None}
    if not every:
        papers = papers.filter(Q(state=PaperState.OPEN, opens_at__lte=now, closes_at__gt=now) | Q(pk__in=list(running)))
    found = [paper for paper in papers.order_by("closes_at", "pk") if fits_status(paper, person) or paper.pk in running]
    return _join_scores(person, found, running, on)


def _join_scores(person: Person, papers: list[Paper], running: dict[int, Sitting], on: date) -> list[OwnTest]:
    exempt = bool(list_exempt([person.pk], on))
    scores: dict[tuple[str, str], list[Score]] = {}
    for score in Score.objects.filter(person=person):
        scores.setdefault((score.kind, score.title), []).append(score)
    return [
        _describe(paper, scores.get((paper.kind, paper.title), []), running.get(paper.pk), exempt) for paper in papers
    ]


def _describe(paper: Paper, scores: list[Score], running: Sitting | None, exempt: bool) -> OwnTest:
    count, full = measure_paper(paper)
    picked = pick_counting([(score.attempt, score.score_milli) for score in scores], paper.counts)
    counting = next((score for score in scores if picked and score.attempt == picked[0]), None)
    return OwnTest(paper, count, full, len(scores), running, counting, exempt)


def get_own_test(actor: Actor, paper_id: int, now: datetime) -> OwnTest | None:
    """Give one paper as it asks for this person; None when it does not (any more)."""
    tests = list_own_tests(demand_person(actor), now, actor.on, every=True)
    return next((test for test in tests if test.paper.pk == paper_id), None)


def find_own_test(actor: Actor, paper_id: int, now: datetime) -> OwnTest:
    """Raises the one refusal for a paper that does not exist and for one that asks for somebody else."""
    found = get_own_test(actor, paper_id, now)
    if found is None:
        raise refuse_missing("这份测试")
    return found


def demand_person(actor: Actor) -> Person:
    if not actor.reads_own or actor.person is None:
        raise refuse_missing("这份测试")
    return actor.person


def find_sitting(actor: Actor, sitting_id: int) -> Sitting:
    """Find one of the actor's own sittings; nobody opens another's paper."""
    person = demand_person(actor)
    sitting = Sitting.objects.filter(pk=sitting_id, person=person).select_related("paper", "score", "person").first()
    if sitting is None:
        raise refuse_missing("这次答题")
    return sitting


def list_answers(sitting: Sitting) -> list[SittingAnswer]:
    return list(sitting.answers.order_by("position"))


def list_handed_in(person: Person, paper: Paper) -> list[Sitting]:
    """List a person's finished sittings of one paper, first attempt first."""
    done = Sitting.objects.filter(person=person, paper=paper, handed_in_at__isnull=False)
    return list(done.select_related("score").order_by("attempt"))


def list_answered(answers: Iterable[SittingAnswer]) -> list[int]:
    return [answer.position for answer in answers if answer.given]
