"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import evidence, keeping, trail, volumes

app_name = "archive"
urlpatterns: list[URLPattern] = [
    path("", volumes.show_years, name="years"),
    path("chain/<slug:kind>/<int:pk>/", evidence.show_chain, name="chain"),
    path("chain/<slug:kind>/<int:pk>/doubt/", evidence.add_doubt, name="add_doubt"),
    path("chain/<slug:kind>/<int:pk>/lines/<int:run>/<str:item>/", evidence.show_lines, name="lines"),
    path("doubts/", evidence.list_doubts, name="doubts"),
    path("doubts/<int:pk>/", evidence.show_doubt, name="doubt"),
    path("evidence/", evidence.take_evidence, name="take"),
    path("evidence/taken/", evidence.show_exports, name="exports"),
    path("trail/", trail.show_trail, name="trail"),
    path("trail/head/", trail.export_head, name="export_head"),
    path("trail/algorithm/", trail.show_algorithm, name="algorithm"),
    path("retention/", keeping.show_retention, name="retention"),
    path("<int:year>/", volumes.show_year, name="year"),
    path("<int:year>/check/", volumes.check_year, name="check"),
    path("<int:year>/prepare/", volumes.start_preparing, name="prepare"),
    path("<int:year>/piece/<path:key>/", volumes.edit_piece, name="piece"),
    path("<int:year>/package/<slug:kind>/", volumes.download_package, name="package"),
]
