"""From points per item to the total: ranks, what is scaled, zeroed components, floors and caps, each as a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import polars as pl

from shanxue.assessment.rules.scheme import Component, Item, Scheme
from shanxue.base.periods import split_period
from shanxue.base.points import MILLI, divide_half_up

from .items import Names
from .notes import BASE_NOTE, WORDS, Mark
from .scoring import ASSESSED, UNGRADED, Plan

TOTAL_LINE = "合计"


@dataclass(frozen=True)
class Adjustment:
    """A line that belongs to no item: what a floor, a cap, a base or a gate adds. Only rows other than 0 are lines."""

    code: str  # =考勤, =合计, =G1
    column: str
    note: pl.Expr


@dataclass(frozen=True)
class Seated:
    """What a meeting decided on a quota that was exceeded: who keeps the grade, and the words of the decision."""

    kept: frozenset[int]
    words: str


@dataclass
class Sheet:
    """The scored frame on its way to grades, the adjusting lines and the exceeded quotas found on that way.

    ``_all`` is the same for everybody: the group of those who are not held apart. ``seated`` holds decisions by the
    quota's place and group.
    """

    plan: Plan
    frame: pl.DataFrame
    adjustments: list[Adjustment] = field(default_factory=list)
    seated: Mapping[tuple[int, str], Seated] = field(default_factory=dict)
    overflows: list[pl.DataFrame] = field(default_factory=list)

    @property
    def scheme(self) -> Scheme:
        return self.plan.scheme

    def applies(self, at: int) -> pl.Expr:
        """Whether an item is for the subject at all."""
        assessed = pl.col("state").is_in([ASSESSED, UNGRADED])
        name = Names(at).applies
        return assessed & pl.col(name) if name in self.frame.columns else assessed

    def write(self, **columns: pl.Expr) -> None:
        self.frame = self.frame.with_columns(**columns)

    def turn(self, points: Fraction, weight: Fraction = Fraction(1)) -> int:
        """Turn scheme points into the integers of the scheme's scale, half up."""
        exact = points * weight * self.scheme.scale
        return divide_half_up(exact.numerator, exact.denominator)


