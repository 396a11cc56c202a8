"""What this room holds about one person."""

from __future__ import annotations

from django.utils import timezone

from shanxue.base.holdings import Holding, hold
from shanxue.base.points import MILLI, format_scaled
from shanxue.orgs.models import Person

from .models import Score, Sitting, SittingAnswer

KEPT = "定档后一个考核年度"


def export_person(person: Person) -> list[Holding]:
    scores = Score.objects.filter(person=person).order_by("on", "pk")
    sittings = Sitting.objects.filter(person=person).select_related("paper").order_by("started_at")
    handed_in = SittingAnswer.objects.filter(sitting__person=person, sitting__handed_in_at__isnull=False)
    answers = handed_in.select_related("sitting__paper").order_by("sitting", "position")
    return [
        hold(
            "测试成绩", "测试后自动计分，或由表格导入（成效，D6）；缺考没有分数", KEPT,
            "日期 类别 测试 第几次 得分 满分 情况",
            [
                (row.on, row.kind, row.title, row.attempt,
                 None if row.score_milli is None else format_scaled(row.score_milli, MILLI, trim=True),
                 format_scaled(row.full_milli, MILLI, trim=True), row.mark)
                for row in scores
            ],
        ),
        hold(
            "答题经过", "本人答题时记下", KEPT, "测试 第几次 开始 交卷",
            [
                (row.paper.title, row.attempt, timezone.localtime(row.started_at),
                 timezone.localtime(row.handed_in_at) if row.handed_in_at else None)
                for row in sittings
            ],
        ),
        hold(
            "作答", "本人作答；交卷以后列出", KEPT, "测试 第几次 题号 题目 本人的答案 得分",
            [
                (row.sitting.paper.title, row.sitting.attempt, row.position, str(row.put.get("stem", "")),
                 "、".join(map(str, row.given or [])),
                 None if row.awarded_milli is None else format_scaled(row.awarded_milli, MILLI, trim=True))
                for row in answers
            ],
        ),
    ]  # fmt: skip
