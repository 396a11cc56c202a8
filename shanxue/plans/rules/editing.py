"""Changing the numbers of an institution in its own text, so that remarks and wording stay as they were written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from shanxue.base.points import MILLI, format_scaled

from .obligations import Amounts, Attendance, Cycle, Deadline, FixedDay, Frequency, Institution, Obligation, Pairs

BLOCK = re.compile(r"^\[\[obligation\]\][^\n]*\n", re.MULTILINE)
PLAIN = {
    "grace_days": "宽限（天）",
    "shift_days": "可前后调整（天）",
    "months": "期限（月）",
    "days": "期限（天）",
    "years": "周期（年）",
    "from_year": "第一个周期从哪年起",
}


@dataclass(frozen=True)
class Number:
    """One number of an obligation that may be changed: ``name`` is ``DH.least`` or ``DH.quota2``."""

    name: str
    label: str
    value: str


def list_numbers(obligation: Obligation) -> list[Number]:
    """List what may be changed in a form: counts, amounts, spans and the grace."""
    demand = obligation.demand
    found: list[Number] = []

    def add(key: str, label: str, value: object) -> None:
        found.append(Number(f"{obligation.code}.{key}", label, str(value)))

    if isinstance(demand, Frequency | Pairs):
        add("least", "至少（次）", demand.least)
    if isinstance(demand, FixedDay):
        add("shift_days", PLAIN["shift_days"], demand.shift_days)
    if isinstance(demand, Attendance):
        add("ratio", "到会比例（%）", _write(demand.quorum.ratio * 100))
    if isinstance(demand, Amounts | Cycle):
        for at, quota in enumerate(demand.quotas, 1):
            what = "、".join(quota.event.kinds)
            unit = f"{quota.measure}，{what}" if what else quota.measure
            add(f"quota{at}", f"不少于（{unit}）", _write_milli(quota.least_milli))
    if isinstance(demand, Deadline):
        for key in ("months", "days"):
            if getattr(demand, key):
                add(key, PLAIN[key], getattr(demand, key))
    add("grace_days", PLAIN["grace_days"], obligation.grace_days)
    return found


def _write(number: Fraction) -> str:
    return _write_milli(int(number * MILLI))


def _write_milli(milli: int) -> str:
    return format_scaled(milli, MILLI, trim=True)


def edit_numbers(
    text: str, institution: Institution, values: Mapping[str, str], soft: Mapping[str, bool], clauses: Mapping[str, str]
) -> str:
    """Write changed numbers, 一般要求 and clauses into the text; what was not changed stays as it stands.

    ``values`` by ``Number.name``; ``soft`` by the obligation's code; ``clauses`` by the clause's number.
    """
    for obligation in institution.obligations:
        changed = {
            number.name.partition(".")[2]: values[number.name]
            for number in list_numbers(obligation)
            if number.name in values and values[number.name] != number.value
        }
        wanted = soft.get(obligation.code, obligation.soft)
        if changed or wanted != obligation.soft:
            start, end = _find_block(text, obligation.code)
            block = _edit_block(text[start:end], changed)
            if wanted != obligation.soft:
                block = _set_line(block, "soft", "true" if wanted else "false")
            text = text[:start] + block + text[end:]
    for clause in institution.clauses:
        new = clauses.get(clause.number, clause.text)
        if new != clause.text:
            text = _edit_clause(text, clause.number, new)
    return text


def _find_block(text: str, code: str) -> tuple[int, int]:
    starts = [match.start() for match in re.finditer(r"^\[\[?\w+\]?\]", text, re.MULTILINE)] + [len(text)]
    for start, end in zip(starts, starts[1:], strict=False):
        block = text[start:end]
        if BLOCK.match(block) and re.search(rf'^code\s*=\s*"{re.escape(code)}"', block, re.MULTILINE):
            return start, end
    raise ValueError(f"no obligation {code} in the text")


def _edit_block(block: str, changed: Mapping[str, str]) -> str:
    for key, value in changed.items():
        if key.startswith("quota"):
            block = _edit_quota(block, int(key.removeprefix("quota")), value)
        elif key == "ratio":
            block = re.sub(r'(quorum\s*=\s*\{[^}]*?(?:least|over)\s*=\s*)("[^"]*"|[\d.]+)', rf'\g<1>"{value}%"', block)
        else:
            block = _set_line(block, key, value)
    return block


def _edit_quota(block: str, at: int, value: str) -> str:
    opening = re.search(r"^(any_of|all_of)\s*=", block, re.MULTILINE)
    start = opening.end() if opening else 0
    found = list(re.finditer(r"\bleast\s*=\s*([\d.]+)", block[start:]))[at - 1]
    return block[: start + found.start(1)] + value + block[start + found.end(1) :]


def _set_line(block: str, key: str, value: str) -> str:
    pattern = re.compile(rf"^{key}\s*=.*$", re.MULTILINE)
    if pattern.search(block):
        return pattern.sub(f"{key} = {value}", block, count=1)
    return block.rstrip("\n") + f"\n{key} = {value}\n" + ("\n" if block.endswith("\n\n") else "")


def _edit_clause(text: str, number: str, new: str) -> str:
    quoted = new.replace("\\", "\\\\").replace('"', '\\"').replace("\r\n", "\n").replace("\n", "\\n")
    pattern = re.compile(rf'(number\s*=\s*"{re.escape(number)}"\s*\ntext\s*=\s*)"(?:\\.|[^"\\\n])*"')
    return pattern.sub(lambda match: f'{match.group(1)}"{quoted}"', text, count=1)
