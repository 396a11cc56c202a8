"""The site's server, settings and middleware with a view that does nothing: what any page costs at least."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanxue.settings")
settings.ROOT_URLCONF = "benchmarks.empty_view"


def show_nothing(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse()


urlpatterns = [path("empty/", show_nothing)]
application = get_wsgi_application()
