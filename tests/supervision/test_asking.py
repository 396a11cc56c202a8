"""K1: asking for an explanation with its day, and putting what is overdue on the agenda of the next bulletin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.orgs.queries import Actor, find_actor
from shanxue.plans.models import DutyRemark
from shanxue.supervision import due
from shanxue.supervision.actions.agenda import (
    put_on_agenda,
    release_agenda_points,
    settle_agenda_points,
    withdraw_point,
)
from shanxue.supervision.actions.reminding import answer_reminder, ask_explanation, remind
from shanxue.supervision.models import AgendaPoint, Reminder
from shanxue.supervision.queries.agenda import list_agenda_points
from shanxue.supervision.queries.duties import list_questions, list_shown
from tests.house import House

from .rulebook import adopt, hold, last_quarter, name_key

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]

TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
UNTIL = date(2026, 5, 27)
SENTENCE = "第二支部2026年第一季度支部党员大会应于2026年3月31日前完成，未按期完成（0/1次）。"


@pytest.fixture
def ruled(house: House) -> House:
    """第一支部 met in the first quarter; 第二支部 did not."""
    adopt(house.bureau)
    hold(house.units["第一支部"], date(2026, 2, 8))
    return house


def get_office(house: House) -> Actor:
    return find_actor(house.users["office"], TODAY)


def ask_second(house: House) -> Reminder:
    duties = list_shown(house.units["第二支部"], TODAY)
    ask_explanation(house.bureau, duties, until_on=UNTIL, actor="赵六", at=NOW, today=TODAY)
    return Reminder.objects.get()


def test_an_explanation_is_asked_for_by_a_day_and_lies_on_the_desk(ruled: House) -> None:
    question = ask_second(ruled)
    assert question.text == "请说明2026年第一季度支部党员大会没有完成的原因和安排（已逾期 50 天）。"
    desk = due.list_for_unit(ruled.units["第二支部"], NOW)
    assert [(row.key, row.light, row.state, row.on) for row in desk if row.kind == "说明"] == [
        (f"question-{question.pk}", Light.NEAR, "赵六要求说明", UNTIL)
    ]
    late = due.list_for_unit(ruled.units["第二支部"], datetime(2026, 5, 30, 2, 0, tzinfo=UTC))
    assert [(row.light, row.state) for row in late if row.kind == "说明"] == [(Light.LATE, "赵六要求说明，已过 3 天")]


def test_an_explanation_stays_asked_for_when_the_record_comes_late(ruled: House) -> None:
    """A record fulfils the duty; the question is answered by an answer only."""
    ask_second(ruled)
    hold(ruled.units["第二支部"], date(2026, 3, 20))
    assert [row.kind for row in due.list_for_unit(ruled.units["第二支部"], NOW)] == ["说明"]


def test_an_answer_settles_the_reminder_beside_it_too(ruled: House) -> None:
    duties = list_shown(ruled.units["第二支部"], TODAY)
    remind(ruled.bureau, duties, actor="赵六", at=NOW)
    done = ask_explanation(ruled.bureau, duties, until_on=UNTIL, actor="赵六", at=NOW, today=TODAY)
    again = ask_explanation(ruled.bureau, duties, until_on=UNTIL, actor="钱七", at=NOW, today=TODAY)
    assert ((done.made, done.standing), (again.made, again.standing)) == ((1, 0), (0, 1))
    question = Reminder.objects.get(answer_until_on__isnull=False)
    assert list_questions(ruled.bureau) == {question.duty: UNTIL}
    answer_reminder(question, text="3月换届，4月补开", actor="王五", at=NOW)
    assert [one.answer for one in Reminder.objects.all()] == ["3月换届，4月补开"] * 2
    assert [(one.kind, one.text) for one in DutyRemark.objects.all()] == [("说明", "3月换届，4月补开")]
    with pytest.raises(Refusal) as refused:
        answer_reminder(question, text="再说一句", actor="王五", at=NOW)
    assert refused.value.sentence == "这条提醒已经回复过。要补充，请在任务页写说明。"


def test_a_day_in_the_past_is_refused(ruled: House) -> None:
    """Bad input: a deadline in the past."""
    duties = list_shown(ruled.units["第二支部"], TODAY)
    with pytest.raises(Refusal) as refused:
        ask_explanation(ruled.bureau, duties, until_on=date(2026, 5, 19), actor="赵六", at=NOW, today=TODAY)
    assert refused.value.sentence == "答复期限不能早于今天。请填今天或以后的日期。"
    assert Reminder.objects.count() == 0


def test_what_is_overdue_goes_on_the_agenda_with_its_evidence_as_it_stood(ruled: House) -> None:
    """K1 列入通报: the sentence and its evidence are frozen; what is recorded later changes neither."""
    office, second = get_office(ruled), ruled.units["第二支部"]
    assert put_on_agenda(office, list_shown(second, TODAY), at=NOW) == 1
    assert put_on_agenda(office, list_shown(second, TODAY), at=NOW) == 0
    hold(second, date(2026, 3, 20))
    (point,) = list_agenda_points(ruled.bureau)
    assert (point.sentence, point.title, point.unit) == (SENTENCE, "支部党员大会（2026年第一季度）", second)
    assert point.evidence[-1] == ["记录", "这一期还没有记录"]
    assert ["依据", "《支部制度》第一条：支部党员大会每季度召开1次，主题党日每月1次。"] in point.evidence
    assert Entry.objects.filter(verb="supervision.put_on_agenda").count() == 1


def test_what_is_not_overdue_is_not_named(ruled: House) -> None:
    """第一支部 has all of June to meet in."""
    with pytest.raises(Refusal) as refused:
        put_on_agenda(get_office(ruled), list_shown(ruled.units["第一支部"], TODAY), at=NOW)
    assert refused.value.sentence == "所选的没有逾期的任务，没有要列入通报的。还没有到期的，先提醒。"
    secretary = find_actor(ruled.users["secretary"], TODAY)
    with pytest.raises(Refusal) as other:
        put_on_agenda(secretary, list_shown(ruled.units["第二支部"], TODAY), at=NOW)
    assert (other.value.status, other.value.sentence) == (403, "列入通报由学习办公室办理。")


def test_a_point_is_taken_once_and_given_back_whole(ruled: House) -> None:
    """Two people pressing: a bulletin takes all of its points or none."""
    office = get_office(ruled)
    put_on_agenda(office, list_shown(ruled.units["第二支部"], TODAY), at=NOW)
    points = list_agenda_points(ruled.bureau)
    settle_agenda_points(points, "bulletin-7", actor="赵六", at=NOW)
    assert list_agenda_points(ruled.bureau) == []
    for act in (
        lambda: settle_agenda_points(points, "bulletin-8", actor="钱七", at=NOW),
        lambda: withdraw_point(office, points[0], at=NOW),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert (refused.value.status, refused.value.sentence) == (409, f"“{SENTENCE}”已由赵六办理：已列入。")
    assert release_agenda_points(ruled.bureau, "bulletin-7", actor="赵六", at=NOW) == 1
    (point,) = list_agenda_points(ruled.bureau)
    withdraw_point(office, point, at=NOW)
    assert [(one.state, one.settled_by) for one in AgendaPoint.objects.all()] == [("撤回", "office")]


def test_the_database_keeps_one_waiting_point_per_duty(ruled: House) -> None:
    put_on_agenda(get_office(ruled), list_shown(ruled.units["第二支部"], TODAY), at=NOW)
    point = AgendaPoint.objects.get()
    point.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        point.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        AgendaPoint.objects.update(state="已列入", settled_at=NOW)  # without naming the bulletin


# The pages, without JavaScript


@pytest.fixture
def current(house: House) -> House:
    """第二支部 owes the last quarter's meeting, as of this very day."""
    adopt(house.bureau)
    hold(house.units["第一支部"], last_quarter(timezone.localdate()))
    return house


