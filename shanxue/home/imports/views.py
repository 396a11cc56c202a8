"""K2: files in, columns, check, commit; nothing is written before the last page's button."""

from __future__ import annotations

import tempfile
from pathlib import Path

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

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.intake import uploads
from shanxue.intake.checking import Plan
from shanxue.intake.documents import write_fix_table, write_template
from shanxue.intake.models import Batch, Upload
from shanxue.intake.queries import list_batches
from shanxue.intake.registry import open_registry
from shanxue.jobs.actions import start_job
from shanxue.orgs.actors import demand_actor

from .causes import ABOUT_COLUMNS, AT_ONCE, MISSING_COLUMN, group_items, list_items, read_answers
from .describe import (
    HIDDEN,
    count_all,
    counts_people,
    describe_files,
    gather_tidied,
    group_skipped,
    list_excluded,
    list_kinds,
    list_lines,
)
from .forms import UploadForm
from .scope import UNDO_WITHIN, demand_importer, describe_batches, find_own, may_undo
from .steps import list_steps
from .tasks import commit_as_shown, commit_in_background
from .words import next_steps, say_answer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES_PER_PAGE = 100
LONG_LINES = 3000  # from here on the commit is done in the background
BATCHES_SHOWN = 5


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Step one: choose files. Each is read at once; one that cannot be read is named with what to do."""
    actor, now = demand_actor(request), timezone.now()
    bureau = demand_importer(actor)
    uploads.sweep_uploads(now)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        files = [(file.name, file.read()) for file in form.cleaned_data["tables"]]
        try:
            upload, refused = uploads.open_upload(bureau.code, actor.user.username, files, at=now)
        except Refusal as refusal:
            form.add_error("tables", refusal.sentence)
        else:
            if upload is not None:
                return redirect("imports:columns", upload.token)
            for name, sentence in refused:
                form.add_error("tables", sentence if len(refused) == 1 else f"{name}：{sentence}")
            form.add_error(None, _("文件没有读完，什么都没有导入。"))
    page = {
        "form": form, "steps": list_steps(1), "kinds": list_kinds(),
        "batches": describe_batches(list_batches(bureau.code, BATCHES_SHOWN), now),
        "waiting": uploads.list_waiting(bureau.code, actor.user.username, now=now),
    }  # fmt: skip
    return render(request, "imports/start.html", page, status=400 if form.errors else 200)


def _plan(request: HttpRequest, upload: Upload, *, only_tables: bool = False) -> Plan:
    actor = demand_actor(request)
    assert actor.bureau is not None
    return uploads.plan_upload(upload, bureau_name=actor.bureau.name, today=actor.on, only_tables=only_tables)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def match_columns(request: HttpRequest, token: str) -> HttpResponse:
    """Step two: which column is what; only what is unclear is asked."""
    upload = find_own(demand_actor(request), token)
    if upload.done_at is not None:
        return redirect("imports:done", token)
    if request.method == "POST":
        changed = _keep_columns(request, upload)
        open_now = request.POST.get("asks") == "1" or changed
        return redirect("imports:columns" if open_now and not _is_settled(request, upload) else "imports:check", token)
    plan = _plan(request, upload, only_tables=True)
    items = [item for _code, item in list_items(plan, only=ABOUT_COLUMNS)]
    missing = [item for _code, item in list_items(plan, only=frozenset([MISSING_COLUMN, "unreadable"]))]
    uploads.remember_preview(upload, plan, {item.key: item.message for item in items if item.key})
    page = {
        "upload": upload, "steps": list_steps(2), "files": describe_files(plan), "items": items, "missing": missing,
        "given": _list_given(upload),
    }  # fmt: skip
    return render(request, "imports/columns.html", page)


def _keep_columns(request: HttpRequest, upload: Upload) -> bool:
    """Keep the answers of the page: columns named, sheets ticked or left out. True when anything changed."""
    who = str(demand_actor(request).user)
    answers = read_answers(request.POST.dict(), [], who=who)
    shown, taken = request.POST.getlist("sheet_shown"), set(request.POST.getlist("sheet"))
    for key in shown:
        if key.startswith(f"{HIDDEN}:"):
            answers[key] = "读取" if key in taken else None
        else:
            answers[key] = None if key in taken else f"由{who}排除"
    before = dict(upload.answers)
    uploads.keep_answers(upload, answers)
    return bool(before != upload.answers)


def _is_settled(request: HttpRequest, upload: Upload) -> bool:
    """Whether nothing about the columns is left open; a page with something taken back is shown again."""
    if request.POST.get("forget") or request.POST.get("act") == "again":
        return False
    return not list_items(_plan(request, upload, only_tables=True), only=ABOUT_COLUMNS)


def _list_given(upload: Upload) -> list[tuple[str, str, str]]:
    """The choices made so far: (key, the question, the answer); lines left out are shown apart."""
    asked = uploads.read_asked(upload)
    return [
        (key, asked.get(key, say_answer(key)), answer)
        for key, answer in upload.answers.items()
        if not key.startswith("排除:") and answer
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Steps three and four: everything found, problems first; the last button writes all or nothing."""
    upload = find_own(demand_actor(request), token)
    if upload.done_at is not None:
        return redirect("imports:done", token)
    if request.method != "POST":
        return _show_check(request, upload, None)
    who = str(demand_actor(request).user)
    answers = read_answers(request.POST.dict(), request.POST.getlist("out"), who=who)
    before = dict(upload.answers)
    uploads.keep_answers(upload, answers)
    if request.POST.get("act") != "commit":
        return redirect(_name_page(request, token))
    if before != upload.answers:
        messages.info(request, _("选择已保存。请核对变化后的结果，再确认导入。"))
        return redirect(_name_page(request, token))
    return _commit(request, upload)


