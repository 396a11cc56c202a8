"""K5: the year's assessment as a task list, and its steps up to the freeze."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_tasks.base import Task

from shanxue.base.errors import Refusal
from shanxue.jobs.actions import start_job
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power
from shanxue.plans.queries.workdays import read_calendar

from ..actions.proceedings import (
    change_scheme,
    decide_late,
    freeze,
    open_proceeding,
    run_trial,
    set_cutoff,
    sign_roster,
)
from ..actions.steps import begin_step, keeps_whole
from ..due import list_for_office
from ..forms.proceedings import CutoffForm, FreezeForm, LateForm, OpenForm, RosterForm, SchemeFileForm
from ..models import Proceeding
from ..queries import moves as move_queries
from ..queries import previews
from ..queries import proceedings as queries
from ..queries.results import read_version
from ..readings import record_readings
from ..rosters import check_roster
from ..rules.proceedings import BEFORE_FREEZE, LateState, Step, count_days, write_late_sentence
from ..rules.wording import describe_term, list_terms
from ..tasks import cut_off_later, freeze_later, is_large, try_later

METHODS = ["GET", "HEAD", "POST"]
ROWS_PER_PAGE = 100
PAGES = {
    Step.ROSTER: "assessment:roster", Step.CUTOFF: "assessment:cutoff", Step.TRIAL: "assessment:preview",
    Step.FREEZE: "assessment:freeze", Step.CHECK: "assessment:checks", Step.PUBLICITY: "assessment:publish",
    Step.APPEALS: "assessment:publish", Step.SETTLE: "assessment:settle", Step.ARCHIVE: "assessment:settle",
}  # fmt: skip


def read_turn(request: HttpRequest) -> int:
    """The state of the proceeding the person saw when they pressed."""
    text = request.POST.get("turn", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def find_readable(request: HttpRequest, proceeding_id: int) -> tuple[Actor, Proceeding]:
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    return actor, queries.find_proceeding(actor, proceeding_id)


def _work_later(
    actor: Actor, proceeding: Proceeding, step: Step, turn: int, task: Task[..., Any], **values: Any
) -> HttpResponse:
    """Let the step of a large bureau go on without its page, once it may be done at all."""
    if begin_step(actor, proceeding, step, turn):
        job = start_job(
            task, bureau_code=proceeding.bureau.code, user=actor.user, subject=f"proceeding-{proceeding.pk}",
            title=_("%(title)s：%(step)s") % {"title": proceeding.title, "step": step},
            href=reverse(PAGES[step], args=[proceeding.pk]), at=timezone.now(), user_id=actor.user.pk,
            proceeding_id=proceeding.pk, turn=turn, **values,
        )  # fmt: skip
        return redirect("jobs:job", job.pk)
    return redirect(PAGES[step], proceeding.pk)


@login_required
@require_http_methods(METHODS)
def list_proceedings(request: HttpRequest) -> HttpResponse:
    """All years; the office opens the next one here."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    versions = queries.list_versions(actor) if keeps_whole(actor) else []
    year = read_version(versions[0]).window.from_on.year if versions else timezone.localdate().year
    form = OpenForm(versions, request.POST or None, initial={"title": _("%(year)s年度学习考核") % {"year": year}})
    if request.method == "POST" and form.is_valid():
        try:
            proceeding = open_proceeding(actor, form.chosen, title=form.cleaned_data["title"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已开始办理。先核对名册。"))
            return redirect("assessment:proceeding", proceeding.pk)
    page = {
        "proceedings": list(queries.scope_proceedings(actor)), "form": form, "keeps": keeps_whole(actor),
        "versions": versions, "waiting": list_for_office(actor, timezone.localtime()) if keeps_whole(actor) else [],
    }  # fmt: skip
    return render(request, "assessment/proceedings.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def show_proceeding(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """The task list: what is done by whom, what is to be done now."""
    actor, proceeding = find_readable(request, proceeding_id)
    tasks = [(task, reverse(PAGES[task.step], args=[proceeding.pk])) for task in queries.list_tasks(proceeding)]
    parts = queries.list_scheme_parts(proceeding)
    page = {
        "proceeding": proceeding, "tasks": tasks, "parts": parts, "keeps": keeps_whole(actor),
        "late": write_late_sentence(queries.count_late(proceeding)),
        "quotas": [view for view in queries.list_quotas(proceeding) if view.decision is None],
        "terms": list_terms(queries.read_process(proceeding)),
        "may_change": keeps_whole(actor) and proceeding.stage in BEFORE_FREEZE,
        "amendments": queries.list_amendments(proceeding) if proceeding.settled_at else [],
    }  # fmt: skip
    return render(request, "assessment/proceeding.html", page)


@login_required
@require_http_methods(METHODS)
def change_text(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """Add a scheme or replace one, until the freeze."""
    actor, proceeding = find_readable(request, proceeding_id)
    demand_power(keeps_whole(actor))
    form = SchemeFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (text := form.read_text()):
        name = form.cleaned_data["file"].name[:80]
        try:
            version = change_scheme(actor, proceeding, text, name, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已放入《%(title)s》。") % {"title": version.title})
            return redirect("assessment:proceeding", proceeding.pk)
    page = {"proceeding": proceeding, "form": form, "parts": queries.list_scheme_parts(proceeding)}
    return render(request, "assessment/change_scheme.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(METHODS)
def show_roster(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """核对名册: who is in, who is not and why, who lacks something; signed off."""
    actor, proceeding = find_readable(request, proceeding_id)
    form = RosterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sign_roster(actor, proceeding, read_turn(request), words=form.cleaned_data["words"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("名册已核对。"))
            return redirect("assessment:proceeding", proceeding.pk)
    rosters, refused = [], ""
    try:
        rosters = [check_roster(part) for part in queries.list_scheme_parts(proceeding)]
    except Refusal as refusal:
        refused = refusal.sentence
    page = {
        "proceeding": proceeding, "form": form, "rosters": rosters, "refused": refused,
        "may": keeps_whole(actor) and proceeding.stage in BEFORE_FREEZE,
    }  # fmt: skip
    return render(request, "assessment/roster_check.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(METHODS)
def cut_off(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    actor, proceeding = find_readable(request, proceeding_id)
    now = timezone.now()
    local = timezone.localtime(proceeding.cutoff_at or now)
    form = CutoffForm(request.POST or None, initial={"on": local.date(), "time": f"{local:%H:%M}"})
    if request.method == "POST" and form.is_valid():
        day: date = form.cleaned_data["on"]
        wanted = timezone.make_aware(datetime.combine(day, form.cleaned_data["time"]))
        try:
            if is_large(proceeding):
                return _work_later(
                    actor, proceeding, Step.CUTOFF, read_turn(request), cut_off_later, cutoff_at=wanted.isoformat()
                )
            set_cutoff(actor, proceeding, read_turn(request), cutoff_at=wanted, at=now)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("数据已截止。可以试算了。"))
            return redirect("assessment:preview", proceeding.pk)
    page = {
        "proceeding": proceeding, "form": form,
        "may": keeps_whole(actor) and proceeding.stage in BEFORE_FREEZE and proceeding.stage != Step.ROSTER,
    }  # fmt: skip
    return render(request, "assessment/cutoff.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(METHODS)
def decide_records(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """Records that came in after the cut-off: all at once or one by one, with a reason."""
    actor, proceeding = find_readable(request, proceeding_id)
    demand_power(keeps_whole(actor))
    form = LateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        keys = request.POST.getlist("record")
        named = {int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 18}
        chosen = named or {row.pk for row in queries.list_late(proceeding)}
        try:
            count = decide_late(
                actor, proceeding, chosen, let_in=request.POST.get("act") == "in",
                reason=form.cleaned_data["reason"], at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已决定 %(count)d 条。下次计算按此办理。") % {"count": count})
            return redirect("assessment:late", proceeding.pk)
    waiting = queries.list_late(proceeding)
    page = {
        "proceeding": proceeding, "form": form,
        "waiting": Paginator(waiting, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "decided": list(queries.list_late(proceeding, None).exclude(state=LateState.OPEN)[:ROWS_PER_PAGE]),
        "sentence": write_late_sentence(queries.count_late(proceeding)),
    }  # fmt: skip
    return render(request, "assessment/late.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(METHODS)
def show_preview(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """试算: everybody's result with grade, clauses, last year's difference; computed again by a press."""
    actor, proceeding = find_readable(request, proceeding_id)
    if request.method == "POST":
        try:
            if is_large(proceeding):
                return _work_later(actor, proceeding, Step.TRIAL, read_turn(request), try_later)
            run_trial(actor, proceeding, read_turn(request), at=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("已试算。"))
        return redirect("assessment:preview", proceeding.pk)
    preview = previews.build_preview(
        actor, proceeding, code=request.GET.get("scheme", ""), grade=request.GET.get("grade", ""),
        page=request.GET.get("page"),
    )  # fmt: skip
    if preview is not None:
        record_readings(actor, [one.row.result for one in preview.rows], at=timezone.now())
    page: dict[str, Any] = {
        "proceeding": proceeding, "keeps": keeps_whole(actor), "preview": preview,
        "late": write_late_sentence(queries.count_late(proceeding)),
        "may": keeps_whole(actor) and proceeding.stage in BEFORE_FREEZE, "quotas": queries.list_quotas(proceeding),
        "lacks": [] if preview else previews.list_lacks(proceeding),
    }  # fmt: skip
    return render(request, "assessment/preview.html", page)


@login_required
@require_safe
def show_moves(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """Who moved since the run before, on which lines and by which records."""
    actor, proceeding = find_readable(request, proceeding_id)
    parts = [part for part in queries.list_scheme_parts(proceeding) if part.run and part.former_run]
    part = next((one for one in parts if one.code == request.GET.get("scheme", "")), parts[0] if parts else None)
    page: dict[str, Any] = {"proceeding": proceeding, "parts": parts, "part": part}
    if part is not None and part.run and part.former_run:
        found = move_queries.list_moved_results(actor, part.former_run, part.run)
        pages = Paginator(found, 20).get_page(request.GET.get("page"))
        moves = move_queries.explain_moves(part.former_run, part.run, [subject for subject, _moved in pages])
        record_readings(actor, [one.result for one in moves], at=timezone.now())
        page |= {
            "pages": pages, "scale": read_version(part.run.scheme).scale,
            "moves": moves,
            "regraded": sum(moved for _subject, moved in found),
            "text_changed": part.run.scheme_id != part.former_run.scheme_id,
        }  # fmt: skip
    return render(request, "assessment/moves.html", page)


@login_required
@require_http_methods(METHODS)
def freeze_results(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """The check page before freezing, and freezing again with a reason."""
    actor, proceeding = find_readable(request, proceeding_id)
    first = proceeding.frozen_at is None
    today, process = timezone.localdate(), queries.read_process(proceeding)
    until = count_days(today, process.check, read_calendar(proceeding.bureau)) if process.check.days else None
    form = FreezeForm(request.POST or None, first=first, initial={"check_until_on": until})
    if request.method == "POST" and form.is_valid():
        until_on = form.cleaned_data.get("check_until_on")
        try:
            if is_large(proceeding):
                return _work_later(
                    actor, proceeding, Step.FREEZE, read_turn(request), freeze_later,
                    reason=form.cleaned_data.get("reason", ""),
                    check_until_on=until_on.isoformat() if until_on else None,
                )  # fmt: skip
            freeze(
                actor, proceeding, read_turn(request), at=timezone.now(), reason=form.cleaned_data.get("reason", ""),
                check_until_on=until_on,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("结果已冻结。"))
            return redirect("assessment:checks" if first else "assessment:proceeding", proceeding.pk)
    page = {
        "proceeding": proceeding, "form": form, "first": first, "parts": queries.list_scheme_parts(proceeding),
        "keeps": keeps_whole(actor), "late": write_late_sentence(queries.count_late(proceeding)),
        "quotas": queries.list_quotas(proceeding),
        "term": describe_term(process.check), "clause": process.check.clause,
        "may": keeps_whole(actor) and proceeding.settled_at is None
        and proceeding.stage not in (Step.ROSTER, Step.CUTOFF, Step.TRIAL),
    }  # fmt: skip
    return render(request, "assessment/freeze.html", page, status=400 if form.errors else 200)
