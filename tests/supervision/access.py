"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from shanxue.plans.actions.institutions import adopt_institution
from shanxue.supervision.models import (
    AgendaPoint,
    CarriedFinding,
    Checklist,
    Finding,
    Inspection,
    Instruction,
    Rectification,
    Reminder,
    Sample,
)
from tests.house import AT, House
from tests.roles import BUREAU, HAS_OWN, LEADING, READERS

from .rulebook import hold

OPEN_TO: dict[str, set[str | None]] = {
    "supervision:duties": READERS,
    "supervision:mine": HAS_OWN,
    "supervision:unit": READERS - {"head"},  # 第一支部
    "supervision:members": READERS - {"head"},  # 第一支部
    "supervision:person": {"member", *READERS},  # 张三
    "supervision:coverage": READERS,
    "supervision:instructions": READERS,
    "supervision:instruction": READERS - {"head"},  # 第一支部's
    "supervision:remind": set(),
    "supervision:ask": LEADING,
    "supervision:agenda": BUREAU,
    "supervision:add_points": {"office"},
    "supervision:add_found_points": {"office"},
    "supervision:withdraw_point": set(),
    "supervision:inspections": READERS,
    "supervision:spot": {"office", "inspector"},
    "supervision:plan_inspection": {"secretary", "office", "inspector"},
    "supervision:inspection": READERS - {"head"},  # of 第一支部
    "supervision:drop_inspection": set(),
    "supervision:end_inspection": {"office", "inspector"},
    "supervision:inspection_sheet": READERS - {"head"},
    "supervision:new_finding": {"office", "inspector"},
    "supervision:check_record": READERS - {"head"},
    "supervision:answer_carried": set(),
    "supervision:findings": READERS,
    "supervision:finding": READERS - {"head"},
    "supervision:set_action": set(),
    "supervision:pass_down": set(),
    "supervision:close_finding": set(),
    "supervision:withdraw_finding": set(),
    "supervision:report_action": set(),
    "supervision:recheck_action": set(),
    "supervision:checklists": READERS,
    "supervision:new_checklist": {"office"},
    "supervision:checklist": {"office"},
    "supervision:answer": {"secretary", "office"},
    "supervision:duty": READERS - {"head"},  # 第一支部's
}
POST_ONLY = {
    f"supervision:{name}"
    for name in ("remind", "withdraw_point", "drop_inspection", "answer_carried", "set_action", "pass_down",
                 "close_finding", "withdraw_finding", "report_action", "recheck_action")
}  # fmt: skip
MEETINGS = """
[institution]
code = "zhibu"
title = "支部制度"
source = "局党委文件"
[[clause]]
number = "第一条"
text = "支部党员大会每季度召开1次。"
[[obligation]]
code = "DH"
title = "支部党员大会"
clause = "第一条"
kind = "frequency"
who = { unit = ["党支部"] }
event = { source = "session", kind = ["支部党员大会"] }
period = "quarter"
least = 1
"""


def make(house: House) -> dict[str, list[object]]:
    adopt_institution(house.bureau, text=MEETINGS, from_on=date(2025, 1, 1), reason="局党委会", actor="办公室", at=AT)
    first = house.units["第一支部"]
    today = timezone.localdate()
    start = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    key = f"zhibu/DH/u{first.pk}/{start:%Y%m%d}"
    reminder = Reminder.objects.create(
        bureau=house.bureau, unit=first, duty=key, text="请补交记录。", at=AT, actor="赵六"
    )
    point = AgendaPoint.objects.create(
        bureau=house.bureau, unit=first, duty=key, title="支部党员大会", sentence="第一支部支部党员大会未按期完成。",
        evidence=[["记录", "这一期还没有记录"]], at=AT, actor="赵六",
    )  # fmt: skip
    instruction = Instruction.objects.create(
        bureau=house.bureau, unit=first, text="请月底前补开。", at=AT, by=house.users["leader"]
    )
    return make_inspection(house) | {
        "supervision:withdraw_point": [point.pk],
        "supervision:instruction": [instruction.pk],
        "supervision:unit": [first.pk],
        "supervision:members": [first.pk],
        "supervision:person": [house.people["张三"].pk],
        "supervision:answer": [reminder.pk],
        "supervision:duty": [key],
    }


def make_inspection(house: House) -> dict[str, list[object]]:
    """An inspection of 第一支部 under way, with one record, one finding and what is to be done; and a self-check."""
    first = house.units["第一支部"]
    session = hold(first, date(2025, 12, 3))
    day = timezone.localdate()
    common: dict[str, Any] = {
        "bureau": house.bureau, "unit": first, "from_on": date(2025, 1, 1), "until_on": date(2026, 1, 1),
        "visit_on": day, "records": ["会议"], "count": 10, "checklist": "检查表",
        "lines": [["", "学习计划", "会议列入计划", 5000, "对照计划"]], "planned_at": AT, "planned_by": "赵六",
    }  # fmt: skip
    inspection = Inspection.objects.create(
        title="年度督查", state="进行中", seed=7, population_count=1, drawn_at=AT, drawn_by="赵六", **common
    )
    sample = Sample.objects.create(
        inspection=inspection, position=1, kind="会议", ref=session.pk, unit=first, on=session.on, title="支部党员大会"
    )
    finding = Finding.objects.create(
        inspection=inspection, number=1, unit=first, sample=sample, line=0, sentence="一次会议没有列入计划",
        found_at=AT, found_by="赵六",
    )  # fmt: skip
    action = Rectification.objects.create(
        finding=finding, unit=first, text="补列计划", due_on=day, set_at=AT, set_by="赵六"
    )
    check = Inspection.objects.create(kind="自查", title="年底自查", **common)
    carried = CarriedFinding.objects.create(inspection=check, finding=finding)
    checklist = Checklist.objects.create(
        bureau=house.bureau, title="支部检查表", text="计划 | 列入计划", saved_at=AT, saved_by="赵六"
    )
    at_inspection = ("inspection", "drop_inspection", "end_inspection", "inspection_sheet", "new_finding")
    at_finding = ("finding", "set_action", "pass_down", "close_finding", "withdraw_finding")
    return {
        **{f"supervision:{name}": [inspection.pk] for name in at_inspection},
        **{f"supervision:{name}": [finding.pk] for name in at_finding},
        "supervision:check_record": [inspection.pk, sample.pk],
        "supervision:answer_carried": [check.pk, carried.pk],
        "supervision:report_action": [action.pk],
        "supervision:recheck_action": [action.pk],
        "supervision:checklist": [checklist.pk],
    }
