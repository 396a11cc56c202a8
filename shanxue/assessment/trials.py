"""试算 as a read: the scheme as it is and as it was turned, over the same records, and who moves. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Model

from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor

from .queries.results import Shown, scope_results
from .rules.scheme import Scheme
from .rules.trial import Outcome, Share, change_scheme, check_order, compare_full, count_grades, pair_outcomes
from .runs import try_scheme

MOST_MOVERS = 300


@dataclass(frozen=True)
class Mover:
    subject: Model
    outcome: Outcome


@dataclass(frozen=True)
class Trial:
    """``movers``: those whose grade changes; ``changed``: how many totals change. All within the actor's scope."""

    scheme: Scheme
    shares: tuple[Share, ...]
    movers: tuple[Mover, ...]
    more_movers: int
    subjects: int
    changed: int
    warning: str

    @property
    def moved(self) -> int:
        return len(self.movers) + self.more_movers


def compare_schemes(actor: Actor, shown: Shown, wishes: Mapping[str, str]) -> Trial:
    """Compute both schemes over the bureau's records as they are now and compare what the actor may see.

    Quotas and ranks see the whole bureau in both computations; only the showing is narrowed to the scope.
    """
    turned = change_scheme(shown.scheme, wishes)
    check_order(shown.scheme, turned)
    before, after = (_compute(shown, scheme) for scheme in (shown.scheme, turned))
    visible = _list_visible(actor, shown)
    outcomes = pair_outcomes((row for row in before if row[0] in visible), after)
    moving = [outcome for outcome in outcomes if outcome.moves]
    return Trial(
        scheme=turned,
        shares=count_grades(shown.scheme, outcomes),
        movers=_name_movers(shown, moving[:MOST_MOVERS]),
        more_movers=max(0, len(moving) - MOST_MOVERS),
        subjects=len(outcomes),
        changed=sum(outcome.total_before != outcome.total_after for outcome in outcomes),
        warning=compare_full(shown.scheme, turned),
    )


def _compute(shown: Shown, scheme: Scheme) -> list[tuple[int, int | None, str]]:
    results = try_scheme(shown.run.bureau, scheme).assessed.results
    return list(results.select("subject", "total", "grade").sort("subject").iter_rows())


def _list_visible(actor: Actor, shown: Shown) -> frozenset[int]:
    field = "person_id" if shown.scheme.subject == "person" else "unit_id"
    return frozenset(scope_results(actor).filter(run=shown.run).values_list(field, flat=True))


def _name_movers(shown: Shown, moving: list[Outcome]) -> tuple[Mover, ...]:
    kind: type[Person] | type[Unit] = Person if shown.scheme.subject == "person" else Unit
    found = kind._default_manager.in_bulk([outcome.subject for outcome in moving])
    movers = [Mover(found[outcome.subject], outcome) for outcome in moving if outcome.subject in found]
    return tuple(sorted(movers, key=lambda mover: _read_code(mover.subject)))


def _read_code(subject: Model) -> str:
    return subject.staff_no if isinstance(subject, Person) else subject.code if isinstance(subject, Unit) else ""
