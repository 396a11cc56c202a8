"""What one fact is worth in one count: an integer per row, before anything is added up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import narwhals as nw

from shanxue.assessment.rules.scheme import Count, Range
from shanxue.base.periods import Period
from shanxue.base.points import MILLI

from .arithmetic import FINE, WHOLE_SCORE, ensure_fits, round_half_up
from .filters import number_day, number_month

MISSED_MARKS = ("缺考", "作弊")  # such a test counts nothing (K36); 免考 has no amount and is left out
FULL_OF_A_TEST = 100 * MILLI
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True)
class Worth:
    """``value``: an integer per fact in 1/``parts`` of a milli (a mean: of what ``find_mean_unit`` says)."""

    value: nw.Expr | None  # None: every fact counts one (1000 milli)
    parts: int
    columns: frozenset[str]
    key: str  # the same key, the same value: computed once per source
    after: Callable[[nw.Expr], nw.Expr] | None = None  # from milli to this value, where an attempt was chosen first


def weigh_row(count: Count, window: Period) -> Worth:
    """Say what one fact adds to a count."""
    if count.measure == "amount":
        return _weigh_amount(count)
    if count.measure == "elapsed":
        value = count_elapsed(count.per or "month", window) * MILLI
        return Worth(value, 1, frozenset({"due_on", "done_on"}), f"elapsed {count.per}")
    if count.measure in ("points", "size"):
        return Worth(nw.col(count.measure), 1, frozenset({count.measure}), count.measure)
    if count.measure == "mean":
        return weigh_mean(count)
    if count.measure == "least":
        return Worth(read_amount(count.source), 1, frozenset({"amount", "mark"}), "least")
    return Worth(None, 1, frozenset(), "rows")


def read_amount(source: str) -> nw.Expr:
    """The amount; a missed test or one with cheating is nothing, whatever the file says."""
    if source != "scores":
        return nw.col("amount")
    missed = nw.col("mark").fill_null("").is_in(list(MISSED_MARKS))
    return nw.when(missed).then(nw.lit(0, dtype=nw.Int64)).otherwise(nw.col("amount"))


def find_mean_unit(source: str) -> int:
    """What 100 marks are in the mean's own unit: parts of a whole score, or milli of the amount itself."""
    return WHOLE_SCORE if source == "scores" else FULL_OF_A_TEST


def read_share() -> nw.Expr:
    """One test as a share of its full marks, in ``WHOLE_SCORE`` parts."""
    full = nw.when(nw.col("full") > 0).then(nw.col("full")).otherwise(nw.lit(FULL_OF_A_TEST, dtype=nw.Int64))
    return round_half_up(read_amount("scores") * WHOLE_SCORE, full, signed=False)


def weigh_mean(count: Count) -> Worth:
    """What one fact adds to a mean: a test its share of full marks, elsewhere the amount itself."""
    if count.source != "scores":
        return Worth(nw.col("amount"), 1, frozenset({"amount"}), "amount")
    return Worth(read_share(), 1, frozenset({"amount", "mark", "full"}), "mean")


def _weigh_amount(count: Count) -> Worth:
    value, parts, columns = read_amount(count.source), 1, {"amount", "mark"}
    for column, table in (("measure", count.convert), ("kind", count.factor)):
        if table:
            shared = lcm(*(factor.denominator for factor in table.values()))
            ensure_fits(max(abs(int(factor * shared)) for factor in table.values()) * FINE * FINE)
            value = value * choose(column, table, shared)
            parts *= shared
            columns.add(column)
    return Worth(value, parts, frozenset(columns), f"amount {dict(count.convert)} {dict(count.factor)}")


def choose(column: str, table: Mapping[str, Fraction], shared: int) -> nw.Expr:
    """Pick a factor by a word, in 1/``shared``; a word that is not named counts once."""
    chosen = nw.lit(int(table.get("", Fraction(1)) * shared), dtype=nw.Int64)
    for word, factor in table.items():
        held = nw.col(column).fill_null("") == word
        chosen = nw.when(held).then(nw.lit(int(factor * shared), dtype=nw.Int64)).otherwise(chosen)
    return chosen


def count_elapsed(unit: str, window: Period) -> nw.Expr:
    """Count the periods begun after ``due_on`` until ``done_on``, at the latest the window's last day (K30)."""
    last = nw.lit(window.until_on.toordinal() - 1, dtype=nw.Int64)
    done, due = number_day(nw.col("done_on")), number_day(nw.col("due_on"))
    open_end = done.is_null() | (done > last)
    if unit in ("day", "week"):
        days = nw.when(open_end).then(last).otherwise(done) - due
        late = days if unit == "day" else (days + 6) // 7
    else:
        late = _count_months(unit, window, open_end)
    return nw.when(late > 0).then(late).otherwise(nw.lit(0, dtype=nw.Int64)).fill_null(0)


def _count_months(unit: str, window: Period, open_end: nw.Expr) -> nw.Expr:
    end = window.until_on.fromordinal(window.until_on.toordinal() - 1)
    month = nw.when(open_end).then(nw.lit(end.year * 12 + end.month - 1, dtype=nw.Int64))
    day = nw.when(open_end).then(nw.lit(end.day, dtype=nw.Int64))
    done_month = month.otherwise(number_month(nw.col("done_on")))
    done_day = day.otherwise(nw.col("done_on").dt.day().cast(nw.Int64))
    begun = nw.when(done_day > nw.col("due_on").dt.day().cast(nw.Int64)).then(nw.lit(1, dtype=nw.Int64))
    months = done_month - number_month(nw.col("due_on")) + begun.otherwise(nw.lit(0, dtype=nw.Int64))
    length = MONTHS[unit]
    return months if length == 1 else (months + length - 1) // length


def look_up(value: nw.Expr, ranges: tuple[Range, ...], shared: int) -> nw.Expr:
    """Find the points of a value in milli, in 1/``shared`` of a point; outside every range: nothing."""
    found = nw.lit(0, dtype=nw.Int64)
    for row in reversed(ranges):
        inside = value >= row.from_milli
        if row.until_milli is not None:
            inside = inside & (value < row.until_milli)
        found = nw.when(inside).then(nw.lit(int(row.points * shared), dtype=nw.Int64)).otherwise(found)
    return found
