"""The year's fund: never beyond what is approved without a recorded decision, and sums that always agree (D11)."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanxue.audit.models import Entry
from shanxue.base.errors import Refusal
from shanxue.orgs.models import Grant
from shanxue.resources.actions import funds, spending
from shanxue.resources.models import Adjustment, Commitment, Payment, Purpose
from shanxue.resources.queries.funds import list_entries, list_purposes, read_balance, sum_rows
from shanxue.resources.rules import CommitmentState
from tests.house import House, add_user

from .rows import AT, DAY, DECIDED, act_as, bill, buy, find, make_fund, order, spend

pytestmark = pytest.mark.django_db


def refuse(act: object, code: str) -> str:
    with pytest.raises(Refusal) as refused:
        act()  # type: ignore[operator]
    assert refused.value.code == code
    return refused.value.sentence


def test_a_payment_beyond_the_fund_is_refused_in_words(house: House) -> None:
    """Bad input: a payment beyond the fund."""
    make_fund(house, 图书=1_000_000)
    spend(house, 880_000)
    assert refuse(lambda: spend(house, 150_000), "beyond_the_fund") == (
        "“图书”还剩 1,200.00 元，这一笔要 1,500.00 元，超出 300.00 元。请先登记追加或调剂的决定，再办这一笔。"
    )
    assert (read_balance(find()).paid, Payment.objects.count()) == (880_000, 1)


def test_a_recorded_decision_lets_it_be_paid(house: House) -> None:
    make_fund(house, 图书=100_000)
    funds.adjust_purpose(act_as(house), find().pk, 50_000, DECIDED, key=uuid4(), at=AT)
    spend(house, 150_000)
    balance = read_balance(find())
    assert (balance.approved, balance.changed, balance.paid, balance.left) == (100_000, 50_000, 150_000, 0)
    assert Adjustment.objects.get().meeting == "局党委会2026年第20次会议"


def test_a_decision_needs_its_meeting_and_never_lies_ahead(house: House) -> None:
    make_fund(house)
    office, purpose = act_as(house), find().pk

    def adjust(decision: funds.Decision) -> None:
        funds.adjust_purpose(office, purpose, 100, decision, key=uuid4(), at=AT)

    assert refuse(lambda: adjust(funds.Decision(" ", DAY, "急需")), "no_decision") == (
        "请写明是哪次会议的决定，以及理由。"
    )
    assert refuse(lambda: adjust(funds.Decision("党委会", date(2026, 12, 4), "急需")), "decided_later") == (
        "“决定日期”晚于今天。请填已经作出的决定。"
    )


def test_purposes_never_get_more_than_the_sources_bring(house: House) -> None:
    make_fund(house, 图书=9_900_000)
    sentence = refuse(lambda: funds.add_purpose(act_as(house), find().fund_id, "培训", 200_000, None, at=AT),
                      "sources_short")  # fmt: skip
    assert sentence == (
        "2026年专项经费的来源共 100,000.00 元，还能安排 1,000.00 元，这里要安排 2,000.00 元。请先登记来源，或改小金额。"
    )


def test_money_moves_between_purposes_by_one_decision_in_two_rows(house: House) -> None:
    make_fund(house, 图书=100_000, 报刊=50_000)
    key = uuid4()
    for _ in range(2):  # a second click does nothing
        funds.shift_money(act_as(house), find().pk, find("报刊").pk, 30_000, DECIDED, key=key, at=AT)
    assert [(one.purpose.name, one.amount_fen) for one in Adjustment.objects.order_by("pk")] == [
        ("图书", -30_000), ("报刊", 30_000),
    ]  # fmt: skip
    assert (read_balance(find()).left, read_balance(find("报刊")).left) == (70_000, 80_000)
    assert refuse(
        lambda: funds.shift_money(act_as(house), find().pk, find("报刊").pk, 70_001, DECIDED, key=uuid4(), at=AT),
        "already_spent",
    ) == "“图书”只剩 700.00 元没有用，减不下 700.01 元。请改小金额。"  # fmt: skip


def test_money_stands_on_leaves_only(house: House) -> None:
    fund = make_fund(house, 资料=0)
    office = act_as(house)
    funds.add_purpose(office, fund.pk, "图书", 60_000, find("资料").pk, at=AT)
    funds.add_purpose(office, fund.pk, "报刊", 40_000, find("资料").pk, at=AT)
    assert refuse(lambda: spend(house, 1, "资料"), "purpose_is_branch") == (
        "“资料”下面还有分项，钱记在分项上。请选一个分项。"
    )
    spend(house, 10_000, "图书")
    rows = {row.purpose.name: (row.depth, row.balance.limit, row.balance.left) for row in list_purposes(fund)}
    assert rows == {"资料": (0, 100_000, 90_000), "图书": (1, 60_000, 50_000), "报刊": (1, 40_000, 40_000)}
    assert sum_rows(list_purposes(fund)).left == 90_000
    assert refuse(lambda: funds.add_purpose(office, fund.pk, "画册", 0, find("图书").pk, at=AT), "tree_too_deep") == (
        "用途最多分两级。请选第一级的用途作上级。"
    )


def test_an_order_sets_money_aside_and_its_payments_use_it_up(house: House) -> None:
    make_fund(house, 图书=100_000)
    commitment = order(house, 80_000)
    assert (read_balance(find()).committed, read_balance(find()).left) == (80_000, 20_000)
    spend(house, 30_000, commitment=commitment)
    balance = read_balance(find())
    assert (balance.committed, balance.paid, balance.left) == (50_000, 30_000, 20_000)
    sentence = refuse(lambda: spend(house, 50_001, commitment=commitment), "beyond_the_commitment")
    assert sentence == (
        "这笔预订还有 500.00 元没有付，这次要付 500.01 元，超出 0.01 元。请先登记改金额的决定，再付款。"
    )
    spending.change_commitment(act_as(house), commitment.pk, 90_000, DECIDED, key=uuid4(), at=AT)
    spend(house, 60_000, commitment=commitment)
    commitment.refresh_from_db()
    assert (commitment.state, read_balance(find()).left) == (CommitmentState.SETTLED, 10_000)


def test_an_order_is_called_off_or_settled_and_frees_the_rest(house: House) -> None:
    make_fund(house, 图书=100_000)
    first, second = order(house, 30_000), order(house, 50_000, what="报告文学")
    spend(house, 20_000, commitment=second)
    office = act_as(house)
    states = [spending.end_commitment(office, one.pk, at=AT).state for one in (first, second)]
    assert states == ["已取消", "已结清"]
    assert (read_balance(find()).committed, read_balance(find()).left) == (0, 80_000)
    assert refuse(lambda: spend(house, 1, commitment=first), "commitment_ended") == "这笔预订已取消，不能再改。"


def test_money_that_comes_back_may_be_spent_again(house: House) -> None:
    make_fund(house, 图书=100_000)
    payment = spend(house, 100_000)
    office = act_as(house)
    spending.refund(office, payment.pk, 40_000, "退回污损的书", DAY, key=uuid4(), at=AT)
    assert (read_balance(find()).paid, read_balance(find()).left) == (60_000, 40_000)
    assert refuse(
        lambda: spending.refund(office, payment.pk, 60_001, "再退", DAY, key=uuid4(), at=AT), "beyond_the_payment"
    ) == "这笔付款最多还能退 600.00 元，“金额”写的是 600.01 元。"  # fmt: skip
    spend(house, 40_000)


def test_a_wrong_entry_is_taken_back_whole_and_its_order_waits_again(house: House) -> None:
    make_fund(house, 图书=100_000)
    commitment = order(house, 60_000)
    payment = spend(house, 60_000, commitment=commitment)
    spending.reverse_payment(act_as(house), payment.pk, "登记到别的书店了", key=uuid4(), at=AT)
    commitment.refresh_from_db()
    balance = read_balance(find())
    assert (commitment.state, commitment.paid_fen, balance.committed, balance.paid) == ("执行中", 0, 60_000, 0)


def test_a_second_click_pays_once(house: House) -> None:
    make_fund(house)
    key = uuid4()
    rows = {spending.pay(act_as(house), find().pk, bill(500), key=key, at=AT).pk for _ in range(2)}
    assert (len(rows), Payment.objects.count(), read_balance(find()).paid) == (1, 1, 500)


def test_days_lie_in_the_year_and_not_ahead(house: House) -> None:
    make_fund(house)
    office, purpose = act_as(house), find().pk
    assert refuse(
        lambda: spending.pay(office, purpose, bill(1, on=date(2025, 12, 31)), key=uuid4(), at=AT), "other_year"
    ) == "“日期”不在 2026 年。2026年专项经费只记当年的收支。"  # fmt: skip
    assert refuse(
        lambda: spending.pay(office, purpose, bill(1, on=date(2026, 12, 4)), key=uuid4(), at=AT), "future_day"
    ) == "“日期”晚于今天。请填实际发生的日期。"  # fmt: skip


def test_lines_never_cost_more_than_was_paid(house: House) -> None:
    make_fund(house)
    line = buy(house, 90_000)
    more = spending.Bought(spending.LineKind.TRAINING, "讲课费", 1, 1)
    assert refuse(lambda: spending.add_line(act_as(house), line.payment_id, more, at=AT), "lines_beyond_payment") == (
        "明细合计 900.01 元，超过实付 900.00 元。请核对。"
    )


def test_the_database_itself_refuses_what_the_actions_refuse(house: House) -> None:
    make_fund(house, 图书=100)
    purpose = find()
    for columns in ({"paid_fen": 101}, {"committed_fen": 101}, {"changed_fen": -101}, {"paid_fen": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Purpose.objects.filter(pk=purpose.pk).update(**columns)
    commitment = order(house, 100)
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=commitment.pk).update(paid_fen=101)


def test_every_step_is_written_down_once(house: House) -> None:
    make_fund(house)
    spend(house, 100)
    verbs = list(Entry.objects.filter(verb__startswith="resources.").order_by("seq").values_list("verb", flat=True))
    assert verbs == ["resources.open_fund", "resources.add_source", "resources.add_purpose", "resources.pay"]


def test_only_the_office_spends(house: House) -> None:
    make_fund(house)
    for key in ("member", "secretary", "leader", "inspector", "system"):
        with pytest.raises(Refusal) as refused:
            spending.pay(act_as(house, key), find().pk, bill(1), key=uuid4(), at=AT)
        assert refused.value.code == "not_office"


def test_the_office_of_one_branch_does_not_spend_the_bureaus_money(house: House) -> None:
    add_user(house, "branch-office", Grant.Power.OFFICE, "第一支部")
    make_fund(house)
    with pytest.raises(Refusal) as refused:
        spending.pay(act_as(house, "branch-office"), find().pk, bill(1), key=uuid4(), at=AT)
    assert refused.value.code == "not_office"


Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["adjust", "commit", "pay", "pay_on", "end", "refund", "reverse", "change"]),
              st.integers(-2_000, 3_000), st.integers(0, 4)),
    max_size=14,
)  # fmt: skip


def take_step(house: House, step: Step) -> None:
    office, (act, fen, which) = act_as(house), step
    purpose = find()
    commitments, payments = list(Commitment.objects.order_by("pk")), list(Payment.objects.order_by("pk"))
    chosen = commitments[which % len(commitments)].pk if commitments else 0
    paid = payments[which % len(payments)].pk if payments else 0
    if act == "adjust":
        funds.adjust_purpose(office, purpose.pk, fen, DECIDED, key=uuid4(), at=AT)
    elif act == "commit":
        spending.commit_money(office, purpose.pk, bill(fen), key=uuid4(), at=AT)
    elif act == "pay":
        spending.pay(office, purpose.pk, bill(fen), key=uuid4(), at=AT)
    elif act == "pay_on":
        spending.pay(office, purpose.pk, bill(fen), commitment_id=chosen, key=uuid4(), at=AT)
    elif act == "end":
        spending.end_commitment(office, chosen, at=AT)
    elif act == "refund":
        spending.refund(office, paid, fen, "退", DAY, key=uuid4(), at=AT)
    elif act == "reverse":
        spending.reverse_payment(office, paid, "错", key=uuid4(), at=AT)
    else:
        spending.change_commitment(office, chosen, fen, DECIDED, key=uuid4(), at=AT)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_done_the_balance_is_the_sum_of_the_rows(house: House, steps: list[Step]) -> None:
    """D11: balance = opening + approved ± changes − committed − paid, and it never falls below zero."""
    with transaction.atomic():
        mark = transaction.savepoint()
        make_fund(house, 图书=5_000)
        for step in steps:
            try:
                take_step(house, step)
            except Refusal:
                continue
        balance, parts = read_balance(find()), {"批准": 0, "调整": 0, "待付": 0, "已付": 0}
        for entry in list_entries(find()):
            parts[entry.part] += entry.fen
        assert parts == {"批准": balance.approved, "调整": balance.changed, "待付": balance.committed,
                         "已付": balance.paid}  # fmt: skip
        assert balance.left == balance.approved + balance.changed - balance.committed - balance.paid
        assert balance.left >= 0
        assert balance.limit == find().fund.allotted_fen
        transaction.savepoint_rollback(mark)


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_never_overspend(house: House) -> None:
    """Two people press at the same moment: one pays, the other reads what is left."""
    make_fund(house, 图书=100_000)
    office, purpose = act_as(house), find().pk
    barrier, said = Barrier(2), []

    def run() -> None:
        try:
            barrier.wait(timeout=20)
            spending.pay(office, purpose, bill(60_000), key=uuid4(), at=AT)
            said.append("已付")
        except Refusal as refusal:
            said.append(refusal.sentence)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [
        "“图书”还剩 400.00 元，这一笔要 600.00 元，超出 200.00 元。请先登记追加或调剂的决定，再办这一笔。", "已付",
    ]  # fmt: skip
    assert (Payment.objects.count(), read_balance(find()).paid) == (1, 60_000)
