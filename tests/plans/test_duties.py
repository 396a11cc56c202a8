"""Duties from rules and events: exact days, the versions they keep, and why (K01–K10, K65, 条例25)."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanxue.base.periods import Period
from shanxue.plans.rules.coverage import Health, cover
from shanxue.plans.rules.expansion import expand
from shanxue.plans.rules.subjects import Mark, Pause, Subject

from .duty_rules import (
    CALENDAR,
    YEAR_2026,
    branch,
    expand_one,
    issue_of,
    person,
    say,
    stay,
    write_institution,
    write_meeting,
)

FIRST_FRIDAY = """
[[obligation]]
code = "DR"
title = "主题党日"
clause = "第一条"
kind = "fixed_day"
who = { unit = ["党支部"] }
event = { source = "session", kind = ["主题党日"] }
period = "month"
weekday = "五"
shift_days = 7
"""


def write_deadline(who: str, when: str) -> str:
    return write_institution(
        f"""
[[obligation]]
code = "QX"
title = "培训"
clause = "第一条"
kind = "deadline"
who = {who}
{when}
event = {{ source = "session", kind = ["培训"] }}
"""
    )


def test_quarterly_meeting_is_due_on_the_last_day_of_each_quarter() -> None:
    """K01: 党员大会 1/quarter; the upper bound of the period is open."""
    duties = expand_one(write_institution(write_meeting(grace_days=10)), branch())
    assert [(duty.key, duty.slot.last_on, duty.slot.grace_on) for duty in duties] == [
        ("sanhui/DH/u1/20260101", date(2026, 3, 31), date(2026, 4, 10)),
        ("sanhui/DH/u1/20260401", date(2026, 6, 30), date(2026, 7, 10)),
        ("sanhui/DH/u1/20260701", date(2026, 9, 30), date(2026, 10, 10)),
        ("sanhui/DH/u1/20261001", date(2026, 12, 31), date(2027, 1, 10)),
    ]
    assert [(piece.label, piece.text) for piece in duties[1].explain()] == [
        ("依据", "《三会一课制度》第一条：按期召开。"),
        ("要求", "党支部每季度至少1次支部党员大会；宽限10天。"),
        ("周期", "2026年第二季度（2026年4月1日至6月30日），最后一天是2026年6月30日"),
        ("版本", "第1版，自2025年1月1日起执行"),
        ("宽限", "宽限10天，到2026年7月10日"),
    ]


@pytest.mark.parametrize(
    ("month", "first", "last", "moved"),
    [
        # 2026: 1月2日元旦, 5月1日劳动节, 10月2日国庆节; 5月9日 and 10月10日 are worked (调休)
        (
            date(2026, 1, 1),
            date(2026, 1, 1),
            date(2026, 1, 11),
            "2026年1月2日元旦放假，顺延到1月4日（周日，元旦调休上班）",
        ),
        (date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 13), None),
        (date(2026, 5, 1), date(2026, 5, 1), date(2026, 5, 13), "2026年5月1日劳动节放假，顺延到5月6日（周三）"),
        (date(2026, 10, 1), date(2026, 10, 1), date(2026, 10, 15), "2026年10月2日国庆节放假，顺延到10月8日（周四）"),
        # 2025: 10月3日国庆节 (to 10月8日), 1月3日 is worked
        (date(2025, 1, 1), date(2025, 1, 1), date(2025, 1, 10), None),
        (date(2025, 10, 1), date(2025, 10, 2), date(2025, 10, 16), "2025年10月3日国庆节放假，顺延到10月9日（周四）"),
    ],
)
def test_first_friday_moves_over_holidays(month: date, first: date, last: date, moved: str | None) -> None:
    """K02: 每月第一个周五，可在一周内调整; a holiday moves it to the next working day, 调休 included."""
    window = Period(month, month.replace(day=28))
    (duty,) = expand_one(write_institution(FIRST_FRIDAY), branch(), window)
    assert (duty.slot.counts_from, duty.slot.last_on) == (first, last)
    assert say(duty, "顺延") == ([moved] if moved else [])


def test_spring_festival_moves_the_third_tuesday() -> None:
    """K02: 2026-02-17 is 春节; the first working day after it is 2月24日. In 2025 the third Tuesday stays."""
    rule = write_institution(FIRST_FRIDAY.replace('"五"', '"二"').replace("shift_days = 7", "nth = 3"))
    (duty,) = expand_one(rule, branch(), Period(date(2026, 2, 1), date(2026, 3, 1)))
    assert (duty.slot.last_on, say(duty, "顺延")) == (
        date(2026, 2, 24),
        ["2026年2月17日春节放假，顺延到2月24日（周二）"],
    )
    (duty,) = expand_one(rule, branch(), Period(date(2025, 2, 1), date(2025, 3, 1)))
    assert (duty.slot.last_on, say(duty, "顺延")) == (date(2025, 2, 18), [])


def test_an_unknown_year_says_what_it_rests_on() -> None:
    """The calendar of 2027 is not out yet: Monday to Friday, and the explanation says so."""
    rule = write_institution(FIRST_FRIDAY)
    (duty,) = expand_one(rule, branch(), Period(date(2027, 10, 1), date(2027, 10, 2)))
    assert duty.slot.last_on == date(2027, 10, 8)
    assert say(duty, "日历") == ["按周一至周五计，尚未录入2027年放假安排"]


def test_last_five_working_days_of_a_quarter() -> None:
    """R14: evidence within the last 5 working days; 2026-09-25 is 中秋节, 9月20日 is worked but earlier."""
    rule = write_deadline('{ unit = ["党支部"] }', 'on = { last_workdays = 5, period = "quarter" }')
    duties = expand_one(rule, branch())
    assert [(duty.slot.counts_from, duty.slot.last_on) for duty in duties] == [
        (date(2026, 3, 25), date(2026, 3, 31)),
        (date(2026, 6, 24), date(2026, 6, 30)),
        (date(2026, 9, 23), date(2026, 9, 30)),
        (date(2026, 12, 25), date(2026, 12, 31)),
    ]
    assert say(duties[2], "节假日") == ["2026年9月25日中秋放假，不算工作日"]


def test_a_day_of_each_year_runs_from_the_one_before() -> None:
    """R37: 15 July each year."""
    rule = write_deadline('{ unit = ["党支部"] }', "on = { month = 7, day = 15 }")
    duties = expand_one(rule, branch(), Period(date(2026, 7, 1), date(2026, 7, 2)), from_on=date(2024, 1, 1))
    assert [(duty.slot.period.from_on, duty.slot.last_on) for duty in duties] == [
        (date(2025, 7, 16), date(2026, 7, 15))
    ]


@pytest.mark.parametrize(
    ("taken_up", "last"),
    [(date(2026, 3, 10), date(2026, 9, 10)), (date(2026, 8, 31), date(2027, 2, 28))],
)
def test_a_new_secretary_is_trained_within_half_a_year(taken_up: date, last: date) -> None:
    """K08, plan of 2019–2023: six months run to the same date, or to the month's last day."""
    rule = write_deadline('{ role = ["书记"] }', 'after = { role = ["书记"] }\nmonths = 6')
    (duty,) = expand_one(rule, person(stays=(stay(role="书记", from_on=taken_up),)))
    assert duty.slot.last_on == last
    assert say(duty, "起算") == [f"{taken_up.year}年{taken_up.month}月{taken_up.day}日任第一支部书记"]


