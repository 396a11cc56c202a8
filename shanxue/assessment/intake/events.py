"""事项: awards, notices, faults and scorers' marks with their reasons, of people or of units."""

from __future__ import annotations

import re
from typing import Any

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.matching import clean_text, list_words
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Field, Kind, Row
from shanxue.intake.values import Quantity, parse_code, parse_date, parse_name, parse_number, parse_quantity, parse_text
from shanxue.orgs.columns import BRANCH, DEPARTMENT, NAME, STAFF_NO
from shanxue.orgs.directory import open_directory
from shanxue.orgs.records import find_subject, open_records, settle_day

from ..models import Event

MILLI = 1000
KEY = list_words("person_id unit_id kind title on level by mark")
COLUMNS = list_words("quantity_milli points_milli self_points_milli due_on done_on reason has_proof")

_BESIDE_KIND = ("title", "on", "points", "quantity", "mark", "level", "plus", "minus", "full")
_BESIDE_TITLE = ("points", "level", "plus", "minus", "by", "full")
KIND = Kind(
    "events",
    "事项",
    (
        Field("staff_no", "工号", STAFF_NO, parse=parse_code),
        Field("name", "姓名", (*NAME, "被考核人", "被评议人", "获奖人", "受表彰人", "当事人"), parse=parse_name),
        Field(
            "unit",
            "单位",
            (*BRANCH, *list_words("所在单位 责任单位 责任支部 被考核单位 考核单位 获奖单位 被检查单位")),
            first_wins=True,
        ),
        Field("department", "部门", (*DEPARTMENT, "责任部门"), first_wins=True),
        Field(
            "kind",
            "类别",
            list_words(
                "事项类别 类型 事项类型 奖惩类别 奖惩类型 考评项目 考核项目 项目 评分项目 加分项目 扣分项目",
                "情形 考核指标 指标 评议项目 考核类别 积分类型 加扣分类别",
            ),
            first_wins=True,
        ),
        Field(
            "title",
            "事项",
            list_words(
                "事项名称 内容 事由 名称 奖项名称 奖项 荣誉名称 获奖名称 表彰名称 考评内容 考核内容",
                "具体事项 具体内容 情况说明 问题 问题描述 主要事迹 表彰内容 题目 成果名称 文章题目 考核要点",
                "获得积分说明 文件名称",
            ),
            parse=parse_text,
            first_wins=True,
        ),
        Field(
            "on",
            "日期",
            list_words(
                "时间 获奖时间 获奖日期 表彰时间 发生时间 发生日期 评分日期 检查时间 检查日期 登记日期",
                "认定时间 获得时间 通报时间 考核时间 测评时间 发文时间 评议时间",
            ),
            parse=parse_date,
            first_wins=True,
        ),
        Field(
            "level",
            "级别",
            list_words(
                "层级 奖项级别 获奖级别 表彰级别 测评主体 评议主体 参评群体 测评群体 票种 评价主体 刊物级别",
                "颁奖级别 投票人类别",
            ),
            first_wins=True,
        ),
        Field(
            "mark",
            "等次",
            list_words("结果 等级 评定 评价 性质 档次 奖惩 测评等次 获奖等次 奖次 结论 整改情况 处理结果"),
            parse=parse_text,
        ),
        Field("quantity", "数量", list_words("次数 篇数 票数 得票数 得票 人数 件数 场次 天数"), parse=parse_quantity),
        Field(
            "points",
            "评分",
            list_words(
                "得分 检查评分 考核得分 考评得分 评议分 打分 赋分 实得分 加扣分 积分 获得积分 本次积分",
                "加减分 评委打分 认定分",
            ),
            parse=parse_number,
        ),
        Field("plus", "加分", list_words("加分值 奖励分 奖分"), parse=parse_number),
        Field("minus", "扣分", list_words("扣分值 扣减分 罚分"), parse=parse_number),
        Field("full", "标准分", list_words("分值 满分 标准分值 项目分值 权重分"), parse=parse_number),
        Field("self_points", "自评分", list_words("自查评分 自评得分 自评 自评分数 自查得分"), parse=parse_number),
        Field(
            "due_on",
            "时限",
            list_words("完成时限 应完成时间 整改期限 整改时限 报送时限 规定时间"),
            parse=parse_date,
            first_wins=True,
        ),
        Field(
            "done_on",
            "完成日期",
            list_words("完成时间 整改完成时间 报送时间 实际完成时间 实际报送时间"),
            parse=parse_date,
            first_wins=True,
        ),
        Field(
            "by",
            "评分人",
            list_words(
                "打分人 考核人 检查人 评议人 评委 认定单位 表彰单位 授予单位 颁奖单位 授奖单位 通报单位",
                "评分单位 审核人 认定人 发文单位 考评人 考评小组 检查单位",
            ),
            first_wins=True,
        ),
        Field(
            "reason",
            "理由",
            list_words(
                "评分理由 扣分原因 加分原因 加扣分理由 扣分理由 加分理由 评分说明 依据 原因 评分依据",
                "扣分依据 认定依据 文号",
            ),
            parse=parse_text,
            first_wins=True,
        ),
        Field("proof", "佐证材料", list_words("佐证 证明材料 附件 证书编号 佐证材料名称 证明"), parse=parse_text),
    ),
    needs=tuple(
        need
        for who in ("name", "staff_no", "unit", "department")
        for need in (
            *(frozenset({who, "kind", more}) for more in _BESIDE_KIND),
            *(frozenset({who, "title", more}) for more in _BESIDE_TITLE),
            frozenset({who, "points", "reason"}),
            frozenset({who, "minus", "reason"}),
        )
    ),
    marks=list_words(
        "表彰 奖励 获奖 通报 批评 处分 督查 评分 打分 加分 扣分 考评 评议 测评 荣誉 违纪 事项 积分",
        "论文 成果 提醒 问题",
    ),
)
_TITLE_DUST = re.compile(r"\d{4}年?(?:度)?|情况|登记|汇总|统计|台账|明细|清单|一览|名单|表|上半年|下半年|[（(].*?[）)]")


