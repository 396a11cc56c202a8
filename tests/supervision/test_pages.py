"""The board, a unit's and a person's duties, and one duty, as pages without JavaScript (ux K1, W5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shanxue.orgs.rules import UnitKind
from shanxue.plans.models import DutyRemark
from shanxue.plans.rules.slots import find_period
from shanxue.supervision.models import Reminder
from tests.house import House, add_unit

from .rulebook import TEXT, adopt, hold, last_quarter, name_key

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


@pytest.fixture
def ruled(house: House) -> House:
    """第一支部 met in the last quarter and in this one; 第二支部 in neither."""
    adopt(house.bureau)
    today = timezone.localdate()
    for start in (last_quarter(today), find_period(today, "quarter").from_on):
        hold(house.units["第一支部"], start)
    return house


def test_a_secretary_is_led_to_the_own_branch(ruled: House, visit: Visit) -> None:
    answer = visit("secretary").get(reverse("supervision:duties"))
    assert answer.headers["Location"] == reverse("supervision:unit", args=[ruled.units["第一支部"].pk])


def test_the_board_filters_ticks_and_reminds(ruled: House, visit: Visit) -> None:
    """B7: 只看要处理的 → 全选 → 提醒, without JavaScript."""
    office = visit("office")
    board = office.get(reverse("supervision:duties")).content.decode()
    assert "第一支部" in board
    pressing = office.get(reverse("supervision:duties") + "?show=action&all=1").content.decode()
    first, second = ruled.units["第一支部"], ruled.units["第二支部"]
    assert f'name="unit" value="{second.pk}" checked' in pressing
    assert f'name="unit" value="{first.pk}"' not in pressing
    done = office.post(reverse("supervision:remind"), {"unit": [second.pk]}, follow=True).content.decode()
    assert "已提醒 1 个，共 1 项。" in done
    again = office.post(reverse("supervision:remind"), {"unit": [second.pk]}, follow=True).content.decode()
    assert "没有新的提醒。另有 1 项提醒过、还没有回复，没有重复提醒。" in again
    assert Reminder.objects.count() == 1


def test_reminding_without_a_tick_says_what_to_do(ruled: House, visit: Visit) -> None:
    answer = visit("office").post(reverse("supervision:remind"))
    assert answer.status_code == 400
    assert "还没有选支部。请在名称前打勾，或者点“全选”。" in answer.content.decode()


def test_a_secretary_reminds_no_other_branch(ruled: House, visit: Visit) -> None:
    answer = visit("secretary").post(reverse("supervision:remind"), {"unit": [ruled.units["第二支部"].pk]})
    assert (answer.status_code, Reminder.objects.count()) == (400, 0)


def test_a_cell_opens_its_reason_as_a_fragment_and_as_a_page(ruled: House, visit: Visit) -> None:
    office = visit("office")
    start = find_period(timezone.localdate(), "quarter").from_on
    address = reverse("supervision:duty", args=[name_key(ruled.units["第一支部"], start)])
    fragment = office.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert f"{start.isoformat()}支部党员大会" in fragment
    page = office.get(address).content.decode()
    for words in ("为什么是这天", "《支部制度》第一条：支部党员大会每季度召开1次，主题党日每月1次。",
                  "第1版，自2020年1月1日起执行", "1/1次"):  # fmt: skip
        assert words in page


def test_a_secretary_answers_a_reminder(ruled: House, visit: Visit) -> None:
    first = ruled.units["第一支部"]
    key = name_key(first, find_period(timezone.localdate(), "quarter").from_on)
    reminder = Reminder.objects.create(
        bureau=ruled.bureau, unit=first, duty=key, text="请补交记录。", at=timezone.now(), actor="赵六"
    )
    secretary = visit("secretary")
    assert "请补交记录。" in secretary.get(reverse("supervision:unit", args=[first.pk])).content.decode()
    answer = secretary.post(reverse("supervision:answer", args=[reminder.pk]), {"text": "已经补交"}, follow=True)
    assert "已回复，这条提醒办结。" in answer.content.decode()
    assert DutyRemark.objects.get().text == "已经补交"


def test_the_office_pauses_to_the_last_day_it_names(ruled: House, visit: Visit) -> None:
    today = timezone.localdate()
    key = name_key(ruled.units["第二支部"], find_period(today, "quarter").from_on)
    last = today + timedelta(days=30)
    form = {"kind": "暂停", "text": "支部重组", "until_on": last.isoformat()}
    page = visit("office").post(reverse("supervision:duty", args=[key]), form, follow=True).content.decode()
    assert "暂停（支部重组）" in page
    assert f"暂停到{last.year}年{last.month}月{last.day}日：支部重组" in page


def test_a_secretary_is_offered_an_explanation_only(ruled: House, visit: Visit) -> None:
    first = ruled.units["第一支部"]
    address = reverse("supervision:duty", args=[name_key(first, last_quarter(timezone.localdate()))])
    secretary = visit("secretary")
    assert "暂停到" not in secretary.get(address).content.decode()
    secretary.post(address, {"kind": "暂停", "text": "已补开", "until_on": "2999-01-01"})
    assert [(one.kind, one.until_on) for one in DutyRemark.objects.all()] == [("说明", None)]
    empty = secretary.post(address, {"text": ""})
    assert (empty.status_code, "请填写“原因或安排”。" in empty.content.decode()) == (400, True)


def test_somebody_who_only_reads_may_not_write(ruled: House, visit: Visit) -> None:
    """Bad input: a remark on another's duty."""
    address = reverse("supervision:duty", args=[name_key(ruled.units["第二支部"], last_quarter(timezone.localdate()))])
    answer = visit("leader").post(address, {"text": "代写"})
    assert answer.status_code == 403
    assert "这项任务不归当前账号办理，不能替别人写说明。" in answer.content.decode()
    assert visit("secretary").post(address, {"text": "代写"}).status_code == 404


