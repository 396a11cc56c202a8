"""Pages of minutes, of their review, and of what was decided."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power

from ..actions import records as actions
from ..documents import DOCX
from ..filled import write_minutes_document, write_sheet_document
from ..forms.records import (
    DecisionForm,
    DoneForm,
    RecordForm,
    ReviewForm,
    change_rows,
    find_end,
    read_decisions,
    start_decisions,
)
from ..queries import records as queries
from ..queries.records import TABS, UNWRITTEN, Minutes
from ..rules import RecordState
from ..rules.records import Element, describe_waiting, write_absence, write_when

ROWS_PER_PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_record(request: HttpRequest, session_id: int) -> HttpResponse:
    """Show the minutes; for those who write them, the form. ``act``: save, submit, add, remove-n."""
    actor = demand_actor(request)
    minutes = queries.find_minutes(actor, session_id)
    if request.method == "POST":
        return _write(request, actor, minutes)
    if not minutes.editable:
        return _show(request, minutes)
    people = queries.list_participants(minutes.session)
    form = _start_form(minutes, people)
    return _show(request, minutes, form=form, rows=start_decisions(minutes.resolutions, people))


def _start_form(minutes: Minutes, people: list[Any], **values: Any) -> RecordForm:
    initial = {
        "revision": minutes.record.revision if minutes.record else 0,
        "content": minutes.content,
        "other": minutes.other,
        "end_time": find_end(minutes.session),
        **values,
    }
    return RecordForm(initial=initial, session=minutes.session, people=people)


def _write(request: HttpRequest, actor: Actor, minutes: Minutes) -> HttpResponse:
    people = queries.list_participants(minutes.session)
    form = RecordForm(request.POST, session=minutes.session, people=people)
    act = request.POST.get("act", "save")
    if act == "add" or act.startswith("remove-"):
        rows = change_rows(request.POST, people)
        form = RecordForm(initial=request.POST.dict(), session=minutes.session, people=people)
        return _show(request, minutes, form=form, rows=rows)
    rows = read_decisions(request.POST, people)
    if not all([form.is_valid(), *(row.is_valid() for row in rows)]):
        return _show(request, minutes, form=form, rows=rows, status=400)
    return _save(request, actor, minutes, form, rows, hand_in=act == "submit")


def _save(
    request: HttpRequest, actor: Actor, minutes: Minutes, form: RecordForm, rows: list[DecisionForm], *, hand_in: bool
) -> HttpResponse:
    session, at = minutes.session, timezone.now()
    cleaned = form.cleaned_data
    draft = actions.Draft(cleaned["content"], cleaned["other"], tuple(row.read() for row in rows), form.read_facts())
    try:
        record = actions.save_record(actor, session, draft, revision=cleaned["revision"], at=at)
    except actions.StaleText as stale:
        form.add_error(None, stale.sentence)
        form.data = {**request.POST.dict(), "revision": stale.record.revision}  # the next save is upon both texts
        return _show(request, minutes, form=form, rows=rows, theirs=stale.record, status=409)
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return _show(request, minutes, form=form, rows=rows, status=refusal.status)
    if not hand_in:
        messages.success(request, _("草稿已保存，还没有提交。"))
        return redirect("activities:record", session.pk)
    try:
        actions.submit_record(actor, session, revision=record.revision, at=at)
    except Refusal as refusal:
        messages.warning(request, _("文字已存为草稿。") + refusal.sentence)
        return redirect("activities:record", session.pk)
    messages.success(request, _("记录已提交，等待审核。审核结果会显示在这一页。"))
    return redirect("activities:record", session.pk)


def _show(
    request: HttpRequest,
    minutes: Minutes,
    *,
    form: RecordForm | None = None,
    rows: list[DecisionForm] | None = None,
    theirs: Any = None,
    review: ReviewForm | None = None,
    status: int = 200,
) -> HttpResponse:
    elements, head = minutes.elements, minutes.head
    revision = minutes.record.revision if minutes.record else 0
    page = {
        "minutes": minutes,
        "session": minutes.session,
        "record": minutes.record,
        "head": head,
        "written_when": write_when(head),
        "absences": [write_absence(one, with_reason=minutes.access.reads_all) for one in head.absent],
        "unrecorded_words": _("%(count)s 人未记录") % {"count": len(head.unrecorded)},
        "checked": [(element, _find_place(element, minutes)) for element in elements],
        "form": form,
        "rows": rows or [],
        "theirs": theirs,
        "their_decisions": queries.list_resolutions(minutes.session) if theirs else [],
        "review": review or ReviewForm(initial={"revision": revision}),
        "elements": elements,
        "complete": sum(1 for element in elements if not element.missing),
        "waiting": describe_waiting(minutes.session.on, timezone.localdate()),
        "may_return_passed": minutes.access.keeps_office and minutes.state == RecordState.PASSED,
    }
    return render(request, "activities/record.html", page, status=status)


def _find_place(element: Element, minutes: Minutes) -> str:
    """Where somebody who writes puts a missing element right."""
    if not minutes.editable:
        return ""
    if element.place in ("content", "session"):
        return f"#{element.place}"
    if not minutes.access.leads:
        return ""
    if element.place == "make_up":
        return f"{reverse('activities:make_up')}?unit={minutes.session.unit_id}&show=needs"
    return reverse("activities:roll_call", args=[minutes.session.pk])


@login_required
@require_POST
def take_back(request: HttpRequest, session_id: int) -> HttpResponse:
    actor = demand_actor(request)
    minutes = queries.find_minutes(actor, session_id)
    actions.take_back_record(actor, minutes.session, at=timezone.now())
    messages.success(request, _("记录已撤回，可以修改。改好后请再提交。"))
    return redirect("activities:record", session_id)


@login_required
@require_POST
def review_record(request: HttpRequest, session_id: int) -> HttpResponse:
    """Pass or return. ``act``: pass, return."""
    actor = demand_actor(request)
    minutes = queries.find_minutes(actor, session_id)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _show(request, minutes, review=form, status=400)
    revision, at = form.cleaned_data["revision"], timezone.now()
    try:
        if request.POST.get("act") == "pass":
            actions.pass_record(actor, minutes.session, revision=revision, at=at)
            messages.success(request, _("“%(topic)s”的记录已通过。") % {"topic": minutes.session.topic})
        else:
            sentence = form.cleaned_data["sentence"]
            actions.return_record(actor, minutes.session, sentence, revision=revision, at=at)
            messages.success(request, _("已退回修改，书记和记录人会看到这句话。"))
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        form.data = {**request.POST.dict(), "revision": minutes.record.revision if minutes.record else 0}
        return _show(request, minutes, review=form, status=refusal.status)
    return redirect("activities:record", session_id)


@login_required
@require_safe
def list_records(request: HttpRequest) -> HttpResponse:
    """Minutes by what has to be done with them."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    today = timezone.localdate()
    given = request.GET.get("year", "")
    year = int(given) if given.isdecimal() and 2000 <= int(given) <= today.year else today.year
    counts = queries.count_tabs(actor, year, today)
    first = next((tab for tab in _order_tabs(actor) if counts[tab]), RecordState.WAITING)
    tab = request.GET.get("tab", "") if request.GET.get("tab", "") in TABS else first
    found: Any = queries.list_unwritten(actor, today) if tab == UNWRITTEN else queries.list_records(actor, tab, year)
    page = {
        "tabs": [(name, counts[name]) for name in TABS],
        "tab": str(tab),
        "year": year,
        "years": range(today.year, today.year - 3, -1),
        "rows": Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "open_resolutions": queries.list_open_resolutions(actor).count(),
    }
    return render(request, "activities/records.html", page)


