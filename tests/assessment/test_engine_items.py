"""Each kind of item on a case small enough to check by hand; the arithmetic stands in the docstring."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from shanxue.assessment.rules.scheme import Component, Condition, Count, Item, Range, Step, Target, Who

from .engine_cases import WANG, ZHAO, award, count, fact, find_line, find_result, item, run, scheme, subject


def marks(**numbers: int) -> list[dict[str, Any]]:
    """Attendance of one person: so many of each mark, on days of their own."""
    words = [word for word, number in numbers.items() for _ in range(number)]
    return [fact(on=date(2025, 1 + at % 12, 1 + at // 12), mark=word, ref=at + 1) for at, word in enumerate(words)]


def assess_one(made: Item, **facts: list[dict[str, Any]]) -> Any:
    return run(scheme(made), [subject()], facts)


PRESENT = count("attendance", mark=("到", "迟到", "已补学"))
DUE = count("attendance", mark_not=("免", "未记录"))


def test_ratio_counts_present_out_of_due() -> None:
    """K04: 17 present and 1 made up of 20 due, 免 left out: 18 ÷ 20 × 30 = 27."""
    done = assess_one(
        item("A1", "ratio", 30, count=PRESENT, out_of=DUE), attendance=marks(到=17, 已补学=1, 缺席=2, 免=3)
    )
    assert find_line(done, "A1") == {
        "subject": 1, "item": "A1", "counted": 18000, "out_of": 20000, "awarded": 2700, "full": 3000, "note": "",
    }  # fmt: skip


def test_ratio_rounds_half_up_once() -> None:
    """DESIGN §5: 1 ÷ 3 × 20 = 6.666… → 6.67."""
    assert (
        award(assess_one(item("A1", "ratio", 20, count=PRESENT, out_of=DUE), attendance=marks(到=1, 缺席=2)), "A1")
        == 667
    )


def test_ratio_with_baseline_is_full_from_there() -> None:
    """K27, R06: 30 ÷ (40 × 85 %) × 34 = 30 exactly; one more is still 30 and said to be capped."""
    made = item("B1", "ratio", 30, count=PRESENT, out_of=40000, baseline=Fraction(17, 20))
    assert find_line(assess_one(made, attendance=marks(到=34)), "B1")["awarded"] == 3000
    line = find_line(assess_one(made, attendance=marks(到=35)), "B1")
    assert (line["awarded"], line["note"]) == (3000, "封顶")


def test_ratio_with_slope_loses_points_per_percentage_point() -> None:
    """K27, R03: 到课率 60 % under a line of 70 %: 6 − 10 × 0.2 = 4."""
    made = item("B1", "ratio", 6, count=PRESENT, out_of=10000, baseline=Fraction(7, 10), slope=Fraction(1, 5))
    assert award(assess_one(made, attendance=marks(到=6)), "B1") == 400


def test_ratio_of_nothing_due_is_no_data() -> None:
    """DESIGN §8: zero is a number, no data is not: nothing due, so 待补充 and no grade."""
    done = assess_one(item("A1", "ratio", 30, count=PRESENT, out_of=DUE), attendance=marks(免=3))
    assert find_line(done, "A1")["awarded"] is None
    assert find_line(done, "A1")["note"] == "无数据"
    assert find_result(done) == {
        "subject": 1,
        "total": None,
        "grade": "待补充",
        "rank": None,
        "rank_note": "待补充：A1项",
    }


def test_deduction_stops_at_the_floor() -> None:
    """K23: five absences at 3 from nothing, floor −10: −15 becomes −10, 保底."""
    steps = (Step(count("attendance", mark=("缺席",)), Fraction(3)),)
    line = find_line(
        assess_one(item("A2", "deduct_each", steps=steps, floor=Fraction(-10)), attendance=marks(缺席=5)), "A2"
    )
    assert (line["counted"], line["awarded"], line["note"]) == (5000, -1000, "保底")


def test_deduction_from_full_ends_at_zero() -> None:
    """K23, R40 扣完为止: 15 − 6 × 3 = −3 → 0."""
    steps = (Step(count("attendance", mark=("缺席",)), Fraction(3)),)
    assert award(assess_one(item("A2", "deduct_each", 15, steps=steps), attendance=marks(缺席=6)), "A2") == 0


def test_deduction_by_cause_adds_the_causes() -> None:
    """K24, R41: 15 − 1 × 5 (无故缺席) − 2 × 1 (因私请假) − 1 × 1 (迟到超过30分钟) = 7."""
    steps = (
        Step(count("attendance", mark=("缺席",)), Fraction(5)),
        Step(count("attendance", mark=("请假",), reason=("事假",)), Fraction(1)),
        Step(count("attendance", "rows", Condition("late_minutes", ">", 30), mark=("迟到",)), Fraction(1)),
    )
    rows = [
        *marks(缺席=1),
        *(fact(mark="请假", reason="事假", ref=20 + at) for at in range(2)),
        fact(mark="请假", reason="病假", ref=30),
        fact(mark="迟到", late_minutes=31, ref=31),
        fact(mark="迟到", late_minutes=30, ref=32),
    ]
    assert award(assess_one(item("A2", "deduct_each", 15, steps=steps), attendance=rows), "A2") == 700


def test_two_or_more_zero_the_item() -> None:
    """K25, R60: 迟到 −1, two or more → 0; with one 5 − 1 = 4, with two 0 and not 3."""
    steps = (Step(count("attendance", mark=("迟到",)), Fraction(1)),)
    made = item("B1", "deduct_each", 5, steps=steps, zero_from_milli=2000)
    assert award(assess_one(made, attendance=marks(迟到=1)), "B1") == 400
    line = find_line(assess_one(made, attendance=marks(迟到=2)), "B1")
    assert (line["awarded"], line["note"]) == (0, "归零")


def test_zeroed_component_is_carried_by_the_line() -> None:
    """K25: 考勤 27 of 30; at three absences 考勤 is 0: the line of the absences is −27, not −9."""
    steps = (Step(count("attendance", mark=("缺席",)), Fraction(3)),)
    made = scheme(
        item("A1", "ratio", 30, count=PRESENT, out_of=DUE, component="考勤"),
        item("A2", "deduct_each", steps=steps, zero_from_milli=3000, zeroes="component", component="考勤"),
        item("B1", "fixed", points=Fraction(40), component="其他"),
    )
    done = run(made, [subject()], {"attendance": marks(到=27, 缺席=3)})
    assert (award(done, "A1"), award(done, "A2"), award(done, "B1")) == (2700, -2700, 4000)
    assert find_line(done, "A2")["note"] == "归零"
    assert find_result(done)["total"] == 4000


def test_award_is_capped_per_month_and_in_all() -> None:
    """K21, R44: 2 each, at most 6 a month: five in March count 6, one in April 2; 8, and the item's cap is 7."""
    days = [date(2025, 3, 1 + at) for at in range(5)] + [date(2025, 4, 1)]
    rows = [fact(on=day, kind="通知", ref=at) for at, day in enumerate(days)]
    step = Step(count("events", kind=("通知",)), Fraction(2), caps_per=(("month", Fraction(6)),))
    assert award(assess_one(item("C1", "award_each", steps=(step,)), events=rows), "C1") == 800
    line = find_line(assess_one(item("C1", "award_each", 7, steps=(step,)), events=rows), "C1")
    assert (line["counted"], line["awarded"], line["note"]) == (6000, 700, "封顶")


