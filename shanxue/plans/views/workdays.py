"""The working-day calendar: what it knows, and the days the office enters on top."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import demand_power

from ..actions.institutions import enter_day, remove_day
from ..forms.institutions import DayForm
from ..queries.workdays import find_override, list_overrides, read_shipped_calendar
from ..rules.calendar import write_day


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    assert actor.bureau is not None
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        is_workday = given["is_workday"] == "1"
        enter_day(
            actor.bureau, on=given["on"], is_workday=is_workday, source=given["source"], actor=str(actor.user),
            at=timezone.now(),
        )  # fmt: skip
        words = {"day": write_day(given["on"]), "what": _("上班") if is_workday else _("放假")}
        messages.success(request, _("%(day)s记为%(what)s。受影响的日期已重新推算。") % words)
        return redirect("plans:workdays")
    shipped = read_shipped_calendar()
    years = sorted(shipped.known_years)
    page = {
        "form": form, "rows": list_overrides(actor.bureau), "first": years[0], "last": years[-1],
        "next_is_missing": actor.on.year + 1 not in shipped.known_years, "next": actor.on.year + 1,
    }  # fmt: skip
    return render(request, "plans/workdays.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def remove(request: HttpRequest, day_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    day = find_override(actor.bureau, day_id)
    name = write_day(day.on)
    remove_day(day, actor=str(actor.user), at=timezone.now())
    messages.success(request, _("已删去%(day)s，按原来的日历计。") % {"day": name})
    return redirect("plans:workdays")
