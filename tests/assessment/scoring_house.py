"""A run of a scheme with an item that a named scorer gives marks for: everybody of the house, and both branches."""

from __future__ import annotations

from shanxue.assessment.models import Result, ResultLine, Run
from tests.house import House, add_run

SCORED_CODE = "chengxiao-2025"
SCORED = """
[scheme]
code = "chengxiao-2025"
title = "学习成效评议办法"
subject = "person"
window = { from = 2025-01-01, until = 2026-01-01 }
precision = 0.01
source = "《学习成效评议办法》"
[scheme.clauses]
"第六条" = "学习成效10分，由评分人按实绩评0至10分，写明理由。"
[[item]]
code = "E1"
component = "成效"
title = "成效评议"
full = 10
clause = "第六条"
kind = "marks"
count = { source = "events", kind = ["成效评议"] }
least = 0
most = 10
[[band]]
label = "合格"
from = 6
[[band]]
label = "不合格"
"""
BRANCH_CODE = "zhibu-pingfen-2025"
BRANCH_SCORED = SCORED.replace(SCORED_CODE, BRANCH_CODE).replace('"person"', '"branch"')


def make_scored_run(house: House) -> Run:
    """Results of the four people, each with a line for E1 that has no data yet."""
    run = add_run(house, SCORED, SCORED_CODE, "person")
    for name in ("张三", "李四", "王五", "赵六"):
        former = Result.objects.get(run=house.run, person=house.people[name])
        result = Result.objects.create(run=run, person=former.person, home=former.home, total_points=None)
        ResultLine.objects.create(result=result, item="E1", full_points=1000)
    return run


def make_scored_branches(house: House) -> Run:
    run = add_run(house, BRANCH_SCORED, BRANCH_CODE, "branch")
    for name in ("第一支部", "第二支部"):
        unit = house.units[name]
        result = Result.objects.create(run=run, unit=unit, home=unit.parent, total_points=None)
        ResultLine.objects.create(result=result, item="E1", full_points=1000)
    return run
