"""Findings of inspections on the agenda of the next bulletin: which ones, in which words, without persons (K1, K4)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.orgs.queries import find_actor
from shanxue.supervision.actions.agenda import (
    put_findings_on_agenda,
    release_agenda_points,
    settle_agenda_points,
    withdraw_point,
)
from shanxue.supervision.actions.rectifying import (
    Task,
    close_finding,
    pass_down,
    recheck_action,
    report_action,
    withdraw_finding,
    write_finding,
)
from shanxue.supervision.models import AgendaPoint, Finding
from shanxue.supervision.queries.agenda import list_agenda_points, list_nameable
from shanxue.supervision.queries.inspecting import scope_findings
from shanxue.supervision.rules.inspecting import InspectionKind, Recheck
from tests.crowd import press_at_once
from tests.house import House

from .checks import NOW, TODAY, add_chief, begin, get_actor, hold_six

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]

TASK = Task("请张三补写落实情况", date(2026, 6, 10))
NOTHING = "所选的问题不用列入通报：按期改好的、撤回的和本单位自查发现的都不列。"


@pytest.fixture
def found(house: House) -> Finding:
    """第一支部 is to put something right by 10 June; the inspector's sentence names 张三."""
    hold_six(house)
    add_chief(house)
    return write_finding(
        get_actor(house, "inspector"), begin(house), house.units["第一支部"], "张三的发言没有记。决议没有落实情况。",
        TASK, at=NOW,
    )  # fmt: skip


def put(house: House, *findings: Finding, key: str = "office") -> int:
    return put_findings_on_agenda(get_actor(house, key), findings, at=NOW)


def refuse(act: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.status, refused.value.sentence


def put_right(house: House, finding: Finding, day: date) -> None:
    """第一支部 reports on that day, the inspector passes it and closes the finding."""
    at = datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)
    action = finding.actions.select_related("finding__inspection__unit", "finding__parent__unit", "unit").get()
    report_action(find_actor(house.users["secretary"], day), action, "已补写", at=at)
    inspector = find_actor(house.users["inspector"], day)
    recheck_action(inspector, action, Recheck.PASSED, "", number=1, at=NOW)
    close_finding(inspector, finding, "", at=at)


def test_an_open_finding_goes_on_the_agenda_without_persons(house: House, found: Finding) -> None:
    """K4: names of persons only by choice, the unit with what was found, by when, and how far it is."""
    assert (put(house, found), put(house, found)) == (1, 0)
    (point,) = list_agenda_points(house.bureau)
    assert (point.unit.name, point.title, point.where, point.sentence) == (
        "第一支部", "二季度督查问题1", f"finding:{found.pk}",
        "第一支部在“二季度督查”中查出的问题：有关同志的发言没有记。决议没有落实情况。"
        "整改期限2026年6月10日，截至2026年5月20日，整改措施1项，完成0项。",
    )  # fmt: skip
    assert point.evidence == [
        ["查出", "2026年5月20日，二季度督查，问题 1"],
        ["整改", "请有关同志补写落实情况：2026年6月10日前，待整改"],
    ]
    (entry,) = Entry.objects.filter(verb="supervision.put_on_agenda")
    assert entry.detail == {"findings": [str(found.pk)]}


def test_what_was_put_right_in_time_is_not_named_and_what_was_late_is(house: House, found: Finding) -> None:
    """Late is the day of the report that was passed, not the day somebody came to look at it."""
    inspector, first = get_actor(house, "inspector"), house.units["第一支部"]
    other = write_finding(inspector, found.inspection, first, "没有补学", TASK, at=NOW)
    put_right(house, found, date(2026, 6, 10))
    put_right(house, other, date(2026, 6, 13))
    assert refuse(lambda: put(house, found)) == (400, NOTHING)
    assert put(house, found, other) == 1
    assert AgendaPoint.objects.get().sentence == (
        "第一支部在“二季度督查”中查出的问题：没有补学。整改期限2026年6月10日，2026年6月13日完成，逾期3天。"
    )


def test_neither_what_was_withdrawn_nor_what_a_unit_found_itself_is_named(house: House, found: Finding) -> None:
    withdraw_finding(get_actor(house, "inspector"), found, "写错", at=NOW)
    check = begin(house, "第一支部", "secretary", kind=InspectionKind.SELF)
    own = write_finding(get_actor(house, "secretary"), check, house.units["第一支部"], "台账缺两次", TASK, at=NOW)
    assert refuse(lambda: put(house, found, own)) == (400, NOTHING)
    assert refuse(lambda: put(house, own, key="inspector")) == (403, "列入通报由学习办公室办理。")


