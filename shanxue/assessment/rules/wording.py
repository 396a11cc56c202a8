"""A scheme as numbered clauses in plain Chinese, and the sentences of its gates, quotas and silences.

Pages and documents show these words and nothing else, so that every number opens into the same sentence everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from shanxue.assessment.rules.counting import (
    COLUMN_WORDS,
    describe_count,
    describe_who,
    is_plain,
    label_count,
    name_unit,
    write_milli,
    write_number,
    write_percent,
)
from shanxue.assessment.rules.formulas import describe_formula, describe_line
from shanxue.assessment.rules.scheme import (
    Band,
    Component,
    Count,
    Effect,
    Exempt,
    Gate,
    Item,
    Policy,
    Process,
    Quota,
    Scheme,
    Term,
    When,
)

__all__ = [
    "ClauseText", "describe_bands", "describe_formula", "describe_gate", "describe_item", "describe_line",
    "describe_policies", "describe_quota", "describe_scheme", "describe_term", "find_item", "list_counts",
    "list_terms", "name_assessment",
]  # fmt: skip

# The grades of assessments outside Shanxue, best first: 《公务员考核规定》 and the 2024 notice on 民主评议党员.
OUTSIDE_GRADES = {
    "年度考核": ("优秀", "称职", "基本称职", "不称职"),
    "民主评议": ("优秀", "合格", "基本合格", "不合格"),
}
SILENT = "细则未规定"
LOWEST = Fraction(-(10**9))  # the start of a band without a lower end
SUBJECT_WORDS = {"person": "个人", "branch": "党支部", "department": "部门"}
JOINER_WORDS = {
    "full": "按全年的要求计算",
    "next_year": "从下一年度起考核，本年度不考核",
    "pro_rata": "按加入当月起的月数占全年的比例计算",
    "no_grade": "只计分，不定等次",
}
TRANSFER_WORDS = {"end_unit": "列在期末所在单位，此前的记录随人计算"}
MAKE_UP_WORDS = {"as_marked": "各项所列的考勤情形计入或不计入"}
NO_DATA_WORDS = {
    "wait": "没有数据的待补充，不计为0分",
    "zero": "没有数据的计0分",
    "full": "没有数据的计满分",
    "scale": "没有数据的不计这一项，其余各项按比例折算",
}


@dataclass(frozen=True)
class ClauseText:
    """One numbered clause as the page shows it. ``number`` "" is a rule of the scheme without a clause of its own."""

    number: str
    title: str
    sentence: str
    full: str = ""  # full marks, as a decimal; "" when the clause has none
    source: str = ""  # the text of the clause itself, where the scheme quotes it
    code: str = ""  # the item's code, for 影响 N 人 and the try-out
    place: str = ""  # which part of the scheme says this: item:2, component:考勤, gate:0; where its settings are shown


def find_item(scheme: Scheme, code: str) -> Item | None:
    return next((item for item in scheme.items if item.code == code), None)


def name_assessment(scheme: Scheme) -> str:
    """Name what the scheme's result is called in a sentence: 学习考核."""
    if scheme.name:
        return scheme.name
    return "学习考核" if "学习考核" in scheme.title else "本考核"


def describe_scheme(scheme: Scheme) -> tuple[ClauseText, ...]:
    """Write the whole scheme as clauses, in the order a reader needs: whom, what counts, how it is graded."""
    return tuple(_list_clauses(scheme))


