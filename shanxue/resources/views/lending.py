"""The keeper's desk, one's own loans, suggestions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.days import name_day
from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor

from ..actions import lending as actions
from ..actions.shelf import answer_suggestion, suggest
from ..due import describe_loan
from ..forms.shelf import AnswerForm, LendForm, SuggestForm
from ..models import Loan
from ..queries import shelf as queries
from ..queries.people import demand_office, demand_person
from ..rules import SuggestionState
from ..rules.shelf import KEPT_DAYS, LOAN_DAYS

PER_PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_desk(request: HttpRequest) -> HttpResponse:
    """Lend by two numbers; below it who waits and what is out, the latest due first."""
    actor = demand_actor(request)
    demand_office(actor)
    form = LendForm(request.POST or None, initial=_prefill(request))
    if request.method == "POST" and form.is_valid():
        try:
            loan = actions.lend(actor, form.cleaned_data["number"], form.cleaned_data["staff_no"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _describe_lent(loan, actor))
            return redirect("resources:loans")
    actions.forget_loans(actor.bureau, actor.on)
    loans = Paginator(queries.scope_loans(actor), PER_PAGE).get_page(request.GET.get("page"))
    page = {
        "form": form, "loans": loans, "rows": [(loan, *describe_loan(loan, actor.on)) for loan in loans],
        "requests": queries.list_requests(actor), "kept_days": KEPT_DAYS,
        "late": queries.scope_loans(actor).filter(due_on__lt=actor.on).count(),
    }  # fmt: skip
    return render(request, "resources/loans.html", page, status=400 if form.errors else 200)


def _prefill(request: HttpRequest) -> dict[str, Any]:
    return {name: request.GET.get(name, "")[:32] for name in ("number", "staff_no")}


def _describe_lent(loan: Loan, actor: Actor) -> str:
    return _("编号 %(number)s《%(title)s》借给%(person)s，%(day)s到期。") % {
        "number": loan.copy.number, "title": loan.copy.title, "person": loan.person.name,
        "day": name_day(loan.due_on, actor.on),
    }  # fmt: skip


@login_required
@require_POST
def give_back(request: HttpRequest, loan_id: int) -> HttpResponse:
    actor = demand_actor(request)
    loan = actions.give_back(actor, loan_id, at=timezone.now())
    messages.success(request, _("编号 %(number)s 已还。") % {"number": loan.copy.number})
    return redirect("resources:loans")


@login_required
@require_POST
def report_lost(request: HttpRequest, loan_id: int) -> HttpResponse:
    actor = demand_actor(request)
    loan = actions.report_lost(actor, loan_id, at=timezone.now())
    messages.success(
        request, _("编号 %(number)s 已记为遗失。找回后在这本书的页面改回在架。") % {"number": loan.copy.number}
    )
    return redirect("resources:title", loan.copy.title_id)


@login_required
@require_POST
def renew(request: HttpRequest, loan_id: int) -> HttpResponse:
    actor = demand_actor(request)
    loan = actions.renew(actor, loan_id, at=timezone.now())
    day = name_day(loan.due_on, actor.on)
    messages.success(request, _("已续借《%(title)s》，%(day)s到期。") % {"title": loan.copy.title, "day": day})
    return redirect("resources:loans" if actor.keeps_whole_office else "resources:mine")


@login_required
@require_safe
def show_mine(request: HttpRequest) -> HttpResponse:
    """What I have at home and until when; what I wait for; what I suggested."""
    actor = demand_actor(request)
    person = demand_person(actor)
    loans = [(loan, *describe_loan(loan, actor.on)) for loan in queries.list_own_loans(person)]
    page = {
        "loans": loans, "requests": queries.list_own_requests(person), "loan_days": LOAN_DAYS,
        "suggestions": list(queries.scope_suggestions(actor).filter(person=person)[:20]), "kept_days": KEPT_DAYS,
        "late": sum(light == Light.LATE for _loan, light, _words in loans),
    }  # fmt: skip
    return render(request, "resources/mine.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def make_suggestion(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_person(actor)
    form = SuggestForm(request.POST or None, initial={"name": request.GET.get("name", "")[:120]})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            wish = suggest(actor, given["name"], given["author"], given["why"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已推荐《%(name)s》，办公室答复后这里看得到。") % {"name": wish.name})
            return redirect("resources:mine")
    return render(request, "resources/suggest.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_safe
def show_suggestions(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    wishes = queries.scope_suggestions(actor)
    waiting = list(wishes.filter(state=SuggestionState.ASKED))
    answered = Paginator(wishes.exclude(state=SuggestionState.ASKED), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "resources/suggestions.html", {"waiting": waiting, "answered": answered})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    wish = queries.find_suggestion(actor, suggestion_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        adopt = request.POST.get("decision") == "adopt"
        try:
            answer_suggestion(actor, wish.pk, adopt=adopt, answer=form.cleaned_data["answer"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已答复，推荐的同志看得到。"))
            return redirect("resources:suggestions")
    page = {"form": form, "wish": wish, "waits": wish.state == SuggestionState.ASKED}
    return render(request, "resources/suggestion.html", page, status=400 if form.errors else 200)
