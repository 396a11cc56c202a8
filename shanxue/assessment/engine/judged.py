"""Items that rest on a judgement: tests, ballots, scorers' marks, last year's result (K15, K26, K33–K36)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import ceil, floor, lcm

import narwhals as nw

from shanxue.assessment.rules.scheme import Condition, Count, Item
from shanxue.base.points import MILLI

from .arithmetic import FINE, Grain, Term, guard_divisor, lower, round_half_up, sum_terms
from .counts import Frame
from .kinds import Bench, Valuation, Way, floor_or_zero, need_count, need_full, top_of
from .rows import FULL_OF_A_TEST, find_mean_unit

MOST_TESTS = 1000  # of one subject in one window; in a period of it a twentieth
MOST_GROUPS = 100  # of raters
MOST_VOTES = 10**5 * MILLI
LARGEST_VALUE = 1000  # of one ballot
HUNDRED = nw.lit(FULL_OF_A_TEST, dtype=nw.Int64)
VOTE_GRAIN = Grain(Fraction(1), fine=True)


def value_score(item: Item, bench: Bench) -> Valuation:
    """Full × the mean share of full marks over the tests (K33, K36). A missed test is 0 where its mark is counted."""
    count, full = need_count(item), need_full(item)
    total, known = bench.tally.add_mean(count)
    unit = find_mean_unit(count.source)
    most = MOST_TESTS // 20 if bench.grain.fine else MOST_TESTS
    share = Term(full / unit, total, unit * most)
    points = bench.grain.settle([share], over=guard_divisor(known), most=most, signed=False)
    way = Way(nw.when(known > 0).then(points), bench.tally.add(replace(count, measure="mean")), HUNDRED)
    return Valuation((way,), floor_or_zero(item), top_of(item))


def value_marks(item: Item, bench: Bench) -> Valuation:
    """The scorers' marks added up; each must keep its bounds and name its author and its reason (K26, K63)."""
    count = need_count(item)
    within = [Condition("reason", "not_in", ("",)), Condition("tier", "not_in", ("",))]
    if item.least is not None:
        within.append(Condition("points", ">=", ceil(item.least * MILLI)))
    if item.most is not None:
        within.append(Condition("points", "<=", floor(item.most * MILLI)))
    valid = replace(count, where=(*count.where, *within), measure="points")
    total = bench.tally.add(valid)
    accepted = bench.tally.add(replace(valid, measure="rows"))
    given = bench.tally.add(replace(count, measure="rows"))
    points = bench.grain.settle([Term(Fraction(1, MILLI), total)])
    if item.full is not None:
        points = nw.when(accepted > 0).then(points)
    return Valuation((Way(points, total),), item.floor, top_of(item), refused=given > accepted)


def value_carry(item: Item, bench: Bench, year: int, assessment: str) -> Valuation:
    """A share of last year's total (K15); of several results of that year the highest."""
    count = item.count or Count("prior")
    named = {condition.column for condition in count.where}
    where = [*count.where, Condition("flag", "is", False)]
    if "title" not in named:
        where.append(Condition("title", "in", (str(year - 1),)))
    if "kind" not in named:
        where.append(Condition("kind", "in", (assessment,)))
    last = replace(count, where=tuple(where), measure="amount", once_per="title")
    total = bench.tally.add(last)
    known = bench.tally.add_mean(replace(last, measure="mean", once_per=None))[1]
    points = bench.grain.settle([Term((item.carry_share or Fraction(0)) / MILLI, total)])
    return Valuation((Way(nw.when(known > 0).then(points), total),), item.floor, top_of(item))


def value_votes(item: Item, bench: Bench) -> Valuation:
    """The mean value of the ballots ÷ 100 × full: of all of them, or of the rater groups (K33, K34)."""
    count, full = need_count(item), need_full(item)
    if item.groups:
        return _value_groups(item, count, full, bench)
    if item.several_groups:
        total, groups = bench.tally.add_frame(count, item.code, partial(mean_of_groups, item=item))
        over = guard_divisor(groups)
        points = bench.grain.settle(
            [Term(full / 100 / FINE, total, LARGEST_VALUE * MOST_GROUPS * FINE)], over=over, most=MOST_GROUPS
        )
        counted = round_half_up(total * MILLI, over * FINE)
        return _judge(item, groups > 0, points, counted)
    grades = order_grades(item.values)
    kept, cast = trim_ballots([bench.tally.add(_narrow(count, mark=grade)) for grade in grades], item.trim)
    over = guard_divisor(cast)

    def mean(grain: Grain, unit: Fraction) -> nw.Expr:
        terms = [Term(unit * item.values[grade], votes) for grade, votes in zip(grades, kept, strict=True)]
        return grain.settle(terms, over=over, most=MOST_VOTES)

    points, counted = mean(bench.grain, full / 100), mean(Grain(Fraction(MILLI), keep=bench.grain.keep), Fraction(1))
    return _judge(item, cast > 0, points, counted)


