"""S6: progress of a branch and make-up; and the member's page of one make-up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.base.periods import Period, add_months
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, demand_power, find_led_unit, scope_led_units
from shanxue.orgs.rules import UnitKind

from ..actions.make_up import (
    Task,
    arrange_make_ups,
    confirm_make_up,
    drop_make_up,
    report_make_up,
    return_make_up,
)
from ..forms.make_up import ArrangeMakeUpForm, ReportMakeUpForm
from ..queries.make_up import (
    find_own,
    find_rows,
    list_make_ups,
    list_missed,
    list_offers,
    list_returned,
    read_progress,
)
from ..rules import MakeUpForm, MakeUpState
from ..rules.make_up import offer_last_day

SPAN_WORDS = (("quarter", _l("近三个月")), ("half", _l("近半年")), ("year", _l("今年")))
_LISTED = (UnitKind.BRANCH, UnitKind.GENERAL_BRANCH, UnitKind.GROUP, UnitKind.DEPARTMENT)


@login_required
@require_safe
def show_progress(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.leads)
    units = list(scope_led_units(actor).filter(kind__in=_LISTED).order_by("path"))
    unit = _choose_unit(actor, request.GET.get("unit", ""), units)
    span = request.GET.get("span", "")
    span = span if span in dict(SPAN_WORDS) else "quarter"
    period = find_period(actor, span)
    page: dict[str, Any] = {
        "units": units,
        "unit": unit,
        "span": span,
        "needs": request.GET.get("show") == "needs",
        "spans": SPAN_WORDS,
    }
    if unit is not None:
        page |= {"make_ups": list_make_ups(unit), "missed": list_missed(unit, period)}
        page["offers"] = list_offers(page["missed"])
        if not page["needs"]:
            page["progress"] = read_progress(unit, period)
    return render(request, "activities/make_up.html", page)


def _choose_unit(actor: Actor, text: str, units: list[Unit]) -> Unit | None:
    if text.isdecimal():
        return find_led_unit(actor, int(text))
    named = {grant.unit_id for grant in actor.leading_grants}
    return next((unit for unit in units if unit.pk in named), units[0] if units else None)


def find_period(actor: Actor, span: str) -> Period:
    """The last three months, half a year, or the year so far: whole months, so that no month begins empty."""
    today = actor.on
    end = add_months(today.replace(day=1), 1)
    if span == "year":
        return Period(today.replace(month=1, day=1), end)
    return Period(add_months(end, -6 if span == "half" else -3), end)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def arrange(request: HttpRequest) -> HttpResponse:
    """The check page for the ticked absences: form, material and last day, then one press."""
    actor = demand_actor(request)
    demand_power(actor.leads)
    given = request.POST if request.method == "POST" else request.GET
    rows = find_rows(actor, [int(text) for text in given.getlist("row") if text.isdecimal()])
    if not rows:
        messages.warning(request, _("请先选出要补学的人。"))
        return redirect(f"{reverse('activities:make_up')}?show=needs")
    offers = list_offers(rows)
    first = next(iter(offers.values()), MakeUpForm.SELF_STUDY)
    initial = {"form": first, "until_on": offer_last_day(actor.on)}
    form = ArrangeMakeUpForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        task = Task(MakeUpForm(form.cleaned_data["form"]), form.cleaned_data["until_on"], form.cleaned_data["material"])
        try:
            arranged = arrange_make_ups(actor, [row.pk for row in rows], task, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            for sentence in arranged.told:
                messages.warning(request, sentence)
            if arranged.made:
                text = _("已给 %(count)s 人次安排补学，%(day)s前完成；各人的待办里已经有了。")
                day = f"{task.until_on.month}月{task.until_on.day}日"
                messages.success(request, text % {"count": arranged.made, "day": day})
            return redirect(f"{reverse('activities:make_up')}?unit={given.get('unit', '')}")
    page = {"form": form, "rows": rows, "offers": offers, "unit": given.get("unit", "")}
    return render(request, "activities/arrange_make_up.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Confirm what was reported, ask for more, or take an arrangement back; one or several."""
    actor = demand_actor(request)
    demand_power(actor.leads)
    at, act, done = timezone.now(), request.POST.get("act", ""), 0
    ticked = [int(text) for text in request.POST.getlist("make_up") if text.isdecimal()]
    if not ticked:
        messages.warning(request, _("请先选出要办的补学。"))
    for make_up_id in ticked:
        try:
            if act == "confirm":
                confirm_make_up(actor, make_up_id, at=at)
            elif act == "return":
                return_make_up(actor, make_up_id, sentence=request.POST.get("sentence", ""), at=at)
            else:
                drop_make_up(actor, make_up_id, at=at)
        except Refusal as refusal:
            messages.warning(request, refusal.sentence)
        else:
            done += 1
    if done:
        said = {"confirm": _("已确认 %(count)s 项补学；缺席的记录保留，另记“已补学”。"),
                "return": _("已请 %(count)s 人补充。")}.get(act, _("已取消 %(count)s 项补学安排。"))  # fmt: skip
        messages.success(request, said % {"count": done})
    return redirect(f"{reverse('activities:make_up')}?unit={request.POST.get('unit', '')}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, make_up_id: int) -> HttpResponse:
    actor = demand_actor(request)
    make_up = find_own(actor, make_up_id)
    initial = {"account": make_up.account, "done_on": make_up.done_on or actor.on}
    form = ReportMakeUpForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            report_make_up(actor, make_up_id, done_on=given["done_on"], account=given["account"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已报完成，等书记确认；确认后记为“已补学”。"))
            return redirect("activities:my_make_up", make_up_id)
    page = {
        "make_up": make_up, "form": form, "open": make_up.state == MakeUpState.OPEN,
        "late": make_up.until_on < actor.on, "returned": list_returned(make_up),
    }  # fmt: skip
    return render(request, "activities/my_make_up.html", page, status=400 if form.errors else 200)