def round_half_up(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Divide whole columns exactly, half away from zero; ``denominator`` positive."""
    size = (2 * numerator.abs() + denominator) // (2 * denominator)
    return pl.when(numerator < 0).then(-size).otherwise(size)


def mark_if(held: pl.Expr, mark: Mark) -> pl.Expr:
    return pl.when(held.fill_null(False)).then(int(mark)).otherwise(0)


def list_components(scheme: Scheme) -> list[Component]:
    """The declared components, then those that items name by themselves."""
    declared = {component.name: component for component in scheme.components}
    for item in scheme.items:
        declared.setdefault(item.component, Component(item.component))
    return list(declared.values())


def full_points(scheme: Scheme, item: Item, sheet: Sheet) -> int | None:
    """Full marks of an item as its line shows them: weighted, and for a sum over periods those of all periods."""
    if item.full is None:
        return None
    weight = next((part.weight for part in scheme.components if part.name == item.component), Fraction(1))
    return sheet.turn(item.full * count_summed_pieces(scheme, item), weight)


def count_summed_pieces(scheme: Scheme, item: Item) -> int:
    if item.per is None or item.combine != "sum":
        return 1
    return sum(1 for _ in split_period(scheme.window, item.per))


def add_totals(sheet: Sheet) -> None:
    """Add ``total`` (null when nothing could be computed), ``waiting``, ``missing`` (titles) and ``component{n}``."""
    for at, item in enumerate(sheet.scheme.items):
        if item.kind == "rank":
            _rank_item(sheet, at, item)
    _scale_missing(sheet)
    components = list_components(sheet.scheme)
    for at, component in enumerate(components):
        _add_component(sheet, at, component)
    _add_total(sheet, len(components))


def _rank_item(sheet: Sheet, at: int, item: Item) -> None:
    """Points by rank in the group, the best count first; equals share the better place (K46)."""
    names = Names(at)
    within = [item.rank_within] if item.rank_within else ["_all"]
    waived = pl.col(names.marks) // int(Mark.WAIVED) % 2 == 1
    taking = sheet.applies(at) & pl.col(names.counted).is_not_null() & ~waived
    value = pl.when(taking).then(pl.col(names.counted))
    size = taking.cast(pl.Int64).sum().over(within)
    first = value.rank("min", descending=True).over(within).cast(pl.Int64)
    last = value.rank("max", descending=True).over(within).cast(pl.Int64)
    given = sheet.turn(item.full or Fraction(0), _weight_of(sheet, item)) if item.no_data == "full" else 0
    points = _give_rank_points(sheet, item, first, size)
    tied = (last > first) & (points != _give_rank_points(sheet, item, last, size))
    missing = pl.col(names.counted).is_null()
    marks = mark_if(tied, Mark.TIED) + mark_if(missing, Mark.NO_DATA)
    if item.no_data == "scale":
        marks = marks + mark_if(missing, Mark.SCALED)
    fallback = pl.lit(given if item.no_data in ("zero", "full") else None, dtype=pl.Int64)
    sheet.write(
        **{
            names.points: pl.when(waived).then(pl.col(names.points)).when(missing).then(fallback).otherwise(points),
            names.marks: pl.col(names.marks) + pl.when(waived).then(0).otherwise(marks),
            names.counted: first * MILLI,
            names.out_of: pl.when(taking).then(size * MILLI),
        }
    )


def _weight_of(sheet: Sheet, item: Item) -> Fraction:
    return next((part.weight for part in sheet.scheme.components if part.name == item.component), Fraction(1))


def _give_rank_points(sheet: Sheet, item: Item, place: pl.Expr, size: pl.Expr) -> pl.Expr:
    given = pl.lit(0, dtype=pl.Int64)
    for share, points in reversed(item.rank_points):
        inside = place * share.denominator <= size * share.numerator
        given = (
            pl.when(inside).then(pl.lit(sheet.turn(points, _weight_of(sheet, item)), dtype=pl.Int64)).otherwise(given)
        )
    return given


def _scale_missing(sheet: Sheet) -> None:
    """Give an item that asks nothing the share of full marks that the other items with full marks reached (折算).

    The others of its component if there are any with data, else all others; an item without either stays open.
    """
    scheme, marked = sheet.scheme, {}
    full = {at: full_points(scheme, item, sheet) for at, item in enumerate(scheme.items)}
    basis = [at for at, points in full.items() if points]
    for at, item in enumerate(scheme.items):
        names = Names(at)
        if full[at] is None or not _may_scale(scheme, item):
            continue
        near = [other for other in basis if other != at and scheme.items[other].component == item.component]
        scaled = sheet.applies(at) & (pl.col(names.marks) // int(Mark.SCALED) % 2 == 1)
        own = pl.lit(full[at], dtype=pl.Int64)
        share = _reach(sheet, near, full, own)
        wide = _reach(sheet, [other for other in basis if other != at], full, own)
        marked[names.points] = pl.when(scaled).then(pl.coalesce(share, wide)).otherwise(pl.col(names.points))
    sheet.write(**marked)


def _may_scale(scheme: Scheme, item: Item) -> bool:
    waived = any(exempt.mode == "waive" and item.code in exempt.items for exempt in scheme.exempts)
    return waived or item.no_data == "scale"


def _reach(sheet: Sheet, others: Sequence[int], full: dict[int, int | None], own: pl.Expr) -> pl.Expr:
    """``own`` × Σ points ÷ Σ full over the other items that have data, within [0, own]; null without any."""
    if not others:
        return pl.lit(None, dtype=pl.Int64)
    reached, possible = pl.lit(0, dtype=pl.Int64), pl.lit(0, dtype=pl.Int64)
    for at in others:
        points = pl.col(Names(at).points)
        held = (sheet.applies(at) & points.is_not_null()).fill_null(False)
        reached = reached + pl.when(held).then(points).otherwise(0)
        possible = possible + pl.when(held).then(full[at]).otherwise(0)
    scaled = round_half_up(own * reached, pl.max_horizontal(possible, 1))
    return pl.when(possible > 0).then(pl.min_horizontal(pl.max_horizontal(scaled, 0), own))


def _add_component(sheet: Sheet, number: int, component: Component) -> None:
    """Column ``component{number}``: base and items, zeroed where an item says so, held in floor and cap."""
    own = [at for at, item in enumerate(sheet.scheme.items) if item.component == component.name]
    base = sheet.turn(component.base, component.weight)
    _zero_component(sheet, own, base)
    parts = [pl.when(sheet.applies(at)).then(pl.col(Names(at).points)).fill_null(0) for at in own]
    items = pl.sum_horizontal(*parts) if parts else pl.lit(0, dtype=pl.Int64)
    sheet.write(_raw=items + base, _items=items)
    held, note = _hold(pl.col("_raw"), sheet, component.floor, component.cap, component.weight)
    assessed = pl.col("state").is_in([ASSESSED, UNGRADED])
    name = f"component{number}"
    sheet.write(**{name: held, f"adjust_{name}": pl.when(assessed).then(held - pl.col("_items")).otherwise(0)})
    if component.base or component.floor is not None or component.cap is not None:
        sheet.write(**{f"note_{name}": _join_notes(BASE_NOTE if component.base else "", note)})
        sheet.adjustments.append(Adjustment(f"={component.name}", f"adjust_{name}", pl.col(f"note_{name}")))


def _zero_component(sheet: Sheet, own: Sequence[int], base: int) -> None:
    """Let the first item that zeroes its component carry the difference; further ones carry nothing (K25)."""
    zeroing = [
        at for at in own
        if sheet.scheme.items[at].zero_from_milli is not None and sheet.scheme.items[at].zeroes == "component"
    ]  # fmt: skip
    if not zeroing:
        return
    fired = {
        at: (sheet.applies(at) & (pl.col(Names(at).marks) // int(Mark.ZEROES_COMPONENT) % 2 == 1)).fill_null(False)
        for at in zeroing
    }
    parts = [pl.when(sheet.applies(at)).then(pl.col(Names(at).points)).fill_null(0) for at in own]
    rest = pl.sum_horizontal(*parts) + base
    columns, earlier = {}, pl.lit(False)
    for at in zeroing:
        name = Names(at).points
        columns[name] = pl.when(fired[at] & ~earlier).then(-rest).otherwise(pl.col(name))
        earlier = earlier | fired[at]
    sheet.write(**columns)


def _hold(
    value: pl.Expr, sheet: Sheet, floor: Fraction | None, cap: Fraction | None, weight: Fraction = Fraction(1)
) -> tuple[pl.Expr, pl.Expr]:
    """Hold a sum in its bounds; the note says which one took hold."""
    held, note = value, pl.lit("")
    if cap is not None:
        top = sheet.turn(cap, weight)
        held = pl.min_horizontal(held, pl.lit(top, dtype=pl.Int64))
        note = pl.when(value > top).then(pl.lit(WORDS[Mark.CAPPED])).otherwise(note)
    if floor is not None:
        bottom = sheet.turn(floor, weight)
        held = pl.max_horizontal(held, pl.lit(bottom, dtype=pl.Int64))
        note = pl.when(value < bottom).then(pl.lit(WORDS[Mark.LIFTED])).otherwise(note)
    return held, note


def _join_notes(first: str, second: pl.Expr) -> pl.Expr:
    if not first:
        return second
    return pl.when(second == "").then(pl.lit(first)).otherwise(pl.lit(f"{first}；") + second)


def _add_total(sheet: Sheet, components: int) -> None:
    scheme = sheet.scheme
    missing, known, titles = pl.lit(False), pl.lit(False), []
    for at, item in enumerate(scheme.items):
        absent = sheet.applies(at) & pl.col(Names(at).points).is_null()
        missing = missing | absent
        known = known | (sheet.applies(at) & pl.col(Names(at).points).is_not_null())
        titles.append(pl.when(absent).then(pl.lit(item.title)))
    sums = pl.sum_horizontal(*(pl.col(f"component{number}") for number in range(components)))
    sheet.write(
        _sum=sums + sheet.turn(scheme.base),
        waiting=missing.fill_null(False),
        known=known.fill_null(False),
        missing=pl.concat_str(*titles, separator="、", ignore_nulls=True) if titles else pl.lit(""),
    )
    held, note = _hold(pl.col("_sum"), sheet, scheme.floor, scheme.ceiling)
    sheet.write(
        **{
            f"adjust_component{number}": pl.when(pl.col("known")).then(pl.col(f"adjust_component{number}")).otherwise(0)
            for number in range(components)
        }
    )
    sheet.write(adjust_total=pl.when(pl.col("known")).then(held - pl.col("_sum")).otherwise(0), note_total=note)
    sheet.write(total=pl.when(pl.col("known")).then(held))
    if scheme.floor is not None or scheme.ceiling is not None:
        sheet.adjustments.append(Adjustment(f"={TOTAL_LINE}", "adjust_total", pl.col("note_total")))
