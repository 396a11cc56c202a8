"""A scheme as the engine reads it: checked, exact, free of defaults that nobody named.

``loading.py`` turns a TOML file into these values and refuses what does not hold; ``engine/`` computes with them.
Quantities are milli (thousandths), points are integers in units of ``Scheme.scale`` (precision 0.01: 100), shares and
factors are ``Fraction``. K-numbers name the kinds of rule in ``docs/assessment.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any, Literal

from shanxue.base.periods import Period

SubjectKind = Literal["person", "branch", "department"]
Op = Literal["in", "not_in", ">=", ">", "<", "<=", "is"]


@dataclass(frozen=True)
class Condition:
    """One test of one fact column (see ``base.frames.FACT_SCHEMA``); ``value`` is a tuple for in/not_in.

    Two columns are derived: ``month`` (in, not_in; 1 to 12, from ``on``) and ``on_time`` (is; done_on ≤ due_on).
    What is unknown meets no bound; an absent word is the empty word.
    """

    column: str
    op: Op
    value: Any


@dataclass(frozen=True)
class Who:
    """Which subjects: every named column must hold one of its values. Empty: everybody.

    Columns: status, staff_state, rank_class, role, unit_kind; ``age_below``/``age_from`` in whole years at the end of
    the window.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns_not: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    age_from: int | None = None
    age_below: int | None = None


@dataclass(frozen=True)
class Count:
    """What is counted per subject: the facts that meet every condition, aggregated by ``measure``.

    The value is milli (three sessions count 3000). The same conditions without the aggregation are the evidence.
    """

    source: str  # attendance, sessions, notes, plan, scores, hours, events, prior, members, subunits
    where: tuple[Condition, ...] = ()
    measure: Literal[
        "rows",  # how many facts
        "amount",  # Σ amount × convert[measure] × factor[kind]
        "points",  # Σ points (a scorer's marks)
        "size",  # Σ size
        "mean",  # mean of amount (for scores: amount/full × 100), half up to a thousandth
        "least",  # smallest amount
        "periods",  # how many periods of `per` hold at least `at_least_rows` facts
        "missing_periods",  # how many periods of `per` in the window hold fewer
        "elapsed",  # Σ whole periods of `per` begun after due_on until done_on (or the window's end) (K30)
    ] = "rows"
    per: str | None = None  # a unit of base.periods.UNITS
    at_least_rows: int = 1
    attempts: Literal["all", "best", "first", "last", "mean"] = "all"  # which attempt of a test counts (K35, K36)
    once_per: Literal["title", "day"] | None = None  # of facts alike in this, only the largest amount counts (K16)
    convert: Mapping[str, Fraction] = field(default_factory=dict)  # by fact measure: 天 → 8 (K11)
    factor: Mapping[str, Fraction] = field(default_factory=dict)  # by fact kind: 选修 → 1/2 (K11)
    caps_per: tuple[tuple[str, int], ...] = ()  # (period unit, most milli in each) (K21)


@dataclass(frozen=True)
class Step:
    """A count and what each one of it is worth, in points (a fraction of a point unit is allowed)."""

    count: Count
    each: Fraction  # in scheme points (not yet scaled): 0.5 is Fraction(1, 2)
    caps_per: tuple[tuple[str, Fraction], ...] = ()  # most points in each day/month/… (K21)
    cap: Fraction | None = None  # most points from this step in the window
    text: str = ""  # 事前请假


@dataclass(frozen=True)
class Range:
    """A row of a lookup: values from ``from_milli`` up to ``until_milli`` (open; None: no end) earn ``points``."""

    from_milli: int
    until_milli: int | None
    points: Fraction


