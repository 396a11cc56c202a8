"""Drafting a scheme: what one begins from, and what differs between two versions. Plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from shanxue.base.toml_editing import change_values

from .scheme import Scheme
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


def write_for_year(scheme: Scheme, year: int) -> str:
    """The text of a scheme set to begin with a year; one that spans several keeps its length."""
    years = scheme.window.until_on.year - scheme.window.from_on.year
    return change_values(
        scheme.text,
        {
            ("scheme", "window", "from"): date(year, 1, 1),
            ("scheme", "window", "until"): date(year + max(years, 1), 1, 1),
        },
    )


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
