"""Drafting a scheme: turning its numbers in the text itself, and what differs between two versions. Plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import tomlkit

from shanxue.base.points import read_fraction
from shanxue.base.toml_syntax import quote_chinese_keys

from .counting import write_number
from .scheme import Scheme
from .trial import list_knobs, read_wish
from .wording import ClauseText, describe_scheme

SHIPPED_FIRST = "jiguan-tongyong"  # 机关通用
BLANK = """\
[scheme]
code = "benju"
title = "学习考核办法"
subject = "person"
window = { from = %(from)s, until = %(until)s }   # 止日不含
precision = 0.01
full = 100
source = "本单位制定"

[scheme.clauses]
"第一条" = "考勤100分，按到会次数占应到次数的比例计分。"
"第二条" = "90分以上为优秀，80分以上不足90分为良好，60分以上不足80分为合格，不足60分为不合格。"

[[item]]
code = "A1"
component = "考勤"
title = "到会"
full = 100
clause = "第一条"
kind = "ratio"
count = { source = "attendance", mark = ["到", "迟到", "早退", "已补学"] }
out_of = { source = "attendance", mark_not = ["免", "未记录"] }

[[band]]
label = "优秀"
from = 90

[[band]]
label = "良好"
from = 80

[[band]]
label = "合格"
from = 60

[[band]]
label = "不合格"
"""


def write_blank(year: int) -> str:
    """Write the smallest scheme that holds, for whoever begins with nothing."""
    return BLANK % {"from": date(year, 1, 1).isoformat(), "until": date(year + 1, 1, 1).isoformat()}


def turn_text(
    text: str, scheme: Scheme, *, title: str, from_on: date, until_on: date, wishes: Mapping[str, str]
) -> str:
    """Change title, window and numbers in a scheme's text and leave every other word and comment as it is.

    ``wishes`` maps a knob's code to what was typed. Components whose full marks are their items' sum follow them; the
    scheme's own full marks do not, so that the check says what is missing. Raises ``Refusal`` naming a bad number.
    """
    changes = _read_changes(scheme, wishes)
    document = tomlkit.parse(quote_chinese_keys(text.removeprefix("\ufeff").replace("\r\n", "\n")))
    head: Any = document["scheme"]
    if head["title"] != title:
        head["title"] = title
    if (scheme.window.from_on, scheme.window.until_on) != (from_on, until_on):
        head["window"] = tomlkit.inline_table().append("from", from_on).append("until", until_on)
    for code, value in changes.items():
        _turn(document, code, value)
    return tomlkit.dumps(document)


def _read_changes(scheme: Scheme, wishes: Mapping[str, str]) -> dict[str, Fraction]:
    found = {}
    for knob in list_knobs(scheme):
        if knob.code in wishes:
            value = read_wish(knob, wishes[knob.code])
            if value != read_fraction(knob.value):
                found[knob.code] = value
    return found


def _turn(document: Any, code: str, value: Fraction) -> None:
    kind, _, name = code.partition(":")
    if kind == "full":
        _turn_full(document, name, value)
    elif kind == "weight":
        for component in document["component"]:
            if component["name"] == name:
                component["weight"] = _number(value / 100)
    elif kind == "band":
        for band in document["band"]:
            if band["label"] == name:
                band["from"] = _number(value)
    elif kind == "quota":
        document["quota"][int(name)]["share"] = _number(value / 100)
    else:
        item_code, _, place = name.rpartition(":")
        item = _find_item(document, item_code)
        way = item["any_of"][int(place)] if "any_of" in item else item
        way["target"] = _number(value)


def _turn_full(document: Any, code: str, value: Fraction) -> None:
    item = _find_item(document, code)
    shift = value - _read(item["full"])
    if "cap" in item and item["cap"] == item["full"]:
        item["cap"] = _number(value)
    item["full"] = _number(value)
    for component in document.get("component", ()):
        if component["name"] == item.get("component") and "full" in component:
            full = _number(_read(component["full"]) + shift)
            if "cap" in component and component["cap"] == component["full"]:
                component["cap"] = full
            component["full"] = full


def _find_item(document: Any, code: str) -> Any:
    return next(item for item in document["item"] if item["code"] == code)


def _read(value: Any) -> Fraction:
    return read_fraction(str(value))


def _number(value: Fraction) -> Any:
    """A whole number or a short decimal as people write it; read_wish lets nothing else in."""
    return int(value) if value.denominator == 1 else tomlkit.value(str(Decimal(write_number(value))))


@dataclass(frozen=True)
class Difference:
    """One clause that stands otherwise in the newer scheme; "" where it is not there."""

    where: str
    before: str
    after: str


def list_differences(before: Scheme, after: Scheme) -> list[Difference]:
    """List what differs between two schemes, clause by clause in the order of the newer one."""
    # clauses name the scheme they stand in; a new title alone changes none of them
    renamed = replace(before, title=after.title, name=after.name)
    return [*_compare_heads(before, after), *_compare_clauses(renamed, after)]


def _compare_heads(before: Scheme, after: Scheme) -> Iterator[Difference]:
    if before.title != after.title:
        yield Difference("名称", before.title, after.title)


def _compare_clauses(before: Scheme, after: Scheme) -> Iterator[Difference]:
    """Pair what is left of both once the clauses that stand alike are put aside; several may bear one name."""
    was = [(_name(clause), _place(clause), _write(clause)) for clause in describe_scheme(before)]
    now = [(_name(clause), _place(clause), _write(clause)) for clause in describe_scheme(after)]
    alike = Counter(was) & Counter(now)
    old, new = list(_drop(was, alike)), list(_drop(now, alike))
    for name, place, text in new:
        former = next((row for row in old if row[0] == name), None)
        if former is not None:
            old.remove(former)
        yield Difference(place, former[2] if former else "", text)
    for _found, place, text in old:
        yield Difference(place, text, "")


_Row = tuple[tuple[str, str, str], str, str]


def _drop(rows: list[_Row], alike: Counter[_Row]) -> Iterator[_Row]:
    left = Counter(alike)
    for row in rows:
        if left[row]:
            left[row] -= 1
        else:
            yield row


def _name(clause: ClauseText) -> tuple[str, str, str]:
    return clause.code, clause.number, clause.title


def _place(clause: ClauseText) -> str:
    return f"{clause.number} {clause.title}".strip()


def _write(clause: ClauseText) -> str:
    return f"{clause.full}分。{clause.sentence}" if clause.full else clause.sentence
