"""What a scheme file may say, and what it becomes. Refusals are in ``test_loading_refusals.py``."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.rules.scheme import Condition, Policy
from shanxue.base.periods import Period

HEAD = """
[scheme]
code = "jiguan-2025"
title = "机关学习考核办法"
subject = "person"
window = { from = 2025-01-01, until = 2026-01-01 }      # upper bound open
precision = 0.01                                        # half up, at each item
"""
ILLUSTRATION = (
    HEAD
    + """
[[item]]
code = "A1"
component = "考勤"
title = "到会"
full = 30
clause = "第五条"
kind = "ratio"
count  = { source = "attendance", tier = ["支部集体学"], mark = ["到", "迟到", "已补学"] }
out_of = { source = "attendance", tier = ["支部集体学"], mark_not = ["免"] }
[[item]]
code = "A2"
component = "考勤"
title = "无故缺席"
clause = "第六条"
kind = "deduct_each"
count = { source = "attendance", mark = ["缺席"] }
each = 3
floor = -10
zero_from = 3
[[band]]
label = "优秀"
from = 90
[[gate]]
when = { grade_below = "优秀" }
effect = { target = "年度考核", at_most = "称职" }
clause = "第九条"   # D8
"""
)
ITEM = """
[[item]]
code = "A1"
title = "到会"
clause = "第五条"
"""


def load_item(body: str) -> tuple[str, ...]:
    return load_scheme(HEAD + ITEM + body, "scheme.toml").warnings


def test_illustration_of_the_design_loads() -> None:
    """DESIGN §5's illustration, one key per line, is a scheme."""
    scheme = load_scheme(ILLUSTRATION, "scheme.toml").scheme
    assert (scheme.code, scheme.scale, scheme.subject) == ("jiguan-2025", 100, "person")
    assert scheme.window == Period(date(2025, 1, 1), date(2026, 1, 1))
    present, absent = scheme.items
    assert present.count is not None
    assert present.count.where == (
        Condition("tier", "in", ("支部集体学",)),
        Condition("mark", "in", ("到", "迟到", "已补学")),
    )
    assert (absent.steps[0].each, absent.floor, absent.zero_from_milli) == (Fraction(3), Fraction(-10), 3000)
    assert absent.zeroes == "component"
    assert scheme.gates[0].effect.at_most == "称职"


def test_single_band_leaves_the_rest_below_it_and_says_so() -> None:
    """D8 needs 未达优秀 for everybody under the one band that is written."""
    loaded = load_scheme(ILLUSTRATION, "scheme.toml")
    assert [band.label for band in loaded.scheme.bands] == ["优秀", "未达优秀"]
    assert (
        "scheme.toml：等次只写了“优秀”，不足90分的没有等次，暂列为“未达优秀”。请补写其余等次，最低的一个不写 from。"
        in loaded.warnings
    )


def test_silent_scheme_names_its_policies() -> None:
    """K52–K54: no clause on joiners, transfers and make-up; the item says what it does with 已补学."""
    scheme = load_scheme(ILLUSTRATION, "scheme.toml").scheme
    assert (scheme.joiners, scheme.transfers) == (Policy("full"), Policy("end_unit"))
    assert scheme.items[0].policy == "细则未规定，按已补学计入到会"


def test_make_up_that_is_not_counted_is_said_too() -> None:
    """K54: an item that leaves 已补学 out says so."""
    scheme = load_scheme(ILLUSTRATION.replace(', "已补学"]', "]"), "scheme.toml").scheme
    assert scheme.items[0].policy == "细则未规定，按已补学不计入到会"


def test_clause_on_make_up_ends_the_silence() -> None:
    """K54: [scheme.make_up] with its clause."""
    text = ILLUSTRATION.replace("[[item]]", '[scheme.make_up]\nclause = "第七条"\n[[item]]', 1)
    assert load_scheme(text, "scheme.toml").scheme.items[0].policy == ""


def test_numbers_are_read_exactly() -> None:
    """Rules §6.8: 0.85 is 17/20, "1/45" is 1/45, "20%" is 1/5."""
    body = """
kind = "award_each"
count = { source = "hours", measure = "hours", convert = { 天 = 8, 半天 = 4, 分钟 = "1/45" } }
each = "0.1"
cap = "20%"
"""
    item = load_scheme(HEAD + ITEM + body, "scheme.toml").scheme.items[0]
    assert item.steps[0].count.convert == {"天": 8, "半天": 4, "分钟": Fraction(1, 45)}
    assert (item.steps[0].each, item.cap) == (Fraction(1, 10), Fraction(1, 5))