def _judge(item: Item, known: nw.Expr, points: nw.Expr, counted: nw.Expr, rescaled: nw.Expr | None = None) -> Valuation:
    way = Way(nw.when(known).then(points), nw.when(known).then(counted), HUNDRED)
    return Valuation((way,), floor_or_zero(item), top_of(item), rescaled=rescaled)


def _value_groups(item: Item, count: Count, full: Fraction, bench: Bench) -> Valuation:
    """Weighted means of the named groups. Where a group gave no vote, the others' weights make up the whole."""
    shared = lcm(*(weight.denominator for weight in item.groups.values()))
    weights = {group: int(weight * shared) for group, weight in item.groups.items()}
    parts, present = [], []
    for group, weight in weights.items():
        grades = order_grades(item.values)
        ballots = [bench.tally.add(_narrow(count, mark=grade, level=group)) for grade in grades]
        mean, cast = mean_ballots(ballots, item.values, item.trim)
        parts.append(nw.when(cast > 0).then(mean * weight).otherwise(nw.lit(0, dtype=nw.Int64)))
        present.append(nw.when(cast > 0).then(nw.lit(weight, dtype=nw.Int64)).otherwise(nw.lit(0, dtype=nw.Int64)))
    total, held = bench.tally.keep(sum_terms(parts)), bench.tally.keep(sum_terms(present))
    whole = sum(weights.values())
    over = guard_divisor(held)
    points = bench.grain.settle(
        [Term(full / 100 / FINE, total, LARGEST_VALUE * whole * FINE)], over=over, most=whole, layer=1
    )
    return _judge(item, held > 0, points, round_half_up(total * MILLI, over * FINE), (held > 0) & (held < whole))


def _narrow(count: Count, **words: str) -> Count:
    more = tuple(Condition(column, "in", (word,)) for column, word in words.items())
    return replace(count, where=(*count.where, *more), measure="amount")


def order_grades(values: Mapping[str, Fraction]) -> list[str]:
    """The grades on the ballot, the most valuable first."""
    return sorted(values, key=lambda grade: values[grade], reverse=True)


def mean_ballots(ballots: list[nw.Expr], values: Mapping[str, Fraction], trim: int) -> tuple[nw.Expr, nw.Expr]:
    """The mean value of one group's ballots in ``FINE`` parts, and how many were counted (milli)."""
    kept, cast = trim_ballots(ballots, trim)
    terms = [Term(values[grade], votes) for grade, votes in zip(order_grades(values), kept, strict=True)]
    return VOTE_GRAIN.settle(terms, over=guard_divisor(cast), most=MOST_VOTES), cast


def trim_ballots(ballots: list[nw.Expr], trim: int) -> tuple[list[nw.Expr], nw.Expr]:
    """Leave out the ``trim`` highest and lowest ballots, where more than twice as many were cast."""
    cast = sum_terms(ballots)
    if trim == 0:
        return ballots, cast
    enough = cast > 2 * trim * MILLI
    kept = _drop(_drop(ballots, trim)[::-1], trim)[::-1]
    chosen = [nw.when(enough).then(less).otherwise(all_) for less, all_ in zip(kept, ballots, strict=True)]
    return chosen, nw.when(enough).then(cast - 2 * trim * MILLI).otherwise(cast)


def _drop(ballots: list[nw.Expr], trim: int) -> list[nw.Expr]:
    """Take ``trim`` ballots away, beginning with the first pile."""
    left: nw.Expr = nw.lit(trim * MILLI, dtype=nw.Int64)
    kept = []
    for pile in ballots:
        taken = lower(pile, left)
        kept.append(pile - taken)
        left = left - taken
    return kept


def mean_of_groups(rows: Frame, keys: list[str], *, item: Item) -> Frame:
    """Ballots (mark, level, amount) → per key: ``total`` of the groups' means (``FINE``), ``known`` groups."""
    zero = nw.lit(0, dtype=nw.Int64)
    mark, piles = nw.col("mark").fill_null(""), {}
    for at, grade in enumerate(order_grades(item.values)):
        pile = nw.when(mark == grade).then(nw.col("amount")).otherwise(zero)
        piles[f"_pile{at}"] = pile.sum().cast(nw.Int64)
    grouped = rows.with_columns(level=nw.col("level").fill_null("")).group_by(*keys, "level").agg(**piles)
    mean, cast = mean_ballots([nw.col(name).fill_null(0) for name in piles], item.values, item.trim)
    means = grouped.select(*keys, _mean=mean, _cast=cast).filter(nw.col("_cast") > 0)
    return means.group_by(*keys).agg(total=nw.col("_mean").sum().cast(nw.Int64), known=nw.len().cast(nw.Int64))
