"""What state a duty is in, by which records, and in which words (K01–K10, healthchecks' five states)."""

from __future__ import annotations

from datetime import date

import pytest

from shanxue.base.lights import Light
from shanxue.base.periods import Period
from shanxue.plans.rules import RemarkKind
from shanxue.plans.rules.expansion import expand
from shanxue.plans.rules.fulfilment import Record
from shanxue.plans.rules.settling import Remark, Settled, settle
from shanxue.plans.rules.subjects import Pause, Post, Subject

from .duty_rules import CALENDAR, YEAR_2026, branch, issue_of, person, write_institution, write_meeting


def settle_all(
    rule: str, subject: Subject, records: list[Record], today: date, remarks: tuple[Remark, ...] = (),
    window: Period = YEAR_2026,
) -> list[Settled]:  # fmt: skip
    duties = expand([issue_of(write_institution(rule))], [subject], window, CALENDAR)
    return settle(duties, records, remarks, today)


def settle_first(rule: str, subject: Subject, records: list[Record], today: date, *remarks: Remark) -> Settled:
    """Settle the turn of the first quarter (or of the year) of 2026."""
    return settle_all(rule, subject, records, today, remarks)[0]


def meeting(on: date, ref: int = 1, kind: str = "支部党员大会", **values: object) -> Record:
    return Record("session", ref, "u1", on, kind, f"{on.month}月大会", **values)  # type: ignore[arg-type]


def hours(on: date, amount: int, measure: str = "学时", ref: int = 1, kind: str = "培训") -> Record:
    return Record("credit", ref, "p5", on, kind, "培训", measure=measure, amount_milli=amount)


@pytest.mark.parametrize(
    ("today", "light", "sentence"),
    [
        (date(2026, 1, 1), Light.NONE, "无记录"),
        (date(2026, 3, 16), Light.NONE, "无记录"),
        (date(2026, 3, 17), Light.NEAR, "还有 14 天"),
        (date(2026, 3, 31), Light.NEAR, "今天是最后一天"),
        (date(2026, 4, 1), Light.NEAR, "宽限中（到 4月10日）"),
        (date(2026, 4, 10), Light.NEAR, "宽限中（到 4月10日）"),
        (date(2026, 4, 11), Light.LATE, "已逾期 1 天"),
        (date(2026, 4, 22), Light.LATE, "已逾期 12 天"),
    ],
)
def test_a_duty_without_record_goes_through_near_and_grace_to_late(today: date, light: Light, sentence: str) -> None:
    """Period and grace (healthchecks): the last day and the last day of grace are still in time."""
    settled = settle_first(write_meeting(grace_days=10), branch(), [], today)
    assert (settled.light, settled.sentence) == (light, sentence)


def test_a_general_requirement_is_reported_and_never_failed() -> None:
    """一般、原则上 (rules.md 6.11): report a shortfall, do not fail."""
    settled = settle_first(write_meeting(soft="true"), branch(), [], date(2026, 4, 12))
    assert (settled.light, settled.sentence) == (Light.NEAR, "已过12天，一般要求，只作提示")


@pytest.mark.parametrize(
    ("on", "met"), [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 3, 31), True)]
)
def test_the_bounds_of_a_period_are_its_first_and_last_day(on: date, met: bool) -> None:
    settled = settle_first(write_meeting(), branch(), [meeting(on)], date(2026, 4, 2))
    assert (settled.light == Light.FINE) is met


def test_a_meeting_in_the_grace_counts_for_the_earlier_quarter_and_not_again() -> None:
    """Each record counts once; the earliest turn that still takes it."""
    first, second = settle_all(write_meeting(grace_days=10), branch(), [meeting(date(2026, 4, 5))], date(2026, 4, 6))
    assert (first.light, first.sentence) == (Light.FINE, "4月5日完成，晚5天")
    assert (second.light, second.done) == (Light.NONE, "0/1次")


def test_a_second_meeting_in_the_grace_belongs_to_the_new_quarter() -> None:
    records = [meeting(date(2026, 3, 2)), meeting(date(2026, 4, 5), ref=2)]
    first, second = settle_all(write_meeting(grace_days=10), branch(), records, date(2026, 4, 6))
    assert [record.ref for record in first.records] == [1]
    assert [record.ref for record in second.records] == [2]


