"""A hand-made year of a small bureau: three branches, seven people, one unit scheme. Names are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from shanxue.assessment.rules.report import (
    AttendanceCount,
    Excluded,
    GateNote,
    LineRow,
    Part,
    ResultRow,
    SchemeNote,
    YearReport,
)

FIRST, SECOND, RETIRED = "第一党支部", "第二党支部", "离退休党支部"
GATE = GateNote("第九条", "按第九条，学习考核未达优秀的，年度考核不评优秀", target="年度考核", at_most="称职")
REFERENCE = GateNote("第十一条", "按第十一条，列入选拔任用参考", list_name="选拔任用参考")

PEOPLE_SCHEME = SchemeNote(
    code="jiguan-2025",
    title="机关学习考核办法",
    subject="person",
    scale=100,
    grades=("优秀", "良好", "合格", "不合格"),
    components=("计划", "考勤", "笔记", "成效"),
    component_full=(2000, 3000, 2000, 3000),
    clauses={"第五条": "考勤三十分，按到会比例计。", "第九条": "学习考核达不到优秀的，个人年度考核不能评为优秀。"},
    source="《机关学习考核办法（试行）》",
    sha256="ab" * 32,
)

WANG = ResultRow(
    "0007", "王建国", FIRST, "办公室", 9000, "优秀", gates=(REFERENCE,), components=(1800, 3000, 1700, 2500)
)
LI = ResultRow(
    "202500012345678901",
    "李梅",
    FIRST,
    "办公室",
    8999,
    "良好",
    "低于优秀线 0.01 分",
    (GATE,),
    (1800, 2999, 1700, 2500),
    {"年度考核": "优秀"},
)
ZHANG = ResultRow(
    "0009", "=张&<伟>", SECOND, "督查科", 6550, "合格", "", (GATE,), (1200, 1550, 1300, 2500), {"年度考核": "称职"}
)
ZHAO = ResultRow(
    "0010",
    "赵敏",
    SECOND,
    "督查科",
    None,
    "待补充",
    "“测试”没有数据",
    (),
    (1200, 2800, 1500, None),
    {"年度考核": "优秀"},
)
QIAN = ResultRow("0011", "钱进", SECOND, "法规科", 4000, "不合格", "", (GATE,), (500, 1000, 1000, 1500))
SUN = ResultRow("0012", "孙丽", SECOND, "法规科", 8000, "良好", "", (GATE,), (1500, 2500, 1500, 2500))
ZHOU = ResultRow("0013", "周平", RETIRED, "", 7000, "", "当年新入职，不定等次", (), (1500, 2500, 1000, 2000))

LINES = (
    LineRow("0007", "王建国", "A1", "到会", "考勤", 20000, 20000, 3000, 3000, "第五条", "", "30 × 20 ÷ 20"),
    LineRow(
        "202500012345678901", "李梅", "A1", "到会", "考勤", 19500, 20000, 2999, 3000, "第五条", "", "30 × 19.5 ÷ 20"
    ),
    LineRow("0010", "赵敏", "D1", "测试", "成效", None, None, None, 3000, "第八条", "无数据", "测试平均分"),
    LineRow("0013", "周平", "D1", "测试", "成效", None, None, None, 3000, "第八条", "免", "测试平均分"),
    LineRow("0011", "钱进", "A2", "无故缺席", "考勤", 3000, None, -900, None, "第六条", "-归零", "=每次扣 3 分"),
)

BRANCH_SCHEME = SchemeNote(
    "zhibu-2025", "党支部学习考核细则", "branch", 10, ("先进", "达标", "未达标"), ("制度落实",), (1000,)
)
BRANCH_ROWS = (
    ResultRow("Z01", FIRST, "机关党委", total=1000, grade="先进", components=(1000,)),
    ResultRow("Z02", SECOND, "机关党委", total=850, grade="达标", components=(850,)),
    ResultRow("Z03", RETIRED, "机关党委", total=1000, grade="先进", components=(1000,)),
)
BRANCH_LINES = (
    LineRow("Z01", FIRST, "B1", "支部党员大会", "制度落实", 4000, 4000, 600, 600, "第三条", "", "60 × 4 ÷ 4"),
    LineRow("Z02", SECOND, "B1", "支部党员大会", "制度落实", 3000, 4000, 450, 600, "第三条", "", "60 × 3 ÷ 4"),
    LineRow("Z03", RETIRED, "B1", "支部党员大会", "制度落实", 4000, 4000, 600, 600, "第三条", "", "60 × 4 ÷ 4"),
)

ATTENDANCE = (
    AttendanceCount(FIRST, {"到": 95, "迟到": 1, "请假": 4, "免": 10}),
    AttendanceCount(SECOND, {"到": 60, "早退": 1, "请假": 15, "缺席": 5, "已补学": 9, "未记录": 7}),
    AttendanceCount(RETIRED, {"免": 30}),
)


def make_report() -> YearReport:
    """The year with everything in it: a person at exactly 90, one at 89.99, one waiting, one ungraded, one excluded."""
    return YearReport(
        bureau_name="江州市城市管理局",
        year=2025,
        from_on=date(2025, 1, 1),
        until_on=date(2026, 1, 1),
        computed_at=datetime(2026, 1, 15, 9, 30, tzinfo=UTC),
        people=Part(
            PEOPLE_SCHEME,
            (WANG, LI, ZHANG, ZHAO, QIAN, SUN, ZHOU),
            LINES,
            (Excluded("0099", "吴老", RETIRED, "年老体弱（第十条）"),),
        ),
        branches=Part(BRANCH_SCHEME, BRANCH_ROWS, BRANCH_LINES),
        branch_names=(FIRST, SECOND, RETIRED),
        department_names=("办公室", "督查科", "法规科"),
        attendance=ATTENDANCE,
        policies=("细则未规定年中调入人员的考核，按全年计。",),
        notices=("考勤表中有 7 人次未记录，未计入应到。",),
        digests={"输入数据校验值": "12" * 32, "结果校验值": "34" * 32},
    )


def make_quiet_report() -> YearReport:
    """A year without anything to mend: everybody present and graded well."""
    report = make_report()
    part = Part(PEOPLE_SCHEME, (WANG,), LINES[:1])
    return replace(
        report,
        people=part,
        branches=None,
        branch_names=(FIRST,),
        department_names=("办公室",),
        attendance=(AttendanceCount(FIRST, {"到": 20}),),
        policies=(),
        notices=(),
    )
