"""Books on the shelf: bought once, lent once, forgotten in time (D11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.orgs.holdings import gather_holdings
from shanxue.orgs.models import Person
from shanxue.resources import due
from shanxue.resources.actions import lending, shelf
from shanxue.resources.models import BorrowRequest, Copy, Loan, LoanTally, Suggestion, Title
from shanxue.resources.queries.shelf import count_loans
from shanxue.resources.rules import CopyState
from shanxue.resources.rules.shelf import list_numbers, list_range
from tests.house import House

from .rows import AT, act_as, buy, count_queries, make_fund, put_on_shelf, read
from .test_funds import refuse

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]


def lend(house: House, number: str = "00001", name: str = "张三", at: datetime = AT) -> Loan:
    return lending.lend(act_as(house), number, house.people[name].staff_no, at=at)


def test_a_receipt_line_becomes_copies_and_never_more_than_it_bought(house: House, visit: Visit) -> None:
    """Entered once: name, price and number of copies come from what was paid."""
    make_fund(house)
    line = buy(house, 90_000, 20)
    office = visit("office")
    text = read(office, f"/resources/shelf/new/?line={line.pk}")
    assert 'value="党史读本"' in text
    assert 'value="45.00"' in text
    sent = {"name": "党史读本", "author": "", "press": "", "isbn": "", "price": "45.00", "category": "", "count": "15",
            "place": "三楼书柜", "first_number": "TS098"}  # fmt: skip
    office.post(f"/resources/shelf/new/?line={line.pk}", sent)
    assert list(Copy.objects.order_by("pk").values_list("number", flat=True))[:3] == ["TS098", "TS099", "TS100"]
    title = Title.objects.get()
    answer = office.post(f"/resources/shelf/{title.pk}/copies/?line={line.pk}",
                         {"count": "6", "place": "", "first_number": ""})  # fmt: skip
    assert "“党史读本”买了 20 册，已入藏 15 册，这次不能再入 6 册。请核对。" in answer.content.decode()
    assert "已入藏 15 册" in read(office, f"/resources/payments/{line.payment_id}/")
    answer = office.post(f"/resources/lines/{line.pk}/remove/")
    assert "“党史读本”已经入藏或登记到阵地，不能删去。" in answer.content.decode()


def test_copies_are_numbered_on_and_no_number_twice(house: House) -> None:
    title = put_on_shelf(house, "党史", copies=3)
    assert [copy.number for copy in title.copies.order_by("pk")] == ["00001", "00002", "00003"]
    other = shelf.Copies(1, first_number="00002")
    assert refuse(lambda: shelf.add_title(act_as(house), shelf.Book("宪法"), other, at=AT), "number_taken") == (
        "编号 00002 已用在《党史》上。请换一个起始编号，或留空自动编号。"
    )
    assert Title.objects.count() == 1
    with pytest.raises(ValueError, match="末尾没有数字"):
        list_numbers("甲", 2)
    assert (list_range("TS1—TS3"), list_range("2026-0012")) == (("TS1", 3), None)


def test_an_isbn_is_checked(house: House, visit: Visit) -> None:
    sent = {"name": "党史", "isbn": "978-7-01-012345-6", "price": "", "count": "1"}
    answer = visit("office").post("/resources/shelf/new/", sent)
    assert "“978-7-01-012345-6”的校验位不对，可能抄错了一位。请核对封底的 ISBN。" in answer.content.decode()
    visit("office").post("/resources/shelf/new/", sent | {"isbn": "978-7-01-012345-5"})
    assert Title.objects.get().isbn == "9787010123455"


def test_a_member_finds_asks_and_has_a_book(house: House, visit: Visit) -> None:
    title = put_on_shelf(house, "中国共产党简史", copies=1)
    member = visit("member")
    assert "在架 1／1" in read(member, "/resources/shelf/?q=简史 编写")
    member.post(f"/resources/shelf/{title.pk}/ask/")
    member.post(f"/resources/shelf/{title.pk}/ask/")
    assert BorrowRequest.objects.count() == 1
    assert "已申请，请到学习办公室取书。" in read(member, f"/resources/shelf/{title.pk}/")
    text = read(visit("office"), "/resources/loans/")
    assert "1 人等着借，借出 0 册" in text
    visit("office").post("/resources/loans/", {"number": "00001", "staff_no": house.people["张三"].staff_no})
    assert BorrowRequest.objects.get().state == "已借到"
    assert "借着 1 册" in read(member, "/resources/mine/")
    answer = member.post(f"/resources/shelf/{title.pk}/ask/")
    assert "您已借到《中国共产党简史》，还书以前不用再申请。" in answer.content.decode()


def test_what_cannot_be_lent_is_said_in_words(house: House) -> None:
    put_on_shelf(house, "党史", copies=7)
    lend(house)
    assert refuse(lambda: lend(house, name="李四"), "copy_lent") == (
        "编号 00001 的《党史》已由张三借走，1月2日到期。请先登记归还，或另取一册。"
    )
    assert lend(house).pk == Loan.objects.get().pk  # the same keeper clicks twice
    assert refuse(lambda: lend(house, "99"), "no_such_copy") == "没有编号“99”的书。请核对书上的编号。"
    assert refuse(lambda: lending.lend(act_as(house), "00002", "9999", at=AT), "no_such_person") == (
        "没有工号“9999”的人。请核对工号。"
    )
    shelf.move_copy(act_as(house), Copy.objects.get(number="00002").pk, CopyState.WITHDRAWN, at=AT)
    assert refuse(lambda: lend(house, "00002"), "copy_not_there") == "编号 00002 的《党史》已登记为注销，不能借出。"
    for number in ("00003", "00004", "00005", "00006"):
        lend(house, number)
    assert refuse(lambda: lend(house, "00007"), "loans_full") == "一个人同时最多借 5 册，张三已借满。请先还书。"
    Person.objects.filter(name="李四").update(left_on=AT.date())
    assert refuse(lambda: lend(house, "00007", "李四"), "person_left") == "李四已离开本单位，不能再借。"


@pytest.mark.django_db(transaction=True)
def test_two_keepers_who_lend_one_copy_at_once(house: House) -> None:
    """Bad input: two keepers lending the same copy at once."""
    put_on_shelf(house, "党史")
    office, barrier, said = act_as(house), Barrier(2), []

    def run(name: str) -> None:
        try:
            barrier.wait(timeout=20)
            lending.lend(office, "00001", house.people[name].staff_no, at=AT)
            said.append("借出")
        except Refusal as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[name]) for name in ("张三", "李四")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(said), Loan.objects.count()) == (["copy_lent", "借出"], 1)


def test_the_database_keeps_one_open_loan_per_copy(house: House) -> None:
    put_on_shelf(house, "党史")
    loan = lend(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.create(copy=loan.copy, person=house.people["李四"], on=loan.on, due_on=loan.due_on, at=AT)


def test_a_book_comes_back_is_renewed_or_lost(house: House) -> None:
    put_on_shelf(house, "党史", copies=3)
    first, second, third = (lend(house, f"0000{place}") for place in (1, 2, 3))
    office = act_as(house)
    for _ in range(2):
        lending.give_back(office, first.pk, at=AT)
    lending.report_lost(office, second.pk, at=AT)
    later = AT + timedelta(days=20)
    assert lending.renew(act_as(house, "member"), third.pk, at=later).due_on == date(2027, 1, 22)
    assert refuse(lambda: lending.renew(office, third.pk, at=later), "renewed_already") == (
        "《党史》续借过了，请按期归还。"
    )
    assert [copy.state for copy in Copy.objects.order_by("number")] == ["在架", "遗失", "借出"]
    assert refuse(lambda: lending.renew(act_as(house, "secretary"), third.pk, at=later), "not_found") == (
        "没有找到这笔借阅，或者没有查看它的权限。"
    )


def test_a_book_that_others_wait_for_or_that_is_late_is_not_renewed(house: House) -> None:
    title = put_on_shelf(house, "党史", copies=2)
    first = lend(house)
    late = AT + timedelta(days=31)
    assert refuse(lambda: lending.renew(act_as(house), first.pk, at=late), "loan_late") == "《党史》已过期，请先还书。"
    lending.ask_to_borrow(act_as(house, "secretary"), title.pk, at=AT)
    assert refuse(lambda: lending.renew(act_as(house), first.pk, at=AT), "others_wait") == (
        "有同志在等《党史》，不能续借。请按期归还。"
    )


def test_the_queue_says_how_many_stand_before(house: House, visit: Visit) -> None:
    title = put_on_shelf(house, "党史")
    lending.ask_to_borrow(act_as(house, "secretary"), title.pk, at=AT)
    request = lending.ask_to_borrow(act_as(house, "member"), title.pk, at=AT + timedelta(minutes=1))
    assert "已申请，前面还有 1 人。" in read(visit("member"), f"/resources/shelf/{title.pk}/")
    assert visit("secretary").post(f"/resources/requests/{request.pk}/withdraw/").status_code == 404
    visit("member").post(f"/resources/requests/{request.pk}/withdraw/")
    assert "在架 1 册，可以借。" in read(visit("member"), f"/resources/shelf/{title.pk}/")


def test_a_loan_is_forgotten_thirty_days_after_its_return(house: House) -> None:
    """个人信息保护法第19条: no longer than needed. A count by title and year stays, no person with it."""
    put_on_shelf(house, "党史", copies=3)
    office = act_as(house)
    first, second = lend(house), lend(house, "00002", "李四")
    lending.give_back(office, first.pk, at=AT)
    lending.give_back(office, second.pk, at=AT + timedelta(days=1))
    last = lend(house, "00003", at=AT + timedelta(days=30))
    assert Loan.objects.count() == 3
    lending.give_back(office, last.pk, at=AT + timedelta(days=31))  # any write of the desk carries it out
    assert list(Loan.objects.values_list("person__name", flat=True).order_by("pk")) == ["李四", "张三"]
    assert [(one.title.name, one.year, one.count) for one in LoanTally.objects.all()] == [("党史", 2026, 1)]
    assert count_loans(house.bureau, 2026) == 2
    assert lending.forget_loans(house.bureau, AT.date() + timedelta(days=90)) == 2
    assert [(one.year, one.count) for one in LoanTally.objects.order_by("year")] == [(2026, 2), (2027, 1)]


def test_what_is_held_of_a_person_is_listed(house: House) -> None:
    put_on_shelf(house, "党史")
    lend(house)
    shelf.suggest(act_as(house, "member"), "论语译注", "", "", at=AT)
    held = {one.title: one.rows for one in gather_holdings(house.people["张三"])}
    assert held["借书"] == (("党史", "00001", "2026-12-03", "2027-01-02", ""),)
    assert held["荐购"][0][0] == "论语译注"
    assert {one.title: one.rows for one in gather_holdings(house.people["李四"])}["借书"] == ()


@pytest.mark.parametrize(
    ("days", "light", "words"),
    [
        (0, Light.FINE, "还有 30 天"),
        (23, Light.NEAR, "还有 7 天"),
        (30, Light.NEAR, "今天到期"),
        (33, Light.LATE, "过期 3 天"),
    ],
)
def test_the_due_day_stands_among_what_is_due(house: House, days: int, light: Light, words: str) -> None:
    put_on_shelf(house, "党史")
    lend(house)
    row = due.list_for_person(house.people["张三"], AT + timedelta(days=days))[0]
    assert (row.title, row.light, row.state, row.on) == ("还书：《党史》", light, words, date(2027, 1, 2))
    assert due.list_for_person(house.people["李四"], AT) == []


def test_what_waits_for_the_office_stands_among_what_is_due(house: House) -> None:
    """For the clerk with a person of their own; a year gone by that is not carried over stands there too."""
    make_fund(house)
    title = put_on_shelf(house, "党史", copies=2)
    lend(house)
    lending.ask_to_borrow(act_as(house, "secretary"), title.pk, at=AT)
    shelf.suggest(act_as(house, "member"), "论语译注", "", "", at=AT)
    clerk = house.people["赵六"]
    clerk.account = house.users["office"]
    clerk.save()
    later = AT + timedelta(days=40)
    rows = [(row.title, row.state) for row in due.list_for_person(clerk, later)]
    assert rows == [
        ("借书给申请的同志", "1 人等着借"), ("答复荐购", "1 条待答复"), ("催还过期的书", "1 册过期没有还"),
        ("结转2026年专项经费", "这一年已经过完，还没有结转"),
    ]  # fmt: skip
    assert [row.title for row in due.list_for_person(house.people["李四"], later)] == []


def test_a_member_suggests_in_two_fields_and_reads_the_answer(house: House, visit: Visit) -> None:
    member, office = visit("member"), visit("office")
    assert 'value="民法典释义"' in read(member, "/resources/suggest/?name=民法典释义")
    for _ in range(2):
        member.post("/resources/suggest/", {"name": "民法典释义", "author": "", "why": "窗口常用"})
    wish = Suggestion.objects.get()
    answer = office.post(f"/resources/suggestions/{wish.pk}/", {"answer": "", "decision": "decline"})
    assert "不采纳的，请写一句理由，推荐的人会看到。" in answer.content.decode()
    office.post(f"/resources/suggestions/{wish.pk}/", {"answer": "列入第四季度", "decision": "adopt"})
    assert "已采纳：列入第四季度" in read(member, "/resources/mine/")
    put_on_shelf(house, "民法典释义")
    wish.refresh_from_db()
    assert (wish.state, wish.title) == ("已到架", Title.objects.get())
    answer = member.post("/resources/suggest/", {"name": "民法典释义", "author": "", "why": ""})
    assert "书架上已有《民法典释义》，可以直接借。" in answer.content.decode()
    assert visit("secretary").get("/resources/suggestions/").status_code == 403


def test_members_never_see_who_reads_what(house: House, visit: Visit) -> None:
    """No reading statistics of persons, no borrower's name for anybody but the keeper."""
    title = put_on_shelf(house, "党史", copies=2)
    lend(house, name="李四")
    for key in ("member", "leader", "inspector"):
        text = read(visit(key), f"/resources/shelf/{title.pk}/") + read(visit(key), "/resources/shelf/")
        assert "李四" not in text
        assert visit(key).get("/resources/loans/").status_code == 403
    assert "借出：李四" in read(visit("office"), f"/resources/shelf/{title.pk}/")


