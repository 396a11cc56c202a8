"""People by date: transfers until received (条例25, K53), posts, exemptions, leaving, accounts, corrections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from shanxue.accounts.models import User
from shanxue.activities.models import Attendance, Session
from shanxue.base.errors import Refusal
from shanxue.orgs.actions import accounts, grant_power, moves, people
from shanxue.orgs.due import list_for_person, list_for_unit
from shanxue.orgs.models import Correction, Exemption, ExemptionRequest, Grant, Person, Stint, Transfer
from shanxue.orgs.queries import Actor, find_actor, list_stints, scope_people
from shanxue.orgs.rules import UnitKind
from tests.house import House, add_unit, add_user

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 20)
NOW = datetime(2026, 6, 20, 2, 30, tzinfo=UTC)  # 10:30 in Shanghai
MOVED, RECEIVED = date(2026, 6, 1), date(2026, 6, 15)


def act(house: House, key: str, on: date = TODAY) -> Actor:
    return find_actor(house.users[key], on)


def refuse(deed: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Refusal) as refused:
        deed()
    return refused.value.code, refused.value.sentence


@pytest.fixture
def second(house: House) -> User:
    """王五 leads 第二支部."""
    return add_user(house, "second", Grant.Power.SECRETARY, "第二支部", "王五")


def find_stint(house: House, name: str, unit: str) -> Stint:
    return Stint.objects.select_related("unit", "person").get(
        person=house.people[name], unit=house.units[unit], until_on=None
    )


def send(house: House, name: str = "张三", on: date = MOVED) -> Transfer:
    stint = find_stint(house, name, "第一支部")
    transfer = moves.transfer_person(act(house, "office"), stint, house.units["第二支部"], on, at=NOW)
    assert transfer is not None
    return transfer


def stand_in(house: House, unit: str, on: date) -> list[str]:
    return [stint.person.name for stint in list_stints(house.units[unit], on)]


# -- transfers --------------------------------------------------------------------------------------------------------


def test_the_former_branch_answers_until_the_other_has_received(house: House, second: User) -> None:
    """条例第25条: while transferred out and not yet received, the former organisation remains responsible."""
    transfer = send(house)
    assert stand_in(house, "第一支部", TODAY) == ["张三", "李四"]
    assert stand_in(house, "第二支部", TODAY) == ["王五", "赵六"]
    moves.receive_transfer(act(house, "second"), transfer, RECEIVED, at=NOW)
    assert stand_in(house, "第一支部", date(2026, 6, 14)) == ["张三", "李四"]
    assert stand_in(house, "第一支部", RECEIVED) == ["李四"]
    assert stand_in(house, "第二支部", RECEIVED) == ["张三", "王五", "赵六"]
    assert stand_in(house, "第二支部", date(2026, 6, 14)) == ["王五", "赵六"]
    former = Stint.objects.get(person=house.people["张三"], unit=house.units["第一支部"])
    assert (former.until_on, former.received_on) == (MOVED, RECEIVED)


def test_both_secretaries_see_the_transfer_as_due(house: House, second: User) -> None:
    send(house)
    out, into = (list_for_unit(house.units[name], NOW) for name in ("第一支部", "第二支部"))
    assert [(row.title, row.state) for row in out] == [("张三的组织关系转接", "转往第二支部，接收以前仍由本支部负责")]
    assert [(row.title, row.state) for row in into] == [("张三的组织关系转接", "从第一支部转来，等你确认接收")]


def test_only_the_receiving_secretary_receives(house: House, second: User) -> None:
    """Bad input: a secretary writing for another's branch."""
    transfer = send(house)
    assert refuse(lambda: moves.receive_transfer(act(house, "secretary"), transfer, RECEIVED, at=NOW)) == (
        "not_leading",
        "当前账号没有替“第二支部”办理的权限。需要时请联系学习办公室。",
    )


def test_a_secretary_does_not_transfer_people(house: House) -> None:
    stint = find_stint(house, "张三", "第一支部")
    secretary = act(house, "secretary")
    assert refuse(lambda: moves.transfer_person(secretary, stint, house.units["第二支部"], MOVED, at=NOW)) == (
        "not_office",
        "“第一支部”的名册由学习办公室登记。需要改的，请告诉办公室。",
    )


