"""How what is due is put in order (ux M1, S1)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from shanxue.base.lights import Due, Light
from shanxue.home.rules import Agenda, Span, arrange_agenda, find_shelf, find_span
from shanxue.home.rules.desk import Hand, Lack, arrange_desk, gather_hands

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 12, 10, 30, tzinfo=ZONE)  # a Friday


def due(key: str, day: str = "", *, hour: int | None = None, light: Light = Light.NONE) -> Due:
    on = date(2026, int(day.split("-")[0]), int(day.split("-")[1])) if day else None
    if hour is None or on is None:
        return Due(key, "笔记", key, f"/{key}/", light, "", on=on)
    return Due(key, "会议", key, f"/{key}/", light, "", at=datetime(on.year, on.month, on.day, hour, tzinfo=ZONE))


def list_keys(agenda: Agenda) -> list[str]:
    return [row.key for row in agenda.nearest] + [row.key for shelf in agenda.shelves for row in shelf.rows]


def test_the_nearest_three_are_those_of_the_wireframe() -> None:
    """ux W1: today's theme day, the note three days late, then the test of 30 June; the rest by group."""
    rows = [
        due("第二季度测试", "6-30"),
        due("交 5 月学习笔记", "6-9", light=Light.LATE),
        due("7月党课", "7-20", hour=9),
        due("主题党日", "6-12", hour=14),
        due("自学计划", "12-31"),
    ]
    agenda = arrange_agenda(rows, NOW)
    assert [row.key for row in agenda.nearest] == ["主题党日", "交 5 月学习笔记", "第二季度测试"]
    assert [(shelf.span, [row.key for row in shelf.rows]) for shelf in agenda.shelves] == [
        (Span.LATER, ["7月党课", "自学计划"])
    ]
    assert (agenda.open_count, agenda.late_count, agenda.soon_count) == (5, 1, 1)


def test_spans_end_with_the_week_and_with_the_month() -> None:
    """Friday 12 June: the week ends on Sunday the 14th; a row without a day is where its light puts it."""
    spans = {
        key: find_span(due(key, day, light=light), NOW)
        for key, day, light in (
            ("late", "6-30", Light.LATE),
            ("past", "6-1", Light.NONE),
            ("sunday", "6-14", Light.NONE),
            ("monday", "6-15", Light.NONE),
            ("last", "6-30", Light.NEAR),
            ("july", "7-1", Light.NEAR),
            ("returned", "", Light.NEAR),
            ("someday", "", Light.NONE),
        )
    }
    assert spans == {
        "late": Span.LATE,
        "past": Span.WEEK,
        "sunday": Span.WEEK,
        "monday": Span.MONTH,
        "last": Span.MONTH,
        "july": Span.LATER,
        "returned": Span.WEEK,
        "someday": Span.LATER,
    }


def test_a_meeting_before_midnight_in_beijing_is_on_that_day() -> None:
    """The row's instant may come in UTC; its day is the local one."""
    at = datetime(2026, 6, 14, 15, 30, tzinfo=ZoneInfo("UTC"))  # 23:30 on Sunday in Beijing
    assert find_span(Due("s", "会议", "夜校", "/", Light.NONE, "", at=at), NOW) == Span.WEEK


def test_nothing_within_seven_days_names_the_next() -> None:
    """ux M1: “近 7 天没有安排。下一次：…”"""
    agenda = arrange_agenda([due("主题党日", "6-20", hour=14), due("someday")], NOW)
    assert agenda.upcoming is not None
    assert (agenda.upcoming.key, agenda.late_count, agenda.soon_count) == ("主题党日", 0, 0)
    assert arrange_agenda([due("主题党日", "6-19", hour=14)], NOW).upcoming is None
    assert arrange_agenda([], NOW) == Agenda((), (), 0, 0, 0, None)


DAYS = st.one_of(st.none(), st.dates(date(2024, 1, 1), date(2028, 12, 31)))
ROWS = st.builds(
    lambda number, day, begins, light: Due(
        f"row-{number}", "笔记", "交笔记", "/", light, "",
        on=day if not begins else None,
        at=datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(minutes=number) if day and begins else None,
    ),
    st.integers(0, 1439), DAYS, st.booleans(), st.sampled_from(Light),
)  # fmt: skip


