"""A2: what a record counts for, by the very filter that counts it; and the chains of what is no record of study."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanxue.activities.models import Attendance, MakeUp
from shanxue.archive.chains.effects import list_touched, list_uses
from shanxue.archive.chains.sessions import list_marks, list_refs
from shanxue.assessment.models import Result, ResultReading
from shanxue.assessment.queries.results import list_shown
from shanxue.assessment.runs import gather_evidence
from shanxue.assessment.tracing import trace_records
from shanxue.audit.models import Entry
from shanxue.exams.models import Score
from shanxue.orgs.queries import find_actor
from shanxue.resources.models import Copy, PaymentLine
from shanxue.study.models import Note, Outcome
from tests.assessment.proceeding_house import bring_to_freeze, build_desk
from tests.bulletins.access import make as make_documents
from tests.house import House
from tests.resources.access import make as make_resources
from tests.supervision.access import make_inspection

from .conftest import HELD_AT, Year
from .test_chains import open_chain

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


def attend(year: Year, name: str, mark: str = "到") -> Attendance:
    """Somebody of 第一支部 comes to the meeting of 第二支部."""
    return Attendance.objects.create(
        session=year.session, person=year.house.people[name], unit=year.house.units["第一支部"], mark=mark, how="点名",
        recorded_at=HELD_AT, recorded_by="王五",
    )  # fmt: skip


def test_a_session_says_what_it_counts_for_and_whose_lines_it_touched(year: Year, visit: Visit) -> None:
    """From the plan to the score: of many people a number, linked to their lines; each look is written down once."""
    attend(year, "张三")
    client, address = (
        visit("inspector"),
        reverse("archive:lines", args=["session", year.session.pk, year.house.run.pk, "A1"]),
    )
    page = open_chain(client, "session", year.session.pk)
    assert "计入《机关学习考核办法》A1“到会”，3 人的这一项用到它" in page
    assert f'href="{address}"' in page
    assert "30.00" not in page
    assert not ResultReading.objects.exists()
    for _ in range(2):
        lines = client.get(address).content.decode()
    assert [text in lines for text in ("王五", "30.00", "张三", "50.50", "赵六", "60.00")] == [True] * 6
    assert "共 3 项得分" in lines
    assert sorted(ResultReading.objects.values_list("result__person__name", "reader")) == [
        ("张三", "u-inspector"), ("王五", "u-inspector"), ("赵六", "u-inspector"),
    ]  # fmt: skip
    entry = Entry.objects.get(verb="assessment.read_results")
    assert (entry.actor, len(entry.detail["results"])) == ("u-inspector", 3)
    assert "inspector" in visit("member").get("/mine/").content.decode()


def test_only_lines_of_people_the_reader_may_see_are_listed(year: Year, visit: Visit) -> None:
    """People-level values stay with those who may see them: the secretary of 第一支部 sees one of three."""
    year.session.unit = year.house.units["第一支部"]
    year.session.save()
    attend(year, "张三")
    client = visit("secretary")
    assert "3 人的这一项用到它" in open_chain(client, "session", year.session.pk)
    address = reverse("archive:lines", args=["session", year.session.pk, year.house.run.pk, "A1"])
    page = client.get(address).content.decode()
    assert ("张三" in page, "王五" in page, "另有 2 项不在你能看的范围里，不列出。" in page) == (True, False, True)
    assert client.get(address.replace("A1", "P1")).status_code == 404
    assert visit("head").get(address).status_code == 404


def test_a_record_counts_exactly_where_the_evidence_of_a_line_holds_it(year: Year) -> None:
    """One truth: for every result and item, the trace says what the engine's own filter says."""
    attend(year, "张三", "缺席")
    attend(year, "李四", "免")
    house, rows = year.house, list_marks(year.session)
    refs = list_refs(year.session, rows).refs
    shown = next(one for one in list_shown(house.bureau) if one.run == house.run)
    people = {row.person_id for row in rows}
    traced = {
        (subject, use.item.code)
        for session_id in (year.session.pk, None)
        for use in trace_records(shown, refs, people, session_id=session_id)
        for subject in use.subjects
    }
    counted = {
        (result.person_id, item.code)
        for result in Result.objects.filter(run=house.run).select_related("run__scheme", "run__bureau")
        for item in shown.scheme.items
        if refs & {(row["source"], row["ref"]) for row in gather_evidence(result).list_rows(item.code)}
    }
    assert traced == counted == {(house.people[name].pk, "A1") for name in ("张三", "王五", "赵六")}


def test_what_a_frozen_run_counted_stays_what_its_chain_shows() -> None:
    """A mark changed after the freeze counts as it was kept, in the chain as in the result."""
    desk = build_desk()
    proceeding = bring_to_freeze(desk, desk.open())
    shown = list_shown(desk.town.bureau)[0]
    assert proceeding.pk
    row = Attendance.objects.filter(session__bureau=desk.town.bureau, mark="到").order_by("pk")[0]
    Attendance.objects.filter(pk=row.pk).update(mark="免")
    uses = trace_records(shown, {("attendance", row.pk)}, {row.person_id}, session_id=row.session_id)
    assert [(use.item.code, use.subjects) for use in uses] == [("A1", (row.person_id,))]


