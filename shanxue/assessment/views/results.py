"""Pages of results. Each reads who asks, makes its scoped reads, and shows them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Person, Unit
from shanxue.orgs.queries import Actor, demand_power, find_person, find_unit, scope_units
from shanxue.orgs.queries import search_people as find_people
from shanxue.orgs.rules import Line, UnitKind
from shanxue.plans.queries.workdays import read_calendar

from ..actions.appeals import decide_appeal, file_appeal, withdraw_appeal
from ..actions.binding import record_list_reading
from ..actions.steps import keeps_whole
from ..boards import build_board, describe_board, list_people
from ..evidence import describe_records
from ..forms.results import AppealForm, DecisionForm, SearchForm, TrialForm
from ..models import Result
from ..namelists import build_lists
from ..queries import results as queries
from ..queries.binding import list_list_readings, list_own
from ..queries.proceedings import find_answer_day, find_pinned, scale_amendments, write_standing
from ..queries.results import Shown
from ..readings import record_reading, record_readings
from ..rules.appeals import AppealState
from ..rules.pages import EMPTY, find_next_grade, find_reached_grade, list_components, scale_points
from ..rules.scheme import SubjectKind
from ..rules.wording import describe_gate, describe_scheme, find_item
from ..runs import gather_evidence, list_evidence
from ..trials import compare_schemes

RECORDS_PER_PAGE = 100
MOST_FOUND = 50
LISTED_KINDS = (UnitKind.BRANCH, UnitKind.GENERAL_BRANCH, UnitKind.GROUP, UnitKind.DEPARTMENT)


@login_required
@require_safe
def show_mine(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_own)
    assert actor.person is not None
    return _show_person(request, actor, actor.person)


@login_required
@require_safe
def show_person(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = demand_actor(request)
    shown = queries.pick_shown(queries.list_shown(actor.bureau, "person"), request.GET.get("scheme", ""))
    result = queries.find_result_of(actor, shown, person_id=person_id) if shown else None
    person = result.person if result else find_person(actor, person_id)
    assert person is not None
    return _show_person(request, actor, person)


def _show_person(request: HttpRequest, actor: Actor, person: Person) -> HttpResponse:
    found = queries.list_shown(actor.bureau, "person")
    shown = queries.pick_shown(found, request.GET.get("scheme", ""))
    result = queries.find_result_of(actor, shown, person_id=person.pk) if shown else None
    page: dict[str, Any] = {
        "person": person,
        "found": found,
        "shown": shown,
        "result": result,
        "own": actor.person is not None and person.pk == actor.person.pk,
    }
    if shown and result:
        record_reading(actor, result, at=timezone.now())
        page |= _describe_result(shown, result)
        page["readings"] = queries.list_readings(result)
        page["may_amend"] = keeps_whole(actor) and not page["own"] and page["settled"]
        home = result.home if not page["own"] else None
        page["reads_home"] = home is not None and scope_units(actor).filter(pk=home.pk).exists()
        page["named"] = list_own(shown, result)
        page["list_readings"] = list_list_readings(person, shown.run.pk)[:20]
        page["department"] = queries.find_department(person, shown.last_on)
        page["appeals"] = [
            (appeal, find_item(shown.scheme, appeal.item))
            for appeal in queries.list_appeals_of(person, shown.scheme.code)
        ]
        traits = {
            "status": person.party_status,
            "staff_state": person.staff_state,
            "rank_class": person.rank_class,
        }
        page["next"] = find_next_grade(shown.scheme, result.total_points, traits)
        page["reached"] = find_reached_grade(shown.scheme, result.total_points, traits)
    return render(request, "assessment/person.html", page)


def _describe_result(shown: Shown, result: Result) -> dict[str, Any]:
    scheme, proceeding = shown.scheme, find_pinned(shown.run)
    return {
        "components": list_components(scheme, queries.list_lines(result)),
        "gates": [describe_gate(scheme, gate) for gate in scheme.gates if gate.code in result.gates],
        "version": queries.count_versions(shown.run),
        "base_points": scale_points(scheme, scheme.base),
        "counts_of": gather_evidence(result).count_rows(),
        "standing": write_standing(proceeding),
        "settled": proceeding is not None and proceeding.settled_at is not None,
        "amendments": scale_amendments(result.amendments.select_related("result__run__scheme").order_by("at", "pk")),
    }


@login_required
@require_safe
def show_records(request: HttpRequest, result_id: int, item: str) -> HttpResponse:
    """Show the very records behind one line: a page, or a fragment under the line when htmx asks."""
    actor = demand_actor(request)
    result = queries.find_result(actor, result_id)
    scheme = queries.read_version(result.run.scheme)
    found = find_item(scheme, item)
    line = result.lines.filter(item=item).first()
    if found is None or line is None:
        raise refuse_missing("这一项")
    record_reading(actor, result, at=timezone.now())
    records = describe_records(list_evidence(result, item), of_unit=result.unit_id is not None)
    page = {
        "result": result,
        "scheme": scheme,
        "item": found,
        "line": list_components(scheme, [line])[0].lines[0],
        "records": Paginator(records, RECORDS_PER_PAGE).get_page(request.GET.get("page")),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "assessment/records_table.html" if fragment else "assessment/records.html", page)


@login_required
@require_safe
def search_people(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    people = find_people(actor, words, MOST_FOUND + 1) if words else []
    shown = queries.pick_shown(queries.list_shown(actor.bureau, "person"), "")
    homes = queries.map_homes(actor, shown, people) if shown else {}
    page = {
        "form": form,
        "words": words,
        "rows": [(person, homes.get(person.pk)) for person in people[:MOST_FOUND]],
        "more": len(people) > MOST_FOUND,
        "most": MOST_FOUND,
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "assessment/people_table.html" if fragment else "assessment/people.html", page)


@login_required
@require_safe
def show_board(request: HttpRequest) -> HttpResponse:
    """All branches (or departments) at once, those who need a hand first."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    line: SubjectKind = "department" if request.GET.get("line") == "department" else "branch"
    board = build_board(actor, line, only_needing=request.GET.get("only") == "needs")
    page = {
        "board": board,
        "line": line,
        "rows": [(row, list_people(board, row)) for row in board.rows],
        "sentence": describe_board(board, _("部门") if line == "department" else _("支部")),
        "empty_state": EMPTY,
    }
    return render(request, "assessment/board.html", page)


