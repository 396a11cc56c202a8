"""Pages of the rule book (制度汇编): read by all, changed by the office."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power

from ..actions.institutions import adopt_institution, issue_version, repeal_institution
from ..forms.institutions import AdoptForm, IssueForm, RepealForm
from ..queries.institutions import (
    ShownInstitution,
    find_institution,
    list_institutions,
    list_rivals,
    list_shipped,
    read_shipped_text,
)
from ..rules.calendar import write_day
from ..rules.editing import edit_numbers
from ..rules.institution_loading import InstitutionRefused, LoadedInstitution, load_institution
from ..rules.obligations import Institution
from ..rules.versions import compare_institutions
from ..rules.wording import describe_obligation


def _demand_reading(request: HttpRequest) -> Actor:
    """The rule book is for everybody who works here; the three administrators have no part in it."""
    actor = demand_actor(request)
    demand_power(actor.bureau is not None and not actor.is_admin)
    return actor


def _demand_office(request: HttpRequest) -> Actor:
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    return actor


@login_required
@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    actor = _demand_reading(request)
    found = list_institutions(actor.bureau)
    rows = [{"shown": one, "current": one.find_current(actor.on), "ended": one.is_ended(actor.on)} for one in found]
    return render(request, "plans/institutions.html", {"rows": rows})


@login_required
@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    actor = _demand_reading(request)
    shown = find_institution(actor.bureau, code)
    current = shown.find_current(actor.on)
    wanted = [version for version in shown.versions if str(version.number) == request.GET.get("version")]
    version = wanted[0] if wanted else current
    page = {
        "shown": shown, "version": version, "current": current, "ended": shown.is_ended(actor.on),
        "clauses": _list_clauses(version.loaded.institution), "history": shown.versions[::-1],
        "institution": version.loaded.institution,
    }  # fmt: skip
    return render(request, "plans/institution.html", page)


def _list_clauses(institution: Institution) -> list[dict[str, Any]]:
    """List the clauses in order, each with what it asks, in words."""
    return [
        {
            "clause": clause,
            "asks": [
                {"obligation": one, "sentence": describe_obligation(one)}
                for one in institution.obligations
                if one.clause == clause.number
            ],
        }
        for clause in institution.clauses
    ]


@login_required
@require_safe
def list_samples(request: HttpRequest) -> HttpResponse:
    actor = _demand_office(request)
    held = {one.row.code for one in list_institutions(actor.bureau)}
    rows = [{"loaded": one, "held": one.institution.code in held} for one in list_shipped()]
    return render(request, "plans/shipped.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def adopt(request: HttpRequest, code: str) -> HttpResponse:
    """Read a shipped institution as it would stand here, and take it into the rule book."""
    actor = _demand_office(request)
    text = read_shipped_text(code)
    loaded = load_institution(text, f"{code}.toml")
    form = AdoptForm(request.POST or None, initial={"from_on": date(actor.on.year, 1, 1)})
    if request.method == "POST" and form.is_valid():
        assert actor.bureau is not None
        given = form.cleaned_data
        try:
            adopt_institution(
                actor.bureau, text=text, from_on=given["from_on"], reason=given["reason"], actor=str(actor.user),
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            words = {"title": loaded.institution.title, "day": write_day(given["from_on"])}
            messages.success(request, _("已采用“%(title)s”，自%(day)s起执行。") % words)
            return redirect("plans:institution", code)
    return _show_adoption(request, actor, loaded, form)


def _show_adoption(request: HttpRequest, actor: Actor, loaded: LoadedInstitution, form: AdoptForm) -> HttpResponse:
    institution = loaded.institution
    rivals = list_rivals(list_institutions(actor.bureau), institution.code, institution.obligations, actor.on)
    page = {
        "form": form, "institution": institution, "clauses": _list_clauses(institution), "rivals": rivals,
        "warnings": loaded.warnings,
    }  # fmt: skip
    return render(request, "plans/adopt.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: HttpRequest, code: str) -> HttpResponse:
    """Change numbers or text, check what changes, then issue: two steps, nothing typed twice."""
    actor = _demand_office(request)
    shown = find_institution(actor.bureau, code)
    last = shown.versions[-1]
    form = IssueForm(
        request.POST or None, institution=last.loaded.institution,
        initial={"from_on": actor.on, "text": last.row.text},
    )  # fmt: skip
    if request.method != "POST" or not form.is_valid() or "back" in request.POST:
        return _show_issue(request, shown, form)
    try:
        text = _read_text(form, last.row.text)
        loaded = load_institution(text, last.loaded.institution.title)
        if "confirm" in request.POST:
            return _issue(request, actor, shown, text, form)
        return _show_check(request, actor, shown, form, loaded, text)
    except InstitutionRefused as refusal:
        for problem in refusal.problems:
            form.add_error(None, problem)
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
    return _show_issue(request, shown, form)


def _read_text(form: IssueForm, text: str) -> str:
    """The text typed in full, where it was changed; else the old one with the numbers of the form."""
    typed = str(form.cleaned_data["text"]).replace("\r\n", "\n")
    if typed.strip() and typed.strip() != text.replace("\r\n", "\n").strip():
        return typed.strip() + "\n"
    return edit_numbers(text, form.institution, form.values, form.soft, form.clauses)


def _show_issue(request: HttpRequest, shown: ShownInstitution, form: IssueForm) -> HttpResponse:
    page = {"shown": shown, "form": form, "number": len(shown.versions) + 1}
    return render(request, "plans/version_form.html", page, status=400 if form.errors else 200)


def _show_check(
    request: HttpRequest, actor: Actor, shown: ShownInstitution, form: IssueForm, loaded: LoadedInstitution, text: str
) -> HttpResponse:
    changes = compare_institutions(shown.versions[-1].loaded.institution, loaded.institution)
    if not changes:
        form.add_error(None, _("没有改动，不用发布新版。"))
        return _show_issue(request, shown, form)
    others = [one for one in list_institutions(actor.bureau) if one.row.pk != shown.row.pk]
    page = {
        "shown": shown, "form": form, "changes": changes, "text": text, "number": len(shown.versions) + 1,
        "from_on": form.cleaned_data["from_on"], "warnings": loaded.warnings,
        "rivals": list_rivals(others, shown.row.code, loaded.institution.obligations, actor.on),
        "kept": [(name, value) for name, value in request.POST.items() if name not in _NOT_KEPT],
    }  # fmt: skip
    return render(request, "plans/version_check.html", page)


_NOT_KEPT = ("csrfmiddlewaretoken", "text", "confirm", "back")


def _issue(request: HttpRequest, actor: Actor, shown: ShownInstitution, text: str, form: IssueForm) -> HttpResponse:
    given = form.cleaned_data
    issue_version(
        shown.row, text=text, from_on=given["from_on"], reason=given["reason"], actor=str(actor.user),
        at=timezone.now(), today=actor.on,
    )  # fmt: skip
    words = {"number": len(shown.versions) + 1, "day": write_day(given["from_on"])}
    messages.success(request, _("已发布第%(number)s版，自%(day)s起执行；已经开始的周期仍按原来的规定。") % words)
    return redirect("plans:institution", shown.row.code)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def repeal(request: HttpRequest, code: str) -> HttpResponse:
    actor = _demand_office(request)
    shown = find_institution(actor.bureau, code)
    form = RepealForm(request.POST or None, initial={"on": actor.on})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            repeal_institution(
                shown.row, on=given["on"], reason=given["reason"], actor=str(actor.user), at=timezone.now(),
                today=actor.on,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            words = {"title": shown.row.title, "day": write_day(given["on"])}
            messages.success(request, _("“%(title)s”自%(day)s起废止，此前的任务仍然算数。") % words)
            return redirect("plans:institution", code)
    return render(request, "plans/repeal.html", {"shown": shown, "form": form}, status=400 if form.errors else 200)
