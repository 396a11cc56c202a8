"""Addresses of this room."""

from __future__ import annotations

from . import institutions, planning

app_name = "plans"
urlpatterns = [*institutions.urlpatterns, *planning.urlpatterns]