def test_reception_is_neither_before_the_transfer_nor_tomorrow(house: House, second: User) -> None:
    transfer, actor = send(house), act(house, "second")
    assert refuse(lambda: moves.receive_transfer(actor, transfer, date(2026, 5, 31), at=NOW)) == (
        "received_early",
        "接收日期不能早于转出日期（2026年6月1日）。",
    )
    assert refuse(lambda: moves.receive_transfer(actor, transfer, date(2026, 6, 21), at=NOW)) == (
        "received_in_future",
        "接收日期不能晚于今天。到接收那天再确认。",
    )


def test_a_transfer_is_received_once(house: House, second: User) -> None:
    transfer = send(house)
    moves.receive_transfer(act(house, "second"), transfer, RECEIVED, at=NOW)
    assert refuse(lambda: moves.receive_transfer(act(house, "office"), transfer, RECEIVED, at=NOW)) == (
        "transfer_settled",
        "这次转接已接收（2026年6月15日），不用再办。",
    )


def test_a_transfer_dated_before_joining_is_refused(house: House) -> None:
    """Bad input: transfer dated before joining the bureau, or the branch."""
    person = house.people["张三"]
    person.joined_on = date(2026, 6, 10)
    person.save()
    assert refuse(lambda: send(house)) == (
        "before_joining",
        "张三2026年6月10日才到本单位，转出日期要晚于这一天。",
    )
    Person.objects.filter(pk=person.pk).update(joined_on=None)
    Stint.objects.filter(person=person).update(from_on=date(2026, 6, 1))
    assert refuse(lambda: send(house)) == (
        "before_stint",
        "张三从2026年6月1日起才在“第一支部”，转出日期要晚于这一天。",
    )


def test_nobody_is_transferred_twice_at_a_time(house: House) -> None:
    send(house)
    assert refuse(lambda: send(house)) == (
        "transfer_waits",
        "张三已在转往“第二支部”，等对方接收。要改，先撤回。",
    )


def test_a_withdrawn_transfer_leaves_the_person_where_they_were(house: House, second: User) -> None:
    transfer = send(house)
    moves.withdraw_transfer(act(house, "office"), transfer, at=NOW)
    assert stand_in(house, "第一支部", TODAY) == ["张三", "李四"]
    assert refuse(lambda: moves.receive_transfer(act(house, "second"), transfer, RECEIVED, at=NOW))[0] == (
        "transfer_settled"
    )


def test_who_is_expected_stays_expected_where_they_were(house: House, second: User) -> None:
    """Issue 3, bad input: a person transferred between notice and session stays on the list of the former branch."""
    session = Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="主题党日", tier="支部集体学", topic="6月主题党日",
        on=date(2026, 6, 25), state="计划",
    )  # fmt: skip
    Attendance.objects.create(
        session=session, person=house.people["张三"], unit=house.units["第一支部"], mark="未记录", how="点名",
        recorded_at=NOW, recorded_by="李四",
    )  # fmt: skip
    moves.receive_transfer(act(house, "second"), send(house), RECEIVED, at=NOW)
    row = Attendance.objects.get(session=session)
    assert (row.person.name, row.unit.name, row.mark) == ("张三", "第一支部", "未记录")


def test_a_department_is_changed_at_once(house: House) -> None:
    """条例第25条 speaks of party membership: a department needs nobody's reception."""
    stint = find_stint(house, "张三", "综合科")
    done = moves.transfer_person(act(house, "office"), stint, house.units["执法科"], MOVED, at=NOW)
    assert done is None
    assert stand_in(house, "执法科", MOVED) == ["张三", "李四", "赵六"]
    assert stand_in(house, "综合科", MOVED) == ["王五"]