def _list_clauses(scheme: Scheme) -> Iterator[ClauseText]:
    yield ClauseText("", "对象和期间", _describe_scope(scheme), place="head")
    for component in scheme.components:
        yield from _list_component(scheme, component)
    full = write_number(scheme.full) if scheme.full else ""
    yield ClauseText("", "合计", _describe_total(scheme), full, place="total")
    if scheme.bands:
        yield ClauseText("", "等次", describe_bands(scheme), place="bands")
    for at, gate in enumerate(scheme.gates):
        title = "提醒" if gate.effect.notice else "名单" if gate.effect.list_name else "等次限制"
        yield _clause(scheme, gate.clause, title, describe_gate(scheme, gate), place=f"gate:{at}")
    for at, quota in enumerate(scheme.quotas):
        yield _clause(scheme, quota.clause, "名额", describe_quota(quota, scheme), place=f"quota:{at}")
    for at, quota in enumerate(scheme.optional_quotas):
        yield _clause(scheme, quota.clause, "名额（未启用）", describe_quota(quota, scheme), place=f"spare:{at}")
    for exempt in scheme.exempts:
        yield _clause(scheme, exempt.clause, "免考核", _describe_exempt(scheme, exempt))
    for name, term in list_terms(scheme.process):
        yield _clause(scheme, term.clause, name, f"{name}{describe_term(term)}。", place="process")
    for sentence in describe_policies(scheme):
        yield ClauseText("", "细则未规定的" if SILENT in sentence else "加入、调动和补学", sentence)
    for part in scheme.omitted:
        yield ClauseText("", "没有收录的", part)


def list_terms(process: Process) -> list[tuple[str, Term]]:
    """List the terms of the proceeding that the scheme names (K60, K61)."""
    named = (("支部核对", process.check), ("公示", process.publicity), ("申诉期", process.appeal),
             ("申诉答复", process.answer))  # fmt: skip
    return [(name, term) for name, term in named if term.days is not None]


def describe_term(term: Term) -> str:
    """Write how long a term is: 7天, 5个工作日; where the scheme is silent, say so."""
    if term.days is None:
        return SILENT
    return f"{term.days}个工作日" if term.working else f"{term.days}天"


def _clause(
    scheme: Scheme, number: str, title: str, sentence: str, full: str = "", code: str = "", place: str = ""
) -> ClauseText:
    return ClauseText(number, title, sentence, full, scheme.clauses.get(number, ""), code, place)


def _describe_scope(scheme: Scheme) -> str:
    last = scheme.window.last_on
    who = describe_who(scheme.who)
    whom = f"考核{SUBJECT_WORDS[scheme.subject]}" + (f"（{who}）" if who else "")
    first = scheme.window.from_on
    days = f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日"
    return f"{whom}；期间为{days}。依据：{scheme.source or '未写明'}。"


def _list_component(scheme: Scheme, component: Component) -> Iterator[ClauseText]:
    items = [(at, item) for at, item in enumerate(scheme.items) if item.component == component.name]
    sentence = _describe_component(component)
    if sentence:
        full = write_number(component.full) if component.full is not None else ""
        yield _clause(scheme, component.clause, component.name, sentence, full, place=f"component:{component.name}")
    for at, item in items:
        full = write_number(item.full) if item.full is not None else ""
        yield _clause(scheme, item.clause, item.title, describe_item(item), full, item.code, f"item:{at}")


def _describe_component(component: Component) -> str:
    parts = [f"满分{write_number(component.full)}分"] if component.full is not None else []
    if component.base:
        parts.append(f"基础分{write_number(component.base)}分")
    if component.cap is not None and component.cap != component.full:
        parts.append(f"最高{write_number(component.cap)}分")
    if component.floor is not None:
        parts.append(f"最低{write_number(component.floor)}分")
    if component.weight != 1:
        parts.append(f"按{write_percent(component.weight)}计入总分")
    return "，".join(parts) + "。" if parts else ""


def _describe_total(scheme: Scheme) -> str:
    start = f"基础分{write_number(scheme.base)}分，加" if scheme.base else ""
    digits = {1: "整数", 10: "1位小数", 100: "2位小数", 1000: "3位小数"}[scheme.scale]
    parts = [f"{start}各项得分相加，每项四舍五入到{digits}"]
    if scheme.floor is not None:
        parts.append(f"合计最低{write_number(scheme.floor)}分")
    parts.append("合计不封顶" if scheme.ceiling is None else f"合计最高{write_number(scheme.ceiling)}分")
    return "；".join(parts) + "。"


