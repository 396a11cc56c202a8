"""What the rooms' records prove for a duty, read from the database for many subjects at once (K03, K04, K08, K10)."""

from __future__ import annotations

from datetime import date

import pytest

from shanxue.activities.models import AgendaItem, Attendance
from shanxue.base.lights import Light
from shanxue.orgs.models import Person, Stint
from shanxue.plans.models import PlanItem
from shanxue.plans.queries.institutions import read_shipped_text
from shanxue.plans.rules.settling import Settled
from shanxue.supervision.queries.duties import list_shown
from tests.house import House

from .rulebook import adopt, hold

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 20)
JANUARY, APRIL = date(2026, 1, 1), date(2026, 4, 1)


def shown(subject: object, title: str) -> Settled:
    return next(one for one in list_shown(subject, TODAY) if one.duty.rule.obligation.title == title)  # type: ignore[arg-type]


def mark(session: object, person: Person, word: str) -> None:
    Attendance.objects.filter(session=session, person=person).update(mark=word)


@pytest.mark.parametrize(
    ("marks", "why"),
    [
        (("到", "迟到"), ""),
        (("到", "缺席"), "正式党员到会1人，应到2人，没有超过半数"),
        (("到", "未记录"), "正式党员到会1人，应到2人，没有超过半数"),
        (("到", "免"), ""),
        (("到", "已补学"), "正式党员到会1人，应到2人，没有超过半数"),
    ],
)
def test_a_meeting_without_quorum_does_not_count(house: House, marks: tuple[str, str], why: str) -> None:
    """支部工作条例: more than half of those due and present. 已补学 is not 到; 免 is not due; 未记录 is due."""
    adopt(house.bureau, read_shipped_text("zhibu-gongzuo"), APRIL)
    people = (house.people["张三"], house.people["李四"])
    session = hold(house.units["第一支部"], date(2026, 4, 8), people=people)
    for person, word in zip(people, marks, strict=True):
        mark(session, person, word)
    settled = shown(house.units["第一支部"], "支部党员大会")
    assert [one.why for one in settled.rejected] == ([why] if why else [])
    assert (settled.light == Light.FINE) is (why == "")


def test_only_those_with_a_vote_are_counted(house: House) -> None:
    """2.2: members with voting right; a 预备党员 is expected and has none."""
    adopt(house.bureau, read_shipped_text("zhibu-gongzuo"), APRIL)
    probationary, full = house.people["张三"], house.people["李四"]
    Person.objects.filter(pk=probationary.pk).update(party_status="预备党员")
    session = hold(house.units["第一支部"], date(2026, 4, 8), people=(probationary, full))
    mark(session, probationary, "缺席")
    assert shown(house.units["第一支部"], "支部党员大会").light == Light.FINE


def test_a_lecture_by_the_head_counts_wherever_it_was_held(house: House) -> None:
    """支部工作条例 16: 党委书记 lectures at a branch; the post makes it count for the committee."""
    adopt(house.bureau, read_shipped_text("zhibu-gongzuo"), JANUARY)
    committee, head = house.units["机关党委"], house.people["赵六"]
    Stint.objects.create(person=head, unit=committee, role="书记", from_on=JANUARY)
    lecture = hold(house.units["第一支部"], date(2026, 3, 2), "党课")
    other = hold(house.units["第二支部"], date(2026, 3, 3), "党课")
    AgendaItem.objects.create(session=other, position=1, title="党课", speaker=house.people["王五"])
    assert shown(committee, "书记讲党课").records == ()
    AgendaItem.objects.create(session=lecture, position=1, title="党课", speaker=head)
    settled = shown(committee, "书记讲党课")
    assert (settled.light, [record.ref for record in settled.records]) == (Light.FINE, [lecture.pk])


def test_a_talk_is_a_session_of_two(house: House) -> None:
    """K10: 谈心谈话; somebody who left the unit since no longer counts for it."""
    adopt(house.bureau, read_shipped_text("zhibu-gongzuo"), JANUARY)
    first = house.units["第一支部"]
    Stint.objects.filter(person=house.people["李四"], unit=first).update(role="书记")
    hold(first, date(2026, 3, 2), "谈心谈话", (house.people["张三"], house.people["李四"]))
    settled = shown(first, "谈心谈话")
    assert (settled.done, settled.light) == ("1/1人次", Light.FINE)
    Stint.objects.filter(person=house.people["张三"], unit=first).update(until_on=date(2026, 4, 1))
    assert shown(first, "谈心谈话").done == "0/0人次"


def test_a_report_is_a_finished_plan_item(house: House) -> None:
    """R37: by 15 July; an item counts by its kind or by the word in its title."""
    adopt(house.bureau, read_shipped_text("baosong"), date(2024, 1, 1))
    PlanItem.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], title="报送半年小结", state="完成", done_on=date(2026, 5, 12)
    )
    assert shown(house.units["第一支部"], "上半年小结").done == "1/1次"
    assert shown(house.units["第二支部"], "上半年小结").done == "0/1次"


def test_a_transfer_is_done_when_the_new_unit_received_somebody(house: House) -> None:
    """R03: within one month; 条例25."""
    adopt(house.bureau, read_shipped_text("baosong"), date(2024, 1, 1))
    person = house.people["张三"]
    moved = Stint.objects.filter(person=person, unit=house.units["第一支部"])
    moved.update(until_on=date(2026, 4, 10))
    late = shown(person, "组织关系转接")
    assert (late.last_on, late.light, late.sentence) == (date(2026, 5, 10), Light.LATE, "已逾期 10 天")
    moved.update(received_on=date(2026, 5, 12))
    done = shown(person, "组织关系转接")
    assert (done.light, done.sentence) == (Light.FINE, "5月12日完成，晚2天")
