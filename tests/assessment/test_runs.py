"""A run: computed from the records, stored once with its lines, the same on every database."""

from __future__ import annotations

from datetime import date

import pytest

from shanxue.assessment.models import Result, Run
from shanxue.assessment.reports import build_report
from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.runs import find_latest_run, list_evidence, run_scheme, try_scheme
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from tests.commands.folder import SCHEME
from tests.people import AT, TestBureau, make_bureau

pytestmark = pytest.mark.django_db

BRANCH_SCHEME = """\
[scheme]
code = "zhibu-2025"
title = "党支部学习考核办法"
subject = "branch"
window = { from = 2025-01-01, until = 2026-01-01 }
precision = 0.01
members = "jiguan-2025"

[[item]]
code = "M1"
component = "党员"
title = "党员学习考核平均分"
full = 60
clause = "第二条"
kind = "ratio"
count = { source = "members", measure = "mean" }
out_of = 100

[[item]]
code = "M2"
component = "考勤"
title = "到会率"
full = 40
clause = "第三条"
kind = "ratio"
count = { source = "attendance", mark = ["到"] }
out_of = { source = "attendance", mark_not = ["免", "未记录"] }

[[band]]
label = "先进"
from = 60

[[band]]
label = "达标"
"""


@pytest.fixture
def house() -> TestBureau:
    house = make_bureau()
    house.hold_session(house.first, date(2025, 3, 5), {"李明": "到", "张兰": "请假", "王强": "缺席"})
    house.hold_session(house.first, date(2025, 4, 2), {"李明": "到", "张兰": "到", "王强": "缺席"})
    house.hold_session(house.second, date(2025, 4, 3), {"赵敏": "迟到"})
    return house


def run_people(house: TestBureau) -> Run:
    return run_scheme(house.bureau, load_scheme(SCHEME, "scheme.toml"), actor="office", at=AT)


def test_run_stores_results_and_lines_that_add_up(house: TestBureau) -> None:
    """total = base + Σ awarded. 张兰 60 + 30 × 1/2; 王强 60 − 3 × 2."""
    run = run_people(house)
    rows = Result.objects.filter(run=run).order_by("person__staff_no")
    assert [(row.person.name, row.total_points, row.grade) for row in rows if row.person] == [
        ("李明", 9000, "优秀"), ("张兰", 7500, "合格"), ("王强", 5400, "合格"), ("赵敏", 9000, "优秀"),
    ]  # fmt: skip
    for row in rows:
        assert row.total_points == 6000 + sum(line.awarded_points or 0 for line in row.lines.all())
    assert [len(row.gates) for row in rows] == [0, 1, 1, 0]


def test_run_gives_the_same_digests_on_every_database(house: TestBureau) -> None:
    """The suite runs on SQLite and PostgreSQL; both must give these."""
    run = run_people(house)
    assert (run.results_sha256[:16], run.lines_sha256[:16]) == ("605c625d98cf7c1b", "a5c6c0426595d098")
    assert run_people(house).inputs_sha256 == run.inputs_sha256


def test_run_leaves_one_audit_entry_and_touches_no_former_run(house: TestBureau) -> None:
    first = run_people(house)
    before = list(first.results.values_list("pk", "total_points", "grade"))
    house.hold_session(house.first, date(2025, 5, 7), {"王强": "缺席"})
    second = run_people(house)
    assert list(first.results.values_list("pk", "total_points", "grade")) == before
    assert find_latest_run(house.bureau, "jiguan-2025") == second
    assert second.results_sha256 != first.results_sha256
    assert Entry.objects.filter(verb="assessment.run_scheme", chain="chengguan").count() == 2


def test_try_scheme_stores_nothing(house: TestBureau) -> None:
    computed = try_scheme(house.bureau, load_scheme(SCHEME, "scheme.toml").scheme)
    assert computed.assessed.results.height == 4
    assert (Run.objects.count(), Result.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_evidence_is_the_very_records_that_were_counted(house: TestBureau) -> None:
    run = run_people(house)
    result = run.results.get(person__name="王强")
    rows = list_evidence(result, "A2")
    assert [(row["on"], row["mark"], row["title"]) for row in rows] == [
        (date(2025, 3, 5), "缺席", "3月主题党日"), (date(2025, 4, 2), "缺席", "4月主题党日"),
    ]  # fmt: skip
    line = result.lines.get(item="A2")
    assert line.counted_milli == 1000 * len(rows)


def test_branch_scheme_rests_on_the_members_run(house: TestBureau) -> None:
    """K48. First branch: mean (90 + 75 + 54) / 3 = 73 → 43.80; present 3 of 6 → 20.00."""
    run_people(house)
    run = run_scheme(house.bureau, load_scheme(BRANCH_SCHEME, "zhibu.toml"), actor="office", at=AT)
    rows = run.results.order_by("unit__code")
    assert [(row.unit.name, row.total_points, row.grade) for row in rows if row.unit] == [
        ("第一党支部", 6380, "先进"), ("第二党支部", 5400, "达标"),
    ]  # fmt: skip


def test_branch_scheme_without_a_members_run_says_which(house: TestBureau) -> None:
    with pytest.raises(Refusal, match="要用“jiguan-2025”的结果，但它还没有试算"):
        try_scheme(house.bureau, load_scheme(BRANCH_SCHEME, "zhibu.toml").scheme)


def test_someone_gone_before_the_year_ends_is_not_assessed(house: TestBureau) -> None:
    wang = house.people["王强"]
    wang.left_on = date(2025, 9, 1)
    wang.save()
    computed = try_scheme(house.bureau, load_scheme(SCHEME, "scheme.toml").scheme)
    assert "王强" not in computed.subjects["name"].to_list()


def test_report_speaks_of_the_stored_runs(house: TestBureau) -> None:
    people = run_people(house)
    branches = run_scheme(house.bureau, load_scheme(BRANCH_SCHEME, "zhibu.toml"), actor="office", at=AT)
    report = build_report(house.bureau, [people, branches])
    assert (report.year, report.bureau_name) == (2025, "云川市城市管理局")
    assert report.people is not None
    assert [(row.code, row.home, row.department, row.total) for row in report.people.rows] == [
        ("001", "第一党支部", "办公室", 9000), ("002", "第一党支部", "办公室", 7500),
        ("003", "第一党支部", "办公室", 5400), ("004", "第二党支部", "办公室", 9000),
    ]  # fmt: skip
    assert [row.branch for row in report.attendance] == ["第一党支部", "第二党支部"]
    assert report.branches is not None
    assert [row.components for row in report.branches.rows] == [(4380, 2000), (5400, 0)]
