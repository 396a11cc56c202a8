"""Bands, gates, quotas, ranks, joiners and exemptions on cases small enough to check by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from shanxue.assessment.engine import Assessed, assess, grade_subjects, score_subjects
from shanxue.assessment.rules.scheme import (
    Band,
    Component,
    Condition,
    Effect,
    Exempt,
    Gate,
    Item,
    Policy,
    Quota,
    Scheme,
    Step,
    Target,
    When,
    Who,
)
from shanxue.base.frames import FACT_SCHEMA, SUBJECT_SCHEMA

from .engine_cases import (
    LI,
    SUN,
    WANG,
    ZHAO,
    award,
    count,
    fact,
    find_line,
    find_result,
    frame,
    item,
    run,
    scheme,
    subject,
)

D8 = Gate("G1", "第九条", When(grade_below="优秀"), Effect("年度考核", at_most="称职"))


def points_item(code: str = "M1", full: int | None = None, **fields: Any) -> Item:
    """An item that gives each person the marks written down for them."""
    return item(code, "marks", full, count=count("events", "points", kind=(code,)), **fields)


def marked(points: dict[int, str], code: str = "M1") -> list[dict[str, Any]]:
    return [
        fact(number, kind=code, points=int(Fraction(value) * 1000), tier="支部", reason="评分", ref=number)
        for number, value in points.items()
    ]


def grade(made: Scheme, points: dict[int, str], *more: dict[str, Any], **people: Any) -> Assessed:
    """Assess people who hold exactly these points; ``more``: further facts of events."""
    return run(made, [subject(number, **people) for number in points], {"events": [*marked(points), *more]})


def list_grades(done: Assessed) -> list[str]:
    return done.results["grade"].to_list()


def test_ninety_is_excellent_and_a_hundredth_less_is_not() -> None:
    """K40, rules.md §6.1: half-open bands; 90 → 优秀, 89.99 → 良好, 80 → 良好, 79.99 → 合格, 59.99 → 不合格."""
    done = grade(scheme(points_item()), {1: "90", 2: "89.99", 3: "80", 4: "79.99", 5: "60", 6: "59.99"})
    assert list_grades(done) == ["优秀", "良好", "良好", "合格", "合格", "不合格"]


def test_points_are_rounded_at_the_item_before_the_band() -> None:
    """DESIGN §5: half up at each item: 89.995 to the hundredth is 90.00 → 优秀; to the thousandth it stays below."""
    assert list_grades(grade(scheme(points_item()), {1: "89.995"})) == ["优秀"]
    assert list_grades(grade(scheme(points_item(), scale=1000), {1: "89.995"})) == ["良好"]
    assert list_grades(grade(scheme(points_item()), {1: "89.994"})) == ["良好"]


def test_band_between_two_points_is_compared_exactly() -> None:
    """rules.md §6.8: a threshold of 59.5 with whole points: 59 is below, 60 is not."""
    bands = (Band("合格", Fraction(119, 2)), Band("不合格", Fraction(-1000)))
    assert list_grades(grade(scheme(points_item(), scale=1, bands=bands), {1: "59", 2: "60"})) == ["不合格", "合格"]


def test_band_may_differ_by_status() -> None:
    """K50, R38: 预备党员 ≥85 按期转正, 70–84 延期; 85 points are 合格 for a full member."""
    ready = Who({"status": ("预备党员",)})
    bands = (
        Band("按期转正", Fraction(85), ready),
        Band("延长预备期", Fraction(70), ready),
        Band("取消资格", Fraction(-1000), ready),
        Band("合格", Fraction(60), Who({"status": ("正式党员",)})),
        Band("不合格", Fraction(-1000), Who({"status": ("正式党员",)})),
    )
    made = scheme(points_item(), bands=bands)
    people = [subject(1, status="预备党员"), subject(2, status="预备党员"), subject(3)]
    done = run(made, people, {"events": marked({1: "85", 2: "84.99", 3: "85"})})
    assert list_grades(done) == ["按期转正", "延长预备期", "合格"]


def test_band_needs_its_parts() -> None:
    """K42, R20: 必修 30 and 选修 20: 60 points with only 19 of 选修 do not qualify."""
    bands = (
        Band("合格", Fraction(50), needs=(("M1", Fraction(30)), ("选修", Fraction(20)))),
        Band("不合格", Fraction(-1000)),
    )
    made = scheme(points_item("M1", component="必修"), points_item("M2", component="选修"), bands=bands)
    facts = marked({1: "30", 2: "41"}) + marked({1: "20", 2: "19"}, "M2")
    assert list_grades(run(made, [subject(1), subject(2)], {"events": facts})) == ["合格", "不合格"]


def test_d8_gate_holds_below_excellent_only() -> None:
    """D8, K41: 学习考核达不到优秀的，个人年度考核不能评为优秀: holds at 89.99, not at 90."""
    done = grade(scheme(points_item(), gates=(D8,)), {LI: "90", WANG: "89.99"})
    assert done.gates.rows() == [(WANG, "G1")]
    assert list_grades(done) == ["优秀", "良好"]


def test_d8_gate_does_not_hold_for_a_grade_that_is_not_known() -> None:
    """DESIGN §1.2: no data is not a bad grade: somebody waiting is not blocked by the gate."""
    done = run(scheme(points_item("M1", 100), gates=(D8,)), [subject(LI)], {"events": []})
    assert (list_grades(done), done.gates.rows()) == (["待补充"], [])


def test_d8_gate_sees_the_grade_after_the_quota() -> None:
    """D8 with K45: excellent by points, but beyond the quota: 良好, so the gate holds."""
    quota = Quota("优秀", Fraction(1, 2), "第八条", "良好")
    done = grade(scheme(points_item(), gates=(D8,), quotas=(quota,)), {LI: "95", WANG: "92"})
    assert done.gates.rows() == [(WANG, "G1")]


def test_veto_makes_the_year_nothing() -> None:
    """K44, R33: 一票否决 → year points 0: a line =V1 of −95 carries it, and total = Σ lines."""
    veto = Gate("V1", "第十二条", When(count_from=(count("events", kind=("处分",)), 1000)), Effect(total=Fraction(0)))
    done = grade(scheme(points_item(), gates=(veto,)), {LI: "95", WANG: "92"}, fact(LI, kind="处分", ref=90))
    assert (award(done, "=V1"), find_line(done, "=V1")["note"]) == (-9500, "归零")
    assert (find_result(done)["total"], find_result(done)["grade"]) == (0, "不合格")
    assert (find_result(done, WANG)["total"], find_result(done, WANG)["grade"]) == (9200, "优秀")


def test_veto_settles_even_what_waits_for_data() -> None:
    """K44: what is still missing cannot change a total that is set by the veto."""
    veto = Gate("V1", "第十二条", When(count_from=(count("events", kind=("处分",)), 1000)), Effect(total=Fraction(0)))
    made = scheme(points_item("M1", 100), item("F1", "fixed", points=Fraction(60)), gates=(veto,))
    done = run(made, [subject(LI)], {"events": [fact(kind="处分")]})
    assert (find_result(done)["total"], find_result(done)["grade"]) == (0, "不合格")


def test_own_grade_is_lowered_by_a_gate() -> None:
    """K42, R60: two failed courses → 不合格; one: no more than 良好."""
    failed = count("events", kind=("挂科",))
    gates = (
        Gate("G1", "第七条", When(count_from=(failed, 2000)), Effect(grade="不合格")),
        Gate("G2", "第七条", When(count_from=(failed, 1000)), Effect(at_most="良好")),
    )
    rows = [fact(LI, kind="挂科", ref=91), fact(LI, kind="挂科", ref=92), fact(WANG, kind="挂科", ref=93)]
    done = grade(scheme(points_item(), gates=gates), {LI: "95", WANG: "95", ZHAO: "95", SUN: "70"}, *rows)
    assert list_grades(done) == ["不合格", "良好", "优秀", "合格"]
    assert done.gates.rows() == [(LI, "G1"), (LI, "G2"), (WANG, "G2")]


def test_grades_may_be_ruled_out() -> None:
    """K41, R62: not 优秀 and not 良好: the next one that is left."""
    gate = Gate("G1", "第七条", When(item_below=("M2", Fraction(6))), Effect(not_in=("优秀", "良好")))
    made = scheme(points_item(), points_item("M2"), gates=(gate,))
    facts = marked({LI: "90", WANG: "90"}) + marked({LI: "5.99", WANG: "6"}, "M2")
    assert list_grades(run(made, [subject(LI), subject(WANG)], {"events": facts})) == ["合格", "优秀"]


def test_two_years_running_are_counted_with_this_one() -> None:
    """K47, R14: two years running 不合格 → no promotion; last year only proposed does not count."""
    gate = Gate("G1", "第十条", When(prior_grades=(2, ("不合格",))), Effect("选拔任用", notice="不予提拔"))
    prior = [
        fact(LI, None, kind="学习考核", title="2024", mark="不合格", flag=False, ref=1),
        fact(WANG, None, kind="学习考核", title="2023", mark="不合格", flag=False, ref=2),
        fact(ZHAO, None, kind="学习考核", title="2024", mark="不合格", flag=True, ref=3),
        fact(SUN, None, kind="学习考核", title="2024", mark="不合格", flag=False, ref=4),
    ]
    facts = {"events": marked({LI: "50", WANG: "50", ZHAO: "50", SUN: "60"}), "prior": prior}
    done = run(scheme(points_item(), gates=(gate,)), [subject(n) for n in (LI, WANG, ZHAO, SUN)], facts)
    assert done.gates.rows() == [(LI, "G1")]


def test_leave_beyond_a_seventh_is_noticed() -> None:
    """K55, 2.4: leave over 1/7 of the hours: 2 of 14 is exactly 1/7 and no more; 3 of 14 is more."""
    leave, every = count("attendance", mark=("请假",)), count("attendance")
    gate = Gate("G1", "第三十条", When(share_over=(leave, every, Fraction(1, 7))), Effect(notice="退学"))
    rows = [
        fact(number, mark="请假" if at < days else "到", ref=number * 100 + at)
        for number, days in ((LI, 2), (WANG, 3))
        for at in range(14)
    ]
    made = scheme(item("F1", "fixed", points=Fraction(90)), gates=(gate,))
    assert run(made, [subject(LI), subject(WANG)], {"attendance": rows}).gates.rows() == [(WANG, "G1")]


def test_share_inside_the_total() -> None:
    """K43, R15: off-job share ≥70 %: 70 of 100 holds nothing, 69.99 of 100 does."""
    gate = Gate("G1", "第五条", When(share_below=("M1", Fraction(7, 10))), Effect(at_most="合格"))
    made = scheme(points_item(), points_item("M2"), gates=(gate,))
    facts = marked({LI: "70", WANG: "69.99"}) + marked({LI: "30", WANG: "30.01"}, "M2")
    assert list_grades(run(made, [subject(LI), subject(WANG)], {"events": facts})) == ["优秀", "合格"]


def test_conditions_combine() -> None:
    """DESIGN §5: all_of and any_of of further conditions."""
    low, few = When(total_below=Fraction(85)), When(count_from=(count("events", kind=("批评",)), 1000))
    gates = (
        Gate("ALL", "第一条", When(all_of=(low, few)), Effect(notice="约谈")),
        Gate("ANY", "第一条", When(any_of=(low, few)), Effect(notice="提醒")),
        Gate("TOP", "第一条", When(total_from=Fraction(95)), Effect(list_name="表扬名单")),
    )
    rows = [fact(LI, kind="批评", ref=91), fact(WANG, kind="批评", ref=92)]
    done = grade(scheme(points_item(), gates=gates), {LI: "80", WANG: "90", ZHAO: "80", SUN: "95"}, *rows)
    assert done.gates.rows() == [(LI, "ALL"), (LI, "ANY"), (WANG, "ANY"), (ZHAO, "ANY"), (SUN, "TOP")]


def test_third_of_the_members_is_rounded_down() -> None:
    """K45, 2.6: ≤ 1/3 of 5 full members: 1.67 → 1; 预备党员 are not counted."""
    quota = Quota("优秀", Fraction(1, 3), "第八条", "良好", of=Who({"status": ("正式党员",)}))
    made = scheme(points_item(), quotas=(quota,))
    people = [subject(number, status="正式党员" if number < 6 else "预备党员") for number in range(1, 8)]
    done = run(made, people, {"events": marked({1: "91", 2: "95", 3: "80", 4: "80", 5: "80", 6: "80", 7: "80"})})
    assert list_grades(done)[:2] == ["良好", "优秀"]
    assert find_result(done, 1)["rank_note"] == "超出优秀名额（1名），列为良好"


@pytest.mark.parametrize(("rounding", "seats"), [("floor", 1), ("half_up", 2), ("ceil", 2)])
def test_rounding_of_a_quota_is_named(rounding: Any, seats: int) -> None:
    """2.5: no authoritative rounding: 1/3 of 5 is 1.67: down 1, half up 2, up 2."""
    quota = Quota("优秀", Fraction(1, 3), "第八条", "良好", rounding=rounding)
    done = grade(scheme(points_item(), quotas=(quota,)), {1: "91", 2: "95", 3: "93", 4: "80", 5: "80"})
    assert list_grades(done).count("优秀") == seats


@pytest.mark.parametrize(("ties", "kept"), [("none", ["优秀", "良好", "良好"]), ("all", ["优秀", "优秀", "优秀"])])
def test_tie_across_the_line_is_treated_alike(ties: Any, kept: list[str]) -> None:
    """K45: 2 places, 95, 93 and 93: both of the tie fall out, or both stay, and both are told."""
    quota = Quota("优秀", Fraction(1, 2), "第八条", "良好", ties=ties)
    done = grade(scheme(points_item(), quotas=(quota,)), {LI: "95", WANG: "93", ZHAO: "93", SUN: "80"})
    assert list_grades(done)[:3] == kept
    said = {
        "none": "超出优秀名额（2名），列为良好；并列，均未列入",
        "all": "优秀名额2名，并列，一并列入",
    }[ties]
    assert [row["rank_note"] for row in done.results.to_dicts()] == ["", said, said, ""]


def test_tie_may_be_broken_by_a_named_item() -> None:
    """K46: equals by total are ordered by M2 when the scheme says so."""
    quota = Quota("优秀", Fraction(1, 2), "第八条", "良好", order_by=("M2",))
    made = scheme(points_item(), points_item("M2"), quotas=(quota,))
    facts = marked({LI: "90", WANG: "85"}) + marked({LI: "5", WANG: "10"}, "M2")
    assert list_grades(run(made, [subject(LI), subject(WANG)], {"events": facts})) == ["良好", "优秀"]


def test_levels_do_not_borrow_places() -> None:
    """2.5: quota held per level (不得相互挤占): one place among two leaders, none among one officer."""
    quota = Quota("优秀", Fraction(1, 2), "第八条", "良好", per="rank_class")
    people = [subject(LI, rank_class="处级"), subject(WANG, rank_class="处级"), subject(ZHAO, rank_class="科级")]
    done = run(scheme(points_item(), quotas=(quota,)), people, {"events": marked({LI: "91", WANG: "92", ZHAO: "99"})})
    assert list_grades(done) == ["良好", "优秀", "良好"]


def test_ranks_are_dense_among_the_graded() -> None:
    """D9: 95, 93, 93, 80 are first, second, second, third; who waits has no rank."""
    made = scheme(points_item("M1", 100))
    people = [subject(number) for number in range(1, 6)]
    done = run(made, people, {"events": marked({1: "93", 2: "95", 3: "80", 4: "93"})})
    assert done.results["rank"].to_list() == [2, 1, 3, 2, None]


JOINED = date(2025, 7, 1)
HOURS = item("H1", "quota", 20, targets=(Target(count("hours", "amount"), 32000),))


def join(rule: str, clause: str = "") -> Assessed:
    made = scheme(HOURS, item("F1", "fixed", points=Fraction(70)), joiners=Policy(rule, clause))
    people = [subject(LI, joined_on=JOINED), subject(WANG, joined_on=date(2025, 1, 1))]
    return run(made, people, {"hours": [fact(number, date(2025, 8, 1), amount=16_000) for number in (LI, WANG)]})


def test_joiner_by_default_is_held_to_the_full_year_and_told() -> None:
    """K52: silent rule: 16 ÷ 32 × 20 = 10 for both, and the joiner's row names what was applied."""
    done = join("full")
    assert (award(done, "H1"), award(done, "H1", WANG)) == (1000, 1000)
    assert find_result(done)["rank_note"] == "细则未规定，当年新进按全年要求考核"
    assert find_result(done, WANG)["rank_note"] == ""
    assert find_result(join("full", "第三条"))["rank_note"] == ""