def test_hours_without_conversion_count_only_hours_and_say_so() -> None:
    """K11: days are never added to hours as if they were hours."""
    body = 'kind = "award_each"\neach = 1\ncount = { source = "hours", measure = "hours" }\n'
    loaded = load_scheme(HEAD + ITEM + body, "scheme.toml")
    assert loaded.scheme.items[0].steps[0].count.where == (Condition("measure", "in", ("学时",)),)
    assert loaded.warnings[0] == (
        "scheme.toml：第五条（A1 到会）的 count 没有写 convert，只计单位是“学时”的记录；按天、半天登记的不计。"
        "要一并计入的，写 convert = { 学时 = 1, 天 = 8, 半天 = 4 }。"
    )


def test_bounds_become_conditions_in_milli() -> None:
    """K03, K12, K30: minutes, characters, shares, lateness, on time."""
    body = """
kind = "award_each"
awards = [
  { count = { source = "attendance", min_minutes = 120, late_over_minutes = 30, asked_after = true }, each = 1 },
  { count = { source = "notes", min_characters = 800, min_pages = 2 }, each = 1 },
  { count = { source = "hours", done_at_least = 0.9, passed = true }, each = 1 },
  { count = { source = "events", with_proof = true, on_time = false, months = [1, 2] }, each = 1 },
]
"""
    steps = load_scheme(HEAD + ITEM + body, "scheme.toml").scheme.items[0].steps
    assert set(steps[0].count.where) == {
        Condition("size", ">=", 120_000), Condition("late_minutes", ">", 30), Condition("flag", "is", True),
    }  # fmt: skip
    assert set(steps[1].count.where) == {Condition("size", ">=", 2000), Condition("amount", ">=", 800_000)}
    assert set(steps[2].count.where) == {Condition("size", ">=", 900), Condition("flag", "is", True)}
    assert set(steps[3].count.where) == {
        Condition("month", "in", (1, 2)), Condition("flag", "is", True), Condition("on_time", "is", False),
    }  # fmt: skip


def test_windows_line_ends_and_byte_order_mark_do_not_matter() -> None:
    """A file saved by 记事本."""
    assert load_scheme("\ufeff" + ILLUSTRATION.replace("\n", "\r\n"), "scheme.toml").scheme.code == "jiguan-2025"


def test_quota_without_a_lower_grade_takes_the_next_one() -> None:
    """K45: demote_to may be left out."""
    text = ILLUSTRATION + '[[quota]]\ngrade = "优秀"\nshare = "1/3"\nclause = "第十条"\n'
    quota = load_scheme(text, "scheme.toml").scheme.quotas[0]
    assert (quota.share, quota.demote_to, quota.rounding) == (Fraction(1, 3), "未达优秀", "floor")


def test_quota_may_be_written_and_switched_off() -> None:
    """K45: enabled = false keeps the clause for the page, not for the engine."""
    text = ILLUSTRATION + '[[quota]]\nenabled = false\ngrade = "优秀"\nshare = 0.2\nclause = "第十条"\n'
    scheme = load_scheme(text, "scheme.toml").scheme
    assert (len(scheme.quotas), len(scheme.optional_quotas)) == (0, 1)


def test_overlapping_ranges_follow_the_declared_precedence() -> None:
    """R11: 31—60 days and ≥60 days meet at 60; with "last" the later row has it."""
    body = """
kind = "lookup"
count = { source = "hours", unit = ["天"], measure = "amount" }
ranges = [{ from = 31, to = 60, points = 8 }, { from = 60, points = 10 }]
precedence = "last"
"""
    loaded = load_scheme(HEAD + ITEM + body, "scheme.toml")
    rows = [(row.from_milli, row.until_milli, row.points) for row in loaded.scheme.items[0].ranges]
    assert rows == [(31_000, 60_000, 8), (60_000, None, 10)]
    assert (
        "scheme.toml：第五条（A1 到会）的 ranges 里“31至60得8分”与“60以上得10分”重叠，按 precedence 取写在后面的一档。"
        in loaded.warnings
    )


