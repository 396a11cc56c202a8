"""One turn of an obligation: its period, its last day, its grace, and why it is that day. The same for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from shanxue.base.periods import Period, add_months

from .calendar import WorkCalendar, write_day, write_range, write_short
from .obligations import Cycle, Deadline, FixedDay
from .versions import Rule
from .vocabulary import PERIOD_WORDS, WEEKDAYS
from .wording import describe_fixed_day, describe_obligation

DAY = timedelta(days=1)
NEAR_DAYS = {"week": 1, "month": 7, "quarter": 14, "half": 21, "year": 30}
QUARTERS = "一二三四"


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of an explanation: what it is about, and the sentence."""

    label: str
    text: str


@dataclass(frozen=True)
class Slot:
    """One turn. Records from ``counts_from`` to ``grace_on`` (both included) count; ``last_on`` is the last in time.

    From ``near_on`` on it is near. ``share`` of the full amount is asked (a year's part of a cycle). ``tag`` makes the
    end of a duty's key and never depends on holidays. ``catch_up``: after ``last_on`` still to be caught up.
    """

    rule: Rule
    period: Period
    label: str
    tag: str
    counts_from: date
    last_on: date
    grace_on: date
    near_on: date
    pieces: tuple[Piece, ...]
    share: Fraction = Fraction(1)
    catch_up: bool = False


def list_slots(rule: Rule, window: Period, calendar: WorkCalendar) -> list[Slot]:
    """List the turns of a rule whose period touches the window, oldest first. Deadlines that run from events of a
    subject are not here: see ``expansion``.

    A period belongs to the version in force on its first day and keeps it to its end (K65); of a repealed institution
    only periods that had ended before remain.
    """
    demand = rule.obligation.demand
    if isinstance(demand, Cycle):
        return [slot for slot in _list_cycle(rule, demand, window) if _is_ours(rule, _start_late(rule, slot.period))]
    if isinstance(demand, Deadline):
        if demand.trigger.kind == "yearly":
            return [slot for slot in _list_yearly(rule, demand, window, calendar) if _is_ours(rule, slot.period)]
        if demand.trigger.kind == "period_end":
            pieces = _list_periods(rule, demand.trigger.period, window)
            return [_build_period_end(rule, demand, piece, calendar) for piece in pieces]
        return []
    pieces = _list_periods(rule, demand.period, window)
    if isinstance(demand, FixedDay):
        return [_build_fixed_day(rule, demand, piece, calendar) for piece in pieces]
    return [_build_plain(rule, demand.period, piece) for piece in pieces]


def _is_ours(rule: Rule, period: Period) -> bool:
    return rule.is_in_force(period.from_on) and (rule.ended_on is None or period.until_on <= rule.ended_on)


def _start_late(rule: Rule, period: Period) -> Period:
    """A cycle of years in which the obligation began belongs to the version it began with."""
    return Period(rule.first_on, period.until_on) if rule.first_on in period and period.days > 366 else period


def _list_periods(rule: Rule, unit: str, window: Period) -> list[Period]:
    return [piece for piece in list_whole_periods(window, unit) if _is_ours(rule, piece)]


def list_whole_periods(window: Period, unit: str) -> Iterator[Period]:
    """List the whole calendar periods that touch a window, never cut at its ends."""
    start = find_period(window.from_on, unit).from_on
    while start < window.until_on:
        period = find_period(start, unit)
        yield period
        start = period.until_on


