"""What this room holds about one person."""

from __future__ import annotations

from shanxue.base.holdings import Holding, hold
from shanxue.base.points import MILLI, format_scaled
from shanxue.orgs.models import Person

from .models import LearningHours, Note, Outcome, SelfStudy

KEPT = "定档后一个考核年度"


def export_person(person: Person) -> list[Holding]:
    hours = LearningHours.objects.filter(person=person).order_by("on", "pk")
    return [
        hold(
            "笔记", "本人写，或由表格导入（笔记，D6）", KEPT, "日期 类别 题目 正文 状态 等次 谁审阅 审阅意见 给谁看",
            Note.objects.filter(person=person).order_by("on", "pk").values_list(
                "on", "kind", "title", "body", "state", "grade", "reviewed_by", "review", "audience"
            ),
        ),
        hold(
            "自学", "本人记（个人自学，D5）；没有时长", KEPT, "日期 学了什么 收获",
            SelfStudy.objects.filter(person=person).order_by("on", "pk").values_list("on", "title", "gain"),
        ),
        hold(
            "学习成果", "本人登记，办公室认定（学用结合，D14）", "随成果材料归档",
            "日期 类别 题目 状态 采纳为 谁采纳 成效",
            Outcome.objects.filter(person=person).order_by("on", "pk").values_list(
                "on", "kind", "title", "state", "adopted_as", "adopted_by", "evidence"
            ),
        ),
        hold(
            "认定学时", "组织认定，或由表格导入（党员教育管理条例第20条）", KEPT, "日期 类别 内容 数量 单位",
            [
                (row.on, row.kind, row.title, format_scaled(row.amount_milli, MILLI, trim=True), row.measure)
                for row in hours
            ],
        ),
    ]  # fmt: skip
