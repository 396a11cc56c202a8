"""Pages of plans: the list of a year, one plan with its items and texts, approval, history, the document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor, demand_power, find_led_unit
from shanxue.web.forms import act

from ..actions import planning as actions
from ..actions.copying import copy_last_year
from ..documents import write_plan
from ..forms.planning import DecideForm, IssueForm, TextsForm, offer_year
from ..models import Plan, PlanItem
from ..queries import planning as queries
from ..rules import ItemState, Level, PlanState
from ..rules.planning import EDITABLE, OPEN_STATES, PlanTier, count_kept, is_writing_season, judge_item

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class ItemRow:
    """One item as the table shows it. ``tickable``: its owner finishes it in one tap."""

    item: PlanItem
    light: Light
    words: str
    tickable: bool


@login_required
@require_safe
def show_plans(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(not actor.is_admin and bool(actor.powers))
    year = offer_year(request.GET.get("year"), actor.on)
    state = PlanState.SUBMITTED.value if request.GET.get("state") == PlanState.SUBMITTED else ""
    rows = queries.list_plans(actor, year, state)
    years = sorted({*queries.list_years(actor), year, actor.on.year, actor.on.year + 1}, reverse=True)
    own = next((plan for plan, _kept in rows if queries.is_own(actor, plan)), None)
    page = {
        "year": year, "years": years, "state": state, "rows": rows, "own": own,
        "unplanned": queries.list_unplanned_units(actor, year) if actor.leads and not state else [],
        "writes_own": actor.reads_own and own is None and not state,
        "season": is_writing_season(actor.on) and year == actor.on.year,
    }  # fmt: skip
    return render(request, "plans/plans.html", page)


@login_required
@require_safe
def show_mine(request: HttpRequest) -> HttpResponse:
    """One's own plan of this year, or the place to begin it."""
    actor = demand_actor(request)
    demand_power(actor.reads_own)
    year = offer_year(request.GET.get("year"), actor.on)
    plan = Plan.objects.filter(person=actor.person, year=year).first()
    if plan is not None:
        return redirect("plans:plan", plan.pk)
    former = Plan.objects.filter(person=actor.person, year=year - 1).exists()
    return render(request, "plans/mine.html", {"year": year, "former": former})


