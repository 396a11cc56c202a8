"""From a scheme file to a checked ``Scheme``: every problem at once, each with its clause and what to do."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shanxue.activities.rules import Mark
from shanxue.assessment.rules.building import Building
from shanxue.assessment.rules.cautions import list_cautions
from shanxue.assessment.rules.checking import check_scheme, complete_quotas
from shanxue.assessment.rules.counting import write_number
from shanxue.assessment.rules.items import read_item
from shanxue.assessment.rules.outcomes import read_band, read_exempt, read_gate, read_quota
from shanxue.assessment.rules.process import read_process
from shanxue.assessment.rules.scheme import Band, Component, Count, Item, Policy, Scheme
from shanxue.assessment.rules.vocabulary import KINDS, SUBJECTS
from shanxue.assessment.rules.wording import LOWEST
from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.base.toml_fields import Section
from shanxue.base.toml_syntax import explain_syntax, quote_chinese_keys

__all__ = ["KINDS", "Loaded", "SchemeRefused", "load_scheme"]

TOP_KEYS = ("scheme", "process", "component", "item", "band", "gate", "quota", "exempt")
SCHEME_KEYS = (
    "code", "title", "name", "subject", "window", "precision", "base", "floor", "ceiling", "full", "source", "members",
    "who", "joiners", "transfers", "make_up", "clauses", "omitted",
)  # fmt: skip
JOINER_RULES = ("full", "next_year", "pro_rata", "no_grade")
SCALES = {Fraction(1): 1, Fraction(1, 10): 10, Fraction(1, 100): 100, Fraction(1, 1000): 1000}
MOST_BYTES = 500_000


@dataclass(frozen=True)
class Loaded:
    """A scheme that holds, and what a careful reader should know about it."""

    scheme: Scheme
    warnings: tuple[str, ...]


class SchemeRefused(Refusal):
    """A scheme file that does not hold. ``problems``: one Chinese sentence each, with file, clause and what to do."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("scheme_refused", "\n".join(problems))
        self.problems = problems


