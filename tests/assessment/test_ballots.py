"""民主评议党员 (rules 2.6, K33, K34, offices §5.18): who writes, who votes, what is refused, what is counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanxue.activities.models import Attendance, Session
from shanxue.assessment.actions import ballots as actions
from shanxue.assessment.actions.opinions import Opinion, count_paper, count_urn, give_opinions
from shanxue.assessment.ballot_due import list_for_person, list_for_unit
from shanxue.assessment.ballot_volumes import list_pieces, list_tables
from shanxue.assessment.models import BallotCode, Evaluation, EvaluationMember, EvaluationReading, Event, Urn
from shanxue.assessment.queries import ballots as queries
from shanxue.assessment.rules.ballots import Means
from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.intake.actions import commit_plan, undo_batch
from shanxue.intake.checking import plan_import
from shanxue.intake.reading import read_workbook
from shanxue.orgs.models import Exemption
from shanxue.orgs.queries import Actor, find_actor
from shanxue.orgs.rules import PartyStatus
from tests.house import AT, House, add_person, add_user
from tests.intake.office import write

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]
FULL = ("张三", "李四", "孙七", "周八", "吴九", "郑十")  # 正式党员 of 第一支部 here
DAY = date(2026, 1, 12)


def act_as(house: House, key: str) -> Actor:
    return find_actor(house.users[key], AT.date())


@pytest.fixture
def branch(house: House) -> House:
    """第一支部 with six 正式党员 and 钱一, a 预备党员; 李四 is its secretary."""
    for name in FULL[2:]:
        add_person(house, name, "第一支部")
    add_person(house, "钱一", "第一支部")
    house.people["钱一"].party_status = PartyStatus.PROBATIONARY
    house.people["钱一"].save()
    return house


def open_one(house: House, delegates: str = "") -> Evaluation:
    return actions.open_evaluation(
        act_as(house, "secretary"), house.units["第一支部"], year=2025, written_until_on=DAY, meets_on=DAY,
        delegates=delegates, at=AT,
    )  # fmt: skip


def pick(house: House, *names: str) -> list[int]:
    return [house.people[name].pk for name in names]


def start(house: House, means: Means = Means.PHONE, *names: str) -> tuple[Evaluation, list[str]]:
    evaluation = open_one(house)
    takers = pick(house, *(names or (*FULL, "钱一")))
    sheets = actions.hand_out(act_as(house, "secretary"), evaluation.pk, takers, means, at=AT)
    evaluation.refresh_from_db()
    return evaluation, [code for sheet in sheets for code in sheet.codes]


def vote(house: House, code: str, grade: str, **others: str) -> None:
    actions.cast_ballot(code, {house.people[name].pk: others.get(name, grade) for name in FULL})


def count(house: House, evaluation: Evaluation) -> Evaluation:
    return count_urn(act_as(house, "secretary"), evaluation.pk, tellers="孙七、周八", at=AT)


def test_only_full_members_are_rated_and_probationary_ones_vote(branch: House) -> None:
    """Rules 2.6: 预备党员 take part and vote; on the ballot they are 不定等次."""
    evaluation = open_one(branch)
    rows = {row.person.name: (row.rated, row.status) for row in queries.list_members(evaluation)}
    assert rows["钱一"] == (False, "预备党员")
    assert [name for name, (rated, _status) in rows.items() if rated] == list(FULL)
    add_user(branch, "new", "member", "第一支部", "钱一")
    with pytest.raises(Refusal, match="预备党员参加评议和投票，不定等次，不用写自评。"):
        actions.write_self(act_as(branch, "new"), evaluation.pk, "自评", at=AT)


def test_one_evaluation_per_branch_and_year(branch: House) -> None:
    open_one(branch)
    with pytest.raises(Refusal, match="第一支部2025年的民主评议已经开始，不用再开。"):
        open_one(branch)


def test_days_delegates_and_an_empty_branch_are_refused_in_words(house: House) -> None:
    with pytest.raises(Refusal, match="名册里没有工号 9999。请核对群众代表的工号。"):
        open_one(house, "1003 9999")
    with pytest.raises(Refusal, match="自评和互评应当在评议会以前写完。"):
        actions.open_evaluation(
            act_as(house, "secretary"), house.units["第一支部"], year=2025, written_until_on=date(2026, 1, 13),
            meets_on=DAY, at=AT,
        )  # fmt: skip
    for name in ("张三", "李四"):
        house.people[name].party_status = PartyStatus.MASSES
        house.people[name].save()
    with pytest.raises(Refusal, match="第一支部现在没有正式党员，不能开展民主评议。"):
        open_one(house)


def test_self_and_mutual_words_stand_by_name_until_ballots_are_out(branch: House) -> None:
    evaluation, member = open_one(branch), act_as(branch, "member")
    actions.write_self(member, evaluation.pk, " 学得不够系统。 ", at=AT)
    assert actions.write_remarks(member, evaluation.pk, {branch.people["李四"].pk: "要多走动。"}, at=AT) == 1
    (remark,) = queries.list_remarks_about(evaluation, pick(branch, "李四"))
    assert (remark.author.name, remark.text) == ("张三", "要多走动。")
    assert actions.write_remarks(member, evaluation.pk, {branch.people["李四"].pk: ""}, at=AT) == 0
    with pytest.raises(Refusal, match="对自己的意见写在自评里。"):
        actions.write_remarks(member, evaluation.pk, {branch.people["张三"].pk: "好"}, at=AT)
    with pytest.raises(Refusal, match="请写自评"):
        actions.write_self(member, evaluation.pk, " ", at=AT)
    actions.hand_out(act_as(branch, "secretary"), evaluation.pk, pick(branch, *FULL), Means.PAPER, at=AT)
    with pytest.raises(Refusal, match="投票已经开始，自评不能再改。"):
        actions.write_self(member, evaluation.pk, "改", at=AT)
    with pytest.raises(Refusal, match="投票已经开始，互评不能再改。"):
        actions.write_remarks(member, evaluation.pk, {}, at=AT)


def test_a_ballot_before_quorum_is_refused(branch: House) -> None:
    """K04: three of six with a vote are not more than half; 预备党员 do not make a quorum."""
    evaluation = open_one(branch)
    takers = pick(branch, "张三", "李四", "孙七", "钱一")
    with pytest.raises(Refusal, match="有表决权的党员应到 6 人，领票 3 人，没有超过半数，不能开始投票"):
        actions.hand_out(act_as(branch, "secretary"), evaluation.pk, takers, Means.PAPER, at=AT)
    assert not EvaluationMember.objects.filter(has_ballot=True).exists()


def test_who_is_exempt_is_not_in_the_denominator(branch: House) -> None:
    """条例 23: 吴九 and 郑十 are exempt and stay away; three of the other four are a quorum."""
    for name in ("吴九", "郑十"):
        Exemption.objects.create(person=branch.people[name], category="年老体弱", from_on=date(2025, 1, 1))
    evaluation = open_one(branch)
    actions.hand_out(
        act_as(branch, "secretary"), evaluation.pk, pick(branch, "张三", "李四", "孙七"), Means.PAPER, at=AT
    )  # fmt: skip
    evaluation.refresh_from_db()
    assert evaluation.stage == "投票中"


def test_a_group_under_three_gets_no_electronic_ballot(house: House) -> None:
    """A result of two would show who voted how: 第一支部 of the house has two members."""
    evaluation = open_one(house)
    with pytest.raises(Refusal, match="“党员”只有 2 人领票，计出来就等于公开。少于 3 人的，请用纸质票"):
        actions.hand_out(
            act_as(house, "secretary"), evaluation.pk, pick(house, "张三", "李四"), Means.PHONE, at=AT
        )  # fmt: skip
    assert not BallotCode.objects.exists()


def test_a_code_votes_once(branch: House) -> None:
    """Voting twice, a token used twice: the same refusal, and the urn holds one ballot."""
    evaluation, codes = start(branch)
    vote(branch, codes[0], "合格")
    with pytest.raises(Refusal, match="这张票已经投过。一张票只能投一次。"):
        vote(branch, codes[0], "优秀")
    assert len(Urn.objects.get(evaluation=evaluation).slips) == 6
    assert queries.count_turnout(evaluation) == queries.Turnout(due=7, given=7, cast=1)


def test_taking_two_ballots_is_not_possible(branch: House) -> None:
    """Who took a ballot is one row per person: ticking again adds nobody."""
    evaluation, _codes = start(branch, Means.PHONE, *FULL[:4])
    assert actions.add_takers(act_as(branch, "secretary"), evaluation.pk, pick(branch, "张三", "吴九"), at=AT) == 1
    assert queries.count_turnout(evaluation).given == 5


def test_no_more_ballots_than_were_taken(branch: House) -> None:
    """Whoever holds the pile cannot vote with what is left of it."""
    evaluation, codes = start(branch, Means.PHONE, *FULL[:4])
    assert len(codes) == 7
    for code in codes[:4]:
        vote(branch, code, "合格")
    with pytest.raises(Refusal, match="投进的票已经和登记领票的人数一样多。"):
        vote(branch, codes[4], "优秀")
    actions.add_takers(act_as(branch, "secretary"), evaluation.pk, pick(branch, "吴九"), at=AT)
    vote(branch, codes[4], "优秀")


def test_bad_ballots_are_refused_in_words(branch: House) -> None:
    _evaluation, codes = start(branch)
    with pytest.raises(Refusal, match="没有这个票码，或者这次投票已经结束。"):
        vote(branch, "AAAAA-AAAAA", "合格")
    with pytest.raises(Refusal, match="票上有不参加评定等次的人。"):
        actions.cast_ballot(codes[0], {branch.people["钱一"].pk: "合格"})
    with pytest.raises(Refusal, match="票上有不参加评定等次的人。"):
        actions.cast_ballot(codes[0], {branch.people["王五"].pk: "合格"})
    with pytest.raises(Refusal, match="等次只有优秀、合格、基本合格和不合格。"):
        actions.cast_ballot(codes[0], {branch.people["张三"].pk: "良好"})
    with pytest.raises(Refusal, match="这张票一个人也没有评。"):
        actions.cast_ballot(codes[0], {})
    assert not BallotCode.objects.filter(used=True).exists()


def test_nobody_sees_a_number_before_the_count(branch: House, visit: Visit) -> None:
    evaluation, codes = start(branch)
    for code in codes:
        vote(branch, code, "合格")
    answer = visit("secretary").get(reverse("assessment:evaluation_votes", args=[evaluation.pk]))
    assert answer.status_code == 409
    assert "投票还没有结束，票数在计票以后才能看。" in answer.content.decode()
    assert not Event.objects.filter(kind="民主测评票").exists()


def test_fewer_than_three_cast_are_not_counted(branch: House) -> None:
    evaluation, codes = start(branch)
    with pytest.raises(Refusal, match="还没有收回一张票，不能计票。"):
        count(branch, evaluation)
    for code in codes[:2]:
        vote(branch, code, "合格")
    with pytest.raises(Refusal, match="“党员”只收回 2 张票，计出来就等于公开。"):
        count(branch, evaluation)


def test_a_voided_ballot_leaves_nothing_and_begins_anew(branch: House) -> None:
    evaluation, codes = start(branch)
    vote(branch, codes[0], "合格")
    with pytest.raises(Refusal, match="请写作废重投的原因。"):
        actions.restart_ballot(act_as(branch, "secretary"), evaluation.pk, reason=" ", at=AT)
    actions.restart_ballot(act_as(branch, "secretary"), evaluation.pk, reason="票码打印不全", at=AT)
    assert (Urn.objects.count(), BallotCode.objects.count()) == (0, 0)
    assert not EvaluationMember.objects.filter(has_ballot=True).exists()
    with pytest.raises(Refusal, match="没有这个票码"):
        vote(branch, codes[1], "合格")


def test_the_count_becomes_what_schemes_read(branch: House) -> None:
    """K33: entered once. The urn's count stands as events per grade, which the votes of a scheme count."""
    evaluation, codes = start(branch)
    for number, code in enumerate(codes):
        vote(branch, code, "合格", 张三="优秀" if number < 5 else "基本合格")
    count(branch, evaluation)
    rows = Event.objects.filter(person=branch.people["张三"], kind="民主测评票").order_by("pk")
    assert [(row.mark, row.quantity_milli, row.level, row.on) for row in rows] == [
        ("优秀", 5000, "党员", DAY), ("合格", 0, "党员", DAY),
        ("基本合格", 2000, "党员", DAY), ("不合格", 0, "党员", DAY),
    ]  # fmt: skip
    evaluation.refresh_from_db()
    assert (evaluation.due_count, evaluation.given_count, evaluation.returned_count, evaluation.valid_count) == (
        7, 7, 7, 7,
    )  # fmt: skip
    with pytest.raises(Refusal, match="这次投票已经计过票，结果不能再改。"):
        count(branch, evaluation)


