"""支部核对: the office's overview, a secretary's page of their own people, an objection and its answer."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import demand_power, is_under, list_led
from shanxue.orgs.rules import Line

from ..actions.checking import answer_objection, confirm_results, object_to_line
from ..actions.steps import keeps_whole
from ..evidence import describe_records
from ..forms.proceedings import AnswerForm, ObjectionForm
from ..models import Result
from ..queries import proceedings as queries
from ..queries.results import list_rows, read_version
from ..readings import record_reading, record_readings
from ..rules.pages import list_components
from ..rules.proceedings import Step
from ..rules.wording import describe_gate, find_item
from ..runs import list_evidence

METHODS = ["GET", "HEAD", "POST"]
RECORDS_SHOWN = 100


@login_required
@require_safe
def list_checks(request: HttpRequest, proceeding_id: int) -> HttpResponse:
    """Every unit with how far its check is; objections that wait for an answer."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    proceeding = queries.find_proceeding(actor, proceeding_id)
    rows = queries.list_branch_rows(actor, proceeding)
    page = {
        "proceeding": proceeding, "rows": rows, "silent": [row for row in rows if row.silent],
        "undone": [row for row in rows if not row.is_done],
        "unkept": [row for row in rows if not row.kept and not row.is_done],
        "objections": queries.list_objections(actor, proceeding),
        "keeps": keeps_whole(actor), "checking": proceeding.stage == Step.CHECK,
    }  # fmt: skip
    return render(request, "assessment/checks.html", page)


@login_required
@require_http_methods(METHODS)
def check_branch(request: HttpRequest, proceeding_id: int, unit_id: int) -> HttpResponse:
    """A unit's own result and its people, each with every component; one press confirms one of them or all."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    proceeding = queries.find_proceeding(actor, proceeding_id)
    unit = queries.find_checked_unit(actor, unit_id)
    if request.method == "POST":
        key = request.POST.get("result", "")
        chosen = None if key == "all" else {int(key)} if key.isascii() and key.isdigit() and len(key) < 18 else set()
        try:
            reason = request.POST.get("reason", "")
            count = confirm_results(actor, proceeding, unit, chosen, reason=reason, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("已确认 %(count)d 份结果。") % {"count": count})
        return redirect("assessment:check", proceeding.pk, unit.pk)
    results = queries.list_checked(proceeding, unit)
    record_readings(actor, results, at=timezone.now())
    shown = queries.list_shown_of(proceeding)
    rows = [(one, list_rows(one, [row for row in results if row.run_id == one.run.pk])) for one in shown]
    own_first = sorted(rows, key=lambda group: group[0].scheme.subject == "person")
    waiting = [row for row in results if not hasattr(row, "confirmation")]
    checking = proceeding.stage == Step.CHECK
    kept = is_under(unit, list_led(unit.bureau_id, actor.on))
    page = {
        "proceeding": proceeding, "unit": unit, "groups": [(one, found) for one, found in own_first if found],
        "speaks": queries.is_checker(actor, unit) and checking, "waiting": bool(waiting), "found": bool(results),
        "stands_in": keeps_whole(actor) and checking and not kept and bool(waiting),
        "reads_bureau": actor.reads_bureau,
        "disputed": {row.pk for row in results if any(one.answered_at is None for one in row.objections.all())},
        "people": sum(row.person_id is not None for row in results),
        "people_waiting": sum(row.person_id is not None for row in waiting),
        "own_waiting": any(row.unit_id is not None for row in waiting), "is_branch": unit.line == Line.PARTY,
    }  # fmt: skip
    return render(request, "assessment/check.html", page)


@login_required
@require_http_methods(METHODS)
def object_line(request: HttpRequest, proceeding_id: int, unit_id: int, result_id: int) -> HttpResponse:
    """Every line of one result with its arithmetic; a sentence objects to one of them."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    proceeding = queries.find_proceeding(actor, proceeding_id)
    unit = queries.find_checked_unit(actor, unit_id)
    found = [row for row in queries.list_checked(proceeding, unit) if row.pk == result_id]
    if not found:
        raise refuse_missing("这份成绩")
    result: Result = found[0]
    scheme = read_version(result.run.scheme)
    item = request.POST.get("item", "")
    form = ObjectionForm(request.POST if item else None)
    if request.method == "POST" and item and form.is_valid():
        sentence = form.cleaned_data["sentence"]
        try:
            object_to_line(actor, proceeding, unit, result.pk, item, sentence, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("异议已提出，等学习办公室答复。"))
            return redirect("assessment:check", proceeding.pk, unit.pk)
    record_reading(actor, result, at=timezone.now())
    lines = list(result.lines.order_by("pk"))
    page = {
        "proceeding": proceeding, "unit": unit, "result": result, "scheme": scheme, "form": form, "item": item,
        "components": list_components(scheme, lines), "objections": list(result.objections.order_by("at")),
        "gates": [describe_gate(scheme, gate) for gate in scheme.gates if gate.code in result.gates],
        "speaks": queries.is_checker(actor, unit) and proceeding.stage == Step.CHECK,
        "items": [(line.item, one.title) for line in lines if (one := find_item(scheme, line.item))],
    }  # fmt: skip
    return render(request, "assessment/object.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(METHODS)
def answer_branch(request: HttpRequest, objection_id: int) -> HttpResponse:
    """One objection with the line's records; the office answers it."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    objection = queries.find_objection(actor, objection_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        agreed = request.POST.get("act") == "agree"
        try:
            answer_objection(actor, objection, agreed=agreed, answer=form.cleaned_data["answer"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已答复，支部可以看到。"))
            return redirect("assessment:checks", objection.proceeding_id)
    record_reading(actor, objection.result, at=timezone.now())
    scheme = read_version(objection.result.run.scheme)
    line, of_unit = objection.result.lines.get(item=objection.item), objection.result.unit_id is not None
    records = describe_records(list_evidence(objection.result, objection.item), of_unit=of_unit)
    page = {
        "objection": objection, "form": form, "scheme": scheme, "item": find_item(scheme, objection.item),
        "result": objection.result, "line": list_components(scheme, [line])[0].lines[0],
        "records": Paginator(records, RECORDS_SHOWN).get_page(1),
        "may": keeps_whole(actor) and objection.answered_at is None,
        "unit": objection.result.unit or objection.result.home,
    }  # fmt: skip
    return render(request, "assessment/objection.html", page, status=400 if form.errors else 200)
