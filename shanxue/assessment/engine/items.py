"""Items per subject: valued in one frame (or in each period of it), held to their bounds, with what happened noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import narwhals as nw

from shanxue.assessment.rules.scheme import Item, Scheme

from .arithmetic import Grain, TooLargeError, lift, lower
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

    def grain(self, item: Item) -> Grain:
        return Grain(self.scheme.scale * self.weights.get(item.component, Fraction(1)))

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
    valued = [(Names(at), item, shop.value(item, Bench(tally, shop.grain(item), shop.pro_rata))) for at, item in items]
    frame = choose_ways(tally.attach(base), [(names, valuation) for names, _, valuation in valued])
    columns: dict[str, nw.Expr] = {}
    for names, item, valuation in valued:
        columns |= settle_item(item, valuation, shop.grain(item), names)
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


def settle_item(item: Item, valuation: Valuation, grain: Grain, names: Names) -> dict[str, nw.Expr]:
    """Hold raw points to their bounds and say what happened (``Mark`` bits)."""
    raw = nw.col(names.points)
    points, marks = raw, nw.lit(0, dtype=nw.Int64)
    zeroed = nw.lit(False) if valuation.zero is None else valuation.zero.fill_null(False)
    if valuation.top is not None:
        top = grain.turn(valuation.top)
        points = lower(points, top)
        marks = marks + _mark((raw > top) & ~zeroed, Mark.CAPPED)
    if valuation.bottom is not None:
        bottom = grain.turn(valuation.bottom)
        points = lift(points, bottom)
        marks = marks + _mark((raw < bottom) & ~zeroed, Mark.LIFTED)
    if valuation.zero is not None:
        points = nw.when(zeroed).then(nw.lit(0, dtype=nw.Int64)).otherwise(points)
        marks = marks + _mark(zeroed, Mark.ZEROES_COMPONENT if item.zeroes == "component" else Mark.ZEROED)
    if item.soft:
        enough = grain.turn(item.full or Fraction(0))
        marks = marks + _mark(points < enough, Mark.SOFT)
        points = lift(points, enough)
    for noted, mark in ((valuation.rescaled, Mark.RESCALED), (valuation.refused, Mark.REFUSED)):
        marks = marks if noted is None else marks + _mark(noted, mark)
    if item.kind == "rank":
        return {names.points: points, names.marks: marks}
    return fill_missing(item, points, marks, grain, names)


def _mark(held: nw.Expr, mark: Mark) -> nw.Expr:
    none = nw.lit(0, dtype=nw.Int64)
    return nw.when(held.fill_null(False)).then(nw.lit(int(mark), dtype=nw.Int64)).otherwise(none)


def fill_missing(item: Item, points: nw.Expr, marks: nw.Expr, grain: Grain, names: Names) -> dict[str, nw.Expr]:
    """Say 无数据 where there is nothing to go by, and give what the scheme gives then."""
    missing = points.is_null()
    marks = marks + _mark(missing, Mark.NO_DATA)
    if item.no_data in ("zero", "full"):
        given = item.full if item.no_data == "full" and item.full is not None else Fraction(0)
        points = nw.when(missing).then(nw.lit(grain.turn(given), dtype=nw.Int64)).otherwise(points)
    if item.no_data == "scale":
        marks = marks + _mark(missing, Mark.SCALED)
    return {names.points: points, names.marks: marks}
