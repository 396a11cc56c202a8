"""Pages of the roster and 我的信息: what is shown, kept when refused, recorded, and exported."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from shanxue.accounts.models import User
from shanxue.orgs.models import Correction, Exemption, PersonReading, Stint, Transfer
from shanxue.study.models import Note
from tests.house import House, add_person

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]


def read(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]


def list_names(house: House, text: str) -> list[str]:
    return [name for name in house.people if f">{name}</a>" in text]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["张三", "李四", "王五", "赵六"]),
        ("q=五", ["王五"]),
        ("q=1002", ["李四"]),
        ("unit={第一支部}", ["张三", "李四"]),
        ("unit={执法科}", ["李四", "赵六"]),
        ("state=离退休", []),
    ],
)
def test_the_roster_is_narrowed_by_unit_state_and_words(
    house: House, visit: Visit, query: str, names: list[str]
) -> None:
    for name, unit in house.units.items():
        query = query.replace(f"{{{name}}}", str(unit.pk))
    assert list_names(house, read(visit("office").get(f"{reverse('orgs:roster')}?{query}"))) == names


def test_a_secretary_sees_the_own_branch_and_no_word_of_anybody_else(house: House, visit: Visit) -> None:
    text = read(visit("secretary").get(reverse("orgs:roster")))
    assert list_names(house, text) == ["张三", "李四"]
    assert "加一个人" not in text
    foreign = visit("secretary").get(reverse("orgs:person", args=[house.people["王五"].pk]))
    assert (foreign.status_code, foreign.context["refusal"].sentence) == (
        404,
        "没有找到这个人，或者没有查看它的权限。",
    )


@pytest.mark.parametrize("page", ["orgs:roster", "orgs:transfers", "orgs:corrections"])
def test_lists_ask_as_often_for_three_rows_as_for_one(house: House, visit: Visit, page: str) -> None:
    """Every page at 1 and at 3 rows makes the same number of queries."""

    def add_row(name: str) -> None:
        person = add_person(house, name, "第一支部")
        stint = Stint.objects.get(person=person, unit=house.units["第一支部"])
        Transfer.objects.create(
            person=person, stint=stint, to_unit=house.units["第二支部"], on=date(2026, 1, 1), asked_at=timezone.now()
        )
        Correction.objects.create(person=person, what="姓名", held=name, wanted="某", asked_at=timezone.now())

    client, counts = visit("office"), []
    for names in (["甲一"], ["乙二", "丙三"]):
        for name in names:
            add_row(name)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(page)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_opening_a_record_is_seen_by_the_person(house: House, visit: Visit) -> None:
    """Who looked: once per reader and day; the own visit leaves nothing."""
    place = reverse("orgs:person", args=[house.people["张三"].pk])
    for _ in range(2):
        assert visit("office").get(place).status_code == 200
    assert visit("member").get(place).headers["Location"] == reverse("orgs:mine")
    assert [(str(row.user), row.what) for row in PersonReading.objects.all()] == [("office", "名册信息")]
    assert "office</span>" in read(visit("member").get(reverse("orgs:mine")))


def test_an_exemptions_category_is_shown_to_those_who_need_it(house: House, visit: Visit) -> None:
    """个人信息保护法第28条: whoever only reads learns that, not why."""
    Exemption.objects.create(person=house.people["张三"], category="长期病休", from_on=date(2026, 1, 1))
    place = reverse("orgs:person", args=[house.people["张三"].pk])
    assert ["长期病休" in read(visit(key).get(place)) for key in ("office", "secretary", "leader", "inspector")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_refused_transfer_keeps_what_was_chosen(house: House, visit: Visit) -> None:
    Stint.objects.filter(person=house.people["张三"]).update(from_on=date(2026, 6, 1))
    stint = Stint.objects.get(person=house.people["张三"], unit=house.units["第一支部"])
    place = reverse("orgs:deed", args=[house.people["张三"].pk, "transfer"])
    body = {"stint": stint.pk, "unit": house.units["第二支部"].pk, "on": "2026-05-01"}
    answer = visit("office").post(place, body)
    text = read(answer)
    assert answer.status_code == 400
    assert "张三从2026年6月1日起才在“第一支部”，转出日期要晚于这一天。" in text
    assert 'value="2026-05-01"' in text


def test_a_transfer_goes_from_the_form_to_the_receiving_secretary(house: House, visit: Visit) -> None:
    person = house.people["张三"]
    stint = Stint.objects.get(person=person, unit=house.units["第一支部"])
    body = {"stint": stint.pk, "unit": house.units["第二支部"].pk, "on": "2026-01-02"}
    client = visit("office")
    answer = client.post(reverse("orgs:deed", args=[person.pk, "transfer"]), body, follow=True)
    assert "1月2日起转往第二支部，等对方接收。接收以前由第一支部负责。" in read(answer)
    transfer = Transfer.objects.get()
    answer = client.post(reverse("orgs:receive", args=[transfer.pk]), {f"t{transfer.pk}-on": "2026-01-05"}, follow=True)
    assert "已接收张三，1月5日起由第二支部负责。" in read(answer)


def test_the_one_time_password_is_shown_once_and_must_be_changed(house: House, visit: Visit) -> None:
    person = house.people["王五"]
    answer = visit("office").post(reverse("orgs:account", args=[person.pk]), {"deed": "open"})
    password = answer.context["password"]
    assert password in read(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert password not in read(visit("office").get(reverse("orgs:person", args=[person.pk])))
    own = Client()
    own.post(reverse("accounts:sign_in"), {"username": "1003", "password": password})
    sent = own.get(reverse("orgs:mine"), follow=True)
    assert sent.redirect_chain[-1][0] == reverse("accounts:password")
    assert "现在的口令是办公室给的，只能用来登录一次。请先改成自己的口令。" in read(sent)
    new = "my-own-words-2026"
    own.post(reverse("accounts:password"), {"old_password": password, "new_password1": new, "new_password2": new})
    assert User.objects.get(username="1003").must_change_password is False
    assert own.get(reverse("orgs:mine")).status_code == 200


def test_mine_names_every_kind_of_record_with_source_and_retention(house: House, visit: Visit) -> None:
    """个人信息保护法第44、45条: plain words, where it comes from, how long it stays."""
    text = read(visit("member").get(reverse("orgs:mine")))
    for title in (
        "任职经历", "免考核", "更正申请", "账号", "授权", "个人学习计划", "计划条目", "考勤", "请假", "补学", "笔记",
        "自学", "学习成果", "认定学时", "测试成绩", "考核结果", "考核明细",
    ):  # fmt: skip
        assert f"<summary>{title}　" in text, title
    assert "来源：书记点名、本人签到、补录或导入（考勤，D6）" in text
    assert "保存：定档后一个考核年度" in text
    assert "王五" not in text


def test_the_export_holds_all_own_records_as_text(house: House, visit: Visit) -> None:
    """A formula somebody typed stays text; nobody else's rows are in it."""
    for name in ("张三", "李四"):
        Note.objects.create(
            bureau=house.bureau, person=house.people[name], title=f"=1+1{name}", on=date(2026, 5, 1), body="学习党章"
        )
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(visit("member").get(reverse("orgs:export", args=["xlsx"])).content)
    )
    assert book.sheet_names[:3] == ["说明", "基本信息", "任职经历"]
    assert book.get_sheet_by_name("基本信息").to_python()[2] == ["姓名", "张三"]
    notes = book.get_sheet_by_name("笔记").to_python()
    assert [row[2] for row in notes] == ["题目", "=1+1张三"]
    tables = {
        one["表"]: one["记录"] for one in json.loads(visit("member").get(reverse("orgs:export", args=["json"])).content)
    }
    assert [row["题目"] for row in tables["笔记"]] == ["=1+1张三"]
    assert "李四" not in json.dumps(tables["笔记"], ensure_ascii=False)


