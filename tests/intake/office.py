"""A clerk at the import desk, for tests: check a file, bring it in, look at what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.db import models

from shanxue.activities.models import Attendance, Session
from shanxue.assessment.models import Event, PriorResult
from shanxue.exams.models import Score
from shanxue.intake.actions import commit_plan
from shanxue.intake.checking import Plan, TablePlan, plan_import
from shanxue.intake.models import Batch
from shanxue.intake.reading import read_workbook
from shanxue.orgs.models import Bureau, Exemption, Person, Stint, Unit, UnitAlias
from shanxue.plans.models import PlanItem
from shanxue.study.models import LearningHours, Note
from tests.intake.fixtures import Line, write_xlsx

TODAY = date(2026, 1, 5)
AT = datetime(2025, 6, 3, 2, 30, tzinfo=UTC)  # 3 June, half past ten in the morning in China
TABLES: tuple[type[models.Model], ...] = (
    Bureau,
    Unit,
    UnitAlias,
    Person,
    Stint,
    Exemption,
    Session,
    Attendance,
    Note,
    LearningHours,
    PlanItem,
    Score,
    Event,
    PriorResult,
    Batch,
)
ROSTER = ["工号", "姓名", "所在支部", "党籍状态"]
PEOPLE: list[Line] = [
    ["0101", "王伟", "第一支部", "正式党员"],
    ["0102", "李芳", "第一支部", "正式党员"],
    ["0103", "王伟", "第一支部", "预备党员"],
    ["0201", "张敏", "第二支部", "正式党员"],
    ["0202", "刘洋", "第二支部", "正式党员"],
]


def check(path: Path, answers: Mapping[str, str] | None = None, *more: Path) -> Plan:
    return plan_import("default", [read_workbook(one) for one in (path, *more)], answers or {}, TODAY)


def bring(path: Path, answers: Mapping[str, str] | None = None, *more: Path) -> list[Batch]:
    """Check and commit; everything must be settled."""
    plan = check(path, answers, *more)
    assert list_messages(plan) == [], list_messages(plan)
    return commit_plan(plan, actor="办公室", at=AT)


def write(path: Path, lines: Sequence[Line], sheet: str = "Sheet1") -> Path:
    return write_xlsx(path, {sheet: lines})


def bring_people(folder: Path, people: Sequence[Line] = PEOPLE) -> None:
    """Store the small bureau: 第一支部 with two 王伟, 第二支部."""
    bring(write(folder / "起始名册.xlsx", [ROSTER, *people], "在职党员"))


def list_messages(plan: Plan) -> list[str]:
    return [
        found.message for file in plan.files for table in file.tables for found in (*table.questions, *table.problems)
    ] + [file.refused for file in plan.files if file.refused]


def get_table(plan: Plan) -> TablePlan:
    return plan.files[0].tables[0]


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """Everything an import may touch, to compare before and after."""
    return {table.__name__: list(table._default_manager.order_by("pk").values_list()) for table in TABLES}


def find(staff_no: str) -> Person:
    return Person.objects.get(staff_no=staff_no)


def list_stints(staff_no: str) -> list[tuple[str, date | None, date | None]]:
    """A person's units with their bounds, earliest first."""
    stints = Stint.objects.filter(person__staff_no=staff_no).select_related("unit")
    rows = [(stint.unit.name, stint.from_on, stint.until_on) for stint in stints]
    return sorted(rows, key=lambda row: row[1] or date.min)