def test_undated_facts_share_one_period_under_a_cap() -> None:
    """K21: leaving the day out never earns more than one month may give."""
    step = Step(count("events"), Fraction(2), caps_per=(("month", Fraction(6)),))
    rows = [fact(on=None, ref=at) for at in range(9)]
    assert award(assess_one(item("C1", "award_each", steps=(step,)), events=rows), "C1") == 600


def test_extra_for_a_higher_level_is_a_step_of_its_own() -> None:
    """K22, R32: an essay 3, city award 3 more: two essays, one with an award: 2 × 3 + 3 = 9."""
    steps = (
        Step(count("events", kind=("文章",)), Fraction(3)),
        Step(count("events", kind=("文章",), level=("市级",)), Fraction(3)),
    )
    rows = [fact(kind="文章", ref=1), fact(kind="文章", level="市级", ref=2)]
    assert award(assess_one(item("C1", "award_each", steps=steps), events=rows), "C1") == 900


def test_same_title_counts_once() -> None:
    """K16: one course entered by two clerks counts its larger hours once; untitled records are not alike."""
    rows = [
        fact(title="理论课", amount=4000, ref=1),
        fact(title="理论课", amount=3000, ref=2),
        fact(title="", amount=1000, ref=3),
        fact(title=None, amount=1000, ref=4),
    ]
    target = Target(count("hours", "amount", once_per="title"), 12000)
    assert find_line(assess_one(item("H1", "quota", 10, targets=(target,)), hours=rows), "H1")["counted"] == 6000


