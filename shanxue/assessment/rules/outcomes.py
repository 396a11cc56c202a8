"""What follows from the points, built from the tables: bands, gates, quotas, exemptions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

from shanxue.assessment.rules.building import Building
from shanxue.assessment.rules.scheme import Band, Effect, Exempt, Gate, LadderStep, Quota, When
from shanxue.assessment.rules.vocabulary import SUBJECT_COLUMNS
from shanxue.assessment.rules.wording import LOWEST
from shanxue.base.toml_fields import Section

WHEN_KEYS = (
    "grade_below", "grade_in", "total_below", "total_from", "item_below", "share_below", "count", "count_from",
    "out_of", "share_over", "prior", "all", "any",
)  # fmt: skip
EFFECT_KEYS = ("target", "at_most", "not_in", "grade", "total", "list", "notice", "step")


def read_band(building: Building, section: Section) -> tuple[Band, Fraction | None]:
    """Build one band and hand back its written upper end (``to``, 80—89), which only the check uses."""
    label = section.take_text("label", required='等次的名称，如 "优秀"')
    section.where = f"等次“{label}”"
    start, to = section.take_number("from"), section.take_number("to")
    needs = tuple(section.take_numbers("needs").items())
    who = building.read_who(section.take_section("who"))
    section.finish(("label", "from", "to", "who", "needs"))
    return Band(label, LOWEST if start is None else start, who, needs), to


def read_gate(building: Building, section: Section, number: int) -> Gate:
    clause = section.take_text("clause", required='依据第几条，如 "第九条"')
    code = section.take_text("code", f"G{number}")
    section.where = f"{clause or '没有写条款的一条限制'}（{code}）"
    when_table, effect_table = section.take_section("when"), section.take_section("effect")
    if when_table is None or effect_table is None:
        section.report("要写 when（什么情形）和 effect（怎么办）。请两个都写上。")
    gate = Gate(
        code=code,
        clause=clause,
        when=read_when(building, when_table) if when_table else When(),
        effect=_read_effect(effect_table) if effect_table else Effect(),
        who=building.read_who(section.take_section("who")),
        text=section.take_text("text"),
    )
    section.finish(("code", "clause", "when", "effect", "who", "text"))
    return gate


def read_when(building: Building, section: Section) -> When:
    """Build a condition. Several conditions at once must say whether all or any of them is meant."""
    fields: dict[str, Any] = {
        "grade_below": section.take_text("grade_below") or None,
        "grade_in": section.take_words("grade_in"),
        "total_below": section.take_number("total_below"),
        "total_from": section.take_number("total_from"),
        "item_below": _read_part(section, "item_below", "points"),
        "share_below": _read_part(section, "share_below", "share"),
        "prior_grades": _read_prior(section),
        "all_of": tuple(read_when(building, part) for part in section.take_sections("all")),
        "any_of": tuple(read_when(building, part) for part in section.take_sections("any")),
        **_read_counted(building, section),
    }
    section.finish(WHEN_KEYS)
    named = [key for key, value in fields.items() if value not in (None, ())]
    if len(named) > 1:
        section.report("里写了几个条件，没有写是同时还是任一。请改成 all = [{ … }, { … }] 或 any = [{ … }, { … }]。")
    elif not named:
        section.report('里没有条件。请写一个，如 grade_below = "优秀"。')
    return When(**fields)


def _read_counted(building: Building, section: Section) -> dict[str, Any]:
    count = building.read_count(section.take_section("count"))
    out_of = building.read_count(section.take_section("out_of"))
    least, share = section.take_milli("count_from"), section.take_share("share_over")
    if count is None:
        if least is not None or share is not None or out_of is not None:
            section.report("写了 count_from 或 share_over，没有写 count（数什么）。请补上。")
        return {}
    if out_of is not None and share is not None:
        return {"share_over": (count, out_of, share)}
    if least is None:
        section.report("有 count，没有写 count_from（达到几次）。请补上，如 count_from = 3。")
        return {}
    return {"count_from": (count, least)}


def _read_part(section: Section, key: str, bound: str) -> tuple[str, Fraction] | None:
    part = section.take_section(key)
    if part is None:
        return None
    of = part.take_text("of", required="哪一项或哪一部分")
    least = part.take_share(bound) if bound == "share" else part.take_number(bound)
    if least is None and not part.has(bound):
        part.report(f"没有写 {bound}。请补上。")
    part.finish(("of", bound))
    return of, least or Fraction(0)


def _read_prior(section: Section) -> tuple[int, tuple[str, ...]] | None:
    part = section.take_section("prior")
    if part is None:
        return None
    years, grades = part.take_whole("years", least=2), part.take_words("grades")
    if not grades or (years is None and not part.has("years")):
        part.report("要写 years（连续几年，含本年）和 grades（哪些等次）。请补上。")
    part.finish(("years", "grades"))
    return years or 2, grades


def _read_effect(section: Section) -> Effect:
    effect = Effect(
        target=section.take_text("target"),
        at_most=section.take_text("at_most") or None,
        not_in=section.take_words("not_in"),
        grade=section.take_text("grade") or None,
        total=section.take_number("total"),
        list_name=section.take_text("list") or None,
        notice=section.take_text("notice") or None,
        step=section.take_choice("step", list(LadderStep), "") or None,
    )
    section.finish(EFFECT_KEYS)
    if effect.step and not effect.notice:
        section.report(f'写了 step（{effect.step}），没有写 notice（具体怎么办）。请补上，如 notice = "由支部约谈"。')
    if effect == Effect(target=effect.target):
        section.report('里没有写怎么办。请写一个，如 at_most = "称职"。')
    return effect


def read_quota(building: Building, section: Section, number: int) -> tuple[Quota, bool]:
    """Build one quota and hand back whether it is switched on. ``demote_to`` "" is completed by the check."""
    clause = section.take_text("clause", required='依据第几条，如 "第十条"')
    section.where = f"{clause or f'第{number}个名额'}（名额）"
    share = section.take_share("share")
    if share is None and not section.has("share"):
        section.report("没有写 share（不超过几成）。请写上，如 share = 0.2。")
    quota = Quota(
        grade=section.take_text("grade", required='哪个等次，如 "优秀"'),
        share=share or Fraction(0),
        clause=clause,
        demote_to=section.take_text("demote_to"),
        of=building.read_who(section.take_section("of")),
        per=section.take_choice("per", SUBJECT_COLUMNS, "") or None,
        rounding=cast(Any, section.take_choice("rounding", ("floor", "half_up", "ceil"), "floor")),
        ties=cast(Any, section.take_choice("ties", ("none", "all"), "none")),
        order_by=section.take_words("order_by"),
    )
    enabled = section.take_flag("enabled")
    section.finish(("grade", "share", "clause", "demote_to", "of", "per", "rounding", "ties", "order_by", "enabled"))
    return quota, enabled is not False


def read_exempt(section: Section, number: int) -> Exempt:
    clause = section.take_text("clause")
    section.where = f"{clause or f'第{number}个免考核'}（免考核）"
    categories = section.take_words("category")
    if not categories and not section.has("category"):
        section.report('没有写 category（哪些类别）。请写上，如 category = ["长期病休"]。')
    if not section.has("mode"):
        section.report('没有写 mode。请写 "exclude"（不考核）、"waive"（几项不要求）或 "days"（期间不计）。')
    mode = section.take_choice("mode", ("exclude", "waive", "days"), "waive")
    items = section.take_words("items")
    section.finish(("category", "mode", "items", "clause"))
    if mode == "waive" and not items:
        section.report('的 mode 是 waive，没有写 items（哪几项不要求）。请写上，如 items = ["A1"]。')
    return Exempt(categories, cast(Any, mode), items, clause)
