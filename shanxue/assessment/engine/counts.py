"""Counts per subject: all plain counts of one source in a single grouping, the others each in a chain of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from shanxue.assessment.rules.scheme import Condition, Count
from shanxue.base.periods import Period, split_period
from shanxue.base.points import MILLI

from .arithmetic import guard_divisor, round_half_up
from .chains import Cap, Chain, add_up, reduce_rows
from .filters import TIMELESS_SOURCES, key_of, match_condition, match_window, number_period
from .rows import Worth, find_mean_unit, weigh_mean, weigh_row

Frame = nw.LazyFrame[Any]


@dataclass(frozen=True)
class Job:
    """One aggregate to find per key: ``total`` and ``known`` (how many values) or ``least``, in columns ``name_…``."""

    name: str
    where: tuple[Condition, ...]
    worth: Worth
    wanted: tuple[str, ...] = ("total",)
    chain: Chain | None = None
    build: Callable[[Frame, list[str]], Frame] | None = None  # a grouping of its own: keys, total, known


@dataclass
class Tally:
    """Collects what the items of one frame ask for; ``attach`` then counts it all.

    ``keys`` are subject, or subject and piece (a calendar period of ``piece_unit``).
    """

    window: Period
    facts: Mapping[str, Frame]
    piece_unit: str | None = None
    jobs: dict[str, dict[str, Job]] = field(default_factory=dict)  # source → job key → job
    finals: dict[str, nw.Expr] = field(default_factory=dict)  # columns written from the aggregates
    asked: dict[str, nw.Expr] = field(default_factory=dict)  # count → its value
    kept: dict[int, dict[str, nw.Expr]] = field(default_factory=dict)  # layer → columns written from those

    @property
    def keys(self) -> list[str]:
        return ["subject", "piece"] if self.piece_unit else ["subject"]

    def add(self, count: Count) -> nw.Expr:
        """Ask for a count in milli. Null only where a mean or a smallest value has nothing to go by."""
        key = repr(count)
        if key not in self.asked:
            self.asked[key] = self._add(count)
        return self.asked[key]

    def _add(self, count: Count) -> nw.Expr:
        if count.measure == "mean":
            total, known = self.add_mean(count)
            exact = total * (100 * MILLI) if count.source == "scores" else total
            unit = known * find_mean_unit(count.source) if count.source == "scores" else known
            return self._finish(nw.when(known > 0).then(round_half_up(exact, guard_divisor(unit))))
        if count.measure in ("periods", "missing_periods"):
            return self._add_periods(count)
        worth = weigh_row(count, self.window)
        wanted = "least" if count.measure == "least" else "total"
        job = self._enter(count, worth, (wanted,), chain_of(count, worth.parts))
        if wanted == "least":
            return nw.col(f"{job.name}_least")
        column = nw.col(f"{job.name}_total")
        return self._finish(round_half_up(column, worth.parts)) if worth.parts > 1 else column

    def add_mean(self, count: Count) -> tuple[nw.Expr, nw.Expr]:
        """Ask for Σ and number of the values behind a mean (Σ in ``find_mean_unit`` per 100 marks)."""
        job = self._enter(count, weigh_mean(count), ("total", "known"), chain_of(count, 1), word="mean")
        return nw.col(f"{job.name}_total"), nw.col(f"{job.name}_known")

    def add_worth(self, count: Count, worth: Worth, caps: tuple[Cap, ...] = ()) -> nw.Expr:
        """Ask for the sum of a value of the caller's own, over the facts of a count."""
        chain = chain_of(count, worth.parts) or Chain()
        merged = Chain(chain.attempts, chain.once_per, (*chain.caps, *caps), chain.measure)
        job = self._enter(count, worth, ("total",), merged if merged != Chain() else None, word=f"worth {caps}")
        return nw.col(f"{job.name}_total")

    def add_frame(self, count: Count, key: str, build: Callable[[Frame, list[str]], Frame]) -> tuple[nw.Expr, nw.Expr]:
        """Ask for ``total`` and ``known`` of a grouping of the caller's own, over the facts of a count."""
        jobs = self.jobs.setdefault(count.source, {})
        name = f"_{count.source}{len(jobs)}"
        worth = Worth(None, 1, frozenset(), "frame")
        jobs[f"frame {key}"] = Job(name, count.where, worth, ("total", "known"), build=build)
        return nw.col(f"{name}_total"), nw.col(f"{name}_known")

    def keep(self, expression: nw.Expr, layer: int = 0) -> nw.Expr:
        """Write an expression that is used more than once into a column; a layer sees the columns of those before."""
        columns = self.kept.setdefault(layer, {})
        name = f"_kept{layer}_{len(columns)}"
        columns[name] = expression
        return nw.col(name)

    def _add_periods(self, count: Count) -> nw.Expr:
        unit = count.per or "month"
        chain = Chain(per=unit, at_least_rows=count.at_least_rows)
        job = self._enter(count, Worth(None, 1, frozenset({"on"}), "rows"), ("total",), chain)
        held = nw.col(f"{job.name}_total")
        return self._count_pieces(unit) - held if count.measure == "missing_periods" else held

    def _count_pieces(self, unit: str) -> nw.Expr:
        """How many periods of ``unit`` the window (or each piece of it) has, in milli."""
        if self.piece_unit is None:
            return nw.lit(sum(1 for _ in split_period(self.window, unit)) * MILLI, dtype=nw.Int64)
        chosen = nw.lit(0, dtype=nw.Int64)
        for piece in split_period(self.window, self.piece_unit):
            inside = sum(1 for _ in split_period(piece, unit)) * MILLI
            here = nw.col("piece") == key_of(piece.from_on, self.piece_unit)
            chosen = nw.when(here).then(nw.lit(inside, dtype=nw.Int64)).otherwise(chosen)
        return chosen

    def _enter(
        self, count: Count, worth: Worth, wanted: tuple[str, ...], chain: Chain | None, *, word: str = ""
    ) -> Job:
        jobs = self.jobs.setdefault(count.source, {})
        key = f"{count.where} {worth.key} {worth.parts} {chain} {wanted} {word}"
        if key not in jobs:
            name = f"_{count.source}{len(jobs)}"
            jobs[key] = Job(name, count.where, worth, wanted, chain)
        return jobs[key]

    def _finish(self, expression: nw.Expr) -> nw.Expr:
        name = f"_count{len(self.finals)}"
        self.finals[name] = expression
        return nw.col(name)

    def attach(self, base: Frame) -> Frame:
        """Join every count to the subjects: absent sums are 0, absent smallest values null."""
        for source, jobs in self.jobs.items():
            base = self._attach_source(base, source, list(jobs.values()))
        for columns in (self.finals, *(self.kept[layer] for layer in sorted(self.kept))):
            base = base.with_columns(**columns) if columns else base
        return base

    def _attach_source(self, base: Frame, source: str, jobs: Sequence[Job]) -> Frame:
        names = [(f"{job.name}_{word}", word) for job in jobs for word in job.wanted]
        if source not in self.facts:
            empty = {"total": nw.lit(0, dtype=nw.Int64), "known": nw.lit(0, dtype=nw.Int64)}
            return base.with_columns(**{name: empty.get(word, nw.lit(None, dtype=nw.Int64)) for name, word in names})
        facts = self._read(source)
        plain = [job for job in jobs if job.chain is None and job.build is None]
        parts = [count_plain(facts, self.keys, plain)] if plain else []
        parts += [count_apart(facts, self.keys, job) for job in jobs if job not in plain]
        for part in parts:
            base = base.join(part, on=self.keys, how="left")
        sums = [nw.col(name).fill_null(0) for name, word in names if word != "least"]
        return base.with_columns(*sums) if sums else base

    def _read(self, source: str) -> Frame:
        facts = self.facts[source]
        if source not in TIMELESS_SOURCES:
            facts = facts.filter(match_window(self.window))
        if self.piece_unit is not None:
            facts = facts.with_columns(piece=number_period(nw.col("on"), self.piece_unit))
        return facts