def test_the_office_asks_from_the_board_and_the_secretary_answers(current: House, visit: Visit) -> None:
    office, second = visit("office"), current.units["第二支部"]
    key = name_key(second, last_quarter(timezone.localdate()))
    check = office.post(reverse("supervision:ask"), {"unit": [second.pk], "show": "late"}).content.decode()
    assert f'name="duty" value="{key}" checked' in check
    assert Reminder.objects.count() == 0
    past = {"duty": [key], "confirm": "1", "until_on": "2020-01-01"}
    refused = office.post(reverse("supervision:ask"), past)
    assert (refused.status_code, "答复期限不能早于今天。" in refused.content.decode()) == (400, True)
    until = timezone.localdate() + timedelta(days=3)
    done = office.post(reverse("supervision:ask"), past | {"until_on": until.isoformat()}, follow=True)
    assert "已要求 1 个说明，共 1 项，对方在待办里看得到。" in done.content.decode()
    board = office.get(reverse("supervision:duties")).content.decode()
    assert "有 1 项要求了说明，还没有答复。" in board
    assert " 待说明<" in board
    Reminder.objects.update(answer_until_on=timezone.localdate() - timedelta(days=1))
    board = office.get(reverse("supervision:duties")).content.decode()
    assert "其中 1 项过了期限。" in board
    assert " 说明过期<" in board


def test_the_office_checks_every_sentence_before_it_is_named(current: House, visit: Visit) -> None:
    """B0 law 5: a public act passes a check page."""
    office, second = visit("office"), current.units["第二支部"]
    key = name_key(second, last_quarter(timezone.localdate()))
    check = office.post(reverse("supervision:add_points"), {"unit": [second.pk]}).content.decode()
    assert "未按期完成（0/1次）。" in check
    assert AgendaPoint.objects.count() == 0
    done = office.post(reverse("supervision:add_points"), {"duty": [key], "confirm": "1"}, follow=True)
    assert "已列入 1 条，起草下一期通报时会用到。" in done.content.decode()
    assert "有 1 条等着写进下一期情况通报。" in done.content.decode()
    again = office.post(reverse("supervision:add_points"), {"duty": [key], "confirm": "1"}, follow=True)
    assert "这几条已经在列，没有重复列入。" in again.content.decode()
    point = AgendaPoint.objects.get()
    gone = office.post(reverse("supervision:withdraw_point", args=[point.pk]), follow=True).content.decode()
    assert "已撤回“支部党员大会" in gone


def test_the_board_shows_only_what_is_late(current: House, visit: Visit) -> None:
    office = visit("office")
    page = office.get(reverse("supervision:duties") + "?show=late&all=1").content.decode()
    assert f'value="{current.units["第二支部"].pk}" checked' in page
    assert f'value="{current.units["第一支部"].pk}"' not in page


def test_a_secretary_asks_nobody_outside_the_own_units(current: House, visit: Visit) -> None:
    answer = visit("secretary").post(reverse("supervision:ask"), {"unit": [current.units["第二支部"].pk]})
    assert (answer.status_code, Reminder.objects.count()) == (400, 0)
    assert visit("secretary").post(reverse("supervision:add_points")).status_code == 403