@pytest.mark.parametrize("key", ["member", "office"])
def test_the_shelf_makes_the_same_queries_at_one_and_three_rows(house: House, visit: Visit, key: str) -> None:
    title = put_on_shelf(house, "党史")
    lend(house)
    wish = shelf.suggest(act_as(house, "secretary"), "论语", "", "", at=AT)
    lending.ask_to_borrow(act_as(house, "secretary"), title.pk, at=AT)
    paths = ["/resources/shelf/", f"/resources/shelf/{title.pk}/"]
    paths += ["/resources/loans/", "/resources/suggestions/", f"/resources/suggestions/{wish.pk}/"] * (key == "office")
    paths += ["/resources/mine/"] * (key == "member")
    before = [count_queries(visit(key), path) for path in paths]
    for place in range(2):
        more = put_on_shelf(house, f"书{place}", copies=2)
        shelf.add_copies(act_as(house), title.pk, shelf.Copies(1), at=AT)
        lend(house, more.copies.order_by("pk").first().number)  # type: ignore[union-attr]
        lending.ask_to_borrow(act_as(house, "secretary"), more.pk, at=AT)
        shelf.suggest(act_as(house, "secretary"), f"愿望{place}", "", "", at=AT)
    assert [count_queries(visit(key), path) for path in paths] == before
