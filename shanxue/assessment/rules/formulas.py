"""One item's arithmetic in words: as a general formula, and with a subject's own numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from shanxue.assessment.rules.counting import (
    COLUMN_WORDS,
    PERIOD_WORDS,
    UNIT_WORDS,
    describe_table,
    label_count,
    label_occurrence,
    label_rows,
    name_unit,
    write_milli,
    write_number,
    write_percent,
)
from shanxue.assessment.rules.ranges import write_bounds
from shanxue.assessment.rules.scheme import Count, Item, Scheme, Step
from shanxue.base.points import MILLI

COMBINE_WORDS = {"mean": "取平均", "sum": "相加", "best": "取最高"}


def describe_formula(item: Item) -> str:
    """Write the item's general formula in words: 到会 ÷ 应到 × 30. Bounds and periods included."""
    text = _FORMULAS[item.kind](item)
    parts = [text, *_describe_bounds(item)]
    if item.per:
        parts.append(f"每{PERIOD_WORDS[item.per]}计算一次，各{PERIOD_WORDS[item.per]}{COMBINE_WORDS[item.combine]}")
    return "；".join(part for part in parts if part)


def _describe_bounds(item: Item) -> list[str]:
    parts = []
    if item.zero_from_milli is not None:
        what = "本部分" if item.zeroes == "component" else "本项"
        parts.append(f"达到{write_milli(item.zero_from_milli)}次的，{what}记0分，不再逐次计算")
    if item.cap is not None:
        parts.append(f"最高{write_number(item.cap)}分")
    if item.floor is not None:
        worst = f"最多扣{write_number(-item.floor)}分" if item.floor < 0 else f"最低{write_number(item.floor)}分"
        parts.append("扣完为止" if item.floor == 0 and item.kind == "deduct_each" else worst)
    return parts


def _describe_ratio(item: Item) -> str:
    assert item.count is not None
    full = write_number(item.full or 0)
    top, bottom = label_count(item.count), _label_out_of(item.out_of)
    if item.slope is not None:
        line = write_percent(item.baseline)
        return f"{top} ÷ {bottom}，达到{line}得满分{full}分，每低1个百分点扣{write_number(item.slope)}分"
    if item.baseline != 1:
        return f"{top} ÷（{bottom} × {write_percent(item.baseline)}）× {full}，最高{full}分"
    return f"{top} ÷ {bottom} × {full}"


def _label_out_of(out_of: Count | int | None) -> str:
    if isinstance(out_of, Count):
        return label_count(out_of)
    return write_milli(out_of or 0)


def _describe_steps(item: Item, verb: str) -> str:
    return "；".join(_describe_step(step, verb) for step in item.steps)


def _describe_step(step: Step, verb: str) -> str:
    words = step.text or label_occurrence(step.count)
    if step.each == 0:
        return f"{words.rstrip('，')}，只计次数，不计分"
    unit = name_unit(step.count) or "1个数量"
    text = f"{words}每{unit}{verb}{write_number(step.each)}分"
    for period, most in step.caps_per:
        text += f"，每{PERIOD_WORDS[period]}最多{write_number(most)}分"
    return text + (f"，最多{write_number(step.cap)}分" if step.cap is not None else "")


def _describe_deduction(item: Item) -> str:
    start = f"满分{write_number(item.full)}分，" if item.full is not None else ""
    return start + _describe_steps(item, "扣")


def _describe_award(item: Item) -> str:
    return _describe_steps(item, "加")


def _describe_lookup(item: Item) -> str:
    assert item.count is not None
    unit = name_unit(item.count)
    rows = []
    for row in item.ranges:
        rows.append(f"{write_bounds(row, unit)}得{write_number(row.points)}分")
    how = "逐条查表：" if item.each_row else "查表："
    return label_count(item.count) + how + "；".join(rows)


def _describe_quota(item: Item) -> str:
    ways = []
    for target in item.targets:
        unit = name_unit(target.count)
        goal = f"{write_milli(target.milli)}{unit}" if target.milli is not None else ""
        if target.by_column:
            table = {name: Fraction(milli, MILLI) for name, milli in target.by_value.items()}
            goal = f"规定数（按{COLUMN_WORDS.get(target.by_column, target.by_column)}：{describe_table(table, unit)}）"
        ways.append(f"{label_count(target.count)}不少于{goal}")
    full = write_number(item.full or 0)
    text = "，或者".join(ways) + f"，达到得{full}分"
    text += {
        "proportional": "，不足的按完成比例得分",
        "zero": "，不足的不得分",
        "each": f"，每少1扣{write_number(item.short_each or 0)}分",
    }[item.short]
    if item.over_each is not None:
        text += f"，每多1加{write_number(item.over_each)}分"
        text += f"，最多加{write_number(item.over_cap)}分" if item.over_cap is not None else ""
    return text


