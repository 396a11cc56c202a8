"""Small random schemes of every kind, with subjects and facts that touch every branch, for hypothesis."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from shanxue.assessment.rules.scheme import (
    Band,
    Component,
    Condition,
    Count,
    Effect,
    Exempt,
    Gate,
    Item,
    Policy,
    Quota,
    Range,
    Scheme,
    Step,
    Target,
    When,
    Who,
)
from shanxue.base.periods import Period

from .engine_cases import fact, scheme, subject

COMPONENTS = ("甲", "乙")
MARKS = ("到", "缺席", "免", "")
KINDS = ("党课", "学习日", "")
STATUSES = ("正式党员", "预备党员")
PERIODS = ("day", "week", "month", "quarter", "half", "year")
JOINERS = ("full", "next_year", "pro_rata", "no_grade")
WINDOWS = (
    Period(date(2025, 1, 1), date(2026, 1, 1)),
    Period(date(2024, 12, 1), date(2025, 12, 1)),
    Period(date(2025, 3, 1), date(2025, 9, 1)),
)
FIRST = date(2024, 11, 20)

points = st.sampled_from([Fraction(n, 4) for n in range(41)])
small = st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(2), Fraction(3, 10), Fraction(5)])
shares = st.sampled_from([Fraction(1, 3), Fraction(1, 2), Fraction(17, 20), Fraction(1), Fraction(3, 5)])
days = st.one_of(st.none(), st.integers(0, 420).map(lambda n: FIRST + timedelta(days=n)))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


whos = st.one_of(
    st.just(Who()),
    st.just(Who({"status": ("正式党员",)})),
    st.just(Who(columns_not={"rank_class": ("县处级",)})),
    st.just(Who(age_below=60)),
    st.just(Who(age_from=50)),
)
conditions = st.one_of(
    st.sampled_from(MARKS).map(lambda word: Condition("mark", "in", (word,))),
    st.sampled_from(MARKS).map(lambda word: Condition("mark", "not_in", (word,))),
    st.sampled_from(KINDS).map(lambda word: Condition("kind", "in", (word, "党课"))),
    st.just(Condition("month", "in", (1, 2, 3))),
    st.just(Condition("flag", "is", True)),
    st.just(Condition("flag", "is", False)),
    st.just(Condition("on_time", "is", True)),
    st.just(Condition("on_time", "is", False)),
    st.just(Condition("amount", ">=", 2000)),
    st.just(Condition("amount", "<", 60000)),
    st.just(Condition("late_minutes", ">", 10)),
)
sources = st.sampled_from(["attendance", "scores", "events", "missing"])


@st.composite
def counts(draw: st.DrawFn, *, additive: bool = False) -> Count:
    """Any count; ``additive``: one whose value is a sum over facts (for caps per period)."""
    sums = ["rows", "amount", "points", "size", "elapsed"]
    others = [] if additive else ["mean", "least", "periods", "missing_periods"]
    measure = draw(st.sampled_from([*sums, "rows", *others]))
    source = draw(sources)
    fields: dict[str, Any] = {}
    if measure in ("periods", "missing_periods", "elapsed"):
        fields = {"per": draw(st.sampled_from(PERIODS)), "at_least_rows": draw(st.integers(1, 2))}
    elif measure == "amount" and source != "scores":
        fields["convert"] = draw(st.sampled_from([{}, {"天": Fraction(8), "分钟": Fraction(1, 45)}]))
        fields["factor"] = draw(st.sampled_from([{}, {"党课": Fraction(1, 2)}]))
    if source == "scores" and measure in ("rows", "amount", "mean", "least"):
        fields["attempts"] = draw(st.sampled_from(["all", "best", "first", "last", "mean"]))
    elif measure in ("rows", "amount", "points", "size"):
        fields["once_per"] = draw(st.sampled_from([None, None, "title", "day"]))
    if measure in ("rows", "amount", "points", "size") and draw(st.booleans()):
        units = draw(st.lists(st.sampled_from(PERIODS), min_size=1, max_size=2, unique=True))
        fields["caps_per"] = tuple((unit, draw(st.sampled_from([1000, 2500, 6000]))) for unit in units)
    where = tuple(draw(st.lists(conditions, max_size=2)))
    return Count(source, where, measure, **fields)


@st.composite
def steps(draw: st.DrawFn, *, caps: bool) -> tuple[Step, ...]:
    made = []
    for _ in range(draw(st.integers(1, 2))):
        units = draw(st.lists(st.sampled_from(PERIODS), max_size=2, unique=True)) if caps else []
        limits = tuple((unit, draw(small)) for unit in units)
        made.append(Step(draw(_summed()), draw(small), limits, draw(maybe(points))))
    return tuple(made)


def _summed() -> st.SearchStrategy[Count]:
    return counts(additive=True)


@st.composite
def kind_fields(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """What an item of this kind needs beside the common fields."""
    if kind == "ratio":
        out_of = draw(st.one_of(counts(additive=True), st.sampled_from([3000, 12000])))
        return {
            "count": draw(counts()), "out_of": out_of, "full": draw(points), "baseline": draw(shares),
            "slope": draw(maybe(small)),
        }  # fmt: skip
    if kind in ("deduct_each", "award_each"):
        fields = {"steps": draw(steps(caps=kind == "award_each")), "full": draw(maybe(points))}
        if draw(st.booleans()):
            fields |= {
                "zero_from_milli": draw(st.sampled_from([1000, 3000])),
                "zeroes": draw(st.sampled_from(["item", "component"])),
            }
        return fields
    if kind == "lookup":
        each_row = draw(st.booleans())
        ranges = (Range(0, 2000, draw(points)), Range(2000, 5001, draw(points)), Range(6000, None, draw(points)))
        counted = draw(counts(additive=each_row))
        if each_row:
            counted = Count(**{**vars(counted), "caps_per": (), "once_per": None})
        return {"count": counted, "ranges": ranges, "each_row": each_row, "full": draw(maybe(points))}
    return draw(_judged_fields(kind))


@st.composite
def _judged_fields(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    if kind == "quota":
        by_rank = Target(draw(counts()), None, "rank_class", {"县处级": 5000, "other": 2000})
        partly = Target(draw(counts()), None, "rank_class", {"县处级": 4000})
        plain = Target(draw(counts()), draw(st.sampled_from([1000, 3000, 12500])))
        targets = draw(st.sampled_from([(plain,), (by_rank,), (partly,), (plain, partly), (by_rank, plain, partly)]))
        return {
            "targets": targets, "full": draw(points), "short": draw(st.sampled_from(["proportional", "zero", "each"])),
            "short_each": draw(small), "over_each": draw(maybe(small)), "over_cap": draw(maybe(points)),
        }  # fmt: skip
    if kind == "score":
        attempts = draw(st.sampled_from(["all", "best", "first", "last", "mean"]))
        where = tuple(draw(st.lists(conditions, max_size=1)))
        return {"count": Count("scores", where, "mean", attempts=attempts), "full": draw(points)}
    if kind == "votes":
        values = {"优秀": Fraction(100), "合格": Fraction(85), "不合格": Fraction(50)}
        groups = draw(st.sampled_from([{}, {"党员": Fraction(1, 2), "群众": Fraction(3, 10), "支部": Fraction(1, 5)}]))
        return {
            "count": Count("events", (Condition("kind", "in", ("票",)),), "amount"), "full": draw(points),
            "values": values, "groups": groups, "several_groups": draw(st.booleans()), "trim": draw(st.integers(0, 1)),
        }  # fmt: skip
    if kind == "marks":
        where = (Condition("kind", "in", ("评分",)),)
        return {
            "count": Count("events", where, "points"),
            "least": Fraction(-5),
            "most": Fraction(5),
            "full": draw(maybe(points)),
        }
    if kind == "carry":
        return {"count": draw(st.sampled_from([None, Count("prior", (), "amount")])), "carry_share": draw(shares)}
    if kind == "rank":
        bands = ((Fraction(1, 3), draw(points)), (Fraction(2, 3), draw(points)))
        return {
            "count": draw(counts()),
            "rank_points": bands,
            "rank_within": draw(st.sampled_from([None, "rank_class"])),
        }
    table = draw(
        st.sampled_from(
            [{}, {"县处级": Fraction(5), "其他": Fraction(3)}, {"县处级": Fraction(5), "other": Fraction(1)}]
        )
    )
    return {"points": None if table else draw(points), "table": table, "table_column": "rank_class" if table else None}


ALL_KINDS = (
    "ratio", "deduct_each", "award_each", "lookup", "quota", "score", "votes", "marks", "carry", "rank", "fixed",
)  # fmt: skip


@st.composite
def items(draw: st.DrawFn, code: str) -> Item:
    kind = draw(st.sampled_from(ALL_KINDS))
    fields = draw(kind_fields(kind))
    part = st.sampled_from(COMPONENTS) if code > "A2" else st.just(COMPONENTS[int(code == "A2")])  # each has an item
    per = None if kind in ("rank", "carry") else draw(st.sampled_from([None, None, None, "month", "quarter", "half"]))
    return Item(
        code=code, title=f"{code}项", component=draw(part), clause="第一条", kind=kind,
        cap=draw(maybe(points)) if draw(st.booleans()) else None,
        floor=draw(maybe(points.map(lambda value: value - 5))) if draw(st.booleans()) else None,
        per=per, combine=draw(st.sampled_from(["mean", "sum", "best"])), who=draw(whos),
        no_data=draw(st.sampled_from(["wait", "zero", "full", "scale"])), soft=draw(st.integers(0, 5)) == 0,
        policy=draw(st.sampled_from(["", "细则未规定，按次计"])), **fields,
    )  # fmt: skip


@st.composite
def whens(draw: st.DrawFn, codes: list[str], *, grades: bool = True, deep: bool = True) -> When:
    choices = [
        When(total_below=draw(points) * 3),
        When(total_from=draw(points) * 3),
        When(item_below=(draw(st.sampled_from([*codes, *COMPONENTS])), draw(points))),
        When(share_below=(draw(st.sampled_from([*codes, *COMPONENTS])), draw(shares))),
        When(count_from=(draw(counts()), 2000)),
        When(share_over=(draw(counts()), draw(counts()), draw(shares))),
    ]
    if grades:
        choices += [
            When(grade_below="优秀"),
            When(grade_in=("合格", "不合格")),
            When(prior_grades=(2, ("合格", "不合格"))),
        ]
    if deep:
        two = (draw(whens(codes, grades=grades, deep=False)), draw(whens(codes, grades=grades, deep=False)))
        choices += [When(all_of=two), When(any_of=two)]
    return draw(st.sampled_from(choices))


@st.composite
def gates(draw: st.DrawFn, code: str, codes: list[str]) -> Gate:
    veto = draw(st.integers(0, 3)) == 0
    effects = [
        Effect("年度考核", at_most="称职"),
        Effect(list_name="参考名单"),
        Effect(at_most="良好"),
        Effect(not_in=("优秀", "良好")),
        Effect(grade="合格"),
    ]
    effect = (
        Effect(total=draw(st.sampled_from([Fraction(0), Fraction(10)]))) if veto else draw(st.sampled_from(effects))
    )
    return Gate(code, "第九条", draw(whens(codes, grades=not veto)), effect, draw(whos))


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    """Two to four items of any kind in two components, with everything else a scheme may have."""
    codes = [f"A{number}" for number in range(1, draw(st.integers(2, 4)) + 1)]
    made = tuple(draw(items(code)) for code in codes)
    component = Component(
        "甲", weight=draw(shares), base=draw(st.sampled_from([Fraction(0), Fraction(0), Fraction(20)])),
        floor=draw(maybe(st.just(Fraction(0)))), cap=draw(maybe(points)),
    )  # fmt: skip
    bands = (
        Band(
            "优秀", Fraction(15), needs=draw(st.sampled_from([(), (("甲", Fraction(5)),), ((codes[0], Fraction(1)),)]))
        ),
        Band("良好", draw(st.sampled_from([Fraction(8), Fraction(1999, 200)])), draw(whos)),
        Band("合格", Fraction(3)),
        Band("不合格", Fraction(-1_000_000)),
    )
    graded = draw(st.sampled_from([bands, bands, bands, ()]))
    quota = Quota(
        draw(st.sampled_from(["优秀", "良好"])), draw(shares), "第八条", "合格", draw(whos),
        draw(st.sampled_from([None, "rank_class"])), draw(st.sampled_from(["floor", "half_up", "ceil"])),
        draw(st.sampled_from(["none", "all"])), draw(st.sampled_from([(), (codes[0],), ("甲", codes[-1])])),
    )  # fmt: skip
    exempts = (
        Exempt(("长期病休",), "exclude", clause="第十条"),
        Exempt(("年老体弱",), "waive", items=(codes[0],)),
    )
    return scheme(
        *made, window=draw(st.sampled_from(WINDOWS)), scale=draw(st.sampled_from([1, 10, 100, 1000])),
        components=draw(st.sampled_from([(), (component,)])), bands=graded,
        gates=tuple(draw(gates(f"G{n}", codes)) for n in range(draw(st.integers(0, 2 if graded else 0)))),
        quotas=draw(st.sampled_from([(), (quota,)])), exempts=draw(st.sampled_from([(), exempts])),
        who=draw(whos), base=draw(st.sampled_from([Fraction(0), Fraction(10)])),
        floor=draw(maybe(st.just(Fraction(0)))), ceiling=draw(maybe(st.just(Fraction(30)))),
        joiners=draw(st.builds(Policy, st.sampled_from(JOINERS), st.sampled_from(["", "第三条"]))),
    )  # fmt: skip


subjects = st.lists(
    st.builds(
        lambda number, columns: {**subject(number), **columns},
        st.integers(1, 6),
        st.fixed_dictionaries(
            {
                "status": st.sampled_from([*STATUSES, None]),
                "rank_class": st.sampled_from(["县处级", "其他"]),
                "age": st.sampled_from([None, 30, 50, 60]),
                "joined_on": st.one_of(st.none(), days),
                "exempt": st.sampled_from(["", "", "", "长期病休", "年老体弱、孕产"]),
            }
        ),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row["subject"],
)


def facts_of(source: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows of one source; scores keep to full marks that divide evenly, as tests in an office do."""
    columns: dict[str, Any] = {
        "kind": st.sampled_from(["党课", "学习日", None]),
        "mark": st.sampled_from([*MARKS, None]),
        "title": st.sampled_from(["", None, "一", "二"]),
        "measure": st.sampled_from(["学时", "天", "分钟", None]),
        "amount": st.one_of(st.none(), st.integers(0, 40).map(lambda n: n * 250)),
        "points": st.one_of(st.none(), st.integers(-8, 8).map(lambda n: n * 750)),
        "size": st.one_of(st.none(), st.integers(0, 3).map(lambda n: n * 1000)),
        "late_minutes": st.one_of(st.none(), st.integers(0, 30)),
        "due_on": days,
        "done_on": days,
        "flag": st.one_of(st.none(), st.booleans()),
    }
    if source == "scores":
        columns |= {
            "mark": st.sampled_from(["参加", "缺考", "作弊", "到"]),
            "amount": st.one_of(st.none(), st.integers(0, 100).map(lambda n: n * 500)),
            "full": st.sampled_from([50_000, 60_000, 100_000, 120_000, 150_000]),
        }
    if source == "events":
        columns |= {
            "kind": st.sampled_from(["票", "票", "评分", "党课"]),
            "mark": st.sampled_from(["优秀", "合格", "不合格", "弃权", "到"]),
            "level": st.sampled_from(["党员", "群众", "支部", ""]),
            "amount": st.integers(0, 4).map(lambda n: n * 1000),
            "tier": st.sampled_from(["书记", "书记", ""]),
            "reason": st.sampled_from(["酌情", "酌情", ""]),
        }
    if source == "prior":
        columns |= {
            "kind": st.sampled_from(["学习考核", "年度考核"]),
            "title": st.sampled_from(["2024", "2023"]),
            "mark": st.sampled_from(["合格", "优秀"]),
        }
    row = st.builds(lambda number, on, ref, rest: fact(number, on, ref=ref, **rest),
                    st.integers(1, 7), days, st.integers(1, 10**6), st.fixed_dictionaries(columns))  # fmt: skip
    return st.lists(row, max_size=14, unique_by=lambda made: made["ref"])


facts = st.fixed_dictionaries({source: facts_of(source) for source in ("attendance", "scores", "events", "prior")})
