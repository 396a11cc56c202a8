"""Pages that belong to nobody's record: what went wrong, and where to complain."""

from __future__ import annotations

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shanxue.base.errors import Refusal

from .middleware import show_refusal

logger = logging.getLogger(__name__)


@require_safe
def show_feedback(request: HttpRequest) -> HttpResponse:
    """Tell where suggestions and complaints go (国办函〔2026〕12号 asks for this entry on every page)."""
    return render(request, "web/feedback.html")


def show_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 (Django's signature)
    sentence = _("这个请求不完整或者已经失效。请返回上一页重新操作。")
    return show_refusal(request, Refusal("bad_request", sentence, status=400))


def show_forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    sentence = _("当前账号没有做这件事的权限。需要时请联系学习办公室。")
    return show_refusal(request, Refusal("forbidden", sentence, status=403))


def show_missing(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    sentence = _("没有这个页面。请核对网址，或者从首页重新进入。")
    return show_refusal(request, Refusal("not_found", sentence, status=404))


def refuse_forgery(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer a form whose token is missing or stale, for instance after a long pause or a second sign-in."""
    sentence = _("页面停留过久，或者账号在别处重新登录过，没有提交成功。请返回上一页，刷新后再提交。")
    return show_refusal(request, Refusal("stale_form", sentence, status=403))


def show_failure(request: HttpRequest) -> HttpResponse:
    """Tell of a fault of ours, with a number that stands in the log too. Touches no database: it may be what failed."""
    number = secrets.token_hex(4).upper()
    logger.error("fault %s at %s", number, request.path)
    return HttpResponse(render_to_string("web/failure.html", {"number": number}), status=500)
