"""The year's end (结转): both sides balance, a closed year does not change, an open order stands in the way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from shanxue.base.errors import Refusal
from shanxue.base.periods import Period
from shanxue.resources.actions import funds, spending
from shanxue.resources.actions.closing import close_fund
from shanxue.resources.models import Carry, Fund, Purpose
from shanxue.resources.queries.funds import list_leaves, list_purposes, read_balance, sum_rows
from shanxue.resources.volumes import list_pieces, list_tables
from tests.house import House

from .rows import AT, DECIDED, act_as, bill, find, make_fund, order, spend
from .test_funds import refuse

pytestmark = pytest.mark.django_db
YEAR_PERIOD = Period(date(2026, 1, 1), date(2027, 1, 1))


def close(house: House) -> Fund:
    return close_fund(act_as(house), Fund.objects.get(year=2026).pk, DECIDED, at=AT)


def test_a_year_with_open_orders_is_not_closed(house: House) -> None:
    """Bad input: closing a year with open commitments."""
    make_fund(house)
    order(house, 30_000)
    assert refuse(lambda: close(house), "open_commitments") == (
        "还有预订没有付清：“党史读本”300.00 元。请先付款、结清或取消，再结转。"
    )
    assert (Fund.objects.get(year=2026).state, Carry.objects.count()) == ("执行中", 0)


def test_what_is_left_goes_to_the_purpose_of_the_same_name(house: House) -> None:
    make_fund(house, 图书=100_000, 报刊=50_000, 培训=70_000)
    spend(house, 40_000)
    spend(house, 50_000, "报刊")
    close(house)
    carried = [(one.source.name, one.target.fund.year, one.amount_fen) for one in Carry.objects.order_by("pk")]
    assert carried == [("图书", 2027, 60_000), ("培训", 2027, 70_000)]
    assert [read_balance(one).left for one in list_leaves(Fund.objects.get(year=2026))] == [0, 0, 0]
    following = Fund.objects.get(year=2027)
    assert (following.sourced_fen, following.allotted_fen) == (130_000, 130_000)
    assert [(one.name, one.amount_fen) for one in following.sources.all()] == [("上年结转", 130_000)]
    assert read_balance(find("图书", 2027)).opening == 60_000


def test_a_closed_year_is_changed_by_nothing(house: House) -> None:
    make_fund(house, 图书=100_000)
    payment = spend(house, 40_000)
    close(house)
    office, purpose = act_as(house), find().pk
    acts = (
        lambda: spend(house, 1),
        lambda: order(house, 1),
        lambda: funds.adjust_purpose(office, purpose, 1, DECIDED, key=uuid4(), at=AT),
        lambda: funds.add_source(office, find().fund_id, "补拨", 1, "", at=AT),
        lambda: funds.add_purpose(office, find().fund_id, "补", 0, None, at=AT),
        lambda: spending.refund(office, payment.pk, 1, "退", AT.date(), key=uuid4(), at=AT),
        lambda: close(house),
    )
    told = {refuse(act, "fund_closed") for act in acts}
    assert told == {"2026年专项经费已经结转，不能再改。要更正的，记在下一年的账上。"}


def test_a_year_is_not_closed_before_its_end(house: House) -> None:
    fund = make_fund(house)
    early = datetime(2026, 11, 30, 2, tzinfo=UTC)
    decided = funds.Decision("党委会", date(2026, 11, 1), "结转")
    assert refuse(lambda: close_fund(act_as(house), fund.pk, decided, at=early), "year_not_over") == (
        "2026年专项经费还没有到年底，2026 年 12 月起才能结转。"
    )


def test_money_of_a_leaf_goes_below_a_purpose_that_is_divided_next_year(house: House) -> None:
    make_fund(house, 图书=100_000)
    office = act_as(house)
    following = funds.open_fund(office, 2027, at=AT)
    funds.add_purpose(office, following.pk, "图书", 0, None, at=AT)
    funds.add_purpose(office, following.pk, "党史", 0, find("图书", 2027).pk, at=AT)
    close(house)
    assert read_balance(find("图书（结转）", 2027)).opening == 100_000
    assert sum_rows(list_purposes(following)).opening == 100_000


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spent=st.lists(st.integers(0, 10_000), min_size=1, max_size=4))
def test_both_sides_of_a_carry_balance(house: House, spent: list[int]) -> None:
    with transaction.atomic():
        mark = transaction.savepoint()
        make_fund(house, **{f"用途{place}": 10_000 for place in range(len(spent))})
        for place, fen in enumerate(spent):
            if fen:
                spend(house, fen, f"用途{place}")
        before = sum_rows(list_purposes(Fund.objects.get(year=2026))).left
        close(house)
        old, new = (sum_rows(list_purposes(Fund.objects.get(year=year))) if Fund.objects.filter(year=year).exists()
                    else None for year in (2026, 2027))  # fmt: skip
        assert old is not None
        assert new is not None
        assert (old.left, old.carried, new.opening) == (0, before, before)
        transaction.savepoint_rollback(mark)


def test_the_database_keeps_one_carry_per_purpose(house: House) -> None:
    make_fund(house, 图书=100)
    close(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        Carry.objects.create(source=find(), target=find("图书", 2027), amount_fen=1, at=AT, actor="办公室")


def test_the_account_is_left_for_the_archive(house: House) -> None:
    """D10, 国家档案局令第8号: the year's account as one 件, sealed only once it is carried over."""
    make_fund(house, 图书=100_000)
    spend(house, 40_000)
    piece = list_pieces(house.bureau, YEAR_PERIOD)[0]
    assert (piece.key, piece.series, piece.retention) == ("fund-2026", "学习情况", "30年")
    assert piece.missing == "2026年专项经费还没有结转。请付清或取消预订后结转。"
    close(house)
    piece = list_pieces(house.bureau, YEAR_PERIOD)[0]
    assert (piece.title, piece.on, piece.missing) == ("云川市示例局2026年学习专项经费账目", date(2026, 12, 3), "")
    assert [tuple(row) for row in list_tables(house.bureau, YEAR_PERIOD)[0].rows] == [
        (date(2026, 12, 3), "图书", "付款", "新华书店", "党史读本", 40_000, ""),
    ]


def test_the_workbook_adds_up_and_keeps_texts_as_texts(house: House) -> None:
    make_fund(house, 图书=100_000)
    spending.pay(act_as(house), find().pk, bill(40_000, "=1+1"), key=uuid4(), at=AT)
    document = list_pieces(house.bureau, YEAR_PERIOD)[0].documents[0]
    data = document.write()
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    assert book.sheet_names == ["总账", "来源", "调整", "预订", "付款", "明细", "结转"]
    assert book.get_sheet_by_name("总账").to_python()[1:] == [
        ["图书", 0.0, 1000.0, 0.0, 0.0, 400.0, 0.0, 600.0],
        ["合计", 0.0, 1000.0, 0.0, 0.0, 400.0, 0.0, 600.0],
    ]
    assert book.get_sheet_by_name("付款").to_python()[1][4:6] == ["=1+1", 400.0]
    assert document.write() == data


def test_a_fund_is_not_closed_in_the_database_without_its_time(house: House) -> None:
    fund = make_fund(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        Fund.objects.filter(pk=fund.pk).update(state="已结转")
    with pytest.raises(IntegrityError), transaction.atomic():
        Purpose.objects.filter(pk=find().pk).update(carried_fen=10**9)
    with pytest.raises(Refusal):
        close_fund(act_as(house, "leader"), fund.pk, DECIDED, at=AT)
