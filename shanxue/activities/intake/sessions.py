"""会议台账: sessions held, planned, postponed or cancelled, one per line."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.drafts import Draft
from shanxue.intake.matching import list_words
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Field, Kind, Row
from shanxue.intake.values import Quantity, parse_day, parse_number, parse_quantity, parse_time
from shanxue.orgs.columns import BRANCH
from shanxue.orgs.directory import open_directory
from shanxue.orgs.lookup import find_unit
from shanxue.orgs.rules import Line

from ..rules import SessionKind, SessionState
from ..words import read_session_kind, read_session_state, read_tier
from .book import Book, Touched, open_book
from .places import settle_places

HELD_BY = list_words(
    "组织单位 主办单位 召开单位 主办支部 举办单位 承办单位 责任单位 开展单位 召开支部 组织支部", "举办机构"
)
ON = list_words(
    "日期 时间 召开时间 召开日期 会议时间 会议日期 活动时间 活动日期 学习时间 学习日期 实际时间",
    "实际召开时间 考勤日期 举办时间 开展时间 开课日期 培训日期 培训时间 签到日期",
)
TOPIC = list_words(
    "主题 议题 会议主题 活动主题 会议名称 学习内容 内容 标题 会议议题 学习主题 课程 课程名称",
    "活动名称 活动内容 会议内容 培训班名称 培训名称 培训内容/主题 题目 党课题目 学习专题",
)
SESSION_KIND = list_words(
    "会议类型 活动类型 类型 学习形式 组织生活类型 会议种类 三会一课类型 学习类型 活动类别",
    "会议类别 类别 形式 活动形式 学习方式 培训类型",
)
CREDIT = list_words("认定学时 学时 计入学时 学时数 折算学时")
TIER = list_words("层级 学习层级 层次 学习机制")

KIND = Kind(
    "sessions",
    "会议台账",
    (
        Field("unit", "组织单位", (*HELD_BY, *BRANCH, "单位", "部门"), first_wins=True),
        Field("on", "召开时间", ON, parse=parse_day, first_wins=True),
        Field(
            "planned_on",
            "计划时间",
            list_words("计划日期 计划召开时间 计划举办时间 拟召开时间"),
            parse=parse_day,
            first_wins=True,
        ),
        Field("session_kind", "会议类型", SESSION_KIND, first_wins=True),
        Field("topic", "主题", TOPIC, first_wins=True),
        Field("tier", "层级", TIER, first_wins=True),
        Field("credit", "学时", CREDIT, parse=parse_quantity, first_wins=True),
        Field(
            "minutes",
            "时长",
            list_words("时长（分钟） 时长(分钟) 会议时长 学习时长 持续时间 时长（小时） 时长(小时)"),
            parse=parse_quantity,
        ),
        Field("starts_at", "开始时间", ("起始时间", "开始"), parse=parse_time),
        Field("ends_at", "结束时间", ("截止时间", "结束"), parse=parse_time),
        Field("state", "状态", list_words("召开情况 会议状态 完成情况 落实情况 执行情况 开展情况 是否召开")),
        Field("reason", "原因", list_words("延期原因 取消原因 未召开原因 延期或取消原因 变动原因"), first_wins=True),
        Field("expected", "应到", list_words("应到人数 应参加人数 应到会人数 应签到人数"), parse=parse_number),
        Field(
            "present",
            "实到",
            list_words("实到人数 出席人数 实参加人数 到会人数 参加人数 已签到人数"),
            parse=parse_number,
        ),
    ),
    needs=(
        frozenset({"on", "topic", "session_kind"}),
        frozenset({"on", "unit", "session_kind"}),
        frozenset({"on", "topic", "expected"}),
        frozenset({"on", "topic", "present"}),
        frozenset({"on", "topic", "unit"}),
        frozenset({"planned_on", "topic", "state"}),
        frozenset({"planned_on", "topic", "unit"}),
        frozenset({"on", "session_kind", "expected"}),
    ),
    marks=list_words("台账 会议 三会一课 学习安排 活动 集中学习 学习情况 中心组 会议记录 学习记录"),
)


def choose_kind(planned: TablePlan, row: Row) -> SessionKind:
    """Tell a row's kind of session: its own column, then its topic, then what stands above the table."""
    facts = planned.table.facts
    for text in (
        row.values.get("session_kind"),
        row.values.get("topic"),
        facts.get("session_kind"),
        facts.get("topic"),
        facts.get("title"),
        planned.sheet,
        planned.file,
    ):
        kind = read_session_kind(str(text)) if text else None
        if kind is not None:
            return kind
    written = row.values.get("session_kind")
    planned.note(f"会议类型“{written}”按“其他”登记。" if written else "没有写明会议类型的，按“其他”登记。")
    return SessionKind.OTHER


