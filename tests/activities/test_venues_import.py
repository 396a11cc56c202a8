"""A ledger of sessions gives places back, moves bookings or is refused, as the page of a session does (K2, issue 4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from shanxue.activities.actions.arranging import Arrangement, arrange_session
from shanxue.activities.models import Session, SessionNote
from shanxue.activities.rules import SessionKind, SessionState, Tier
from shanxue.base.errors import Refusal
from shanxue.intake.actions import commit_plan, undo_batch
from shanxue.intake.checking import Plan, plan_import
from shanxue.intake.models import Batch
from shanxue.intake.reading import read_workbook
from shanxue.resources.actions.venues import book_venue
from shanxue.resources.models import Booking
from shanxue.resources.rules.bookings import Slot
from tests.house import House
from tests.intake.fixtures import Line
from tests.intake.office import list_messages, write
from tests.resources.rows import act_as, make_venue

pytestmark = pytest.mark.django_db
HEADER: Line = ["会议类型", "组织单位", "主题", "计划时间", "召开时间", "状态", "时长（分钟）"]


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def day() -> date:
    """A Wednesday to come."""
    today = timezone.localdate()
    return today + timedelta(days=(2 - today.weekday()) % 7 + 7)


def arrange(house: House, at: datetime, day: date, topic: str = "学党章", start: time = time(14)) -> Session:
    venue = make_venue(house) if not Booking.objects.exists() else Booking.objects.all()[0].venue
    arrangement = Arrangement(
        house.units["第一支部"],
        SessionKind.THEME_DAY,
        Tier.BRANCH,
        topic,
        day,
        start_time=start,
        minutes=60,
        venue=venue,
    )
    return arrange_session(act_as(house, "secretary", timezone.localdate(at)), arrangement, at=at)


def check(house: House, tmp_path: Path, rows: Sequence[Line]) -> Plan:
    path = write(tmp_path / "台账.xlsx", [HEADER, *rows], "三会一课台账")
    return plan_import(house.bureau.code, [read_workbook(path)], {}, timezone.localdate())


def bring(house: House, at: datetime, tmp_path: Path, *rows: Line) -> Batch:
    plan = check(house, tmp_path, rows)
    assert list_messages(plan) == []
    return commit_plan(plan, actor="办公室", at=at)[0]


def book_meanwhile(house: House, at: datetime, day: date, start: time, end: time) -> None:
    office = act_as(house, "office", timezone.localdate(at))
    book_venue(
        office, Booking.objects.all()[0].venue_id, house.units["第二支部"], "读书会", Slot(day, start, end), at=at
    )


def list_booked() -> list[tuple[str, time, time]]:
    return list(Booking.objects.filter(state="已预约").order_by("pk").values_list("what", "start_time", "end_time"))


@pytest.mark.parametrize("state", ["取消", "延期"])
def test_a_session_called_off_by_a_ledger_gives_its_place_back_and_undo_takes_it_again(
    house: House, at: datetime, day: date, tmp_path: Path, state: str
) -> None:
    """K2: the same rule as on the page; D0.7: undo puts it back as it was."""
    session = arrange(house, at, day)
    batch = bring(house, at, tmp_path, ["主题党日", "第一支部", "学党章", day, None, state, None])
    session.refresh_from_db()
    assert (session.state, session.booking, list_booked()) == (state, None, [])
    assert undo_batch(batch, actor="office", at=at) == []
    session.refresh_from_db()
    assert (session.state, session.booking, list_booked()) == (
        SessionState.PLANNED, Booking.objects.get(), [("学党章", time(14), time(15))],
    )  # fmt: skip


def test_undo_leaves_a_place_with_whoever_booked_it_meanwhile_and_says_so(
    house: House, at: datetime, day: date, tmp_path: Path
) -> None:
    """Nothing half-done: the session is back, its place is not, and both the page and the session say who has it."""
    session = arrange(house, at, day)
    batch = bring(house, at, tmp_path, ["主题党日", "第一支部", "学党章", day, None, "取消", None])
    book_meanwhile(house, at, day, time(14, 30), time(16))
    taken = f"四楼学习室{day.month}月{day.day}日 14:30–16:00 已由第二支部预约（读书会）。请换时间，或换一个地方。"
    assert undo_batch(batch, actor="office", at=at) == [f"“学党章”的地点没有恢复：{taken}"]
    session.refresh_from_db()
    assert (session.state, session.booking, session.venue, session.place) == (SessionState.PLANNED, None, None, "")
    assert list_booked() == [("读书会", time(14, 30), time(16))]
    assert SessionNote.objects.get().text == f"撤销导入，会议恢复，地点待定：{taken}"


def test_a_longer_session_keeps_its_place_longer_and_undo_shortens_it(
    house: House, at: datetime, day: date, tmp_path: Path
) -> None:
    arrange(house, at, day)
    batch = bring(house, at, tmp_path, ["主题党日", "第一支部", "学党章", day, None, "计划", 120])
    assert list_booked() == [("学党章", time(14), time(16))]
    undo_batch(batch, actor="office", at=at)
    assert list_booked() == [("学党章", time(14), time(15))]


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        (120, "四楼学习室{day} 15:30–17:00 已由第二支部预约（读书会）。请换时间，或换一个地方。"),
        (300, "四楼学习室的开放时间是 08:30–18:00，{day} 14:00–19:00超出了。"),
        (700, "预约不能跨过零点，请分成两天。"),
    ],
)
def test_a_clash_is_refused_with_sheet_row_and_column(
    house: House, at: datetime, day: date, tmp_path: Path, minutes: int, sentence: str
) -> None:
    arrange(house, at, day)
    book_meanwhile(house, at, day, time(15, 30), time(17))
    plan = check(house, tmp_path, [["主题党日", "第一支部", "学党章", day, None, "计划", minutes]])
    told = sentence.format(day=f"{day.month}月{day.day}日")
    assert list_messages(plan) == [f"「三会一课台账」第 2 行 G 列（时长）：{told}"]


def test_a_place_that_one_line_gives_back_another_may_take(
    house: House, at: datetime, day: date, tmp_path: Path
) -> None:
    """Whichever line stands first."""
    arrange(house, at, day)
    arrange(house, at, day, "学宪法", time(15))
    bring(
        house, at, tmp_path,
        ["主题党日", "第一支部", "学党章", day, None, "计划", 120],
        ["主题党日", "第一支部", "学宪法", day, None, "取消", None],
    )  # fmt: skip
    assert list_booked() == [("学党章", time(14), time(16))]


def test_a_session_held_on_another_day_than_planned_is_postponed_there(
    house: House, at: datetime, day: date, tmp_path: Path
) -> None:
    """计划时间 and 召开时间 differ: 延期 with the place given back, and the held one stands for it."""
    session = arrange(house, at, day)
    later = day + timedelta(days=1)
    batch = bring(house, at, tmp_path, ["主题党日", "第一支部", "学党章", day, later, "已召开", None])
    session.refresh_from_db()
    assert (session.state, session.reason, session.replaced_by.on, list_booked()) == (
        SessionState.POSTPONED, f"改在{later.month}月{later.day}日召开", later, [],
    )  # fmt: skip
    undo_batch(batch, actor="office", at=at)
    assert list(Session.objects.values_list("state", "on")) == [("计划", day)]
    assert list_booked() == [("学党章", time(14), time(15))]


def test_what_the_page_refuses_the_ledger_refuses(house: House, at: datetime, day: date, tmp_path: Path) -> None:
    """A session whose roll-call ended is not called off; one called off that gave up its place is not planned anew."""
    session = arrange(house, at, day)
    line: Line = ["主题党日", "第一支部", "学党章", day, None, "取消", None]
    bring(house, at, tmp_path, line)
    planned = check(house, tmp_path, [[*line[:5], "计划", None]])
    Session.objects.filter(pk=session.pk).update(state=SessionState.HELD, roll_ended_at=at)
    held = check(house, tmp_path, [[*line[:5], "延期", None]])
    assert [*list_messages(planned), *list_messages(held)] == [
        "「三会一课台账」第 2 行 F 列（状态）：这次会议已登记为取消，预约的阵地已经让出，不能改回计划。"
        "请在会议页另建一次，或删去这一行。",
        "「三会一课台账」第 2 行 F 列（状态）：这次会议已在系统里结束点名，不能改为延期。"
        "请把状态改为已召开，或删去这一行。",
    ]


def test_a_line_that_says_no_state_leaves_the_state_alone(
    house: House, at: datetime, day: date, tmp_path: Path
) -> None:
    """A year's plan brought again does not make what was cancelled or held a plan again."""
    session = arrange(house, at, day)
    bring(house, at, tmp_path, ["主题党日", "第一支部", "学党章", day, None, "取消", None])
    plan = check(house, tmp_path, [["主题党日", "第一支部", "学党章", day, None, None, None]])
    assert (list_messages(plan), plan.ledger.is_empty) == ([], True)
    Session.objects.filter(pk=session.pk).update(state=SessionState.HELD)
    assert check(house, tmp_path, [["主题党日", "第一支部", "学党章", day, None, None, None]]).ledger.is_empty


def test_a_place_booked_after_the_preview_stops_the_commit(
    house: House, at: datetime, day: date, tmp_path: Path
) -> None:
    """Ux D case 30: what the plan relied on has moved."""
    arrange(house, at, day)
    plan = check(house, tmp_path, [["主题党日", "第一支部", "学党章", day, None, "计划", 120]])
    book_meanwhile(house, at, day, time(15, 30), time(17))
    with pytest.raises(Refusal) as refused:
        commit_plan(plan, actor="办公室", at=at)
    assert refused.value.code == "changed_since_preview"
    assert list_booked() == [("学党章", time(14), time(15)), ("读书会", time(15, 30), time(17))]
