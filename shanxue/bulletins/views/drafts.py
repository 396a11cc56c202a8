"""K4: the list of documents, a new one, the preview, editing, the check, and the way to the signer."""

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
from shanxue.orgs.models import Unit
from shanxue.orgs.queries import Actor, demand_power, is_leading, scope_units
from shanxue.plans.queries.planning import find_plan

from ..actions import drafting, signing
from ..files import read_file
from ..forms import EditForm, EvidenceForm, FileForm, NoticeForm, PeriodForm
from ..models import KeptFile, OfficialDocument
from ..official import list_common, number_attachments, write_document, write_issue
from ..queries import documents as queries
from ..queries.checks import Check, check_document
from ..queries.gathering import list_practices, list_scope
from ..rules import FINAL, FROM_RECORDS, DocumentKind, DocumentState, FileKind
from ..rules.checking import say_changes
from ..rules.periods import find_ended, list_briefing_periods, list_periods, read_period
from .showing import FONTS, find_where, send_file, show_sections, show_tables

PER_PAGE = 30


@login_required
@require_safe
def list_documents(request: HttpRequest) -> HttpResponse:
    """Open ones first, then what was issued, the latest first."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    found = Paginator(queries.list_issued(actor), PER_PAGE).get_page(request.GET.get("page"))
    waiting = queries.list_waiting_signature(actor)
    page = {
        "found": found, "open": queries.list_open_documents(actor), "waiting": waiting,
        "writes": bool(queries.list_scopes(actor)) if actor.keeps_office else False,
        "to_answer": queries.list_own_to_answer(actor),
    }  # fmt: skip
    return render(request, "bulletins/list.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start_bulletin(request: HttpRequest, kind: DocumentKind = DocumentKind.BULLETIN) -> HttpResponse:
    """Choose the period and the scope; 生成草稿 makes the draft of a 情况通报 or a 简报."""
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    briefing = kind == DocumentKind.BRIEFING
    periods = list_briefing_periods(actor.on) if briefing else list_periods(actor.on)
    wanted = {"period": find_ended(periods, actor.on).code}
    form = PeriodForm(periods, queries.list_scopes(actor), request.POST or None, initial=wanted)
    if request.method == "POST" and form.is_valid():
        unit, code = form.find_unit(), form.cleaned_data["period"]
        found: OfficialDocument | None
        try:
            found = drafting.draft_bulletin(actor, unit, code, at=timezone.now(), kind=kind)
        except Refusal as refusal:
            found = _find_same(actor, refusal, unit, code, kind)
            if found is None:
                form.add_error(None, refusal.sentence)
        if found is not None:
            return redirect("bulletins:document", found.pk)
    page = {"form": form, "briefing": briefing}
    return render(request, "bulletins/new.html", page, status=400 if form.errors else 200)


def _find_same(
    actor: Actor, refusal: Refusal, unit: Unit | None, code: str, kind: DocumentKind
) -> OfficialDocument | None:
    """A repeated click leads to the draft that stands already."""
    period = read_period(code)
    if refusal.code != "draft_twice" or period is None or actor.bureau is None:
        return None
    issuer = queries.read_letterhead(actor.bureau).issuer
    return drafting.find_open_draft(actor.bureau, drafting.name_bulletin(actor.bureau, unit, period, issuer, kind))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start_notice(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    form = NoticeForm(queries.list_scopes(actor), request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            document = drafting.draft_notice(actor, form.find_unit(), values, values["text"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("bulletins:document", document.pk)
    return render(request, "bulletins/notice_new.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_POST
def start_opinion(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The year's approved plan goes out as an official document."""
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    document = drafting.draft_opinion(actor, find_plan(actor, plan_id), at=timezone.now())
    return redirect("bulletins:document", document.pk)


@login_required
@require_safe
def show_document(request: HttpRequest, document_id: int) -> HttpResponse:
    """The document in the layout it will have, every figure a link; open ones against the records of today."""
    actor = demand_actor(request)
    document = queries.find_document(actor, document_id)
    is_open = document.state not in FINAL
    check = check_document(document, actor.on) if is_open else freeze_check(document)
    return render(request, "bulletins/document.html", describe_document(actor, document, check))


def freeze_check(document: OfficialDocument) -> Check:
    """An issued document is shown as it was signed: nothing is compared any more."""
    return Check(queries.read_sections(document), queries.read_kept(document))


