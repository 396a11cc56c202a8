"""A small bureau with invented people: two branches, two departments, a run of a scheme for persons and for branches.

Rows are written directly, so that pages are proved without the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from shanxue.accounts.models import User
from shanxue.assessment.models import PriorResult, Result, ResultLine, Run, SchemeVersion
from shanxue.orgs.models import Bureau, Grant, Person, Stint, Unit
from shanxue.orgs.rules import Line, PartyStatus, UnitKind

AT = datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
PASSWORD = "study-2026-ok"

SCHEME = """
[scheme]
code = "jiguan-2025"
title = "机关学习考核办法"
subject = "person"
window = { from = 2025-01-01, until = 2026-01-01 }
precision = 0.01
source = "《机关学习考核办法》"
[scheme.clauses]
"第三条" = "学习计划40分，按完成项数计分。"
"第五条" = "考勤60分，按到会次数占应到次数计分。"
"第八条" = "90分以上为优秀，80分以上为良好，60分以上为合格。"
"第九条" = "学习考核达不到优秀的，个人年度考核不能评为优秀。"
"第十条" = "学习考核优秀的，列入选拔任用参考。"
[[item]]
code = "P1"
component = "学习计划"
title = "计划完成"
full = 40
clause = "第三条"
kind = "ratio"
count = { source = "plan", mark = ["完成"] }
out_of = { source = "plan", mark_not = ["取消"] }
[[item]]
code = "A1"
component = "考勤"
title = "到会"
full = 60
clause = "第五条"
kind = "ratio"
count = { source = "attendance", mark = ["到", "迟到"] }
out_of = { source = "attendance", mark_not = ["免", "未记录"] }
[[band]]
label = "优秀"
from = 90
[[band]]
label = "良好"
from = 80
[[band]]
label = "合格"
from = 60
[[band]]
label = "不合格"
[[gate]]
code = "G9"
clause = "第九条"
when = { grade_below = "优秀" }
effect = { target = "年度考核", at_most = "称职" }
[[gate]]
code = "G10"
clause = "第十条"
when = { grade_in = ["优秀"] }
effect = { list = "选拔任用参考" }
"""

BRANCH_SCHEME = """
[scheme]
code = "zhibu-2025"
title = "党支部学习考核办法"
subject = "branch"
window = { from = 2025-01-01, until = 2026-01-01 }
precision = 0.01
source = "《党支部学习考核办法》"
members = "jiguan-2025"
[scheme.clauses]
"第二条" = "党员平均分100分。"
[[item]]
code = "Z1"
component = "党员考核"
title = "党员平均分"
full = 100
clause = "第二条"
kind = "ratio"
count = { source = "members", measure = "mean" }
out_of = 100
[[band]]
label = "先进"
from = 90
[[band]]
label = "达标"
from = 60
[[band]]
label = "未达标"
"""


@dataclass
class House:
    """What the tests name. ``people`` and ``units`` by name, ``users`` by power or, for members, by name."""

    bureau: Bureau
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    run: Run = None  # type: ignore[assignment]
    branch_run: Run = None  # type: ignore[assignment]


def add_unit(house: House, name: str, kind: UnitKind, parent: str | None = None) -> Unit:
    line = Line.ADMIN if kind in (UnitKind.DEPARTMENT, UnitKind.BUREAU) else Line.PARTY
    above = house.units[parent] if parent else None
    unit = Unit.objects.create(
        bureau=house.bureau, parent=above, line=line, kind=kind, code=f"U{len(house.units) + 1:02d}", name=name
    )
    unit.path = f"{above.path if above else ''}{unit.pk}/"
    unit.save(update_fields=["path"])
    house.units[name] = unit
    return unit


def add_person(house: House, name: str, branch: str, department: str = "综合科", **values: object) -> Person:
    person = Person.objects.create(
        bureau=house.bureau,
        staff_no=f"{1001 + len(house.people)}",
        name=name,
        party_status=PartyStatus.FULL,
        **values,
    )
    for unit in (branch, department):
        Stint.objects.create(person=person, unit=house.units[unit])
    house.people[name] = person
    return person


def add_user(house: House, key: str, power: str, unit: str | None = None, person: str | None = None) -> User:
    user = User(username=f"u-{key}", display_name=person or key)
    user.set_password(PASSWORD)
    user.save()
    Grant.objects.create(
        user=user, bureau=house.bureau, power=power, unit=house.units[unit] if unit else None, from_on=date(2025, 1, 1)
    )
    if person:
        house.people[person].account = user
        house.people[person].save(update_fields=["account"])
    house.users[key] = user
    return user


def add_run(house: House, text: str, code: str, subject: str) -> Run:
    version = SchemeVersion.objects.create(
        bureau=house.bureau, code=code, title=code, subject=subject, text=text, sha256=f"{code:0<64}", at=AT
    )
    return Run.objects.create(
        bureau=house.bureau, scheme=version, at=AT, actor="命令行", inputs_sha256="0" * 64, results_sha256="0" * 64,
        lines_sha256="0" * 64, subject_count=0,
    )  # fmt: skip


def add_result(house: House, name: str, plan: int | None, attendance: int, grade: str) -> Result:
    """Write one person's result; points are hundredths, out of 4000 and 6000."""
    person = house.people[name]
    home = person.stints.filter(unit__line=Line.PARTY).get().unit
    gates = ["G10"] if grade == "优秀" else ["G9"]
    result = Result.objects.create(
        run=house.run, person=person, home=home, total_points=(plan or 0) + attendance, grade=grade, gates=gates
    )
    ResultLine.objects.create(
        result=result, item="P1", counted_milli=None if plan is None else plan * 10 // 4, out_of_milli=10000,
        awarded_points=plan, full_points=4000,
    )  # fmt: skip
    ResultLine.objects.create(
        result=result, item="A1", counted_milli=attendance * 20 // 6, out_of_milli=20000,
        awarded_points=attendance, full_points=6000,
    )  # fmt: skip
    house.run.subject_count += 1
    house.run.save(update_fields=["subject_count"])
    return result


