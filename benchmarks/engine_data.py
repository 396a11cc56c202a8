"""A seeded year of any number of people in memory: sixty facts each, and a scheme that uses them in many ways."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import polars as pl

from shanxue.assessment.rules.scheme import (
    Band,
    Component,
    Condition,
    Count,
    Effect,
    Gate,
    Item,
    Quota,
    Scheme,
    Step,
    Target,
    When,
    Who,
)
from shanxue.base.frames import FACT_SCHEMA, SUBJECT_SCHEMA
from shanxue.base.periods import Period

YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))
FIRST_DAY = YEAR.from_on.toordinal() - date(1970, 1, 1).toordinal()
PER_PERSON = {"attendance": 42, "notes": 8, "plan": 8, "scores": 2}
BRANCH_SIZE = 30


def make_subjects(people: int) -> pl.DataFrame:
    """Members in branches of thirty, one in five a leader, one in twenty on probation."""
    number = np.arange(1, people + 1)
    frame = pl.DataFrame({"subject": number, "home": number // BRANCH_SIZE + 1})
    rank = pl.when(pl.col("subject") % 5 == 0).then(pl.lit("县处级以上")).otherwise(pl.lit("乡科级及以下"))
    status = pl.when(pl.col("subject") % 20 == 0).then(pl.lit("预备党员")).otherwise(pl.lit("正式党员"))
    return _shape(frame.with_columns(rank_class=rank, status=status, exempt=pl.lit("")), SUBJECT_SCHEMA)


def make_facts(people: int, *, seed: int = 2025) -> dict[str, pl.DataFrame]:
    """Facts by source (FACT_SCHEMA), sixty per person, the same for the same seed."""
    draw = np.random.default_rng(seed)
    return {source: _make_source(draw, source, people, each) for source, each in PER_PERSON.items()}


def _make_source(draw: np.random.Generator, source: str, people: int, each: int) -> pl.DataFrame:
    count = people * each
    day = FIRST_DAY + draw.integers(0, 365, count)
    frame = pl.DataFrame(
        {
            "subject": np.repeat(np.arange(1, people + 1), each),
            "ref": np.arange(count),
            "on": pl.Series(day.astype(np.int32)).cast(pl.Date),
        }
    )
    columns = {"attendance": _attendance, "notes": _notes, "plan": _plan, "scores": _scores}[source](draw, count, day)
    return _shape(frame.with_columns(**columns), FACT_SCHEMA)


def _pick(draw: np.random.Generator, count: int, words: dict[str, float]) -> pl.Series:
    at = draw.choice(len(words), count, p=list(words.values())).astype(np.uint32)
    return pl.Series(list(words), dtype=pl.String)[at]


def _attendance(draw: np.random.Generator, count: int, _: np.ndarray) -> dict[str, pl.Series]:
    marks = {"到": 0.8, "迟到": 0.04, "请假": 0.07, "已补学": 0.04, "缺席": 0.03, "免": 0.02}
    return {
        "kind": _pick(draw, count, {"主题党日": 0.3, "党课": 0.1, "学习日": 0.6}),
        "tier": _pick(draw, count, {"支部集体学": 0.9, "党组集中学": 0.1}),
        "mark": _pick(draw, count, marks),
        "reason": _pick(draw, count, {"公务": 0.6, "事假": 0.4}),
        "measure": pl.repeat("学时", count, eager=True),
        "amount": pl.Series(draw.choice([1000, 1500, 2000], count)),
        "late_minutes": pl.Series(draw.integers(0, 60, count)),
        "flag": pl.Series(draw.random(count) < 0.1),
    }


def _notes(draw: np.random.Generator, count: int, _: np.ndarray) -> dict[str, pl.Series]:
    return {
        "kind": _pick(draw, count, {"笔记": 0.7, "心得": 0.3}),
        "mark": _pick(draw, count, {"通过": 0.92, "退回修改": 0.08}),
        "amount": pl.Series(draw.integers(300, 3000, count) * 1000),
    }


def _plan(draw: np.random.Generator, count: int, day: np.ndarray) -> dict[str, pl.Series]:
    done = (day + draw.integers(-20, 10, count)).astype(np.int32)
    return {
        "mark": _pick(draw, count, {"完成": 0.9, "未完成": 0.1}),
        "amount": pl.repeat(1000, count, eager=True),
        "due_on": pl.Series(day.astype(np.int32)).cast(pl.Date),
        "done_on": pl.Series(done).cast(pl.Date),
    }


def _scores(draw: np.random.Generator, count: int, _: np.ndarray) -> dict[str, pl.Series]:
    return {
        "title": _pick(draw, count, {"上半年测试": 0.5, "下半年测试": 0.5}),
        "mark": _pick(draw, count, {"参加": 0.97, "缺考": 0.03}),
        "amount": pl.Series(draw.integers(110, 201, count) * 500),
        "full": pl.repeat(100_000, count, eager=True),
        "size": pl.repeat(1000, count, eager=True),
    }


def _shape(frame: pl.DataFrame, schema: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    return frame.select(
        pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, dtype=kind).alias(name)
        for name, kind in schema.items()
    )


def count_of(source: str, measure: str = "rows", **words: object) -> Count:
    """A count by words: ``mark=("到",)``, ``mark_not=("免",)``; other conditions as Condition values in ``more``."""
    more = words.pop("more", ())
    assert isinstance(more, tuple)
    tests = [
        Condition(name.removesuffix("_not"), "not_in" if name.endswith("_not") else "in", value)
        for name, value in words.items()
    ]
    return Count(source, (*tests, *more), measure)  # type: ignore[arg-type]


BANDS = {"优秀": 85, "良好": 75, "合格": 60, "不合格": -1000}
PRESENT = ("到", "迟到", "已补学")


def make_scheme() -> Scheme:
    """Four components, nine items, a D8 gate, a quota of one fifth."""
    late = count_of("attendance", mark=("迟到",), more=(Condition("late_minutes", ">", 30),))
    causes = (
        Step(count_of("attendance", mark=("缺席",)), Fraction(2), text="无故缺席"),
        Step(count_of("attendance", mark=("请假",), reason=("事假",)), Fraction(1, 2), text="事假"),
        Step(late, Fraction(1, 4), text="迟到超过30分钟"),
    )
    essays = Step(count_of("notes", kind=("心得",), mark=("通过",)), Fraction(2), caps_per=(("month", Fraction(4)),))
    hours = Target(
        count_of("attendance", "amount", mark=PRESENT), None, "rank_class", {"县处级以上": 56000, "other": 32000}
    )
    on_time = count_of("plan", mark=("完成",), more=(Condition("on_time", "is", True),))
    held = count_of("attendance", tier=("支部集体学",), mark_not=("免",))
    came = count_of("attendance", tier=("支部集体学",), mark=PRESENT)
    items = (
        Item("A1", "到会", "考勤", "第五条", "ratio", Fraction(20), came, held),
        Item("A2", "缺勤", "考勤", "第六条", "deduct_each", steps=causes, floor=Fraction(-10)),
        Item("A3", "学时", "考勤", "第七条", "quota", Fraction(10), targets=(hours,)),
        Item("B1", "笔记", "笔记", "第八条", "ratio", Fraction(15), count_of("notes", mark=("通过",)), 8000),
        Item("B2", "心得", "笔记", "第九条", "award_each", Fraction(10), steps=(essays,)),
        Item("C1", "计划", "计划", "第十条", "ratio", Fraction(15), on_time, count_of("plan")),
        Item("D1", "测试", "成效", "第十一条", "score", Fraction(20), count_of("scores", "mean")),
        Item(
            "D2", "各季度党课", "成效", "第十二条", "ratio", Fraction(10),
            count_of("attendance", kind=("党课",), mark=PRESENT), count_of("attendance", kind=("党课",)),
            per="quarter", combine="mean", no_data="full",
        ),
        Item("D3", "基础分", "成效", "第十三条", "fixed", points=Fraction(5)),
    )  # fmt: skip
    return Scheme(
        code="bench", title="基准细则", subject="person", window=YEAR, scale=100, source="", clauses={}, items=items,
        components=(Component("考勤", Fraction(30), floor=Fraction(0), cap=Fraction(30)),),
        bands=tuple(Band(label, Fraction(least)) for label, least in BANDS.items()),
        gates=(Gate("G1", "第十四条", When(grade_below="优秀"), Effect("年度考核", at_most="称职")),),
        quotas=(Quota("优秀", Fraction(1, 5), "第十五条", "良好", Who({"status": ("正式党员",)})),),
        ceiling=Fraction(100),
    )  # fmt: skip
