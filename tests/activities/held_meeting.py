"""A meeting of 第一支部 with its roll-call, as the records part finds it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from shanxue.activities.models import AgendaItem, Attendance, MeetingRecord, Session
from tests.house import House, add_person

MEETING_ON = date(2026, 6, 12)
ENDED = datetime(2026, 6, 12, 8, 10, tzinfo=UTC)
WRITTEN = datetime(2026, 6, 13, 1, 0, tzinfo=UTC)


def hold_meeting(house: House, topic: str = "6月主题党日", *, ended: bool = True, **values: object) -> Session:
    """Hold a meeting: 张三 was there, 李四 (host) too; 周七 was away on duty. ``ended``: roll-call is over."""
    if "周七" not in house.people:
        add_person(house, "周七", "第一支部")
    filled = {
        "start_time": time(14, 30), "minutes": 90, "place": "三楼会议室", "host": house.people["李四"],
        "recorder": house.people["张三"], "noticed_at": ENDED, **values,
    }  # fmt: skip
    session = Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="主题党日", tier="支部集体学", topic=topic,
        on=MEETING_ON, state="已召开" if ended else "计划", roll_ended_at=ENDED if ended else None, **filled,
    )  # fmt: skip
    marks = {"张三": ("到", ""), "李四": ("到", ""), "周七": ("请假", "出差")}
    Attendance.objects.bulk_create(
        Attendance(
            session=session, person=house.people[name], unit=session.unit, mark=mark if ended else "未记录",
            reason=reason if ended else "", how="点名", recorded_at=ENDED, recorded_by="李四",
        )
        for name, (mark, reason) in marks.items()
    )  # fmt: skip
    AgendaItem.objects.create(session=session, position=1, title="领学文件", speaker=house.people["李四"])
    AgendaItem.objects.create(session=session, position=2, title="交流发言")
    return session


def write_record(session: Session, state: str, writer: str, house: House, **values: object) -> MeetingRecord:
    user = house.users[writer]
    filled = {"submitted_at": WRITTEN if state != "草稿" else None, "content": "领学了文件。", **values}
    if state in ("已通过", "退回修改"):
        filled |= {"reviewed_at": WRITTEN, "reviewed_by": "office"}
    return MeetingRecord.objects.create(
        session=session, state=state, revision=1, writer=user, written_by=str(user), saved_at=WRITTEN, **filled
    )