def test_rater_groups_are_kept_apart(branch: House) -> None:
    """K34: delegates vote with slips of their own group, and their votes bear its name."""
    for name in ("甲", "乙", "丙"):
        add_person(branch, name, "第二支部")
    numbers = " ".join(branch.people[name].staff_no for name in ("甲", "乙", "丙"))
    evaluation = open_one(branch, numbers)
    sheets = actions.hand_out(
        act_as(branch, "secretary"), evaluation.pk, pick(branch, *FULL, "甲", "乙", "丙"), Means.PHONE, at=AT
    )  # fmt: skip
    assert {sheet.level: len(sheet.codes) for sheet in sheets} == {"群众代表": 3, "党员": 7}
    for sheet in sheets:
        for code in sheet.codes[:6]:
            vote(branch, code, "优秀" if sheet.level == "群众代表" else "合格")
    count(branch, evaluation)
    tally = queries.read_tally(Evaluation.objects.get(pk=evaluation.pk))
    person = branch.people["张三"].pk
    assert (+tally["党员", person], +tally["群众代表", person]) == (Counter(合格=6), Counter(优秀=3))


def test_no_ballot_bears_who_printed_it_or_when(branch: House, visit: Visit) -> None:
    """A secret ballot has no mark of its own: paper ballots and slips go without the head that other prints bear."""
    evaluation, client = open_one(branch), visit("secretary")
    paper = client.get(reverse("assessment:evaluation_paper", args=[evaluation.pk])).content.decode()
    values = {"person": pick(branch, *FULL), "means": Means.PHONE}
    slips = client.post(reverse("assessment:evaluation_hand_out", args=[evaluation.pk]), values).content.decode()
    assert slips.count('class="slip-code"') == 7
    assert [page.count("打印人") + page.count('class="print-head"') for page in (paper, slips)] == [0, 0]
    assert "打印人" in client.get(reverse("assessment:evaluation", args=[evaluation.pk])).content.decode()


