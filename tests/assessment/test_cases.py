"""Worked cases: every shipped scheme against sums done by hand (``tests/cases``), through the real engine."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from shanxue.assessment.engine import Assessed, assess
from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.rules.scheme import Scheme
from shanxue.base.frames import FACT_SCHEMA, SUBJECT_SCHEMA
from shanxue.base.periods import add_months
from shanxue.base.points import format_scaled, scale_decimal

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "tests" / "cases").glob("*.toml"))
SCHEMES = sorted((ROOT / "schemes").glob("*.toml"))
MILLI_COLUMNS = ("amount", "full", "size", "points")
DATE_COLUMNS = {"on": "on", "due": "due_on", "done": "done_on"}
TEXT_COLUMNS = {"mark": "mark", "tier": "tier", "by": "tier", "level": "level", "reason": "reason",
                "title": "title", "measure": "measure"}  # fmt: skip
DEFAULTS: dict[str, dict[str, Any]] = {
    "attendance": {"tier": "支部集体学", "measure": "学时", "amount": 2000, "size": 120_000},
    "sessions": {"tier": "支部集体学", "mark": "已召开"},
    "notes": {"mark": "通过"},
    "plan": {"mark": "完成"},
    "scores": {"mark": "参加", "measure": "分", "full": 100_000, "size": 1000},
    "hours": {"measure": "学时"},
    "events": {"amount": 1000},
    "members": {"measure": "分"},
    "prior": {"measure": "分"},
}


def read_fact(text: str, window_from: date) -> list[dict[str, Any]]:
    """Read a fact in short form: ``attendance 党课 mark=到 ×3``.

    Source and kind first ("-": no kind), then column=value; quantities are written as they are read aloud (amount=0.4).
    ``×n`` repeats it, on successive days or, with ``monthly``/``quarterly``, in successive months or quarters.
    """
    source, kind, *rest = text.split()
    row: dict[str, Any] = {"source": source, "kind": "" if kind == "-" else kind, **DEFAULTS.get(source, {})}
    times, step = 1, 0
    for word in rest:
        if word.startswith("×"):
            times = int(word[1:])
        elif word in ("monthly", "quarterly"):
            step = {"monthly": 1, "quarterly": 3}[word]
        else:
            row |= read_column(*word.split("=", 1))
    first = row.get("on") or window_from + timedelta(days=9)
    return [row | {"on": move_day(first, at, step)} for at in range(times)]


def read_column(name: str, value: str) -> dict[str, Any]:
    if name in MILLI_COLUMNS:
        return {name: None if value == "none" else scale_decimal(value, 1000)}
    if name in DATE_COLUMNS:
        return {DATE_COLUMNS[name]: date.fromisoformat(value)}
    if name == "late":
        return {"late_minutes": int(value)}
    if name == "flag":
        return {"flag": value == "yes"}
    return {TEXT_COLUMNS[name]: value}


def move_day(first: date, at: int, months: int) -> date:
    if not months:
        return first + timedelta(days=at)
    moved = add_months(first.replace(day=1), at * months)
    return moved.replace(day=first.day)


@cache
def read_case(path: Path) -> tuple[Scheme, dict[str, Any], Assessed]:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    scheme_path = ROOT / "schemes" / case["scheme"]
    scheme = load_scheme(scheme_path.read_text(encoding="utf-8"), scheme_path.name).scheme
    return scheme, case, assess(scheme, build_subjects(case), build_facts(case, scheme))


def build_subjects(case: dict[str, Any]) -> pl.LazyFrame:
    rows = []
    for number, subject in enumerate(case["subject"], 1):
        row: dict[str, Any] = dict.fromkeys(SUBJECT_SCHEMA)
        row |= {"subject": number, "code": f"{number:04}", "status": "正式党员", "staff_state": "在职",
                "rank_class": "科级以下", "role": "成员", "unit_kind": "党支部", "exempt": "",
                "home_name": "第一支部"}  # fmt: skip
        row |= {name: value for name, value in subject.items() if name in SUBJECT_SCHEMA}
        rows.append(row)
    return pl.DataFrame(rows, schema=SUBJECT_SCHEMA).lazy()


def build_facts(case: dict[str, Any], scheme: Scheme) -> dict[str, pl.LazyFrame]:
    rows: list[dict[str, Any]] = []
    for number, subject in enumerate(case["subject"], 1):
        for text in [*case.get("everyone", []), *subject.get("facts", [])]:
            rows += [row | {"subject": number} for row in read_fact(text, scheme.window.from_on)]
    by_source: dict[str, list[dict[str, Any]]] = {}
    for ref, row in enumerate(rows, 1):
        by_source.setdefault(row.pop("source"), []).append(dict.fromkeys(FACT_SCHEMA) | row | {"ref": ref})
    return {source: pl.DataFrame(part, schema=FACT_SCHEMA).lazy() for source, part in by_source.items()}


def list_subjects() -> list[Any]:
    found = []
    for path in CASES:
        case = tomllib.loads(path.read_text(encoding="utf-8"))
        for number, subject in enumerate(case["subject"], 1):
            found.append(pytest.param(path, number, id=f"{path.stem}-{subject['name']}"))
    return found


@pytest.mark.parametrize(("path", "number"), list_subjects())
def test_shipped_scheme_gives_what_the_hand_gives(path: Path, number: int) -> None:
    """Each line, total, grade and gate equals the arithmetic written beside it (K01–K65 as each file says)."""
    scheme, case, assessed = read_case(path)
    subject = case["subject"][number - 1]
    lines = assessed.lines.filter(pl.col("subject") == number)
    awarded = {
        row["item"]: None if row["awarded"] is None else format_scaled(row["awarded"], scheme.scale)
        for row in lines.iter_rows(named=True)
    }
    expected = {item: None if points == "待补充" else points for item, points in subject["lines"].items()}
    assert {item: awarded.get(item, "没有这一行") for item in expected} == expected, subject["because"]
    assert {item for item in awarded if item.startswith("=")} <= set(expected), subject["because"]
    notes = dict(zip(lines["item"].to_list(), lines["note"].to_list(), strict=True))
    for item, words in subject.get("notes", {}).items():
        assert words in notes[item], notes[item]
    check_result(assessed, number, subject, scheme)


def check_result(assessed: Assessed, number: int, subject: dict[str, Any], scheme: Scheme) -> None:
    result = assessed.results.row(by_predicate=pl.col("subject") == number, named=True)
    total = "" if result["total"] is None else format_scaled(result["total"], scheme.scale)
    assert (total, result["grade"]) == (subject["total"], subject.get("grade", "")), subject["because"]
    assert subject.get("rank_note", "") in (result["rank_note"] or "")
    assert assessed.gates.filter(pl.col("subject") == number)["gate"].to_list() == subject.get("gates", [])
    if "rank" in subject:
        assert result["rank"] == subject["rank"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_total_is_base_and_all_lines(path: Path) -> None:
    """total = base + Σ awarded over all lines, always (DESIGN §5)."""
    scheme, _, assessed = read_case(path)
    sums = assessed.lines.group_by("subject").agg(pl.col("awarded").sum())
    base = scale_decimal(str(float(scheme.base)), scheme.scale)
    for subject, total in assessed.results.select("subject", "total").iter_rows():
        if total is not None:
            found = sums.filter(pl.col("subject") == subject)["awarded"].to_list()
            assert base + sum(found) == total


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_every_shipped_scheme_has_worked_cases(path: Path) -> None:
    """Each scheme is shown at work by at least two subjects, and every item of it appears in a worked line."""
    case_path = ROOT / "tests" / "cases" / path.name
    scheme, case, _ = read_case(case_path)
    assert len(case["subject"]) >= 2
    shown = {item for subject in case["subject"] for item in subject["lines"]}
    assert {item.code for item in scheme.items} <= shown


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_every_clause_of_a_shipped_scheme_is_quoted(path: Path) -> None:
    """K65: each item, gate, quota and exemption names a clause whose text is in the file, and the text has a source."""
    scheme = load_scheme(path.read_text(encoding="utf-8"), path.name).scheme
    named = {item.clause for item in scheme.items} | {gate.clause for gate in scheme.gates}
    named |= {quota.clause for quota in (*scheme.quotas, *scheme.optional_quotas)}
    named |= {exempt.clause for exempt in scheme.exempts}
    assert named <= set(scheme.clauses)
    assert re.search("样式|二手材料|官方文本|核对", scheme.source)
