"""Findings from their sentence to their end: what is to be done by when, the second look, down the tree and back up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.orgs.rules import UnitKind
from shanxue.supervision import due
from shanxue.supervision.actions.rectifying import (
    Task,
    close_finding,
    pass_down,
    recheck_action,
    report_action,
    set_action,
    withdraw_finding,
    write_finding,
)
from shanxue.supervision.models import Finding, Rectification, RectificationReport
from shanxue.supervision.queries.inspecting import (
    list_findings,
    list_parts,
    list_waiting_reports,
    scope_findings,
)
from shanxue.supervision.rules.inspecting import ActionState, FindingState, Recheck, Standing, list_obstacles
from tests.house import House, add_person, add_unit, add_user

from .checks import NOW, TODAY, add_chief, begin, get_actor, hold_six

pytestmark = pytest.mark.django_db

UNTIL = date(2026, 6, 10)
TASK = Task("补写落实情况", UNTIL)


@pytest.fixture
def found(house: House) -> Finding:
    """第一支部 is to put something right by 10 June."""
    hold_six(house)
    add_chief(house)
    inspection = begin(house)
    sample = inspection.samples.earliest("position")
    return write_finding(
        get_actor(house, "inspector"), inspection, house.units["第一支部"], "决议没有落实情况", TASK, at=NOW,
        sample=sample, line=0,
    )  # fmt: skip


def refuse(act: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.status, refused.value.sentence


def get_action(finding: Finding) -> Rectification:
    return finding.actions.select_related("finding__inspection__unit", "finding__parent__unit", "unit").latest("pk")


def pass_action(house: House, finding: Finding, reporter: str, checker: str) -> None:
    """Report the last action of a finding as one and pass it as another."""
    action = get_action(finding)
    report = report_action(get_actor(house, reporter), action, "已补写", at=NOW)
    recheck_action(get_actor(house, checker), action, Recheck.PASSED, "", number=report.number, at=NOW)


def test_a_finding_goes_from_its_sentence_to_its_end(house: House, found: Finding) -> None:
    """整改 with deadline and re-check: every step is written down, the end only after the last."""
    secretary, inspector = get_actor(house, "secretary"), get_actor(house, "inspector")
    first, action = house.units["第一支部"], get_action(found)
    (row,) = [one for one in due.list_for_unit(first, NOW) if one.kind == "整改"]
    assert (row.key, row.title, row.on, row.light) == (
        f"rectify-{action.pk}", "整改：补写落实情况", UNTIL, Light.FINE,
    )  # fmt: skip
    assert refuse(lambda: close_finding(inspector, found, "", at=NOW)) == (
        400, "还不能销号：还有 1 项整改措施没有完成复核。",
    )  # fmt: skip
    report_action(secretary, action, "5月20日已补写", at=NOW)
    assert [one.kind for one in due.list_for_unit(first, NOW) if one.kind == "整改"] == []
    (waiting,) = due.list_for_checkers(inspector)
    assert (waiting.kind, waiting.title, waiting.state) == (
        "复核", "复核：第一支部，补写落实情况", "李四已报告，等着复核",
    )  # fmt: skip
    recheck_action(inspector, action, Recheck.RETURNED, "还缺4月的", number=1, at=NOW)
    (again,) = [one for one in due.list_for_unit(first, NOW) if one.kind == "整改"]
    assert again.state == "复核退回，请再改"
    pass_action(house, found, "secretary", "inspector")
    close_finding(inspector, found, "查过原件", at=NOW)
    found.refresh_from_db()
    assert (found.state, found.closing, found.closed_by) == ("已销号", "查过原件", "inspector")
    assert [(one.number, one.verdict) for one in RectificationReport.objects.order_by("number")] == [
        (1, "退回重改"), (2, "通过"),
    ]  # fmt: skip
    verbs = Entry.objects.filter(subject=f"finding:{found.pk}").order_by("seq").values_list("verb", flat=True)
    assert [verb.removeprefix("supervision.") for verb in verbs] == [
        "write_finding", "report_action", "recheck_action", "report_action", "recheck_action", "close_finding",
    ]  # fmt: skip


def test_late_rectification_is_late(house: House, found: Finding) -> None:
    later = NOW + timedelta(days=24)  # 13 June
    (row,) = [one for one in due.list_for_unit(found.unit, later) if one.kind == "整改"]
    assert (row.light, row.state) == (Light.LATE, "已逾期 3 天")


def test_nobody_rechecks_their_own_report(house: House, found: Finding) -> None:
    """Bad input: re-check by the one who reported. The office may write for the branch, and then another looks."""
    office, action = get_actor(house, "office"), get_action(found)
    report_action(office, action, "替支部报告", at=NOW)
    assert refuse(lambda: recheck_action(office, action, Recheck.PASSED, "", number=1, at=NOW)) == (
        403, "自己报告的整改，要由另一位同志复核。",
    )  # fmt: skip
    assert list_waiting_reports(office) == []
    assert len(list_waiting_reports(get_actor(house, "inspector"))) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        RectificationReport.objects.update(verdict="通过", rechecked_at=NOW, rechecker=office.user)


def test_a_second_press_is_told_what_the_first_did(house: House, found: Finding) -> None:
    """Two people pressing the same step: reporting, looking again, closing."""
    secretary, inspector, office = (get_actor(house, key) for key in ("secretary", "inspector", "office"))
    action = get_action(found)
    assert refuse(lambda: recheck_action(inspector, action, Recheck.PASSED, "", number=1, at=NOW)) == (
        409, "这项整改还没有报告可以复核。",
    )  # fmt: skip
    report_action(secretary, action, "已补写", at=NOW)
    assert refuse(lambda: report_action(office, action, "已补写", at=NOW)) == (
        409, "这项整改已经报过，现在是“待复核”，不用再报。",
    )  # fmt: skip
    recheck_action(inspector, action, Recheck.PASSED, "", number=1, at=NOW)
    assert refuse(lambda: recheck_action(office, action, Recheck.RETURNED, "不够", number=1, at=NOW)) == (
        409, "这项整改已由inspector复核：通过。",
    )  # fmt: skip
    close_finding(inspector, found, "", at=NOW)
    closed = (409, "这个问题已由inspector办理：已销号，不能再改。")
    assert refuse(lambda: close_finding(office, found, "", at=NOW)) == closed
    assert refuse(lambda: set_action(secretary, found, TASK, at=NOW)) == closed
    assert refuse(lambda: withdraw_finding(office, found, "写错", at=NOW)) == closed


def test_a_committees_finding_goes_down_and_comes_back_up(house: House, found: Finding) -> None:
    """一级抓一级、层层抓落实: each level sees its own part; the upper one closes only after the lower ones."""
    inspector, chief = get_actor(house, "inspector"), get_actor(house, "chief")
    whole = write_finding(inspector, found.inspection, house.units["机关党委"], "补学没有安排", None, at=NOW)
    (unanswered,) = [one for one in due.list_for_unit(house.units["机关党委"], NOW) if one.kind == "整改"]
    assert unanswered.title == "写整改措施：补学没有安排"
    branches = [house.units["第一支部"], house.units["第二支部"]]
    first, second = pass_down(chief, whole, branches, "本支部缺席的没有安排补学", Task("安排补学", UNTIL), at=NOW)
    assert [row.kind for row in due.list_for_unit(house.units["机关党委"], NOW) if row.kind == "整改"] == []
    assert set(scope_findings(get_actor(house, "secretary"))) == {found, first}  # not the whole, not the other branch's
    assert [(one.finding.unit.name, one.done, one.of) for one in list_parts(whole)] == [
        ("第一支部", 0, 1), ("第二支部", 0, 1),
    ]  # fmt: skip
    assert refuse(lambda: close_finding(inspector, whole, "", at=NOW)) == (
        400, "还不能销号：转交下级的还没有销号：第一支部、第二支部。",
    )  # fmt: skip
    report_action(get_actor(house, "secretary"), get_action(first), "已安排", at=NOW)
    (waiting,) = [row for row in due.list_for_unit(house.units["机关党委"], NOW) if row.kind == "复核"]
    assert waiting.title == "复核：第一支部，安排补学"
    recheck_action(chief, get_action(first), Recheck.PASSED, "", number=1, at=NOW)
    close_finding(chief, first, "", at=NOW)
    pass_action(house, second, "office", "chief")
    assert (
        refuse(lambda: close_finding(inspector, whole, "", at=NOW))[1] == "还不能销号：转交下级的还没有销号：第二支部。"
    )
    close_finding(chief, second, "", at=NOW)
    close_finding(inspector, whole, "两个支部都改了", at=NOW)
    assert set(Finding.objects.exclude(pk=found.pk).values_list("state", flat=True)) == {"已销号"}


def test_three_levels_each_see_and_do_their_own_part(
    house: House, found: Finding, visit: Callable[[str | None], Client]
) -> None:
    """一级抓一级、层层抓落实: committee, 党总支, branch; a part closes from below, and nobody sees above their own."""
    committee, first = house.units["机关党委"], house.units["第一支部"]
    general = add_unit(house, "直属党总支", UnitKind.GENERAL_BRANCH, "机关党委")
    first.parent, first.path = general, f"{general.path}{first.pk}/"
    first.save()
    add_person(house, "周八", "直属党总支")
    add_user(house, "general", "secretary", "直属党总支", "周八")
    inspector = get_actor(house, "inspector")
    whole = write_finding(inspector, found.inspection, committee, "补学没有安排", None, at=NOW)
    (part,) = pass_down(get_actor(house, "chief"), whole, [general], "所属支部没有安排补学", TASK, at=NOW)
    (own,) = pass_down(get_actor(house, "general"), part, [first], "本支部没有安排补学", TASK, at=NOW)
    seen = {key: set(scope_findings(get_actor(house, key))) for key in ("chief", "general", "secretary")}
    assert seen == {"chief": {found, whole, part, own}, "general": {found, part, own}, "secretary": {found, own}}
    pages = [reverse("supervision:finding", args=[one.pk]) for one in (whole, part, own)]
    answers = {key: [visit(key).get(page).status_code for page in pages] for key in ("chief", "general", "secretary")}
    assert answers == {"chief": [200, 200, 200], "general": [404, 200, 200], "secretary": [404, 404, 200]}
    asked = {name: [row.title for row in due.list_for_unit(house.units[name], NOW) if row.kind == "整改"]
             for name in ("机关党委", "直属党总支", "第一支部")}  # fmt: skip
    assert asked == {"机关党委": [], "直属党总支": ["整改：补写落实情况"], "第一支部": ["整改：补写落实情况"] * 2}
    pass_action(house, part, "general", "chief")
    assert refuse(lambda: close_finding(get_actor(house, "chief"), part, "", at=NOW)) == (
        400, "还不能销号：转交下级的还没有销号：第一支部。",
    )  # fmt: skip
    report_action(get_actor(house, "secretary"), get_action(own), "已安排", at=NOW)
    (waiting,) = [row for row in due.list_for_unit(general, NOW) if row.kind == "复核"]
    assert waiting.title == "复核：第一支部，补写落实情况"
    recheck_action(get_actor(house, "general"), get_action(own), Recheck.PASSED, "", number=1, at=NOW)
    for key, finding in (("general", own), ("chief", part), ("inspector", whole)):
        close_finding(get_actor(house, key), finding, "", at=NOW)
    assert set(Finding.objects.exclude(pk=found.pk).values_list("state", flat=True)) == {"已销号"}


def test_what_is_passed_down_once_is_not_passed_twice(house: House, found: Finding) -> None:
    chief, inspector = get_actor(house, "chief"), get_actor(house, "inspector")
    whole = write_finding(inspector, found.inspection, house.units["机关党委"], "补学没有安排", None, at=NOW)
    first = [house.units["第一支部"]]
    (part,) = pass_down(chief, whole, first, "本支部的", TASK, at=NOW)
    assert refuse(lambda: pass_down(chief, whole, first, "本支部的", TASK, at=NOW)) == (
        409, "所选的单位都已经转交过，没有重复转交。",
    )  # fmt: skip
    assert refuse(lambda: withdraw_finding(inspector, whole, "写错", at=NOW)) == (
        400, "已经转交下级，先撤回转交的部分。",
    )  # fmt: skip
    withdraw_finding(chief, part, "转错了支部", at=NOW)
    assert [(one.unit.name, one.parent) for one in pass_down(chief, whole, first, "再转", TASK, at=NOW)] == [
        ("第一支部", whole)
    ]


def test_who_may_do_what_to_a_finding(house: House, found: Finding) -> None:
    """Bad input: findings, deadlines and parts outside one's subtree or in the past."""
    secretary, inspector, chief = (get_actor(house, key) for key in ("secretary", "inspector", "chief"))
    inspection, units = found.inspection, house.units
    past = Task("改", date(2026, 5, 19))
    cases = [
        (lambda: write_finding(secretary, inspection, units["第一支部"], "x", None, at=NOW),
         "这次检查不由当前账号开展，只能查看。"),
        (lambda: write_finding(inspector, inspection, units["综合科"], "x", None, at=NOW),
         "“综合科”不在这次检查的范围（机关党委）里。"),
        (lambda: write_finding(inspector, inspection, units["第一支部"], "x", past, at=NOW),
         "整改期限不能早于今天。请填今天或以后的日期。"),
        (lambda: set_action(secretary, found, past, at=NOW), "整改期限不能早于今天。请填今天或以后的日期。"),
        (lambda: set_action(get_actor(house, "leader"), found, TASK, at=NOW), "这个问题不归当前账号办理，只能查看。"),
        (lambda: pass_down(inspector, found, [], "x", TASK, at=NOW), "转交由这个问题的责任单位或者学习办公室办理。"),
        (lambda: pass_down(chief, found, [units["第二支部"]], "x", TASK, at=NOW),
         "只能转交给“第一支部”的下级：第二支部不是。"),
        (lambda: pass_down(chief, found, [], "x", TASK, at=NOW), "还没有选转交给哪些单位。"),
        (lambda: report_action(inspector, get_action(found), "x", at=NOW), "这项整改由“第一支部”办理，不能替它报告。"),
        (lambda: recheck_action(secretary, get_action(found), Recheck.PASSED, "", number=1, at=NOW),
         "这项整改不由当前账号复核，只能查看。"),
        (lambda: recheck_action(inspector, get_action(found), Recheck.RETURNED, " ", number=1, at=NOW),
         "退回重改要写一句话，说明还差什么。"),
        (lambda: close_finding(secretary, found, "", at=NOW), "这个问题不由当前账号销号，只能查看。"),
        (lambda: withdraw_finding(secretary, found, "不认", at=NOW), "撤回由写下这个问题的一方办理。"),
        (lambda: withdraw_finding(inspector, found, " ", at=NOW), "撤回要写明原因。"),
    ]  # fmt: skip
    assert [refuse(act)[1] for act, _sentence in cases] == [sentence for _act, sentence in cases]


