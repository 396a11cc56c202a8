"""M3: asking for leave or explaining an absence; and the page on which it is answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.days import name_day
from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power

from ..actions.leave import Request, ask_leave, decide_leave, demand_row, withdraw_leave
from ..forms.leave import LeaveForm
from ..models import Attendance, Leave, Session
from ..queries.arranging import find_session
from ..queries.leave import (
    count_granted,
    find_conflicts,
    find_leave,
    is_over,
    list_answered,
    list_open_rows,
    list_own,
    list_waiting,
    name_decider,
)
from ..rules import LeaveReason, LeaveState, MakeUpForm
from ..rules.leave import find_reply_day

ANSWERED_SHOWN = 20
OWN_SHOWN = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, session_id: int) -> HttpResponse:
    actor = demand_actor(request)
    session = find_session(actor, session_id)
    row = demand_row(actor, session)
    assert actor.person is not None
    leave = find_leave(actor.person, session)
    if request.method != "POST" and leave is not None and leave.state in (LeaveState.ASKED, LeaveState.GRANTED):
        return redirect("activities:session", session.pk)
    at = timezone.now()
    form = LeaveForm(request.POST if request.method == "POST" else None, initial={"make_up": ""})
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_leave(actor, session, _read_request(form, request), at=at)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _describe_asked(actor, asked, row, at))
            return redirect("activities:session", session.pk)
    return _show_leave(request, actor, session, row, form, at)


def _read_request(form: LeaveForm, request: HttpRequest) -> Request:
    given = form.cleaned_data
    return Request(
        LeaveReason(given["reason"]), given["text"], MakeUpForm(given["make_up"]) if given["make_up"] else None,
        as_explanation=request.POST.get("as_explanation") == "1",
    )  # fmt: skip


def _show_leave(
    request: HttpRequest, actor: Actor, session: Session, row: Attendance, form: LeaveForm, at: datetime
) -> HttpResponse:
    over = is_over(session, at)
    assert actor.person is not None
    page: dict[str, Any] = {
        "session": session, "form": form, "over": over, "row": row,
        "decider": name_decider(row.unit, actor.person, actor.on),
        "reply": _write_reply_day(find_reply_day(session.on, over, actor.on), actor.on),
    }  # fmt: skip
    return render(request, "activities/leave.html", page, status=400 if form.errors else 200)


def _write_reply_day(day: date, today: date) -> str:
    if day == today:
        return _("今天内")
    return _("%(day)s前") % {"day": name_day(day, today)}


def _describe_asked(actor: Actor, leave: Leave, row: Attendance, at: datetime) -> str:
    assert actor.person is not None
    day = find_reply_day(leave.session.on, leave.after_event, actor.on)
    today = timezone.localdate(at)
    words = {"who": name_decider(row.unit, actor.person, actor.on), "day": _write_reply_day(day, today)}
    if leave.after_event:
        return _("缺席说明已提交，%(who)s会在%(day)s回复。") % words
    return _("请假已提交，%(who)s会在%(day)s回复。") % words


@login_required
@require_POST
def withdraw(request: HttpRequest, session_id: int) -> HttpResponse:
    actor = demand_actor(request)
    session = find_session(actor, session_id)
    withdraw_leave(actor, session, at=timezone.now())
    messages.success(request, _("请假已撤回，这次会议仍算应到。"))
    return redirect("activities:session", session.pk)


@login_required
@require_safe
def show_own(request: HttpRequest) -> HttpResponse:
    """The sessions for which leave may be asked, and what one asked before."""
    actor = demand_actor(request)
    demand_power(actor.reads_own)
    assert actor.person is not None
    page = {"rows": list_open_rows(actor.person, actor.on), "leaves": list_own(actor.person, OWN_SHOWN)}
    return render(request, "activities/own_leaves.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest) -> HttpResponse:
    """Answer one request or several ticked ones."""
    actor = demand_actor(request)
    demand_power(actor.leads)
    refusals: list[str] = []
    if request.method == "POST":
        refusals = _decide_ticked(request, actor)
        if not refusals:
            return redirect("activities:leaves")
    waiting = list(list_waiting(actor))
    page = {
        "waiting": waiting, "times": count_granted({one.person_id for one in waiting}, actor.on.year),
        "conflicts": find_conflicts(waiting), "answered": list_answered(actor, ANSWERED_SHOWN), "refusals": refusals,
        "ticked": request.POST.getlist("leave"), "sentence": request.POST.get("sentence", ""), "year": actor.on.year,
    }  # fmt: skip
    return render(request, "activities/leaves.html", page, status=400 if refusals else 200)


def _decide_ticked(request: HttpRequest, actor: Actor) -> list[str]:
    """Answer each ticked request; returns the sentences about those that could not be answered."""
    ticked = [int(text) for text in request.POST.getlist("leave") if text.isdecimal()]
    if not ticked:
        return [_("请先选出要答复的请假。")]
    granted, refusals, done = request.POST.get("answer") == "grant", [], []
    for leave_id in ticked:
        try:
            answered = decide_leave(
                actor, leave_id, granted=granted, sentence=request.POST.get("sentence", ""), at=timezone.now()
            )
        except Refusal as refusal:
            refusals.append(refusal.sentence)
        else:
            done.append(answered.leave.person.name)
            if answered.conflict:
                messages.warning(request, answered.conflict)
    if done:
        said = _("已通过") if granted else _("已答复不同意")
        messages.success(
            request, _("%(said)s：%(names)s。本人会在会议页看到。") % {"said": said, "names": "、".join(done)}
        )
    return list(dict.fromkeys(refusals))
