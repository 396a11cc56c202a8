"""Ordering, paying, money that comes back, receipts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, ProtectedError, Sum
from django.utils import timezone

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.queries import Actor

from ..models import Adjustment, Commitment, Payment, PaymentLine, Purpose, Receipt
from ..queries.funds import find_commitment, find_payment
from ..rules import CommitmentState, LineKind, PaymentKind
from ..rules.money import write_yuan
from ..uploads import Kept
from .funds import Decision, demand_amount, demand_decision, lock_purpose, record, take_money


@dataclass(frozen=True)
class Bill:
    """What is ordered or paid: from whom, for what, how much, on which day."""

    supplier: str
    what: str
    amount_fen: int
    on: date
    number: str = ""  # 凭证号


@dataclass(frozen=True)
class Bought:
    """One line of a receipt."""

    kind: LineKind
    name: str
    quantity: int
    amount_fen: int


@transaction.atomic
def commit_money(actor: Actor, purpose_id: int, bill: Bill, *, key: UUID, at: datetime) -> Commitment:
    """Order or sign: the amount is set aside. Raises ``beyond_the_fund``; the same form twice is one commitment."""
    purpose = lock_purpose(actor, purpose_id)
    if known := Commitment.objects.filter(key=key).first():
        return known
    _demand_bill(purpose, bill, at)
    take_money(purpose, bill.amount_fen, committed_fen=bill.amount_fen)
    made = Commitment.objects.create(
        purpose=purpose, key=key, supplier=bill.supplier, what=bill.what, amount_fen=bill.amount_fen, on=bill.on,
        at=at, actor=str(actor.user),
    )  # fmt: skip
    record(actor, "commit_money", f"commitment:{made.pk}", at, purpose=purpose.pk, amount_fen=bill.amount_fen)
    return made


@transaction.atomic
def change_commitment(
    actor: Actor, commitment_id: int, amount_fen: int, decision: Decision, *, key: UUID, at: datetime
) -> Commitment:
    """Set another amount by a decision: never less than is paid, never more than the purpose still has."""
    purpose, commitment = _lock_commitment(actor, commitment_id)
    if Adjustment.objects.filter(key=key, purpose=purpose).exists():
        return commitment
    demand_decision(decision, at, purpose.fund.year)
    demand_amount(amount_fen, "新的金额")
    if amount_fen < commitment.paid_fen:
        paid = write_yuan(commitment.paid_fen)
        raise Refusal("less_than_paid", f"这笔预订已付 {paid} 元，不能改到 {write_yuan(amount_fen)} 元。")
    more = amount_fen - commitment.amount_fen
    if more == 0:
        raise Refusal("same_amount", "新的金额与原来相同，没有改动。")
    take_money(purpose, more, committed_fen=more)
    Commitment.objects.filter(pk=commitment.pk).update(amount_fen=amount_fen)
    Adjustment.objects.create(
        purpose=purpose, commitment=commitment, key=key, amount_fen=more, meeting=decision.meeting,
        decided_on=decision.on, reason=decision.reason, at=at, actor=str(actor.user),
    )  # fmt: skip
    record(actor, "change_commitment", f"commitment:{commitment.pk}", at, amount_fen=amount_fen,
           meeting=decision.meeting, decided_on=decision.on.isoformat(), reason=decision.reason)  # fmt: skip
    commitment.amount_fen = amount_fen
    return commitment


@transaction.atomic
def end_commitment(actor: Actor, commitment_id: int, *, at: datetime) -> Commitment:
    """Settle a commitment, or call it off when nothing was paid: what is not paid is free again."""
    purpose, commitment = _lock_commitment(actor, commitment_id)
    take_money(purpose, -commitment.open_fen, committed_fen=-commitment.open_fen)
    commitment.state = CommitmentState.SETTLED if commitment.paid_fen else CommitmentState.CANCELLED
    commitment.ended_on = timezone.localdate(at)
    commitment.save(update_fields=["state", "ended_on"])
    record(actor, "end_commitment", f"commitment:{commitment.pk}", at, state=commitment.state)
    return commitment


def _lock_commitment(actor: Actor, commitment_id: int) -> tuple[Purpose, Commitment]:
    purpose = lock_purpose(actor, find_commitment(actor, commitment_id).purpose_id)
    commitment = Commitment.objects.get(pk=commitment_id)
    if commitment.state != CommitmentState.OPEN:
        raise Refusal("commitment_ended", f"这笔预订{commitment.state}，不能再改。")
    return purpose, commitment


@transaction.atomic
def pay(
    actor: Actor, purpose_id: int, bill: Bill, *, commitment_id: int | None = None, key: UUID, at: datetime,
    receipt: Kept | None = None,
) -> Payment:  # fmt: skip
    """Pay, on a commitment or directly. Raises ``beyond_the_fund`` or ``beyond_the_commitment``.

    A commitment that is paid in full is settled with it. The same form twice is one payment.
    """
    purpose = lock_purpose(actor, purpose_id)
    if known := Payment.objects.filter(key=key).first():
        return known
    _demand_bill(purpose, bill, at)
    commitment = _charge_commitment(actor, purpose, commitment_id, bill.amount_fen, at)
    if commitment is None:
        take_money(purpose, bill.amount_fen, paid_fen=bill.amount_fen)
    else:
        take_money(purpose, 0, paid_fen=bill.amount_fen, committed_fen=-bill.amount_fen)
    payment = Payment.objects.create(
        purpose=purpose, commitment=commitment, key=key, supplier=bill.supplier, what=bill.what,
        amount_fen=bill.amount_fen, number=bill.number, on=bill.on, at=at, actor=str(actor.user),
    )  # fmt: skip
    record(actor, "pay", f"payment:{payment.pk}", at, purpose=purpose.pk, amount_fen=bill.amount_fen)
    if receipt is not None:
        _keep(actor, payment, receipt, at)
    return payment


def _charge_commitment(
    actor: Actor, purpose: Purpose, commitment_id: int | None, amount_fen: int, at: datetime
) -> Commitment | None:
    if commitment_id is None:
        return None
    _held, commitment = _lock_commitment(actor, commitment_id)
    if commitment.purpose_id != purpose.pk:
        raise Refusal("other_purpose", "这笔预订不属于这项用途。请从预订页进入付款。")
    if amount_fen > commitment.open_fen:
        raise Refusal(
            "beyond_the_commitment",
            f"这笔预订还有 {write_yuan(commitment.open_fen)} 元没有付，这次要付 {write_yuan(amount_fen)} 元，"
            f"超出 {write_yuan(amount_fen - commitment.open_fen)} 元。请先登记改金额的决定，再付款。",
        )
    commitment.paid_fen += amount_fen
    if commitment.paid_fen == commitment.amount_fen:
        commitment.state, commitment.ended_on = CommitmentState.SETTLED, timezone.localdate(at)
    commitment.save(update_fields=["paid_fen", "state", "ended_on"])
    return commitment


def _demand_bill(purpose: Purpose, bill: Bill, at: datetime) -> None:
    demand_amount(bill.amount_fen, "金额")
    year = purpose.fund.year
    if bill.on.year != year:
        raise Refusal("other_year", f"“日期”不在 {year} 年。{purpose.fund}只记当年的收支。")
    if bill.on > timezone.localdate(at):
        raise Refusal("future_day", "“日期”晚于今天。请填实际发生的日期。")


@transaction.atomic
def refund(
    actor: Actor, payment_id: int, amount_fen: int, reason: str, on: date, *, key: UUID, at: datetime
) -> Payment:
    """Enter money that came back; it may be spent again for the same purpose."""
    purpose, payment = _lock_payment(actor, payment_id)
    if known := Payment.objects.filter(key=key).first():
        return known
    _demand_bill(purpose, Bill(payment.supplier, reason, amount_fen, on), at)
    if amount_fen > payment.net_fen:
        left = write_yuan(payment.net_fen)
        raise Refusal("beyond_the_payment", f"这笔付款最多还能退 {left} 元，“金额”写的是 {write_yuan(amount_fen)} 元。")
    return _take_back(actor, purpose, payment, PaymentKind.REFUND, amount_fen, reason, on, key, at)


@transaction.atomic
def reverse_payment(actor: Actor, payment_id: int, reason: str, *, key: UUID, at: datetime) -> Payment:
    """Take back a whole entry that was wrong; a commitment it was paid on waits for it again."""
    purpose, payment = _lock_payment(actor, payment_id)
    if known := Payment.objects.filter(key=key).first():
        return known
    if payment.refunded_fen:
        raise Refusal("already_refunded", "这笔付款已有退款或冲销，不能再整笔冲销。")
    if payment.lines.exists():
        raise Refusal("has_lines", "这笔付款下面已登记买到的东西。请先删去明细，再冲销。")
    on = timezone.localdate(at) if timezone.localdate(at).year == purpose.fund.year else payment.on
    made = _take_back(actor, purpose, payment, PaymentKind.REVERSAL, payment.amount_fen, reason, on, key, at)
    if payment.commitment is not None:
        _reopen_commitment(payment.commitment, purpose, payment.amount_fen)
    return made


def _reopen_commitment(commitment: Commitment, purpose: Purpose, amount_fen: int) -> None:
    """Let an open or fully paid commitment wait for its payment again; one that was ended early stays ended."""
    columns: dict[str, object] = {"paid_fen": F("paid_fen") - amount_fen}
    if commitment.state == CommitmentState.OPEN or commitment.paid_fen == commitment.amount_fen:
        purpose.refresh_from_db(fields=["committed_fen", "paid_fen"])
        take_money(purpose, amount_fen, committed_fen=amount_fen)
        columns |= {"state": CommitmentState.OPEN, "ended_on": None}
    Commitment.objects.filter(pk=commitment.pk).update(**columns)


def _lock_payment(actor: Actor, payment_id: int) -> tuple[Purpose, Payment]:
    purpose = lock_purpose(actor, find_payment(actor, payment_id).purpose_id)
    payment = Payment.objects.select_related("commitment").get(pk=payment_id)
    if payment.kind != PaymentKind.PAYMENT:
        raise Refusal("not_a_payment", f"这一笔是{payment.kind}，不能再退。请从原来的付款进入。")
    return purpose, payment


def _take_back(
    actor: Actor, purpose: Purpose, payment: Payment, kind: PaymentKind, amount_fen: int, reason: str, on: date,
    key: UUID, at: datetime,
) -> Payment:  # fmt: skip
    if not reason.strip():
        raise Refusal("no_reason", f"请写一句{kind}的原因。")
    take_money(purpose, -amount_fen, paid_fen=-amount_fen)
    Payment.objects.filter(pk=payment.pk).update(refunded_fen=F("refunded_fen") + amount_fen)
    made = Payment.objects.create(
        purpose=purpose, commitment=payment.commitment, key=key, kind=kind, of=payment, amount_fen=amount_fen,
        supplier=payment.supplier, what=reason, on=on, at=at, actor=str(actor.user),
    )  # fmt: skip
    record(actor, "take_back", f"payment:{payment.pk}", at, kind=str(kind), amount_fen=amount_fen, reason=reason)
    return made


@transaction.atomic
def add_line(actor: Actor, payment_id: int, bought: Bought, *, at: datetime) -> PaymentLine:
    """Write what a payment bought; its lines together never cost more than was paid."""
    _purpose, payment = _lock_payment(actor, payment_id)
    written = payment.lines.aggregate(sum=Sum("amount_fen"))["sum"] or 0
    if payment.lines.filter(kind=bought.kind, name=bought.name).exists():
        raise Refusal("line_known", f"这笔付款已有明细“{bought.name}”。数量有误的，请删去再加。")
    if written + bought.amount_fen > payment.net_fen:
        sum_yuan, net_yuan = write_yuan(written + bought.amount_fen), write_yuan(payment.net_fen)
        raise Refusal("lines_beyond_payment", f"明细合计 {sum_yuan} 元，超过实付 {net_yuan} 元。请核对。")
    line = PaymentLine.objects.create(
        payment=payment, kind=bought.kind, name=bought.name, quantity=bought.quantity, amount_fen=bought.amount_fen
    )
    record(actor, "add_line", f"payment:{payment.pk}", at, name=line.name, quantity=line.quantity)
    return line


@transaction.atomic
def remove_line(actor: Actor, line_id: int, *, at: datetime) -> Payment:
    """Take a line off a receipt; one that copies, periodicals or equipment rest on stays."""
    line = PaymentLine.objects.filter(payment__purpose__fund__bureau=actor.bureau, pk=line_id).first()
    if line is None:
        raise refuse_missing("这条明细")
    _purpose, payment = _lock_payment(actor, line.payment_id)
    try:
        line.delete()
    except ProtectedError:
        raise Refusal("line_in_use", f"“{line}”已经入藏或登记到阵地，不能删去。") from None
    record(actor, "remove_line", f"payment:{payment.pk}", at, name=line.name)
    return payment


@transaction.atomic
def attach_receipt(actor: Actor, payment_id: int, kept: Kept, *, at: datetime) -> Receipt:
    """Keep a receipt with its payment; the same file twice is one receipt."""
    _purpose, payment = _lock_payment(actor, payment_id)
    return _keep(actor, payment, kept, at)


def _keep(actor: Actor, payment: Payment, kept: Kept, at: datetime) -> Receipt:
    receipt, made = Receipt.objects.get_or_create(
        payment=payment, sha256=kept.sha256,
        defaults={"name": kept.name, "ending": kept.ending, "size": kept.size, "at": at, "actor": str(actor.user)},
    )  # fmt: skip
    if made:
        record(actor, "attach_receipt", f"payment:{payment.pk}", at, sha256=kept.sha256, name=kept.name)
    return receipt
