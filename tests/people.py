"""The bureau the tests know: named people, so that a failing test reads like a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from shanxue.activities.models import Attendance, Session
from shanxue.orgs.models import Bureau, Person, Stint, Unit

AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
YEAR = date(2025, 1, 1)


@dataclass
class TestBureau:
    """A bureau with two branches and one department. Li leads the first branch; Zhang and Wang study in it."""

    __test__ = False

    bureau: Bureau
    committee: Unit
    first: Unit
    second: Unit
    office: Unit
    people: dict[str, Person] = field(default_factory=dict)

    def add_person(self, staff_no: str, name: str, branch: Unit, role: str = "成员", **values: object) -> Person:
        person = Person.objects.create(
            bureau=self.bureau, staff_no=staff_no, name=name, **{"party_status": "正式党员", **values}
        )
        Stint.objects.create(person=person, unit=branch, role=role)
        Stint.objects.create(person=person, unit=self.office)
        self.people[name] = person
        return person

    def hold_session(self, branch: Unit, on: date, marks: dict[str, str], *, kind: str = "主题党日") -> Session:
        session = Session.objects.create(
            bureau=self.bureau, unit=branch, kind=kind, tier="支部集体学", topic=f"{on.month}月{kind}", on=on,
            credit_milli=2000,
        )  # fmt: skip
        Attendance.objects.bulk_create(
            Attendance(session=session, person=self.people[name], unit=branch, mark=mark, how="点名",
                       recorded_at=AT, recorded_by="李书记")
            for name, mark in marks.items()
        )  # fmt: skip
        return session


def make_bureau(code: str = "chengguan") -> TestBureau:
    bureau = Bureau.objects.create(code=code, name="云川市城市管理局")

    def add(name: str, number: str, line: str, kind: str, parent: Unit | None) -> Unit:
        unit = Unit.objects.create(bureau=bureau, parent=parent, line=line, kind=kind, code=number, name=name)
        unit.path = f"{parent.path if parent else ''}{unit.pk}/"
        unit.save(update_fields=["path"])
        return unit

    committee = add("局党委", "D0", "党组织", "党委", None)
    first = add("第一党支部", "D01", "党组织", "党支部", committee)
    second = add("第二党支部", "D02", "党组织", "党支部", committee)
    root = add("云川市城市管理局", "X0", "行政", "局", None)
    office = add("办公室", "X01", "行政", "部门", root)
    house = TestBureau(bureau, committee, first, second, office)
    house.add_person("001", "李明", first, role="书记")
    house.add_person("002", "张兰", first)
    house.add_person("003", "王强", first)
    house.add_person("004", "赵敏", second, role="书记")
    return house