def test_a_person_sees_the_own_duties_and_which_apply(ruled: House, visit: Visit) -> None:
    page = visit("member").get(reverse("supervision:mine")).content.decode()
    assert "集中学习培训" in page
    assert "每一项要求是否适用" in page


def test_coverage_names_everybody_who_is_out_and_why(ruled: House, visit: Visit) -> None:
    ruled.people["张三"].party_status = "待补充"
    ruled.people["张三"].save()
    first = ruled.units["第一支部"]
    page = visit("secretary").get(reverse("supervision:coverage") + f"?unit={first.pk}").content.decode()
    assert "党籍状态待补充，补充后再判断" in page
    assert "张三" in page
    units = visit("office").get(reverse("supervision:coverage")).content.decode()
    assert "是党委，要求的是党支部" in units


def test_the_grid_shows_everybody_of_a_branch_and_who_has_something_to_do(ruled: House, visit: Visit) -> None:
    """ux S6: names down, obligations across; 李四 has the 32 hours (条例 20), 张三 none, 王五 is of another branch."""
    today = timezone.localdate()
    hold(ruled.units["第一支部"], today, "培训", (ruled.people["李四"],), credit_milli=32_000)
    address = reverse("supervision:members", args=[ruled.units["第一支部"].pk])
    secretary = visit("secretary")
    page = secretary.get(address)
    assert [row.subject.name for row in page.context["section"]["rows"]] == ["张三", "李四"]
    assert [title for _, title in page.context["section"]["columns"]] == ["集中学习培训"]
    assert "2 位同志，1 位有要办的。点一格看原因。" in page.content.decode()
    few = secretary.get(address + "?show=action")
    assert [row.subject.name for row in few.context["section"]["rows"]] == ["张三"]
    assert reverse("supervision:person", args=[ruled.people["张三"].pk]) in few.content.decode()


@pytest.mark.parametrize("name", ["duties", "unit", "members", "person", "coverage"])
def test_pages_cost_the_same_for_one_and_for_three(
    house: House, visit: Visit, name: str, django_assert_max_num_queries: Callable[..., object]
) -> None:
    """At 1 and at 3 rows the same number of queries: rules, branches and records all grow."""
    adopt(house.bureau)
    today = timezone.localdate()
    subjects = {
        "unit": [house.units["第一支部"].pk],
        "members": [house.units["第一支部"].pk],
        "person": [house.people["张三"].pk],
    }
    address = reverse(f"supervision:{name}", args=subjects.get(name, []))
    client = visit("office")
    hold(house.units["第一支部"], today, people=(house.people["张三"],), credit_milli=1000)
    with django_assert_max_num_queries(100) as few:  # type: ignore[attr-defined]
        client.get(address)
    for code in ("a", "b"):
        adopt(house.bureau, TEXT.replace('code = "zhibu"', f'code = "{code}"'))
        unit = add_unit(house, f"{code}支部", UnitKind.BRANCH, "机关党委")
        hold(unit, today, people=tuple(house.people.values()), credit_milli=1000)
        hold(house.units["第一支部"], today, {"a": "培训", "b": "党课"}[code], (house.people["张三"],))
    with django_assert_max_num_queries(100) as many:  # type: ignore[attr-defined]
        client.get(address)
    assert len(few.captured_queries) == len(many.captured_queries)
