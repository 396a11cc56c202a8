"""评分: the items that wait for marks, and one table per item (K26, K63; columns as in offices' 考评细则)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from shanxue.base.points import MILLI, format_scaled
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import demand_power

from ..actions.scoring import Given, give_marks, score_self
from ..actions.sharing import Wish, share_out
from ..queries import scoring as queries
from ..queries.scoring import Subject, Task
from ..queries.sharing import Share, find_sharing, list_scorers, list_sharings
from ..rules.scoring import find_bounds, list_terms, print_mark

ROWS_PER_PAGE = 50


@login_required
@require_safe
def list_scores(request: HttpRequest) -> HttpResponse:
    """What the actor scores, and what they score of themselves."""
    actor = demand_actor(request)
    demand_power(queries.is_scorer(actor) or actor.reads_own)
    today = timezone.localdate()
    page = {
        "tasks": queries.list_tasks(actor, today), "own": queries.list_self_tasks(actor, today),
        "sharings": list_sharings(actor, today),
    }  # fmt: skip
    return render(request, "assessment/scores.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def score_item(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """检查评分 of one item, a table of subjects; every mark bears the scorer's name and a reason."""
    actor = demand_actor(request)
    task = queries.find_task(actor, code, item, _read_number(request), timezone.localdate())
    unit = request.GET.get("unit", "")
    homes = {str(one.result.home_id): one.result.home for one in task.subjects if one.result.home}
    subjects = [one for one in task.subjects if unit not in homes or str(one.result.home_id) == unit]
    part = Paginator(subjects, ROWS_PER_PAGE).get_page(request.GET.get("page"))

    def save(given: Mapping[int, Given]) -> int:
        return give_marks(actor, code, item, task.term.number, given, at=timezone.now())

    page = {"task": task, "own": False, "part": part, "homes": homes, "unit": unit, "me": str(actor.user)}
    return _answer(request, page, task, list(part), save)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def score_own(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """自查评分: of oneself, or of a unit by its secretary."""
    actor = demand_actor(request)
    task = queries.find_self_task(actor, code, item, _read_number(request), timezone.localdate())

    def save(given: Mapping[int, Given]) -> int:
        return score_self(actor, code, item, task.term.number, given, at=timezone.now())

    return _answer(request, {"task": task, "own": True, "me": str(actor.user)}, task, list(task.subjects), save)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def share_item(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """评分分工: who scores which unit, and what of it is not scored yet."""
    actor = demand_actor(request)
    sharing = find_sharing(actor, code, item, timezone.localdate())
    assert actor.bureau is not None
    scorers = list_scorers(actor.bureau, actor.on)
    page: dict[str, Any] = {"sharing": sharing, "scorers": scorers, "scorer_ids": {user.pk for user in scorers}}
    if request.method == "POST":
        try:
            count = share_out(actor, code, item, _read_wishes(request.POST), at=timezone.now())
        except Refusal as refusal:
            page["refused"] = refusal.sentence
        else:
            messages.success(request, _("已改 %(count)s 个单位的评分人。") % {"count": count})
            return redirect(request.get_full_path())
    page["rows"] = [
        {"share": share, "chosen": request.POST.get(f"scorer-{share.unit.pk}", _name_scorer(share))}
        for share in sharing.shares
    ]
    return render(request, "assessment/scorers.html", page, status=400 if "refused" in page else 200)


def _name_scorer(share: Share) -> str:
    return str(share.scorer.user_id) if share.scorer else ""


def _read_wishes(posted: Mapping[str, str]) -> dict[int, Wish]:
    return {
        int(unit): Wish(_read_id(posted[key]), _read_id(posted.get(f"seen-{unit}", "")))
        for key in posted
        if key.startswith("scorer-") and (unit := key.removeprefix("scorer-")).isdecimal()
    }


def _read_id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _read_number(request: HttpRequest) -> int | None:
    text = request.GET.get("term", "")
    return int(text) if text.isdecimal() and len(text) < 4 else None


def _answer(
    request: HttpRequest, page: dict[str, Any], task: Task, subjects: list[Subject],
    save: Callable[[Mapping[int, Given]], int],
) -> HttpResponse:  # fmt: skip
    refused = ""
    if request.method == "POST":
        given = _read_given(request.POST, subjects)
        try:
            count = save(given)
        except Refusal as refusal:
            refused = refusal.sentence
        else:
            messages.success(request, _("已保存 %(count)s 个评分。") % {"count": count})
            return redirect(request.get_full_path())
    page |= {
        "refused": refused,
        "bounds": find_bounds(task.item),
        "clause_text": task.shown.scheme.clauses.get(task.item.clause, ""),
        "terms": list_terms(task.shown.scheme, task.item),
        "rows": [_describe(one, page["own"], page["me"], request.POST) for one in subjects],
    }
    return render(request, "assessment/score.html", page, status=400 if refused else 200)


def _read_given(posted: Mapping[str, str], subjects: list[Subject]) -> dict[int, Given]:
    """Read the rows that were filled; an untouched row is left alone."""
    given = {}
    for one in subjects:
        points = posted.get(f"points-{one.key}", "").strip()
        if points:
            reason, seen = posted.get(f"reason-{one.key}", ""), posted.get(f"seen-{one.key}", "")
            given[one.key] = Given(points, reason, seen)
    return given


def _describe(subject: Subject, own: bool, me: str, posted: Mapping[str, str]) -> dict[str, Any]:
    held = subject.self_score if own else subject.mark
    points = "" if held is None or held.points_milli is None else format_scaled(held.points_milli, MILLI, trim=True)
    locked = (
        subject.is_scored if own else bool(subject.imported) or (subject.mark is not None and subject.mark.by != me)
    )
    key = subject.key
    return {
        "subject": subject,
        "seen": "" if held is None else print_mark(held.points_milli, held.reason),
        "locked": locked,
        "shown": subject.imported or ((subject.mark,) if subject.mark else ()),
        "points": posted.get(f"points-{key}", points),
        "reason": posted.get(f"reason-{key}", held.reason if held else ""),
    }
