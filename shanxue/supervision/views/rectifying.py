"""Findings and how they are put right: one ledger, one page per finding with everything that may be done on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power, is_leading

from ..actions import inspecting, rectifying
from ..actions.rectifying import Task
from ..forms.inspecting import (
    ChecklistForm,
    ClosingForm,
    FindingForm,
    PassForm,
    ReasonForm,
    RecheckForm,
    ReportForm,
    TaskForm,
)
from ..models import Checklist, Finding, Rectification
from ..queries import inspecting as queries
from ..queries.agenda import find_last_point, list_nameable
from ..rules.inspecting import ActionState, FindingState, Recheck

Shown = dict[str, Form]  # forms of the page that were just sent and refused, by name


@login_required
@require_safe
def show_findings(request: HttpRequest) -> HttpResponse:
    """问题整改台账: what is open, by inspection, and on demand what was closed."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    show = "all" if request.GET.get("show") == "all" else ""
    findings = queries.list_findings(actor, state="" if show else FindingState.OPEN)
    late = sum(action.state != ActionState.DONE and action.due_on < actor.on for one in findings
               if one.state == FindingState.OPEN for action in one.actions.all())  # fmt: skip
    page = {"findings": findings, "show": show, "late": late, "today": actor.on}
    return render(request, "supervision/findings.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_finding(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """Write a finding; opened from a line that is not met, unit and sentence stand there already."""
    actor = demand_actor(request)
    inspection = queries.find_inspection(actor, inspection_id)
    inspecting.demand_conducting(actor, inspection)
    chosen = request.GET.get("sample", "")
    sample = queries.find_sample(inspection, int(chosen)) if chosen.isdecimal() else None
    place = request.GET.get("line", "")
    line = int(place) if sample and place.isdecimal() else None
    units = queries.list_scope_units(inspection)
    found = next((one for one in sample.results.all() if one.line == line), None) if sample else None
    initial = {
        "unit": sample.unit_id if sample and sample.unit_id else inspection.unit_id,
        "sentence": f"{sample.title}：{found.note}" if sample and found else "",
    }  # fmt: skip
    form = FindingForm(request.POST or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        task = Task(values["text"], values["due_on"]) if values["text"] else None
        try:
            finding = rectifying.write_finding(
                actor, inspection, form.units[values["unit"]], values["sentence"], task, sample=sample, line=line,
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error("due_on" if refusal.code == "due_in_the_past" else None, refusal.sentence)
        else:
            messages.success(request, _("已写成问题 %(number)d，责任单位在待办里看得到。") % {"number": finding.number})
            return redirect("supervision:finding", finding.pk)
    page = {"inspection": inspection, "sample": sample, "form": form}
    return render(request, "supervision/new_finding.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def show_finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    return _show(request, actor, queries.find_finding(actor, finding_id), {})


def _show(request: HttpRequest, actor: Actor, finding: Finding, sent: Shown, status: int = 200) -> HttpResponse:
    """The page of one finding, with the form of everything this actor may do on it now."""
    is_open = finding.state == FindingState.OPEN
    checks = is_open and queries.may_recheck(actor, finding)
    leads = is_open and is_leading(actor, finding.unit)
    obstacles = queries.list_finding_obstacles(finding) if is_open else []
    lower = queries.list_lower_units(actor, finding.unit) if leads else []
    forms: dict[str, Form | None] = {
        "task": TaskForm(prefix="task") if checks or leads else None,
        "pass": PassForm(prefix="pass", lower=lower, initial={"sentence": finding.sentence}) if lower else None,
        "close": ClosingForm(prefix="close") if checks and not obstacles else None,
        "withdraw": ReasonForm(prefix="withdraw") if is_open and queries.may_withdraw(actor, finding) else None,
    }
    actions = [_describe_action(actor, action, checks=checks, is_open=is_open, sent=sent)
               for action in queries.list_actions(finding)]  # fmt: skip
    page = {
        "finding": finding, "is_open": is_open, "obstacles": obstacles, "actions": actions,
        "parts": queries.list_parts(finding), "forms": forms | sent, "today": actor.on,
        "sees_inspection": queries.scope_inspections(actor).filter(pk=finding.inspection_id).exists(),
        "sees_parent": finding.parent_id is not None
        and queries.scope_findings(actor).filter(pk=finding.parent_id).exists(),
        "late": [one["action"] for one in actions if one["late"]],
        "waits": any(one["report"] or one["recheck"] for one in actions),
    }  # fmt: skip
    if actor.keeps_office and actor.bureau is not None:
        page["point"] = find_last_point(finding)
        page["nameable"] = bool(list_nameable(actor.bureau, [finding], actor.on))
    return render(request, "supervision/finding.html", page, status=status)


def _describe_action(
    actor: Actor, action: Rectification, *, checks: bool, is_open: bool, sent: Shown
) -> dict[str, Any]:
    reports = sorted(action.reports.all(), key=lambda one: one.number)
    last = reports[-1] if reports else None
    asking = action.state in (ActionState.OPEN, ActionState.RETURNED)
    report: Form | None = None
    recheck: Form | None = None
    if is_open and asking and is_leading(actor, action.unit):
        report = sent.get(f"report-{action.pk}") or ReportForm(prefix=f"report-{action.pk}")
    if checks and last and action.state == ActionState.REPORTED and last.user_id != actor.user.pk:
        initial = {"number": last.number}
        recheck = sent.get(f"recheck-{action.pk}") or RecheckForm(prefix=f"recheck-{action.pk}", initial=initial)
    own = bool(last and action.state == ActionState.REPORTED and last.user_id == actor.user.pk)
    late = is_open and action.state != ActionState.DONE and action.due_on < actor.on
    return {"action": action, "reports": reports, "report": report, "recheck": recheck, "own": own, "late": late}


Act = Callable[[dict[str, Any]], object]


def _do(
    request: HttpRequest, actor: Actor, finding: Finding, name: str, form: Form, act: Act, said: str
) -> HttpResponse:
    """Do one thing on a finding; refused, the page comes back with what was typed and the sentence."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            if refusal.status == 409:  # somebody else was first: what stood in the form has no place any more
                messages.warning(request, refusal.sentence)
                return redirect("supervision:finding", finding.pk)
            form.add_error("due_on" if refusal.code == "due_in_the_past" else None, refusal.sentence)
        else:
            messages.success(request, said)
            return redirect("supervision:finding", finding.pk)
    return _show(request, actor, finding, {name: form}, 400)


@login_required
@require_POST
def set_action(request: HttpRequest, finding_id: int) -> HttpResponse:
    actor = demand_actor(request)
    finding = queries.find_finding(actor, finding_id)
    form = TaskForm(request.POST, prefix="task")

    def act(found: dict[str, Any]) -> object:
        return rectifying.set_action(actor, finding, Task(found["text"], found["due_on"]), at=timezone.now())

    return _do(request, actor, finding, "task", form, act, _("已写下整改措施。"))


@login_required
@require_POST
def pass_down(request: HttpRequest, finding_id: int) -> HttpResponse:
    actor = demand_actor(request)
    finding = queries.find_finding(actor, finding_id)
    form = PassForm(request.POST, prefix="pass", lower=queries.list_lower_units(actor, finding.unit))

    def act(found: dict[str, Any]) -> object:
        units = [form.lower[pk] for pk in found["units"]]
        task = Task(found["text"], found["due_on"])
        return rectifying.pass_down(actor, finding, units, found["sentence"], task, at=timezone.now())

    return _do(request, actor, finding, "pass", form, act, _("已转交，下级在待办里看得到。"))


@login_required
@require_POST
def report(request: HttpRequest, action_id: int) -> HttpResponse:
    actor = demand_actor(request)
    action = queries.find_action(actor, action_id)
    form = ReportForm(request.POST, prefix=f"report-{action.pk}")

    def act(found: dict[str, Any]) -> object:
        return rectifying.report_action(actor, action, found["text"], at=timezone.now())

    words = _("已报告，等另一位同志复核。")
    return _do(request, actor, action.finding, f"report-{action.pk}", form, act, words)


@login_required
@require_POST
def recheck(request: HttpRequest, action_id: int) -> HttpResponse:
    actor = demand_actor(request)
    action = queries.find_action(actor, action_id)
    form = RecheckForm(request.POST, prefix=f"recheck-{action.pk}")

    def act(found: dict[str, Any]) -> object:
        verdict, number = Recheck(found["verdict"]), found["number"]
        return rectifying.recheck_action(actor, action, verdict, found["answer"], number=number, at=timezone.now())

    return _do(request, actor, action.finding, f"recheck-{action.pk}", form, act, _("已复核。"))


@login_required
@require_POST
def close(request: HttpRequest, finding_id: int) -> HttpResponse:
    actor = demand_actor(request)
    finding = queries.find_finding(actor, finding_id)
    form = ClosingForm(request.POST, prefix="close")

    def act(found: dict[str, Any]) -> object:
        return rectifying.close_finding(actor, finding, found["closing"], at=timezone.now())

    return _do(request, actor, finding, "close", form, act, _("已销号。"))


@login_required
@require_POST
def withdraw_finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    actor = demand_actor(request)
    finding = queries.find_finding(actor, finding_id)
    form = ReasonForm(request.POST, prefix="withdraw")

    def act(found: dict[str, Any]) -> object:
        return rectifying.withdraw_finding(actor, finding, found["closing"], at=timezone.now())

    return _do(request, actor, finding, "withdraw", form, act, _("已撤回，原因写在问题里。"))


# Checklists


@login_required
@require_safe
def show_checklists(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    page = {"checklists": queries.list_checklists(actor), "shipped": queries.SHIPPED_TITLE}
    return render(request, "supervision/checklists.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_checklist(request: HttpRequest, checklist_id: int | None = None) -> HttpResponse:
    """Change a checklist, or begin one from the shipped text."""
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    held: Checklist | None = queries.find_checklist(actor, checklist_id) if checklist_id else None
    initial: dict[str, Any] = {"text": queries.read_shipped_checklist(), "revision": 0}
    if held is not None:
        initial = {"title": held.title, "text": held.text, "revision": held.revision}
    form = ChecklistForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            inspecting.save_checklist(
                actor, held, title=found["title"], text=found["text"], revision=found["revision"] or 0,
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error("title" if refusal.code == "title_taken" else "text", refusal.sentence)
        else:
            messages.success(request, _("已保存。以后的检查按新的条目，已经安排的不变。"))
            return redirect("supervision:checklists")
    page = {"form": form, "checklist": held}
    return render(request, "supervision/checklist.html", page, status=400 if form.errors else 200)