@given(st.lists(ROWS, max_size=60), st.lists(ROWS, max_size=60))
def test_adding_an_item_never_hides_another(mine: list[Due], added: list[Due]) -> None:
    """ux A1: in Moodle's timeline, items that had begun in the past made others disappear."""
    agenda = arrange_agenda([*mine, *added], NOW)
    assert sorted(list_keys(agenda)) == sorted(row.key for row in [*mine, *added])
    assert agenda.open_count == sum(row.light != Light.PAUSED for row in [*mine, *added])


@given(st.lists(ROWS, max_size=60))
def test_what_a_group_does_not_show_stands_behind_its_link(rows: list[Due]) -> None:
    """Nothing is cut without “全部 N 件”, and the link leads to all of the group."""
    agenda = arrange_agenda(rows, NOW)
    for shelf in agenda.shelves:
        assert shelf.is_cut == (len(shelf.shown) < len(shelf.rows))
        assert find_shelf(agenda, shelf.code) == shelf
    assert find_shelf(agenda, "nowhere") is None


@given(st.lists(ROWS, max_size=60))
def test_the_desk_keeps_every_row_too(rows: list[Due]) -> None:
    """ux S1: this week with what is late, then the rest."""
    desk = arrange_desk(rows, NOW)
    assert sorted(row.key for row in (*desk.now, *desk.later)) == sorted(row.key for row in rows)


def test_the_desk_begins_with_what_is_late() -> None:
    """ux S1: the primary button is the first undone task."""
    desk = arrange_desk([due("点名", "6-12", hour=14), due("交记录", "6-8", light=Light.LATE), due("党课", "8-1")], NOW)
    assert desk.first is not None
    assert (desk.first.key, [row.key for row in desk.now], [row.key for row in desk.later], desk.late_count) == (
        "交记录", ["交记录", "点名"], ["党课"], 1,
    )  # fmt: skip


def test_what_is_paused_is_shown_but_not_among_the_nearest() -> None:
    """A meeting called off, or one somebody is exempt from, asks nothing: it stands in its group."""
    rows = [
        due("免考核", "6-12", hour=14, light=Light.PAUSED),
        due("自学", "7-1"),
        due("测试", "7-2"),
        due("书目", "7-3"),
    ]
    agenda = arrange_agenda(rows, NOW)
    assert [row.key for row in agenda.nearest] == ["自学", "测试", "书目"]
    assert [(shelf.span, [row.key for row in shelf.rows]) for shelf in agenda.shelves] == [(Span.WEEK, ["免考核"])]
    assert (agenda.open_count, agenda.soon_count, agenda.upcoming and agenda.upcoming.key) == (3, 0, "自学")


def test_what_waits_for_an_answer_is_undone_though_it_has_no_day() -> None:
    """ux S1: 审笔记 is a task of the week; 待审 names it once more."""
    notes = Due("notes", "审阅", "待审笔记 6 篇", "/", Light.NONE, "")
    leaves = Due("leaves", "请假", "答复请假 1 条", "/", Light.NEAR, "")
    desk = arrange_desk([notes, leaves, due("党课", "8-1")], NOW)
    assert {row.key for row in desk.now} == {"notes", "leaves"}
    assert {row.key for row in desk.waiting} == {"notes", "leaves"}


def test_who_needs_a_hand_is_named_once_with_what_and_since_when() -> None:
    """ux S1: names, what, since when; by staff number, not by how much."""
    lacks = [
        Lack("1003", "王五", "补学过了期限", date(2026, 6, 1)),
        Lack("1001", "张三", "缺席未安排补学", date(2026, 5, 20)),
        Lack("1003", "王五", "缺席未安排补学", date(2026, 3, 12)),
        Lack("1003", "王五", "缺席未安排补学", date(2026, 4, 12)),
    ]
    assert gather_hands(lacks) == [
        Hand("张三", "缺席未安排补学 1 次", date(2026, 5, 20)),
        Hand("王五", "补学过了期限 1 次，缺席未安排补学 2 次", date(2026, 3, 12)),
    ]
