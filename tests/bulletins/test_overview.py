"""The figures of the leader's page: one sentence, lights in order, four lines of a year (ux L1)."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shanxue.base.lights import Due, Light
from shanxue.bulletins.rules.overview import (
    MOST_UNITS,
    DayFigure,
    LineName,
    MonthFigure,
    Overview,
    Spot,
    UnitLight,
    count_lights,
    draw_line,
    order_units,
    pick_units,
    scale_line,
    write_beginning,
)

TODAY = date(2026, 6, 12)


def build_units(*lights: Light, kind: str = "党支部") -> tuple[UnitLight, ...]:
    return tuple(UnitLight(number, f"第{number}支部", kind, light, "") for number, light in enumerate(lights, 1))


def build(units: tuple[UnitLight, ...], matters: int = 0, scope: str = "全局", meetings: int = 1) -> Overview:
    row = Due("appeals", "申诉", "2 件申诉超过期限还没有答复", "/", Light.LATE, "")
    days = {TODAY: DayFigure(meetings)} if meetings else {}
    return Overview(scope, TODAY, units, (draw_line(LineName.MEETINGS, days, TODAY),), (), (row,) * matters)


def test_the_page_begins_with_one_sentence() -> None:
    """L1: the very sentence of the screen."""
    lights = [Light.FINE] * 10 + [Light.NEAR, Light.LATE]
    assert build(build_units(*lights), 1).sentence == (
        "全局 12 个支部，10 个按期，1 个临近，1 个逾期；需要您过问 1 件。"
    )


def test_what_is_not_there_is_not_said() -> None:
    assert build(build_units(Light.FINE, Light.FINE)).sentence == "全局 2 个支部，2 个按期；没有需要您过问的事。"
    assert build(()).sentence == "全局还没有支部；没有需要您过问的事。"
    assert build(build_units(Light.NONE, Light.PAUSED)).sentence == (
        "全局 2 个支部，0 个按期，1 个无记录，1 个暂停；没有需要您过问的事。"
    )


def test_the_committee_has_a_light_but_is_no_branch() -> None:
    units = (*build_units(Light.FINE), UnitLight(9, "局党委", "党委", Light.LATE, ""))
    assert build(units).sentence == "全局 1 个支部，1 个按期；没有需要您过问的事。"
    assert [unit.name for unit in order_units(reversed(units))] == ["第1支部", "局党委"]


def test_a_leader_of_a_department_reads_of_their_units() -> None:
    units = (UnitLight(1, "综合科", "部门", Light.NEAR, ""),)
    assert build(units, scope="综合科").sentence == "综合科 1 个单位，0 个按期，1 个临近；没有需要您过问的事。"


def test_the_first_minute_of_the_year_has_a_sentence_of_its_own() -> None:
    """L1, empty; what the year before left open is not hidden by it."""
    first = "本年度刚开始，还没有可看的数据。预计 2 月有第一版。"
    assert write_beginning(build(build_units(Light.NONE), meetings=0)) == first
    assert write_beginning(build(build_units(Light.LATE, Light.FINE), meetings=0)) == (
        f"{first}上年度还有 1 个单位的任务没有办完。"
    )


def test_five_hundred_branches_become_those_that_need_asking_after_and_counts() -> None:
    units = order_units(build_units(*[Light.FINE] * 480, *[Light.LATE] * 12, *[Light.NEAR] * 8))
    shown, rest = pick_units(units)
    assert [unit.light for unit in shown] == [Light.LATE] * 12 + [Light.NEAR] * 8
    assert rest == {Light.FINE: 480}


def test_thirty_branches_stand_there_all() -> None:
    units = build_units(*[Light.FINE] * 30)
    assert pick_units(units) == (units, {})


@given(st.lists(st.sampled_from(list(Light)), max_size=90))
def test_no_unit_is_lost_between_those_shown_and_those_counted(lights: list[Light]) -> None:
    units = order_units(build_units(*lights))
    shown, rest = pick_units(units)
    assert len(shown) <= MOST_UNITS
    assert len(shown) + sum(rest.values()) == len(units)
    whole = count_lights(units)
    parts = count_lights(shown)
    assert {light: parts[light] + rest.get(light, 0) for light in Light} == whole


def test_a_line_compares_the_same_days_of_two_years() -> None:
    days = {
        date(2025, 1, 9): DayFigure(3),
        date(2025, 6, 12): DayFigure(2),
        date(2025, 6, 13): DayFigure(5),
        date(2026, 1, 8): DayFigure(4),
        date(2026, 6, 12): DayFigure(1),
        date(2026, 6, 13): DayFigure(7),  # not yet
    }
    line = draw_line(LineName.MEETINGS, days, TODAY)
    assert [figure.count for figure in line.this] == [4, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert [figure.count for figure in line.last] == [3, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0]
    assert line.summary == "5 次，去年同期 5 次"


def test_the_mean_of_tests_is_of_people_not_of_days() -> None:
    """Half up to a tenth: (82.0 + 2 × 91.1) / 3 = 88.07."""
    days = {date(2026, 3, 2): DayFigure(1, 820), date(2026, 3, 9): DayFigure(2, 1822)}
    line = draw_line(LineName.TESTS, days, TODAY)
    assert line.this[2] == MonthFigure(3, 881)
    assert line.summary == "平均 88.1 分（3 人次），去年同期 0 人次"


def test_a_mean_of_two_people_is_not_shown() -> None:
    line = draw_line(LineName.TESTS, {date(2026, 3, 2): DayFigure(2, 1700)}, TODAY)
    assert line.this[2] == MonthFigure(2, None)
    assert line.summary == "2 人次，去年同期 0 人次"


def test_a_drawn_line_ends_where_the_year_has_come_to() -> None:
    line = draw_line(LineName.NOTES, {date(2026, 1, 5): DayFigure(10), date(2026, 3, 5): DayFigure(5)}, TODAY)
    this, last = scale_line(line, 30)
    assert this[:4] == (Spot(1, 0), Spot(2, 30), Spot(3, 15), Spot(4, None))
    assert {spot.height for spot in last} == {30}


@given(st.dictionaries(st.integers(0, 900), st.integers(1, 50), max_size=40))
def test_the_months_add_up_to_the_year(offsets: dict[int, int]) -> None:
    days = {date(2024, 6, 1) + timedelta(days=offset): DayFigure(count) for offset, count in offsets.items()}
    line = draw_line(LineName.MEETINGS, days, TODAY)
    assert sum(figure.count for figure in line.this) == line.until_now.count
    assert sum(figure.count for figure in line.last) >= line.same_days.count
