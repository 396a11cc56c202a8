"""The parts of a scheme built from their tables: counts, steps, items by kind."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from shanxue.assessment.rules.fields import Section
from shanxue.assessment.rules.ranges import read_ranges
from shanxue.assessment.rules.scheme import Condition, Count, Item, Step, Target, Who
from shanxue.assessment.rules.vocabulary import (
    BOUND_KEYS,
    CLOSED_WORDS,
    COLUMN_VALUES,
    COMMON_KEYS,
    COUNT_KEYS,
    FLAG_KEYS,
    KIND_KEYS,
    KINDS,
    KINDS_WITH_FULL,
    MEASURES,
    MEMBER_COLUMNS,
    PERIODS,
    PERSON_SOURCES,
    SOURCES,
    SUBJECT_COLUMNS,
    UNIT_SOURCES,
    WHO_COLUMNS,
    WORD_COLUMNS,
    find_online_word,
    suggest,
)

ALL_ITEM_KEYS = tuple(dict.fromkeys((*COMMON_KEYS, *(key for keys in KIND_KEYS.values() for key in keys))))


class Building:
    """What every part needs to know while a file is read: whose scheme it is, and where warnings go."""

    def __init__(self, subject: str, warnings: list[str]) -> None:
        self.subject = subject
        self.warnings = warnings

    # Whom

    def read_who(self, section: Section | None) -> Who:
        if section is None:
            return Who()
        columns: dict[str, tuple[str, ...]] = {}
        columns_not: dict[str, tuple[str, ...]] = {}
        for column in SUBJECT_COLUMNS:
            for key, found in ((column, columns), (f"{column}_not", columns_not)):
                words = section.take_words(key)
                if words:
                    check_words(section, key, words, COLUMN_VALUES.get(column))
                    found[column] = words
        who = Who(
            columns, columns_not, section.take_whole("age_from", least=0), section.take_whole("age_below", least=0)
        )
        section.finish([*SUBJECT_COLUMNS, *(f"{name}_not" for name in WHO_COLUMNS), "age_from", "age_below"])
        return who

    # What is counted

    def read_count(self, section: Section | None, *, measure: str = "rows") -> Count | None:
        """Build a count; ``measure`` is what an unnamed aggregation means for this kind of item."""
        if section is None:
            return None
        source = self._read_source(section)
        if source is None:
            return None
        where = [*_read_word_tests(section, source), *_read_bounds(section, source), *_read_flags(section, source)]
        how = _read_measure(section, measure)
        convert, factor = section.take_numbers("convert"), section.take_numbers("factor")
        where += self._limit_units(section, source, how, convert, where)
        _refuse_online(section, (*convert, *factor))
        count = Count(
            source=source,
            where=tuple(where),
            measure=cast(Any, how),
            per=section.take_choice("per", PERIODS, "") or None,
            at_least_rows=section.take_whole("at_least_rows", least=1) or 1,
            attempts=cast(Any, section.take_choice("attempts", ("all", "best", "first", "last", "mean"), "all")),
            once_per=cast(Any, section.take_choice("once_per", ("title", "day"), "") or None),
            convert=convert,
            factor=factor,
            caps_per=tuple(
                (unit, section.turn_milli(f"caps_per.{unit}", most)) for unit, most in read_caps(section).items()
            ),
        )
        section.finish(COUNT_KEYS)
        if how in ("periods", "missing_periods", "elapsed") and count.per is None:
            section.report(f'用了 measure = "{how}"，没有写 per（按什么期间，如 "quarter"）。请补上。')
        return count

    def _read_source(self, section: Section) -> str | None:
        known = PERSON_SOURCES if self.subject == "person" else UNIT_SOURCES
        source = section.take_text("source", required='数据来源，如 "attendance"')
        online = find_online_word(source)
        if online:
            _report_online(section, online)
        elif source and source not in SOURCES:
            section.report(f"的 source 不能是“{source}”，{suggest(source, known)}")
        elif source and source not in known:
            whom = "个人" if self.subject == "person" else "单位"
            section.report(f"的 source 是 {source}，{whom}考核没有这种数据。可以用：{'、'.join(known)}。")
        else:
            return source or None
        return None

    def _limit_units(
        self, section: Section, source: str, how: str, convert: dict[str, Fraction], where: list[Condition]
    ) -> list[Condition]:
        """Hours come in several units: only those the scheme converts are added up."""
        if source != "hours" or how != "amount" or any(test.column == "measure" for test in where):
            return []
        # 学时 count as they are even when only 天 is named; a scheme in 学分 names its unit and means it alone.
        own = () if "学时" in convert or "学分" in convert else ("学时",)
        words = (*own, *convert)
        check_words(section, "convert", words, CLOSED_WORDS["hours", "measure"])
        if not convert:
            self.warnings.append(
                f"{section.where}没有写 convert，只计单位是“学时”的记录；按天、半天登记的不计。"
                "要一并计入的，写 convert = { 学时 = 1, 天 = 8, 半天 = 4 }。"
            )
        return [Condition("measure", "in", words)]

    # Items

    def read_item(self, section: Section) -> Item | None:
        """Build one item; None when its kind is unknown, because nothing more can be said then."""
        code = section.take_text("code", required='本项的代号，如 "A1"')
        clause = section.take_text("clause", required='依据第几条，如 "第五条"')
        title = section.take_text("title", required='本项的名称，如 "到会"')
        section.where = name_item(clause, code, title)
        _refuse_online(section, (title,))
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
            "who": self.read_who(section.take_section("who")),
            "no_data": section.take_choice("no_data", ("wait", "zero", "full", "scale"), "wait"),
            "soft": section.take_flag("soft") or False,
            "policy": section.take_text("policy"),
        }
        if kind in KINDS_WITH_FULL and fields["full"] is None and not section.has("full"):
            section.report("没有写 full（满分）。请写上，如 full = 30。")
        _READERS[kind](self, section, fields)
        section.finish((*COMMON_KEYS, *KIND_KEYS[kind]), ALL_ITEM_KEYS)
        return Item(**fields)

    def require_count(self, section: Section, *, measure: str = "rows") -> Count | None:
        if not section.has("count"):
            section.report('没有写 count（数什么）。请写上，如 count = { source = "attendance", mark = ["到"] }。')
        return self.read_count(section.take_section("count"), measure=measure)

    def _read_ratio(self, section: Section, fields: dict[str, Any]) -> None:
        fields["count"] = self.require_count(section)
        out_of = section.table.get("out_of")
        if out_of is None:
            section.take("out_of")
            section.report("没有写 out_of（除以什么）。请写上，如应到的次数，或一个数字。")
        elif isinstance(out_of, dict):
            fields["out_of"] = self.read_count(section.take_section("out_of"))
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

    def _read_deduction(self, section: Section, fields: dict[str, Any]) -> None:
        fields["steps"] = self._read_steps(section, "causes", "扣")
        fields["zero_from_milli"] = section.take_milli("zero_from")
        default = "component" if fields["full"] is None else "item"
        fields["zeroes"] = section.take_choice("zeroes", ("item", "component"), default)
        if fields["full"] is not None and fields["floor"] is None:
            fields["floor"] = Fraction(0)
        if fields["zero_from_milli"] is not None and fields["zero_from_milli"] <= 0:
            section.report("的 zero_from 应当大于0。")

    def _read_award(self, section: Section, fields: dict[str, Any]) -> None:
        fields["steps"] = self._read_steps(section, "awards", "加")
        caps = tuple(read_caps(section).items())
        if caps and len(fields["steps"]) == 1:
            step = fields["steps"][0]
            fields["steps"] = (Step(step.count, step.each, step.caps_per or caps, step.cap, step.text),)
        elif caps:
            section.report("有几种加分，caps_per 要写在每一种里。请移到 awards 的花括号中。")
        if fields["cap"] is None:
            fields["cap"] = fields["full"]

    def _read_steps(self, section: Section, name: str, verb: str) -> tuple[Step, ...]:
        parts = section.take_sections(name)
        if parts and (section.has("count") or section.has("each")):
            section.report(f"同时写了 {name} 和 count/each。请只留一种。")
        if not parts:
            count = self.require_count(section)
            each = self._read_each(section, verb)
            return (Step(count, each),) if count is not None else ()
        steps = []
        for part in parts:
            count = self.require_count(part)
            each = self._read_each(part, verb)
            caps = tuple(read_caps(part).items())
            step = (each, caps, part.take_number("cap"), part.take_text("text"))
            part.finish(("count", "each", "caps_per", "cap", "text"))
            if count is not None:
                steps.append(Step(count, *step))
        return tuple(steps)

    def _read_each(self, section: Section, verb: str) -> Fraction:
        each = section.take_number("each")
        if each is None and not section.has("each"):
            section.report(f"没有写 each（每次{verb}几分）。请写上，如 each = 3。")
        elif each is not None and (each < 0 or (each == 0 and verb == "加")):
            section.report(f"的 each 应当写正数：每次{verb}几分就写几。")
        return each or Fraction(0)

    def _read_lookup(self, section: Section, fields: dict[str, Any]) -> None:
        fields["count"] = self.require_count(section)
        fields["each_row"] = section.take_flag("each_row") or False
        fields["ranges"] = read_ranges(section, self.warnings)

    def _read_quota(self, section: Section, fields: dict[str, Any]) -> None:
        ways = section.take_sections("any_of")
        if ways and (section.has("count") or section.has("target") or section.has("target_by")):
            section.report("同时写了 any_of 和 count/target。请只留一种。")
        targets = [self._read_target(way) for way in ways] if ways else [self._read_target(section)]
        for way in ways:
            way.finish(("count", "target", "target_by"))
        fields["targets"] = tuple(target for target in targets if target is not None)
        fields["short"] = section.take_choice("short", ("proportional", "zero", "each"), "proportional")
        for key in ("short_each", "over_each", "over_cap"):
            fields[key] = section.take_number(key)
        if (fields["short"] == "each") != (fields["short_each"] is not None):
            section.report('的 short = "each" 和 short_each（每少一个扣几分）要一起写。')

    def _read_target(self, section: Section) -> Target | None:
        count = self.require_count(section)
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

    def _read_score(self, section: Section, fields: dict[str, Any]) -> None:
        attempts = section.take_choice("attempts", ("all", "best", "first", "last", "mean"), "all")
        count = self.require_count(section, measure="mean")
        if count is not None:
            if count.source != "scores":
                section.report(f'的 kind = "score" 只能数 scores（测试成绩），写成了 {count.source}。')
            if attempts != "all":
                count = Count(**{**vars(count), "attempts": attempts})
        fields["count"] = count

    def _read_votes(self, section: Section, fields: dict[str, Any]) -> None:
        fields["count"] = self.require_count(section, measure="amount")
        fields["values"] = section.take_numbers("values")
        fields["groups"] = section.take_numbers("groups")
        fields["several_groups"] = section.take_flag("several_groups") or False
        fields["trim"] = section.take_whole("trim", least=0) or 0
        if not fields["values"]:
            section.report("没有写 values（每种票折几分）。请写上，如 values = { 优秀 = 100, 合格 = 85 }。")
        total = sum(fields["groups"].values())
        if fields["groups"] and total != 1:
            section.report(f"各类测评人的权重合计 {_write_percent(total)}，应当是 100%。请改 groups。")

    def _read_marks(self, section: Section, fields: dict[str, Any]) -> None:
        fields["count"] = self.require_count(section, measure="points")
        for key in ("least", "most"):
            fields[key] = section.take_number(key)
            if fields[key] is None and not section.has(key):
                section.report("没有写 least 和 most（一次评分最低几分、最高几分）。请两个都写上。")
                break
        if fields["least"] is not None and fields["most"] is not None and fields["least"] > fields["most"]:
            section.report("的 least 大于 most。请对调。")

    def _read_carry(self, section: Section, fields: dict[str, Any]) -> None:
        fields["count"] = self.read_count(section.take_section("count"), measure="amount") or Count(
            "prior", measure="amount"
        )
        fields["carry_share"] = section.take_share("share")
        if fields["carry_share"] is None and not section.has("share"):
            section.report("没有写 share（上年得分的几成）。请写上，如 share = 0.2。")

    def _read_rank(self, section: Section, fields: dict[str, Any]) -> None:
        fields["count"] = self.require_count(section)
        fields["rank_within"] = section.take_choice("rank_within", SUBJECT_COLUMNS, "") or None
        pairs = []
        for part in section.take_sections("bands"):
            pairs.append((part.take_share("top") or Fraction(0), part.take_number("points") or Fraction(0)))
            part.finish(("top", "points"))
        fields["rank_points"] = tuple(pairs)
        if not pairs or pairs != sorted(pairs) or len({top for top, _ in pairs}) < len(pairs):
            section.report("的 bands 要从前到后写，如 [{ top = 0.05, points = 8 }, { top = 0.1, points = 6 }]。")

    def _read_fixed(self, section: Section, fields: dict[str, Any]) -> None:
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
    "ratio": Building._read_ratio,
    "deduct_each": Building._read_deduction,
    "award_each": Building._read_award,
    "lookup": Building._read_lookup,
    "quota": Building._read_quota,
    "score": Building._read_score,
    "votes": Building._read_votes,
    "marks": Building._read_marks,
    "carry": Building._read_carry,
    "rank": Building._read_rank,
    "fixed": Building._read_fixed,
}


def name_item(clause: str, code: str, title: str) -> str:
    """Name an item in messages: 第五条（A1 到会）."""
    inner = " ".join(part for part in (code, title) if part)
    return f"{clause or '没有写条款的一项'}（{inner}）" if inner else clause


def check_words(section: Section, key: str, words: tuple[str, ...], known: tuple[str, ...] | None) -> None:
    for word in words:
        if known is not None and word not in known:
            section.report(f"的 {key} 里“{word}”不认识，{suggest(word, known)}")


def read_caps(section: Section) -> dict[str, Fraction]:
    caps = section.take_numbers("caps_per")
    check_words(section, "caps_per", tuple(caps), PERIODS)
    return {unit: most for unit, most in caps.items() if unit in PERIODS}


def _with_other(column: str | None) -> tuple[str, ...] | None:
    known = COLUMN_VALUES.get(column or "")
    return None if known is None else (*known, "other")


def _read_word_tests(section: Section, source: str) -> list[Condition]:
    tests: list[Condition] = []
    names = {name: name for name in WORD_COLUMNS if name != "measure"} | {"unit": "measure"}
    if isinstance(section.table.get("measure"), list):
        names["measure"] = "measure"
    if source in ("members", "subunits", "prior"):
        names |= MEMBER_COLUMNS
    for key, column in {**names, "measure_not": ""}.items():
        tests += _read_pair(section, source, key, column) if column else _read_not(section, source, key, "measure")
    return tests


def _read_pair(section: Section, source: str, key: str, column: str) -> list[Condition]:
    tests = []
    words = section.take_words(key)
    if words:
        check_words(section, key, words, CLOSED_WORDS.get((source, column)))
        _refuse_online(section, words)
        tests.append(Condition(column, "in", words))
    return tests + ([] if key == "measure" else _read_not(section, source, f"{key}_not", column))


def _read_not(section: Section, source: str, key: str, column: str) -> list[Condition]:
    words = section.take_words(key)
    check_words(section, key, words, CLOSED_WORDS.get((source, column)))
    return [Condition(column, "not_in", words)] if words else []


def _read_bounds(section: Section, source: str) -> list[Condition]:
    tests: list[Condition] = []
    for key, (column, op, sources) in BOUND_KEYS.items():
        if not section.has(key):
            continue
        if source not in sources:
            section.take(key)
            section.report(f"的 source 是 {source}，用不到 {key}。它用于：{'、'.join(sources)}。")
        elif key == "late_over_minutes":
            minutes = section.take_whole(key, least=0)
            tests += [] if minutes is None else [Condition(column, op, minutes)]  # type: ignore[arg-type]
        else:
            share = key in ("done_at_least", "share_at_least")
            value = section.take_share(key) if share else section.take_number(key)
            tests += [] if value is None else [Condition(column, op, section.turn_milli(key, value))]  # type: ignore[arg-type]
    months = section.take("months")
    if months is not None:
        if not isinstance(months, list) or not all(type(month) is int and 1 <= month <= 12 for month in months):
            section.report("的 months 要写方括号里的月份，如 [1, 2, 3]。")
        else:
            tests.append(Condition("month", "in", tuple(months)))
    return tests


def _read_flags(section: Section, source: str) -> list[Condition]:
    tests: list[Condition] = []
    for key, (column, sources) in FLAG_KEYS.items():
        if section.has(key) and source not in sources:
            section.take(key)
            section.report(f"的 source 是 {source}，用不到 {key}。它用于：{'、'.join(sources)}。")
        else:
            flag = section.take_flag(key)
            tests += [] if flag is None else [Condition(column, "is", flag)]
    return tests


def _read_measure(section: Section, default: str) -> str:
    if isinstance(section.table.get("measure"), list):
        return default
    online = find_online_word(str(section.table.get("measure") or ""))
    if online:
        section.take("measure")
        _report_online(section, online)
        return default
    how = section.take_choice("measure", MEASURES, default)
    return "amount" if how == "hours" else how


def _refuse_online(section: Section, words: tuple[str, ...]) -> None:
    for word in words:
        online = find_online_word(word)
        if online:
            _report_online(section, word)


def _report_online(section: Section, word: str) -> None:
    section.report(f'用到“{word}”，不能作为考评依据。可改用“认定学时”（source = "hours"）。')


def _write_percent(share: Fraction | int) -> str:
    return f"{float(share * 100):g}%"
