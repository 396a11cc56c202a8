"""Closed words of an institution file.

The words of records belong to rooms further down the map (activities, study); a test keeps these lists equal to theirs.
"""

from __future__ import annotations

from shanxue.orgs.rules import MilestoneKind, PartyStatus, RankClass, Role, StaffState, UnitKind

SESSION_KINDS = (
    "中心组学习", "支部党员大会", "支委会", "党小组会", "党课", "主题党日", "学习日", "培训", "组织生活会",
    "民主评议党员", "谈心谈话", "报告会", "其他",
)  # fmt: skip
TIERS = ("党组集中学", "支部集体学", "个人自学")
HOUR_MEASURES = ("学时", "天", "半天", "小时", "学分", "次")
PERIOD_WORDS = {"week": "周", "month": "月", "quarter": "季度", "half": "半年", "year": "年"}
PERIODS = tuple(PERIOD_WORDS)
SOURCES = {  # source of records → which measures a quota may count in it
    "session": ("次",),
    "credit": HOUR_MEASURES,  # recognised hours: earned at sessions and entered; never screen time
    "note": ("篇", "字", "页"),
    "outcome": ("篇",),
    "score": ("次",),
    "plan": ("项",),
    "receipt": ("次",),
}
NEEDS_KIND = ("session",)
UNIT_SOURCES = ("session", "plan")
WHO_WORDS = {
    "unit": tuple(str(word) for word in UnitKind),
    "status": tuple(str(word) for word in PartyStatus),
    "rank_class": tuple(str(word) for word in RankClass if word),
    "role": tuple(str(word) for word in Role),
    "staff_state": tuple(str(word) for word in StaffState),
}
MILESTONES = tuple(str(word) for word in MilestoneKind)
WEEKDAYS = "一二三四五六日"
COMMITTEE_ROLES = (Role.SECRETARY, Role.DEPUTY, Role.COMMITTEE, Role.STUDY_COMMITTEE)
# What may never be asked of anybody (国办函〔2026〕12号; ux F1): use of software instead of recognised study.
ONLINE_WORDS = ("在线时长", "学习时长", "浏览时长", "阅读时长", "观看时长", "登录", "点赞", "转发", "打卡", "积分排名")
