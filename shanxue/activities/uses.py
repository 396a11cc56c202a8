"""Which meetings were held in which place, and how many people came (D11)."""

from __future__ import annotations

from django.db.models import Count, Q
from django.urls import reverse

from shanxue.base.uses import VenueUse
from shanxue.orgs.queries import Actor

from .models import Attendance
from .queries.arranging import scope_sessions
from .rules import Mark, SessionState
from .rules.leave import PRESENT


def list_uses(actor: Actor, year: int) -> list[VenueUse]:
    """List by place the meetings held in a year that the actor may read, with 应到 and 实到. Two queries."""
    held = scope_sessions(actor).filter(venue__isnull=False, state=SessionState.HELD, on__year=year)
    counts = dict(held.values_list("venue").annotate(n=Count("pk", distinct=True)).order_by("venue"))
    marks = Attendance.objects.filter(session__in=held.values("pk")).exclude(mark=Mark.EXEMPT)
    people = {
        venue: (expected, present)
        for venue, expected, present in marks.values_list("session__venue").annotate(
            expected=Count("pk"), present=Count("pk", filter=Q(mark__in=PRESENT))
        )
    }  # fmt: skip
    return [
        VenueUse(venue, count, *people.get(venue, (0, 0)), href=_link(venue, year)) for venue, count in counts.items()
    ]  # fmt: skip


def _link(venue: int, year: int) -> str:
    return reverse("activities:sessions") + f"?when=year&year={year}&show=held&venue={venue}"
