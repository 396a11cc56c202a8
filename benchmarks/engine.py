"""Time the engine on generated people, beside the same scheme in pandas and a bare scan of the same records.

python -m benchmarks.engine --people 10000 [--slice 10000] [--repeat 3]
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time
from collections.abc import Callable
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from shanxue.assessment.engine import assess, grade_subjects, score_subjects

from .engine_data import PER_PERSON, make_facts, make_scheme, make_subjects

Facts = dict[str, pl.DataFrame]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=10_000)
    asked.add_argument("--slice", type=int, default=10_000, help="people scored at a time")
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--without-pandas", action="store_true")
    given = asked.parse_args()
    subjects, facts = make_subjects(given.people), make_facts(given.people)
    table = Table("what", "best s", "median s", "MB at most", title=_describe(given.people))
    _add(table, "bare scan: count and sum per person", lambda: scan(facts), given.repeat)
    _add(table, "engine, all lines", lambda: assess_whole(subjects, facts), given.repeat)
    if given.people > given.slice:
        size = given.slice
        _add(table, f"engine, slices of {size:,}", lambda: assess_slices(subjects, facts, size), given.repeat)
    branch = pick_branch(subjects, facts, 30)
    _add(table, "engine, a branch of 30", lambda: assess_whole(*branch), max(given.repeat, 10))
    if not given.without_pandas:
        _add_pandas(table, subjects, facts, given.repeat)
    Console(width=110).print(table)


def scan(facts: Facts) -> pl.DataFrame:
    """The floor: every record read once, grouped by person, counted and summed."""
    rows = pl.concat([frame.lazy().select("subject", "amount") for frame in facts.values()])
    return rows.group_by("subject").agg(pl.len(), pl.col("amount").sum()).collect()


def assess_whole(subjects: pl.DataFrame, facts: Facts) -> Any:
    return assess(make_scheme(), subjects.lazy(), {source: frame.lazy() for source, frame in facts.items()})


def assess_slices(subjects: pl.DataFrame, facts: Facts, size: int) -> Any:
    """Score slice by slice, as rows come from a database, and grade everybody together."""
    scheme, parts = make_scheme(), []
    for start in range(0, subjects.height, size):
        people, records = cut_slice(subjects, facts, start, size)
        parts.append(score_subjects(scheme, people.lazy(), {source: frame.lazy() for source, frame in records.items()}))
    return grade_subjects(scheme, pl.concat(parts))


def cut_slice(subjects: pl.DataFrame, facts: Facts, start: int, size: int) -> tuple[pl.DataFrame, Facts]:
    """People from ``start`` with their records (generated in the order of people)."""
    records = {
        source: frame.slice(start * PER_PERSON[source], size * PER_PERSON[source]) for source, frame in facts.items()
    }
    return subjects.slice(start, size), records


def pick_branch(subjects: pl.DataFrame, facts: Facts, size: int) -> tuple[pl.DataFrame, Facts]:
    return cut_slice(subjects, facts, 0, size)


def _add_pandas(table: Table, subjects: pl.DataFrame, facts: Facts, repeat: int) -> None:
    from .engine_pandas import assess_in_pandas

    people, records = subjects.to_pandas(), {source: frame.to_pandas() for source, frame in facts.items()}
    _add(table, "pandas, this scheme by hand", lambda: assess_in_pandas(people, records), repeat)
    ours = assess_whole(subjects, facts).results
    theirs = assess_in_pandas(people, records)[0]
    apart = sum(
        1
        for total, grade, other, word in zip(
            ours["total"], ours["grade"], theirs["total"], theirs["grade"], strict=True
        )
        if total != round(other * 100) or grade != word
    )
    table.caption = f"people whose total or grade differs in pandas (floats): {apart:,} of {subjects.height:,}"


def _add(table: Table, what: str, work: Callable[[], Any], repeat: int) -> None:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    times.sort()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    table.add_row(what, f"{times[0]:.3f}", f"{times[len(times) // 2]:.3f}", f"{memory:,}")


def _describe(people: int) -> str:
    records = people * sum(PER_PERSON.values())
    machine = (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, Polars {pl.__version__}"
    )
    return f"{people:,} people, {records:,} records\n{machine}"


if __name__ == "__main__":
    main()
