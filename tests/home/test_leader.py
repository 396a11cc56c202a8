"""The leader's first page and the page of one unit (ux L1, L2), without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shanxue.activities.models import Attendance
from shanxue.assessment.actions.appeals import file_appeal
from shanxue.assessment.models import Appeal
from shanxue.bulletins.overview import build_overview
from shanxue.exams.models import Score
from shanxue.home.pages import list_entries
from shanxue.home.unit_overview import tell_founded
from shanxue.orgs.queries import Actor, find_actor
from shanxue.orgs.rules import UnitKind
from shanxue.plans.actions.institutions import remark_duty
from shanxue.plans.rules import RemarkKind
from shanxue.plans.rules.slots import find_period
from shanxue.study.models import Note
from shanxue.supervision.models import Instruction
from tests.house import AT, House, add_unit
from tests.supervision.rulebook import adopt, hold, last_quarter, name_key

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


def act(house: House, key: str = "leader", on: date | None = None) -> Actor:
    return find_actor(house.users[key], on or timezone.localdate())


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def ruled(house: House) -> House:
    """第一支部 met in the last quarter and in this one, 第二支部 in neither."""
    adopt(house.bureau)
    today = timezone.localdate()
    for start in (last_quarter(today), find_period(today, "quarter").from_on):
        hold(house.units["第一支部"], start, people=(house.people["张三"],))
    return house


def test_a_leaders_first_page_is_the_one_page(house: House, visit: Visit) -> None:
    for key in ("leader", "head"):
        assert visit(key).get("/").headers["Location"] == reverse("home:overview")
        foot = [entry.name for entry in list_entries(act(house, key)) if entry.where == "foot"]
        assert foot == ["home:overview", "supervision:duties", "supervision:instructions", "home:more"]
    for key in ("office", "inspector"):
        assert visit(key).get("/").headers["Location"] == reverse("supervision:duties")


def test_the_figures_are_those_of_the_board(ruled: House) -> None:
    """L1: 第二支部 is late since its quarter ended; it is the one thing to ask after."""
    found = build_overview(act(ruled), timezone.localdate(), timezone.now())
    lights = {unit.name: unit.light for unit in found.units}
    assert set(lights) >= {"第一支部", "第二支部"}
    assert lights["第二支部"] == "逾期"
    assert [row.title for row in found.matters] == ["第二支部有任务逾期"]
    assert found.sentence == "全局 2 个支部，1 个按期，1 个逾期；需要您过问 1 件。"


def test_no_name_stands_on_the_first_page(ruled: House, visit: Visit) -> None:
    """L1: no personal names, not even of an appeal that waits."""
    appeal = file_appeal(act(ruled, "member"), ruled.run.results.get(person=ruled.people["张三"]), "A1", "少算一次。",
                         at=timezone.now())  # fmt: skip
    Appeal.objects.filter(pk=appeal.pk).update(asked_at=timezone.now() - timedelta(days=18))
    page = read(visit("leader"), reverse("home:overview"))
    assert "1 件申诉超过期限还没有答复" in page
    assert "最早的一件已等 18 天" in page
    assert "第二支部有任务逾期" in page
    assert [name for name in ruled.people if name in page] == []


def test_a_unit_that_was_written_to_is_no_longer_asked_after(ruled: House) -> None:
    Instruction.objects.create(
        bureau=ruled.bureau, unit=ruled.units["第二支部"], text="请补开。", at=timezone.now(),
        by=ruled.users["leader"],
    )  # fmt: skip
    assert build_overview(act(ruled), timezone.localdate(), timezone.now()).matters == ()


def test_the_first_minute_of_the_year(house: House, visit: Visit) -> None:
    """L1, empty: nothing was done yet; the page works."""
    assert "本年度刚开始，还没有可看的数据。预计 2 月有第一版。" in read(visit("leader"), reverse("home:overview"))


def test_the_lines_count_what_the_rooms_hold(house: House) -> None:
    """Meetings held, notes passed, tests and make-ups of two years, by month."""
    today = date(2026, 6, 30)
    branch, people = house.units["第一支部"], house.people
    hold(branch, date(2026, 3, 2))
    hold(branch, date(2025, 3, 2))
    missed = hold(branch, date(2026, 3, 9), "学习日", (people["张三"],))
    Attendance.objects.filter(session=missed).update(mark="已补学")
    for state, on in (("通过", date(2026, 4, 1)), ("待审", date(2026, 4, 1)), ("通过", date(2025, 4, 1))):
        Note.objects.create(bureau=house.bureau, person=people["张三"], on=on, state=state)
    for name, score in (("张三", 80_000), ("李四", 90_000), ("王五", 91_000), ("赵六", None)):
        Score.objects.create(
            bureau=house.bureau, person=people[name], title="上半年测试", on=date(2026, 5, 6), score_milli=score
        )
    lines = {line.name: line for line in build_overview(act(house, on=today), today, timezone.now()).lines}
    assert [lines[name].summary for name in lines] == [
        "2 次，去年同期 1 次", "1 篇，去年同期 1 篇", "平均 87.0 分（3 人次），去年同期 0 人次",
        "1 人次，去年同期 0 人次",
    ]  # fmt: skip
    assert [lines["会议"].this[2].count, lines["笔记"].this[3].count, lines["补学"].this[2].count] == [2, 1, 1]


def test_a_leader_of_one_department_sees_only_their_part(ruled: House, visit: Visit) -> None:
    """综合科: no branch, no meeting of a branch; notes of its own people only (张三 and 王五 stand there)."""
    today = timezone.localdate()
    for name in ("张三", "李四"):
        Note.objects.create(bureau=ruled.bureau, person=ruled.people[name], on=today, state="通过")
    found = build_overview(act(ruled, "head"), today, timezone.now())
    assert (found.scope, [unit.name for unit in found.units], found.matters) == ("综合科", [], ())
    assert [line.until_now.count for line in found.lines] == [0, 1, 0, 0]
    page = read(visit("head"), reverse("home:overview"))
    assert "第一支部" not in page
    assert "第二支部" not in page


def test_the_same_queries_for_two_units_and_for_five(ruled: House, visit: Visit) -> None:
    client = visit("leader")
    read(client, reverse("home:overview"))
    counts = []
    for more in ((), ("第三支部", "第四支部", "第五支部")):
        for name in more:
            add_unit(ruled, name, UnitKind.BRANCH, "机关党委")
        with CaptureQueriesContext(connection) as queries:
            read(client, reverse("home:overview"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_one_unit_on_one_page_says_why(ruled: House, visit: Visit) -> None:
    """L2: the explanation on top, the lights with their reasons, the last meetings."""
    second = ruled.units["第二支部"]
    key = name_key(second, last_quarter(timezone.localdate()))
    remark_duty(
        ruled.bureau, duty=key, unit=second, person=None, kind=RemarkKind.EXPLANATION, text="换届延后，月底前补开。",
        until_on=None, actor="王书记", at=AT,
    )  # fmt: skip
    page = read(visit("leader"), reverse("home:unit_overview", args=[second.pk]))
    assert page.index("书记说明") < page.index("换届延后，月底前补开。") < page.index('id="duties"')
    assert "还没有开过会。" in page
    page = read(visit("leader"), reverse("home:unit_overview", args=[ruled.units["第一支部"].pk]))
    assert "应到 1 实到 1" in page


def test_a_leader_writes_on_the_units_page(ruled: House, visit: Visit) -> None:
    address = reverse("home:unit_overview", args=[ruled.units["第二支部"].pk])
    answer = visit("leader").post(address, {"text": "  "})
    assert answer.status_code == 400
    assert "请填写“批示”。" in answer.content.decode()
    page = visit("leader").post(address, {"text": "请月底前补开。"}, follow=True).content.decode()
    assert "批示已送支部书记和学习办公室" in page
    assert visit("office").post(address, {"text": "请补开。"}).status_code == 403
    assert visit("head").post(address, {"text": "请补开。"}).status_code == 404
    assert list(Instruction.objects.values_list("text", flat=True)) == ["请月底前补开。"]


@pytest.mark.parametrize(
    ("from_on", "told"),
    [(date(2026, 6, 18), (6, 7)), (date(2026, 6, 1), (6, 6)), (date(2026, 1, 1), None), (None, None),
     (date(2025, 6, 18), None), (date(2026, 12, 5), (12, 1))],
)  # fmt: skip
def test_a_unit_founded_this_year_says_from_when_it_counts(
    house: House, from_on: date | None, told: tuple[int, int] | None
) -> None:
    """L2: 这个支部 6 月刚成立，从 7 月起计。"""
    unit = house.units["第一支部"]
    unit.from_on = from_on
    assert tell_founded(unit, date(2026, 12, 31)) == told


def test_a_new_branch_is_introduced_on_its_page(house: House, visit: Visit) -> None:
    today = timezone.localdate()
    unit = house.units["第一支部"]
    unit.from_on = date(today.year, 1, 15)
    unit.save()
    assert "这个支部 1 月刚成立，从 2 月起计。" in read(visit("leader"), reverse("home:unit_overview", args=[unit.pk]))


def test_a_number_of_a_line_opens_into_its_rows(house: House, visit: Visit) -> None:
    first, second = house.units["第一支部"], house.units["第二支部"]
    for day in (3, 10):
        hold(first, date(2026, 3, day))
    hold(second, date(2025, 3, 4))
    for name in ("张三", "王五"):
        Note.objects.create(bureau=house.bureau, person=house.people[name], on=date(2026, 3, 1), state="通过")
    client = visit("leader")
    rows = client.get(reverse("home:year_line", args=["meetings"]) + "?month=2026-3").context["rows"]
    assert [(row.unit.name, row.this, row.last) for row in rows] == [("第一支部", 2, 0), ("第二支部", 0, 1)]
    page = client.get(reverse("home:year_line", args=["meetings"]) + "?month=2026-3").content.decode()
    hrefs = re.findall(r'href="([^"]*when=month[^"]*)"', page)
    counted = {href: client.get(unescape(href)).context["page"].paginator.count for href in hrefs}
    assert sorted(counted.values()) == sorted(n for row in rows for n in (row.this, row.last) if row.unit and n)
    rows = client.get(reverse("home:year_line", args=["notes"]) + "?month=2026-3").context["rows"]
    assert [(row.unit.name, row.this, row.last) for row in rows] == [("第一支部", 1, 0), ("第二支部", 1, 0)]
    assert client.get(reverse("home:year_line", args=["hours"])).status_code == 404


def test_a_test_taken_by_two_shows_no_mean(house: House, visit: Visit) -> None:
    for name in ("张三", "李四"):
        Score.objects.create(
            bureau=house.bureau, person=house.people[name], title="小测", on=date(2026, 3, 6), score_milli=90_000
        )
    page = read(visit("leader"), reverse("home:year_line", args=["tests"]) + "?month=2026-3")
    assert "不足 3 人" in page
    assert "90.0" not in page
