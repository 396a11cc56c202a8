"""Which items wait for marks, whom the actor may score, and what was given already (K26, K63)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Grant, Unit
from shanxue.orgs.queries import Actor, match_granted_units

from ..models import Event, Result, ScorerShare, SelfScore
from ..rules.scheme import Item
from ..rules.scoring import Term, find_kind, list_items, list_terms, name_source, pick_term
from .results import Shown, list_shown, scope_results

SCORING_POWERS = frozenset({Grant.Power.OFFICE, Grant.Power.LEADER})


@dataclass(frozen=True)
class Subject:
    """One person or unit to be scored, with what was given. ``imported`` marks came from a spreadsheet."""

    result: Result
    self_score: SelfScore | None
    mark: Event | None
    imported: tuple[Event, ...]

    @property
    def key(self) -> int:
        """The person's id, or the unit's: a newer run has other results of the same people."""
        return self.result.person_id or self.result.unit_id or 0

    @property
    def name(self) -> str:
        named = self.result.person or self.result.unit
        return named.name if named else ""

    @property
    def is_scored(self) -> bool:
        return self.mark is not None or bool(self.imported)


@dataclass(frozen=True)
class Task:
    """One item in one stretch, with how far the actor's part of it has come."""

    shown: Shown
    item: Item
    term: Term
    subjects: tuple[Subject, ...]

    @property
    def source(self) -> str:
        return name_source(self.shown.scheme.code, self.item.code, self.term.number)

    @property
    def kind(self) -> str:
        return find_kind(self.item)

    @property
    def open(self) -> int:
        return sum(not one.is_scored for one in self.subjects)


def is_scorer(actor: Actor) -> bool:
    return not actor.is_admin and bool(actor.powers & SCORING_POWERS)


def narrow_to_scoring(actor: Actor) -> Actor:
    """The actor with the grants that let them score: office and leader; what they read otherwise they do not score."""
    return replace(actor, grants=tuple(one for one in actor.grants if one.power in SCORING_POWERS), person=None)


def list_tasks(actor: Actor, today: date) -> list[Task]:
    """Every item that asks for marks, in the stretch of now, with whom the actor scores."""
    if not is_scorer(actor):
        return []
    scope = narrow_to_scoring(actor)
    return [
        task
        for shown in list_shown(actor.bureau)
        for item in list_items(shown.scheme)
        if (task := build_task(actor, scope, shown, item, pick_term(list_terms(shown.scheme, item), today))).subjects
    ]


def find_task(actor: Actor, code: str, item_code: str, number: int | None, today: date) -> Task:
    """Find one item to score. Raises the same refusal for what does not exist and what the actor does not score."""
    shown, item, term = find_item(actor, code, item_code, number, today)
    if is_scorer(actor):
        task = build_task(actor, narrow_to_scoring(actor), shown, item, term)
        if task.subjects:
            return task
    raise refuse_missing("这一项评分")


def find_item(actor: Actor, code: str, item_code: str, number: int | None, today: date) -> tuple[Shown, Item, Term]:
    for shown in list_shown(actor.bureau):
        for item in list_items(shown.scheme):
            if (shown.scheme.code, item.code) == (code, item_code):
                terms = list_terms(shown.scheme, item)
                chosen = next((one for one in terms if one.number == number), None)
                return shown, item, chosen or pick_term(terms, today)
    raise refuse_missing("这一项评分")


def build_task(actor: Actor, scope: Actor, shown: Shown, item: Item, term: Term) -> Task:
    """Join the subjects in scope that fall to the actor with their marks: four queries, whatever their number.

    Nobody scores themselves: a scorer who is listed in their own unit falls to the others.
    """
    results = scope_results(scope).filter(run=shown.run, lines__item=item.code)  # a line: the item concerns them
    if actor.person is not None:
        results = results.exclude(person=actor.person)
    rows = results.select_related("person", "unit", "home").order_by("home__code", "person__staff_no", "unit__code")
    shares = map_shares(shown, item)
    return join_marks(shown, item, term, [row for row in rows if _falls_to(actor, row, shares)])


