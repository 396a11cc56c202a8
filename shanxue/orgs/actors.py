"""From a request to the actor, once per request. The day is read here and nowhere further in."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from shanxue.accounts.models import User

from .queries import Actor, find_actor


def get_actor(request: HttpRequest) -> Actor | None:
    """Give who is asking, or None for a visitor who has not signed in."""
    if not isinstance(getattr(request, "user", None), User):
        return None
    kept: Actor | None = getattr(request, "_shanxue_actor", None)
    if kept is None or kept.user.pk != request.user.pk:
        kept = find_actor(request.user, timezone.localdate())  # type: ignore[arg-type]
        request._shanxue_actor = kept  # type: ignore[attr-defined]
    return kept


def demand_actor(request: HttpRequest) -> Actor:
    """Give who is asking in a view that only signed-in people reach."""
    actor = get_actor(request)
    assert actor is not None
    return actor