def test_a_branch_and_a_department_are_not_exchanged(house: House) -> None:
    stint = find_stint(house, "张三", "第一支部")
    assert refuse(lambda: moves.transfer_person(act(house, "office"), stint, house.units["综合科"], MOVED, at=NOW)) == (
        "other_line",
        "“综合科”和“第一支部”不是同一类单位，请重新选择。",
    )


# -- posts and places -------------------------------------------------------------------------------------------------


def test_a_new_post_ends_the_former_that_day(house: House) -> None:
    stint = find_stint(house, "张三", "第一支部")
    changed = moves.change_post(act(house, "office"), stint, "学习委员", MOVED, at=NOW)
    stint.refresh_from_db()
    assert (stint.role, stint.until_on, changed.role, changed.from_on) == ("成员", MOVED, "学习委员", MOVED)
    assert stand_in(house, "第一支部", TODAY) == ["张三", "李四"]


def test_a_branch_has_one_secretary(house: House) -> None:
    Stint.objects.filter(person=house.people["李四"], unit=house.units["第一支部"]).update(role="书记")
    stint = find_stint(house, "张三", "第一支部")
    assert refuse(lambda: moves.change_post(act(house, "office"), stint, "书记", MOVED, at=NOW)) == (
        "two_secretaries",
        "“第一支部”现任书记是李四，请先登记其职务变动。",
    )


def test_overlapping_stints_are_refused(house: House) -> None:
    """Bad input: overlapping stints."""
    office, person = act(house, "office"), house.people["张三"]
    assert refuse(lambda: moves.place_person(office, person, house.units["综合科"], "成员", MOVED, at=NOW)) == (
        "stints_overlap",
        "张三一直已在“综合科”，时间重叠。请先结束原来的，或改日期。",
    )
    assert refuse(lambda: moves.place_person(office, person, house.units["第二支部"], "成员", MOVED, at=NOW)) == (
        "stands_elsewhere",
        "张三在“第一支部”。到“第二支部”请办转接。",
    )


def test_a_group_below_the_own_branch_is_joined_and_left(house: House) -> None:
    add_unit(house, "第一支部第一小组", UnitKind.GROUP, "第一支部")
    office, person = act(house, "office"), house.people["张三"]
    stint = moves.place_person(office, person, house.units["第一支部第一小组"], "组长", MOVED, at=NOW)
    moves.end_stint(office, stint, RECEIVED, at=NOW)
    assert stand_in(house, "第一支部第一小组", RECEIVED) == []
    assert refuse(lambda: moves.end_stint(office, find_stint(house, "张三", "第一支部"), RECEIVED, at=NOW)) == (
        "last_party_unit",
        "张三只在“第一支部”一个党组织。请办转接，或登记离开。",
    )


# -- joining, leaving, coming back ------------------------------------------------------------------------------------


def test_a_staff_number_that_is_taken_names_whose_it_is(house: House) -> None:
    """Bad input: staff number taken."""
    branch = house.units["第一支部"]
    assert refuse(
        lambda: people.add_person(
            act(house, "office"), "1001", "孙七", branch, None, party_status="正式党员", joined_on=TODAY, at=NOW
        )
    ) == ("staff_no_taken", "工号 1001 已是张三的。请核对工号。")


def test_a_newcomer_stands_in_branch_and_department_from_the_first_day(house: House) -> None:
    branch, department = house.units["第一支部"], house.units["执法科"]
    people.add_person(
        act(house, "office"), "1009", "孙七", branch, department, party_status="预备党员", joined_on=MOVED, at=NOW
    )
    assert stand_in(house, "第一支部", date(2026, 5, 31)) == ["张三", "李四"]
    assert stand_in(house, "执法科", MOVED) == ["李四", "赵六", "孙七"]


def test_who_leaves_keeps_the_history_and_may_return(house: House) -> None:
    office, person = act(house, "office"), house.people["张三"]
    send(house)
    moves.record_leaving(office, person, MOVED, at=NOW)
    person.refresh_from_db()
    assert (person.left_on, person.staff_state, Transfer.objects.get().state) == (MOVED, "离开", "已撤回")
    assert stand_in(house, "第一支部", MOVED) == ["李四"]
    assert refuse(lambda: moves.record_return(office, person, house.units["第二支部"], date(2026, 5, 1), at=NOW)) == (
        "before_leaving",
        "张三2026年6月1日才离开，返回日期不能更早。",
    )
    moves.record_return(office, person, house.units["第二支部"], RECEIVED, at=NOW)
    assert stand_in(house, "第二支部", RECEIVED) == ["张三", "王五", "赵六"]
    assert person.stints.count() == 3


