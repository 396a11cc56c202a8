"""Pages of the question bank: the office keeps it, secretaries read it."""

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
from shanxue.intake.queries import find_same_file
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power

from ..actions.bank import BankPlan, commit_bank, plan_bank, retire_question, save_question, undo_bank
from ..forms.bank import BankSearchForm, BankUploadForm, QuestionForm, describe_question
from ..models import Question
from ..queries import bank as queries
from ..queries.papers import name_moment
from ..reading import read_bank
from ..rules.answers import LETTERS
from ..rules.scoring import write_answer
from ..uploads import drop_upload, find_upload, keep_upload

PER_PAGE = 50
SHOWN_AT_ONCE = 200  # drafts of a preview; the rest is counted


@login_required
@require_safe
def show_bank(request: HttpRequest) -> HttpResponse:
    """The bank: counts by bank and kind, and the questions that match the filters."""
    actor = demand_actor(request)
    demand_power(actor.leads)
    counts = queries.count_banks(actor.bureau)
    form = BankSearchForm([row.bank for row in counts], request.GET or None)
    asked = form.read()
    found = Paginator(queries.search_questions(actor, **asked), PER_PAGE).get_page(request.GET.get("page"))
    page = {
        "counts": counts,
        "form": form,
        "found": found,
        "rows": [(question, show_question(question)) for question in found],
        "query": "&".join(
            f"{name}={request.GET[name]}" for name in ("q", "bank", "kind", "state") if request.GET.get(name)
        ),
        "batches": _list_batches(actor) if actor.keeps_office else [],
    }
    return render(request, "exams/bank.html", page)


def _list_batches(actor: Actor) -> list[Any]:
    assert actor.bureau is not None
    return queries.list_bank_batches(actor.bureau, 5)


