"""K5 through its pages: first sentences, two taps to the preview, who sees what, the same queries for any length."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from shanxue.assessment.due import list_for_office, list_for_person, list_for_unit
from shanxue.assessment.models import Objection, Proceeding, Result
from shanxue.assessment.queries.proceedings import list_scheme_parts
from tests.assessment.proceeding_house import (
    BRANCHES,
    CUT,
    DAY,
    DEPARTMENTS,
    SCHEME,
    Desk,
    bring_to_freeze,
    build_desk,
    cut,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None) -> Desk:
    return build_desk()


def visit(desk: Desk, key: str) -> Client:
    client = Client()
    client.force_login(desk.users[key], backend="django.contrib.auth.backends.ModelBackend")
    return client


def read(client: Client, name: str, *arguments: object) -> str:
    answer = client.get(reverse(f"assessment:{name}", args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def test_two_taps_lead_from_the_task_list_to_the_preview(desk: Desk) -> None:
    proceeding = cut(desk, desk.open())
    office = visit(desk, "office")
    page = read(office, "proceeding", proceeding.pk)
    assert "现在要办：试算。" in page
    address = reverse("assessment:preview", args=[proceeding.pk])
    assert f'href="{address}"' in page
    assert office.post(address, {"turn": proceeding.turn}).headers["Location"] == address
    shown = read(office, "preview", proceeding.pk)
    assert ("张兰" in shown, "90.00" in shown, "不是最后结果，可以再算。" in shown) == (True, True, True)


def test_an_old_page_pressed_again_says_who_was_before(desk: Desk) -> None:
    proceeding = desk.open()
    address = reverse("assessment:roster", args=[proceeding.pk])
    assert visit(desk, "office").post(address, {"turn": 0, "words": ""}).status_code == 302
    late = visit(desk, "second").post(address, {"turn": 0, "words": ""})
    assert (late.status_code, "周文刚办了“核对名册”，请看清现在的情况再办。" in late.content.decode()) == (400, True)


def test_the_public_list_is_open_while_it_lasts_and_names_the_least(desk: Desk) -> None:
    proceeding = bring_to_freeze(desk, desk.open())
    address = reverse("assessment:publicity", args=[proceeding.pk])
    assert visit(desk, "member").get(address).status_code == 404
    Proceeding.objects.filter(pk=proceeding.pk).update(
        stage="公示", publicity_from_on=date(2026, 1, 5), publicity_until_on=date(2099, 1, 1),
        appeal_until_on=date(2099, 1, 1),
    )  # fmt: skip
    page = visit(desk, "member").get(address).content.decode()
    assert ("张兰" in page, "王强" in page, "90.00" in page) == (True, False, False)
    Proceeding.objects.filter(pk=proceeding.pk).update(publicity_until_on=date(2026, 1, 12))
    assert visit(desk, "member").get(address).status_code == 404


def test_a_secretary_confirms_by_one_press_and_the_office_reads_objections(desk: Desk) -> None:
    proceeding = bring_to_freeze(desk, desk.open())
    secretary, town = visit(desk, "secretary"), desk.town
    address = reverse("assessment:check", args=[proceeding.pk, town.first.pk])
    assert "3 人，3 人还没有确认。请在1月8日以前办完。" in secretary.get(address).content.decode()
    result = desk.find(list_scheme_parts(proceeding)[0].frozen_run_id, "王强")
    line = reverse("assessment:object", args=[proceeding.pk, town.first.pk, result.pk])
    assert secretary.post(line, {"item": "A1", "sentence": ""}).status_code == 400
    assert secretary.post(line, {"item": "A1", "sentence": "3月那次他来了。"}).status_code == 302
    secretary.post(address, {"result": "all"})
    assert "3 人，1 人还没有确认。" in secretary.get(address).content.decode()
    assert "3月那次他来了。" in read(visit(desk, "office"), "checks", proceeding.pk)
    assert secretary.get(reverse("assessment:check", args=[proceeding.pk, town.second.pk])).status_code == 404


def test_the_check_pages_show_the_units_own_results(desk: Desk) -> None:
    """The secretary reads and confirms the branch's own result; the office sees who has not, and stands in."""
    proceeding = bring_to_freeze(desk, desk.open(SCHEME, BRANCHES, DEPARTMENTS))
    secretary, office, town = visit(desk, "secretary"), visit(desk, "office"), desk.town
    page = read(secretary, "check", proceeding.pk, town.first.pk)
    assert "本支部的结果还没有确认。3 人，3 人还没有确认。" in page
    assert page.index("党支部学习考核办法") < page.index("机关学习考核办法")
    own = Result.objects.get(run=list_scheme_parts(proceeding)[1].frozen_run, unit=town.first)
    line = reverse("assessment:object", args=[proceeding.pk, town.first.pk, own.pk])
    assert secretary.post(line, {"item": "Z1", "sentence": "少算了一个人。"}).status_code == 302
    objection = Objection.objects.get()
    waits = read(secretary, "check", proceeding.pk, town.first.pk)
    assert waits.count('name="result" value="') == 1 + 3  # all, and each of three people: not what is objected to
    assert "成员" in read(office, "objection", objection.pk)
    assert "1 个没有人负责核对，由学习办公室代为确认。" in read(office, "checks", proceeding.pk)
    address = reverse("assessment:check", args=[proceeding.pk, town.office.pk])
    assert "代为确认" in office.get(address).content.decode()
    office.post(address, {"result": "all", "reason": "和主任当面核对过"})
    assert "代为确认：和主任当面核对过" in office.get(address).content.decode()
    (row,) = list_for_unit(town.first, CUT)
    assert row.state == "3 人和本单位的结果还没有确认"


