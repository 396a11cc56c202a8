"""The kinds of item that count: each turns counts into points. One small function per kind (K04–K31)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import narwhals as nw

from shanxue.assessment.rules.scheme import Count, Item, Step, Target
from shanxue.base.points import MILLI

from .arithmetic import (
    LARGEST_MILLI,
    WHOLE_SCORE,
    Grain,
    Term,
    guard_divisor,
    lift,
    lower,
    round_half_up,
    sum_terms,
)
from .chains import Cap
from .counts import Tally
from .filters import count_months
from .rows import FULL_OF_A_TEST, Worth, look_up, weigh_row

OTHER = "other"  # in a table by a subject's column: every value that is not named


@dataclass(frozen=True)
class Way:
    """One way to the points of an item, before floor and cap. Null points: there is nothing to go by."""

    points: nw.Expr
    counted: nw.Expr | None = None
    out_of: nw.Expr | None = None


@dataclass(frozen=True)
class Valuation:
    """An item's ways (the best one counts), its bounds in scheme points, and what its line must say."""

    ways: tuple[Way, ...]
    bottom: Fraction | None = None
    top: Fraction | None = None
    zero: nw.Expr | None = None  # true where the count reaches ``zero_from`` (K25)
    rescaled: nw.Expr | None = None  # true where a rater group gave no vote: the others are scaled up
    refused: nw.Expr | None = None  # true where a scorer's mark is out of bounds or lacks author or reason


@dataclass(frozen=True)
class Bench:
    """Where items are valued: the counts, the grain of the points, and whether joiners' targets shrink (K52)."""

    tally: Tally
    grain: Grain
    pro_rata: bool = False

    def aim(self, target: nw.Expr) -> nw.Expr:
        """A target in milli, for joiners the share of the months they were present, half up."""
        if not self.pro_rata:
            return target
        return round_half_up(target * nw.col("_present"), count_months(self.tally.window), signed=False)

    @property
    def most(self) -> int:
        """The largest divisor to be ready for; in a period a sixteenth of that of the window, for finer parts."""
        return LARGEST_MILLI // 16 if self.grain.fine else LARGEST_MILLI

    def constant(self, points: Fraction) -> nw.Expr:
        return nw.lit(self.grain.turn(points), dtype=nw.Int64)


def write_milli(value: int) -> nw.Expr:
    return nw.lit(value, dtype=nw.Int64)


def need_count(item: Item) -> Count:
    if item.count is None:
        raise ValueError(f"item {item.code} of kind {item.kind} has no count")
    return item.count


def need_full(item: Item) -> Fraction:
    if item.full is None:
        raise ValueError(f"item {item.code} of kind {item.kind} has no full marks")
    return item.full


def top_of(item: Item) -> Fraction | None:
    return item.cap if item.cap is not None else item.full


def floor_or_zero(item: Item) -> Fraction:
    return item.floor if item.floor is not None else Fraction(0)


def value_ratio(item: Item, bench: Bench) -> Valuation:
    """Full × count ÷ out_of ÷ baseline, or full less ``slope`` per percentage point below the baseline."""
    full, counted = need_full(item), bench.tally.add(need_count(item))
    if isinstance(item.out_of, Count):
        out_of = bench.tally.add(item.out_of)
    else:
        out_of = bench.aim(write_milli(item.out_of or 0))
    over, base = guard_divisor(out_of), item.baseline
    if item.slope is None:
        points = bench.grain.settle([Term(full / base, counted)], over=over, most=bench.most, signed=False)
    else:
        short = lift(over * base.numerator - counted * base.denominator, 0)
        lost = Term(-100 * item.slope / base.denominator, short, LARGEST_MILLI * base.numerator)
        points = bench.grain.settle([lost], full, over=over, most=bench.most)
    way = Way(nw.when(out_of > 0).then(points), counted, out_of)
    return Valuation((way,), floor_or_zero(item), top_of(item))


