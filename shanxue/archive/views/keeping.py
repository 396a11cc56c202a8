"""How long personal data are kept, what falls due now, and carrying it out."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import demand_power

from ..actions.keeping import carry_out_retention
from ..keeping import list_falling
from ..queries import may_seal


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_retention(request: HttpRequest) -> HttpResponse:
    """What is cleared stands here before it is confirmed; nothing an open assessment or appeal needs is touched."""
    actor = demand_actor(request)
    demand_power(may_seal(actor))
    assert actor.bureau is not None
    if request.method == "POST":
        done = carry_out_retention(actor.bureau, actor=actor.user.username, at=timezone.now())
        count = sum(one.due for one in done)
        messages.success(request, _("已清理 %(count)d 条，记入留痕。") % {"count": count})
        return redirect("archive:retention")
    rows = list_falling(actor.bureau, timezone.now())
    page = {"rows": rows, "due": sum(one.due for one in rows), "spared": sum(one.spared for one in rows)}
    return render(request, "archive/retention.html", page)
