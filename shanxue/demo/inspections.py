"""An inspection under way with one finding open, and one overdue duty on the agenda of the next bulletin."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from shanxue.base.lights import Light
from shanxue.base.periods import Period
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor
from shanxue.supervision.actions.agenda import put_on_agenda
from shanxue.supervision.actions.inspecting import Plan, Scope, check_record, draw_sample, list_lines, plan_inspection
from shanxue.supervision.actions.rectifying import Task, write_finding
from shanxue.supervision.models import Sample
from shanxue.supervision.queries.duties import build_units_board
from shanxue.supervision.queries.inspecting import SHIPPED_TITLE, read_shipped_checklist
from shanxue.supervision.queries.sampling import list_population
from shanxue.supervision.rules.inspecting import InspectionKind, Verdict

SEED = 20260612
RECORDS = ("会议", "会议记录", "考勤")


def inspect_branches(office: Actor, root: Unit, at: datetime) -> None:
    """Draw ten records of the year so far, look at two, and ask one branch to put something right."""
    today = office.on
    period = Period(date(today.year, 1, 1), today + timedelta(days=1))
    if not list_population(office, root, period, RECORDS):
        return  # in the first days of a year there is nothing to look at yet
    title = f"{today.year}年学习情况督查"
    plan = Plan(
        InspectionKind.FROM_ABOVE,
        title,
        Scope(root, period, RECORDS, 10),
        today,
        SHIPPED_TITLE,
        read_shipped_checklist(),
    )
    inspection = plan_inspection(office, plan, at=at)
    drawn = draw_sample(office, inspection, seed=SEED, at=at)
    unmet = "没有写明由谁落实、什么时候落实"
    _check(office, drawn[0], unmet, at)
    if len(drawn) > 1:
        _check(office, drawn[1], "", at)
    unit = drawn[0].unit or root
    sentence = f"{drawn[0].title}：{unmet}"
    task = Task("补写责任人和期限，以后的会议照此办理", today + timedelta(days=14))
    line = list_lines(inspection, drawn[0].kind)[0][0]
    write_finding(office, inspection, unit, sentence[:300], task, sample=drawn[0], line=line, at=at)
    _name_late(office, at)


def _check(office: Actor, sample: Sample, unmet: str, at: datetime) -> None:
    places = [place for place, _line in list_lines(sample.inspection, sample.kind)]
    answers = {place: (str(Verdict.MET), "") for place in places}
    if unmet:
        answers[places[0]] = (str(Verdict.NOT_MET), unmet)
    check_record(office, sample, answers, revision=0, at=at)


def _name_late(office: Actor, at: datetime) -> None:
    cells = [cell for row in build_units_board(office, office.on).rows for cell in row.cells]
    late = [cell for cell in cells if cell is not None and cell.light == Light.LATE]
    if late:
        put_on_agenda(office, late[:1], at=at)
