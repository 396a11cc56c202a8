from __future__ import annotations

from django.urls import URLPattern, path

from ..views import make_up

urlpatterns: list[URLPattern] = [
    path("make-up/", make_up.show_progress, name="make_up"),
    path("make-up/arrange/", make_up.arrange, name="arrange_make_up"),
    path("make-up/decide/", make_up.decide, name="decide_make_up"),
    path("make-up/<int:make_up_id>/", make_up.report, name="my_make_up"),
]
