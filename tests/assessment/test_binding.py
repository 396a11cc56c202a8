"""Where results bind (D3, D7, D8, D9): stopped proposals, what was done about them, lists and files."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import python_calamine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shanxue.assessment.actions.binding import decide_apart, record_list_reading, tell_personnel
from shanxue.assessment.binding_documents import describe_lacking, write_departments, write_lists
from shanxue.assessment.models import GateNotice, ListReading, PriorResult, Result, ResultLine
from shanxue.assessment.namelists import build_lists
from shanxue.assessment.queries.binding import list_blocked, list_departments, list_list_readings, list_own
from shanxue.assessment.queries.results import Shown, list_shown
from shanxue.assessment.rules.binding import find_lacking
from shanxue.assessment.rules.pages import LineView
from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Grant
from shanxue.orgs.queries import Actor, find_actor
from shanxue.orgs.rules import UnitKind
from tests.house import AT, BRANCH_SCHEME, House, add_person, add_result, add_run

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]
WORDS = {"approved_by": "局党组", "reason": "抗洪抢险中表现突出", "meeting": "2026年1月8日局党组会议"}


def act_as(house: House, key: str) -> Actor:
    return find_actor(house.users[key], AT.date())


def show_people(house: House) -> Shown:
    return next(one for one in list_shown(house.bureau, "person"))


def find_result(house: House, name: str) -> Result:
    return Result.objects.get(run=house.run, person=house.people[name])


def read_sheets(body: bytes) -> dict[str, list[list[object]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_only_a_proposal_above_what_the_clause_allows_is_stopped(house: House) -> None:
    """D8: 张三 (良好) is proposed 优秀 and stopped by 第九条; 李四 (优秀) is proposed 优秀 and not."""
    PriorResult.objects.create(
        bureau=house.bureau, person=house.people["王五"], year=2025, assessment="年度考核", grade="称职", proposed=True
    )
    (one,) = list_blocked(act_as(house, "office"), show_people(house))
    assert (one.result.person, one.gate.clause, one.proposed, one.gate.at_most) == (
        house.people["张三"], "第九条", "优秀", "称职",
    )  # fmt: skip
    assert describe_lacking(one.lacking, 100) == "到会 50.5/60"


def test_study_excellence_never_raises_a_proposal(house: House) -> None:
    """D8 is a one-way gate: 李四's study 优秀 leaves a proposed 称职 as it is and lists nobody."""
    PriorResult.objects.filter(person=house.people["李四"]).update(grade="称职")
    rows = list_blocked(act_as(house, "office"), show_people(house))
    assert [one.result.person.name for one in rows if one.result.person] == ["张三"]
    assert PriorResult.objects.get(person=house.people["李四"]).grade == "称职"


def test_the_line_without_data_lacks_all_of_its_marks() -> None:
    """No data is not zero; but it is what keeps the person from the grade."""
    lines = [LineView("A", "到会", "", 5050, 6000, "", "", True), LineView("P", "计划", "", None, 4000, "", "", True)]
    found = find_lacking(lines)
    assert found == lines[1]
    assert describe_lacking(found, 100) == "计划 待补充/40"
    assert find_lacking([LineView("A", "到会", "", 6000, 6000, "", "", True)]) is None


def test_the_office_ticks_off_once(house: House) -> None:
    """A repeated click does nothing, and the audit has one entry."""
    office, shown = act_as(house, "office"), show_people(house)
    result = find_result(house, "张三")
    assert tell_personnel(office, shown, [result.pk], at=AT) == 1
    assert tell_personnel(office, shown, [result.pk], at=AT) == 0
    assert Entry.objects.filter(verb="assessment.tell_personnel").count() == 1
    (one,) = list_blocked(office, shown)
    assert one.told is not None
    assert one.told.actor == "office"


def test_nothing_chosen_and_no_power_are_refused_in_words(house: House) -> None:
    shown = show_people(house)
    with pytest.raises(Refusal, match="还没有勾选。请勾选已经告知人事处的人。"):
        tell_personnel(act_as(house, "office"), shown, [], at=AT)
    with pytest.raises(Refusal, match="这件事由学习办公室办理。"):
        tell_personnel(act_as(house, "leader"), shown, [1], at=AT)