def _order_tabs(actor: Actor) -> tuple[str, ...]:
    """The office reviews first; a secretary first mends and writes."""
    if actor.keeps_office:
        return (RecordState.WAITING, UNWRITTEN, RecordState.RETURNED, RecordState.PASSED)
    return (RecordState.RETURNED, UNWRITTEN, RecordState.WAITING, RecordState.PASSED)


@login_required
@require_safe
def list_resolutions(request: HttpRequest) -> HttpResponse:
    """What was decided and is not done: of a branch for its secretary, one's own for a member."""
    actor = demand_actor(request)
    demand_power(actor.reads_others or actor.reads_own)
    rows = Paginator(queries.list_open_resolutions(actor), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "activities/resolutions.html", {"rows": rows, "today": timezone.localdate()})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_resolution(request: HttpRequest, resolution_id: int) -> HttpResponse:
    """Show one decision; whoever answers for it says that it is done."""
    actor = demand_actor(request)
    resolution = queries.find_resolution(actor, resolution_id)
    today = timezone.localdate()
    form = DoneForm(request.POST or None, initial={"done_on": today})
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            day, note = form.cleaned_data["done_on"], form.cleaned_data["note"]
            try:
                actions.finish_resolution(actor, resolution, done_on=day, note=note, at=timezone.now())
            except Refusal as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                messages.success(request, _("已记为完成，这一项不再出现在待办里。"))
                return redirect("activities:resolution", resolution.pk)
    asks = resolution.done_on is None and queries.may_report(actor, resolution)
    page = {
        "resolution": resolution,
        "form": form if asks or form.is_bound else None,
        "today": today,
    }
    return render(request, "activities/resolution.html", page, status=status)


@login_required
@require_safe
def download_minutes(request: HttpRequest, session_id: int) -> HttpResponse:
    minutes = queries.find_own_minutes(demand_actor(request), session_id)
    session = minutes.session
    return _send(f"{session.on:%Y%m%d}{session.topic}会议记录.docx", write_minutes_document(minutes))


@login_required
@require_safe
def download_sign_in_sheet(request: HttpRequest, session_id: int) -> HttpResponse:
    session, head = queries.find_sheet(demand_actor(request), session_id)
    return _send(f"{session.on:%Y%m%d}{session.topic}签到表.docx", write_sheet_document(session.bureau_id, head))


def _send(name: str, content: bytes) -> HttpResponse:
    """Send a document under its Chinese name, without what a file name cannot hold."""
    told = content_disposition_header(True, re.sub(r'[\\/:*?"<>|\x00-\x1f]', " ", name))
    return HttpResponse(content, content_type=DOCX, headers={"Content-Disposition": told or "attachment"})
