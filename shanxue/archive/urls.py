"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import volumes

app_name = "archive"
urlpatterns: list[URLPattern] = [
    path("", volumes.show_years, name="years"),
    path("<int:year>/", volumes.show_year, name="year"),
    path("<int:year>/check/", volumes.check_year, name="check"),
    path("<int:year>/piece/<path:key>/", volumes.edit_piece, name="piece"),
    path("<int:year>/package/<slug:kind>/", volumes.download_package, name="package"),
]
