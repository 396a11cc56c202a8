"""A quarter of the house with something to speak of, and the desk of whoever writes and signs documents about it.

In the first quarter of 2026 第一支部 held its 支部党员大会 and left two marks open; 第二支部 held none. The second
quarter is like it, with 王五 absent at 第二支部's own meeting.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from shanxue.activities.models import Attendance, Session
from shanxue.bulletins.actions.drafting import draft_bulletin, save_letterhead
from shanxue.bulletins.actions.registry import enter_number
from shanxue.bulletins.actions.signing import sign_document, submit_document
from shanxue.bulletins.models import DocumentNumber, OfficialDocument
from shanxue.orgs.queries import Actor, find_actor
from shanxue.plans.models import Institution
from tests.house import House
from tests.supervision.rulebook import adopt, hold

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HEAD = {
    "mark": "中共云川市示例局委员会文件", "issuer": "中共云川市示例局委员会", "code": "云示党", "printed_by": "",
    "copies": "", "office": "学习型党组织办公室", "answer_days": 5,
}  # fmt: skip


@dataclass
class Desk:
    house: House
    on: date = TODAY
    at: datetime = NOW
    sessions: dict[str, Session] = field(default_factory=dict)

    def be(self, key: str, on: date | None = None) -> Actor:
        return find_actor(self.house.users[key], on or self.on)

    def enter(self, title: str, number: int = 2, code: str = "云示党") -> DocumentNumber:
        values = {"code": code, "number": number, "title": title, "on": self.on}
        return enter_number(self.be("office"), values, at=self.at)


def open_desk(house: House, on: date = TODAY) -> Desk:
    """Adopt the rules, hold the meetings of two quarters, and say once what every document bears."""
    desk = Desk(house, on)
    if not Institution.objects.filter(bureau=house.bureau, code="zhibu").exists():
        adopt(house.bureau)
    people = house.people
    first, second = house.units["第一支部"], house.units["第二支部"]
    for month in (2, 5):
        session = hold(first, date(2026, month, 10), people=(people["李四"],), roll_ended_at=NOW)
        mark(session, people["张三"], first, "未记录")
        desk.sessions[f"第一支部{month}月"] = session
    session = hold(second, date(2026, 5, 12), "主题党日", people=(people["赵六"],))
    mark(session, people["王五"], second, "缺席")
    desk.sessions["第二支部5月"] = session
    save_letterhead(desk.be("office"), HEAD, at=NOW)
    return desk


def mark(session: Session, person: object, unit: object, word: str) -> Attendance:
    return Attendance.objects.create(
        session=session, person=person, unit=unit, mark=word, how="点名", recorded_at=NOW, recorded_by="李四"
    )  # type: ignore[misc]


def write_bulletin_of(desk: Desk, period: str, key: str = "office") -> OfficialDocument:
    return draft_bulletin(desk.be(key), None, period, at=desk.at)


def submit(desk: Desk, document: OfficialDocument) -> OfficialDocument:
    return submit_document(desk.be("office"), document, at=desk.at)


def issue(desk: Desk, document: OfficialDocument, signer: str = "leader") -> OfficialDocument:
    return sign_document(desk.be(signer), submit(desk, document), at=desk.at)