def test_gap_in_ranges_is_told() -> None:
    """R11: 1—2 and 3—5 days leave 2.5 days without points."""
    body = """
kind = "lookup"
count = { source = "hours", unit = ["天"], measure = "amount" }
ranges = [{ from = 1, to = 2, points = 1 }, { from = 3, to = 5, points = 3 }]
"""
    assert load_item(body)[0] == ("scheme.toml：第五条（A1 到会）的 ranges 在2与3之间没有分数，落在其间的得0分。")


def test_written_upper_ends_of_bands_become_half_open() -> None:
    """R37, rules §6.1: 90以上 / 80—89 / 60—79 say nothing on 89.5."""
    bands = """
[[band]]
label = "优秀"
from = 90
[[band]]
label = "良好"
from = 80
to = 89
[[band]]
label = "合格"
to = 79
"""
    warnings = load_scheme(ILLUSTRATION.replace('[[band]]\nlabel = "优秀"\nfrom = 90', bands), "scheme.toml").warnings
    assert (
        "scheme.toml：等次“良好”：80—89 与 90 之间的 89.5 没有等次。按半开区间处理，不足90分的都是“良好”。" in warnings
    )


def test_counting_characters_quotes_the_rule_against_it() -> None:
    """R50: possible because real rules do it; the 2024 减负 rule is quoted."""
    body = 'kind = "award_each"\neach = 1\ncount = { source = "notes", min_characters = 800 }\n'
    assert load_item(body)[-1] == (
        "scheme.toml：第五条（A1 到会）按笔记的字数或页数计分。2024年《整治形式主义为基层减负若干规定》要求，"
        "不以是否开会发文、留痕拍照、制作学习笔记等评价工作。请确认有依据，或改为抽查审阅、按篇认定。"
    )


def test_ranking_people_is_warned_of() -> None:
    """ux §0.1: no ranking of people; a scheme that needs it (R60) is told."""
    body = 'kind = "rank"\ncount = { source = "events" }\nbands = [{ top = 0.1, points = 5 }]\n'
    assert load_item(body)[-1] == (
        "scheme.toml：第五条（A1 到会）按个人排名计分。对个人排名不宜公布，建议改为达到标准即得分。"
    )


def test_competing_clauses_are_named_both() -> None:
    """Rules §6.4: the same absence deducted by two clauses; a zeroing that meets a linear deduction."""
    other = """
[[item]]
code = "A3"
component = "考勤"
title = "党课缺席"
clause = "第八条"
kind = "deduct_each"
count = { source = "attendance", kind = ["党课"], mark = ["缺席"] }
each = 1
"""
    warnings = load_scheme(ILLUSTRATION.replace("[[band]]", other + "[[band]]"), "scheme.toml").warnings
    assert (
        "scheme.toml：第六条（A2 无故缺席）和第八条（A3 党课缺席）可能数到同一批记录，同一次会扣分两回。"
        "如不应重复，请用 kind、mark 等把两项分开。"
    ) in warnings
    assert ("scheme.toml：第六条（A2 无故缺席）数同一批记录：每次扣3分，满3次归零。两者相遇时，归零优先。") in warnings


def test_clauses_that_count_different_facts_do_not_compete() -> None:
    """缺席 and 迟到 are never the same attendance."""
    other = """
[[item]]
code = "A3"
component = "考勤"
title = "迟到"
clause = "第八条"
kind = "deduct_each"
count = { source = "attendance", mark = ["迟到"] }
each = 1
"""
    warnings = load_scheme(ILLUSTRATION.replace("[[band]]", other + "[[band]]"), "scheme.toml").warnings
    assert not [sentence for sentence in warnings if "同一批记录，同一次" in sentence]


def test_base_above_a_hundred_needs_no_hundred() -> None:
    """R32: base 60, no ceiling; sums are not forced to 100."""
    body = 'kind = "award_each"\neach = 1\ncount = { source = "events" }\n'
    text = HEAD.replace("precision = 0.01", "base = 60\nfloor = 0\nprecision = 0.01") + ITEM + body
    warnings = load_scheme(text, "scheme.toml").warnings
    assert not [sentence for sentence in warnings if "满分合计" in sentence]