@pytest.mark.parametrize(
    ("present", "due", "why"),
    [
        (5, 10, "正式党员到会5人，应到10人，没有超过半数"),
        (6, 10, ""),
        (0, 0, "没有应到名单，无法核对到会人数"),
    ],
)
def test_more_than_half_is_more_than_half(present: int, due: int, why: str) -> None:
    """K04: present > half of those with a vote; exactly half is not enough."""
    rule = write_meeting().replace(
        'kind = ["支部党员大会"] }', 'kind = ["支部党员大会"], quorum = { over = "1/2", of = "正式党员" } }'
    )
    held = meeting(date(2026, 2, 3), due=(("正式党员", present, due),) if due else ())
    settled = settle_first(rule, branch(), [held], date(2026, 4, 2))
    assert [one.why for one in settled.rejected] == ([why] if why else [])
    assert (settled.light == Light.FINE) is (why == "")


def test_half_of_the_committee_is_enough() -> None:
    """支部工作条例 12: 半数以上 includes the half."""
    rule = write_meeting().replace(
        'kind = ["支部党员大会"] }', 'kind = ["支部党员大会"], quorum = { least = "1/2", of = "委员" } }'
    )
    settled = settle_first(rule, branch(), [meeting(date(2026, 2, 3), due=(("委员", 2, 4),))], date(2026, 4, 2))
    assert settled.light == Light.FINE


@pytest.mark.parametrize(
    ("minutes", "why"),
    [(120, ""), (119, "时长119分钟，要求不少于120分钟"), (None, "没有记录时长，要求不少于120分钟")],
)
def test_a_meeting_too_short_does_not_count_and_says_so(minutes: int | None, why: str) -> None:
    """K03: ≥2 h (R10). What is not known does not count, and is not taken for zero."""
    rule = write_meeting().replace('kind = ["支部党员大会"] }', 'kind = ["支部党员大会"], least_minutes = 120 }')
    settled = settle_first(rule, branch(), [meeting(date(2026, 2, 3), minutes=minutes)], date(2026, 2, 4))
    assert [one.why for one in settled.rejected] == ([why] if why else [])


def test_a_fixed_day_held_outside_its_window_does_not_count() -> None:
    """K02: 可在一周内调整; 5月25日 is not within a week of 5月6日."""
    rule = """
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
    late = settle_all(
        rule, branch(), [meeting(date(2026, 5, 25), kind="主题党日")], date(2026, 5, 26),
        window=Period(date(2026, 5, 1), date(2026, 5, 2)),
    )[0]  # fmt: skip
    assert (late.light, late.sentence) == (Light.LATE, "已逾期 13 天")
    early = settle_all(
        rule, branch(), [meeting(date(2026, 6, 12), kind="主题党日")], date(2026, 6, 26),
        window=Period(date(2026, 6, 1), date(2026, 6, 2)),
    )[0]  # fmt: skip
    assert early.light == Light.FINE


YEARLY_HOURS = """
[[obligation]]
code = "XS"
title = "年度培训"
clause = "第一条"
kind = "hours"
who = { rank_class = ["乡科级"] }
any_of = [{ source = "credit", measure = "天", least = 12 }, { source = "credit", measure = "学时", least = 90 }]
period = "year"
"""


@pytest.mark.parametrize(
    ("records", "met", "done"),
    [
        ([hours(date(2026, 3, 1), 12_000, "天")], True, "12/12天，或0/90学时"),
        ([hours(date(2026, 3, 1), 90_000)], True, "0/12天，或90/90学时"),
        (
            [hours(date(2026, 3, 1), 11_500, "天"), hours(date(2026, 4, 1), 89_000, ref=2)],
            False,
            "11.5/12天，或89/90学时",
        ),
    ],
)
def test_either_unit_of_hours_suffices(records: list[Record], met: bool, done: str) -> None:
    """K05, K06: 12 days or 90 hours; the two are never added together."""
    settled = settle_first(YEARLY_HOURS, person(), records, date(2026, 12, 20))
    assert (settled.light == Light.FINE, settled.done) == (met, done)


def test_what_is_missing_of_an_or_is_said_for_both() -> None:
    records = [hours(date(2026, 3, 1), 11_500, "天"), hours(date(2026, 4, 1), 89_000, ref=2)]
    settled = settle_first(YEARLY_HOURS, person(), records, date(2026, 12, 31))
    assert settled.sentence == "今天是最后一天，还差0.5天或还差1学时"


def test_all_documents_of_a_quota_are_asked() -> None:
    """K09, 2.3: notes of 10,000 characters and two essays; a note whose length is unknown says so."""
    rule = """