@dataclass(frozen=True)
class Target:
    """One way of meeting a quota: a count against a target, which may differ by a subject column (K05, K06, K09)."""

    count: Count
    milli: int | None
    by_column: str | None = None
    by_value: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """One scored clause. ``kind`` is one of ``loading.KINDS``; the fields it does not use stay empty."""

    code: str
    title: str
    component: str
    clause: str
    kind: str
    full: Fraction | None = None
    count: Count | None = None
    out_of: Count | int | None = None  # int: milli
    steps: tuple[Step, ...] = ()  # award_each, deduct_each: causes with their own value (K20, K22, K24)
    baseline: Fraction = Fraction(1)  # ratio: full marks from here (K27)
    slope: Fraction | None = None  # ratio: points lost per percentage point below the baseline (K27)
    floor: Fraction | None = None
    cap: Fraction | None = None
    zero_from_milli: int | None = None  # from this many on, the item (or component) is zero (K25)
    zeroes: Literal["item", "component"] = "item"
    ranges: tuple[Range, ...] = ()
    each_row: bool = False  # lookup: by row (True) or on the sum (False)
    targets: tuple[Target, ...] = ()  # quota: any one suffices (K06)
    short: Literal["zero", "proportional", "each"] = "proportional"
    short_each: Fraction | None = None
    over_each: Fraction | None = None  # bonus per whole unit beyond the target (K29)
    over_cap: Fraction | None = None
    values: Mapping[str, Fraction] = field(default_factory=dict)  # votes: value of each grade (K33)
    groups: Mapping[str, Fraction] = field(default_factory=dict)  # votes: weight of each rater group (K34)
    several_groups: bool = False  # votes: without weights, mean of the groups' means (True) or of all votes (K34)
    trim: int = 0  # votes: how many highest and lowest are left out (K34), default none
    least: Fraction | None = None  # marks: bounds of one scorer's mark (K26)
    most: Fraction | None = None
    rank_points: tuple[tuple[Fraction, Fraction], ...] = ()  # rank: (up to this share, points) (K46)
    rank_within: str | None = None  # a subject column, or None: everybody
    points: Fraction | None = None  # fixed: the same for everybody (K31)
    table_column: str | None = None  # fixed: points by a subject column (K31)
    table: Mapping[str, Fraction] = field(default_factory=dict)
    carry_share: Fraction | None = None  # carry: share of last year's total (K15)
    per: str | None = None  # evaluate in each period of the window, then combine (K35)
    combine: Literal["mean", "sum", "best"] = "sum"
    who: Who = field(default_factory=Who)
    no_data: Literal["wait", "zero", "full", "scale"] = "wait"  # when out_of is 0 or no score exists
    soft: bool = False  # 一般/原则上: a shortfall is reported, not deducted
    policy: str = ""  # sentence on what the clause leaves open: 细则未规定，按…


@dataclass(frozen=True)
class Component:
    """A named part of the total. Its items add up from ``base``, are held in [floor, cap], then weighted (K32)."""

    name: str
    full: Fraction | None = None
    base: Fraction = Fraction(0)
    weight: Fraction = Fraction(1)
    floor: Fraction | None = None
    cap: Fraction | None = None
    clause: str = ""


@dataclass(frozen=True)
class Band:
    label: str
    from_points: Fraction  # included; the next band's start is this one's open end
    who: Who = field(default_factory=Who)
    needs: tuple[tuple[str, Fraction], ...] = ()  # (item or component, least points): K42


@dataclass(frozen=True)
class When:
    """A gate's condition. Exactly one of the fields is set; ``all_of``/``any_of`` hold further conditions."""

    grade_below: str | None = None
    grade_in: tuple[str, ...] = ()
    total_below: Fraction | None = None
    total_from: Fraction | None = None
    item_below: tuple[str, Fraction] | None = None  # (item or component, points)
    share_below: tuple[str, Fraction] | None = None  # (item or component, share of the total) (K43)
    count_from: tuple[Count, int] | None = None  # (count, milli): at least so many (K44, K55)
    share_over: tuple[Count, Count, Fraction] | None = None  # (count, out of, share): more than this share (K55)
    prior_grades: tuple[int, tuple[str, ...]] | None = None  # (years running incl. this one, grades) (K47)
    all_of: tuple[When, ...] = ()
    any_of: tuple[When, ...] = ()


