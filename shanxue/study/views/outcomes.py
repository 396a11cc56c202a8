"""学用结合 (D14): research text, adopted measure, evidence, recognition."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power

from ..actions import outcomes as actions
from ..forms.keeping import OutcomeFilter, OutcomeForm, ReasonForm
from ..models import Outcome
from ..queries import outcomes as queries
from ..queries.people import demand_person
from ..rules import OutcomeState

PER_PAGE = 30
WRITTEN = ("title", "kind", "on", "summary", "adopted_as", "adopted_by", "adopted_on", "evidence")


@login_required
@require_safe
def show_outcomes(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_own or actor.reads_others)
    form = OutcomeFilter(request.GET, today=actor.on)
    found = queries.scope_outcomes(actor)
    if form.is_valid():
        if form.cleaned_data["state"]:
            found = found.filter(state=form.cleaned_data["state"])
        if form.cleaned_data["year"]:
            found = found.filter(on__year=form.cleaned_data["year"])
    outcomes = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    page = {"form": form, "outcomes": outcomes, "writes": actor.reads_own, "others": actor.reads_others}
    return render(request, "study/outcomes.html", page)


@login_required
@require_safe
def show_outcome(request: HttpRequest, outcome_id: int) -> HttpResponse:
    actor = demand_actor(request)
    return _show(request, actor, queries.find_outcome(actor, outcome_id))


def _show(request: HttpRequest, actor: Actor, outcome: Outcome, form: ReasonForm | None = None) -> HttpResponse:
    own = actor.person is not None and outcome.person_id == actor.person.pk
    closed = outcome.state == OutcomeState.RECOGNISED
    page = {
        "outcome": outcome,
        "writes": not closed and queries.may_write(actor, outcome),
        "decides": actor.keeps_office and not own and outcome.state == OutcomeState.EVIDENCED,
        "form": form or ReasonForm(),
    }
    return render(request, "study/outcome.html", page, status=400 if form and form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write_outcome(request: HttpRequest, outcome_id: int | None = None) -> HttpResponse:
    actor = demand_actor(request)
    outcome = queries.find_outcome(actor, outcome_id) if outcome_id else None
    if outcome is None:
        demand_person(actor)
    else:
        demand_power(queries.may_write(actor, outcome))
    shown: dict[str, Any] = {name: getattr(outcome, name) for name in WRITTEN} if outcome else {"on": actor.on}
    form = OutcomeForm(request.POST or None, initial=shown, kind=outcome.kind if outcome else "")
    if request.method == "POST" and form.is_valid():
        found = actions.Findings(**form.cleaned_data)
        try:
            saved = _save(actor, outcome, found)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            words = {"title": saved.title, "state": saved.state}
            messages.success(request, _("“%(title)s”已保存，现在是“%(state)s”。") % words)
            return redirect("study:outcome", saved.pk)
    page = {"form": form, "outcome": outcome}
    return render(request, "study/outcome_form.html", page, status=400 if form.errors else 200)


def _save(actor: Actor, outcome: Outcome | None, found: actions.Findings) -> Outcome:
    if outcome is not None:
        return actions.change_outcome(actor, outcome.pk, found, at=timezone.now())
    person = demand_person(actor)
    return actions.add_outcome(person, found, actor=actor.user.username, at=timezone.now(), today=actor.on)


@login_required
@require_POST
def decide(request: HttpRequest, outcome_id: int) -> HttpResponse:
    """Recognise, or say why not yet."""
    actor = demand_actor(request)
    outcome = queries.find_outcome(actor, outcome_id)
    form = ReasonForm(request.POST)
    if request.POST.get("act") == "recognise":
        actions.recognise_outcome(actor, outcome_id, at=timezone.now())
        messages.success(request, _("已认定“%(title)s”。") % {"title": outcome.title})
        return redirect("study:outcome", outcome_id)
    try:
        actions.decline_outcome(actor, outcome_id, str(form["reason"].value() or ""), at=timezone.now())
    except Refusal as refusal:
        if refusal.code != "reason_needed":
            raise
        form.is_valid()
        form.add_error("reason", refusal.sentence)
        return _show(request, actor, outcome, form)
    messages.success(request, _("已写明暂不认定的理由，作者会看到，可以补充后再认定。"))
    return redirect("study:outcome", outcome_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_outcome(request: HttpRequest, outcome_id: int) -> HttpResponse:
    actor = demand_actor(request)
    outcome = queries.find_outcome(actor, outcome_id)
    demand_power(queries.may_write(actor, outcome))
    if request.method == "POST":
        actions.delete_outcome(actor, outcome_id, at=timezone.now())
        messages.success(request, _("已删除。"))
        return redirect("study:outcomes")
    page = {
        "heading": _("删除这项成果"),
        "lines": [outcome.title, f"{outcome.person.name}　{outcome.state}"],
        "consequence": _("删除后不能恢复。"),
        "act": _("删除这项成果"),
        "back": reverse("study:outcome", args=[outcome.pk]),
    }
    return render(request, "study/check.html", page)