def test_paper_needs_no_phone(branch: House) -> None:
    """Offices §5.18: anonymous counts with 应发/实发/收回/有效; 应发 and 实发 are known already."""
    evaluation, codes = start(branch, Means.PAPER, *FULL)
    assert codes == []
    votes = {("党员", person): {"优秀": 2, "合格": 3} for person in pick(branch, *FULL)}
    count_paper(act_as(branch, "secretary"), evaluation.pk, returned=6, valid=5, votes=votes, tellers="孙七", at=AT)
    evaluation.refresh_from_db()
    assert (evaluation.due_count, evaluation.given_count, evaluation.valid_count) == (7, 6, 5)
    assert queries.recount(evaluation) is None


def test_paper_counts_that_cannot_be_are_refused(branch: House) -> None:
    evaluation, _codes = start(branch, Means.PAPER, *FULL)
    secretary, person = act_as(branch, "secretary"), branch.people["张三"].pk

    def enter(returned: int, valid: int, votes: dict[str, int], who: int = person, tellers: str = "孙七") -> None:
        counts = {("党员", who): votes}
        count_paper(secretary, evaluation.pk, returned=returned, valid=valid, votes=counts, tellers=tellers, at=AT)

    with pytest.raises(Refusal, match="应发 7、实发 6、收回 7、有效 5，前后对不上"):
        enter(7, 5, {})
    with pytest.raises(Refusal, match="张三的票数合计 6，多于有效票 5 张。"):
        enter(6, 5, {"优秀": 4, "合格": 2})
    with pytest.raises(Refusal, match="票数里有不参加评定等次的人。"):
        enter(6, 5, {"优秀": 1}, branch.people["钱一"].pk)
    with pytest.raises(Refusal, match="请写监票人和计票人的姓名。"):
        enter(6, 5, {"优秀": 1}, tellers=" ")
    assert not Event.objects.filter(kind="民主测评票").exists()


