"""Words of the organisation: lines, unit kinds, party status, roles. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class Line(StrEnum):
    """The two lines of one tree: a person normally stands in one unit of each."""

    PARTY = "党组织"
    ADMIN = "行政"


class UnitKind(StrEnum):
    COMMITTEE = "党委"
    GENERAL_BRANCH = "党总支"
    BRANCH = "党支部"
    GROUP = "党小组"
    BUREAU = "局"
    DEPARTMENT = "部门"


class PartyStatus(StrEnum):
    FULL = "正式党员"
    PROBATIONARY = "预备党员"
    CANDIDATE = "发展对象"
    ACTIVIST = "入党积极分子"
    MASSES = "群众"
    UNKNOWN = "待补充"


class StaffState(StrEnum):
    """人员状态."""

    SERVING = "在职"
    RETIRED = "离退休"
    SECONDED_OUT = "借调外出"
    HELD_POST = "挂职"
    PROBATION = "试用期"
    FLOATING = "流动党员"
    LEFT = "离开"


class RankClass(StrEnum):
    """Rank classes that hour rules speak of (《干部教育培训工作条例》第14–16条)."""

    COUNTY_UP = "县处级以上"
    TOWNSHIP = "乡科级"
    STAFF = "科级以下"
    WORKER = "工勤"
    NONE = ""


class Role(StrEnum):
    SECRETARY = "书记"
    DEPUTY = "副书记"
    COMMITTEE = "委员"
    STUDY_COMMITTEE = "学习委员"
    GROUP_LEADER = "组长"
    HEAD = "负责人"
    MEMBER = "成员"


class MilestoneKind(StrEnum):
    """Days of a person's record from which deadlines are counted (K08)."""

    PROBATION = "接收为预备党员"
    FULL = "转正"
    PROMOTED = "晋升"
    ENTERED = "入职"


class CorrectionState(StrEnum):
    ASKED = "待处理"
    DONE = "已更正"
    DECLINED = "未更正"


class TransferState(StrEnum):
    WAITING = "待接收"
    RECEIVED = "已接收"
    WITHDRAWN = "已撤回"


class RequestState(StrEnum):
    ASKED = "待审批"
    GRANTED = "已批准"
    DECLINED = "未批准"


# 党员教育管理条例 23 and what schemes name: why something is not asked of somebody. A category, never a diagnosis.
EXEMPTION_CATEGORIES = tuple("年老体弱 行动不便 身患重病 失能 长期病休 借调外出 援派挂职 组织批准的其他情形".split())
