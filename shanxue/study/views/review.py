"""S5 审阅笔记: read and answer, the next one opens by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

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
from shanxue.orgs.queries import Actor

from ..actions import review as actions
from ..forms.review import DrawForm, ReviewForm
from ..models import Note
from ..queries import notes, people
from ..queries import review as queries
from ..rules import NoteState
from ..rules.likeness import mark_common, measure_share
from ..rules.texts import count_characters

PER_PAGE = 30


@login_required
@require_safe
def show_queue(request: HttpRequest) -> HttpResponse:
    """The list of what waits; beside it, on a desk, the text that waits longest."""
    actor = demand_actor(request)
    people.demand_leader(actor)
    first = queries.list_waiting(actor).first()
    note = queries.find_reviewed(actor, first.pk) if first else None
    return _show(request, actor, note, is_queue=True)


@login_required
@require_safe
def show_note(request: HttpRequest, note_id: int) -> HttpResponse:
    actor = demand_actor(request)
    return _show(request, actor, queries.find_reviewed(actor, note_id))


def _show(
    request: HttpRequest, actor: Actor, note: Note | None, *, form: ReviewForm | None = None, is_queue: bool = False
) -> HttpResponse:
    waiting = Paginator(queries.list_waiting(actor), PER_PAGE).get_page(request.GET.get("page"))
    page: dict[str, Any] = {
        "waiting": waiting,
        "note": note,
        "is_queue": is_queue,
        "draws": queries.list_draws(actor),
        "form": form or ReviewForm(initial={"revision": note.revision if note else 0}),
    }
    if note is not None:
        page["versions"] = notes.list_versions(note)
        page["text"] = page["versions"][0] if page["versions"] else None
        page["hints"] = queries.list_hints(actor, note)
        page["count"] = count_characters(page["text"].body) if page["text"] else note.characters
        page["is_waiting"] = note.state == NoteState.WAITING
    return render(request, "study/review.html", page, status=400 if form and form.errors else 200)


@login_required
@require_POST
def decide(request: HttpRequest, note_id: int) -> HttpResponse:
    actor = demand_actor(request)
    people.demand_leader(actor)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _show(request, actor, queries.find_reviewed(actor, note_id), form=form)
    verdict = actions.Verdict(form.cleaned_data["verdict"])
    try:
        note = actions.review_note(
            actor, note_id, verdict, form.cleaned_data["reason"], revision=form.cleaned_data["revision"],
            at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.code in ("reason_needed", "reason_too_long"):
            form.add_error("reason", refusal.sentence)
            return _show(request, actor, queries.find_reviewed(actor, note_id), form=form)
        if refusal.code == "note_moved":  # what stood in the form belonged to a text that is no more
            messages.warning(request, refusal.sentence)
            return redirect("study:review_note", note_id)
        if refusal.code in ("taken_back", "already_reviewed"):
            messages.warning(request, refusal.sentence)
            return redirect("study:review")
        raise
    return _open_next(request, actor, note, verdict)


def _open_next(request: HttpRequest, actor: Actor, note: Note, verdict: actions.Verdict) -> HttpResponse:
    said = {
        actions.Verdict.PASS: _("%(name)s的“%(title)s”已通过。"),
        actions.Verdict.RECOMMEND: _("%(name)s的“%(title)s”已通过并推荐。"),
        actions.Verdict.RETURN: _("%(name)s的“%(title)s”已退回修改，那句话对方会看到。"),
    }
    words = said[verdict] % {"name": note.person.name, "title": note.title}
    following = queries.find_next(actor, note)
    if following is None:
        messages.success(request, words + _("待审的都看完了。"))
        return redirect("study:review")
    messages.success(request, words + _("下面是下一篇。"))
    return redirect("study:review_note", following.pk)


@login_required
@require_safe
def compare(request: HttpRequest, note_id: int, other_id: int) -> HttpResponse:
    """Two notes side by side, what stands in both marked. Both must be the reader's to review."""
    actor = demand_actor(request)
    note, other = queries.find_reviewed(actor, note_id), queries.find_reviewed(actor, other_id)
    text, against = notes.read_latest(note), notes.read_latest(other)
    if text is None or against is None:
        raise refuse_missing("这篇笔记的正文")
    page = {
        "note": note,
        "other": other,
        "percent": measure_share(text.body, against.body) // 10,
        "left": mark_common(text.body, against.body),
        "right": mark_common(against.body, text.body),
        "own": note.person_id == other.person_id,
    }
    return render(request, "study/compare.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_draws(request: HttpRequest) -> HttpResponse:
    """Review by sampling: a draw per unit and month, its seed on record."""
    actor = demand_actor(request)
    people.demand_leader(actor)
    units = list(queries.list_drawing_units(actor))
    form = DrawForm(
        request.POST or None, units=units, initial={"month": f"{actor.on:%Y-%m}", "unit": units[0].pk if units else ""}
    )
    if request.method == "POST" and form.is_valid():
        year, month = map(int, form.cleaned_data["month"].split("-"))
        unit = next(unit for unit in units if unit.pk == form.cleaned_data["unit"])
        try:
            made = actions.draw_notes(actor, unit, date(year, month, 1), form.cleaned_data["count"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            words = {"of": len(made.population), "n": len(made.drawn), "seed": made.seed}
            messages.success(request, _("从 %(of)d 篇里抽出 %(n)d 篇，种子 %(seed)s。") % words)
            return redirect("study:draw", made.pk)
    page = {"form": form, "draws": queries.list_draws(actor)}
    return render(request, "study/draws.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def show_draw(request: HttpRequest, draw_id: int) -> HttpResponse:
    actor = demand_actor(request)
    made = queries.find_draw(actor, draw_id)
    return render(request, "study/draw.html", {"draw": made, "notes": queries.list_drawn(actor, made)})
