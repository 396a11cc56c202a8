"""Whom a scheme speaks of and what it counts, built from their tables and checked word by word."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

from shanxue.assessment.rules.scheme import Condition, Count, Who
from shanxue.assessment.rules.vocabulary import (
    BOUND_KEYS,
    CAMPAIGN_SOURCES,
    CLOSED_WORDS,
    COLUMN_VALUES,
    COUNT_KEYS,
    FLAG_KEYS,
    HOURS_SOURCES,
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
)
from shanxue.base.toml_fields import Section, suggest


class Building:
    """What every part needs to know while a file is read: whose scheme it is, and where warnings go."""

    def __init__(self, subject: str, warnings: list[str]) -> None:
        self.subject = subject
        self.warnings = warnings

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
        refuse_online(section, (*convert, *factor))
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
        check_use(section, count)
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
        if source not in HOURS_SOURCES or how != "amount" or any(test.column == "measure" for test in where):
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


def check_use(section: Section, count: Count) -> None:
    """Refuse combinations that would silently count something else than written."""
    periodic = count.measure in ("periods", "missing_periods", "elapsed")
    if periodic and count.per is None:
        section.report(f'用了 measure = "{count.measure}"，没有写 per（按什么期间，如 "quarter"）。请补上。')
    if count.per is not None and not periodic:
        section.report(
            '的 per 只和 measure = "periods"、"missing_periods" 或 "elapsed" 一起用。请删去，或移到 count 外面。'
        )
    if count.measure == "elapsed" and count.source not in ("plan", "events"):
        section.report(f'的 source 是 {count.source}，没有到期日，不能用 measure = "elapsed"。')
    if periodic and count.source in ("prior", "members", "subunits"):
        section.report(f"的 source 是 {count.source}，没有日期，不能按期间数。")
    if count.attempts != "all" and count.source != "scores":
        section.report(f"的 attempts 只用于 scores（测试成绩），不用于 {count.source}。请删去。")
    if (count.convert or count.factor) and count.measure != "amount":
        section.report('写了 convert 或 factor（折算），要同时写 measure = "amount" 或 "hours"。请补上。')


def _read_word_tests(section: Section, source: str) -> list[Condition]:
    tests: list[Condition] = []
    names = {name: name for name in WORD_COLUMNS if name != "measure"} | {"unit": "measure"}
    if isinstance(section.table.get("measure"), list):
        names["measure"] = "measure"
    if source in ("members", "subunits", "prior"):
        names |= MEMBER_COLUMNS
    if source in CAMPAIGN_SOURCES:
        names["campaign"] = "level"
    for key, column in {**names, "measure_not": ""}.items():
        tests += _read_pair(section, source, key, column) if column else _read_not(section, source, key, "measure")
    return tests


def _read_pair(section: Section, source: str, key: str, column: str) -> list[Condition]:
    tests = []
    words = section.take_words(key)
    if words:
        check_words(section, key, words, CLOSED_WORDS.get((source, column)))
        refuse_online(section, words)
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


def refuse_online(section: Section, words: tuple[str, ...]) -> None:
    for word in words:
        online = find_online_word(word)
        if online:
            _report_online(section, word)


def _report_online(section: Section, word: str) -> None:
    section.report(f'用到“{word}”，不能作为考评依据。可改用“认定学时”（source = "hours"）。')
