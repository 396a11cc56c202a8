"""Findings of inspections in a 情况通报: linked back, asked about while it is open, frozen at issue (K1, K4)."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from shanxue.bulletins.actions.drafting import decide_figures
from shanxue.bulletins.actions.signing import return_document, sign_document, submit_document, void_document
from shanxue.bulletins.models import Figure
from shanxue.bulletins.queries.checks import check_document
from shanxue.bulletins.rules import Section
from shanxue.bulletins.views.showing import find_where
from shanxue.supervision.actions.agenda import put_findings_on_agenda, withdraw_point
from shanxue.supervision.actions.rectifying import Task, close_finding, recheck_action, report_action, write_finding
from shanxue.supervision.rules.inspecting import Recheck
from tests.house import House
from tests.supervision.checks import begin, get_actor

from .desk import NOW, TODAY, Desk, issue, open_desk, write_bulletin_of
from .test_flow import read, refuse

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(house: House) -> Desk:
    return open_desk(house)


def test_a_finding_is_carried_by_the_next_bulletin_and_linked_back(desk: Desk) -> None:
    """列入下期通报: the unit is named with the finding behind its name and its numbers, and has its days to answer."""
    house, second = desk.house, desk.house.units["第二支部"]
    inspection = begin(house)
    finding = write_finding(get_actor(house, "inspector"), inspection, second, "王五3次没有补学", None, at=NOW)
    put_findings_on_agenda(desk.be("office"), [finding], at=NOW)
    document = write_bulletin_of(desk, "2026q1")
    said = "第二支部在“二季度督查”中查出的问题：有关同志3次没有补学。截至2026年11月20日，还没有写整改措施。"
    assert f"督查发现的问题\n{said}" in read(document, Section.PROBLEMS)
    (point,) = second.agenda_points.all()
    where = f"finding:{finding.pk}"
    figures = Figure.objects.filter(document=document, key__startswith=f"point/{point.pk}").order_by("key")
    assert [(one.value, one.rows) for one in figures] == [
        ("第二支部", [["第二支部", said, where]]), ("3", [["第二支部", said, where]]),
    ]  # fmt: skip
    assert find_where(where) == reverse("supervision:finding", args=[finding.pk])
    issued = issue(desk, document)
    named = issued.named_units.get(unit=second)
    assert (named.answer_until_on, {"figure": f"point/{point.pk}", "matter": "督查", "fact": said, "where": where}) == (
        date(2026, 11, 25), named.evidence[-1],
    )  # fmt: skip
    point.refresh_from_db()
    assert (point.state, point.bulletin) == ("已列入", f"bulletin-{issued.pk}")
    void_document(desk.be("office"), issued, "发错范围", at=NOW)
    point.refresh_from_db()
    assert point.state == "待列入"


def test_how_far_a_finding_is_is_frozen_at_issue(desk: Desk) -> None:
    """K4: until it is signed the figures are those of the day, and a change is asked about; afterwards they stay."""
    house, second = desk.house, desk.house.units["第二支部"]
    inspector = desk.be("inspector")
    task = Task("安排补学", date(2026, 11, 30))
    finding = write_finding(inspector, begin(house), second, "没有补学", task, at=NOW)
    put_findings_on_agenda(desk.be("office"), [finding], at=NOW)
    document = write_bulletin_of(desk, "2026q1")
    action = finding.actions.select_related("finding__inspection__unit", "finding__parent__unit", "unit").get()
    report_action(desk.be("office"), action, "已补学", at=NOW)
    recheck_action(inspector, action, Recheck.PASSED, "", number=1, at=NOW)
    (point,) = second.agenda_points.all()
    assert [(one.key, one.old, one.new) for one in check_document(document, TODAY).changes] == [
        (f"point/{point.pk}/2", "0", "1")
    ]
    decide_figures(desk.be("office"), document, take_new=True, at=NOW)
    assert "截至2026年11月20日，整改措施1项，完成1项。" in read(document, Section.PROBLEMS)
    submitted = submit_document(desk.be("office"), document, at=NOW)
    close_finding(inspector, finding, "", at=NOW)  # in time: it is named no longer
    refuse(lambda: sign_document(desk.be("leader"), submitted, at=NOW), "figures_changed")
    return_document(desk.be("leader"), submitted, "已销号", at=NOW)
    decide_figures(desk.be("office"), document, take_new=True, at=NOW)
    assert "督查" not in read(document, Section.PROBLEMS)
    issue(desk, document)
    point.refresh_from_db()
    assert point.state == "待列入"


def test_a_point_withdrawn_after_drafting_is_asked_about(desk: Desk) -> None:
    """Undo before issue also when the draft stands already: the figure is gone, and the office is asked."""
    finding = write_finding(
        get_actor(desk.house, "inspector"), begin(desk.house), desk.house.units["第二支部"], "没有补学", None, at=NOW
    )
    put_findings_on_agenda(desk.be("office"), [finding], at=NOW)
    document = write_bulletin_of(desk, "2026q1")
    withdraw_point(desk.be("office"), finding.agenda_points.get(), at=NOW)
    assert "有 1 个数字发生变化" in refuse(
        lambda: submit_document(desk.be("office"), document, at=NOW), "figures_changed"
    )
    decide_figures(desk.be("office"), document, take_new=True, at=NOW)
    assert "督查" not in read(document, Section.PROBLEMS)
