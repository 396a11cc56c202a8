"""Pages of results: what they say, to whom, and with how many queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanxue.activities.models import Attendance, Session
from shanxue.assessment.models import Result, ResultReading
from shanxue.audit.models import Entry
from tests.house import AT, House, add_person, add_result

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]


def read_page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def hold_sessions(house: House, name: str, marks: list[str]) -> None:
    """One 主题党日 each month for somebody, with these marks."""
    unit = house.units["第一支部"]
    for month, mark in enumerate(marks, 1):
        session = Session.objects.create(
            bureau=house.bureau, unit=unit, kind="主题党日", tier="支部集体学", topic=f"{month}月主题党日",
            on=date(2025, month, 12), credit_milli=2000,
        )  # fmt: skip
        Attendance.objects.create(
            session=session, person=house.people[name], unit=unit, mark=mark, how="点名", recorded_at=AT,
            recorded_by="李书记",
        )  # fmt: skip


def find_result(house: House, name: str) -> Result:
    return Result.objects.get(run=house.run, person=house.people[name])


def test_own_page_says_total_grade_and_what_is_missing(house: House, visit: Visit) -> None:
    """M6: total and grade, distance to the next grade, the gate sentence (D8), the arithmetic in words."""
    text = read_page(visit("member"), "/mine/")
    for piece in (
        "<strong>86.5</strong>",
        '<span class="score-grade">良好</span>',
        "离“优秀”（90 分）还差 <strong>3.5</strong> 分。",
        "按《机关学习考核办法》第九条，学习考核未达优秀的，年度考核不评优秀。",
        "除本人外还没有人打开过这份成绩。",
        "2026年1月5日 10:30 计算",
    ):
        assert piece in text


def test_waiting_result_is_not_a_zero(house: House, visit: Visit) -> None:
    """No data is not zero: the line says so and shows a dash."""
    text = read_page(visit("office"), reverse("assessment:person", args=[house.people["赵六"].pk]))
    assert '<span class="score-grade">待补充</span>' in text
    assert '<p class="line-points"><strong>—</strong> / 40</p>' in text
    assert "还没有数据，待补充" in text


def test_reading_of_others_is_written_down_once_a_day_and_shown_to_the_person(house: House, visit: Visit) -> None:
    address = reverse("assessment:person", args=[house.people["张三"].pk])
    for _ in range(2):
        visit("secretary").get(address)
    visit("member").get("/mine/")
    readings = ResultReading.objects.values_list("result__person__name", "reader_name")
    assert list(readings) == [("张三", "李四")]
    assert "李四" in read_page(visit("member"), "/mine/")
    assert Entry.objects.filter(verb="assessment.read_result", actor="u-secretary").count() == 1


def test_records_behind_a_line_are_the_very_records(house: House, visit: Visit) -> None:
    """看 N 条: day, kind, topic, mark, who recorded it and how; a page, and a fragment for htmx."""
    hold_sessions(house, "张三", ["到", "请假", "免"])
    result = find_result(house, "张三")
    address = reverse("assessment:records", args=[result.pk, "A1"])
    assert "看 2 条" in read_page(visit("member"), "/mine/")
    page = read_page(visit("member"), address)
    fragment = visit("member").get(address, headers={"HX-Request": "true"}).content.decode()
    for text in (page, fragment):
        assert "共 2 条" in text
        assert "2025年1月12日" in text
        assert "1月主题党日" in text
        assert "李书记" in text
        assert "点名" in text
        assert "3月主题党日" not in text  # 免 is not in 应到
    assert "<html" in page
    assert "<html" not in fragment


def test_records_of_an_unknown_line_are_refused(house: House, visit: Visit) -> None:
    address = reverse("assessment:records", args=[find_result(house, "张三").pk, "X9"])
    assert visit("member").get(address).status_code == 404


def test_branch_page_lists_those_who_need_a_hand_first(house: House, visit: Visit) -> None:
    """待补充 first, then the lower grades; within a grade by staff number, and no ranks."""
    for name, plan, grade in (("孙七", 3700, "良好"), ("周八", 1000, "不合格"), ("吴九", None, "待补充")):
        add_person(house, name, "第一支部")
        add_result(house, name, plan, 5000, grade)
    answer = visit("secretary").get(reverse("assessment:unit", args=[house.units["第一支部"].pk]))
    assert [row.result.person.name for row in answer.context["members"]] == ["吴九", "周八", "张三", "孙七", "李四"]
    assert "名次" not in answer.content.decode().replace("不是名次", "")


def test_department_page_lists_who_stood_there_on_the_last_day(house: House, visit: Visit) -> None:
    answer = visit("head").get(reverse("assessment:unit", args=[house.units["综合科"].pk]))
    assert [row.result.person.name for row in answer.context["members"]] == ["王五", "张三"]


def test_board_sorts_by_need_and_says_so_in_one_sentence(house: House, visit: Visit) -> None:
    """F6: every branch on one page, shapes with words, worst first."""
    answer = visit("office").get("/units/")
    assert [row.unit.name for row, _ in answer.context["rows"]] == ["第二支部", "第一支部"]
    assert answer.context["sentence"] == "2 个支部，1 个正常，1 个未达。"
    only = visit("office").get("/units/?only=needs")
    assert [row.unit.name for row, _ in only.context["rows"]] == ["第二支部"]
    assert [people for _, people in answer.context["rows"]] == [
        [("不合格", 1), ("待补充", 1)],
        [("优秀", 1), ("良好", 1)],
    ]


def test_lists_name_the_excellent_the_stopped_and_the_reference(house: House, visit: Visit) -> None:
    """D8, D9: 张三 was proposed 优秀 and is stopped; 李四 was proposed and is not."""
    lists = visit("office").get("/lists/").context["lists"]
    assert [(one.title, [named.result.person.name for named in one.people]) for one in lists] == [
        ("优秀名单", ["李四"]),
        ("被第九条拦下的", ["张三"]),
        ("选拔任用参考", ["李四"]),
    ]


def test_scheme_page_counts_whom_each_clause_concerns(house: House, visit: Visit) -> None:
    """K3: every clause shows 影响 N 人 / M 支部; 赵六 has no plan, so the plan concerns three."""
    answer = visit("member").get("/schemes/jiguan-2025/")
    reach = {row.clause.code or row.clause.number: row.extent for row in answer.context["clauses"]}
    assert (reach["P1"], reach["A1"], reach["第九条"], reach["第十条"]) == ((3, 2), (4, 2), (3, 2), (1, 1))
    assert "影响 1 人 / 1 支部" in answer.content.decode()


def test_search_finds_within_the_scope(house: House, visit: Visit) -> None:
    assert "王五" in read_page(visit("office"), "/people/?q=五")
    assert "没有找到“五”。" in read_page(visit("secretary"), "/people/?q=五")


def test_pages_say_what_is_missing_before_anything_was_assessed(house: House, visit: Visit) -> None:
    house.run.delete()
    house.branch_run.delete()
    assert "还没有开始计分" in read_page(visit("member"), "/mine/")
    assert "还没有细则" in read_page(visit("member"), "/schemes/")
    assert visit("office").get("/lists/").status_code == 404
    assert "2 个支部。" in read_page(visit("office"), "/units/")


def count_queries(client: Client, path: str) -> int:
    client.get(path)  # the first look may write a reading
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("office", "assessment:board"),
        ("office", "assessment:lists"),
        ("office", "assessment:people"),
        ("secretary", "assessment:unit"),
        ("office", "assessment:scheme"),
        ("office", "assessment:person"),
        ("office", "assessment:records"),
    ],
)
def test_a_page_asks_the_same_number_of_queries_for_one_row_and_for_three(
    house: House, visit: Visit, key: str, name: str
) -> None:
    for person in ("李四", "王五", "赵六"):
        find_result(house, person).delete()
    hold_sessions(house, "张三", ["到"])
    path = {
        "assessment:people": "/people/?q=10",
        "assessment:unit": reverse("assessment:unit", args=[house.units["第一支部"].pk]),
        "assessment:scheme": "/schemes/jiguan-2025/",
        "assessment:person": reverse("assessment:person", args=[house.people["张三"].pk]),
        "assessment:records": reverse("assessment:records", args=[find_result(house, "张三").pk, "A1"]),
    }.get(name) or reverse(name)
    one = count_queries(visit(key), path)
    for other in ("孙七", "周八"):
        add_person(house, other, "第一支部")
        add_result(house, other, 3000, 5000, "良好")
    for month, mark in ((2, "迟到"), (3, "缺席")):
        session = Session.objects.create(
            bureau=house.bureau, unit=house.units["第一支部"], kind="党课", tier="支部集体学", topic="党课",
            on=date(2025, month, 20),
        )  # fmt: skip
        Attendance.objects.create(
            session=session, person=house.people["张三"], mark=mark, how="点名", recorded_at=AT, recorded_by="李书记"
        )
    assert count_queries(visit(key), path) == one