[[obligation]]
code = "BJ"
title = "笔记和心得"
clause = "第一条"
kind = "documents"
who = { rank_class = ["乡科级"] }
all_of = [{ source = "note", kind = ["笔记"], measure = "字", least = 10000 },
          { source = "note", kind = ["心得"], measure = "篇", least = 2 }]
period = "year"
"""
    records = [
        Record("note", 1, "p5", date(2026, 2, 1), "笔记", "一", characters=10_000),
        Record("note", 2, "p5", date(2026, 2, 2), "笔记", "二"),
        Record("note", 3, "p5", date(2026, 3, 1), "心得", "三", characters=1500),
    ]
    settled = settle_first(rule, person(), records, date(2026, 12, 31))
    assert (settled.light, settled.done) == (Light.NEAR, "10000/10000字；1/2篇")
    assert settled.sentence == "今天是最后一天，还差1篇心得"
    assert [(one.record.ref, one.why) for one in settled.rejected] == [(2, "没有记录字数")]


def test_a_short_year_may_be_caught_up_inside_the_cycle() -> None:
    """K07, R15: one fifth a year; the shortfall of 2026 is made up in 2027."""
    rule = """
[[obligation]]
code = "XF"
title = "五年学分"
clause = "第一条"
kind = "cycle"
who = { rank_class = ["乡科级"] }
any_of = [{ source = "credit", measure = "学分", least = 60 }]
years = 5
from_year = 2026
yearly = "1/5"
"""
    window = Period(date(2026, 1, 1), date(2027, 6, 1))
    ten = [hours(date(2026, 5, 1), 10_000, "学分")]
    _cycle, year, _next = settle_all(rule, person(), ten, date(2027, 1, 10), window=window)
    assert (year.light, year.sentence) == (Light.NEAR, "还差2学分，2030年12月31日前可以补上")
    more = [*ten, hours(date(2027, 2, 1), 2_000, "学分", ref=2)]
    _cycle, year, _next = settle_all(rule, person(), more, date(2027, 3, 1), window=window)
    assert (year.light, year.sentence) == (Light.FINE, "2月1日完成，晚32天")


def test_talks_count_each_person_once_and_name_who_is_left() -> None:
    """K10: 委员–委员, 委员–党员, 党员–党员, each at least once; two people at one talk."""
    rule = """
[[obligation]]
code = "TX"
title = "谈心谈话"
clause = "第一条"
kind = "pairs"
who = { unit = ["党支部"] }
event = { source = "session", kind = ["谈心谈话"] }
between = ["委员-委员", "委员-党员", "党员-党员"]
period = "year"
least = 1
"""
    unit = branch(headcount=4, posts=(Post(1, "书记"), Post(2, "委员")))
    pairs = [(1, 2), (1, 3), (2, 4), (3, 4)]
    talks = [meeting(date(2026, 3, at + 1), ref=at, kind="谈心谈话", people=pair) for at, pair in enumerate(pairs)]
    whole = settle_first(rule, unit, talks, date(2026, 12, 31))
    assert (whole.light, whole.done) == (Light.FINE, "6/6人次")
    lacking = settle_first(rule, unit, talks[:2], date(2026, 12, 31))
    assert lacking.sentence == "今天是最后一天，委员与党员还有1人、党员与党员还有2人"


def test_the_attendance_of_a_half_year_includes_its_bound() -> None:
    """2.3: 出勤率 ≥90 %; 18 of 20 is exactly 90 %."""
    rule = """
