"""A password that somebody else chose leads to one place only: choosing one's own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

OPEN_NAMES = ("accounts:password", "accounts:sign_out", "accounts:large_type", "web:feedback")


class OwnPasswordMiddleware:
    """Sends whoever signed in with a one-time password to the page of changing it, whatever they ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password and request.path not in map(reverse, OPEN_NAMES):
            messages.info(request, _("现在的口令是办公室给的，只能用来登录一次。请先改成自己的口令。"))
            return redirect("accounts:password")
        return self.get_response(request)
