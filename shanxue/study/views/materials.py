"""书目: what there is to read, who is asked to, and one's own progress."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, find_led_unit, is_leading
from shanxue.resources.queries.shelf import find_title, scope_titles

from ..actions import materials as actions
from ..forms.keeping import MaterialForm, ReadingListForm
from ..models import Material, ReadingList
from ..queries import materials as queries
from ..queries.log import scope_materials
from ..queries.people import demand_leader, demand_person

PER_PAGE = 50


def _demand_reader(actor: Actor) -> None:
    if not actor.leads:
        demand_person(actor)


@login_required
@require_safe
def show_materials(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    _demand_reader(actor)
    materials = Paginator(queries.scope_all(actor), PER_PAGE).get_page(request.GET.get("page"))
    page = {"materials": materials, "rows": [(one, queries.may_change(actor, one)) for one in materials]}
    return render(request, "study/materials.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_material(request: HttpRequest, material_id: int | None = None) -> HttpResponse:
    actor = demand_actor(request)
    demand_leader(actor)
    material = queries.find_kept(actor, material_id) if material_id else None
    form = MaterialForm(
        request.POST or None, units=queries.list_keeping_units(actor), whole_bureau=actor.keeps_office,
        books=scope_titles(actor).order_by("name", "pk"),
        initial=_read_material(material) if material else {},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save_material(actor, material, form)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已登记：%(title)s。") % {"title": saved.title})
            return redirect("study:materials")
    page = {"form": form, "material": material}
    return render(request, "study/material.html", page, status=400 if form.errors else 200)


def _save_material(actor: Actor, material: Material | None, form: MaterialForm) -> Material:
    cleaned = form.cleaned_data
    unit = find_led_unit(actor, cleaned["unit"]) if cleaned["unit"] else None
    book = find_title(actor, cleaned["book"]) if cleaned["book"] else None
    offer = actions.Offer(cleaned["kind"], cleaned["title"], cleaned["author"], cleaned["place"], unit, book)
    if material is not None:
        return actions.change_material(actor, material.pk, offer, at=timezone.now())
    return actions.add_material(actor, offer, at=timezone.now())


def _read_material(material: Material) -> dict[str, object]:
    written = {name: getattr(material, name) for name in ("title", "kind", "author", "place")}
    return {**written, "unit": material.unit_id or "", "book": material.book_id or ""}


@login_required
@require_POST
def end_material(request: HttpRequest, material_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_leader(actor)
    material = actions.end_material(actor, material_id, at=timezone.now())
    said = _("“%(title)s”已停用，以前的记录不变。") if material.ended_on else _("“%(title)s”重新列入可选的材料。")
    messages.success(request, said % {"title": material.title})
    return redirect("study:materials")


@login_required
@require_safe
def show_lists(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    _demand_reader(actor)
    lists = Paginator(queries.scope_lists(actor), PER_PAGE).get_page(request.GET.get("page"))
    read = queries.map_read(actor.person, list(lists)) if actor.person else {}
    page = {"lists": lists, "rows": [(one, read.get(one.pk, 0)) for one in lists], "today": actor.on}
    return render(request, "study/reading_lists.html", page)


@login_required
@require_safe
def show_list(request: HttpRequest, list_id: int) -> HttpResponse:
    actor = demand_actor(request)
    _demand_reader(actor)
    reading = queries.find_list(actor, list_id)
    leads = is_leading(actor, reading.unit)
    asked = queries.list_asked_people(reading, actor.on) if leads else []
    page = {
        "reading": reading,
        "progress": queries.list_progress(reading, actor.person, asked),
        "leads": leads,
        "asked_count": len(asked),
        "today": actor.on,
    }
    return render(request, "study/reading_list.html", page)


@login_required
@require_safe
def show_readers(request: HttpRequest, list_id: int, material_id: int) -> HttpResponse:
    """Whose entries a count was made of: names in staff-number order, never a ranking."""
    actor = demand_actor(request)
    demand_leader(actor)
    reading = queries.find_led_list(actor, list_id)
    material = reading.materials.filter(pk=material_id).first()
    if material is None:
        raise refuse_missing("这份材料")
    readers = queries.list_readers(material, queries.list_asked_people(reading, actor.on))
    return render(request, "study/readers.html", {"reading": reading, "material": material, "readers": readers})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_list(request: HttpRequest, list_id: int | None = None) -> HttpResponse:
    actor = demand_actor(request)
    demand_leader(actor)
    assert actor.bureau is not None
    reading = queries.find_led_list(actor, list_id) if list_id else None
    offered = scope_materials(actor.bureau, actor.on)
    if reading is not None:
        offered = (offered | Material.objects.filter(lists=reading, bureau=actor.bureau)).distinct()
    form = ReadingListForm(
        request.POST or None, units=queries.list_keeping_units(actor), materials=offered.order_by("kind", "title"),
        initial=_read_list(reading) if reading else {"from_on": actor.on},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        unit: Unit = find_led_unit(actor, cleaned["unit"])
        period = (cleaned["from_on"], cleaned["until_on"])
        try:
            saved = actions.save_list(
                actor, list_id, unit, cleaned["title"], period, cleaned["materials"], at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("书目“%(title)s”已保存。") % {"title": saved.title})
            return redirect("study:reading_list", saved.pk)
    page = {"form": form, "reading": reading, "has_materials": offered.exists()}
    return render(request, "study/reading_list_form.html", page, status=400 if form.errors else 200)


def _read_list(reading: ReadingList) -> dict[str, object]:
    names = ("title", "from_on", "until_on")
    chosen = list(reading.materials.values_list("pk", flat=True))
    return {**{name: getattr(reading, name) for name in names}, "unit": reading.unit_id, "materials": chosen}


@login_required
@require_POST
def end_list(request: HttpRequest, list_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_leader(actor)
    reading = actions.end_list(actor, list_id, at=timezone.now())
    messages.success(request, _("书目“%(title)s”今天结束。") % {"title": reading.title})
    return redirect("study:reading_list", reading.pk)
