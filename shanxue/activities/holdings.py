"""What this room holds about one person."""

from __future__ import annotations

from django.utils import timezone

from shanxue.base.holdings import Holding, hold
from shanxue.orgs.models import Person

from .models import Attendance, Guest, Leave, MakeUp, MarkEntry, Resolution

KEPT = "定档后一个考核年度"


def export_person(person: Person) -> list[Holding]:
    marks = Attendance.objects.filter(person=person).select_related("session__unit").order_by("session__on", "pk")
    entries = MarkEntry.objects.filter(person=person).select_related("session", "by").order_by("received_at", "pk")
    leaves = Leave.objects.filter(person=person).order_by("asked_at")
    return [
        hold(
            "考勤", "书记点名、本人签到、补录或导入（考勤，D6）", KEPT,
            "日期 会议 单位 到会情况 请假类别 迟到分钟 怎么记的 谁记的 何时",
            [
                (row.session.on, row.session.topic, row.session.unit.name, row.mark, row.reason, row.minutes_late,
                 row.how, row.recorded_by, timezone.localtime(row.recorded_at))
                for row in marks
            ],
        ),
        hold(
            "点名经过", "每次点名、签到的原始记录，只增不改", KEPT, "会议 说的是 结果 怎么记的 谁 何时收到 说明",
            [
                (row.session.topic, row.mark, row.outcome, row.how, str(row.by), timezone.localtime(row.received_at),
                 row.because)
                for row in entries
            ],
        ),
        hold(
            "请假", "本人提交，书记答复；只有类别和一句话", KEPT, "会议 日期 原因 补充 补学方式 状态 谁答复 答复",
            leaves.values_list(
                "session__topic", "session__on", "reason", "text", "make_up", "state", "decided_by", "decision"
            ),
        ),
        hold(
            "补学", "书记安排或本人申请；缺席记录不因补学改变", KEPT,
            "会议 原来 形式 内容 期限 状态 完成日 本人说明 谁确认",
            MakeUp.objects.filter(person=person).order_by("until_on").values_list(
                "session__topic", "of_mark", "form", "material", "until_on", "state", "done_on", "account",
                "confirmed_by",
            ),
        ),
        hold(
            "列席", "书记登记或本人登记", KEPT, "会议 日期 已确认",
            Guest.objects.filter(person=person).order_by("session__on").values_list(
                "session__topic", "session__on", "confirmed"
            ),
        ),
        hold(
            "负责的决议", "会议记录里写明由本人负责", "随会议记录归档", "会议 决议 期限 完成日 说明",
            Resolution.objects.filter(responsible=person).order_by("due_on").values_list(
                "session__topic", "text", "due_on", "done_on", "done_note"
            ),
        ),
    ]  # fmt: skip
