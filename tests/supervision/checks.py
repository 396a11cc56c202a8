"""What the tests of inspections begin with: records to draw from, actors, a plan."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from shanxue.base.periods import Period
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, find_actor
from shanxue.supervision.actions.inspecting import Plan, Scope, check_record, draw_sample, plan_inspection
from shanxue.supervision.models import Inspection
from shanxue.supervision.rules.inspecting import InspectionKind
from tests.house import House, add_person, add_user

from .rulebook import hold

TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
YEAR = Period(date(2026, 1, 1), date(2026, 5, 21))
LINES = "学习计划 | 会议列入计划 | 5 | 对照计划\n[考勤]\n到会情况 | 名单完整 | | 查签到表"


def get_actor(house: House, key: str) -> Actor:
    return find_actor(house.users[key], TODAY)


def hold_six(house: House) -> None:
    """Six meetings of 第一支部 and two of 第二支部 this year."""
    for month in range(1, 5):
        hold(house.units["第一支部"], date(2026, month, 8), people=(house.people["张三"],))
    for month in (1, 2):
        hold(house.units["第一支部"], date(2026, month, 20), "党课")
        hold(house.units["第二支部"], date(2026, month, 9))


def add_chief(house: House) -> None:
    """孙七, secretary of 机关党委: sees and answers for both branches."""
    add_person(house, "孙七", "机关党委")
    add_user(house, "chief", "secretary", "机关党委", "孙七")


def build_plan(unit: Unit, **values: Any) -> Plan:
    kind = values.pop("kind", InspectionKind.FROM_ABOVE)
    records = values.pop("records", ("会议",))
    scope = Scope(unit, values.pop("period", YEAR), records, values.pop("count", 3))
    return Plan(kind, "二季度督查", scope, values.pop("visit_on", TODAY), "检查表", values.pop("text", LINES))


def begin(house: House, unit: str = "机关党委", key: str = "inspector", **values: Any) -> Inspection:
    """Plan and draw an inspection as somebody, by seed 7."""
    actor = get_actor(house, key)
    inspection = plan_inspection(actor, build_plan(house.units[unit], **values), at=NOW)
    draw_sample(actor, inspection, seed=7, at=NOW)
    return inspection


def check_all(house: House, inspection: Inspection, key: str = "inspector") -> None:
    """Find every line met on every record."""
    for sample in inspection.samples.all():
        answers = dict.fromkeys(range(len(inspection.lines)), ("符合", ""))
        check_record(get_actor(house, key), sample, answers, revision=sample.revision, at=NOW)
