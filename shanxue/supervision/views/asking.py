"""What is done about duties that were picked on the board: remind, ask for an explanation, put on the agenda."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power
from shanxue.plans.rules.settling import Settled

from ..actions.agenda import put_findings_on_agenda, put_on_agenda, withdraw_point
from ..actions.reminding import Reminded, ask_explanation, remind
from ..forms.duties import QuestionForm
from ..queries.agenda import find_point, list_nameable, list_shown_points
from ..queries.duties import list_led_duties
from ..queries.inspecting import list_picked_findings
from ..rules.agenda import SOMEBODY, may_be_named, write_point, write_title

TIME_TO_ANSWER = timedelta(days=7)


def _pick(request: HttpRequest, actor: Actor) -> list[Settled]:
    """The duties that were picked: by their own keys, or all of the units ticked, as far as the filter showed them."""
    asked = request.POST if request.method == "POST" else request.GET
    keys = asked.getlist("duty")
    units = [int(value) for value in asked.getlist("unit") if value.isdecimal()]
    found = list_led_duties(actor, actor.on, units=units, keys=keys) if keys or units else []
    if not found:
        raise Refusal("nothing_ticked", _("还没有选支部。请在名称前打勾，或者点“全选”。"))
    return [one for one in found if one.light == Light.LATE] if asked.get("show") == "late" else found


def _has_picked(request: HttpRequest) -> bool:
    """Whether something was picked, or is being sent: an address opened by itself leads back to the board."""
    return request.method == "POST" or "duty" in request.GET or "unit" in request.GET


def _return(request: HttpRequest, key: str) -> HttpResponse:
    """Back to where the duties were picked: the one duty, or the board with its filter."""
    if key:
        return redirect("supervision:duty", key)
    return redirect(
        reverse("supervision:duties") + f"?show={'late' if request.POST.get('show') == 'late' else 'action'}"
    )


@login_required
@require_POST
def send_reminders(request: HttpRequest) -> HttpResponse:
    """Remind the units that were ticked of all they have open, or of one duty."""
    actor = demand_actor(request)
    demand_power(actor.leads)
    assert actor.bureau is not None
    done = remind(actor.bureau, _pick(request, actor), actor=str(actor.user), at=timezone.now())
    messages.success(request, _tell(done, _("已提醒 %(subjects)d 个，共 %(made)d 项。"), _("没有新的提醒。")))
    return _return(request, request.POST.get("duty", ""))


def _tell(done: Reminded, made: str, none: str) -> str:
    text = made % {"subjects": done.subjects, "made": done.made} if done.made else none
    if done.standing:
        text += _("另有 %(count)d 项提醒过、还没有回复，没有重复提醒。") % {"count": done.standing}
    return text


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """要求说明: first the duties that were picked with the day, then it is asked."""
    actor = demand_actor(request)
    demand_power(actor.leads)
    assert actor.bureau is not None
    if not _has_picked(request):
        return redirect("supervision:duties")
    duties = [one for one in _pick(request, actor) if one.asks]
    if not duties:
        raise Refusal("nothing_open", _("所选的没有临近或逾期的任务，不用说明。"))
    sent = request.method == "POST" and "confirm" in request.POST
    form = QuestionForm(request.POST if sent else None, initial={"until_on": actor.on + TIME_TO_ANSWER})
    if sent and form.is_valid():
        try:
            done = ask_explanation(
                actor.bureau, duties, until_on=form.cleaned_data["until_on"], text=form.cleaned_data["text"],
                actor=str(actor.user), at=timezone.now(), today=actor.on,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error("until_on", refusal.sentence)
        else:
            words = _("已要求 %(subjects)d 个说明，共 %(made)d 项，对方在待办里看得到。")
            messages.success(request, _tell(done, words, _("没有新的要求。")))
            return _return(request, duties[0].duty.key if len(duties) == 1 else "")
    page = {"duties": duties, "form": form}
    return render(request, "supervision/ask.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_points(request: HttpRequest) -> HttpResponse:
    """列入通报: first every sentence as it would be named (核对), then they are put on the agenda."""
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    if not _has_picked(request):
        return redirect("supervision:duties")
    duties = [one for one in _pick(request, actor) if may_be_named(one)]
    if request.method == "POST" and "confirm" in request.POST:
        return _say_put(request, put_on_agenda(actor, duties, at=timezone.now()))
    if not duties:
        raise Refusal("nothing_late", _("所选的没有逾期的任务，没有要列入通报的。还没有到期的，先提醒。"))
    points: list[dict[str, Any]] = [
        {"name": "duty", "value": one.duty.key, "sentence": write_point(one), "title": write_title(one),
         "href": reverse("supervision:duty", args=[one.duty.key])}
        for one in duties
    ]  # fmt: skip
    page = {"points": points, "back": reverse("supervision:duties"), "origin": _("任务看板")}
    return render(request, "supervision/add_points.html", page)


def _say_put(request: HttpRequest, made: int) -> HttpResponse:
    words = _("已列入 %(count)d 条，起草下一期通报时会用到。") % {"count": made}
    messages.success(request, words if made else _("这几条已经在列，没有重复列入。"))
    return redirect("supervision:agenda")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_found_points(request: HttpRequest) -> HttpResponse:
    """列入通报 from an inspection or a finding: every sentence first (核对), then they are put on the agenda."""
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    assert actor.bureau is not None
    asked = request.POST if request.method == "POST" else request.GET
    inspection = asked.get("inspection", "")
    keys = [int(value) for value in asked.getlist("finding") if value.isdecimal()]
    findings = list_picked_findings(actor, keys, int(inspection) if inspection.isdecimal() else None)
    if request.method == "POST" and "confirm" in request.POST:
        return _say_put(request, put_findings_on_agenda(actor, findings, at=timezone.now()))
    if not keys and not inspection:
        return redirect("supervision:findings")
    points: list[dict[str, Any]] = [
        {"name": "finding", "value": one.finding.pk, "sentence": one.sentence, "title": one.title,
         "href": reverse("supervision:finding", args=[one.finding.pk]), "hides": SOMEBODY in one.sentence}
        for one in list_nameable(actor.bureau, findings, actor.on)
    ]  # fmt: skip
    if not points:
        raise Refusal("nothing_to_name", _("没有要列入通报的问题：按期改好的、撤回的和本单位自查发现的都不列。"))
    page = {
        "points": points, "back": reverse("supervision:findings"), "origin": _("问题整改台账"),
        "hides": any(one["hides"] for one in points),
    }  # fmt: skip
    return render(request, "supervision/add_points.html", page)


@login_required
@require_safe
def show_agenda(request: HttpRequest) -> HttpResponse:
    """What waits for the next bulletin, and what became of earlier points."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    waiting, settled = list_shown_points(actor)
    return render(request, "supervision/agenda.html", {"waiting": waiting, "settled": settled})


@login_required
@require_POST
def withdraw(request: HttpRequest, point_id: int) -> HttpResponse:
    actor = demand_actor(request)
    point = find_point(actor, point_id)
    withdraw_point(actor, point, at=timezone.now())
    messages.success(request, _("已撤回“%(title)s”。") % {"title": point.title})
    return redirect("supervision:agenda")