def describe_item(item: Item) -> str:
    """Write one item as a sentence: formula, what exactly is counted, whom it is for, and what happens without data."""
    parts = [describe_formula(item)]
    said = [count for count in list_counts(item) if count.where and not is_plain(count)]
    parts += [f"“{label_count(count)}”指{describe_count(count)}" for count in said]
    who = describe_who(item.who)
    if who:
        parts.append(f"只对{who}的计")
    if item.soft:
        parts.append("软性要求，未达到的只提示，不扣分")
    if item.kind in ("ratio", "score", "votes", "carry") and item.no_data != "wait":
        parts.append(NO_DATA_WORDS[item.no_data])
    if item.policy:
        parts.append(item.policy)
    return "；".join(parts) + "。"


def list_counts(item: Item) -> tuple[Count, ...]:
    """Every count the item uses, in the order it is read; alike ones once."""
    found = [item.count, item.out_of if isinstance(item.out_of, Count) else None]
    found += [step.count for step in item.steps] + [target.count for target in item.targets]
    unique: list[Count] = []
    for count in found:
        if count is not None and count not in unique:
            unique.append(count)
    return tuple(unique)


def describe_bands(scheme: Scheme) -> str:
    """Write the bands, highest first: 90分以上优秀；80分以上不足90分良好 … A lower bound is included."""
    groups: dict[str, list[Band]] = {}
    for band in sorted(scheme.bands, key=lambda band: band.from_points, reverse=True):
        groups.setdefault(describe_who(band.who), []).append(band)
    texts = []
    for who, bands in groups.items():
        above = [None, *bands[:-1]]
        rows = [_describe_band(band, over, band is bands[-1]) for band, over in zip(bands, above, strict=True)]
        texts.append((f"{who}的：" if who else "") + "；".join(rows))
    return "。".join(texts) + "。分数线含本数，定等次前不再取整。"


def _describe_band(band: Band, above: Band | None, lowest: bool) -> str:
    if band.from_points <= LOWEST and not above:
        return f"一律{band.label}"
    start = "" if lowest and above else f"{write_number(band.from_points)}分以上"
    end = f"不足{write_number(above.from_points)}分" if above else ""
    needs = "，".join(f"{name}不少于{write_number(points)}分" for name, points in band.needs)
    return f"{start}{end}{band.label}" + (f"（还须{needs}）" if needs else "")


def describe_gate(scheme: Scheme, gate: Gate) -> str:
    """Write a gate as the member reads it: 按《…》第九条，学习考核未达优秀的，年度考核不评优秀。"""
    clause = gate.clause if gate.clause.startswith(("第", "附")) else f"“{gate.clause}”一条"
    by = f"按《{scheme.title.strip('《》')}》{clause}，"
    if gate.text:
        return by + gate.text.rstrip("。") + "。"
    who = describe_who(gate.who)
    whom = f"{who}，" if who else ""
    return f"{by}{whom}{_describe_when(scheme, gate.when)}的，{_describe_effect(scheme, gate.effect)}。"


def _describe_when(scheme: Scheme, when: When) -> str:
    parts = list(_list_conditions(scheme, when))
    if when.any_of:
        parts.append("或者".join(_describe_when(scheme, one) for one in when.any_of))
    parts += [_describe_when(scheme, one) for one in when.all_of]
    return "，并且".join(parts)


def _list_conditions(scheme: Scheme, when: When) -> Iterator[str]:
    name = name_assessment(scheme)
    if when.grade_below is not None:
        yield f"{name}未达{when.grade_below}"
    if when.grade_in:
        yield f"{name}为{'或'.join(when.grade_in)}"
    if when.total_below is not None:
        yield f"{name}低于{write_number(when.total_below)}分"
    if when.total_from is not None:
        yield f"{name}达到{write_number(when.total_from)}分"
    if when.item_below is not None:
        yield f"{_name_part(scheme, when.item_below[0])}低于{write_number(when.item_below[1])}分"
    if when.share_below is not None:
        yield f"{_name_part(scheme, when.share_below[0])}占总分不足{write_percent(when.share_below[1])}"
    if when.count_from is not None:
        count, milli = when.count_from
        yield f"{label_count(count)}达到{write_milli(milli)}{name_unit(count)}"
    if when.share_over is not None:
        count, out_of, share = when.share_over
        yield f"{label_count(count)}超过{label_count(out_of)}的{write_percent(share)}"
    if when.prior_grades is not None:
        years, grades = when.prior_grades
        yield f"连续{years}年{name}为{'或'.join(grades)}"


