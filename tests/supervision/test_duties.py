"""Duties of units and people as the database has them: who fulfilled them, who is reminded, who may speak."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.orgs.models import Exemption, Stint
from shanxue.orgs.queries import find_actor
from shanxue.plans.models import DutyRemark
from shanxue.plans.rules import RemarkKind
from shanxue.study.models import LearningHours, Note
from shanxue.supervision import due
from shanxue.supervision.actions.reminding import answer_reminder, remind, speak_of
from shanxue.supervision.models import Reminder
from shanxue.supervision.queries.duties import build_units_board, find_duty, find_reminder, list_duties, list_shown
from tests.house import House

from .rulebook import TEXT, adopt, hold, name_key

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
FIRST_QUARTER = date(2026, 1, 1)


@pytest.fixture
def ruled(house: House) -> House:
    adopt(house.bureau)
    return house


def test_a_meeting_that_was_held_fulfils_the_quarter_and_a_planned_one_does_not(ruled: House) -> None:
    first, second = ruled.units["第一支部"], ruled.units["第二支部"]
    held = hold(first, date(2026, 4, 8))
    hold(second, date(2026, 4, 8), state="计划")
    now = {one.duty.slot.label: one for one in list_duties(first, TODAY)}
    assert [record.ref for record in now["2026年第二季度"].records] == [held.pk]
    assert now["2026年第二季度"].sentence == "已完成（1/1次）"
    assert [(one.light, one.sentence) for one in list_shown(second, TODAY)] == [(Light.LATE, "已逾期 50 天")]


def test_hours_are_earned_at_sessions_and_entered(ruled: House) -> None:
    """K05: 认定学时 of sessions somebody came to, and of courses; a course not passed earns none."""
    person = ruled.people["张三"]
    hold(ruled.units["第一支部"], date(2026, 2, 3), "培训", (person,), credit_milli=8000)
    hold(ruled.units["第一支部"], date(2026, 2, 4), "培训", (ruled.people["李四"],), credit_milli=8000)
    for amount, passed in ((20_000, None), (40_000, False)):
        LearningHours.objects.create(
            bureau=ruled.bureau, person=person, kind="集中培训", on=TODAY, amount_milli=amount, passed=passed
        )
    (settled,) = list_shown(person, TODAY)
    assert (settled.done, settled.sentence) == ("28/32学时", "还有 225 天，还差4学时")


def test_a_note_that_is_a_draft_is_nobodys(house: House) -> None:
    hours = 'any_of = [{ source = "credit", measure = "学时", least = 32 }]'
    notes = 'all_of = [{ source = "note", measure = "篇", least = 2 }]'
    text = TEXT.replace(hours, notes).replace('"hours"', '"documents"')
    adopt(house.bureau, text)
    for state in ("通过", "草稿", "退回修改", "待审"):
        Note.objects.create(bureau=house.bureau, person=house.people["张三"], title=state, on=TODAY, state=state)
    (settled,) = list_shown(house.people["张三"], TODAY)
    assert sorted(record.title for record in settled.records) == ["待审", "通过"]


def test_an_exempt_person_is_paused(ruled: House) -> None:
    """条例23: not asked of somebody who is ill."""
    Exemption.objects.create(person=ruled.people["张三"], category="因病", from_on=date(2026, 3, 1))
    (settled,) = list_shown(ruled.people["张三"], TODAY)
    assert (settled.light, settled.sentence) == (Light.PAUSED, "暂停（因病）")


def test_somebody_who_moved_is_answered_for_by_the_former_unit(ruled: House) -> None:
    """条例25: the former branch's secretary still finds and explains the duty until the new one has received."""
    person = ruled.people["张三"]
    person.stints.filter(unit=ruled.units["第一支部"]).update(until_on=date(2026, 5, 10), received_on=date(2026, 6, 1))
    Stint.objects.create(person=person, unit=ruled.units["第二支部"], from_on=date(2026, 5, 10))
    actor = find_actor(ruled.users["secretary"], TODAY)
    found = find_duty(actor, f"zhibu/XS/p{person.pk}/20260101", TODAY)
    text = "2026年5月10日转出第一支部，2026年6月1日由新单位接收，此前仍由第一支部负责（党员教育管理工作条例第二十五条）"
    assert text in [piece.text for piece in found.settled.explain()]