def build_house() -> House:
    """Build the bureau: 张三 and 李四 (the secretary) in 第一支部, 王五 in 第二支部, 赵六 who keeps the office."""
    house = House(Bureau.objects.create(code="yc", name="云川市示例局"))
    add_unit(house, "机关党委", UnitKind.COMMITTEE)
    add_unit(house, "第一支部", UnitKind.BRANCH, "机关党委")
    add_unit(house, "第二支部", UnitKind.BRANCH, "机关党委")
    add_unit(house, "示例局", UnitKind.BUREAU)
    add_unit(house, "综合科", UnitKind.DEPARTMENT, "示例局")
    add_unit(house, "执法科", UnitKind.DEPARTMENT, "示例局")
    for name, branch, department in (
        ("张三", "第一支部", "综合科"),
        ("李四", "第一支部", "执法科"),
        ("王五", "第二支部", "综合科"),
        ("赵六", "第二支部", "执法科"),
    ):
        add_person(house, name, branch, department)
    house.run = add_run(house, SCHEME, "jiguan-2025", "person")
    house.branch_run = add_run(house, BRANCH_SCHEME, "zhibu-2025", "branch")
    add_result(house, "张三", 3600, 5050, "良好")
    add_result(house, "李四", 4000, 5400, "优秀")
    add_result(house, "王五", 2000, 3000, "不合格")
    add_result(house, "赵六", None, 6000, "待补充")
    for name, points, grade in (("第一支部", 9025, "先进"), ("第二支部", 5500, "未达标")):
        unit = house.units[name]
        result = Result.objects.create(
            run=house.branch_run, unit=unit, home=unit.parent, total_points=points, grade=grade
        )
        ResultLine.objects.create(
            result=result, item="Z1", counted_milli=points * 10, out_of_milli=100_000, awarded_points=points,
            full_points=10000,
        )  # fmt: skip
    for name in ("张三", "李四"):
        PriorResult.objects.create(
            bureau=house.bureau,
            person=house.people[name],
            year=2025,
            assessment="年度考核",
            grade="优秀",
            proposed=True,
        )
    Power = Grant.Power
    add_user(house, "member", Power.MEMBER, "第一支部", "张三")
    add_user(house, "secretary", Power.SECRETARY, "第一支部", "李四")
    add_user(house, "head", Power.LEADER, "综合科")
    for power in (
        Power.OFFICE,
        Power.LEADER,
        Power.INSPECTOR,
        *(Power.SYSTEM_ADMIN, Power.SECURITY_ADMIN, Power.AUDIT_ADMIN),
    ):
        add_user(house, str(power), power)
    return house