def test_votes_from_a_spreadsheet_are_taken_over_not_doubled(branch: House) -> None:
    """Entered once: the same numbers become the evaluation's; different ones must be checked first."""
    evaluation, _codes = start(branch, Means.PAPER, *FULL)
    secretary, person = act_as(branch, "secretary"), branch.people["张三"]
    for mark, votes in (("优秀", 2000), ("合格", 3000), ("基本合格", 0), ("不合格", 0)):
        Event.objects.create(
            bureau=branch.bureau, person=person, kind="民主评议票", level="党员", mark=mark, on=date(2025, 12, 10),
            quantity_milli=votes,
        )  # fmt: skip
    wrong = {("党员", person.pk): {"优秀": 3, "合格": 3}}
    with pytest.raises(Refusal, match="张三的测评票已从表格导入，优秀 2 票，与这里的 3 票不同。"):
        count_paper(secretary, evaluation.pk, returned=6, valid=6, votes=wrong, tellers="孙七", at=AT)
    right = {("党员", person.pk): {"优秀": 2, "合格": 3}}
    count_paper(secretary, evaluation.pk, returned=6, valid=6, votes=right, tellers="孙七", at=AT)
    assert Event.objects.filter(person=person, mark="优秀").values_list("kind", "quantity_milli").get() == (
        "民主评议票", 2000,
    )  # fmt: skip
    evaluation.refresh_from_db()
    assert +queries.read_tally(evaluation)["党员", person.pk] == Counter(优秀=2, 合格=3)