def test_days_and_minutes_become_hours() -> None:
    """K11, R22, R13: 8 + 4 + 100 minutes ÷ 45 = 14.222 学时 of 32: 14.222 ÷ 32 × 20 = 8.88875 → 8.89."""
    rows = [
        fact(measure="天", amount=1000, ref=1),
        fact(measure="半天", amount=1000, ref=2),
        fact(measure="分钟", amount=100_000, ref=3),
    ]
    convert = {"天": Fraction(8), "半天": Fraction(4), "分钟": Fraction(1, 45)}
    line = find_line(
        assess_one(
            item("H1", "quota", 20, targets=(Target(count("hours", "amount", convert=convert), 32000),)), hours=rows
        ),
        "H1",
    )
    assert (line["counted"], line["out_of"], line["awarded"]) == (14222, 32000, 889)


def test_elective_hours_count_half() -> None:
    """K11, R13: required 10 × 1 + elective 5 × 0.5 = 12.5."""
    rows = [fact(kind="必修", amount=10_000, ref=1), fact(kind="选修", amount=5000, ref=2)]
    target = Target(count("hours", "amount", factor={"选修": Fraction(1, 2)}), 32000)
    assert find_line(assess_one(item("H1", "quota", 20, targets=(target,)), hours=rows), "H1")["counted"] == 12500


def test_lookup_adds_each_record_by_its_own_days() -> None:
    """K13, R11: 2 days → 1, 5 days → 3, 20 days → 6: 10. On the sum (27 days) it would be 6."""
    ranges = (
        Range(1000, 2001, Fraction(1)), Range(3000, 5001, Fraction(3)), Range(6000, 10001, Fraction(4)),
        Range(11000, 15001, Fraction(5)), Range(16000, 30001, Fraction(6)),
    )  # fmt: skip
    rows = [fact(amount=days * 1000, ref=days) for days in (2, 5, 20)]
    counted = count("hours", "amount")
    assert (
        award(assess_one(item("L1", "lookup", count=counted, ranges=ranges, each_row=True), hours=rows), "L1") == 1000
    )
    assert award(assess_one(item("L1", "lookup", count=counted, ranges=ranges), hours=rows), "L1") == 600


def test_either_of_two_targets_suffices() -> None:
    """K06, 2.4: 12 days or 90 hours: 9 days are 75 %, 90 hours are all: full marks, and the line shows the hours."""
    by_days = Target(Count("hours", (Condition("measure", "in", ("天",)),), "amount"), 12000)
    by_hours = Target(Count("hours", (Condition("measure", "in", ("学时",)),), "amount"), 90000)
    rows = [fact(measure="天", amount=9000, ref=1), fact(measure="学时", amount=90_000, ref=2)]
    line = find_line(assess_one(item("H1", "quota", 10, targets=(by_days, by_hours)), hours=rows), "H1")
    assert (line["counted"], line["out_of"], line["awarded"]) == (90000, 90000, 1000)


def test_target_differs_by_rank() -> None:
    """K05, 2.1: 县处级以上 56, others 32; 32 hours: 32 ÷ 56 × 14 = 8 for the one, 14 for the other."""
    target = Target(count("hours", "amount"), None, "rank_class", {"县处级以上": 56000, "other": 32000})
    rows = [fact(1, amount=32_000), fact(WANG, amount=32_000)]
    people = [subject(1, rank_class="县处级以上"), subject(WANG, rank_class="科级")]
    done = run(scheme(item("H1", "quota", 14, targets=(target,))), people, {"hours": rows})
    assert (award(done, "H1", 1), award(done, "H1", WANG)) == (800, 1400)


