"""我的信息: everything held about me, who looked, the export, and requests to correct with the office's answers."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import refuse_missing
from shanxue.base.holdings import write_cell
from shanxue.web.forms import act

from . import queries
from .actions import people as actions
from .actors import demand_actor
from .documents import list_tables, write_json, write_xlsx
from .forms import AnswerForm, CorrectForm
from .holdings import gather_holdings, gather_readings, list_facts
from .models import Correction, ExemptionRequest, Person
from .queries import Actor, demand_power

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CORRECTABLE = ("姓名", "党籍状态", "人员状态", "职级类别", "出生年份", "到职日期")


def _demand_own(actor: Actor) -> Person:
    demand_power(actor.reads_own)
    assert actor.person is not None
    return actor.person


@login_required
@require_safe
def show_mine(request: HttpRequest) -> HttpResponse:
    person = _demand_own(demand_actor(request))
    page = {
        "person": person, "facts": [(name, write_cell(value)) for name, value in list_facts(person)],
        "holdings": gather_holdings(person)[1:], "readings": gather_readings(person)[:50],
        "corrections": list(person.corrections.order_by("-asked_at")), "correctable": CORRECTABLE,
    }  # fmt: skip
    return render(request, "orgs/mine.html", page)


@login_required
@require_safe
def export_mine(request: HttpRequest, ending: str) -> HttpResponse:
    """All of one's own records as a workbook or as JSON."""
    person = _demand_own(demand_actor(request))
    tables = list_tables(gather_holdings(person), gather_readings(person))
    if ending == "json":
        answer = HttpResponse(write_json(tables), content_type="application/json; charset=utf-8")
    else:
        answer = HttpResponse(write_xlsx(tables), content_type=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename=shanxue-{timezone.localdate():%Y%m%d}.{ending}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_correction(request: HttpRequest) -> HttpResponse:
    """Ask the office to correct an entry; other rooms' entries are asked about under 其他记录."""
    actor = demand_actor(request)
    person = _demand_own(actor)
    others = [holding.title for holding in gather_holdings(person)[1:] if holding.rows]
    names = [*CORRECTABLE, *others]
    form = CorrectForm(request.POST or None, names=names, initial={"what": request.GET.get("what", "")})
    if request.method == "POST" and form.is_valid():
        what, wanted = form.cleaned_data["what"], form.cleaned_data["wanted"]
        held = {name: write_cell(value) for name, value in list_facts(person)}.get(what, _("见明细"))
        if act(form, lambda: actions.ask_correction(actor, what, held, wanted, at=timezone.now())):
            messages.success(request, _("已提交。学习办公室核对后答复，结果写在这一页。"))
            return redirect("orgs:mine")
    page = {"form": form, "facts": [(name, write_cell(value)) for name, value in list_facts(person)]}
    return render(request, "orgs/correct.html", page, status=400 if form.errors else 200)


# -- the office's answers ---------------------------------------------------------------------------------------------


@login_required
@require_safe
def show_corrections(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    return _show_corrections(request, actor)


def _show_corrections(
    request: HttpRequest, actor: Actor, key: str = "", form: AnswerForm | None = None
) -> HttpResponse:
    def offer(row_key: str) -> AnswerForm:
        return form if form is not None and row_key == key else AnswerForm(prefix=row_key)

    page = {
        "corrections": [(one, offer(f"c{one.pk}")) for one in queries.list_corrections(actor)],
        "requests": [(one, offer(f"r{one.pk}")) for one in queries.list_requests(actor)],
    }
    return render(request, "orgs/corrections.html", page, status=400 if form else 200)


@login_required
@require_POST
def decide_correction(request: HttpRequest, correction_id: int) -> HttpResponse:
    actor = demand_actor(request)
    found = Correction.objects.filter(queries.scope_kept_people(actor), pk=correction_id).first()
    if found is None:
        raise refuse_missing("这份申请")
    form = AnswerForm(request.POST, prefix=f"c{found.pk}")
    done = request.POST.get("verdict") == "yes"
    if form.is_valid():
        decision = form.cleaned_data["decision"]
        if act(form, lambda: actions.decide_correction(actor, found, done=done, decision=decision, at=timezone.now())):
            messages.success(
                request, _("已答复，本人会看到。要改的内容请在个人页面上改。") if done else _("已答复，本人会看到。")
            )
            return redirect("orgs:corrections")
    return _show_corrections(request, actor, f"c{found.pk}", form)


@login_required
@require_POST
def decide_request(request: HttpRequest, request_id: int) -> HttpResponse:
    actor = demand_actor(request)
    found = ExemptionRequest.objects.filter(queries.scope_kept_people(actor), pk=request_id).first()
    if found is None:
        raise refuse_missing("这份申请")
    form = AnswerForm(request.POST, prefix=f"r{found.pk}")
    grant = request.POST.get("verdict") == "yes"
    if form.is_valid():
        decision = form.cleaned_data["decision"]
        if act(form, lambda: actions.decide_request(actor, found, grant=grant, decision=decision, at=timezone.now())):
            messages.success(request, _("已批准，免考核已登记。") if grant else _("已答复，支部书记会看到。"))
            return redirect("orgs:corrections")
    return _show_corrections(request, actor, f"r{found.pk}", form)
