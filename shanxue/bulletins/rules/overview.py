"""The figures of a leader's page (ux L1): one sentence, units as lights, four lines of the year. Plain values.

L1, L2 and the monthly brief (L3) are written from these and from nothing else, so that they agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shanxue.base.lights import Due, Light
from shanxue.base.points import divide_half_up

BRANCH_KINDS = frozenset({"党支部", "党总支"})
MOST_UNITS = 32  # units on one A4; with more, those that need asking after and counts for the rest
LEAST_PEOPLE = 3  # a mean of fewer says what one person reached
MONTHS = range(1, 13)
COUNT_WORDS = {Light.FINE: "按期", Light.NEAR: "临近", Light.LATE: "逾期", Light.NONE: "无记录", Light.PAUSED: "暂停"}
PRESSING = (Light.LATE, Light.NEAR, Light.NONE, Light.FINE, Light.PAUSED)


class LineName(StrEnum):
    """The four lines of a year, in the order in which they are shown."""

    MEETINGS = "会议"
    NOTES = "笔记"
    TESTS = "测试"
    MAKE_UPS = "补学"


LINE_CODES = {  # in addresses
    LineName.MEETINGS: "meetings", LineName.NOTES: "notes", LineName.TESTS: "tests", LineName.MAKE_UPS: "make-ups",
}  # fmt: skip
MEASURES = {LineName.MEETINGS: "次", LineName.NOTES: "篇", LineName.TESTS: "人次", LineName.MAKE_UPS: "人次"}
ABOUT = {
    LineName.MEETINGS: "已召开的会议、学习日和党课，按召开的日期计入当月。",
    LineName.NOTES: "已通过审阅的笔记，按笔记上的日期计入当月。",
    LineName.TESTS: "有成绩的测试人次和折合百分制的平均分，按测试日期计入当月；不足 3 人的不列平均分。",
    LineName.MAKE_UPS: "缺席后已完成的补学，按所补那次会议的日期计入当月。缺席仍是缺席。",
}


@dataclass(frozen=True)
class UnitLight:
    """One unit on the page: its light, and one line that says why or until when."""

    unit_id: int
    name: str
    kind: str
    light: Light
    words: str

    @property
    def is_branch(self) -> bool:
        return self.kind in BRANCH_KINDS


@dataclass(frozen=True)
class MonthFigure:
    """One month of one line. ``mean_tenths``: of tests, tenths of a point out of 100; None where it is not shown."""

    count: int
    mean_tenths: int | None = None


@dataclass(frozen=True)
class YearLine:
    """One line of a year against the year before: twelve months each. ``today`` ends the comparison of the two."""

    name: LineName
    this: tuple[MonthFigure, ...]
    last: tuple[MonthFigure, ...]
    until_now: MonthFigure  # this year up to today,
    same_days: MonthFigure  # last year up to the same day

    @property
    def code(self) -> str:
        return LINE_CODES[self.name]

    @property
    def measure(self) -> str:
        return MEASURES[self.name]

    @property
    def by_mean(self) -> bool:
        return self.name == LineName.TESTS

    @property
    def summary(self) -> str:
        return f"{self.write(self.until_now)}，去年同期 {self.write(self.same_days).removeprefix('平均 ')}"

    def write(self, figure: MonthFigure) -> str:
        return write_figure(figure, self.measure)


def write_figure(figure: MonthFigure, measure: str) -> str:
    if figure.mean_tenths is None:
        return f"{figure.count} {measure}"
    return f"平均 {write_tenths(figure.mean_tenths)} 分（{figure.count} {measure}）"


def write_tenths(value: int) -> str:
    return f"{value // 10}.{value % 10}"


@dataclass(frozen=True)
class Coming:
    """What comes in the next thirty days: on a day, or until a day."""

    on: date
    words: str
    is_deadline: bool


@dataclass(frozen=True)
class Overview:
    """Everything of the page as it stood on a day. ``scope``: 全局, or the unit whose part is shown."""

    scope: str
    on: date
    units: tuple[UnitLight, ...]
    lines: tuple[YearLine, ...]
    coming: tuple[Coming, ...]
    matters: tuple[Due, ...]

    @property
    def branches(self) -> tuple[UnitLight, ...]:
        """The units that the sentence speaks of: branches, or whatever the reader has where there are none."""
        found = tuple(unit for unit in self.units if unit.is_branch)
        return found or self.units

    @property
    def word(self) -> str:
        return "支部" if any(unit.is_branch for unit in self.units) else "单位"

    @property
    def has_begun(self) -> bool:
        """Whether this year has anything to show yet."""
        return any(line.until_now.count for line in self.lines)

    @property
    def sentence(self) -> str:
        return write_sentence(self)


def count_lights(units: Iterable[UnitLight]) -> dict[Light, int]:
    counts = dict.fromkeys(COUNT_WORDS, 0)
    for unit in units:
        counts[unit.light] += 1
    return counts


def write_sentence(overview: Overview) -> str:
    """Say it in one sentence: 全局 12 个支部，10 个按期，1 个临近，1 个逾期；需要您过问 1 件。"""
    asked = f"需要您过问 {len(overview.matters)} 件" if overview.matters else "没有需要您过问的事"
    if not overview.units:
        return f"{overview.scope}还没有支部；{asked}。"
    counts = count_lights(overview.branches)
    parts = [f"{overview.scope} {len(overview.branches)} 个{overview.word}"]
    parts += [f"{count} 个{COUNT_WORDS[light]}" for light, count in counts.items() if count or light == Light.FINE]
    return f"{'，'.join(parts)}；{asked}。"


def write_beginning(overview: Overview) -> str:
    """The sentence of the year's first weeks, with what the year before left open."""
    left = [unit for unit in overview.units if unit.light in (Light.LATE, Light.NEAR)]
    first = "本年度刚开始，还没有可看的数据。预计 2 月有第一版。"
    return f"{first}上年度还有 {len(left)} 个单位的任务没有办完。" if left else first