@pytest.mark.parametrize("missing", ["approved_by", "reason", "meeting"])
def test_deciding_apart_names_who_where_and_why(house: House, missing: str) -> None:
    result = find_result(house, "张三")
    with pytest.raises(Refusal, match="批准人、理由和会议都要写明，缺一项不能登记。"):
        decide_apart(
            act_as(house, "office"), show_people(house), result.pk, "G9", at=AT, **{**WORDS, missing: " "}
        )  # fmt: skip
    assert not GateNotice.objects.exists()


def test_deciding_apart_lists_apart_and_changes_no_grade(house: House) -> None:
    office, shown, result = act_as(house, "office"), show_people(house), find_result(house, "张三")
    decide_apart(office, shown, result.pk, "G9", at=AT, **WORDS)
    (one,) = list_blocked(office, shown)
    assert one.decided is not None
    assert one.decided.meeting == "2026年1月8日局党组会议"
    assert find_result(house, "张三").grade == "良好"
    with pytest.raises(Refusal, match="这一条已经登记过另行研究，不能再登记。"):
        decide_apart(office, shown, result.pk, "G9", at=AT, **WORDS)


def test_nobody_decides_the_own_case(house: House) -> None:
    house.people["张三"].account = house.users["office"]
    house.people["张三"].save()
    with pytest.raises(Refusal, match="不能办理本人的事项，请由另一位同志办理。"):
        decide_apart(
            act_as(house, "office"), show_people(house), find_result(house, "张三").pk, "G9", at=AT, **WORDS
        )  # fmt: skip


def test_a_person_sees_the_own_lists_with_their_clauses(house: House, visit: Visit) -> None:
    """D9: 李四 (优秀) is on 优秀名单 and, by 第十条, on 选拔任用参考; 张三 sees what stops the proposal."""
    shown = show_people(house)
    named = list_own(shown, find_result(house, "李四"))
    assert [(one.title, one.clause) for one in named] == [("优秀名单", ""), ("选拔任用参考", "第十条")]
    tell_personnel(act_as(house, "office"), shown, [find_result(house, "张三").pk], at=AT)
    page = visit("member").get(reverse("assessment:mine")).content.decode()
    assert "拟评年度考核优秀，受条款限制" in page
    assert "已告知人事处" in page
    assert "还没有人打开过这些名单。" in page


def test_who_is_named_sees_who_read_the_lists(house: House, visit: Visit) -> None:
    """Reads by others are visible to the person; a list in which somebody did not stand was not about them."""
    visit("leader").get(reverse("assessment:lists"))
    visit("leader").get(reverse("assessment:lists"))
    assert [one.reader_name for one in list_list_readings(house.people["张三"])] == ["leader"]
    assert list_list_readings(house.people["王五"]) == []
    assert "leader" in visit("member").get(reverse("assessment:mine")).content.decode()
    assert ListReading.objects.count() == 1
    assert Entry.objects.filter(verb="assessment.read_lists").count() == 1


def test_a_reading_adds_whom_it_shows_later(house: House) -> None:
    leader, shown = act_as(house, "leader"), show_people(house)
    record_list_reading(leader, shown, [house.people["张三"].pk], at=AT)
    record_list_reading(leader, shown, [house.people["李四"].pk], at=AT)
    assert ListReading.objects.get().people == sorted(house.people[name].pk for name in ("张三", "李四"))


def test_a_leader_of_one_department_sees_its_people_only(house: House) -> None:
    """Nobody sees more than their scope: 李四 stands in 执法科, the head reads 综合科."""
    head = act_as(house, "head")
    assert [one.result.person.name for one in list_blocked(head, show_people(house)) if one.result.person] == ["张三"]
    Grant.objects.filter(user=house.users["head"]).update(unit=house.units["执法科"])
    assert list_blocked(act_as(house, "head"), show_people(house)) == []


