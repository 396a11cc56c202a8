"""民主评议: what a member writes, how the secretary holds it, and the ballot itself, which knows nobody."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power, is_leading

from ..actions import ballots as actions
from ..forms.ballots import HandOutForm, OpenForm, SelfForm, VoidForm, read_choices, read_texts
from ..models import Evaluation
from ..queries import ballots as queries
from ..rules.ballots import GRADES, Means, Stage, limit_best

MOST_REMARKS = 200


@login_required
@require_safe
def list_evaluations(request: HttpRequest) -> HttpResponse:
    """Every 民主评议 that the actor takes part in, holds or reads, the latest first."""
    actor = demand_actor(request)
    demand_power(actor.reads_own or actor.reads_others)
    year = timezone.localdate().year
    page = {
        "rows": queries.list_evaluations(actor),
        "year": year,
        "may_open": actor.leads and bool(queries.list_holding_units(actor, year)),
    }
    return render(request, "assessment/evaluations.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_evaluation(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.leads)
    year = timezone.localdate().year
    units = queries.list_holding_units(actor, year)
    form = OpenForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        chosen = dict(form.cleaned_data)
        unit = next(one for one in units if one.pk == chosen.pop("unit"))
        try:
            made = actions.open_evaluation(actor, unit, year=year, at=timezone.now(), **chosen)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("民主评议已经开始，大家的待办里会出现写自评这一项。"))
            return redirect("assessment:evaluation", made.pk)
    page = {"form": form, "year": year, "units": units}
    return render(request, "assessment/evaluation_open.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def show_evaluation(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    """One evaluation: the member's own part, and for the secretary and readers how far it has come."""
    actor = demand_actor(request)
    evaluation = queries.find_evaluation(actor, evaluation_id)
    own = queries.find_own_row(actor, evaluation)
    page: dict[str, Any] = {
        "evaluation": evaluation,
        "own": own,
        "leads": is_leading(actor, evaluation.unit),
        "whole": queries.reads_whole(actor, evaluation),
        "counted": evaluation.stage in (Stage.COUNTED, Stage.DECIDED),
        "by_phone": evaluation.means == Means.PHONE,
        "grades": GRADES,
    }
    if own is not None:
        page["remarks"] = queries.list_remarks_about(evaluation, [own.person_id])
        page["readings"] = list(evaluation.readings.order_by("-on", "-pk")[:20])
        if page["counted"] and own.rated:
            standings = queries.list_standings(evaluation)
            page["standing"] = next(one for one in standings if one.member.pk == own.pk)
    if page["whole"]:
        page |= _describe_whole(actor, evaluation, own is None)
    return render(request, "assessment/evaluation.html", page)


