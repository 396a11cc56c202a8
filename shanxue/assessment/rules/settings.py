"""What of a scheme may be changed in a form: numbers, caps, floors, gates and bands, each at its place in the text.

A setting is one value of the TOML text; ``changes.py`` says and makes what is changed of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any, Literal

from shanxue.base.toml_editing import Path, read_tables
from shanxue.base.toml_fields import read_number

from .counting import PERIOD_WORDS, write_number
from .scheme import LadderStep
from .wording import OUTSIDE_GRADES

DAY = timedelta(days=1)
Form = Literal["number", "percent", "word", "flag", "text", "date", "last_day"]

# key → (name, unit); what a scheme's parts may hold as a single number
ITEM_NUMBERS = {
    "full": ("满分", "分"), "each": ("每次", "分"), "target": ("要求数", ""), "out_of": ("应计数", ""),
    "baseline": ("满分线", "%"), "slope": ("每低一个百分点扣", "分"), "share": ("计入", "%"),
    "short_each": ("每少一个扣", "分"), "over_each": ("每多一个加", "分"), "over_cap": ("超出的最多加", "分"),
    "least": ("一次最低", "分"), "most": ("一次最高", "分"), "points": ("得分", "分"),
}  # fmt: skip
PART_NUMBERS = {"full": ("满分", "分"), "base": ("基础分", "分"), "weight": ("权重", "%")}
LIMITS = {"cap": ("封顶", "分"), "floor": ("下限", "分"), "zero_from": ("归零（满几次）", "次")}
KIND_LIMITS = {  # which of them may be added to an item of a kind; one that is written may always be changed
    "ratio": ("cap", "floor"), "quota": ("cap", "floor"), "score": ("cap", "floor"), "votes": ("cap", "floor"),
    "lookup": ("cap", "floor"), "marks": ("cap", "floor"), "deduct_each": ("floor", "zero_from"),
    "award_each": ("cap",), "carry": ("cap",),
}  # fmt: skip
STEP_NUMBERS = {"each": ("每次", "分"), "cap": ("最多", "分"), "target": ("要求数", ""), "points": ("得分", "分"),
                "top": ("名次在前", "%")}  # fmt: skip
WHEN_NUMBERS = {
    "total_below": ("总分低于", "分"), "total_from": ("总分达到", "分"), "count_from": ("达到", "次"),
    "share_over": ("超过", "%"),
}  # fmt: skip
SIGNED = ("floor", "least", "most", "points")


@dataclass(frozen=True)
class Setting:
    """One value of a scheme's text. ``place`` is the clause that shows it (``ClauseText.place``), ``part`` what of the
    clause it is about; "" in ``value``: not set, which only an ``optional`` one may be.
    """

    path: Path
    place: str
    where: str
    name: str
    value: str
    unit: str = ""
    form: Form = "number"
    optional: bool = False
    choices: tuple[str, ...] = ()
    part: str = ""

    @property
    def code(self) -> str:
        return ".".join(map(str, self.path))

    @property
    def full_name(self) -> str:
        """Name it in a sentence: 第七条 集中学习培训学时（书记）：要求数."""
        return f"{self.where}（{self.part}）：{self.name}" if self.part else f"{self.where}：{self.name}"

    @property
    def label(self) -> str:
        """Name it at its field, under its clause."""
        return f"{self.part}：{self.name}" if self.part else self.name

    @property
    def is_signed(self) -> bool:
        return self.path[-1] in SIGNED


def list_settings(text: str) -> tuple[Setting, ...]:
    """List what may be changed in a text that holds as a scheme, in the order of its parts."""
    tables = read_tables(text)
    return tuple(setting for setting in _walk(tables) if setting.value or setting.optional)


def _walk(tables: Mapping[str, Any]) -> Iterator[Setting]:
    yield from _list_head(tables["scheme"])
    for at, part in enumerate(tables.get("component", ())):
        place, where = f"component:{part['name']}", _name(part, part["name"])
        yield from _list_numbers(part, ("component", at), place, where, PART_NUMBERS)
        yield from _list_limits(part, ("component", at), place, where, ("cap", "floor"))
    for at, item in enumerate(tables.get("item", ())):
        yield from _list_item(item, ("item", at))
    for at, band in enumerate(tables.get("band", ())):
        names = {"from": ("分数线", "分"), "to": ("写到", "分")}
        yield from _list_numbers(band, ("band", at), "bands", "等次", names, band["label"])
    grades = tuple(dict.fromkeys(band["label"] for band in tables.get("band", ())))
    for at, gate in enumerate(tables.get("gate", ())):
        yield from _list_gate(gate, ("gate", at), grades)
    yield from _list_quotas(tables.get("quota", ()))


def _list_head(head: Mapping[str, Any]) -> Iterator[Setting]:
    yield Setting(("scheme", "title"), "head", "细则", "名称", head["title"], form="text")
    window = head["window"]
    yield Setting(("scheme", "window", "from"), "head", "期间", "从", window["from"].isoformat(), form="date")
    last = (window["until"] - DAY).isoformat()
    yield Setting(("scheme", "window", "until"), "head", "期间", "到", last, form="last_day")
    yield from _list_numbers(head, ("scheme",), "total", "合计", {"full": ("满分", "分"), "base": ("基础分", "分")})
    for key, name in (("ceiling", "封顶"), ("floor", "下限")):
        yield _number(head, ("scheme",), key, "total", "合计", name, "分", optional=True)


def _name(part: Mapping[str, Any], title: str) -> str:
    return f"{part.get('clause', '')} {title}".strip()


def _list_item(item: Mapping[str, Any], path: Path) -> Iterator[Setting]:
    place, where = f"item:{path[-1]}", _name(item, item["title"])
    yield from _list_numbers(item, path, place, where, ITEM_NUMBERS)
    yield from _list_limits(item, path, place, where, KIND_LIMITS.get(item["kind"], ()))
    for key in ("causes", "awards", "any_of", "ranges", "bands"):
        for at, step in enumerate(item.get(key, ())):
            part = step.get("text") or f"第{at + 1}档"
            yield from _list_numbers(step, (*path, key, at), place, where, STEP_NUMBERS, part)
    for key, name, unit in (("target_by", "要求数", ""), ("table", "得分", "分"), ("values", "折", "分"),
                            ("groups", "权重", "%"), ("caps_per", "最多", "分")):  # fmt: skip
        table = item.get(key, {})
        for word in table:
            if word != "column":
                said = f"每{PERIOD_WORDS[word]}" if key == "caps_per" else {"other": "其他"}.get(word, word)
                yield _number(table, (*path, key), word, place, where, name, unit, part=said)


def _list_numbers(
    table: Mapping[str, Any], path: Path, place: str, where: str, names: Mapping[str, tuple[str, str]], part: str = ""
) -> Iterator[Setting]:
    for key, (name, unit) in names.items():
        yield _number(table, path, key, place, where, name, unit, part=part)


def _list_limits(
    table: Mapping[str, Any], path: Path, place: str, where: str, addable: Sequence[str]
) -> Iterator[Setting]:
    for key, (name, unit) in LIMITS.items():
        if key in table or key in addable:
            yield _number(table, path, key, place, where, name, unit, optional=True)


def _number(
    table: Mapping[str, Any], path: Path, key: str, place: str, where: str, name: str, unit: str, *,
    optional: bool = False, part: str = "",
) -> Setting:  # fmt: skip
    number = read_number(table[key]) if key in table else None
    value = "" if number is None else write_percent_or_share(number) if unit == "%" else write_number(number)
    form: Form = "percent" if unit == "%" else "number"
    return Setting((*path, key), place, where, name, value, unit, form, optional, part=part)


def write_percent_or_share(share: Fraction) -> str:
    """20 for a fifth; a share that does not end as a percentage stays a fraction: 1/3."""
    text = write_number(share * 100)
    return f"{share.numerator}/{share.denominator}" if "/" in text else text


def _list_gate(gate: Mapping[str, Any], path: Path, grades: tuple[str, ...]) -> Iterator[Setting]:
    effect = gate["effect"]
    title = "提醒" if "notice" in effect else "名单" if "list" in effect else "等次限制"
    place, where = f"gate:{path[-1]}", _name(gate, title)
    yield from _list_when(gate["when"], (*path, "when"), place, where, grades)
    target = effect.get("target", "")
    known = OUTSIDE_GRADES.get(target, ()) if target else grades
    for key, name, words in (("at_most", "最高评为", known), ("grade", "定为", known),
                             ("step", "属于", tuple(map(str, LadderStep)))):  # fmt: skip
        if key in effect:
            whom = f"{target}{name}" if key != "step" else name
            yield _word((*path, "effect", key), place, where, whom, effect[key], words)
    yield _number(effect, (*path, "effect"), "total", place, where, "总分记为", "分")


def _list_when(
    when: Mapping[str, Any], path: Path, place: str, where: str, grades: tuple[str, ...], own: str = ""
) -> Iterator[Setting]:
    if "grade_below" in when:
        yield _word((*path, "grade_below"), place, where, "未达", when["grade_below"], grades, own)
    for at, grade in enumerate(when.get("grade_in", ())):
        yield _word((*path, "grade_in", at), place, where, "等次为", grade, grades, own)
    yield from _list_numbers(when, path, place, where, WHEN_NUMBERS, own)
    for key, bound, unit in (("item_below", "points", "分"), ("share_below", "share", "%")):
        if key in when:
            yield _number(
                when[key], (*path, key), bound, place, where, f"{when[key].get('of', '')}低于", unit, part=own
            )
    for key in ("all", "any"):
        for at, part in enumerate(when.get(key, ())):
            yield from _list_when(part, (*path, key, at), place, where, grades, f"条件{at + 1}")


def _word(path: Path, place: str, where: str, name: str, value: str, words: Sequence[str], part: str = "") -> Setting:
    choices = tuple(dict.fromkeys((*words, value)))
    return Setting(path, place, where, name, value, form="word", choices=choices, part=part)


def _list_quotas(quotas: Sequence[Mapping[str, Any]]) -> Iterator[Setting]:
    """Quotas by where they are shown: those in force, and those that are switched off."""
    places = {True: 0, False: 0}
    for at, quota in enumerate(quotas):
        enabled = quota.get("enabled", True)
        place = f"{'quota' if enabled else 'spare'}:{places[enabled]}"
        places[enabled] += 1
        where = _name(quota, f"名额（{quota['grade']}）")
        yield _number(quota, ("quota", at), "share", place, where, "不超过", "%")
        if "enabled" in quota:
            yield Setting(
                ("quota", at, "enabled"), place, where, "是否启用", "启用" if enabled else "不启用", form="flag",
                choices=("启用", "不启用"),
            )  # fmt: skip