def chain_of(count: Count, parts: int) -> Chain | None:
    """What must happen to the facts of a count before they are added up; None: nothing."""
    caps = tuple(Cap(unit, most * parts) for unit, most in count.caps_per)
    attempts = count.attempts if count.source == "scores" else "all"
    if attempts == "all" and count.once_per is None and not caps:
        return None
    return Chain(attempts, count.once_per, caps, count.measure)


def count_plain(facts: Frame, keys: list[str], jobs: Sequence[Job]) -> Frame:
    """Find all plain aggregates of one source in one pass."""
    tests: dict[str, str] = {}
    columns: dict[str, nw.Expr] = {}
    sums: dict[str, nw.Expr] = {}
    for job in jobs:
        held = []
        for condition in job.where:
            name = tests.setdefault(repr(condition), f"_test{len(tests)}")
            columns.setdefault(name, match_condition(condition))
            held.append(nw.col(name))
        if job.worth.value is not None:
            columns.setdefault(f"_worth {job.worth.key}", job.worth.value)
        for word in job.wanted:
            sums[f"{job.name}_{word}"] = _aggregate(job.worth, held, word)
    return facts.select(*keys, **columns).group_by(*keys).agg(**sums)


def _aggregate(worth: Worth, held: Sequence[nw.Expr], word: str) -> nw.Expr:
    """One aggregate over the facts that meet all tests; facts that count one each count 1000 milli."""
    met = nw.all_horizontal(*held, ignore_nulls=False) if len(held) > 1 else held[0] if held else None
    if worth.value is None:
        return (nw.when(met).then(MILLI).sum() if met is not None else nw.len() * MILLI).cast(nw.Int64)
    value = nw.col(f"_worth {worth.key}")
    if word == "known":
        known = ~value.is_null()
        return nw.when(known if met is None else met & known).then(1).sum().cast(nw.Int64)
    value = value if met is None else nw.when(met).then(value)
    return value.min() if word == "least" else value.sum().cast(nw.Int64)


def count_apart(facts: Frame, keys: list[str], job: Job) -> Frame:
    """Find one aggregate whose facts are first thinned out, capped or grouped in a way of their own."""
    if job.build is not None:
        for condition in job.where:
            facts = facts.filter(match_condition(condition))
        names = {word: f"{job.name}_{word}" for word in job.wanted}
        return job.build(facts, keys).rename(names)
    assert job.chain is not None
    rows = reduce_rows(facts, keys, job.where, job.worth, job.chain)
    return add_up(rows, keys, job.chain, job.name, job.wanted)