def test_the_workbook_for_personnel_holds_both_lists(house: House, visit: Visit) -> None:
    """D8: texts stay texts, even a name that looks like a formula."""
    name = "=cmd()"
    add_person(house, name, "第二支部")
    add_result(house, name, 3000, 5000, "良好")
    PriorResult.objects.create(
        bureau=house.bureau, person=house.people[name], year=2025, assessment="年度考核", grade="优秀", proposed=True
    )
    decide_apart(
        act_as(house, "office"), show_people(house), find_result(house, "张三").pk, "G9", at=AT, **WORDS
    )  # fmt: skip
    answer = visit("office").get(reverse("assessment:binding_file"))
    sheets = read_sheets(answer.content)
    assert sheets["受条款限制"][1][:9] == ["1005", name, "第二支部", 80.0, "良好", "年度考核", "优秀", "称职", "第九条"]
    assert sheets["受条款限制"][1][10] == "计划完成 30/40"
    assert sheets["受条款限制"][1][9]
    assert sheets["另行研究"][1] == [
        "1001", "张三", "第一支部", "良好", "年度考核", "优秀", "称职", "第九条", "局党组",
        "2026年1月8日局党组会议", "抗洪抢险中表现突出",
    ]  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"


def test_department_results_leave_as_a_workbook(house: House, visit: Visit) -> None:
    """D3: unit, total, grade, components, clause and digest; a department without data is 待补充, not 0."""
    text = BRANCH_SCHEME.replace("zhibu", "bumen").replace('"branch"', '"department"').replace("党支部", "部门")
    run = add_run(house, text, "bumen-2025", "department")
    unit, other = house.units["综合科"], house.units["执法科"]
    result = Result.objects.create(run=run, unit=unit, home=unit.parent, total_points=9025, grade="先进")
    ResultLine.objects.create(
        result=result, item="Z1", counted_milli=90250, out_of_milli=100_000, awarded_points=9025, full_points=10000
    )
    Result.objects.create(run=run, unit=other, home=other.parent, total_points=None, grade="")
    shown = next(one for one in list_shown(house.bureau, "department"))
    sheets = read_sheets(write_departments(shown, list_departments(act_as(house, "office"), shown)))
    assert sheets["部门学习考核结果"] == [
        ["编码", "部门", "总分", "等次", "党员考核", "说明"],
        ["U05", "综合科", 90.25, "先进", 90.25, ""],
        ["U06", "执法科", "", "待补充", "", ""],
    ]
    assert ["结果校验值", "0" * 64] in sheets["依据"]
    assert ["第二条", "党员平均分100分。"] in sheets["依据"]
    assert visit("office").get(reverse("assessment:departments_file")).status_code == 200
    assert unit.kind == UnitKind.DEPARTMENT


def test_lists_leave_with_their_reasons(house: House) -> None:
    """D7, D9: everybody on a list stands there with the sentence that put them there; no ranks."""
    shown = show_people(house)
    rows = read_sheets(write_lists(shown, build_lists(act_as(house, "office"), shown)))["名单"]
    assert rows[0] == ["名单", "工号", "姓名", "支部", "总分", "等次", "条款", "理由"]
    assert [(row[0], row[2], row[6]) for row in rows[1:]] == [
        ("优秀名单", "李四", ""), ("被第九条拦下的", "张三", "第九条"), ("选拔任用参考", "李四", "第十条"),
    ]  # fmt: skip
    assert all(row[7] for row in rows[1:])


def test_the_page_asks_as_much_of_the_database_for_three_as_for_one(house: House, visit: Visit) -> None:
    def count() -> int:
        client = visit("office")
        client.get(reverse("assessment:binding"))
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(reverse("assessment:binding"))
        return len(caught)

    one = count()
    for name in ("孙七", "周八"):
        add_person(house, name, "第二支部")
        add_result(house, name, 3000, 5000, "良好")
        PriorResult.objects.create(
            bureau=house.bureau, person=house.people[name], year=2025, assessment="年度考核", grade="优秀",
            proposed=True,
        )  # fmt: skip
    assert count() == one


def test_ticking_off_and_deciding_on_the_page(house: House, visit: Visit) -> None:
    client, result = visit("office"), find_result(house, "张三")
    page = client.get(reverse("assessment:binding")).content.decode()
    assert "还有 1 人的拟定等次受条款限制，没有告知人事处。" in page
    answer = client.post(reverse("assessment:binding"), {"result": [result.pk]}, follow=True).content.decode()
    assert "已登记 1 人：已告知人事处。" in answer
    address = reverse("assessment:binding_decide", args=[result.pk, "G9"])
    assert client.post(address, {**WORDS, "reason": ""}).status_code == 400
    answer = client.post(address, WORDS, follow=True).content.decode()
    assert "另行研究的" in answer
    assert "抗洪抢险中表现突出" in answer