@pytest.mark.parametrize(
    ("actions", "parts", "said"),
    [
        ([], [], ["还没有整改措施。先写明由谁、在什么时候前改。"]),
        (["已完成"], [], []),
        ([], [("第一支部", "已销号"), ("第二支部", "撤回")], []),
        (["已完成", "待复核"], [("第一支部", "整改中")],
         ["还有 1 项整改措施没有完成复核。", "转交下级的还没有销号：第一支部。"]),
        (["退回重改", "待整改"], [], ["还有 2 项整改措施没有完成复核。"]),
    ],
)  # fmt: skip
def test_what_keeps_a_finding_open(actions: list[str], parts: list[tuple[str, str]], said: list[str]) -> None:
    """A finding closes only when every action of it is closed, and every part below."""
    assert list_obstacles(Standing(actions, parts)) == said


def test_the_ledger_costs_the_same_for_one_and_for_three(
    house: House, found: Finding, django_assert_num_queries: Callable[[int], object]
) -> None:
    """List pages make the same number of queries at 1 and at 3 rows."""
    inspector = get_actor(house, "inspector")

    def read() -> list[str]:
        rows = list_findings(inspector, state=FindingState.OPEN)
        return [action.text for one in rows for action in one.actions.all()] + [
            part.unit.name for one in rows for part in one.parts.all()
        ]

    with django_assert_num_queries(4):  # type: ignore[attr-defined]
        assert read() == ["补写落实情况"]
    whole = write_finding(inspector, found.inspection, house.units["机关党委"], "补学没有安排", TASK, at=NOW)
    pass_down(get_actor(house, "chief"), whole, [house.units["第二支部"]], "本支部的", TASK, at=NOW)
    with django_assert_num_queries(5):  # type: ignore[attr-defined]
        assert read() == ["补写落实情况"] * 3 + ["第二支部"]


def test_states_of_an_action_are_words() -> None:
    assert [str(one) for one in ActionState] == ["待整改", "待复核", "退回重改", "已完成"]
    assert TODAY < UNTIL
