"""What every page needs to know about itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

LARGE_TYPE_COOKIE = "large_type"


def wants_large_type(request: HttpRequest) -> bool:
    """Read the 大字版 switch: the account's when signed in, otherwise this browser's."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return bool(user.large_type)
    return request.COOKIES.get(LARGE_TYPE_COOKIE) == "1"


def describe_page(request: HttpRequest) -> dict[str, Any]:
    """Give the base template the switch of 大字版 and the moment that a printed page names."""
    return {"large_type": wants_large_type(request), "shown_at": timezone.now()}
