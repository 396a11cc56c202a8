"""The first page of each role, the desk, everything else one may open, and the calendar."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.archive.queries import may_audit
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, demand_power, find_led_unit

from . import actions, queries
from .documents import write_calendar
from .pages import is_leader, list_sections
from .rules import arrange_agenda, find_shelf
from .rules.desk import arrange_desk


@login_required
@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """Answer everybody's first question: what am I asked to do, by when."""
    actor = demand_actor(request)
    if is_leader(actor):
        return redirect("home:overview")
    if actor.reads_bureau:
        return redirect("supervision:duties")
    if desks := queries.list_desks(actor):
        return _show_desk(request, actor, desks[0]) if len(desks) == 1 else _choose(request, desks)
    if actor.reads_own:
        return _show_due(request, actor)
    return render(request, "home/nothing.html", {"audits": may_audit(actor)})


@login_required
@require_safe
def show_due(request: HttpRequest) -> HttpResponse:
    """M1 for whoever's first page is another."""
    actor = demand_actor(request)
    demand_power(actor.reads_own)
    return _show_due(request, actor)


def _show_due(request: HttpRequest, actor: Actor) -> HttpResponse:
    assert actor.person is not None
    now = timezone.localtime()
    agenda = arrange_agenda(queries.list_due_of_person(actor.person, now), now)
    if shelf := find_shelf(agenda, request.GET.get("group", "")):
        return render(request, "home/shelf.html", {"shelf": shelf})
    page = {
        "person": actor.person,
        "unit": queries.find_home_unit(actor.person, actor.on),
        "agenda": agenda,
        "parts": queries.summarise_year(actor.person, now.year),
        "is_secretary": bool(queries.list_desks(actor)),
    }
    return render(request, "home/due.html", page)


@login_required
@require_safe
def show_office(request: HttpRequest) -> HttpResponse:
    """What waits for the study office, from every room: late ones and this week's first."""
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    now = timezone.localtime()
    desk = arrange_desk(queries.list_due_of_office(actor, now), now)
    return render(request, "home/office.html", {"desk": desk})


@login_required
@require_safe
def choose_desk(request: HttpRequest) -> HttpResponse:
    """The desk of the only branch, or the choice among several."""
    desks = queries.list_desks(demand_actor(request))
    demand_power(bool(desks))
    return redirect("home:unit_desk", desks[0].pk) if len(desks) == 1 else _choose(request, desks)


@login_required
@require_safe
def show_desk(request: HttpRequest, unit_id: int) -> HttpResponse:
    """S1 for one branch; the office may open every branch's."""
    actor = demand_actor(request)
    return _show_desk(request, actor, find_led_unit(actor, unit_id))


def _choose(request: HttpRequest, desks: list[Unit]) -> HttpResponse:
    return render(request, "home/desks.html", {"desks": desks})


def _show_desk(request: HttpRequest, actor: Actor, unit: Unit) -> HttpResponse:
    now = timezone.localtime()
    page = {
        "unit": unit,
        "desk": arrange_desk(queries.list_due_of_unit(unit, now), now),
        "next": queries.find_next_session(actor, unit),
        "today": actor.on,
        "lights": queries.list_lights(unit, actor.on),
        "hands": queries.list_hands(unit, actor.on),
        "several": len(queries.list_desks(actor)) > 1,
    }
    return render(request, "home/desk.html", page)


@login_required
@require_safe
def show_more(request: HttpRequest) -> HttpResponse:
    return render(request, "home/more.html", {"sections": list_sections(demand_actor(request))})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_calendar(request: HttpRequest) -> HttpResponse:
    """Say whether there is an address; on POST make a new one and show it this once."""
    actor = demand_actor(request)
    demand_power(actor.reads_own)
    address = ""
    if request.method == "POST":
        assert actor.bureau is not None
        token = actions.make_feed(actor.user, actor.bureau, at=timezone.now())
        address = request.build_absolute_uri(reverse("home:feed", args=[token]))
    page = {"address": address, "feed": queries.find_live_feed(actor.user)}
    answer = render(request, "home/calendar.html", page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def revoke_calendar(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_own)
    assert actor.bureau is not None
    actions.revoke_feed(actor.user, actor.bureau, at=timezone.now())
    messages.success(request, _("日历地址已停用。手机里已有的日程不再更新，可以在日历程序里删除这个订阅。"))
    return redirect("home:calendar")


@require_safe
def show_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a private address, without sign-in: whoever knows the address is its owner's program."""
    now = timezone.localtime()
    feed, person = queries.find_feed(token, now.date())
    text = write_calendar(
        queries.list_appointments(person, now),
        title=_("善学"),
        domain=f"{person.bureau.code}.shanxue",
        site=request.build_absolute_uri("/").rstrip("/"),
        made_at=feed.made_at,
    )
    etag = f'"{hashlib.sha256(text).hexdigest()}"'
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer = get_conditional_response(request, etag=etag, response=answer) or answer
    for name, value in (("ETag", etag), ("Cache-Control", "no-store"), ("X-Robots-Tag", "noindex")):
        answer.headers[name] = value
    return answer
