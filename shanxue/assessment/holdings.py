"""What this room holds about one person, and who looked at it."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from shanxue.base.holdings import Holding, Reading, hold
from shanxue.base.points import MILLI, format_scaled
from shanxue.orgs.models import Person

from .models import (
    Amendment,
    Confirmation,
    EvaluationMember,
    EvaluationReading,
    EvaluationRemark,
    Event,
    GateNotice,
    LateRecord,
    Objection,
    PriorResult,
    Result,
    ResultReading,
    ScorerShare,
    SelfScore,
)
from .queries.binding import list_list_readings
from .queries.results import read_version

WITH_FILE = "随考核档案的保管期限"


def export_person(person: Person) -> list[Holding]:
    results = (
        Result.objects.filter(person=person).select_related("run__scheme").prefetch_related("lines").order_by("pk")
    )
    totals, lines = [], []
    for result in results:
        scale = read_version(result.run.scheme).scale
        title, at = result.run.scheme.title, timezone.localtime(result.run.at)
        totals.append((title, at, _write(result.total_points, scale), result.grade, result.rank_note))
        lines += [
            (title, at, line.item, _write(line.counted_milli, MILLI), _write(line.out_of_milli, MILLI),
             _write(line.awarded_points, scale), _write(line.full_points, scale), line.note)
            for line in result.lines.all()
        ]  # fmt: skip
    events = Event.objects.filter(person=person).order_by("on", "pk")
    former = PriorResult.objects.filter(person=person).order_by("year", "pk")
    return [
        hold("考核结果", "按细则计算；怎么算的见“我的成绩”（D7）", WITH_FILE, "细则 计算时间 得分 等次 说明", totals),
        hold("考核明细", "按细则计算，每项可以申诉", WITH_FILE, "细则 计算时间 项目 计入 应计 得分 满分 说明", lines),
        *_hold_proceeding(person),
        hold(
            "加减分事项", "表彰、通报、评分人的打分，由表格导入", WITH_FILE,
            "日期 类别 事项 级别 结果 数量 打分 谁打的 理由",
            [
                (row.on, row.kind, row.title, row.level, row.mark, _write(row.quantity_milli, MILLI),
                 _write(row.points_milli, MILLI), row.by, row.reason)
                for row in events
            ],
        ),
        *_list_evaluations(person),
        hold(
            "自评分", "细则中由评分人打分的项目，供检查时对照", WITH_FILE, "项目 自评分 说明 时间",
            [
                (one.source, _write(one.points_milli, MILLI), one.reason, timezone.localtime(one.at))
                for one in SelfScore.objects.filter(person=person).order_by("pk")
            ],
        ),
        hold(
            "评分分工", "细则中由评分人打分的项目，由谁评哪个单位", WITH_FILE, "细则 项目 单位 何时指定",
            [
                (one.scheme, one.item, one.unit.name, timezone.localtime(one.at))
                for one in ScorerShare.objects.filter(scorer__person=person).select_related("unit").order_by("pk")
            ],
        ),
        hold(
            "拟定等次受条款限制", "学习考核达不到要求的，别的考核不能评高（D8）", WITH_FILE,
            "细则 条款 考核 拟定等次 最高可评 办理 时间 批准人 会议 理由",
            [
                (row.scheme_code, row.clause, row.assessment, row.proposed, row.at_most, row.kind,
                 timezone.localtime(row.at), row.approved_by, row.meeting, row.reason)
                for row in GateNotice.objects.filter(person=person).order_by("at", "pk")
            ],
        ),
        hold(
            "往年和别的考核的等次", "由表格导入；年度考核条款要用（D8）", WITH_FILE, "年度 考核 得分 等次 拟定",
            [(row.year, row.assessment, _write(row.total_milli, MILLI), row.grade, row.proposed) for row in former],
        ),
    ]  # fmt: skip


def _list_evaluations(person: Person) -> list[Holding]:
    """民主评议: what the person wrote, that they took a ballot, the opinion. No vote: none can be joined to anybody."""
    rows = EvaluationMember.objects.filter(person=person).select_related("evaluation__unit").order_by("pk")
    remarks = EvaluationRemark.objects.filter(Q(author=person) | Q(about=person)).order_by("pk")
    return [
        hold(
            "民主评议", "民主评议党员，每年一次", WITH_FILE,
            "支部 年度 身份 自评 写于 领票 等次 日常表现 理由 登记人 已阅",
            [
                (row.evaluation.unit.name, row.evaluation.year, row.status, row.self_text, row.self_on,
                 row.has_ballot, row.grade, row.conduct, row.reason, row.decided_by, row.seen_on)
                for row in rows
            ],
        ),
        hold(
            "互评", "党员互评，署名", WITH_FILE, "年度 谁说的 说的是谁 意见 日期",
            [
                (one.evaluation.year, one.author.name, one.about.name, one.text, one.on)
                for one in remarks.select_related("evaluation", "author", "about")
            ],
        ),
    ]  # fmt: skip


def _hold_proceeding(person: Person) -> list[Holding]:
    """What the year's proceeding says of somebody: the branch's check, late records, amendments."""
    confirmed = Confirmation.objects.filter(result__person=person).select_related("result__run__scheme").order_by("pk")
    objected = Objection.objects.filter(result__person=person).select_related("result__run__scheme").order_by("pk")
    late = LateRecord.objects.filter(person=person).select_related("proceeding").order_by("pk")
    amended = Amendment.objects.filter(result__person=person).select_related("result__run__scheme").order_by("pk")
    checks = [
        (row.result.run.scheme.title, timezone.localtime(row.at), row.by_name, "确认", row.words, "")
        for row in confirmed
    ]
    checks += [
        (row.result.run.scheme.title, timezone.localtime(row.at), row.by_name, f"异议：{row.item}", row.sentence,
         row.answer)
        for row in objected
    ]  # fmt: skip
    return [
        hold("支部核对", "公示以前由支部核对结果", WITH_FILE, "细则 时间 谁 确认或异议 内容 答复", checks),
        hold(
            "截止后的记录", "数据截止以后补录、改动的，逐条决定计不计入", WITH_FILE,
            "考核 变化 截止时 后来 决定 理由 谁决定",
            [(row.proceeding.title, row.change, _tell(row.before), _tell(row.after), row.state, row.reason,
              row.decided_by) for row in late],
        ),
        hold(
            "定档后的更正", "申诉成立或会议决定的更正，旧的结果留着", WITH_FILE,
            "细则 日期 原等次 现等次 因为 理由 谁决定 会议",
            [(row.result.run.scheme.title, row.held_on, row.old_grade, row.new_grade, row.cause, row.reason,
              row.decided_by, row.meeting) for row in amended],
        ),
    ]  # fmt: skip


def _tell(told: dict[str, str] | None) -> str:
    names = ("on", "kind", "title", "mark", "quantity")
    return " ".join(str(told[name]) for name in names if told.get(name)) if told else ""


def _write(value: int | None, scale: int) -> str:
    return "" if value is None else format_scaled(value, scale, trim=True)


def list_readings(person: Person) -> list[Reading]:
    rows = ResultReading.objects.filter(result__person=person).order_by("-at")
    evaluations = EvaluationReading.objects.filter(evaluation__members__person=person).order_by("-on")
    return [
        *(Reading(timezone.localtime(row.at).date(), row.reader_name, "学习成绩") for row in rows),
        *(Reading(row.on, row.reader_name, "考核名单") for row in list_list_readings(person)),
        *(Reading(row.on, row.reader_name, "民主评议") for row in evaluations),
    ]
