"""M4 自学: a line of one's own study in three taps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Person
from shanxue.orgs.queries import Actor

from ..actions import log as actions
from ..forms.writing import EntryForm
from ..queries import log as queries
from ..queries.people import demand_person
from ..rules.entries import is_open

PER_PAGE = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_log(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    person = demand_person(actor)
    items = queries.list_open_items(person, actor.on.year)
    data = request.POST if request.method == "POST" else None
    form = EntryForm(data, items=items, initial={"on": actor.on, **_read_wish(request)})
    page: dict[str, Any] = {}
    if data is not None and form.is_valid():
        line = _read_line(request, form, person)
        try:
            entry = actions.add_entry(
                person, line, confirmed=bool(data.get("confirmed")), actor=actor.user.username, at=timezone.now(),
                today=actor.on,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error("on" if refusal.code == "bad_day" else None, refusal.sentence)
            page["same"] = refusal.code == "same_entry"
        else:
            of_year = queries.list_entries_of_year(person, entry.on.year).count()
            messages.success(request, _("已记下：%(title)s。今年第 %(n)d 条。") % {"title": entry.title, "n": of_year})
            return redirect("study:log")
    picks = _describe_picks(request, actor, person)
    page["opens_more"] = not picks["picks"] or picks["words"] or form["title"].value() or form["title"].errors
    page |= {"form": form, **picks, **_describe_entries(request, actor, person)}
    return render(request, "study/log.html", page, status=400 if form.errors else 200)


def _read_wish(request: HttpRequest) -> dict[str, str]:
    """Read what a link of another page wants studied (a material of a reading list)."""
    return {"title": request.GET["title"][:120]} if request.GET.get("title") else {}


def _read_line(request: HttpRequest, form: EntryForm, person: Person) -> actions.Line:
    """What is written wins over what is picked; a written title that is in the 书目 names that material."""
    cleaned = form.cleaned_data
    title, material_id = cleaned["title"].strip(), None
    pick = request.POST.get("pick", "")
    if title:
        material_id = queries.find_material_id(person.bureau, title)
    elif pick:
        title, material_id = queries.read_pick(person, pick)
    return actions.Line(title, cleaned["on"], cleaned["gain"], material_id, cleaned["plan_item"])


def _describe_picks(request: HttpRequest, actor: Actor, person: Person) -> dict[str, Any]:
    words = request.GET.get("q", "").strip()[:60]
    recent = queries.list_recent(person)
    known = {entry.material_id for entry in recent}
    asked = [one for one in queries.list_asked(person, actor.on) if one.pk not in known]
    return {
        "picks": [(f"e{entry.pk}", entry.title) for entry in recent]
        + [(f"m{one.pk}", _("%(title)s（书目）") % {"title": one.title}) for one in asked],
        "words": words,
        "found": _find(person, words, actor.on),
        "picked": request.POST.get("pick", ""),
    }


def _find(person: Person, words: str, on: date) -> list[tuple[str, str]]:
    found = queries.search_materials(person.bureau, words, on) if words else []
    return [(f"m{one.pk}", f"{one.title}（{one.author}）" if one.author else one.title) for one in found]


def _describe_entries(request: HttpRequest, actor: Actor, person: Person) -> dict[str, Any]:
    entries = Paginator(queries.list_entries(person), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "entries": entries,
        "rows": [(entry, is_open(entry.on, actor.on)) for entry in entries],
        "of_year": queries.list_entries_of_year(person, actor.on.year).count(),
        "year": actor.on.year,
    }


@login_required
@require_safe
def find_materials(request: HttpRequest) -> HttpResponse:
    """The fragment below the search field; the page itself shows the same without JavaScript."""
    actor = demand_actor(request)
    person = demand_person(actor)
    words = request.GET.get("q", "").strip()[:60]
    page = {"words": words, "found": _find(person, words, actor.on), "picked": ""}
    return render(request, "study/picks.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    actor = demand_actor(request)
    person = demand_person(actor)
    entry = queries.find_entry(person, entry_id)
    items = queries.list_open_items(person, entry.on.year)
    if entry.plan_item and entry.plan_item not in items:
        items = [entry.plan_item, *items]
    shown = {"title": entry.title, "on": entry.on, "gain": entry.gain, "plan_item": entry.plan_item_id or ""}
    form = EntryForm(request.POST or None, items=items, initial=shown)
    form.fields["title"].label = _("学了什么")
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_entry(
                person, entry_id, _read_line(request, form, person), actor=actor.user.username, at=timezone.now(),
                today=actor.on,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error("on" if refusal.code == "bad_day" else None, refusal.sentence)
        else:
            messages.success(request, _("已改好。"))
            return redirect("study:log")
    page = {"form": form, "entry": entry}
    return render(request, "study/entry.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    actor = demand_actor(request)
    person = demand_person(actor)
    entry = queries.find_entry(person, entry_id)
    if request.method == "POST":
        return _delete(request, actor, person, entry_id, timezone.now())
    page = {
        "heading": _("删除这条自学记录"),
        "lines": [f"{entry.on.year}年{entry.on.month}月{entry.on.day}日　{entry.title}", entry.gain],
        "consequence": _("删除后不能恢复，也不再计入今年的自学。"),
        "act": _("删除这一条"),
        "back": reverse("study:log"),
    }
    return render(request, "study/check.html", page)


def _delete(request: HttpRequest, actor: Actor, person: Person, entry_id: int, at: datetime) -> HttpResponse:
    actions.delete_entry(person, entry_id, actor=actor.user.username, at=at, today=actor.on)
    messages.success(request, _("已删除。"))
    return redirect("study:log")