def test_what_waits_is_asked_of_branch_member_and_office(desk: Desk) -> None:
    proceeding = bring_to_freeze(desk, desk.open())
    (row,) = list_for_unit(desk.town.first, CUT)
    assert (row.title, row.state, row.on) == (
        "核对本支部的2025年度学习考核结果", "3 人还没有确认", date(2026, 1, 8)
    )  # fmt: skip
    assert list_for_person(desk.town.people["张兰"], CUT) == []
    Proceeding.objects.filter(pk=proceeding.pk).update(
        stage="公示", publicity_until_on=date(2026, 1, 12), appeal_until_on=date(2026, 1, 12)
    )
    (row,) = list_for_person(desk.town.people["张兰"], CUT)
    assert (row.title, row.state) == ("看2025年度学习考核的公示和本人的结果", "有意见的可申诉到1月12日")
    assert list_for_person(desk.town.people["张兰"], CUT + 10 * DAY) == []
    (row,) = list_for_office(desk.act_as("office"), CUT)
    assert (row.title, row.state, row.on) == ("2025年度学习考核：公示", "第 6 步，共 9 步", date(2026, 1, 12))


@pytest.mark.parametrize("name", ["preview", "late", "checks"])
def test_lists_ask_the_database_the_same_whatever_their_length(
    desk: Desk, name: str, django_assert_max_num_queries: Callable[..., object]
) -> None:
    proceeding = bring_to_freeze(desk, desk.open())
    office = visit(desk, "office")
    counts = []
    for _ in range(2):
        read(office, name, proceeding.pk)
        with django_assert_max_num_queries(60) as asked:
            read(office, name, proceeding.pk)
        counts.append(len(asked))
        if len(counts) == 1:
            for number in range(3):
                person = desk.town.add_person(f"01{number}", f"丁{number}", desk.town.second)
                result = desk.find(list_scheme_parts(proceeding)[0].frozen_run_id, "张兰")
                result.pk, result.person, result.home = None, person, desk.town.second
                result._state.adding = True
                result.save()
    assert counts[0] == counts[1]
