"""The scheme and its sums in plain Chinese, as M6 and K3 show them."""

from __future__ import annotations

import re
from pathlib import Path

from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.rules.scheme import Item, Scheme
from shanxue.assessment.rules.wording import (
    describe_bands,
    describe_formula,
    describe_gate,
    describe_item,
    describe_line,
    describe_policies,
    describe_quota,
    describe_scheme,
    find_item,
)
from tests.assessment.test_loading import HEAD, ILLUSTRATION, ITEM

ROOT = Path(__file__).resolve().parents[2]


def load_shipped(name: str) -> Scheme:
    return load_scheme((ROOT / "schemes" / f"{name}.toml").read_text(encoding="utf-8"), name).scheme


def need_item(scheme: Scheme, code: str) -> Item:
    item = find_item(scheme, code)
    assert item is not None
    return item


def write(scheme: Scheme, code: str, counted: int, out_of: int | None, awarded: int, full: int | None) -> str:
    return describe_line(scheme, need_item(scheme, code), counted, out_of, awarded, full, "")


def test_attendance_line_splits_presence_and_make_up() -> None:
    """M6, W4: （到会 17 ＋ 已补学 1）÷ 应到 20 × 30."""
    scheme = load_scheme(ILLUSTRATION, "scheme.toml").scheme
    item = need_item(scheme, "A1")
    parts = {"到": 17_000, "迟到": 0, "已补学": 1000}
    assert describe_line(scheme, item, 18_000, 20_000, 2700, 3000, "", parts) == (
        "（到会 17 ＋ 已补学 1）÷ 应到 20 × 30"
    )
    assert describe_line(scheme, item, 18_000, 20_000, 2700, 3000, "") == "到会 18 ÷ 应到 20 × 30"


def test_lines_name_what_was_counted_and_its_unit() -> None:
    """W4: 完成 9 项 ÷ 10 项 × 20; 审阅通过 10 篇 ÷ 应交 12 篇 × 20."""
    scheme = load_shipped("jiguan-tongyong")
    assert write(scheme, "P1", 9000, 10_000, 1800, 2000) == "完成 9 项 ÷ 计划 10 项 × 20"
    assert write(scheme, "N1", 3000, 4000, 1500, 2000) == "审阅通过的笔记 3 篇 ÷ 应交 4 篇 × 20"
    assert write(scheme, "A2", 7000, None, -600, None) == "－ 缺席 7 × 1"
    assert write(scheme, "T1", 75_000, 100_000, 900, 1200) == "测试平均 75 ÷ 100 × 12"
    assert write(scheme, "H1", 20_000, 32_000, 625, 1000) == "认定学时 20 ÷ 应完成 32 × 10"


def test_weighted_line_shows_the_clause_and_the_weight() -> None:
    """K32: R36's 99.6 × 60 % is written so that it can be followed; K35: periods say how they are put together."""
    scheme = load_shipped("r36-xuezhan-jifen")
    assert write(scheme, "D1", 400, None, 5976, 6000) == "（100 － 日常扣分 0.4 × 1）× 60%"
    assert write(scheme, "V1", 75_600, 100_000, 3024, 4000) == "（测评平均 75.6 ÷ 100 × 100）× 40%"
    halves = load_shipped("r06-hebei-lilun")
    assert write(halves, "C1", 153_000, 200_000, 5400, 6000) == ("学习日到会 153，学习日应到 200，各半年分别计算后相加")


def test_line_without_data_is_not_zero() -> None:
    """No data is not zero."""
    scheme = load_shipped("jiguan-tongyong")
    words = describe_line(scheme, need_item(scheme, "T1"), None, None, None, 1200, "无数据")
    assert words == "还没有数据，待补充（无数据）"


def test_gate_sentence_of_the_source_document() -> None:
    """D8, M6: the sentence a member reads."""
    scheme = load_scheme(ILLUSTRATION, "scheme.toml").scheme
    assert describe_gate(scheme, scheme.gates[0]) == (
        "按《机关学习考核办法》第九条，学习考核未达优秀的，年度考核不评优秀。"
    )


def test_gate_that_closes_two_grades_names_both() -> None:
    """R62: not 优秀 and not 称职."""
    text = ILLUSTRATION.replace('at_most = "称职"', 'at_most = "基本称职"')
    scheme = load_scheme(text, "scheme.toml").scheme
    assert describe_gate(scheme, scheme.gates[0]).endswith("年度考核不评优秀和称职。")