def test_the_board_holds_every_branch_and_shows_what_presses(ruled: House) -> None:
    """K1: all branches × all obligations; the last quarter stays until it is explained, then the current one."""
    hold(ruled.units["第一支部"], date(2026, 2, 8))
    office = find_actor(ruled.users["office"], TODAY)
    board = build_units_board(office, TODAY)
    (section,) = board.sections
    assert (section.kind, [title for _line, title in section.columns]) == ("党支部", ["支部党员大会"])
    cells = {row.subject.name: row.cells[0] for row in section.rows}
    assert {name: cell and (cell.light, cell.short) for name, cell in cells.items()} == {
        "第一支部": (Light.NONE, ""),
        "第二支部": (Light.LATE, "50天"),
    }
    assert {light: count for light, count in board.counts.items() if count} == {Light.NONE: 1, Light.LATE: 1}
    second = ruled.units["第二支部"]
    found = find_duty(office, name_key(second, FIRST_QUARTER), TODAY)
    speak_of(office, found, kind=RemarkKind.EXPLANATION, text="3月换届，4月补开", until_on=None, at=NOW)
    board = build_units_board(office, TODAY)
    assert [row.light for row in board.rows] == [Light.NONE, Light.NONE]


def test_a_branch_of_which_nothing_is_asked_still_has_a_row(ruled: House) -> None:
    """Nobody and no unit silently falls out: founded this month, in the board without a duty."""
    unit = ruled.units["第二支部"]
    unit.from_on = date(2026, 5, 1)
    unit.save()
    board = build_units_board(find_actor(ruled.users["office"], TODAY), TODAY)
    assert [(row.subject.name, row.cells) for row in board.rows if row.cells == (None,)] == [("第二支部", (None,))]


def test_reminders_are_written_once_and_shown_to_the_secretary(ruled: House) -> None:
    first = ruled.units["第一支部"]
    duties = list_shown(first, TODAY)
    done = remind(ruled.bureau, duties, actor="赵六", at=NOW)
    again = remind(ruled.bureau, duties, actor="赵六", at=NOW)
    assert ((done.made, done.standing), (again.made, again.standing)) == ((1, 0), (0, 1))
    reminder = Reminder.objects.get()
    assert reminder.text == (
        "2026年第一季度支部党员大会还没有完成（已逾期 50 天）。如已召开，请补交记录；如未召开，请写明安排。"
    )
    (row,) = due.list_for_unit(first, NOW)
    assert (row.key, row.title, row.light, row.state, row.on) == (
        f"duty-{name_key(first, FIRST_QUARTER)}",
        "支部党员大会（2026年第一季度）",
        Light.LATE,
        "已逾期 50 天 · 赵六已提醒，请回复",
        date(2026, 3, 31),
    )


def test_an_answer_settles_the_reminder_and_stands_at_the_duty(ruled: House) -> None:
    first = ruled.units["第一支部"]
    remind(ruled.bureau, list_shown(first, TODAY), actor="赵六", at=NOW)
    reminder = find_reminder(find_actor(ruled.users["secretary"], TODAY), Reminder.objects.get().pk)
    answer_reminder(reminder, text="3月20日开过，记录未交", actor="李四", at=NOW)
    assert [(one.kind, one.text) for one in DutyRemark.objects.all()] == [("说明", "3月20日开过，记录未交")]
    assert due.list_for_unit(first, NOW) == []
    with pytest.raises(Refusal) as refused:
        answer_reminder(reminder, text="再补一句", actor="李四", at=NOW)
    assert refused.value.sentence == "这条提醒已经回复过。要补充，请在任务页写说明。"


def test_a_record_entered_late_answers_a_reminder_by_itself(ruled: House) -> None:
    first = ruled.units["第一支部"]
    remind(ruled.bureau, list_shown(first, TODAY), actor="赵六", at=NOW)
    hold(first, date(2026, 3, 20))
    assert due.list_for_unit(first, NOW) == []