def _describe_whole(actor: Actor, evaluation: Evaluation, outside: bool) -> dict[str, Any]:
    if outside:
        actions.record_evaluation_reading(actor, evaluation, at=timezone.now())
    members = queries.list_members(evaluation)
    remarks: dict[int, list[Any]] = {}
    for one in queries.list_remarks_about(evaluation, [row.person_id for row in members]):
        remarks.setdefault(one.about_id, []).append(one)
    rated = [row for row in members if row.rated]
    return {
        "rows": [(row, remarks.get(row.person_id, [])) for row in members],
        "written": sum(bool(row.self_text) for row in rated),
        "rated": len(rated),
        "most_best": limit_best(len(rated)),
        "undecided": sum(not row.grade for row in rated),
        "turnout": queries.count_turnout(evaluation),
        "missing": [row for row in members if not row.has_ballot],
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write_self(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    actor = demand_actor(request)
    evaluation = queries.find_evaluation(actor, evaluation_id)
    own = queries.find_own_row(actor, evaluation)
    demand_power(own is not None)
    assert own is not None
    form = SelfForm(request.POST or None, initial={"text": own.self_text})
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_self(actor, evaluation_id, form.cleaned_data["text"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("自评已保存。发票以前还可以改。"))
            return redirect("assessment:evaluation", evaluation_id)
    page = {"form": form, "evaluation": evaluation}
    return render(request, "assessment/evaluation_self.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write_remarks(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    """互评: one text per comrade; none of them has to be filled."""
    actor = demand_actor(request)
    evaluation = queries.find_evaluation(actor, evaluation_id)
    demand_power(queries.find_own_row(actor, evaluation) is not None)
    refused, texts = "", queries.map_own_remarks(evaluation, actor)
    if request.method == "POST":
        said = dict(list(read_texts(request.POST, "text").items())[:MOST_REMARKS])
        try:
            actions.write_remarks(actor, evaluation_id, said, at=timezone.now())
        except Refusal as refusal:
            refused, texts = refusal.sentence, said
        else:
            messages.success(request, _("互评已保存。本人看得到是谁说的。"))
            return redirect("assessment:evaluation", evaluation_id)
    own = actor.person.pk if actor.person else 0
    rows = [(row, texts.get(row.person_id, "")) for row in queries.list_rated(evaluation) if row.person_id != own]
    page = {"evaluation": evaluation, "rows": rows, "refused": refused}
    return render(request, "assessment/evaluation_remarks.html", page, status=400 if refused else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_out(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    """Tick off who takes a ballot, all at once. By phone the answer is the sheet of codes, shown this once."""
    actor = demand_actor(request)
    evaluation = queries.find_led_evaluation(actor, evaluation_id)
    members = queries.list_members(evaluation)
    form = HandOutForm(request.POST or None)
    present = queries.list_present(evaluation)
    chosen = {row.person_id for row in members if not present or row.person_id in present}
    if request.method == "POST":
        chosen = {int(one) for one in request.POST.getlist("person") if one.isdecimal()}
        if form.is_valid():
            means = Means(form.cleaned_data["means"])
            try:
                sheets = actions.hand_out(actor, evaluation_id, chosen, means, at=timezone.now())
            except Refusal as refusal:
                form.add_error(None, refusal.sentence)
            else:
                return (
                    _show_slips(request, evaluation, sheets)
                    if sheets
                    else redirect("assessment:evaluation", evaluation_id)
                )
    rows = [(row, row.person_id in chosen) for row in members]
    page = {"form": form, "evaluation": evaluation, "rows": rows, "present": bool(present)}
    return render(request, "assessment/evaluation_hand_out.html", page, status=400 if form.errors else 200)


def _show_slips(request: HttpRequest, evaluation: Evaluation, sheets: list[actions.SlipSheet]) -> HttpResponse:
    address = request.build_absolute_uri(reverse("assessment:vote"))
    slips = [(one.level, [(code, _draw(f"{address}#{code}")) for code in one.codes]) for one in sheets]
    page = {"evaluation": evaluation, "sheets": slips, "address": address}
    return render(request, "assessment/evaluation_slips.html", page)


def _draw(address: str) -> SafeString:
    picture = segno.make(address, error="m", micro=False)
    return mark_safe(picture.svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=2))


@login_required
@require_safe
def show_paper(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    """The paper ballot, to be printed and copied: the rated by name, 预备党员 marked 不定等次."""
    actor = demand_actor(request)
    evaluation = queries.find_led_evaluation(actor, evaluation_id)
    rows = [row for row in queries.list_members(evaluation) if row.rated or row.status == "预备党员"]
    return render(
        request, "assessment/evaluation_paper.html", {"evaluation": evaluation, "rows": rows, "grades": GRADES}
    )  # fmt: skip


@login_required
@require_POST
def add_takers(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    actor = demand_actor(request)
    chosen = {int(one) for one in request.POST.getlist("person") if one.isdecimal()}
    try:
        count = actions.add_takers(actor, evaluation_id, chosen, at=timezone.now())
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("补登领票 %(count)s 人。") % {"count": count})
    return redirect("assessment:evaluation", evaluation_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def void_ballot(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    """作废重投: the ballot under way is deleted unread."""
    actor = demand_actor(request)
    evaluation = queries.find_led_evaluation(actor, evaluation_id)
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.restart_ballot(actor, evaluation_id, reason=form.cleaned_data["reason"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("这次投票已作废，票没有人看过。可以重新发票。"))
            return redirect("assessment:evaluation", evaluation_id)
    page = {"form": form, "evaluation": evaluation}
    return render(request, "assessment/evaluation_void.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def acknowledge(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    actions.acknowledge(demand_actor(request), evaluation_id, at=timezone.now())
    messages.success(request, _("已记下：评定意见本人已阅。"))
    return redirect("assessment:evaluation", evaluation_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def vote(request: HttpRequest) -> HttpResponse:
    """The ballot. It asks for no sign-in and looks at none: a drawn code is all it knows."""
    request.user = AnonymousUser()  # a phone that is signed in votes as nobody all the same
    page: dict[str, Any] = {"messages": (), "actor": None, "step": "code", "typed": request.POST.get("code", "")}
    status = 200
    if request.method == "POST":
        try:
            page |= _take_step(request)
        except Refusal as refusal:
            page |= {"refused": refusal.sentence, "step": page["step"]}
            status = 400
    return render(request, "assessment/vote.html", page, status=status)


def _take_step(request: HttpRequest) -> dict[str, Any]:
    act, typed = request.POST.get("act", ""), request.POST.get("code", "")
    choices = read_choices(request.POST)
    code = queries.find_code(typed)
    if act == "cast":
        actions.cast_ballot(typed, choices)
        return {"step": "done", "evaluation": code.evaluation}
    rated = queries.list_rated(code.evaluation)
    rest = request.POST.get("rest", "")
    if act == "check" and rest in GRADES:  # one tap for everybody who was not chosen one by one
        choices = {row.person_id: choices.get(row.person_id, rest) for row in rated}
    rows = [(row, choices.get(row.person_id, "")) for row in rated]
    page = {"evaluation": code.evaluation, "rows": rows, "grades": GRADES, "step": "ballot"}
    if act == "check":
        try:
            actions.check_choices(code.evaluation, choices)
        except Refusal as refusal:
            return {**page, "refused": refusal.sentence}
        return {**page, "step": "check", "blank": sum(not grade for _row, grade in rows)}
    return page
