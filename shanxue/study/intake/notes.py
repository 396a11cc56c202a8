"""笔记、心得: one per line, or a count of them per person."""

from __future__ import annotations

import re
from typing import Any

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.matching import clean_text, list_words
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Field, Kind, Row
from shanxue.intake.values import parse_code, parse_count, parse_date, parse_name, parse_text
from shanxue.orgs.columns import BRANCH, DEPARTMENT, NAME, STAFF_NO
from shanxue.orgs.directory import open_directory
from shanxue.orgs.records import find_owner, open_records, settle_day

from ..models import Note
from ..rules import NoteState

MOST_AT_ONCE = 200

KIND = Kind(
    "notes",
    "学习笔记",
    (
        Field("staff_no", "工号", STAFF_NO, parse=parse_code),
        Field("name", "姓名", (*NAME, "作者", "撰写人", "提交人"), parse=parse_name),
        Field("unit", "所在支部", (*BRANCH, *DEPARTMENT, "单位", "所在单位"), first_wins=True),
        Field("kind", "类别", list_words("类型 笔记类型 文章类型 材料类型 文体 形式"), first_wins=True),
        Field(
            "title",
            "题目",
            list_words(
                "标题 笔记题目 笔记标题 文章题目 心得题目 篇名 主题 学习内容 笔记名称 心得体会 学习主题", "文章名称"
            ),
            parse=parse_text,
            first_wins=True,
        ),
        Field(
            "on",
            "提交日期",
            list_words(
                "提交时间 上交时间 上交日期 日期 时间 撰写日期 学习日期 学习时间 收到日期 交稿时间 记录日期", "月份"
            ),
            parse=parse_date,
            first_wins=True,
        ),
        Field(
            "state",
            "审阅结果",
            list_words("审阅情况 审核结果 审核状态 审阅状态 批阅情况 批阅结果 检查结果 审核情况 状态 是否通过 审阅"),
        ),
        Field("grade", "等次", list_words("评定等次 评价等次 等级 评定 笔记等次 评价 笔记等级 评阅等次")),
        Field("characters", "字数", list_words("字数（字） 字数(字) 笔记字数 总字数 字数统计"), parse=parse_count),
        Field("pages", "页数", list_words("笔记页数 篇幅 页码数"), parse=parse_count),
        Field(
            "count",
            "篇数",
            list_words("笔记篇数 心得篇数 数量 提交篇数 完成篇数 笔记数 思想汇报总篇数 笔记数量"),
            parse=parse_count,
        ),
    ),
    needs=(
        frozenset({"name", "title", "state"}),
        frozenset({"name", "title", "characters"}),
        frozenset({"name", "title", "pages"}),
        frozenset({"name", "title", "grade"}),
        frozenset({"name", "characters"}),
        frozenset({"name", "pages"}),
        frozenset({"name", "count"}),
        frozenset({"name", "title", "on"}),
        frozenset({"staff_no", "title", "on"}),
        frozenset({"staff_no", "characters"}),
        frozenset({"staff_no", "count"}),
    ),
    marks=list_words("笔记 心得 体会 审阅 思想汇报 调研报告 文章"),
)
_STATES: tuple[tuple[re.Pattern[str], NoteState], ...] = (
    (re.compile("退回|修改|重写|不通过|未通过|不合格|不及格|不达标|差"), NoteState.RETURNED),
    (re.compile("待|未审|未阅|未批|未检"), NoteState.WAITING),
    (re.compile("通过|合格|已阅|已审|优|良|达标|是|√|✓|阅|中"), NoteState.PASSED),
)
_KIND_WORDS = list_words("心得 调研报告 思想汇报 读书笔记 笔记 论文 体会")


def read_state(text: str) -> NoteState | None:
    plain = clean_text(text)
    return next((state for pattern, state in _STATES if pattern.search(plain)), None)


def choose_kind(planned: TablePlan, row: Row) -> str:
    """The office's own word; without one, what the title of the table speaks of."""
    written = clean_text(str(row.values.get("kind") or ""))
    if written:
        return written[:16]
    title = f"{planned.table.facts.get('title') or ''}{planned.sheet}"
    found = next((word for word in _KIND_WORDS if word in title), "笔记")
    return (
        "心得" if found == "体会" or (found == "心得" and "笔记" not in title) else "笔记" if "笔记" in title else found
    )


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    directory = open_directory(desk)
    key = ("person_id", "kind", "title", "on")
    records = open_records(desk, Note, key, ("state", "grade", "characters", "pages"), key__isnull=True)
    written_here = _list_written_here(desk, key)
    if not {"state", "grade"} & planned.table.columns.keys():
        planned.note("表里没有审阅结果，笔记按“待审”登记。")

    def plan_row(row: Row) -> None:
        values = row.values
        day = settle_day(planned, row, "on")
        subject = find_owner(planned, desk, row, day)
        state = _choose_state(planned, row)
        if subject is None or subject.person is None or state is None:
            return
        title = str(values.get("title") or "")[:200]
        if (subject.person.id, choose_kind(planned, row), title, day) in written_here:
            planned.skip(row, "这篇是在系统里写的，以系统里的为准")
            return
        count = values.get("count", 1)
        if count == 0:
            planned.skip(row, "篇数为 0")
            return
        if count > MOST_AT_ONCE:
            planned.stop(row, "count", "too_many", f"一行写了 {count} 篇，超过 {MOST_AT_ONCE} 篇。请核对。")
            return
        for _ in range(count):
            outcome, draft = records.put(
                person_id=subject.person,
                kind=choose_kind(planned, row),
                title=title,
                on=day,
                state=state,
                grade=clean_text(str(values.get("grade") or ""))[:8],
                characters=values.get("characters"),
                pages=values.get("pages"),
            )
            planned.settle(
                row,
                outcome,
                **subject.show(directory),
                kind=draft.values["kind"],
                title=draft.values["title"],
                on=day.isoformat() if day else None,
                state=str(state),
                grade=draft.values["grade"],
                characters=draft.values["characters"],
                pages=draft.values["pages"],
            )

    return plan_row


def _list_written_here(desk: Desk, key: tuple[str, ...]) -> set[tuple[Any, ...]]:
    """Notes handed in on the site: a spreadsheet that lists them too neither doubles nor changes them."""
    bureau = open_directory(desk).bureau
    if bureau is None or bureau.id is None:
        return set()
    found = desk.ledger.load(Note, key, bureau_id=bureau.id, key__isnull=False, submitted_at__isnull=False)
    return {tuple(draft.values[name] for name in key) for draft in found}


def _choose_state(planned: TablePlan, row: Row) -> NoteState | None:
    text = row.values.get("state")
    if text:
        state = read_state(str(text))
        if state is not None:
            return state
        answer = planned.ask(
            row,
            "state",
            "unknown_word",
            f"“{text}”不在可选值里。请选一个。",
            tuple(map(str, NoteState)),
            f"审阅结果:{text}",
        )
        return NoteState(answer) if answer is not None else None
    grade = row.values.get("grade")
    return (read_state(str(grade)) or NoteState.PASSED) if grade else NoteState.WAITING


HANDLER = Handler(KIND, prepare)