def test_joiner_may_start_next_year() -> None:
    """K52, R19: newly come, counted from the next year: no total, no grade, no lines."""
    done = join("next_year", "第三条")
    assert find_result(done) == {
        "subject": LI, "total": None, "grade": "", "rank": None, "rank_note": "当年新进，从下一年度起考核",
    }  # fmt: skip
    assert done.lines["subject"].unique().to_list() == [WANG]


def test_joiners_targets_shrink_with_the_months() -> None:
    """K52: from July, 6 of 12 months: 32 × 6 ÷ 12 = 16: reached, 20 points, and the line says 按比例."""
    line = find_line(join("pro_rata", "第三条"), "H1")
    assert (line["out_of"], line["awarded"], line["note"]) == (16000, 2000, "按比例")
    assert find_line(join("pro_rata"), "H1")["note"] == "按比例；细则未规定，按加入后的月数折算"
    assert find_line(join("pro_rata"), "H1", WANG)["note"] == ""


def test_joiner_may_get_points_without_a_grade() -> None:
    """K52, 2.5: 试用期 officers get comments, no grade: 80 points, no grade, no rank."""
    row = find_result(join("no_grade", "第三条"))
    assert (row["total"], row["grade"], row["rank"], row["rank_note"]) == (8000, "", None, "当年新进，只计分，不定等次")


