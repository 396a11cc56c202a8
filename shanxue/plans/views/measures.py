"""The page of a bureau's named measures (D12): a tree, ordered by 上移 and 下移."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shanxue.base.errors import refuse_missing
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power
from shanxue.web.forms import act

from ..actions import measures as actions
from ..forms.planning import MeasureForm
from ..models import Measure, Plan
from ..queries import planning as queries
from ..rules import PlanState


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_measures(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The tree with a form to add one below another."""
    actor = demand_actor(request)
    plan = queries.find_plan(actor, plan_id)
    demand_power(queries.may_write(actor, plan) and plan.unit_id is not None)
    measures = queries.list_measures(plan)
    form = MeasureForm(
        request.POST or None, measures=measures, explains=plan.state == PlanState.APPROVED,
        initial={"parent_id": request.GET.get("below", "")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        parent = next((one for one, _depth in measures if one.pk == values["parent_id"]), None)

        def add() -> None:
            actions.add_measure(
                actor, plan, parent, values["name"], text=values["text"], reason=values["reason"], at=timezone.now()
            )

        if act(form, add):
            messages.success(request, _("已加上“%(name)s”。") % {"name": values["name"]})
            return redirect("plans:measures", plan.pk)
    page = {"plan": plan, "measures": measures, "form": form, "approved": plan.state == PlanState.APPROVED}
    return render(request, "plans/measures.html", page, status=400 if form.errors else 200)


def _find_measure(actor: Actor, measure_id: int) -> tuple[Plan, Measure]:
    measure = Measure.objects.filter(pk=measure_id).first()
    if measure is None or not queries.scope_plans(actor).filter(pk=measure.plan_id).exists():
        raise refuse_missing("这项举措")
    plan = queries.find_plan(actor, measure.plan_id)
    demand_power(queries.may_write(actor, plan))
    measure.plan = plan
    return plan, measure


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_measure(request: HttpRequest, measure_id: int) -> HttpResponse:
    actor = demand_actor(request)
    plan, measure = _find_measure(actor, measure_id)
    measures = queries.list_measures(plan)
    form = MeasureForm(
        request.POST or None, measures=measures, explains=plan.state == PlanState.APPROVED,
        initial={"name": measure.name, "text": measure.text, "parent_id": measure.parent_id or ""},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        parent = next((one for one, _depth in measures if one.pk == values["parent_id"]), None)

        def save() -> None:
            actions.save_measure(
                actor, measure, parent, values["name"], values["text"], reason=values["reason"], at=timezone.now()
            )

        if act(form, save):
            messages.success(request, _("已保存“%(name)s”。") % {"name": values["name"]})
            return redirect("plans:measures", plan.pk)
    page = {"plan": plan, "measure": measure, "form": form}
    return render(request, "plans/measure.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def move_measure(request: HttpRequest, measure_id: int) -> HttpResponse:
    actor = demand_actor(request)
    plan, measure = _find_measure(actor, measure_id)
    way = request.POST.get("way", "")
    if way in ("up", "down"):
        actions.move_measure(actor, measure, way, at=timezone.now())  # type: ignore[arg-type]
    return redirect("plans:measures", plan.pk)


@login_required
@require_POST
def drop_measure(request: HttpRequest, measure_id: int) -> HttpResponse:
    actor = demand_actor(request)
    plan, measure = _find_measure(actor, measure_id)
    actions.drop_measure(actor, measure, reason=request.POST.get("reason", ""), at=timezone.now())
    messages.success(request, _("已删去“%(name)s”。") % {"name": measure.name})
    return redirect("plans:measures", plan.pk)
