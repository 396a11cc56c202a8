"""The year's account: purposes with their balances, and the rows behind every number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor

from ..models import Adjustment, Carry, Commitment, Fund, Payment, Purpose, Receipt
from ..rules import FundState, PaymentKind
from ..rules.money import Balance, add_up


@dataclass(frozen=True)
class PurposeRow:
    """One purpose of the tree with its balance; of a branch, the sum of the leaves below it."""

    purpose: Purpose
    depth: int
    balance: Balance
    is_leaf: bool


@dataclass(frozen=True)
class Entry:
    """One row of an account. ``fen`` is signed as people read it; ``part`` is its column of the balance."""

    on: date
    part: str
    what: str
    fen: int
    href: str
    note: str = ""


def read_balance(purpose: Purpose) -> Balance:
    return Balance(
        purpose.opening_fen, purpose.approved_fen, purpose.changed_fen, purpose.committed_fen, purpose.paid_fen,
        purpose.carried_fen,
    )  # fmt: skip


def scope_funds(actor: Actor) -> QuerySet[Fund]:
    return Fund.objects.filter(bureau=actor.bureau).order_by("-year") if actor.reads_bureau else Fund.objects.none()


def find_fund(actor: Actor, fund_id: int) -> Fund:
    found = scope_funds(actor).select_related("bureau").filter(pk=fund_id).first()
    if found is None:
        raise refuse_missing("这一年的经费")
    return found


def find_fund_of_year(actor: Actor, year: int | None) -> Fund | None:
    """The fund of a year; without one, this year's, else the latest."""
    funds = scope_funds(actor).select_related("bureau")
    if year is not None:
        return funds.filter(year=year).first()
    return funds.filter(year=actor.on.year).first() or funds.first()


def list_open_years(actor: Actor) -> list[Fund]:
    """Funds of years gone by that are not carried over."""
    return list(scope_funds(actor).filter(year__lt=actor.on.year, state=FundState.OPEN))


def list_years(actor: Actor) -> list[int]:
    return list(scope_funds(actor).values_list("year", flat=True))


def find_purpose(actor: Actor, purpose_id: int) -> Purpose:
    found = Purpose.objects.filter(fund__in=scope_funds(actor), pk=purpose_id)
    purpose = found.select_related("fund__bureau", "parent").first()
    if purpose is None:
        raise refuse_missing("这项用途")
    return purpose


def find_commitment(actor: Actor, commitment_id: int) -> Commitment:
    found = Commitment.objects.filter(purpose__fund__in=scope_funds(actor), pk=commitment_id)
    commitment = found.select_related("purpose__fund__bureau").first()
    if commitment is None:
        raise refuse_missing("这笔预订")
    return commitment


def find_payment(actor: Actor, payment_id: int) -> Payment:
    found = Payment.objects.filter(purpose__fund__in=scope_funds(actor), pk=payment_id)
    payment = found.select_related("purpose__fund__bureau", "commitment", "of").first()
    if payment is None:
        raise refuse_missing("这笔付款")
    return payment


def find_receipt(actor: Actor, receipt_id: int) -> Receipt:
    """Receipts are for those who read money: the same scope as their payment."""
    found = Receipt.objects.filter(payment__purpose__fund__in=scope_funds(actor), pk=receipt_id)
    receipt = found.select_related("payment__purpose__fund").first()
    if receipt is None:
        raise refuse_missing("这份凭据")
    return receipt


def list_purposes(fund: Fund) -> list[PurposeRow]:
    """The tree from the top, each with its balance: one query."""
    found = list(fund.purposes.order_by("position", "pk"))
    below: dict[int | None, list[Purpose]] = {}
    for purpose in found:
        below.setdefault(purpose.parent_id, []).append(purpose)
    return _walk(below, None, 0)


def _walk(below: dict[int | None, list[Purpose]], parent: int | None, depth: int) -> list[PurposeRow]:
    rows = []
    for purpose in below.get(parent, []):
        inner = _walk(below, purpose.pk, depth + 1)
        own = add_up(row.balance for row in inner if row.depth == depth + 1) if inner else read_balance(purpose)
        rows += [PurposeRow(purpose, depth, own, not inner), *inner]
    return rows


def sum_rows(rows: Iterable[PurposeRow]) -> Balance:
    return add_up(row.balance for row in rows if row.depth == 0)


def list_leaves(fund: Fund) -> list[Purpose]:
    """Purposes that hold money: those without a purpose below."""
    return [row.purpose for row in list_purposes(fund) if row.is_leaf]


def list_open_commitments(fund: Fund) -> list[Commitment]:
    found = Commitment.objects.filter(purpose__fund=fund, state="执行中").select_related("purpose")
    return list(found.order_by("on", "pk"))


def list_entries(purpose: Purpose) -> list[Entry]:
    """Every row of one account in the order of its days; the sums of each part are the balance. Four queries."""
    rows = list(_list_openings(purpose)) + list(_list_adjustments(purpose))
    rows += [_enter_commitment(one) for one in purpose.commitments.all()]
    rows += [_enter_payment(one) for one in purpose.payments.all()]
    carry = Carry.objects.filter(source=purpose).select_related("target__fund").first()
    if carry is not None:
        href = reverse("resources:purpose", args=[carry.target_id])
        rows.append(Entry(timezone.localdate(carry.at), "结转", f"结转到{carry.target.fund}", carry.amount_fen, href))
    return sorted(rows, key=lambda row: (row.part not in ("期初", "批准"), row.on))


def _list_openings(purpose: Purpose) -> Iterable[Entry]:
    first = date(purpose.fund.year, 1, 1)
    for carry in Carry.objects.filter(target=purpose).select_related("source__fund"):
        href = reverse("resources:purpose", args=[carry.source_id])
        yield Entry(first, "期初", f"由{carry.source.fund}结转", carry.amount_fen, href)
    if purpose.approved_fen:
        yield Entry(first, "批准", "年初批准", purpose.approved_fen, "")


def _list_adjustments(purpose: Purpose) -> Iterable[Entry]:
    for one in Adjustment.objects.filter(purpose=purpose, commitment__isnull=True):
        what = "追加" if one.amount_fen > 0 else "调减"
        yield Entry(one.decided_on, "调整", f"{what}：{one.reason}", one.amount_fen, "", one.meeting)


def _enter_commitment(one: Commitment) -> Entry:
    href = reverse("resources:commitment", args=[one.pk])
    return Entry(one.on, "待付", f"预订：{one.what}（{one.supplier}）", one.open_fen, href, one.state)


def _enter_payment(one: Payment) -> Entry:
    href = reverse("resources:payment", args=[one.of_id or one.pk])
    sign = 1 if one.kind == PaymentKind.PAYMENT else -1
    return Entry(one.on, "已付", f"{one.kind}：{one.what}（{one.supplier}）", sign * one.amount_fen, href, one.number)


def list_adjustments(fund: Fund) -> list[Adjustment]:
    found = Adjustment.objects.filter(purpose__fund=fund).select_related("purpose", "commitment")
    return list(found.order_by("decided_on", "pk"))


def list_payments(bureau: Bureau, year: int) -> list[Payment]:
    found = Payment.objects.filter(purpose__fund__bureau=bureau, purpose__fund__year=year)
    return list(found.select_related("purpose", "commitment").order_by("on", "pk"))
