"""The shelf: searching it, one title, and keeping the catalogue."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor

from ..actions import shelf as actions
from ..actions.lending import ask_to_borrow, take_back_request
from ..forms.shelf import CopiesForm, NewTitleForm, TitleForm
from ..models import PaymentLine, Title
from ..queries import shelf as queries
from ..queries.people import demand_office, demand_visitor
from ..queries.used import map_studies
from ..rules import CopyState
from ..rules.isbn import write_isbn

PER_PAGE = 30


@login_required
@require_safe
def show_shelf(request: HttpRequest) -> HttpResponse:
    """What there is to borrow, by any word of it."""
    actor = demand_actor(request)
    demand_visitor(actor)
    words = request.GET.get("q", "").strip()[:60]
    titles = Paginator(queries.search_titles(actor, words), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "resources/shelf.html", {"titles": titles, "words": words})


@login_required
@require_safe
def show_title(request: HttpRequest, title_id: int) -> HttpResponse:
    """One title: a member asks for it, the keeper sees who has which copy."""
    actor = demand_actor(request)
    demand_visitor(actor)
    title = queries.find_title(actor, title_id)
    copies = queries.list_copies(title)
    loans = queries.map_open_loans(title) if actor.keeps_whole_office else {}
    page = {
        "title": title, "isbn": write_isbn(title.isbn), "own": queries.describe_own(title, actor.person),
        "copies": [(copy, loans.get(copy.pk)) for copy in copies], "waiting": queries.list_waiting(title),
        "places": "、".join(dict.fromkeys(copy.place for copy in copies if copy.place)),
        "lent": queries.count_title_loans(title, actor.on.year) if actor.reads_bureau else None,
        "studied": map_studies([title.pk], actor.on.year).get(title.pk) if actor.reads_bureau else None,
        "line": next((copy.line for copy in copies if copy.line), None),
    }  # fmt: skip
    return render(request, "resources/title.html", page)


@login_required
@require_POST
def ask(request: HttpRequest, title_id: int) -> HttpResponse:
    actor = demand_actor(request)
    found = ask_to_borrow(actor, title_id, at=timezone.now())
    messages.success(request, _("已申请借《%(name)s》。到学习办公室取书，办公室在那里登记。") % {"name": found.title})
    return redirect("resources:title", title_id)


@login_required
@require_POST
def take_back(request: HttpRequest, request_id: int) -> HttpResponse:
    actor = demand_actor(request)
    found = take_back_request(actor, request_id, at=timezone.now())
    messages.success(request, _("《%(name)s》的借阅申请已撤回。") % {"name": found.title})
    return redirect("resources:loans" if actor.keeps_whole_office else "resources:mine")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_title(request: HttpRequest) -> HttpResponse:
    """A new title with its copies; from a receipt line (``line``) the name, the price and the number are there."""
    actor = demand_actor(request)
    demand_office(actor)
    line = _find_line(request, actor)
    form = NewTitleForm(request.POST or None, initial=_prefill(line))
    if request.method == "POST" and form.is_valid():
        try:
            title = actions.add_title(actor, _read_book(form), _read_copies(form, line), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已入藏：《%(name)s》。") % {"name": title.name})
            return redirect("resources:title", title.pk)
    lead = _("由付款明细“%(name)s”入藏，书价和册数已填好。") % {"name": line.name} if line else ""
    page = {"form": form, "heading": _("登记图书"), "lead": lead, "line": line}
    return render(request, "resources/title_form.html", page, status=400 if form.errors else 200)


def _find_line(request: HttpRequest, actor: Actor) -> PaymentLine | None:
    text = request.GET.get("line", "")
    return queries.find_line(actor, int(text)) if text.isdecimal() else None


def _prefill(line: PaymentLine | None) -> dict[str, Any]:
    if line is None:
        return {}
    left = line.quantity - queries.count_entered(line)
    return {"name": line.name, "count": max(left, 1), "price": line.amount_fen // line.quantity}


def _read_book(form: TitleForm) -> actions.Book:
    given = form.cleaned_data
    return actions.Book(
        given["name"], given["author"], given["press"], given["isbn"], given["price"], given["category"]
    )  # fmt: skip


def _read_copies(form: TitleForm | CopiesForm, line: PaymentLine | None) -> actions.Copies:
    given = form.cleaned_data
    return actions.Copies(given["count"], given["place"], given["first_number"], line.pk if line else None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_title(request: HttpRequest, title_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    title = queries.find_title(actor, title_id)
    form = TitleForm(request.POST or None, initial=_describe(title))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_title(actor, title.pk, _read_book(form), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已保存。"))
            return redirect("resources:title", title.pk)
    page = {"form": form, "heading": _("更改图书"), "title_row": title}
    return render(request, "resources/title_form.html", page, status=400 if form.errors else 200)


def _describe(title: Title) -> dict[str, Any]:
    names = ("name", "author", "press", "isbn", "category")
    return {name: getattr(title, name) for name in names} | {"price": title.price_fen}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_copies(request: HttpRequest, title_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    title, line = queries.find_title(actor, title_id), _find_line(request, actor)
    form = CopiesForm(request.POST or None, initial={"count": _prefill(line).get("count", 1)})
    if request.method == "POST" and form.is_valid():
        try:
            rows = actions.add_copies(actor, title.pk, _read_copies(form, line), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("加了 %(count)s 册，编号从 %(first)s 起。") % {
                "count": len(rows), "first": rows[0].number
            })  # fmt: skip
            return redirect("resources:title", title.pk)
    page = {"form": form, "heading": _("加册数"), "lead": str(title), "title_row": title, "line": line}
    return render(request, "resources/title_form.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def move_copy(request: HttpRequest, copy_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_office(actor)
    asked = request.POST.get("state", "")
    if asked not in {str(state) for state in CopyState}:
        raise Refusal("no_state", _("没有这种状态。请从这本书的页面操作。"))
    copy = actions.move_copy(actor, copy_id, CopyState(asked), at=timezone.now())
    messages.success(request, _("编号 %(number)s 已记为%(state)s。") % {"number": copy.number, "state": copy.state})
    return redirect("resources:title", copy.title_id)
