"""From an institution file (TOML) to a checked ``Institution``: every problem at once, each with what to do."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from shanxue.base.errors import Refusal
from shanxue.base.toml_fields import Section, suggest
from shanxue.base.toml_syntax import explain_syntax, quote_chinese_keys

from .demands import OBLIGATION_KEYS, read_demand
from .obligations import KIND_NAMES, Clause, Demand, Institution, Obligation, Who, list_events
from .vocabulary import UNIT_SOURCES, WHO_WORDS

TOP_KEYS = ("institution", "clause", "obligation")
HEAD_KEYS = ("code", "title", "source", "certainty", "from", "until")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", re.ASCII)
MOST_CHARACTERS = 200_000
MOST_GRACE = 366


@dataclass(frozen=True)
class LoadedInstitution:
    """An institution that holds, and what a careful reader should know about it."""

    institution: Institution
    warnings: tuple[str, ...]
    sha256: str


class InstitutionRefused(Refusal):
    """An institution file that does not hold. ``problems``: one Chinese sentence each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("institution_refused", "\n".join(problems))
        self.problems = problems


@lru_cache(maxsize=512)  # a version's text never changes, and every page of duties reads all of them
def load_institution(text: str, file_name: str) -> LoadedInstitution:
    """Read, check and build an institution from its text. Raises ``InstitutionRefused`` with every problem found."""
    clean = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if len(clean) > MOST_CHARACTERS:
        raise InstitutionRefused((f"{file_name}：文件超过{MOST_CHARACTERS // 10000}万字，不像一项制度。请核对文件。",))
    try:
        tables = tomllib.loads(quote_chinese_keys(clean), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InstitutionRefused(tuple(f"{file_name}：{line}" for line in explain_syntax(clean, error))) from error
    problems: list[str] = []
    warnings: list[str] = []
    institution = _build(Section(tables, "", problems), warnings)
    if problems:
        raise InstitutionRefused(tuple(dict.fromkeys(f"{file_name}：{problem}" for problem in problems)))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return LoadedInstitution(institution, tuple(f"{file_name}：{warning}" for warning in warnings), digest)


def _build(top: Section, warnings: list[str]) -> Institution:
    head = top.take_section("institution")
    if head is None:
        top.report("没有 [institution] 一段。请在开头写 [institution]，再写 code、title、source。")
        head = Section({}, "[institution]", [])
    head.where = "[institution]"
    code = head.take_text("code", required='制度的代号，如 "dangke"')
    if code and not CODE.fullmatch(code):
        head.report(f"的 code 写成了“{code}”。代号只用英文字母、数字、- 和 _，不超过32个字符。")
    title = head.take_text("title", required='制度的名称，如 "党课教育制度"')
    source = head.take_text("source", required="出处：哪份文件、哪一年")
    certainty = head.take_text("certainty")
    from_on = head.take_date("from") if head.has("from") else None
    until_on = head.take_date("until") if head.has("until") else None
    if from_on and until_on and until_on <= from_on:
        head.report("的 until 不晚于 from。until 是停止执行的第一天。请核对。")
    head.finish(HEAD_KEYS)
    clauses = _read_clauses(top)
    obligations = _read_obligations(top, clauses, warnings)
    top.finish(TOP_KEYS)
    return Institution(code, title, source, clauses, obligations, certainty, from_on, until_on)


def _read_clauses(top: Section) -> tuple[Clause, ...]:
    found: list[Clause] = []
    for part in top.take_sections("clause"):
        number = part.take_text("number", required='条款号，如 "第十一条"')
        part.where = f"{number}" if number else part.where
        text = part.take_text("text", required="条款写了什么")
        if number and number in [clause.number for clause in found]:
            part.report("写了两次。请合并成一条。")
        part.finish(("number", "text"))
        found.append(Clause(number, text))
    if not found and not top.has("clause"):
        top.report("没有一条 [[clause]]。请按条款号写上制度的原文。")
    return tuple(found)


def _read_obligations(top: Section, clauses: tuple[Clause, ...], warnings: list[str]) -> tuple[Obligation, ...]:
    found: list[Obligation] = []
    numbers = [clause.number for clause in clauses]
    for part in top.take_sections("obligation"):
        obligation = _read_obligation(part, numbers)
        if obligation is None:
            continue
        if obligation.code in [one.code for one in found]:
            part.report(f"的 code “{obligation.code}”已经用过。请换一个。")
        found.append(obligation)
        if any(quota.measure == "字" for quota in getattr(obligation.demand, "quotas", ())) and not obligation.soft:
            warnings.append(
                f"{part.where}按字数要求。2024年《整治形式主义为基层减负若干规定》以后，"
                "建议写 soft = true 只作提示，或者改按篇数。"
            )
    if not found:
        warnings.append("没有写 [[obligation]]：这项制度只存文本，不产生任务。")
    return tuple(found)


def _read_obligation(part: Section, numbers: list[str]) -> Obligation | None:
    clause = part.take_text("clause", required="依据哪一条，如 “第十一条”")
    code = part.take_text("code", required='任务的代号，如 "DYDH"')
    title = part.take_text("title", required='任务的名称，如 "支部党员大会"')
    part.where = f"{clause or part.where.strip()}（{code} {title}）" if code or title else part.where
    if code and not CODE.fullmatch(code):
        part.report(f"的 code 写成了“{code}”。代号只用英文字母、数字、- 和 _，不超过32个字符。")
    if clause and clause not in numbers:
        part.report(f"的 clause “{clause}”在条款里没有，{suggest(clause, numbers)}")
    kind = part.take_text("kind", required=f"要求的种类，{suggest('', KIND_NAMES).removesuffix('。')}")
    if kind and kind not in KIND_NAMES:
        part.report(f"的 kind 不能是“{kind}”，{suggest(kind, KIND_NAMES)}")
        return None
    who = _read_who(part)
    soft = part.take_flag("soft") or False
    grace = part.take_whole("grace_days", least=0) or 0
    near = part.take_whole("near_days", least=0)
    if grace > MOST_GRACE:
        part.report(f"的 grace_days 是{grace}天，超过一年。宽限不长于{MOST_GRACE}天，请改小。")
    note = part.take_text("note")
    demand = read_demand(part, kind, who) if kind else None
    part.finish(OBLIGATION_KEYS)
    _check_sources(part, who, demand)
    if demand is None:
        return None
    return Obligation(code, title, clause, kind, who, demand, soft, grace, near, note)


def _check_sources(part: Section, who: Who, demand: Demand | None) -> None:
    """Units hold meetings and finish plan items; everything else is recorded of people only."""
    for event in list_events(demand):
        if who.of_units and event.source not in UNIT_SOURCES:
            part.report(f"要求的是单位，但 source = {event.source} 的记录是个人的。请改 who，或改用 session、plan。")
        if not who.of_units and event.by_roles:
            part.report("要求的是人员，用不到 by（由谁讲授）。请删去，或把 who 改成单位。")


def _read_who(part: Section) -> Who:
    section = part.take_section("who")
    if section is None:
        part.report('没有写 who（要求谁）。请写上，如 who = { unit = ["党支部"] } 或 who = { status = ["正式党员"] }。')
        return Who(of_units=True)
    words = {key: _take_known(section, key) for key in WHO_WORDS}
    least = section.take_whole("least_members", least=1)
    personal = any(words[key] for key in ("status", "rank_class", "role", "staff_state"))
    section.finish((*WHO_WORDS, "least_members"))
    if not personal and not words["unit"]:
        section.report("里没有写要求谁。请写 unit（单位类型），或 status、rank_class、role、staff_state（人员）。")
    if personal and least is not None:
        section.report("里 least_members（党员人数）只用于单位。请删去。")
    return Who(
        of_units=not personal,
        unit_kinds=words["unit"],
        least_members=least,
        statuses=words["status"],
        rank_classes=words["rank_class"],
        roles=words["role"],
        staff_states=words["staff_state"],
    )


def _take_known(section: Section, key: str) -> tuple[str, ...]:
    words = section.take_words(key)
    for word in words:
        if word not in WHO_WORDS[key]:
            section.report(f"的 {key} 里“{word}”不认识，{suggest(word, WHO_WORDS[key])}")
    return words