# -- exemptions and milestones ----------------------------------------------------------------------------------------


def test_an_exemption_does_not_end_before_it_begins(house: House) -> None:
    """Bad input: exemption ending before it begins."""
    office, person = act(house, "office"), house.people["张三"]
    assert refuse(lambda: people.exempt_person(office, person, "年老体弱", RECEIVED, MOVED, "机关党委", at=NOW)) == (
        "ends_early",
        "结束日期 2026年6月1日 早于开始日期 2026年6月15日。请改正。",
    )


def test_exemptions_of_one_category_do_not_overlap(house: House) -> None:
    office, person = act(house, "office"), house.people["张三"]
    exemption = people.exempt_person(office, person, "年老体弱", MOVED, None, "机关党委", at=NOW)
    assert refuse(lambda: people.exempt_person(office, person, "年老体弱", RECEIVED, None, "机关党委", at=NOW)) == (
        "exempt_already",
        "张三2026年6月1日起已是“年老体弱”免考核，时间重叠。请先结束原来的，或改日期。",
    )
    people.end_exemption(office, exemption, RECEIVED, at=NOW)
    people.exempt_person(office, person, "年老体弱", RECEIVED, None, "机关党委", at=NOW)
    assert Exemption.objects.filter(person=person).count() == 2


def test_a_secretary_asks_to_exempt_and_the_office_grants(house: House) -> None:
    secretary, person = act(house, "secretary"), house.people["张三"]
    request = people.request_exemption(secretary, person, "行动不便", MOVED, date(2026, 12, 31), at=NOW)
    assert Exemption.objects.count() == 0
    assert [row.title for row in list_for_unit(house.units["机关党委"], NOW)] == ["张三的免考核申请"]
    people.decide_request(act(house, "office"), request, grant=True, decision="", at=NOW)
    exemption = Exemption.objects.get()
    assert (exemption.category, exemption.from_on, exemption.until_on, exemption.approved_by) == (
        "行动不便", MOVED, date(2027, 1, 1), "office",
    )  # fmt: skip


def test_a_secretary_does_not_ask_for_anothers_branch(house: House) -> None:
    """Bad input: a secretary writing for another's branch."""
    secretary, person = act(house, "secretary"), house.people["王五"]
    assert refuse(lambda: people.request_exemption(secretary, person, "行动不便", MOVED, None, at=NOW)) == (
        "not_leading",
        "王五不在你负责的支部，由所在支部的书记申请。",
    )
    assert refuse(
        lambda: people.exempt_person(secretary, house.people["张三"], "行动不便", MOVED, None, "我", at=NOW)
    ) == ("not_office", "“第一支部”的名册由学习办公室登记。需要改的，请告诉办公室。")


def test_declining_a_request_needs_a_reason(house: House) -> None:
    request = people.request_exemption(act(house, "secretary"), house.people["张三"], "行动不便", MOVED, None, at=NOW)
    office = act(house, "office")
    assert refuse(lambda: people.decide_request(office, request, grant=False, decision=" ", at=NOW)) == (
        "reason_missing",
        "不批准要写明原因。",
    )
    people.decide_request(office, request, grant=False, decision="请补批准文件", at=NOW)
    assert (ExemptionRequest.objects.get().state, Exemption.objects.count()) == ("未批准", 0)


