"""公示, exceeded quotas, 定档, amendments, and the list of what follows poor results (K64)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power, is_year_closed

from ..actions.settling import Ruling, amend_result, decide_quota, end_publicity, publish, settle
from ..actions.steps import keeps_whole
from ..forms.proceedings import AmendForm, PublishForm, QuotaForm
from ..models import Proceeding, Result
from ..queries import proceedings as queries
from ..queries import publicity as publicity_queries
from ..queries.results import find_result, read_version
from ..readings import record_reading, record_readings
from ..rules.pages import list_grades
from ..rules.points import read_points
from ..rules.proceedings import PUBLISHED, Cause, Step
from ..rules.wording import describe_term
from .proceedings import METHODS, find_readable, read_turn


def _link(actor: Actor, found: list[queries.Open]) -> list[tuple[str, str]]:
    """What is open with the page where it is done, for the office that does it."""
    keeps = keeps_whole(actor)
    return [(one.sentence, reverse(one.page, args=one.arguments) if one.page and keeps else "") for one in found]


@login_required
@require_http_methods(METHODS)
def publish_results(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """The check page before 公示, and the press that ends it."""
    actor, proceeding = find_readable(request, proceeding_id)
    process = queries.read_process(proceeding)
    form = PublishForm(request.POST or None, publicity=process.publicity, appeal=process.appeal)
    if request.method == "POST" and form.is_valid():
        try:
            _press(request, actor, proceeding, form)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("assessment:proceeding", proceeding.pk)
    step = Step.PUBLICITY if proceeding.stage == Step.CHECK else Step.APPEALS
    page = {
        "proceeding": proceeding, "form": form, "process": process, "step": step,
        "open": _link(actor, queries.list_open(actor, proceeding, step, timezone.localdate())),
        "publicity": describe_term(process.publicity), "appeal": describe_term(process.appeal),
        "lists": publicity_queries.list_published(proceeding),
        "may": keeps_whole(actor) and proceeding.stage in (Step.CHECK, Step.PUBLICITY),
    }  # fmt: skip
    return render(request, "assessment/publish.html", page, status=400 if form.errors else 200)


def _press(request: HttpRequest, actor: Actor, proceeding: Proceeding, form: PublishForm) -> None:
    turn, now = read_turn(request), timezone.now()
    if request.POST.get("act") == "end":
        end_publicity(actor, proceeding, turn, at=now)
        messages.success(request, _("公示期满。申诉处理完，就可以定档。"))
        return
    days = {name: form.cleaned_data.get(name) for name in ("publicity_days", "appeal_days")}
    publish(actor, proceeding, turn, at=now, **days)
    messages.success(request, _("已开始公示。"))


@login_required
@require_safe
def show_publicity(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """The 公示 itself: name, branch and grade, for everybody while it lasts; for the office always."""
    actor = demand_actor(request)
    demand_power(actor.reads_own or actor.reads_others)
    proceeding = queries.find_proceeding(actor, proceeding_id)
    today, last = timezone.localdate(), proceeding.publicity_until_on
    public = proceeding.stage in PUBLISHED and last is not None and today <= last
    if not public and not keeps_whole(actor):
        raise refuse_missing("这份公示")
    page = {"proceeding": proceeding, "lists": publicity_queries.list_published(proceeding), "public": public}
    return render(request, "assessment/publicity.html", page)


@login_required
@require_http_methods(METHODS)
def decide_seats(request: HttpRequest, proceeding_id: int, case_id: int) -> HttpResponse:
    """K45: who reached a grade that its quota does not hold, who ties, and what a meeting decided."""
    actor, proceeding = find_readable(request, proceeding_id)
    demand_power(keeps_whole(actor))
    view = queries.find_quota(proceeding, case_id)
    holders = queries.list_holders(view)
    record_readings(actor, [holder.result for holder in holders], at=timezone.now())
    subjects = [holder.result.person_id or holder.result.unit_id or 0 for holder in holders]
    proposed = [str(subject) for subject, one in zip(subjects, holders, strict=True) if not one.beyond]
    chosen = view.decision.kept if view.decision else proposed
    form = QuotaForm(subjects, request.POST or None, initial={"kept": proposed})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            decide_quota(
                actor, proceeding, view, {int(key) for key in told["kept"]}, meeting=told["meeting"],
                held_on=told["held_on"], reason=told["reason"], at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已记录。重新冻结后，结果按会议决定。"))
            return redirect("assessment:freeze", proceeding.pk)
    ticked = {str(one) for one in (request.POST.getlist("kept") if request.method == "POST" else chosen)}
    page = {
        "proceeding": proceeding, "view": view, "form": form, "scheme": read_version(view.part.version),
        "rows": [(one, subject, str(subject) in ticked) for one, subject in zip(holders, subjects, strict=True)],
        "tied": sum(one.tied for one in holders),
    }  # fmt: skip
    return render(request, "assessment/quota.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(METHODS)
def settle_year(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """定档: the check page with everything that is still open."""
    actor, proceeding = find_readable(request, proceeding_id)
    refused = ""
    if request.method == "POST":
        try:
            settle(actor, proceeding, read_turn(request), at=timezone.now())
        except Refusal as refusal:
            refused = refusal.sentence
        else:
            messages.success(request, _("已定档。结果不再计算，有错的按会议决定更正。"))
            return redirect("assessment:proceeding", proceeding.pk)
    found = [] if proceeding.settled_at else queries.list_open(actor, proceeding, Step.SETTLE, timezone.localdate())
    page = {
        "proceeding": proceeding, "open": _link(actor, found), "refused": refused,
        "grades": publicity_queries.count_final(proceeding), "amendments": queries.list_amendments(proceeding),
        "may": keeps_whole(actor) and proceeding.stage in (Step.APPEALS, Step.SETTLE) and not found,
    }  # fmt: skip
    return render(request, "assessment/settle.html", page, status=409 if refused else 200)


@login_required
@require_http_methods(METHODS)
def amend(request: HttpRequest, result_id: int) -> HttpResponse:
    """Register what a meeting decided on a settled result. The old one stays beside it."""
    actor = demand_actor(request)
    demand_power(keeps_whole(actor))
    result = find_result(actor, result_id)
    scheme = read_version(result.run.scheme)
    form = AmendForm(list_grades(scheme), request.POST or None, initial={"grade": result.grade})
    if request.method == "POST" and form.is_valid():
        try:
            amend_result(
                actor, Result.objects.get(pk=result.pk), _read_ruling(form, scheme.scale),
                seen=_read_seen(request), at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已更正，本人可以看到。"))
            if result.person_id:
                return redirect(f"{reverse('assessment:person', args=[result.person_id])}?scheme={scheme.code}")
            return redirect("assessment:unit", result.unit_id)
    record_reading(actor, result, at=timezone.now())
    rows = result.amendments.select_related("result__run__scheme").order_by("at", "pk")
    page: dict[str, Any] = {
        "result": result, "scheme": scheme, "form": form, "seen": result.amendments.count(),
        "amendments": queries.scale_amendments(rows), "sealed": _find_sealed(result),
    }  # fmt: skip
    return render(request, "assessment/amend.html", page, status=400 if form.errors else 200)


def _find_sealed(result: Result) -> int | None:
    """The year of a result whose package is sealed."""
    year = read_version(result.run.scheme).window.last_on.year
    return year if is_year_closed(result.run.bureau_id, year) else None


def _read_ruling(form: AmendForm, scale: int) -> Ruling:
    told = form.cleaned_data
    return Ruling(
        read_points(told["points"], scale), told["grade"], Cause(told["cause"]), told["reason"], told["decided_by"],
        told["meeting"], told["held_on"],
    )  # fmt: skip


def _read_seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


@login_required
@require_safe
def list_measures(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """K64, K47: whom a clause asks to remind, talk to, admonish …, for the office alone."""
    actor, proceeding = find_readable(request, proceeding_id)
    demand_power(keeps_whole(actor))
    groups = publicity_queries.list_measures(actor, proceeding)
    record_readings(actor, [one for group in groups for one in group.results], at=timezone.now())
    page = {"proceeding": proceeding, "groups": groups}
    return render(request, "assessment/measures.html", page)
