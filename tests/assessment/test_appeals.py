"""申诉: one sentence about one line, the evidence attaches itself, somebody else answers (ux M6, K61)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from shanxue.activities.models import Attendance, Session
from shanxue.assessment.actions.appeals import decide_appeal, file_appeal, withdraw_appeal
from shanxue.assessment.models import Appeal, Result
from shanxue.base.errors import Refusal
from shanxue.orgs.queries import Actor, find_actor
from tests.house import AT, House

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


@pytest.fixture
def result(house: House) -> Result:
    session = Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="主题党日", tier="支部集体学", topic="5月主题党日",
        on=AT.date() - timedelta(days=200),
    )  # fmt: skip
    Attendance.objects.create(
        session=session, person=house.people["张三"], mark="缺席", how="点名", recorded_at=AT, recorded_by="李四"
    )
    return Result.objects.get(run=house.run, person=house.people["张三"])


def act_as(house: House, key: str) -> Actor:
    return find_actor(house.users[key], AT.date())


def refuse(action: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        action()
    return refused.value.sentence


def test_the_records_behind_the_line_attach_themselves(house: House, result: Result) -> None:
    appeal = file_appeal(act_as(house, "member"), result, "A1", "5月那次我到了，签到表上有。", at=AT)
    assert appeal.evidence == [
        {"on": "2025-06-19", "whom": "", "kind": "主题党日", "title": "5月主题党日", "mark": "缺席", "quantity": "",
         "by": "李四", "how": "点名"}
    ]  # fmt: skip


def test_a_line_has_one_open_appeal(house: House, result: Result) -> None:
    member = act_as(house, "member")
    appeal = file_appeal(member, result, "A1", "少计一次。", at=AT)
    again = refuse(lambda: file_appeal(member, result, "A1", "少计一次。", at=AT))
    assert again == "这一项的申诉正在复核，不用再交。"
    withdraw_appeal(member, appeal.pk, at=AT)
    assert file_appeal(member, result, "A1", "少计一次。", at=AT).state == "待复核"


def test_nobody_appeals_for_another_and_nobody_judges_the_own_case(house: House, result: Result) -> None:
    """An assessor judging their own case is refused."""
    appeal = file_appeal(act_as(house, "member"), result, "A1", "少计一次。", at=AT)
    office = act_as(house, "office")
    assert refuse(lambda: file_appeal(office, result, "A1", "少计一次。", at=AT)) == "只能对本人的成绩申诉。"
    house.people["张三"].account, house.users["office"] = house.users["office"], house.users["office"]
    house.people["张三"].save()
    own = refuse(lambda: decide_appeal(act_as(house, "office"), appeal.pk, upheld=True, decision="属实。", at=AT))
    assert own == "不能复核本人的申诉，请由另一位同志办理。"


def test_who_computed_does_not_answer(house: House, result: Result) -> None:
    """复核由另一位同志办理: the second assessor (anchors: Artemis)."""
    appeal = file_appeal(act_as(house, "member"), result, "A1", "少计一次。", at=AT)
    house.run.actor = "u-office"
    house.run.save()
    said = refuse(lambda: decide_appeal(act_as(house, "office"), appeal.pk, upheld=True, decision="属实。", at=AT))
    assert said == "这次结果由你计算，复核请由另一位同志办理。"


def test_an_answer_needs_its_reason_and_is_given_once(house: House, result: Result) -> None:
    appeal = file_appeal(act_as(house, "member"), result, "A1", "少计一次。", at=AT)
    office = act_as(house, "office")
    assert (
        refuse(lambda: decide_appeal(office, appeal.pk, upheld=False, decision=" ", at=AT))
        == "请写明理由，本人会看到。"
    )
    decide_appeal(office, appeal.pk, upheld=True, decision="签到表属实，已请支部补录。", at=AT)
    twice = refuse(lambda: decide_appeal(office, appeal.pk, upheld=False, decision="不属实。", at=AT))
    assert twice == "这条申诉office已答复（成立），不用再办。"
    leader = act_as(house, "leader")
    assert (
        refuse(lambda: decide_appeal(leader, appeal.pk, upheld=True, decision="好", at=AT)) == "申诉由学习办公室复核。"
    )


def test_a_member_appeals_and_reads_the_answer(house: House, result: Result, visit: Visit) -> None:
    """ux M6: 我的成绩 → 申诉 → a sentence → 提交."""
    member = visit("member")
    page = member.get(reverse("assessment:mine")).content.decode()
    address = reverse("assessment:appeal", args=[result.pk, "A1"])
    assert address in page
    empty = member.post(address, {"sentence": ""})
    assert (empty.status_code, "请填写“哪里不对，应当是什么”。" in empty.content.decode()) == (400, True)
    assert member.post(address, {"sentence": "5月那次我到了。"}).status_code == 302
    appeal = Appeal.objects.get()
    answer = reverse("assessment:appeal_answer", args=[appeal.pk])
    assert visit("office").post(answer, {"act": "uphold", "decision": "属实，已补录。"}).status_code == 302
    assert "属实，已补录。" in member.get(reverse("assessment:mine")).content.decode()


def test_the_list_asks_the_database_the_same_whatever_its_length(
    house: House, result: Result, visit: Visit, django_assert_num_queries: Callable[..., object]
) -> None:
    """One query is the calendar's: the last day of each answer is counted by it (K61)."""
    file_appeal(act_as(house, "member"), result, "A1", "少计一次。", at=AT)
    office = visit("office")
    office.get(reverse("assessment:appeals"))
    with django_assert_num_queries(6):
        office.get(reverse("assessment:appeals"))
    file_appeal(act_as(house, "member"), result, "P1", "少计一项。", at=AT)
    other = Result.objects.get(run=house.run, person=house.people["李四"])
    file_appeal(act_as(house, "secretary"), other, "A1", "少计一次。", at=AT)
    with django_assert_num_queries(6):
        assert office.get(reverse("assessment:appeals")).content.decode().count("<tr>") == 4