def test_what_was_passed_down_is_told_with_how_far_the_parts_are(house: House, found: Finding) -> None:
    """一级抓一级: the committee's finding and a branch's part of it are points of their own."""
    whole = write_finding(
        get_actor(house, "inspector"), found.inspection, house.units["机关党委"], "补学没有安排", None, at=NOW
    )
    branches = [house.units["第一支部"], house.units["第二支部"]]
    part, _ = pass_down(get_actor(house, "chief"), whole, branches, "本支部缺席的没有安排补学", TASK, at=NOW)
    assert put(house, whole, part) == 2
    assert [point.sentence.partition("：")[2] for point in AgendaPoint.objects.order_by("finding_id")] == [
        "补学没有安排。截至2026年5月20日，转交下级2个，销号0个。",
        "本支部缺席的没有安排补学。整改期限2026年6月10日，截至2026年5月20日，整改措施1项，完成0项。",
    ]


def test_naming_costs_the_same_for_one_and_for_three(
    house: House, found: Finding, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    """List pages make the same number of queries at 1 and at 3 rows."""
    inspector = get_actor(house, "inspector")
    for count in (1, 3):
        if count > 1:
            for unit in ("第一支部", "第二支部"):
                write_finding(inspector, found.inspection, house.units[unit], "没有补学", TASK, at=NOW)
        findings = list(scope_findings(inspector))
        with django_assert_num_queries(4):
            assert len(list_nameable(house.bureau, findings, TODAY)) == count


def test_a_finding_waits_once_and_is_given_back_once(house: House, found: Finding) -> None:
    """Undo before issue, and a voided bulletin gives back what it took unless it waits again."""
    put(house, found)
    (point,) = list_agenda_points(house.bureau)
    withdraw_point(get_actor(house, "office"), point, at=NOW)
    put(house, found)
    settle_agenda_points(list_agenda_points(house.bureau), "bulletin-7", actor="赵六", at=NOW)
    put(house, found)
    assert release_agenda_points(house.bureau, "bulletin-7", actor="赵六", at=NOW) == 0
    assert [one.state for one in AgendaPoint.objects.order_by("pk")] == ["撤回", "已列入", "待列入"]
    again = AgendaPoint.objects.latest("pk")
    again.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        AgendaPoint.objects.filter(state="撤回").update(duty="zhibu/DH")  # of a duty and of a finding at once


@pytest.mark.django_db(transaction=True)
def test_two_clerks_putting_one_finding_put_it_once(house: House) -> None:
    hold_six(house)
    inspector = get_actor(house, "inspector")
    finding = write_finding(inspector, begin(house), house.units["第一支部"], "没有补学", TASK, at=NOW)
    assert press_at_once([lambda: put(house, finding)] * 2) == ["done", "done"]
    assert AgendaPoint.objects.count() == 1


def test_the_office_puts_an_inspection_on_the_agenda_from_its_page(house: House, found: Finding, visit: Visit) -> None:
    """B0 law 5: a public act passes a check page; afterwards it can be taken back."""
    office = visit("office")
    add = reverse("supervision:add_found_points")
    page = office.get(reverse("supervision:inspection", args=[found.inspection_id])).content.decode()
    assert f'href="{add}?inspection={found.inspection_id}">列入下期通报</a>' in page
    check = office.get(add, {"inspection": found.inspection_id}).content.decode()
    assert "有关同志的发言没有记" in check
    assert "通报不点个人：句子里的姓名写成了“有关同志”。" in check
    assert AgendaPoint.objects.count() == 0
    done = office.post(add, {"finding": [found.pk], "confirm": "1"}, follow=True).content.decode()
    assert "已列入 1 条，起草下一期通报时会用到。" in done
    page = office.get(reverse("supervision:finding", args=[found.pk])).content.decode()
    assert "这个问题等着写进下一期情况通报。" in page
    gone = office.post(reverse("supervision:withdraw_point", args=[AgendaPoint.objects.get().pk]), follow=True)
    assert "已撤回“二季度督查问题1”。" in gone.content.decode()
    assert visit("secretary").post(add, {"finding": [found.pk], "confirm": "1"}).status_code == 403
    page = visit("secretary").get(reverse("supervision:finding", args=[found.pk])).content.decode()
    assert "列入下期通报" not in page
    assert TASK.due_on > TODAY
