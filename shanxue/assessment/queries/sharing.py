"""Who scores whom, and what is not scored by whom: the office's view of the items that named scorers give marks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shanxue.accounts.models import User
from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau, Grant, Unit
from shanxue.orgs.queries import Actor, filter_in_force, find_actor

from ..models import Result
from ..rules.scheme import Item
from ..rules.scoring import Term, list_items, list_terms, pick_term
from .results import Shown, list_shown, scope_results
from .schemes import may_write
from .scoring import (
    SCORING_POWERS,
    Scorer,
    Task,
    find_item,
    find_unit,
    is_scorer,
    join_marks,
    map_shares,
    narrow_to_scoring,
)


@dataclass(frozen=True)
class Share:
    """One unit of an item: who scores it (None: everybody who may), and how far that has come."""

    unit: Unit
    scorer: Scorer | None
    subjects: int
    open: int


@dataclass(frozen=True)
class Tally:
    """One scorer's part of an item; "" for what is shared out to nobody."""

    name: str
    subjects: int
    open: int


@dataclass(frozen=True)
class Sharing:
    """One item with everybody it concerns, in the stretch of now."""

    task: Task
    shares: tuple[Share, ...]

    @property
    def tallies(self) -> list[Tally]:
        """By scorer, what is shared out to nobody last."""
        names = sorted(
            {share.scorer.name if share.scorer else "" for share in self.shares}, key=lambda one: (not one, one)
        )
        return [_tally(name, self.shares) for name in names]


def _tally(name: str, shares: Iterable[Share]) -> Tally:
    own = [share for share in shares if (share.scorer.name if share.scorer else "") == name]
    return Tally(name, sum(share.subjects for share in own), sum(share.open for share in own))


def list_sharings(actor: Actor, today: date) -> list[Sharing]:
    """Every item that asks for marks, for the office of the whole bureau; nobody else shares out."""
    if not may_write(actor):
        return []
    return [
        sharing
        for shown in list_shown(actor.bureau)
        for item in list_items(shown.scheme)
        if (sharing := _build(shown, item, pick_term(list_terms(shown.scheme, item), today))).shares
    ]


def find_sharing(actor: Actor, code: str, item_code: str, today: date) -> Sharing:
    """Raises the same refusal for an item that does not exist and for who shares out nothing."""
    if may_write(actor):
        found = _build(*find_item(actor, code, item_code, None, today))
        if found.shares:
            return found
    raise refuse_missing("这一项评分")


def _build(shown: Shown, item: Item, term: Term) -> Sharing:
    rows = Result.objects.filter(run=shown.run, lines__item=item.code).select_related("person", "unit", "home")
    task = join_marks(shown, item, term, list(rows.order_by("home__code", "person__staff_no", "unit__code")))
    scorers = map_shares(shown, item)
    units: dict[int, Unit] = {}
    counts: dict[int, list[bool]] = {}
    for subject in task.subjects:
        unit = find_unit(subject.result)
        if unit is not None:
            units[unit.pk] = unit
            counts.setdefault(unit.pk, []).append(subject.is_scored)
    return Sharing(
        task,
        tuple(Share(unit, scorers.get(pk), len(counts[pk]), counts[pk].count(False)) for pk, unit in units.items()),
    )


def list_scorers(bureau: Bureau, on: date) -> list[User]:
    """Accounts that may give marks in a bureau on a day, by name."""
    grants = Grant.objects.filter(filter_in_force(on), bureau=bureau, power__in=SCORING_POWERS)
    return sorted(User.objects.filter(pk__in=grants.values("user"), is_active=True), key=str)


def list_out_of_reach(scorer: User, share: Share, sharing: Sharing, on: date) -> list[str]:
    """Names in a unit whom somebody's grants do not let them score; themselves left out."""
    actor = find_actor(scorer, on)
    run = sharing.task.shown.run
    seen = (
        set(scope_results(narrow_to_scoring(actor)).filter(run=run).values_list("pk", flat=True))
        if is_scorer(actor)
        else set()
    )
    own = actor.person.pk if actor.person is not None else None
    return [
        one.name
        for one in sharing.task.subjects
        if find_unit(one.result) == share.unit and one.result.pk not in seen and (one.result.person_id or 0) != own
    ]