def test_votes_that_a_ballot_took_over_do_not_go_back_with_their_file(branch: House, tmp_path: Path) -> None:
    """Nothing half-done: a file whose votes were counted is not taken back, and the refusal names the ballot."""
    evaluation, _codes = start(branch, Means.PAPER, *FULL)
    person = branch.people["孙七"]
    header = ["工号", "姓名", "日期", "评议主体", "优秀", "合格", "基本合格", "不合格"]
    row: list[object] = [person.staff_no, "孙七", date(2025, 12, 10), "党员", 2, 3, 0, 0]
    path = write(tmp_path / "v.xlsx", [["2025年民主评议党员测评票统计"], header, row])
    plan = plan_import(branch.bureau.code, [read_workbook(path)], {}, date(2025, 12, 20))
    (batch,) = commit_plan(plan, actor="office", at=AT)
    votes = {("党员", person.pk): {"优秀": 2, "合格": 3}}
    secretary = act_as(branch, "secretary")
    count_paper(secretary, evaluation.pk, returned=6, valid=6, votes=votes, tellers="孙七", at=AT)
    kept = list(Event.objects.order_by("pk").values())
    with pytest.raises(Refusal) as refused:
        undo_batch(batch, actor="office", at=AT)
    assert (refused.value.code, refused.value.sentence) == (
        "batch_counted",
        f"批次 {batch.pk} 的测评票已由第一支部2025年民主评议计票采用，不能撤销。票数有误的，请按会议决定在考核里更正。",
    )
    batch.refresh_from_db()
    assert (batch.undone_at, list(Event.objects.order_by("pk").values())) == (None, kept)


def count_all(house: House) -> Evaluation:
    """A counted evaluation in which everybody's votes are for 合格, 张三's for 优秀."""
    evaluation, codes = start(house)
    for code in codes:
        vote(house, code, "合格", 张三="优秀")
    return count(house, evaluation)


def judge(house: House, evaluation: Evaluation, key: str, **opinions: Opinion) -> Evaluation:
    return give_opinions(
        act_as(house, key), evaluation.pk, {house.people[name].pk: one for name, one in opinions.items()}, at=AT
    )  # fmt: skip


def test_no_more_than_a_third_may_be_best(branch: House) -> None:
    """Rules 2.6, K45: a third of six 正式党员 is two; 预备党员 are not in the denominator."""
    evaluation = count_all(branch)
    best = Opinion("优秀", "表现好", "会议讨论")
    with pytest.raises(Refusal, match="评为优秀的 3 人，超过名额：正式党员 6 人，三分之一取整是 2 人"):
        judge(branch, evaluation, "secretary", 张三=best, 孙七=best, 周八=best)
    judge(branch, evaluation, "secretary", 张三=best, 孙七=best)
    with pytest.raises(Refusal, match="评为优秀的 3 人，超过名额"):
        judge(branch, evaluation, "secretary", 周八=best)


def test_an_opinion_rests_on_conduct_and_says_why_it_departs(branch: House) -> None:
    evaluation = count_all(branch)
    with pytest.raises(Refusal, match="请写孙七的日常表现"):
        judge(branch, evaluation, "secretary", 孙七=Opinion("合格", " "))
    with pytest.raises(Refusal, match="孙七的测评票过半数在“合格”，评定为“优秀”要写明理由。"):
        judge(branch, evaluation, "secretary", 孙七=Opinion("优秀", "带头学"))
    with pytest.raises(Refusal, match="请给孙七选一个等次"):
        judge(branch, evaluation, "secretary", 孙七=Opinion("良好", "带头学"))
    judge(branch, evaluation, "secretary", 孙七=Opinion("优秀", "带头学", "支委会讨论，承担急难任务"))
    with pytest.raises(Refusal, match="孙七的评定意见已经登记，不能再改。"):
        judge(branch, evaluation, "secretary", 孙七=Opinion("合格", "带头学"))


