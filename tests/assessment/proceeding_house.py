"""A bureau on the way to its year's results: two branches, two clerks, a scheme with terms, a quota and a ladder."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from shanxue.accounts.models import User
from shanxue.assessment.actions.proceedings import freeze, open_proceeding, run_trial, set_cutoff, sign_roster
from shanxue.assessment.models import Proceeding, Result
from shanxue.assessment.rules.loading import load_scheme
from shanxue.assessment.runs import keep_version
from shanxue.orgs.models import Grant, Unit
from shanxue.orgs.queries import Actor, find_actor
from tests.people import TestBureau, make_bureau

CUT = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)  # 12:00 in Beijing, a Monday
DAY = timedelta(days=1)
TODAY = date(2026, 1, 5)

SCHEME = """
[scheme]
code = "xuexi-2025"
title = "机关学习考核办法"
subject = "person"
window = { from = 2025-01-01, until = 2026-01-01 }
precision = 0.01
[scheme.clauses]
"第五条" = "到会100分，按到会次数占应到次数计分。"
"第十二条" = "公示不少于7天，公示起5个工作日内可以申诉。"
[process]
check = { workdays = 3, clause = "第十一条" }
publicity = { days = 7, clause = "第十二条", grades = ["优秀"] }
appeal = { workdays = 5, clause = "第十二条" }
answer = { workdays = 10, clause = "第十三条" }
[[item]]
code = "A1"
component = "考勤"
title = "到会"
full = 100
clause = "第五条"
kind = "ratio"
count = { source = "attendance", mark = ["到", "迟到"] }
out_of = { source = "attendance", mark_not = ["免", "未记录"] }
[[band]]
label = "优秀"
from = 90
[[band]]
label = "合格"
from = 60
[[band]]
label = "不合格"
[[gate]]
code = "G9"
clause = "第九条"
when = { grade_below = "优秀" }
effect = { target = "年度考核", at_most = "称职" }
[[gate]]
code = "L1"
clause = "第十四条"
when = { grade_in = ["不合格"] }
effect = { notice = "由支部约谈", step = "约谈" }
[[gate]]
code = "L2"
clause = "第十五条"
when = { prior = { years = 2, grades = ["不合格"] } }
effect = { notice = "给予组织处理", step = "组织处理" }
"""
QUOTA = """
[[quota]]
grade = "优秀"
share = "{share}"
clause = "第十条"
"""
BRANCHES = """
[scheme]
code = "zhibu-2025"
title = "党支部学习考核办法"
subject = "branch"
window = { from = 2025-01-01, until = 2026-01-01 }
members = "xuexi-2025"
[[item]]
code = "Z1"
component = "党员考核"
title = "党员平均分"
full = 100
clause = "第二条"
kind = "ratio"
count = { source = "members", measure = "mean" }
out_of = 100
[[band]]
label = "先进"
from = 90
[[band]]
label = "达标"
"""

DEPARTMENTS = BRANCHES.replace("zhibu-2025", "bumen-2025").replace('"branch"', '"department"').replace("党支部", "部门")


@dataclass
class Desk:
    """The bureau with its accounts: office and second (two clerks), first and second_secretary, member (张兰)."""

    town: TestBureau
    users: dict[str, User] = field(default_factory=dict)

    def act_as(self, key: str, on: date = TODAY) -> Actor:
        return find_actor(self.users[key], on)

    def open(self, *texts: str) -> Proceeding:
        versions = [
            keep_version(self.town.bureau, load_scheme(text, "细则.toml").scheme, CUT) for text in texts or (SCHEME,)
        ]
        return open_proceeding(self.act_as("office"), versions, title="2025年度学习考核", at=CUT)

    def find(self, run_id: int | None, name: str) -> Result:
        return Result.objects.get(run=run_id, person=self.town.people[name])


def build_desk() -> Desk:
    """张兰 came to 9 of 10 sessions, 王强 to 5, 李明 to all; 赵敏 of the other branch to all."""
    town = make_bureau()
    for month in range(1, 11):
        there = {"李明": "到", "张兰": "到" if month > 1 else "缺席", "王强": "到" if month > 5 else "缺席"}
        town.hold_session(town.first, date(2025, month, 15), there)
        town.hold_session(town.second, date(2025, month, 16), {"赵敏": "到"})
    desk = Desk(town)
    Power = Grant.Power
    for key, power, unit, name in (
        ("office", Power.OFFICE, None, None),
        ("second", Power.OFFICE, None, None),
        ("leader", Power.LEADER, None, None),
        ("secretary", Power.SECRETARY, town.first, "李明"),
        ("other_secretary", Power.SECRETARY, town.second, "赵敏"),
        ("member", Power.MEMBER, town.first, "张兰"),
    ):
        desk.users[key] = _add_user(town, key, power, unit, name)
    return desk


def _add_user(town: TestBureau, key: str, power: str, unit: Unit | None, name: str | None) -> User:
    user = User.objects.create(
        username=f"u-{key}", display_name=name or {"office": "周文", "second": "吴敏"}.get(key, key)
    )
    Grant.objects.create(user=user, bureau=town.bureau, power=power, unit=unit, from_on=date(2025, 1, 1))
    if name:
        town.people[name].account = user
        town.people[name].save(update_fields=["account"])
    return user


def cut(desk: Desk, proceeding: Proceeding, at: datetime = CUT) -> Proceeding:
    """Sign the roster off and set the cut-off."""
    office = desk.act_as("office")
    sign_roster(office, proceeding, proceeding.turn, words="", at=at)
    return set_cutoff(office, proceeding, proceeding.turn, cutoff_at=at, at=at)


def bring_to_freeze(desk: Desk, proceeding: Proceeding, at: datetime = CUT) -> Proceeding:
    cut(desk, proceeding, at)
    office = desk.act_as("office")
    run_trial(office, proceeding, proceeding.turn, at=at)
    return freeze(office, proceeding, proceeding.turn, at=at, check_until_on=at.date() + 3 * DAY)