@login_required
@require_POST
def start_plan(request: HttpRequest) -> HttpResponse:
    """Begin a plan of a led unit, or one's own; blank or from last year's."""
    actor = demand_actor(request)
    unit = request.POST.get("unit", "")
    year = offer_year(request.POST.get("year"), actor.on)
    owner: Unit | Person | None = find_led_unit(actor, int(unit)) if unit.isdecimal() else actor.person
    demand_power(owner is not None and (actor.leads or actor.reads_own))
    assert owner is not None
    now = timezone.now()
    if request.POST.get("copy") != "1":
        plan = actions.create_plan(actor, owner, year, at=now)
        messages.success(request, _("草稿已建好，可以加条目了。写好后提交审批。"))
        return redirect("plans:plan", plan.pk)
    copied = copy_last_year(actor, owner, year, at=now)
    said = [_("已复制 %(count)d 项，日期顺延一年，请逐项核对。") % {"count": copied.items}]
    if copied.undated:
        said.append(_("没有移动日期的：%(titles)s。") % {"titles": "、".join(copied.undated)})
    if copied.left_out:
        said.append(_("取消和计划外的 %(count)d 项没有复制。") % {"count": copied.left_out})
    messages.success(request, "".join(said))
    return redirect("plans:plan", copied.plan.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A plan; posting decides about one that waits for approval."""
    actor = demand_actor(request)
    plan = queries.find_plan(actor, plan_id)
    form = DecideForm(request.POST or None, tier=queries.tell_tier(plan))
    if request.method == "POST" and form.is_valid():
        approve = request.POST.get("verdict") == "approve"

        def decide() -> None:
            actions.decide_plan(actor, plan, approve=approve, decision=form.cleaned_data["decision"], at=timezone.now())

        if act(form, decide):
            messages.success(
                request, _("已批准，从现在起按计划执行。") if approve else _("已退回，起草人会看到你的意见。")
            )
            return redirect("plans:plan", plan.pk)
    return render(request, "plans/plan.html", _describe_plan(request, actor, plan, form), status=_status(form))


def _status(form: Form) -> int:
    return 400 if form.errors else 200


def _describe_plan(request: HttpRequest, actor: Actor, plan: Plan, form: DecideForm) -> dict[str, Any]:
    wanted = request.GET.get("state", "")
    every = queries.list_items(plan)
    rows = [_describe_item(item, actor, plan) for item in every if not wanted or item.state == wanted]
    writes = queries.may_write(actor, plan)
    tier = queries.tell_tier(plan)
    upper = queries.find_upper_plan(plan, actor.on) if writes and tier is not PlanTier.BUREAU else None
    parts = {part.level: part for part in plan.parts.all()}
    return {
        "plan": plan, "tier": tier, "rows": rows, "wanted": wanted, "form": form, "writes": writes,
        "kept": count_kept((item.state, item.reason) for item in every), "states": ItemState,
        "decides": plan.state == PlanState.SUBMITTED and queries.may_decide(actor, plan),
        "editable": writes and plan.state != PlanState.SUBMITTED,
        "is_draft": plan.state in EDITABLE, "approved": plan.state == PlanState.APPROVED,
        "waits": plan.state == PlanState.SUBMITTED, "returned": plan.state == PlanState.RETURNED,
        "next": next((row for row in rows if row.item.state in OPEN_STATES and row.item.due_on), None),
        "takeable": len(queries.list_takeable(plan, upper)) if upper else 0, "upper": upper,
        "parts": [parts[level] for level in Level if level in parts and _says_something(parts[level])],
        "measures": queries.list_measures(plan), "item_count": len(every), "change_count": plan.changes.count(),
        "months": _group_by_month(rows), "has_place": any(row.item.unit_id != plan.unit_id for row in rows),
    }  # fmt: skip


def _says_something(part: Any) -> bool:
    return bool(part.goals or part.content)


def _describe_item(item: PlanItem, actor: Actor, plan: Plan) -> ItemRow:
    light, words = judge_item(item.state, item.due_on, actor.on)
    own = queries.is_own(actor, plan) and plan.state == PlanState.APPROVED
    return ItemRow(item, light, words, own and item.state in OPEN_STATES)


def _group_by_month(rows: list[ItemRow]) -> list[tuple[str, list[ItemRow]]]:
    groups: dict[str, list[ItemRow]] = {}
    for row in rows:
        day = row.item.due_on or row.item.done_on
        groups.setdefault(_("%(month)d月") % {"month": day.month} if day else _("没有写时限"), []).append(row)
    return list(groups.items())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_texts(request: HttpRequest, plan_id: int) -> HttpResponse:
    actor = demand_actor(request)
    plan = queries.find_plan(actor, plan_id)
    demand_power(queries.may_write(actor, plan))
    form = TextsForm(
        request.POST or None, tier=queries.tell_tier(plan), explains=plan.state == PlanState.APPROVED,
        initial=actions.gather_texts(plan) | {"shown": actions.digest_texts(plan)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        values = {name: text for name, text in form.cleaned_data.items() if name not in ("shown", "reason")}

        def save() -> None:
            actions.save_texts(
                actor, plan, values, shown=form.cleaned_data["shown"], reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )  # fmt: skip

        if act(form, save):
            messages.success(request, _("已保存。"))
            return redirect("plans:plan", plan.pk)
    held = _list_held_texts(plan, form) if form.errors else []
    if form.errors:
        form.show_again(actions.digest_texts(plan))
    page = {"plan": plan, "form": form, "held": held}
    return render(request, "plans/texts.html", page, status=_status(form))


def _list_held_texts(plan: Plan, form: TextsForm) -> list[tuple[str, str]]:
    """What stands now where it differs from what was typed: name and text."""
    held = actions.gather_texts(plan)
    return [
        (actions.name_text(name), held[name])
        for name in form.fields
        if name in held and (form.data.get(name) or "").replace("\r\n", "\n").strip() != held[name]
    ]


@login_required
@require_POST
def submit_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    actor = demand_actor(request)
    plan = queries.find_plan(actor, plan_id)
    actions.submit_plan(actor, plan, at=timezone.now())
    by = {
        PlanTier.BUREAU: _("会议审议通过后，由办公室登记批准。"),
        PlanTier.UNIT: _("学习办公室审批后开始执行。"),
        PlanTier.PERSON: _("支部书记审批后开始执行。"),
    }
    messages.success(request, _("已提交审批。") + by[queries.tell_tier(plan)])
    return redirect("plans:plan", plan.pk)


@login_required
@require_POST
def withdraw_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    actor = demand_actor(request)
    plan = queries.find_plan(actor, plan_id)
    actions.withdraw_plan(actor, plan, at=timezone.now())
    messages.success(request, _("已撤回，可以接着修改。"))
    return redirect("plans:plan", plan.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest, plan_id: int) -> HttpResponse:
    """承接: choose among the open items of the plan above, or take all in one tap."""
    actor = demand_actor(request)
    plan = queries.find_plan(actor, plan_id)
    demand_power(queries.may_write(actor, plan))
    upper = queries.find_upper_plan(plan, actor.on)
    error = ""
    if request.method == "POST":
        chosen = {int(text) for text in request.POST.getlist("item") if text.isdecimal()}
        wanted = None if request.POST.get("all") else chosen
        try:
            if wanted == set():
                raise Refusal("nothing_chosen", _("还没有选条目。请勾选，或承接全部。"))
            made = actions.take_over(actor, plan, wanted, reason=request.POST.get("reason", ""), at=timezone.now())
        except Refusal as refusal:
            error = refusal.sentence
        else:
            messages.success(request, _("已承接 %(count)d 项，可以再改时限和内容。") % {"count": len(made)})
            return redirect("plans:plan", plan.pk)
    items = queries.list_takeable(plan, upper) if upper else []
    page = {
        "plan": plan, "upper": upper, "items": items, "error": error, "approved": plan.state == PlanState.APPROVED,
        "chosen": request.POST.getlist("item"), "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "plans/take_over.html", page, status=400 if error else 200)


@login_required
@require_safe
def show_history(request: HttpRequest, plan_id: int) -> HttpResponse:
    actor = demand_actor(request)
    plan = queries.find_plan(actor, plan_id)
    names = dict(Unit.objects.filter(bureau=plan.bureau).values_list("pk", "name"))
    rows = [
        (change, [(actions.name_text(key), _tell(key, change.before.get(key), names), _tell(key, value, names))
                  for key, value in (change.after or dict.fromkeys(change.before)).items()
                  if value != change.before.get(key)])
        for change in queries.list_changes(plan)
    ]  # fmt: skip
    return render(request, "plans/history.html", {"plan": plan, "rows": rows})


def _tell(key: str, value: Any, units: dict[int, str]) -> str:
    if value in (None, ""):
        return _("没有写")
    if key.endswith("_on"):
        day = date.fromisoformat(value)
        return f"{day.year}年{day.month}月{day.day}日"
    return units.get(value, str(value)) if key == "unit_id" else str(value)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_issue(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The document of an approved plan and the day it goes out."""
    actor = demand_actor(request)
    plan = queries.find_plan(actor, plan_id)
    demand_power(queries.may_write(actor, plan))
    form = IssueForm(request.POST or None, initial={"on": plan.issued_on or actor.on})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["on"]
        if act(form, lambda: actions.issue_plan(actor, plan, day, at=timezone.now())):
            messages.success(request, _("印发日期已登记，文件里会写上这一天。"))
            return redirect("plans:plan", plan.pk)
    return render(request, "plans/issue.html", {"plan": plan, "form": form}, status=_status(form))


@login_required
@require_safe
def download_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    actor = demand_actor(request)
    plan = queries.find_plan(actor, plan_id)
    answer = HttpResponse(write_plan(plan), content_type=DOCX)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(plan.title)}.docx"
    return answer
