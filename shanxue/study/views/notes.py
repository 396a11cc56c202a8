"""M4 笔记: write, save, hand in; read what colleagues were recommended for."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Person
from shanxue.orgs.queries import Actor

from ..actions import notes as actions
from ..forms.writing import NoteForm, read_note
from ..models import Note
from ..queries import log
from ..queries import notes as queries
from ..queries.people import demand_person
from ..rules import NoteState
from ..rules.texts import count_characters

PER_PAGE = 20
SALT = "study.note"
KEPT = "kept_note"  # in the session: text that was sent after the session had ended


@require_http_methods(["GET", "HEAD", "POST"])
def show_notes(request: HttpRequest) -> HttpResponse:
    """The page on which a new note is written, with the earlier ones below."""
    return _write(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def show_note(request: HttpRequest, note_id: int) -> HttpResponse:
    """One's own note: to go on writing while it is a draft or came back, to read otherwise."""
    return _write(request, note_id)


def _write(request: HttpRequest, note_id: int | None) -> HttpResponse:
    if not request.user.is_authenticated:
        return _keep_and_sign_in(request)
    actor = demand_actor(request)
    person = demand_person(actor)
    note = queries.find_own(person, note_id) if note_id else None
    if note is not None and (note.state not in actions.EDITABLE or note.key is None) and request.method != "POST":
        page = {"note": note, "versions": queries.list_versions(note), "count": count_characters(note.body)}
        return render(request, "study/note.html", page)
    if request.method == "POST":
        return _save(request, actor, person, note)
    kept = _find_kept(request, person, note)
    shown = kept or (read_note(note) if note else {"key": uuid4(), "revision": 0})
    if kept:
        messages.info(request, _("登录前写的文字还在，已放回下面。请核对后保存或提交。"))
    return _show_form(request, actor, person, note, _open_form(actor, person, note, initial=shown))


def _open_form(actor: Actor, person: Person, note: Note | None, *args: Any, **kwargs: Any) -> NoteForm:
    items = log.list_open_items(person, actor.on.year)
    if note and note.plan_item and note.plan_item not in items:
        items = [note.plan_item, *items]
    return NoteForm(*args, items=items, kind=note.kind if note else "", **kwargs)


def _show_form(
    request: HttpRequest, actor: Actor, person: Person, note: Note | None, form: NoteForm, stale: Note | None = None
) -> HttpResponse:
    page: dict[str, Any] = {
        "form": form,
        "note": note,
        "stale": stale,
        "owner": signing.dumps(person.pk, salt=SALT),
        "person": person,
        "count": count_characters(str(form["body"].value() or "")),
        "done": _read_key(request.GET.get("done", "")),
    }
    if note is None:
        page["notes"] = Paginator(queries.list_own(person), PER_PAGE).get_page(request.GET.get("page"))
        page["today"] = actor.on
    status = 409 if stale else 400 if form.errors else 200
    return render(request, "study/notes.html", page, status=status)


