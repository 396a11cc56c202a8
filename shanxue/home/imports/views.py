"""K2: files in, columns, check, commit; nothing is written before the last page's button."""

from __future__ import annotations

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
from shanxue.intake.documents import write_template
from shanxue.intake.models import Batch, Upload
from shanxue.intake.queries import list_batches
from shanxue.intake.registry import open_registry
from shanxue.jobs.actions import start_job
from shanxue.orgs.actors import demand_actor

from .causes import read_answers
from .describe import HIDDEN, list_kinds
from .forms import UploadForm
from .looking import COLUMNS, ROWS, Look, drop_look, find_look, look_at, make_fix_table
from .scope import UNDO_WITHIN, demand_importer, describe_batches, find_own, may_undo
from .steps import list_steps
from .tasks import commit_as_shown, commit_in_background, look_in_background
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


def _look(request: HttpRequest, upload: Upload, step: str) -> Look | HttpResponse:
    """What a step's page shows; for large files what was kept of them, else the way to the job that makes it."""
    actor = demand_actor(request)
    assert actor.bureau is not None
    if not uploads.is_long(upload):
        return look_at(upload, step, bureau_name=actor.bureau.name, today=actor.on)
    kept = find_look(upload, step, actor.on)
    if kept is not None:
        return kept
    job = start_job(
        look_in_background, bureau_code=upload.bureau_code, user=actor.user, at=timezone.now(),
        subject=f"imports/{upload.pk}", title=_("读取和核对 %(files)s") % {"files": "、".join(upload.files)[:60]},
        href=reverse(f"imports:{step}", args=[upload.token]), upload_id=upload.pk, step=step,
    )  # fmt: skip
    return redirect("jobs:job", job.pk)


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
    look = _look(request, upload, COLUMNS)
    if isinstance(look, HttpResponse):
        return look
    page = {"upload": upload, "steps": list_steps(2), "given": _list_given(upload), **look}
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
    if uploads.is_long(upload):
        return True  # what is left open is asked on the next page, so that large files are not read once more for it
    actor = demand_actor(request)
    assert actor.bureau is not None
    return not look_at(upload, COLUMNS, bureau_name=actor.bureau.name, today=actor.on)["items"]


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
        drop_look(upload)
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
    look = _look(request, upload, ROWS)
    if isinstance(look, HttpResponse):
        if refusal is not None:
            messages.warning(request, refusal.sentence)
        return look
    page = {
        **look, "upload": upload, "steps": list_steps(3 if look["open_count"] else 4), "given": _list_given(upload),
        "refusal": refusal, "lines": Paginator(look["lines"], LINES_PER_PAGE).get_page(request.GET.get("page")),
        "opened": "page" in request.GET,
    }  # fmt: skip
    return render(request, "imports/check.html", page, status=refusal.status if refusal else 200)


@login_required
@require_safe
def give_fix_table(request: HttpRequest, token: str) -> HttpResponse:
    """待改表: the file as it came, with what is to be mended behind each line."""
    actor = demand_actor(request)
    upload = find_own(actor, token)
    if upload.done_at is not None:
        raise refuse_missing("待改表")
    assert actor.bureau is not None
    table = (find_look(upload, ROWS, actor.on) or {}).get("fix_table")
    if table is None:
        table = make_fix_table(uploads.plan_upload(upload, bureau_name=actor.bureau.name, today=actor.on))
    return _send(table, _("待改表.xlsx"))


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