def test_somebody_promoted_has_a_year() -> None:
    """干部教育培训工作条例: complete within 1 year after taking office."""
    rule = write_deadline('{ rank_class = ["乡科级"] }', 'after = { milestone = ["晋升"] }\nmonths = 12')
    (duty,) = expand_one(rule, person(marks=(Mark("晋升", date(2026, 5, 6)),)))
    assert (duty.key, duty.slot.last_on) == ("sanhui/QX/p5/20260506", date(2027, 5, 6))


def test_a_cycle_asks_its_share_each_year_and_lets_it_be_caught_up() -> None:
    """K07, R15: 1/5 a year, the rest inside the cycle."""
    rule = write_institution(
        """
[[obligation]]
code = "XF"
title = "五年学分"
clause = "第一条"
kind = "cycle"
who = { rank_class = ["乡科级"] }
any_of = [{ source = "credit", measure = "学分", least = 60 }]
years = 5
from_year = 2024
yearly = "1/5"
"""
    )
    year, cycle = expand_one(rule, person(), from_on=date(2024, 1, 1))[::-1]
    assert (year.key, year.slot.last_on, year.slot.grace_on) == (
        "sanhui/XF/p5/20260101y",
        date(2026, 12, 31),
        date(2028, 12, 31),
    )
    assert say(year, "周期") == ["2024—2028年周期的第3年，到2026年12月31日累计应完成3/5"]
    assert say(year, "补足") == ["不足的可在2028年12月31日前补上"]
    assert (cycle.key, cycle.slot.last_on) == ("sanhui/XF/p5/20240101c", date(2028, 12, 31))