def test_each_missing_and_each_extra_article_counts() -> None:
    """K12, K29, R03: 4 a year, each missing −1, each extra +1 up to 2: 3 → 4, 7 → 5 + 2."""
    fields: dict[str, Any] = {
        "targets": (Target(count("notes"), 4000),), "short": "each", "short_each": Fraction(1),
        "over_each": Fraction(1), "over_cap": Fraction(2),
    }  # fmt: skip
    for number, points in ((3, 400), (4, 500), (5, 600), (7, 700)):
        notes = [fact(ref=at) for at in range(number)]
        assert award(assess_one(item("N1", "quota", 5, **fields), notes=notes), "N1") == points


def test_score_is_the_mean_share_of_full_marks() -> None:
    """K36: 80 of 100 and 45 of 50 and one missed: (80 % + 90 % + 0) ÷ 3 = 56.667 %; of 30 points 17."""
    rows = [
        fact(mark="参加", title="一", amount=80_000, full=100_000, ref=1),
        fact(mark="参加", title="二", amount=45_000, full=50_000, ref=2),
        fact(mark="缺考", title="三", full=100_000, ref=3),
        fact(mark="免考", title="四", full=100_000, ref=4),
    ]
    line = find_line(assess_one(item("S1", "score", 30, count=count("scores", "mean")), scores=rows), "S1")
    assert (line["counted"], line["out_of"], line["awarded"]) == (56667, 100_000, 1700)


def test_best_of_three_attempts_counts() -> None:
    """K35, R55: three attempts, best counts: 92; cheating counts nothing whatever the paper says (R58)."""
    rows = [
        fact(mark="参加", title="法律", amount=70_000, full=100_000, size=1000, ref=1),
        fact(mark="作弊", title="法律", amount=99_000, full=100_000, size=2000, ref=2),
        fact(mark="参加", title="法律", amount=92_000, full=100_000, size=3000, ref=3),
    ]
    for attempts, points in (("best", 9200), ("first", 7000), ("last", 9200), ("mean", 5400), ("all", 5400)):
        counted = count("scores", "mean", attempts=attempts)
        assert award(assess_one(item("S1", "score", 100, count=counted), scores=rows), "S1") == points


def test_failed_test_is_judged_by_the_attempt_that_counts() -> None:
    """K36, R41: exam fail −5; failed at 50, passed at 70 in the resit: nothing is deducted."""
    rows = [
        fact(mark="参加", title="一", amount=50_000, full=100_000, size=1000, ref=1),
        fact(mark="参加", title="一", amount=70_000, full=100_000, size=2000, ref=2),
    ]
    failed = count("scores", "rows", Condition("amount", "<", 60_000), attempts="best")
    assert award(assess_one(item("S2", "deduct_each", steps=(Step(failed, Fraction(5)),)), scores=rows), "S2") == 0


def ballots(level: str, **numbers: int) -> list[dict[str, Any]]:
    return [
        fact(kind="票", mark=grade, level=level, amount=number * 1000, ref=hash((level, grade)) % 10**6)
        for grade, number in numbers.items()
    ]


VALUES = {"优秀": Fraction(100), "合格": Fraction(85), "基本合格": Fraction(70), "不合格": Fraction(50)}
VOTES = Count("events", (Condition("kind", "in", ("票",)),), "amount")


def test_votes_become_their_mean_value() -> None:
    """K33, R36: 6 × 100 + 3 × 85 + 1 × 70 = 925 of 10 votes: 92.5; abstentions are no votes."""
    rows = ballots("", 优秀=6, 合格=3, 基本合格=1, 弃权=4)
    line = find_line(assess_one(item("V1", "votes", 100, count=VOTES, values=VALUES), events=rows), "V1")
    assert (line["counted"], line["out_of"], line["awarded"]) == (92500, 100_000, 9250)


def test_rater_groups_are_averaged_by_weight_or_plainly() -> None:
    """K34, R46: groups at 100, 85 and 50.

    Plainly: 235 ÷ 3 = 78.33. By 0.5/0.3/0.2: 50 + 25.5 + 10 = 85.5. All votes: (900 + 85 + 50) ÷ 11 = 94.09.
    """
    rows = ballots("党员", 优秀=9) + ballots("支部", 合格=1) + ballots("群众", 不合格=1)
    weights = {"党员": Fraction(1, 2), "支部": Fraction(3, 10), "群众": Fraction(1, 5)}
    made = {"count": VOTES, "values": VALUES}
    assert award(assess_one(item("V1", "votes", 100, several_groups=True, **made), events=rows), "V1") == 7833
    assert award(assess_one(item("V1", "votes", 100, groups=weights, **made), events=rows), "V1") == 8550
    assert award(assess_one(item("V1", "votes", 100, **made), events=rows), "V1") == 9409


