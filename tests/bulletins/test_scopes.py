"""Whom a document speaks of and who reads it; the year's 通报 with its assessment; queries that do not grow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanxue.bulletins.actions.drafting import draft_bulletin, draft_notice, draft_opinion
from shanxue.bulletins.actions.signing import answer_document
from shanxue.bulletins.forms import EditForm
from shanxue.bulletins.models import Figure
from shanxue.bulletins.queries.checks import check_document
from shanxue.bulletins.queries.documents import list_scopes, read_sections
from shanxue.bulletins.rules import Section
from shanxue.bulletins.rules.periods import find_ended, list_periods, read_period
from shanxue.orgs.models import Grant
from shanxue.orgs.rules import UnitKind
from tests.house import House, add_unit, add_user
from tests.supervision.rulebook import hold

from .desk import NOW, TODAY, Desk, issue, open_desk, submit, write_bulletin_of
from .test_flow import refuse
from .test_notices import approve_plan

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


@pytest.fixture
def desk(house: House) -> Desk:
    return open_desk(house)


def read_values(form: EditForm) -> dict[str, object]:
    """What the page would send back if nobody touched it."""
    found = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: "" if value is None else value for name, value in found.items()}


def test_periods_on_offer_are_newest_first_and_the_quarter_that_ended_last_is_chosen() -> None:
    assert [one.label for one in list_periods(date(2026, 11, 20))] == [
        "2026年第四季度", "2026年第三季度", "2026年第二季度", "2026年第一季度", "2026年下半年", "2026年上半年",
        "2026年度", "2025年度",
    ]  # fmt: skip
    for day, label in ((date(2026, 11, 20), "2026年第三季度"), (date(2026, 1, 1), "2025年第四季度")):
        assert find_ended(list_periods(day), day).label == label


@pytest.mark.parametrize("code", ["", "2026", "2026q0", "2026q5", "2026h3", "2026yx", "0000y", "二〇二六q1", "2026q１"])
def test_what_is_no_period(code: str) -> None:
    assert read_period(code) is None


def test_an_office_of_one_branch_speaks_of_that_branch_only(desk: Desk, visit: Visit) -> None:
    first = desk.house.units["第一支部"]
    add_user(desk.house, "clerk", Grant.Power.OFFICE, "第一支部")
    clerk = desk.be("clerk")
    assert list_scopes(clerk) == [first]
    sentence = refuse(lambda: draft_bulletin(clerk, None, "2026q2", at=NOW), "office_only")
    assert sentence == "文件由学习办公室起草，范围不能超过本办公室管的单位。"
    document = draft_bulletin(clerk, first, "2026q2", at=NOW)
    assert document.title == "中共云川市示例局委员会关于2026年第二季度第一支部学习情况的通报"
    assert "第二支部" not in str(document.tables)
    assert visit("secretary").get(reverse("bulletins:document", args=[document.pk])).status_code == 404


def test_other_branches_do_not_read_what_speaks_of_one(desk: Desk, visit: Visit) -> None:
    second = desk.house.units["第二支部"]
    document = issue(desk, draft_bulletin(desk.be("office"), second, "2026q2", at=NOW))
    for key, status in (("secretary", 404), ("leader", 200), ("office", 200), ("inspector", 200), ("member", 404)):
        assert visit(key).get(reverse("bulletins:document", args=[document.pk])).status_code == status


def test_a_draft_is_seen_by_the_office_and_by_who_signs(desk: Desk, visit: Visit) -> None:
    document = write_bulletin_of(desk, "2026q2")
    for key, status in (("office", 200), ("leader", 200), ("inspector", 404), ("secretary", 404), ("head", 404)):
        assert visit(key).get(reverse("bulletins:document", args=[document.pk])).status_code == status


def test_the_years_bulletin_says_what_the_assessment_says(desk: Desk) -> None:
    """The results of the year with every number as a figure, and the units they name with that sentence as evidence."""
    document = write_bulletin_of(desk, "2025y")
    sections = read_sections(document)
    lines = sections[Section.OVERALL].text.split("\n")
    assert lines[0] == "（一）考核结果"
    assert lines[1] == (
        "截至2025年12月31日，全局2个支部应考核4人，已评定3人，其中优秀1人、占25.0%，良好1人、占25.0%，"
        "不合格1人、占25.0%；资料不全、待补充1人。"
    )
    figures = Figure.objects.filter(document=document, key__startswith="year/")
    assert (
        figures.count() == len([key for one in sections.values() for key in one.keys if key.startswith("year/")]) > 10
    )
    assert "（一）" in sections[Section.PROBLEMS].text
    assert {"第一支部", "第二支部"} >= {one.unit.name for one in document.named_units.all()} != set()
    assert [table["title"] for table in document.tables][1:] == [
        "2025年度各支部学习考核情况表", "2025年度各部门学习考核情况表", "2025年度支部考核得分表",
    ]  # fmt: skip
    assert check_document(document, TODAY).changes == []


def test_every_page_of_every_kind_opens(desk: Desk, visit: Visit) -> None:
    notice = draft_notice(desk.be("office"), None, {"title": "通知", "to": "各支部"}, "请报送。", at=NOW)
    opinion = draft_opinion(desk.be("office"), approve_plan(desk.house), at=NOW)
    client = visit("office")
    for document in (notice, opinion, write_bulletin_of(desk, "2025y")):
        for page in ("document", "edit", "check", "docx"):
            assert client.get(reverse(f"bulletins:{page}", args=[document.pk])).status_code == 200
        submit(desk, document)
        assert visit("leader").get(reverse("bulletins:sign", args=[document.pk])).status_code == 200


def test_a_bad_edit_is_told_at_its_field(desk: Desk, visit: Visit) -> None:
    document = write_bulletin_of(desk, "2026q2")
    address = reverse("bulletins:edit", args=[document.pk])
    form = visit("office").get(address).context["form"]
    values = read_values(form)
    values |= {"line_percent": "90", "line_clause": "", "title": "", "answer_days": "0"}
    text = visit("office").post(address, values).content.decode()
    for sentence in ("请写明这条界线出自哪一条，没有依据的界线不能用来点名。", "请填写“标题”。"):
        assert sentence in text


def test_a_line_of_attendance_names_who_is_below_it(desk: Desk, visit: Visit) -> None:
    document = write_bulletin_of(desk, "2026q2")
    address = reverse("bulletins:edit", args=[document.pk])
    form = visit("office").get(address).context["form"]
    values = read_values(form)
    visit("office").post(address, values | {"line_percent": "90", "line_clause": "《学习制度》第五条", "named": []})
    text = read_sections(document)[Section.PROBLEMS].text
    assert "到会率低于《学习制度》第五条要求的90%的有1个单位：第二支部。" in text


def test_drafting_asks_the_same_of_the_database_however_many_units(desk: Desk) -> None:
    counts = []
    for number in (3, 4, 5):
        document = write_bulletin_of(desk, "2026q2")
        with CaptureQueriesContext(connection) as asked:
            check_document(document, TODAY)
        counts.append(len(asked))
        document.delete()
        unit = add_unit(desk.house, f"第{number}支部", UnitKind.BRANCH, "机关党委")
        for month in (4, 5, 6):
            hold(unit, date(2026, month, 3), people=(desk.house.people["赵六"],), roll_ended_at=NOW)
    assert counts[0] == counts[1] == counts[2]


def test_names_and_answers_of_an_issued_document_stay(desk: Desk) -> None:
    document = issue(desk, write_bulletin_of(desk, "2026q2"))
    named = document.named_units.get(unit=desk.house.units["第一支部"])
    answer_document(desk.be("secretary"), named, "已补登。", at=NOW)
    for values in ({"evidence": [{"fact": "改"}]}, {"answer": "改"}):
        with pytest.raises(DatabaseError, match="is not changed"), transaction.atomic():
            document.named_units.filter(pk=named.pk).update(**values)