def choose_topic(planned: TablePlan, row: Row) -> str:
    """The topic as written; a 类型 column that says more than the kind (党课：学党章) is a topic too."""
    topic = row.values.get("topic") or planned.table.facts.get("topic")
    if topic:
        return " ".join(str(topic).split())[:200]
    written = str(row.values.get("session_kind") or "").strip()
    return written[:200] if len(written) > 6 and written not in {kind.value for kind in SessionKind} else ""


def count_minutes(quantity: Quantity | None, starts: Any, ends: Any, title: str = "") -> int | None:
    """Length in minutes from a 时长 column (a bare number counts in what its header says, minutes by default)."""
    if quantity is not None:
        factor = {"小时": 60, "学时": 45, "天": 480, "半天": 240}.get(
            quantity.measure or ("小时" if "小时" in title else ""), 1
        )
        return quantity.milli * factor // 1000
    if isinstance(starts, time) and isinstance(ends, time):
        minutes = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
        return minutes if minutes > 0 else None
    if isinstance(starts, datetime) and isinstance(ends, datetime) and ends > starts:
        return int((ends - starts).total_seconds()) // 60
    return None


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    directory, book = open_directory(desk), open_book(desk)
    facts = planned.table.facts

    def find_holder(row: Row, kind: SessionKind, day: date) -> Draft | None:
        text = row.values.get("unit") or facts.get("unit")
        if text:
            return find_unit(
                planned, desk, row, "unit", str(text), Line.PARTY if "支部" in str(text) else None, day=day
            )
        if kind in (SessionKind.CORE_GROUP, SessionKind.TRAINING, SessionKind.TALK):
            return directory.need_root(Line.PARTY)
        planned.stop(row, "unit", "no_unit", "没有写是哪个支部的会议。请补上。")
        return None

    def plan_row(row: Row) -> None:
        values = row.values
        day = values.get("on") or values.get("planned_on") or planned.get_fact("on")
        if day is None:
            planned.stop(row, "on", "no_date", "没有写日期。请补上。")
            return
        kind = choose_kind(planned, row)
        unit = find_holder(row, kind, day)
        state = read_state(planned, row)
        if unit is None or state is None:
            return
        credit: Quantity | None = values.get("credit")
        starts, ends = values.get("starts_at") or facts.get("starts_at"), values.get("ends_at") or facts.get("ends_at")
        topic = choose_topic(planned, row)
        known = book.find_session(unit, day, kind, topic or str(kind))
        was = known.values["state"] if known is not None else ""
        reason = str(values["reason"])[:100] if values.get("reason") else None
        session, outcome = book.open_session(
            unit,
            day,
            kind,
            topic,
            state=state if known is None or values.get("state") or "on" in values else None,
            tier=read_tier(str(values.get("tier") or ""), kind),
            credit_milli=credit.milli if credit else 0,
            minutes=count_minutes(values.get("minutes"), starts, ends),
            reason=reason,
        )
        if session.id is not None:
            book.touched.append(Touched(planned, row, session, was))
        if state == SessionState.HELD:
            postpone_planned(planned, row, book, unit, session, topic)
        planned.settle(
            row,
            outcome,
            unit=unit.values["name"],
            on=day.isoformat(),
            kind=str(kind),
            topic=session.values["topic"],
            state=session.values["state"],
            credit_milli=session.values["credit_milli"],
        )

    return plan_row


def postpone_planned(planned: TablePlan, row: Row, book: Book, unit: Draft, held: Draft, topic: str) -> None:
    """Where a line was planned for another day, the session of that day is 延期, and the one held replaces it."""
    planned_on = row.values.get("planned_on")
    if not isinstance(planned_on, date) or planned_on == held.values["on"]:
        return
    kind, reason = SessionKind(held.values["kind"]), str(row.values.get("reason") or "")[:100]
    moved = book.postpone(unit, planned_on, kind, topic, held=held, reason=reason)
    if moved is not None and moved.id is not None:
        book.touched.append(Touched(planned, row, moved, SessionState.PLANNED))


def read_state(planned: TablePlan, row: Row) -> SessionState | None:
    """What became of a session. A line with only a planned day was planned, and nothing more is known."""
    text = row.values.get("state")
    if not text:
        return SessionState.HELD if "on" in row.values or "planned_on" not in row.values else SessionState.PLANNED
    state = read_session_state(str(text))
    if state is not None:
        return state
    answer = planned.ask(
        row, "state", "unknown_word", f"“{text}”不在可选值里。请选一个。", tuple(SessionState), f"会议状态:{text}"
    )
    return SessionState(answer) if answer is not None else None


HANDLER = Handler(KIND, prepare, settle_places)
