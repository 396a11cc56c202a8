"""Words and terms of a year's proceeding, from the roster to 定档 (ux K5). Plain Python: no clock, no query."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from shanxue.plans.rules.calendar import WorkCalendar

from .pages import list_grades, matches_who
from .scheme import Process, Scheme, Term, When

DAY = timedelta(days=1)


class Step(StrEnum):
    """What is done, in this order. The stage of a proceeding is the step that waits to be done."""

    ROSTER = "核对名册"
    CUTOFF = "数据截止"
    TRIAL = "试算"
    FREEZE = "冻结"
    CHECK = "支部核对"
    PUBLICITY = "公示"
    APPEALS = "申诉处理"
    SETTLE = "定档"
    ARCHIVE = "归档"


STEPS = tuple(Step)
BEFORE_FREEZE = frozenset({Step.ROSTER, Step.CUTOFF, Step.TRIAL, Step.FREEZE})
FROZEN = frozenset({Step.CHECK, Step.PUBLICITY, Step.APPEALS, Step.SETTLE})
PUBLISHED = frozenset({Step.PUBLICITY, Step.APPEALS, Step.SETTLE})
# In which stages a step may be done: everything before the freeze may be repeated until the freeze.
MAY = {
    Step.ROSTER: BEFORE_FREEZE,
    Step.CUTOFF: frozenset({Step.CUTOFF, Step.TRIAL, Step.FREEZE}),
    Step.TRIAL: BEFORE_FREEZE,
    Step.FREEZE: frozenset({Step.FREEZE}) | FROZEN,
    Step.CHECK: FROZEN,
    Step.PUBLICITY: frozenset({Step.CHECK}),
    Step.APPEALS: frozenset({Step.PUBLICITY}),
    Step.SETTLE: frozenset({Step.APPEALS, Step.SETTLE}),
}


class Change(StrEnum):
    """How a record differs from what it was at the cut-off."""

    ADDED = "补录"
    CHANGED = "改动"
    REMOVED = "删去"


class LateState(StrEnum):
    OPEN = "待定"
    IN = "计入"
    OUT = "不计入"


class Cause(StrEnum):
    """Why a settled result was amended."""

    APPEAL = "申诉成立"
    MEETING = "会议决定"
    ERROR = "更正差错"


def count_days(start: date, term: Term, calendar: WorkCalendar) -> date:
    """Find the last day of a term; the day on which it begins is not counted (民法典第二百零一条)."""
    assert term.days is not None
    if not term.working:
        return start + term.days * DAY
    day = start
    for _ in range(term.days):
        day = calendar.find_next(day + DAY)
    return day


def join_processes(schemes: list[Scheme]) -> Process:
    """Take the longest of each term of the schemes that go together, so that each of them is kept."""
    parts = [scheme.process for scheme in schemes]

    def pick(name: str) -> Term:
        terms = [term for part in parts if (term := getattr(part, name)).days is not None]
        return max(terms, key=lambda term: (term.days or 0) * (7 if term.working else 5), default=Term())

    return Process(check=pick("check"), publicity=pick("publicity"), appeal=pick("appeal"), answer=pick("answer"))


def list_published_grades(scheme: Scheme, grades: tuple[str, ...]) -> tuple[str, ...]:
    """Which grades are made public: those the scheme names, else only the best (no more than the job needs)."""
    return scheme.process.grades or grades[:1]


def digest_values(values: Mapping[str, Any] | None) -> str:
    """Digest what a record says, so that a decision stands only for what was decided upon. None: the record is gone."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def write_late_sentence(counts: Mapping[str, int]) -> str:
    """截止后又补录了 4 条签到。 Counts are by what the records are, as the page names them."""
    parts = "、".join(f"{number} 条{name}" for name, number in counts.items())
    return f"截止后又补录、改动了 {parts}。计入、不计入、还是逐条看？" if parts else ""


SOURCE_WORDS = {
    "attendance": "签到", "sessions": "会议", "notes": "笔记", "plan": "计划任务", "scores": "测试成绩",
    "hours": "学时", "credits": "学时", "selfstudy": "自学", "outcomes": "成果", "events": "登记事项",
    "prior": "往年结果", "people": "名册变动", "units": "单位变动",
}  # fmt: skip


def write_overflow_sentence(grade: str, reached: int, seats: int) -> str:
    """ux K5, K45."""
    return f"{grade} {reached} 人，超出比例上限 {seats} 人，由谁调整需会议决定并记录。"


def judge_gates(
    scheme: Scheme, held: list[str], traits: Mapping[str, str], points: int | None, grade: str
) -> list[str]:
    """Say which gates hold once a result was amended. Those that rest on records hold as they did before."""
    order = list_grades(scheme)
    found = []
    for gate in scheme.gates:
        verdict = _judge(gate.when, scheme, order, points, grade)
        if gate.code in held if verdict is None else verdict and matches_who(gate.who, traits):
            found.append(gate.code)
    return sorted(found)


def _judge(when: When, scheme: Scheme, order: tuple[str, ...], points: int | None, grade: str) -> bool | None:
    """Test a condition on grade and total alone; None: it rests on something else."""
    if when.grade_below is not None:
        return when.grade_below in order and grade in order and order.index(grade) > order.index(when.grade_below)
    if when.grade_in:
        return grade in when.grade_in
    if when.total_below is not None:
        return points is not None and points < when.total_below * scheme.scale
    if when.total_from is not None:
        return points is not None and points >= when.total_from * scheme.scale
    if when.all_of:
        parts = [_judge(part, scheme, order, points, grade) for part in when.all_of]
        return False if False in parts else None if None in parts else True
    if when.any_of:
        parts = [_judge(part, scheme, order, points, grade) for part in when.any_of]
        return True if True in parts else None if None in parts else False
    return None
