"""学时、学分: how much, of what kind, as recognised by the organisation. 在线时长 is not among the columns (ux F1)."""

from __future__ import annotations

from collections.abc import Iterator

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.matching import clean_text, list_words
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Field, Kind, Row
from shanxue.intake.values import (
    Quantity,
    parse_code,
    parse_date,
    parse_name,
    parse_quantity,
    parse_share,
    parse_text,
    parse_yes,
)
from shanxue.orgs.columns import BRANCH, DEPARTMENT, NAME, STAFF_NO
from shanxue.orgs.directory import open_directory
from shanxue.orgs.records import find_owner, open_records, settle_day

from ..models import LearningHours
from ..rules import Measure

_AMOUNTS: dict[str, Measure] = {  # column → what a bare number in it counts
    "amount": Measure.CREDIT_HOUR,
    "days": Measure.DAY,
    "half_days": Measure.HALF_DAY,
    "clock_hours": Measure.HOUR,
    "minutes": Measure.MINUTE,
    "credits": Measure.CREDIT,
    "times": Measure.TIMES,
}
_BY_KIND = {  # one column per kind of training
    "central": "集中培训",
    "online": "网络培训",
    "off_job": "脱产培训",
    "required": "必修",
    "elective": "选修",
    "self": "个人自学",
}

KIND = Kind(
    "hours",
    "学时登记",
    (
        Field("staff_no", "工号", STAFF_NO, parse=parse_code),
        Field("name", "姓名", NAME, parse=parse_name),
        Field("unit", "所在支部", (*BRANCH, *DEPARTMENT, "所在单位", "工作单位"), first_wins=True),
        Field(
            "kind",
            "培训类别",
            list_words(
                "课程类别 培训类型 学习形式 培训形式 课程类型 学习类型 学时类型 学时类别 类别 类型 培训方式",
                "学分类型 课程性质 修课性质 性质 学分类别 学习方式",
            ),
            first_wins=True,
        ),
        Field(
            "title",
            "培训名称",
            list_words(
                "课程名称 培训班名称 班次 班次名称 课程 培训项目 培训内容 学习内容 名称 活动名称 内容",
                "培训班 事项 学习项目 课程标题",
            ),
            parse=parse_text,
            first_wins=True,
        ),
        Field(
            "from_on",
            "开始日期",
            list_words("开始时间 起始日期 起始时间 开班时间 报到时间"),
            parse=parse_date,
            first_wins=True,
        ),
        Field(
            "on",
            "结束日期",
            list_words(
                "完成日期 结束时间 完成时间 结业时间 日期 时间 培训日期 培训时间 学习日期 学习时间 认定日期", "获得时间"
            ),
            parse=parse_date,
            first_wins=True,
        ),
        Field(
            "amount",
            "学时",
            list_words(
                "认定学时 数量 学时数 课时 总学时 获得学时 有效学时 学时合计 培训学时 折算学时 总有效学时",
                "累计学时 年度学时 完成学时",
            ),
            parse=parse_quantity,
        ),
        Field("measure", "单位", list_words("计量单位 学时单位 数量单位")),
        Field("days", "天数", list_words("培训天数 学习天数 脱产天数 天"), parse=parse_quantity),
        Field("half_days", "半天数", list_words("半天"), parse=parse_quantity),
        Field("clock_hours", "小时", list_words("小时数 培训小时 学习小时"), parse=parse_quantity),
        Field("minutes", "分钟", list_words("课程时长 课程时长（分钟） 课程时长(分钟) 分钟数"), parse=parse_quantity),
        Field("credits", "学分", list_words("获得学分 认定学分 总学分 学分数 累计学分"), parse=parse_quantity),
        Field("times", "次数", list_words("参加次数 学习次数"), parse=parse_quantity),
        Field(
            "central",
            "集中培训学时",
            list_words("集中学时 集中培训 集中学习学时 面授学时 集中学习培训学时"),
            parse=parse_quantity,
        ),
        Field(
            "online",
            "网络培训学时",
            list_words("网络学时 网络培训 网上学时 网络学习学时 网络自学学时"),
            parse=parse_quantity,
        ),
        Field("off_job", "脱产培训学时", list_words("脱产学时 脱产培训"), parse=parse_quantity),
        Field("required", "必修学时", list_words("必修 必修课学时 必修学分"), parse=parse_quantity),
        Field("elective", "选修学时", list_words("选修 选修课学时 选修学分"), parse=parse_quantity),
        Field("self", "自学学时", list_words("个人自学学时 自学"), parse=parse_quantity),
        Field("done", "完成比例", list_words("学习进度 完成率 课程进度 完成进度 进度 学习完成率"), parse=parse_share),
        Field(
            "passed",
            "是否合格",
            list_words("是否通过 考核结果 结业情况 是否结业 考试结果 通过情况 是否完成 合格情况 有效 是否有效"),
            parse=parse_yes,
        ),
    ),
    needs=tuple(
        frozenset({who, amount}) for who in ("name", "staff_no") for amount in ("amount", "days", "credits", *_BY_KIND)
    ),
    marks=list_words("学时 学分 培训 轮训 脱产 网络学院 学时登记 干部教育"),
)


