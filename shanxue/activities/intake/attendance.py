"""考勤: who was at which session. Lists, month matrices, a column per session, sign-in sheets, meeting exports."""

from __future__ import annotations

from datetime import date
from typing import Any

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.drafts import Draft
from shanxue.intake.matching import list_words
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Field, Kind, Row
from shanxue.intake.values import (
    Punches,
    Quantity,
    parse_code,
    parse_count,
    parse_day,
    parse_mark,
    parse_name,
    parse_punches,
    parse_quantity,
    parse_text,
)
from shanxue.orgs.columns import BRANCH, DEPARTMENT, NAME, STAFF_NO
from shanxue.orgs.directory import open_directory
from shanxue.orgs.lookup import find_person, find_unit, is_without_roster, show_person
from shanxue.orgs.rules import Line

from ..rules import How, LeaveReason, Mark, SessionKind
from ..words import read_reason, read_tier, says_afterwards
from .book import open_book
from .sessions import CREDIT, HELD_BY, ON, SESSION_KIND, TIER, TOPIC, choose_kind, choose_topic, count_minutes

KIND = Kind(
    "attendance",
    "考勤",
    (
        Field("staff_no", "工号", STAFF_NO, parse=parse_code),
        Field("name", "姓名", NAME, parse=parse_name),
        Field("unit", "所在支部", (*BRANCH, *DEPARTMENT, "单位", "所在单位", "工作单位"), first_wins=True),
        Field("held_by", "组织单位", HELD_BY, first_wins=True),
        Field("on", "日期", ON, parse=parse_day, first_wins=True),
        Field("session_kind", "会议类型", SESSION_KIND, first_wins=True),
        Field("topic", "主题", TOPIC, first_wins=True),
        Field("tier", "层级", TIER, first_wins=True),
        Field(
            "mark",
            "考勤",
            list_words(
                "出勤 考勤结果 考勤状态 出勤情况 出勤状态 到会情况 签到状态 签到情况 签到 状态 参加情况",
                "参会情况 出席情况 考勤情况 到课情况 签名 是否到会 是否参加 是否签到 到会 参会状态 打卡结果",
                "上班1打卡结果",
            ),
            parse=parse_mark,
        ),
        Field(
            "reason",
            "请假原因",
            list_words("缺席原因 请假类型 请假事由 原因 事由 缺勤原因 假别 请假类别"),
            parse=parse_text,
            first_wins=True,
        ),
        Field(
            "minutes_late",
            "迟到分钟",
            list_words("迟到时长 迟到（分钟） 迟到(分钟) 迟到分钟数 迟到时长（分钟）"),
            parse=parse_count,
        ),
        Field(
            "made_up",
            "补学",
            list_words("是否补学 补学情况 补课情况 补学时间 补学日期 补课 补学完成情况"),
            parse=parse_text,
        ),
        Field(
            "punches",
            "签到时间",
            list_words("打卡时间 入会时间 最近打卡时间 签到时刻 上班1打卡时间 首次入会时间 到会时间"),
            parse=parse_punches,
        ),
        Field("credit", "学时", CREDIT, parse=parse_quantity, first_wins=True),
        Field("duration", "时长", list_words("参会时长 会议时长 在会时长 入会时长"), parse=parse_quantity),
        Field("remark", "备注", ("说明", "备注说明"), parse=parse_text, first_wins=True),
    ),
    needs=(
        frozenset({"name", "mark", "on"}),
        frozenset({"staff_no", "mark", "on"}),
        frozenset({"name", "mark", "topic"}),
        frozenset({"name", "punches", "on"}),
        frozenset({"name", "punches", "topic"}),
        frozenset({"name", "mark", "session_kind"}),
        frozenset({"name", "on", "topic"}),
        frozenset({"name", "on", "session_kind"}),
        frozenset({"staff_no", "on", "session_kind"}),
    ),
    marks=list_words("考勤 签到 出勤 到会 点名 参会 补学 缺席 请假"),
)
_ALL_BUREAU = (SessionKind.CORE_GROUP, SessionKind.TRAINING, SessionKind.TALK)
_NOT_YET = list_words("未 否 没 待 × 无")


