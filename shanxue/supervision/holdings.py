"""What this room holds about one person."""

from __future__ import annotations

from shanxue.base.holdings import Holding, hold
from shanxue.orgs.models import Person

from .models import Reminder, Sample

KEPT = "定档后一个考核年度"


def export_person(person: Person) -> list[Holding]:
    return [
        hold(
            "提醒和要求说明", "书记或学习办公室发出，本人答复（制度要求的任务）", KEPT,
            "时间 谁发的 内容 答复期限 答复",
            Reminder.objects.filter(person=person).order_by("at", "pk").values_list(
                "at", "actor", "text", "answer_until_on", "answer"
            ),
        ),
        hold(
            "抽查抽到的笔记", "检查时随机抽取，只有题目和日期（督查，D3）", "随检查材料归档",
            "日期 笔记 哪次检查 查过的人",
            Sample.objects.filter(person=person).order_by("on", "pk").values_list(
                "on", "title", "inspection__title", "checked_by"
            ),
        ),
    ]  # fmt: skip