def find_period(day: date, unit: str) -> Period:
    """Find the whole week, month, quarter, half or year that a day lies in."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=7))
    length = {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    return Period(first, add_months(first, length))


def name_period(period: Period, unit: str) -> str:
    """Name a whole calendar period: 2026年第二季度, 2026年6月, 2026年6月1日至7日的一周."""
    day = period.from_on
    if unit == "week":
        return f"{write_range(day, period.until_on - DAY)}这一周"
    if unit == "month":
        return f"{day.year}年{day.month}月"
    if unit == "quarter":
        return f"{day.year}年第{QUARTERS[(day.month - 1) // 3]}季度"
    if unit == "half":
        return f"{day.year}年{'上' if day.month == 1 else '下'}半年"
    return f"{day.year}年"


def _build_plain(rule: Rule, unit: str, period: Period) -> Slot:
    last = period.until_on - DAY
    label = name_period(period, unit)
    said = Piece("周期", f"{label}（{write_range(period.from_on, last)}），最后一天是{write_day(last)}")
    return build_slot(rule, period, label, last, [said], unit=unit)


def build_slot(
    rule: Rule, period: Period, label: str, last_on: date, said: list[Piece], *, unit: str = "month", tag: str = "",
    counts_from: date | None = None, share: Fraction = Fraction(1), catch_up_until: date | None = None,
) -> Slot:  # fmt: skip
    """Put a turn together: the rule and its version first, then what was said of the day, then the grace."""
    obligation = rule.obligation
    near = NEAR_DAYS[unit] if obligation.near_days is None else obligation.near_days
    grace_on = catch_up_until or last_on + timedelta(days=obligation.grace_days)
    pieces = [*_explain_rule(rule), *said, *_explain_version(rule, period)]
    if obligation.grace_days:
        pieces.append(Piece("宽限", f"宽限{obligation.grace_days}天，到{write_day(grace_on)}"))
    return Slot(
        rule, period, label, tag or f"{period.from_on:%Y%m%d}", counts_from or period.from_on, last_on, grace_on,
        last_on - timedelta(days=near), tuple(pieces), share, catch_up_until is not None,
    )  # fmt: skip


def _explain_rule(rule: Rule) -> list[Piece]:
    obligation = rule.obligation
    clause = f"《{rule.title}》{obligation.clause}"
    pieces = [
        Piece("依据", f"{clause}：{rule.clause_text}" if rule.clause_text else clause),
        Piece("要求", describe_obligation(obligation)),
    ]
    return [*pieces, Piece("说明", obligation.note)] if obligation.note else pieces


def _explain_version(rule: Rule, period: Period) -> list[Piece]:
    pieces = [Piece("版本", f"第{rule.number}版，自{write_day(rule.from_on)}起执行")]
    if rule.until_on is not None and rule.until_on < period.until_on:
        pieces.append(
            Piece(
                "版本变化",
                f"第{rule.number + 1}版自{write_day(rule.until_on)}起执行；"
                f"这一期在{write_day(period.from_on)}已经开始，仍按第{rule.number}版",
            )
        )
    return pieces


def _build_fixed_day(rule: Rule, demand: FixedDay, period: Period, calendar: WorkCalendar) -> Slot:
    named = _find_fixed_day(demand, period)
    day, said = move_to_workday(named, demand.on_holiday, calendar)
    first = max(period.from_on, day - timedelta(days=demand.shift_days))
    last = day + timedelta(days=demand.shift_days)
    label = name_period(period, demand.period)
    pieces = [Piece("固定日", f"{describe_fixed_day(demand)}，{label}是{write_day(named)}"), *said]
    if demand.shift_days:
        pieces.append(Piece("可调整", f"可在前后{demand.shift_days}天内调整：{write_range(first, last)}"))
    return build_slot(rule, period, label, last, pieces, unit=demand.period, counts_from=first)


def _find_fixed_day(demand: FixedDay, period: Period) -> date:
    if demand.month_day is not None:
        return period.from_on.replace(day=demand.month_day)
    weekday = demand.weekday or 0
    first = period.from_on + timedelta(days=(weekday - period.from_on.weekday()) % 7)
    if demand.nth > 0 or demand.period == "week":
        return first if demand.period == "week" else first + timedelta(weeks=demand.nth - 1)
    last = period.until_on - DAY
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def move_to_workday(day: date, rule: str, calendar: WorkCalendar) -> tuple[date, list[Piece]]:
    """Move a day off a holiday, and say so: which holiday, to which day; and what a year without data rests on."""
    gaps = [Piece("日历", gap) for gap in calendar.list_gaps(day)]
    if rule == "none" or calendar.is_workday(day):
        if calendar.is_workday(day) and day in calendar.on:
            return day, [Piece("调休", f"{write_day(day)}（周{WEEKDAYS[day.weekday()]}）{calendar.on[day]}上班"), *gaps]
        return day, gaps if rule != "none" else []
    moved = calendar.find_next(day) if rule == "after" else calendar.find_previous(day)
    verb = "顺延到" if rule == "after" else "提前到"
    weekday = f"周{WEEKDAYS[moved.weekday()]}"
    extra = f"，{calendar.on[moved]}上班" if moved in calendar.on else ""
    text = f"{write_day(day)}{calendar.name_rest(day)}，{verb}{write_short(moved)}（{weekday}{extra}）"
    return moved, [Piece("顺延" if rule == "after" else "提前", text), *gaps]


def _build_period_end(rule: Rule, demand: Deadline, period: Period, calendar: WorkCalendar) -> Slot:
    days = calendar.list_last(period.until_on, demand.trigger.workdays)
    label = name_period(period, demand.trigger.period)
    word = PERIOD_WORDS[demand.trigger.period]
    said = [Piece("期限", f"{label}最后{len(days)}个工作日：{write_range(days[0], days[-1])}（按{word}末的工作日计）")]
    skipped = [day for day in _list_days(days[0], period.until_on) if day not in days and day.weekday() < 5]
    said += [Piece("节假日", f"{write_day(day)}{calendar.name_rest(day)}，不算工作日") for day in skipped]
    said += [Piece("调休", f"{write_day(day)}{calendar.on[day]}上班，算工作日") for day in days if day in calendar.on]
    said += [Piece("日历", gap) for gap in calendar.list_gaps(days[0], days[-1])]
    return build_slot(rule, period, label, days[-1], said, unit=demand.trigger.period, counts_from=days[0])


def _list_days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((until - first).days)]


def _list_yearly(rule: Rule, demand: Deadline, window: Period, calendar: WorkCalendar) -> Iterator[Slot]:
    """A day of each year: the turn runs from the day after last year's to this year's."""
    month, day = demand.trigger.month or 12, demand.trigger.day or 31
    for year in range(window.from_on.year, window.until_on.year + 2):
        named = date(year, month, day)
        period = Period(date(year - 1, month, day) + DAY, named + DAY)
        if period.until_on <= window.from_on or period.from_on >= window.until_on:
            continue
        last, said = move_to_workday(named, demand.on_holiday, calendar)
        pieces = [Piece("期限", f"每年{month}月{day}日前，{year}年是{write_day(named)}"), *said]
        yield build_slot(rule, period, f"{year}年{month}月{day}日前", last, pieces, unit="quarter")


def _list_cycle(rule: Rule, demand: Cycle, window: Period) -> Iterator[Slot]:
    first = demand.from_year + (window.from_on.year - demand.from_year) // demand.years * demand.years
    for start in range(first, window.until_on.year + 1, demand.years):
        cycle = Period(date(start, 1, 1), date(start + demand.years, 1, 1))
        last = cycle.until_on - DAY
        name = f"{start}—{last.year}年"
        if demand.yearly is not None:
            yield from _list_shares(rule, demand, cycle, name, window)
        if cycle.from_on < window.until_on and cycle.until_on > window.from_on:
            said = [Piece("周期", f"{name}为一个周期，最后一天是{write_day(last)}")]
            if rule.first_on in cycle and rule.first_on > cycle.from_on:
                began = f"制度自{write_day(rule.first_on)}起执行，周期内此前的记录一并计算"
                said.append(Piece("起计", began))
            yield build_slot(rule, cycle, name, last, said, unit="year", tag=f"{cycle.from_on:%Y%m%d}c")


def _list_shares(rule: Rule, demand: Cycle, cycle: Period, name: str, window: Period) -> Iterator[Slot]:
    assert demand.yearly is not None
    for at in range(demand.years):
        year = Period(date(cycle.from_on.year + at, 1, 1), date(cycle.from_on.year + at + 1, 1, 1))
        if year.until_on <= window.from_on or year.from_on >= window.until_on:
            continue
        last = year.until_on - DAY
        end = cycle.until_on - DAY
        share = demand.yearly * (at + 1 if demand.catch_up else 1)
        asked = f"{share.numerator}/{share.denominator}"
        so_far = f"到{write_day(last)}累计应完成{asked}" if demand.catch_up else f"{year.from_on.year}年应完成{asked}"
        said = [Piece("周期", f"{name}周期的第{at + 1}年，{so_far}")]
        if demand.catch_up and last < end:
            said.append(Piece("补足", f"不足的可在{write_day(end)}前补上"))
        yield build_slot(
            rule, year, f"{year.from_on.year}年", last, said, unit="year", tag=f"{year.from_on:%Y%m%d}y",
            counts_from=cycle.from_on if demand.catch_up else year.from_on, share=share,
            catch_up_until=end if demand.catch_up and last < end else None,
        )  # fmt: skip