@pytest.mark.parametrize("count", [1, 3])
def test_the_lines_of_a_session_cost_the_same_whatever_the_number_of_people(year: Year, count: int) -> None:
    house = year.house
    year.session.attendances.all().delete()
    for name in ("张三", "王五", "赵六")[:count]:
        attend(year, name)
    actor = find_actor(house.users["inspector"], date(2026, 1, 5))
    assert actor is not None
    traced = list_refs(year.session, list_marks(year.session))
    with CaptureQueriesContext(connection) as queries:
        (use,) = list_uses(actor, year.session.on, traced)
        assert len(list_touched(actor, use)) == count
    assert len(queries) == 8


def tell(page: str, *texts: str) -> None:
    """Every text stands on the page, in this order."""
    at = -1
    for text in texts:
        found = page.find(text, at + 1)
        assert found > at, text
        at = found


def test_a_make_up_keeps_the_absence(year: Year, visit: Visit) -> None:
    """K54: 已补学 never turns an absence into presence."""
    row = year.session.attendances.get(person=year.house.people["赵六"])
    make_up = MakeUp.objects.create(
        session=year.session, person=row.person, of_mark="请假", form="自学", material="条例",
        until_on=date(2025, 5, 20), state="已完成", arranged_at=HELD_AT, arranged_by="王五",
        done_on=date(2025, 5, 22), confirmed_at=HELD_AT, confirmed_by="王五",
    )  # fmt: skip
    page = open_chain(visit("inspector"), "makeup", make_up.pk)
    tell(
        page,
        "原来记为请假",
        "安排补学：自学，条例，2025-05-20 前",
        "<strong>本人报告已补学</strong>",
        "已完成",
        "A1“到会”，这一项得 60.00",
    )


def test_notes_scores_and_outcomes_say_when_nothing_counts_them(year: Year, visit: Visit) -> None:
    house = year.house
    who = {"bureau": house.bureau, "person": house.people["王五"], "on": date(2025, 6, 1)}
    score = Score.objects.create(title="第二季度测试", score_milli=86_500, **who)
    outcome = Outcome.objects.create(
        title="窗口办理时间调研", unit=house.units["第二支部"], state="已采纳", adopted_as="延时服务",
        adopted_by="局办〔2025〕3号", adopted_on=date(2025, 7, 1), **who,
    )  # fmt: skip
    note = Note.objects.create(title="读条例", state="通过", **who)
    client, nothing = visit("office"), "现有的考核结果里没有用到这条记录"
    tell(
        open_chain(client, "score", score.pk),
        "王五的测试“第二季度测试”",
        "导入的成绩，第 1 次：参加，86.5 / 100",
        nothing,
    )
    tell(
        open_chain(client, "outcome", outcome.pk), "调研报告“窗口办理时间调研”", "延时服务", "局办〔2025〕3号", nothing
    )
    tell(open_chain(client, "note", note.pk), "导入的笔记目录：通过", nothing)
    assert visit("secretary").get(reverse("archive:chain", args=["score", score.pk])).status_code == 404


def test_a_finding_leads_from_the_record_drawn_to_its_closing(house: House, visit: Visit) -> None:
    arguments = make_inspection(house)
    finding = arguments["supervision:finding"][0]
    page = open_chain(visit("inspector"), "finding", int(str(finding)))
    tell(page, "安排督查《年度督查》", "抽到第 1 条", "种子 7", "问题", "整改", "还在整改，没有销号")
    assert visit("head").get(reverse("archive:chain", args=["finding", finding])).status_code == 404


def test_a_payment_leads_from_the_purpose_to_the_books_lent_without_names(house: House, visit: Visit) -> None:
    """D11: what the fund bought and that it is used; who borrowed is nobody's evidence."""
    payment = make_resources(house)["resources:payment"][0]
    Copy.objects.update(line=PaymentLine.objects.get(payment=payment))
    client = visit("office")
    page = open_chain(client, "payment", int(str(payment)))
    tell(page, "专项经费：付款", "批准", "付款", "发票.pdf，校验值", "买到", "登记 3 册", "借出过 1 次，现在借出 1 册")
    assert not any(name in page for name in house.people)
    assert visit("secretary").get(reverse("archive:chain", args=["payment", payment])).status_code == 404


def test_a_document_leads_from_the_draft_to_the_answers_of_the_units_it_names(house: House, visit: Visit) -> None:
    document = make_documents(house)["bulletins:document"][0]
    page = open_chain(visit("inspector"), "document", int(str(document)))
    tell(
        page,
        "情况通报《",
        "起草，",
        "个数字按当时的样子保存",
        "送签",
        "签发，",
        "校验值",
        "点名后还没有说明：",
        "第一支部",
    )
