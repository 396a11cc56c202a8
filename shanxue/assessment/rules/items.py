"""One scored clause built from its table: what each kind of item needs, and what it may not have."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from shanxue.assessment.rules.building import Building, check_words, name_item, read_caps, refuse_online
from shanxue.assessment.rules.ranges import read_ranges
from shanxue.assessment.rules.scheme import Count, Item, Step, Target
from shanxue.assessment.rules.vocabulary import (
    COLUMN_VALUES,
    COMMON_KEYS,
    KIND_KEYS,
    KINDS,
    KINDS_WITH_FULL,
    PERIODS,
    SUBJECT_COLUMNS,
    WHO_COLUMNS,
)
from shanxue.base.toml_fields import Section, suggest

ALL_ITEM_KEYS = tuple(dict.fromkeys((*COMMON_KEYS, *(key for keys in KIND_KEYS.values() for key in keys))))


def read_item(building: Building, section: Section) -> Item | None:
    """Build one item; None when its kind is unknown, because nothing more can be said then."""
    code = section.take_text("code", required='本项的代号，如 "A1"')
    clause = section.take_text("clause", required='依据第几条，如 "第五条"')
    title = section.take_text("title", required='本项的名称，如 "到会"')
    section.where = name_item(clause, code, title)
    refuse_online(section, (title,))
    kind = section.take_text("kind", required=f"计分方法，{suggest('', KINDS).removesuffix('。')}")
    if kind not in KINDS:
        if kind:
            section.report(f"的 kind 不认识“{kind}”，{suggest(kind, KINDS)}")
        return None
    fields: dict[str, Any] = {
        "code": code,
        "title": title,
        "component": section.take_text("component", "得分"),
        "clause": clause,
        "kind": kind,
        "full": section.take_number("full"),
        "floor": section.take_number("floor"),
        "cap": section.take_number("cap"),
        "per": section.take_choice("per", PERIODS, "") or None,
        "combine": section.take_choice("combine", ("mean", "sum", "best"), "sum"),
        "who": building.read_who(section.take_section("who")),
        "no_data": section.take_choice("no_data", ("wait", "zero", "full", "scale"), "wait"),
        "soft": section.take_flag("soft") or False,
        "policy": section.take_text("policy"),
    }
    if kind in KINDS_WITH_FULL and fields["full"] is None and not section.has("full"):
        section.report("没有写 full（满分）。请写上，如 full = 30。")
    if kind == "rank" and fields["per"]:
        section.report('的 kind = "rank" 要看全部人，不能按期间分开。请删去 per。')
    _READERS[kind](building, section, fields)
    section.finish((*COMMON_KEYS, *KIND_KEYS[kind]), ALL_ITEM_KEYS)
    return Item(**fields)


def require_count(building: Building, section: Section, *, measure: str = "rows") -> Count | None:
    if not section.has("count"):
        section.report('没有写 count（数什么）。请写上，如 count = { source = "attendance", mark = ["到"] }。')
    return building.read_count(section.take_section("count"), measure=measure)


def _read_ratio(building: Building, section: Section, fields: dict[str, Any]) -> None:
    fields["count"] = require_count(building, section)
    out_of = section.table.get("out_of")
    if out_of is None:
        section.take("out_of")
        section.report("没有写 out_of（除以什么）。请写上，如应到的次数，或一个数字。")
    elif isinstance(out_of, dict):
        fields["out_of"] = building.read_count(section.take_section("out_of"))
    else:
        fields["out_of"] = section.take_milli("out_of")
        if fields["out_of"] is not None and fields["out_of"] <= 0:
            section.report("的 out_of 应当大于0。")
    baseline = section.take_share("baseline")
    if baseline == 0:
        section.report("的 baseline 是0，任何人都是满分。请写达到多少得满分，如 0.85。")
    fields["baseline"] = baseline or Fraction(1)
    fields["slope"] = section.take_number("slope")
    if fields["slope"] is not None and fields["floor"] is None:
        fields["floor"] = Fraction(0)


def _read_deduction(building: Building, section: Section, fields: dict[str, Any]) -> None:
    fields["steps"] = _read_steps(building, section, "causes", "扣")
    fields["zero_from_milli"] = section.take_milli("zero_from")
    default = "component" if fields["full"] is None else "item"
    fields["zeroes"] = section.take_choice("zeroes", ("item", "component"), default)
    if fields["full"] is not None and fields["floor"] is None:
        fields["floor"] = Fraction(0)
    if fields["zero_from_milli"] is not None and fields["zero_from_milli"] <= 0:
        section.report("的 zero_from 应当大于0。")


def _read_award(building: Building, section: Section, fields: dict[str, Any]) -> None:
    fields["steps"] = _read_steps(building, section, "awards", "加")
    caps = tuple(read_caps(section).items())
    if caps and len(fields["steps"]) == 1:
        step = fields["steps"][0]
        capped = Step(step.count, step.each, step.caps_per or caps, step.cap, step.text)
        check_step(section, capped)
        fields["steps"] = (capped,)
    elif caps:
        section.report("有几种加分，caps_per 要写在每一种里。请移到 awards 的花括号中。")
    if fields["cap"] is None:
        fields["cap"] = fields["full"]


def _read_steps(building: Building, section: Section, name: str, verb: str) -> tuple[Step, ...]:
    parts = section.take_sections(name)
    if parts and (section.has("count") or section.has("each")):
        section.report(f"同时写了 {name} 和 count/each。请只留一种。")
    if not parts:
        count = require_count(building, section)
        each = _read_each(section, verb)
        return (Step(count, each),) if count is not None else ()
    steps = []
    for part in parts:
        count = require_count(building, part)
        each = _read_each(part, verb)
        caps = tuple(read_caps(part).items())
        most, text = part.take_number("cap"), part.take_text("text")
        part.finish(("count", "each", "caps_per", "cap", "text"))
        if count is not None:
            steps.append(Step(count, each, caps, most, text))
            check_step(part, steps[-1])
    return tuple(steps)


def _read_each(section: Section, verb: str) -> Fraction:
    each = section.take_number("each")
    if each is None and not section.has("each"):
        section.report(f"没有写 each（每次{verb}几分）。请写上，如 each = 3。")
    elif each is not None and (each < 0 or (each == 0 and verb == "加")):
        section.report(f"的 each 应当写正数：每次{verb}几分就写几。")
    return each or Fraction(0)


def _read_lookup(building: Building, section: Section, fields: dict[str, Any]) -> None:
    fields["count"] = require_count(building, section)
    fields["each_row"] = section.take_flag("each_row") or False
    fields["ranges"] = read_ranges(section, building.warnings)


def _read_quota(building: Building, section: Section, fields: dict[str, Any]) -> None:
    ways = section.take_sections("any_of")
    if ways and (section.has("count") or section.has("target") or section.has("target_by")):
        section.report("同时写了 any_of 和 count/target。请只留一种。")
    targets = [_read_target(building, way) for way in ways] if ways else [_read_target(building, section)]
    for way in ways:
        way.finish(("count", "target", "target_by"))
    fields["targets"] = tuple(target for target in targets if target is not None)
    fields["short"] = section.take_choice("short", ("proportional", "zero", "each"), "proportional")
    for key in ("short_each", "over_each", "over_cap"):
        fields[key] = section.take_number(key)
    if (fields["short"] == "each") != (fields["short_each"] is not None):
        section.report('的 short = "each" 和 short_each（每少一个扣几分）要一起写。')


def _read_target(building: Building, section: Section) -> Target | None:
    count = require_count(building, section)
    table = dict(section.take_table("target_by"))
    column = table.pop("column", None)
    milli = section.take_milli("target")
    if (milli is None) == (not table):
        if not section.has("target") or table:
            section.report("要写 target（目标数）或者 target_by（按职级、职务等分别写），两者写一个。")
        return None
    if table and column not in SUBJECT_COLUMNS:
        section.report(f"的 target_by 没有写清按哪一列，column {suggest(str(column or ''), WHO_COLUMNS)}")
        return None
    by_value = {}
    for name, value in table.items():
        number = section.parse_number(f"target_by.{name}", value)
        if number is not None:
            by_value[name] = section.turn_milli(f"target_by.{name}", number)
    check_words(section, "target_by", tuple(by_value), _with_other(column))
    if any(goal <= 0 for goal in (*by_value.values(), milli or 1)):
        section.report("的目标数应当大于0。")
    return None if count is None else Target(count, milli, column, by_value)


def _read_score(building: Building, section: Section, fields: dict[str, Any]) -> None:
    attempts = section.take_choice("attempts", ("all", "best", "first", "last", "mean"), "all")
    count = require_count(building, section, measure="mean")
    count = _need_source(section, count, "score", "scores")
    if count is not None and attempts != "all":
        count = Count(**{**vars(count), "attempts": attempts})
    fields["count"] = count


def _read_votes(building: Building, section: Section, fields: dict[str, Any]) -> None:
    fields["count"] = _need_source(section, require_count(building, section, measure="amount"), "votes", "events")
    fields["values"] = section.take_numbers("values")
    fields["groups"] = section.take_numbers("groups")
    fields["several_groups"] = section.take_flag("several_groups") or False
    fields["trim"] = section.take_whole("trim", least=0) or 0
    if not fields["values"]:
        section.report("没有写 values（每种票折几分）。请写上，如 values = { 优秀 = 100, 合格 = 85 }。")
    total = sum(fields["groups"].values())
    if fields["groups"] and total != 1:
        section.report(f"各类测评人的权重合计 {_write_percent(total)}，应当是 100%。请改 groups。")


def _read_marks(building: Building, section: Section, fields: dict[str, Any]) -> None:
    fields["count"] = _need_source(section, require_count(building, section, measure="points"), "marks", "events")
    for key in ("least", "most"):
        fields[key] = section.take_number(key)
        if fields[key] is None and not section.has(key):
            section.report("没有写 least 和 most（一次评分最低几分、最高几分）。请两个都写上。")
            break
    if fields["least"] is not None and fields["most"] is not None and fields["least"] > fields["most"]:
        section.report("的 least 大于 most。请对调。")


def _read_carry(building: Building, section: Section, fields: dict[str, Any]) -> None:
    count = building.read_count(section.take_section("count"), measure="amount")
    fields["count"] = _need_source(section, count, "carry", "prior") or Count("prior", measure="amount")
    fields["carry_share"] = section.take_share("share")
    if fields["carry_share"] is None and not section.has("share"):
        section.report("没有写 share（上年得分的几成）。请写上，如 share = 0.2。")


def _read_rank(building: Building, section: Section, fields: dict[str, Any]) -> None:
    fields["count"] = require_count(building, section)
    fields["rank_within"] = section.take_choice("rank_within", SUBJECT_COLUMNS, "") or None
    pairs = []
    for part in section.take_sections("bands"):
        pairs.append((part.take_share("top") or Fraction(0), part.take_number("points") or Fraction(0)))
        part.finish(("top", "points"))
    fields["rank_points"] = tuple(pairs)
    if not pairs or pairs != sorted(pairs) or len({top for top, _ in pairs}) < len(pairs):
        section.report("的 bands 要从前到后写，如 [{ top = 0.05, points = 8 }, { top = 0.1, points = 6 }]。")


def _read_fixed(_: Building, section: Section, fields: dict[str, Any]) -> None:
    fields["points"] = section.take_number("points")
    table = dict(section.take_table("table"))
    column = table.pop("column", None)
    numbers = {name: section.parse_number(f"table.{name}", value) for name, value in table.items()}
    if (fields["points"] is None) == (not numbers) and (not section.has("points") or numbers):
        section.report("要写 points（几分）或者 table（按职级等分别写），两者写一个。")
    if numbers and column not in SUBJECT_COLUMNS:
        section.report(f"的 table 没有写清按哪一列，column {suggest(str(column or ''), WHO_COLUMNS)}")
        return
    check_words(section, "table", tuple(numbers), _with_other(column))
    fields["table"] = {name: number for name, number in numbers.items() if number is not None}
    fields["table_column"] = column


_READERS: dict[str, Callable[[Building, Section, dict[str, Any]], None]] = {
    "ratio": _read_ratio,
    "deduct_each": _read_deduction,
    "award_each": _read_award,
    "lookup": _read_lookup,
    "quota": _read_quota,
    "score": _read_score,
    "votes": _read_votes,
    "marks": _read_marks,
    "carry": _read_carry,
    "rank": _read_rank,
    "fixed": _read_fixed,
}


def _with_other(column: str | None) -> tuple[str, ...] | None:
    known = COLUMN_VALUES.get(column or "")
    return None if known is None else (*known, "other")


def _need_source(section: Section, count: Count | None, kind: str, source: str) -> Count | None:
    if count is not None and count.source != source:
        section.report(f'的 kind = "{kind}" 只能数 {source}，写成了 {count.source}。请改 source。')
    return count


def check_step(section: Section, step: Step) -> None:
    if step.caps_per and step.count.measure in ("mean", "least", "periods", "missing_periods"):
        section.report(f'的 caps_per 不能和 measure = "{step.count.measure}" 一起用。请删去 caps_per，改用 cap。')


def _write_percent(share: Fraction | int) -> str:
    return f"{float(share * 100):g}%"
