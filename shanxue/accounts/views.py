"""Sign-in, sign-out, password, 大字版."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shanxue.web.context import LARGE_TYPE_COOKIE, wants_large_type

from . import actions
from .forms import ChangePasswordForm, SignInForm
from .models import User

YEAR_SECONDS = 365 * 24 * 3600


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        answer = super().form_valid(form)
        actions.record_sign_in(form.get_user(), at=timezone.now())
        return answer


class SignOut(LogoutView):
    http_method_names = ["post", "options"]


@login_required
@require_safe
def show_account(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/account.html")


@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = ChangePasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.change_password(user, form.cleaned_data["new_password1"], at=timezone.now())
        update_session_auth_hash(request, user)  # stays signed in here; other sessions end
        messages.success(request, _("口令已修改，下次登录用新口令。其他地方的登录已经退出。"))
        return redirect("accounts:account")
    return render(request, "accounts/password.html", {"form": form}, status=400 if form.errors else 200)


@require_POST
def switch_large_type(request: HttpRequest) -> HttpResponse:
    """Turn 大字版 on or off, in the account when signed in, and in this browser."""
    if request.user.is_authenticated:
        now_on = actions.switch_large_type(request.user, at=timezone.now())
    else:
        now_on = not wants_large_type(request)
    answer = HttpResponseRedirect(_find_way_back(request))
    answer.set_cookie(
        LARGE_TYPE_COOKIE, "1" if now_on else "0", max_age=YEAR_SECONDS, httponly=True, samesite="Lax",
        secure=request.is_secure(),
    )  # fmt: skip
    return answer


def _find_way_back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/"
