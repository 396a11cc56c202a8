"""Words of sessions and attendance. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """层级学习机制 (D5)."""

    COMMITTEE = "党组集中学"
    BRANCH = "支部集体学"
    SELF = "个人自学"


class SessionKind(StrEnum):
    CORE_GROUP = "中心组学习"
    PARTY_MEETING = "支部党员大会"
    COMMITTEE_MEETING = "支委会"
    GROUP_MEETING = "党小组会"
    LECTURE = "党课"
    THEME_DAY = "主题党日"
    STUDY_DAY = "学习日"
    TRAINING = "培训"
    LIFE_MEETING = "组织生活会"
    MEMBER_REVIEW = "民主评议党员"
    HEART_TALK = "谈心谈话"  # between two people: both are its expected list (K10)
    TALK = "报告会"
    OTHER = "其他"


TIER_OF_KIND = {SessionKind.CORE_GROUP: Tier.COMMITTEE}  # every other kind is 支部集体学 unless the file says otherwise


class SessionState(StrEnum):
    PLANNED = "计划"
    HELD = "已召开"
    POSTPONED = "延期"
    CANCELLED = "取消"


class Mark(StrEnum):
    """What is known of one person at one session. 未记录 is not 缺席; 已补学 is not 到."""

    PRESENT = "到"
    LATE = "迟到"
    LEFT_EARLY = "早退"
    LEAVE = "请假"
    ABSENT = "缺席"
    MADE_UP = "已补学"
    EXEMPT = "免"
    UNRECORDED = "未记录"


class How(StrEnum):
    """How the mark came to be."""

    LIST = "名单"  # drawn up with the notice: 未记录 and 免
    ROLL_CALL = "点名"
    SCAN = "扫码"
    CODE = "口令"
    LEAVE = "请假"
    MAKE_UP = "补学"
    IMPORT = "导入"
    LATE_ENTRY = "补录"


class Outcome(StrEnum):
    """What became of one thing said about somebody's presence."""

    TAKEN = "采纳"
    CONFLICT = "冲突"
    REFUSED = "未采纳"
    WAITING = "待确认"


class LeaveState(StrEnum):
    ASKED = "待批"
    GRANTED = "已批"
    DECLINED = "未批"
    WITHDRAWN = "撤回"


class MakeUpForm(StrEnum):
    """How an absence may be made up (K54)."""

    SELF_STUDY = "自学"
    LESSON = "补课"
    VISIT = "旁听"
    ESSAY = "书面体会"


class MakeUpState(StrEnum):
    OPEN = "待完成"
    WAITING = "待确认"
    DONE = "已完成"
    DROPPED = "取消"


class RecordState(StrEnum):
    """States of the minutes (ux S4)."""

    DRAFT = "草稿"
    WAITING = "待审核"
    RETURNED = "退回修改"
    PASSED = "已通过"


class LeaveReason(StrEnum):
    """Category only: never a diagnosis or a place (个人信息保护法 28)."""

    DUTY = "公务"
    TRAVEL = "出差"
    SICK = "病假"
    PERSONAL = "事假"
    VACATION = "休假"
    ON_SHIFT = "值班"
    FORCE_MAJEURE = "不可抗力"
    OTHER = "其他"
    NONE = ""
