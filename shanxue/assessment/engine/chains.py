"""Facts that are thinned out or capped before they count: attempts, once per title or day, caps per period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw

from shanxue.assessment.rules.scheme import Condition
from shanxue.base.periods import UNITS
from shanxue.base.points import MILLI

from .arithmetic import WHOLE_SCORE, guard_divisor, lower, round_half_up
from .filters import match_condition, number_day, number_period
from .rows import FULL_OF_A_TEST, Worth, read_amount, read_share

Frame = nw.LazyFrame[Any]


@dataclass(frozen=True)
class Cap:
    """The most one calendar period may add, in the unit of the values."""

    unit: str
    most: int


@dataclass(frozen=True)
class Chain:
    """What happens to the facts of one count before they are added up, in the order of the fields."""

    attempts: Literal["all", "best", "first", "last", "mean"] = "all"
    once_per: Literal["title", "day"] | None = None
    caps: tuple[Cap, ...] = ()
    measure: str = "rows"
    per: str | None = None  # instead of adding up: how many periods hold enough facts
    at_least_rows: int = 1


def order_units(units: Sequence[str]) -> list[str]:
    """The units once each, the shortest first."""
    return sorted(set(units), key=UNITS.index)


def reduce_rows(facts: Frame, keys: list[str], where: tuple[Condition, ...], worth: Worth, chain: Chain) -> Frame:
    """Give the rows that count as keys, ``on`` and ``value`` (an integer that may be null)."""
    if chain.attempts != "all":
        return _choose_attempts(facts, keys, where, worth, chain)
    for condition in where:
        facts = facts.filter(match_condition(condition))
    value = nw.lit(MILLI, dtype=nw.Int64) if worth.value is None else worth.value
    if chain.once_per is None:
        return facts.select(*keys, "on", value=value)
    rows = facts.select(*keys, "on", *_name_alike(chain.once_per), value=value.fill_null(0))
    alike = [*keys, "_alike", "_single"]
    best = rows.with_columns(_most=nw.col("value").max().over(*alike)).filter(nw.col("value") == nw.col("_most"))
    return best.group_by(*alike).agg(value=nw.col("value").max(), on=nw.col("on").min())


def _name_alike(by: str) -> list[nw.Expr]:
    """What makes facts alike. Without a title (or a day) a fact is like no other: its own record tells it apart."""
    if by == "day":
        alike = number_day(nw.col("on")).fill_null(0)
        single = nw.when(nw.col("on").is_null()).then(nw.col("ref"))
    else:
        alike = nw.col("title").fill_null("")
        single = nw.when(nw.col("title").fill_null("") == "").then(nw.col("ref"))
    return [alike.alias("_alike"), single.otherwise(nw.lit(-1, dtype=nw.Int64)).alias("_single")]


def _choose_attempts(facts: Frame, keys: list[str], where: tuple[Condition, ...], worth: Worth, chain: Chain) -> Frame:
    """One row per test: the attempt that counts (K35). Conditions on the amount are tested on that attempt."""
    for condition in where:
        if condition.column != "amount":
            facts = facts.filter(match_condition(condition))
    columns = {"amount": read_amount("scores"), "_share": read_share(), "_size": nw.col("size").fill_null(0)}
    tests = [*keys, "_alike", "_single"]
    rows = facts.select(*keys, "on", *_name_alike("title"), **columns)
    if chain.attempts in ("first", "last"):
        edge = nw.col("_size").min() if chain.attempts == "first" else nw.col("_size").max()
        rows = rows.with_columns(_edge=edge.over(*tests)).filter(nw.col("_size") == nw.col("_edge"))
    chosen = rows.group_by(*tests).agg(*_pick(chain.attempts), on=nw.col("on").min())
    if chain.attempts == "mean":
        known, shared = nw.col("_known") > 0, guard_divisor(nw.col("_known"))
        chosen = chosen.with_columns(
            amount=nw.when(known).then(round_half_up(nw.col("amount"), shared, signed=False)),
            _share=nw.when(known).then(round_half_up(nw.col("_share"), shared, signed=False)),
        )
    for condition in where:
        if condition.column == "amount":
            chosen = chosen.filter(match_condition(condition))
    return chosen.select(*keys, "on", value=_measure_attempt(chain.measure, worth))


def _pick(attempts: str) -> list[nw.Expr]:
    if attempts != "mean":
        return [nw.col("amount").max(), nw.col("_share").max()]
    known = nw.when(~nw.col("amount").is_null()).then(nw.lit(1, dtype=nw.Int64)).sum().cast(nw.Int64)
    return [nw.col("amount").sum().cast(nw.Int64), nw.col("_share").sum().cast(nw.Int64), known.alias("_known")]


def _measure_attempt(measure: str, worth: Worth) -> nw.Expr:
    """What the chosen attempt adds: one, its share of full marks, or its amount."""
    if worth.after is None:
        return {"rows": nw.lit(MILLI, dtype=nw.Int64), "mean": nw.col("_share")}.get(measure, nw.col("amount"))
    percent = round_half_up(nw.col("_share") * FULL_OF_A_TEST, WHOLE_SCORE, signed=False)
    return worth.after({"rows": nw.lit(MILLI, dtype=nw.Int64), "mean": percent}.get(measure, nw.col("amount")))


def add_up(rows: Frame, keys: list[str], chain: Chain, name: str, wanted: Sequence[str]) -> Frame:
    """Add the rows up per key, through the caps; columns ``name_total``, ``name_known``, ``name_least``."""
    if chain.per is not None:
        return _count_periods(rows, keys, chain, f"{name}_total")
    if chain.caps:
        units = order_units([cap.unit for cap in chain.caps])
        rows = clip_periods(number_units(rows, keys, units), keys, units, chain.caps)
    known = nw.when(~nw.col("value").is_null()).then(nw.lit(1, dtype=nw.Int64)).sum().cast(nw.Int64)
    sums = {"total": nw.col("value").sum().cast(nw.Int64), "known": known, "least": nw.col("value").min()}
    return rows.group_by(*keys).agg(**{f"{name}_{word}": sums[word] for word in wanted})


def number_units(rows: Frame, keys: list[str], units: Sequence[str]) -> Frame:
    """Give each row the number of its day, month … Rows without a day share one period of their own."""
    numbers = {f"_{unit}": number_period(nw.col("on"), unit).fill_null(-1) for unit in units}
    return rows.select(*keys, "value", **numbers)


def clip_periods(rows: Frame, keys: list[str], units: Sequence[str], caps: Sequence[Cap]) -> Frame:
    """Cap the sum of each period, from the shortest unit to the longest; a week is cut where a month ends."""
    for at, unit in enumerate(units):
        most = [cap.most for cap in caps if cap.unit == unit]
        if not most:
            continue
        held = [*keys, *(f"_{longer}" for longer in units[at:])]
        rows = rows.group_by(*held).agg(value=nw.col("value").sum().cast(nw.Int64))
        rows = rows.with_columns(value=lower(nw.col("value"), min(most)))
    return rows


def _count_periods(rows: Frame, keys: list[str], chain: Chain, name: str) -> Frame:
    assert chain.per is not None
    dated = rows.filter(~nw.col("on").is_null())
    held = dated.select(*keys, _period=number_period(nw.col("on"), chain.per))
    held = held.group_by(*keys, "_period").agg(_rows=nw.len())
    held = held.filter(nw.col("_rows") >= chain.at_least_rows)
    return held.group_by(*keys).agg(**{name: nw.len().cast(nw.Int64) * MILLI})