def value_deduction(item: Item, bench: Bench) -> Valuation:
    """Full (or 0) less what each occurrence costs (K23, K24, K28, K30)."""
    terms, counted = weigh_steps(item, bench, -1)
    points = bench.grain.settle(terms, item.full or Fraction(0))
    bottom = item.floor if item.floor is not None or item.full is None else Fraction(0)
    return Valuation((Way(points, counted),), bottom, item.cap, test_zero(item, counted))


def value_award(item: Item, bench: Bench) -> Valuation:
    """What each occurrence earns, up to the cap (K20, K21, K22, K29)."""
    terms, counted = weigh_steps(item, bench, 1)
    return Valuation((Way(bench.grain.settle(terms), counted),), item.floor, top_of(item), test_zero(item, counted))


def test_zero(item: Item, counted: nw.Expr) -> nw.Expr | None:
    return None if item.zero_from_milli is None else counted >= item.zero_from_milli


def weigh_steps(item: Item, bench: Bench, sign: int) -> tuple[list[Term], nw.Expr]:
    """The steps of an item as terms, and how many occurrences there are in all (milli)."""
    if not item.steps:
        raise ValueError(f"item {item.code} of kind {item.kind} counts nothing")
    counts = [bench.tally.add(step.count) for step in item.steps]
    terms = [_weigh_step(step, count, bench, sign) for step, count in zip(item.steps, counts, strict=True)]
    return terms, sum_terms(counts)