def _describe_score(item: Item) -> str:
    assert item.count is not None
    return f"各次{label_rows(item.count)}得分率的平均 × {write_number(item.full or 0)}"


def _describe_votes(item: Item) -> str:
    values = "，".join(f"{grade}{write_number(value)}分" for grade, value in item.values.items())
    text = f"{label_rows(item.count) if item.count else '测评票'}按{values}折算"
    if item.groups:
        text += "，" + "，".join(f"{group}占{write_percent(weight)}" for group, weight in item.groups.items())
    else:
        text += "，各类测评人分别平均后再平均" if item.several_groups else "，全部票取平均"
    if item.trim:
        text += f"，去掉{item.trim}个最高和{item.trim}个最低"
    return f"{text}，÷ 100 × {write_number(item.full or 0)}"


def _describe_marks(item: Item) -> str:
    least, most = write_number(item.least or 0), write_number(item.most or 0)
    start = f"满分{write_number(item.full)}分，" if item.full is not None else ""
    return f"{start}评分人在{least}至{most}分之间打分，须写明评分人和理由，合计计入"


def _describe_carry(item: Item) -> str:
    return f"上年得分 × {write_percent(item.carry_share or Fraction(0))}"


def _describe_rank(item: Item) -> str:
    assert item.count is not None
    within = f"在同一{COLUMN_WORDS.get(item.rank_within, item.rank_within)}内" if item.rank_within else ""
    bands = "，".join(f"前{write_percent(top)}得{write_number(points)}分" for top, points in item.rank_points)
    return f"按{label_count(item.count)}{within}排序，{bands}，并列的同样得分"


def _describe_fixed(item: Item) -> str:
    if item.table_column:
        column = COLUMN_WORDS.get(item.table_column, item.table_column)
        return f"按{column}计：{describe_table(item.table)}"
    return f"计{write_number(item.points or 0)}分"


_FORMULAS: dict[str, Callable[[Item], str]] = {
    "ratio": _describe_ratio,
    "deduct_each": _describe_deduction,
    "award_each": _describe_award,
    "lookup": _describe_lookup,
    "quota": _describe_quota,
    "score": _describe_score,
    "votes": _describe_votes,
    "marks": _describe_marks,
    "carry": _describe_carry,
    "rank": _describe_rank,
    "fixed": _describe_fixed,
}


def describe_line(
    scheme: Scheme,
    item: Item,
    counted: int | None,
    out_of: int | None,
    awarded: int | None,
    full: int | None,
    note: str,
    parts: Mapping[str, int] | None = None,
) -> str:
    """Write one line's arithmetic with its numbers: （到会 17 ＋ 已补学 1）÷ 应到 20 × 30.

    ``counted`` and ``out_of`` are milli, ``awarded`` and ``full`` points of the scheme's scale, as the engine returns
    them. ``parts`` splits ``counted`` by mark (milli), where the page knows it. The note's words follow in brackets.
    """
    if awarded is None:
        return f"还没有数据，待补充{f'（{note}）' if note else ''}"
    weight = next((part.weight for part in scheme.components if part.name == item.component), Fraction(1))
    text = _write_pieces(item, counted, out_of) if item.per else ""
    if not text:
        # The engine's full marks are weighted already; the sum shows them as the clause has them.
        own = item.full if weight != 1 else None if full is None else Fraction(full, scheme.scale)
        text = _write_numbers(item, counted, out_of, "" if own is None else write_number(own), parts)
    if weight != 1:
        text = f"（{text}）× {write_percent(weight)}"
    return f"{text}（{note}）" if note else text


def _write_pieces(item: Item, counted: int | None, out_of: int | None) -> str:
    """An item valued period by period: its counts in all, and how the periods are put together."""
    if counted is None:
        return ""
    count = item.count or (item.steps[0].count if item.steps else item.targets[0].count)
    goal = f"，{_label_out_of(item.out_of)} {write_milli(out_of)}" if isinstance(item.out_of, Count) and out_of else ""
    per = PERIOD_WORDS[item.per or "month"]
    return f"{label_count(count)} {write_milli(counted)}{goal}，各{per}分别计算后{COMBINE_WORDS[item.combine]}"


