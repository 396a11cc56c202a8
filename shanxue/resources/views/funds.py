"""The year's account: its purposes, its sources, decisions, and the close of the year."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor

from ..actions import funds as actions
from ..actions.closing import close_fund
from ..documents import write_account
from ..forms.money import AdjustForm, DecisionForm, FundForm, PurposeForm, SourceForm
from ..models import Fund
from ..queries import funds as queries
from ..queries.people import demand_money_reader, demand_office
from ..rules import FundState

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def show_fund(request: HttpRequest) -> HttpResponse:
    """The account of a year (``year``): by purpose what is approved, committed, paid and left."""
    actor = demand_actor(request)
    demand_money_reader(actor)
    asked = request.GET.get("year", "")
    fund = queries.find_fund_of_year(actor, int(asked) if asked.isdecimal() else None)
    if fund is None and asked:
        raise refuse_missing("这一年的经费")
    page = {"fund": fund, "years": queries.list_years(actor), "this_year": actor.on.year}
    return render(request, "resources/fund.html", page | (_describe_fund(fund) if fund else {}))


def _describe_fund(fund: Fund) -> dict[str, Any]:
    rows = queries.list_purposes(fund)
    total = queries.sum_rows(rows)
    return {
        "rows": rows, "total": total, "sources": list(fund.sources.order_by("pk")),
        "adjustments": queries.list_adjustments(fund), "commitments": queries.list_open_commitments(fund),
        "unallotted": fund.sourced_fen - fund.allotted_fen, "is_open": fund.state == FundState.OPEN,
    }  # fmt: skip


@login_required
@require_safe
def download_account(request: HttpRequest, fund_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_money_reader(actor)
    fund = queries.find_fund(actor, fund_id)
    answer = HttpResponse(write_account(fund), content_type=XLSX)
    answer.headers["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{fund.year}%E5%B9%B4%E7%BB%8F%E8%B4%B9%E8%B4%A6%E7%9B%AE.xlsx"
    )
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_fund(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    form = FundForm(request.POST or None, initial={"year": actor.on.year})
    if request.method == "POST" and form.is_valid():
        fund = actions.open_fund(actor, form.cleaned_data["year"], at=timezone.now())
        messages.success(request, _("%(year)s年的账已建好。先登记来源，再登记用途。") % {"year": fund.year})
        return redirect("resources:new_source", fund.pk)
    return _show(request, form, _("新建一年的经费"), _("建好以后登记来源和用途。"), "resources:fund")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_source(request: HttpRequest, fund_id: int) -> HttpResponse:
    actor, fund = _find_kept(request, fund_id)
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            source = actions.add_source(
                actor, fund.pk, given["name"], given["amount"], given["document"], at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("来源“%(name)s”已登记。") % {"name": source.name})
            return _back(fund)
    return _show(request, form, _("登记来源"), str(fund), "resources:fund", fund=fund)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_purpose(request: HttpRequest, fund_id: int) -> HttpResponse:
    actor, fund = _find_kept(request, fund_id)
    parents = [row.purpose for row in queries.list_purposes(fund) if row.depth == 0 and row.balance.limit == 0]
    parents += [row.purpose for row in queries.list_purposes(fund) if row.depth == 0 and not row.is_leaf]
    form = PurposeForm(request.POST or None, parents=dict.fromkeys(parents))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            purpose = actions.add_purpose(
                actor, fund.pk, given["name"], given["amount"], given["parent"], at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("用途“%(name)s”已登记。") % {"name": purpose.name})
            return _back(fund)
    return _show(request, form, _("登记用途"), str(fund), "resources:fund", fund=fund)


def _find_kept(request: HttpRequest, fund_id: int) -> tuple[Actor, Fund]:
    actor = demand_actor(request)
    demand_office(actor)
    return actor, queries.find_fund(actor, fund_id)


def _back(fund: Fund) -> HttpResponse:
    answer = redirect("resources:fund")
    answer.headers["Location"] += f"?year={fund.year}"
    return answer


def _show(
    request: HttpRequest, form: Any, title: str, lead: str, back: str, *, fund: Fund | None = None, **more: Any
) -> HttpResponse:
    page = {"form": form, "title": title, "lead": lead, "back": back, "fund": fund} | more
    return render(request, "resources/money_form.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def show_purpose(request: HttpRequest, purpose_id: int) -> HttpResponse:
    """Every row behind the numbers of one purpose."""
    actor = demand_actor(request)
    demand_money_reader(actor)
    purpose = queries.find_purpose(actor, purpose_id)
    rows = queries.list_purposes(purpose.fund)
    own = next(row for row in rows if row.purpose.pk == purpose.pk)
    page = {
        "purpose": purpose, "fund": purpose.fund, "balance": own.balance, "is_leaf": own.is_leaf,
        "entries": queries.list_entries(purpose) if own.is_leaf else [],
        "below": [row for row in rows if row.purpose.parent_id == purpose.pk],
        "keeps": actor.keeps_whole_office and purpose.fund.state == FundState.OPEN and own.is_leaf,
    }  # fmt: skip
    return render(request, "resources/purpose.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def adjust(request: HttpRequest, purpose_id: int) -> HttpResponse:
    """追加, 调减 or 调剂, each with the decision it rests on."""
    actor = demand_actor(request)
    demand_office(actor)
    purpose = queries.find_purpose(actor, purpose_id)
    others = [one for one in queries.list_leaves(purpose.fund) if one.pk != purpose.pk]
    form = AdjustForm(request.POST or None, others=others)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, timezone.now()
        decision = actions.Decision(given["meeting"], given["decided_on"], given["reason"])
        try:
            if given["to"]:
                actions.shift_money(
                    actor, purpose.pk, given["to"], given["amount"], decision, key=given["key"], at=at
                )  # fmt: skip
            else:
                actions.adjust_purpose(actor, purpose.pk, given["amount"], decision, key=given["key"], at=at)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("决定已登记，批准数已改。"))
            return redirect("resources:purpose", purpose.pk)
    lead = _("登记已经作出的决定：追加、调减，或调剂到别的用途。")
    return _show(request, form, _("调整“%(name)s”") % {"name": purpose.name}, lead, "resources:purpose",
                 fund=purpose.fund, purpose=purpose)  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, fund_id: int) -> HttpResponse:
    """The check page of the year's end: what goes over, what stands in the way."""
    actor, fund = _find_kept(request, fund_id)
    form = DecisionForm(request.POST or None, initial={"reason": _("年末结余转入下一年。")})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        decision = actions.Decision(given["meeting"], given["decided_on"], given["reason"])
        try:
            close_fund(actor, fund.pk, decision, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("%(fund)s已结转，这一年不再改动。") % {"fund": fund})
            return _back(fund)
    told = _describe_fund(fund)
    leaves = [row for row in told["rows"] if row.is_leaf]
    page = {"form": form, "fund": fund, "leaves": leaves, "next_year": fund.year + 1} | told
    return render(request, "resources/close.html", page, status=400 if form.errors else 200)
