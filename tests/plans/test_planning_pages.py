"""Pages of plans: what is due first, one tap to tick, stale forms that keep what was typed, and the document."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document

from shanxue.activities.models import Session
from shanxue.plans.actions import planning as actions
from shanxue.plans.documents import write_plan
from shanxue.plans.due import list_for_person, list_for_unit, summarise_year
from shanxue.plans.models import Campaign, Measure, Plan, PlanItem, PlanPart
from shanxue.plans.rules import Level
from tests.house import AT, House

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]
NOW = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)  # 10:30 in Shanghai


def read(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]


def approve(house: House, owner: str, year: int = 2026, **columns: object) -> Plan:
    whose = {"unit": house.units[owner]} if owner in house.units else {"person": house.people[owner]}
    return Plan.objects.create(
        bureau=house.bureau, year=year, title=f"{owner}{year}年计划", state="已批准", decided_at=AT,
        decided_by="office", **whose, **columns,
    )  # fmt: skip


def add(plan: Plan, title: str, due_on: date | None, **columns: object) -> PlanItem:
    unit = columns.pop("unit", plan.unit)
    return PlanItem.objects.create(
        bureau=plan.bureau, plan=plan, person=plan.person, unit=unit, title=title, due_on=due_on, **columns
    )


def test_a_member_ticks_an_own_item_in_one_tap(house: House, visit: Visit) -> None:
    today = timezone.localdate()
    plan = approve(house, "张三", today.year)
    item = add(plan, "读一本法规书", today)
    place = reverse("plans:plan", args=[plan.pk])
    client = visit("member")
    assert "最近要完成：读一本法规书，今天到期。" in read(client.get(place))
    answer = client.post(reverse("plans:item_done", args=[item.pk]), {"today": "1", "next": place}, follow=True)
    assert answer.redirect_chain[-1][0] == place
    assert "“读一本法规书”已完成，今天。" in read(answer)
    item.refresh_from_db()
    assert (item.state, item.done_on) == ("完成", today)


def test_a_stale_form_keeps_what_was_typed_and_says_who(house: House, visit: Visit) -> None:
    """Bad input: two people editing one plan."""
    plan = approve(house, "第一支部")
    item = add(plan, "支部读书会", date(2026, 5, 20), kind="读书")
    place = reverse("plans:item_edit", args=[item.pk])
    body = {"title": "支部读书会", "kind": "读书", "due_on": "2026-05-20", "shown": actions.digest_item(item)}
    assert visit("office").post(place, body | {"content": "读党章", "reason": "明确书目"}).status_code == 302
    answer = visit("secretary").post(place, body | {"content": "读准则", "reason": "换书"})
    text = read(answer)
    assert answer.status_code == 400
    assert "office在" in text
    assert "改过这里，你的修改还没有保存。你写的都在下面，对照现在的内容后再保存。" in text
    assert "读准则</textarea>" in text  # typed
    assert "<p>读党章</p>" in text  # standing
    item.refresh_from_db()
    body["shown"] = actions.digest_item(item)
    assert f'value="{body["shown"]}"' in text
    assert visit("secretary").post(place, body | {"content": "读准则", "reason": "换书"}).status_code == 302


def test_stale_texts_show_what_stands_beside_what_was_typed(house: House, visit: Visit) -> None:
    plan = approve(house, "机关党委")
    place, shown = reverse("plans:texts", args=[plan.pk]), actions.digest_texts(plan)
    body = {"title": plan.title, "shown": shown, "reason": "补写"}
    assert visit("office").post(place, body | {"guiding_idea": "甲的写法"}).status_code == 302
    text = read(visit("office").post(place, body | {"guiding_idea": "乙的写法"}))
    assert "乙的写法</textarea>" in text
    assert "<p>甲的写法</p>" in text


def test_a_change_without_a_reason_is_asked_for_one(house: House, visit: Visit) -> None:
    plan = approve(house, "第一支部")
    item = add(plan, "支部读书会", date(2026, 5, 20), kind="读书")
    body = {"title": "读书会", "kind": "读书", "due_on": "2026-05-20", "shown": actions.digest_item(item), "reason": ""}
    answer = visit("secretary").post(reverse("plans:item_edit", args=[item.pk]), body)
    assert (answer.status_code, "计划已经批准，修改要写明原因。" in read(answer)) == (400, True)


def test_each_number_of_a_plan_leads_to_its_rows(house: House, visit: Visit) -> None:
    plan = approve(house, "第一支部")
    add(plan, "完成的", date(2026, 2, 1), state="完成", done_on=date(2026, 2, 1))
    add(plan, "延期的", date(2026, 5, 1), state="延期", reason="防汛")
    add(plan, "取消的", date(2026, 5, 1), state="取消", reason="并入党课")
    add(plan, "计划外的", None, state="计划外", done_on=date(2026, 3, 1))
    client, place = visit("secretary"), reverse("plans:plan", args=[plan.pk])
    assert "完成 1 ÷（计划 3 － 取消 1）＝ 1 ÷ 2，四舍五入到整数。" in read(client.get(place))
    for state in ("完成", "延期", "取消", "计划外"):
        rows = client.get(place, {"state": state}).context["rows"]
        assert [row.item.title for row in rows] == [f"{state}的"]


@pytest.mark.parametrize("page", ["plans:plans", "plans:plan", "plans:campaigns", "plans:campaign", "plans:history"])
def test_pages_ask_as_often_for_three_rows_as_for_one(house: House, visit: Visit, page: str) -> None:
    """Every page at 1 and at 3 rows makes the same number of queries."""
    year = timezone.localdate().year
    bureau, branch = approve(house, "机关党委", year), approve(house, "第一支部", year)
    campaign = Campaign.objects.create(
        bureau=house.bureau, unit=bureau.unit, name="法规季", from_on=date(year, 1, 1), until_on=date(year, 12, 31)
    )
    given = {"plans:plans": [], "plans:campaigns": [], "plans:campaign": [campaign.pk]}.get(page, [branch.pk])

    def add_row(number: int) -> None:
        above = add(bureau, f"上{number}", date(year, number, 20), campaign=campaign)
        item = add(branch, f"项{number}", date(year, number, 20), parent=above, campaign=campaign)
        office = actions.Actor(house.users["office"], date(year, 1, 1), house.bureau, (), None)
        actions.keep_change(branch, item, "项", {"title": "甲"}, {"title": "乙"}, "改", office, NOW)
        Campaign.objects.create(
            bureau=house.bureau, unit=bureau.unit, name=f"专题{number}", from_on=date(year, 1, 1),
            until_on=date(year, 12, 31),
        )  # fmt: skip
        Session.objects.create(
            bureau=house.bureau, unit=house.units["第一支部"], kind="党课", tier="支部集体学", topic=f"课{number}",
            on=date(year, number, 1), campaign=campaign,
        )  # fmt: skip

    client, counts = visit("secretary"), []
    for numbers in ([1], [2, 3]):
        for number in numbers:
            add_row(number)
        if page == "plans:plans" and numbers == [2, 3]:
            approve(house, "李四", year)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(page, args=given)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


# -- what is due ------------------------------------------------------------------------------------------------------


def test_items_are_due_from_thirty_days_before_and_stay_when_overdue(house: House) -> None:
    plan = approve(house, "张三")
    for title, due_on in (
        ("过了的", date(2026, 2, 27)), ("今天的", date(2026, 3, 2)), ("一周内的", date(2026, 3, 9)),
        ("一月内的", date(2026, 4, 1)), ("更远的", date(2026, 4, 2)), ("去年的", date(2025, 12, 31)),
    ):  # fmt: skip
        add(plan, title, due_on)
    assert [(row.title, row.light, row.state) for row in list_for_person(house.people["张三"], NOW)] == [
        ("过了的", "逾期", "已逾期 3 天"),
        ("今天的", "临近", "今天到期"),
        ("一周内的", "临近", "还有 7 天"),
        ("一月内的", "正常", "还有 30 天"),
    ]


def test_a_plan_is_asked_for_in_the_first_quarter_only(house: House) -> None:
    person = house.people["张三"]
    assert [(row.title, row.state) for row in list_for_person(person, NOW)] == [("写2026年个人学习计划", "还没有写")]
    assert list_for_person(person, NOW + timedelta(days=40)) == []


def test_a_draft_asks_to_be_submitted_and_a_returned_one_to_be_mended(house: House) -> None:
    plan = Plan.objects.create(bureau=house.bureau, person=house.people["张三"], year=2026, title="我的计划")
    assert [row.state for row in list_for_person(house.people["张三"], NOW)] == ["还是草稿，写好后提交"]
    Plan.objects.filter(pk=plan.pk).update(state="退回修改", decision="加一项法规学习")
    later = NOW + timedelta(days=100)
    assert [row.state for row in list_for_person(house.people["张三"], later)] == [
        "已退回修改，改好后再提交：加一项法规学习"
    ]


def test_a_secretary_is_told_of_items_without_a_session_and_plans_to_approve(house: House) -> None:
    plan = approve(house, "第一支部")
    add(plan, "一季度党课", date(2026, 3, 20))
    arranged = add(plan, "主题党日", date(2026, 3, 10))
    Session.objects.create(
        bureau=house.bureau, unit=house.units["第一支部"], kind="主题党日", tier="支部集体学", topic="三月主题党日",
        on=date(2026, 3, 9), state="计划", plan_item=arranged,
    )  # fmt: skip
    Plan.objects.create(
        bureau=house.bureau, person=house.people["张三"], year=2026, title="张三的计划", state="待审批", submitted_at=AT
    )
    assert [(row.title, row.state) for row in list_for_unit(house.units["第一支部"], NOW)] == [
        ("1 份个人计划等待审批", "等你审批"),
        ("一季度党课", "还有 18 天，还没有安排"),
    ]
    assert [row.title for row in list_for_unit(house.units["第二支部"], NOW)] == ["写2026年支部学习计划"]


def test_the_year_line_counts_done_of_asked(house: House) -> None:
    """M1: 计划 9/10; cancelled and unplanned items are out, drafts too."""
    plan = approve(house, "张三")
    for number, state in enumerate(("完成", "未完成", "延期", "取消", "计划外")):
        add(plan, f"项{number}", date(2026, 5, 1), state=state)
    Plan.objects.create(bureau=house.bureau, person=house.people["李四"], year=2026, title="草稿")
    add(Plan.objects.get(title="草稿"), "没批准的", date(2026, 5, 1))
    assert summarise_year(house.people["张三"], 2026) == ("计划", 1, 3)
    assert summarise_year(house.people["李四"], 2026) is None


# -- campaigns and the document ---------------------------------------------------------------------------------------


def test_a_campaign_is_closed_with_its_result_and_everybody_sees_it(house: House, visit: Visit) -> None:
    """D13: own content, period, items and sessions of it, and its result."""
    body = {
        "name": "法规学习季", "unit_id": house.units["机关党委"].pk, "from_on": "2026-03-01", "last_on": "2026-06-30",
        "content": "学习行政处罚法",
    }  # fmt: skip
    office = visit("office")
    assert office.post(reverse("plans:campaign_new"), body).status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.until_on, campaign.last_on) == (date(2026, 7, 1), date(2026, 6, 30))
    again = office.post(reverse("plans:campaign_new"), body)
    assert "已有“法规学习季”这个专题。换一个名称，如加上年份。" in read(again)
    place = reverse("plans:campaign", args=[campaign.pk])
    assert "请写明这个专题的成果，再结束。" in read(office.post(place, {"result": " "}))
    assert visit("member").post(place, {"result": "无"}).status_code == 403
    office.post(place, {"result": "修订内部规定三项"})
    assert "修订内部规定三项" in read(visit("member").get(place))
    late = office.post(reverse("plans:campaign_edit", args=[campaign.pk]), body)
    assert "“法规学习季”已经结束，不再修改。" in read(late)


def test_a_campaign_does_not_end_before_it_begins(house: House, visit: Visit) -> None:
    body = {
        "name": "法规学习季", "unit_id": house.units["机关党委"].pk, "from_on": "2026-03-01", "last_on": "2026-02-28",
    }  # fmt: skip
    assert "结束日期早于开始日期。请改正。" in read(visit("office").post(reverse("plans:campaign_new"), body))


@pytest.fixture
def full_plan(house: House) -> Plan:
    plan = approve(house, "机关党委", guiding_idea="围绕城市管理中心工作。\n学用结合。", assessment="纳入年度考核。")
    plan.title = "示例局2026年度学习培训工作意见"
    plan.issued_on = date(2026, 1, 20)
    plan.save()
    for level in Level:
        PlanPart.objects.create(plan=plan, level=level, goals=f"{level}的目标。", content="学习党章。")
    top = Measure.objects.create(plan=plan, position=1, name="三个保障")
    Measure.objects.create(plan=plan, parent=top, position=1, name="经费保障", text="专款专用。")
    add(plan, "二季度党课", date(2026, 6, 30), kind="党课")
    add(plan, "取消的", date(2026, 6, 30), state="取消", reason="并入")
    return plan


def test_the_issued_document_has_the_parts_of_d2_in_order(full_plan: Plan) -> None:
    """D2: guiding idea, goals and content at three levels, measures, items, methods of assessment."""
    document = Document(io.BytesIO(write_plan(full_plan)))
    texts = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert texts == [
        "示例局2026年度学习培训工作意见",
        "一、指导思想", "围绕城市管理中心工作。", "学用结合。",
        "二、目标和内容",
        "（一）学习型党组织", "目标：学习型党组织的目标。", "学习内容：学习党章。",
        "（二）学习型党支部", "目标：学习型党支部的目标。", "学习内容：学习党章。",
        "（三）学习型党员干部", "目标：学习型党员干部的目标。", "学习内容：学习党章。",
        "三、主要举措", "（一）三个保障", "1.经费保障。专款专用。",
        "四、工作安排", "全年安排 1 项，按时限列出如下。",
        "五、考核办法和措施", "纳入年度考核。",
        "云川市示例局机关党委", "2026年1月20日",
    ]  # fmt: skip
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows == [["完成时限", "事项", "类别", "责任单位"], ["6月30日前", "二季度党课", "党课", "机关党委"]]


def test_the_document_is_the_same_bytes_and_a_draft_says_so(full_plan: Plan) -> None:
    assert write_plan(full_plan) == write_plan(Plan.objects.get(pk=full_plan.pk))
    full_plan.state, full_plan.issued_on = "待审批", None
    texts = [paragraph.text for paragraph in Document(io.BytesIO(write_plan(full_plan))).paragraphs]
    assert (texts[1], texts[-1]) == ("（送审稿）", "2026年　月　日")