def choose_kind(planned: TablePlan, row: Row) -> str:
    """The office's word for the event; without a column for it, what the table's title or sheet is called."""
    written = clean_text(str(row.values.get("kind") or ""))
    if written:
        return written[:32]
    for text in (planned.table.facts.get("title"), planned.sheet):
        plain = _TITLE_DUST.sub("", clean_text(str(text or "")))
        if plain and not plain.lower().startswith("sheet"):
            planned.note(f"表里没有类别列，按“{plain[:32]}”登记。")
            return plain[:32]
    return ""


def read_points(planned: TablePlan, row: Row) -> tuple[int | None, str]:
    """The points a row gives and the column that says so: 评分 as written, 加分 up, 扣分 down.

    分值 is what an item is worth where somebody scores it, and what is given where nothing else says.
    """
    values = row.values
    if values.get("points") is not None:
        return int(values["points"]), "points"
    plus, minus = values.get("plus"), values.get("minus")
    if plus is not None or minus is not None:
        return int(plus or 0) - abs(int(minus or 0)), "minus" if plus is None else "plus"
    scored = {"points", "plus", "minus", "self_points"} & planned.table.columns.keys()
    return (None, "points") if scored or values.get("full") is None else (int(values["full"]), "full")


class EventTable:
    def __init__(self, planned: TablePlan, desk: Desk) -> None:
        self.planned, self.desk = planned, desk
        self.directory = open_directory(desk)
        self.records = open_records(desk, Event, KEY, COLUMNS)

    def plan_row(self, row: Row) -> None:
        planned, values = self.planned, row.values
        days: dict[str, Any] = {name: settle_day(planned, row, name) for name in ("on", "due_on", "done_on")}
        subject = find_subject(planned, self.desk, row, days["on"] or days["done_on"])
        if subject is None:
            return
        kind = choose_kind(planned, row)
        if not kind:
            planned.stop(row, "kind", "no_kind", "没有写类别，标题里也看不出。请补上类别。")
            return
        points, column = read_points(planned, row)
        if points is not None and not self._has_reason(row, points, column):
            return
        quantity: Quantity | None = values.get("quantity")
        outcome, draft = self.records.put(
            **subject.columns,
            kind=kind,
            title=str(values.get("title") or "")[:200],
            **days,
            level=clean_text(str(values.get("level") or ""))[:16],
            mark=clean_text(str(values.get("mark") or ""))[:16],
            quantity_milli=quantity.milli if quantity is not None else None,
            points_milli=points,
            self_points_milli=values.get("self_points"),
            by=str(values.get("by") or "")[:64],
            reason=str(values.get("reason") or "")[:200],
            has_proof=str(values.get("proof") or "") not in ("", "无", "否"),
        )
        written = draft.values
        planned.settle(
            row,
            outcome,
            **subject.show(self.directory),
            **{name: written[name] for name in list_words("kind title level mark quantity_milli points_milli by")},
            on=days["on"].isoformat() if days["on"] else None,
            reason=written["reason"],
        )

    def _has_reason(self, row: Row, points: int, column: str) -> bool:
        """Marks that someone gives name their reason; full marks and none taken off need none."""
        values = row.values
        if values.get("reason") or points == 0 or (values.get("full") is not None and points == values["full"]):
            return True
        if values.get("title") and (column != "points" or "reason" not in self.planned.table.columns):
            return True  # the fact itself is the reason: 加分, 扣分, 积分 beside what they are given for
        shown = f"{points / MILLI:g}"
        self.planned.stop(row, column, "no_reason", f"打了 {shown} 分，没有写理由。请补上理由。")
        return False


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    return EventTable(planned, desk).plan_row


HANDLER = Handler(KIND, prepare)