def test_exempt_people_are_not_assessed() -> None:
    """K51, 条例 23: excluded with the clause, never the reason; the quota's denominator does not count them."""
    exempt = Exempt(("年老体弱", "长期病休"), "exclude", clause="第十条")
    quota = Quota("优秀", Fraction(1, 2), "第八条", "良好")
    made = scheme(points_item(), exempts=(exempt,), quotas=(quota,))
    people = [subject(LI), subject(WANG), subject(ZHAO, exempt="外派、长期病休")]
    done = run(made, people, {"events": marked({LI: "95", WANG: "94", ZHAO: "99"})})
    assert list_grades(done) == ["优秀", "良好", "免考核"]
    assert find_result(done, ZHAO)["rank_note"] == "按第十条免考核"
    assert done.lines.filter(pl.col("subject") == ZHAO).height == 0


def test_waived_item_asks_nothing_and_is_scaled() -> None:
    """K51: waived M1 of 40; the rest reached 45 of 60, so M1 gives 30; note 免."""
    made = scheme(points_item("M1", 40), points_item("M2", 60), exempts=(Exempt(("年老体弱",), "waive", ("M1",)),))
    done = run(made, [subject(LI, exempt="年老体弱")], {"events": marked({LI: "45"}, "M2")})
    line = find_line(done, "M1")
    assert (line["awarded"], line["note"], find_result(done)["total"]) == (3000, "免；折算", 7500)


