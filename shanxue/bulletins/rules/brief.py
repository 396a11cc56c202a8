"""A month's brief (ux L3): the figures of the leader's page as they stood, and what changed since the month before.

It is kept as plain values and written out from them alone, so that a brief made once never changes. Plain Python.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from shanxue.base.lights import SHAPES, Light
from shanxue.base.periods import add_months

from .overview import COUNT_WORDS, MonthFigure, Overview, UnitLight, YearLine, pick_units, write_figure

MOST_CHANGES, MOST_MATTERS = 6, 3  # what one A4 has room for beside thirty units


@dataclass(frozen=True)
class BriefUnit:
    unit_id: int
    name: str
    kind: str
    light: str
    words: str

    @property
    def shape(self) -> str:
        return SHAPES[Light(self.light)]


@dataclass(frozen=True)
class BriefLine:
    """One line of the year: what the month added, and the year so far against the same days a year before."""

    name: str
    month: str
    last_month: str  # the same month a year before
    year: str


@dataclass(frozen=True)
class Brief:
    """Everything of a brief. ``as_of``: the month's last day, or the day it was made while the month ran."""

    bureau: str
    scope: str
    month: date
    as_of: date
    sentence: str
    units: tuple[BriefUnit, ...]
    lines: tuple[BriefLine, ...]
    changes: tuple[str, ...]
    matters: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.bureau if self.scope == '全局' else self.scope}学习情况简报"

    @property
    def file_name(self) -> str:
        return f"学习情况简报（{self.month.year}年{self.month.month}月）.docx"

    @property
    def says_nothing(self) -> bool:
        """Nothing changed and nothing waits: there is no brief to carry into a meeting."""
        return not self.changes and not self.matters


def find_last_day(month: date, today: date) -> date:
    """The day a brief of a month speaks of: its last, or today while it runs."""
    return min(add_months(month.replace(day=1), 1) - timedelta(days=1), today)


def write_brief(bureau: str, month: date, now: Overview, before: Iterable[UnitLight]) -> Brief:
    """Take from the page what a brief holds. ``before``: the units as they stood at the end of the month before."""
    return Brief(
        bureau=bureau,
        scope=now.scope,
        month=month,
        as_of=now.on,
        sentence=now.sentence,
        units=tuple(BriefUnit(one.unit_id, one.name, one.kind, str(one.light), one.words) for one in now.units),
        lines=tuple(_write_line(line, month) for line in now.lines),
        changes=tuple(list_changes(before, now.units)),
        matters=tuple(f"{row.title}：{row.state}" if row.state else row.title for row in now.matters),
    )


def _write_line(line: YearLine, month: date) -> BriefLine:
    def write(figure: MonthFigure) -> str:
        return write_figure(figure, line.measure)

    return BriefLine(line.name, write(line.this[month.month - 1]), write(line.last[month.month - 1]), line.summary)


def list_changes(before: Iterable[UnitLight], now: Iterable[UnitLight]) -> list[str]:
    """Say whose light changed since then, in the order of the page; a unit that is new or gone is said too."""
    old = {unit.unit_id: unit for unit in before}
    found = []
    for unit in now:
        was = old.pop(unit.unit_id, None)
        if was is None:
            found.append(f"{unit.name}：新设，{unit.light}")
        elif was.light != unit.light:
            found.append(f"{unit.name}：{was.light} → {unit.light}（{unit.words}）")
    return [*found, *(f"{unit.name}：不再列入" for unit in old.values())]


def list_updates(kept: Brief, fresh: Brief) -> list[str]:
    """Say which figures of a kept brief stand otherwise now: lights of units, and numbers of lines.

    What waits for a word is as it stood when the brief was made, and is no figure.
    """
    lights = {unit.unit_id: unit for unit in kept.units}
    found = []
    for unit in fresh.units:
        was = lights.pop(unit.unit_id, None)
        if was is None or was.light != unit.light:
            found.append(f"{unit.name}：{was.light if was else '没有列入'} → {unit.light}")
    found += [f"{unit.name}：{unit.light} → 不再列入" for unit in lights.values()]
    for old, new in zip(kept.lines, fresh.lines, strict=False):
        found += [f"{new.name}：{a} → {b}" for a, b in ((old.month, new.month), (old.year, new.year)) if a != b]
    return found


def pick_rows(brief: Brief) -> tuple[tuple[BriefUnit, ...], str]:
    """Pick the units that one A4 has room for, and say how many others there are."""
    lights = {unit.unit_id: unit for unit in brief.units}
    shown, rest = pick_units(
        tuple(UnitLight(one.unit_id, one.name, one.kind, Light(one.light), one.words) for one in brief.units)
    )
    counts = "，".join(f"{count} 个{COUNT_WORDS[light]}" for light, count in rest.items())
    return tuple(lights[unit.unit_id] for unit in shown), f"其余：{counts}。" if counts else ""


def cut(rows: tuple[str, ...], most: int, word: str) -> tuple[str, ...]:
    """Cut a list to what there is room for, and say how many there are besides."""
    return rows if len(rows) <= most else (*rows[:most], f"另有 {len(rows) - most} {word}")


# Kept as JSON


def pack(brief: Brief) -> dict[str, Any]:
    return asdict(brief) | {"month": brief.month.isoformat(), "as_of": brief.as_of.isoformat()}


def unpack(kept: dict[str, Any]) -> Brief:
    return Brief(
        **kept
        | {
            "month": date.fromisoformat(kept["month"]),
            "as_of": date.fromisoformat(kept["as_of"]),
            "units": tuple(BriefUnit(**one) for one in kept["units"]),
            "lines": tuple(BriefLine(**one) for one in kept["lines"]),
            "changes": tuple(kept["changes"]),
            "matters": tuple(kept["matters"]),
        }
    )