def load_scheme(text: str, file_name: str) -> Loaded:
    """Read, check and build a scheme from its TOML text. Raises ``SchemeRefused`` with every problem found."""
    clean = text.removeprefix("\ufeff")
    if len(clean) > MOST_BYTES:
        raise SchemeRefused((f"{file_name}：文件超过{MOST_BYTES // 1000}千字，不像考核细则。请核对文件。",))
    try:
        tables = tomllib.loads(quote_chinese_keys(clean.replace("\r\n", "\n")), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise SchemeRefused(tuple(f"{file_name}：{line}" for line in explain_syntax(clean, error))) from error
    problems: list[str] = []
    warnings: list[str] = []
    scheme = _build(tables, clean, problems, warnings)
    if scheme is None or problems:
        raise SchemeRefused(_tidy(problems, file_name))
    warnings += list_cautions(scheme)
    return Loaded(scheme, _tidy(warnings, file_name))


def _tidy(sentences: list[str], file_name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{file_name}：{sentence}" for sentence in sentences))


def _build(tables: dict[str, Any], text: str, problems: list[str], warnings: list[str]) -> Scheme | None:
    top = Section(tables, "", problems)
    head = top.take_section("scheme")
    if head is None:
        problems.append("没有 [scheme] 一段。请在开头写 [scheme]，再写 code、title、subject、window、precision。")
        head = Section({}, "[scheme]", [])
    head.where = "[scheme]"
    subject = head.take_text("subject", required="考核谁：person（个人）、branch（支部）或 department（部门）")
    if subject and subject not in SUBJECTS:
        head.report(f"的 subject 不能是“{subject}”，可以是 person（个人）、branch（支部）、department（部门）。")
    building = Building(subject if subject in SUBJECTS else "person", warnings)
    fields = _read_head(head, building)
    components = tuple(_read_component(part) for part in top.take_sections("component"))
    items = tuple(item for part in top.take_sections("item") if (item := read_item(building, part)) is not None)
    if not items and not top.has("item"):
        problems.append("没有一项 [[item]]。请至少写一项计分内容。")
    bands, ends = _read_bands(building, top)
    quotas = [read_quota(building, part, at) for at, part in enumerate(top.take_sections("quota"), 1)]
    gates = tuple(read_gate(building, part, at) for at, part in enumerate(top.take_sections("gate"), 1))
    exempts = tuple(read_exempt(part, at) for at, part in enumerate(top.take_sections("exempt"), 1))
    process = read_process(top.take_section("process"))
    top.finish(TOP_KEYS)
    if fields is None:
        return None
    make_up = fields.pop("make_up")
    scheme = Scheme(
        **fields,
        subject=subject if subject in SUBJECTS else "person",  # type: ignore[arg-type]
        items=_say_make_up(items, make_up),
        make_up=_find_make_up(items, make_up),
        components=_complete_components(components, items, warnings),
        bands=bands,
        gates=gates,
        quotas=tuple(quota for quota, enabled in quotas if enabled),
        optional_quotas=tuple(quota for quota, enabled in quotas if not enabled),
        exempts=exempts,
        process=process,
        text=text,
    )
    scheme = complete_quotas(_complete_bands(scheme, warnings))
    found = check_scheme(scheme, ends, components)
    problems += found.problems
    warnings += found.warnings
    return scheme


def _read_head(head: Section, building: Building) -> dict[str, Any] | None:
    window = _read_window(head)
    precision = head.take_number("precision", Fraction(1, 100))
    if precision not in SCALES:
        head.report("的 precision 只能是 1、0.1、0.01、0.001 中的一个。")
    clauses = head.take_table("clauses")
    for number, sentence in clauses.items():
        if not isinstance(sentence, str):
            head.report(f"的条款“{number}”应当是加引号的一句话。")
    fields: dict[str, Any] = {
        "code": head.take_text("code", required='细则的代号，如 "jiguan-2025"'),
        "title": head.take_text("title", required='细则的名称，如 "机关学习考核办法"'),
        "name": head.take_text("name"),
        "window": window,
        "scale": SCALES.get(precision or Fraction(1), 100),
        "source": head.take_text("source"),
        "clauses": {number: str(sentence) for number, sentence in clauses.items()},
        "who": building.read_who(head.take_section("who")),
        "base": head.take_number("base", Fraction(0)) or Fraction(0),
        "floor": head.take_number("floor"),
        "ceiling": head.take_number("ceiling"),
        "full": head.take_number("full"),
        "joiners": _read_policy(head, "joiners", JOINER_RULES, "full"),
        "transfers": _read_policy(head, "transfers", ("end_unit",), "end_unit"),
        "make_up": _read_policy(head, "make_up", ("as_marked",), "as_marked"),
        "members_scheme": head.take_text("members") or None,
        "omitted": head.take_words("omitted"),
    }
    head.finish(SCHEME_KEYS)
    if fields["floor"] is not None and fields["ceiling"] is not None and fields["floor"] > fields["ceiling"]:
        head.report("的 floor（最低分）大于 ceiling（最高分）。请对调。")
    return None if window is None else fields


def _read_window(head: Section) -> Period | None:
    part = head.take_section("window")
    if part is None:
        head.report("没有写 window（考核期间）。请写上，如 window = { from = 2025-01-01, until = 2026-01-01 }。")
        return None
    start, end = part.take_date("from"), part.take_date("until")
    part.finish(("from", "until"))
    if start is None or end is None:
        return None
    if end <= start:
        part.report("的 until 不晚于 from。until 是期间之后的第一天，如全年写 2026-01-01。")
        return None
    if end.toordinal() - start.toordinal() > 3700 or start < date(1950, 1, 1):
        part.report("超过十年。请核对年份。")
        return None
    return Period(start, end)


def _read_policy(head: Section, key: str, rules: tuple[str, ...], default: str) -> Policy:
    part = head.take_section(key)
    if part is None:
        return Policy(default)
    policy = Policy(part.take_choice("rule", rules, default), part.take_text("clause"))
    part.finish(("rule", "clause"))
    return policy


def _read_component(section: Section) -> Component:
    name = section.take_text("name", required='这一部分的名称，如 "考勤"')
    section.where = f"部分“{name}”"
    weight = section.take_number("weight", Fraction(1))
    if weight is not None and weight < 0:
        section.report("的 weight 是负数。扣分请用 deduct_each，不用负的权重。")
    component = Component(
        name=name,
        full=section.take_number("full"),
        base=section.take_number("base", Fraction(0)) or Fraction(0),
        weight=Fraction(1) if weight is None else weight,
        floor=section.take_number("floor"),
        cap=section.take_number("cap"),
        clause=section.take_text("clause"),
    )
    section.finish(("name", "full", "base", "weight", "floor", "cap", "clause"))
    if component.floor is not None and component.cap is not None and component.floor > component.cap:
        section.report("的 floor（最低分）大于 cap（最高分）。请对调。")
    return component


def _complete_components(
    written: tuple[Component, ...], items: tuple[Item, ...], warnings: list[str]
) -> tuple[Component, ...]:
    """Add the components that exist only because an item names them."""
    names = [component.name for component in written]
    extra = [name for name in dict.fromkeys(item.component for item in items) if name not in names]
    for name in extra:
        near = next((known for known in names if _differ_by_one(name, known)), None)
        if near:
            warnings.append(f"部分“{name}”没有在 [[component]] 里写，当作单独一部分；是不是“{near}”？")
    return (*written, *(Component(name) for name in extra))


def _differ_by_one(one: str, other: str) -> bool:
    if len(one) != len(other) or len(one) < 2:
        return False
    return sum(1 for left, right in zip(one, other, strict=True) if left != right) == 1


def _read_bands(building: Building, top: Section) -> tuple[tuple[Band, ...], dict[int, Fraction]]:
    pairs = [read_band(building, part) for part in top.take_sections("band")]
    ends = {at: to for at, (_, to) in enumerate(pairs) if to is not None}
    return tuple(band for band, _ in pairs), ends


def _complete_bands(scheme: Scheme, warnings: list[str]) -> Scheme:
    """A scheme that names one grade only (优秀) splits people in two: the rest have not reached it."""
    if len(scheme.bands) != 1 or scheme.bands[0].from_points == LOWEST or not scheme.bands[0].label:
        return scheme
    band = scheme.bands[0]
    rest = f"未达{band.label}"
    warnings.append(
        f"等次只写了“{band.label}”，不足{write_number(band.from_points)}分的没有等次，暂列为“{rest}”。"
        "请补写其余等次，最低的一个不写 from。"
    )
    return replace(scheme, bands=(band, Band(rest, LOWEST, band.who)))


def _find_make_up(items: tuple[Item, ...], make_up: Policy) -> Policy:
    """An item that scores 已补学 by itself is the scheme's rule on make-up."""
    own = next((item for item in items if any(_read_marks(step.count) == {"已补学"} for step in item.steps)), None)
    return make_up if make_up.clause or own is None else replace(make_up, clause=own.clause)


def _read_marks(count: Count) -> set[str]:
    """List the marks of attendance a count lets in; none for other sources."""
    if count.source != "attendance":
        return set()
    marks = {str(mark) for mark in Mark}
    for test in count.where:
        if test.column == "mark":
            marks = marks & set(test.value) if test.op == "in" else marks - set(test.value)
    return marks


def _say_make_up(items: tuple[Item, ...], make_up: Policy) -> tuple[Item, ...]:
    """K54: where no clause speaks of make-up, the items that count who came say what they do with it."""
    silent = not _find_make_up(items, make_up).clause
    return tuple(_say_item_make_up(item) for item in items) if silent else items


def _say_item_make_up(item: Item) -> Item:
    counts = [item.count, *(step.count for step in item.steps), *(target.count for target in item.targets)]
    marks = {mark for count in counts if count is not None for mark in _read_marks(count)}
    if item.policy or "到" not in marks:
        return item
    how = "按已补学计入到会" if "已补学" in marks else "按已补学不计入到会"
    return replace(item, policy=f"细则未规定，{how}")
