"""模板: which template each kind of document uses; an own one is tried on a sample before it is used."""

from __future__ import annotations

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power
from shanxue.web.office_templates import find_own_template

from ..actions import templates as actions
from ..files import read_file
from ..forms import TemplateForm
from ..office import KINDS, TemplateKind, list_names, tell_source, try_template
from ..queries.documents import writes_scope
from .showing import send_file

DIGEST = re.compile(r"[0-9a-f]{64}")


@login_required
@require_safe
def list_templates(request: HttpRequest) -> HttpResponse:
    actor = _demand_keeper(request)
    assert actor.bureau is not None
    rows = [(kind, tell_source(actor.bureau.pk, kind.name)) for kind in KINDS.values()]
    return render(request, "bulletins/templates.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_template(request: HttpRequest, name: str) -> HttpResponse:
    """One kind: download the shipped template, upload an own one, look at the sample, use it."""
    actor = _demand_keeper(request)
    kind = _find_kind(name)
    assert actor.bureau is not None
    form = TemplateForm(request.POST or None, request.FILES or None)
    tried = ""
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            tried = actions.try_upload(actor, kind, file.name, file.read())
        except Refusal as refusal:
            form.add_error("file", refusal.sentence)
    page = {
        "kind": kind, "source": tell_source(actor.bureau.pk, kind.name), "form": form, "tried": tried,
        "variables": list(list_names(kind)), "own": find_own_template(actor.bureau.pk, kind.name) is not None,
    }  # fmt: skip
    return render(request, "bulletins/template.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def use_template(request: HttpRequest, name: str) -> HttpResponse:
    actor = _demand_keeper(request)
    kind = _find_kind(name)
    actions.use_template(actor, kind, _read_digest(request.POST.get("tried", "")), at=timezone.now())
    messages.success(request, _("已启用，以后的%(kind)s用这个模板。已经签发的文件不变。") % {"kind": kind.name})
    return redirect("bulletins:templates")


@login_required
@require_POST
def leave_template(request: HttpRequest, name: str) -> HttpResponse:
    actor = _demand_keeper(request)
    kind = _find_kind(name)
    actions.leave_template(actor, kind, at=timezone.now())
    messages.success(request, _("已换回自带的模板。"))
    return redirect("bulletins:templates")


@login_required
@require_safe
def download_shipped(request: HttpRequest, name: str) -> HttpResponse:
    _demand_keeper(request)
    kind = _find_kind(name)
    return send_file(f"{kind.name}模板.docx", kind.shipped.read_bytes())


@login_required
@require_safe
def download_sample(request: HttpRequest, name: str) -> HttpResponse:
    """The sample as a template fills it: the one just tried, else the one in use."""
    actor = _demand_keeper(request)
    kind = _find_kind(name)
    assert actor.bureau is not None
    tried = request.GET.get("tried", "")
    own = find_own_template(actor.bureau.pk, kind.name)
    data = read_file(actor.bureau.pk, _read_digest(tried)) if tried else (own or kind.shipped).read_bytes()
    return send_file(f"{kind.name}样子.docx", try_template(kind, data, f"{kind.name}模板.docx"))


def _read_digest(text: str) -> str:
    if not DIGEST.fullmatch(text):
        raise refuse_missing("这个模板")
    return text


def _find_kind(name: str) -> TemplateKind:
    if name not in KINDS:
        raise refuse_missing("这种文件的模板")
    return KINDS[name]


def _demand_keeper(request: HttpRequest) -> Actor:
    actor = demand_actor(request)
    demand_power(writes_scope(actor, None))
    return actor
