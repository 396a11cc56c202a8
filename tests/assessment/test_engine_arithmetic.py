"""Exact arithmetic and evidence: half up for every sign, nothing beyond Int64, the very facts behind a line."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanxue.assessment.engine import TooLargeError, list_sources, select_evidence
from shanxue.assessment.engine.arithmetic import FINE, LARGEST_INTEGER, Grain, Term, round_half_up
from shanxue.assessment.engine.filters import key_of, number_period
from shanxue.assessment.rules.scheme import Condition, Effect, Gate, Step, When
from shanxue.base.frames import FACT_SCHEMA
from shanxue.base.periods import UNITS, Period, split_period
from shanxue.base.points import divide_half_up

from .engine_cases import LI, WANG, count, fact, frame, item, run, scheme, subject

numbers = st.lists(st.tuples(st.integers(-(10**15), 10**15), st.integers(1, 10**9)), min_size=1, max_size=50)


def compute(rows: list[tuple[int, int]], expression: nw.Expr) -> list[int]:
    table = nw.from_native(pl.DataFrame(rows, schema={"n": pl.Int64, "d": pl.Int64}, orient="row"))
    return table.select(value=expression)["value"].to_list()


@settings(max_examples=100, deadline=None)
@given(numbers)
def test_division_is_half_up_for_every_sign(rows: list[tuple[int, int]]) -> None:
    """rules.md §6.8: exact, half away from zero, as ``base.points`` does it."""
    expected = [divide_half_up(n, d) for n, d in rows]
    assert compute(rows, round_half_up(nw.col("n"), nw.col("d"))) == expected
    assert compute(rows, round_half_up(nw.col("n"), nw.col("d"), largest=10**14)) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-(10**12), 10**12), min_size=2, max_size=50), st.integers(1, 10**6))
def test_rounding_is_monotonic(values: list[int], divisor: int) -> None:
    """More points never round to less, so bounds may be put on before or after rounding."""
    rounded = compute([(value, divisor) for value in sorted(values)], round_half_up(nw.col("n"), nw.col("d")))
    assert rounded == sorted(rounded)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(-(10**7), 10**7), st.integers(1, 10**7)), min_size=1, max_size=30))
def test_fine_grain_equals_exact_division(rows: list[tuple[int, int]]) -> None:
    """K35: periods keep FINE parts of a point, found without forming the large product."""
    fine = Grain(Fraction(100), fine=True).settle([Term(Fraction(1), nw.col("n"), 10**7)], over=nw.col("d"), most=10**7)
    assert compute(rows, fine) == [divide_half_up(n * 100 * FINE, d) for n, d in rows]


def test_grain_refuses_what_could_overflow() -> None:
    """DESIGN §5: integers, and never a silent overflow."""
    with pytest.raises(TooLargeError):
        Grain(Fraction(1000)).settle([Term(Fraction(LARGEST_INTEGER // 1000 + 1), nw.col("n"), 1)])


def test_scheme_with_numbers_too_fine_is_refused_by_item() -> None:
    """The message names the item."""
    fine = item("A1", "ratio", 30, count=count("notes"), out_of=count("notes"), baseline=Fraction(999_983, 999_999_937))
    with pytest.raises(TooLargeError, match="item A1"):
        run(scheme(fine), [subject()], {})


def test_count_beyond_the_exact_range_is_refused() -> None:
    """Five million of anything in one year is a mistake in the data."""
    rows = [fact(amount=5 * 10**9)]
    with pytest.raises(TooLargeError):
        run(scheme(item("A1", "ratio", 30, count=count("hours", "amount"), out_of=32000)), [subject()], {"hours": rows})


@pytest.mark.parametrize("unit", UNITS)
def test_periods_are_numbered_as_the_calendar_cuts_them(unit: str) -> None:
    """K01: weeks from Monday, across the ends of years; every day of a piece has the piece's number."""
    window = Period(date(2024, 12, 20), date(2026, 1, 10))
    days = [date.fromordinal(n) for n in range(window.from_on.toordinal(), window.until_on.toordinal())]
    table = nw.from_native(pl.DataFrame({"on": days}))
    found = dict(zip(days, table.select(value=number_period(nw.col("on"), unit))["value"].to_list(), strict=True))
    pieces = [{found[day] for day in days if day in piece} for piece in split_period(window, unit)]
    assert all(len(piece) == 1 for piece in pieces)
    assert len({number for piece in pieces for number in piece}) == len(pieces)
    assert all(found[day] == key_of(day, unit) for day in days)


ABSENT = count("attendance", mark=("缺席",))
SHAKY = When(any_of=(When(count_from=(ABSENT, 3000)), When(prior_grades=(2, ("不合格",)))))
RULES = scheme(
    item("A1", "ratio", 30, count=count("attendance", mark=("到",)), out_of=count("attendance", mark_not=("免",))),
    item("A2", "deduct_each", steps=(Step(ABSENT, Fraction(3)), Step(count("events", kind=("批评",)), Fraction(1)))),
    gates=(Gate("G1", "第九条", SHAKY, Effect("年度考核")),),
)
FACTS = {
    "attendance": [
        fact(on=date(2025, 3, 9), mark="缺席", ref=3),
        fact(on=date(2025, 3, 5), mark="到", ref=2),
        fact(on=date(2025, 3, 6), mark="免", ref=4),
        fact(on=date(2026, 1, 5), mark="到", ref=5),
        fact(WANG, mark="缺席", ref=6),
        fact(on=None, mark="到", ref=7),
    ],
    "events": [fact(kind="批评", ref=9)],
}


def test_sources_are_those_a_scheme_reads() -> None:
    assert list_sources(RULES) == {"attendance", "events", "prior"}


@pytest.mark.parametrize(
    ("code", "records"),
    [
        ("A1", [("attendance", 2), ("attendance", 3), ("attendance", 7)]),
        ("A2", [("attendance", 3), ("events", 9)]),
        ("G1", [("attendance", 3)]),
        ("=得分", []),
    ],
)
def test_evidence_is_the_very_facts(code: str, records: list[tuple[str, int]]) -> None:
    """DESIGN §5: evidence = the same filter without the aggregation; each record once, this person's, in the window."""
    facts = {source: frame(rows, FACT_SCHEMA).lazy() for source, rows in FACTS.items()}
    found = select_evidence(RULES, code, facts, [LI])
    assert found.columns == ["source", *FACT_SCHEMA]
    assert found.select("source", "ref").rows() == records


def test_evidence_adds_up_to_the_line() -> None:
    """DESIGN §1.2: what the page opens is what was counted."""
    facts = {source: frame(rows, FACT_SCHEMA).lazy() for source, rows in FACTS.items()}
    line = run(RULES, [subject()], FACTS).lines.filter(item="A2")
    assert line["counted"].to_list() == [1000 * select_evidence(RULES, "A2", facts, [LI]).height]


def test_condition_in_an_unknown_word_is_the_empty_word() -> None:
    """A missing word meets ``not_in`` and an explicit "" only."""
    rows = [fact(mark=None, ref=1), fact(mark="", ref=2), fact(mark="到", ref=3)]
    for where, number in ((Condition("mark", "not_in", ("到",)), 2), (Condition("mark", "in", ("",)), 2)):
        made = scheme(item("C1", "award_each", steps=(Step(count("events", "rows", where), Fraction(1)),)))
        assert run(made, [subject()], {"events": rows}).lines["counted"].to_list() == [number * 1000]
