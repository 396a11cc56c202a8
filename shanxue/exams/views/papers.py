"""Pages of papers: put together, checked, published, printed; who has taken them and who has not."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.base.points import MILLI, scale_decimal
from shanxue.orgs.actions.people import record_list_reading
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power, is_leading, scope_led_units

from ..actions import papers as actions
from ..actions.sittings import hand_in_overdue, put_questions
from ..documents import write_key, write_paper, write_results
from ..forms.bank import BankSearchForm
from ..forms.papers import PaperForm, RuleForm, describe_paper
from ..models import Paper
from ..queries import papers as queries
from ..queries.bank import count_banks, scope_questions, search_questions
from ..rules import PaperState
from ..rules.papers import find_obstacles, read_rule

PER_PAGE = 50
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
USUAL_POINTS = 2 * MILLI
MOST_NUMBER = 9999  # of a printed paper


@login_required
@require_safe
def list_papers(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    found = Paginator(queries.count_questions(queries.scope_papers(actor)), PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = [(paper, *queries.measure_paper(paper), name_state(paper, now)) for paper in found]
    return render(request, "exams/papers.html", {"found": found, "rows": rows})


def name_state(paper: Paper, now: Any) -> str:
    """Name where a paper stands today."""
    if paper.state == PaperState.DRAFT:
        return _("草稿")
    if paper.state == PaperState.CLOSED:
        return _("已收回")
    if now < paper.opens_at:
        return _("未开始")
    return _("进行中") if now < paper.closes_at else _("已结束")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_paper(request: HttpRequest, paper_id: int | None = None) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.leads)
    paper = queries.find_led_paper(actor, paper_id) if paper_id else None
    if paper is not None:
        actions.refuse_published(paper)
    units = scope_led_units(actor).order_by("path")
    form = PaperForm(units, request.POST or None, initial=describe_paper(paper) if paper else {})
    if request.method == "POST" and form.is_valid():
        try:
            assert actor.bureau is not None
            saved = actions.save_paper(actor.bureau, paper, form.read(), actor=str(actor.user), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已保存“%(title)s”。下一步：选题。") % {"title": saved.title})
            return redirect("exams:paper" if paper else "exams:paper_rule", saved.pk)
    return render(request, "exams/paper_edit.html", {"form": form, "paper": paper}, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def set_rule(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Choose by rule: so many of each kind from each bank."""
    actor = demand_actor(request)
    paper = queries.find_led_paper(actor, paper_id)
    actions.refuse_published(paper)
    form = RuleForm(paper, count_banks(actor.bureau), request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_rule(paper, form.read(), actor=str(actor.user), at=timezone.now())
        messages.success(request, _("已保存抽题规则，每次答题重新抽题。下一步：检查并发布。"))
        return redirect("exams:publish", paper.pk)
    page = {"form": form, "paper": paper, "chosen_count": paper.chosen.count()}
    return render(request, "exams/paper_rule.html", page, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_questions(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Choose by hand: tick questions, order them, give points."""
    actor = demand_actor(request)
    paper = queries.find_led_paper(actor, paper_id)
    actions.refuse_published(paper)
    if request.method == "POST":
        _change_chosen(request, paper, str(actor.user))
        return redirect(request.get_full_path())
    form = BankSearchForm([row.bank for row in count_banks(actor.bureau)], request.GET or None)
    asked = {**form.read(), "state": ""}
    chosen = list(paper.chosen.select_related("question").order_by("position", "pk"))
    rest = search_questions(actor, **asked).exclude(pk__in=[row.question_id for row in chosen])
    page = {
        "paper": paper,
        "chosen": chosen,
        "full_milli": sum(row.points_milli for row in chosen),
        "form": form,
        "found": Paginator(rest, PER_PAGE).get_page(request.GET.get("page")),
        "query": "&".join(f"{name}={request.GET[name]}" for name in ("q", "bank", "kind") if request.GET.get(name)),
    }
    return render(request, "exams/paper_choose.html", page)


def _change_chosen(request: HttpRequest, paper: Paper, who: str) -> None:
    """Carry out one act of the page: add ticked questions, set points, move or remove one."""
    now = timezone.now()
    act, _colon, row = request.POST.get("act", "").partition(":")
    if act == "add":
        ids = [int(one) for one in request.POST.getlist("question") if one.isdecimal()]
        questions = list(
            scope_questions(demand_actor(request)).filter(pk__in=ids, retired_on__isnull=True).order_by("pk")
        )
        points = read_points(request.POST.get("points", "")) or USUAL_POINTS
        count = actions.add_questions(paper, questions, points, actor=who, at=now)
        messages.success(request, _("已选入 %(count)s 题。") % {"count": count})
    elif act == "points":
        wanted = {
            int(name.removeprefix("points-")): found
            for name, text in request.POST.items()
            if name.startswith("points-") and name[7:].isdecimal() and (found := read_points(str(text)))
        }
        actions.set_points(paper, wanted, actor=who, at=now)
        messages.success(request, _("已保存分值。"))
    elif act in ("up", "down") and row.isdecimal():
        actions.move_question(paper, int(row), -1 if act == "up" else 1, actor=who, at=now)
    elif act == "remove" and row.isdecimal():
        actions.remove_question(paper, int(row), actor=who, at=now)


def read_points(text: str) -> int | None:
    """Read points typed by hand as milli; None when they are no number between 0.1 and 100."""
    try:
        points = scale_decimal(Decimal(text.strip() or "0"), MILLI)
    except (InvalidOperation, ValueError):
        return None
    return points if 100 <= points <= 100 * MILLI else None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The check page: what will be asked of whom; what stands in the way; then publish."""
    actor = demand_actor(request)
    paper = queries.find_led_paper(actor, paper_id)
    actions.refuse_published(paper)
    if request.method == "POST":
        try:
            actions.publish_paper(paper, actor=str(actor.user), at=timezone.now())
        except Refusal:
            pass  # the page below says the same, with everything else that stands in the way
        else:
            people = len(queries.list_takers(paper, actor.on))
            said = _("“%(title)s”已发布，%(count)s 人参加，%(at)s 起可以答题。")
            messages.success(
                request, said % {"title": paper.title, "count": people, "at": queries.name_moment(paper.opens_at)}
            )
            return redirect("exams:paper", paper.pk)
    facts = queries.describe_paper(paper, actor.on)
    obstacles = find_obstacles(facts, timezone.now())
    page = {"paper": paper, "facts": facts, "draws": read_rule(paper.rule), "obstacles": obstacles}
    return render(request, "exams/paper_check.html", page, status=409 if request.method == "POST" else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, paper_id: int) -> HttpResponse:
    actor = demand_actor(request)
    paper = queries.find_led_paper(actor, paper_id)
    if request.POST.get("act") == "delete":
        actions.delete_draft(paper, actor=str(actor.user), at=timezone.now())
        messages.success(request, _("已删除草稿“%(title)s”。") % {"title": paper.title})
        return redirect("exams:papers")
    actions.withdraw_paper(paper, actor=str(actor.user), at=timezone.now())
    messages.success(
        request, _("“%(title)s”已收回，不能再开始；正在答的人可以答完，成绩都保留。") % {"title": paper.title}
    )
    return redirect("exams:paper", paper.pk)


@login_required
@require_safe
def show_paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One paper and its people, in staff-number order; the numbers lead to the names behind them."""
    actor = demand_actor(request)
    paper = queries.find_paper(actor, paper_id)
    now = timezone.now()
    hand_in_overdue(Q(paper=paper), now)
    rows = [] if paper.state == PaperState.DRAFT else queries.list_results(actor, paper, actor.on)
    groups = {
        "all": rows,
        "done": [row for row in rows if row.state == "已答"],
        "missing": [row for row in rows if row.state in ("未答", "正在答")],
        "failed": [row for row in rows if row.passed is False],
    }
    show = request.GET.get("show", "all")
    shown = Paginator(groups.get(show, rows), 200).get_page(request.GET.get("page"))
    _keep_reading(actor, shown)
    count, full = queries.measure_paper(paper)
    page = {
        "paper": paper,
        "state": name_state(paper, now),
        "question_count": count,
        "full_milli": full,
        "groups": {name: len(found) for name, found in groups.items()},
        "show": show if show in groups else "all",
        "rows": shown,
        "leads": is_leading(actor, paper.unit),
    }
    return render(request, "exams/paper.html", page)


@login_required
@require_safe
def print_paper(request: HttpRequest, paper_id: int, what: str) -> HttpResponse:
    """The paper, or its key, as .docx. ``?number=`` names the drawing, so that paper and key fit each other."""
    actor = demand_actor(request)
    paper = queries.find_led_paper(actor, paper_id)
    text = request.GET.get("number", "1")
    number = min(int(text), MOST_NUMBER) if text.isdecimal() else 1
    put = put_questions(paper, number)
    body = write_key(paper, put, number) if what == "key" else write_paper(paper, put, number)
    name = _("%(title)s 答案 卷%(number)s.docx") if what == "key" else _("%(title)s 卷%(number)s.docx")
    return send_file(body, name % {"title": paper.title, "number": number}, DOCX)


@login_required
@require_safe
def export_results(request: HttpRequest, paper_id: int) -> HttpResponse:
    actor = demand_actor(request)
    paper = queries.find_paper(actor, paper_id)
    hand_in_overdue(Q(paper=paper), timezone.now())
    rows = queries.list_results(actor, paper, actor.on)
    _keep_reading(actor, rows)
    body = write_results(paper, rows)
    return send_file(body, _("%(title)s 成绩.xlsx") % {"title": paper.title}, XLSX)


def _keep_reading(actor: Actor, rows: Iterable[queries.TakerRow]) -> None:
    """Whoever sees scores of others is written down, as with results; who has none yet has nothing to be seen."""
    people = [row.person.pk for row in rows if row.score_milli is not None]
    record_list_reading(actor, people, "测试成绩", at=timezone.now())


def send_file(body: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
