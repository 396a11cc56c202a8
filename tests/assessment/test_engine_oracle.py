"""The engine against an independent oracle in plain Python, and against itself on DuckDB, on generated cases."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanxue.assessment.rules.scheme import Scheme

from .engine_cases import list_lines, list_results, run, run_on_duckdb
from .engine_strategies import facts, schemes, subjects
from .oracle import Oracle

Rows = list[dict[str, Any]]
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(schemes(), subjects, facts)
def test_engine_agrees_with_the_oracle(scheme: Scheme, people: Rows, records: dict[str, Rows]) -> None:
    """K01–K53: every kind, with floors, caps, zeroing, weights, bands, gates, quotas, exemptions and joiners."""
    assessed, oracle = run(scheme, people, records), Oracle(scheme, people, records)
    assert list_lines(assessed) == oracle.lines()
    assert list_results(assessed) == oracle.results()
    assert assessed.gates.rows() == oracle.gates()


@settings(max_examples=25, deadline=None, suppress_health_check=QUIET)
@given(schemes(), subjects, facts)
def test_engine_gives_the_same_on_duckdb(scheme: Scheme, people: Rows, records: dict[str, Rows]) -> None:
    """DESIGN §5: written once, the same on every engine."""
    here, there = run(scheme, people, records), run_on_duckdb(scheme, people, records)
    assert list_lines(there) == list_lines(here)
    assert list_results(there) == list_results(here)
    assert there.gates.rows() == here.gates.rows()


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(schemes(), subjects, facts, st.randoms(use_true_random=False))
def test_order_of_facts_never_matters(scheme: Scheme, people: Rows, records: dict[str, Rows], draw: Any) -> None:
    """Same inputs, same digest (DESIGN §5)."""
    shuffled = {source: draw.sample(rows, len(rows)) for source, rows in records.items()}
    one, other = run(scheme, people, records), run(scheme, draw.sample(people, len(people)), shuffled)
    assert one.lines.equals(other.lines)
    assert one.results.equals(other.results)
    assert one.gates.equals(other.gates)


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(schemes(), subjects, facts)
def test_total_is_base_and_all_lines(scheme: Scheme, people: Rows, records: dict[str, Rows]) -> None:
    """DESIGN §5: total = base + Σ lines, always."""
    assessed = run(scheme, people, records)
    sums: dict[int, int] = {}
    for row in assessed.lines.rows(named=True):
        sums[row["subject"]] = sums.get(row["subject"], 0) + (row["awarded"] or 0)
    for row in assessed.results.rows(named=True):
        if row["total"] is not None:
            assert row["total"] == scheme.base * scheme.scale + sums[row["subject"]]


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(schemes(), subjects, facts)
def test_fact_outside_the_window_never_matters(scheme: Scheme, people: Rows, records: dict[str, Rows]) -> None:
    """K14: the window belongs to the scheme; its upper bound is open."""
    kept = {
        source: [row for row in rows if source == "prior" or row["on"] is None or row["on"] in scheme.window]
        for source, rows in records.items()
    }
    one, other = run(scheme, people, records), run(scheme, people, kept)
    assert one.lines.equals(other.lines)
    assert one.results.equals(other.results)
