"""A2 and A3: how a record came to be, doubts about it, and taking records away."""

from __future__ import annotations

import hashlib
from calendar import monthrange
from datetime import date, timedelta
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.assessment.models import Result
from shanxue.assessment.readings import record_reading as record_result
from shanxue.assessment.readings import record_readings as record_results
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actions.people import record_reading
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor, demand_power, find_unit, is_leading, order_units, scope_units

from ..actions.evidence import answer_doubt, export_evidence, list_people, mark_doubt
from ..chains import Chain, find_chain
from ..chains.effects import find_use, list_touched, list_uses
from ..chains.sessions import find_session, list_marks, list_refs
from ..forms.evidence import AnswerForm, DoubtForm, PurposeForm
from ..inspecting import find_doubt, list_doubts_of, list_exports, list_sessions, read_chains, scope_doubts
from ..rules.chains import NO_CHANGES, OTHER_FILE, SAME_FILE, name_way

PER_PAGE = 50
MOST_BYTES = 50_000_000


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_chain(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One record from plan to score. A file sent here is only compared with the one registered, and not kept."""
    actor = demand_actor(request)
    chain = find_chain(actor, kind, pk)
    _record_reading(actor, chain)
    compared = _compare(request, chain) if request.method == "POST" else ""
    page = {
        "chain": chain, "kind": kind, "pk": pk, "doubts": list_doubts_of(actor, chain.key), "form": DoubtForm(),
        "compared": compared, "fits": compared == SAME_FILE, "no_changes": NO_CHANGES, "way": name_way(chain.key),
        "may_take": actor.reads_bureau,
    }  # fmt: skip
    return render(request, "archive/chain.html", page)


def _record_reading(actor: Actor, chain: Chain) -> None:
    """Whoever looks at how somebody's record counts is written down, as on every page with a personal result."""
    if chain.person_id is None:
        return
    if chain.key.startswith("result-"):
        result = Result.objects.select_related("run__bureau").get(pk=int(chain.key.removeprefix("result-")))
        record_result(actor, result, at=timezone.now())
    else:
        person = Person.objects.select_related("bureau").get(pk=chain.person_id)
        record_reading(actor, person, "证据链", at=timezone.now())


@login_required
@require_safe
def show_lines(request: HttpRequest, kind: str, pk: int, run: int, item: str) -> HttpResponse:
    """Whose lines a session touched: those the actor may see, each written down as a reading."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    if kind != "session":
        raise refuse_missing("这条记录")
    session = find_session(actor, pk)
    use = find_use(list_uses(actor, session.on, list_refs(session, list_marks(session))), run, item)
    rows = list_touched(actor, use)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    record_results(actor, [row.result for row in found], at=timezone.now())
    page = {"session": session, "use": use, "found": found, "hidden": len(use.subjects) - len(rows)}
    return render(request, "archive/lines.html", page)


def _compare(request: HttpRequest, chain: Chain) -> str:
    file = request.FILES.get("file")
    if file is None or chain.origin is None:
        raise Refusal("no_file", _("请选原始文件，再点“核对”。"))
    if (file.size or 0) > MOST_BYTES:
        raise Refusal("file_too_large", _("文件超过 50 MB，不是登记时的表格。"))
    digest = hashlib.sha256()
    for block in file.chunks():
        digest.update(block)
    return SAME_FILE if digest.hexdigest() == chain.origin.sha256 else OTHER_FILE


@login_required
@require_POST
def add_doubt(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    chain = find_chain(actor, kind, pk)
    form = DoubtForm(request.POST)
    if not form.is_valid():
        raise Refusal("empty_doubt", _("请写哪里对不上，再标记疑点。"))
    mark_doubt(actor, chain, form.cleaned_data["text"], at=timezone.now())
    messages.success(request, _("已标记疑点，记录所在的单位看得到。"))
    return redirect("archive:chain", kind, pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_doubt(request: HttpRequest, pk: int) -> HttpResponse:
    """One doubt; whoever writes for its unit explains it."""
    actor = demand_actor(request)
    doubt = find_doubt(actor, pk)
    may_answer = doubt.unit is not None and is_leading(actor, doubt.unit) and doubt.answered_at is None
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer_doubt(actor, doubt, form.cleaned_data["answer"], at=timezone.now())
        messages.success(request, _("已说明，写在这条记录的证据链里。"))
        return redirect("archive:doubt", pk)
    kind, _dash, number = doubt.record.rpartition("-")
    page = {"doubt": doubt, "kind": kind, "number": number, "form": form if may_answer else None}
    return render(request, "archive/doubt.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def list_doubts(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    found = Paginator(scope_doubts(actor), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "archive/doubts.html", {"found": found})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_evidence(request: HttpRequest) -> HttpResponse:
    """选中 → 填用途 → 生成: sessions of a month to choose from, and records brought here from their chains."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    form = PurposeForm(request.POST or None)
    chosen = (request.POST if request.method == "POST" else request.GET).getlist("record")
    if request.method == "POST" and form.is_valid():
        chains = read_chains(actor, chosen)
        try:
            return _send(actor, chains, form.cleaned_data["purpose"].strip())
        except Refusal as refusal:
            form.add_error("purpose" if refusal.code == "no_purpose" else None, refusal.sentence)
    unit, month = _read_filter(request, actor)
    sessions = list_sessions(actor, unit=unit, from_on=month, until_on=_end(month))[:200]
    listed = {f"session-{one.pk}" for one in sessions}
    brought = read_chains(actor, [key for key in chosen if key not in listed])
    rows = [(one, f"session-{one.pk}") for one in sessions]
    page = {
        "form": form, "sessions": rows, "chosen": set(chosen), "brought": brought, "unit": unit, "month": month,
        "units": order_units(scope_units(actor)),
        "count": len(list_people(read_chains(actor, chosen))) if chosen else 0,
    }  # fmt: skip
    return render(request, "archive/take.html", page, status=400 if form.errors else 200)


def _send(actor: Actor, chains: list[Chain], purpose: str) -> HttpResponse:
    made, body = export_evidence(actor, chains, purpose, at=timezone.now())
    answer = HttpResponse(body, content_type="application/zip")
    name = _("取证包%(number)s.zip") % {"number": f"{timezone.localtime(made.at):%Y%m%d%H%M}"}
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _read_filter(request: HttpRequest, actor: Actor) -> tuple[Unit | None, date]:
    data = request.POST if request.method == "POST" else request.GET
    text, unit = data.get("month", ""), data.get("unit", "")
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        month = actor.on.replace(day=1)
    return find_unit(actor, int(unit)) if unit.isdecimal() else None, month


def _end(month: date) -> date:
    return month + timedelta(days=monthrange(month.year, month.month)[1])


@login_required
@require_safe
def show_exports(request: HttpRequest) -> HttpResponse:
    """Who took records of the actor's units away, when and for what."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    found = Paginator(list_exports(actor), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "archive/exports.html", {"found": found, "may_take": actor.reads_bureau})
