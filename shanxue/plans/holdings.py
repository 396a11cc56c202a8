"""What this room holds about one person."""

from __future__ import annotations

from shanxue.base.holdings import Holding, hold
from shanxue.orgs.models import Person

from .models import DutyRemark, Plan, PlanItem

KEPT = "定档后一个考核年度"


def export_person(person: Person) -> list[Holding]:
    plans = Plan.objects.filter(person=person).order_by("year")
    items = PlanItem.objects.filter(person=person).order_by("due_on", "pk")
    remarks = DutyRemark.objects.filter(person=person).order_by("at")
    return [
        hold(
            "个人学习计划", "本人写，书记审批（学习计划，D2、D6）", KEPT, "年度 标题 状态 审批人 审批意见",
            plans.values_list("year", "title", "state", "decided_by", "decision"),
        ),
        hold(
            "计划条目", "本人写、承接支部计划或由表格导入（学习计划，D6）", KEPT,
            "类别 事项 内容 时限 完成日 状态 原因 承接",
            items.values_list(
                "kind", "title", "content", "due_on", "done_on", "state", "reason", "parent__title"
            ),
        ),
        hold(
            "要求的说明", "书记或办公室登记（说明、暂停、改期）", KEPT, "类型 说明 到哪天 谁写",
            remarks.values_list("kind", "text", "until_on", "actor"),
        ),
    ]  # fmt: skip
