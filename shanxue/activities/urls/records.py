from __future__ import annotations

from django.urls import URLPattern, path

from ..views import records as views

urlpatterns: list[URLPattern] = [
    path("records/", views.list_records, name="records"),
    path("resolutions/", views.list_resolutions, name="resolutions"),
    path("resolutions/<int:resolution_id>/", views.report_resolution, name="resolution"),
    path("<int:session_id>/record/", views.edit_record, name="record"),
    path("<int:session_id>/record/take-back/", views.take_back, name="record_take_back"),
    path("<int:session_id>/record/review/", views.review_record, name="record_review"),
    path("<int:session_id>/minutes.docx", views.download_minutes, name="minutes_docx"),
    path("<int:session_id>/sign-in-sheet.docx", views.download_sign_in_sheet, name="sign_in_sheet"),
]
