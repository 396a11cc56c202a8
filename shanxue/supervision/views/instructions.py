"""Pages of leaders' instructions: all of them, and one with its answer. They are written on the unit's own page."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shanxue.base.errors import Refusal
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import demand_power, is_leading

from ..actions.instructions import answer_instruction
from ..forms.instructions import DoneForm
from ..queries.instructions import count_open, find_instruction, list_instructions
from ..rules.instructions import InstructionState


@login_required
@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    rows = list_instructions(actor)
    return render(request, "supervision/instructions.html", {"rows": rows, "open_count": count_open(rows)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_one(request: HttpRequest, instruction_id: int) -> HttpResponse:
    """Read one instruction; the secretary or the office answers it: 已阅 in one tap, 已办 with a sentence."""
    actor = demand_actor(request)
    demand_power(actor.reads_others)
    found = find_instruction(actor, instruction_id)
    done = request.POST.get("act") != "read"
    form = DoneForm(request.POST if request.method == "POST" and done else None)
    if request.method == "POST" and (not done or form.is_valid()):
        try:
            answer_instruction(
                actor, found, done=done, answer=form.cleaned_data["answer"] if done else "", at=timezone.now()
            )
        except Refusal as refusal:
            if refusal.status != 400:
                raise
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已办结，领导会看到。") if done else _("已标为已阅。办完后写一句办理结果。"))
            return redirect("supervision:instruction", found.pk)
    page = {
        "instruction": found, "form": form, "open": found.state != InstructionState.DONE,
        "unread": found.state == InstructionState.GIVEN, "may_answer": is_leading(actor, found.unit),
    }  # fmt: skip
    return render(request, "supervision/instruction.html", page, status=400 if form.errors else 200)
