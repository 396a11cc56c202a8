"""Inspections and findings with several people pressing at once: one wins, the others are told."""

from __future__ import annotations

from datetime import date

import pytest

from shanxue.supervision.actions.inspecting import close_inspection, draw_sample, plan_inspection
from shanxue.supervision.actions.rectifying import (
    Task,
    close_finding,
    pass_down,
    recheck_action,
    report_action,
    set_action,
    write_finding,
)
from shanxue.supervision.models import Finding, Inspection, Rectification, Sample
from shanxue.supervision.rules.inspecting import Recheck
from tests.crowd import press_at_once
from tests.house import House

from .checks import NOW, add_chief, begin, build_plan, check_all, get_actor, hold_six

pytestmark = pytest.mark.django_db(transaction=True)
TASK = Task("补写落实情况", date(2026, 6, 10))


@pytest.fixture
def inspection(house: House) -> Inspection:
    """Every record of it is looked at."""
    hold_six(house)
    add_chief(house)
    begun = begin(house)
    check_all(house, begun)
    return begun


def find(house: House, inspection: Inspection, unit: str = "第一支部", task: Task | None = TASK) -> Finding:
    inspector = get_actor(house, "inspector")
    return write_finding(inspector, inspection, house.units[unit], "决议没有落实情况", task, at=NOW)


def get_action(finding: Finding) -> Rectification:
    return finding.actions.select_related("finding__inspection__unit", "finding__parent__unit", "unit").latest("pk")


def put_right(house: House, finding: Finding) -> None:
    action = get_action(finding)
    report_action(get_actor(house, "secretary"), action, "已补写", at=NOW)
    recheck_action(get_actor(house, "inspector"), action, Recheck.PASSED, "", number=1, at=NOW)


def test_two_people_closing_one_finding_close_it_once(house: House, inspection: Inspection) -> None:
    finding = find(house, inspection)
    put_right(house, finding)
    actors = [get_actor(house, key) for key in ("inspector", "office")]
    said = press_at_once([lambda actor=actor: close_finding(actor, finding, "", at=NOW) for actor in actors])  # type: ignore[misc]
    finding.refresh_from_db()
    assert said == ["done", f"这个问题已由{finding.closed_by}办理：已销号，不能再改。"]


def test_two_people_closing_one_inspection_close_it_once(house: House, inspection: Inspection) -> None:
    actors = [get_actor(house, key) for key in ("inspector", "office")]
    said = press_at_once([lambda actor=actor: close_inspection(actor, inspection, "", at=NOW) for actor in actors])  # type: ignore[misc]
    assert said == ["done", "这次检查的状态是“已结束”，不能再改。"]


def test_a_finding_is_not_closed_under_an_action_just_added(house: House, inspection: Inspection) -> None:
    """Closing only when every action is closed: either the action came first, or it is refused."""
    finding = find(house, inspection)
    put_right(house, finding)
    inspector, office = get_actor(house, "inspector"), get_actor(house, "office")
    said = press_at_once(
        [
            lambda: close_finding(inspector, finding, "", at=NOW),
            lambda: set_action(office, finding, Task("再补一次", date(2026, 6, 20)), at=NOW),
        ]
    )
    finding.refresh_from_db()
    if finding.state == "已销号":
        assert said == ["done", "这个问题已由inspector办理：已销号，不能再改。"]
        assert list(finding.actions.values_list("state", flat=True)) == ["已完成"]
    else:
        assert said == ["done", "还不能销号：还有 1 项整改措施没有完成复核。"]


def test_the_last_recheck_and_an_action_being_added_leave_it_open(house: House, inspection: Inspection) -> None:
    finding = find(house, inspection)
    action = get_action(finding)
    report_action(get_actor(house, "secretary"), action, "已补写", at=NOW)
    inspector, office = get_actor(house, "inspector"), get_actor(house, "office")
    said = press_at_once(
        [
            lambda: recheck_action(inspector, action, Recheck.PASSED, "", number=1, at=NOW),
            lambda: set_action(office, finding, Task("再补一次", date(2026, 6, 20)), at=NOW),
            lambda: close_finding(inspector, finding, "", at=NOW),
        ]
    )
    finding.refresh_from_db()
    open_ones = finding.actions.exclude(state="已完成").count()
    assert (finding.state, open_ones) in (("整改中", 1), ("已销号", 0))
    assert said.count("done") == 2


def test_two_people_looking_again_at_one_report_give_one_verdict(house: House, inspection: Inspection) -> None:
    finding = find(house, inspection)
    action = get_action(finding)
    report_action(get_actor(house, "secretary"), action, "已补写", at=NOW)
    inspector, office = get_actor(house, "inspector"), get_actor(house, "office")
    said = press_at_once(
        [
            lambda: recheck_action(inspector, action, Recheck.PASSED, "", number=1, at=NOW),
            lambda: recheck_action(office, action, Recheck.RETURNED, "不够", number=1, at=NOW),
        ]
    )
    report = action.reports.get()
    assert said == ["done", f"这项整改已由{report.rechecker}复核：{report.verdict}。"]
    action.refresh_from_db()
    assert (report.verdict, action.state) in (("通过", "已完成"), ("退回重改", "退回重改"))


def test_an_inspection_is_not_closed_over_a_finding_just_written(house: House, inspection: Inspection) -> None:
    inspector, office = get_actor(house, "inspector"), get_actor(house, "office")
    first = house.units["第一支部"]
    said = press_at_once(
        [
            lambda: close_inspection(inspector, inspection, "", at=NOW),
            lambda: write_finding(office, inspection, first, "没有补学", TASK, at=NOW),
        ]
    )
    inspection.refresh_from_db()
    if inspection.state == "已结束":
        assert said == ["done", "这次检查的状态是“已结束”，不能再写问题。"]
        assert not inspection.findings.exists()
    else:
        assert said == ["done", "这次检查还不能结束：还有 1 个问题没有销号。"]


def test_what_is_passed_down_at_once_is_passed_once(house: House, inspection: Inspection) -> None:
    """一级抓一级: a finding is not closed while a part of it goes down, and no branch gets its part twice."""
    whole = find(house, inspection, "机关党委", None)
    chief, office = get_actor(house, "chief"), get_actor(house, "office")
    first = [house.units["第一支部"]]
    said = press_at_once(
        [lambda actor=actor: pass_down(actor, whole, first, "本支部的", TASK, at=NOW) for actor in (chief, office)]  # type: ignore[misc]
    )
    assert said == ["done", "所选的单位都已经转交过，没有重复转交。"]
    assert whole.parts.count() == 1


def test_two_people_drawing_draw_once(house: House) -> None:
    hold_six(house)
    actors = [get_actor(house, key) for key in ("inspector", "office")]
    planned = plan_inspection(actors[0], build_plan(house.units["机关党委"]), at=NOW)
    said = press_at_once(
        [
            lambda seed=seed, actor=actor: draw_sample(actor, planned, seed=seed, at=NOW)
            for seed, actor in enumerate(actors)
        ]  # type: ignore[misc]
    )
    planned.refresh_from_db()
    assert said == ["done", f"{planned.drawn_by}已经抽过（种子 {planned.seed}），按那一次检查。"]
    assert Sample.objects.count() == 3
