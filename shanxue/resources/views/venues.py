"""Places: their week, what stands in them, booking them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Person
from shanxue.orgs.queries import Actor, demand_power, find_led_unit, order_units, scope_led_units

from ..actions import venues as actions
from ..forms.venues import BookingForm, CheckForm, EquipmentForm, PlaceEquipmentForm, VenueForm
from ..models import PaymentLine, Venue
from ..queries import venues as queries
from ..queries.people import demand_office, demand_visitor
from ..queries.shelf import find_line
from ..rules import Condition
from ..rules.bookings import Slot, list_week, write_minutes, write_weekdays


@login_required
@require_safe
def show_venues(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_visitor(actor)
    today = queries.list_today(actor)
    rows = [(venue, write_weekdays(venue.weekdays), today.get(venue.pk, [])) for venue in queries.scope_venues(actor)]
    page = {"rows": rows, "own": queries.list_upcoming(actor) if actor.leads else []}
    return render(request, "resources/venues.html", page)


@login_required
@require_safe
def show_venue(request: HttpRequest, venue_id: int) -> HttpResponse:
    """A place and its week (``week``: any day of it)."""
    actor = demand_actor(request)
    demand_visitor(actor)
    venue = queries.find_venue(actor, venue_id)
    day = _read_day(request.GET.get("week", "")) or actor.on
    week = list_week(day)
    page = {
        "venue": venue, "days": queries.list_days(venue, day), "equipment": queries.list_equipment(venue),
        "weekdays": write_weekdays(venue.weekdays), "longest": write_minutes(venue.longest_minutes),
        "before": week[0] - timedelta(days=7), "after": week[0] + timedelta(days=7), "first": week[0],
        "last": week[-1], "today": actor.on, "led": set(scope_led_units(actor).values_list("pk", flat=True)),
    }  # fmt: skip
    return render(request, "resources/venue.html", page)


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_venue(request: HttpRequest, venue_id: int | None = None) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    venue = queries.find_venue(actor, venue_id) if venue_id else None
    form = VenueForm(request.POST or None, initial=_describe(venue))
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_venue(actor, venue_id, _read_place(actor, form), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("阵地“%(name)s”已保存。") % {"name": saved.name})
            return redirect("resources:venue", saved.pk)
    page = {"form": form, "heading": _("更改阵地") if venue else _("登记阵地"), "venue": venue}
    return render(request, "resources/venue_form.html", page, status=400 if form.errors else 200)


def _describe(venue: Venue | None) -> dict[str, Any]:
    if venue is None:
        return {"opens_at": "08:30", "closes_at": "18:00", "weekdays": list("12345"), "longest_minutes": 240}
    names = ("name", "address", "seats", "opens_at", "closes_at", "longest_minutes")
    keeper = venue.keeper.staff_no if venue.keeper else ""
    return {name: getattr(venue, name) for name in names} | {"weekdays": list(venue.weekdays), "keeper": keeper}


def _read_place(actor: Actor, form: VenueForm) -> actions.Place:
    given = dict(form.cleaned_data)
    number = given.pop("keeper").strip()
    keeper = Person.objects.filter(bureau=actor.bureau, staff_no=number).first() if number else None
    if number and keeper is None:
        raise Refusal("no_such_person", f"没有工号“{number}”的人。请核对“管理员工号”。")
    return actions.Place(**given | {"weekdays": "".join(sorted(given["weekdays"])), "keeper": keeper})


@login_required
@require_POST
def end_venue(request: HttpRequest, venue_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    venue = actions.end_venue(actor, venue_id, at=timezone.now())
    said = _("“%(name)s”已停用，不再接受预约。") if venue.ended_on else _("“%(name)s”重新开放预约。")
    messages.success(request, said % {"name": venue.name})
    return redirect("resources:venue", venue.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_equipment(request: HttpRequest, venue_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    venue = queries.find_venue(actor, venue_id)
    return _add_equipment(request, actor, EquipmentForm(request.POST or None), venue, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def place_equipment(request: HttpRequest, line_id: int) -> HttpResponse:
    """Put into a place what a receipt line bought: entered once."""
    actor = demand_actor(request)
    demand_office(actor)
    line = find_line(actor, line_id)
    placed = sum(item.count for item in line.equipment.all())
    initial = {"name": line.name[:60], "count": max(line.quantity - placed, 1)}
    form = PlaceEquipmentForm(request.POST or None, venues=queries.scope_venues(actor), initial=initial)
    return _add_equipment(request, actor, form, None, line)


def _add_equipment(
    request: HttpRequest, actor: Actor, form: EquipmentForm, venue: Venue | None, line: PaymentLine | None
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        chosen = venue.pk if venue else given["venue"]
        try:
            item = actions.add_equipment(
                actor, chosen, given["name"], given["count"], Condition(given["condition"]),
                line_id=line.pk if line else None, at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("设备“%(name)s”已登记。") % {"name": item.name})
            return redirect("resources:venue", chosen)
    page = {"form": form, "heading": _("登记设备"), "venue": venue, "line": line}
    return render(request, "resources/venue_form.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check_equipment(request: HttpRequest, equipment_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    item = queries.find_equipment(actor, equipment_id)
    form = CheckForm(request.POST or None, initial={"count": item.count, "condition": item.condition})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.check_equipment(
                actor, item.pk, given["count"], Condition(given["condition"]), at=timezone.now()
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已记下今天清点的结果。"))
            return redirect("resources:venue", item.venue_id)
    page = {"form": form, "heading": _("清点“%(name)s”") % {"name": item.name}, "venue": item.venue}
    return render(request, "resources/venue_form.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, venue_id: int) -> HttpResponse:
    """Book for a unit one writes for; what is taken is said in words."""
    actor = demand_actor(request)
    demand_power(actor.leads)
    venue = queries.find_venue(actor, venue_id)
    units = order_units(scope_led_units(actor))
    initial = {"on": _read_day(request.GET.get("on", "")), "unit": str(units[0].pk) if len(units) == 1 else ""}
    form = BookingForm(request.POST or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        slot = Slot(given["on"], given["start_time"], given["end_time"])
        unit = find_led_unit(actor, given["unit"])
        try:
            booking = actions.book_venue(actor, venue.pk, unit, given["what"], slot, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已预约：%(slot)s。") % {"slot": slot})
            answer = redirect("resources:venue", venue.pk)
            answer.headers["Location"] += f"?week={booking.on.isoformat()}"
            return answer
    lead = _("开放时间 %(from)s–%(until)s，%(days)s，一次最长 %(longest)s。") % {
        "from": f"{venue.opens_at:%H:%M}", "until": f"{venue.closes_at:%H:%M}",
        "days": write_weekdays(venue.weekdays), "longest": write_minutes(venue.longest_minutes),
    }  # fmt: skip
    page = {"form": form, "heading": _("预约%(name)s") % {"name": venue.name}, "lead": lead, "venue": venue}
    return render(request, "resources/venue_form.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def free(request: HttpRequest, booking_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.leads)
    booking = actions.free_booking(actor, booking_id, at=timezone.now())
    messages.success(request, _("预约已取消。"))
    answer = redirect("resources:venue", booking.venue_id)
    answer.headers["Location"] += f"?week={booking.on.isoformat()}"
    return answer
