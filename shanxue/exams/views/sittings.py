"""M5: take a test. One question per screen; each answer is saved at once; everything works without JavaScript."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor

from ..actions import sittings as actions
from ..due import list_for_person
from ..models import Sitting, SittingAnswer
from ..queries import sittings as queries
from ..rules import PaperState, QuestionKind
from ..rules.answers import LETTERS
from ..rules.scoring import write_answer
from ..rules.sittings import write_left
from ..rules.stems import count_blanks

SEED_BITS = 53  # as large as a whole number may be that any program reads back exactly


@login_required
@require_safe
def list_tests(request: HttpRequest) -> HttpResponse:
    """The tests that ask for me, then those taken. Those who only read are led to the papers."""
    actor = demand_actor(request)
    if not actor.reads_own and actor.reads_others:
        return redirect("exams:papers")
    person = queries.demand_person(actor)
    now = timezone.now()
    tests = queries.list_own_tests(person, now, actor.on, every=True)
    page = {
        "due": list_for_person(person, now),
        "coming": [test for test in tests if now < test.paper.opens_at and test.paper.state == PaperState.OPEN],
        "done": [test for test in tests if test.score is not None],
    }
    return render(request, "exams/tests.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_test(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Before: how many questions, how long, how often, which attempt counts. POST begins (or goes on)."""
    actor = demand_actor(request)
    now = timezone.now()
    person = queries.demand_person(actor)
    actions.hand_in_overdue(Q(person=person), now)
    test = queries.find_own_test(actor, paper_id, now)
    if request.method == "POST":
        seed = secrets.randbits(SEED_BITS)
        sitting = actions.start_sitting(test, person, seed=seed, actor=str(actor.user), at=now)
        return redirect("exams:sitting", sitting.pk)
    page = {
        "test": test,
        "sat": queries.list_handed_in(person, test.paper),
        "can_start": test.running is not None or (test.left > 0 and test.is_open(now)),
        "waiting": test.paper.state == PaperState.OPEN and now < test.paper.opens_at,
        "withdrawn": test.paper.state == PaperState.CLOSED,
        "short_by_close": _tell_short(test, now),
    }
    return render(request, "exams/test.html", page)


def _tell_short(test: queries.OwnTest, now: Any) -> str:
    """Say when the paper closes before its minutes would be over."""
    minutes = test.paper.minutes
    left = int((test.paper.closes_at - now).total_seconds()) // 60
    if minutes is None or test.running or not 0 <= left < minutes:
        return ""
    return _("测试即将结束，现在开始只有 %(left)s 分钟。") % {"left": left}


