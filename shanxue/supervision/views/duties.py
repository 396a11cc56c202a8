"""Pages of duties: all units at once, one unit, one person, one duty with why it is due on that day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal
from shanxue.base.lights import Light
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Grant, Person, Unit
from shanxue.orgs.queries import (
    Actor,
    demand_power,
    find_person,
    find_unit,
    is_leading,
    list_granted_units,
    list_stints,
    scope_units,
)
from shanxue.plans.rules import RemarkKind
from shanxue.plans.rules.coverage import Health, Place
from shanxue.plans.rules.settling import Settled

from ..actions.reminding import answer_reminder, speak_of
from ..forms.duties import AnswerForm, RemarkForm
from ..queries import duties as queries
from ..queries.inspecting import list_waiting_reports
from ..rules.agenda import may_be_named
from ..rules.boards import PRESSING, Board, Row, group_turns, pick_turn

DAY = timedelta(days=1)
SHOWN = ("", "action", "late", "none")


@login_required
@require_safe
def show_board(request: HttpRequest) -> HttpResponse:
    """K1: every unit × every obligation. A secretary of one branch is led to its page."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    units = list_granted_units(actor, [Grant.Power.SECRETARY])
    if not actor.reads_bureau and len(units) == 1:
        return redirect("supervision:unit", units[0].pk)
    board = queries.build_units_board(actor, actor.on)
    show = request.GET.get("show", "")
    assert actor.bureau is not None
    questions = queries.list_questions(actor.bureau)
    page = {
        "show": show if show in SHOWN else "", "sections": _list_sections(board, show), "total": len(board.rows),
        "ticked": request.GET.get("all") == "1", "counts": _name_counts(board), "may_remind": actor.leads,
        "questions": questions, "unanswered": _count_unanswered(board, questions, actor.on),
        "waiting": list_waiting_reports(actor),
    }  # fmt: skip
    return render(request, "supervision/board.html", page)


def _list_sections(board: Board, show: str) -> list[dict[str, Any]]:
    found = []
    for section in board.sections:
        rows = [row for row in section.rows if _is_shown(row, show)]
        if rows:
            found.append({"kind": section.kind, "columns": section.columns, "rows": rows})
    return found


def _is_shown(row: Row, show: str) -> bool:
    if show == "late":
        return row.light == Light.LATE
    return row.asks if show == "action" else row.has_no_record if show == "none" else True


def _count_unanswered(board: Board, questions: dict[str, date], today: date) -> dict[str, int]:
    """How many explanations are asked for on the board and not given, and how many of them past their day."""
    asked = [
        questions[cell.duty.key] for row in board.rows for cell in row.cells if cell and cell.duty.key in questions
    ]
    return {"asked": len(asked), "late": sum(day < today for day in asked)}


def _name_counts(board: Board) -> list[tuple[Light, int]]:
    order = (Light.FINE, Light.NEAR, Light.LATE, Light.PAUSED, Light.NONE)
    return [(light, board.counts[light]) for light in order]


@login_required
@require_safe
def show_unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    actor = demand_actor(request)
    unit = find_unit(actor, unit_id)
    window = queries.look_at_year(actor.on)
    lines = _list_lines(queries.list_duties(unit, actor.on, window=window), actor.on)
    members = [one for one in queries.list_members(unit, actor.on) if one.asks]
    page = {
        "unit": unit, "lines": lines, "reminders": queries.list_open_reminders(unit), "members": members,
        "may_speak": is_leading(actor, unit), "summary": _summarise(line["now"] for line in lines),
    }  # fmt: skip
    return render(request, "supervision/unit.html", page)


@login_required
@require_safe
def show_members(request: HttpRequest, unit_id: int) -> HttpResponse:
    """S6: everybody of a unit × every obligation, a shape in each cell; those who need a hand on their own."""
    actor = demand_actor(request)
    unit = find_unit(actor, unit_id)
    grid = queries.build_members_grid(unit, actor.on)
    asking = [row for row in grid.rows if row.asks]
    show = "action" if request.GET.get("show") == "action" else ""
    page = {
        "unit": unit, "show": show, "total": len(grid.rows), "asking": len(asking), "leads": is_leading(actor, unit),
        "section": {"columns": grid.columns, "rows": asking if show else grid.rows, "page": "supervision:person"},
        "may_remind": False, "ticked": False, "questions": {},
    }  # fmt: skip
    return render(request, "supervision/members.html", page)


def _list_lines(settled: list[Settled], today: date) -> list[dict[str, Any]]:
    """One entry per obligation: the turn that matters now, and this year's turns in order."""
    lines = []
    for turns in group_turns(settled).values():
        year = [turn for turn in turns if turn.duty.slot.period.until_on > date(today.year, 1, 1)]
        lines.append({"now": pick_turn(turns[-queries.RECENT :]), "turns": year or turns[-1:]})
    return sorted(lines, key=lambda line: (PRESSING[line["now"].light], line["now"].last_on, line["now"].duty.key))


