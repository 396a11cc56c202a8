"""Spreadsheets about plans: items of persons and of units, and whether they were done."""

from __future__ import annotations

import re

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.drafts import Model
from shanxue.intake.matching import clean_text, list_words
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Field, Kind, Row
from shanxue.intake.values import parse_code, parse_date, parse_name, parse_text
from shanxue.orgs.columns import BRANCH, DEPARTMENT, NAME, STAFF_NO
from shanxue.orgs.directory import open_directory
from shanxue.orgs.records import find_subject, open_records, settle_day

from .models import PlanItem
from .rules import ItemState

KIND = Kind(
    "plan",
    "学习计划",
    (
        Field("staff_no", "工号", STAFF_NO, parse=parse_code),
        Field("name", "姓名", (*NAME, "责任人", "主办人"), parse=parse_name),
        Field(
            "unit",
            "责任单位",
            (
                *BRANCH,
                *DEPARTMENT,
                *list_words("责任支部 责任部门 责任科室 单位 牵头单位 落实单位 责任党支部 实施单位"),
            ),
            first_wins=True,
        ),
        Field(
            "kind", "类别", list_words("类型 计划类别 计划类型 工作类别 任务类别 学习类别 学习形式"), first_wins=True
        ),
        Field(
            "title",
            "计划内容",
            list_words(
                "计划项目 工作任务 任务 学习任务 计划事项 事项 事项名称 项目 学习项目 任务名称 学习计划",
                "计划 任务内容 计划任务 学习内容 重点任务 任务分解/时序进度 工作内容 计划名称 内容 书目",
                "必读书目",
            ),
            parse=parse_text,
            first_wins=True,
        ),
        Field(
            "due_on",
            "完成时限",
            list_words(
                "计划完成时间 计划完成日期 完成期限 截止时间 截止日期 时限 计划时间 计划日期 正式截止",
                "时间节点 时间安排 应完成时间 计划举办时间 最后期限 完成时间要求",
            ),
            parse=parse_date,
            first_wins=True,
        ),
        Field(
            "done_on",
            "完成日期",
            list_words("完成时间 实际完成时间 实际完成日期 内部完成 落实时间 办结时间 完成于"),
            parse=parse_date,
            first_wins=True,
        ),
        Field(
            "state",
            "完成情况",
            list_words("完成状态 状态 是否完成 落实情况 进度 进展 进展情况 执行情况 任务状态 完成否"),
        ),
    ),
    needs=(
        frozenset({"name", "title", "state"}),
        frozenset({"staff_no", "title", "state"}),
        frozenset({"unit", "title", "state"}),
        frozenset({"name", "title", "due_on"}),
        frozenset({"unit", "title", "due_on"}),
        frozenset({"name", "title", "done_on"}),
        frozenset({"unit", "title", "done_on"}),
    ),
    marks=list_words("计划 任务 任务分解 自学计划 书目 清单"),
)
_STATES: tuple[tuple[re.Pattern[str], ItemState], ...] = (
    (re.compile("计划外|新增"), ItemState.EXTRA),
    (re.compile("取消|不再"), ItemState.CANCELLED),
    (re.compile("延期|推迟|顺延|改期"), ItemState.POSTPONED),
    (re.compile("未|否|没|进行|推进|待|逾期|^[×✗xXNn0]$|^0%$"), ItemState.OPEN),
    (re.compile("完成|办结|已|是|落实|达标|^[√✓✔Yy1]$|^100%?$"), ItemState.DONE),
)


def read_state(text: str) -> ItemState | None:
    plain = clean_text(text)
    return next((state for pattern, state in _STATES if pattern.search(plain)), None)


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    directory = open_directory(desk)
    records = open_records(desk, PlanItem, ("person_id", "unit_id", "title", "due_on"), ("kind", "done_on", "state"))

    def plan_row(row: Row) -> None:
        values = row.values
        due_on, done_on = settle_day(planned, row, "due_on"), settle_day(planned, row, "done_on")
        subject = find_subject(planned, desk, row, done_on or due_on)
        if subject is None:
            return
        title = str(values.get("title") or "")[:200]
        if not title:
            planned.stop(row, "title", "no_title", "没有写计划内容。请补上，或删去这一行。")
            return
        state = _choose_state(planned, row, done=done_on is not None)
        if state is None:
            return
        outcome, _ = records.put(
            **subject.columns,
            kind=clean_text(str(values.get("kind") or ""))[:16],
            title=title,
            due_on=due_on,
            done_on=done_on,
            state=state,
        )
        planned.settle(
            row,
            outcome,
            **subject.show(directory),
            title=title,
            due_on=due_on.isoformat() if due_on else None,
            done_on=done_on.isoformat() if done_on else None,
            state=str(state),
        )

    return plan_row


def _choose_state(planned: TablePlan, row: Row, *, done: bool) -> ItemState | None:
    """An item is done when the table says so, or names the day it was done; nothing else makes it so."""
    text = row.values.get("state")
    if not text:
        return ItemState.DONE if done else ItemState.OPEN
    state = read_state(str(text))
    if state is not None:
        return state
    answer = planned.ask(
        row,
        "state",
        "unknown_word",
        f"“{text}”不在可选值里。请选一个。",
        tuple(map(str, ItemState)),
        f"完成情况:{text}",
    )
    return ItemState(answer) if answer is not None else None


HANDLERS = (Handler(KIND, prepare),)
KINDS = (KIND,)
MODELS: tuple[Model, ...] = (PlanItem,)