def find_running(request: HttpRequest, sitting_id: int) -> tuple[Actor, Sitting]:
    """Find one's own sitting; one whose time is over is handed in here and now."""
    actor = demand_actor(request)
    sitting = queries.find_sitting(actor, sitting_id)
    now = timezone.now()
    if sitting.handed_in_at is None and now >= sitting.ends_at:
        sitting = actions.hand_in(sitting, actor=str(actor.user), at=sitting.ends_at)
        messages.info(request, actions.TIME_UP)
    return actor, sitting


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_sitting(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """During: one question (``?q=``). POST saves it and goes where the pressed button leads, without JavaScript."""
    if request.method == "POST":
        return _save_and_go(request, sitting_id)
    _actor, sitting = find_running(request, sitting_id)
    if sitting.handed_in_at is not None:
        return redirect("exams:result", sitting.pk)
    answers = queries.list_answers(sitting)
    text = request.GET.get("q", "")
    first_open = next((answer.position for answer in answers if not answer.given), 1)
    position = int(text) if text.isdecimal() and 1 <= int(text) <= len(answers) else first_open
    answer = answers[position - 1]
    page = _describe_sitting(sitting, answers) | {
        "answer": answer,
        "position": position,
        "inputs": describe_inputs(answer),
    }
    return render(request, "exams/sitting.html", page)


def _describe_sitting(sitting: Sitting, answers: list[SittingAnswer]) -> dict[str, Any]:
    now = timezone.now()
    return {
        "sitting": sitting,
        "paper": sitting.paper,
        "answers": answers,
        "total": len(answers),
        "answered": len(queries.list_answered(answers)),
        "left": write_left(sitting.ends_at, now),
        "left_seconds": max(int((sitting.ends_at - now).total_seconds()), 0),
    }


def describe_inputs(answer: SittingAnswer) -> dict[str, Any]:
    """Say which inputs a question needs: one choice, several, or a text for each blank."""
    put, given = answer.put, answer.given or []
    if put["kind"] == QuestionKind.BLANK:
        blanks = max(count_blanks(put["stem"]), len(put["answer"]))
        return {"type": "text", "texts": [given[index] if index < len(given) else "" for index in range(blanks)]}
    options = [(letter, text, letter in given) for letter, text in zip(LETTERS, put["options"], strict=False)]
    return {"type": "checkbox" if put["kind"] == QuestionKind.MULTIPLE else "radio", "options": options}


def _save_and_go(request: HttpRequest, sitting_id: int) -> HttpResponse:
    actor = demand_actor(request)
    sitting = queries.find_sitting(actor, sitting_id)
    text = request.POST.get("position", "")
    if text.isdecimal():
        try:
            saved = actions.save_answer(
                sitting, int(text), request.POST.getlist("given"), at=timezone.now(), seen=request.POST.get("seen")
            )
        except Refusal as refusal:
            if refusal.code != "time_up":
                raise
            return redirect("exams:sitting", sitting.pk)  # which hands in and says so
        if saved.sentence:
            messages.info(request, saved.sentence)
    go = request.POST.get("go", "")
    if go == "check":
        return redirect("exams:check", sitting.pk)
    place = reverse("exams:sitting", args=[sitting.pk])
    return redirect(f"{place}?q={go}" if go.isdecimal() else place)


@login_required
@require_POST
def save(request: HttpRequest, sitting_id: int) -> JsonResponse:
    """Save one answer for the page's script; ``age`` is how many seconds ago it was given."""
    actor = demand_actor(request)
    sitting = queries.find_sitting(actor, sitting_id)
    position, age = request.POST.get("position", ""), request.POST.get("age", "0")
    if not position.isdecimal() or len(position) > 4:
        raise Refusal("no_such_place", _("没有收到题号。请刷新页面后再答。"))
    saved = actions.save_answer(
        sitting, int(position), request.POST.getlist("given"), at=timezone.now(), seen=request.POST.get("seen"),
        age_seconds=min(float(age), 86400.0) if age.replace(".", "", 1).isdecimal() else 0,
    )  # fmt: skip
    local = timezone.localtime(saved.answered_at)
    said = saved.sentence or _("已保存 %(at)s") % {"at": f"{local:%H:%M}"}
    return JsonResponse({
        "said": said, "warns": bool(saved.sentence), "answered": saved.answered_count,
        "seen": saved.answered_at.isoformat(),
        "left": max(int((sitting.ends_at - timezone.now()).total_seconds()), 0),
    })  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """The check page before handing in: which questions are still open. POST hands in."""
    actor, sitting = find_running(request, sitting_id)
    if request.method == "POST" and sitting.handed_in_at is None:
        sitting = actions.hand_in(sitting, actor=str(actor.user), at=timezone.now())
    if sitting.handed_in_at is not None:
        return redirect("exams:result", sitting.pk)
    answers = queries.list_answers(sitting)
    page = _describe_sitting(sitting, answers)
    page["open"] = page["total"] - page["answered"]
    return render(request, "exams/check.html", page)


@login_required
@require_safe
def show_result(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """After: the score, each wrong item with its source clause and analysis, and what attempts are left."""
    actor, sitting = find_running(request, sitting_id)
    if sitting.handed_in_at is None:
        return redirect("exams:sitting", sitting.pk)
    answers = queries.list_answers(sitting)
    wrong = [answer for answer in answers if (answer.awarded_milli or 0) < answer.points_milli]
    now = timezone.now()
    test = queries.get_own_test(actor, sitting.paper_id, now)
    again = test is not None and test.left > 0 and test.is_open(now)
    mark = sitting.paper.pass_milli
    page = {
        "sitting": sitting,
        "paper": sitting.paper,
        "total": len(answers),
        "right": len(answers) - len(wrong),
        "wrong": [(answer, write_answer(answer.put, answer.given), write_answer(answer.put, answer.put["answer"]),
                   list(zip(LETTERS, answer.put["options"], strict=False))) for answer in wrong],
        "test": test,
        "again": again,
        "passed": None if mark is None or sitting.score is None else (sitting.score.score_milli or 0) >= mark,
    }  # fmt: skip
    return render(request, "exams/result.html", page)