def _summarise(shown: Iterable[Settled]) -> str:
    """The first line of the page: what is asked, by when."""
    asking = sorted((one for one in shown if one.light in (Light.LATE, Light.NEAR)), key=lambda one: one.last_on)
    if not asking:
        return _("现在没有要办的。")
    first = asking[0]
    words = {"count": len(asking), "title": first.duty.slot.rule.obligation.title, "state": first.sentence}
    return _("有 %(count)d 项要办，最先的是“%(title)s”：%(state)s。") % words


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
    return _show_person(request, actor, find_person(actor, person_id))


def _show_person(request: HttpRequest, actor: Actor, person: Person) -> HttpResponse:
    lines = _list_lines(queries.list_duties(person, actor.on, window=queries.look_at_year(actor.on)), actor.on)
    page = {
        "person": person, "lines": lines, "reminders": queries.list_open_reminders(person),
        "summary": _summarise(line["now"] for line in lines),
        "places": queries.cover_people(actor, [person.pk], actor.on),
        "own": actor.person is not None and actor.person.pk == person.pk,
    }  # fmt: skip
    return render(request, "supervision/person.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_duty(request: HttpRequest, key: str) -> HttpResponse:
    """Why it is this day, what fulfils it, what was said; and where the actor may, a word to add."""
    actor = demand_actor(request)
    demand_power(actor.reads_own or actor.reads_others)
    found = queries.find_duty(actor, key, actor.on)
    may_speak = queries.may_explain(actor, found.unit, found.person)
    form = RemarkForm(request.POST or None, office=actor.keeps_office)
    if request.method == "POST" and form.is_valid():
        try:
            _speak(actor, found, form)
        except Refusal as refusal:
            if not may_speak:
                raise
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已记下，写在这项任务里。"))
            return redirect("supervision:duty", key)
    page = _describe_duty(actor, found) | {
        "form": form if may_speak else None,
        "may_remind": may_speak and (found.unit is None or queries.is_set_over(actor, found.unit)),
        "may_name": actor.keeps_office and may_be_named(found.settled),
    }  # fmt: skip
    if request.headers.get("HX-Request"):
        return render(request, "supervision/reason.html", page)
    return render(request, "supervision/duty.html", page, status=400 if form.errors else 200)


def _speak(actor: Actor, found: queries.Found, form: RemarkForm) -> None:
    until_on = form.cleaned_data.get("until_on")
    if form.remark_kind == RemarkKind.PAUSE and until_on is not None:
        until_on += DAY  # the form names the last day of the pause
    speak_of(actor, found, kind=form.remark_kind, text=form.cleaned_data["text"], until_on=until_on, at=timezone.now())


def _describe_duty(actor: Actor, found: queries.Found) -> dict[str, Any]:
    assert actor.bureau is not None
    settled = found.settled
    return {
        "found": found, "settled": settled, "slot": settled.duty.slot, "pieces": settled.explain(),
        "records": [(record, find_href(record.source, record.ref)) for record in settled.records],
        "rejected": [(one.record, find_href(one.record.source, one.record.ref), one.why) for one in settled.rejected],
        "reminders": queries.list_reminders(actor.bureau, settled.duty.key),
    }  # fmt: skip


def find_href(source: str, ref: int) -> str:
    """Find the page of a record, where it has one that its readers share."""
    if source == "session" or (source == "credit" and ref < 0):
        return reverse("activities:session", args=[abs(ref)])
    if source == "plan":
        return reverse("plans:item", args=[ref])
    return ""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, reminder_id: int) -> HttpResponse:
    actor = demand_actor(request)
    reminder = queries.find_reminder(actor, reminder_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_reminder(reminder, text=form.cleaned_data["text"], actor=str(actor.user), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已回复，这条提醒办结。回复写在任务的说明里。"))
            return redirect("supervision:duty", reminder.duty)
    page = {"reminder": reminder, "form": form}
    return render(request, "supervision/answer.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def show_coverage(request: HttpRequest) -> HttpResponse:
    """Who is in the cycle of each obligation and who is not, with the reason: units, or the people of one unit."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    chosen = request.GET.get("unit", "")
    unit = find_unit(actor, int(chosen)) if chosen.isdecimal() else None
    places = _cover(actor, unit)
    page = {"unit": unit, "groups": _group_places(places), "units": scope_units(actor).order_by("code")}
    return render(request, "supervision/coverage.html", page)


def _cover(actor: Actor, unit: Unit | None) -> list[Place]:
    if unit is None:
        return queries.cover_units(actor, actor.on)
    people = {stint.person_id for stint in list_stints(unit, actor.on)}
    return queries.cover_people(actor, people, actor.on)


def _group_places(places: list[Place]) -> list[dict[str, Any]]:
    """By obligation: how many are in, and everybody else by the reason why not."""
    groups: dict[str, dict[str, Any]] = {}
    for place in places:
        group = groups.setdefault(place.rule.line, {"rule": place.rule, "inside": 0, "reasons": {}})
        if place.health == Health.IN:
            group["inside"] += 1
        else:
            group["reasons"].setdefault((place.health, place.why), []).append(place.subject.name)
    for group in groups.values():
        order = list(Health)
        group["reasons"] = sorted(group["reasons"].items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    return list(groups.values())