def test_nobody_speaks_of_anothers_duty(ruled: House) -> None:
    """Bad input: a remark on another's duty. A foreign one is not found; one that is only read is refused."""
    secretary, leader = (find_actor(ruled.users[key], TODAY) for key in ("secretary", "leader"))
    foreign = name_key(ruled.units["第二支部"], FIRST_QUARTER)
    with pytest.raises(Refusal) as hidden:
        find_duty(secretary, foreign, TODAY)
    assert (hidden.value.status, hidden.value.sentence) == (404, "没有找到这项任务，或者没有查看它的权限。")
    with pytest.raises(Refusal) as refused:
        speak_of(
            leader, find_duty(leader, foreign, TODAY), kind=RemarkKind.EXPLANATION, text="代写", until_on=None, at=NOW
        )
    assert (refused.value.status, refused.value.sentence) == (403, "这项任务不归当前账号办理，不能替别人写说明。")
    assert DutyRemark.objects.count() == 0


@pytest.mark.parametrize(
    ("who", "until_on", "sentence"),
    [
        ("secretary", date(2026, 6, 1), "暂停和改期由学习办公室办理。可以先写说明，办公室会看到。"),
        ("office", None, "请填日期：暂停到哪天，或者改到哪天。"),
        ("office", date(2026, 5, 19), "日期不能早于今天。请填今天或以后的日期。"),
    ],
)
def test_only_the_office_pauses_and_to_a_day_to_come(
    ruled: House, who: str, until_on: date | None, sentence: str
) -> None:
    actor = find_actor(ruled.users[who], TODAY)
    found = find_duty(actor, name_key(ruled.units["第一支部"], FIRST_QUARTER), TODAY)
    with pytest.raises(Refusal) as refused:
        speak_of(actor, found, kind=RemarkKind.PAUSE, text="重组", until_on=until_on, at=NOW)
    assert refused.value.sentence == sentence


@pytest.mark.parametrize(
    "key", ["zhibu/DH/u1", "zhibu/DH/x1/20260101", "zhibu/DH/u99999/20260101", "zhibu/NO/u{}/20260101",
            "zhibu/DH/u{}/20261301", "zhibu/DH/u{}/20260115"],
)  # fmt: skip
def test_a_duty_that_does_not_exist_is_refused_in_the_same_words(ruled: House, key: str) -> None:
    office = find_actor(ruled.users["office"], TODAY)
    with pytest.raises(Refusal) as refused:
        find_duty(office, key.format(ruled.units["第一支部"].pk), TODAY)
    assert refused.value.status == 404


def test_lights_of_a_branch_name_the_next_day(ruled: House) -> None:
    """S1: the branch's obligations as five-state lights with the next last day."""
    hold(ruled.units["第一支部"], date(2026, 2, 8))
    (light,) = due.list_lights(ruled.units["第一支部"], TODAY)
    assert (light.title, light.light, light.on) == ("支部党员大会（2026年第二季度）", Light.NONE, date(2026, 6, 30))


@pytest.mark.parametrize("listing", [due.list_for_unit, due.list_for_person])
def test_the_rows_due_cost_the_same_for_one_and_for_three(
    house: House, django_assert_num_queries: Callable[[int], object], listing: Callable[..., list[object]]
) -> None:
    """Every list at 1 and at 3 rows makes the same number of queries."""
    subject = house.units["第一支部"] if listing is due.list_for_unit else house.people["张三"]
    adopt(house.bureau)
    with django_assert_num_queries(11 if listing is due.list_for_unit else 10):  # type: ignore[attr-defined]
        assert len(listing(subject, NOW)) == 1
    for code in ("a", "b"):
        adopt(house.bureau, TEXT.replace('code = "zhibu"', f'code = "{code}"'))
    with django_assert_num_queries(11 if listing is due.list_for_unit else 10):  # type: ignore[attr-defined]
        assert len(listing(subject, NOW)) == 3
