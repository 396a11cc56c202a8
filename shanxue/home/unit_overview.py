"""What L2 and the pages behind the year's lines show, beyond the figures of ``bulletins.overview``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shanxue.activities.queries import yearly as activities
from shanxue.activities.queries.sessions import Filter, SessionRow, describe_rows, filter_sessions
from shanxue.base.periods import Period, add_months
from shanxue.bulletins.rules.overview import LEAST_PEOPLE, LineName, MonthFigure, find_mean, write_tenths
from shanxue.exams.queries import yearly as exams
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor, find_places, order_units, scope_units
from shanxue.plans.rules import RemarkKind
from shanxue.plans.rules.settling import Remark, Settled
from shanxue.study.queries import yearly as study
from shanxue.supervision.queries.duties import RECENT
from shanxue.supervision.rules.boards import PRESSING, group_turns, pick_turn

LAST_MEETINGS = 5
NO_UNIT = 0  # people who stand in no unit now


def list_last_meetings(actor: Actor, unit: Unit) -> list[SessionRow]:
    chosen = Filter(actor.on, span="past", unit=unit.pk, show="held")
    return describe_rows(actor, filter_sessions(actor, chosen)[:LAST_MEETINGS], actor.on)


def pick_current(settled: Iterable[Settled]) -> list[Settled]:
    """Pick of each obligation the turn that matters now, the most pressing first."""
    current = [pick_turn(turns[-RECENT:]) for turns in group_turns(settled).values()]
    return sorted(current, key=lambda one: (PRESSING[one.light], one.last_on, one.duty.key))


def list_explanations(settled: Iterable[Settled]) -> list[tuple[Settled, Remark]]:
    """What the secretary said of the duties that still ask something, the latest word on each."""
    found = []
    for one in settled:
        said = [remark for remark in one.remarks if remark.kind == RemarkKind.EXPLANATION]
        if one.asks and said:
            found.append((one, said[-1]))
    return found


def tell_founded(unit: Unit, today: date) -> tuple[int, int] | None:
    """The month in which a unit was founded this year, and the one from which it counts (ux L2)."""
    if unit.from_on is None or unit.from_on.year != today.year or unit.from_on <= date(today.year, 1, 1):
        return None
    founded = unit.from_on
    return founded.month, founded.month if founded.day == 1 else add_months(founded.replace(day=1), 1).month


@dataclass(frozen=True)
class UnitFigures:
    """One unit in one month of a line, and in the same month a year before."""

    unit: Unit | None
    this: int
    last: int


def list_unit_figures(actor: Actor, name: LineName, month: date) -> list[UnitFigures]:
    """List a line's numbers of one month by unit, in tree order; a unit with neither is left out."""
    this, last = (_count(actor, name, _take_month(first)) for first in (month, month.replace(year=month.year - 1)))
    units = order_units(scope_units(actor).filter(pk__in=[*this, *last]))
    rows = [UnitFigures(unit, this.get(unit.pk, 0), last.get(unit.pk, 0)) for unit in units]
    shown = {unit.pk for unit in units}
    rest = UnitFigures(None, *(sum(n for pk, n in found.items() if pk not in shown) for found in (this, last)))
    return [*rows, rest] if rest.this or rest.last else rows


def _take_month(first: date) -> Period:
    return Period(first, add_months(first, 1))


def _count(actor: Actor, name: LineName, period: Period) -> dict[int, int]:
    if name == LineName.MEETINGS:
        return activities.count_held_by_unit(actor, period)
    if name == LineName.MAKE_UPS:
        return activities.count_made_up_by_unit(actor, period)
    return _gather_by_unit(actor, study.count_passed_by_person(actor, period))


def _gather_by_unit(actor: Actor, people: dict[int, int]) -> dict[int, int]:
    """Add up people's counts by the party unit they stand in today, else by their department."""
    places = find_places(Person.objects.filter(pk__in=people), actor.on)
    found: dict[int, int] = {}
    for person, count in people.items():
        stints = places.get(person)
        unit = stints[0].unit_id if stints else NO_UNIT
        found[unit] = found.get(unit, 0) + count
    return found


@dataclass(frozen=True)
class TestFigures:
    """One test: on which day, how many took it, and their mean where there are enough of them."""

    title: str
    on: date
    figure: MonthFigure

    @property
    def mean(self) -> str:
        mean = self.figure.mean_tenths
        return write_tenths(mean) if mean is not None else f"不足 {LEAST_PEOPLE} 人"


def list_test_figures(actor: Actor, month: date) -> list[TestFigures]:
    """List the tests of a month with those of the same month a year before, the latest first."""
    found = []
    for first in (month, month.replace(year=month.year - 1)):
        for row in exams.sum_tests(actor, _take_month(first)):
            share = row.sum_milli * 1000 // row.full_milli if row.full_milli else 0
            found.append(TestFigures(row.title, row.on, MonthFigure(row.times, find_mean(row.times, share))))
    return sorted(found, key=lambda test: test.on, reverse=True)
