"""评分分工: who scores which unit (K26), and what happens when two score at once."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanxue.assessment.actions.scoring import Given, give_marks, score_self
from shanxue.assessment.actions.sharing import Wish, share_out
from shanxue.assessment.holdings import export_person
from shanxue.assessment.models import Event, ScorerShare, SelfScore
from shanxue.assessment.queries.scoring import list_tasks
from shanxue.assessment.queries.sharing import find_sharing
from shanxue.assessment.score_due import list_matters
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Grant
from shanxue.orgs.queries import Actor, find_actor
from tests.assessment.scoring_house import BRANCH_CODE, SCORED_CODE, make_scored_branches, make_scored_run
from tests.house import AT, House, add_user

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


def act_as(house: House, key: str) -> Actor:
    return find_actor(house.users[key], AT.date())


@pytest.fixture
def scored(house: House) -> House:
    """The four people scored; besides the office, a leader of the whole bureau (leader) scores."""
    make_scored_run(house)
    return house


def share(house: House, unit: str, to: str | None, seen: str | None = None, code: str = SCORED_CODE) -> int:
    ids = {key: user.pk for key, user in house.users.items()}
    wish = Wish(ids[to] if to else None, ids[seen] if seen else None)
    return share_out(act_as(house, "office"), code, "E1", {house.units[unit].pk: wish}, at=AT)


def name_subjects(house: House, key: str) -> list[str]:
    return [one.name for task in list_tasks(act_as(house, key), AT.date()) for one in task.subjects]


def give(house: House, key: str, name: str, points: str, reason: str = "有实绩", seen: str = "") -> int:
    given = {house.people[name].pk: Given(points, reason, seen)}
    return give_marks(act_as(house, key), SCORED_CODE, "E1", None, given, at=AT)


def test_a_unit_is_scored_by_its_scorer_and_the_rest_by_everybody(scored: House) -> None:
    """A scorer scores the units given to them; what is given to nobody is everybody's, as before."""
    assert name_subjects(scored, "leader") == name_subjects(scored, "office") == ["张三", "李四", "王五", "赵六"]
    assert share(scored, "第一支部", "leader") == 1
    assert name_subjects(scored, "leader") == ["张三", "李四", "王五", "赵六"]
    assert name_subjects(scored, "office") == ["王五", "赵六"]
    with pytest.raises(Refusal, match="没有找到这个考核对象"):
        give(scored, "office", "张三", "8")
    assert give(scored, "leader", "张三", "8") == 1
    (due,) = list_matters(act_as(scored, "office"), AT)
    assert due.state == "还有 2 个没有评"
    assert Entry.objects.filter(verb="assessment.share_out").get().detail == {"scorers": {"第一支部": "leader"}}


def test_the_office_sees_what_is_unscored_by_whom(scored: House) -> None:
    share(scored, "第一支部", "leader")
    give(scored, "leader", "张三", "8")
    sharing = find_sharing(act_as(scored, "office"), SCORED_CODE, "E1", AT.date())
    assert [(one.name, one.open, one.subjects) for one in sharing.tallies] == [("leader", 1, 2), ("", 2, 2)]
    for key in ("leader", "head", "secretary", "inspector", "member"):
        with pytest.raises(Refusal, match="没有找到这一项评分，或者没有查看它的权限。"):
            find_sharing(act_as(scored, key), SCORED_CODE, "E1", AT.date())


def test_nobody_scores_themselves_so_a_scorer_falls_to_the_others(scored: House) -> None:
    add_user(scored, "chief", Grant.Power.LEADER, person="赵六")
    share(scored, "第二支部", "chief")
    assert name_subjects(scored, "chief") == ["张三", "李四", "王五"]
    assert name_subjects(scored, "office") == ["张三", "李四", "赵六"]


def test_branches_are_shared_out_as_themselves(house: House) -> None:
    make_scored_branches(house)
    share(house, "第一支部", "leader", code=BRANCH_CODE)
    assert (name_subjects(house, "office"), name_subjects(house, "leader")) == (["第二支部"], ["第一支部", "第二支部"])


def test_who_cannot_reach_a_unit_is_not_given_it(scored: House) -> None:
    """head leads 综合科 only: 李四 of 第一支部 would be scored by nobody."""
    with pytest.raises(Refusal) as refused:
        share(scored, "第一支部", "head")
    assert refused.value.sentence == "head的授权不包括第一支部的李四，评不了。请另选一位，或先授权。"
    with pytest.raises(Refusal, match="第一支部选的人没有评分的权限。请另选一位，或先授权。"):
        share(scored, "第一支部", "inspector")
    assert not ScorerShare.objects.exists()


