"""Inspections: planned or drawn on the spot (A1), record by record along the checklist, closed, printed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power

from ..actions import inspecting as actions
from ..forms.inspecting import SHIPPED, CarriedForm, ConclusionForm, InspectionForm, SeedForm, SpotForm
from ..models import Inspection, Sample
from ..queries import inspecting as queries
from ..queries.agenda import list_nameable
from ..queries.sampling import list_facts, list_population, name_drawn
from ..rules.inspecting import Carried, FindingState, InspectionKind, InspectionState, Verdict
from ..rules.sampling import digest_population, draw

DAY = timedelta(days=1)
DRAWN = 10
KEPT_MOST = 400


def make_seed() -> str:
    return str(10_000_000 + secrets.randbelow(90_000_000))


@login_required
@require_safe
def show_inspections(request: HttpRequest) -> HttpResponse:
    """What waits to be looked at again, what is under way, what is open."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    inspections = queries.list_inspections(actor)
    page = {
        "waiting": queries.list_waiting_reports(actor),
        "open": [one for one in inspections if one.state in (InspectionState.PLANNED, InspectionState.RUNNING)],
        "ended": [one for one in inspections if one.state in (InspectionState.CLOSED, InspectionState.DROPPED)],
        "findings": queries.list_findings(actor, state=FindingState.OPEN), "today": actor.on,
        "inspects": bool(queries.list_inspected_units(actor)), "plans": may_plan(actor),
    }  # fmt: skip
    return render(request, "supervision/inspections.html", page)


def may_plan(actor: Actor) -> bool:
    return actor.leads or bool(queries.list_inspected_units(actor))


def _find_text(actor: Actor, chosen: str) -> tuple[str, str]:
    """The title and the lines of the checklist that was chosen."""
    if chosen == SHIPPED:
        return queries.SHIPPED_TITLE, queries.read_shipped_checklist()
    found = queries.find_checklist(actor, int(chosen))
    return found.title, found.text


def _begin_scope(actor: Actor) -> dict[str, Any]:
    own = queries.list_checklists(actor)
    return {
        "from_on": date(actor.on.year, 1, 1), "until_on": actor.on, "count": DRAWN, "visit_on": actor.on,
        "records": ["会议", "会议记录", "考勤"], "checklist": str(own[0].pk) if own else SHIPPED,
    }  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def spot(request: HttpRequest) -> HttpResponse:
    """A1 抽查: choose the scope → 随机抽 10 条, with the seed shown → 开始抽查. The draw is an address of its own."""
    actor = demand_actor(request)
    units = queries.demand_inspecting(actor)
    asked = request.POST if request.method == "POST" else request.GET
    form = SpotForm(
        asked if "unit" in asked else None, units=units, checklists=queries.list_checklists(actor),
        initial=_begin_scope(actor) | {"seed": make_seed()},
    )  # fmt: skip
    page: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        if request.method == "POST" and (begun := _start(request, actor, form)):
            return redirect("supervision:inspection", begun.pk)
        try:
            page |= _show_draw(actor, form)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
    return render(request, "supervision/spot.html", page, status=400 if form.errors else 200)


def _show_draw(actor: Actor, form: SpotForm) -> dict[str, Any]:
    scope, seed = form.scope, form.cleaned_data["seed"]
    population = list_population(actor, scope.unit, scope.period, scope.records)
    drawn = name_drawn(actor, draw(population, scope.count, seed))
    names = {unit.pk: unit.name for unit in form.units.values()}
    rows = [(one, names.get(one.unit_id or 0, "")) for one in drawn]
    return {
        "drawn": rows, "of": len(population), "seed": seed, "mark": digest_population(population), "scope": scope,
        "kept": [(name, value) for name in form.fields for value in form.data.getlist(name)],  # type: ignore[attr-defined]
    }  # fmt: skip


