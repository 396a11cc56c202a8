"""People who stand twice in one roster (ux D 19, 20). Alike is one; different, or perhaps two people, is asked."""

from __future__ import annotations

import re
from typing import Any

from shanxue.intake.answers import THIS_LINE
from shanxue.intake.checking import TablePlan
from shanxue.intake.matching import shorten_unit
from shanxue.intake.rules import Row

TWO, ONE = "是两个人", "是同一个人"


def settle_twice(planned: TablePlan) -> dict[int, str | None]:
    """Return the rows that are not planned: row number → reason to skip, or None while the clerk has not chosen."""
    groups: dict[Any, list[Row]] = {}
    for row in planned.table.rows:
        number, name = row.values.get("staff_no"), row.values.get("name")
        groups.setdefault(number or (name, row.values.get("unit"), row.values.get("department")), []).append(row)
    dropped: dict[int, str | None] = {}
    for key, rows in groups.items():
        for row in rows[1:]:
            settled = (
                _ask_same(planned, rows[0], row) if isinstance(key, tuple) else _choose(planned, key, rows[0], row)
            )
            dropped.update(settled)
    return dropped


def _choose(planned: TablePlan, number: str, first: Row, row: Row) -> dict[int, str | None]:
    difference = _find_difference(planned, first, row)
    if difference is None:
        return {row.number: f"与第 {first.number} 行相同，合为一条"}
    name, title = difference
    pair = f"{_trim_unit(first.values.get(name))}／{_trim_unit(row.values.get(name))}"
    sentence = f"第 {first.number} 行和第 {row.number} 行都是工号 {number}，{title}不同（{pair}），以哪行为准？"
    choices = (f"第 {first.number} 行", f"第 {row.number} 行")
    answer = _ask_pair(planned, first, row, "person_twice", sentence, choices)
    if answer is None:
        return {first.number: None, row.number: None}
    loser, winner = (row, first) if answer == choices[0] else (first, row)
    return {loser.number: f"以第 {winner.number} 行为准"}


def _ask_same(planned: TablePlan, first: Row, row: Row) -> dict[int, str | None]:
    where = f"同在{first.values['unit']}，" if first.values.get("unit") else ""
    sentence = f"第 {first.number} 行和第 {row.number} 行都是“{first.values.get('name')}”，{where}是同一个人吗？"
    answer = _ask_pair(planned, first, row, "same_name", sentence, (TWO, ONE))
    if answer is None:
        return {first.number: None, row.number: None}
    return {row.number: f"与第 {first.number} 行是同一个人"} if answer == ONE else {}


def _ask_pair(
    planned: TablePlan, first: Row, row: Row, code: str, sentence: str, choices: tuple[str, str]
) -> str | None:
    key = f"{THIS_LINE}:{planned.sheet}:{first.number}+{row.number}"
    return planned.ask(None, None, code, sentence, choices, key, lines=(first.number, row.number))


def _find_difference(planned: TablePlan, first: Row, row: Row) -> tuple[str, str] | None:
    """Find the first field, in the order of the kind, in which two rows differ; two spellings of a unit do not."""
    for known in planned.kind.fields:
        one, other = first.values.get(known.name), row.values.get(known.name)
        if one != other and not (known.name == "unit" and one and other and shorten_unit(one) == shorten_unit(other)):
            return known.name, "支部" if known.name == "unit" else known.title
    return None


def _trim_unit(value: Any) -> str:
    """Write 第一 for 第一支部, and anything else as it is."""
    return re.sub(r"(?<=^第.)党?支部$|(?<=^第..)党?支部$", "", str("空" if value is None else value))