def test_two_clerks_who_share_out_the_same_unit(scored: House) -> None:
    share(scored, "第一支部", "leader")
    with pytest.raises(Refusal) as refused:
        share(scored, "第一支部", "office")  # this page still showed nobody
    assert refused.value.sentence == "第一支部在别处改由leader评了，刚才的没有保存。请核对后再改。"
    assert share(scored, "第一支部", "leader") == 0  # both meant the same
    assert share(scored, "第一支部", None, seen="leader") == 1
    assert not ScorerShare.objects.exists()


def test_a_window_that_did_not_see_the_newer_mark_is_told(scored: House) -> None:
    """The same scorer in two windows: the later one is told what stands, and rows it did not touch stay."""
    give(scored, "office", "张三", "7")
    assert give(scored, "office", "张三", "8", seen="7000 有实绩") == 1
    with pytest.raises(Refusal) as refused:
        give(scored, "office", "张三", "9", seen="7000 有实绩")
    assert refused.value.sentence == ("张三的分在别处改过了，刚才填的没有保存。现在是：8分，有实绩。请核对后再保存。")
    assert give(scored, "office", "张三", "7", seen="7000 有实绩") == 0  # an old page's untouched row
    assert Event.objects.get(kind="成效评议").points_milli == 8000


def test_a_self_score_is_not_written_over_by_an_old_page(scored: House) -> None:
    def write(points: str, seen: str) -> int:
        given = {scored.people["张三"].pk: Given(points, "", seen)}
        return score_self(act_as(scored, "member"), SCORED_CODE, "E1", None, given, at=AT)

    assert (write("9", ""), write("8", "9000 ")) == (1, 1)
    with pytest.raises(Refusal, match="张三的分在别处改过了，刚才填的没有保存。现在是：8分。请核对后再保存。"):
        write("7", "9000 ")
    assert SelfScore.objects.get().points_milli == 8000


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        ("leader", "张三已由{first}评分，不能改别人评的分。"),
        ("office", "张三的分在别处改过了，刚才填的没有保存。现在是：{points}分，有实绩。请核对后再保存。"),
    ],
)
def test_two_windows_at_the_same_moment(house: House, second: str, sentence: str) -> None:
    """Two scorers, or one in two windows: one mark stands, the other is told; never two, never half of a page."""
    make_scored_run(house)
    actors = {"7": act_as(house, "office"), "8": act_as(house, second)}
    barrier, said = Barrier(2), []

    def run(points: str) -> None:
        others = {house.people[name].pk: Given(points, "有实绩") for name in ("张三", "李四")}
        try:
            barrier.wait(timeout=20)
            give_marks(actors[points], SCORED_CODE, "E1", None, others, at=AT)
        except Refusal as refusal:
            said.append(refusal.sentence)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(points,)) for points in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    marks = Event.objects.filter(kind="成效评议").values_list("person__name", "points_milli", "by")
    points, by = {(points // 1000, by) for _name, points, by in marks}.pop()
    assert sorted(marks) == sorted([("张三", points * 1000, by), ("李四", points * 1000, by)])
    assert said == [sentence.format(first=by, points=points)]


def test_the_page_of_the_office(scored: House, visit: Visit) -> None:
    client, address = visit("office"), reverse("assessment:scorers", args=[SCORED_CODE, "E1"])
    unit, leader = scored.units["第一支部"].pk, scored.users["leader"].pk
    assert "没有指定：" in client.get(address).content.decode()
    sent = {f"scorer-{unit}": str(leader), f"seen-{unit}": ""}
    assert "已改 1 个单位的评分人。" in client.post(address, sent, follow=True).content.decode()
    late = client.post(address, {f"scorer-{unit}": str(scored.users["office"].pk), f"seen-{unit}": ""})
    assert (late.status_code, "第一支部在别处改由leader评了" in late.content.decode()) == (400, True)
    assert "2 / 2 没有评" in client.get(reverse("assessment:scores")).content.decode()
    scored.people["赵六"].account = scored.users["leader"]
    scored.people["赵六"].save()
    (held,) = [one for one in export_person(scored.people["赵六"]) if one.title == "评分分工"]
    assert [row[:3] for row in held.rows] == [(SCORED_CODE, "E1", "第一支部")]


def test_the_office_page_asks_as_much_for_two_units_as_for_one(scored: House, visit: Visit) -> None:
    def measure() -> int:
        with CaptureQueriesContext(connection) as caught:
            visit("office").get(reverse("assessment:scorers", args=[SCORED_CODE, "E1"]))
        return len(caught)

    share(scored, "第一支部", "leader")
    one = measure()
    share(scored, "第二支部", "leader")
    assert measure() == one