def _name_page(request: HttpRequest, token: str) -> str:
    page = request.POST.get("page", "")
    return reverse("imports:check", args=[token]) + (f"?page={page}#lines" if page.isdecimal() else "")


def _commit(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Write the plan: at once, or with a page that says how far it is when there are many lines."""
    actor, now, preview = demand_actor(request), timezone.now(), request.POST.get("preview", "")
    assert actor.bureau is not None
    try:
        if uploads.count_lines(upload) > LONG_LINES:
            job = start_job(
                commit_in_background, bureau_code=upload.bureau_code, user=actor.user, at=now,
                subject=f"imports/{upload.pk}", title=_("导入 %(files)s") % {"files": "、".join(upload.files)[:60]},
                href=reverse("imports:done", args=[upload.token]), upload_id=upload.pk, preview=preview,
            )  # fmt: skip
            return redirect("jobs:job", job.pk)
        commit_as_shown(upload, preview, bureau_name=actor.bureau.name, actor=actor.user.username, at=now)
    except Refusal as refusal:
        if Upload.objects.filter(pk=upload.pk, done_at__isnull=False).exists():
            return redirect("imports:done", upload.token)  # the same click, a moment earlier
        return _show_check(request, upload, refusal)
    return redirect("imports:done", upload.token)


def _show_check(request: HttpRequest, upload: Upload, refusal: Refusal | None) -> HttpResponse:
    plan = _plan(request, upload)
    found = list_items(plan)
    asked = {item.key: item.message for _code, item in found if item.key}
    files = describe_files(plan)
    page = {
        "upload": upload, "steps": list_steps(3 if found else 4), "files": files,
        "groups": group_items(found[:AT_ONCE]), "open_count": len(found), "hidden_count": max(len(found) - AT_ONCE, 0),
        "totals": count_all(plan), "in_people": counts_people(plan), "tidied": gather_tidied(plan),
        "skipped": group_skipped([skip for file in files for skip in file.account.skipped]),
        "excluded": list_excluded(plan), "given": _list_given(upload),
        "remembered": [
            (key, say_answer(key), answer) for key in sorted(plan.answers.used)
            if (answer := plan.answers[key]) and key not in upload.answers
        ],
        "preview": uploads.remember_preview(upload, plan, asked), "refusal": refusal, "is_empty": plan.ledger.is_empty,
        "lines": Paginator(list_lines(plan), LINES_PER_PAGE).get_page(request.GET.get("page")),
        "opened": "page" in request.GET,
    }  # fmt: skip
    return render(request, "imports/check.html", page, status=refusal.status if refusal else 200)


@login_required
@require_safe
def give_fix_table(request: HttpRequest, token: str) -> HttpResponse:
    """待改表: the file as it came, with what is to be mended behind each line."""
    upload = find_own(demand_actor(request), token)
    if upload.done_at is not None:
        raise refuse_missing("待改表")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fix.xlsx"
        write_fix_table(_plan(request, upload), path)
        return _send(path.read_bytes(), _("待改表.xlsx"))


@login_required
@require_safe
def give_template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty table of one kind, with the headers the importer knows."""
    demand_importer(demand_actor(request))
    handler = open_registry().handlers.get(kind)
    if handler is None:
        raise refuse_missing("这种模板")
    return _send(write_template(handler.kind), _("%(kind)s模板.xlsx") % {"kind": handler.kind.title})


def _send(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def drop(request: HttpRequest, token: str) -> HttpResponse:
    """Put an import aside that is not wanted; nothing was written."""
    upload = find_own(demand_actor(request), token)
    if upload.done_at is None:
        uploads.drop_upload(upload)
        messages.success(request, _("已放弃这次导入，上传的文件已删除，什么都没有写入。"))
    return redirect("imports:start")


@login_required
@require_safe
def show_done(request: HttpRequest, token: str) -> HttpResponse:
    """What the import became: done, or (after a dropped connection) not begun; never half."""
    upload = find_own(demand_actor(request), token)
    if upload.done_at is None:
        messages.info(request, _("未开始：这次导入还没有确认，什么都没有写入。"))
        return redirect("imports:check", token)
    batches = list(Batch.objects.filter(bureau_code=upload.bureau_code, pk__in=upload.batches).order_by("pk"))
    page = {
        "upload": upload, "steps": list_steps(5), "batches": batches, "undo_hours": UNDO_WITHIN.seconds // 3600 or 24,
        "undo": any(may_undo(batch, timezone.now()) for batch in batches),
        "totals": {
            name: sum(batch.outcome.get(name, 0) for batch in batches) for name in ("added", "updated", "unchanged")
        },
        "in_people": bool(batches) and {batch.kind for batch in batches} == {"roster"},
        "next": next_steps(batches),
    }  # fmt: skip
    return render(request, "imports/done.html", page)
