"""The year's fund (专项经费, D11): sources, purposes, decisions, commitments, payments, what is carried over."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from shanxue.orgs.models import Bureau, list_choices

from ..rules import CommitmentState, FundState, LineKind, PaymentKind


class Fund(models.Model):
    """The fund of one year. ``sourced_fen`` is the sum of its sources, ``allotted_fen`` what its purposes may spend."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="funds")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=4, choices=list_choices(FundState), default=FundState.OPEN)
    sourced_fen = models.BigIntegerField(default=0)
    allotted_fen = models.BigIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=64, blank=True)
    meeting = models.CharField(max_length=60, blank=True)  # who decided the carry-over
    decided_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "year"], name="one_fund_per_year"),
            models.CheckConstraint(condition=Q(allotted_fen__lte=F("sourced_fen")), name="allotted_within_the_sources"),
            models.CheckConstraint(
                condition=Q(state="执行中", closed_at__isnull=True) | Q(state="已结转", closed_at__isnull=False),
                name="closed_fund_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年专项经费"


class Source(models.Model):
    """Where money of a year comes from (财政拨款, 上级下拨, 上年结转 …)."""

    fund = models.ForeignKey(Fund, models.CASCADE, related_name="sources")
    name = models.CharField(max_length=40)
    amount_fen = models.BigIntegerField()
    document = models.CharField(max_length=80, blank=True)  # the paper it rests on
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fund", "name"], name="source_once_per_fund"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="source_brings_money"),
        ]


class Purpose(models.Model):
    """What money is for (用途): a node of the tree that the unit names. Only leaves hold money.

    The sums of its rows stand here, so that the database itself refuses to spend more than is approved.
    """

    fund = models.ForeignKey(Fund, models.CASCADE, related_name="purposes")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=30)
    opening_fen = models.BigIntegerField(default=0)  # carried over from the year before
    approved_fen = models.BigIntegerField(default=0)
    changed_fen = models.BigIntegerField(default=0)  # the sum of its adjustments
    committed_fen = models.BigIntegerField(default=0)  # of open commitments, what is not yet paid
    paid_fen = models.BigIntegerField(default=0)  # payments less refunds
    carried_fen = models.BigIntegerField(default=0)  # carried over to the next year

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fund", "name"], name="purpose_once_per_fund"),
            models.CheckConstraint(
                condition=Q(opening_fen__gte=0, approved_fen__gte=0, committed_fen__gte=0, paid_fen__gte=0,
                            carried_fen__gte=0),
                name="sums_of_a_purpose_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    committed_fen__lte=F("opening_fen") + F("approved_fen") + F("changed_fen") - F("paid_fen")
                    - F("carried_fen")
                ),
                name="spent_within_what_is_approved",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Commitment(models.Model):
    """What was ordered or contracted (预订、合同) and is to be paid. ``paid_fen`` is the sum of its payments."""

    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="commitments")
    key = models.UUIDField(unique=True, default=uuid4)  # of the form it was sent with: a second click adds nothing
    supplier = models.CharField(max_length=60)
    what = models.CharField(max_length=120)
    amount_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(default=0)
    on = models.DateField()
    state = models.CharField(max_length=4, choices=list_choices(CommitmentState), default=CommitmentState.OPEN)
    ended_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0, paid_fen__gte=0), name="commitment_names_an_amount"),
            models.CheckConstraint(condition=Q(paid_fen__lte=F("amount_fen")), name="paid_within_the_commitment"),
            models.CheckConstraint(
                condition=Q(state="执行中") | Q(ended_on__isnull=False), name="ended_commitment_says_when"
            ),
        ]

    @property
    def open_fen(self) -> int:
        """What still waits to be paid."""
        return self.amount_fen - self.paid_fen if self.state == CommitmentState.OPEN else 0


class Adjustment(models.Model):
    """A decision that changes what may be spent: of a purpose, or of one commitment. Never changed afterwards."""

    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="adjustments")
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, null=True, blank=True, related_name="adjustments"
    )  # where given, the amount of this commitment changed, not that of the purpose
    key = models.UUIDField(default=uuid4)
    amount_fen = models.BigIntegerField()
    meeting = models.CharField(max_length=60)
    decided_on = models.DateField()
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "purpose"], name="adjustment_once_per_form"),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="adjustment_changes_something"),
            models.CheckConstraint(condition=~Q(meeting="") & ~Q(reason=""), name="adjustment_names_the_decision"),
        ]


class Payment(models.Model):
    """One movement of money: out, back, or an entry taken back; ``of`` is then the payment it undoes."""

    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="payments")
    commitment = models.ForeignKey(Commitment, models.PROTECT, null=True, blank=True, related_name="payments")
    key = models.UUIDField(unique=True, default=uuid4)
    kind = models.CharField(max_length=4, choices=list_choices(PaymentKind), default=PaymentKind.PAYMENT)
    of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="refunds")
    amount_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField(default=0)
    supplier = models.CharField(max_length=60)
    what = models.CharField(max_length=120)
    number = models.CharField(max_length=40, blank=True)  # 凭证号
    on = models.DateField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_moves_money"),
            models.CheckConstraint(
                condition=Q(refunded_fen__gte=0, refunded_fen__lte=F("amount_fen")), name="refunded_within_the_payment"
            ),
            models.CheckConstraint(
                condition=Q(kind="付款", of__isnull=True) | (~Q(kind="付款") & Q(of__isnull=False)),
                name="refund_names_its_payment",
            ),
        ]
        indexes = [models.Index(fields=["purpose", "on"], name="payments_of_a_purpose")]

    @property
    def net_fen(self) -> int:
        return self.amount_fen - self.refunded_fen


class PaymentLine(models.Model):
    """One line of a payment's receipt: what was bought. Copies, equipment and subscriptions name the line."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=4, choices=list_choices(LineKind))
    name = models.CharField(max_length=120)
    quantity = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "kind", "name"], name="line_once_per_receipt"),
            models.CheckConstraint(condition=Q(quantity__gt=0, amount_fen__gte=0), name="line_names_a_quantity"),
        ]

    def __str__(self) -> str:
        return self.name


class Receipt(models.Model):
    """One file kept with a payment: a picture or a PDF on the house's own disk, named by its content."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="receipts")
    name = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    ending = models.CharField(max_length=4)
    size = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payment", "sha256"], name="receipt_once_per_payment")]


class Carry(models.Model):
    """What one purpose left at the end of its year: out of ``source``, into ``target`` of the next year's fund.

    One row with two ends, shown in both accounts, so that both sides balance by being the same number.
    """

    source = models.OneToOneField(Purpose, models.PROTECT, related_name="carry_out")
    target = models.ForeignKey(Purpose, models.PROTECT, related_name="carries_in")
    amount_fen = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="carry_moves_money"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="carry_has_two_ends"),
        ]