class LadderStep(StrEnum):
    """K64: what follows a poor result, from the mildest."""

    REMIND = "提醒"
    TALK = "约谈"
    ADMONISH = "诫勉"
    CORRECT = "限期改正"
    HANDLE = "组织处理"


@dataclass(frozen=True)
class Effect:
    """What a gate does. ``target`` "" is this assessment itself; otherwise another one, which is only reported."""

    target: str = ""
    at_most: str | None = None
    not_in: tuple[str, ...] = ()
    grade: str | None = None
    total: Fraction | None = None  # K44: the year's points become this
    list_name: str | None = None  # D9: put on this reference list
    notice: str | None = None  # K64: 由支部谈话 …
    step: str | None = None  # K64: the LadderStep on which the notice stands


@dataclass(frozen=True)
class Gate:
    code: str
    clause: str
    when: When
    effect: Effect
    who: Who = field(default_factory=Who)
    text: str = ""


@dataclass(frozen=True)
class Quota:
    """No more than a share of a group may hold a grade (K45). Those beyond it, from the lowest, go to ``demote_to``."""

    grade: str
    share: Fraction
    clause: str
    demote_to: str
    of: Who = field(default_factory=Who)  # who counts in the denominator
    per: str | None = None  # a subject column: each value has its own quota
    rounding: Literal["floor", "half_up", "ceil"] = "floor"
    ties: Literal["none", "all"] = "none"  # a tie across the line: none of them, or all of them
    order_by: tuple[str, ...] = ()  # further items or components that break ties


@dataclass(frozen=True)
class Exempt:
    """K51. ``exclude``: not assessed; ``waive``: the items ask nothing; ``days``: sessions in those days are 免."""

    categories: tuple[str, ...]
    mode: Literal["exclude", "waive", "days"]
    items: tuple[str, ...] = ()
    clause: str = ""


@dataclass(frozen=True)
class Policy:
    """K52–K54: what the scheme does where its text may be silent. ``clause`` "" means silent: lines then say so."""

    rule: str
    clause: str = ""


@dataclass(frozen=True)
class Term:
    """How long a step of the proceeding lasts; ``days`` None: the scheme is silent and the office says it."""

    days: int | None = None
    working: bool = False
    clause: str = ""


@dataclass(frozen=True)
class Process:
    """K60, K61: the terms of a proceeding. ``grades``: which are made public; none named: only the best."""

    check: Term = Term()  # branches check their people's lines
    publicity: Term = Term()
    appeal: Term = Term()  # from the first day of the publicity
    answer: Term = Term()  # from the day an appeal was filed
    grades: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scheme:
    code: str
    title: str
    subject: SubjectKind
    window: Period
    scale: int  # 1 / precision: 100 for 0.01
    source: str  # where the text comes from
    clauses: Mapping[str, str]  # number → text, for the page and the documents
    items: tuple[Item, ...]
    components: tuple[Component, ...]
    bands: tuple[Band, ...]
    gates: tuple[Gate, ...] = ()
    quotas: tuple[Quota, ...] = ()
    exempts: tuple[Exempt, ...] = ()
    who: Who = field(default_factory=Who)
    base: Fraction = Fraction(0)
    floor: Fraction | None = None
    ceiling: Fraction | None = None
    joiners: Policy = Policy("full")  # full, next_year, pro_rata, no_grade
    transfers: Policy = Policy("end_unit")  # end_unit: the result is listed where the person stands at the end
    members_scheme: str | None = None  # code of the scheme whose results are the `members` facts (K48)
    text: str = ""  # the TOML itself
    name: str = ""  # what this assessment is called in sentences: 学习考核
    full: Fraction | None = None  # full marks of the total, when the text names them
    make_up: Policy = Policy("as_marked")  # K54: each item's marks say whether 已补学 counts
    omitted: tuple[str, ...] = ()  # parts of the text that are not here, and why
    optional_quotas: tuple[Quota, ...] = ()  # written, but switched off (enabled = false)
    process: Process = Process()
