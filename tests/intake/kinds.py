"""A few kinds of tables for the reader's own tests, with the columns that real rooms take."""

from __future__ import annotations

from shanxue.intake.rules import Field, Kind
from shanxue.intake.values import (
    parse_code,
    parse_count,
    parse_day,
    parse_mark,
    parse_name,
    parse_past_date,
    parse_quantity,
    parse_score,
    parse_text,
)

NAME = Field("name", "姓名", ("名字", "姓名全称", "学员姓名"), required=True, parse=parse_name)
STAFF_NO = Field("staff_no", "工号", ("学工号", "工作证号", "编号", "学号", "职工号"), parse=parse_code)
UNIT = Field("unit", "支部", ("所在支部", "所属组织", "部门", "组织"), parse=parse_text)
REMARK = Field("remark", "备注", parse=parse_text)
ON = Field("on", "日期", ("时间", "考勤日期", "学习日期"), parse=parse_day)

ROSTER = Kind(
    "roster",
    "名册",
    (
        NAME,
        STAFF_NO,
        UNIT,
        Field("joined_on", "入党时间", ("入党日期",), parse=parse_past_date),
        Field("full_on", "转正日期", ("转正时间",), parse=parse_past_date),
        REMARK,
    ),
    needs=(frozenset({"name", "staff_no"}), frozenset({"name", "unit"}), frozenset({"name", "joined_on"})),
    marks=("名册", "花名册", "在职党员"),
)
ATTENDANCE = Kind(
    "attendance",
    "考勤表",
    (
        NAME,
        STAFF_NO,
        UNIT,
        ON,
        Field("topic", "主题", ("会议名称", "内容"), parse=parse_text),
        Field("session_kind", "会议类型", ("类型",), parse=parse_text),
        Field("mark", "出勤情况", ("状态", "考勤结果", "打卡结果", "签到", "签名", "考勤"), parse=parse_mark),
        REMARK,
    ),
    needs=(frozenset({"name", "on", "mark"}),),
    marks=("考勤", "签到"),
)
SCORES = Kind(
    "scores",
    "成绩",
    (NAME, STAFF_NO, UNIT, ON, Field("score", "成绩", ("得分", "考试成绩", "分数"), parse=parse_score), REMARK),
    needs=(frozenset({"name", "score"}),),
    marks=("成绩",),
)
HOURS = Kind(
    "hours",
    "学时",
    (NAME, STAFF_NO, Field("amount", "学时", ("认定学时", "总学时"), parse=parse_quantity), REMARK),
    needs=(frozenset({"name", "amount"}),),
)
PLAN = Kind(
    "plan",
    "计划",
    (
        Field("topic", "学习内容", ("内容", "主题"), required=True, parse=parse_text),
        Field("on", "时间", ("完成时间", "日期"), parse=parse_text),
        Field("characters", "字数", parse=parse_count),
    ),
    needs=(frozenset({"topic", "on"}),),
    marks=("计划",),
)
KINDS = (ROSTER, ATTENDANCE, SCORES, HOURS, PLAN)