def test_group_without_votes_is_said_and_the_others_scaled() -> None:
    """K34: without votes of 群众, 0.5 and 0.3 make the whole: (50 + 25.5) ÷ 0.8 = 94.375 → 94.38."""
    weights = {"党员": Fraction(1, 2), "支部": Fraction(3, 10), "群众": Fraction(1, 5)}
    made = item("V1", "votes", 100, count=VOTES, values=VALUES, groups=weights)
    line = find_line(assess_one(made, events=ballots("党员", 优秀=9) + ballots("支部", 合格=1)), "V1")
    assert (line["awarded"], line["note"]) == (9438, "有一类测评人没有票，其余折算")


def test_trimming_leaves_out_the_highest_and_the_lowest() -> None:
    """K34: 100, 85, 85, 50 without the ends: 85. Two votes are too few to trim."""
    made = item("V1", "votes", 100, count=VOTES, values=VALUES, trim=1)
    assert award(assess_one(made, events=ballots("", 优秀=1, 合格=2, 不合格=1)), "V1") == 8500
    assert award(assess_one(made, events=ballots("", 优秀=1, 不合格=1)), "V1") == 7500


def test_scorers_marks_need_bounds_author_and_reason() -> None:
    """K26, R01: −1…−5 each; −3 counts, −6 is beyond, one has no reason, one no author: −3, and the line says so."""
    rows = [
        fact(kind="评分", points=-3000, tier="书记", reason="无总结", ref=1),
        fact(kind="评分", points=-6000, tier="书记", reason="无部署", ref=2),
        fact(kind="评分", points=-1000, tier="书记", reason="", ref=3),
        fact(kind="评分", points=-1000, tier=None, reason="无方案", ref=4),
    ]
    made = item("M1", "marks", count=count("events", "points", kind=("评分",)), least=Fraction(-5), most=Fraction(-1))
    line = find_line(assess_one(made, events=rows), "M1")
    assert (line["awarded"], line["note"]) == (-300, "有评分超出幅度或缺少评分人、理由，未计")


def test_discretion_without_marks_is_nothing_unless_it_has_full_marks() -> None:
    """K26: no mark given: 0 where marks only add or take away, 待补充 where full marks were to be given."""
    fields: dict[str, Any] = {
        "count": count("events", "points", kind=("评分",)),
        "least": Fraction(0),
        "most": Fraction(20),
    }
    assert award(assess_one(item("M1", "marks", **fields), events=[]), "M1") == 0
    assert award(assess_one(item("M1", "marks", 20, **fields), events=[]), "M1") is None


def test_last_years_points_carry_over() -> None:
    """K15, R40: base = 20 % of last year's 86.5 = 17.3; what is only proposed and other years do not count."""
    rows = [
        fact(on=None, kind="学习考核", title="2024", amount=86_500, flag=False, ref=1),
        fact(on=None, kind="学习考核", title="2023", amount=99_000, flag=False, ref=2),
        fact(on=None, kind="学习考核", title="2024", amount=98_000, flag=True, ref=3),
        fact(on=None, kind="年度考核", title="2024", amount=97_000, flag=False, ref=4),
    ]
    line = find_line(assess_one(item("K1", "carry", carry_share=Fraction(1, 5)), prior=rows), "K1")
    assert (line["counted"], line["awarded"]) == (86500, 1730)


def test_rank_bands_give_equals_the_better_points() -> None:
    """K46, R60: 20 people, top 5 % +8, top 10 % +6: two share first place: both +8, and the lines say so; third: 0."""
    people = [subject(number) for number in range(1, 21)]
    rows = [fact(number, amount=(100 - max(number, 2)) * 1000) for number in range(1, 21)]
    bands = ((Fraction(1, 20), Fraction(8)), (Fraction(1, 10), Fraction(6)))
    done = run(scheme(item("R1", "rank", count=count("scores", "amount"), rank_points=bands)), people, {"scores": rows})
    assert [award(done, "R1", number) for number in (1, 2, 3)] == [800, 800, 0]
    line = find_line(done, "R1", WANG)
    assert (line["counted"], line["out_of"], line["note"]) == (1000, 20000, "并列，按较高名次计")
    assert find_line(done, "R1", ZHAO)["note"] == ""


