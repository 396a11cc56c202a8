"""The engine against an independent oracle in plain Python, and against itself on DuckDB, on generated cases."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanxue.assessment.rules.scheme import Quota, Scheme

from .engine_cases import count, fact, item, list_lines, list_results, run, run_on_duckdb, scheme, subject
from .engine_strategies import facts, schemes, subjects
from .oracle import Oracle

Rows = list[dict[str, Any]]
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(max_examples=80, deadline=None, suppress_health_check=QUIET)
@given(schemes(), subjects, facts)
def test_engine_agrees_with_the_oracle(rules: Scheme, people: Rows, records: dict[str, Rows]) -> None:
    """K01–K53: every kind, with floors, caps, zeroing, weights, bands, gates, quotas, exemptions and joiners."""
    assessed, oracle = run(rules, people, records), Oracle(rules, people, records)
    assert list_lines(assessed) == oracle.lines()
    assert list_results(assessed) == oracle.results()
    assert assessed.gates.rows() == oracle.gates()


@settings(max_examples=15, deadline=None, suppress_health_check=QUIET)
@given(schemes(), subjects, facts)
def test_engine_gives_the_same_on_duckdb(rules: Scheme, people: Rows, records: dict[str, Rows]) -> None:
    """DESIGN §5: written once, the same on every engine."""
    here, there = run(rules, people, records), run_on_duckdb(rules, people, records)
    assert list_lines(there) == list_lines(here)
    assert list_results(there) == list_results(here)
    assert there.gates.rows() == here.gates.rows()


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET)
@given(schemes(), subjects, facts, st.randoms(use_true_random=False))
def test_order_of_facts_never_matters(rules: Scheme, people: Rows, records: dict[str, Rows], draw: Any) -> None:
    """Same inputs, same digest (DESIGN §5)."""
    shuffled = {source: draw.sample(rows, len(rows)) for source, rows in records.items()}
    one, other = run(rules, people, records), run(rules, draw.sample(people, len(people)), shuffled)
    assert one.lines.equals(other.lines)
    assert one.results.equals(other.results)
    assert one.gates.equals(other.gates)


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET)
@given(schemes(), subjects, facts)
def test_total_is_base_and_all_lines(rules: Scheme, people: Rows, records: dict[str, Rows]) -> None:
    """DESIGN §5: total = base + Σ lines, always."""
    assessed = run(rules, people, records)
    sums: dict[int, int] = {}
    for row in assessed.lines.rows(named=True):
        sums[row["subject"]] = sums.get(row["subject"], 0) + (row["awarded"] or 0)
    for row in assessed.results.rows(named=True):
        if row["total"] is not None:
            assert row["total"] == rules.base * rules.scale + sums[row["subject"]]


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET)
@given(schemes(), subjects, facts)
def test_fact_outside_the_window_never_matters(rules: Scheme, people: Rows, records: dict[str, Rows]) -> None:
    """K14: the window belongs to the scheme; its upper bound is open."""
    kept = {
        source: [row for row in rows if source == "prior" or row["on"] is None or row["on"] in rules.window]
        for source, rows in records.items()
    }
    one, other = run(rules, people, records), run(rules, people, kept)
    assert one.lines.equals(other.lines)
    assert one.results.equals(other.results)


totals = st.lists(st.sampled_from([88, 90, 91, 92]), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(totals, st.sampled_from([Fraction(1, 5), Fraction(1, 3), Fraction(1, 2)]), st.sampled_from(["none", "all"]))
def test_quota_is_never_exceeded_and_equals_fare_alike(points: list[int], share: Fraction, ties: Any) -> None:
    """K45: ≤ share of the people, rounded down; nobody below one who is left out; beyond it only by a told tie."""
    quota = Quota("优秀", share, "第八条", "良好", ties=ties)
    made = scheme(item("M1", "ratio", 100, count=count("hours", "amount"), out_of=100_000), quotas=(quota,))
    people = [subject(number) for number in range(1, len(points) + 1)]
    rows = [fact(number, amount=value * 1000, ref=number) for number, value in enumerate(points, 1)]
    done = run(made, people, {"hours": rows}).results
    kept = [total for total, grade in done.select("total", "grade").rows() if grade == "优秀"]
    fallen = [total for total, grade in done.select("total", "grade").rows() if total >= 9000 and grade != "优秀"]
    assert not set(kept) & set(fallen)
    assert not kept or not fallen or min(kept) > max(fallen)
    seats = int(len(points) * share)
    beyond = [total for total in kept if sum(1 for other in kept if other > total) >= seats]
    assert not beyond
    assert ties == "all" or len(kept) <= seats
