"""A leader's sentence to a unit (批示): who may write, who answers, and what two people at once may not do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.orgs.queries import Actor, find_actor
from shanxue.supervision.actions.instructions import answer_instruction, instruct
from shanxue.supervision.due import list_for_office, list_for_unit
from shanxue.supervision.models import Instruction
from shanxue.supervision.queries.instructions import find_instructed, list_instructions
from shanxue.supervision.rules.instructions import ASKED_FOR, InstructionState
from tests.house import House

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


def act(house: House, key: str) -> Actor:
    return find_actor(house.users[key], timezone.localdate())


def write(house: House, text: str = "请月底前补开支部党员大会。") -> Instruction:
    return instruct(act(house, "leader"), house.units["第一支部"], text, at=timezone.now())


def test_the_secretary_has_it_among_what_is_due(house: House) -> None:
    """L2: one sentence, which goes to the secretary and the office."""
    made = write(house)
    rows = list_for_unit(house.units["第一支部"], timezone.localtime())
    assert [(row.key, row.kind, row.title, row.state) for row in rows] == [
        (f"instruction-{made.pk}", "批示", "批示：请月底前补开支部党员大会。", "待阅 · 今天批示")
    ]
    assert list_for_unit(house.units["第二支部"], timezone.localtime()) == []
    assert [one.pk for one in list_instructions(act(house, "office"))] == [made.pk]
    office = list_for_office(act(house, "office"), timezone.localtime())
    assert [row.title for row in office] == ["第一支部：请月底前补开支部党员大会。"]
    assert list_for_office(act(house, "secretary"), timezone.localtime()) == []


def test_an_instruction_without_words_is_refused(house: House) -> None:
    with pytest.raises(Refusal) as refused:
        write(house, " 　 ")
    assert refused.value.sentence == "请写一句批示，支部书记和学习办公室会看到。"
    assert not Instruction.objects.exists()


def test_a_unit_outside_the_own_grant_is_not_found(house: House) -> None:
    """The leader of 综合科 cannot write to 第一支部, in the words for what does not exist."""
    with pytest.raises(Refusal) as refused:
        instruct(act(house, "head"), house.units["第一支部"], "请补开。", at=timezone.now())
    assert refused.value.sentence == "没有找到这个单位，或者没有查看它的权限。"


@pytest.mark.parametrize("key", ["office", "secretary", "inspector"])
def test_only_a_leader_writes_one(house: House, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        instruct(act(house, key), house.units["第一支部"], "请补开。", at=timezone.now())
    assert refused.value.sentence == "批示由“第一支部”的分管领导作出，当前账号没有这项权限。"


def test_a_second_click_writes_it_once(house: House) -> None:
    assert write(house).pk == write(house).pk
    assert Entry.objects.filter(verb="supervision.instruct").count() == 1


def test_read_then_done_with_a_sentence(house: House) -> None:
    made = write(house)
    secretary = act(house, "secretary")
    assert answer_instruction(secretary, made, done=False, answer="", at=timezone.now()) is True
    assert answer_instruction(secretary, made, done=False, answer="", at=timezone.now()) is False
    assert answer_instruction(secretary, made, done=True, answer="11月30日补开。", at=timezone.now()) is True
    assert answer_instruction(secretary, made, done=True, answer="11月30日补开。", at=timezone.now()) is False
    made.refresh_from_db()
    assert (made.state, made.answer, made.answered_by) == (InstructionState.DONE, "11月30日补开。", "李四")
    assert list_for_unit(house.units["第一支部"], timezone.localtime()) == []
    assert Entry.objects.filter(verb="supervision.answer_instruction").count() == 2


def test_two_who_answer_at_once_do_not_overwrite_each_other(house: House) -> None:
    made = write(house)
    answer_instruction(act(house, "office"), made, done=True, answer="办公室已协调。", at=timezone.now())
    with pytest.raises(Refusal) as refused:
        answer_instruction(act(house, "secretary"), made, done=True, answer="已补开。", at=timezone.now())
    assert refused.value.sentence == "这条批示已经有人办结，刚才写的没有保存。请看已有的办理结果。"
    made.refresh_from_db()
    assert made.answer == "办公室已协调。"


def test_done_says_what_was_done(house: House, visit: Visit) -> None:
    made = write(house)
    address = reverse("supervision:instruction", args=[made.pk])
    answer = visit("secretary").post(address, {"act": "done", "answer": ""})
    assert answer.status_code == 400
    assert "请填写“怎样办的”。" in answer.content.decode()
    with pytest.raises(Refusal) as refused:
        answer_instruction(act(house, "secretary"), made, done=True, answer=" ", at=timezone.now())
    assert refused.value.sentence == "请写一句怎样办的，批示的领导会看到。"


def test_the_secretary_answers_on_the_page_and_the_leader_reads_it(house: House, visit: Visit) -> None:
    address = reverse("supervision:instruction", args=[write(house).pk])
    client = visit("secretary")
    assert "已标为已阅" in client.post(address, {"act": "read"}, follow=True).content.decode()
    assert (
        "已办结，领导会看到。"
        in client.post(address, {"act": "done", "answer": "已补开，记录已交。"}, follow=True).content.decode()
    )
    page = visit("leader").get(reverse("home:unit_overview", args=[house.units["第一支部"].pk])).content.decode()
    assert "已办：已补开，记录已交。" in page
    assert visit("leader").post(address, {"act": "read"}).status_code == 403


def test_a_unit_that_was_written_to_is_not_asked_again_for_thirty_days(house: House) -> None:
    write(house)
    leader, now = act(house, "leader"), timezone.now()
    assert find_instructed(leader, now) == {house.units["第一支部"].pk}
    assert find_instructed(leader, now + ASKED_FOR + timedelta(seconds=1)) == set()


def test_the_list_asks_the_same_queries_for_one_and_for_three(house: House, visit: Visit) -> None:
    client = visit("office")
    counts = []
    for number in range(3):
        write(house, f"请补开第 {number} 次。")
        with CaptureQueriesContext(connection) as queries:
            assert "还没有办结" in client.get(reverse("supervision:instructions")).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[2]
