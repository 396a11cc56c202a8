"""Words of plans. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class ItemState(StrEnum):
    """Planned against held: 延期, 取消 and 计划外 are shown apart, never folded into 完成."""

    OPEN = "未完成"
    DONE = "完成"
    POSTPONED = "延期"
    CANCELLED = "取消"
    EXTRA = "计划外"


class PlanState(StrEnum):
    DRAFT = "草稿"
    SUBMITTED = "待审批"
    RETURNED = "退回修改"
    APPROVED = "已批准"


class Level(StrEnum):
    """The three levels at which the year's 工作意见 sets goals and content (D2)."""

    PARTY = "学习型党组织"
    BRANCH = "学习型党支部"
    MEMBER = "学习型党员干部"


class CampaignState(StrEnum):
    RUNNING = "进行中"
    CLOSED = "已结束"


class RemarkKind(StrEnum):
    """What may be said of a duty besides the record that fulfils it."""

    EXPLANATION = "说明"
    PAUSE = "暂停"
    MOVED = "改期"
