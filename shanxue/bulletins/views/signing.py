"""Signing, sending back, voiding; and what named units answer."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor

from ..actions import signing
from ..forms import AnswerForm, ReasonForm
from ..models import NumberSeries, OfficialDocument
from ..queries import documents as queries
from ..queries.checks import check_document
from ..rules import DocumentKind, DocumentState, NumberStyle
from ..rules.numbering import write_number
from .drafts import describe_check, describe_document
from .showing import find_where


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, document_id: int) -> HttpResponse:
    """核对页 of the signer: what goes out, whom it names, which number it will bear."""
    actor = demand_actor(request)
    document = queries.find_signable(actor, document_id)
    error = ""
    if request.method == "POST":
        try:
            document = signing.sign_document(actor, document, at=timezone.now())
        except Refusal as refusal:
            error = refusal.sentence
        else:
            messages.success(request, _("已签发：%(number)s。") % {"number": document.number})
            return redirect("bulletins:document", document.pk)
    elif document.state != DocumentState.SUBMITTED:
        return redirect("bulletins:document", document.pk)
    check = check_document(document, actor.on)
    page = describe_document(actor, document, check) | describe_check(actor, document, check)
    page |= {
        "error": error,
        "form": ReasonForm(),
        "next_number": _foresee_number(document, actor.on.year),
    }
    return render(request, "bulletins/sign.html", page, status=409 if error else 200)


def _foresee_number(document: OfficialDocument, year: int) -> str:
    series = NumberSeries.objects.filter(bureau=document.bureau_id, code=document.code, year=year).first()
    style = NumberStyle.ISSUE if document.kind == DocumentKind.BRIEFING else NumberStyle.DOCUMENT
    return write_number(style, document.code, year, series.last + 1 if series else 1)


@login_required
@require_POST
def send_back(request: HttpRequest, document_id: int) -> HttpResponse:
    actor = demand_actor(request)
    document = queries.find_signable(actor, document_id)
    signing.return_document(actor, document, request.POST.get("reason", ""), at=timezone.now())
    messages.success(request, _("已退回办公室修改。"))
    return redirect("bulletins:document", document.pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, document_id: int) -> HttpResponse:
    actor = demand_actor(request)
    document = queries.find_kept_document(actor, document_id)
    signing.withdraw_document(actor, document, at=timezone.now())
    messages.success(request, _("已取回，可以接着改。"))
    return redirect("bulletins:document", document.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def void(request: HttpRequest, document_id: int) -> HttpResponse:
    actor = demand_actor(request)
    document = queries.find_document(actor, document_id)
    if not (queries.may_write(actor, document) or queries.may_sign(actor, document)):
        raise Refusal("may_not_void", _("当前账号没有作废这份文件的权限。"), status=403)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signing.void_document(actor, document, form.cleaned_data["reason"], at=timezone.now())
        except Refusal as refusal:
            form.add_error("reason", refusal.sentence)
        else:
            messages.success(request, _("已作废。发文字号保留，不再使用。"))
            return redirect("bulletins:document", document.pk)
    return render(
        request, "bulletins/void.html", {"form": form, "document": document}, status=400 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, named_id: int) -> HttpResponse:
    """What is said of the unit, with its evidence, and the place to answer it."""
    actor = demand_actor(request)
    named = queries.find_named(actor, named_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signing.answer_document(actor, named, form.cleaned_data["text"], at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("说明已交，和通报放在一起。"))
            return redirect("bulletins:document", named.document_id)
    page = {
        "form": form, "named": named, "document": named.document, "is_late": queries.is_late(named, actor.on),
        "state": queries.tell_answer(named, actor.on),
        "evidence": [(one["matter"], one["fact"], find_where(one["where"])) for one in named.evidence],
    }  # fmt: skip
    return render(request, "bulletins/answer.html", page, status=400 if form.errors else 200)
