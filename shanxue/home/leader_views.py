"""The leader's pages: the bureau on one page (L1), one unit on one page (L2), and the rows behind the year's lines."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.bulletins.briefs import find_brief_of, list_updates_of
from shanxue.bulletins.overview import build_overview, read_lines
from shanxue.bulletins.rules.overview import (
    ABOUT,
    COUNT_WORDS,
    LINE_CODES,
    MONTHS,
    LineName,
    count_lights,
    pick_units,
    write_beginning,
)
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power, find_unit
from shanxue.supervision.actions.instructions import instruct
from shanxue.supervision.forms.instructions import InstructForm
from shanxue.supervision.queries.duties import list_duties, look_at_year
from shanxue.supervision.queries.instructions import list_instructions, may_instruct

from .briefs import find_new_month
from .unit_overview import (
    list_explanations,
    list_last_meetings,
    list_test_figures,
    list_unit_figures,
    pick_current,
    tell_founded,
)

COMING_ROWS, MATTER_ROWS = 6, 6  # what one A4 has room for; ?all=1 shows everything


@login_required
@require_safe
def show_overview(request: HttpRequest) -> HttpResponse:
    """L1: one sentence, every unit as a light, the lines of the year, what comes, what waits for a word."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    overview = build_overview(actor, actor.on, timezone.now())
    everything = request.GET.get("all") == "1"
    shown, rest = (overview.units, {}) if everything else pick_units(overview.units)
    counts = count_lights(overview.branches)
    matters = overview.matters if everything else overview.matters[:MATTER_ROWS]
    coming = overview.coming if everything else overview.coming[:COMING_ROWS]
    brief = find_brief_of(actor, actor.on.replace(day=1))
    page = {
        "overview": overview,
        "brief": brief,
        "updates": list_updates_of(brief, overview) if brief else [],
        "new_month": find_new_month(actor.user, actor.on),
        "sentence": overview.sentence if overview.has_begun else write_beginning(overview),
        "units": shown,
        "rest": [(light, COUNT_WORDS[light], count) for light, count in rest.items()],
        "counts": [(light, COUNT_WORDS[light], count) for light, count in counts.items() if count],
        "coming": coming,
        "coming_more": len(overview.coming) - len(coming),
        "matters": matters,
        "matters_more": len(overview.matters) - len(matters),
        "year": actor.on.year,
    }
    return render(request, "home/overview.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    """L2: why this unit's light is what it is; a leader of it writes one sentence."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    unit = find_unit(actor, unit_id)
    may_write = may_instruct(actor, unit)
    form = InstructForm(request.POST or None)
    if request.method == "POST":
        demand_power(may_write)
        if form.is_valid():
            try:
                instruct(actor, unit, form.cleaned_data["text"], at=timezone.now())
            except Refusal as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, _("批示已送支部书记和学习办公室，办理结果会写在这一页上。"))
                return redirect("home:unit_overview", unit.pk)
    year = list_duties(unit, actor.on, window=look_at_year(actor.on))
    shown = pick_current(year)
    page = {
        "unit": unit,
        "shown": shown,
        "asking": [one for one in shown if one.asks],
        "explanations": list_explanations(year),
        "founded": tell_founded(unit, actor.on),
        "meetings": list_last_meetings(actor, unit),
        "lines": read_lines(actor, actor.on, unit),
        "year": actor.on.year,
        "instructions": list_instructions(actor, unit),
        "form": form if may_write else None,
    }
    return render(request, "home/unit_overview.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def show_line(request: HttpRequest, code: str) -> HttpResponse:
    """The rows behind one number of a line: by unit, or for tests by test."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    name = next((one for one in LineName if LINE_CODES[one] == code), None)
    if name is None:
        raise refuse_missing("这一项")
    month = _read_month(actor, request.GET.get("month", ""))
    by_test = name == LineName.TESTS
    page = {
        "name": name,
        "code": code,
        "about": ABOUT[name],
        "month": month,
        "last_year": month.year - 1,
        "months": [date(month.year, number, 1) for number in MONTHS],
        "tests": list_test_figures(actor, month) if by_test else [],
        "rows": [] if by_test else list_unit_figures(actor, name, month),
    }
    return render(request, "home/year_line.html", page)


def _read_month(actor: Actor, text: str) -> date:
    """Read 2026-03; anything else is this month."""
    year, _dash, month = text.partition("-")
    if year.isdecimal() and month.isdecimal() and 2000 <= int(year) < 2100 and int(month) in MONTHS:
        return date(int(year), int(month), 1)
    return actor.on.replace(day=1)
