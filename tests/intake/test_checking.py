"""Every line of a file is accounted for, whatever it holds; a second import of the same changes nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanxue.intake.accounting import count_file
from shanxue.intake.actions import commit_plan
from shanxue.intake.checking import Plan, plan_tables
from shanxue.intake.matching import find_nearest, shorten_unit
from shanxue.intake.rules import Row, Sheet, Skipped, Table, Workbook
from shanxue.orgs.models import Person
from tests.intake.office import AT, PEOPLE, ROSTER, TODAY, bring_people, check, get_table, list_messages, write

FIELDS = ("staff_no", "name", "unit", "party_status")
COLUMNS = {name: index for index, name in enumerate(FIELDS)}


def build_table(rows: list[list[Any]], *, skipped: tuple[int, ...] = (), **facts: Any) -> tuple[Workbook, list[Table]]:
    """A roster as the reader hands it over: header in line 1, ``skipped`` lines below that are no data."""
    lines: list[list[Any]] = [list(ROSTER), *rows]
    numbers = [number for number in range(2, len(lines) + 1) if number not in skipped]
    data = [
        Row(number, {name: value for name, value in zip(FIELDS, lines[number - 1], strict=True) if value})
        for number in numbers
    ]
    table = Table("roster", "名册", dict(COLUMNS), (1,), data, facts)
    table.skipped = [Skipped("名册", number, "说明") for number in skipped]
    digest = f"{hash(str(rows)) & (2**64 - 1):064x}"
    return Workbook("名册.xlsx", digest, "xlsx", (Sheet("名册", lines),)), [table]


def plan_rows(rows: list[list[Any]], **how: Any) -> Plan:
    return plan_tables("default", [build_table(rows, **how)], {}, TODAY)


def count(plan: Plan) -> tuple[int, ...]:
    account = count_file(plan.files[0])
    return (
        account.rows_in_file,
        account.added,
        account.updated,
        account.unchanged,
        len(account.skipped),
        account.blocked,
    )


@pytest.mark.django_db
def test_lines_add_up() -> None:
    """D0.5: every line ends as 新增/更新/不变/跳过/排除 or waits for the clerk."""
    rows = [list(line) for line in PEOPLE] + [["说明", None, None, None], ["0301", "陈静", "第二支部", "预备"]]
    plan = plan_rows(rows, skipped=(7,))
    assert count(plan) == (7, 5, 0, 0, 1, 1)
    assert list_messages(plan) == ["「名册」第 8 行 D 列（党籍状态）：“预备”不在可选值里。请选一个。"]


@pytest.mark.django_db
def test_planning_writes_nothing() -> None:
    """D0.4: parse and check write nothing."""
    plan_rows([list(line) for line in PEOPLE])
    assert Person.objects.count() == 0


@pytest.mark.django_db
def test_line_nobody_spoke_for_is_listed() -> None:
    """D0.5: the system may not drop a line silently."""
    book, (table,) = build_table([list(line) for line in PEOPLE])
    table.rows.pop()
    plan = plan_tables("default", [(book, [table])], {}, TODAY)
    assert [(skip.row, skip.reason) for skip in count_file(plan.files[0]).skipped] == [(6, "没有可读的内容")]


CELLS = st.tuples(
    st.sampled_from(["0101", "0102", "0103", "0201", "0901", "0902", None]),
    st.sampled_from(["王伟", "李芳", "张敏", "陈静"]),
    st.sampled_from(["第一支部", "一支部", "第二党支部", "第九支部", None]),
    st.sampled_from(["正式党员", "中共党员", "预备", "群众", None]),
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(CELLS, max_size=9), skipped=st.sets(st.integers(2, 10), max_size=3), known=st.booleans())
def test_any_mix_adds_up_and_repeats_to_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]], skipped: set[int], known: bool
) -> None:
    """D1: committed + skipped + excluded (+ waiting) = rows in file; importing the same lines again changes nothing."""
    with transaction.atomic():
        if known:
            bring_people(tmp_path_factory.mktemp("bureau"))
        lines = [list(line) for line in rows]
        skip = tuple(number for number in sorted(skipped) if number <= len(lines) + 1)
        plan = plan_rows(lines, skipped=skip)
        assert sum(count(plan)[1:]) == count(plan)[0] == len(lines)
        if not plan.is_open:
            commit_plan(plan, actor="办公室", at=AT)
            book, tables = build_table(lines, skipped=skip)
            again = plan_tables("default", [(Workbook("b", "b" * 64, "xlsx", book.sheets), tables)], {}, TODAY)
            if not again.is_open:  # people absent from the file are asked about, and that is all
                assert again.ledger.is_empty
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_roster_without_numbers_gets_temporary_ones(tmp_path: Path) -> None:
    """A roster without 工号: 临0001 … in file order, listed; a later roster with numbers replaces them."""
    names = [["姓名", "所在支部"], ["王伟", "第一支部"], ["李芳", "第一支部"]]
    plan = check(write(tmp_path / "a.xlsx", names, "党员名册"))
    assert [row["staff_no"] for row in get_table(plan).shown] == ["临0001", "临0002"]
    assert [(c.before, c.after) for c in get_table(plan).changed] == [("", "临0001"), ("", "临0002")]
    commit_plan(plan, actor="办公室", at=AT)
    numbered = check(
        write(tmp_path / "b.xlsx", [["工号", *names[0]], ["0101", *names[1]], ["0102", *names[2]]], "党员名册")
    )
    assert list_messages(numbered) == []
    commit_plan(numbered, actor="办公室", at=AT)
    assert sorted(Person.objects.values_list("staff_no", "name")) == [("0101", "王伟"), ("0102", "李芳")]


@pytest.mark.django_db
def test_two_of_one_name_in_a_roster_without_numbers_are_asked_about(tmp_path: Path) -> None:
    """Ux D 19: never guess whether two lines of one name are one person."""
    lines = [["姓名", "所在支部"], ["王伟", "第一支部"], ["李芳", "第一支部"], ["王伟", "第一支部"]]
    plan = check(write(tmp_path / "a.xlsx", lines, "党员名册"))
    assert list_messages(plan) == ["「党员名册」：第 2 行和第 4 行都是“王伟”，同在第一支部，是同一个人吗？"]
    key = get_table(plan).questions[0].answer_key
    assert len(get_table(check(tmp_path / "a.xlsx", {key: "是两个人"})).shown) == 3
    assert len(get_table(check(tmp_path / "a.xlsx", {key: "是同一个人"})).shown) == 2


@pytest.mark.django_db
def test_attendance_without_a_roster_is_shown_and_cannot_be_written(tmp_path: Path) -> None:
    """An empty bureau: what the importer makes of the file, and what is missing."""
    lines = [["日期", "会议类型", "工号", "姓名", "考勤"], [date(2025, 6, 12), "主题党日", "0101", "王伟", "√"]]
    plan = check(write(tmp_path / "a.xlsx", lines, "考勤"))
    assert list_messages(plan) == ["「考勤」：本单位还没有名册，对不上人员。请先导入名册，或与名册一起导入。"]
    (row,) = get_table(plan).shown
    assert (row["staff_no"], row["name"], row["on"], row["mark"]) == ("0101", "王伟", "2025-06-12", "到")


@pytest.mark.parametrize(
    "text", ["第一支部", "一支部", "第一党支部", "中共××局第一支部委员会", "第1支部", "城管局第一支部", "第一支部 "]
)
def test_shorten_unit_makes_spellings_alike(text: str) -> None:
    """Ux D case 21."""
    assert shorten_unit(text) == "1支部"


def test_find_nearest_offers_what_looks_alike() -> None:
    """Ux D case 21, the example's own words."""
    assert find_nearest("执法一大队支部", ["执法一中队", "机关支部", "办公室"])[0] == "执法一中队"