def test_a_new_version_never_changes_a_period_that_has_begun() -> None:
    """Bad input of issue 3, "a plan changed after duties began" (K65): earlier periods keep their rule, and say so."""
    quarterly, monthly = write_institution(write_meeting()), write_institution(write_meeting("month"))
    duties = expand(
        [issue_of(quarterly, date(2025, 1, 1), (date(2026, 5, 15), monthly))], [branch()], YEAR_2026, CALENDAR
    )
    assert [(duty.slot.label, duty.slot.rule.number) for duty in duties] == [
        ("2026年第一季度", 1),
        ("2026年第二季度", 1),
        *((f"2026年{month}月", 2) for month in range(6, 13)),
    ]
    assert say(duties[1], "版本变化") == ["第2版自2026年5月15日起执行；这一期在2026年4月1日已经开始，仍按第1版"]
    before = expand_one(quarterly, branch())
    assert [duty.key for duty in duties[:2]] == [duty.key for duty in before[:2]]


def test_a_repealed_institution_leaves_what_had_ended() -> None:
    duties = expand_one(write_institution(write_meeting()), branch(), ended_on=date(2026, 8, 1))
    assert [duty.slot.label for duty in duties] == ["2026年第一季度", "2026年第二季度"]


def test_a_unit_founded_in_a_period_begins_with_the_first_full_one() -> None:
    """K52: no rubric states pro rata; the first full period is the first, and it says so."""
    duties = expand_one(write_institution(write_meeting()), branch(from_on=date(2026, 5, 10)))
    assert [duty.slot.label for duty in duties] == ["2026年第三季度", "2026年第四季度"]
    assert say(duties[0], "起计") == ["2026年5月10日成立，从第一个完整周期起计，这是第一期"]
    assert say(duties[1], "起计") == []


def test_the_former_unit_answers_until_somebody_is_received() -> None:
    """条例25: while transferred out and not yet received, the former organisation remains responsible."""
    moved = stay(from_on=date(2020, 1, 1), until_on=date(2026, 5, 10), received_on=date(2026, 6, 1))
    new = stay("第二支部", from_on=date(2026, 5, 10))
    someone = person(stays=(new, moved))
    days = [date(2026, 5, 9), date(2026, 5, 31), date(2026, 6, 1)]
    assert [found.unit_name for day in days if (found := someone.find_responsible(day))] == [
        "第一支部",
        "第一支部",
        "第二支部",
    ]
    rule = write_institution(write_meeting("half").replace('unit = ["党支部"]', 'status = ["正式党员"]'))
    assert say(expand_one(rule, someone)[0], "责任单位") == [
        "2026年5月10日转出第一支部，2026年6月1日由新单位接收，此前仍由第一支部负责（党员教育管理工作条例第二十五条）"
    ]


def test_nobody_falls_out_of_the_cycle_in_silence() -> None:
    """Every subject × obligation is in the cycle, or out with a reason (ILIAS 8210)."""
    rules = [
        issue_of(
            write_institution(write_meeting("year").replace('unit = ["党支部"]', 'status = ["正式党员"]'), code="a")
        ),
        issue_of(write_institution(write_meeting(), code="b")),
        issue_of(
            write_institution(
                write_meeting("year").replace('unit = ["党支部"]', 'rank_class = ["县处级以上"]'), code="c"
            )
        ),
    ]
    subjects = [
        branch(1),
        branch(2, from_on=date(2026, 5, 10)),
        person(3, rank_class=""),
        person(4, status="待补充"),
        person(5, pauses=(Pause("因病", date(2026, 1, 1), date(2026, 9, 1)),)),
        person(6, until_on=date(2026, 5, 1)),
        person(7, marks=(Mark("转正", date(2026, 3, 1)),)),
    ]
    places = cover(rules, subjects, date(2026, 6, 1), CALENDAR)
    assert len(places) == len(subjects) * len(rules)
    assert [
        (place.subject.key, place.rule.code, place.health, place.why) for place in places if place.health != "在内"
    ] == [
        ("p4", "a", Health.UNKNOWN, "党籍状态待补充，补充后再判断"),
        ("p5", "a", Health.PAUSED, "因病，到2026年9月1日恢复"),
        ("p6", "a", Health.OUT, "2026年5月1日已离开，2026年没有过完，不计"),
        ("p7", "a", Health.OUT, "2026年1月1日时是预备党员，要求的是正式党员"),
        ("u1", "a", Health.OUT, "要求的是人员"),
        ("u2", "a", Health.OUT, "要求的是人员"),
        *((f"p{number}", "b", Health.OUT, "要求的是单位") for number in range(3, 8)),
        ("u2", "b", Health.LATER, "2026年5月10日成立，从第一个完整周期起计，2026年第二季度不计"),
        ("p3", "c", Health.UNKNOWN, "职级类别没有填写，补充后再判断"),
        *((f"p{number}", "c", Health.OUT, "职级类别是乡科级，要求的是县处级以上") for number in range(4, 8)),
        ("u1", "c", Health.OUT, "要求的是人员"),
        ("u2", "c", Health.OUT, "要求的是人员"),
    ]


DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
STAYS = st.builds(
    lambda unit, role, days: stay(unit, role, from_on=min(days), until_on=max(days)),
    st.sampled_from(["第一支部", "第二支部"]), st.sampled_from(["成员", "书记"]), st.sets(DAYS, min_size=2, max_size=2),
)  # fmt: skip
PAUSES = st.builds(
    lambda why, days: Pause(why, min(days), max(days)),
    st.sampled_from(["因病", "外派"]), st.sets(DAYS, min_size=2, max_size=2),
)  # fmt: skip
MARKS = st.builds(Mark, st.sampled_from(["转正", "晋升", "接收为预备党员"]), DAYS)
PEOPLE = st.builds(
    lambda stays, pauses, marks: person(stays=tuple(stays), pauses=tuple(pauses), marks=tuple(marks)),
    st.lists(STAYS, max_size=4), st.lists(PAUSES, max_size=3),
    st.lists(MARKS, max_size=3, unique_by=lambda one: one.on),
)  # fmt: skip
TEXTS = [
    write_institution(
        write_meeting(period, grace_days=grace).replace('unit = ["党支部"]', 'status = ["正式党员"]'), FIRST_FRIDAY
    )
    for period in ("week", "month", "quarter", "half", "year")
    for grace in (0, 7)
]
DEADLINE = write_deadline('{ role = ["书记"] }', 'after = { role = ["书记"] }\nmonths = 6')


@settings(deadline=None)
@given(PEOPLE, st.lists(st.tuples(DAYS, st.sampled_from(TEXTS)), min_size=1, max_size=4, unique_by=lambda one: one[0]),
       st.randoms(use_true_random=False))  # fmt: skip
def test_the_same_events_in_any_order_give_the_same_duties(
    someone: Subject, versions: list[tuple[date, str]], random: Random
) -> None:
    """Duties are a pure function of rules and events: order never matters, and no key comes twice."""

    def mix(rows: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(random.sample(rows, len(rows)))

    issues = [issue_of(versions[0][1], versions[0][0], *versions[1:]), issue_of(DEADLINE.replace("sanhui", "qixian"))]
    mixed = [
        type(issue)(issue.code, issue.title, mix(issue.versions), issue.ended_on)  # type: ignore[arg-type]
        for issue in reversed(issues)
    ]
    other = person(stays=mix(someone.stays), pauses=mix(someone.pauses), marks=mix(someone.marks))
    window = Period(date(2025, 1, 1), date(2027, 1, 1))
    first = expand(issues, [someone, branch()], window, CALENDAR)
    second = expand(mixed, [branch(), other], window, CALENDAR)
    assert [(duty.key, duty.slot, duty.explain(), duty.pauses) for duty in first] == [
        (duty.key, duty.slot, duty.explain(), duty.pauses) for duty in second
    ]
    assert len({duty.key for duty in first}) == len(first)


@settings(deadline=None)
@given(st.lists(st.tuples(DAYS, st.sampled_from(TEXTS)), min_size=1, max_size=4, unique_by=lambda one: one[0]), DAYS)
def test_a_later_version_leaves_every_period_begun_before_it(versions: list[tuple[date, str]], today: date) -> None:
    """K65 for any history: adding a version changes no duty whose period began before it."""
    ordered = sorted(versions)
    window = Period(date(2024, 1, 1), date(2028, 6, 1))
    new = ordered[-1][0]
    if len(ordered) == 1:
        return
    before = expand([issue_of(ordered[0][1], ordered[0][0], *ordered[1:-1])], [branch()], window, CALENDAR)
    after = expand([issue_of(ordered[0][1], ordered[0][0], *ordered[1:])], [branch()], window, CALENDAR)
    assert [(duty.key, duty.slot.last_on) for duty in before if duty.slot.period.from_on < new] == [
        (duty.key, duty.slot.last_on) for duty in after if duty.slot.period.from_on < new
    ]


@settings(deadline=None)
@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)))
def test_working_days_are_those_of_the_state_council(day: date) -> None:
    """The calendar as a value agrees with the package it was read from."""
    import chinese_calendar

    assert CALENDAR.is_workday(day) is chinese_calendar.is_workday(day)