def list_amounts(planned: TablePlan, row: Row) -> Iterator[tuple[str, str, int, str]]:
    """List what a row recognises: (column, kind, thousandths, measure).

    学分 stand beside 学时 as a book of their own; of several columns that measure the same length (天数, 小时, 学时)
    only the first counts, so that nothing counts twice.
    """
    values = row.values
    kind = clean_text(str(values.get("kind") or ""))
    for name, fixed in _BY_KIND.items():
        if isinstance(values.get(name), Quantity):
            yield name, fixed, values[name].milli, values[name].measure or str(Measure.CREDIT_HOUR)
    written = _read_measure(values.get("measure"))
    lengths = [name for name in _AMOUNTS if name != "credits" and isinstance(values.get(name), Quantity)]
    used = lengths[:1] if "amount" in lengths or len(lengths) == 1 else lengths[-1:]
    for name in [*used, *(["credits"] if isinstance(values.get("credits"), Quantity) else [])]:
        quantity: Quantity = values[name]
        unit = written if name == "amount" else ""
        measure = _read_measure(quantity.measure) or unit or str(_AMOUNTS[name])
        yield name, kind or _guess_kind(planned), quantity.milli, measure


def _read_measure(text: object) -> str:
    plain = clean_text(str(text or ""))
    plain = {"课时": "学时", "日": "天", "分": "学分", "时": "小时"}.get(plain, plain)
    return plain if plain in {str(word) for word in Measure} else ""


def _guess_kind(planned: TablePlan) -> str:
    title = f"{planned.table.facts.get('title') or ''}{planned.sheet}"
    words = {"脱产": "脱产培训", "网络": "网络培训", "集中": "集中培训", "轮训": "集中培训", "自学": "个人自学"}
    return next((kind for word, kind in words.items() if word in title), "培训")


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    directory = open_directory(desk)
    records = open_records(
        desk,
        LearningHours,
        ("person_id", "kind", "title", "on", "measure"),
        ("from_on", "amount_milli", "done_milli", "passed"),
    )

    def plan_row(row: Row) -> None:
        values = row.values
        from_on, on = settle_day(planned, row, "from_on"), settle_day(planned, row, "on")
        if from_on and on and on < from_on:
            planned.stop(row, "on", "bad_span", "结束日期早于开始日期。请改正。")
            return
        subject = find_owner(planned, desk, row, on or from_on)
        if subject is None:
            return
        amounts = list(list_amounts(planned, row))
        if not amounts:
            planned.skip(row, "没有写学时，按没有记录")
            return
        for _, kind, milli, measure in amounts:
            outcome, draft = records.put(
                person_id=subject.person,
                kind=kind[:16],
                title=str(values.get("title") or "")[:200],
                on=on or from_on,
                from_on=from_on,
                measure=measure,
                amount_milli=milli,
                done_milli=values.get("done"),
                passed=values.get("passed"),
            )
            planned.settle(
                row,
                outcome,
                **subject.show(directory),
                kind=draft.values["kind"],
                title=draft.values["title"],
                on=draft.values["on"].isoformat() if draft.values["on"] else None,
                amount_milli=milli,
                measure=measure,
                passed=draft.values["passed"],
            )

    return plan_row


HANDLER = Handler(KIND, prepare)
