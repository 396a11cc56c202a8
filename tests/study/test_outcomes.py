"""学用结合 (D14): research text → adopted measure → evidence → recognised by the office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from shanxue.audit.models import Entry
from shanxue.study.models import Outcome
from tests.house import House

from .rows import count_queries

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]
SENT = {"title": "窗口办理时间调研", "kind": "调研报告", "on": "2025-05-01", "summary": "排队时间的三个原因。",
        "adopted_as": "", "adopted_by": "", "adopted_on": "", "evidence": ""}  # fmt: skip
ADOPTED = {"adopted_as": "午间不断档", "adopted_by": "局办〔2025〕3号", "adopted_on": "2025-05-20"}
EVIDENCE = {"evidence": "平均等候从 40 分钟减到 15 分钟，见第 3 期简报。"}


def add(house: House, name: str = "张三", state: str = "研究", **values: object) -> Outcome:
    steps = {
        "研究": {},
        "已采纳": {"adopted_as": "措施", "adopted_on": date(2025, 5, 20)},
        "已见效": {"adopted_as": "措施", "adopted_on": date(2025, 5, 20), "evidence": "依据"},
    }[state]
    return Outcome.objects.create(
        bureau=house.bureau, person=house.people[name], unit=house.units["第一支部"], state=state,
        **{"title": f"{name}的成果", "on": date(2025, 5, 1), **steps, **values},
    )  # fmt: skip


def test_an_outcome_grows_from_research_to_recognition(house: House, visit: Visit) -> None:
    """Every step is written once; how far it has come follows from what is written."""
    member, office = visit("member"), visit("office")
    assert "现在是“研究”。" in member.post("/study/outcomes/new/", SENT, follow=True).content.decode()
    outcome = Outcome.objects.get()
    assert outcome.unit == house.units["第一支部"]
    path = f"/study/outcomes/{outcome.pk}/"
    assert "现在是“已采纳”。" in member.post(f"{path}edit/", {**SENT, **ADOPTED}, follow=True).content.decode()
    assert office.post(f"{path}decide/", {"act": "recognise"}).status_code == 409
    member.post(f"{path}edit/", {**SENT, **ADOPTED, **EVIDENCE})
    assert "已认定“窗口办理时间调研”。" in office.post(
        f"{path}decide/", {"act": "recognise"}, follow=True
    ).content.decode()  # fmt: skip
    outcome.refresh_from_db()
    assert (outcome.state, outcome.recognised_on, outcome.recognised_by) == ("已认定", timezone.localdate(), "office")
    assert Entry.objects.latest("pk").verb == "study.recognise_outcome"
    answer = member.post(f"{path}edit/", {**SENT, **ADOPTED, **EVIDENCE})
    assert "这项成果已经认定，不能再改。" in answer.content.decode()


def test_declining_needs_a_reason_that_the_author_sees(house: House, visit: Visit) -> None:
    outcome = add(house, state="已见效")
    path, office = f"/study/outcomes/{outcome.pk}/", visit("office")
    answer = office.post(f"{path}decide/", {"act": "decline", "reason": " "})
    assert answer.status_code == 400
    assert "暂不认定要写明理由，作者会看到。" in answer.content.decode()
    office.post(f"{path}decide/", {"act": "decline", "reason": "请补简报原件的期号。"})
    text = visit("member").get(path).content.decode()
    assert "暂不认定：请补简报原件的期号。" in text
    office.post(f"{path}decide/", {"act": "recognise"})
    outcome.refresh_from_db()
    assert (outcome.state, outcome.declined) == ("已认定", "")


def test_only_the_office_recognises_and_never_its_own(house: House, visit: Visit) -> None:
    outcome = add(house, state="已见效")
    path = f"/study/outcomes/{outcome.pk}/decide/"
    for key, status in (("member", 403), ("secretary", 403), ("leader", 403), ("system", 404)):
        assert visit(key).post(path, {"act": "recognise"}).status_code == status
    house.people["张三"].account = house.users["office"]
    house.people["张三"].save()
    answer = visit("office").post(path, {"act": "recognise"})
    assert "不能认定自己的成果。请办公室的另一位同志认定。" in answer.content.decode()
    outcome.refresh_from_db()
    assert outcome.state == "已见效"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (EVIDENCE, "先写采纳的措施和日期，再写见效的依据。"),
        ({"adopted_as": "午间不断档"}, "采纳的措施和采纳日期要一起写。"),
        ({**ADOPTED, "adopted_on": "2025-04-01"}, "采纳日期早于成果日期。请核对这两个日期。"),
        ({"on": "2099-01-01"}, "日期还没有到。请改成实际的日期。"),
        ({"title": ""}, "请填写“成果名称”。"),
    ],
)
def test_a_step_left_out_or_a_wrong_day_is_said_and_nothing_lost(
    house: House, visit: Visit, changed: dict[str, str], sentence: str
) -> None:
    answer = visit("member").post("/study/outcomes/new/", {**SENT, **changed})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert "排队时间的三个原因。" in answer.content.decode()
    assert Outcome.objects.count() == 0


@pytest.mark.parametrize(
    "values",
    [
        {"state": "已采纳", "adopted_on": None},
        {"state": "已见效", "evidence": ""},
        {"state": "已认定"},
        {"state": "已认定", "recognised_on": date(2025, 6, 1), "declined": "理由"},
    ],
)
def test_the_database_itself_refuses_a_state_without_its_ground(house: House, values: dict[str, object]) -> None:
    outcome = add(house, state="已见效")
    with pytest.raises(IntegrityError), transaction.atomic():
        Outcome.objects.filter(pk=outcome.pk).update(**values)


def test_everybody_sees_the_outcomes_of_those_they_answer_for(house: House, visit: Visit) -> None:
    for name in ("张三", "李四", "王五"):
        add(house, name)
    seen = {}
    for key in ("member", "secretary", "office", "inspector"):
        text = visit(key).get("/study/outcomes/").content.decode()
        seen[key] = [name for name in ("张三", "李四", "王五") if f"{name}的成果" in text]
    assert seen == {
        "member": ["张三"],
        "secretary": ["张三", "李四"],
        "office": ["张三", "李四", "王五"],
        "inspector": ["张三", "李四", "王五"],
    }


def test_the_list_is_filtered_by_progress_and_year(house: House, visit: Visit) -> None:
    this_year = timezone.localdate().replace(day=1, month=1)
    add(house, title="今年的", on=this_year)
    add(house, state="已见效", title="往年的", on=this_year - timedelta(days=300), adopted_on=this_year)
    client = visit("office")
    pages = [
        client.get("/study/outcomes/", query).content.decode()
        for query in ({}, {"state": "已见效"}, {"year": str(this_year.year)})
    ]
    assert [("今年的" in page, "往年的" in page) for page in pages] == [(True, True), (False, True), (True, False)]


def test_an_outcome_is_deleted_after_a_check_unless_recognised(house: House, visit: Visit) -> None:
    outcome = add(house)
    done = add(house, state="已见效", title="定了")
    Outcome.objects.filter(pk=done.pk).update(state="已认定", recognised_on=date(2025, 6, 1))
    client = visit("member")
    assert "删除后不能恢复。" in client.get(f"/study/outcomes/{outcome.pk}/delete/").content.decode()
    client.post(f"/study/outcomes/{outcome.pk}/delete/")
    assert client.post(f"/study/outcomes/{done.pk}/delete/").status_code == 409
    assert Outcome.objects.get() == done


def test_the_list_makes_the_same_queries_at_one_and_three_rows(house: House, visit: Visit) -> None:
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            add(house)
        counts.append([count_queries(visit(key), "/study/outcomes/") for key in ("member", "secretary", "office")])
    assert counts[0] == counts[1]
