"""Which sources a scheme reads, and the very facts behind a line: the same filter without the adding up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import narwhals as nw
import polars as pl

from shanxue.assessment.rules.scheme import Condition, Count, Gate, Item, Scheme, When
from shanxue.base.frames import FACT_SCHEMA

from .filters import TIMELESS_SOURCES, find_year, match_condition, match_window


def list_item_counts(item: Item) -> Iterator[Count]:
    """Every count an item rests on."""
    yield from (count for count in (item.count, item.out_of) if isinstance(count, Count))
    yield from (step.count for step in item.steps)
    yield from (target.count for target in item.targets)
    if item.kind == "carry" and item.count is None:
        yield Count("prior")


def list_when_counts(when: When) -> Iterator[Count]:
    """Every count a gate's condition rests on; earlier grades are facts of ``prior``."""
    if when.count_from is not None:
        yield when.count_from[0]
    if when.share_over is not None:
        yield from when.share_over[:2]
    if when.prior_grades is not None:
        yield Count("prior", (Condition("mark", "in", when.prior_grades[1]),))
    for part in (*when.all_of, *when.any_of):
        yield from list_when_counts(part)


def list_sources(scheme: Scheme) -> frozenset[str]:
    """Name the sources of facts that a scheme reads."""
    counts = [count for item in scheme.items for count in list_item_counts(item)]
    counts += [count for gate in scheme.gates for count in list_when_counts(gate.when)]
    return frozenset(count.source for count in counts)


def select_evidence(
    scheme: Scheme, item_code: str, facts: Mapping[str, pl.LazyFrame], subjects: Collection[int]
) -> pl.DataFrame:
    """Return the facts of some subjects that an item (or a gate, by its code) counted or measured against.

    FACT_SCHEMA with ``source`` first, each fact once, by source, day and record. A code of neither gives no rows.
    """
    by_source: dict[str, list[tuple[Condition, ...]]] = {}
    for count in _list_counts(scheme, item_code):
        by_source.setdefault(count.source, []).append(count.where)
    parts = [
        _select(scheme, facts[source], source, wheres, subjects)
        for source, wheres in sorted(by_source.items())
        if source in facts
    ]
    empty = pl.DataFrame(schema={"source": pl.String, **FACT_SCHEMA})
    return pl.concat([empty, *parts])


def _list_counts(scheme: Scheme, code: str) -> Iterator[Count]:
    for item in scheme.items:
        if item.code == code:
            yield from (_narrow(scheme, item, count) for count in list_item_counts(item))
    for gate in scheme.gates:
        if _is_gate(gate, code):
            yield from list_when_counts(gate.when)


def _is_gate(gate: Gate, code: str) -> bool:
    return code in (gate.code, f"={gate.code}")


def _narrow(scheme: Scheme, item: Item, count: Count) -> Count:
    """Only last year's result carries over."""
    if item.kind != "carry" or any(condition.column == "title" for condition in count.where):
        return count
    year = Condition("title", "in", (str(find_year(scheme) - 1),))
    return replace(count, where=(*count.where, year))


def _select(
    scheme: Scheme, facts: pl.LazyFrame, source: str, wheres: list[tuple[Condition, ...]], subjects: Collection[int]
) -> pl.DataFrame:
    frame = nw.from_native(facts).lazy().filter(nw.col("subject").is_in(list(subjects)))
    if source not in TIMELESS_SOURCES:
        frame = frame.filter(match_window(scheme.window))
    if all(wheres):
        met = [nw.all_horizontal(*(match_condition(c) for c in where), ignore_nulls=False) for where in wheres]
        frame = frame.filter(nw.any_horizontal(*met, ignore_nulls=False))
    found: pl.DataFrame = frame.select(*FACT_SCHEMA).collect("polars").to_native()
    return found.select(pl.lit(source).alias("source"), *FACT_SCHEMA).sort("on", "ref", nulls_last=True)
