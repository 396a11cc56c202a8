"""Pages on which results bind: stopped proposals (D8), and files for personnel, 绩效 and the lists (D3, D7, D9)."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power

from ..actions.binding import decide_apart, find_blocked, record_list_reading, tell_personnel
from ..binding_documents import XLSX, describe_lacking, write_blocked, write_departments, write_lists
from ..forms.binding import DecisionApartForm
from ..namelists import build_lists
from ..queries import binding as queries
from ..queries.results import Shown, demand_shown, list_shown, pick_shown
from ..readings import record_reading
from ..rules.scheme import SubjectKind


def _demand_shown(request: HttpRequest, actor: Actor, subject: SubjectKind = "person") -> Shown:
    demand_power(actor.reads_bureau)
    return demand_shown(pick_shown(list_shown(actor.bureau, subject), request.GET.get("scheme", "")))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_binding(request: HttpRequest) -> HttpResponse:
    """Every proposed grade that a clause does not allow; the office ticks off those it told personnel of."""
    actor = demand_actor(request)
    shown = _demand_shown(request, actor)
    here = f"{reverse('assessment:binding')}?scheme={quote(shown.scheme.code)}"
    if request.method == "POST":
        chosen = [int(one) for one in request.POST.getlist("result") if one.isdecimal()]
        try:
            count = tell_personnel(actor, shown, chosen, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("已登记 %(count)s 人：已告知人事处。") % {"count": count})
        return redirect(here)
    blocked = queries.list_blocked(actor, shown)
    _keep_reading(actor, shown, (one.result.person_id for one in blocked))
    rows = [(one, describe_lacking(one.lacking, shown.scheme.scale)) for one in blocked]
    page = {
        "found": list_shown(actor.bureau, "person"),
        "shown": shown,
        "rows": [row for row in rows if row[0].decided is None],
        "apart": [row for row in rows if row[0].decided is not None],
        "sentences": dict.fromkeys((one.gate.clause, one.gate.sentence) for one in blocked),
        "untold": sum(one.told is None and one.decided is None for one in blocked),
        "departments": pick_shown(list_shown(actor.bureau, "department"), ""),
    }
    return render(request, "assessment/binding.html", page)


def _keep_reading(actor: Actor, shown: Shown, people: object) -> None:
    found = [one for one in people if one is not None]  # type: ignore[attr-defined]
    record_list_reading(actor, shown, found, at=timezone.now())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide_blocked(request: HttpRequest, result_id: int, code: str) -> HttpResponse:
    """另行研究: who approved, where and why. It changes no grade."""
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    shown = _demand_shown(request, actor)
    row = find_blocked(actor, shown, result_id, code)
    record_reading(actor, row.result, at=timezone.now())
    form = DecisionApartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decide_apart(actor, shown, result_id, code, at=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已登记，单独列出。学习考核的等次和条款都没有改动。"))
            return redirect(f"{reverse('assessment:binding')}?scheme={quote(shown.scheme.code)}")
    page = {"form": form, "row": row, "shown": shown}
    return render(request, "assessment/binding_decide.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def export_blocked(request: HttpRequest) -> HttpResponse:
    """The stopped proposals as a workbook for the personnel office (D8)."""
    actor = demand_actor(request)
    shown = _demand_shown(request, actor)
    blocked = queries.list_blocked(actor, shown)
    _keep_reading(actor, shown, (one.result.person_id for one in blocked))
    return _send(write_blocked(shown, blocked), f"{shown.last_on.year}年度受条款限制的拟定等次.xlsx")


@login_required
@require_safe
def export_departments(request: HttpRequest) -> HttpResponse:
    """Department results for 部门绩效 (D3)."""
    actor = demand_actor(request)
    shown = _demand_shown(request, actor, "department")
    rows = queries.list_departments(actor, shown)
    return _send(write_departments(shown, rows), f"{shown.last_on.year}年度部门学习考核结果.xlsx")


@login_required
@require_safe
def export_lists(request: HttpRequest) -> HttpResponse:
    """The lists of names with their reasons (D7, D9)."""
    actor = demand_actor(request)
    shown = _demand_shown(request, actor)
    lists = build_lists(actor, shown)
    _keep_reading(actor, shown, (one.result.person_id for listed in lists for one in listed.people))
    return _send(write_lists(shown, lists), f"{shown.last_on.year}年度学习考核名单.xlsx")


def _send(body: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Cache-Control"] = "no-store"
    return answer
