"""Items that look at each period of the window by itself, and the mean, sum or best of the periods (K35)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import narwhals as nw

from shanxue.assessment.rules.scheme import Item
from shanxue.base.periods import Period, split_period

from .arithmetic import FINE, Grain, Term, guard_divisor, round_half_up, sum_terms
from .counts import Frame, Tally
from .filters import key_of
from .items import Names, Workshop, choose_ways, settle_item
from .kinds import Bench
from .notes import Mark

MEAN_KINDS = frozenset({"score", "votes"})  # their counted and out_of are means already: never added up
MOST_PIECES = 400
LARGEST_PIECE = 10**7 * FINE  # points of one item in one period: 10,000.000


def score_pieces(shop: Workshop, subjects: Frame, items: Sequence[tuple[int, Item]], unit: str) -> Frame:
    """Value items in each period of ``unit`` and combine the periods: one row per subject, columns of ``Names``."""
    if any(item.kind == "rank" for _, item in items):
        raise ValueError("an item of kind rank looks at the whole window, not at periods")
    window = shop.scheme.window
    tally = Tally(window, shop.facts, unit)
    grain = Grain(Fraction(shop.scheme.scale), fine=True, keep=tally.keep)
    valued = [(Names(at), item, shop.value(item, Bench(tally, grain))) for at, item in items]
    base = spread_pieces(subjects, window, unit, whole=not shop.pro_rata)
    frame = choose_ways(tally.attach(base), [(names, valuation) for names, _, valuation in valued])
    columns: dict[str, nw.Expr] = {}
    marks: dict[int, list[Mark]] = {}
    for names, item, valuation in valued:
        settled = settle_item(item, valuation, grain, nw.col(names.points))
        columns[names.points] = settled.points
        marks[names.at] = [mark for mark in settled.marks if mark != Mark.SCALED]
        columns |= {
            f"_{names.marks}_{int(mark)}": nw.when(settled.marks[mark]).then(int(mark)).otherwise(0)
            for mark in marks[names.at]
        }
    frame = frame.with_columns(**columns)
    return combine_pieces(
        frame, [Piecewise(names, item, shop.weight(item), marks[names.at]) for names, item, _ in valued]
    )


@dataclass(frozen=True)
class Piecewise:
    """An item on its way from periods to the window, with the marks its periods may bear."""

    names: Names
    item: Item
    weight: Fraction
    marks: Sequence[Mark]


def spread_pieces(subjects: Frame, window: Period, unit: str, *, whole: bool) -> Frame:
    """One row per subject and period. Unless ``whole``, joiners start in the period they joined (K52)."""
    parts = []
    for piece in split_period(window, unit):
        present = subjects
        if not whole and piece.until_on < window.until_on:
            present = subjects.filter(~(nw.col("joined_on") >= nw.lit(piece.until_on)).fill_null(False))
        parts.append(present.with_columns(piece=nw.lit(key_of(piece.from_on, unit), dtype=nw.Int64)))
    return nw.concat(parts, how="vertical")


def combine_pieces(frame: Frame, parts: Sequence[Piecewise]) -> Frame:
    """Combine the periods that have data, weigh and round once; counts and marks are those of all these periods."""
    best = {
        f"_best{part.names.at}": nw.col(part.names.points).max().over("subject")
        for part in parts
        if part.item.combine == "best"
    }
    frame = frame.with_columns(**best) if best else frame
    sums: dict[str, nw.Expr] = {}
    finals: dict[str, nw.Expr] = {}
    for part in parts:
        sums |= _gather(part)
        finals |= _combine(part)
    return frame.group_by("subject").agg(**sums).select("subject", **finals)


def _count_known(column: nw.Expr) -> nw.Expr:
    return nw.when(~column.is_null()).then(1).sum().cast(nw.Int64)


def _gather(part: Piecewise) -> dict[str, nw.Expr]:
    """What the periods of one item add up to, per subject."""
    names, points = part.names, nw.col(part.names.points)
    best = part.item.combine == "best"
    sums = {f"_points{names.at}": points.max() if best else points.sum().cast(nw.Int64)}
    sums[f"_known{names.at}"] = _count_known(points)
    for column in (names.counted, names.out_of):
        if best:
            sums[f"_{column}"] = nw.when(points == nw.col(f"_best{names.at}")).then(nw.col(column)).max()
        else:
            sums[f"_{column}"] = nw.col(column).sum().cast(nw.Int64)
        sums[f"_{column}_known"] = _count_known(nw.col(column))
    return sums | {f"_{names.marks}_{int(mark)}": nw.col(f"_{names.marks}_{int(mark)}").max() for mark in part.marks}


def _combine(part: Piecewise) -> dict[str, nw.Expr]:
    names, item = part.names, part.item
    total, known = nw.col(f"_points{names.at}"), nw.col(f"_known{names.at}")
    over = guard_divisor(known) if item.combine == "mean" else None
    term = Term(Fraction(1, FINE), total, MOST_PIECES * LARGEST_PIECE)
    points = Grain(part.weight).settle([term], over=over, most=MOST_PIECES)
    finals = {names.points: nw.when(known > 0).then(points), names.marks: _join_marks(part, known)}
    for column in (names.counted, names.out_of):
        value, pieces = nw.col(f"_{column}"), nw.col(f"_{column}_known")
        if item.combine != "best" and item.kind in MEAN_KINDS:
            value = round_half_up(value, guard_divisor(pieces), signed=False)
        finals[column] = nw.when(pieces > 0).then(value)
    return finals


def _join_marks(part: Piecewise, known: nw.Expr) -> nw.Expr:
    """The marks of all periods together. Periods left out for want of data are said to be so."""
    total = []
    for mark in part.marks:
        held = nw.col(f"_{part.names.marks}_{int(mark)}")
        if mark == Mark.NO_DATA and part.item.no_data in ("wait", "scale"):
            absent = Mark.NO_DATA | Mark.SCALED if part.item.no_data == "scale" else Mark.NO_DATA
            left_out = nw.when(held > 0).then(int(Mark.PARTLY)).otherwise(0)
            held = nw.when(known > 0).then(left_out).otherwise(int(absent))
        total.append(held)
    return sum_terms(total).cast(nw.Int64)
