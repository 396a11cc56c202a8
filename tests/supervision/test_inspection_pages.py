"""Inspections as pages without JavaScript: A1 in three taps, records, findings, rectification, the sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shanxue.orgs.models import Grant
from shanxue.supervision.models import Checklist, Finding, Inspection
from tests.house import House

from .checks import add_chief
from .rulebook import hold

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


@pytest.fixture
def busy(house: House) -> House:
    add_chief(house)
    year = timezone.localdate().year
    for month in (1, 2, 3):
        hold(house.units["第一支部"], date(year - 1, month, 8), people=(house.people["张三"],))
    return house


def ask(house: House, unit: str = "第一支部", **values: object) -> dict[str, object]:
    year = timezone.localdate().year - 1
    return {
        "unit": house.units[unit].pk, "from_on": f"{year}-01-01", "until_on": f"{year}-12-31", "records": ["会议"],
        "count": 2, "checklist": "0", "seed": "20260612", **values,
    }  # fmt: skip


def read(client: Client, name: str, *arguments: object, **query: object) -> str:
    return client.get(reverse(f"supervision:{name}", args=arguments), query).content.decode()


def test_a_spot_check_is_three_taps(busy: House, visit: Visit) -> None:
    """A1: 选范围 → 随机抽 → 开始; the draw is shown with its seed before anything is written."""
    inspector = visit("inspector")
    assert "随机抽 10 条" in read(inspector, "spot")
    drawn = read(inspector, "spot", **ask(busy))
    assert "从第一支部的 3 条记录里抽出 2 条，种子 20260612。" in drawn
    assert Inspection.objects.count() == 0
    mark = drawn.split('name="mark" value="')[1].split('"')[0]
    begun = inspector.post(reverse("supervision:spot"), ask(busy) | {"mark": mark}, follow=True).content.decode()
    assert "已开始。逐条查，不符合的写成问题。" in begun
    assert "3 条里抽 2 条，种子 20260612" in begun
    moved = inspector.post(reverse("supervision:spot"), ask(busy) | {"mark": "0" * 16})
    assert "抽取之后范围里的记录有增减" in moved.content.decode()
    assert Inspection.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"seed": "随便"}, "种子要填数字，最多 12 位，例如 20260612。"),
        ({"from_on": "2019-01-01", "until_on": "2019-02-01"}, "所选范围没有记录。"),
        ({"from_on": "2019-03-01", "until_on": "2019-02-01"}, "结束日期不能早于开始日期。"),
        ({"records": []}, "还没有选查哪些记录。至少选一种。"),
        ({"count": 51}, "确保该值小于或等于50"),
    ],
)
def test_a_scope_that_cannot_be_drawn_from_says_why(
    busy: House, visit: Visit, values: dict[str, object], sentence: str
) -> None:
    answer = visit("inspector").get(reverse("supervision:spot"), ask(busy, **values))
    assert (answer.status_code, sentence in answer.content.decode()) == (400, True)


def test_a_grant_that_has_run_out_is_said_on_the_page(busy: House, visit: Visit) -> None:
    today = timezone.localdate()
    Grant.objects.filter(user=busy.users["inspector"]).update(until_on=today)
    answer = visit("inspector").get(reverse("supervision:spot"))
    last = today - timedelta(days=1)
    assert (answer.status_code, f"你的授权到{last.month}月{last.day}日，已到期。" in answer.content.decode()) == (
        403,
        True,
    )


def test_from_plan_to_end_on_pages(busy: House, visit: Visit) -> None:
    """安排 → 抽取 → 逐条查 → 写成问题 → 报告 → 复核 → 销号 → 结束, each by whom it falls to."""
    office, secretary, inspector = visit("office"), visit("secretary"), visit("inspector")
    today = timezone.localdate()
    values = ask(busy, title="年度督查", kind="督查", visit_on=today.isoformat(), count=1)
    planned = office.post(reverse("supervision:plan_inspection"), values, follow=True).content.decode()
    assert "已列入计划。开始时随机抽取记录。" in planned
    inspection = Inspection.objects.get()
    page = reverse("supervision:inspection", args=[inspection.pk])
    assert office.post(page, {"seed": "x"}).status_code == 400
    office.post(page, {"seed": "7"})
    again = inspector.post(page, {"seed": "8"})
    assert "办公室" not in again.content.decode()
    assert "office已经抽过（种子 7），按那一次检查。" in again.content.decode()
    sample = inspection.samples.get()
    record = reverse("supervision:check_record", args=[inspection.pk, sample.pk])
    typed = office.post(record, {"revision": "0", "v0": "不符合", "n0": "", "v1": "符合", "n1": "有材料"})
    text = typed.content.decode()
    assert (typed.status_code, 'value="有材料"' in text) == (400, True)
    assert "“学习计划”不符合，请写明是什么情况。" in text
    form = {"revision": "0", "v0": "不符合", "n0": "没有列入计划", "v1": "符合", "n1": ""}
    saved = office.post(record, form, follow=True).content.decode()
    assert "已记下，有 1 条不符合。可以写成问题。" in saved
    new = reverse("supervision:new_finding", args=[inspection.pk]) + f"?sample={sample.pk}&line=0"
    assert f"{sample.title}：没有列入计划" in office.get(new).content.decode()
    late = {"unit": busy.units["第一支部"].pk, "sentence": "会议没有列入计划", "text": "补列计划",
            "due_on": "2020-01-01"}  # fmt: skip
    assert "整改期限不能早于今天。" in office.post(new, late).content.decode()
    office.post(new, late | {"due_on": today.isoformat()})
    finding = Finding.objects.get()
    action = finding.actions.get()
    desk = secretary.get(reverse("home:home")).content.decode()
    assert "整改：补列计划" in desk
    told = secretary.post(
        reverse("supervision:report_action", args=[action.pk]), {f"report-{action.pk}-text": "已补列"}, follow=True
    )
    assert "已报告，等另一位同志复核。" in told.content.decode()
    assert "有 1 项整改等着复核。" in read(inspector, "duties")
    recheck = reverse("supervision:recheck_action", args=[action.pk])
    back = {f"recheck-{action.pk}-number": "1", f"recheck-{action.pk}-verdict": "退回重改"}
    assert "退回重改要写一句话，说明还差什么。" in inspector.post(recheck, back).content.decode()
    inspector.post(recheck, back | {f"recheck-{action.pk}-verdict": "通过"})
    assert "还有 1 个问题没有销号。" in read(office, "end_inspection", inspection.pk)
    office.post(reverse("supervision:close_finding", args=[finding.pk]), {"close-closing": "看过"})
    ended = office.post(
        reverse("supervision:end_inspection", args=[inspection.pk]), {"conclusion": "较好"}, follow=True
    )
    assert "“年度督查”已结束。" in ended.content.decode()
    sheet = read(inspector, "inspection_sheet", inspection.pk)
    printed = ["考评项目", "考评内容", "分值", "考评方式", "第1条：没有列入计划", "会议没有列入计划", "检查人签字："]
    assert [words for words in printed if words not in sheet] == []


def test_a_finding_is_passed_down_and_taken_back_on_pages(busy: House, visit: Visit) -> None:
    chief, office = visit("chief"), visit("office")
    office.post(reverse("supervision:spot"), ask(busy, "机关党委"))
    inspection = Inspection.objects.get()
    form = {"unit": busy.units["机关党委"].pk, "sentence": "补学没有安排", "text": "", "due_on": ""}
    office.post(reverse("supervision:new_finding", args=[inspection.pk]), form)
    whole = Finding.objects.get()
    address = reverse("supervision:pass_down", args=[whole.pk])
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    values = {
        "pass-units": [busy.units["第一支部"].pk],
        "pass-sentence": "本支部的",
        "pass-text": "安排补学",
        "pass-due_on": day,
    }
    empty = chief.post(address, values | {"pass-units": []})
    assert (empty.status_code, "还没有选转交给哪些单位。" in empty.content.decode()) == (400, True)
    done = chief.post(address, values, follow=True).content.decode()
    assert "已转交，下级在待办里看得到。" in done
    assert "0/1" in done
    part = whole.parts.get()
    seen = read(visit("secretary"), "finding", part.pk)
    assert ("由上级转交" in seen, reverse("supervision:finding", args=[whole.pk]) in seen) == (True, False)
    assert visit("secretary").get(reverse("supervision:finding", args=[whole.pk])).status_code == 404
    withdraw = reverse("supervision:withdraw_finding", args=[part.pk])
    assert chief.post(withdraw, {"withdraw-closing": ""}).status_code == 400
    assert (
        "已撤回，原因写在问题里。" in chief.post(withdraw, {"withdraw-closing": "转错"}, follow=True).content.decode()
    )
    set_address = reverse("supervision:set_action", args=[whole.pk])
    task = {"task-text": "统一安排", "task-due_on": day}
    assert "已写下整改措施。" in chief.post(set_address, task, follow=True).content.decode()


def test_a_self_check_answers_earlier_findings_on_its_page(busy: House, visit: Visit) -> None:
    office, secretary = visit("office"), visit("secretary")
    office.post(reverse("supervision:spot"), ask(busy))
    form = {"unit": busy.units["第一支部"].pk, "sentence": "记录缺要素", "text": "", "due_on": ""}
    office.post(reverse("supervision:new_finding", args=[Inspection.objects.get().pk]), form)
    day = timezone.localdate().isoformat()
    secretary.post(reverse("supervision:plan_inspection"), ask(busy, title="自查", kind="自查", visit_on=day))
    check = Inspection.objects.get(kind="自查")
    assert "以前督查发现的问题" in read(secretary, "inspection", check.pk)
    carried = check.carried.get()
    address = reverse("supervision:answer_carried", args=[check.pk, carried.pk])
    standing = {f"c{carried.pk}-verdict": "仍存在", f"c{carried.pk}-note": ""}
    assert "仍存在的，请写明现在的情况和安排。" in secretary.post(address, standing).content.decode()
    done = secretary.post(address, standing | {f"c{carried.pk}-note": "6月改好"}, follow=True).content.decode()
    assert "自查结果：仍存在，6月改好" in done
    outside = secretary.post(
        reverse("supervision:plan_inspection"), ask(busy, "第一支部", title="督查", kind="督查", visit_on=day)
    )
    assert outside.status_code == 400
    dropped = secretary.post(reverse("supervision:drop_inspection", args=[check.pk]), follow=True).content.decode()
    assert "“自查”已取消。" in dropped


def test_the_office_edits_its_checklist_on_a_page(busy: House, visit: Visit) -> None:
    office = visit("office")
    page = read(office, "new_checklist")
    assert "[会议记录]" in page
    bad = office.post(reverse("supervision:new_checklist"), {"title": "机关", "text": "只有一格"})
    assert (bad.status_code, "第 1 行：至少写考评项目和考评内容" in bad.content.decode()) == (400, True)
    office.post(reverse("supervision:new_checklist"), {"title": "机关", "text": "计划 | 列入计划 | 5 | 看计划"})
    assert Checklist.objects.get().revision == 1
    assert "机关" in read(visit("inspector"), "spot")


@pytest.mark.parametrize("name", ["inspections", "findings", "inspection", "inspection_sheet"])
def test_pages_of_inspections_cost_the_same_for_one_and_for_three(
    busy: House, visit: Visit, name: str, django_assert_max_num_queries: Callable[..., object]
) -> None:
    """At 1 and at 3 rows the same number of queries."""
    office = visit("office")
    office.post(reverse("supervision:spot"), ask(busy, count=1))
    inspection = Inspection.objects.get()
    form = {"unit": busy.units["第一支部"].pk, "sentence": "甲", "text": "改", "due_on": "2999-01-01"}
    new = reverse("supervision:new_finding", args=[inspection.pk])
    office.post(new, form)
    arguments = [inspection.pk] if name.startswith("inspection_") or name == "inspection" else []
    address = reverse(f"supervision:{name}", args=arguments)
    office.get(address)
    with django_assert_max_num_queries(100) as few:  # type: ignore[attr-defined]
        office.get(address)
    for sentence in ("乙", "丙"):
        office.post(reverse("supervision:spot"), ask(busy, seed="8"))
        office.post(new, form | {"sentence": sentence, "unit": busy.units["第一支部"].pk})
    with django_assert_max_num_queries(100) as many:  # type: ignore[attr-defined]
        office.get(address)
    assert len(few.captured_queries) == len(many.captured_queries)