def order_units(units: Iterable[UnitLight]) -> tuple[UnitLight, ...]:
    """Branches first; within the branches those that need asking after first, else as they came (by code)."""
    return tuple(sorted(units, key=lambda unit: (not unit.is_branch, PRESSING.index(unit.light))))


def pick_units(units: tuple[UnitLight, ...]) -> tuple[tuple[UnitLight, ...], dict[Light, int]]:
    """Pick the units that one A4 has room for, and count the rest by light."""
    if len(units) <= MOST_UNITS:
        return units, {}
    asking = [unit for unit in units if unit.light in (Light.LATE, Light.NEAR)][: MOST_UNITS - 2]
    shown = {unit.unit_id for unit in asking}
    rest = count_lights(unit for unit in units if unit.unit_id not in shown)
    return tuple(asking), {light: count for light, count in rest.items() if count}


# The lines


@dataclass(frozen=True)
class DayFigure:
    """What one day adds to a line; of tests also the sum of the scores, in thousandths of the full mark."""

    count: int
    share_milli: int = 0


def draw_line(name: LineName, days: Mapping[date, DayFigure], today: date) -> YearLine:
    """Put the days of two years into months. What lies after ``today`` does not count."""
    year = today.year
    this = {day: figure for day, figure in days.items() if day.year == year and day <= today}
    last = {day: figure for day, figure in days.items() if day.year == year - 1}
    reached = (today.month, today.day)
    same = [figure for day, figure in last.items() if (day.month, day.day) <= reached]
    return YearLine(
        name, _split_months(name, this), _split_months(name, last), _add(name, this.values()), _add(name, same)
    )


def _split_months(name: LineName, days: Mapping[date, DayFigure]) -> tuple[MonthFigure, ...]:
    months: dict[int, list[DayFigure]] = {month: [] for month in MONTHS}
    for day, figure in days.items():
        months[day.month].append(figure)
    return tuple(_add(name, figures) for figures in months.values())


def _add(name: LineName, figures: Iterable[DayFigure]) -> MonthFigure:
    found = list(figures)
    count = sum(figure.count for figure in found)
    if name != LineName.TESTS:
        return MonthFigure(count)
    return MonthFigure(count, find_mean(count, sum(figure.share_milli for figure in found)))


def find_mean(count: int, share_milli: int) -> int | None:
    """Tenths of a point out of 100; None where there are so few that it would tell of one person."""
    return divide_half_up(share_milli, count) if count >= LEAST_PEOPLE else None


@dataclass(frozen=True)
class Spot:
    """One point of a drawn line, in the units of its picture; ``height`` is None where the month has nothing."""

    month: int
    height: int | None


def scale_line(line: YearLine, height: int) -> tuple[tuple[Spot, ...], tuple[Spot, ...]]:
    """Scale both years of a line to a picture so high; a month to come has no spot."""
    values = [_pick(line, figure) for figure in (*line.this, *line.last)]
    most = max((value for value in values if value), default=0)

    def place(figures: tuple[MonthFigure, ...], until: int) -> tuple[Spot, ...]:
        found = []
        for month, figure in zip(MONTHS, figures, strict=True):
            value = _pick(line, figure) if month <= until else None
            found.append(Spot(month, None if value is None or not most else height - value * height // most))
        return tuple(found)

    reached = max((month for month, figure in zip(MONTHS, line.this, strict=True) if figure.count), default=0)
    return place(line.this, reached), place(line.last, 12)


def _pick(line: YearLine, figure: MonthFigure) -> int | None:
    return figure.mean_tenths if line.by_mean else figure.count