@login_required
@require_safe
def show_unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    unit = find_unit(actor, unit_id)
    found = queries.list_shown(actor.bureau)
    subject = "branch" if unit.line == Line.PARTY else "department"
    own = queries.pick_shown([one for one in found if one.scheme.subject == subject], "")
    people = queries.pick_shown([one for one in found if one.scheme.subject == "person"], "")
    result = queries.find_result_of(actor, own, unit_id=unit.pk) if own else None
    page: dict[str, Any] = {"unit": unit, "shown": own, "people": people, "result": result}
    page["children"] = list(scope_units(actor).filter(parent=unit).order_by("code"))
    if own and result:
        page |= _describe_result(own, result)
        page["next"] = find_next_grade(own.scheme, result.total_points, {"unit_kind": unit.kind})
    if people and unit.kind in LISTED_KINDS:
        page |= _describe_members(actor, people, unit)
    return render(request, "assessment/unit.html", page)


def _describe_members(actor: Actor, people: Shown, unit: Unit) -> dict[str, Any]:
    members = queries.list_members(actor, people, unit)
    record_readings(actor, [row.result for row in members], at=timezone.now())
    return {"members": members, "counts": queries.count_grades(people.scheme, (row.result for row in members))}


@login_required
@require_safe
def show_lists(request: HttpRequest) -> HttpResponse:
    """优秀名单, those whom a clause stops, and the reference lists (D8, D9)."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    found = queries.list_shown(actor.bureau, "person")
    shown = queries.demand_shown(queries.pick_shown(found, request.GET.get("scheme", "")))
    lists = build_lists(actor, shown)
    people = [one.result.person_id for listed in lists for one in listed.people if one.result.person_id]
    record_list_reading(actor, shown, people, at=timezone.now())
    page = {"found": found, "shown": shown, "lists": lists}
    return render(request, "assessment/lists.html", page)


@login_required
@require_safe
def list_schemes(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    found = queries.list_shown(actor.bureau)
    if len(found) == 1:
        return redirect("assessment:scheme", found[0].scheme.code)
    return render(request, "assessment/schemes.html", {"found": found})


@login_required
@require_safe
def show_scheme(request: HttpRequest, code: str) -> HttpResponse:
    """The scheme as numbered clauses, each with how many it concerns. It names nobody, so everybody may read it."""
    actor = demand_actor(request)
    shown = queries.demand_shown(queries.pick_shown(queries.list_shown(actor.bureau), code))
    reach = queries.measure_reach(shown.run)
    page = {
        "shown": shown,
        "version": queries.count_versions(shown.run),
        "clauses": queries.join_reach(shown.scheme, describe_scheme(shown.scheme), reach),
    }
    return render(request, "assessment/scheme.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def try_changes(request: HttpRequest, code: str) -> HttpResponse:
    """试算: turn numbers of the scheme and see who moves. Nothing is saved."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    shown = queries.demand_shown(queries.pick_shown(queries.list_shown(actor.bureau), code))
    form = TrialForm(shown.scheme, request.POST or None)
    page: dict[str, Any] = {"shown": shown, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            page["trial"] = trial = compare_schemes(actor, shown, form.wishes)
            if shown.scheme.subject == "person":
                moved = [one.subject.pk for one in trial.movers]
                record_readings(actor, Result.objects.filter(run=shown.run, person__in=moved), at=timezone.now())
        except Refusal as refusal:  # shown above the fields, so that nothing typed is lost
            form.add_error(None, refusal.sentence)
    return render(request, "assessment/trial.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal_line(request: HttpRequest, result_id: int, item: str) -> HttpResponse:
    """申诉: one sentence about one line of one's own result (ux M6)."""
    actor = demand_actor(request)
    result = queries.find_result(actor, result_id)
    demand_power(actor.person is not None and result.person_id == actor.person.pk)
    scheme = queries.read_version(result.run.scheme)
    found, line = find_item(scheme, item), result.lines.filter(item=item).first()
    if found is None or line is None:
        raise refuse_missing("这一项")
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            file_appeal(actor, result, item, form.cleaned_data["sentence"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("申诉已提交。学习办公室会由另一位同志复核，答复写在这一页上。"))
            return redirect(f"{reverse('assessment:mine')}?scheme={quote(scheme.code)}")
    records = describe_records(list_evidence(result, item), of_unit=False)
    page = {
        "form": form,
        "result": result,
        "scheme": scheme,
        "item": found,
        "line": list_components(scheme, [line])[0].lines[0],
        "records": Paginator(records, RECORDS_PER_PAGE).get_page(1),
    }
    return render(request, "assessment/appeal.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def list_appeals(request: HttpRequest) -> HttpResponse:
    """Appeals across branches, the longest waiting first."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    state = next((one for one in AppealState if one == request.GET.get("state")), AppealState.ASKED)
    assert actor.bureau is not None
    calendar = read_calendar(actor.bureau)
    rows = [
        (one, find_item(queries.read_version(one.result.run.scheme), one.item), find_answer_day(one, calendar))
        for one in queries.list_appeals(actor, state)
    ]
    page = {
        "rows": rows, "state": state, "states": list(AppealState), "waiting": state == AppealState.ASKED,
        "today": actor.on,
    }  # fmt: skip
    return render(request, "assessment/appeals.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer_appeal(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """Read one appeal with its records; the office answers it, the person may withdraw it."""
    actor = demand_actor(request)
    appeal = queries.find_appeal(actor, appeal_id)
    own = actor.person is not None and appeal.result.person_id == actor.person.pk
    demand_power(own or actor.reads_bureau)
    act = request.POST.get("act", "")
    form = DecisionForm(request.POST if request.method == "POST" and act != "withdraw" else None)
    if request.method == "POST":
        try:
            if act == "withdraw":
                withdraw_appeal(actor, appeal_id, at=timezone.now())
                messages.success(request, _("申诉已撤回。"))
                return redirect("assessment:mine")
            if form.is_valid():
                decision = form.cleaned_data["decision"]
                decide_appeal(actor, appeal_id, upheld=act == "uphold", decision=decision, at=timezone.now())
                messages.success(request, _("已答复，本人可以看到。"))
                return redirect("assessment:appeals")
        except Refusal as refusal:
            form.add_error(None, refusal.sentence) if form.is_bound else messages.error(request, refusal.sentence)
    record_reading(actor, appeal.result, at=timezone.now())
    scheme = queries.read_version(appeal.result.run.scheme)
    line = appeal.result.lines.get(item=appeal.item)
    answer_on = find_answer_day(appeal, read_calendar(appeal.result.run.bureau))
    page = {
        "appeal": appeal,
        "own": own,
        "form": form,
        "scheme": scheme,
        "item": find_item(scheme, appeal.item),
        "line": list_components(scheme, [line])[0].lines[0],
        "open": appeal.state == AppealState.ASKED,
        "answer_on": answer_on,
    }
    return render(request, "assessment/appeal_answer.html", page, status=400 if form.errors else 200)
