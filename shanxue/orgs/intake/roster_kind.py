"""What a roster looks like: its columns under all their names."""

from __future__ import annotations

from shanxue.intake.matching import list_words
from shanxue.intake.rules import Field, Kind
from shanxue.intake.values import parse_code, parse_date, parse_name

from ..columns import BRANCH, DEPARTMENT, NAME, STAFF_NO

KIND = Kind(
    "roster",
    "名册",
    (
        Field("staff_no", "工号", STAFF_NO, parse=parse_code),
        Field("name", "姓名", NAME, required=True, parse=parse_name),
        Field("unit", "所在支部", BRANCH),
        Field(
            "unit_code", "支部编码", list_words("支部编号 支部代码 党支部编码 组织编码 所在支部编码"), parse=parse_code
        ),
        Field("parent", "上级组织", list_words("所属党委 所属总支 所属党总支 党总支 上级党组织")),
        Field("group", "党小组", ("所在党小组", "所属党小组", "小组")),
        Field("department", "部门", DEPARTMENT),
        Field("place", "单位", list_words("所在单位 所属单位 工作单位 组织单位 单位名称")),
        Field(
            "party_status",
            "党籍状态",
            list_words("政治面貌 党员类别 党籍 党员类型 政治身份 发展阶段 当前发展阶段 组织身份"),
        ),
        Field("person_class", "人员类别", ("类别", "人员类型", "类型"), first_wins=True),
        Field("staff_state", "人员状态", list_words("在职状态 在岗状态 在职情况 任职状态 状态 是否在职")),
        Field("role", "党内职务", list_words("支部职务 党务职务 党内任职 党组织职务 支委职务")),
        Field("post", "职务", list_words("职务名称 行政职务 岗位 现任职务 角色"), first_wins=True),
        Field(
            "rank_class",
            "职级",
            list_words("职务职级 职级层次 职务层次 级别 干部级别 现职级 职级类别 层次"),
            first_wins=True,
        ),
        Field(
            "birth_on",
            "出生年月",
            list_words("出生日期 出生年 出生年月日 生日 出生年份 出生年月(yyyy-MM) 出生年月（yyyy-MM）"),
            parse=parse_date,
            first_wins=True,
        ),
        Field(
            "joined_on",
            "到岗时间",
            list_words("入职时间 入职日期 到岗日期 来本单位时间 到本单位时间 调入时间 进入本单位时间 报到时间"),
            parse=parse_date,
        ),
        Field("left_on", "离开时间", list_words("离职时间 离职日期 调出时间 离岗时间 离开日期"), parse=parse_date),
        Field(
            "since",
            "转入支部时间",
            list_words("进入支部时间 转入时间 组织关系转入时间 转入日期 入支部时间"),
            parse=parse_date,
        ),
    ),
    needs=(
        frozenset({"name", "unit"}),
        frozenset({"name", "department", "staff_no"}),
        frozenset({"name", "party_status"}),
        frozenset({"name", "place", "staff_no"}),
        frozenset({"name", "department", "post"}),
        frozenset({"name", "department", "rank_class"}),
        frozenset({"name", "staff_no", "rank_class"}),
        frozenset({"name", "department", "staff_state"}),
    ),
    marks=list_words("名册 花名册 党员信息 人员信息 信息表 通讯录 党员名单 人员名单 人员一览"),
)
