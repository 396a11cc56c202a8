"""Every line of a file is a row or skipped with a reason, whatever is mixed (ux D1)."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.intake.fixtures import ROSTER_HEADER, name_person, write_roster, write_xlsx
from tests.intake.test_tables import count_lines, find

KINDS_OF_LINE = (
    "data",
    "data",
    "data",
    "blank",
    "note",
    "sign",
    "total",
    "subtotal",
    "must",
    "header",
    "unit",
    "bad",
    "noid",
)
WORDS = ("姓名", "工号", "√", "日期", "合计", "赵建国", "3月5日", "第一支部", "成绩")


def build_line(kind: str, index: int) -> list[object]:
    return {
        "data": [name_person(index), f"{index:04d}", "第一支部"],
        "blank": [],
        "note": ["注：以上人员名单由各支部报送，请各单位认真核对后报送。"],
        "sign": ["制表人：李干事", None, "填表日期：2025年1月"],
        "total": ["合计", f"{index}人"],
        "subtotal": ["小  计", "3人"],
        "must": ["必填", "必填", "选填"],
        "header": list(ROSTER_HEADER),
        "unit": ["第二支部"],
        "bad": ["张?", "1.13E+10", "第一支部"],
        "noid": [None, None, "第三支部"],
    }[kind]  # type: ignore[return-value]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(KINDS_OF_LINE), max_size=25), st.booleans())
def test_find_tables_accounts_for_every_line(tmp_path: Path, kinds: list[str], sampled: bool) -> None:
    """ux D1: data lines + skipped = lines of the file, for any mix of blank lines, notes, samples, totals and data."""
    sample = [["张三", "000001", "第一支部"]] if sampled else []
    lines = [*sample, *(build_line(kind, index) for index, kind in enumerate(kinds))]
    tables = find(write_roster(tmp_path / "a.xlsx", lines, above=[["名册"]]))
    while lines and not any(lines[-1]):
        lines.pop()
    rows, skipped = count_lines(*tables)
    assert rows + skipped == len(lines) + 2
    people = {name_person(index) for index, kind in enumerate(kinds) if kind == "data"}
    assert {row.values["name"] for table in tables for row in table.rows if "name" in row.values} == people


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.one_of(st.none(), st.integers(0, 40), st.sampled_from(WORDS)), max_size=8), max_size=12))
def test_find_tables_never_fails(tmp_path: Path, lines: list[list[object]]) -> None:
    """Any rectangle of words is read, asked about or skipped, with every line accounted for."""
    tables = find(write_xlsx(tmp_path / "a.xlsx", {"Sheet1": lines}))
    while lines and all(cell is None for cell in lines[-1]):
        lines.pop()
    assert sum(count_lines(*tables)) == len(lines)