def _name_part(scheme: Scheme, code: str) -> str:
    item = find_item(scheme, code)
    return item.title if item else code


def _describe_effect(scheme: Scheme, effect: Effect) -> str:
    target = effect.target or name_assessment(scheme)
    parts = []
    if effect.at_most is not None:
        parts.append(target + _describe_ceiling(scheme, effect))
    if effect.not_in:
        parts.append(f"{target}不评{'和'.join(effect.not_in)}")
    if effect.grade is not None:
        parts.append(f"{target}定为{effect.grade}")
    if effect.total is not None:
        parts.append(f"{target}记{write_number(effect.total)}分")
    if effect.list_name is not None:
        parts.append(f"列入{effect.list_name}")
    if effect.notice is not None:
        parts.append(f"{effect.notice}（{effect.step}）" if effect.step else effect.notice)
    return "，".join(parts)


def _describe_ceiling(scheme: Scheme, effect: Effect) -> str:
    bands = sorted(scheme.bands, key=lambda band: band.from_points, reverse=True)
    grades = OUTSIDE_GRADES.get(effect.target, ()) if effect.target else tuple(band.label for band in bands)
    if effect.at_most in grades and grades.index(effect.at_most) > 0:
        return f"不评{'和'.join(grades[: grades.index(effect.at_most)])}"
    return f"最高评为{effect.at_most}"


def describe_quota(quota: Quota, scheme: Scheme | None = None) -> str:
    """Write a quota with its denominator, rounding and ties; with the scheme, items are named by their titles."""
    who = describe_who(quota.of)
    who = f"{who}的人" if who else "参加考核的人"
    per = f"，按{COLUMN_WORDS.get(quota.per, quota.per)}分别计算，互不挤占" if quota.per else ""
    rounding = {"floor": "不足1人的舍去", "half_up": "四舍五入", "ceil": "不足1人的进1"}[quota.rounding]
    ties = "都不评" if quota.ties == "none" else "都评"
    order = "、".join(_name_part(scheme, code) if scheme else code for code in quota.order_by)
    tie = f"名额线上分数相同的{f'先比{order}，仍相同的' if order else ''}{ties}"
    return (
        f"{quota.grade}不超过{who}总数的{write_percent(Fraction(quota.share))}{per}，{rounding}；"
        f"{tie}；超出名额的评为{quota.demote_to}。"
    )


def _describe_exempt(scheme: Scheme, exempt: Exempt) -> str:
    whom = "、".join(exempt.categories)
    if exempt.mode == "exclude":
        return f"{whom}的人员不参加考核。"
    if exempt.mode == "days":
        return f"{whom}的人员，免考核期间的会议记为“免”，不计入应到。"
    titles = "、".join(_name_part(scheme, code) for code in exempt.items) or "各项"
    return f"{whom}的人员，{titles}不作硬性要求。"


def describe_policies(scheme: Scheme) -> tuple[str, ...]:
    """Write what the scheme does with joiners, transfers and make-up; where its text is silent, say so (K52–K54)."""
    said = []
    if scheme.subject == "person":
        said.append(("年内加入的人员", scheme.joiners, JOINER_WORDS))
        said.append(("年内调动的人员", scheme.transfers, TRANSFER_WORDS))
    if any(count.source == "attendance" for item in scheme.items for count in list_counts(item)):
        said.append(("补学", scheme.make_up, MAKE_UP_WORDS))
    return tuple(_describe_policy(about, policy, words) for about, policy, words in said)


def _describe_policy(about: str, policy: Policy, words: dict[str, str]) -> str:
    text = words.get(policy.rule, policy.rule)
    if policy.clause:
        return f"{about}，依{policy.clause}，{text}。"
    return f"{about}，{SILENT}，{text if text.startswith('按') else f'按“{text}”办理'}。"
