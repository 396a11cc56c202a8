"""The month's brief: the list, making and downloading one, and asking for it at every month's start (L3)."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.base.periods import add_months
from shanxue.bulletins.brief_document import write_brief_document
from shanxue.bulletins.briefs import find_brief, list_briefs, list_updates_of, make_brief, read_brief
from shanxue.bulletins.models import KeptBrief
from shanxue.bulletins.overview import build_overview
from shanxue.bulletins.rules.brief import find_last_day
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power

from .briefs import is_wanted, wish_for_briefs

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@login_required
@require_safe
def show_briefs(request: HttpRequest) -> HttpResponse:
    """This month's brief and the last one's, made or not, with what stands otherwise now; and those before."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    kept = {brief.month: brief for brief in list_briefs(actor)}
    this = actor.on.replace(day=1)
    recent = [(month, kept.pop(month, None)) for month in (this, add_months(this, -1))]
    page = {
        "recent": [(month, brief, _list_updates(actor, month, brief)) for month, brief in recent],
        "older": list(kept.values()),
        "wanted": is_wanted(actor.user),
    }
    return render(request, "home/briefs.html", page)


def _list_updates(actor: Actor, month: date, brief: KeptBrief | None) -> list[str]:
    if brief is None:
        return []
    return list_updates_of(brief, build_overview(actor, find_last_day(month, actor.on), timezone.now()))


@login_required
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make a month's brief where there is none, or one whose figures stand otherwise, and send the file."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    try:
        brief = make_brief(actor, _read_month(request.POST.get("month", ""), actor.on), at=timezone.now())
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
        return redirect("home:briefs")
    return _send(brief)


def _read_month(text: str, today: date) -> date:
    year, _dash, month = text.partition("-")
    if year.isdecimal() and month.isdecimal() and 2000 <= int(year) < 2100 and 1 <= int(month) <= 12:
        return date(int(year), int(month), 1)
    return today.replace(day=1)


@login_required
@require_safe
def download(request: HttpRequest, brief_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    return _send(find_brief(actor, brief_id))


def _send(kept: KeptBrief) -> HttpResponse:
    brief = read_brief(kept)
    answer = HttpResponse(write_brief_document(brief), content_type=DOCX)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(brief.file_name)}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def wish(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    assert actor.bureau is not None
    wanted = request.POST.get("wanted") == "1"
    wish_for_briefs(actor.user, actor.bureau, wanted=wanted, at=timezone.now())
    if wanted:
        messages.success(request, _("每月初，上个月的简报会出现在您的首页和待办里。不发邮件。"))
    else:
        messages.success(request, _("已关闭，不再提示简报。"))
    return redirect("home:briefs")
