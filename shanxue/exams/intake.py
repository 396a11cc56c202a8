"""Spreadsheets of test scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from shanxue.base.points import MILLI, scale_decimal
from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.drafts import Model
from shanxue.intake.matching import clean_text, list_words
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Cell, Context, Field, Kind, Row
from shanxue.intake.values import (
    Parsed,
    Score,
    check_score,
    parse_code,
    parse_date,
    parse_name,
    parse_number,
    parse_score,
    parse_text,
)
from shanxue.orgs.columns import BRANCH, DEPARTMENT, NAME, STAFF_NO
from shanxue.orgs.directory import open_directory
from shanxue.orgs.records import Subject, find_owner, open_records, settle_day

from . import models
from .rules import ScoreMark

NO_BOUND = 10**12
USUAL_FULL = 100 * MILLI
QUARTERS = {"q1": "第一季度", "q2": "第二季度", "q3": "第三季度", "q4": "第四季度"}


def parse_any_score(cell: Cell, context: Context) -> Parsed:
    """Read a score without holding it against full marks, which may stand in another column of the row."""
    parsed: Parsed = parse_score(cell, replace(context, full_milli=NO_BOUND))
    score: Score = parsed.value
    if score.full_milli is None and context.full_milli != USUAL_FULL:
        return Parsed(score._replace(full_milli=context.full_milli), parsed.tidied_from)
    return parsed


def parse_attempt(cell: Cell, _context: Context) -> Parsed:
    """Read which attempt it was: 1, 第2次, 补考."""
    text = clean_text(str(int(cell) if isinstance(cell, float) else cell))
    words = {
        "正考": 1,
        "首考": 1,
        "初考": 1,
        "第一次": 1,
        "补考": 2,
        "重考": 2,
        "第二次": 2,
        "第三次": 3,
        "二次补考": 3,
    }
    if text in words:
        return Parsed(words[text], text)
    number = text.removeprefix("第").removesuffix("次")
    if not number.isdecimal() or not 1 <= int(number) <= 20:
        raise ValueError(f"“{text}”看不出是第几次。请写 1、2 或“补考”。")
    return Parsed(int(number), text if text != number else None)


KIND = Kind(
    "scores",
    "测试成绩",
    (
        Field("staff_no", "工号", STAFF_NO, parse=parse_code),
        Field("name", "姓名", NAME, parse=parse_name),
        Field("unit", "所在支部", (*BRANCH, *DEPARTMENT, "单位", "所在单位", "工作单位"), first_wins=True),
        Field(
            "title",
            "考试名称",
            list_words("测试名称 科目 考试科目 试卷名称 测试科目 考试 测试 测验名称 试卷 课程 竞赛名称"),
            parse=parse_text,
            first_wins=True,
        ),
        Field("kind", "考试类型", list_words("测试类型 考试类别 测试类别 类别 类型"), first_wins=True),
        Field(
            "on",
            "考试日期",
            list_words("考试时间 测试时间 测试日期 日期 时间 答题时间 交卷时间"),
            parse=parse_date,
            first_wins=True,
        ),
        Field("attempt", "第几次", list_words("考试次数 次数 次序 场次 考试性质 是否补考 次别"), parse=parse_attempt),
        Field("full", "满分", list_words("总分值 卷面满分 试卷总分 满分值"), parse=parse_number),
        Field(
            "score",
            "成绩",
            list_words(
                "得分 分数 考试成绩 测试成绩 考试分数 测试得分 总成绩 最终成绩 卷面成绩 考试得分 测验成绩",
                "综合成绩 答题得分",
            ),
            parse=parse_any_score,
        ),
        *(
            Field(
                code,
                title,
                (title[1:], f"{title}成绩", f"{title[1:]}成绩", f"{title}测试", f"{title[1:]}测试", f"{title}测试成绩"),
                parse=parse_any_score,
            )
            for code, title in QUARTERS.items()
        ),
    ),
    needs=(
        frozenset({"name", "score"}),
        frozenset({"staff_no", "score"}),
        frozenset({"name", "q1", "q2"}),
        frozenset({"staff_no", "q1", "q2"}),
    ),
    marks=list_words("成绩 考试 测试 测验 答题 分数 竞赛"),
)


def list_scores(planned: TablePlan, row: Row) -> Iterator[tuple[str, str, Score]]:
    """List the scores of a row: (column, title of the test, score); an empty cell is no score, never zero."""
    values, facts = row.values, planned.table.facts
    if isinstance(values.get("score"), Score):
        title = values.get("title") or facts.get("topic") or facts.get("title") or planned.sheet
        yield "score", str(title)[:100], values["score"]
    for code, quarter in QUARTERS.items():
        if isinstance(values.get(code), Score):
            yield code, f"{quarter}测试", values[code]


class ScoreTable:
    def __init__(self, planned: TablePlan, desk: Desk) -> None:
        self.planned, self.desk = planned, desk
        self.directory = open_directory(desk)
        self.records = open_records(
            desk, models.Score, ("person_id", "kind", "title", "attempt"), ("on", "score_milli", "full_milli", "mark")
        )
        self.lines: dict[tuple[object, ...], int] = {}

    def plan_row(self, row: Row) -> None:
        planned = self.planned
        day = settle_day(planned, row, "on") or planned.get_fact("on")
        subject = find_owner(planned, self.desk, row, day)
        if subject is None:
            return
        found = list(list_scores(planned, row))
        if not found:
            planned.skip(row, "没有成绩（不算 0 分）")
        for name, title, score in found:
            self._plan_score(row, subject, name, title, score)

    def _plan_score(self, row: Row, subject: Subject, name: str, title: str, score: Score) -> None:
        planned, values = self.planned, row.values
        day = settle_day(planned, row, "on") or planned.get_fact("on")
        full = score.full_milli or values.get("full") or planned.table.facts.get("full_milli") or USUAL_FULL
        milli = self._convert(row, name, score, full) if score.grade else score.score_milli
        if milli is not None:
            try:
                check_score(f"{Decimal(milli) / MILLI:f}", milli, full)
            except ValueError as error:
                planned.stop(row, name, "score_out_of_range", str(error))
                return
        elif score.grade:
            return
        kind = clean_text(str(values.get("kind") or ""))[:16] or "测试"
        attempt = values.get("attempt", 1)
        key = (subject.person, kind, title, attempt)
        if key in self.lines:
            planned.stop(
                row,
                name,
                "score_twice",
                f"第 {self.lines[key]} 行已有这个人“{title}”第 {attempt} 次的成绩。请删去一行，或写明是第几次。",
            )
            return
        self.lines[key] = row.number
        outcome, draft = self.records.put(
            person_id=subject.person,
            kind=kind,
            title=title,
            attempt=attempt,
            on=day,
            score_milli=milli,
            full_milli=full,
            mark=ScoreMark(score.mark),
        )
        planned.settle(
            row,
            outcome,
            **subject.show(self.directory),
            title=title,
            attempt=attempt,
            on=day.isoformat() if day else None,
            score_milli=milli,
            full_milli=full,
            mark=draft.values["mark"],
        )

    def _convert(self, row: Row, name: str, score: Score, full: int) -> int | None:
        """A grade instead of a number is worth what the clerk says, once for each grade."""
        key = f"成绩折算:{score.grade}"
        choices = ("100", "90", "80", "70", "60", "50")
        answer = self.planned.ask(
            row, name, "grade_for_score", f"成绩写的是“{score.grade}”，按多少分登记？", choices, key, free=True
        )
        if answer is None:
            return None
        try:
            return scale_decimal(answer, MILLI)
        except ValueError:
            self.planned.stop(row, name, "grade_for_score", f"回答“{answer}”不是分数。请写 0 到 {full // MILLI} 的数。")
            return None


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    return ScoreTable(planned, desk).plan_row


HANDLERS = (Handler(KIND, prepare),)
KINDS = (KIND,)
MODELS: tuple[Model, ...] = (models.Score, models.Question)  # banks come through actions/bank.py, and are undone alike