def test_milestones_change_what_they_say(house: House) -> None:
    """K08: deadlines are counted from 转正 and 晋升; the person's status follows."""
    office, person = act(house, "office"), house.people["张三"]
    Person.objects.filter(pk=person.pk).update(party_status="预备党员")
    people.record_milestone(office, person, "转正", MOVED, at=NOW)
    people.record_milestone(office, person, "晋升", RECEIVED, rank_class="乡科级", at=NOW)
    person.refresh_from_db()
    assert (person.party_status, person.rank_class) == ("正式党员", "乡科级")
    assert refuse(lambda: people.record_milestone(office, person, "晋升", TODAY, at=NOW)) == (
        "no_rank",
        "登记晋升，请选晋升后的职级类别。",
    )
    assert refuse(lambda: people.record_milestone(office, person, "转正", MOVED, at=NOW)) == (
        "milestone_twice",
        "张三2026年6月1日的“转正”已经登记过。",
    )


# -- corrections, readings, accounts ----------------------------------------------------------------------------------


def test_a_correction_is_asked_answered_with_a_reason_and_shown(house: House) -> None:
    """个人信息保护法第46条: the request, the answer and its reason stay."""
    member, office = act(house, "member"), act(house, "office")
    correction = people.ask_correction(member, "姓名", "张三", "张珊", at=NOW)
    assert [row.title for row in list_for_unit(house.units["机关党委"], NOW)] == ["张三申请更正“姓名”"]
    assert refuse(lambda: people.ask_correction(member, "姓名", "张三", "张山", at=NOW)) == (
        "asked_already",
        "“姓名”的更正已经申请，正在等办公室处理。",
    )
    assert refuse(lambda: people.decide_correction(office, correction, done=True, decision="", at=NOW)) == (
        "reason_missing",
        "请写一句说明，本人会看到。",
    )
    people.decide_correction(office, correction, done=False, decision="与任免文件一致", at=NOW)
    assert [(row.title, row.state) for row in list_for_person(house.people["张三"], NOW)] == [
        ("“姓名”的更正申请已答复", "未更正：与任免文件一致")
    ]
    assert Correction.objects.get().decided_by == "office"


def test_an_opened_account_signs_in_once_and_then_chooses_its_own_password(house: House) -> None:
    password = accounts.open_account(act(house, "office"), house.people["王五"], at=NOW)
    user = User.objects.get(username="1003")
    assert (user.check_password(password), user.must_change_password, len(password)) == (True, True, 14)
    assert list(user.grants.values_list("power", "unit")) == [("member", None)]
    person = Person.objects.get(name="王五")
    assert refuse(lambda: accounts.open_account(act(house, "office"), person, at=NOW)) == (
        "has_account",
        "王五已经有账号。忘记口令的，请重置口令。",
    )
    again = accounts.reset_password(act(house, "office"), person, at=NOW)
    user.refresh_from_db()
    assert (user.check_password(password), user.check_password(again)) == (False, True)


def test_somebody_without_a_post_is_not_made_secretary(house: House) -> None:
    office, person = act(house, "office"), house.people["张三"]
    unit = house.units["第一支部"]
    assert refuse(lambda: accounts.grant_secretary(office, person, unit, at=NOW)) == (
        "no_post",
        "张三在“第一支部”没有职务。请先登记职务，再授权。",
    )
    moves.change_post(office, find_stint(house, "张三", "第一支部"), "学习委员", MOVED, at=NOW)
    grant = accounts.grant_secretary(office, person, unit, at=NOW)
    assert [one.name for one in scope_people(act(house, "member")).order_by("staff_no")] == ["张三", "李四"]
    accounts.end_persons_grant(office, person, grant, at=NOW)
    assert [one.name for one in scope_people(act(house, "member"))] == ["张三"]


def test_the_three_administrators_do_not_keep_the_roster(house: House) -> None:
    """三员分立: whoever administers the system holds no power over people, even with a grant given by mistake."""
    with pytest.raises(Refusal):
        grant_power(
            house.users["system"], bureau=house.bureau, power=Grant.Power.OFFICE, unit=None, from_on=MOVED,
            actor="测试", at=NOW,
        )  # fmt: skip
    stint = find_stint(house, "张三", "第一支部")
    system = act(house, "system")
    assert (
        refuse(lambda: moves.transfer_person(system, stint, house.units["第二支部"], MOVED, at=NOW))[0] == "not_office"
    )