def test_fixed_points_by_rank() -> None:
    """K31, R11: initial points 正处 220, 副处 170, others none: nothing to go by for 科员."""
    made = item("F1", "fixed", table_column="rank_class", table={"正处": Fraction(220), "副处": Fraction(170)})
    done = run(scheme(made), [subject(1, rank_class="正处"), subject(WANG, rank_class="科员")], {})
    assert (award(done, "F1", 1), award(done, "F1", WANG)) == (22000, None)


def test_months_without_a_session_are_counted() -> None:
    """K01: 主题党日 once a month; held in 10 months: 10 periods, 2 missing."""
    rows = [fact(on=date(2025, month, 5), ref=month) for month in range(1, 11)] + [fact(on=date(2025, 3, 9), ref=99)]
    held, missing = (count("sessions", measure, per="month") for measure in ("periods", "missing_periods"))
    made = scheme(
        item("P1", "award_each", steps=(Step(held, Fraction(1)),)),
        item("P2", "deduct_each", steps=(Step(missing, Fraction(2)),)),
    )
    done = run(made, [subject()], {"sessions": rows})
    assert (award(done, "P1"), award(done, "P2")) == (1000, -400)


def test_lateness_counts_months_begun() -> None:
    """K30, R03: −1 a month: due 31 Jan, done 1 Feb → 1; due 15 Jan, done 16 Mar → 3; due 1 Dec, never → 1."""
    rows = [
        fact(due_on=date(2025, 1, 31), done_on=date(2025, 2, 1), ref=1),
        fact(due_on=date(2025, 1, 15), done_on=date(2025, 3, 16), ref=2),
        fact(due_on=date(2025, 12, 1), done_on=None, ref=3),
        fact(due_on=date(2025, 5, 1), done_on=date(2025, 5, 1), ref=4),
    ]
    late = count("plan", "elapsed", per="month")
    line = find_line(assess_one(item("T1", "deduct_each", steps=(Step(late, Fraction(1)),)), plan=rows), "T1")
    assert (line["counted"], line["awarded"]) == (5000, -500)


def test_year_is_the_mean_of_four_quarters() -> None:
    """K35, R37: quarters at 90, 100, 80 and 95 of 100: 365 ÷ 4 = 91.25."""
    lost = [(1, 10), (4, 0), (7, 20), (10, 5)]
    rows = [fact(on=date(2025, month, 9), ref=month * 100 + at) for month, number in lost for at in range(number)]
    steps = (Step(count("events"), Fraction(1)),)
    made = item("Q1", "deduct_each", 100, steps=steps, per="quarter", combine="mean")
    assert award(assess_one(made, events=rows), "Q1") == 9125


def test_mean_of_periods_is_rounded_once() -> None:
    """DESIGN §5: quarters at 1/3, 2/3, 1 and 1 of 10: (10/3 + 20/3 + 20) ÷ 4 = 7.5 exactly."""
    months = {2: (1, 3), 5: (2, 3), 8: (1, 1), 11: (1, 1)}
    rows = [
        fact(on=date(2025, month, 1 + at), mark="到" if at < held else "缺席", ref=month * 10 + at)
        for month, (held, due) in months.items()
        for at in range(due)
    ]
    made = item("Q1", "ratio", 10, count=PRESENT, out_of=DUE, per="quarter", combine="mean")
    line = find_line(assess_one(made, attendance=rows), "Q1")
    assert (line["counted"], line["out_of"], line["awarded"]) == (5000, 8000, 750)


def test_periods_without_data_are_left_out_of_the_mean_and_said() -> None:
    """DESIGN §8: nothing due in three quarters: the mean is that of the one that has data."""
    rows = [fact(on=date(2025, 2, 1), mark="到", ref=1), fact(on=date(2025, 2, 2), mark="缺席", ref=2)]
    made = item("Q1", "ratio", 10, count=PRESENT, out_of=DUE, per="quarter", combine="mean")
    line = find_line(assess_one(made, attendance=rows), "Q1")
    assert (line["awarded"], line["note"]) == (500, "部分期间没有数据，未计入")


