"""Imports that were committed: the list, one of them, and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal
from shanxue.intake.actions import undo_batch
from shanxue.intake.models import Batch
from shanxue.intake.queries import get_batch, list_batches
from shanxue.intake.registry import open_registry
from shanxue.orgs.actors import demand_actor

from .scope import UNDO_WITHIN, demand_importer, describe_batches, is_undone_here, may_undo
from .words import say_answer

PER_PAGE = 50


@login_required
@require_safe
def show_batches(request: HttpRequest) -> HttpResponse:
    bureau, now = demand_importer(demand_actor(request)), timezone.now()
    found = Paginator(list_batches(bureau.code), PER_PAGE).get_page(request.GET.get("page"))
    page = {"page": found, "batches": describe_batches(found, now)}
    return render(request, "imports/batches.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_batch(request: HttpRequest, number: int) -> HttpResponse:
    """One import with what it changed; while the time lasts this is also the check page of taking it back."""
    actor, now = demand_actor(request), timezone.now()
    batch = get_batch(demand_importer(actor).code, number)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            _refuse_late(batch)
            lost = undo_batch(batch, actor=actor.user.username, at=now)
        except Refusal as error:
            refusal = error
        else:
            told = {"number": batch.pk, "file": batch.file_name}
            messages.success(request, _("已撤销批次 %(number)s（%(file)s），数据恢复到导入之前。") % told)
            for sentence in lost:
                messages.warning(request, sentence)
            return redirect("imports:batch", number)
    batch.refresh_from_db()
    (shown,) = describe_batches([batch], now)
    page = _describe_batch(batch) | {"may_undo": shown.may_undo, "shown": shown, "refusal": refusal}
    return render(request, "imports/batch.html", page, status=refusal.status if refusal else 200)


def _refuse_late(batch: Batch) -> None:
    """Refuse what this page does not take back. A batch undone already is left to the action's own words."""
    if batch.undone_at is None and not may_undo(batch, timezone.now()):
        hours = int(UNDO_WITHIN.total_seconds() // 3600)
        raise Refusal(
            "undo_late",
            f"批次 {batch.pk} 导入已超过 {hours} 小时，不能在这里撤销。确需撤销的，请系统管理员办理。"
            if is_undone_here(batch) else f"批次 {batch.pk} 是题库，请在题库页撤销。",
            status=409,
        )  # fmt: skip


def _describe_batch(batch: Batch) -> dict[str, Any]:
    kinds = {code: handler.kind.title for code, handler in open_registry().handlers.items()}
    answers = batch.mapping.get("answers", {})
    return {
        "batch": batch,
        "kind": kinds.get(batch.kind, _("题库") if not is_undone_here(batch) else ""),
        "here": is_undone_here(batch),
        "until": batch.at + UNDO_WITHIN,
        "answers": [
            (say_answer(key), answer) for key, answer in answers.items() if not key.startswith("排除:")
        ],
        "excluded": [
            (key.split("@")[0].removeprefix("排除:").rpartition(":"), answer)
            for key, answer in answers.items() if key.startswith("排除:")
        ],
    }  # fmt: skip
