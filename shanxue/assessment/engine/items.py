"""Items per subject: valued in one frame (or in each period of it), held to their bounds, with what happened noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import narwhals as nw

from shanxue.assessment.rules.scheme import Item, Scheme

from .arithmetic import Grain, TooLargeError, lift, lower, sum_terms
from .counts import Frame, Tally
from .filters import find_year
from .judged import value_carry, value_marks, value_score, value_votes
from .kinds import (
    Bench,
    Valuation,
    count_rank,
    value_award,
    value_deduction,
    value_fixed,
    value_lookup,
    value_quota,
    value_ratio,
)
from .notes import Mark

VALUERS: Mapping[str, Callable[[Item, Bench], Valuation]] = {
    "ratio": value_ratio,
    "deduct_each": value_deduction,
    "award_each": value_award,
    "lookup": value_lookup,
    "quota": value_quota,
    "score": value_score,
    "votes": value_votes,
    "marks": value_marks,
    "rank": count_rank,
    "fixed": value_fixed,
}
NONE = nw.lit(None, dtype=nw.Int64)


@dataclass(frozen=True)
class Names:
    """The columns of one item in the scored frame. ``own`` columns live only while it is computed."""

    at: int

    @property
    def points(self) -> str:
        return f"points{self.at}"

    @property
    def counted(self) -> str:
        return f"counted{self.at}"

    @property
    def out_of(self) -> str:
        return f"out_of{self.at}"

    @property
    def marks(self) -> str:
        return f"marks{self.at}"

    @property
    def applies(self) -> str:
        """Present only where the item's ``who`` leaves somebody out."""
        return f"applies{self.at}"


@dataclass(frozen=True)
class Workshop:
    """What every item of one scheme needs: the scheme, the facts, and the weight of each component."""

    scheme: Scheme
    facts: Mapping[str, Frame]
    weights: Mapping[str, Fraction]

    @property
    def pro_rata(self) -> bool:
        return self.scheme.joiners.rule == "pro_rata"

    def grain(self, item: Item, tally: Tally) -> Grain:
        return Grain(self.scheme.scale * self.weight(item), keep=tally.keep)

    def weight(self, item: Item) -> Fraction:
        return self.weights.get(item.component, Fraction(1))

    def value(self, item: Item, bench: Bench) -> Valuation:
        """Value one item; raises TooLargeError naming it when its numbers leave the exact range."""
        try:
            if item.kind == "carry":
                return value_carry(item, bench, find_year(self.scheme), self.scheme.name or "学习考核")
            return VALUERS[item.kind](item, bench)
        except TooLargeError as error:
            raise TooLargeError(f"item {item.code}: {error}") from error


def score_plain(shop: Workshop, base: Frame, items: Sequence[tuple[int, Item]], tally: Tally) -> Frame:
    """Value the items that look at the whole window, and add their columns (``Names``)."""
    grains = {at: shop.grain(item, tally) for at, item in items}
    valued = [(Names(at), item, shop.value(item, Bench(tally, grains[at], shop.pro_rata))) for at, item in items]
    frame = choose_ways(tally.attach(base), [(names, valuation) for names, _, valuation in valued])
    columns: dict[str, nw.Expr] = {}
    for names, item, valuation in valued:
        settled = settle_item(item, valuation, grains[names.at], nw.col(names.points))
        columns[names.points] = settled.points
        columns[names.marks] = add_marks(settled.marks)
    return frame.with_columns(**columns) if columns else frame


def choose_ways(frame: Frame, valued: Sequence[tuple[Names, Valuation]]) -> Frame:
    """Write raw points, counted and out_of of each item; of several ways the best, and among equals the first."""
    single: dict[str, nw.Expr] = {}
    several: dict[str, nw.Expr] = {}
    for names, valuation in valued:
        targets = (names.points, names.counted, names.out_of)
        parts = [(way.points, *(NONE if e is None else e for e in (way.counted, way.out_of))) for way in valuation.ways]
        if len(parts) == 1:
            single |= dict(zip(targets, parts[0], strict=True))
            continue
        for way, part in enumerate(parts):
            single |= {f"_{target}_{way}": expression for target, expression in zip(targets, part, strict=True)}
        several |= {target: _choose(names, target, len(parts)) for target in targets}
    for columns in (single, several):
        frame = frame.with_columns(**columns) if columns else frame
    return frame


def _choose(names: Names, target: str, ways: int) -> nw.Expr:
    """Unroll: take way k where its points beat every way after it and equal or beat none before it."""
    worst = -(2**62)
    points = [nw.col(f"_{names.points}_{way}").fill_null(worst) for way in range(ways)]
    chosen = nw.col(f"_{target}_{ways - 1}")
    best = points[ways - 1]
    for way in range(ways - 2, -1, -1):
        chosen = nw.when(points[way] >= best).then(nw.col(f"_{target}_{way}")).otherwise(chosen)
        best = lift(points[way], best)
    return chosen


@dataclass(frozen=True)
class Settled:
    """An item's points after its bounds, and where each mark is to be set."""

    points: nw.Expr
    marks: Mapping[Mark, nw.Expr]


def settle_item(item: Item, valuation: Valuation, grain: Grain, raw: nw.Expr) -> Settled:
    """Hold raw points to their bounds; zeroing beats both. What the scheme gives without data comes last."""
    points, marks = raw, dict[Mark, nw.Expr]()
    if valuation.top is not None:
        top = grain.turn(valuation.top)
        points, marks[Mark.CAPPED] = lower(points, top), raw > top
    if valuation.bottom is not None:
        bottom = grain.turn(valuation.bottom)
        points, marks[Mark.LIFTED] = lift(points, bottom), raw < bottom
    if valuation.zero is not None:
        zero = valuation.zero
        points = nw.when(zero).then(0).otherwise(points)
        marks = {mark: held & ~zero for mark, held in marks.items()}
        marks[Mark.ZEROES_COMPONENT if item.zeroes == "component" else Mark.ZEROED] = zero
    if item.soft:
        enough = grain.turn(item.full or Fraction(0))
        points, marks[Mark.SOFT] = lift(points, enough), points < enough
    if valuation.rescaled is not None:
        marks[Mark.RESCALED] = valuation.rescaled
    if valuation.refused is not None:
        marks[Mark.REFUSED] = valuation.refused
    if item.kind == "rank":
        return Settled(points, marks)
    return _fill_missing(item, points, marks, grain)


def _fill_missing(item: Item, points: nw.Expr, marks: dict[Mark, nw.Expr], grain: Grain) -> Settled:
    missing = points.is_null()
    marks[Mark.NO_DATA] = missing
    if item.no_data == "scale":
        marks[Mark.SCALED] = missing
    if item.no_data in ("zero", "full"):
        given = item.full if item.no_data == "full" and item.full is not None else Fraction(0)
        points = points.fill_null(grain.turn(given))
    return Settled(points, marks)


def add_marks(marks: Mapping[Mark, nw.Expr]) -> nw.Expr:
    """Add the bits of the marks that are set; a condition that is unknown sets none."""
    bits = [nw.when(held).then(int(mark)).otherwise(0) for mark, held in marks.items()]
    return sum_terms(bits).cast(nw.Int64) if bits else nw.lit(0, dtype=nw.Int64)