def _read_key(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _read_written(form: NoteForm) -> actions.Written:
    cleaned = form.cleaned_data
    return actions.Written(
        cleaned["title"], cleaned["body"], cleaned["kind"], cleaned["audience"], cleaned["plan_item"]
    )


def _save(request: HttpRequest, actor: Actor, person: Person, note: Note | None) -> HttpResponse:
    """Save or hand in without JavaScript. A stale save shows both texts and goes on from the latest revision."""
    form = _open_form(actor, person, note, request.POST)
    if not form.is_valid():
        return _show_form(request, actor, person, note, form)
    key, revision = form.cleaned_data["key"], form.cleaned_data["revision"]
    try:
        if request.POST.get("act") == "submit":
            saved = actions.submit_note(
                person, key, _read_written(form), revision=revision, actor=actor.user.username, at=timezone.now()
            )
        else:
            saved = actions.save_note(person, key, _read_written(form), revision=revision, at=timezone.now())
    except actions.StaleNote as refusal:
        data = request.POST.copy()
        data["revision"] = str(refusal.note.revision)  # saving once more is a choice between two texts that are shown
        again = _open_form(actor, person, note, data)
        again.is_valid()
        again.add_error(None, refusal.sentence)
        return _show_form(request, actor, person, note, again, stale=refusal.note)
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return _show_form(request, actor, person, note, form)
    _forget_kept(request, key)
    return _tell_saved(request, saved)


def _tell_saved(request: HttpRequest, note: Note) -> HttpResponse:
    if note.state == NoteState.WAITING:
        words = {"title": note.title, "n": note.characters}
        messages.success(request, _("“%(title)s”已提交，%(n)d 字，等待审阅。审阅前可以收回修改。") % words)
        return redirect(f"{reverse('study:notes')}?done={note.key}")
    at = f"{timezone.localtime(note.saved_at):%H:%M}" if note.saved_at else ""
    messages.success(request, _("草稿已保存，%(at)s。") % {"at": at})
    return redirect(f"{reverse('study:note', args=[note.pk])}?done={note.key}")


@require_POST
def save_draft(request: HttpRequest) -> HttpResponse:
    """Save from the page itself, every ten seconds. The answer carries the revision to build on next."""
    if not request.user.is_authenticated:
        raise Refusal("signed_out", _("登录已过期，文字还在这里。重新登录后会接着保存。"), status=401)
    actor = demand_actor(request)
    person = demand_person(actor)
    form = _open_form(actor, person, None, request.POST)
    if not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        raise Refusal("bad_note", str(first))
    try:
        note = actions.save_note(
            person, form.cleaned_data["key"], _read_written(form), revision=form.cleaned_data["revision"],
            at=timezone.now(),
        )  # fmt: skip
    except actions.StaleNote as refusal:
        other = {"title": refusal.note.title, "body": refusal.note.body, "revision": refusal.note.revision}
        return _answer({"code": refusal.code, "sentence": refusal.sentence, "other": other}, 409)
    said = _("已保存 %(at)s　%(n)d 字") % {"at": f"{timezone.localtime():%H:%M}", "n": count_characters(note.body)}
    return _answer({"revision": note.revision, "said": said, "href": reverse("study:note", args=[note.pk])}, 200)


def _answer(body: dict[str, Any], status: int) -> JsonResponse:
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def _keep_and_sign_in(request: HttpRequest) -> HttpResponse:
    """Lay text aside that comes after the session has ended; it is shown again to its writer only."""
    if request.method == "POST":
        try:
            owner = signing.loads(request.POST.get("owner", ""), salt=SALT)
        except signing.BadSignature:
            return redirect_to_login(request.path)
        names = ("title", "body", "kind", "audience", "plan_item", "key", "revision")
        request.session[KEPT] = {"owner": owner, **{name: request.POST.get(name, "") for name in names}}
        messages.info(request, _("登录已过期，写的文字还在。登录后接着写。"))
    return redirect_to_login(request.path)


def _find_kept(request: HttpRequest, person: Person, note: Note | None) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept is None or kept["owner"] != person.pk:
        return None
    return kept if note is None or str(note.key) == kept["key"] else None


def _forget_kept(request: HttpRequest, key: UUID) -> None:
    if str(key) == request.session.get(KEPT, {}).get("key"):
        del request.session[KEPT]


@login_required
@require_POST
def take_back(request: HttpRequest, note_id: int) -> HttpResponse:
    actor = demand_actor(request)
    person = demand_person(actor)
    note = actions.take_back_note(person, note_id, actor=actor.user.username, at=timezone.now())
    messages.success(request, _("已收回。改好后再提交，交过的那一版仍留着。"))
    return redirect("study:note", note.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_draft(request: HttpRequest, note_id: int) -> HttpResponse:
    actor = demand_actor(request)
    person = demand_person(actor)
    note = queries.find_own(person, note_id)
    if request.method == "POST":
        actions.delete_draft(person, note_id, actor=actor.user.username, at=timezone.now())
        messages.success(request, _("草稿已删除。"))
        return redirect("study:notes")
    page = {
        "heading": _("删除这篇草稿"),
        "lines": [note.title or _("（没有题目）"), _("%(n)d 字") % {"n": count_characters(note.body)}],
        "consequence": _("删除后不能恢复。"),
        "act": _("删除草稿"),
        "back": reverse("study:note", args=[note.pk]),
    }
    return render(request, "study/check.html", page)


@login_required
@require_safe
def show_recommended(request: HttpRequest) -> HttpResponse:
    """支部荐读: recommended notes that their authors wrote for the branch."""
    actor = demand_actor(request)
    if not (actor.reads_own or actor.leads):
        demand_person(actor)
    notes = Paginator(queries.scope_recommended(actor), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "study/recommended.html", {"notes": notes})


@login_required
@require_safe
def read_recommended(request: HttpRequest, note_id: int) -> HttpResponse:
    actor = demand_actor(request)
    note = queries.find_recommended(actor, note_id)
    return render(request, "study/read.html", {"note": note, "version": queries.read_latest(note)})
