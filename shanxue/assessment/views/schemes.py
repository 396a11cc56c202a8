"""Pages of the office: begin a scheme, change and try it, publish it, and read its versions (ux K3)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor, demand_power

from ..actions.schemes import drop_draft, publish_draft, refuse_stale, save_draft, start_draft
from ..forms.schemes import DraftForm, PublishForm, TextForm
from ..models import SchemeDraft
from ..queries import schemes as queries
from ..queries.results import join_reach, read_version
from ..queries.year_plan import Planned, YearPlan, read_year_plan
from ..rules.changes import change_text, plan_changes
from ..rules.loading import SchemeRefused, load_scheme
from ..rules.scheme import Scheme
from ..rules.schemes import list_differences
from ..rules.wording import describe_scheme
from ..scheme_trials import DraftTrial, reach_draft, try_draft

FILE = "细则"


@login_required
@require_safe
def show_drafts(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(queries.may_write(actor))
    page = {
        "drafts": queries.list_drafts(actor), "published": queries.list_published(actor.bureau),
        "first": queries.find_first_shipped(), "shipped": queries.list_shipped(),
        "own": queries.list_own(actor.bureau),
    }  # fmt: skip
    return render(request, "assessment/scheme_drafts.html", page)


@login_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(queries.may_write(actor))
    draft = start_draft(actor, request.POST.get("from", ""), at=timezone.now())
    return redirect("assessment:scheme_draft", draft.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The year's plan beside the rubric. 试算 tries what is typed and keeps nothing; 保存 keeps what was shown.

    Changes that do not hold together are not kept: what was typed stays on the page, with every problem. A text that
    does not hold is mended as text.
    """
    actor = demand_actor(request)
    draft = queries.find_draft(actor, draft_id)
    scheme, problems = _load(draft)
    page: dict[str, Any] = {"draft": draft, "scheme": scheme, "problems": problems}
    if scheme is None or actor.bureau is None:
        return render(request, "assessment/scheme_draft.html", page)
    form = DraftForm(draft.text, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer = _turn(request, actor, draft, form)
            if answer is None:
                return redirect("assessment:scheme_draft", draft.pk)
            page |= answer
        except SchemeRefused as refusal:
            page["problems"] = _tidy(refusal)
            form.add_error(None, _("改动没有保存：数字合不上。请改好再试。"))
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
    page |= {"form": form} | _lay_out(actor.bureau, page["scheme"], form, page.get("trial"))
    return render(request, "assessment/scheme_draft.html", page, status=400 if form.errors else 200)


def _turn(request: HttpRequest, actor: Actor, draft: SchemeDraft, form: DraftForm) -> dict[str, Any] | None:
    """Try what was typed, or keep it once the page has said it in sentences; None where it was kept.

    ``shown`` is the digest of the text whose changes stood on the page: another one is shown before it is kept.
    """
    if _read_revision(request) != draft.revision:
        raise refuse_stale()
    changes = plan_changes(draft.text, form.typed)
    text = change_text(draft.text, changes)
    scheme = load_scheme(text, FILE).scheme
    page = {"scheme": scheme, "changes": changes, "shown": queries.digest(text)}
    if request.POST.get("act") == "try":
        assert actor.bureau is not None
        return page | {"trial": try_draft(actor, actor.bureau, scheme, form.cleaned_data["staff_no"])}
    if changes and request.POST.get("shown") != page["shown"]:
        return page | {"asked": True}
    save_draft(actor, draft, text, title=scheme.title[:100], revision=draft.revision, at=timezone.now())
    messages.success(request, _("已保存 %(count)s 处改动。") % {"count": len(changes)} if changes else _("没有改动。"))
    return None


def _lay_out(bureau: Bureau, scheme: Scheme, form: DraftForm, trial: DraftTrial | None) -> dict[str, Any]:
    """The rubric clause by clause, and the year's plan beside it, each saying what it has to do with the other."""
    reach, unreached = (trial.reach, "") if trial is not None else reach_draft(bureau, scheme)
    year = read_year_plan(bureau, scheme)
    clauses = join_reach(scheme, describe_scheme(scheme), reach)
    own = trial.lines if trial is not None else {}
    rubric = [
        {
            "row": row, "fields": form.list_fields(row.clause.place), "own": own.get(row.clause.code),
            "feeding": _list_feeding(year, row.clause.place),
        }
        for row in clauses
    ]  # fmt: skip
    shown = {row.clause.place for row in clauses}
    spare = [(one, form[one.code]) for one in form.settings if one.place not in shown]
    return {"rubric": rubric, "spare": spare, "year": year, "unreached": unreached}


def _list_feeding(year: YearPlan, place: str) -> list[Planned]:
    kind, _colon, at = place.partition(":")
    return year.list_feeding(int(at)) if kind == "item" else []


def _load(draft: SchemeDraft) -> tuple[Scheme | None, tuple[str, ...]]:
    """Read a draft's text: the scheme, or every problem it has."""
    try:
        return load_scheme(draft.text, FILE).scheme, ()
    except SchemeRefused as refusal:
        return None, _tidy(refusal)


def _tidy(refusal: SchemeRefused) -> tuple[str, ...]:
    """The problems without the name of a file that nobody chose."""
    return tuple(problem.removeprefix(f"{FILE}：") for problem in refusal.problems)


def _read_revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() else -1


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_text(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The whole text, typed, pasted or from a file: kept as it is, with everything that is wrong with it."""
    actor = demand_actor(request)
    draft = queries.find_draft(actor, draft_id)
    form = TextForm(request.POST or None, request.FILES or None, initial={"text": draft.text})
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"].replace("\r\n", "\n")
        try:
            draft = save_draft(
                actor, draft, text, title=_find_title(text, draft.title), revision=_read_revision(request),
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            if not _load(draft)[1]:
                messages.success(request, _("文本已保存，没有问题。"))
                return redirect("assessment:scheme_draft", draft.pk)
    page = {"draft": draft, "form": form, "problems": _load(draft)[1]}
    return render(request, "assessment/scheme_text.html", page, status=400 if form.errors else 200)


def _find_title(text: str, former: str) -> str:
    try:
        return load_scheme(text, FILE).scheme.title[:100]
    except SchemeRefused:
        return former


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, draft_id: int) -> HttpResponse:
    """核对页: what differs from the version in force, then 发布."""
    actor = demand_actor(request)
    draft = queries.find_draft(actor, draft_id)
    scheme, problems = _load(draft)
    if scheme is None:
        messages.warning(request, _("草稿还有问题，改好后才能发布。"))
        return redirect("assessment:scheme_draft", draft.pk)
    last = queries.find_published(actor.bureau, scheme.code)
    form = PublishForm(request.POST or None, initial={"from_on": actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            made = publish_draft(
                actor, draft, from_on=form.cleaned_data["from_on"], reason=form.cleaned_data["reason"],
                revision=_read_revision(request), at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已发布第%(number)d版，%(day)s起生效。") % {
                "number": made.number, "day": f"{made.from_on.month}月{made.from_on.day}日"})  # fmt: skip
            return redirect("assessment:scheme_versions", made.code)
    page = {
        "draft": draft, "scheme": scheme, "last": last, "number": last.number + 1 if last else 1, "form": form,
        "differences": list_differences(read_version(last.version), scheme) if last else [], "problems": problems,
    }  # fmt: skip
    return render(request, "assessment/scheme_publish.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def drop(request: HttpRequest, draft_id: int) -> HttpResponse:
    actor = demand_actor(request)
    drop_draft(actor, queries.find_draft(actor, draft_id), at=timezone.now())
    messages.success(request, _("草稿已删除。"))
    return redirect("assessment:scheme_drafts")


@login_required
@require_safe
def show_versions(request: HttpRequest, code: str) -> HttpResponse:
    """Every published version with its day and what it changed. It names nobody, so everybody may read it."""
    actor = demand_actor(request)
    return render(request, "assessment/scheme_versions.html", {"rows": queries.list_versions(actor.bureau, code)})