def test_soft_item_reports_a_shortfall_and_deducts_nothing() -> None:
    """rules.md §6.11: 一般/原则上 marks a soft duty: full marks, and 软性要求，未达."""
    made = item("A1", "ratio", 30, count=PRESENT, out_of=DUE, soft=True)
    line = find_line(assess_one(made, attendance=marks(到=1, 缺席=1)), "A1")
    assert (line["awarded"], line["note"]) == (3000, "软性要求，未达")


def test_item_without_data_may_be_scaled_from_the_rest() -> None:
    """折算: the rest of 考勤 reached 16 of 20, so the item of 10 gives 8."""
    made = scheme(
        item("A1", "ratio", 20, count=PRESENT, out_of=DUE, component="考勤"),
        item("A2", "ratio", 10, count=PRESENT, out_of=count("sessions"), component="考勤", no_data="scale"),
    )
    done = run(made, [subject()], {"attendance": marks(到=8, 缺席=2)})
    line = find_line(done, "A2")
    assert (line["awarded"], line["note"], find_result(done)["total"]) == (800, "无数据；折算", 2400)


def test_weights_meet_the_threshold_exactly() -> None:
    """K32, R36, rules.md §6.8: 99.6 × 0.6 + 75.6 × 0.4 = 59.76 + 30.24 = 90 exactly → 优秀; floats fall short."""
    made = scheme(
        item(
            "D1", "deduct_each", 100, steps=(Step(count("events", kind=("扣分",)), Fraction(2, 5)),), component="日常"
        ),
        item("D2", "marks", 100, count=count("events", "points", kind=("评议",)), component="评议"),
        components=(Component("日常", weight=Fraction(3, 5)), Component("评议", weight=Fraction(2, 5))),
    )
    rows = [fact(kind="扣分", ref=1), fact(kind="评议", points=75_600, tier="支部", reason="评议", ref=2)]
    done = run(made, [subject()], {"events": rows})
    assert (award(done, "D1"), award(done, "D2")) == (5976, 3024)
    assert (find_result(done)["total"], find_result(done)["grade"]) == (9000, "优秀")


def test_component_is_held_in_its_bounds_by_a_line_of_its_own() -> None:
    """K21, K31: base 60, +50 −0: 110 held at 100: a line =得分 of 60 − 10 = 50 says 基础分 and 封顶."""
    made = scheme(
        item("C1", "award_each", steps=(Step(count("events"), Fraction(5)),)),
        components=(Component("得分", base=Fraction(60), floor=Fraction(0), cap=Fraction(100)),),
    )
    done = run(made, [subject()], {"events": [fact(ref=at) for at in range(10)]})
    assert (find_line(done, "=得分")["awarded"], find_line(done, "=得分")["note"]) == (5000, "基础分；封顶")
    assert find_result(done)["total"] == 10000


def test_total_is_held_in_the_schemes_bounds_by_a_line() -> None:
    """K31, R32: base 60, floor 0: 60 − 70 = −10 → 0, by a line =合计 of +10."""
    made = scheme(
        item("C1", "deduct_each", steps=(Step(count("events"), Fraction(7)),)), base=Fraction(60), floor=Fraction(0)
    )
    done = run(made, [subject()], {"events": [fact(ref=at) for at in range(10)]})
    assert (award(done, "C1"), award(done, "=合计"), find_result(done)["total"]) == (-7000, 1000, 0)
    assert find_line(done, "=合计")["note"] == "保底"


def test_item_for_some_gives_others_no_line() -> None:
    """K50: an item for 正式党员 only: 预备党员 have no line of it."""
    made = scheme(
        item("F1", "fixed", points=Fraction(5), who=Who({"status": ("正式党员",)})),
        item("F2", "fixed", points=Fraction(1)),
    )
    done = run(made, [subject(1), subject(WANG, status="预备党员")], {})
    assert done.lines.select("subject", "item").rows() == [(1, "F1"), (1, "F2"), (WANG, "F2")]


def test_last_day_counts_and_the_next_does_not() -> None:
    """K14: the window's upper bound is open: 31 Dec counts, 1 Jan does not; what has no day counts."""
    rows = [
        fact(on=day, ref=at) for at, day in enumerate([date(2025, 12, 31), date(2026, 1, 1), date(2024, 12, 31), None])
    ]
    assert (
        find_line(assess_one(item("C1", "award_each", steps=(Step(count("events"), Fraction(1)),)), events=rows), "C1")[
            "counted"
        ]
        == 2000
    )