class AttendanceTable:
    """One table of marks being planned."""

    def __init__(self, planned: TablePlan, desk: Desk) -> None:
        self.planned, self.desk = planned, desk
        self.directory, self.book = open_directory(desk), open_book(desk)
        self.facts = planned.table.facts
        self.holder: Draft | None = None
        self.holder_known = True
        if self.facts.get("unit") and "unit" not in planned.table.columns and "held_by" not in planned.table.columns:
            self.holder = find_unit(planned, desk, None, "unit", str(self.facts["unit"]))
            self.holder_known = self.holder is not None
        self.lines: dict[tuple[Any, Any], tuple[int, str]] = {}

    def plan_row(self, row: Row) -> None:
        planned = self.planned
        day = row.values.get("on") or planned.get_fact("on")
        if not isinstance(day, date):
            planned.stop(row, "on", "no_date", "没有写日期。请补上。")
            return
        said = self._read_mark(row)
        if said is None:
            planned.skip(row, "没有写考勤，按未记录（不算缺席）")
            return
        unit, settled = self._find_own_unit(row, day)
        if not settled or not self.holder_known:
            planned._mark(row, "blocked")
            return
        person = find_person(planned, self.desk, row, unit=unit, day=day)
        if person is None:
            return
        kind = choose_kind(planned, row)
        home = self.directory.find_unit_on(person, day)
        holder = self._find_holder(row, kind, unit, home, day)
        if holder is None:
            return
        session = self._open_session(row, holder, day, kind)
        self._set(row, session, person, home, *said)

    def _find_own_unit(self, row: Row, day: date) -> tuple[Draft | None, bool]:
        text = row.values.get("unit")
        if not text:
            return self.holder, True
        unit = find_unit(self.planned, self.desk, row, "unit", str(text), day=day)
        return unit, unit is not None

    def _find_holder(
        self, row: Row, kind: SessionKind, unit: Draft | None, home: Draft | None, day: date
    ) -> Draft | None:
        """The unit whose session it was: as written; else everybody's for the whole-bureau kinds; else the branch."""
        if row.values.get("held_by"):
            return find_unit(self.planned, self.desk, row, "held_by", str(row.values["held_by"]), day=day)
        if self.holder is not None:
            return self.holder
        if kind in _ALL_BUREAU:
            return self.directory.need_root(Line.PARTY)
        if unit is not None and unit.values["line"] == Line.PARTY:
            return unit
        holder = home or unit
        if holder is None:
            if is_without_roster(self.directory, self.planned):
                return self.directory.need_root(Line.PARTY)
            self.planned.stop(
                row,
                "name",
                "no_unit",
                f"“{row.values.get('name') or row.values.get('staff_no')}”这一天不在任何支部，"
                "表里也没有写是哪个支部的会议。请补上支部。",
            )
        return holder

    def _open_session(self, row: Row, holder: Draft, day: date, kind: SessionKind) -> Draft:
        credit: Quantity | None = row.values.get("credit")
        minutes = count_minutes(None, self.facts.get("starts_at"), self.facts.get("ends_at"))
        columns: dict[str, Any] = {
            "tier": read_tier(str(row.values.get("tier") or self.facts.get("title") or ""), kind)
        }
        if row.values.get("tier") is None:
            columns["tier"] = read_tier("", kind)
        if credit is not None:
            columns["credit_milli"] = credit.milli
        session, _ = self.book.open_session(
            holder, day, kind, choose_topic(self.planned, row), minutes=minutes, **columns
        )
        return session

    def _read_mark(self, row: Row) -> tuple[Mark, str, int | None, bool] | None:
        """What the row says: mark, reason, minutes late, asked afterwards; None when it says nothing."""
        values = row.values
        word, written = values.get("mark"), str(values.get("reason") or "")
        minutes = values.get("minutes_late")
        if word is None:
            word = self._read_silent(row, written)
            if word is None:
                return None
        mark = Mark(word)
        if minutes and mark is Mark.PRESENT:
            mark = Mark.LATE
        reason = read_reason(written) if mark in (Mark.LEAVE, Mark.MADE_UP) else LeaveReason.NONE
        done = str(values.get("made_up") or "")
        if mark in (Mark.LEAVE, Mark.ABSENT) and done and not any(word in done for word in _NOT_YET):
            mark = Mark.MADE_UP
            reason = read_reason(written)
        return mark, str(reason), minutes, says_afterwards(written + str(values.get("remark") or ""))

    def _read_silent(self, row: Row, written: str) -> str | None:
        """A row without a mark: a time of arrival is presence, a reason is leave, a bare list of names is who came."""
        columns = self.planned.table.columns
        if isinstance(row.values.get("punches"), Punches) or row.values.get("duration"):
            return Mark.PRESENT
        if written:
            return Mark.LEAVE
        if row.values.get("made_up") and "mark" not in columns:
            return Mark.MADE_UP
        if "mark" not in columns and "punches" not in columns and "made_up" not in columns and "reason" not in columns:
            self.planned.note("表里没有考勤列，名单上的人按“到”登记。")
            return Mark.PRESENT
        return None

    def _set(
        self,
        row: Row,
        session: Draft,
        person: Draft,
        home: Draft | None,
        mark: Mark,
        reason: str,
        minutes: int | None,
        afterwards: bool,
    ) -> None:
        planned, key = self.planned, (person.key, session.key)
        twice = self.lines.get(key)
        if twice is not None:
            self._settle_twice(row, person, twice, str(mark))
            return
        if self._contradicts(row, session, person, mark):
            return
        self.lines[key] = (row.number, str(mark))
        self.book.planned_now.add(key)
        outcome, drafted = self.book.set_mark(
            session,
            person,
            unit=home,
            mark=mark,
            reason=reason,
            minutes_late=minutes,
            asked_after=afterwards,
            how=How.LATE_ENTRY if "补录" in str(row.values.get("remark") or "") else How.IMPORT,
        )
        planned.settle(
            row,
            outcome,
            **show_person(self.directory, person, home or self.directory.get_unit(session.values["unit_id"])),
            on=session.values["on"].isoformat(),
            kind=session.values["kind"],
            topic=session.values["topic"],
            mark=drafted.values["mark"],
            reason=drafted.values["reason"],
            minutes_late=drafted.values["minutes_late"],
        )

    def _settle_twice(self, row: Row, person: Draft, before: tuple[int, str], mark: str) -> None:
        """Settle one person twice at one session of a table: alike is one, different is for the clerk to mend."""
        if before[1] == mark:
            self.planned.skip(row, f"与第 {before[0]} 行相同，合为一条")
            return
        self.planned.stop(
            row,
            "mark",
            "mark_twice",
            f"“{person.values['name']}”同一次会议在第 {before[0]} 行写“{before[1]}”，这里写“{mark}”。"
            "请改成一致，或删去一行。",
        )

    def _contradicts(self, row: Row, session: Draft, person: Draft, mark: Mark) -> bool:
        """Whether another table of the same import says otherwise; make-up beside leave or absence does not."""
        key = (person.key, session.key)
        if key not in self.book.planned_now:
            return False
        other = Mark(self.book.marks[key].values["mark"])
        if other == mark or Mark.MADE_UP in (other, mark):
            return False
        who, when = person.values["name"], session.values["on"].isoformat()
        choices = (str(other), str(mark))
        answer = self.planned.ask(
            row,
            "mark",
            "marks_differ",
            f"“{who}”{when} {session.values['kind']}：另一张表写“{other}”，这里写“{mark}”，以哪个为准？",
            choices,
            f"行:{self.planned.sheet}:{row.number}:{when}:{session.values['kind']}",
        )
        if answer is None:
            return True
        if answer == str(other):
            self.planned.skip(row, "以另一张表为准")
            return True
        return False


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    return AttendanceTable(planned, desk).plan_row


HANDLER = Handler(KIND, prepare)
