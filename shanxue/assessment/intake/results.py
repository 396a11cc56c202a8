"""考核结果: what another year or another assessment decided, and grades that are proposed there (D8)."""

from __future__ import annotations

import re

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.matching import clean_text, list_words
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Cell, Context, Field, Kind, Row
from shanxue.intake.values import Parsed, parse_code, parse_name, parse_number, show
from shanxue.orgs.columns import BRANCH, DEPARTMENT, NAME, STAFF_NO
from shanxue.orgs.directory import open_directory
from shanxue.orgs.records import find_subject, open_records

from ..models import PriorResult

_ASSESSMENTS = list_words("年度考核 民主评议 绩效考核 平时考核 述职评议 党建考核 学习考核")
_PROPOSED = re.compile("拟定|建议|拟评|拟推荐|初定|初评|拟")


def parse_year(cell: Cell, _context: Context) -> Parsed:
    """Read a year: 2024, 2024年, 2024年度."""
    text = show(cell)
    found = re.fullmatch(r"(20\d\d|19\d\d)年?度?", clean_text(text))
    if found is None:
        raise ValueError(f"“{text}”不是年份。请写成 2024。")
    return Parsed(int(found[1]), text if text != found[1] else None)


KIND = Kind(
    "results",
    "考核结果",
    (
        Field("staff_no", "工号", STAFF_NO, parse=parse_code),
        Field("name", "姓名", NAME, parse=parse_name),
        Field("unit", "单位", (*BRANCH, *list_words("所在单位 被考核单位 工作单位")), first_wins=True),
        Field("department", "部门", DEPARTMENT, first_wins=True),
        Field("year", "年度", list_words("考核年度 年份 考核年份 所属年度"), parse=parse_year),
        Field("assessment", "考核名称", list_words("考核类型 考核类别 考核种类 考核项目 考核")),
        Field(
            "total",
            "总分",
            list_words("得分 考核得分 总得分 考核总分 最终得分 综合得分 分数 考核分数 合计得分"),
            parse=parse_number,
        ),
        Field(
            "grade",
            "等次",
            list_words("考核等次 考核结果 评定等次 结果 考核等级 等级 年度考核等次 年度考核结果 评议结果 评定结果"),
        ),
        Field(
            "proposed",
            "拟定等次",
            list_words("建议等次 拟评等次 初评等次 拟定等级 拟定结果 拟定考核等次 拟评定等次 建议考核等次 初定等次"),
        ),
    ),
    needs=(
        *(
            frozenset({who, "year", grade})
            for who in ("name", "staff_no", "unit", "department")
            for grade in ("grade", "proposed", "total")
        ),
        *(frozenset({who, "proposed"}) for who in ("name", "staff_no", "unit", "department")),
        *(frozenset({who, "assessment", "grade"}) for who in ("name", "staff_no", "unit", "department")),
        *(frozenset({who, "grade", "total"}) for who in ("name", "staff_no", "unit", "department")),
        frozenset({"name", "grade"}),
        frozenset({"staff_no", "grade"}),
    ),
    marks=list_words("考核结果 考核等次 拟定等次 年度考核 学习考核结果 考核情况 评议结果 考核得分"),
)


def choose_year(planned: TablePlan, row: Row) -> int | None:
    facts = planned.table.facts
    year = row.values.get("year") or facts.get("year")
    if year is None:
        found = re.search(r"(20\d\d)年?", f"{facts.get('title') or ''}{planned.sheet}{planned.file}")
        year = int(found[1]) if found else None
    if year is None:
        planned.stop(row, "year", "no_year", "没有写年度，标题里也没有。请补上年度。")
    return year


def choose_assessment(planned: TablePlan, row: Row, *, proposed: bool) -> str:
    written = clean_text(str(row.values.get("assessment") or ""))
    if written:
        return written[:32]
    title = clean_text(f"{planned.table.facts.get('title') or ''}{planned.sheet}{planned.file}")
    found = next((word for word in reversed(_ASSESSMENTS) if word in title), None)
    return found or ("年度考核" if proposed else "学习考核")


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    directory = open_directory(desk)
    records = open_records(
        desk, PriorResult, ("person_id", "unit_id", "year", "assessment"), ("total_milli", "grade", "proposed")
    )
    title = clean_text(f"{planned.table.facts.get('title') or ''}{planned.sheet}")
    lines: dict[object, int] = {}

    def plan_row(row: Row) -> None:
        values = row.values
        subject = find_subject(planned, desk, row, None)
        year = choose_year(planned, row) if subject is not None else None
        if subject is None or year is None:
            return
        grade = clean_text(str(values.get("proposed") or values.get("grade") or ""))[:16]
        if not grade and values.get("total") is None:
            planned.skip(row, "没有写等次和得分")
            return
        proposed = bool(values.get("proposed")) or (
            "proposed" not in planned.table.columns and bool(_PROPOSED.search(title))
        )
        assessment = choose_assessment(planned, row, proposed=proposed)
        key = (subject.person or subject.unit, year, assessment)
        if key in lines:
            planned.stop(
                row, "name", "result_twice", f"第 {lines[key]} 行已有{year}年“{assessment}”的结果。请删去一行。"
            )
            return
        lines[key] = row.number
        outcome, draft = records.put(
            **subject.columns,
            year=year,
            assessment=assessment,
            total_milli=values.get("total"),
            grade=grade,
            proposed=proposed,
        )
        planned.settle(
            row,
            outcome,
            **subject.show(directory),
            year=year,
            assessment=assessment,
            total_milli=draft.values["total_milli"],
            grade=grade,
            proposed=proposed,
        )

    return plan_row


HANDLER = Handler(KIND, prepare)