def describe_document(actor: Actor, document: OfficialDocument, check: Check) -> dict[str, Any]:
    units = dict(
        scope_units(actor).filter(pk__in=[one.pk for one in list_scope(document, actor.on)]).values_list("name", "pk")
    )
    writes = queries.may_write(actor, document)
    return {
        "document": document, "common": list_common(document), "check": check,
        "sections": show_sections(document, check), "tables": show_tables(document, units),
        "attachments": number_attachments(list_all_attachments(document)), "files": list(document.files.order_by("pk")),
        "named": _describe_named(actor, document) if document.state in FINAL else [],
        "question": say_changes(check.changes) if check.changes else "", "fonts": FONTS,
        "writes": writes and document.state == DocumentState.DRAFT, "keeps": writes,
        "takes_back": writes and document.state == DocumentState.SUBMITTED,
        "signs": _may_sign_now(actor, document), "voids": _may_void(actor, document),
        "is_final": document.state in FINAL, "is_void": document.state == DocumentState.VOID, "plan": document.plan,
        "names_units": document.kind in FROM_RECORDS, "is_briefing": document.kind == DocumentKind.BRIEFING,
        "issue": write_issue(document),
    }  # fmt: skip


def _describe_named(actor: Actor, document: OfficialDocument) -> list[dict[str, Any]]:
    """The units named with their answers; a unit that has not answered yet leads its secretary to the place for it."""
    stands = document.state == DocumentState.ISSUED
    return [
        {"unit": one, "state": queries.tell_answer(one, actor.on),
         "answers": stands and one.answered_at is None and is_leading(actor, one.unit)}
        for one in queries.list_named(document)
    ]  # fmt: skip


def _may_sign_now(actor: Actor, document: OfficialDocument) -> bool:
    waits = document.state == DocumentState.SUBMITTED
    return waits and queries.may_sign(actor, document) and not queries.is_own_draft(actor, document)


def _may_void(actor: Actor, document: OfficialDocument) -> bool:
    allowed = queries.may_write(actor, document) or queries.may_sign(actor, document)
    return document.state == DocumentState.ISSUED and allowed