def _start(request: HttpRequest, actor: Actor, form: SpotForm) -> Inspection | None:
    title, text = _find_text(actor, form.cleaned_data["checklist"])
    name = _("%(month)d月%(day)d日抽查（%(unit)s）") % {
        "month": actor.on.month, "day": actor.on.day, "unit": form.scope.unit.name,
    }  # fmt: skip
    plan = actions.Plan(InspectionKind.FROM_ABOVE, name, form.scope, actor.on, title, text)
    try:
        begun = actions.start_spot_check(
            actor, plan, seed=form.cleaned_data["seed"], mark=request.POST.get("mark", ""), at=timezone.now()
        )
    except Refusal as refusal:
        if refusal.code != "population_moved":
            raise
        messages.warning(request, refusal.sentence)
        return None
    messages.success(request, _("已开始。逐条查，不符合的写成问题。"))
    return begun


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a 督查 of units below, or a 自查 of an own one."""
    actor = demand_actor(request)
    inspected, own = queries.list_inspected_units(actor), queries.list_own_units(actor)
    if not (inspected or own):
        queries.demand_inspecting(actor)
    kinds = [InspectionKind.FROM_ABOVE] * bool(inspected) + [InspectionKind.SELF] * bool(own)
    units = list({unit.pk: unit for unit in [*inspected, *own]}.values())
    form = InspectionForm(
        request.POST or None, units=units, kinds=kinds, checklists=queries.list_checklists(actor),
        initial=_begin_scope(actor),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            planned = _plan(actor, form)
        except Refusal as refusal:
            form.add_error("unit" if refusal.code == "outside" else None, refusal.sentence)
        else:
            messages.success(request, _("已列入计划。开始时随机抽取记录。"))
            return redirect("supervision:inspection", planned.pk)
    return render(request, "supervision/plan_inspection.html", {"form": form}, status=400 if form.errors else 200)


def _plan(actor: Actor, form: InspectionForm) -> Inspection:
    found = form.cleaned_data
    title, text = _find_text(actor, found["checklist"])
    wanted = actions.Plan(
        InspectionKind(found["kind"]), found["title"], form.scope, found["visit_on"], title, text
    )  # fmt: skip
    return actions.plan_inspection(actor, wanted, at=timezone.now())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_inspection(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """One inspection: what is left to do, the records drawn, what was found. Posting draws."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    inspection = queries.find_inspection(actor, inspection_id)
    form = SeedForm(request.POST or None, initial={"seed": make_seed()})
    if request.method == "POST" and form.is_valid():
        try:
            drawn = actions.draw_sample(actor, inspection, seed=form.cleaned_data["seed"], at=timezone.now())
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("抽出 %(count)d 条，逐条查。") % {"count": len(drawn)})
            return redirect("supervision:inspection", inspection.pk)
    page = describe_inspection(actor, inspection) | {"form": form}
    return render(request, "supervision/inspection.html", page, status=400 if form.errors else 200)


def describe_inspection(actor: Actor, inspection: Inspection) -> dict[str, Any]:
    running = inspection.state == InspectionState.RUNNING
    samples = [(one, queries.count_unmet(one)) for one in queries.list_samples(inspection)]
    findings = queries.list_findings(actor, inspection=inspection)
    return {
        "inspection": inspection, "last_on": inspection.until_on - DAY,
        "conducts": queries.may_conduct(actor, inspection),
        "planned": inspection.state == InspectionState.PLANNED, "running": running,
        "samples": samples,
        "next": next((one for one, _unmet in samples if one.revision == 0), None),
        "findings": findings, "today": actor.on,
        "nameable": len(list_nameable(inspection.bureau, findings, actor.on)) if actor.keeps_office else 0,
        "carried": [(one, CarriedForm(prefix=f"c{one.pk}", initial={"verdict": one.verdict, "note": one.note}))
                    for one in queries.list_carried(inspection)],
        "obstacles": queries.list_inspection_obstacles(inspection) if running else [],
    }  # fmt: skip


