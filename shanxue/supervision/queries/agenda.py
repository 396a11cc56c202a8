"""What waits for the next bulletin, and what earlier ones took."""

from __future__ import annotations

from shanxue.base.errors import refuse_missing
from shanxue.orgs.models import Bureau
from shanxue.orgs.queries import Actor, match_granted_units

from ..models import AgendaPoint
from ..rules.agenda import PointState

MOST_SETTLED = 100


def list_agenda_points(bureau: Bureau) -> list[AgendaPoint]:
    """List what waits for the next bulletin of a bureau, by unit and duty. One query."""
    waiting = AgendaPoint.objects.filter(bureau=bureau, state=PointState.WAITING)
    return list(waiting.select_related("unit", "bureau").order_by("unit__code", "duty"))


def list_shown_points(actor: Actor) -> tuple[list[AgendaPoint], list[AgendaPoint]]:
    """List the points of the units the actor reads: those that wait, and the latest of those settled. Two queries."""
    found = AgendaPoint.objects.filter(match_granted_units(actor, "unit"), bureau=actor.bureau).select_related("unit")
    waiting = found.filter(state=PointState.WAITING).order_by("unit__code", "duty")
    settled = found.exclude(state=PointState.WAITING).order_by("-settled_at", "-pk")
    return list(waiting), list(settled[:MOST_SETTLED])


def find_point(actor: Actor, point_id: int) -> AgendaPoint:
    found = AgendaPoint.objects.filter(match_granted_units(actor, "unit"), bureau=actor.bureau, pk=point_id)
    point = found.select_related("unit", "bureau").first()
    if point is None:
        raise refuse_missing("这一条")
    return point