def _write_numbers(
    item: Item, counted: int | None, out_of: int | None, full: str, parts: Mapping[str, int] | None
) -> str:
    if counted is None or item.kind in ("fixed", "marks"):
        return describe_formula(item) if item.kind != "marks" else "评分合计"
    if item.kind == "ratio":
        return _write_ratio(item, counted, out_of, full, parts)
    if item.kind in ("deduct_each", "award_each"):
        return _write_steps(item, counted, full)
    if item.kind == "quota":
        return _write_quota(item, counted, out_of, full)
    return _write_rest(item, counted, out_of, full)


def _write_ratio(item: Item, counted: int, out_of: int | None, full: str, parts: Mapping[str, int] | None) -> str:
    assert item.count is not None
    top = _write_counted(item.count, counted, parts)
    by = "÷" if top.endswith("）") else " ÷"
    bottom = _write_out_of(item, out_of or 0)
    if item.slope is not None:
        return (
            f"{top}{by} {bottom}，{write_percent(item.baseline)}为满分线，每低1个百分点扣{write_number(item.slope)}分"
        )
    if item.baseline != 1:
        return f"{top}{by}（{bottom} × {write_percent(item.baseline)}）× {full}"
    return f"{top}{by} {bottom} × {full}"


def _write_counted(count: Count, counted: int, parts: Mapping[str, int] | None) -> str:
    shown = {word: milli for word, milli in (parts or {}).items() if milli}
    if len(shown) > 1 and sum(shown.values()) == counted:
        words = [f"{'到会' if word == '到' else word} {write_milli(milli)}" for word, milli in shown.items()]
        return f"（{' ＋ '.join(words)}）"
    return f"{label_count(count)} {write_milli(counted)}{_name_pieces(count)}"


def _write_out_of(item: Item, out_of: int) -> str:
    """应到 20, 计划 10 项, 应交 4 篇, 应有 12 个月, or a bare number where the quantity has no pieces."""
    if isinstance(item.out_of, Count):
        return f"{label_count(item.out_of)} {write_milli(out_of)}{_name_pieces(item.out_of)}"
    pieces = _name_pieces(item.count) if item.count else ""
    if not pieces:
        return write_milli(out_of)
    return f"{'应交' if item.count and item.count.source == 'notes' else '应有'} {write_milli(out_of)}{pieces}"


def _name_pieces(count: Count) -> str:
    if count.measure in ("periods", "missing_periods") or (count.measure == "rows" and count.source in UNIT_WORDS):
        return f" {name_unit(count)}"
    return ""


def _write_steps(item: Item, counted: int, full: str) -> str:
    verb = "扣" if item.kind == "deduct_each" else "加"
    start = "" if verb == "加" else f"{full} － " if item.full is not None else "－ "
    if len(item.steps) == 1:
        step = item.steps[0]
        words = (step.text or label_count(step.count)) + f" {write_milli(counted)}"
        return f"{words}，不计分" if step.each == 0 else f"{start}{words} × {write_number(step.each)}"
    rule = "；".join(_describe_step(step, verb) for step in item.steps)
    return f"共 {write_milli(counted)}，{rule}"


def _write_quota(item: Item, counted: int, out_of: int | None, full: str) -> str:
    label = label_count(item.targets[0].count) if len(item.targets) == 1 else "完成"
    goal = write_milli(out_of or 0)
    if out_of is not None and counted < out_of and item.short == "proportional":
        return f"{label} {write_milli(counted)} ÷ 应完成 {goal} × {full}"
    return f"{label} {write_milli(counted)}，应完成 {goal}"


def _write_rest(item: Item, counted: int, out_of: int | None, full: str) -> str:
    if item.kind == "carry":
        return f"上年得分 {write_milli(counted)} × {write_percent(item.carry_share or Fraction(0))}"
    if item.kind == "rank":
        return f"第 {write_milli(counted)} 名，共 {write_milli(out_of or 0)} 个"
    label = "测评平均" if item.kind == "votes" else label_count(item.count) if item.count else "计"
    if item.kind in ("score", "votes"):
        return f"{label} {write_milli(counted)} ÷ {write_milli(out_of or 100 * MILLI)} × {full}"
    return f"{label} {write_milli(counted)}"
