"""The register of 发文字号, and the letterhead."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power

from ..actions import registry
from ..actions.drafting import save_letterhead
from ..forms import LetterheadForm, NumberForm, ReasonForm, SeriesForm
from ..queries import registry as queries
from ..queries.documents import read_letterhead, writes_scope
from ..register import write_register
from .showing import XLSX, send_file


@login_required
@require_safe
def show_register(request: HttpRequest) -> HttpResponse:
    """All numbers of a year, with what each was given to; voided ones keep their line."""
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    page = _describe(actor, _read_year(request, actor))
    return render(request, "bulletins/register.html", page)


def _read_year(request: HttpRequest, actor: Actor) -> int:
    given = request.GET.get("year", "")
    return int(given) if given.isdecimal() and len(given) == 4 else actor.on.year


def _describe(actor: Actor, year: int) -> dict[str, Any]:
    assert actor.bureau is not None
    years = queries.list_years(actor.bureau)
    return {
        "year": year, "years": years if year in years else [year, *years], "series": queries.list_series(actor, year),
        "readable": queries.list_readable(actor), "keeps": writes_scope(actor, None),
    }  # fmt: skip


@login_required
@require_safe
def export_register(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_bureau)
    year = _read_year(request, actor)
    return send_file(f"{year}年发文登记.xlsx", write_register(year, queries.list_series(actor, year)), XLSX)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter_number(request: HttpRequest) -> HttpResponse:
    """A document that was issued on paper takes the next number."""
    actor = _demand_keeper(request)
    assert actor.bureau is not None
    head = read_letterhead(actor.bureau)
    form = NumberForm(actor.on, request.POST or None, initial={"code": head.code, "on": actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            row = registry.enter_number(actor, form.cleaned_data, at=timezone.now())
        except Refusal as refusal:
            form.add_error("number", refusal.sentence)
        else:
            messages.success(request, _("已登记：%(number)s。") % {"number": row})
            return redirect("bulletins:register")
    page = {"form": form, "act": _("登记"), "title": _("登记纸质发文")}
    return render(request, "bulletins/form.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def begin_series(request: HttpRequest) -> HttpResponse:
    """From which number on this register goes: the ones before stand in the register on paper."""
    actor = _demand_keeper(request)
    assert actor.bureau is not None
    form = SeriesForm(
        request.POST or None, initial={"code": read_letterhead(actor.bureau).code, "year": actor.on.year, "used": 0}
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            registry.begin_series(actor, values["code"], values["year"], values["used"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已记下，从下一号开始编。"))
            return redirect("bulletins:register")
    page = {"form": form, "act": _("记下"), "title": _("接着纸质登记簿编号")}
    return render(request, "bulletins/form.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def void_number(request: HttpRequest, number_id: int) -> HttpResponse:
    actor = demand_actor(request)
    number = queries.find_number(actor, number_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            registry.void_number(actor, number, form.cleaned_data["reason"], at=timezone.now())
        except Refusal as refusal:
            form.add_error("reason", refusal.sentence)
        else:
            messages.success(request, _("已作废，号码保留。"))
            return redirect("bulletins:register")
    page = {"form": form, "act": _("作废"), "title": _("作废 %(number)s") % {"number": number}}
    return render(request, "bulletins/form.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def set_letterhead(request: HttpRequest) -> HttpResponse:
    actor = _demand_keeper(request)
    assert actor.bureau is not None
    head = read_letterhead(actor.bureau)
    initial = {name: getattr(head, name) for name in LetterheadForm.base_fields}
    form = LetterheadForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        save_letterhead(actor, form.cleaned_data, at=timezone.now())
        messages.success(request, _("已保存，以后的草稿照这样写。"))
        return redirect("bulletins:documents")
    page = {"form": form, "act": _("保存"), "title": _("发文设置")}
    return render(request, "bulletins/form.html", page, status=400 if form.errors else 200)


def _demand_keeper(request: HttpRequest) -> Actor:
    actor = demand_actor(request)
    demand_power(writes_scope(actor, None))
    return actor
