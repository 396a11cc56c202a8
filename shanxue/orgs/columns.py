"""What columns about people and units are called in the tables of every room."""

from __future__ import annotations

from shanxue.intake.matching import list_words

STAFF_NO = list_words(
    "工号 学工号 工作证号 登录名 编号 学号 学号/工号 工号/学号 职工号 职工编号 员工号 员工工号",
    "员工编号 人员编号 人员编码 党员编号 用户账号 账号 证件编号 干部编号 学员ID 员工ID UserID",
)
NAME = list_words(
    "姓名 党员姓名 真实姓名 人员姓名 员工姓名 学员姓名 学员名 干部姓名 名字 参会人 参加人员", "参会人员 创建者姓名"
)
BRANCH = list_words(
    "所在支部 所属党支部 支部 所属支部 党支部 所在党支部 所属组织 所属党组织 党组织 组织",
    "所在党组织 支部名称 党支部名称 所在党支部（填简称） 所在党支部(填简称) 组织关系所在支部",
    "组织关系 推荐支部",
)
DEPARTMENT = list_words("部门 所在部门 科室 处室 所在科室 所属部门 工作部门 部门名称 内设机构 所在处室 所属科室")
