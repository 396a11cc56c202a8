"""Ordering and paying: each with what it was for, its receipts and its lines."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor

from ..actions import spending as actions
from ..actions.funds import Decision
from ..forms.money import BillForm, ChangeCommitmentForm, LineForm, PayForm, ReceiptForm, RefundForm
from ..models import Commitment, Payment, Purpose
from ..queries import funds as queries
from ..queries.people import demand_money_reader, demand_office
from ..rules import CommitmentState, FundState, LineKind, PaymentKind
from ..rules.money import write_yuan
from ..uploads import TYPES, Kept, keep_receipt, read_receipt


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def commit(request: HttpRequest, purpose_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    purpose = queries.find_purpose(actor, purpose_id)
    form = BillForm(request.POST or None, initial={"on": actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.commit_money(
                actor, purpose.pk, _read_bill(form), key=form.cleaned_data["key"], at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("预订已登记，这笔钱已留出。"))
            return redirect("resources:commitment", made.pk)
    return _show_bill(request, form, _("登记预订或合同"), purpose)


def _read_bill(form: BillForm) -> actions.Bill:
    given = form.cleaned_data
    return actions.Bill(given["supplier"], given["what"], given["amount"], given["on"], given.get("number", ""))


def _show_bill(request: HttpRequest, form: Any, title: str, purpose: Purpose) -> HttpResponse:
    left = write_yuan(queries.read_balance(purpose).left)
    lead = _("“%(name)s”还剩 %(left)s 元。") % {"name": purpose.name, "left": left}
    page = {"form": form, "title": title, "lead": lead, "purpose": purpose, "fund": purpose.fund,
            "back": "resources:purpose"}  # fmt: skip
    return render(request, "resources/money_form.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def show_commitment(request: HttpRequest, commitment_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_money_reader(actor)
    commitment = queries.find_commitment(actor, commitment_id)
    page = {
        "commitment": commitment, "payments": list(commitment.payments.order_by("on", "pk")),
        "adjustments": list(commitment.adjustments.order_by("decided_on", "pk")), "fund": commitment.purpose.fund,
        "keeps": actor.keeps_whole_office and commitment.state == CommitmentState.OPEN,
    }  # fmt: skip
    return render(request, "resources/commitment.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_commitment(request: HttpRequest, commitment_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    commitment = queries.find_commitment(actor, commitment_id)
    form = ChangeCommitmentForm(request.POST or None, initial={"amount": commitment.amount_fen})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        decision = Decision(given["meeting"], given["decided_on"], given["reason"])
        try:
            actions.change_commitment(
                actor, commitment.pk, given["amount"], decision, key=given["key"], at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("金额已按决定改好。"))
            return redirect("resources:commitment", commitment.pk)
    page = {
        "form": form, "title": _("改预订的金额"), "back": "resources:purpose", "purpose": commitment.purpose,
        "lead": _("原来 %(amount)s 元，已付 %(paid)s 元。")
        % {"amount": write_yuan(commitment.amount_fen), "paid": write_yuan(commitment.paid_fen)},
        "fund": commitment.purpose.fund,
    }  # fmt: skip
    return render(request, "resources/money_form.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def end_commitment(request: HttpRequest, commitment_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    made = actions.end_commitment(actor, commitment_id, at=timezone.now())
    messages.success(request, _("这笔预订%(state)s，没有付的钱回到用途里。") % {"state": made.state})
    return redirect("resources:commitment", commitment_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, purpose_id: int) -> HttpResponse:
    """A payment, on a commitment (``commitment``) or directly; its receipt may come along."""
    actor = demand_actor(request)
    demand_office(actor)
    purpose = queries.find_purpose(actor, purpose_id)
    asked = request.GET.get("commitment", "")
    commitment = queries.find_commitment(actor, int(asked)) if asked.isdecimal() else None
    form = PayForm(request.POST or None, request.FILES or None, initial=_prefill(actor, commitment))
    if request.method == "POST" and form.is_valid():
        try:
            payment = _pay(actor, purpose, commitment, form)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("付款已登记。接着写买到了什么，图书可以直接入藏。"))
            return redirect("resources:payment", payment.pk)
    return _show_bill(request, form, _("登记付款"), purpose)


def _prefill(actor: Actor, commitment: Commitment | None) -> dict[str, Any]:
    if commitment is None:
        return {"on": actor.on}
    return {
        "on": actor.on, "supplier": commitment.supplier, "what": commitment.what, "amount": commitment.open_fen or None
    }  # fmt: skip


def _pay(actor: Actor, purpose: Purpose, commitment: Commitment | None, form: PayForm) -> Payment:
    assert actor.bureau is not None
    file, at = form.cleaned_data["receipt"], timezone.now()
    kept = keep_receipt(actor.bureau.pk, file.name, file.read()) if file else None
    return actions.pay(
        actor, purpose.pk, _read_bill(form), commitment_id=commitment.pk if commitment else None,
        key=form.cleaned_data["key"], at=at, receipt=kept,
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_payment(request: HttpRequest, payment_id: int) -> HttpResponse:
    """One payment: its receipts, what it bought, what came back. A line is added here."""
    actor = demand_actor(request)
    demand_money_reader(actor)
    payment = queries.find_payment(actor, payment_id)
    form = LineForm(request.POST or None)
    if request.method == "POST":
        demand_office(actor)
        if form.is_valid():
            given = form.cleaned_data
            bought = actions.Bought(LineKind(given["kind"]), given["name"], given["quantity"], given["amount"])
            try:
                actions.add_line(actor, payment.pk, bought, at=timezone.now())
            except Refusal as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, _("明细已登记：%(name)s。") % {"name": bought.name})
                return redirect("resources:payment", payment.pk)
    page = _describe_payment(actor, payment) | {"form": form, "receipt_form": ReceiptForm()}
    return render(request, "resources/payment.html", page, status=400 if form.errors else 200)


def _describe_payment(actor: Actor, payment: Payment) -> dict[str, Any]:
    lines = list(payment.lines.prefetch_related("copies", "subscriptions", "equipment__venue").order_by("pk"))
    is_payment = payment.kind == PaymentKind.PAYMENT
    return {
        "payment": payment, "fund": payment.purpose.fund, "lines": lines,
        "receipts": list(payment.receipts.order_by("pk")), "refunds": list(payment.refunds.order_by("pk")),
        "unlisted": payment.net_fen - sum(line.amount_fen for line in lines),
        "keeps": actor.keeps_whole_office and is_payment and payment.purpose.fund.state == FundState.OPEN,
    }  # fmt: skip


@login_required
@require_POST
def remove_line(request: HttpRequest, line_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    payment = actions.remove_line(actor, line_id, at=timezone.now())
    messages.success(request, _("明细已删去。"))
    return redirect("resources:payment", payment.pk)


@login_required
@require_POST
def attach_receipt(request: HttpRequest, payment_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    assert actor.bureau is not None
    payment = queries.find_payment(actor, payment_id)
    form = ReceiptForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["receipt"]
        try:
            kept: Kept = keep_receipt(actor.bureau.pk, file.name, file.read())
            actions.attach_receipt(actor, payment.pk, kept, at=timezone.now())
        except Refusal as refusal:
            form.add_error("receipt", refusal.sentence)
        else:
            messages.success(request, _("凭据已存好。"))
            return redirect("resources:payment", payment.pk)
    page = _describe_payment(actor, payment) | {"form": LineForm(), "receipt_form": form}
    return render(request, "resources/payment.html", page, status=400)


@login_required
@require_safe
def show_receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """The file itself, to be saved: shown to nobody who does not read money."""
    actor = demand_actor(request)
    demand_money_reader(actor)
    assert actor.bureau is not None
    receipt = queries.find_receipt(actor, receipt_id)
    data = read_receipt(actor.bureau.pk, receipt.sha256, receipt.ending)
    answer = HttpResponse(data, content_type=TYPES[receipt.ending])
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(receipt.name)}"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, payment_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    payment = queries.find_payment(actor, payment_id)
    form = RefundForm(request.POST or None, initial={"on": actor.on})
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, timezone.now()
        try:
            if given["how"] == "reverse":
                actions.reverse_payment(actor, payment.pk, given["reason"], key=given["key"], at=at)
            else:
                actions.refund(
                    actor, payment.pk, given["amount"], given["reason"], given["on"], key=given["key"], at=at
                )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已登记，钱回到用途里。"))
            return redirect("resources:payment", payment.pk)
    lead = _("“%(what)s”付了 %(amount)s 元，还可以退 %(left)s 元。") % {
        "what": payment.what, "amount": write_yuan(payment.amount_fen), "left": write_yuan(payment.net_fen)
    }  # fmt: skip
    page = {"form": form, "title": _("退款或冲销"), "lead": lead, "payment": payment, "fund": payment.purpose.fund,
            "purpose": payment.purpose, "back": "resources:purpose"}  # fmt: skip
    return render(request, "resources/money_form.html", page, status=400 if form.errors else 200)