@dataclass(frozen=True)
class Scorer:
    """Who scores a unit: their account, its name, and the person behind it."""

    user_id: int
    name: str
    person_id: int | None


def map_shares(shown: Shown, item: Item) -> dict[int, Scorer]:
    """Map units to who scores them. Units that are not there are scored by everybody who may."""
    rows = ScorerShare.objects.filter(bureau=shown.run.bureau_id, scheme=shown.scheme.code, item=item.code)
    return {
        row.unit_id: Scorer(
            row.scorer_id, str(row.scorer), getattr(row.scorer, "person", None) and row.scorer.person.pk
        )
        for row in rows.select_related("scorer__person")
    }


def find_unit(row: Result) -> Unit | None:
    """The unit by which a subject is shared out: where a person is listed, or the unit itself."""
    return row.unit if row.person_id is None else row.home


def _falls_to(actor: Actor, row: Result, shares: dict[int, Scorer]) -> bool:
    unit = find_unit(row)
    scorer = shares.get(unit.pk) if unit is not None else None
    if scorer is None or scorer.user_id == actor.user.pk:
        return True
    return row.person_id is not None and row.person_id == scorer.person_id


def join_marks(shown: Shown, item: Item, term: Term, rows: list[Result]) -> Task:
    """Join results with what was given to their subjects."""
    source = name_source(shown.scheme.code, item.code, term.number)
    mine = Q(person__in=[row.person_id for row in rows if row.person_id]) | Q(
        unit__in=[row.unit_id for row in rows if row.unit_id]
    )
    selves = {_key(one): one for one in SelfScore.objects.filter(mine, source=source)}
    marks: dict[tuple[int | None, int | None], Event] = {}
    imported: dict[tuple[int | None, int | None], list[Event]] = {}
    found = Event.objects.filter(mine, kind=find_kind(item), points_milli__isnull=False)
    for event in found.filter(Q(source=source) | Q(source="", on__gte=term.period.from_on, on__lte=term.last_on)):
        if event.source:
            marks[_key(event)] = event
        else:
            imported.setdefault(_key(event), []).append(event)
    subjects = tuple(
        Subject(row, selves.get(_key(row)), marks.get(_key(row)), tuple(imported.get(_key(row), ()))) for row in rows
    )
    return Task(shown, item, term, subjects)


def _key(row: Result | Event | SelfScore) -> tuple[int | None, int | None]:
    return row.person_id, row.unit_id


def list_self_tasks(actor: Actor, today: date) -> list[Task]:
    """Items for which the actor scores themselves, or, as its secretary, a unit; those with marks already are done."""
    tasks = []
    for shown in list_shown(actor.bureau):
        for item in list_items(shown.scheme):
            task = build_self_task(actor, shown, item, pick_term(list_terms(shown.scheme, item), today))
            if task.subjects:
                tasks.append(task)
    return tasks


def find_self_task(actor: Actor, code: str, item_code: str, number: int | None, today: date) -> Task:
    shown, item, term = find_item(actor, code, item_code, number, today)
    task = build_self_task(actor, shown, item, term)
    if not task.subjects:
        raise refuse_missing("这一项自评分")
    return task


def build_self_task(actor: Actor, shown: Shown, item: Item, term: Term) -> Task:
    own = Q(pk__in=[])
    if actor.reads_own and actor.person is not None:
        own |= Q(person=actor.person)
    secretary = replace(
        actor, person=None, grants=tuple(one for one in actor.grants if one.power == Grant.Power.SECRETARY)
    )
    if secretary.grants and not actor.is_admin:
        own |= match_granted_units(secretary, "unit")
    rows = Result.objects.filter(own, run=shown.run, lines__item=item.code)
    return join_marks(
        shown, item, term, list(rows.select_related("person", "unit", "home").order_by("unit__code", "pk"))
    )
