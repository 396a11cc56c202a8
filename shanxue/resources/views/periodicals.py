"""Newspapers and journals: what came, what is missing."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor

from ..actions import periodicals as actions
from ..forms.shelf import SubscriptionChangeForm, SubscriptionForm
from ..queries import shelf as queries
from ..queries.people import demand_office, demand_visitor
from ..rules import Frequency, IssueState

SHOWN_ISSUES = 30  # the latest; of those before, only what did not come


@login_required
@require_safe
def show_subscriptions(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_visitor(actor)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else actor.on.year
    rows = list(queries.scope_subscriptions(actor, year))
    page = {"rows": rows, "year": year, "years": queries.list_subscription_years(actor),
            "missed": sum(getattr(row, "missed", 0) for row in rows)}  # fmt: skip
    return render(request, "resources/subscriptions.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """A subscription with its issues; from a receipt line (``line``) name and copies are there."""
    actor = demand_actor(request)
    demand_office(actor)
    text = request.GET.get("line", "")
    line = queries.find_line(actor, int(text)) if text.isdecimal() else None
    initial = {"name": line.name, "copies": line.quantity, "year": line.payment.purpose.fund.year} if line else {}
    form = SubscriptionForm(request.POST or None, initial={"year": actor.on.year} | initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"line_id": line.pk if line else None}
        given["frequency"] = Frequency(given["frequency"])
        try:
            made = actions.subscribe(actor, actions.Order(**given), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已登记《%(name)s》，各期已列好。") % {"name": made.name})
            return redirect("resources:subscription", made.pk)
    page = {"form": form, "heading": _("登记报刊")}
    return render(request, "resources/subscription_form.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def show_subscription(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Every issue of a year: come, missing or awaited; or only what is missing (``show=missed``)."""
    actor = demand_actor(request)
    demand_visitor(actor)
    subscription = queries.find_subscription(actor, subscription_id)
    issues = queries.list_issues(subscription)
    rows = [(one, queries.is_overdue(one, subscription, actor.on)) for one in issues if one.expected_on <= actor.on]
    shown = [row for row in rows[:-SHOWN_ISSUES] if row[0].state != IssueState.RECEIVED] + rows[-SHOWN_ISSUES:]
    earlier, only_missed = len(rows) - len(shown), request.GET.get("show") == "missed"
    if only_missed:
        shown = [row for row in shown if row[0].state == IssueState.MISSED]
    counts = {state: sum(one.state == state for one in issues) for state in IssueState}
    page = {
        "subscription": subscription, "rows": shown[::-1], "earlier": earlier, "only_missed": only_missed,
        "received": counts[IssueState.RECEIVED],
        "missed": counts[IssueState.MISSED], "ahead": len(issues) - len(rows), "total": len(issues),
        "late": sum(late for _one, late in rows), "keeps": actor.keeps_whole_office, "reads_money": actor.reads_bureau,
    }  # fmt: skip
    return render(request, "resources/subscription.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, subscription_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    subscription = queries.find_subscription(actor, subscription_id)
    names = ("code", "copies", "place")
    form = SubscriptionChangeForm(
        request.POST or None, initial={name: getattr(subscription, name) for name in names}
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        actions.change_subscription(actor, subscription.pk, **form.cleaned_data, at=timezone.now())
        messages.success(request, _("已保存。"))
        return redirect("resources:subscription", subscription.pk)
    page = {"form": form, "heading": _("更改报刊"), "lead": str(subscription), "subscription": subscription}
    return render(request, "resources/subscription_form.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def tick(request: HttpRequest, subscription_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    asked = request.POST.get("state", "")
    state = IssueState(asked) if asked in {str(one) for one in IssueState} else IssueState.RECEIVED
    ticked = [int(text) for text in request.POST.getlist("issue") if text.isdecimal()]
    if not ticked:
        raise Refusal("nothing_ticked", _("还没有选期号。请在期号前打勾。"))
    count = actions.tick_issues(actor, subscription_id, ticked, state, at=timezone.now())
    messages.success(request, _("%(count)s 期记为“%(state)s”。") % {"count": count, "state": state})
    return redirect("resources:subscription", subscription_id)


@login_required
@require_POST
def claim(request: HttpRequest, subscription_id: int) -> HttpResponse:
    actor = demand_actor(request)
    count = actions.claim_issues(actor, subscription_id, at=timezone.now())
    text = _("已记下今天催要 %(count)s 期。") % {"count": count} if count else _("今天已经催过，没有新的缺期。")
    messages.success(request, text)
    return redirect("resources:subscription", subscription_id)