def test_nobody_judges_themselves(branch: House) -> None:
    """The secretary's own opinion is written by the office."""
    evaluation = count_all(branch)
    with pytest.raises(Refusal, match="不能评定本人。本人的评定意见请由学习办公室登记。"):
        judge(branch, evaluation, "secretary", 李四=Opinion("合格", "表现好"))
    judge(branch, evaluation, "office", 李四=Opinion("合格", "表现好"))


def test_the_last_opinion_settles_and_everybody_reads_their_own(branch: House, visit: Visit) -> None:
    """Rules 2.6: feedback to the person; schemes count 评定意见 as events."""
    evaluation = count_all(branch)
    good = Opinion("合格", "按时参加学习")
    judge(branch, evaluation, "secretary", **dict.fromkeys(("孙七", "周八", "吴九", "郑十"), good))
    judge(branch, evaluation, "secretary", 张三=Opinion("优秀", "带头学"))
    assert judge(branch, evaluation, "office", 李四=good).stage == "已评定"
    assert Event.objects.filter(kind="评定意见", mark="优秀").count() == 1
    client, address = visit("member"), reverse("assessment:evaluation", args=[evaluation.pk])
    page = client.get(address).content.decode()
    assert "评定意见：优秀。" in page
    assert "吴九" not in page
    (row,) = list_for_person(branch.people["张三"], AT)
    assert (row.title, row.state) == ("2025年民主评议的评定意见", "评定意见已出，请看一看")
    client.post(reverse("assessment:evaluation_seen", args=[evaluation.pk]))
    assert list_for_person(branch.people["张三"], AT) == []
    with pytest.raises(Refusal, match="评定意见已经定下来，不能再改。"):
        judge(branch, evaluation, "office", 李四=good)


def test_what_is_due_follows_the_stage(branch: House) -> None:
    evaluation, member, unit = open_one(branch), branch.people["张三"], branch.units["第一支部"]
    assert [row.title for row in list_for_person(member, AT)] == ["写个人自评"]
    assert [row.title for row in list_for_person(branch.people["钱一"], AT)] == []
    assert [row.title for row in list_for_unit(unit, AT)] == ["2025年民主评议：登记领票，开始投票"]
    actions.write_self(act_as(branch, "member"), evaluation.pk, "自评", at=AT)
    assert list_for_person(member, AT) == []
    actions.hand_out(act_as(branch, "secretary"), evaluation.pk, pick(branch, *FULL), Means.PHONE, at=AT)
    assert [row.state for row in list_for_person(member, AT)] == ["领票已登记，计票以前都可以投"]
    assert [row.state for row in list_for_person(branch.people["钱一"], AT)] == ["请向书记领票"]
    assert [row.title for row in list_for_unit(unit, AT)] == ["2025年民主评议：结束投票，计票"]


def test_presence_is_not_ticked_twice(branch: House, visit: Visit) -> None:
    """Entered once: the roll of that day's meeting fills the list of who takes a ballot."""
    evaluation = open_one(branch)
    session = Session.objects.create(
        bureau=branch.bureau,
        unit=branch.units["第一支部"],
        kind="民主评议党员",
        tier="支部集体学",
        topic="评议会",
        on=DAY,
    )
    Attendance.objects.create(
        session=session, person=branch.people["孙七"], mark="到", how="点名", recorded_at=AT, recorded_by="李四"
    )
    page = visit("secretary").get(reverse("assessment:evaluation_hand_out", args=[evaluation.pk])).content.decode()
    ticked = re.findall(r'value="(\d+)" checked', page)
    assert ticked == [str(branch.people["孙七"].pk)]


def test_readers_from_outside_are_shown_to_the_members(branch: House, visit: Visit) -> None:
    evaluation = count_all(branch)
    for _ in range(2):
        visit("leader").get(reverse("assessment:evaluation_votes", args=[evaluation.pk]))
    assert EvaluationReading.objects.count() == 1
    page = visit("member").get(reverse("assessment:evaluation", args=[evaluation.pk])).content.decode()
    assert "支部以外看过这次评议的：" in page
    visit("secretary").get(reverse("assessment:evaluation_votes", args=[evaluation.pk]))
    assert EvaluationReading.objects.count() == 1


