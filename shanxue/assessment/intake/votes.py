"""测评票: a count of votes per grade for each person or unit; one event per grade, its quantity the votes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.matching import clean_text
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Field, Kind, Row
from shanxue.intake.values import parse_code, parse_count, parse_date, parse_name
from shanxue.orgs.columns import BRANCH, DEPARTMENT, NAME, STAFF_NO
from shanxue.orgs.directory import open_directory
from shanxue.orgs.records import find_subject, open_records, settle_day

from ..models import Evaluation, Event
from ..queries.ballots import VOTE_KINDS, list_counted_votes
from ..rules.ballots import GRADES as BALLOT_GRADES
from .events import COLUMNS, KEY, MILLI

GRADES = ("优秀", "良好", "合格", "基本合格", "不合格", "称职", "基本称职", "不称职", "一般", "较差", "好", "较好",
          "差", "满意", "基本满意", "不满意", "不了解", "弃权")  # fmt: skip
_FIELD = {grade: f"grade_{number}" for number, grade in enumerate(GRADES)}

KIND = Kind(
    "votes",
    "测评票",
    (
        Field("staff_no", "工号", STAFF_NO, parse=parse_code),
        Field("name", "姓名", (*NAME, "被测评人", "被评议人", "测评对象"), parse=parse_name),
        Field("unit", "单位", (*BRANCH, *DEPARTMENT, "所在单位", "被测评单位"), first_wins=True),
        Field(
            "level",
            "测评主体",
            ("评议主体", "参评群体", "测评群体", "票种", "投票人类别", "评价主体", "参评人员"),
            first_wins=True,
        ),
        Field("kind", "类别", ("测评类别", "测评类型", "评议类别", "票类"), first_wins=True),
        Field(
            "on", "日期", ("测评时间", "测评日期", "评议时间", "评议日期", "时间"), parse=parse_date, first_wins=True
        ),
        *(
            Field(name, grade, (f"{grade}票", f"{grade}票数", f"{grade}得票"), parse=parse_count)
            for grade, name in _FIELD.items()
        ),
    ),
    needs=tuple(
        frozenset({who, _FIELD[one], _FIELD[other]})
        for who in ("name", "staff_no", "unit")
        for one, other in (("优秀", "合格"), ("优秀", "称职"), ("优秀", "良好"), ("好", "较好"), ("满意", "基本满意"),
                           ("好", "一般"), ("优秀", "不合格"))
    ),
    marks=("测评", "评议", "投票", "票数", "计票"),
)  # fmt: skip


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    directory = open_directory(desk)
    records = open_records(desk, Event, KEY, COLUMNS)
    title = f"{planned.table.facts.get('title') or ''}{planned.sheet}"
    counted = list_counted_votes(desk.bureau_code)
    usual = "民主测评票" if "民主测评" in title else "民主评议票"

    def plan_row(row: Row) -> None:
        values = row.values
        day = settle_day(planned, row, "on") or planned.get_fact("on")
        subject = find_subject(planned, desk, row, day)
        if subject is None:
            return
        counts = {grade: values[name] for grade, name in _FIELD.items() if name in values}
        if not counts:
            planned.skip(row, "没有写票数")
            return
        kind = clean_text(str(values.get("kind") or ""))[:32] or usual
        level = clean_text(str(values.get("level") or ""))[:16]
        person = subject.person.id if subject.person else None
        if person is not None and kind in VOTE_KINDS and _settle_counted(
            planned, row, day, level, counts, counted.get(person, [])
        ):  # fmt: skip
            return
        for grade, count in counts.items():
            outcome, draft = records.put(
                **subject.columns,
                kind=kind,
                title="",
                on=day,
                level=level,
                mark=grade,
                by="",
                quantity_milli=count * MILLI,
            )
            planned.settle(
                row,
                outcome,
                **subject.show(directory),
                kind=draft.values["kind"],
                mark=grade,
                level=draft.values["level"],
                quantity_milli=count * MILLI,
            )

    return plan_row


def _settle_counted(
    planned: TablePlan, row: Row, day: date | None, level: str, counts: Mapping[str, int],
    counted: list[tuple[Evaluation, str, str, int]],
) -> bool:  # fmt: skip
    """Leave out votes that a ballot counted in the product; stop where the numbers differ. False: no such ballot."""
    tallies: dict[Evaluation, Counter[str]] = {}
    for evaluation, group, grade, votes in counted:
        if level in ("", group) and _may_be_of(evaluation, day):
            tallies.setdefault(evaluation, Counter())[grade] += votes
    if not tallies:
        return False
    told = {grade: count for grade, count in counts.items() if grade in BALLOT_GRADES or count}
    for evaluation, tally in tallies.items():
        if all(tally[grade] == count for grade, count in told.items()):
            planned.skip(row, f"{evaluation.unit}{evaluation.year}年民主评议已经计过这些票")
            return True
    one, tally = next(iter(tallies.items()))
    held = "、".join(f"{grade} {tally[grade]} 票" for grade in BALLOT_GRADES)
    planned.stop(
        row, None, "votes_counted",
        f"{one.unit}{one.year}年民主评议已经计票（{held}），和这一行不同。请核对；以计票为准的，删去这一行；是另一次测评的，在类别里写明。",
    )  # fmt: skip
    return True


def _may_be_of(evaluation: Evaluation, day: date | None) -> bool:
    last = max(date(evaluation.year, 12, 31), evaluation.meets_on)
    return day is None or date(evaluation.year, 1, 1) <= day <= last


HANDLER = Handler(KIND, prepare, shown_as="events")