def list_all_attachments(document: OfficialDocument) -> list[str]:
    return [table["title"] for table in document.tables] + queries.list_attachments(document)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_document(request: HttpRequest, document_id: int) -> HttpResponse:
    actor = demand_actor(request)
    document = queries.find_kept_document(actor, document_id)
    if document.state != DocumentState.DRAFT:
        raise Refusal("not_a_draft", _("这份文件不是草稿，不能再改。要改请先退回草稿。"), status=409)
    practices = list_practices(document) if document.kind == DocumentKind.BRIEFING else []
    form = EditForm(document, queries.read_sections(document), practices, request.POST or None)
    if request.method == "POST" and form.is_valid():
        edit = drafting.Edit(form.read_header(), form.read_texts(), form.cleaned_data["revision"])
        try:
            drafting.edit_document(actor, document, edit, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已保存。"))
            return redirect("bulletins:document", document.pk)
    page = {"form": form, "document": document, "file_form": FileForm(), "files": _list_attached(document)}
    return render(request, "bulletins/edit.html", page, status=400 if form.errors else 200)


def _list_attached(document: OfficialDocument) -> list[KeptFile]:
    return list(document.files.filter(kind=FileKind.ATTACHMENT).order_by("pk"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check_page(request: HttpRequest, document_id: int) -> HttpResponse:
    """核对页: every unit named with its evidence, every change; 送签 hands the document to a second person."""
    actor = demand_actor(request)
    document = queries.find_kept_document(actor, document_id)
    error = ""
    if request.method == "POST":
        try:
            signing.submit_document(actor, document, at=timezone.now())
        except Refusal as refusal:
            error = refusal.sentence
        else:
            messages.success(request, _("已送签。签发的人在“公文”里看得到，签发后自动编号。"))
            return redirect("bulletins:document", document.pk)
    check = check_document(document, actor.on)
    page = describe_document(actor, document, check) | describe_check(actor, document, check) | {"error": error}
    return render(request, "bulletins/check.html", page, status=409 if error else 200)


def describe_check(actor: Actor, document: OfficialDocument, check: Check) -> dict[str, Any]:
    scope = [unit.pk for unit in list_scope(document, actor.on)]
    return {
        "evidence": [
            (unit, [(one.matter, one.fact, find_where(one.href)) for one in rows]) for unit, rows in check.named
        ],
        "persons": list(document.named_persons.select_related("person").order_by("pk")),
        "evidence_form": EvidenceForm(Unit.objects.filter(pk__in=scope).order_by("path")),
    }  # fmt: skip


@login_required
@require_POST
def decide_figures(request: HttpRequest, document_id: int) -> HttpResponse:
    """用新数 or 用旧数."""
    actor = demand_actor(request)
    document = queries.find_kept_document(actor, document_id)
    take_new = request.POST.get("take") == "new"
    changes = drafting.decide_figures(actor, document, take_new=take_new, at=timezone.now())
    said = _("已改用新数，%(count)d 处。") if take_new else _("仍用草稿的数，%(count)d 处，已记下看过新数。")
    messages.success(request, said % {"count": len(changes)})
    return redirect("bulletins:check", document.pk)


@login_required
@require_POST
def add_evidence(request: HttpRequest, document_id: int) -> HttpResponse:
    actor = demand_actor(request)
    document = queries.find_kept_document(actor, document_id)
    scope = [unit.pk for unit in list_scope(document, actor.on)]
    form = EvidenceForm(Unit.objects.filter(pk__in=scope), request.POST)
    if not form.is_valid():
        raise Refusal("no_evidence", _("请选单位，并写明依据：哪一天、什么事。"))
    drafting.add_evidence(actor, document, form.cleaned_data["unit"], form.cleaned_data["fact"], at=timezone.now())
    messages.success(request, _("依据已记下。"))
    return redirect("bulletins:check", document.pk)


@login_required
@require_POST
def drop_draft(request: HttpRequest, document_id: int) -> HttpResponse:
    actor = demand_actor(request)
    document = queries.find_kept_document(actor, document_id)
    drafting.drop_draft(actor, document, at=timezone.now())
    messages.success(request, _("草稿已删去，没有用掉发文字号。"))
    return redirect("bulletins:documents")


@login_required
@require_POST
def attach_file(request: HttpRequest, document_id: int) -> HttpResponse:
    actor = demand_actor(request)
    document = queries.find_kept_document(actor, document_id)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Refusal("no_file", _("请先选一个文件。"))
    file = form.cleaned_data["file"]
    signing.attach_file(actor, document, file.name, file.read(), at=timezone.now())
    messages.success(request, _("附件已加上，附件说明自动写好。"))
    return redirect("bulletins:edit", document.pk)


@login_required
@require_POST
def detach_file(request: HttpRequest, document_id: int, file_id: int) -> HttpResponse:
    actor = demand_actor(request)
    document = queries.find_kept_document(actor, document_id)
    signing.detach_file(actor, document, file_id, at=timezone.now())
    return redirect("bulletins:edit", document.pk)


@login_required
@require_safe
def show_figure(request: HttpRequest, document_id: int, key: str) -> HttpResponse:
    """怎么算的: what a figure counts, when it was frozen, and the rows behind it."""
    actor = demand_actor(request)
    document = queries.find_document(actor, document_id)
    figure = queries.find_figure(document, key)
    rows = [(title, value, find_where(where)) for title, value, where in figure.rows]
    return render(request, "bulletins/figure.html", {"document": document, "figure": figure, "rows": rows})


@login_required
@require_safe
def download_document(request: HttpRequest, document_id: int) -> HttpResponse:
    """An issued document gives exactly the bytes that were signed; a draft is written as it stands."""
    actor = demand_actor(request)
    document = queries.find_document(actor, document_id)
    kept = document.files.filter(kind=FileKind.BODY).first()
    if kept is not None:
        return send_file(kept.name, read_file(document.bureau_id, kept.sha256))
    return send_file(f"{document.title}（送审稿）.docx", write_document(document))


@login_required
@require_safe
def download_file(request: HttpRequest, document_id: int, file_id: int) -> HttpResponse:
    actor = demand_actor(request)
    document = queries.find_document(actor, document_id)
    kept = document.files.filter(pk=file_id).first()
    if kept is None:
        raise Refusal("not_found", _("没有找到这个附件。"), status=404)
    return send_file(kept.name, read_file(document.bureau_id, kept.sha256), "application/octet-stream")