def test_share_gate_reads_as_the_article() -> None:
    """K55, 2.4: more than 1/7."""
    scheme = load_shipped("ganbu-jiaoyu-niandu")
    assert "培训请假超过培训应到的1/7的" in describe_gate(scheme, scheme.gates[0])


def test_bands_are_half_open_in_words() -> None:
    """Rules §6.1: 以上 includes, the upper end does not."""
    assert describe_bands(load_shipped("jiguan-tongyong")) == (
        "90分以上优秀；80分以上不足90分良好；60分以上不足80分合格；不足60分不合格。分数线含本数，定等次前不再取整。"
    )


def test_quota_names_its_denominator_rounding_and_ties() -> None:
    """K45, 2.6."""
    scheme = load_shipped("minzhu-pingyi")
    assert describe_quota(scheme.quotas[0], scheme) == (
        "优秀不超过党籍状态为正式党员的人总数的1/3，按所属单位分别计算，互不挤占，不足1人的舍去；"
        "名额线上分数相同的先比测评优秀票，仍相同的都不评；超出名额的评为合格。"
    )


def test_silent_scheme_says_which_rule_was_applied() -> None:
    """K52–K54: 细则未规定，按…"""
    scheme = load_scheme(ILLUSTRATION, "scheme.toml").scheme
    assert describe_policies(scheme) == (
        "年内加入的人员，细则未规定，按全年的要求计算。",
        "年内调动的人员，细则未规定，按“列在期末所在单位，此前的记录随人计算”办理。",
        "补学，细则未规定，按“各项所列的考勤情形计入或不计入”办理。",
    )


def test_item_says_exactly_what_it_counts() -> None:
    """Every number explains itself: filters, conversions, bounds."""
    words = describe_item(need_item(load_shipped("r13-shanxi-xueshi"), "H2"))
    assert words == (
        "必修、选修认定学时每学时加1分；“必修、选修认定学时”指认定学时（种类：必修、选修；"
        "完成比例不少于90%；计量单位：学时、分钟）的合计，1分钟折1/45，选修按0.5倍计。"
    )


def test_formula_of_a_baseline_and_of_a_slope() -> None:
    """K27: R06 and R03."""
    assert describe_formula(need_item(load_shipped("r06-hebei-lilun"), "C1")) == (
        "学习日到会 ÷（学习日应到 × 85%）× 30，最高30分；每半年计算一次，各半年相加"
    )
    assert describe_formula(need_item(load_shipped("r03-xiaoshan-mubiao"), "X2a")) == (
        "党课到会 ÷ 党课应到，达到70%得满分6分，每低1个百分点扣0.2分；最低0分"
    )


def test_scheme_is_listed_with_clause_numbers_and_texts() -> None:
    """K3: numbered clauses with their own words beside the formula."""
    clauses = describe_scheme(load_shipped("jiguan-tongyong"))
    present = next(clause for clause in clauses if clause.code == "A1")
    assert (present.number, present.title, present.full) == ("第三条", "到会", "30")
    assert present.source.startswith("考勤30分，按到会次数占应到次数的比例计分")
    optional = next(clause for clause in clauses if clause.number == "第十四条")
    assert optional.title == "名额（未启用）"


def test_examples_of_the_manual_load() -> None:
    """docs/assessment.md: what a clerk copies from it works."""
    manual = (ROOT / "docs" / "assessment.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(\[scheme\].*?)```", manual, flags=re.DOTALL)
    assert len(blocks) == 1
    assert load_scheme(blocks[0], "scheme.toml").warnings == ()
    lines = re.findall(r"`((?:ranges|causes|awards|any_of|bands) = \[\{.*?\}\])`", manual)
    assert len(lines) == 5


def test_lookup_line_and_carry_line() -> None:
    """K13, K15."""
    body = 'kind = "carry"\nshare = 0.2\ncap = 20\n'
    scheme = load_scheme(HEAD + ITEM + body, "scheme.toml").scheme
    item = scheme.items[0]
    assert describe_line(scheme, item, 85_000, None, 1700, None, "") == "上年得分 85 × 20%"
    assert describe_formula(item) == "上年得分 × 20%；最高20分"
