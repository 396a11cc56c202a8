from __future__ import annotations

from django.urls import URLPattern, path

from ..views import arranging, sessions
from . import leave, make_up

urlpatterns: list[URLPattern] = [
    path("", sessions.show_sessions, name="sessions"),
    path("new/", arranging.arrange, name="arrange"),
    path("<int:session_id>/", sessions.show_session, name="session"),
    path("<int:session_id>/edit/", arranging.edit_session, name="edit"),
    path("<int:session_id>/notice/", arranging.check_notice, name="notice"),
    path("<int:session_id>/postpone/", arranging.postpone, name="postpone"),
    path("<int:session_id>/cancel/", arranging.cancel, name="cancel"),
    *leave.urlpatterns,
    *make_up.urlpatterns,
]