def _weigh_step(step: Step, count: nw.Expr, bench: Bench, sign: int) -> Term:
    """One step: each × count, held to the caps per period and to the step's own cap."""
    each = step.each / MILLI
    most = [*(cap for _, cap in step.caps_per), *([step.cap] if step.cap is not None else [])]
    if not most or each == 0:
        return Term(sign * each, count)
    shared = lcm(each.denominator, *(cap.denominator for cap in most))
    per_milli = int(each * shared)
    if per_milli < 0:
        raise ValueError("caps need steps of positive worth")
    value, parts = count * per_milli, shared
    if step.caps_per:
        value, parts = _weigh_capped(step, per_milli, shared, bench)
    if step.cap is not None:
        value = lower(value, int(step.cap * parts))
    return Term(Fraction(sign, parts), value, LARGEST_MILLI * per_milli * (parts // shared))


def _weigh_capped(step: Step, per_milli: int, shared: int, bench: Bench) -> tuple[nw.Expr, int]:
    """The step's worth after its caps per period, in 1/parts of a point."""
    if step.count.measure in ("mean", "least", "periods", "missing_periods"):
        raise ValueError(f"a cap per period cannot hold a count of {step.count.measure}")
    worth = weigh_row(step.count, bench.tally.window)
    row = nw.lit(MILLI * per_milli, dtype=nw.Int64) if worth.value is None else worth.value * per_milli
    parts = shared * worth.parts
    caps = tuple(Cap(unit, int(cap * parts)) for unit, cap in step.caps_per)
    unit_worth = Worth(
        row, worth.parts * per_milli, worth.columns, f"{worth.key} × {per_milli}", after=lambda milli: milli * per_milli
    )
    return bench.tally.add_worth(step.count, unit_worth, caps), parts


def value_lookup(item: Item, bench: Bench) -> Valuation:
    """The points of the range that holds the sum, or of each fact's own range added up (K13)."""
    count = need_count(item)
    counted = bench.tally.add(count)
    if not item.each_row:
        found = bench.constant(Fraction(0))
        for row in reversed(item.ranges):
            inside = counted >= row.from_milli
            if row.until_milli is not None:
                inside = inside & (counted < row.until_milli)
            found = nw.when(inside).then(bench.constant(row.points)).otherwise(found)
        points: nw.Expr = nw.when(~counted.is_null()).then(found)
    else:
        points = _look_up_rows(item, count, bench)
    return Valuation((Way(points, counted),), item.floor, top_of(item))


def _look_up_rows(item: Item, count: Count, bench: Bench) -> nw.Expr:
    """Each fact's own range, added up."""
    if count.caps_per:
        raise ValueError(f"item {item.code}: a cap per period cannot hold what is looked up fact by fact")
    shared = lcm(*(row.points.denominator for row in item.ranges)) if item.ranges else 1

    def find(milli: nw.Expr) -> nw.Expr:
        return look_up(milli, item.ranges, shared)

    worth = weigh_row(count, bench.tally.window)
    key = f"{worth.key} in {item.ranges}"
    rows = Worth(find(_read_row_milli(count, worth)), 1, worth.columns, key, after=find)
    return bench.grain.settle([Term(Fraction(1, shared), bench.tally.add_worth(count, rows))])


def _read_row_milli(count: Count, worth: Worth) -> nw.Expr:
    if worth.value is None:
        return nw.lit(MILLI, dtype=nw.Int64)
    if count.measure == "mean" and count.source == "scores":
        return round_half_up(worth.value * FULL_OF_A_TEST, WHOLE_SCORE, signed=False)
    return round_half_up(worth.value, worth.parts)


def value_quota(item: Item, bench: Bench) -> Valuation:
    """Full marks when any one target is met; short of it by share, nothing, or so much each (K05–K07, K09, K12)."""
    top = need_full(item)
    if item.over_each is not None:
        top = top + item.over_cap if item.over_cap is not None else None  # type: ignore[assignment]
    ways = tuple(_reach_target(item, target, bench) for target in item.targets)
    if not ways:
        raise ValueError(f"item {item.code} of kind quota has no target")
    return Valuation(ways, floor_or_zero(item), item.cap if item.cap is not None else top)


def _reach_target(item: Item, target: Target, bench: Bench) -> Way:
    full, counted = need_full(item), bench.tally.add(target.count)
    aim = bench.aim(_find_target(target))
    over = guard_divisor(aim)
    if item.short == "zero":
        reached = bench.constant(Fraction(0))
    elif item.short == "each":
        reached = bench.grain.settle([Term(-(item.short_each or Fraction(0)) / MILLI, lift(aim - counted, 0))], full)
    else:
        reached = bench.grain.settle([Term(full, lower(counted, aim))], over=over, most=bench.most, signed=False)
    met = bench.constant(full)
    if item.over_each is not None:
        met = bench.grain.settle([Term(item.over_each, lift(counted - aim, 0) // MILLI, LARGEST_MILLI)], full)
    points = nw.when(counted >= aim).then(met).otherwise(reached)
    return Way(nw.when(~aim.is_null() & ~counted.is_null()).then(points), counted, aim)


def _find_target(target: Target) -> nw.Expr:
    if target.by_column is None:
        return nw.lit(target.milli, dtype=nw.Int64)
    return pick_by_column(target.by_column, dict(target.by_value), target.milli)


def pick_by_column(column: str, table: dict[str, int], default: int | None = None) -> nw.Expr:
    """A subject's own number from a table; values without a row get that of ``other``, else none."""
    chosen: nw.Expr = nw.lit(table.get(OTHER, default), dtype=nw.Int64)
    for word, number in table.items():
        if word != OTHER:
            held = nw.col(column).fill_null("") == word
            chosen = nw.when(held).then(nw.lit(number, dtype=nw.Int64)).otherwise(chosen)
    return chosen


def value_fixed(item: Item, bench: Bench) -> Valuation:
    """The same points for everybody, or by a subject's column (K31)."""
    if item.table_column is None:
        points = item.points if item.points is not None else need_full(item)
        return Valuation((Way(bench.constant(points)),), item.floor, item.cap)
    table = {word: bench.grain.turn(points) for word, points in item.table.items()}
    default = bench.grain.turn(item.points) if item.points is not None else None
    return Valuation((Way(pick_by_column(item.table_column, table, default)),), item.floor, item.cap)


def count_rank(item: Item, bench: Bench) -> Valuation:
    """What subjects are ranked by; the points follow once the whole group is known (K46)."""
    count = need_count(item)
    value = bench.tally.add(count)
    return Valuation((Way(nw.lit(None, dtype=nw.Int64), value),), item.floor, top_of(item))
