"""Every broken file gets one sentence that says where and what to do, the one ``docs/example.md`` quotes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shanxue.assessment.rules.loading import SchemeRefused, load_scheme
from shanxue.base.errors import Refusal
from shanxue.intake.actions import commit_plan
from shanxue.intake.checking import plan_import
from shanxue.intake.reading import read_workbook

EXAMPLES = Path(__file__).parents[2] / "examples"
PAGE = EXAMPLES.parent / "docs" / "example.md"
TODAY = date(2026, 1, 10)
ROSTERS = ("01", "02", "03")

TABLES = {
    "1改了列名的名册.xlsx": [
        "「名册」没有找到“姓名”列。第 2 行的列名是：序号、工号、人员、所在支部、党籍状态。请改正列名，或补上这一列。"
    ],
    "2支部对不上的考勤.xlsx": [
        "「6月」第 3 行 F 列（所在支部）：“执法二大队一中队支部”没有找到，最接近：执法二大队支部。（共 8 处）"
    ],
    "3丢了字的名册.csv": [
        "「3丢了字的名册」第 10 行 B 列（姓名）：“龚?”里有丢失的字，导出时可能用了 GBK。请改正这个字。",
        "「3丢了字的名册」第 36 行 B 列（姓名）：“冯?祥”里有丢失的字，导出时可能用了 GBK。请改正这个字。",
    ],
    "5多出一天的考勤表.xlsx": ["「6月」AG 列是 6 月 31 日，没有这一天，但有 3 个标记。请改正。"],
    "6超过满分的成绩.xls": ["「成绩」第 6 行 F 列（成绩）：105 超过满分 100。"],
}
SCHEMES = {
    "7权重合计95的细则.toml": "四项权重合计 95%，还差 5%。",
    "8用在线时长计分的细则.toml": "不能作为考评依据。可改用“认定学时”",
}


@pytest.fixture
def bureau(db: None) -> None:
    """A bureau that knows its people: the three large rosters of the example year."""
    folder = EXAMPLES / "chengguan-2025"
    books = [read_workbook(path) for path in sorted(folder.iterdir()) if path.name.startswith(ROSTERS)]
    plan = plan_import("default", books, {}, TODAY)
    commit_plan(plan, actor="办公室", at=datetime(2026, 1, 10, tzinfo=UTC))


@pytest.mark.parametrize("name", TABLES)
def test_broken_table_is_answered_with_place_and_remedy(bureau: None, name: str) -> None:
    """Ux D cases 7, 21, 10, 24, 28; issue 2: the clerk is told where and what to do."""
    plan = plan_import("default", [read_workbook(EXAMPLES / "broken" / name)], {}, TODAY)
    findings = [found for table in plan.files[0].tables for found in (*table.questions, *table.problems)]
    assert [found.message for found in findings] == TABLES[name]
    assert plan.is_open


def test_locked_file_is_refused() -> None:
    """Ux D case 29."""
    with pytest.raises(Refusal) as caught:
        read_workbook(EXAMPLES / "broken" / "4设了密码的名册.xlsx")
    assert caught.value.sentence == "这个文件设了密码，去掉密码后再传。"


@pytest.mark.parametrize("name", SCHEMES)
def test_broken_scheme_is_refused_by_its_clause(name: str) -> None:
    """Ux K3: 四项权重合计 95%; 在线时长不能作为考评依据."""
    with pytest.raises(SchemeRefused) as caught:
        load_scheme((EXAMPLES / "broken" / name).read_text(encoding="utf-8"), name)
    assert SCHEMES[name] in caught.value.problems[0]


def test_page_quotes_every_sentence() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, sentences in TABLES.items():
        assert name in page
        assert sentences[0] in page
    for name, sentence in SCHEMES.items():
        assert name in page
        assert sentence in page
    assert "这个文件设了密码，去掉密码后再传。" in page
