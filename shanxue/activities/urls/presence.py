from __future__ import annotations

from django.urls import URLPattern, path

from ..views import presence as views

urlpatterns: list[URLPattern] = [
    path("<int:session_id>/roll-call/", views.hold_roll_call, name="roll_call"),
    path("<int:session_id>/sync/", views.sync_marks, name="sync"),
    path("<int:session_id>/guests/", views.change_guests, name="guests"),
    path("<int:session_id>/marks/<int:person_id>/", views.correct_mark, name="late_mark"),
    path("<int:session_id>/check-in/", views.check_in, name="check_in"),
    path("s/<str:code>/", views.open_code, name="scan"),
    path("<int:session_id>/code/", views.show_panel, name="scan_panel"),
    path("<int:session_id>/code/sheet/", views.show_code_sheet, name="code_sheet"),
    path("scan-permits/", views.keep_permits, name="scan_permits"),
    path("scan-permits/<int:permit_id>/end/", views.end_permit, name="end_permit"),
]