def show_question(question: Any) -> dict[str, Any]:
    """Give a question (a row or a draft) as a template shows it: marked options, and the answer apart."""
    put = {"kind": str(question.kind), "options": list(question.options)}
    return {
        "options": list(zip(LETTERS, question.options, strict=False)),
        "answer": write_answer(put, question.answer),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_question(request: HttpRequest, question_id: int | None = None) -> HttpResponse:
    """Write one question, new or known."""
    actor = demand_actor(request)
    queries.demand_bank_keeper(actor)
    question = queries.find_question(actor, question_id) if question_id else None
    form = QuestionForm(request.POST or None, initial=describe_question(question) if question else {})
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_question(_bureau(actor), question, form.read(), actor=str(actor.user), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已保存第 %(number)s 号题。已经答过的试卷不受影响。") % {"number": saved.pk})
            return redirect("exams:question", saved.pk)
    page = {"form": form, "question": question}
    return render(request, "exams/question.html", page, status=400 if form.errors else 200)


@login_required
@require_safe
def show_one(request: HttpRequest, question_id: int) -> HttpResponse:
    """One question: as a member sees it, then its answer and source."""
    actor = demand_actor(request)
    question = queries.find_question(actor, question_id)
    return render(request, "exams/question_shown.html", {"question": question, "shown": show_question(question)})


@login_required
@require_POST
def retire(request: HttpRequest, question_id: int) -> HttpResponse:
    actor = demand_actor(request)
    queries.demand_bank_keeper(actor)
    question: Question = queries.find_question(actor, question_id)
    back = request.POST.get("act") == "restore"
    retire_question(question, retired_on=None if back else actor.on, actor=str(actor.user), at=timezone.now())
    said = (
        _("第 %(number)s 号题已恢复使用。")
        if back
        else _("第 %(number)s 号题已停用，以后不再抽到。已经答过的试卷不受影响。")
    )
    messages.success(request, said % {"number": question.pk})
    return redirect("exams:question", question.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_bank(request: HttpRequest) -> HttpResponse:
    """Step one: choose the file. It is kept for a day and read on the next page; nothing is written to the bank."""
    actor = demand_actor(request)
    queries.demand_bank_keeper(actor)
    form = BankUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            digest = keep_upload(_bureau(actor).pk, file.name, file.read(), timezone.now())
            read_bank(find_upload(_bureau(actor).pk, digest), file.name, form.cleaned_data["bank"])
        except Refusal as refusal:
            form.add_error("file", refusal.sentence)
        else:
            answer = redirect("exams:bank_preview", digest)
            request.session[f"bank-{digest}"] = form.cleaned_data["bank"]
            return answer
    page = {"form": form, "batches": _list_batches(actor)}
    return render(request, "exams/bank_import.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preview_bank(request: HttpRequest, digest: str) -> HttpResponse:
    """Step two: problems first, then each question as a member will see it; confirming writes all or nothing."""
    actor = demand_actor(request)
    queries.demand_bank_keeper(actor)
    bureau = _bureau(actor)
    path = find_upload(bureau.pk, digest)
    excluded = frozenset((request.POST if request.method == "POST" else request.GET).getlist("exclude"))
    plan = plan_bank(bureau, read_bank(path, path.name, request.session.get(f"bank-{digest}", ""), excluded))
    refusal: Refusal | None = None
    if request.method == "POST" and request.POST.get("act") == "commit":
        try:
            batch = commit_bank(plan, bureau, name=path.name, sha256=digest, actor=str(actor.user), at=timezone.now())
        except Refusal as error:
            refusal = error
        else:
            drop_upload(bureau.pk, digest)
            said = _(
                "导入完成：新增 %(added)s 题，更新 %(updated)s 题，不变 %(unchanged)s 题（批次 %(batch)s）。"
                "用到试卷之前可以撤销。"
            )
            messages.success(request, said % {**batch.outcome, "batch": batch.pk})
            return redirect("exams:bank")
    page = _describe_plan(plan) | {
        "file": path.name,
        "digest": digest,
        "excluded": sorted(excluded),
        "refusal": refusal,
    }
    same = find_same_file(bureau.code, queries.BATCH_KIND, digest)
    if same is not None:
        page["same"] = _("这份文件 %(at)s 已导入（批次 %(batch)s），内容相同，没有变化。") % {
            "at": name_moment(same.at), "batch": same.pk
        }  # fmt: skip
    return render(request, "exams/bank_preview.html", page, status=refusal.status if refusal else 200)


def _describe_plan(plan: BankPlan) -> dict[str, Any]:
    drafts = [
        (entry, show_question(entry.draft), plan.outcomes.get(entry.key, ""), plan.said.get(entry.key, ""))
        for entry in plan.reading.drafts
        if entry.draft
    ]
    blocked = [(entry, show_question(entry.draft) if entry.draft else None) for entry in plan.reading.blocked]
    passed: dict[str, list[Any]] = {}
    for entry in plan.reading.passed:
        passed.setdefault(entry.skipped, []).append(entry)
    return {
        "plan": plan,
        "drafts": drafts[:SHOWN_AT_ONCE],
        "more": max(len(drafts) - SHOWN_AT_ONCE, 0),
        "blocked": blocked,
        "passed": [
            (reason, sum(len(entry.rows) for entry in entries), entries[:50]) for reason, entries in passed.items()
        ],
        "added": plan.count("added"),
        "updated": plan.count("updated"),
        "unchanged": plan.count("unchanged"),
        "writes": plan.count("added") + plan.count("updated"),
    }


@login_required
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    actor = demand_actor(request)
    batch = queries.find_bank_batch(actor, number)
    undo_bank(batch, actor=str(actor.user), at=timezone.now())
    messages.success(
        request,
        _("已撤销批次 %(batch)s（%(file)s），题库恢复到导入之前。") % {"batch": batch.pk, "file": batch.file_name},
    )
    return redirect("exams:bank")


def _bureau(actor: Actor) -> Any:
    assert actor.bureau is not None
    return actor.bureau
