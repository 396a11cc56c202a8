from __future__ import annotations

from django.urls import URLPattern, path

from ..views import leave

urlpatterns: list[URLPattern] = [
    path("<int:session_id>/leave/", leave.ask, name="leave"),
    path("<int:session_id>/leave/withdraw/", leave.withdraw, name="withdraw_leave"),
    path("leave/", leave.show_own, name="my_leaves"),
    path("leaves/", leave.decide, name="leaves"),
]
