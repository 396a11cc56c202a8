"""A rule book and records for the tests of duties, around a day that the tests choose."""

from __future__ import annotations

from datetime import date

from shanxue.activities.models import Attendance, Session
from shanxue.orgs.models import Bureau, Person, Unit
from shanxue.plans.actions.institutions import adopt_institution
from shanxue.plans.rules.slots import find_period
from tests.house import AT

TEXT = """
[institution]
code = "zhibu"
title = "支部制度"
source = "局党委文件"
[[clause]]
number = "第一条"
text = "支部党员大会每季度召开1次，主题党日每月1次。"
[[clause]]
number = "第二条"
text = "党员每年集中学习培训不少于32学时。"
[[obligation]]
code = "DH"
title = "支部党员大会"
clause = "第一条"
kind = "frequency"
who = { unit = ["党支部"] }
event = { source = "session", kind = ["支部党员大会"] }
period = "quarter"
least = 1
[[obligation]]
code = "XS"
title = "集中学习培训"
clause = "第二条"
kind = "hours"
who = { status = ["正式党员"] }
any_of = [{ source = "credit", measure = "学时", least = 32 }]
period = "year"
near_days = 366
"""


def adopt(bureau: Bureau, text: str = TEXT, from_on: date = date(2020, 1, 1)) -> None:
    adopt_institution(bureau, text=text, from_on=from_on, reason="局党委会", actor="赵六", at=AT)


def hold(
    unit: Unit, on: date, kind: str = "支部党员大会", people: tuple[Person, ...] = (), **values: object
) -> Session:
    """Hold a session, with these people present."""
    session = Session.objects.create(
        bureau=unit.bureau, unit=unit, kind=kind, tier="支部集体学", topic=f"{on.isoformat()}{kind}", on=on, **values
    )
    Attendance.objects.bulk_create(
        Attendance(session=session, person=one, unit=unit, mark="到", how="点名", recorded_at=AT, recorded_by="李四")
        for one in people
    )
    return session


def last_quarter(today: date) -> date:
    """The first day of the quarter before this one."""
    this = find_period(today, "quarter").from_on
    return find_period(date.fromordinal(this.toordinal() - 1), "quarter").from_on


def name_key(unit: Unit, start: date) -> str:
    return f"zhibu/DH/u{unit.pk}/{start:%Y%m%d}"
