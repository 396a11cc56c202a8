"""Pages of one plan item: what it is, what carries it out, and what becomes of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power, is_leading
from shanxue.web.forms import act

from ..actions import planning as actions
from ..forms.planning import DoneForm, ExtraForm, ItemForm, PostponeForm, ReasonForm
from ..models import PlanItem
from ..queries import planning as queries
from ..queries.campaigns import list_open_campaigns
from ..rules import ItemState, PlanState
from ..rules.planning import EDITABLE, OPEN_STATES, judge_item


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_item(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Add an item; 保存，再加一项 stays here, so that a year's list is typed without walking back and forth."""
    actor = demand_actor(request)
    plan = queries.find_plan(actor, plan_id)
    demand_power(queries.may_write(actor, plan))
    form = ItemForm(
        request.POST or None, plan=plan, campaigns=list_open_campaigns(actor),
        explains=plan.state == PlanState.APPROVED, initial={"unit_id": plan.unit_id},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        values, reason = form.list_values(), form.cleaned_data["reason"]
        if act(form, lambda: actions.add_item(actor, plan, values, reason=reason, at=timezone.now())):
            messages.success(request, _("已加上“%(title)s”。") % {"title": values["title"]})
            return redirect("plans:item_new" if request.POST.get("more") else "plans:plan", plan.pk)
    page = {"plan": plan, "form": form, "is_new": True}
    return render(request, "plans/item_form.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_extra(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Write down what was done without having been planned (计划外)."""
    actor = demand_actor(request)
    plan = queries.find_plan(actor, plan_id)
    demand_power(queries.may_write(actor, plan))
    form = ExtraForm(request.POST or None, initial={"done_on": actor.on})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        columns = {"title": values["title"], "kind": values["kind"]}
        if act(form, lambda: actions.add_item(actor, plan, columns, done_on=values["done_on"], at=timezone.now())):
            messages.success(request, _("已记为计划外，单独统计，不计入兑现率。"))
            return redirect("plans:plan", plan.pk)
    return render(request, "plans/extra.html", {"plan": plan, "form": form}, status=400 if form.errors else 200)


@login_required
@require_safe
def show_item(request: HttpRequest, item_id: int) -> HttpResponse:
    actor = demand_actor(request)
    return _show_item(request, actor, queries.find_item(actor, item_id))


def _show_item(request: HttpRequest, actor: Actor, item: PlanItem, **forms: Form) -> HttpResponse:
    light, words = judge_item(item.state, item.due_on, actor.on)
    writes, is_open = queries.may_write_item(actor, item), item.state in OPEN_STATES
    runs = item.plan is None or item.plan.state == PlanState.APPROVED
    page: dict[str, Any] = {
        "item": item, "light": light, "words": words, "writes": writes, "runs": runs,
        "finishes": runs and is_open and queries.may_finish_item(actor, item),
        "moves": runs and is_open and writes,
        "reopens": runs and writes and item.state in (ItemState.DONE, ItemState.CANCELLED),
        "edits": writes and (item.plan is None or item.plan.state != PlanState.SUBMITTED),
        "is_draft": item.plan is not None and item.plan.state in EDITABLE,
        "arranges": runs and is_open and item.unit is not None and is_leading(actor, item.unit),
        "below": list(_list_below(actor, item)), "below_count": item.children.count(),
        "sessions": queries.list_held_sessions(item), "changes": list(item.changes.order_by("-at")),
        "done_form": forms.get("done") or DoneForm(initial={"on": actor.on}, prefix="done"),
        "postpone_form": forms.get("postpone") or PostponeForm(prefix="postpone"),
        "cancel_form": forms.get("cancel") or ReasonForm(prefix="cancel"),
        "reopen_form": forms.get("reopen") or ReasonForm(prefix="reopen"),
        "shown": next(iter(forms), ""),
    }  # fmt: skip
    return render(request, "plans/item.html", page, status=400 if forms else 200)


def _list_below(actor: Actor, item: PlanItem) -> Any:
    """Items that carry this one out, in plans the actor may read."""
    plans = queries.scope_plans(actor).order_by()
    return item.children.filter(plan__in=plans).select_related("plan", "unit", "person").order_by("unit__path", "pk")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_item(request: HttpRequest, item_id: int) -> HttpResponse:
    actor = demand_actor(request)
    item = queries.find_item(actor, item_id)
    demand_power(queries.may_write_item(actor, item) and item.plan is not None)
    assert item.plan is not None
    form = ItemForm(
        request.POST or None, plan=item.plan, campaigns=list_open_campaigns(actor),
        explains=item.plan.state == PlanState.APPROVED,
        initial=actions.gather_item(item) | {"shown": actions.digest_item(item)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        values, shown, reason = form.list_values(), form.cleaned_data["shown"], form.cleaned_data["reason"]
        now = timezone.now()
        if act(form, lambda: actions.change_item(actor, item, values, shown=shown, reason=reason, at=now)):
            messages.success(request, _("已保存“%(title)s”。") % {"title": values["title"]})
            return redirect("plans:item", item.pk)
    if form.errors:
        form.show_again(actions.digest_item(item))
    page = {"plan": item.plan, "item": item, "form": form, "held": item if form.errors else None}
    return render(request, "plans/item_form.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def drop_item(request: HttpRequest, item_id: int) -> HttpResponse:
    actor = demand_actor(request)
    item = queries.find_item(actor, item_id)
    actions.drop_item(actor, item, at=timezone.now())
    messages.success(request, _("已从草稿里删去“%(title)s”。") % {"title": item.title})
    return redirect("plans:plan", item.plan_id or 0)


@login_required
@require_POST
def finish_item(request: HttpRequest, item_id: int) -> HttpResponse:
    """Done: today by one tap, or on the day the form names."""
    actor = demand_actor(request)
    item = queries.find_item(actor, item_id)
    if request.POST.get("today"):
        actions.complete_item(actor, item, actor.on, at=timezone.now())
        messages.success(request, _("“%(title)s”已完成，今天。") % {"title": item.title})
        return redirect(_find_way_back(request, item))
    form = DoneForm(request.POST, prefix="done")
    if form.is_valid():
        day = form.cleaned_data["on"]
        if act(form, lambda: actions.complete_item(actor, item, day, at=timezone.now())):
            told = {"title": item.title, "month": day.month, "day": day.day}
            messages.success(request, _("“%(title)s”已完成，%(month)d月%(day)d日。") % told)
            return redirect("plans:item", item.pk)
    return _show_item(request, actor, item, done=form)


def _find_way_back(request: HttpRequest, item: PlanItem) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return wanted if wanted and safe else f"/plans/items/{item.pk}/"


@login_required
@require_POST
def postpone_item(request: HttpRequest, item_id: int) -> HttpResponse:
    actor = demand_actor(request)
    item = queries.find_item(actor, item_id)
    form = PostponeForm(request.POST, prefix="postpone")
    if form.is_valid():
        day, reason = form.cleaned_data["on"], form.cleaned_data["reason"]
        if act(form, lambda: actions.postpone_item(actor, item, day, reason=reason, at=timezone.now())):
            messages.success(request, _("已延期到 %(month)d月%(day)d日。") % {"month": day.month, "day": day.day})
            return redirect("plans:item", item.pk)
    return _show_item(request, actor, item, postpone=form)


@login_required
@require_POST
def cancel_item(request: HttpRequest, item_id: int) -> HttpResponse:
    actor = demand_actor(request)
    item = queries.find_item(actor, item_id)
    form = ReasonForm(request.POST, prefix="cancel")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if act(form, lambda: actions.cancel_item(actor, item, reason=reason, at=timezone.now())):
            messages.success(request, _("已取消，原因留在修改记录里。"))
            return redirect("plans:item", item.pk)
    return _show_item(request, actor, item, cancel=form)


@login_required
@require_POST
def reopen_item(request: HttpRequest, item_id: int) -> HttpResponse:
    actor = demand_actor(request)
    item = queries.find_item(actor, item_id)
    form = ReasonForm(request.POST, prefix="reopen")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if act(form, lambda: actions.reopen_item(actor, item, reason=reason, at=timezone.now())):
            messages.success(request, _("已改回未完成。"))
            return redirect("plans:item", item.pk)
    return _show_item(request, actor, item, reopen=form)