def test_the_secretary_works_through_the_pages(branch: House, visit: Visit) -> None:
    """Paper from the first page to the last, without JavaScript."""
    client = visit("secretary")
    fields = {"unit": branch.units["第一支部"].pk, "written_until_on": "2026-01-10", "meets_on": "2026-01-12"}
    client.post(reverse("assessment:evaluation_open"), fields)
    evaluation = Evaluation.objects.get()
    hand = reverse("assessment:evaluation_hand_out", args=[evaluation.pk])
    assert client.post(hand, {"person": pick(branch, "张三"), "means": "纸质票"}).status_code == 400
    assert client.post(hand, {"person": pick(branch, *FULL), "means": "纸质票"}).status_code == 302
    entry = reverse("assessment:evaluation_count", args=[evaluation.pk])
    votes = {f"votes-0-{person}-1": "6" for person in pick(branch, *FULL)}
    sheet = {"tellers": "孙七", "returned": "6", "valid": "6"}
    bad = client.post(entry, {**votes, **sheet, f"votes-0-{branch.people['张三'].pk}-0": "六"})
    assert "票数请填数字，没有的不用填。" in bad.content.decode()
    answer = client.post(entry, {**votes, **sheet}, follow=True).content.decode()
    assert "应发 7，实发 6，收回 6，有效 6。" in answer
    opinions, person = reverse("assessment:evaluation_opinions", args=[evaluation.pk]), branch.people["孙七"].pk
    assert "还没有给任何人选等次。" in client.post(opinions, {"act": "check"}).content.decode()
    fields = {f"grade-{person}": "合格", f"conduct-{person}": "按时学习"}
    check = client.post(opinions, {**fields, "act": "check"}).content.decode()
    assert "优秀 0 人，名额 2 人（正式党员 6 人）。" in check
    client.post(opinions, {**fields, "act": "settle"})
    assert EvaluationMember.objects.get(person=person).grade == "合格"


def test_the_hub_asks_as_much_of_the_database_for_seven_as_for_two(house: House, visit: Visit) -> None:
    def measure() -> int:
        evaluation = open_one(house)
        address, client = reverse("assessment:evaluation", args=[evaluation.pk]), visit("secretary")
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            client.get(address)
        evaluation.delete()
        return len(caught)

    two = measure()
    for name in FULL[2:]:
        add_person(house, name, "第一支部")
    assert measure() == two


def test_the_archive_gets_counts_and_opinions_and_misses_what_is_not_settled(branch: House) -> None:
    """D10: one 件 per branch, complete once the opinions are; its tables hold numbers of votes, never ballots."""
    year = Period(date(2025, 1, 1), date(2026, 1, 1))
    evaluation = count_all(branch)
    (piece,) = list_pieces(branch.bureau, year)
    assert piece.missing == "第一支部2025年民主评议党员情况到“已计票”，评定意见定下来才能封卷。"
    good = Opinion("合格", "按时参加学习", "名额所限")
    judge(branch, evaluation, "secretary", **dict.fromkeys(("张三", "孙七", "周八", "吴九", "郑十"), good))
    judge(branch, evaluation, "office", 李四=good)
    (piece,) = list_pieces(branch.bureau, year)
    assert (piece.missing, [one.name for one in piece.documents]) == ("", ["第一支部2025年民主评议党员情况.docx"])
    assert piece.documents[0].write().startswith(b"PK")
    opinions, votes, _notices = list_tables(branch.bureau, year)
    assert len(list(opinions.rows)) == 7
    assert list(votes.rows)[:2] == [
        (evaluation.pk, "1001", "张三", "党员", "优秀", 7), (evaluation.pk, "1001", "张三", "党员", "合格", 0),
    ]  # fmt: skip


def bring(house: House, mark: str, votes: int, **told: object) -> Event:
    values = {"kind": "民主评议票", "level": "党员", "on": date(2025, 12, 10), **told}
    return Event.objects.create(
        bureau=house.bureau, person=house.people["孙七"], mark=mark, quantity_milli=votes * 1000, **values
    )


def enter_paper(house: House, evaluation: Evaluation, level: str = "党员") -> None:
    votes = {(level, house.people["孙七"].pk): {"优秀": 2, "合格": 3}}
    secretary = act_as(house, "secretary")
    count_paper(secretary, evaluation.pk, returned=6, valid=6, votes=votes, tellers="孙七", at=AT)