@login_required
@require_POST
def drop(request: HttpRequest, inspection_id: int) -> HttpResponse:
    actor = demand_actor(request)
    inspection = queries.find_inspection(actor, inspection_id)
    actions.drop_inspection(actor, inspection, at=timezone.now())
    messages.success(request, _("“%(title)s”已取消。") % {"title": inspection.title})
    return redirect("supervision:inspections")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check_record(request: HttpRequest, inspection_id: int, sample_id: int) -> HttpResponse:
    """One record along the checklist; saved, the next one that is not looked at yet opens."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    inspection = queries.find_inspection(actor, inspection_id)
    sample = queries.find_sample(inspection, sample_id)
    problem, status = "", 200
    if request.method == "POST":
        revision = request.POST.get("revision", "")
        try:
            actions.check_record(
                actor, sample, _read_answers(inspection, sample, request.POST), at=timezone.now(),
                revision=int(revision) if revision.isdecimal() else 0,
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            problem, status = refusal.sentence, refusal.status
        else:
            return _open_next(request, inspection, sample)
    page = {
        "inspection": inspection, "sample": sample, "facts": list_facts(actor, sample), "problem": problem,
        "rows": _list_rows(inspection, sample, request.POST), "verdicts": list(Verdict),
        "conducts": queries.may_conduct(actor, inspection) and inspection.state == InspectionState.RUNNING,
        "findings": list(sample.findings.order_by("number")), "of": inspection.samples.count(),
    }  # fmt: skip
    return render(request, "supervision/inspection_record.html", page, status=status)


def _read_answers(inspection: Inspection, sample: Sample, sent: Mapping[str, Any]) -> dict[int, tuple[str, str]]:
    places = [place for place, _line in actions.list_lines(inspection, sample.kind)]
    return {place: (str(sent.get(f"v{place}", "")), str(sent.get(f"n{place}", ""))[:KEPT_MOST]) for place in places}


def _list_rows(inspection: Inspection, sample: Sample, sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines with what was found; what was just typed stays typed."""
    held = {one.line: (one.verdict, one.note) for one in sample.results.all()}
    given = _read_answers(inspection, sample, sent) if sent else held
    rows = []
    for place, line in actions.list_lines(inspection, sample.kind):
        verdict, note = given.get(place, ("", ""))
        unmet = held.get(place, ("", ""))[0] == Verdict.NOT_MET
        rows.append({"place": place, "line": line, "verdict": verdict, "note": note, "unmet": unmet})
    return rows


def _open_next(request: HttpRequest, inspection: Inspection, sample: Sample) -> HttpResponse:
    unmet = queries.count_unmet(queries.find_sample(inspection, sample.pk))
    if unmet:
        messages.success(request, _("已记下，有 %(count)d 条不符合。可以写成问题。") % {"count": unmet})
        return redirect("supervision:check_record", inspection.pk, sample.pk)
    left = queries.list_samples(inspection).filter(revision=0).first()
    if left is None:
        messages.success(request, _("已记下。抽到的记录都查过了。"))
        return redirect("supervision:inspection", inspection.pk)
    messages.success(request, _("已记下。下面是下一条。"))
    return redirect("supervision:check_record", inspection.pk, left.pk)


@login_required
@require_POST
def answer_carried(request: HttpRequest, inspection_id: int, carried_id: int) -> HttpResponse:
    """What a self-check says of a finding from above."""
    actor = demand_actor(request)
    inspection = queries.find_inspection(actor, inspection_id)
    carried = next((one for one in queries.list_carried(inspection) if one.pk == carried_id), None)
    if carried is None:
        raise refuse_missing("这个问题")
    form = CarriedForm(request.POST, prefix=f"c{carried.pk}")
    if form.is_valid():
        found = form.cleaned_data
        try:
            actions.answer_carried(actor, carried, Carried(found["verdict"]), found["note"], at=timezone.now())
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已记下。"))
            return redirect("supervision:inspection", inspection.pk)
    page = describe_inspection(actor, inspection) | {"form": SeedForm(initial={"seed": make_seed()})}
    page["carried"] = [(one, form if one.pk == carried.pk else kept) for one, kept in page["carried"]]
    return render(request, "supervision/inspection.html", page, status=400)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """核对: what is still open, else the inspection is closed."""
    actor = demand_actor(request)
    inspection = queries.find_inspection(actor, inspection_id)
    actions.demand_conducting(actor, inspection)
    form = ConclusionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_inspection(actor, inspection, form.cleaned_data["conclusion"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("“%(title)s”已结束。") % {"title": inspection.title})
            return redirect("supervision:inspection", inspection.pk)
    page = {"inspection": inspection, "form": form, "obstacles": queries.list_inspection_obstacles(inspection)}
    return render(request, "supervision/end_inspection.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def show_sheet(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """The inspection on paper: every line with what was found on which record, and what is to be put right by when."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    inspection = queries.find_inspection(actor, inspection_id)
    page = describe_inspection(actor, inspection) | {"lines": queries.list_line_rows(inspection)}
    return render(request, "supervision/inspection_sheet.html", page)
