"""The year's sessions and everybody's mark at each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from .days import list_workdays
from .draw import choose, draw, draw_between, pick
from .people import Person, list_exemptions, list_people, locate
from .units import BRANCHES

Scope = Literal["branch", "bureau", "centre"]

SECOND_KIND = {
    1: "组织生活会",
    3: "支部党员大会",
    4: "党课",
    6: "支部党员大会",
    9: "支部党员大会",
    10: "党课",
    12: "支部党员大会",
}
MEMBERS_ONLY = ("支部党员大会", "组织生活会")
THEMES = (
    "年度学习计划部署",
    "重温入党誓词",
    "雷锋精神与志愿服务",
    "城市管理为民服务大讨论",
    "岗位练兵交流",
    "党性教育专题学习",
    "党史专题学习",
    "防汛保畅一线学习",
    "法治建设专题学习",
    "党章党规学习",
    "典型案例学习交流",
    "年度学习总结",
)
STUDIES = (
    "党章修订内容学习",
    "行政处罚法学习",
    "城市管理执法办法学习",
    "市容环境卫生管理条例学习",
    "信访工作条例学习",
    "安全生产法学习",
    "垃圾分类管理规定学习",
    "数字化城管平台应用学习",
)
LECTURES = (
    "城市精细化管理",
    "党的创新理论专题辅导",
    "依法行政与执法规范化",
    "党员教育管理工作条例解读",
    "市政设施运行安全",
    "党风廉政建设专题辅导",
    "环境卫生标准化作业",
    "应急处置与值守",
    "数字政府与城市运行一网统管",
    "户外广告设施管理",
    "保密法专题辅导",
    "年度重点工作与学习小结",
)


@dataclass(frozen=True)
class Session:
    scope: Scope
    branch: int  # index of BRANCHES; -1 for the bureau's own
    on: date
    kind: str
    topic: str
    hours: str = "2"

    @property
    def tier(self) -> str:
        return "党组集中学" if self.scope == "centre" else "支部集体学"


@dataclass(frozen=True)
class Marked:
    """One person at one session. ``mark`` is the plain word; each file writes it in its own way."""

    person: Person
    session: Session
    mark: str  # 到 迟到 早退 请假 缺席 已补学 未记录
    reason: str = ""
    minutes_late: int = 0


@cache
def list_sessions() -> tuple[Session, ...]:
    """List twenty-four sessions of each branch, twelve of the whole bureau and twelve of the centre group."""
    found: list[Session] = []
    for month in range(1, 13):
        days = list_workdays(month)
        lecture_on = [day for day in days if day.weekday() == 4][-1]
        centre_on = next(day for day in days if day.day >= 15)
        found.append(Session("bureau", -1, lecture_on, "报告会", f"{LECTURES[month - 1]}报告会", "3"))
        found.append(Session("centre", -1, centre_on, "中心组学习", f"党组理论学习中心组{month}月集体学习", "4"))
        free = [day for day in days if day not in (lecture_on, centre_on)]
        for index in range(len(BRANCHES)):
            found.extend(_hold_two(index, month, free))
    return tuple(sorted(found, key=lambda session: (session.on, session.branch)))


def _hold_two(index: int, month: int, free: list[date]) -> list[Session]:
    first, second = choose(free, 2, "days", index, month)
    kind = SECOND_KIND.get(month, "学习日")
    topic = pick(STUDIES, "study", index, month) if kind == "学习日" else f"{month}月{kind}"
    return [
        Session("branch", index, first, "主题党日", f"{month}月主题党日：{THEMES[month - 1]}"),
        Session("branch", index, second, kind, topic),
    ]


def is_expected(person: Person, session: Session) -> bool:
    """Tell whether the person is on the session's list (应到)."""
    if session.on < person.joined_on or _is_away(person, session.on):
        return False
    if session.kind in MEMBERS_ONLY and person.status not in ("正式党员", "预备党员"):
        return False
    if session.scope == "centre":
        return person.is_leader
    if session.scope == "bureau":
        return not person.is_retired
    return locate(person, session.on) == session.branch


def _is_away(person: Person, on: date) -> bool:
    return any(
        each.person is person and each.category in ("年老体弱", "借调挂职") and each.from_on <= on
        for each in list_exemptions()
    )


def is_sick(person: Person, on: date) -> bool:
    return any(
        each.person is person
        and each.category == "长期病休"
        and each.from_on <= on
        and (not each.until_on or on < each.until_on)
        for each in list_exemptions()
    )


@cache
def list_marks() -> dict[Session, list[Marked]]:
    """Give each session its list of marks, in the order of the staff numbers."""
    marks: dict[Session, list[Marked]] = defaultdict(list)
    for person in list_people():
        for marked in mark_year(person):
            marks[marked.session].append(marked)
    return dict(marks)


@cache
def mark_year(person: Person) -> tuple[Marked, ...]:
    """Spread the counts of a person's year over the sessions the person was expected at."""
    expected = [session for session in list_sessions() if is_expected(person, session)]
    free = [session for session in expected if not is_sick(person, session.on)]
    told = _spread(person, free)
    return tuple(told.get(session) or _mark_plain(person, session) for session in expected)


def _mark_plain(person: Person, session: Session) -> Marked:
    return Marked(person, session, "请假", "病假") if is_sick(person, session.on) else Marked(person, session, "到")


def _spread(person: Person, free: list[Session]) -> dict[Session, Marked]:
    year = person.year
    wanted: list[tuple[str, str]] = (
        [("缺席", "")] * year.absent + [("迟到", "")] * year.late + [("早退", "")] * year.early
    )
    wanted += [("已补学" if index < year.made_up else "请假", reason) for index, reason in enumerate(year.leave)]
    wanted += [("未记录", "")] * year.unrecorded
    chosen = choose(free, len(wanted), "marks", person.staff_no)
    order = sorted(range(len(chosen)), key=lambda index: draw(1 << 60, "order", person.staff_no, index))
    return {
        chosen[place]: Marked(person, chosen[place], mark, reason, _draw_lateness(person, chosen[place], mark))
        for place, (mark, reason) in zip(order, wanted, strict=False)
    }


def _draw_lateness(person: Person, session: Session, mark: str) -> int:
    return draw_between(2, 25, "minutes", person.staff_no, session.on) if mark == "迟到" else 0