def test_scheme_is_for_its_circle_only() -> None:
    """R34: people over 70 are left out; an unknown age is no reason to leave anybody out."""
    made = scheme(item("F1", "fixed", points=Fraction(1)), who=Who(age_below=70))
    done = run(made, [subject(1, age=69), subject(2, age=70), subject(3)], {})
    assert done.results["subject"].to_list() == [1, 3]


def test_nobody_and_nothing_give_empty_tables() -> None:
    """A bureau without people, and people without a single fact."""
    made = scheme(points_item(), HOURS, gates=(D8,), quotas=(Quota("优秀", Fraction(1, 2), "", "良好"),))
    nobody = assess(made, frame([], SUBJECT_SCHEMA).lazy(), {"events": frame([], FACT_SCHEMA).lazy()})
    assert (nobody.results.height, nobody.lines.height, nobody.gates.height) == (0, 0, 0)
    alone = assess(made, frame([subject(LI)], SUBJECT_SCHEMA).lazy(), {})
    assert find_result(alone)["total"] == 0
    assert nobody.results.schema == alone.results.schema
    assert nobody.lines.schema == alone.lines.schema


def test_slices_graded_together_equal_the_whole() -> None:
    """DESIGN §5: slices of subjects are scored apart; quotas and ranks see everybody."""
    late = item("A2", "deduct_each", steps=(Step(count("events", kind=("迟到",)), Fraction(1)),), component="考勤")
    bands = ((Fraction(1, 2), Fraction(2)),)
    made = scheme(
        points_item(),
        late,
        item("R1", "rank", count=count("events", "points"), rank_points=bands),
        components=(Component("考勤", floor=Fraction(-3)),),
        quotas=(Quota("优秀", Fraction(1, 3), "第八条", "良好"),),
        gates=(D8,),
    )
    people = [subject(number) for number in range(1, 10)]
    rows = [
        *marked({n: str(84 + n) for n in range(1, 10)}),
        *(fact(n, kind="迟到", ref=100 + n) for n in (2, 4, 4, 4, 4)),
    ]
    whole = run(made, people, {"events": rows})
    events = frame(rows, FACT_SCHEMA).lazy()
    parts = [
        score_subjects(made, frame(people[start : start + 4], SUBJECT_SCHEMA).lazy(), {"events": events})
        for start in (8, 4, 0)
    ]
    sliced = grade_subjects(made, pl.concat(parts))
    assert sliced.results.equals(whole.results)
    assert sliced.lines.equals(whole.lines)
    assert sliced.gates.equals(whole.gates)


def test_condition_on_time_needs_both_days() -> None:
    """K12, R44: on time means done by the due day; without either day nobody can say so."""
    on_time = count("plan", "rows", Condition("on_time", "is", True))
    made = scheme(item("C1", "ratio", 10, count=on_time, out_of=count("plan")))
    day = date(2025, 6, 30)
    rows = [
        fact(due_on=day, done_on=day, ref=1), fact(due_on=day, done_on=date(2025, 7, 1), ref=2),
        fact(due_on=None, done_on=day, ref=3), fact(due_on=day, done_on=None, ref=4),
    ]  # fmt: skip
    assert award(run(made, [subject(LI)], {"plan": rows}), "C1") == 250
