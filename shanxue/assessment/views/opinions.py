"""Counting a ballot, the votes, and the 评定意见."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
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

from ..actions.ballots import record_evaluation_reading
from ..actions.opinions import Opinion, count_paper, count_urn, give_opinions
from ..forms.ballots import PaperCountForm, TellersForm, name_votes, read_choices, read_texts, read_votes
from ..models import Evaluation
from ..queries import ballots as queries
from ..rules.ballots import GRADES, MEMBERS, THIRD_CLAUSE, Means, limit_best


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def count_ballots(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    """End the vote and count: the urn by itself, paper from the tellers' sheet. It cannot be done twice."""
    actor = demand_actor(request)
    evaluation = queries.find_led_evaluation(actor, evaluation_id)
    if evaluation.means == Means.PAPER:
        return _count_paper(request, actor, evaluation)
    form = TellersForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            count_urn(actor, evaluation_id, tellers=form.cleaned_data["tellers"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已计票。"))
            return redirect("assessment:evaluation_votes", evaluation_id)
    page = {"form": form, "evaluation": evaluation, "turnout": queries.count_turnout(evaluation)}
    return render(request, "assessment/evaluation_count.html", page, status=400 if form.errors else 200)


def _count_paper(request: HttpRequest, actor: Actor, evaluation: Evaluation) -> HttpResponse:
    levels = sorted(set(evaluation.members.values_list("level", flat=True)), reverse=True)
    rated = queries.list_rated(evaluation)
    form = PaperCountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        votes, wrong = read_votes(request.POST, levels, [row.person_id for row in rated])
        if wrong:
            form.add_error(None, _("票数请填数字，没有的不用填。"))
        else:
            _try_count(form, actor, evaluation, votes)
        if not form.errors:
            messages.success(request, _("已计票。"))
            return redirect("assessment:evaluation_votes", evaluation.pk)
    page = {
        "form": form,
        "evaluation": evaluation,
        "turnout": queries.count_turnout(evaluation),
        "grades": GRADES,
        "groups": [(level, _list_fields(request.POST, evaluation, number, level, rated))
                   for number, level in enumerate(levels)],
        "several": levels != [MEMBERS],
    }  # fmt: skip
    return render(request, "assessment/evaluation_count_paper.html", page, status=400 if form.errors else 200)


def _try_count(
    form: forms.Form, actor: Actor, evaluation: Evaluation, votes: Mapping[tuple[str, int], Mapping[str, int]]
) -> None:
    try:
        count_paper(actor, evaluation.pk, votes=votes, at=timezone.now(), **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)


def _list_fields(
    posted: Mapping[str, str], evaluation: Evaluation, number: int, level: str, rated: list[Any]
) -> list[tuple[Any, list[tuple[str, str, str]]]]:
    """One row per person: name, and per grade the field with what stands in it (typed, or from a spreadsheet)."""
    imported = queries.list_imported_votes(evaluation)
    rows = []
    for row in rated:
        known = imported.get((level, row.person_id), {})
        fields = []
        for grade in GRADES:
            name = name_votes(number, row.person_id, grade)
            event = known.get(grade)
            held = "" if event is None else str((event.quantity_milli or 0) // 1000)
            fields.append((grade, name, posted.get(name, held)))
        rows.append((row, fields))
    return rows


@login_required
@require_safe
def show_votes(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    """The votes after the count, and the urn counted again. Before the count nobody sees a number."""
    actor = demand_actor(request)
    evaluation = queries.find_evaluation(actor, evaluation_id)
    demand_power(queries.reads_whole(actor, evaluation))
    standings = queries.list_standings(evaluation)
    if queries.find_own_row(actor, evaluation) is None:
        record_evaluation_reading(actor, evaluation, at=timezone.now())
    page = {
        "evaluation": evaluation,
        "standings": standings,
        "grades": GRADES,
        "groups": [level for level, _votes in standings[0].groups] if standings else [],
        "recount": queries.recount(evaluation),
        "leads": any(queries.may_decide(actor, evaluation, one.member) for one in standings),
    }
    return render(request, "assessment/evaluation_votes.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write_opinions(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    """评定意见 by person, checked on a page of its own before it is settled."""
    actor = demand_actor(request)
    evaluation = queries.find_led_evaluation(actor, evaluation_id)
    standings = queries.list_standings(evaluation)
    posted = request.POST if request.method == "POST" else {}
    opinions = _read_opinions(posted)
    refused = ""
    if request.method == "POST" and not opinions:
        refused = _("还没有给任何人选等次。")
    elif request.POST.get("act") == "settle":
        try:
            give_opinions(actor, evaluation_id, opinions, at=timezone.now())
        except Refusal as refusal:
            refused = refusal.sentence
        else:
            messages.success(request, _("评定意见已登记，本人可以看到。"))
            return redirect("assessment:evaluation", evaluation_id)
    page = _describe_opinions(actor, evaluation, standings, opinions) | {"refused": refused}
    check = request.method == "POST" and not refused and request.POST.get("act") != "edit"
    name = "assessment/evaluation_opinions_check.html" if check else "assessment/evaluation_opinions.html"
    return render(request, name, page, status=400 if refused else 200)


def _read_opinions(posted: Mapping[str, str]) -> dict[int, Opinion]:
    conduct, reasons = read_texts(posted, "conduct"), read_texts(posted, "reason")
    return {
        person: Opinion(grade, conduct.get(person, ""), reasons.get(person, ""))
        for person, grade in read_choices(posted).items()
    }


def _describe_opinions(
    actor: Actor, evaluation: Evaluation, standings: list[queries.Rated], opinions: Mapping[int, Opinion]
) -> dict[str, Any]:
    rows = [
        (one, opinions.get(one.member.person_id), queries.may_decide(actor, evaluation, one.member))
        for one in standings
    ]
    settled = [one for one in standings if one.member.grade]
    return {
        "evaluation": evaluation,
        "grades": GRADES,
        "rows": [row for row in rows if not row[0].member.grade],
        "settled": settled,
        "most_best": limit_best(len(standings)),
        "full": len(standings),
        "best_so_far": sum(one.member.grade == GRADES[0] for one in standings)
        + sum(one.grade == GRADES[0] for one in opinions.values()),
        "clause": THIRD_CLAUSE,
    }