[[obligation]]
code = "CQ"
title = "出勤率"
clause = "第一条"
kind = "attendance"
who = { unit = ["党支部"] }
event = { source = "session", kind = ["支部党员大会"] }
quorum = { least = "90%" }
period = "half"
"""
    both = [meeting(date(2026, 2, 1), due=(("应到", 10, 10),)), meeting(date(2026, 3, 1), 2, due=(("应到", 8, 10),))]
    settled = settle_first(rule, branch(), both, date(2026, 7, 2))
    assert (settled.light, settled.done) == (Light.FINE, "到会18，应到20（90%）")


def test_an_exemption_pauses_instead_of_turning_red() -> None:
    """条例23, ux §0.1.8: 不作硬性要求; after the exemption the duty stands again."""
    exempt = person(pauses=(Pause("因病", date(2026, 10, 1), date(2027, 2, 1)),))
    settled = settle_first(YEARLY_HOURS, exempt, [], date(2027, 1, 20))
    assert (settled.light, settled.sentence) == (Light.PAUSED, "暂停（因病）")
    assert ("暂停", "2026年10月1日至2027年1月31日因病，按免考核办理；规则没有写折算，其余日子仍按全期计") in [
        (piece.label, piece.text) for piece in settled.explain()
    ]
    earlier = person(pauses=(Pause("因病", date(2026, 1, 1), date(2026, 4, 1)),))
    assert settle_first(YEARLY_HOURS, earlier, [], date(2027, 1, 20)).light == Light.LATE


def test_a_moved_duty_is_due_on_its_new_day_and_says_who_moved_it() -> None:
    moved = Remark("sanhui/DH/u1/20260101", RemarkKind.MOVED, "防汛", date(2026, 3, 20), "赵六", date(2026, 4, 15))
    settled = settle_first(write_meeting(), branch(), [meeting(date(2026, 4, 15))], date(2026, 4, 16), moved)
    assert (settled.light, settled.last_on) == (Light.FINE, date(2026, 4, 15))
    assert settled.explain()[-1].text == "改到2026年4月15日：防汛（赵六，2026年3月20日）"


def test_a_pause_holds_for_the_turns_it_reaches() -> None:
    pause = Remark("sanhui/DH/u1/20260101", RemarkKind.PAUSE, "支部重组", date(2026, 2, 1), "赵六", date(2026, 8, 1))
    lights = [one.light for one in settle_all(write_meeting(), branch(), [], date(2026, 11, 1), (pause,))]
    assert lights == [Light.PAUSED, Light.PAUSED, Light.LATE, Light.NONE]


def test_an_explanation_changes_no_state() -> None:
    said = Remark("sanhui/DH/u1/20260101", RemarkKind.EXPLANATION, "5月补开", date(2026, 4, 5), "李四")
    settled = settle_first(write_meeting(), branch(), [], date(2026, 4, 12), said)
    assert (settled.light, settled.sentence) == (Light.LATE, "已逾期 12 天")
    assert settled.explain()[-1].text == "5月补开（李四，2026年4月5日）"


def test_whoever_holds_the_post_fulfils_it() -> None:
    """支部工作条例 16: 党委书记讲党课; the branch where it was held does not matter, the post on the day does."""
    rule = (
        write_meeting("year")
        .replace('["党支部"]', '["党委"]')
        .replace('kind = ["支部党员大会"] }', 'kind = ["党课"], by = ["书记"] }')
    )
    committee = Subject("u1", 1, "局党委", True, unit_kind="党委", posts=(Post(7, "书记"), Post(8, "委员")))
    by_head = meeting(date(2026, 5, 1), kind="党课", speakers=(7,))
    by_other = meeting(date(2026, 5, 2), 2, kind="党课", speakers=(8,))
    settled = settle_first(rule, committee, [by_head, by_other], date(2026, 6, 1))
    assert [record.ref for record in settled.records] == [1]
    assert [(one.record.ref, one.why) for one in settled.rejected] == [(2, "讲授人不是书记")]
