"""Papers: who keeps them, who is asked to take them, who has and who has not. Never an order of people by score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Exemption, Person, Stint, Unit
from shanxue.orgs.queries import Actor, filter_in_force, list_stints, match_led_units, scope_people

from ..models import Paper, Question, Score, Sitting
from ..rules import PaperState
from ..rules.papers import PaperFacts, find_shortages, pick_counting, read_rule
from .bank import read_stock


def scope_papers(actor: Actor) -> QuerySet[Paper]:
    """Papers of the units the actor reads, and those of units above them; drafts only for those who write there."""
    reading = Q(pk__in=[])
    for grant in actor.reading_grants:
        if grant.unit is None:
            reading = Q()
            break
        reading |= Q(unit__path__startswith=grant.unit.path) | Q(unit__in=list_chain(grant.unit.path))
    drafts = ~Q(state=PaperState.DRAFT) | match_led_units(actor, "unit")
    found = Paper.objects.filter(reading, drafts, bureau=actor.bureau) if actor.reads_others else Paper.objects.none()
    return found.select_related("unit", "bureau").order_by("-opens_at", "-pk")


def list_chain(path: str) -> list[int]:
    """List the ids of a unit and all above it.

    >>> list_chain("3/17/")
    [3, 17]
    """
    return [int(part) for part in path.split("/") if part]


def find_paper(actor: Actor, paper_id: int) -> Paper:
    paper = scope_papers(actor).filter(pk=paper_id).first()
    if paper is None:
        raise refuse_missing("这份测试")
    return paper


def find_led_paper(actor: Actor, paper_id: int) -> Paper:
    """Find a paper that the actor may change, publish or withdraw."""
    paper = scope_papers(actor).filter(match_led_units(actor, "unit"), pk=paper_id).first()
    if paper is None:
        raise refuse_missing("这份测试")
    return paper


def count_questions(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    """Add how many questions were chosen by hand and their points; those of a rule stand in the rule itself."""
    return papers.annotate(chosen_count=Count("chosen"), chosen_milli=Sum("chosen__points_milli"))


def measure_paper(paper: Paper) -> tuple[int, int]:
    """Give (questions, full marks in milli) of a paper read through ``count_questions``, or of any other."""
    if paper.rule:
        draws = read_rule(paper.rule)
        return sum(draw.count for draw in draws), sum(draw.count * draw.points_milli for draw in draws)
    if not hasattr(paper, "chosen_count"):
        found = paper.chosen.aggregate(count=Count("pk"), milli=Sum("points_milli"))
        return found["count"], found["milli"] or 0
    return paper.chosen_count, paper.chosen_milli or 0  # type: ignore[attr-defined]


def list_takers(paper: Paper, on: date) -> list[Stint]:
    """List who is asked to take a paper on a day: one stint per person, in staff-number order."""
    return pick_takers(paper, list_stints(paper.unit, on))


def pick_takers(paper: Paper, stints: Iterable[Stint]) -> list[Stint]:
    found: dict[int, Stint] = {}
    for stint in stints:
        if stint.unit.path.startswith(paper.unit.path) and fits_status(paper, stint.person):
            found.setdefault(stint.person_id, stint)
    return list(found.values())


def fits_status(paper: Paper, person: Person) -> bool:
    return not paper.statuses or person.party_status in paper.statuses


def list_exempt(people: Iterable[int], on: date) -> set[int]:
    """Tell which of these people are exempt (免考核) on a day."""
    return set(
        Exemption.objects.filter(filter_in_force(on), person__in=list(people)).values_list("person_id", flat=True)
    )


def describe_paper(paper: Paper, on: date) -> PaperFacts:
    """Gather what must hold before a paper is published."""
    count, full = measure_paper(paper)
    draws = read_rule(paper.rule)
    stock = read_stock(paper.bureau_id, [(draw.bank, draw.kind) for draw in draws]) if draws else {}
    retired = 0 if draws else paper.chosen.filter(question__retired_on__isnull=False).count()
    return PaperFacts(
        paper.title, count, full, len(list_takers(paper, on)), paper.pass_milli, paper.opens_at, paper.closes_at,
        retired, tuple(find_shortages(draws, {pair: len(ids) for pair, ids in stock.items()})),
    )  # fmt: skip


def list_drawn(drawn: Iterable[tuple[int, int]]) -> list[tuple[Question, int]]:
    """Read questions by id, keeping the order and points of the drawing."""
    pairs = list(drawn)
    found = Question.objects.in_bulk([number for number, _ in pairs])
    return [(found[number], points) for number, points in pairs]


@dataclass(frozen=True)
class TakerRow:
    """One person and this paper. ``score``: the attempt that counts; ``state`` in words."""

    person: Person
    unit: Unit
    attempts: int
    attempt: int | None  # which of them counts
    score_milli: int | None
    full_milli: int | None
    state: str  # 未答, 正在答, 已答, 免考核, 缺考 …
    passed: bool | None
    on: date | None


def list_results(actor: Actor, paper: Paper, on: date) -> list[TakerRow]:
    """List the people in scope whom the actor may see, in staff-number order (never by score): five queries."""
    visible = set(
        scope_people(actor).filter(stints__unit__path__startswith=paper.unit.path).values_list("pk", flat=True)
    )
    takers = [stint for stint in list_takers(paper, on) if stint.person_id in visible]
    ids = [stint.person_id for stint in takers]
    exempt = list_exempt(ids, on)
    scores: dict[int, list[Score]] = {}
    for score in Score.objects.filter(bureau=paper.bureau_id, kind=paper.kind, title=paper.title, person__in=ids):
        scores.setdefault(score.person_id, []).append(score)
    running = set(
        Sitting.objects.filter(paper=paper, handed_in_at__isnull=True, person__in=ids).values_list(
            "person_id", flat=True
        )
    )
    return [
        _describe_taker(
            paper, stint, scores.get(stint.person_id, []), stint.person_id in running, stint.person_id in exempt
        )
        for stint in takers
    ]


def _describe_taker(paper: Paper, stint: Stint, scores: list[Score], running: bool, exempt: bool) -> TakerRow:
    by_attempt = {score.attempt: score for score in scores}
    picked = pick_counting([(score.attempt, score.score_milli) for score in scores], paper.counts)
    score = by_attempt[picked[0]] if picked else None
    milli = score.score_milli if score else None
    state = "正在答" if running else "已答" if score and score.mark == "参加" else "未答"
    if score and score.mark != "参加":
        state = score.mark
    elif exempt and not scores and not running:
        state = "免考核"
    passed = None if milli is None or paper.pass_milli is None else milli >= paper.pass_milli
    return TakerRow(
        stint.person, stint.unit, len(scores), picked[0] if picked else None, milli,
        score.full_milli if score else None, state, passed, score.on if score else None,
    )  # fmt: skip


def name_moment(at: datetime) -> str:
    """Write an instant in a refusal: 6月30日 18:00."""
    local = timezone.localtime(at)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