def test_a_correction_travels_from_the_page_to_the_answer(house: House, visit: Visit) -> None:
    member, office = visit("member"), visit("office")
    answer = member.post(reverse("orgs:correct"), {"what": "姓名", "wanted": "张三"})
    assert (answer.status_code, "“姓名”现在就是“张三”，不用更正。" in read(answer)) == (400, True)
    member.post(reverse("orgs:correct"), {"what": "党籍状态", "wanted": "预备党员"})
    row = Correction.objects.get()
    assert (row.what, row.held, row.wanted) == ("党籍状态", "正式党员", "预备党员")
    place = reverse("orgs:correction", args=[row.pk])
    empty = office.post(place, {"verdict": "no", f"c{row.pk}-decision": ""})
    assert (empty.status_code, "请写一句说明，本人会看到。" in read(empty)) == (400, True)
    office.post(place, {"verdict": "no", f"c{row.pk}-decision": "与党员档案一致"})
    assert "office：与党员档案一致" in read(member.get(reverse("orgs:mine")))


def test_another_offices_request_is_not_found(house: House, visit: Visit) -> None:
    correction = Correction.objects.create(
        person=house.people["王五"], what="姓名", held="王五", wanted="王伍", asked_at=timezone.now()
    )
    answer = visit("secretary").post(reverse("orgs:correction", args=[correction.pk]), {"verdict": "yes"})
    assert (answer.status_code, answer.context["refusal"].sentence) == (
        404,
        "没有找到这份申请，或者没有查看它的权限。",
    )
