"""Warnings about what a scheme asks for: facts counted twice, counted characters, ranked people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from shanxue.assessment.rules.building import name_item
from shanxue.assessment.rules.counting import write_milli, write_number
from shanxue.assessment.rules.scheme import Condition, Count, Item, Scheme
from shanxue.assessment.rules.wording import list_counts

LESS_BURDEN = (
    "2024年《整治形式主义为基层减负若干规定》要求，不以是否开会发文、留痕拍照、制作学习笔记等评价工作。"
    "请确认有依据，或改为抽查审阅、按篇认定。"
)
FLOORS = {">=": 0, ">": 1}
CEILINGS = {"<": 0, "<=": 1}


def list_cautions(scheme: Scheme) -> Iterator[str]:
    """Say what a careful clerk should know before using the scheme. Nothing here refuses it."""
    for item in scheme.items:
        where = name_item(item.clause, item.code, item.title)
        if any(_counts_writing(count) for count in list_counts(item)):
            yield f"{where}按笔记的字数或页数计分。{LESS_BURDEN}"
        if item.kind == "rank" and scheme.subject == "person":
            yield f"{where}按个人排名计分。对个人排名不宜公布，建议改为达到标准即得分。"
        if item.zero_from_milli is not None:
            yield (
                f"{where}数同一批记录：每次扣{write_number(item.steps[0].each) if item.steps else ''}分，"
                f"满{write_milli(item.zero_from_milli)}次归零。两者相遇时，归零优先。"
            )
    yield from _list_competing(scheme)


def _counts_writing(count: Count) -> bool:
    if count.source != "notes":
        return False
    by_length = any(test.column in ("amount", "size") and test.op in (">=", ">") for test in count.where)
    return by_length or count.measure in ("amount", "size", "mean")


def _list_competing(scheme: Scheme) -> Iterator[str]:
    for one, other in combinations(scheme.items, 2):
        for kind, verb in (("deduct_each", "扣分"), ("award_each", "加分")):
            if one.kind == other.kind == kind and _share_facts(one, other):
                yield (
                    f"{name_item(one.clause, one.code, one.title)}和{name_item(other.clause, other.code, other.title)}"
                    f"可能数到同一批记录，同一次会{verb}两回。如不应重复，请用 kind、mark 等把两项分开。"
                )
    for item in scheme.items:
        if any(_overlap(one.count, other.count) for one, other in combinations(item.steps, 2)):
            yield (
                f"{name_item(item.clause, item.code, item.title)}的几种情形可能数到同一批记录，同一次会计两回。"
                "如不应重复，请用 mark、level 等把它们分开。"
            )


def _share_facts(one: Item, other: Item) -> bool:
    return any(_overlap(step.count, also.count) for step in one.steps for also in other.steps)


def _overlap(one: Count, other: Count) -> bool:
    """Whether one fact could be counted by both, as far as their conditions say."""
    if one.source != other.source or "missing_periods" in (one.measure, other.measure):
        return False
    return not any(_exclude(test, also) for test in one.where for also in other.where if test.column == also.column)


def _exclude(one: Condition, other: Condition) -> bool:
    """Whether no value of the column meets both."""
    if one.op == "in" and other.op == "in":
        return not set(one.value) & set(other.value)
    if {one.op, other.op} == {"in", "not_in"}:
        wanted, banned = (one, other) if one.op == "in" else (other, one)
        return set(wanted.value) <= set(banned.value)
    if one.op == "is" and other.op == "is":
        return bool(one.value != other.value)
    if one.op in CEILINGS and other.op in FLOORS:
        one, other = other, one
    if one.op in FLOORS and other.op in CEILINGS:
        return bool(one.value + FLOORS[one.op] > other.value - 1 + CEILINGS[other.op])
    return False
