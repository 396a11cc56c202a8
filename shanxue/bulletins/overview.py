"""Reading the figures of a leader's page from the rooms: the same number of queries for any number of units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from shanxue.activities.queries import yearly as activities
from shanxue.base.days import name_day
from shanxue.base.lights import Due, Light
from shanxue.base.periods import Period
from shanxue.exams.queries import yearly as exams
from shanxue.exams.queries.yearly import Taken
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor
from shanxue.plans.rules.settling import Settled
from shanxue.study.queries import yearly as study
from shanxue.supervision.queries.duties import build_units_board
from shanxue.supervision.queries.instructions import find_instructed
from shanxue.supervision.rules.boards import Board, Row

from .rules.overview import Coming, DayFigure, LineName, Overview, UnitLight, YearLine, draw_line, order_units

COMING = timedelta(days=30)


def build_overview(actor: Actor, on: date, now: datetime) -> Overview:
    """Build the page of everything the actor reads, as it stood at the end of ``on``; matters stand as they are now."""
    board = build_units_board(actor, on)
    matters = (*list_room_matters(actor, now), *list_late_units(actor, board, now))
    return Overview(
        scope=name_scope(actor),
        on=on,
        units=list_lights(board, on),
        lines=read_lines(actor, on),
        coming=list_coming(actor, board, on),
        matters=tuple(matters),
    )


def name_scope(actor: Actor) -> str:
    """Name what the actor reads: 全局, one unit, or several."""
    units = {grant.unit_id: grant.unit for grant in actor.reading_grants}
    if None in units or not units:
        return "全局"
    names = [unit.name for unit in units.values() if unit is not None]
    return names[0] if len(names) == 1 else "授权范围内"


def list_lights(board: Board, on: date) -> tuple[UnitLight, ...]:
    rows = (
        UnitLight(row.subject.id, row.subject.name, row.subject.unit_kind, row.light, describe_row(row, on))
        for row in board.rows
    )
    return order_units(rows)


def describe_row(row: Row, on: date) -> str:
    """Say in one line why a unit's light is what it is: the most pressing duty, or the next last day."""
    asking = sorted(
        (cell for cell in row.cells if cell is not None and cell.light in (Light.LATE, Light.NEAR)),
        key=lambda cell: (cell.light != Light.LATE, cell.last_on),
    )
    if asking:
        more = f"，共 {len(asking)} 项" if len(asking) > 1 else ""
        said = asking[0].sentence
        state = "未办，一般要求" if "一般要求" in said else said.partition("，")[0]
        return f"{_name(asking[0], on)}{state}{more}"
    if row.light == Light.PAUSED:
        return "暂不要求"
    return f"下次到期 {name_day(row.next_on, on)}" if row.next_on else "没有要办的"


def _name(settled: Settled, on: date) -> str:
    slot = settled.duty.slot
    return f"{slot.rule.obligation.title}（{slot.label.removeprefix(f'{on.year}年')}）"


# Matters


def list_late_units(actor: Actor, board: Board, now: datetime) -> Iterator[Due]:
    """Units that are late and were not written to lately: each of them asks for a word."""
    late = [row for row in board.rows if row.light == Light.LATE]
    written = find_instructed(actor, now) if late else set()
    for row in late:
        if row.subject.id not in written:
            yield Due(
                key=f"late-{row.subject.key}",
                kind="逾期",
                title=f"{row.subject.name}有任务逾期",
                href=reverse("home:unit_overview", args=[row.subject.id]),
                light=Light.LATE,
                state=describe_row(row, timezone.localdate(now)),
            )


def list_room_matters(actor: Actor, now: datetime) -> Iterator[Due]:
    """What each room puts before a leader (settings.MATTERS); a row of one never hides a row of another."""
    for name in settings.MATTERS:
        yield from import_module(name).list_matters(actor, now)


# The lines of the year


def read_lines(actor: Actor, on: date, unit: Unit | None = None) -> tuple[YearLine, ...]:
    """Read the four lines of two years, of everything the actor reads or of one unit: four queries."""
    period = Period(date(on.year - 1, 1, 1), on + timedelta(days=1))
    days = {
        LineName.MEETINGS: _count(activities.count_held(actor, period, unit)),
        LineName.NOTES: _count(study.count_passed(actor, period, unit)),
        LineName.TESTS: add_scores(exams.sum_taken(actor, period, unit)),
        LineName.MAKE_UPS: _count(activities.count_made_up(actor, period, unit)),
    }
    return tuple(draw_line(name, days[name], on) for name in LineName)


def _count(days: Mapping[date, int]) -> dict[date, DayFigure]:
    return {day: DayFigure(count) for day, count in days.items()}


def add_scores(rows: Iterable[Taken]) -> dict[date, DayFigure]:
    """Add the scores of each day as thousandths of their full marks, exactly enough for a tenth of a point."""
    found: dict[date, DayFigure] = {}
    for row in rows:
        before = found.get(row.on, DayFigure(0))
        share = row.sum_milli * 1000 // row.full_milli if row.full_milli else 0
        found[row.on] = DayFigure(before.count + row.times, before.share_milli + share)
    return found


# The coming thirty days


def list_coming(actor: Actor, board: Board, on: date) -> tuple[Coming, ...]:
    """What is planned, by day and kind, and the last days of duties, by day and obligation; in order of time."""
    period = Period(on, on + COMING)
    planned = [
        Coming(day, f"{kind} {times} 场", is_deadline=False)
        for day, kind, times in activities.count_coming(actor, period)
    ]
    return tuple(sorted([*planned, *_list_deadlines(board, period)], key=lambda one: (one.on, one.is_deadline)))


def _list_deadlines(board: Board, period: Period) -> Iterator[Coming]:
    open_lights = (Light.NONE, Light.NEAR)
    cells = [cell for row in board.rows for cell in row.cells if cell is not None and cell.light in open_lights]
    found = Counter((cell.last_on, cell.duty.slot.rule.obligation.title) for cell in cells if cell.last_on in period)
    for (day, title), count in found.items():
        yield Coming(day, f"{title}到期，{count} 个单位还没有完成", is_deadline=True)