def list_votes(house: House) -> list[tuple[object, ...]]:
    rows = Event.objects.filter(person=house.people["孙七"], quantity_milli__gt=0).order_by("-mark")
    return sorted(rows.values_list("mark", "quantity_milli", "level", "on"), key=str)


@pytest.mark.parametrize(
    ("level", "on"), [("党员", None), ("", date(2025, 12, 10)), ("", None), ("党员", DAY)],
    ids=["undated", "without group", "neither", "of the meeting's day next year"],
)  # fmt: skip
def test_votes_brought_without_date_or_group_are_not_counted_twice(branch: House, level: str, on: date | None) -> None:
    """Entered once (K33): the file's rows become the ballot's, on its day and of its only rater group."""
    evaluation, _codes = start(branch, Means.PAPER, *FULL)
    for mark, votes in (("优秀", 2), ("合格", 3)):
        bring(branch, mark, votes, level=level, on=on)
    enter_paper(branch, evaluation)
    day = on or DAY
    assert list_votes(branch) == [("优秀", 2000, "党员", day), ("合格", 3000, "党员", day)]
    assert not Event.objects.filter(source="").exists()


def test_undated_votes_that_differ_stop_the_count(branch: House) -> None:
    evaluation, _codes = start(branch, Means.PAPER, *FULL)
    bring(branch, "优秀", 4, level="", on=None)
    with pytest.raises(Refusal, match="孙七的测评票已从表格导入，优秀 4 票，与这里的 2 票不同。"):
        enter_paper(branch, evaluation)
    assert list_votes(branch) == [("优秀", 4000, "", None)]


def test_votes_that_cannot_be_compared_stop_the_count(branch: House) -> None:
    """Brought twice, or without a rater group where several vote: the count says what to do."""
    evaluation, _codes = start(branch, Means.PAPER, *FULL)
    for day in (None, date(2025, 12, 10)):
        bring(branch, "优秀", 2, on=day)
    with pytest.raises(
        Refusal, match=r"孙七的党员测评票从表格导入了不止一次（优秀）。请撤销多余的批次，只留一份，再计票。"
    ):
        enter_paper(branch, evaluation)
    Event.objects.all().delete()
    bring(branch, "优秀", 2, level="")
    evaluation.members.filter(person=branch.people["郑十"]).update(level="群众代表")
    with pytest.raises(Refusal, match="没有写测评主体，分不清是哪一组的票。请撤销那个批次，补上测评主体再导入"):
        enter_paper(branch, evaluation)
    assert list_votes(branch) == [("优秀", 2000, "", date(2025, 12, 10))]


@pytest.mark.parametrize("told", [{}, {"日期": date(2025, 12, 10)}, {"评议主体": "党员"}], ids=["bare", "day", "group"])
def test_a_file_after_the_count_brings_nothing_twice(branch: House, tmp_path: Path, told: dict[str, object]) -> None:
    """Entered once (K33): the same numbers are left out of the import; others stop it at their row."""
    evaluation, _codes = start(branch, Means.PAPER, *FULL)
    enter_paper(branch, evaluation)
    person = branch.people["孙七"]

    def plan(best: int, name: str) -> tuple[list[str], list[str]]:
        header = ["工号", "姓名", *told, "优秀", "合格", "基本合格", "不合格"]
        rows = [["民主评议党员测评票统计"], header, [person.staff_no, "孙七", *told.values(), best, 3, 0, 0]]
        made = plan_import(branch.bureau.code, [read_workbook(write(tmp_path / name, rows))], {}, date(2026, 1, 20))
        found = [one for table in made.tables for one in table.problems]
        if not found:
            commit_plan(made, actor="office", at=AT)
        return [one.code for one in found], [one.message.partition("：")[2] for one in found]

    assert plan(2, "same.xlsx") == ([], [])
    assert list_votes(branch) == [("优秀", 2000, "党员", DAY), ("合格", 3000, "党员", DAY)]
    codes, (said,) = plan(1, "other.xlsx")
    assert codes == ["votes_counted"]
    assert said == (
        "第一支部2025年民主评议已经计票（优秀 2 票、合格 3 票、基本合格 0 票、不合格 0 票），和这一行不同。"
        "请核对；以计票为准的，删去这一行；是另一次测评的，在类别里写明。"
    )
    assert list_votes(branch) == [("优秀", 2000, "党员", DAY), ("合格", 3000, "党员", DAY)]
